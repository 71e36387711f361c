"""What the papers of appraisal and deliberation print: what the meeting is called, who is there, what it agrees to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, Row
from archivist.documents.values.registry import computes, examines
from archivist.documents.values.resolve import value_of
from archivist.model.fact_paths import FactPath
from archivist.rules.rule_ids import RuleId
from archivist.rules.rule_text import fraction

_OF_THE_VILLAGE: Final = (DocumentId.DEMOCRATIC_APPRAISAL, DocumentId.APPRAISAL_NOTICE)
_OF_THE_PANEL: Final = (DocumentId.DELIBERATION_MINUTES, DocumentId.MINUTES_ORIGINAL)
_CALLED: Final[Mapping[str, tuple[RuleId, str]]] = {
    DocumentId.LEADERSHIP_MEETING_MINUTES: (RuleId.ROLE_LEADERSHIP, "领导班子会议"),
    DocumentId.JOINT_CONFERENCE_MINUTES: (RuleId.ROLE_CONFERENCE, "集体研究会议"),
}
"""Minutes → the row of the word for the meeting, and the word where no place is known."""
_HEAD_LINE: Final = 14
"""Characters of the red head that stand on one line."""


# ── what it is called ────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.MEETING_NAME)
def _name(context: DocumentContext) -> str | None:
    office = context.config.office.name
    return f"{office}{_called(context)}" if office else None


@computes(FieldPath.MEETING_HEAD)
def _head(context: DocumentContext) -> str:
    """What stands in red below the office's name; where it has no room on one line, its last word begins the second."""
    head = f"{_called(context)}纪要"
    before, last, _ = head.partition("联席会议") if len(head) > _HEAD_LINE else (head, "", "")
    return f"{before}\n{head.removeprefix(before)}" if last else head


def _called(context: DocumentContext) -> str:
    word, otherwise = _CALLED.get(context.document.id, (RuleId.ROLE_PANEL, "集体研究会议"))
    called = _word(context, word) or otherwise
    # 「街道班子会」 of an office that says already what it is of.
    return called.removeprefix("街道") if context.config.office.name.endswith("办事处") else called


def _word(context: DocumentContext, word: RuleId) -> str:
    rule = context.rule_for(word) if context.sources else None
    return str(rule.value) if rule else ""


@computes(FieldPath.MEETING_NAME, documents=_OF_THE_VILLAGE)
def _appraisal_name(context: DocumentContext) -> str | None:
    village = context.text(FactPath.APPLICANT_VILLAGE)
    return f"{village}社会救助{_word(context, RuleId.ROLE_APPRAISAL) or '民主评议'}会" if village else None


@computes(FieldPath.MEETING_TOPIC)
def _topic(context: DocumentContext) -> str:
    return f"{context.case.category.label}申请的争议事项"


@computes(FieldPath.BODY_NAME)
def _panel_name(context: DocumentContext) -> str | None:
    office = context.config.office.name
    return f"{office}社会救助审批确认议事协商机构" if office else None


@computes(FieldPath.NOTICE_TO)
def _invited(context: DocumentContext) -> str | None:
    village = context.text(FactPath.APPLICANT_VILLAGE)
    return f"{village}各位评议代表" if village else None


# ── who is there ─────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.MEETING_ATTENDEES, documents=_OF_THE_PANEL)
def _attendees(context: DocumentContext) -> tuple[Row, ...] | None:
    panel = [p for p in context.config.people if "panel" in p.roles]
    called = _word(context, RuleId.ROLE_PANEL)
    kind = f"{called.removesuffix('会议')}成员" if called.endswith("机构会议") else "参会人员"
    return tuple({"name": p.name, "kind": kind, "post": p.title} for p in panel) or None


@computes(FieldPath.MEETING_PRESENT)
def _attendance(context: DocumentContext) -> int | None:
    people = value_of(context, FieldPath.MEETING_ATTENDEES)
    return len(people) if isinstance(people, tuple) else None


@computes(FieldPath.MEETING_EXPECTED)
def _expected(context: DocumentContext) -> int | None:
    """Who came and who was excused."""
    present, excused = _attendance(context), re.findall(r"[^、，,；;\s]+", context.text("meeting.absent"))
    return None if present is None else present + len(excused)


@examines(
    DocumentId.DELIBERATION_MINUTES,
    DocumentId.LEADERSHIP_MEETING_MINUTES,
    DocumentId.JOINT_CONFERENCE_MINUTES,
)
def _no_more_votes_than_people(context: DocumentContext) -> None:
    votes = [context.given.get(f"meeting.{word}") for word in ("agree", "against", "abstain")]
    cast, present = sum(v for v in votes if isinstance(v, int)), value_of(context, FieldPath.MEETING_PRESENT)
    if isinstance(present, int) and cast > present:
        context.problems.append(f"表决 {cast} 票，多于实到的 {present} 人")


@computes(FieldPath.APPRAISAL_REPRESENTATIVES)
def _representatives(context: DocumentContext) -> str | None:
    """村（居）民代表 among those who appraise, and whether they are as many as the rules ask."""
    people, rule = (
        context.rows(FieldPath.MEETING_ATTENDEES),
        context.rule_for(RuleId.APPRAISAL_REPRESENTATIVES),
    )
    if not people or rule is None:
        return None
    found = sum(str(p.get("kind", "")).startswith("村（居）民代表") for p in people)
    return (
        f"{found}人，{'不少于' if found >= rule.share_of(len(people)) else '少于'}参评人数的{fraction(rule)}"
    )


# ── what it is about ─────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.CONFERENCE_CAUSE)
def _cause(context: DocumentContext) -> str | None:
    return context.text(FactPath.APPLICATION_EVENT) or context.text(FactPath.APPLICATION_CAUSE) or None


@computes(FieldPath.CONFERENCE_PROPOSED)
def _proposed(context: DocumentContext) -> str | None:
    return context.text(FactPath.APPLICATION_AMOUNT) or None


@computes(FieldPath.CONFERENCE_AMOUNT)
def _agreed(context: DocumentContext) -> str | None:
    return context.text(FactPath.BENEFIT_AMOUNT) or None
