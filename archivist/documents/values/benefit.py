"""What the papers of a running benefit print by themselves: when the next review is due, what was paid too much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from archivist.doctypes.ids import DocumentId
from archivist.errors import UnlawfulDocument
from archivist.model import chinese
from archivist.model.case import Case
from archivist.model.chinese import money_in_words
from archivist.model.ids import Category
from archivist.model.step_ids import StepId
from archivist.rules.disposition.retention import retention
from archivist.rules.pack import Pack
from archivist.rules.work_calendar import add_months

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.documents.values.context import Known
    from archivist.workspace import Workspace

_REPORTED: Final = 3
"""Months after which a change counts as hidden. Source: 《关于进一步做好最低生活保障等社会救助兜底保障工作的通知》五（五）
「发生重大变化超过3个月未主动告知的」."""


# ── by the rule pack ─────────────────────────────────────────────────────────────────────────────────────
Given = Mapping[str, object]
Values = dict[str, object]


def ruled(workspace: Workspace, document: DocumentType, case: Case, given: Given, *, on: dt.date) -> Values:
    """Return what the rule pack says for a paper of a running benefit: reviews, death, end, recovery.

    Raises:
        UnlawfulDocument: E305, a decision before the notice that must precede it is over.
    """
    make = _RULED.get(document.id)
    return make(workspace.pack, case, given, on) if make else {}


def _review(pack: Pack, case: Case, given: Given, _: dt.date) -> Values:
    values: Values = {}
    if rule := pack.rule_for("review.cycle", case):
        if last := case.step(*rule.starts):
            values["due"] = rule.deadline(last.on, pack.calendar).day
        if done := _day(given.get("review.done")):
            values["next_due"] = rule.deadline(done, pack.calendar).day
    return {"review": values}


def _death(pack: Pack, case: Case, given: Given, _: dt.date) -> Values:
    told, rule = case.step(StepId.REPORT_DEATH), pack.rule_for("death.process", case)
    died = _day(given.get("death.date")) or _day(told.values.get("died_on") if told else None)
    if not (died and rule):
        return {}
    return {"death": {"date": died, "deadline": rule.deadline(died, pack.calendar).day}}


def _posting(pack: Pack, case: Case, given: Given, on: dt.date) -> Values:
    wait, inquiry = pack.rule_for("publicity.termination", case), pack.rule_for("termination.objection", case)
    if not (wait and inquiry):
        return {}
    start = _day(given.get("publicity.start")) or on
    values: Values = {"start": start, "end": wait.deadline(start, pack.calendar).day, "days": int(wait.value)}
    return {"publicity": values | {"day_kind": wait.unit, "objection_days": int(inquiry.value)}}


def _termination(pack: Pack, case: Case, given: Given, on: dt.date) -> Values:
    """Of 特困人员 only: after the notice (特困人员认定办法第二十六条)."""
    if case.category is not Category.TK:
        return {}
    step, wait = case.step(StepId.PROPOSE_TERMINATION), pack.rule_for("publicity.termination", case)
    start = _day(given.get("publicity.start")) or (step.on if step else None)
    if not (start and wait):
        return {}
    end = wait.deadline(start, pack.calendar).day
    _refuse_early(case, end, _day(given.get("made_on")) or on)
    return {"publicity": {"start": start, "end": end}}


def _deregistration(pack: Pack, case: Case, given: Given, on: dt.date) -> Values:
    ends = _day(given.get("deregistration.date")) or _day(given.get("made_on")) or on
    kept = retention(replace(case, deregistered_on=ends), pack)
    if kept is None:
        return {}
    return {
        "deregistration": {"retention": f"{int(kept.rule.value)}{kept.rule.unit}", "expires": kept.expires}
    }


def _recovery(pack: Pack, case: Case, given: Given, _: dt.date) -> Values:
    """What was got by fraud stands on another sentence than what was paid by mistake."""
    if "decision.basis" in given:
        return {}
    kind = "fraud" if given.get("recovery.fact") == "骗取" else "mistake"
    rows = pack.under(f"basis.recovery.{kind}.", case.category, case.rules_on)
    return {"decision.basis": [str(r.value) for r in rows]} if rows else {}


_RULED: Final[Mapping[str, Callable[[Pack, Case, Given, dt.date], Values]]] = {
    DocumentId.PERIODIC_REVIEW_FORM: _review,
    DocumentId.DEATH_VERIFICATION_FORM: _death,
    DocumentId.TERMINATION_PUBLICITY: _posting,
    DocumentId.TERMINATION_DECISION: _termination,
    DocumentId.DEREGISTRATION_FORM: _deregistration,
    DocumentId.RECOVERY_NOTICE: _recovery,
}


def _refuse_early(case: Case, end: dt.date, on: dt.date) -> None:
    if on <= end:
        raise UnlawfulDocument(
            f"拟终止公示到 {end} 才期满，期满以前不能作出终止决定"
            "（特困人员认定办法第二十六条「公示期为7天」「公示期满无异议的，县级人民政府民政部门应当作出终止决定」）",
            file=str(case.number),
        )


def _day(value: object) -> dt.date | None:
    if value in (None, ""):
        return None
    return value if isinstance(value, dt.date) else chinese.parse_date(str(value))


# ── by itself ────────────────────────────────────────────────────────────────────────────────────────────
def _late(known: Known) -> bool | None:
    """Tell whether a change was told more than three months after it happened."""
    happened, told = known.text("report.happened_on"), known.text("report.date")
    if not (happened and told):
        return None
    return dt.date.fromisoformat(told) > add_months(dt.date.fromisoformat(happened), _REPORTED)


def _rows(known: Known, path: str) -> list[Mapping[str, object]]:
    found = known.extra.get(path) or known.given.get(path)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, tuple) else []


def _recovered(known: Known) -> str | None:
    """The amount to be paid back: what was told, else the sum of the months."""
    if told := known.given.get("recovery.amount"):
        return str(told)
    rows = _rows(known, "recovery.rows")
    return str(sum(Decimal(str(r.get("excess") or 0)) for r in rows)) if rows else None


def _recovered_in_words(known: Known) -> str | None:
    amount = _recovered(known)
    return money_in_words(Decimal(amount)) if amount else None


def _after_in_words(known: Known) -> str | None:
    amount = known.text("change.after")
    return money_in_words(Decimal(amount)) if amount else None


def _ratio(known: Known) -> str | None:
    """Percentage of the cases looked into, rounded down so that 29.99 is never 30."""
    population, sample = known.text("spot.population"), len(_rows(known, "spot.rows"))
    if not population or not int(population):
        return None
    tenths = sample * 1000 // int(population)
    return f"{tenths // 10}.{tenths % 10}%"


def _sum(column: str) -> Callable[[Known], object]:
    def total(known: Known) -> int | None:
        rows = _rows(known, "plan.rows")
        return sum(int(str(r.get(column) or 0)) for r in rows) if rows else None

    return total


VALUES: Final[Mapping[str, Callable[[Known], object]]] = {
    "report.late": _late,
    "recovery.party": lambda k: k.text("applicant.name") or None,
    "recovery.amount": _recovered,
    "recovery.amount_cn": _recovered_in_words,
    "change.after_cn": _after_in_words,
    "deregistration.date": lambda k: k.text("made_on") or k.on.isoformat(),
    "spot.sample": lambda k: len(_rows(k, "spot.rows")) or None,
    "spot.ratio": _ratio,
    **{f"plan.{c}": _sum(c) for c in ("planned", "done", "kept", "changed", "stopped")},
}
"""Path → how it is computed; ``computed.COMPUTED`` takes these in."""
