"""Several households at once, what a decision on each is told, and a sheet to tell it in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.workspace import Workspace
from tests.filing import come_to
from tests.kit import open_household
from tests.people import WANG, make_id

DECISION = {
    "decision.findings": "符合条件。", "benefit.amount": "800", "benefit.start": "2024-04", "benefit.persons": "2",
    "benefit.standard": "1130", "benefit.method": "补差", "benefit.income_per_head": "300", "benefit.review_cycle": "每年",
}  # fmt: skip


def households(
    workspace: Workspace, count: int, lacking: Sequence[int] = (), *, come_for: str = ""
) -> list[Case]:
    """Open households; those lacking have no village. Each has come to where the document ``come_for`` may be issued."""
    cases = []
    for n in range(count):
        applicant = WANG["applicant"] | {
            "id_number": make_id(f"1970{1 + n % 9:02d}{10 + n % 18}", f"{15 + 2 * n:03d}")
        }
        if n in lacking:
            applicant.pop("village")
        cases.append(open_household(workspace, parse_facts({**WANG, "applicant": applicant})))
    return [come_to(workspace, case, come_for) for case in cases] if come_for else cases


def sheet(path: Path, heads: Sequence[str], *rows: Sequence[object]) -> Path:
    """Write a sheet with a line of headings."""
    book = Workbook()
    for row in (heads, *rows):
        book.worksheets[0].append(list(row))
    book.save(path)
    return path
