"""Plain text, and tables written as text (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from archivist.errors import FileTooLarge, UnreadableFile
from archivist.model.plain_text import decode_text
from archivist.reading.formats.registry import Format, SourcePage, Sureness, register
from archivist.reading.formats.sample import Sample

MAX_BYTES: Final = 16 * 1024 * 1024
"""Largest plain text file."""
_LOOK: Final = 8192
"""Characters from the start by which a table is told from running text."""
_ROWS: Final = 20


@contextmanager
def open_text(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Open plain text, which is one page however long.

    Raises:
        FileTooLarge: E102. UnreadableFile: E101, it is in no encoding that offices use.
    """
    yield 1, iter([SourcePage(_text(path, name))])


@contextmanager
def open_csv(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Open a table written as text, as one page: a line for each row, cells separated by a blank.

    Raises:
        FileTooLarge: E102. UnreadableFile: E101, it is in no encoding that offices use.
    """
    text = _text(path, name)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text[:_LOOK]) or ",")
    lines = (" ".join(" ".join(cell.split()) for cell in row if cell.strip()) for row in rows)
    yield 1, iter([SourcePage("\n".join(filter(None, lines)))])


def _text(path: Path, name: str) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise FileTooLarge(f"纯文本超过 {MAX_BYTES // 1024**2} MB 的限制", file=name)
    text = decode_text(path.read_bytes())
    if text is None:
        raise UnreadableFile("纯文本的编码无法识别（应为 UTF-8、UTF-16 或 GB 18030）", file=name)
    return text


def _delimiter(start: str) -> str:
    """Return what separates the cells when a text is a table: as many of them in each of its rows; else nothing."""
    for delimiter in (",", "\t", ";"):
        try:
            rows = [row for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            continue
        whole = rows[:-1] if len(start) == _LOOK else rows
        if len(whole) >= 2 and len(whole[0]) >= 2 and len({len(row) for row in whole[:_ROWS]}) == 1:
            return delimiter
    return ""


def _is_csv(sample: Sample) -> Sureness:
    text = sample.text
    is_table = text is not None and not text.lstrip().startswith("<") and bool(_delimiter(text[:_LOOK]))
    return Sureness.TABLE if is_table else Sureness.NO


TXT = register(
    Format(
        kind="txt",
        label="纯文本",
        media_type="text/plain",
        extensions=(".txt", ".csv"),
        recognise=lambda sample: Sureness.NO if sample.text is None else Sureness.TEXT,
        handling=open_text,
    )
)
CSV = register(
    Format(
        kind="csv",
        label="CSV 表格",
        media_type="text/csv",
        extensions=(".csv", ".tsv", ".txt"),
        recognise=_is_csv,
        handling=open_csv,
    )
)
