"""What the office owes not in one case but for all its work: people enough, and records of its own work.

The records (实施方案, 培训, 宣传, 总结 …) are documents of the office: that they were issued stands in the ledger, and what they
say of themselves that a duty is judged by (the days they are about) was noted there when they were issued.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.config import Config
from archivist.doctypes.field_paths import FieldPath
from archivist.model.office_papers import OfficePaper
from archivist.model.staff import OF_THE_TOWN
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RulePrefix
from archivist.rules.staffing import staffing
from archivist.rules.unit import Unit

ONCE: Final = "一次"
"""The cycle of what must be there, however long ago it was made."""
_MONTHS: Final[Mapping[str, int]] = {"每月": 1, "每季度": 3, "每半年": 6, "每年": 12}
"""Cycles of the calendar and their length; other words (及时、不定期) say no length, and the year is counted."""
_LAST_DAYS: Final = (
    FieldPath.SUMMARY_END,
    FieldPath.OUTREACH_END,
    FieldPath.TRAINING_ON,
    FieldPath.INSPECTION_ON,
)
"""What a document is about goes up to one of these days, where it notes one."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What the office (or its bureau) owes not in one case but by the month or the year, or always.

    Attributes:
        period: which days it is about, or 常设.
        base: what it is reckoned from, in ``unit`` or as ``base_name`` calls it; ``required`` of them, ``done`` so far; ``None``
            where only the words of the rule are known, or where the doing is recorded elsewhere.
        unit: what is counted: 户, 人, 份.
        due: the last day in time, where the rule names one.
        short: it is not fulfilled though it should be by now.
        note: what a person must know besides.
    """

    rule: Rule
    period: str
    base: int | None = None
    required: int | None = None
    done: int | None = None
    unit: str = "户"
    base_name: str = ""
    due: dt.date | None = None
    short: bool = False
    note: str = ""


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────
def of_staff(config: Config, pack: Pack, recipients: int, on: dt.date) -> Iterator[Duty]:
    """Yield what the rules ask of the roster, and how many of it are at their posts.

    Args:
        config: people and population.
        pack: the rules.
        recipients: the persons in benefit.
        on: the day asked about.
    """
    wanted = staffing(pack, on, population=config.establishment.population, recipients=recipients)
    count = len(config.at_posts(OF_THE_TOWN, on))
    met = wanted.met(count)
    for yardstick in wanted.yardsticks:
        yield Duty(
            yardstick.rule, "常设", yardstick.base, yardstick.least, count, "人", yardstick.base_name,
            short=not met, note=wanted.unknown,
        )  # fmt: skip


# ── records ──────────────────────────────────────────────────────────────────────────────────────────────
def of_records(
    pack: Pack, papers: Sequence[OfficePaper], on: dt.date, since: dt.date | None
) -> Iterator[Duty]:
    """Yield what the office must have on record of its own work, and how much of it there is on a day.

    Args:
        pack: the rules.
        papers: the documents of the office issued.
        on: the day asked about.
        since: the day the ledger was opened: what was due before is nothing the program can know of.
    """
    for rule in pack.rules:
        if not rule.id.startswith(RulePrefix.DUTY) or not rule.applies(None, RuleDays.alike(on)):
            continue
        own = [p for p in papers if p.document in rule.documents and p.on <= on]
        if rule.unit is Unit.DAY_OF_YEAR:
            yield _by_day_of_year(rule, _days_of(pack, rule), own, on, since)
        elif rule.value == ONCE:
            yield Duty(rule, "常设", None, 1, len(own), "份", short=not own)
        else:
            yield _by_cycle(rule, own, on, since)


def _by_cycle(rule: Rule, own: Sequence[OfficePaper], on: dt.date, since: dt.date | None) -> Duty:
    """Return what is owed for the cycle a day lies in; for the one before, where it passed unfulfilled with a ledger open."""
    months = _MONTHS.get(str(rule.value))
    first, last = _span(on, months or 12)
    if months is None:
        return Duty(
            rule, f"{rule.value}，{_period(first, last)}", None, None, _about_days(own, first, last), "份"
        )
    before, passed = _span(first - dt.timedelta(days=1), months)
    if since and since <= passed and not _about_days(own, before, passed):
        return Duty(rule, _period(before, passed), None, 1, 0, "份", due=passed, short=True)
    return Duty(rule, _period(first, last), None, 1, _about_days(own, first, last), "份", due=last)


def _about_days(papers: Sequence[OfficePaper], first: dt.date, last: dt.date) -> int:
    return sum(first <= _about(p) <= last for p in papers)


def _period(first: dt.date, last: dt.date) -> str:
    """Return the whole months from one day to another in words: ``2024 年``, ``2024-03``, ``2024-01 至 2024-06``."""
    if (first.month, last.month) == (1, 12):
        return f"{first.year} 年"
    return f"{first:%Y-%m}" if first.month == last.month else f"{first:%Y-%m} 至 {last:%Y-%m}"


def _span(on: dt.date, months: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of the month, quarter, half-year or year a day lies in."""
    first = dt.date(on.year, (on.month - 1) // months * months + 1, 1)
    after = first.month + months
    following = dt.date(on.year + 1, 1, 1) if after > 12 else dt.date(on.year, after, 1)
    return first, following - dt.timedelta(days=1)


def _days_of(pack: Pack, rule: Rule) -> list[str]:
    """Return the days of the year on which documents of this kind are due, whichever row says so."""
    rows = (r for r in pack.rules if r.unit is Unit.DAY_OF_YEAR and {*r.documents} & {*rule.documents})
    return sorted({str(r.value) for r in rows})


def _by_day_of_year(
    rule: Rule, days: Sequence[str], own: Sequence[OfficePaper], on: dt.date, since: dt.date | None
) -> Duty:
    """Return the term that is open: the last one that passed unfulfilled since the ledger was opened, else the next."""
    terms = [dt.date.fromisoformat(f"{year}-{rule.value}") for year in (on.year - 1, on.year, on.year + 1)]
    passed = [t for t in terms if t < on and since and since <= t and not _fulfilling(t, days, own)]
    term = passed[-1] if passed else next(t for t in terms if t >= on)
    done = len(_fulfilling(term, days, own))
    return Duty(rule, f"{term} 前", None, 1, done, "份", due=term, short=term < on)


def _fulfilling(term: dt.date, days: Sequence[str], own: Sequence[OfficePaper]) -> list[OfficePaper]:
    """Return the documents about the time from the day of the year before a term to the term itself."""
    before = max(
        d
        for y in (term.year - 1, term.year)
        for day in days
        if (d := dt.date.fromisoformat(f"{y}-{day}")) < term
    )
    return [p for p in own if before < _about(p) <= term]


def _about(paper: OfficePaper) -> dt.date:
    """Return the last day a document is about: as it says, else its own date."""
    told = next((paper.noted[path] for path in _LAST_DAYS if paper.noted.get(path)), None)
    if month := paper.noted.get(FieldPath.ONLINE_MONTH):
        return dt.date.fromisoformat(f"{month}-01")
    return dt.date.fromisoformat(told) if told else paper.on
