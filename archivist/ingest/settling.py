"""What lies in the inbox, and which of it is whole: nothing is taken while somebody writes.

A file is taken when it has not changed for a while. How long depends on what can be known of it. Where the system
says that nobody has it open for writing and the file has its end, ``settle_s`` is enough. Where one of the two cannot
be told (a share, another account's file, a format without an end) it is ``settle_long_s``, and for a file that was
seen growing several times the longest pause its writer made. A file without the end its format asks for is kept
waiting for ``unfinished_s``, one that is open for writing for as long as it is.
"""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from archivist.config import Options
from archivist.ingest import photo_folders
from archivist.reading.ending import Ending, ending_of
from archivist.store import inbox_claim
from archivist.store.durable_files import shown
from archivist.store.foreign_files import SHADOW
from archivist.store.open_writers import WriterSeen, writer_of

PAUSES: Final = 4
"""A file that was seen growing is left alone for so many times the longest pause between two changes."""
LONGEST_S: Final = 300.0
"""Seconds after which a file that does not change is not waited for any longer because of its writer's pauses."""

_HIDDEN: Final = re.compile(r"\..*")
_HALF_MADE: Final = re.compile(r".*\.(tmp|part|crdownload|partial|swp)|.*~", re.I)


class NotTaken(StrEnum):
    """Why something in the inbox is never taken. The words are stable."""

    HIDDEN = "hidden"
    HALF_MADE = "half_made"
    SPECIAL = "special"


class WaitsFor(StrEnum):
    """What a file in the inbox waits for."""

    WRITER = "writer"
    END = "end"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it looked: any change restarts its clock."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file in the inbox, or a folder of several ``photos`` that are one paper; ``name`` is relative to it, with ``/``."""

    path: Path
    name: str
    seen: FileState
    photos: tuple[Dropped, ...] = ()

    @property
    def folder(self) -> str:
        """The name of the folder it lies in, relative to the inbox; empty where that is the inbox itself."""
        return self.name.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something in the inbox that is never taken; a folder stands for all it holds."""

    name: str
    why: NotTaken


def look(inbox: Path, passed_over: list[PassedOver] | None = None) -> Iterator[Dropped]:
    """Yield the regular files in the inbox and its folders, oldest first.

    Args:
        inbox: the folder.
        passed_over: gets what is not taken; without the noise that nobody dropped.
    """
    found: list[tuple[int, Dropped]] = []
    todo = [inbox]
    while todo:
        folder = todo.pop()
        try:
            entries = list(folder.iterdir())
        except OSError:  # gone, or not readable just now: the next look may see it
            continue
        for path in entries:
            if SHADOW.fullmatch(path.name) or path.name.startswith(inbox_claim.FILE):
                continue
            try:
                info = path.lstat()
            except OSError:
                continue
            name = shown(path.relative_to(inbox).as_posix())
            if why := _not_taken(path.name, info.st_mode):
                if passed_over is not None:
                    passed_over.append(PassedOver(name, why))
            elif stat.S_ISDIR(info.st_mode):
                todo.append(path)
            else:
                seen = FileState(info.st_size, info.st_mtime_ns, info.st_ino)
                found.append((info.st_mtime_ns, Dropped(path, name, seen)))
    yield from (d for _, d in sorted(found, key=lambda f: (f[0], f[1].name)))


def _not_taken(name: str, mode: int) -> NotTaken | None:
    if _HIDDEN.fullmatch(name):
        return NotTaken.HIDDEN
    if _HALF_MADE.fullmatch(name):
        return NotTaken.HALF_MADE
    return None if stat.S_ISDIR(mode) or stat.S_ISREG(mode) else NotTaken.SPECIAL


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the inbox showed.

    Attributes:
        ready: files that are whole and may be taken.
        moving: how many others will be ready or waiting soon, if nothing changes.
        waiting: files that stay where they are for the time being, and for what.
        passed_over: what is never taken.
    """

    ready: tuple[Dropped, ...]
    moving: int
    waiting: tuple[tuple[Dropped, WaitsFor], ...]
    passed_over: tuple[PassedOver, ...]


NOTHING: Final = Look((), 0, (), ())


@dataclass(frozen=True, slots=True)
class _Watched:
    """What is known of a file: since when it is as it is, its writer's longest pause, whether it was open last time, was there before us."""

    seen: FileState
    since: float
    pause: float = 0.0
    was_open: bool = False
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class _WatchedFolder:
    """What is known of a folder that may be one paper: its files, since when they are these, the longest pause between two changes."""

    files: frozenset[Dropped]
    since: float
    pause: float = 0.0

    @classmethod
    def now(cls, before: _WatchedFolder | None, files: frozenset[Dropped], now: float) -> _WatchedFolder:
        if before is None:
            return cls(files, now)
        return before if before.files == files else cls(files, now, max(before.pause, now - before.since))


@dataclass(frozen=True, slots=True)
class _PhotosTogether:
    """Photos of a folder that are whole, and the folder as what is dropped; ``None`` while it is not whole."""

    photos: tuple[Dropped, ...]
    verdict: Dropped | None


def _folder_of(photos: Sequence[Dropped]) -> Dropped:
    states = [photo.seen for photo in photos]
    seen = FileState(sum(s.size for s in states), max(s.mtime_ns for s in states), len(states))
    return Dropped(photos[0].path.parent, photos[0].folder, seen, tuple(photos))


