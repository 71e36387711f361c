"""What the papers of application and acceptance print: what was handed in, what is missing, who submits, by when."""

from __future__ import annotations

import datetime as dt
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, Row
from archivist.documents.values.registry import computes
from archivist.errors import UnlawfulDocument
from archivist.model.case import Case
from archivist.model.chinese import format_date
from archivist.model.fact_paths import FactPath
from archivist.model.record import Record
from archivist.model.step_ids import StepId
from archivist.rules.completeness import required_papers
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId
from archivist.rules.rule_text import within

_LACKING: Final = "未收到"


# ── the papers ───────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.MATERIALS)
def _handed_in(context: DocumentContext) -> list[Row]:
    """The papers the category asks for, then what else the applicant handed in."""
    case, catalogue = context.case, context.catalogue
    accepted: dict[str, tuple[str, ...]] = {}
    for m in required_papers.required(case, context.pack, context.acted_on):
        accepted[m.document] = (m.document, *m.accepts)
    wanted = {document for some in accepted.values() for document in some}
    others = [
        document
        for document in dict.fromkeys(r.type for r in case.holding)
        if document not in wanted and document in catalogue and catalogue.get(document).kind == "material"
    ]
    return [
        *(_paper(case, catalogue.title(d), *some) | {"need": "应有"} for d, some in accepted.items()),
        *(_paper(case, catalogue.title(document), document) | {"need": "另收"} for document in others),
    ]


def _paper(case: Case, name: str, *documents: str) -> dict[str, object]:
    """One line of the list, for a paper or what will do as well: a form counts when it came back signed."""
    if not required_papers.handed_in(case, *documents):
        return {"name": name, "state": _LACKING}
    copies = [r for r in case.records_of(*documents) if not r.signs]
    pages = sum(r.pages for r in copies)
    return {"name": name, "copies": str(len(copies)), "pages": str(pages) if pages else "", "state": "已收"}


@computes(FieldPath.RECEIPT_MISSING)
def _lacking(context: DocumentContext) -> str:
    lacking = [str(paper["name"]) for paper in _handed_in(context) if paper["state"] == _LACKING]
    return "、".join(lacking) or "无，材料齐备。"


@computes(FieldPath.MISSING_MATERIALS)
def _missing(context: DocumentContext) -> list[Row] | None:
    """What a correction notice asks for.

    Raises:
        UnlawfulDocument: E305, nothing is missing and nobody tells what is.
    """
    missing: list[Row] = [
        {
            "id": m.document,
            "name": context.catalogue.title(m.document),
            "reason": m.reason,
            "requirement": m.requirement,
            "basis": "本地申请材料清单" if m.inferred else m.citation,
        }
        for m in required_papers.missing(context.case, context.pack, context.acted_on)
    ]
    if not missing and FieldPath.MISSING_MATERIALS not in context.given:
        raise UnlawfulDocument("材料已经齐备，没有需要补正的", file=str(context.case.number))
    return missing or None


@computes(FieldPath.CORRECTION_CONSEQUENCE)
def _consequence(context: DocumentContext) -> str | None:
    rule = context.rule_for(RuleId.CORRECTION_CONSEQUENCE) if context.sources else None
    return str(rule.value) if rule else None


@computes(FieldPath.CORRECTION_TERM)
def _to_complete(context: DocumentContext) -> str | None:
    """By when the papers are to be there: the day the clerk sets, the period of the rules, or that no rule has one."""
    rule = context.rule_for(RuleId.CORRECTION_TIME) if context.sources else None
    told = context.day(FieldPath.DEADLINE)
    longer = "；有正当理由不能按期补齐的，可以申请延长。"
    if told:
        return f"请于{format_date(told)}前（含当日）补齐{longer}"
    if rule is None:
        return None
    return f"请自收到本告知书之日起{within(rule)}补齐{longer}" if rule.unit.counted else f"{rule.value}。"


# ── who submits ──────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.RECEIPT_SUBMITTER)
def _submitter(context: DocumentContext) -> str | None:
    return context.text(FactPath.AGENT_NAME) or context.text(FactPath.APPLICANT_NAME) or None


@computes(FieldPath.RECEIPT_SUBMITTER_RELATION)
def _submitter_relation(context: DocumentContext) -> str:
    return context.text(FactPath.AGENT_RELATION) or ("" if context.text(FactPath.AGENT_NAME) else "本人")


@computes(FieldPath.KINSHIP_ROWS)
def _kin(context: DocumentContext) -> tuple[Row, ...] | None:
    kin = context.text(FactPath.APPLICATION_KIN_NAME)
    return ({"declarant": context.text(FactPath.APPLICANT_NAME), "kin": kin},) if kin else None


# ── by when ──────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.DEADLINE, documents=(DocumentId.ACCEPTANCE_NOTICE,))
def _done_by(context: DocumentContext) -> dt.date | None:
    accepted, rule = context.case.accepted_on, context.rule_for(RuleId.OVERALL)
    return context.last_day(rule, accepted) if accepted and rule else None


def _to_explain(context: DocumentContext) -> Rule | None:
    """The row with a period; where the rules lay none down, the notice has the clerk's."""
    rule = context.rule_for(RuleId.VERIFY_EXPLAIN)
    return rule if rule and rule.unit.counted else None


def _explain_period(context: DocumentContext) -> str | None:
    rule = _to_explain(context)
    return f"{rule.value}个{rule.unit}" if rule else None


@computes(FieldPath.EXPLAIN_TERM)
def _explain_term(context: DocumentContext) -> str | None:
    """Within which time somebody is to explain; where no rule says one, the paper leaves a day to the office."""
    period = _explain_period(context)
    return f"请自收到本告知书之日起{period}内，向本机关说明情况并提供相关材料" if period else None


@computes(FieldPath.SUBMISSION_EXPLAIN_END)
def _explained_by(context: DocumentContext) -> dt.date | None:
    rule, delivered = _to_explain(context), context.case.step(StepId.DELIVER_EXPLAIN)
    return context.last_day(rule, delivered.on) if rule and delivered else None


# ── what went before ─────────────────────────────────────────────────────────────────────────────────────
def _latest(context: DocumentContext, document: str) -> Record | None:
    found = [r for r in context.case.records_of(document) if not r.signs]
    return found[-1] if found else None


@computes(FieldPath.ABANDONMENT_NOTICE)
def _asked_for(context: DocumentContext) -> str | None:
    """When the applicant was told to complete the papers, and by which notice."""
    record = _latest(context, DocumentId.CORRECTION_NOTICE)
    if record is None:
        return None
    step, name = context.case.step(StepId.ASK_CORRECTION), f"《{record.title}》{record.doc_no}"
    return f"{format_date(step.on)}，{name}" if step else name


@computes(FieldPath.EXPLANATION_NOTICE_NO, FieldPath.SUBMISSION_NOTICE_NO)
def _result_notice_no(context: DocumentContext) -> str | None:
    record = _latest(context, DocumentId.VERIFICATION_RESULT_NOTICE)
    return record.doc_no or None if record else None


@computes(FieldPath.EXPLANATION_NOTICE_RECEIVED_ON, FieldPath.SUBMISSION_DELIVERED_ON)
def _result_notice_served_on(context: DocumentContext) -> str | None:
    step = context.case.step(StepId.DELIVER_EXPLAIN)
    return step.on.isoformat() if step else None
