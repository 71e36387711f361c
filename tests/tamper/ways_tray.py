"""What waits in the tray: the file as it came, what was read of it, why it waits."""

from __future__ import annotations

import shutil
from typing import Final

from archivist.store.bag_fixity import FixityFault
from tests.tamper.hands import flip, turn_into_link, write
from tests.tamper.scene import ITEM, SECOND, Scene, Way

_CHANGED = FixityFault.CHANGED
_MISSING = FixityFault.MISSING
_TRAY: Final = f"review/{ITEM}"


def _another_reason(scene: Scene) -> None:
    why = scene.item / "why.json"
    write(why, why.read_bytes().replace("不知是哪一户".encode(), "是王家的，归入即可".encode()))


WAYS: Final = (
    Way("a bit in a waiting file", lambda s: flip(s.item / "original.txt"), ((_TRAY, "original.txt", _CHANGED),)),
    Way("a waiting file replaced", lambda s: write(s.item / "original.txt", b"x"), ((_TRAY, "original.txt", _CHANGED),)),
    Way("a waiting file removed", lambda s: (s.item / "original.txt").unlink(), ((_TRAY, "original", _MISSING),)),
    Way("a waiting file turned into a link", lambda s: turn_into_link(s.item / "original.txt"), ((_TRAY, "original.txt", FixityFault.LINK),)),
    Way("a bit in why a file waits", lambda s: flip(s.item / "why.json"), ((_TRAY, "why.json", _CHANGED),)),
    Way("why a file waits rewritten", _another_reason, ((_TRAY, "why.json", _CHANGED),)),
    Way("why a file waits removed", lambda s: (s.item / "why.json").unlink(), ((_TRAY, "why.json", _CHANGED),)),
    Way("why a file waits emptied", lambda s: write(s.item / "why.json", b""), ((_TRAY, "why.json", _CHANGED),)),
    Way("a waiting item copied", lambda s: shutil.copytree(s.item, s.item.with_name("20240308-00000000"))),
    Way("a file among what waits", lambda s: write(s.item.parent / "名单.txt", b"x"), (("review", "名单.txt", FixityFault.EXTRA),)),
    Way("a waiting item turned into a link", lambda s: turn_into_link(s.item), (("review", ITEM, FixityFault.LINK),)),
    Way("the tray behind a link", lambda s: turn_into_link(s.archive / "review"), (("review", "", FixityFault.LINK),)),
    Way("a household put into the tray", lambda s: shutil.copytree(s.second, s.item.parent / SECOND), ((f"review/{SECOND}", "why.json", _MISSING),)),
)  # fmt: skip
