"""Folders: swapped, renamed, copied, put into one another, turned into links, and what lies between them."""

from __future__ import annotations

import shutil
from typing import Final

from archivist.store import bag
from archivist.store.bag_fixity import FixityFault
from tests.tamper.hands import list_anew, swap, turn_into_link, unbind, write
from tests.tamper.scene import FIRST, OLD, SECOND, YEAR, Scene, Way

_NINE: Final = "TJHQ-DB-2024-000009"
_MISPLACED = FixityFault.MISPLACED
_DOUBLE = FixityFault.DOUBLE
_NESTED = FixityFault.NESTED
_LINK = FixityFault.LINK
_EXTRA = FixityFault.EXTRA


def _swap_old(scene: Scene) -> None:
    unbind(scene.second)
    swap(scene.second, scene.old)


def _swap_old_and_info(scene: Scene) -> None:
    """Two households of before swapped, each with a ``bag-info.txt`` and a manifest that fit the new place."""
    _swap_old(scene)
    swap(scene.second / bag.INFO, scene.old / bag.INFO)
    for folder in (scene.second, scene.old):
        list_anew(folder, bag.TAG_MANIFEST)


def _swap_and_info(scene: Scene) -> None:
    """Two households swapped, each with the ``bag-info.txt`` of its new place."""
    swap(scene.first, scene.second)
    swap(scene.first / bag.INFO, scene.second / bag.INFO)


def _copy_old(scene: Scene) -> None:
    """A household of before under a second number, ``bag-info.txt`` and manifest made to fit."""
    copy = scene.cases / _NINE
    shutil.copytree(scene.old, copy)
    write(copy / bag.INFO, (copy / bag.INFO).read_bytes().replace(OLD.encode(), _NINE.encode()))
    list_anew(copy, bag.TAG_MANIFEST)


def _older_copy(scene: Scene) -> None:
    shutil.copytree(scene.older / "cases" / FIRST, scene.cases / _NINE)


def _link_to_another(scene: Scene) -> None:
    shutil.rmtree(scene.second)
    scene.second.symlink_to(scene.first)


def _link_to_nothing(scene: Scene) -> None:
    (scene.cases / _NINE).symlink_to(scene.root / "nothing")


def _ledger_swapped(scene: Scene) -> None:
    """The ledger's year under another one's name."""
    scene.ledger.rename(scene.ledger.with_name("2023"))


