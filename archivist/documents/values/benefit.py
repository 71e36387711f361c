"""What the papers of a running benefit print: when the next review is due, what follows a death, an end, a payment too much."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, Row
from archivist.documents.values.registry import computes, examines
from archivist.errors import UnlawfulDocument
from archivist.model.case import CaseStatus
from archivist.model.chinese import read_day
from archivist.model.facts import Part
from archivist.model.ids import Category
from archivist.model.step_ids import StepId
from archivist.rules.disposition.retention import Retention, retention
from archivist.rules.hearing import Proposed
from archivist.rules.payment_months import month_by
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId
from archivist.rules.work_calendar import add_months


# ── reviews ──────────────────────────────────────────────────────────────────────────────────────────────
def _cycle(context: DocumentContext) -> Rule | None:
    return context.rule_for(RuleId.REVIEW_CYCLE)


@computes(FieldPath.REVIEW_DUE)
def _review_due(context: DocumentContext) -> dt.date | None:
    rule = _cycle(context)
    last = context.case.step(*rule.starts) if rule else None
    return context.last_day(rule, last.on) if rule and last else None


@computes(FieldPath.REVIEW_NEXT_DUE)
def _next_review_due(context: DocumentContext) -> dt.date | None:
    rule, done = _cycle(context), context.day(FieldPath.REVIEW_DONE)
    return context.last_day(rule, done) if rule and done else None


@computes(FieldPath.REPORT_LATE)
def _late(context: DocumentContext) -> bool | None:
    """Whether a change was told later than the rules say after it happened."""
    happened, told = context.day(FieldPath.REPORT_HAPPENED_ON), context.day(FieldPath.REPORT_DATE)
    rule = context.rule_for(RuleId.NONREPORT_EDUCATION) if happened and told else None
    return told > add_months(happened, int(rule.value)) if happened and told and rule else None


# ── a death ──────────────────────────────────────────────────────────────────────────────────────────────
def _died(context: DocumentContext) -> dt.date | None:
    step = context.case.step(StepId.REPORT_DEATH)
    return context.day(FieldPath.DEATH_DATE) or read_day(step.values.get("died_on") if step else None)


def _after_death(context: DocumentContext) -> Rule | None:
    return context.rule_for(RuleId.DEATH_PROCESS)


@computes(FieldPath.DEATH_DATE)
def _death_date(context: DocumentContext) -> dt.date | None:
    return _died(context) if _after_death(context) else None


@computes(FieldPath.DEATH_DEADLINE)
def _death_deadline(context: DocumentContext) -> dt.date | None:
    rule, died = _after_death(context), _died(context)
    return context.last_day(rule, died) if rule and died else None


def _dead(context: DocumentContext) -> Row | None:
    """Return the person of the household who bears the name of the dead; none where two do."""
    name = context.text(FieldPath.DEATH_NAME)
    found = [(part, row) for part, row in context.case.people() if name and row.get("name") == name]
    if len(found) != 1 or found[0][0] not in (Part.APPLICANT, Part.MEMBER):
        return None
    part, row = found[0]
    return {**row, "relation": "本人"} if part is Part.APPLICANT else dict(row)


@computes(FieldPath.DEATH_RELATION)
def _relation_of_dead(context: DocumentContext) -> str | None:
    dead = _dead(context)
    return str(dead.get("relation") or "") or None if dead else None


@computes(FieldPath.DEATH_ID_NUMBER)
def _number_of_dead(context: DocumentContext) -> str | None:
    dead = _dead(context)
    return str(dead.get("id_number") or "") or None if dead else None


# ── the gradual exit ─────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.EXIT_PERSON)
def _employed(context: DocumentContext) -> str | None:
    step = context.case.step(StepId.GRADUAL_EXIT)
    return str(step.values["person"]) if step else None


@computes(FieldPath.EXIT_SINCE)
def _exit_since(context: DocumentContext) -> dt.date | None:
    step = context.case.step(StepId.GRADUAL_EXIT)
    return read_day(step.values["since_on"]) if step else None


@computes(FieldPath.EXIT_UNTIL)
def _exit_until(context: DocumentContext) -> dt.date | None:
    step = context.case.step(StepId.GRADUAL_EXIT)
    return read_day(step.values["until_on"]) if step else None


# ── what the bureau decided (残疾人两项补贴) ───────────────────────────────────────────────────────────────
@computes(FieldPath.CHANGE_KIND, documents=(DocumentId.DISABILITY_ENDING_NOTICE,))
def _decided_by_bureau(context: DocumentContext) -> str | None:
    step = context.rested_on
    return (
        None
        if step is None
        else str(Proposed.SUSPENSION if step.id == StepId.SUSPEND else Proposed.TERMINATION)
    )


@computes(FieldPath.CHANGE_REPLY_NO)
def _reply_of_bureau(context: DocumentContext) -> str | None:
    return str(context.rested_on.values.get("reply_no") or "") or None if context.rested_on else None


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────
def _notice_period(context: DocumentContext) -> tuple[dt.date, dt.date] | None:
    """Return from when to when the end was posted: of 特困人员 only, after the notice (特困人员认定办法第二十六条)."""
    case = context.case
    if case.category is not Category.TK:
        return None
    step, wait = (
        case.step(StepId.PROPOSE_TERMINATION),
        context.rule_for(RuleId.PUBLICITY_TERMINATION),
    )
    start = context.day(FieldPath.PUBLICITY_START) or (step.on if step else None)
    return (start, context.last_day(wait, start)) if start and wait else None


@computes(FieldPath.PUBLICITY_START, documents=(DocumentId.TERMINATION_DECISION,))
def _posted_from(context: DocumentContext) -> dt.date | None:
    period = _notice_period(context)
    return period[0] if period else None


@computes(FieldPath.PUBLICITY_END, documents=(DocumentId.TERMINATION_DECISION,))
def _posted_until(context: DocumentContext) -> dt.date | None:
    """The last day of the notice that must precede the decision.

    Raises:
        UnlawfulDocument: E305, it is not over.
    """
    period = _notice_period(context)
    if period and context.made_on <= period[1]:
        raise UnlawfulDocument(
            f"拟终止公示到 {period[1]} 才期满，期满以前不能作出终止决定"
            "（特困人员认定办法第二十六条「公示期为7天」「公示期满无异议的，县级人民政府民政部门应当作出终止决定」）",
            file=str(context.case.number),
        )
    return period[1] if period else None


def _case_retention(context: DocumentContext) -> Retention:
    """Return the retention as it will be once the file is closed on the day the form says."""
    ends = context.day(FieldPath.DEREGISTRATION_DATE) or context.made_on
    closed = replace(
        context.case,
        status=CaseStatus.DEREGISTERED,
        deregistered_on=ends,
        deregistration_stated=ends.isoformat(),
    )
    return retention(closed, context.pack, context.made_on)


@computes(FieldPath.DEREGISTRATION_RETENTION)
def _retention(context: DocumentContext) -> str:
    period = _case_retention(context)
    return f"不少于{int(period.rule.value)}{period.rule.unit}"


@computes(FieldPath.DEREGISTRATION_EXPIRES)
def _expires(context: DocumentContext) -> dt.date | None:
    return _case_retention(context).expires


# ── from which month ─────────────────────────────────────────────────────────────────────────────────────
@examines(DocumentId.SUSPENSION_DECISION, DocumentId.BENEFIT_CHANGE_DECISION)
def _month(context: DocumentContext) -> None:
    """Doubt the month a decision tells where the rules say another."""
    stops = context.document.id == DocumentId.SUSPENSION_DECISION
    rule_id, told = RuleId.PAY_STOP if stops else RuleId.PAY_CHANGE, context.text(FieldPath.CHANGE_START)
    lawful = month_by(rule_id, context.case, context.pack, context.acted_on)
    if told and lawful and told != lawful[0]:
        month, rule = lawful
        context.doubts.append(f"写明自 {told} 起执行，按“{rule.title}”应自 {month} 起（{rule.source}）")


# ── what was paid too much ───────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.RECOVERY_AMOUNT)
def _recovered(context: DocumentContext) -> str | None:
    """The amount to be paid back: the sum of the months."""
    rows = context.rows(FieldPath.RECOVERY_ROWS)
    return str(sum(Decimal(str(r.get("excess") or 0)) for r in rows)) if rows else None