class Settler:
    """Tells which files of an inbox are whole.

    Args:
        options: how long to wait; see ``Options``.
        clock: seconds that only go forward.
        wall: seconds since 1970, as files' times have them.
        writer: whether somebody has a file open for writing.
    """

    def __init__(
        self,
        options: Options,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        writer: Callable[[Path], WriterSeen] = writer_of,
    ) -> None:
        self._options = options
        self._clock = clock
        self._wall = wall
        self._writer = writer
        self._watched: dict[Path, _Watched] = {}
        self._folders: dict[str, _WatchedFolder] = {}
        self._longest_pause = 0.0
        self._has_looked = False

    def look(self, inbox: Path) -> Look:
        """Look once."""
        now = self._clock()
        passed_over: list[PassedOver] = []
        here = list(look(inbox, passed_over))
        watched: dict[Path, _Watched] = {}
        ready: list[Dropped] = []
        waiting: list[tuple[Dropped, WaitsFor]] = []
        moving = 0
        for dropped in here:
            file = self._as_known(dropped, now)
            file, verdict = self._judge(dropped, file, now)
            watched[dropped.path] = file
            if isinstance(verdict, WaitsFor):
                waiting.append((dropped, verdict))
            elif verdict:
                ready.append(dropped)
            else:
                moving += 1
        self._watched, self._has_looked = watched, True
        together = self._folders_of_photos(here, {d.path for d in ready}, now)
        held = {photo.path for folder in together for photo in folder.photos}
        stuck = {d.folder for d, _ in waiting}
        ready = [d for d in ready if d.path not in held]
        for folder in together:
            if isinstance(folder.verdict, Dropped):
                ready.append(folder.verdict)
            elif folder.photos[0].folder in stuck:
                waiting += [(photo, WaitsFor.FOLDER) for photo in folder.photos]
            else:
                moving += len(folder.photos)
        return Look(tuple(ready), moving, tuple(waiting), tuple(passed_over))

    def _folders_of_photos(
        self, here: Sequence[Dropped], whole: Collection[Path], now: float
    ) -> list[_PhotosTogether]:
        """Return the photos that are taken together with the others of their folder, or not yet.

        A folder is copied file by file, so it is whole when each of its files is and none has come for a while.

        Args:
            here: all files of the inbox.
            whole: where those lie that are whole by themselves.
            now: by the clock.
        """
        inside: dict[str, list[Dropped]] = {}
        for dropped in here:
            if photo_folders.may_be_paper(dropped.folder):
                inside.setdefault(dropped.folder, []).append(dropped)
        self._folders = {
            name: _WatchedFolder.now(self._folders.get(name), frozenset(files), now)
            for name, files in inside.items()
        }
        found = []
        for name, files in inside.items():
            ready = [d for d in files if d.path in whole]
            has_folders = any(other.startswith(f"{name}/") for other in inside)
            if has_folders or len(files) > photo_folders.MOST or not ready:
                continue
            if not all(photo_folders.is_photo(d.path) for d in ready):
                continue
            known = self._folders[name]
            is_whole = len(ready) == len(files) and now - known.since >= self._patience(known.pause)
            if not is_whole:
                found.append(_PhotosTogether(tuple(ready), None))
            elif len(files) > 1:
                found.append(_PhotosTogether(tuple(ready), _folder_of(files)))
        return found

    def _as_known(self, dropped: Dropped, now: float) -> _Watched:
        before = self._watched.get(dropped.path)
        if before is None or before.seen.inode != dropped.seen.inode:
            return _Watched(dropped.seen, now, was_there=not self._has_looked)
        if before.seen == dropped.seen:
            return before
        pause = now - before.since
        self._longest_pause = max(self._longest_pause, pause)
        return _Watched(dropped.seen, now, max(before.pause, pause), before.was_open)

    def _judge(self, dropped: Dropped, file: _Watched, now: float) -> tuple[_Watched, WaitsFor | bool]:
        """Return what is known of a file now, and whether it may be taken, or what it waits for."""
        options, idle = self._options, now - file.since
        if idle < options.settle_s:
            return file, False
        writer = self._writer(dropped.path)
        if writer is WriterSeen.YES:
            is_still = idle >= self._patience(file.pause)
            return replace(file, was_open=True), WaitsFor.WRITER if is_still else False
        if file.was_open:  # its writer has let go of it just now; another may follow
            return replace(file, since=now, was_open=False), False
        ending = _ending(dropped.path)
        if writer is WriterSeen.NO and ending is Ending.THERE:
            return file, idle >= min(PAUSES * file.pause, LONGEST_S)
        learnt = self._longest_pause if writer is WriterSeen.CANNOT_TELL else file.pause
        if idle < self._patience(learnt):
            return file, False
        if ending is Ending.MISSING and not self._is_old(dropped, file, idle):
            return file, WaitsFor.END
        return file, True

    def _patience(self, pause: float) -> float:
        return max(self._options.settle_s, self._options.settle_long_s, min(PAUSES * pause, LONGEST_S))

    def _is_old(self, dropped: Dropped, file: _Watched, idle: float) -> bool:
        """Whether a file without an end has been as it is for long enough, before we came or while we watched.

        A copy may bear the time of what it was copied from; when it came here its other time says.
        """
        if file.was_there and idle < self._options.unfinished_s:
            try:
                changed = max(dropped.seen.mtime_ns, dropped.path.lstat().st_ctime_ns) / 1e9
            except OSError:
                return False
            return self._wall() - changed >= self._options.unfinished_s
        return idle >= self._options.unfinished_s


def _ending(path: Path) -> Ending:
    try:
        return ending_of(path)
    except (OSError, ValueError):  # it cannot be read just now: whoever takes it says why
        return Ending.CANNOT_TELL