WAYS: Final = (
    Way("two households swapped", lambda s: swap(s.first, s.second), ((FIRST, "", _MISPLACED), (SECOND, "", _MISPLACED))),
    Way("two households of before swapped", _swap_old, ((SECOND, "", _MISPLACED), (OLD, "", _MISPLACED))),
    Way("one of before and one of today swapped", lambda s: swap(s.first, s.old), ((FIRST, "", _MISPLACED), (OLD, "", _MISPLACED))),
    Way("two households swapped but for bag-info.txt", _swap_and_info, tuple((n, f, p) for n in (FIRST, SECOND) for f, p in (("", _MISPLACED), (bag.INFO, FixityFault.CHANGED)))),
    Way("two of before swapped, all made to fit", _swap_old_and_info, (*((n, f, FixityFault.CHANGED) for n in (SECOND, OLD) for f in (bag.INFO, bag.TAG_MANIFEST)), (SECOND, "events/000003.json", FixityFault.HISTORY), (OLD, "events/000002.json", FixityFault.HISTORY)), by_hand=True),
    Way("a household under another number", lambda s: s.second.rename(s.cases / _NINE), ((_NINE, "", _MISPLACED),)),
    Way("a household under a name that is no number", lambda s: s.second.rename(s.cases / "王样例"), (("cases", "王样例", _MISPLACED),)),
    Way("a household under its number in small letters", lambda s: s.second.rename(s.cases / SECOND.lower()), (("cases", SECOND.lower(), _MISPLACED),)),
    Way("a household copied under its number in other digits", lambda s: shutil.copytree(s.second, s.cases / SECOND.replace("2024", "２０２４")), (("cases", SECOND.replace("2024", "２０２４"), _DOUBLE),)),
    Way("a household copied under another number", lambda s: shutil.copytree(s.second, s.cases / _NINE), ((_NINE, "", _DOUBLE),)),
    Way("an older copy under another number", _older_copy, ((_NINE, "", _DOUBLE),)),
    Way("one of before copied under another number", lambda s: shutil.copytree(s.old, s.cases / _NINE), ((_NINE, "", _DOUBLE),)),
    Way("one of before copied, all made to fit", _copy_old, ((_NINE, "", _DOUBLE), (_NINE, bag.INFO, FixityFault.CHANGED), (_NINE, bag.TAG_MANIFEST, FixityFault.CHANGED), (_NINE, "", _EXTRA))),
    Way("a household copied as files are copied", lambda s: shutil.copytree(s.second, s.cases / f"{SECOND} - 副本"), (("cases", f"{SECOND} - 副本", _DOUBLE),)),
    Way("a household copied into another", lambda s: shutil.copytree(s.second, s.first / SECOND), ((FIRST, SECOND, _NESTED),)),
    Way("a household moved into another's papers", lambda s: s.second.rename(s.first / "data/11 归档" / SECOND), ((FIRST, f"data/11 归档/{SECOND}", _NESTED), (SECOND, "", FixityFault.GONE))),
    Way("an older copy of a household in itself", lambda s: shutil.copytree(s.older / "cases" / SECOND, s.second / "text" / SECOND), ((SECOND, f"text/{SECOND}", _NESTED),)),
    Way("households in a folder of their own", lambda s: shutil.copytree(s.older / "cases", s.cases / "2023年"), (("cases", "2023年", _NESTED),)),
    Way("a folder that is no household", lambda s: (s.cases / "杂").mkdir(), (("cases", "杂", _EXTRA),)),
    Way("a file among the households", lambda s: write(s.cases / "名单.txt", b"x"), (("cases", "名单.txt", _EXTRA),)),
    Way("a file named as a household", lambda s: write(s.cases / _NINE, b"x"), (("cases", _NINE, _EXTRA),)),
    Way("an empty folder named as a household", lambda s: (s.cases / _NINE).mkdir(), ((_NINE, "", _EXTRA), *((_NINE, f, FixityFault.MISSING) for f in ("bagit.txt", bag.INFO, bag.MANIFEST, bag.TAG_MANIFEST, "events/000001.json")))),
    Way("a household removed", lambda s: shutil.rmtree(s.second), ((SECOND, "", FixityFault.GONE),)),
    Way("a household turned into a link to itself", lambda s: turn_into_link(s.second), ((SECOND, "", _LINK),)),
    Way("a household turned into a link to another", _link_to_another, ((SECOND, "", _LINK),)),
    Way("a link to nothing among the households", _link_to_nothing, (("cases", _NINE, _LINK),)),
    Way("all households behind a link", lambda s: turn_into_link(s.cases), (("cases", "", _LINK),)),
    Way("the ledger behind a link", lambda s: turn_into_link(s.archive / "ledger"), (("ledger", "", _LINK),)),
    Way("the batches behind a link", lambda s: turn_into_link(s.archive / "batches"), (("batches", "", _LINK),)),
    Way("a year of the ledger copied beside it", lambda s: shutil.copytree(s.ledger, s.ledger.with_name(f"{YEAR} 备份")), (("ledger", f"{YEAR} 备份", _DOUBLE),)),
    Way("a year of the ledger copied under another year", lambda s: shutil.copytree(s.ledger, s.ledger.with_name("2023")), (("2023", "", _DOUBLE),)),
    Way("a batch under another name", lambda s: s.batch.rename(s.batch.with_name("20240101-00000000")), (("20240101-00000000", "", _MISPLACED),)),
    Way("a batch copied under another name", lambda s: shutil.copytree(s.batch, s.batch.with_name("20240101-00000000")), (("20240101-00000000", "", _DOUBLE),)),
)  # fmt: skip
