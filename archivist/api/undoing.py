"""Taking back what one did last to a household: shown first, then done as the opposite act, by that act's own use case.

So whoever may not do the opposite may not take back either, and nothing is asked or checked here that is not asked there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archivist.api import cases, history, refiling, steps
from archivist.api.authorisation import asked, at_post, require
from archivist.api.cases import ChangeView
from archivist.api.inbox import record_named
from archivist.api.result import Result
from archivist.errors import ArchiveError, ArchivistError, UsageError
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.ids import CaseNo
    from archivist.procedure.undoing import Inverse, OwnEvent
    from archivist.workspace import Workspace

_TRIAL: Final = "撤销"
_ACTS: Final = {
    "step_back": Act.CORRECT_STEP,
    "step_again": Act.TAKE_STEP,
    "step_as_before": Act.CORRECT_STEP,
    "facts_back": Act.CHANGE_FACTS,
    "type_back": Act.RETYPE_RECORD,
    "record_back": Act.MOVE_RECORD,
    "tray_back": Act.MOVE_RECORD,
    "reopened": Act.REOPEN,
}
_LOOKED_THROUGH: Final = 50
"""So many households, those written to last, are looked through for somebody's last act; beyond that the household is named."""


@dataclass(frozen=True, slots=True)
class Undoing(Result):
    """What somebody did last in a household, and its opposite, as it would be done or was done.

    Attributes:
        event: number of the event; ``time`` ISO 8601 with offset, ``title`` and ``text`` what it did.
        inverse: the opposite in words; empty where there is none.
        who: the roles that may do the opposite, in Chinese.
        changes: the facts it changes.
        leaves: what stays all the same.
        problems: why it cannot be done now: who acted since on the same, what forbids it.
        instead: what to do where there is no opposite.
        recorded_in: the household whose chain tells of it; ``recorded`` the number of its event there, ``None`` where nothing was done.
    """

    SCHEMA: ClassVar[str] = "archivist/undo/1"

    case: str
    applicant: str
    event: int
    time: str
    title: str
    text: str
    inverse: str
    who: str
    changes: tuple[ChangeView, ...]
    leaves: tuple[str, ...]
    problems: tuple[str, ...]
    instead: str
    recorded_in: str
    recorded: int | None
    dry_run: bool

    @property
    def possible(self) -> bool:
        """Whether it can be done."""
        return bool(self.inverse) and not self.problems


@dataclass(frozen=True, slots=True)
class PlannedUndo:
    """What would be done, and how far the household had come when it was looked at (``head``)."""

    shown: Undoing
    head: str
    inverse: Inverse | None
    own: OwnEvent


def plan(workspace: Workspace, by: By, case: str = "") -> PlannedUndo:
    """Return the opposite of what somebody did last; write nothing.

    Args:
        workspace: the open workspace.
        by: whose act is meant.
        case: the household as people name it; where none is named, the one in which they acted last.

    Raises:
        ArchiveError: E200, they did nothing there. CaseNotFound: E201. IntegrityAlarm: E202.
    """
    from archivist.procedure import undoing

    number = workspace.find_case(case) if case else _last_household(workspace, by)
    chain = workspace.archive.chain(number)
    event = undoing.last_own(chain.events, by.actor)
    if event is None:
        raise ArchiveError(
            f"{by.actor}在这一户没有办过什么，没有可撤销的",
            remedy="用 archivist case log 户 看谁办了什么；只能撤销本人办的（--as 写明是谁）。没有写入任何内容。",
        )
    own = undoing.own_event(number, chain.events, event)
    found = undoing.inverse(own)
    shown = Undoing(
        case=str(number),
        applicant=own.now.applicant_name,
        event=event.seq,
        time=event.time,
        title=history.TITLES[event.op],
        text=history.event_text(workspace, event),
        inverse=found.words if found else "",
        who=asked(_ACTS[found.kind.value]) if found else "",
        changes=(),
        leaves=found.leaves if found else (),
        problems=(),
        instead="" if found else undoing.instead(own),
        recorded_in=str(found.at if found else number),
        recorded=None,
        dry_run=True,
    )
    head = str(chain.head)
    if found is None:
        return PlannedUndo(shown, head, None, own)
    later = undoing.since(own, chain.events)
    if found.at != number:  # a paper that lies elsewhere now: what was done to it there
        there = workspace.archive.chain(found.at)
        head = str(there.head)
        assert found.record
        arrived = undoing.own_event(found.at, there.events, undoing.filing_of(there.events, found.record))
        later += undoing.since(arrived, there.events)
    others = tuple(
        f"{one.time[:10]} {one.time[11:16]} {one.actor}又办了{history.TITLES[one.op]}：{history.event_text(workspace, one)}"
        for one in later
    )
    return PlannedUndo(
        _examined(workspace, by, replace(shown, problems=others), own, found), head, found, own
    )


