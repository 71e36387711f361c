"""How long a file must be kept, and from when: a pure function of the file, the rules and the day.

审批类 is kept by household and counts from 注销 (低保档案管理通知「停保后不少于3年」); who never received anything counts from the
decision. Papers of daily management (日常管理类) that lie in the file do not lengthen it, unless the office writes so, and then by
the date of the paper, never by the day it was scanned. The day after the end the file may be *appraised* (鉴定); nothing is
ever destroyed by a date alone (《中华人民共和国档案法》第二十一条「禁止擅自销毁档案」).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case, CaseStatus
from archivist.model.record import Record
from archivist.model.step_ids import GRANTING, UNGRANTED, StepId
from archivist.rules.pack import Pack, Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId, RulePrefix
from archivist.rules.unit import Unit
from archivist.rules.work_calendar import add_years

__all__ = [
    "Retention",
    "RetentionClass",
    "RetentionPeriod",
    "RetentionStatus",
    "office_retention",
    "retention",
    "words",
]

_PAPERS_OF_GRANT: Final = (DocumentId.CONFIRMATION_DECISION,)


class RetentionClass(StrEnum):
    """By what a file is kept."""

    CASE = "case"
    """Assistance was granted, or nobody wrote what came of it: from 注销."""
    REFUSED = "refused"
    """Nothing was ever granted: from the last decision that said so."""
    DAILY = "daily"
    """A paper of daily management lengthens it: from the end of the paper's year."""
    OFFICE = "office"
    """A document of the office: from the year after it was made."""
    EXTENDED = "extended"
    PERMANENT = "permanent"
    NONE = "none"
    """No period runs: the file is open."""
    UNKNOWN = "unknown"
    """It is closed, nobody knows since when."""

    @property
    def label(self) -> str:
        """How people call it."""
        return {
            "case": "户档",
            "refused": "未给予救助的案卷",
            "daily": "日常管理类材料",
            "office": "机关文书",
            "extended": "鉴定延长",
            "permanent": "永久",
            "none": "未起算",
            "unknown": "注销日不明",
        }[self.value]


_ROW: Final = {
    RetentionClass.CASE: RuleId.RETENTION_CASE,
    RetentionClass.REFUSED: RuleId.RETENTION_REFUSED,
}


class RetentionStatus(StrEnum):
    """Where the period stands on a day."""

    OPEN = "open"
    RUNNING = "running"
    EXPIRED = "expired"
    UNCLOSED = "unclosed"
    """It has run out, and the file was never closed: that comes first."""
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """How people call it."""
        return {
            "open": "未起算",
            "running": "在保管",
            "expired": "可鉴定",
            "unclosed": "期满未结案",
            "unknown": "起算日不明",
        }[self.value]


