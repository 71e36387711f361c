"""The parent's side of a volume: each file has its sheets made, one at a time, and all are bound; in the reading process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivist.reading.volume.parts import BoundPart, MadeSheets, PlainSheet

if TYPE_CHECKING:
    from archivist.reading.reader_process import Reader


def make_sheets(
    reader: Reader, path: Path, into: Path, *, own: bool = False, blank: Sequence[int] = ()
) -> MadeSheets:
    """Have the plain sheets of a file made; see ``sheets.plain_sheets``.

    Args:
        reader: the reading process.
        path: the file; never changed.
        into: an existing folder; the caller removes it.
        own: the program had the file made.
        blank: numbers of pages that are left out.

    Raises:
        UnreadableFile: E101. ReaderStopped: E103. WriteFailed: E204. ArchivistError: E700.
    """
    order = {"sheets": str(path.absolute()), "own": own, "blank": list(blank)}
    return _made(*reader.commission(path, "整理各页", into, **order))


def make_notice(reader: Reader, lines: Sequence[str], count: int, into: Path) -> MadeSheets:
    """Have sheets made that stand for what cannot be shown; see ``sheets.notice_sheets``."""
    return _made(*reader.commission(into, "写替代页", into, notice=list(lines), count=count))


def bind_volume(reader: Reader, parts: Sequence[BoundPart], title: str, into: Path) -> Path:
    """Have a volume bound of its parts; return the file, within ``into``. See ``binding.bind``."""
    plain = [part.to_plain() for part in parts]
    folder, made = reader.commission(into, "合成全卷", into, bind=plain, title=title)
    return folder / Path(made[-1]["file"]).name


def _made(folder: Path, said: list[dict[str, Any]]) -> MadeSheets:
    message = said[-1]
    sheets = tuple(PlainSheet.from_plain(list(one.values())) for one in message["sheets"])
    return MadeSheets(str(folder / Path(message["file"]).name), sheets, tuple(message["pictured"]))
