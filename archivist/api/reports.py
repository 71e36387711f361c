"""Documents over many households: which there are, and one made from the archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist import settings_file
from archivist.api import registers, report_sheets
from archivist.api.authorisation import authorised
from archivist.api.registers import RegisterView
from archivist.api.report_requests import Request
from archivist.api.report_sheets import ReportSheets
from archivist.api.result import Result
from archivist.model.permissions import Act
from archivist.settings_file import WorkspaceKind

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.report.compilation import Compiled
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Report:
    """A document over many households.

    Attributes:
        id: the catalogue's id of the type.
        period: what it is about when nothing is asked: ``month``, ``quarter``, ``year``, or ``on``, a day.
    """

    id: str
    title: str
    period: str


@dataclass(frozen=True, slots=True)
class Reports(Result):
    """What the office can have made, under its rule pack."""

    SCHEMA: ClassVar[str] = "archivist/reports/1"

    reports: tuple[Report, ...]


def offered(workspace: Workspace) -> Reports:
    """List the documents over many households; the bureau's are those over households of many offices."""
    from archivist.report.compilation import is_of_one_office, offered

    bureau = settings_file.kind(workspace.root) is WorkspaceKind.BUREAU
    found = offered(workspace.catalogue, workspace.pack)
    documents = [(d, period) for d, period in found if not (bureau and is_of_one_office(d))]
    return Reports(tuple(Report(d.id, d.title, period) for d, period in documents))


def _offices(workspace: Workspace, collected: Compiled) -> Iterator[str]:
    """Yield of which offices the households are, up to which report of each, and which of those registered reported nothing."""
    from archivist.api import bureau

    counts = Counter(house.case.number.office for house in collected.houses)
    offices = bureau.offices(workspace).offices
    told = [
        f"{o.code} {o.name}".strip() + f"（{o.last}，{counts[o.code]}户）" for o in offices if counts[o.code]
    ]
    if told:
        yield f"各单位以最近一次报送为准：{'、'.join(told)}。"
    if missing := [f"{o.code} {o.name}".strip() for o in offices if not o.submissions]:
        yield f"登记而没有报送过的单位不在本表内：{'、'.join(missing)}。"


@authorised(Act.REPORT)
def make(
    workspace: Workspace,
    by: By,
    request: Request,
    *,
    folder: Path | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> RegisterView | ReportSheets:
    """Read the households and make what was asked for; a household that cannot be read is named, never left out.

    Args:
        workspace: the open workspace.
        by: who makes it, and when.
        request: what it is to be.
        folder: where files go besides the usual place, or in its stead for registers.
        dry_run: only work it out.
        progress: called with the cases read and all those to be.

    Raises:
        ArchivistError: see ``registers.make`` and ``report_sheets.make``.
    """
    from archivist.report.compilation import collect

    collected = collect(workspace, request.document, request.query, progress or (lambda _done, _all: None))
    if settings_file.kind(workspace.root) is WorkspaceKind.BUREAU:
        collected = replace(collected, notes=tuple(_offices(workspace, collected)))
    if request.sheetwise:
        return report_sheets.make(workspace, by, request, collected, folder=folder, dry_run=dry_run)
    return registers.make(workspace, by, request, collected, folder=folder, dry_run=dry_run)
