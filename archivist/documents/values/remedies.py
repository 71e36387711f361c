"""Who signs a decision, and the ways of reconsideration and litigation it tells; the day a paper bears."""

from __future__ import annotations

from archivist.config import SignatureStyle
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import computes
from archivist.model.ids import Category


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
    return (office.bureau if office.signature_style is SignatureStyle.BUREAU else office.name) or None


@computes(FieldPath.SIGNATURE_CLAUSE)
def _clause(context: DocumentContext) -> str:
    """受××区民政局委托: default, because the delegating body answers for the act (行政复议法第十九条)."""
    office = context.config.office
    delegated = office.signature_style is SignatureStyle.TOWN_WITH_CLAUSE and office.bureau
    return f"受{office.bureau}委托，" if delegated else ""


def _paper(context: DocumentContext) -> str:
    """What the document calls itself: 决定书、告知书、通知书."""
    name = context.document.title[-3:]
    return name if name in ("告知书", "通知书") else "决定书"


@computes(FieldPath.REMEDIES_RECONSIDERATION)
def _reconsideration(context: DocumentContext) -> str | None:
    """60 days: 行政复议法第二十条「可以自知道或者应当知道该行政行为之日起六十日内提出行政复议申请」."""
    office = context.config.office
    if not (office.review_authority and office.bureau):
        return None
    # The two disability subsidies belong to a person, not to a household: their notices say 你 throughout.
    you = "你" if context.document.categories == (Category.CJ,) else "你（户）"
    return (
        f"{you}如不服本决定，可以自收到本{_paper(context)}之日起60日内，向{office.review_authority}申请行政复议"
        f"（被申请人为{office.bureau}）；"
    )


@computes(FieldPath.REMEDIES_LITIGATION)
def _litigation(context: DocumentContext) -> str | None:
    """6 months: 行政诉讼法第四十六条「应当自知道或者应当知道作出行政行为之日起六个月内提出」."""
    office = context.config.office
    if not (office.court and office.bureau):
        return None
    return f"也可以自收到本{_paper(context)}之日起6个月内，依法向{office.court}提起行政诉讼（被告为{office.bureau}）。"
