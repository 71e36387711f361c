"""The documents a step brings forth, and how each stands in a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivist.model.case import Case
from archivist.model.record import RecordStatus
from archivist.model.standing import PaperStatus

if TYPE_CHECKING:
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Paper:
    """One document a step brings forth; ``title`` is its id where the catalogue does not know it."""

    id: str
    title: str
    status: PaperStatus


def is_for(workspace: Workspace, case: Case, name: str) -> bool:
    """Tell whether a document exists for the case's category under the office's rules."""
    if name not in workspace.catalogue or (kind := workspace.catalogue.get(name)).of_office:
        return True
    return case.category in kind.categories and (not kind.packs or workspace.pack.id in kind.packs)


def paper_of(workspace: Workspace, case: Case, name: str) -> Paper:
    """Return how a document stands in a case."""
    if name not in workspace.catalogue:
        return Paper(name, name, PaperStatus.UNKNOWN)
    kind = workspace.catalogue.get(name)
    if kind.of_office:
        return Paper(name, kind.title, PaperStatus.REGISTER)
    if held := case.records_of(name):
        pending = all(r.status is RecordStatus.PENDING for r in held)
        return Paper(name, kind.title, PaperStatus.PENDING if pending else PaperStatus.FILED)
    return Paper(name, kind.title, PaperStatus.ISSUABLE if kind.generated else PaperStatus.AWAITED)
