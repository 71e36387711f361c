"""Pictures of pages that were made once: ``index/pages/<whose>/<digest>-<page>-<width>-<turn>.jpg``, with what was found out beside it.

Named by digests and numbers only, in a folder a household (or ``review`` for what waits), so that all of one can go at once.
Disposable like everything under ``index/``: what is missing is made again, in the reading process alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.errors import UnreadableFile

if TYPE_CHECKING:
    from archivist.model.ids import CaseNo
    from archivist.reading.reader_process import Reader

FOLDER: Final = "pages"
WAITING: Final = "review"
"""Folder of what waits in the tray."""
WIDTHS: Final = (180, 1240)
"""A small one for lists, and one to read."""
MOST_BYTES: Final = 2 << 30
_LOOK_AFTER: Final = 64
"""With one of so many new pictures it is looked whether they are too many."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PageSource:
    """Which page is wanted.

    Attributes:
        whose: the household's number, or ``WAITING``.
        file, sha256: of the file; its digest as the archive has it, which names the picture.
        page: 1-based; ``turn`` degrees clockwise by which it is shown turned.
    """

    whose: CaseNo | str
    file: Path
    sha256: str
    page: int
    turn: int = 0


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A picture that is there; see ``page_picture.MadePicture``."""

    file: Path
    width: int
    height: int
    pages: int
    lines: tuple[tuple[str, int, int, int, int], ...]


class PictureCache:
    """The folder; safe to use from several threads and programs, for every picture is put in whole.

    Args:
        index: the workspace's ``index/``.
        most: bytes it may take; the least lately shown go first.
    """

    def __init__(self, index: Path, most: int = MOST_BYTES) -> None:
        self.folder = index / FOLDER
        self._most = most

    def get(self, wanted: PageSource, width: int) -> PagePicture | None:
        """Return a picture that was made before, ``None`` where there is none, or only a damaged one."""
        file = self._file(wanted, width)
        try:
            said = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
            lines = tuple((str(line[0]), *map(int, line[1:5])) for line in said["lines"])
            found = PagePicture(file, int(said["width"]), int(said["height"]), int(said["pages"]), lines)  # type: ignore[arg-type]
            os.utime(file)
        except (OSError, ValueError, LookupError, TypeError):
            return None
        return found

    def make(self, wanted: PageSource, width: int, reader: Reader) -> PagePicture:
        """Return a picture, made in the reading process where it is not there.

        Raises:
            UnreadableFile: E101. FileTooLarge: E102. ReaderStopped: E103. ArchivistError: E700, the process does not start.
            OSError: the disk refuses.
        """
        if found := self.get(wanted, width):
            return found
        self._private(self.folder)
        if (int(wanted.sha256[:8], 16) + wanted.page) % _LOOK_AFTER == 0:
            self.prune()
        self._private(self._file(wanted, width).parent)
        with tempfile.TemporaryDirectory(dir=self.folder) as work:
            order = {
                "draw": str(wanted.file.absolute()),
                "page": wanted.page,
                "width": width,
                "turn": wanted.turn,
            }
            folder, (said,) = reader.commission(
                wanted.file, f"画第 {wanted.page} 页", Path(work), **order, cpu_s=reader.limits.page_cpu_s
            )
            about = {key: said[key] for key in ("width", "height", "pages", "lines")}
            note = folder / "note"
            note.write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
            file = self._file(wanted, width)
            (folder / Path(said["file"]).name).replace(file)
            note.replace(file.with_suffix(".json"))
        made = self.get(wanted, width)
        if made is None:
            raise UnreadableFile("页面图像刚做好又不见了", file=wanted.file.name, remedy="再看一次。")
        return made

    def forget(self, whose: CaseNo | str) -> None:
        """Remove every picture of a household, or of what waits; what is not there is gone already."""
        shutil.rmtree(self.folder / str(whose), ignore_errors=True)

    def forget_file(self, whose: CaseNo | str, sha256: str) -> None:
        """Remove the pictures of one file."""
        for path in self.folder.joinpath(str(whose)).glob(f"{sha256}-*"):
            path.unlink(missing_ok=True)

    @staticmethod
    def _private(folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _file(self, wanted: PageSource, width: int) -> Path:
        if not _DIGEST.fullmatch(wanted.sha256):
            raise ValueError("a picture is named by a digest")
        return self.folder / str(wanted.whose) / f"{wanted.sha256}-{wanted.page}-{width}-{wanted.turn}.jpg"

    def prune(self) -> None:
        """Remove the least lately shown until no more bytes are taken than allowed."""
        found = []
        for path in self.folder.rglob("*.jpg"):
            with suppress(OSError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        left = sum(size for _, size, _ in found) - self._most
        for _, size, path in sorted(found):
            if left <= 0:
                break
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            left -= size
        for stale in self.folder.glob("tmp*"):  # of a program that was killed
            with suppress(OSError):
                if time.time() - stale.stat().st_mtime > 3_600:
                    shutil.rmtree(stale, ignore_errors=True)
