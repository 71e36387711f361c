"""Events: edited, cut, added, swapped, rewritten; an older copy put in the place of the newer."""

from __future__ import annotations

import json
import shutil
from typing import Final

from archivist.store import bag, chain
from archivist.store.bag_fixity import FixityFault
from tests.tamper.hands import (
    Plain,
    append,
    edit_event,
    encode,
    event,
    flip,
    list_anew,
    rewrite,
    swap,
    turn_into_link,
    write,
)
from tests.tamper.scene import FIRST, OLD, SECOND, Scene, Way

_CHANGED = FixityFault.CHANGED
_MISSING = FixityFault.MISSING
_STRAY = FixityFault.STRAY


def _path(seq: int) -> str:
    return f"{chain.EVENTS}/{chain.event_name(seq)}"


def _edit_and_list(scene: Scene, seq: int) -> None:
    """Edit an event and give the tag manifest its new digest."""
    edit_event(scene.first, seq)
    list_anew(scene.first, bag.TAG_MANIFEST)


def _edit_link(scene: Scene) -> None:
    """Only what the third event says of the second one is wrong, and the manifest knows."""
    edit_event(scene.first, 3, prev="0" * 64)
    list_anew(scene.first, bag.TAG_MANIFEST)


def _edit_to_the_end(scene: Scene) -> None:
    """The second event and all after it made to fit one another; the manifests are left."""
    rewrite(scene.first, _as_somebody_else, manifests=False)


def _as_somebody_else(plain: Plain) -> Plain:
    return plain | {"actor": "别人"} if plain["seq"] >= 2 else plain


def _stray_copy(scene: Scene) -> None:
    shutil.copy(event(scene.first, 2), event(scene.first, 99))


def _stray_event(scene: Scene) -> None:
    plain = json.loads(event(scene.first, 4).read_bytes())
    write(event(scene.first, 99), encode(plain | {"seq": 99}))


def _foreign(scene: Scene) -> None:
    write(event(scene.first, 2), event(scene.second, 2).read_bytes())


def _foreign_at_the_end(scene: Scene) -> None:
    """Another household's event, its place and link made to fit, and both manifests."""
    plain = {"case": SECOND, "op": "facts_changed", "data": {"facts": {"housing": {"tenure": "自有"}}}}
    append(scene.old, manifests=False, format=4, **plain)
    tags = bag.parse_manifest((scene.old / bag.TAG_MANIFEST).read_bytes())
    tags[_path(3)] = bag.sha256(event(scene.old, 3).read_bytes())
    write(scene.old / bag.TAG_MANIFEST, bag.manifest(tags))


def _appended(scene: Scene, *, manifests: bool) -> None:
    facts = {"facts": {"housing": {"tenure": "自有"}}}
    append(scene.first, manifests=manifests, op="facts_changed", data=facts)


def _unbound_again(scene: Scene) -> None:
    """Events that name no case after those that do, manifests made to fit."""
    plain = json.loads(event(scene.first, 4).read_bytes())
    write(event(scene.first, 4), encode(plain | {"case": None}))
    list_anew(scene.first, bag.TAG_MANIFEST)


def _cut(scene: Scene) -> None:
    """The last event left out, manifests made to fit."""
    rewrite(scene.first, lambda plain: None if plain["seq"] == 4 else plain)


def _older(scene: Scene) -> None:
    shutil.rmtree(scene.first)
    shutil.copytree(scene.older / "cases" / FIRST, scene.first)


