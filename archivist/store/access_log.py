"""Who was shown which households (查阅登记): ``access/<YYYY-MM>.jsonl``, a chained line for each answer, never what was asked.

An entry is on the disk before anything it names is shown. Whoever asks needs no lock of the archive: the file has one of
its own, held for as long as one line takes. A line that a power cut left unfinished stays as it is, and the next one begins after
it: nothing it named was shown. Each line names the SHA-256 of the line before it, the first of a month that of the last line of
the month before.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import AccessNotLogged
from archivist.model.by import By
from archivist.model.household_ranges import compressed
from archivist.model.ids import CaseNo, Sha256
from archivist.os_reasons import reason_of
from archivist.store import bag, durable_files
from archivist.store.lock import try_lock

FOLDER: Final = "access"
NONE_BEFORE: Final = Sha256("0" * 64)
_SUFFIX: Final = ".jsonl"
_CHUNK: Final = 1 << 16
_WAIT_S: Final = 30.0
_READ_ONLY: Final = (errno.EROFS, errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Access:
    """One answer: who saw what, through which face of the program.

    Attributes:
        by: who asked, from where, when.
        face: ``cli``, ``web``.
        act: what was asked for, as the face names it: ``search``, ``case show``; never its arguments.
        households: the case numbers the answer names.
        items: ids of waiting files (待认领) it shows.
    """

    by: By
    face: str
    act: str
    households: frozenset[CaseNo] = frozenset()
    items: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One line of the log as it stands; ``entry`` is empty where a power cut left it unfinished.

    Attributes:
        line: 1-based, in its month.
        is_chained: it names the line before it.
    """

    month: str
    line: int
    entry: dict[str, Any]
    digest: Sha256
    is_chained: bool


