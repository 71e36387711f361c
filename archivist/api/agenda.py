"""What is due in the office on a day, in every case or in one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.result import Result
from archivist.model.ids import Category
from archivist.model.standing import LimitStatus
from archivist.model.states import State
from archivist.rules.rule import DutyBearer, RuleKind
from archivist.rules.unit import Unit

if TYPE_CHECKING:
    from archivist.procedure import agenda as procedure
    from archivist.procedure.duties import Duty
    from archivist.rules.deadlines import Excluded
    from archivist.rules.rule import Rule, Source
    from archivist.workspace import Workspace

DAYS: Final = 15
"""How far ahead one looks when nothing is said, in calendar days."""
_LENGTHS: Final[Mapping[Unit, str]] = {
    Unit.WORKDAYS: "个工作日",
    Unit.DAYS: "日",
    Unit.HOURS: "小时",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
}


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Reference:
    """Where a row of the rules stands: the measure, its article; ``key`` is the pack's short name, e.g. ``S3``."""

    key: str
    measure: str
    article: str

    @classmethod
    def of(cls, source: Source) -> Reference:
        """Return the place of a sentence."""
        return cls(source.key, source.measure, source.article)

    def __str__(self) -> str:
        return f"{self.key} {self.article}".rstrip()


@dataclass(frozen=True, slots=True)
class Stay:
    """Days that do not count: those in a state after one day, up to and with another."""

    state: State
    after: dt.date
    until: dt.date

    @classmethod
    def of(cls, excluded: Excluded) -> Stay:
        """Return a stay of the deadlines."""
        return cls(*excluded)


@dataclass(frozen=True, slots=True)
class LimitView:
    """One limit of one case on a day.

    Attributes:
        status: ``window`` where it is somebody else's time, or a waiting period (公示期).
        rule: id of the row it stands on, ``title`` its name.
        duty: whose time it is; ``matter`` is the title with it, where it is not the office's own.
        started: the day it was set going, ``None`` while 未起算.
        due: last day in time; ``at`` is ``HH:MM`` where hours count; ``provisional`` (暂算) when a year's working days
            are not yet announced. ``warn``, ``warn_at``, ``warn_provisional``: an earlier line.
        warned: the warning line is reached.
        days: calendar days left, negative once past; ``workdays`` the same in working days.
        excluded: stays that were not counted.
        value: how much time, in ``unit``, from ``trigger``.
        source: the sentence; ``inferred`` where it does not say all of it; ``reference`` where it stands.
    """

    status: LimitStatus
    case: str
    applicant: str
    rule: str
    title: str
    kind: RuleKind
    duty: DutyBearer
    matter: str
    started: dt.date | None
    due: dt.date | None
    at: str
    provisional: bool
    warn: dt.date | None
    warn_at: str
    warn_provisional: bool
    warned: bool
    days: int | None
    workdays: int | None
    excluded: tuple[Stay, ...]
    value: int | float | str | bool
    unit: Unit
    trigger: str
    source: str
    reference: Reference
    inferred: bool
    note: str

    @classmethod
    def of(cls, entry: procedure.RunningLimit) -> LimitView:
        """Return an entry of the agenda."""
        rule, due, warn = entry.rule, entry.due, entry.warn
        return cls(
            status=entry.status,
            case=str(entry.case),
            applicant=entry.applicant,
            rule=rule.id,
            title=rule.title,
            kind=rule.kind,
            duty=rule.duty,
            matter=_matter(rule),
            started=entry.started,
            due=due.day if due else None,
            at=due.at if due else "",
            provisional=bool(due and due.provisional),
            warn=warn.day if warn else None,
            warn_at=warn.at if warn else "",
            warn_provisional=bool(warn and warn.provisional),
            warned=entry.warned,
            days=entry.days,
            workdays=entry.workdays,
            excluded=tuple(map(Stay.of, entry.excluded)),
            value=rule.value,
            unit=rule.unit,
            trigger=rule.trigger,
            source=str(rule.source),
            reference=Reference.of(rule.source),
            inferred=rule.inferred,
            note=rule.note,
        )

    @property
    def length(self) -> str:
        """How long the limit is in words; one that is no length (每月 25 日) goes by its title."""
        return f"{self.value} {_LENGTHS[self.unit]}" if self.unit in _LENGTHS else f"{self.value}{self.unit}"


