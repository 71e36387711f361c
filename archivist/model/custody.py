"""Who answers for a file after a reorganisation (机构变动): what an office handed over to another, and what it took over. Pure.

An office that handed its files over writes to none of them any more, from the moment the package was begun: what is in the package is the last
it says of them. The one that took them in writes to them from then on. So at any moment one office at most does. A package that nobody took in can be taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from archivist.model.bag_head import BagHead
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo

HANDOVER_OPS = (Op.SUBMISSION_STARTED, Op.SUBMISSION_ACKNOWLEDGED, Op.CUSTODY_TAKEN_BACK)
"""What the ledger of the office says that hands over."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Files an office handed over to another.

    Attributes:
        package: its id, ``S-TJHQ-2026-01``; ``to`` the code of the other office.
        on: civil day on which it was begun, ISO 8601.
        cases: the files.
        receiver: the other office's name, as its receipt says it; empty before.
        received_at: ISO 8601 with offset; empty before.
    """

    package: str
    to: str
    on: str
    cases: frozenset[CaseNo]
    receiver: str = ""
    received_at: str = ""

    @property
    def day(self) -> dt.date:
        """``on`` as a day."""
        return dt.date.fromisoformat(self.on)

    @property
    def words(self) -> str:
        """What became of its files, in Chinese."""
        if not self.received_at:
            return f"{self.on} 起移交给 {self.to}（{self.package}，等对方接收的回执）"
        return f"已移交 {self.to} {self.receiver}（{self.package}，{self.received_at[:10]} 接收）"


@dataclass(frozen=True, slots=True)
class Handovers:
    """What was handed over: by package, and by file, of which the last package that has it counts."""

    packages: Mapping[str, Handover] = field(default_factory=dict)
    cases: Mapping[CaseNo, Handover] = field(default_factory=dict)


def fold_handovers(before: Handovers, events: Iterable[Event]) -> Handovers:
    """Return what was handed over with what further events say; ``ValueError`` or ``KeyError`` where one says it wrongly."""
    found = dict(before.packages)
    for event in events:
        name = str(event.data["submission"])
        if event.op is Op.SUBMISSION_STARTED and (said := event.data.get("custody")):
            cases = frozenset(map(CaseNo.parse, said["cases"]))
            found[name] = Handover(name, str(said["to"]), event.time[:10], cases)
        elif event.op is Op.SUBMISSION_ACKNOWLEDGED and name in found:
            data = event.data
            found[name] = replace(found[name], receiver=data["bureau"], received_at=data["received_at"])
        elif event.op is Op.CUSTODY_TAKEN_BACK:
            del found[name]
    by_case = {number: handover for handover in found.values() for number in handover.cases}
    return Handovers(found, by_case)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What an office took over from another: by which package, and where every bag ended then, the ledger's years among them."""

    package: str
    office: str
    heads: tuple[BagHead, ...]

    @classmethod
    def of(cls, event: Event) -> TakenOver:
        """Return what a ``custody_received`` tells."""
        data = event.data
        return cls(data["submission"], data["office"], tuple(map(BagHead.from_plain, data["heads"])))
