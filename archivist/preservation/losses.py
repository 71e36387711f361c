"""What a restoration gives up: events, holds (冻结) in force, numbers, tombstones; and the decision of two people to give it up.

Nothing of it may go unnoticed. What is known of each event stands in the ledger with the decision; a hold in force is placed
again or nothing is restored; numbers are entered again, so that none is given twice; a tombstone is never given up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from archivist.disposal_errors import OnHold
from archivist.errors import ArchiveError, IntegrityAlarm, NewerFormat, UsageError
from archivist.model.bag_head import BagHead
from archivist.model.by import By
from archivist.model.event import Event, Op
from archivist.model.group_holds import GroupHold, HeldCases, fold_group_holds, next_group_hold
from archivist.model.holds import Hold
from archivist.model.household_ranges import compressed
from archivist.model.ids import CaseNo, Sha256
from archivist.preservation.anchors import DECIDED
from archivist.preservation.repairs import RepairPlan
from archivist.store import Archive, Draft, Stamp, bag, chain, held_files
from archivist.store.chain import Chain
from archivist.store.owed_entries import OwedEntries

HOW: Final = "loss"
"""What the event of a decision says in ``how``."""
_ENTERED_AGAIN: Final = (Op.NUMBERS_ALLOCATED, Op.NUMBERS_VACANT)


@dataclass(frozen=True, slots=True)
class LostEvent:
    """An event that would be no more.

    Attributes:
        digest: SHA-256 of its file; empty where nobody knows it.
        op: what it did, ``about`` what it names, for people; both empty where no copy has its content.
    """

    seq: int
    digest: str
    op: str = ""
    about: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return what the ledger keeps of it."""
        plain = {"seq": self.seq, "sha256": self.digest, "op": self.op, "about": self.about}
        return {key: value for key, value in plain.items() if value}


@dataclass(frozen=True, slots=True)
class Loss:
    """All that a restoration gives up; false when that is nothing.

    Attributes:
        words: for people.
        holds: in force, that nothing would tell of any more; of the ledger those that bind many.
        numbers: events of the ledger by which numbers were taken or said to be vacant; they are entered again.
        tombstones: cases whose destruction nothing would tell of.
    """

    words: tuple[str, ...] = ()
    events: tuple[LostEvent, ...] = ()
    holds: tuple[Hold, ...] = ()
    groups: tuple[GroupHold, ...] = ()
    numbers: tuple[Event, ...] = ()
    tombstones: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.events)

    @property
    def held(self) -> tuple[Hold, ...]:
        """Every hold that would be lost."""
        return (*self.holds, *(group.hold for group in self.groups))

    def decided(self, what: str, decision: Decision | None) -> Decision:
        """Return the decision to give this up; refuse where there is none, and what nobody may give up.

        Raises:
            ArchiveError: E200, nobody decided it, or a tombstone would be lost. OnHold: E601, a hold in force would be lost and is
                not to be placed again.
        """
        if decision is None:
            raise ArchiveError(
                "这样恢复会丢掉已知存在过的内容，没有恢复",
                file=what,
                problems=[*self.words, *(f"冻结 {hold.id} {hold.words}" for hold in self.held)],
                remedy="先找更新的备份；确实没有的，由两人决定（--accept-loss --with 另一人 --reason 理由），按现有的恢复，并记入总账。",
            )
        if self.tombstones:
            raise ArchiveError(
                f"这样恢复会丢掉销毁的墓碑（{'、'.join(self.tombstones)}），没有恢复",
                file=what,
                remedy="换一份有这些事件的更新的备份；销毁的登记不能放弃。",
            )
        if self.held and not decision.hold_again:
            raise OnHold(
                f"这样恢复会丢掉在冻结中的 {len(self.held)} 项，没有恢复",
                file=what,
                problems=[f"{hold.id} {hold.words}" for hold in self.held],
                remedy="加 --hold-again，恢复时在总账中重新冻结，解除须两人；或换一份更新的备份。没有改动。",
            )
        return decision


@dataclass(frozen=True, slots=True)
class Decision:
    """That two people give up what a restoration loses.

    Attributes:
        second: who confirms it besides who restores.
        reason: why; always told.
        hold_again: holds in force that would be lost are placed again, in the ledger.
    """

    second: By
    reason: str
    hold_again: bool = False

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise UsageError("放弃已知存在过的内容，须用 --reason 写明理由")