class LimitViews:
    """Limits as they are shown, made anew only of those that are not the very ones of the last time."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[procedure.RunningLimit, LimitView]] = {}

    def all_of(self, entries: Sequence[procedure.RunningLimit]) -> tuple[LimitView, ...]:
        """Return the entries of an agenda; of others nothing is kept on."""
        before, self._kept = self._kept, {}
        for entry in entries:
            had = before.get(id(entry))
            self._kept[id(entry)] = had if had and had[0] is entry else (entry, LimitView.of(entry))
        return tuple(view for _, view in self._kept.values())


@dataclass(frozen=True, slots=True)
class DueMemory:
    """What a process that is asked often keeps of all cases of the office; used by one question at a time."""

    households: procedure.AgendaMemory
    shown: LimitViews

    @classmethod
    def empty(cls) -> DueMemory:
        """Return one that knows nothing yet."""
        from archivist.procedure import agenda as procedure
        from archivist.procedure.case_sights import SAVED_TOGETHER

        return cls(procedure.AgendaMemory(SAVED_TOGETHER), LimitViews())


@dataclass(frozen=True, slots=True)
class DutyView:
    """What the office (or its bureau) owes not in one case but by the month or the year, or always.

    Attributes:
        rule: id of the row it stands on; ``title``, ``duty``, ``matter`` as in ``LimitView``.
        base: what it is reckoned from, ``required`` of them, ``done`` so far; ``None`` where only the words of the rule are
            known, or where the doing is recorded elsewhere.
        unit: what is counted: 户, 人, 份; ``base_name`` what the base counts where it is something else (人口).
        due: the last day in time, where the rule names one; ``short``: not fulfilled though it should be.
        note: what a person must know besides.
        share: of the households, where the row is a share.
    """

    rule: str
    title: str
    duty: DutyBearer
    matter: str
    period: str
    base: int | None
    required: int | None
    done: int | None
    unit: str
    base_name: str
    due: dt.date | None
    short: bool
    note: str
    share: float | None
    source: str
    reference: Reference

    @classmethod
    def of(cls, duty: Duty) -> DutyView:
        """Return a duty of the agenda."""
        rule = duty.rule
        return cls(
            rule=rule.id,
            title=rule.title,
            duty=rule.duty,
            matter=_matter(rule),
            period=duty.period,
            base=duty.base,
            required=duty.required,
            done=duty.done,
            unit=duty.unit,
            base_name=duty.base_name,
            due=duty.due,
            short=duty.short,
            note=duty.note,
            share=float(rule.value) if rule.unit is Unit.RATIO else None,
            source=str(rule.source),
            reference=Reference.of(rule.source),
        )


def _matter(rule: Rule) -> str:
    return rule.title if rule.duty is DutyBearer.OFFICE else f"{rule.duty.label}：{rule.title}"


@dataclass(frozen=True, slots=True)
class HoldReviewView:
    """A hold (冻结) that is to be looked at again; see ``procedure.hold_reviews.HoldReview``."""

    case: str
    hold: str
    words: str
    until: str
    review_on: dt.date
    days: int


@dataclass(frozen=True, slots=True)
class OutstandingFindingView:
    """Something the bureau wants put right; see ``procedure.check_findings.OutstandingFinding``."""

    case: str
    submission: str
    record: str
    text: str
    until: dt.date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class AgendaView(Result):
    """What is due on a day, the most urgent first.

    Attributes:
        on: the moment asked about.
        cases: how many open cases were looked at.
        holds: the holds that are to be reviewed, in open and in closed files.
        findings: what the bureau returned or found and has not passed yet.
        unread: the cases that could not be looked at (未检), and why.
        handed_over: how many files another office answers for since a reorganisation: nothing of them is due here.
    """

    SCHEMA: ClassVar[str] = "archivist/due/2"

    on: dt.datetime
    cases: int
    entries: tuple[LimitView, ...]
    duties: tuple[DutyView, ...]
    holds: tuple[HoldReviewView, ...]
    findings: tuple[OutstandingFindingView, ...]
    unread: tuple[str, ...]
    handed_over: int = 0

    @classmethod
    def of(cls, found: procedure.Agenda, shown: LimitViews | None = None) -> AgendaView:
        """Return an agenda; ``shown`` has the limits that were shown before."""
        return cls(
            on=found.on,
            cases=found.cases,
            entries=(shown or LimitViews()).all_of(found.entries),
            duties=tuple(map(DutyView.of, found.duties)),
            holds=tuple(
                HoldReviewView(r.case, r.hold, r.words, r.until, r.review_on, r.days) for r in found.holds
            ),
            findings=tuple(
                OutstandingFindingView(f.case, f.submission, f.record, f.text, f.until, f.days)
                for f in found.findings
            ),
            unread=found.unread,
            handed_over=found.handed_over,
        )

    def within(self, days: int | None) -> AgendaView:
        """Return of an agenda of everything what ``due`` says of the next ``days`` calendar days; ``None`` for everything."""
        if days is None:
            return self
        return replace(
            self,
            entries=tuple(e for e in self.entries if e.days is None or e.days <= days or e.warned),
            holds=tuple(hold for hold in self.holds if hold.days <= days),
        )

    @property
    def counts(self) -> Mapping[LimitStatus, int]:
        """How many limits stand how, the most urgent first; without those there are none of."""
        statuses = [entry.status for entry in self.entries]
        return {status: n for status in LimitStatus if (n := statuses.count(status))}


# ── what is done ─────────────────────────────────────────────────────────────────────────────────────────
def due(
    workspace: Workspace,
    *,
    on: dt.datetime,
    case: str | None = None,
    category: Category | None = None,
    overdue: bool = False,
    days: int | None = DAYS,
    progress: Callable[[int, int], None] | None = None,
    memory: DueMemory | None = None,
) -> AgendaView:
    """Return what is due.

    Args:
        workspace: the open workspace.
        on: the moment asked about, aware; Asia/Shanghai.
        case: only this household, as people name it; the duties of the whole office are left out.
        category: only cases of it.
        overdue: only what is overdue, of the duties of the whole office those that are not fulfilled.
        days: leave out what ends later than so many calendar days from now, unless its warning line is reached;
            ``None`` for everything.
        progress: called with the cases worked out and all those to be, where the cache has to be filled.
        memory: only of questions about the whole office; what did not change since the last of them is taken from it.

    Raises:
        IndexFault: E400. CaseNotFound, IntegrityAlarm: E201, E202, for a single case.
    """
    from archivist.procedure import agenda as procedure

    number = workspace.find_case(case) if case else None
    found = procedure.agenda(
        workspace, on=on, category=category, case=number, overdue=overdue, days=days, step=progress,
        memory=memory.households if memory else None,
    )  # fmt: skip
    if number is None and category is None:
        found = with_submission(workspace, found, overdue=overdue)
    return AgendaView.of(found, memory.shown if memory else None)


def with_submission(workspace: Workspace, found: procedure.Agenda, *, overdue: bool) -> procedure.Agenda:
    """Return an office's agenda with the submission to the bureau that is owed, in the place of its bare rule."""
    from archivist.preservation import submission_duty

    owed = submission_duty.owed(workspace, found.on.date())
    if owed is None:
        return found
    others = tuple(duty for duty in found.duties if duty.rule.id != owed.rule.id)
    return replace(found, duties=others if overdue and not owed.short else (*others, owed))
