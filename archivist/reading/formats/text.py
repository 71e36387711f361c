"""Plain text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from archivist.errors import FileTooLarge, UnreadableFile
from archivist.model.plain_text import decode_text
from archivist.reading.formats.registry import Format, SourcePage, Sureness, register

MAX_BYTES: Final = 16 * 1024 * 1024
"""Largest plain text file."""


@contextmanager
def open_text(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Open plain text, which is one page however long.

    Raises:
        FileTooLarge: E102. UnreadableFile: E101, it is in no encoding that offices use.
    """
    if path.stat().st_size > MAX_BYTES:
        raise FileTooLarge(f"纯文本超过 {MAX_BYTES // 1024**2} MB 的限制", file=name)
    text = decode_text(path.read_bytes())
    if text is None:
        raise UnreadableFile("纯文本的编码无法识别（应为 UTF-8 或 GB 18030）", file=name)
    yield 1, iter([SourcePage(text)])


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