_LOST: Final = ((FIRST, _path(4), FixityFault.HISTORY),)
"""The head that ledger and index remember is in the chain no more."""
WAYS: Final = (
    Way("a bit in an event", lambda s: flip(event(s.first, 2)), ((FIRST, _path(2), _CHANGED),)),
    Way("a bit in the first event", lambda s: flip(event(s.first, 1)), ((FIRST, _path(1), _CHANGED),)),
    Way("a bit in the last event", lambda s: flip(event(s.first, 4)), ((FIRST, _path(4), _CHANGED),)),
    Way("a bit in an event of an old case", lambda s: flip(event(s.old, 1)), ((OLD, _path(1), _CHANGED),)),
    Way("an event edited", lambda s: edit_event(s.first, 2), ((FIRST, _path(2), _CHANGED),)),
    Way("the link of an event edited", lambda s: edit_event(s.first, 3, prev="0" * 64), ((FIRST, _path(3), _CHANGED),)),
    Way("the first event edited", lambda s: edit_event(s.first, 1), ((FIRST, _path(1), _CHANGED),)),
    Way("the last event edited", lambda s: edit_event(s.first, 4), ((FIRST, _path(4), _CHANGED),)),
    Way("an event edited and listed", lambda s: _edit_and_list(s, 2), ((FIRST, _path(2), _CHANGED), (FIRST, bag.TAG_MANIFEST, _CHANGED))),
    Way("the first event edited and listed", lambda s: _edit_and_list(s, 1), ((FIRST, _path(1), _CHANGED), (FIRST, bag.TAG_MANIFEST, _CHANGED))),
    Way("the event before the last edited and listed", lambda s: _edit_and_list(s, 3), ((FIRST, _path(3), _CHANGED), (FIRST, bag.TAG_MANIFEST, _CHANGED))),
    Way("the link of an event edited and listed", _edit_link, ((FIRST, _path(3), _CHANGED), (FIRST, bag.TAG_MANIFEST, _CHANGED))),
    Way("an event emptied", lambda s: write(event(s.first, 2), b""), ((FIRST, _path(2), _CHANGED),)),
    Way("an event that is no JSON", lambda s: write(event(s.first, 3), b"\xff\xfe{"), ((FIRST, _path(3), _CHANGED),)),
    Way("history rewritten, manifests left", _edit_to_the_end, tuple((FIRST, _path(n), _CHANGED) for n in (2, 3, 4))),
    Way("an event removed", lambda s: event(s.first, 2).unlink(), ((FIRST, _path(2), _MISSING),)),
    Way("the first event removed", lambda s: event(s.first, 1).unlink(), ((FIRST, _path(1), _MISSING),)),
    Way("the last event removed", lambda s: event(s.first, 4).unlink(), ((FIRST, _path(4), _MISSING),)),
    Way("all events removed", lambda s: shutil.rmtree(s.second / "events"), tuple((SECOND, _path(n), _MISSING) for n in (1, 2, 3))),
    Way("two events swapped", lambda s: swap(event(s.first, 2), event(s.first, 3)), ((FIRST, _path(2), _CHANGED), (FIRST, _path(3), _CHANGED))),
    Way("the last event under the next number", lambda s: event(s.first, 4).rename(event(s.first, 5)), ((FIRST, _path(4), _MISSING), (FIRST, _path(5), _STRAY))),
    Way("a file like an event beyond the last", _stray_copy, ((FIRST, _path(99), _STRAY),)),
    Way("an event that says it is the ninety-ninth", _stray_event, ((FIRST, _path(99), _STRAY),)),
    Way("an event under a name of another length", lambda s: shutil.copy(event(s.first, 2), s.first / "events/0000002.json"), ((FIRST, "events/0000002.json", _STRAY),)),
    Way("something else among the events", lambda s: write(s.first / "events/说明.txt", b"x"), ((FIRST, "events/说明.txt", FixityFault.EXTRA),)),
    Way("another household's event in its place", _foreign, ((FIRST, _path(2), _CHANGED),)),
    Way("another household's event at the end", _foreign_at_the_end, ((OLD, _path(3), FixityFault.MISPLACED),), by_hand=True),
    Way("an event added, manifests left", lambda s: _appended(s, manifests=False), ((FIRST, _path(5), _STRAY),)),
    Way("an event that names no case after those that do", _unbound_again, ((FIRST, _path(4), FixityFault.CHAIN),), by_hand=True),
    Way("the events turned into a link", lambda s: turn_into_link(s.first / "events"), ((FIRST, "events", FixityFault.LINK),)),
    Way("one event turned into a link", lambda s: turn_into_link(event(s.first, 2)), ((FIRST, _path(2), FixityFault.LINK),)),
    Way("another time of an event", lambda s: write(event(s.first, 2), event(s.first, 2).read_bytes())),
    Way("history rewritten, manifests made to fit", lambda s: rewrite(s.first, _as_somebody_else), _LOST, needs_anchor=True),
    Way("the last event edited and listed", lambda s: _edit_and_list(s, 4), _LOST, needs_anchor=True),
    Way("the last event cut off, manifests made to fit", _cut, _LOST, needs_anchor=True),
    # A head tells what was, not what may come: a history that only grew is contradicted by none; the index has not followed it.
    Way("an event added, manifests made to fit", lambda s: _appended(s, manifests=True), needs_anchor=True, drift=(FIRST,)),
    Way("an older copy in the place of the newer", _older, _LOST, needs_anchor=True),
)  # fmt: skip
