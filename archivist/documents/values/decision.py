"""What the papers of deciding and serving print: who signs, on which basis, by when, what is delivered to whom."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, Row
from archivist.documents.values.registry import computes, examines
from archivist.documents.values.resolve import computed
from archivist.model import chinese, conditions
from archivist.model.fact_paths import FactPath
from archivist.model.ids import Category
from archivist.model.step_ids import GRANTING, StepId
from archivist.rules import hearing, service
from archivist.rules.hearing import Proposed
from archivist.rules.rule_ids import BASES, RECOVERIES, RuleId, RulePrefix

_ROOM = 7
"""Characters of a post that stand in one line; a longer one is broken before what it does."""


# ── who signs ────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.APPROVAL_POSTS)
def _posts(context: DocumentContext) -> list[Row] | None:
    """The 签批链: the row of the pack that names the document says which posts sign it."""
    case = context.case
    rows = [
        r
        for r in context.pack.under(RulePrefix.APPROVAL, case.category, context.days)
        if context.document.id in r.documents and conditions.holds(r.when, case)
    ]
    if not rows:
        return None
    rule = min(rows, key=lambda r: (not r.when, len(r.categories) or 99))
    return [{"post": _broken(post.strip())} for post in str(rule.value).split("/")]


def _broken(post: str) -> str:
    """Return a post with what it does, ``（复审）``, in a line of its own where both have no room in one."""
    name, bracket, does = post.rpartition("（")
    return f"{name}\n{bracket}{does}" if name and len(post) > _ROOM else post


# ── on which basis ───────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.DECISION_BASIS)
def _basis(context: DocumentContext) -> list[str] | None:
    """The rows of the pack that bear the document's name: ``basis.refusal.…`` for ``refusal_decision``."""
    return _based_on(context, context.document.id.removesuffix("_decision"))


@computes(FieldPath.DECISION_BASIS, documents=(DocumentId.RECOVERY_NOTICE, DocumentId.RECOVERY_PRIOR))
def _basis_of_recovery(context: DocumentContext) -> list[str] | None:
    """What was got by fraud, or is kept against a decision, stands on another sentence than what was paid by mistake."""
    fraud, mistake, refusal = RECOVERIES
    return _based_on(
        context, {"骗取": fraud, "拒不履行决定": refusal}.get(context.text(FieldPath.RECOVERY_FACT), mistake)
    )


@computes(FieldPath.DECISION_BASIS, documents=(DocumentId.HEARING_NOTICE,))
def _basis_of_proposal(context: DocumentContext) -> list[str] | None:
    """What the proposed decision will stand on: the household is to know it while it is heard."""
    reduction, suspension, termination, of_bureau = BASES[DocumentId.HEARING_NOTICE]
    if context.case.category is Category.CJ:
        return _based_on(context, of_bureau)
    kinds = {
        Proposed.REDUCTION: reduction,
        Proposed.SUSPENSION: suspension,
        Proposed.TERMINATION: termination,
    }
    told = context.text(_PROPOSED)
    return _based_on(context, kinds[Proposed(told)]) if told in set(Proposed) else None


_PROPOSED: Final = "hearing.proposed"


@computes(FieldPath.DECISION_BASIS, documents=(DocumentId.LONGTERM_PUBLICITY,))
def _basis_of_list(context: DocumentContext) -> list[str] | None:
    """A list that stays on the board publishes what the first announcement did."""
    (announced,) = BASES[DocumentId.LONGTERM_PUBLICITY]
    return _based_on(context, announced)


def _based_on(context: DocumentContext, kind: str) -> list[str] | None:
    """Return the sentences a decision stands on by the rule pack; none where the clerk tells them."""
    case = context.case
    if context.sources is None or FieldPath.DECISION_BASIS in context.given:
        return None
    return [
        str(r.value) for r in context.pack.under(f"{RulePrefix.BASIS}{kind}.", case.category, context.days)
    ] or None


@computes(FactPath.BENEFIT_STANDARD)
def _standard(context: DocumentContext) -> str | None:
    standards, category = context.config.standards, context.case.category
    text = standards.get(category.value) or standards.get(category.label)
    return str(Decimal(text).quantize(Decimal("0.01"))) if text else None


@computes(FieldPath.DECISION_DUTY)
def _duty(context: DocumentContext) -> str:
    """Source: 最低生活保障审核确认办法第三十条「…发生变化的，应当及时告知乡镇人民政府（街道办事处）」."""
    you = computed(context, FieldPath.ADDRESSEE_YOU)
    return (
        f"{you}的人口状况、收入状况和财产状况发生变化的，应当及时主动报告本机关。"
        "未按规定报告而多领取的救助资金，将依法追缴。"
    )


# ── after whom was heard ─────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.HEARING_TOLD)
def _heard(context: DocumentContext) -> str | None:
    """When the household was heard before the decision, what it said and what came of it; nothing where it need not be."""
    rested = context.rested_on
    decision = next((d for d in hearing.taken(context.case) if rested and d.seq == rested.seq), None)
    about = decision and hearing.hearing(decision)
    if about is None:
        return None
    said, answer = (str(about.values.get(key) or "") for key in (hearing.SAID, hearing.ANSWER))
    # The paper is addressed to the applicant, whom it does not call by name in its text.
    heard = str(about.values.get(hearing.WHO) or "")
    who = "你" if heard == context.text(FactPath.APPLICANT_NAME) else heard
    if not said:
        return f"于{chinese.format_date(about.on)}听取意见，{who}没有提出意见"
    more = "；".join(
        f"{head}：{text.rstrip('。；')}"
        for head, text in (("所陈述的意见", said), ("采纳情况", answer))
        if text
    )
    return f"于{chinese.format_date(about.on)}听取了{who}的意见{f'（{more}）' if more else ''}"


