"""Files handed over to the bureau: of those newly granted in the quarter, of the reviews of the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.step_ids import StepId
from archivist.report.case_history import HouseholdHistory
from archivist.report.query import Period
from archivist.report.register import ROWS, Register, RegisterRequest, Row, count, in_order, who
from archivist.report.registers.registry import register


@register(DocumentId.QUARTERLY_TRANSFER_LIST, period="quarter")
def quarterly_transfer_list(asked: RegisterRequest) -> Register:
    """The files of those newly granted in the quarter: papers, pages, files, bytes, digest of the last event."""
    rows = []
    for house in asked.houses:
        if not house.entered(asked.period):
            continue
        records = list(house.case.records.values())
        files = [f for r in records for f in r.files]
        rows.append(
            who(house)
            | {
                "records": len(records),
                "pages": sum(r.pages for r in records),
                "files": len(files),
                "size": sum(f.size for f in files),
                "head": house.case.head,
            }
        )
    return _handed_over(in_order(rows), "records", "pages", "files", "size")


@register(DocumentId.ANNUAL_REVIEW_TRANSFER_LIST, period="year")
def annual_review_transfer_list(asked: RegisterRequest) -> Register:
    """Every review that was concluded in the year, with its result and the papers filed for it."""
    rows = [who(h) | row for h in asked.houses if (row := _review_row(h, asked.period)) is not None]
    return _handed_over(in_order(rows), "records", "pages")


_CONCLUSIONS: Final[Mapping[str, str]] = {
    StepId.REVIEWED: "继续", StepId.CHANGE: "变更", StepId.SUSPEND: "停发", StepId.TERMINATE: "终止", StepId.PROPOSE_TERMINATION: "拟终止",
}  # fmt: skip


def _review_row(house: HouseholdHistory, period: Period) -> Row | None:
    concluded = house.step(*_CONCLUSIONS, within=period)
    begun = house.step(StepId.START_REVIEW)
    if concluded is None or begun is None or begun.seq > concluded.seq:
        return None
    daily = [
        r
        for r in house.case.records.values()
        if r.folder.startswith("09 ") and dt.date.fromisoformat(r.filed_at[:10]) in period
    ]
    return {
        "concluded": concluded.on,
        "conclusion": _CONCLUSIONS[concluded.id],
        "records": len(daily),
        "pages": sum(r.pages for r in daily),
    }


def _handed_over(rows: list[Row], *sums: str) -> Register:
    found = Register({ROWS: rows}, {ROWS: {key: f"register.{key}" for key in sums}})
    found.values |= {f"register.{key}": count(rows, key) for key in sums}
    found.values[FieldPath.REGISTER_HOUSEHOLDS] = len(rows)
    if any(r["records"] and not r["pages"] for r in rows):
        found.notes.append("页数按归档时清点的扫描件计；只有电子原件的件没有页数。")
    return found
