"""A signed paper that a person names on the command line, read once; and the form that is printed for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, overload

from archivist.api.result import Result

if TYPE_CHECKING:
    from archivist.doctypes.ids import DocumentId
    from archivist.model.by import By
    from archivist.model.ids import CaseNo, RecordNo
    from archivist.preservation.signed_papers import ReadPaper
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FormToSign(Result):
    """A form that was made for a request, to be printed, signed and scanned.

    Attributes:
        title: of the form.
        about: which request, in words; ``code`` what a machine reads on the form, of that request as it was told.
        file: the ``.docx``.
    """

    SCHEMA: ClassVar[str] = "archivist/form-to-sign/1"

    title: str
    about: str
    code: str
    file: Path


def file_signed(
    workspace: Workspace, by: By, number: CaseNo, kind: DocumentId, given: ReadPaper, *, reason: str
) -> RecordNo:
    """Return the record of a case that a signed form is; one that is filed already, as when this was cut short, is taken as it is.

    Args:
        workspace: the open workspace.
        by: who files it, and when.
        number: the case.
        kind: as what it is filed.
        given: the form, which was judged.
        reason: what it is for.

    Raises:
        DroppedFileError: E100–E111. WriteFailed: E204.
    """
    from archivist.ingest.filing import commit_file

    for no, record in workspace.archive.read(number).records.items():
        if given.original.sha256 in {f.sha256 for f in record.files}:
            return no
    document = workspace.catalogue.get(kind)
    return commit_file(
        workspace, by, number, document, given.original, given.result, type_score=None, reason=reason
    ).no


@overload
def read_given(path: Path) -> ReadPaper: ...
@overload
def read_given(path: None) -> None: ...
@overload
def read_given(path: Path | None) -> ReadPaper | None: ...
def read_given(path: Path | None) -> ReadPaper | None:
    """Read a paper; ``None`` where none came.

    Raises:
        DroppedFileError: E100–E111, it cannot be taken. UsageError: E001, it is longer than any scan.
    """
    if path is None:
        return None
    from archivist.preservation.signed_papers import read_paper
    from archivist.reading.reader_process import Reader

    with Reader() as reader:
        return read_paper(path, reader.read)
