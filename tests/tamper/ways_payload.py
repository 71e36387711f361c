"""Records and recognised texts: changed, taken away, put in, swapped, turned into links."""

from __future__ import annotations

import os
import shutil
from typing import Final

from archivist.store import bag
from archivist.store.bag_fixity import FixityFault
from tests.tamper.hands import flip, list_all_anew, set_time, swap, turn_into_link, write
from tests.tamper.scene import FIRST, OLD, PAPER, PAPERS, SECOND, Scene, Way


def _cut_in_half(scene: Scene) -> None:
    path = scene.first / PAPER
    write(path, path.read_bytes()[:700])


def _forge(scene: Scene) -> None:
    """Another paper of the same size in its place, both manifests made to fit."""
    path = scene.first / PAPER
    write(path, path.read_bytes()[::-1])
    list_all_anew(scene.first)


def _put_in(scene: Scene) -> None:
    """A paper that nobody filed, with its line in the manifest."""
    (scene.first / "data/11 归档/0003 其他材料.txt").write_bytes(b"%PDF")
    with (scene.first / bag.MANIFEST).open("ab") as manifest:
        manifest.write(f"{bag.sha256(b'%PDF')}  data/11 归档/0003 其他材料.txt\n".encode())
    list_all_anew(scene.first)


def _rename(scene: Scene) -> None:
    path = scene.first / PAPER
    path.rename(path.with_name("0001 身份证.txt"))


def _folder_renamed(scene: Scene) -> None:
    (scene.second / "data/11 归档").rename(scene.second / "data/12 归档")


def _folder_for_paper(scene: Scene) -> None:
    (scene.first / PAPER).unlink()
    (scene.first / PAPER).mkdir()


def _from_another(scene: Scene) -> None:
    """Another household's paper in the place of this one's."""
    write(scene.second / PAPER, (scene.first / PAPER).read_bytes())


def _hard_link(scene: Scene) -> None:
    """The same file under a second name: nothing of the bag has changed."""
    os.link(scene.first / PAPER, scene.root / "second name.pdf")


_CHANGED = FixityFault.CHANGED
_MISSING = FixityFault.MISSING
_EXTRA = FixityFault.EXTRA

WAYS: Final = (
    Way("a bit in a paper", lambda s: flip(s.first / PAPER), ((FIRST, PAPER, _CHANGED),)),
    Way("a bit in an old case's paper", lambda s: flip(s.old / PAPER), ((OLD, PAPER, _CHANGED),)),
    Way("a bit in a text", lambda s: flip(s.first / "text/0001.txt"), ((FIRST, "text/0001.txt", _CHANGED),)),
    Way("a bit in the name of a clerk's file", lambda s: flip(s.first / "text/0001.src"), ((FIRST, "text/0001.src", _CHANGED),)),
    Way("a bit in the leaflet", lambda s: flip(s.first / "data/说明.txt"), ((FIRST, "data/说明.txt", _CHANGED),)),
    Way("a paper cut off", _cut_in_half, ((FIRST, PAPER, _CHANGED),)),
    Way("a paper emptied", lambda s: write(s.first / PAPER, b""), ((FIRST, PAPER, _CHANGED),)),
    Way("a paper removed", lambda s: (s.first / PAPER).unlink(), ((FIRST, PAPER, _MISSING),)),
    Way("all papers removed", lambda s: shutil.rmtree(s.first / "data/11 归档"), tuple((FIRST, p, _MISSING) for p in PAPERS)),
    Way("a paper renamed", _rename, ((FIRST, PAPER, _MISSING), (FIRST, "data/11 归档/0001 身份证.txt", _EXTRA))),
    Way("a folder of papers renamed", _folder_renamed, ((SECOND, PAPER, _MISSING), (SECOND, "data/12 归档/0001 其他材料.txt", _EXTRA))),
    Way("two papers swapped", lambda s: swap(s.first / PAPERS[0], s.first / PAPERS[1]), tuple((FIRST, p, _CHANGED) for p in PAPERS)),
    Way("another household's paper in its place", _from_another, ((SECOND, PAPER, _CHANGED),)),
    Way("a paper forged, manifests made to fit", _forge, ((FIRST, PAPER, _CHANGED), (FIRST, bag.MANIFEST, _CHANGED), (FIRST, bag.TAG_MANIFEST, _CHANGED))),
    Way("a file put beside the papers", lambda s: write(s.first / "data/多余.txt", b"x"), ((FIRST, "data/多余.txt", _EXTRA),)),
    Way("a paper put in, manifests made to fit", _put_in, ((FIRST, "data/11 归档/0003 其他材料.txt", _EXTRA), (FIRST, bag.MANIFEST, _CHANGED), (FIRST, bag.TAG_MANIFEST, _CHANGED))),
    Way("a text put in", lambda s: write(s.first / "text/0009.txt", b"x"), ((FIRST, "text/0009.txt", _EXTRA),)),
    Way("a paper turned into a link to itself", lambda s: turn_into_link(s.first / PAPER), ((FIRST, PAPER, FixityFault.LINK),)),
    Way("the folder of papers turned into a link", lambda s: turn_into_link(s.first / "data"), ((FIRST, "data", FixityFault.LINK),)),
    Way("one folder of papers turned into a link", lambda s: turn_into_link(s.first / "data/11 归档"), ((FIRST, "data/11 归档", FixityFault.LINK),)),
    Way("the folder of texts turned into a link", lambda s: turn_into_link(s.first / "text"), ((FIRST, "text", FixityFault.LINK),)),
    Way("a folder where a paper was", _folder_for_paper, ((FIRST, PAPER, _MISSING),)),
    # What follows takes nothing from what the archive says: times and second names prove nothing and are asked nothing.
    Way("another time of change", lambda s: set_time(s.first / PAPER)),
    Way("a paper anybody may write to", lambda s: (s.first / PAPER).chmod(0o666)),
    Way("a second name of a paper outside", _hard_link),
)  # fmt: skip
