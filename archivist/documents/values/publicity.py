"""What notices for the board print: the names, what was found, how long they hang, where to object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, Row
from archivist.documents.values.registry import computes
from archivist.documents.values.resolve import value_of
from archivist.model.chinese import COMPOUND_SURNAMES, MIDDLE_DOT, format_date
from archivist.model.fact_paths import FactPath
from archivist.model.household import household_size, is_minor
from archivist.model.ids import Category
from archivist.model.record import Record
from archivist.rules.ages import ages_of
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId
from archivist.rules.unit import Unit

PERIODS: Final[Mapping[str, str]] = {
    DocumentId.PRELIMINARY_PUBLICITY: RuleId.PUBLICITY_INITIAL,
    DocumentId.RE_PUBLICITY: RuleId.PUBLICITY_AGAIN,
    DocumentId.PROPOSED_CONFIRMATION_PUBLICITY: RuleId.PUBLICITY_PROPOSED,
    DocumentId.TERMINATION_PUBLICITY: RuleId.PUBLICITY_TERMINATION,
}
"""Notice → the row of the rule pack that says how long it hangs."""
NOTICES: Final = (
    DocumentId.PRELIMINARY_PUBLICITY, DocumentId.RE_PUBLICITY, DocumentId.PROPOSED_CONFIRMATION_PUBLICITY,
    DocumentId.CONFIRMATION_ANNOUNCEMENT, DocumentId.LONGTERM_PUBLICITY, DocumentId.TERMINATION_PUBLICITY,
)  # fmt: skip


# ── how long ─────────────────────────────────────────────────────────────────────────────────────────────
def _period(context: DocumentContext) -> Rule | None:
    return context.rule_for(PERIODS[context.document.id])


def _posted_from(context: DocumentContext) -> dt.date:
    return context.day(FieldPath.PUBLICITY_START) or context.on


@computes(FieldPath.PUBLICITY_START, documents=PERIODS)
def _start(context: DocumentContext) -> dt.date | None:
    return _posted_from(context) if _period(context) else None


@computes(FieldPath.PUBLICITY_END, documents=PERIODS)
def _end(context: DocumentContext) -> dt.date | None:
    rule = _period(context)
    return context.last_day(rule, _posted_from(context)) if rule else None


@computes(FieldPath.PUBLICITY_DAYS, documents=PERIODS)
def _days(context: DocumentContext) -> int | None:
    rule = _period(context)
    return int(rule.value) if rule else None


@computes(FieldPath.PUBLICITY_DAY_KIND, documents=PERIODS)
def _day_kind(context: DocumentContext) -> str | None:
    rule = _period(context)
    return ("天" if rule.unit is Unit.DAYS else f"个{rule.unit}") if rule else None


@computes(FieldPath.PUBLICITY_MOVED)
def _moved(context: DocumentContext) -> str:
    """That the last day was put off, where it would have fallen on a holiday (民法典第二百零三条)."""
    rule, end = _period(context), _end(context)
    if rule is None or end is None or rule.unit is not Unit.DAYS:
        return ""
    moved = end != _posted_from(context) + dt.timedelta(days=int(rule.value))
    return "（最后一日为法定休假日，已顺延）" if moved else ""


@computes(FieldPath.PUBLICITY_OBJECTION_DAYS)
def _objection_days(context: DocumentContext) -> int | None:
    inquiry = context.rule_for(RuleId.TERMINATION_OBJECTION)
    return int(inquiry.value) if inquiry else None


@computes(FieldPath.POSTING_DAYS)
def _posted_days(context: DocumentContext) -> int | None:
    """Days a notice hung, the day of posting not counted."""
    posted, removed = context.day(FieldPath.POSTING_POSTED), context.day(FieldPath.POSTING_REMOVED)
    return (removed - posted).days if posted and removed else None


# ── of whom, and what ────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.PUBLICITY_TITLE)
def _title(context: DocumentContext) -> str:
    """As the place calls the notice; what is posted a second time is named by its type."""
    called = context.document.title
    if context.document.id == DocumentId.PRELIMINARY_PUBLICITY:
        called = _place_word(context, RuleId.ROLE_NOTICE) or called
    elif context.document.id == DocumentId.PROPOSED_CONFIRMATION_PUBLICITY:
        called = "拟审批（确认）结果公示"  # 佳木斯's alone, in its words
    return f"{context.case.category.label}{called}"


def _place_word(context: DocumentContext, word: RuleId) -> str:
    rule = context.rule_for(word) if context.sources else None
    return str(rule.value) if rule else ""


@computes(FieldPath.PUBLICITY_NAME)
def _name(context: DocumentContext) -> str | None:
    """The name as posted; a minor's is 张某某."""
    name, birth = context.text(FactPath.APPLICANT_NAME), value_of(context, FactPath.APPLICANT_BIRTH_DATE)
    if not name or not is_minor({"birth_date": birth}, context.on, ages_of(context.pack, context.days)):
        return name or None
    if MIDDLE_DOT in name:
        return name.split(MIDDLE_DOT)[0] + MIDDLE_DOT + "某某"
    return (name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]) + "某某"


