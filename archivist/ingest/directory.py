"""What recognition asks, answered by an open workspace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from archivist.ingest.matching.evidence import PersonOnFile
from archivist.ingest.matching.signed_copy import Thresholds
from archivist.model.case import Case
from archivist.model.document_code import OfficeKey
from archivist.model.field_schema import APPLICANT
from archivist.model.ids import CaseNo, RecordNo
from archivist.search.people_on_file import cases_with_id, people_named
from archivist.workspace import Workspace


class WorkspaceDirectory:
    """What recognition asks, answered by the catalogue and the archive."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def by_id(self, number: str) -> Iterable[CaseNo]:
        """Return the cases in which somebody has this number, of an ID card or of another paper."""
        return self._workspace.index.ask(lambda now: cases_with_id(now, number))

    def named(self, names: Collection[str]) -> Iterable[PersonOnFile]:
        """Return everybody on file who has one of these names."""
        return [
            PersonOnFile(*found) for found in self._workspace.index.ask(lambda now: people_named(now, names))
        ]

    def former_names(self, number: CaseNo) -> Iterable[str]:
        """Return the names the applicant of a case has been entered by, from its chain."""
        for event, _ in self._workspace.archive.chain(number).events:
            facts = event.data.get("facts")
            applicant = facts.get(APPLICANT.key) if isinstance(facts, Mapping) else None
            if isinstance(applicant, Mapping) and applicant.get("name"):
                yield str(applicant["name"])

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
