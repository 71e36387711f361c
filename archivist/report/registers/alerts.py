"""Households by the colour they were given (红橙黄绿): who was visited when, and by when again."""

from __future__ import annotations

from collections import Counter
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.model.step_ids import StepId
from archivist.report.register import ROWS, Register, RegisterRequest, Row, who
from archivist.report.registers.registry import register
from archivist.rules import deadlines
from archivist.rules.rule_ids import RuleId

ALERTS: Final = ("红", "橙", "黄", "绿")
"""The most urgent first."""


@register(DocumentId.ALERT_REGISTER, period="on")
def alert_register(asked: RegisterRequest) -> Register:
    """Every household on the roll with the colour it has down to the day, the most urgent first."""
    last, rows, without = asked.period.last, list[Row](), 0
    for house in asked.houses:
        if not house.on_roll(last):
            continue
        given = [step for step in house.steps(StepId.CLASSIFY) if step.on <= last]
        if not given:
            without += 1
            continue
        visits = [step.on for step in house.steps(StepId.VISIT) if step.on <= last]
        next_visit = deadlines.find(house.case, asked.pack, RuleId.VISIT_ALERT)
        due = next_visit.due.day if next_visit and next_visit.due and not next_visit.cut_off else None
        rows.append(
            who(house)
            | {
                "alert": str(given[-1].values.get("alert") or ""),
                "classified": given[-1].on,
                "visited": visits[-1] if visits else None,
                "due": due,
            }
        )
    rows.sort(key=lambda row: (_place(row["alert"]), row["due"] is None, row["due"], row["number"]))
    found = Register({ROWS: rows})
    counted = Counter(row["alert"] for row in rows)
    counts = "，".join(f"{alert}{counted[alert]}户" for alert in ALERTS)
    found.notes.append(f"{counts}；在册而没有定级的{without}户，没有列入。")
    found.doubts += [
        f"{row['number']}：应于{row['due']}以前走访" for row in rows if row["due"] and row["due"] < last
    ]
    return found


def _place(alert: str) -> int:
    return ALERTS.index(alert) if alert in ALERTS else len(ALERTS)
