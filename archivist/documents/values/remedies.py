"""Who signs a decision, and the ways of reconsideration and litigation it tells; the day a paper bears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from archivist.config import SignatureStyle
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import computes
from archivist.rules import remedies
from archivist.rules.remedies import Body, Remedy, RemedyTold
from archivist.rules.rule_ids import RuleId


@computes(FieldPath.MADE_ON, FieldPath.KINSHIP_REGISTERED_ON)
def _on(context: DocumentContext) -> str:
    return context.on.isoformat()


@computes(FieldPath.FEEDBACK_ON)
def _made_on(context: DocumentContext) -> str:
    return context.made_on.isoformat()


@computes(FieldPath.DECISION_DATE, FieldPath.TERMINATION_DATE)
def _decided_on(context: DocumentContext) -> str:
    """The day of the step that decided, however late its paper is made."""
    return context.acted_on.isoformat()


@computes(FieldPath.DEREGISTRATION_DATE)
def _deregistered_on(context: DocumentContext) -> str:
    return (context.case.deregistered_on or context.made_on).isoformat()


@computes(FieldPath.SIGNATURE_SIGNER)
def _signer(context: DocumentContext) -> str | None:
    office = context.config.office
    in_its_name = office.signature_style is SignatureStyle.BUREAU and not _own_name(context)
    for_bureau = in_its_name or _of_bureau(context)
    return (office.bureau if for_bureau else office.name) or None


@computes(FieldPath.SIGNATURE_CLAUSE)
def _clause(context: DocumentContext) -> str:
    """受××区民政局委托: default, because the delegating body answers for the act (行政复议法第十九条).

    Nothing where the act is the office's own: it then acts in its own name and answers for it itself.
    """
    if _own_name(context) or _of_bureau(context):
        return ""
    office = context.config.office
    delegated = office.signature_style is SignatureStyle.TOWN_WITH_CLAUSE and office.bureau
    return f"受{office.bureau}委托，" if delegated else ""


# ── the ways of reconsideration and litigation ───────────────────────────────────────────────────────────
def lacking(context: DocumentContext) -> list[str]:
    """Return why a document that must tell the remedies cannot; nothing where no rules are known."""
    if context.sources is None:
        return []
    why = remedies.lacking(context.rule_for, _bodies(context))
    return [f"救济途径不全：{w}，不利决定不能没有救济途径" for w in why]


def _bodies(context: DocumentContext) -> Mapping[Body, str]:
    office = context.config.office
    return {
        Body.OFFICE: office.name,
        Body.BUREAU: office.bureau,
        Body.REVIEW_AUTHORITY: office.review_authority,
        Body.COURT: office.court,
    }


def _told(context: DocumentContext, remedy: Remedy) -> RemedyTold | None:
    """Return a way as the paper tells it; against whom follows from in whose name it is made."""
    if context.sources is None:
        return None
    told = remedies.told(remedy, context.rule_for, _bodies(context))
    if told and _bureau_orders(context):
        return replace(told, opponent=context.config.office.bureau)
    by_itself = _own_name(context) or context.config.office.signature_style is SignatureStyle.TOWN
    return replace(told, opponent=context.config.office.name) if told and by_itself else told


OF_ITS_OWN: Final = (
    DocumentId.ACCEPTANCE_NOTICE, DocumentId.CORRECTION_NOTICE, DocumentId.NON_ACCEPTANCE_NOTICE,
    DocumentId.VERIFICATION_RESULT_NOTICE, DocumentId.PRELIMINARY_PUBLICITY, DocumentId.RE_PUBLICITY,
    DocumentId.OBJECTION_REPLY,
)  # fmt: skip
"""Papers of receiving, looking into and posting an application.

Source: 《中华人民共和国社会救助法》第五条「乡镇人民政府、街道办事处依法做好社会救助受理、审核、动态管理等工作」: a duty of the office
itself, unless the place says that it is delegated too.
"""


def _own_name(context: DocumentContext) -> bool:
    """Tell whether the paper is an act of the office itself, and not of who delegated the power to it."""
    if context.sources is None:
        return False
    decides = context.rule_for(RuleId.DECISION_OWN_NAME)
    received = context.rule_for(RuleId.INTAKE_DELEGATED)
    return (decides is not None and decides.value is True) or (
        context.document.id in OF_ITS_OWN and received is not None and received.value is False
    )


def _of_bureau(context: DocumentContext) -> bool:
    """Tell whether the bureau alone may make the paper: whose name stands below it is then no choice of the office."""
    return _bureau_orders(context) or _bureau_answers(context)


def _bureau_answers(context: DocumentContext) -> bool:
    """Tell whether the paper answers what the place has its bureau receive: petitions and reports.

    Source: 社会救助暂行办法第六十三条「受理举报、投诉的机关应当及时核实、处理」: who receives them looks into them and answers.
    """
    if context.sources is None or context.document.id not in (
        DocumentId.COMPLAINT_REPLY, DocumentId.PETITION_REPLY,
    ):  # fmt: skip
        return False
    rule = context.rule_for(RuleId.COMPLAINT_ANSWERED_BY)
    return rule is not None and rule.value == Body.BUREAU


_ORDERED: Final = ("骗取", "拒不履行决定")
"""What somebody is ordered to pay back; what was paid by mistake somebody is asked for."""


def _bureau_orders(context: DocumentContext) -> bool:
    """Tell whether the paper orders a repayment that the bureau alone may order.

    Source: 《中华人民共和国社会救助法》第七十三条「社会救助管理部门可以责令退回非法获取的财物和利益」: a department of the county, not the office.
    """
    if context.sources is None or context.document.id not in (
        DocumentId.RECOVERY_NOTICE, DocumentId.RECOVERY_PRIOR,
    ):  # fmt: skip
        return False
    rule = context.rule_for(RuleId.RECOVERY_ORDERED_BY)
    ordered = context.text(FieldPath.RECOVERY_FACT) in _ORDERED
    return ordered and rule is not None and rule.value == Body.BUREAU


def _paper(context: DocumentContext) -> str:
    """What the document calls itself: 决定书、告知书、通知书."""
    name = context.document.title[-3:]
    return name if name in ("告知书", "通知书") else "决定书"


@computes(FieldPath.REMEDIES_RECONSIDERATION)
def _reconsideration(context: DocumentContext) -> str | None:
    way = _told(context, remedies.RECONSIDERATION)
    if way is None:
        return None
    return (
        f"对本{_paper(context)}不服的，可以自收到之日起{way.within}向{way.authority}申请行政复议，"
        f"被申请人为{way.opponent}；"
    )


@computes(FieldPath.REMEDIES_LITIGATION)
def _litigation(context: DocumentContext) -> str | None:
    way = _told(context, remedies.LITIGATION)
    if way is None:
        return None
    return f"也可以自收到之日起{way.within}依法向{way.authority}提起行政诉讼，被告为{way.opponent}。"