@examines(DocumentId.HEARING_NOTICE, DocumentId.RECOVERY_PRIOR)
def _time_to_answer(context: DocumentContext) -> None:
    """Who is to be heard needs a day on which that is still possible."""
    for path in ("hearing.until", "recovery.until"):
        until = context.day(path)
        if until and until <= context.made_on:
            context.problems.append(
                f"提出意见的截止日期 {until} 不晚于告知书的日期 {context.made_on}，当事人没有时间提出意见"
            )


# ── by when ──────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.EXTENSION_ORIGINAL)
def _original(context: DocumentContext) -> dt.date | None:
    # A category without an extended time limit (特困) has no original one to extend either.
    return _from_acceptance(context, RuleId.OVERALL) if _extended(context) else None


@computes(FieldPath.EXTENSION_DEADLINE)
def _extended(context: DocumentContext) -> dt.date | None:
    return _from_acceptance(context, RuleId.OVERALL_EXTENDED)


@computes(FieldPath.RECOGNITION_UNTIL)
def _valid_until(context: DocumentContext) -> dt.date | None:
    """Until when a family counts as recognised: reckoned from the day of the decision (认定之日)."""
    decided = context.case.step(*GRANTING)
    rule = context.pack.rule_for(RuleId.RECOGNITION_VALIDITY, context.case, context.on)
    return rule.deadline(decided.on, context.pack.calendar).day if rule and decided else None


@computes(FieldPath.DEADLINE, documents=(DocumentId.QUICK_RELIEF_FORM,))
def _quick_by(context: DocumentContext) -> dt.date | None:
    received = context.case.step(StepId.SUBMIT)
    return _last_day(context, received.on, RuleId.TEMP_QUICK_TIME) if received else None


@computes(FieldPath.SUPPLEMENT_ADVANCED_ON)
def _advanced_on(context: DocumentContext) -> dt.date | None:
    step = context.case.step(StepId.ADVANCE)
    return step.on if step else None


@computes(FieldPath.SUPPLEMENT_AMOUNT)
def _advanced(context: DocumentContext) -> object:
    step = context.case.step(StepId.ADVANCE)
    return step.values.get("amount") if step else None


@computes(
    FieldPath.DEADLINE, documents=(DocumentId.TEMP_EMERGENCY_ADVANCE_REGISTER, DocumentId.ADVANCE_SUPPLEMENT)
)
def _papers_by(context: DocumentContext) -> dt.date | None:
    return _last_day(context, context.case.accepted_on or context.on, RuleId.TEMP_EMERGENCY_PAPERWORK)


@computes(FieldPath.DEADLINE, documents=(DocumentId.TEMP_EXPENDITURE_APPROVAL,))
def _decided_by(context: DocumentContext) -> dt.date | None:
    known = context.case.fact(FactPath.APPLICATION_KNOWN_RECIPIENT) == "是"
    return _from_acceptance(
        context, RuleId.TEMP_EXPENDITURE_KNOWN if known else RuleId.TEMP_EXPENDITURE_OTHER, RuleId.OVERALL
    )


def _from_acceptance(context: DocumentContext, *rule_ids: str) -> dt.date | None:
    accepted = context.case.accepted_on
    return _last_day(context, accepted, *rule_ids) if accepted else None


def _last_day(context: DocumentContext, start: dt.date, *rule_ids: str) -> dt.date | None:
    """Return the last day by the first of these time limits that counts, whether its condition holds yet or not."""
    pack, case = context.pack, context.case
    for rule_id in rule_ids:
        for rule in pack.under(rule_id, case.category, context.days):
            if rule.id == rule_id and isinstance(rule.value, int):
                return context.last_day(rule, start)
    return None


@computes(FieldPath.ANNOUNCE_DAYS)
def _announced_for(context: DocumentContext) -> object:
    rule = context.rule_for(RuleId.SERVICE_PUBLIC)
    return rule.value if rule else None


@computes(FieldPath.ANNOUNCE_UNTIL)
def _announced_until(context: DocumentContext) -> dt.date | None:
    return _last_day(context, context.made_on, RuleId.SERVICE_PUBLIC)


# ── served on whom ───────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.DELIVERY_CAUSE)
def _cause(context: DocumentContext) -> str:
    return f"{context.case.category.label}申请审核确认"


@computes(FieldPath.DELIVERY_DOCUMENTS)
def _documents(context: DocumentContext) -> tuple[Row, ...] | None:
    """What waits to be served on the applicant, or the records the clerk chose."""
    if context.sources is None:
        return None
    chosen = service.numbers_in(context.given.get(FieldPath.DELIVERY_RECORDS))
    listed = service.to_list(context.case, context.catalogue, chosen)
    return tuple({"title": r.title, "doc_no": r.doc_no, "copies": "1"} for r in listed) or None


@computes(FieldPath.DELIVERY_ADDRESSEE, FieldPath.RECOVERY_PARTY, FieldPath.NOTICE_SUBJECT)
def _applicant(context: DocumentContext) -> str | None:
    return context.text(FactPath.APPLICANT_NAME) or None


@computes(FieldPath.DELIVERY_PLACE)
def _address(context: DocumentContext) -> str | None:
    paths = (FactPath.APPLICANT_ADDRESS, FactPath.APPLICANT_HOUSEHOLD_ADDRESS)
    return next((told for path in paths if (told := context.text(path))), None)
