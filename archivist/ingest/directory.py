"""What recognition asks, answered by an open workspace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archivist.ingest.matching.signed_copy import Thresholds
from archivist.model.case import Case
from archivist.model.document_code import OfficeKey
from archivist.model.ids import CaseNo, RecordNo
from archivist.workspace import Workspace


class WorkspaceDirectory:
    """What recognition asks, answered by the catalogue and the archive."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def by_id(self, number: str) -> Iterable[CaseNo]:
        """Return the cases in which somebody has this ID number."""
        return [row.number for row in self._workspace.index.find_cases(number)]

    def names(self) -> Iterable[tuple[str, CaseNo]]:
        """Return every person's name with the case it stands in."""
        return self._workspace.index.names()

    def case(self, number: CaseNo) -> Case:
        """Return a case from the archive itself."""
        return self._workspace.archive.read(number)

    @property
    def thresholds(self) -> Thresholds:
        """What the settings ask of a signed copy."""
        options = self._workspace.config.options
        return Thresholds(options.signed_copy_text, options.signature_ink)

    def keys(self) -> Sequence[OfficeKey]:
        """Return the office's keys."""
        return self._workspace.keys()

    def issued_text(self, number: CaseNo, record: RecordNo) -> str:
        """Return all that an issued record prints."""
        return self._workspace.archive.text(number, record)
