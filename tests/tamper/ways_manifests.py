"""What makes a folder a bag: the declaration, ``bag-info.txt`` and the manifests."""

from __future__ import annotations

from typing import Final

from archivist.store import bag
from archivist.store.bag_fixity import FixityFault
from tests.tamper.hands import flip, list_anew, swap, write
from tests.tamper.scene import FIRST, OLD, SECOND, Scene, Way

_CHANGED = FixityFault.CHANGED
_MISSING = FixityFault.MISSING


def _line(scene: Scene, path: str) -> None:
    """Turn one bit of a digest in the tag manifest of the first household."""
    manifest = scene.first / bag.TAG_MANIFEST
    flip(manifest, manifest.read_bytes().index(f"  {path}".encode()) - 5)


def _twice(scene: Scene, path: str) -> None:
    """Name a file once more in the tag manifest, with another digest."""
    manifest = scene.first / bag.TAG_MANIFEST
    write(manifest, manifest.read_bytes() + f"{'d0' * 32}  {path}\n".encode())


def _name(scene: Scene, path: str) -> None:
    """Turn one bit of a path in the tag manifest."""
    manifest = scene.first / bag.TAG_MANIFEST
    flip(manifest, manifest.read_bytes().index(path.encode()) + len(path) - 6)


def _renamed(scene: Scene) -> None:
    """``bag-info.txt`` says another number, the manifest fits it."""
    path = scene.first / bag.INFO
    write(path, path.read_bytes().replace(FIRST.encode(), SECOND.encode()))
    list_anew(scene.first, bag.TAG_MANIFEST)


def _office(scene: Scene) -> None:
    path = scene.old / bag.INFO
    write(path, path.read_bytes().replace("样例街道".encode(), "别的街道".encode()))
    list_anew(scene.old, bag.TAG_MANIFEST)


def _older(scene: Scene) -> None:
    """Both manifests as they stood before the last two events."""
    for name in (bag.MANIFEST, bag.TAG_MANIFEST):
        write(scene.second / name, (scene.older / "cases" / SECOND / name).read_bytes())


WAYS: Final = (
    Way("a bit in bagit.txt", lambda s: flip(s.first / "bagit.txt"), ((FIRST, "bagit.txt", _CHANGED),)),
    Way("bagit.txt removed", lambda s: (s.first / "bagit.txt").unlink(), ((FIRST, "bagit.txt", _MISSING),)),
    Way("a bit in bag-info.txt", lambda s: flip(s.first / bag.INFO), ((FIRST, bag.INFO, _CHANGED),)),
    Way("a bit in an old case's bag-info.txt", lambda s: flip(s.old / bag.INFO), ((OLD, bag.INFO, _CHANGED),)),
    Way("bag-info.txt removed", lambda s: (s.first / bag.INFO).unlink(), ((FIRST, bag.INFO, _MISSING),)),
    Way("another number in bag-info.txt", _renamed, ((FIRST, bag.INFO, _CHANGED), (FIRST, bag.TAG_MANIFEST, _CHANGED))),
    Way("another office in bag-info.txt", _office, ((OLD, bag.INFO, _CHANGED), (OLD, bag.TAG_MANIFEST, _CHANGED))),
    Way("a bit in the manifest", lambda s: flip(s.first / bag.MANIFEST), ((FIRST, bag.MANIFEST, _CHANGED),)),
    Way("the manifest emptied", lambda s: write(s.first / bag.MANIFEST, b""), ((FIRST, bag.MANIFEST, _CHANGED),)),
    Way("the manifest removed", lambda s: (s.first / bag.MANIFEST).unlink(), ((FIRST, bag.MANIFEST, _MISSING),)),
    Way("both manifests swapped", lambda s: swap(s.first / bag.MANIFEST, s.first / bag.TAG_MANIFEST), ((FIRST, bag.MANIFEST, _CHANGED), (FIRST, bag.TAG_MANIFEST, _CHANGED))),
    Way("the tag manifest removed", lambda s: (s.first / bag.TAG_MANIFEST).unlink(), ((FIRST, bag.TAG_MANIFEST, _MISSING),)),
    Way("the tag manifest emptied", lambda s: write(s.first / bag.TAG_MANIFEST, b""), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("the tag manifest is no text", lambda s: write(s.first / bag.TAG_MANIFEST, b"\xff\x00" * 99), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("a bit in the line of an event", lambda s: _line(s, "events/000002.json"), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("a bit in the line of the last event", lambda s: _line(s, "events/000004.json"), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("a bit in the line of bag-info.txt", lambda s: _line(s, bag.INFO), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("a bit in the line of the manifest", lambda s: _line(s, bag.MANIFEST), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("a bit in the name of an event", lambda s: _name(s, "events/000002.json"), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("a bit in the name of the last event", lambda s: _name(s, "events/000004.json"), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("an event listed once more, as another", lambda s: _twice(s, "events/000002.json"), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("the last event listed once more, as another", lambda s: _twice(s, "events/000004.json"), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("bag-info.txt listed once more, as another", lambda s: _twice(s, bag.INFO), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("the manifest listed once more, as another", lambda s: _twice(s, bag.MANIFEST), ((FIRST, bag.TAG_MANIFEST, _CHANGED),)),
    Way("manifests of before, and an event nobody listed", _older, ((SECOND, "events/000003.json", FixityFault.STRAY),)),
)  # fmt: skip