@computes(FieldPath.PUBLICITY_FINDING)
def _finding(context: DocumentContext) -> str:
    """A conclusion only; of a disability subsidy not even that means were looked into."""
    means = "" if context.case.category is Category.CJ else "家庭经济状况"
    return f"经调查核实，{means}符合{context.case.category.label}条件"


@computes(FieldPath.PUBLICITY_ROWS)
def _listed(context: DocumentContext) -> tuple[Row, ...] | None:
    """The one row this household fills in a list of the confirmed (最低生活保障审核确认办法第二十四条)."""
    if not (name := _name(context)):
        return None
    case = context.case
    row = {
        "name": name,
        "village": context.text(FactPath.APPLICANT_VILLAGE),
        "size": household_size(case, context.on),
        "persons": value_of(context, FactPath.BENEFIT_PERSONS),
        "category": case.category.label,
        "amount": context.text(FactPath.BENEFIT_AMOUNT) or None,
        "start": context.text(FactPath.BENEFIT_START) or None,
        "finding": value_of(context, FieldPath.PUBLICITY_FINDING),
    }
    return (row,)


@computes(FieldPath.PUBLICITY_ROWS, documents=(DocumentId.PROPOSED_CONFIRMATION_PUBLICITY,))
def _proposed(context: DocumentContext) -> tuple[Row, ...] | None:
    listed = _listed(context)
    if listed and not listed[0]["amount"]:
        context.problems.append(f"拟救助金额({FactPath.BENEFIT_AMOUNT})缺少（户档）")
    return listed


@computes(FieldPath.PUBLICITY_PLACE)
def _place(context: DocumentContext) -> str | None:
    village = context.text(FactPath.APPLICANT_VILLAGE)
    return f"{village}{_place_word(context, RuleId.ROLE_BOARD) or '公示栏'}" if village else None


@computes(FieldPath.PUBLICITY_OBJECTIONS)
def _where_to_object(context: DocumentContext) -> str | None:
    office = context.config.office
    if not (office.name and office.address):
        return None
    return f"来人、来信或来电向{office.name}反映（{office.address}）"


# ── the notices of the case ──────────────────────────────────────────────────────────────────────────────
def day_of(record: Record) -> dt.date:
    """Return the day a paper bears, else that on which it was filed."""
    return dt.date.fromisoformat(str(record.data.get("date") or record.filed_at)[:10])


@computes(FieldPath.PUBLICITY_NOTICE)
def _notice(context: DocumentContext) -> str | None:
    """The latest notice posted: its title and its number, or its day."""
    record = next(reversed(context.case.records_of(*NOTICES)), None)
    return f"《{record.title}》（{record.doc_no or format_date(day_of(record))}）" if record else None


@computes(FieldPath.PUBLICITY_ORIGINAL)
def _original(context: DocumentContext) -> str | None:
    """Number or day of the notice that met with the objection."""
    posted = context.case.records_of(DocumentId.PRELIMINARY_PUBLICITY, DocumentId.RE_PUBLICITY)
    record = next(reversed(posted), None)
    return (record.doc_no or format_date(day_of(record))) if record else None