def of_plan(archive: Archive, what: CaseNo | int | str, plan: RepairPlan, today: dt.date) -> Loss:
    """Return what a plan gives up.

    Args:
        archive: the archive, whose lock the caller holds.
        what: the case, the year of the ledger, the batch; anything else has no events.
        plan: made for it.
        today: civil day; holds are in force as seen on it.
    """
    kept = plan.kept or Chain("")
    there = {digest for _, digest in kept.events}
    gone: dict[str, Event] = {}
    for given_up in plan.given_up:
        gone |= {digest: event for event, digest in given_up.events if digest not in there}
    events = [LostEvent(e.seq, d, e.op.value, _about(e)) for d, e in gone.items()]
    events += [LostEvent(h.seq, h.head) for h in plan.unknown if h.head not in there | gone.keys()]
    case = what if isinstance(what, CaseNo) else None
    year = what if isinstance(what, int) else None
    return Loss(
        tuple(plan.lost),
        tuple(sorted(events, key=lambda event: event.seq)),
        tuple(_holds(archive, case, plan.given_up, kept, today)) if case else (),
        tuple(_groups(archive, year, plan.given_up, kept)) if year else (),
        tuple(e for e in gone.values() if e.op in _ENTERED_AGAIN) if year else (),
        tuple(str(e.data["case"]) for e in gone.values() if e.op is Op.CASE_DESTROYING) if year else (),
    )


def _about(event: Event) -> str:
    """Return what an event names, in a few words."""
    data, said = event.data, list[object]()
    record = data.get("record")
    if isinstance(record, dict):
        said = [f"第{record.get('no', '')}件", record.get("title"), (record.get("data") or {}).get("doc_no")]
    elif event.op.is_of_numbers:
        said = [data.get("sequence"), "—".join(str(data[k]) for k in ("first", "last") if k in data)]
    else:
        said = [data.get(key) for key in ("hold", "cause", "title", "case", "record")]
    return " ".join(str(word) for word in said if word)


# ── holds ────────────────────────────────────────────────────────────────────────────────────────────────
def _holds(
    archive: Archive, number: CaseNo, given_up: Sequence[Chain], kept: Chain, today: dt.date
) -> Iterator[Hold]:
    """Yield the holds of a case that only what is given up tells of, but those that were placed again in the ledger."""
    standing = [_terms(hold) for hold in _in_force(number, kept, today)]
    with suppress(IntegrityAlarm, NewerFormat):
        standing += [
            _terms(group.hold)
            for group in held_files.group_holds(archive)
            if group.hold.release is None and group.cases.may_fit(number)
        ]
    for chain_ in given_up:
        for hold in _in_force(number, chain_, today):
            if _terms(hold) not in standing:
                standing.append(_terms(hold))
                yield hold


def _in_force(number: CaseNo, held: Chain, today: dt.date) -> list[Hold]:
    if not held.events:
        return []
    try:
        return [hold for hold in chain.state(number, held).holds if hold.in_force(today)]
    except chain.UNFIT:
        return []


def _terms(hold: Hold) -> tuple[object, ...]:
    """Return by what a hold is known again under another id."""
    return hold.cause, hold.start, hold.authority, hold.doc_no


def _groups(archive: Archive, year: int, given_up: Sequence[Chain], kept: Chain) -> Iterator[GroupHold]:
    """Yield the holds on many cases that only what is given up of a year of the ledger tells of."""
    standing = [(_terms(g.hold), g.cases) for g in _folded(archive, year, kept) if g.hold.release is None]
    for chain_ in given_up:
        for group in _folded(archive, year, chain_):
            known = _terms(group.hold), group.cases
            if group.hold.release is None and known not in standing:
                standing.append(known)
                yield group


def _folded(archive: Archive, year: int, held: Chain) -> tuple[GroupHold, ...]:
    """Return the group holds with one year of the ledger as told."""
    years = {year: held}
    for folder in archive.ledger_folders():
        with suppress(IntegrityAlarm, NewerFormat, OSError):
            if folder.name != str(year):
                years[int(folder.name)] = chain.read(folder)
    try:
        return fold_group_holds((), (event for _, one in sorted(years.items()) for event, _ in one.events))
    except (ValueError, KeyError, TypeError):
        return ()