class AccessLog:
    """The folder ``access/``.

    Args:
        root: the archive.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / FOLDER
        self.face: Callable[[frozenset[CaseNo], frozenset[str]], None] | None = None
        """Puts households and waiting files on record as seen by whoever sits at this face of the program; without one, nobody does."""

    def months(self) -> list[str]:
        """Return the months that have a file, ``YYYY-MM``, in order."""
        return sorted(p.stem for p in self.folder.glob(f"*{_SUFFIX}")) if self.folder.is_dir() else []

    def path(self, month: str) -> Path:
        """Return the file of a month."""
        return self.folder / f"{month}{_SUFFIX}"

    def enter(self, access: Access) -> None:
        """Write one line; durable when this returns.

        The file is that of the month of the machine's clock, or of a later one that is there already: lines stand in the
        order in which they came.

        Raises:
            AccessNotLogged: E213, it could not be written; ``read_only`` says whether the archive takes no writes at all.
        """
        try:
            self._make_folder()
            months = self.months()
            month = max([f"{access.by.clock or access.by.time:%Y-%m}", *months[-1:]])
            with self._locked(self.path(month)) as fd:
                last = _last_line(fd)
                unfinished = bool(last) and not last.endswith(b"\n")
                before = (last + b"\n" if unfinished else last) or self._before(month)
                line = _encoded(access, bag.sha256(before) if before else NONE_BEFORE)
                durable_files.append(fd, b"\n" + line if unfinished else line)
        except OSError as error:
            raise AccessNotLogged(
                f"{reason_of(error)}，没有显示任何户档的内容",
                file=FOLDER,
                read_only=error.errno in _READ_ONLY,
            ) from error

    def disclose(self, households: Iterable[CaseNo | str] = (), items: Iterable[str] = ()) -> None:
        """Put on record whom files name that are about to be written out of the archive's keeping: outbox, stick, print.

        Whatever writes such files asks this first, in whichever room it is; nothing may be written before it returns.

        Args:
            households: whom they name.
            items: ids of waiting files (待认领) they hold.

        Raises:
            AccessNotLogged: E213, it could not be written.
        """
        if self.face is not None:
            numbers = (n if isinstance(n, CaseNo) else CaseNo.parse(n) for n in households)
            self.face(frozenset(numbers), frozenset(items))

    def require_writable(self) -> None:
        """Refuse to begin what can only be put on record once it is known whom it names.

        Raises:
            AccessNotLogged: E213.
        """
        try:
            self._make_folder()
            if months := self.months():
                os.close(durable_files.open_to_append(self.path(months[-1])))
        except OSError as error:
            raise AccessNotLogged(
                f"{reason_of(error)}，没有开始", file=FOLDER, read_only=error.errno in _READ_ONLY
            ) from error

    def _before(self, month: str) -> bytes:
        """Return the last line of the months before one; empty where there is none."""
        earlier = (
            self._line_before(m, self.path(m).stat().st_size) for m in reversed(self.months()) if m < month
        )
        return next(filter(None, earlier), b"")

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(mode=durable_files.FOLDER_MODE, exist_ok=True)
            durable_files.sync_folder(self.folder.parent)

    @contextmanager
    def _locked(self, path: Path) -> Iterator[int]:
        new = not path.exists()
        fd = durable_files.open_to_append(path)
        try:
            if new:
                durable_files.sync_folder(path.parent)
            end = time.monotonic() + _WAIT_S
            while not try_lock(fd):
                if time.monotonic() >= end:
                    raise TimeoutError(errno.ETIMEDOUT, "the log is held")
                time.sleep(0.005)
            yield fd
        finally:
            os.close(fd)

    def anchor(self) -> list[object]:
        """Return where the log ends: its last month, the size of that file in bytes, the SHA-256 of its last whole line.

        What is being written at this moment is left for the next one; empty where there is nothing to hold.
        """
        for month in reversed(self.months()):
            with suppress(OSError):
                size = self.path(month).stat().st_size
                if (line := self._line_before(month, size)).endswith(b"\n"):
                    return [month, size, bag.sha256(line)]
        return []

    def has(self, month: str, size: int, digest: str) -> bool:
        """Tell whether a month's file still has the line that ended at so many bytes.

        Raises:
            OSError: it cannot be read, or is gone.
        """
        return (
            self.path(month).stat().st_size >= size and bag.sha256(self._line_before(month, size)) == digest
        )

    def _line_before(self, month: str, end: int) -> bytes:
        """Return the line that ends at an offset of a month's file."""
        fd = os.open(self.path(month), os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            return _last_line(fd, end)
        finally:
            os.close(fd)

    def size_and_digest(self, month: str) -> tuple[int, Sha256]:
        """Return the size in bytes and the SHA-256 of a month's file.

        Raises:
            OSError: it cannot be read.
        """
        digest, size = durable_files.digest_of(self.path(month))
        return size, digest

    def remove(self, month: str) -> None:
        """Remove a month's file; durable when this returns. Whoever calls has put it on record first.

        Raises:
            WriteFailed: E204.
        """
        with durable_files.writing("销毁没有做完，再运行一次即接着做", file=self.path(month).name):
            durable_files.unlink(self.path(month))
            durable_files.sync_folder(self.folder)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────
    def lines(self, month: str) -> Iterator[AccessLine]:
        """Yield the lines of a month, each with whether it names the one before; without the lock.

        Raises:
            OSError: the file cannot be read.
        """
        last = self._before(month)
        before = bag.sha256(last) if last else None
        with self.path(month).open("rb") as handle:
            for number, line in enumerate(handle, 1):
                entry, digest = _decoded(line), bag.sha256(line)
                # What no month before it can confirm is the first there is; an older one may have been destroyed.
                chained = before is None or not entry or entry.get("prev") == before
                yield AccessLine(month, number, entry, digest, chained)
                before = digest


def _encoded(access: Access, prev: Sha256) -> bytes:
    by = access.by
    entry = {
        "prev": prev,
        "time": by.time.isoformat(timespec="seconds"),
        "clock": by.clock.isoformat(timespec="seconds") if by.clock else "",
        "actor": by.actor,
        "on_behalf_of": by.on_behalf_of,
        "known_by": by.known_by.value if by.known_by else "",
        "account": by.account,
        "host": by.host,
        "face": access.face,
        "act": access.act,
        "households": compressed(access.households),
        "items": sorted(access.items),
    }
    said = {key: value for key, value in entry.items() if value}
    return (
        json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
        + b"\n"
    )


def _decoded(line: bytes) -> dict[str, Any]:
    """Return what a line says; empty where it is none, or not whole."""
    try:
        entry = json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _last_line(fd: int, end: int | None = None) -> bytes:
    """Return the last line of an open file, or of its first ``end`` bytes, as it stands: its end may be lacking."""
    end = os.fstat(fd).st_size if end is None else end
    found = b""
    while end and b"\n" not in found[:-1]:
        start = max(0, end - _CHUNK)
        os.lseek(fd, start, os.SEEK_SET)
        found = os.read(fd, end - start) + found
        end = start
    return found[found[:-1].rfind(b"\n") + 1 :]
