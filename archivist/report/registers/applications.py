"""Who applied, what became of it, what was decided in the month."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.fact_paths import FactPath
from archivist.model.step_ids import GRANTING, REFUSING, StepId
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import ROWS, Register, RegisterRequest, Row, count, in_order, total, who
from archivist.report.registers.registry import register
from archivist.rules import deadlines
from archivist.rules.pack import Pack
from archivist.rules.rule_ids import RuleId

RECEIVED: Final = (StepId.SUBMIT, StepId.TRANSFER_IN, StepId.ADVANCE)


class Outcome(StrEnum):
    """What became of an application."""

    OPEN = "在办"
    GRANTED = "确认"
    REFUSED = "不予确认"
    NOT_ACCEPTED = "不予受理"
    ABANDONED = "视为放弃"
    WITHDRAWN = "撤回"
    TERMINATED = "终止程序"


OUTCOMES: Final[Mapping[str, Outcome]] = {
    **dict.fromkeys(GRANTING, Outcome.GRANTED),
    **dict.fromkeys(REFUSING, Outcome.REFUSED),
    StepId.NOT_ACCEPT: Outcome.NOT_ACCEPTED,
    StepId.ABANDON: Outcome.ABANDONED,
    StepId.WITHDRAW: Outcome.WITHDRAWN,
    StepId.TERMINATE_PROCEDURE: Outcome.TERMINATED,
}
"""Step that ends an application → its result."""


def received_on(house: HouseholdHistory) -> dt.date | None:
    """Return the day the application came in: the step 收件 (先行救助 where nothing was handed in), else the fact."""
    if steps := house.steps(*RECEIVED):
        return steps[0].on
    told = house.fact(FactPath.APPLICATION_RECEIVED_ON)
    return dt.date.fromisoformat(told) if told else None


@register(DocumentId.ACCEPTANCE_REGISTER)
def acceptance_register(asked: RegisterRequest) -> Register:
    """Every application that came in within the period, what became of it, and by when it had to be done."""
    days = [(house, received_on(house)) for house in asked.houses]
    rows = [_application(h, asked.pack, day, asked.period.last) for h, day in days if day in asked.period]
    rows.sort(key=lambda r: (r["received"], r["number"]))
    found = Register({ROWS: rows})
    results = Counter(r["result"] for r in rows)
    found.values |= {
        FieldPath.REGISTER_ACCEPTED: sum(r["accepted"] is not None for r in rows),
        FieldPath.REGISTER_CLOSED: sum(n for result, n in results.items() if result is not Outcome.OPEN),
        FieldPath.REGISTER_OPEN: results[Outcome.OPEN],
    }
    if unknown := sum(day is None for _, day in days):
        found.notes.append(f"另有{unknown}户没有收件日期，未列入。")
    if any(r["accepted"] and r["deadline"] is None for r in rows):
        found.notes.append("办结期限空白的，该类救助没有规定总办理期限。")
    return found


def _application(house: HouseholdHistory, pack: Pack, received: dt.date | None, last: dt.date) -> Row:
    case = house.case
    done = next((s for s in case.steps if s.id in OUTCOMES and s.on <= last), None)
    accepted = house.step(StepId.ACCEPT, StepId.ADVANCE)
    on = accepted.on if accepted else case.accepted_on
    due = next(
        (o.due for o in deadlines.obligations(case, pack) if o.rule.id.startswith(RuleId.OVERALL)), None
    )
    handler = accepted or house.step(StepId.SUBMIT, StepId.NOT_ACCEPT)
    return who(house) | {
        "received": received,
        "id_number": house.fact(FactPath.APPLICANT_ID_NUMBER),
        "method": house.fact(FactPath.APPLICATION_METHOD),
        "outcome": _reception(house),
        "accepted": on,
        "deadline": due.day if due else None,
        "result": OUTCOMES[done.id] if done else Outcome.OPEN,
        "closed": done.on if done else None,
        "handler": "、".join(handler.by) if handler else "",
    }


def _reception(house: HouseholdHistory) -> str:
    if house.steps(StepId.NOT_ACCEPT):
        return Outcome.NOT_ACCEPTED
    if house.steps(StepId.ADVANCE):
        return "先行救助"
    corrected = bool(house.steps(StepId.ASK_CORRECTION))
    if house.steps(StepId.ACCEPT):
        return "补正后受理" if corrected else "受理"
    return "补正" if corrected else ""


@register(DocumentId.FILING_SUMMARY)
def filing_summary(asked: RegisterRequest) -> Register:
    """Every decision of the period, granted or refused, and by when it is to be filed with the bureau."""
    rows, dues = [], []
    for house in asked.houses:
        step = house.step(*GRANTING, *REFUSING, within=asked.period)
        if step is None:
            continue
        granted = step.id in GRANTING
        term = house.term(f"{step.on:%Y-%m}") if granted else None
        paper = house.record(DocumentId.CONFIRMATION_DECISION if granted else DocumentId.REFUSAL_DECISION)
        due = deadlines.find(house.case, asked.pack, RuleId.FILING_DAYS)
        dues += [due.due.day] if due and due.due and due.started and due.started.on in asked.period else []
        rows.append(
            who(house)
            | {
                "result": OUTCOMES[step.id],
                "doc_no": paper.doc_no if paper else "",
                "decided": step.on,
                "persons": house.persons(f"{step.on:%Y-%m}") if granted else None,
                "amount": term.amount if term else None,
                "start": term.start or None if term else None,
            }
        )
    rows = in_order(rows)
    granted_rows = [r for r in rows if r["result"] is Outcome.GRANTED]
    found = Register(
        {ROWS: rows}, {ROWS: {"persons": FieldPath.REGISTER_PERSONS, "amount": FieldPath.REGISTER_TOTAL}}
    )
    found.values |= {
        FieldPath.REGISTER_GRANTED: len(granted_rows),
        FieldPath.REGISTER_REFUSED: len(rows) - len(granted_rows),
        FieldPath.REGISTER_PERSONS: count(rows, "persons"),
        FieldPath.REGISTER_TOTAL: total(rows, "amount"),
        FieldPath.REGISTER_DEADLINE: min(dues, default=None),
    }
    found.doubts += [f"{r['number']}：卷内没有带文号的决定书" for r in rows if not r["doc_no"]]
    return found