# ── the decision ─────────────────────────────────────────────────────────────────────────────────────────
def put_on_record(
    archive: Archive, name: str, loss: Loss, decision: Decision, stamp: Stamp, plan: RepairPlan
) -> None:
    """Enter into the ledger that two people give something up, then place the holds of a case again.

    From here on the heads that are lost are not asked for any more, but the one that is restored is.

    Args:
        archive: the archive, whose lock the caller holds.
        name: the bag's External-Identifier.
        loss: what is given up.
        decision: of whom, why.
        stamp: who restores, when.
        plan: by which it is given up.

    Raises:
        IntegrityAlarm: E202, NewerFormat: E210, of this year's ledger, which has to be mended first. WriteFailed: E204.

    Survives: a kill at any point. What was not restored yet is known to be lost when it is run again; holds that stand are not
        placed a second time.
    """
    entries = [_decided(name, loss, decision, plan)]
    if loss.holds:
        cases = HeldCases(numbers=tuple(compressed([CaseNo.parse(name)])))
        held = [(hold, cases) for hold in loss.holds]
        entries += _declared(held_files.group_holds(archive), held, name, decision)
    for entry in entries:
        archive.note(entry.op, entry.data, stamp, entry.reason)


def owe(archive: Archive, year: int, loss: Loss, decision: Decision, stamp: Stamp, plan: RepairPlan) -> None:
    """Note what a year of the ledger is owed once it is mended: the numbers that were taken, its holds, and in its own year the decision.

    ``archive.debts`` enters it, now or at the next start.

    Raises:
        WriteFailed: E204.
    """
    if plan.kept is None or not plan.kept.events:
        return  # nothing of it comes back that could be entered into
    again = [(year, Draft(e.op, e.data, e.reason or decision.reason.strip())) for e in loss.numbers]
    held = [(group.hold, group.cases) for group in loss.groups]
    later = _declared(_folded(archive, year, plan.kept), held, str(year), decision)
    today = stamp.by.today.year
    if year == today:
        later.append(_decided(bag.identifier(str(year)), loss, decision, plan))
    given_up = frozenset(Sha256(event.digest) for event in loss.events if event.digest)
    entries = (*again, *((today, draft) for draft in later))
    archive.debts.note(OwedEntries(year, plan.kept.head, given_up, entries, stamp))


def _decided(name: str, loss: Loss, decision: Decision, plan: RepairPlan) -> Draft:
    second = decision.second
    data: dict[str, Any] = {
        "case": name,
        "how": HOW,
        "findings": [],
        "lost": list(loss.words),
        "events": [event.to_plain() for event in loss.events],
        "holds": [hold.to_plain() for hold in loss.held],
        "confirmed": {
            "actor": second.actor,
            "known_by": second.known_by.value if second.known_by else "",
            "registered_account": second.registered_account,
        },
    }
    if plan.kept is not None and plan.kept.events and plan.whole:
        data["old_heads"] = [[name, event.seq, event.digest] for event in loss.events if event.digest]
        data[DECIDED] = list(BagHead(name, plan.kept.seq, plan.kept.head))
    return Draft(Op.ALARM_CLEARED, data, decision.reason.strip())


def _declared(
    known: Iterable[GroupHold], held: Iterable[tuple[Hold, HeldCases]], origin: str, decision: Decision
) -> list[Draft]:
    """Return the events by which holds are placed again, each as one on many cases, under ids of their own.

    Args:
        known: those that stand before.
        held: what is placed again, each with the cases it binds.
        origin: where it stood.
        decision: to do so.
    """
    drafts: list[Draft] = []
    first = int(next_group_hold(known)[1:])
    for n, (hold, cases) in enumerate(held, first):
        new = replace(hold, id=f"G{n}", scope=(), record=None, origin=f"{origin} {hold.id}")
        plain = {key: value for key, value in new.to_plain().items() if key != "scope"}
        drafts.append(Draft(Op.HOLD_DECLARED, {**plain, **cases.to_plain()}, decision.reason.strip()))
    return drafts