def undo(workspace: Workspace, by: By, planned: PlannedUndo, *, reason: str = "") -> Undoing:
    """Do the opposite that was planned, as an event of its own; nothing of the chain is changed.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        planned: what was shown.
        reason: why; where none is told, that it takes back that event.

    Raises:
        ArchiveError: E200, there is no opposite, or somebody acted since on the same. UsageError: E001, the household was
            written to since it was looked at. RoleMissing: E504, and whatever else the opposite act raises.
    """
    shown, found = planned.shown, planned.inverse
    if found:
        require(workspace, by, _ACTS[found.kind.value])
    elif workspace.config.people:
        at_post(workspace, by)  # whoever is nobody here is told so, and not what another one did
    if found is None:
        raise ArchiveError(
            f"第 {shown.event} 号“{shown.title}”没有可以撤销的办法",
            file=shown.case,
            remedy=f"{shown.instead}。没有写入任何内容。",
        )
    if shown.problems:
        raise ArchiveError(
            f"第 {shown.event} 号“{shown.title}”现在不能撤销",
            file=shown.case,
            problems=shown.problems,
            remedy="按所列逐项解决，别人办的请与本人商量；或另行更正（case correct、case set）。没有写入任何内容。",
        )
    why = reason.strip() or f"撤销第 {shown.event} 号（{shown.title}）"
    with history.acting_on(workspace, str(found.at), planned.head):
        _do(workspace, by, planned.own, found, why)
    return replace(shown, recorded=workspace.archive.read(found.at).seq, dry_run=False)


def take_back_filing(workspace: Workspace, by: By, case: str, record: str) -> str:
    """Take back that somebody just filed a paper from the tray, if it is the last thing they did to that household; return its id there.

    Raises:
        ArchiveError: E200, they did something else there since, or see ``undo``. Else what ``plan`` and ``undo`` raise.
    """
    from archivist.model.event import Op
    from archivist.procedure.undoing import from_tray

    planned, wanted = plan(workspace, by, case), record_named(record)
    last = planned.own.event
    filed = from_tray(last) or last.op is Op.SIGNED_COPY_FILED  # of which undoing says what is done instead
    if not filed or last.data["record"]["no"] != wanted:
        raise ArchiveError(
            f"第 {wanted} 件不是您在这一户最后办的，最后办的是{planned.shown.title}：{planned.shown.text}",
            file=planned.shown.case,
            remedy="归错户、认错种类的，打开那一件，在“归错了”里移到别户或者改种类。没有写入任何内容。",
        )
    done = undo(workspace, by, planned)
    assert done.recorded
    event, _ = workspace.archive.chain(planned.own.now.number).events[done.recorded - 1]
    return str(event.data["item"])


# ── looked at ────────────────────────────────────────────────────────────────────────────────────────────
def _examined(workspace: Workspace, by: By, shown: Undoing, own: OwnEvent, found: Inverse) -> Undoing:
    """Return what is shown, with what the opposite would change and what stands against it."""
    from archivist.procedure.undoing import UndoKind

    problems: list[str] = []
    leaves, changes = list(shown.leaves), _turned(own)
    number = str(found.at)
    try:
        match found.kind:
            case UndoKind.STEP_BACK:
                problems += _bound(workspace, own)
            case UndoKind.STEP_AGAIN:
                steps.plan_step(workspace, by, number, **_step_again(workspace, own))
            case UndoKind.FACTS_BACK:
                changes, kept = _facts_back(workspace, by, own)
                leaves += kept
            case UndoKind.TYPE_BACK:
                _retype(workspace, by, found, _TRIAL, dry_run=True)
            case UndoKind.RECORD_BACK:
                _move(workspace, by, found, _TRIAL, dry_run=True)
            case UndoKind.TRAY_BACK:
                _to_tray(workspace, by, found, _TRIAL, dry_run=True)
    except ArchivistError as error:
        problems += error.problems or [error.what]
    return replace(shown, changes=changes, leaves=tuple(leaves), problems=(*shown.problems, *problems))


def _turned(own: OwnEvent) -> tuple[ChangeView, ...]:
    """Return what an event changed of the facts, turned round."""
    from archivist.procedure.undoing import own_changes

    return tuple(ChangeView(one.path, one.label, one.new, one.old) for one in own_changes(own))


def _bound(workspace: Workspace, own: OwnEvent) -> list[str]:
    """Return why a step cannot be taken back."""
    from archivist.procedure.corrections import binding

    step = next((s for s in own.now.steps if s.seq == own.event.seq), None)
    return binding(workspace.pack, own.now, step) if step else ["这一环节已经撤回"]


