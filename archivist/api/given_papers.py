"""A signed paper that a person names on the command line, read once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from archivist.preservation.signed_papers import ReadPaper


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
