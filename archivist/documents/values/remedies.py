"""Who signs a decision, and the ways of reconsideration and litigation it tells; the day a paper bears."""

from __future__ import annotations

from collections.abc import Mapping

from archivist.config import SignatureStyle
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import computes
from archivist.model.ids import Category
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
    for_bureau = office.signature_style is SignatureStyle.BUREAU and not _own_name(context)
    return (office.bureau if for_bureau else office.name) or None


@computes(FieldPath.SIGNATURE_CLAUSE)
def _clause(context: DocumentContext) -> str:
    """受××区民政局委托: default, because the delegating body answers for the act (行政复议法第十九条).

    Nothing where the province gave the power to the office: it then decides in its own name and answers for it itself.
    """
    if _own_name(context):
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
    if context.sources is None:
        return None
    return remedies.told(remedy, context.rule_for, _bodies(context))


def _own_name(context: DocumentContext) -> bool:
    rule = context.rule_for(RuleId.DECISION_OWN_NAME) if context.sources else None
    return rule is not None and rule.value is True


def _paper(context: DocumentContext) -> str:
    """What the document calls itself: 决定书、告知书、通知书."""
    name = context.document.title[-3:]
    return name if name in ("告知书", "通知书") else "决定书"


@computes(FieldPath.REMEDIES_RECONSIDERATION)
def _reconsideration(context: DocumentContext) -> str | None:
    way = _told(context, remedies.RECONSIDERATION)
    if way is None:
        return None
    # The two disability subsidies belong to a person, not to a household: their notices say 你 throughout.
    you = "你" if context.document.categories == (Category.CJ,) else "你（户）"
    return (
        f"{you}如不服本决定，可以自收到本{_paper(context)}之日起{way.within}，向{way.authority}申请行政复议"
        f"（被申请人为{way.opponent}）；"
    )


@computes(FieldPath.REMEDIES_LITIGATION)
def _litigation(context: DocumentContext) -> str | None:
    way = _told(context, remedies.LITIGATION)
    if way is None:
        return None
    return f"也可以自收到本{_paper(context)}之日起{way.within}，依法向{way.authority}提起行政诉讼（被告为{way.opponent}）。"
