"""What nobody types into the office's records of its own work: inspections, publicity, reports to the bureau."""

from __future__ import annotations

from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import computes


@computes(FieldPath.INSPECTION_BY, FieldPath.SUMMARY_TO)
def _bureau(context: DocumentContext) -> str | None:
    return context.config.office.bureau or None


@computes(FieldPath.OUTREACH_VILLAGES)
def _villages_reached(context: DocumentContext) -> int | None:
    reached = {str(row["village"]) for row in context.rows(FieldPath.OUTREACH_ROWS) if row.get("village")}
    return len(reached) or None