@dataclass(frozen=True, slots=True)
class RetentionPeriod:
    """One time that the file must be kept for; ``end`` is its last day, ``None`` for ever; ``rule`` what it stands on."""

    kind: RetentionClass
    start: dt.date
    end: dt.date | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a file must be kept, seen on a day.

    Attributes:
        kind: what decides.
        status: whether it runs, has run out, has not begun.
        starts: the day it is counted from; ``None`` while nothing runs.
        expires: the last day the file must be kept; ``None`` while nothing runs, and for ever.
        rule: the row that decides; while nothing runs the one that will.
        periods: every time that runs, the deciding one first.
        doubts: what the appraisers must look into, in Chinese.
    """

    kind: RetentionClass
    status: RetentionStatus
    starts: dt.date | None
    expires: dt.date | None
    rule: Rule
    periods: tuple[RetentionPeriod, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def expired(self) -> bool:
        """Whether the file may be appraised."""
        return self.status is RetentionStatus.EXPIRED


def words(rule: Rule) -> str:
    """Return a period as covers and lists write it: ``注销（停保）之日起不少于3年``."""
    return f"{rule.trigger}起不少于{rule.value}{rule.unit}"


def retention(case: Case, pack: Pack, on: dt.date) -> Retention:
    """Return how long a file must be kept, as it stands on a day.

    Args:
        case: the file.
        pack: the rules of the office; of a row's series those in force on the day the period starts and on ``on`` count,
            the later end holds: a shorter period does not reach back, a longer one does.
        on: civil day.

    Raises:
        RuleFault: E502, the pack does not say how long such a file is kept.
    """
    doubts: list[str] = []
    closed = case.status is CaseStatus.DEREGISTERED
    kinds = _kinds(case)
    refused = _refused_on(case, doubts) if RetentionClass.REFUSED in kinds else None
    starts = {RetentionClass.CASE: case.deregistered_on, RetentionClass.REFUSED: refused}
    base = pack.rule(_ROW[kinds[0]], case.category, RuleDays.alike(starts[kinds[0]] or on))
    if not closed and (RetentionClass.CASE in kinds or not case.state.ended):
        return _not_begun(RetentionClass.NONE, RetentionStatus.OPEN, base, _unclosed_doubts(case))
    periods: list[RetentionPeriod] = []
    for kind in kinds:
        if (start := starts[kind]) is None:
            return _not_begun(RetentionClass.UNKNOWN, RetentionStatus.UNKNOWN, base, ())
        periods.append(_longest(_counted(pack, case, on, _ROW[kind], kind, start)))
    daily = any(
        _applies(pack, case, on, RuleId.RETENTION_DAILY_LENGTHENS, starts[kind] or on) for kind in kinds
    )
    if closed and daily:
        periods += _daily(case, pack, on, doubts)
    last = max(periods, key=lambda p: p.end or dt.date.max)
    periods += _extended(case, last)
    last = max(periods, key=lambda p: p.end or dt.date.max)
    return Retention(
        last.kind,
        _status(last, on, closed),
        last.start,
        last.end,
        last.rule,
        (last, *(p for p in periods if p is not last)),
        (*doubts, *_closing_doubts(case, pack, on)),
    )


def _not_begun(
    kind: RetentionClass, status: RetentionStatus, base: Rule, doubts: tuple[str, ...]
) -> Retention:
    return Retention(kind, status, None, None, base, doubts=doubts)


def _status(last: RetentionPeriod, on: dt.date, closed: bool) -> RetentionStatus:
    if last.end is None or on <= last.end:
        return RetentionStatus.RUNNING
    return RetentionStatus.EXPIRED if closed else RetentionStatus.UNCLOSED


# ── what came of it ──────────────────────────────────────────────────────────────────────────────────────
def _kinds(case: Case) -> tuple[RetentionClass, ...]:
    """Return by what a file is kept.

    What the steps say decides. Where only papers say that something was granted, or that nothing was, the file is kept by
    both: no paper that is added makes its end an earlier one.
    """
    both = (RetentionClass.CASE, RetentionClass.REFUSED)
    if case.step(*GRANTING) or case.taken_over:
        return (RetentionClass.CASE,)
    if case.step(*UNGRANTED):
        return both if case.records_of(*_PAPERS_OF_GRANT) else (RetentionClass.REFUSED,)
    return both if _refusals(case) else (RetentionClass.CASE,)


def _refusals(case: Case) -> list[Record]:
    return [r for r in case.records_of(DocumentId.REFUSAL_DECISION) if r.signs is None]


def _refused_on(case: Case, doubts: list[str]) -> dt.date:
    """Return the day of the last decision that nothing is granted, in whatever order they were put on record."""
    if steps := [step.on for step in case.steps if step.id in UNGRANTED]:
        return max(steps)
    return max(_day_of(paper, case, doubts) for paper in _refusals(case))


def _day_of(record: Record, case: Case, doubts: list[str]) -> dt.date:
    """Return the day of a paper; where nobody knows it, the last day it can be of: it was scanned, or the file closed."""
    if record.dated:
        if record.dated_by_machine:
            doubts.append(f"第{record.no}件《{record.title}》的日期 {record.dated} 是识读的，须人工核对")
        return dt.date.fromisoformat(record.dated)
    filed = dt.date.fromisoformat(record.filed_at[:10])
    last = min(filed, case.deregistered_on or filed)
    doubts.append(f"第{record.no}件《{record.title}》没有日期，最晚为 {last}〔推定〕，须人工核对")
    return last


# ── how long ─────────────────────────────────────────────────────────────────────────────────────────────
def _rows(pack: Pack, case: Case, on: dt.date, row: str, start: dt.date) -> list[Rule]:
    """Return the rows of a series that were in force when the period began and that are on the day asked for."""
    found = [pack.find(row, case.category, RuleDays.alike(day)) for day in (start, on)]
    return list({id(r): r for r in found if r is not None}.values())


def _applies(pack: Pack, case: Case, on: dt.date, row: str, start: dt.date) -> bool:
    return any(rule.value is True for rule in _rows(pack, case, on, row, start))


def _counted(
    pack: Pack, case: Case, on: dt.date, row: str, kind: RetentionClass, start: dt.date
) -> Iterator[RetentionPeriod]:
    next_year = _applies(pack, case, on, RuleId.RETENTION_FROM_NEXT_YEAR, start)
    begins = dt.date(start.year + 1, 1, 1) if next_year else start
    for rule in _rows(pack, case, on, row, start):
        end = add_years(begins, int(rule.value)) - dt.timedelta(days=1 if next_year else 0)
        yield RetentionPeriod(kind, begins, end, rule)


def _longest(periods: Iterator[RetentionPeriod]) -> RetentionPeriod:
    return max(periods, key=lambda p: p.end or dt.date.max)


def _daily(case: Case, pack: Pack, on: dt.date, doubts: list[str]) -> Iterator[RetentionPeriod]:
    """Yield what the last of the papers of daily management asks for, from the end of its year."""
    day = case.deregistered_on or on
    documents = {d for rule in _rows(pack, case, on, RuleId.RETENTION_DAILY, day) for d in rule.documents}
    papers = [r for r in case.records_of(*sorted(documents)) if r.signs is None]
    if not papers:
        return
    start = dt.date(max(_day_of(r, case, doubts).year for r in papers), 12, 31)
    for rule in _rows(pack, case, on, RuleId.RETENTION_DAILY, day):
        yield RetentionPeriod(RetentionClass.DAILY, start, add_years(start, int(rule.value)), rule)


def _extended(case: Case, last: RetentionPeriod) -> Iterator[RetentionPeriod]:
    """Yield what appraisals decided beyond what the rules ask for."""
    for one in case.extensions:
        if one.until is None:
            yield replace(last, kind=RetentionClass.PERMANENT, end=None)
        elif last.end is not None and one.until > last.end:
            yield replace(last, kind=RetentionClass.EXTENDED, end=one.until)


# ── documents of the office ──────────────────────────────────────────────────────────────────────────────
def office_retention(document: str, formed: dt.date, pack: Pack, on: dt.date) -> Retention:
    """Return how long a document of the office is kept: it lies in no household's file and does not end with one.

    Args:
        document: its type.
        formed: its date (成文日期).
        pack: the rules of the office.
        on: civil day.

    Raises:
        RuleFault: E502, the pack does not say.
    """
    named = [
        r for r in pack.rules if r.id.startswith(RulePrefix.RETENTION_OFFICE) and document in r.documents
    ]
    rule = next((r for r in named if r.applies(None, RuleDays.alike(formed))), None) or pack.rule(
        RuleId.RETENTION_OFFICE, None, RuleDays.alike(formed)
    )
    if rule.unit is not Unit.YEARS:
        period = RetentionPeriod(RetentionClass.PERMANENT, formed, None, rule)
    else:
        start = dt.date(formed.year + 1, 1, 1)
        end = add_years(start, int(rule.value)) - dt.timedelta(days=1)
        period = RetentionPeriod(RetentionClass.OFFICE, start, end, rule)
    status = _status(period, on, closed=True)
    return Retention(period.kind, status, period.start, period.end, rule, (period,))


# ── what appraisers must know ────────────────────────────────────────────────────────────────────────────
def _unclosed_doubts(case: Case) -> tuple[str, ...]:
    if case.steps and case.state.ended:
        return (f"“{case.state.label}”而没有注销，保管期限未起算；请办理注销",)
    return ()


def _closing_doubts(case: Case, pack: Pack, on: dt.date) -> Iterator[str]:
    stated = case.deregistration_stated
    if case.deregistered_on and stated and stated != case.deregistered_on.isoformat():
        yield f"注销日只知道“{stated}”，按最晚的 {case.deregistered_on} 起算〔推定〕"
    if ended := case.step(StepId.TERMINATE):
        longest = pack.rule(RuleId.REMEDY_LITIGATION_MAX, case.category, RuleDays(case.rules_on, ended.on))
        if on <= (until := add_years(ended.on, int(longest.value))):
            yield f"终止决定（{ended.on}）未满{longest.value}{longest.unit}，至 {until} 仍可能被诉（{longest.source}）"
