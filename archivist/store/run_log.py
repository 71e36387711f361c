"""The log of a long run: a line an event, a file a day, the newest ninety kept. No name, no ID number and no file name comes into it.

``FILE`` is of the day that is; at the first line of another day it becomes ``FILE-YYYY-MM-DD`` with the same ending. Readable by its owner
alone. What is told to it are stable words, codes and numbers of the archive's own; texts for people may name somebody.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from archivist.errors import UsageError
from archivist.model.by import CHINA
from archivist.os_reasons import reason_of
from archivist.store import durable_files

KEPT: Final = 90
"""Days before the one that is."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class RunLog:
    """A log that is being written; several threads may."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = threading.Lock()

    @classmethod
    def begun(cls, path: Path, archive: Path) -> RunLog:
        """Return a log after one look whether it can be written.

        Args:
            path: of the file; folders that are missing are made.
            archive: the archive's folder, in which no log belongs.

        Raises:
            UsageError: E001, it cannot be written, is no plain file, or would lie in the archive.
        """
        if path.resolve().is_relative_to(archive.resolve()):
            raise UsageError(
                "运行日志不能放在档案库里", file=path.name, remedy="换一个位置，如 logs/watch.log。"
            )
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(durable_files.open_to_append(path))
        except OSError as error:
            raise UsageError(f"运行日志写不了：{reason_of(error)}", file=path.name) from None
        return cls(path)

    def write(self, moment: dt.datetime, *words: str) -> str:
        """Add a line; what it cannot take stops nobody.

        Args:
            moment: aware.
            words: stable words and numbers.

        Returns:
            Why it could not be written, in Chinese; empty where it was.
        """
        now = moment.astimezone(CHINA)
        line = " ".join((now.isoformat(timespec="seconds"), *filter(None, words)))
        try:
            with self._writing:
                self._turn(now.date())
                fd = durable_files.open_to_append(self._path)
                try:
                    durable_files.append(fd, f"{line}\n".encode())
                finally:
                    os.close(fd)
        except OSError as error:
            return reason_of(error)
        return ""

    def _turn(self, today: dt.date) -> None:
        """Give the file of another day that day's name, and take away those of too long ago."""
        day = self._day()
        if not day or day == today.isoformat():
            return
        path = self._path
        names = (f"{path.stem}-{day}{n}{path.suffix}" for n in ("", *(f".{k}" for k in range(2, 1000))))
        path.rename(next(one for name in names if not os.path.lexists(one := path.with_name(name))))
        old = sorted(path.parent.glob(f"{_literal(path.stem)}-????-??-??*{_literal(path.suffix)}"))
        for gone in old[:-KEPT]:
            if _DAY.match(gone.name[len(path.stem) + 1 :]):
                with suppress(OSError):
                    durable_files.unlink(gone)

    def _day(self) -> str:
        """Return the day of the file's first line; empty where there is none."""
        try:
            with self._path.open("rb") as file:
                found = _DAY.match(file.read(10).decode("ascii", "replace"))
        except FileNotFoundError:
            return ""
        return found[0] if found else ""


def _literal(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)
