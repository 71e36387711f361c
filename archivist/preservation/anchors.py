"""Heads that somebody else knows, held against the chains: whether a history was changed or cut. Pure.

A chain rewritten from some event on holds together by itself, and so does one whose last events are gone. Every head
that was ever entered into the ledger, and the last ones the index followed, must be in the chain; until people
decide otherwise, for a decision begins the history of a bag anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from archivist.errors import InvalidValue
from archivist.model.bag_head import BagHead
from archivist.model.event import Event, Op
from archivist.model.ids import Sha256
from archivist.model.tombstone import Tombstone
from archivist.store import bag

MALFORMED: Final = (ValueError, LookupError, TypeError, AttributeError, InvalidValue)
DECIDED: Final = "new_head"
"""Where the decision to keep a changed history says the head it begins anew with, ``None`` for a bag that is gone."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """The heads known of each bag, in the order they became known.

    Attributes:
        heads: by the bag's name.
        entered: of each bag the head that was entered into the ledger last.
        checked: bags that were checked once, whether a head of theirs is known or not.
        gone: bags that are not there any more, by decision.
        tombstones: of the cases that were destroyed by the rules; those are ``gone`` too.
    """

    heads: Mapping[str, tuple[BagHead, ...]] = field(default_factory=lambda: MappingProxyType({}))
    entered: Mapping[str, BagHead] = field(default_factory=lambda: MappingProxyType({}))
    checked: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    tombstones: Mapping[str, Tombstone] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, name: str) -> tuple[BagHead, ...]:
        """Return what is known of one bag."""
        return self.heads.get(name, ())

    def names(self) -> list[str]:
        """Return the bags that must be there, in order."""
        return sorted((self.heads.keys() | self.checked) - self.gone)

    def without(self, destroyed: Iterable[Tombstone]) -> Anchors:
        """Return these, with cases that were destroyed meanwhile."""
        stones = {**self.tombstones, **{str(stone.case): stone for stone in destroyed}}
        return replace(self, gone=self.gone | stones.keys(), tombstones=MappingProxyType(stones))

    def beside(self, heads: Iterable[BagHead]) -> Anchors:
        """Return these and the heads that somebody else knows besides, but of no bag that is gone by decision."""
        more = {
            head.bag: (*self.of(head.bag), head)
            for head in heads
            if head.bag not in self.gone and head not in self.of(head.bag)
        }
        return replace(self, heads=MappingProxyType({**self.heads, **more}))


def of_ledger(events: Iterable[Event]) -> Anchors:
    """Return the heads that the events of the ledger entered; what is no head is passed over."""
    heads: dict[str, dict[BagHead, None]] = {}
    checked: set[str] = set()
    gone: set[str] = set()
    stones: dict[str, Tombstone] = {}
    for event in events:
        if event.op is Op.HEADS_RECORDED:
            for head in _heads(event.data.get("heads")):
                heads.setdefault(head.bag, {})[head] = None
                gone.discard(head.bag)
        elif event.op is Op.VERIFIED:
            there = {bag.identifier(str(name)) for name in event.data["checked"]}
            checked |= there
            gone -= there
        elif event.op is Op.ALARM_CLEARED and DECIDED in event.data:
            name, new = str(event.data["case"]), event.data[DECIDED]
            heads.pop(name, None)
            if new is None:
                gone.add(name)
            for head in _heads([new]):
                heads[name] = {head: None}
        elif event.op is Op.CASE_DESTROYING:
            with suppress(*MALFORMED):
                stones[str(event.data["case"])] = Tombstone.of(event)
    told = {name: tuple(known) for name, known in heads.items()}
    last = {name: known[-1] for name, known in told.items()}
    return Anchors(
        MappingProxyType(told),
        MappingProxyType(last),
        frozenset(checked),
        frozenset(gone | stones.keys()),
        MappingProxyType(stones),
    )


def _heads(plain: object) -> Iterator[BagHead]:
    for one in plain if isinstance(plain, Sequence) else ():
        try:
            yield BagHead.from_plain(one)
        except ValueError:
            continue


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A head that is not in the chain.

    Attributes:
        known: the head.
        found: the digest of the event that stands at its place; empty where the chain ends before it.
        length: events in the chain.
    """

    known: BagHead
    found: str
    length: int


def contradiction(
    heads: Iterable[BagHead], digests: Sequence[Sha256], *, whole: bool = True
) -> Contradiction | None:
    """Return the first of the heads known of a bag that its chain does not have, by its place; ``None`` when it has all.

    Args:
        heads: known of one bag.
        digests: of its events' files, in order, as far as they hold together.
        whole: they do to the end; else nothing is said of heads beyond.
    """
    for known in sorted(heads, key=lambda head: head.seq):
        if known.seq <= len(digests):
            if (found := digests[known.seq - 1]) != known.head:
                return Contradiction(known, found, len(digests))
        elif whole:
            return Contradiction(known, "", len(digests))
    return None