def _facts_back(workspace: Workspace, by: By, own: OwnEvent) -> tuple[tuple[ChangeView, ...], list[str]]:
    """Return what putting the facts back would change, and which of them follow from others and stay as they are."""
    from archivist.procedure import cases as procedure
    from archivist.procedure.undoing import facts_back, own_changes

    back = facts_back(own)
    settled, changes = procedure.examined_change(workspace, own.now, back.emptied, back.laid_over, by.today)
    mine = {one.path for one in own_changes(own)}
    others = (d for d in procedure.differences(own.before.facts, settled.facts) if d.path in mine)
    return tuple(map(ChangeView.of, changes)), [f"{one.label}由别的项得出，仍为 {one.new}" for one in others]


# ── done ─────────────────────────────────────────────────────────────────────────────────────────────────
def _do(workspace: Workspace, by: By, own: OwnEvent, found: Inverse, why: str) -> None:
    """Do the opposite, through the gate of that act."""
    from archivist.procedure.undoing import UndoKind, facts_back

    number = str(found.at)
    match found.kind:
        case UndoKind.STEP_BACK:
            steps.correct_step(workspace, by, number, own.event.seq, void=True, reason=why)
        case UndoKind.STEP_AGAIN:
            steps.take_step(workspace, by, number, **_step_again(workspace, own))
        case UndoKind.STEP_AS_BEFORE:
            steps.correct_step(workspace, by, number, **_step_as_before(own), reason=why)
        case UndoKind.FACTS_BACK:
            cases.put_back_facts(workspace, by, number, facts_back(own), reason=why)
        case UndoKind.TYPE_BACK:
            _retype(workspace, by, found, why)
        case UndoKind.RECORD_BACK:
            _move(workspace, by, found, why)
        case UndoKind.TRAY_BACK:
            _to_tray(workspace, by, found, why)
        case UndoKind.REOPENED:
            cases.reopen(workspace, by, number, reason=why)


def _retype(workspace: Workspace, by: By, found: Inverse, why: str, *, dry_run: bool = False) -> None:
    assert found.record
    refiling.retype_record(
        workspace, by, str(found.at), found.record, found.type, reason=why, dry_run=dry_run
    )


def _move(workspace: Workspace, by: By, found: Inverse, why: str, *, dry_run: bool = False) -> None:
    assert found.record
    refiling.move_record(
        workspace, by, str(found.at), found.record, str(found.target), type=found.type or None, reason=why, dry_run=dry_run
    )  # fmt: skip


def _to_tray(workspace: Workspace, by: By, found: Inverse, why: str, *, dry_run: bool = False) -> None:
    assert found.record
    refiling.take_back_record(workspace, by, str(found.at), found.record, reason=why, dry_run=dry_run)


def _step_again(workspace: Workspace, own: OwnEvent) -> dict[str, Any]:
    """Return how a step that was taken back is told once more; what it works out by itself is not told."""
    from archivist.rules import across, step_rows

    step = own.before.steps[-1]
    row = step_rows.row_taken(workspace.pack, own.before, step)
    told = {*row.labels, across.EXCEPTION} if row else set()
    values = {key: value for key, value in step.values.items() if key in told}
    return {
        "step": step.id,
        "on": step.on,
        "at": step.at,
        "people": step.by,
        "values": values,
        "reason": step.reason,
    }


def _step_as_before(own: OwnEvent) -> dict[str, Any]:
    """Return what a correction changed of a step, as it was before."""
    seq = own.event.data["seq"]
    old, new = (next(s for s in case.steps if s.seq == seq) for case in (own.before, own.after))
    told: dict[str, Any] = {"event": seq}
    if old.on != new.on:
        told["on"] = old.on
    if old.at != new.at:
        told["at"] = old.at
    if old.by != new.by:
        told["people"] = old.by
    changed = {k for k in {*old.values, *new.values} if old.values.get(k) != new.values.get(k)}
    return told | {"values": {key: old.values.get(key, "") for key in changed}}


# ── where ────────────────────────────────────────────────────────────────────────────────────────────────
def _last_household(workspace: Workspace, by: By) -> CaseNo:
    """Return the household in which somebody acted last, by the machine's clock; those written to last are looked at first."""
    from archivist.procedure.undoing import last_own

    archive = workspace.archive
    written = [((archive.folder(n) / "events").stat().st_mtime, n) for n in archive.case_numbers()]
    best: tuple[float, CaseNo] | None = None
    for at, number in sorted(written, reverse=True)[:_LOOKED_THROUGH]:
        if best and best[0] > at:
            break
        if event := last_own(archive.chain(number).events, by.actor):
            moment = dt.datetime.fromisoformat(event.real_time).timestamp()
            best = max(best, (moment, number)) if best else (moment, number)
    if best is None:
        raise UsageError(
            f"最近改动的 {min(len(written), _LOOKED_THROUGH)} 户里没有{by.actor}办的",
            remedy="写明是哪一户：archivist undo 户。没有写入任何内容。",
        )
    return best[1]
