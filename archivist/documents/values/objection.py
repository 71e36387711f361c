"""What the papers on an objection print: by when it must have been looked into, what the register says of it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.publicity import day_of
from archivist.documents.values.registry import computes
from archivist.model.case import Case
from archivist.model.record import Record
from archivist.model.step_ids import OBJECTIONS, StepId
from archivist.rules.rule_ids import RuleId


def _sheet(case: Case) -> Record | None:
    """The latest sheet of the register of objections."""
    return next(reversed(case.records_of(DocumentId.OBJECTION_REGISTER)), None)


def _objected(case: Case) -> dt.date | None:
    """The day the latest objection was registered, from which the time to look into it runs."""
    if step := case.step(*OBJECTIONS):
        return step.on
    sheet = _sheet(case)
    return day_of(sheet) if sheet else None


@computes(FieldPath.DEADLINE, documents=(DocumentId.OBJECTION_REGISTER, DocumentId.REINVESTIGATION_RECORD))
def _looked_into_by(context: DocumentContext) -> dt.date | None:
    step = context.case.step(*OBJECTIONS)
    of_ending = step is not None and step.id != StepId.OBJECTION
    since = context.day(FieldPath.OBJECTION_RECEIVED) or _objected(context.case)
    rule = context.rule_for(RuleId.TERMINATION_OBJECTION if of_ending else RuleId.PUBLICITY_OBJECTION_RECHECK)
    return context.last_day(rule, since) if since and rule else None


@computes(FieldPath.OBJECTION_RECEIVED_ON)
def _objected_on(context: DocumentContext) -> str | None:
    day = _objected(context.case)
    return day.isoformat() if day else None


@computes(FieldPath.OBJECTION_NO, documents=(DocumentId.OBJECTION_REGISTER,))
def _own_no(context: DocumentContext) -> str:
    return context.next_number


@computes(FieldPath.OBJECTION_NO)
def _sheet_no(context: DocumentContext) -> str | None:
    sheet = _sheet(context.case)
    return f"{context.case.number}-{sheet.no}" if sheet else None


@computes(FieldPath.OBJECTION_CONTENT, documents=(DocumentId.REINVESTIGATION_RECORD,))
def _content(context: DocumentContext) -> str | None:
    return _registered(context, FieldPath.OBJECTION_CONTENT)


@computes(FieldPath.OBJECTION_PERSON, documents=(DocumentId.OBJECTION_REPLY,))
def _person(context: DocumentContext) -> str | None:
    return _registered(context, FieldPath.OBJECTION_PERSON)


def _registered(context: DocumentContext, path: str) -> str | None:
    """Return an entry of the latest sheet of the register."""
    sheet = _sheet(context.case)
    return str(sheet.data.get("given", {}).get(path) or "") or None if sheet else None


_WITHDRAWN: Final = "撤销原初审意见"


@computes(FieldPath.REPLY_FOLLOW_UP)
def _follow_up(context: DocumentContext) -> str:
    """What comes next; that the result is posted anew is not promised where the application fails."""
    failed = context.given.get("recheck.conclusion") == _WITHDRAWN
    return (
        "本机关将根据重新调查核实的情况依法作出处理。"
        if failed
        else "本机关将根据重新调查核实的情况提出初审意见，并重新公示。"
    )
