"""Reference numbers (文号): one sequence for the office and year, in the ledger; gaps arise, repeats never."""

from __future__ import annotations

from archivist.doctypes.field_paths import FieldPath
from archivist.model.by import By
from archivist.model.chinese import format_doc_no
from archivist.workspace import Workspace


def expected(workspace: Workspace, year: int) -> dict[str, object]:
    """Return what stands for a number while a document is only planned; nothing when the office has no 机关代字."""
    agency = workspace.config.office.agency_sign
    return {FieldPath.DOC_NO: format_doc_no(agency, year, 1)} if agency else {}


def take(workspace: Workspace, by: By, year: int, count: int = 1) -> list[str]:
    """Take the next numbers of a year for good.

    Args:
        workspace: the open workspace; its office has a 机关代字.
        by: who takes them, and when.
        year: of the documents.
        count: how many.
    """
    agency = workspace.config.office.agency_sign
    taken = workspace.archive.allocate(f"文号 {agency}", year, workspace.stamp(by), count)
    return [format_doc_no(agency, year, n) for n in taken]
