"""Another copy of archive files, wherever they lie: a folder at any depth, or the packages (.zip) of a submission in it.

Nothing in a copy is believed for its name or place: a file is what its digest says, a bag's events are those that
follow one another from the first on. What cannot be read is passed over.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self, cast

from archivist.errors import ArchiveError, NewerFormat
from archivist.model.event import Event
from archivist.store import bag, chain
from archivist.store.chain import Chain

LONGEST_EVENT: Final = 64 << 20
"""An event, a note or a bag-info longer than so many bytes is none."""
_EVENT: Final = re.compile(r"(?:(.*)/)?events/(\d{6,})\.json")
_CHUNK: Final = 1 << 20
UNREADABLE: Final = (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError)
"""What reading a file of a copy may raise: a fault of the disk, or of a package."""


class _Opens(Protocol):
    def __call__(self) -> BinaryIO: ...


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file of a copy; ``path`` for people, with ``/``; ``size`` in bytes."""

    path: str
    size: int
    open: _Opens

    def read(self) -> bytes:
        """Return a small file; empty when it is long or cannot be read."""
        if self.size > LONGEST_EVENT:
            return b""
        try:
            with self.open() as handle:
                return handle.read()
        except UNREADABLE:
            return b""

    def digest(self) -> str:
        """Return its SHA-256; empty when it cannot be read."""
        digest = hashlib.sha256()
        try:
            with self.open() as handle:
                while chunk := handle.read(_CHUNK):
                    digest.update(chunk)
        except UNREADABLE:
            return ""
        return digest.hexdigest()


@dataclass(slots=True)
class CopiedBag:
    """A bag of a copy.

    Attributes:
        identity: whose it is, by its events, ``bag-info.txt`` or the name of its folder.
        chain: its events as far as they follow one another, ``data`` the bytes of each.
        events: every event file, by its number.
    """

    identity: str
    place: str
    chain: Chain
    data: list[bytes]
    events: dict[int, CopiedFile]


@dataclass
class CopySet:
    """All files of a copy. Use it as a context: packages stay open meanwhile."""

    _files: list[CopiedFile] = field(default_factory=list)
    _by_size: dict[int, list[CopiedFile]] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _bags: list[CopiedBag] | None = None

    @classmethod
    def of(cls, place: Path) -> Self:
        """Look through a folder, or a package.

        Raises:
            ArchiveError: E200, it is not there.
        """
        found = cls()
        if place.is_file():
            found._package(place, place.name)
        elif place.is_dir():
            found.add_folder(place)
        else:
            raise ArchiveError(
                "没有这个备份文件夹", file=place.name, remedy="请插好移动硬盘，核对盘符与文件夹名。"
            )
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add_folder(self, top: Path) -> None:
        """Add the files below a folder; links are not followed."""
        for folder, folders, names in os.walk(top):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                with suppress(OSError):
                    info = path.lstat()
                    if stat.S_ISREG(info.st_mode):
                        inside = path.relative_to(top).as_posix()
                        self._add(CopiedFile(inside, info.st_size, partial(path.open, "rb")))
                        if path.suffix.lower() == ".zip":
                            self._package(path, inside)

    def _package(self, path: Path, shown: str) -> None:
        try:
            package = self._stack.enter_context(zipfile.ZipFile(path))
        except UNREADABLE:
            return
        for info in package.infolist():
            if not info.is_dir():
                opens = partial(_open_member, package, info)
                self._add(CopiedFile(f"{shown}/{info.filename}", info.file_size, opens))

    def _add(self, file: CopiedFile) -> None:
        self._files.append(file)
        self._by_size.setdefault(file.size, []).append(file)

    def find(self, digest: str, size: int | None = None) -> CopiedFile | None:
        """Return a file by its digest; by its size only few have to be read."""
        candidates = self._files if size is None else self._by_size.get(size, [])
        return next((file for file in candidates if self._digest(file) == digest), None)

    def named(self, name: str) -> Iterator[CopiedFile]:
        """Yield the files of a name, wherever they are."""
        return (file for file in self._files if file.path.rpartition("/")[2] == name)

    def below(self, folder: str) -> dict[str, CopiedFile]:
        """Return the files in the first folder of such a path (``review/20240308-…``), by their names."""
        found: dict[str, CopiedFile] = {}
        for file in self._files:
            place, _, name = file.path.rpartition("/")
            if place == folder or place.endswith(f"/{folder}"):
                found.setdefault(name, file)
        return found

    def _digest(self, file: CopiedFile) -> str:
        if file.path not in self._digests:
            self._digests[file.path] = file.digest()
        return self._digests[file.path]

    def event(self, digest: str) -> bytes:
        """Return the bytes of an event by its digest; empty when there is none."""
        for file in self._files:
            if _EVENT.fullmatch(file.path) and self._digest(file) == digest:
                return file.read()
        return b""

    def bags(self, identity: str) -> list[CopiedBag]:
        """Return the copies of a bag, that with most events first."""
        if self._bags is None:
            places: dict[str, dict[int, CopiedFile]] = {}
            for file in self._files:
                if match := _EVENT.fullmatch(file.path):
                    places.setdefault(match[1] or "", {})[int(match[2])] = file
            infos = {f.path.rpartition("/")[0]: f for f in self._files if f.path.endswith(bag.INFO)}
            self._bags = [_bag(place, events, infos.get(place)) for place, events in places.items()]
        return sorted((b for b in self._bags if b.identity == identity), key=lambda b: -b.chain.seq)


def _open_member(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, package.open(info))


def _bag(place: str, events: dict[int, CopiedFile], info: CopiedFile | None) -> CopiedBag:
    first = _decoded(events[1].read()) if 1 in events else None
    said = bag.external_identifier(info.read()) if info else ""
    folder = place.rpartition("/")[2]
    identity = (first.case if first else "") or said or bag.identifier(folder)
    held, data = Chain(identity), list[bytes]()
    for seq in range(1, len(events) + 1):
        if seq not in events:
            break
        read = events[seq].read()
        try:
            event = chain.decode(read)
            held.append(event, bag.sha256(read))
        except (NewerFormat, *chain.UNFIT):
            break
        data.append(read)
    return CopiedBag(identity, place, held, data, events)


def _decoded(data: bytes) -> Event | None:
    try:
        return chain.decode(data)
    except (NewerFormat, *chain.UNFIT):
        return None


def prefix(held: Chain, upto: int) -> Chain:
    """Return the beginning of a chain."""
    made = Chain(held.bag)
    for event, digest in held.events[:upto]:
        made.append(event, digest)
    return made


def whole_beginning(held: Chain, copies: CopySet, least: int) -> int:
    """Return how many events of a chain have all their files in a copy, ``least`` at the least.

    A copy that was made while somebody wrote may have an event and not yet its file: what stood before it is whole.
    """
    missing: set[str] = set()
    found = least
    for event, _ in held.events:
        missing.difference_update(event.removed)
        for old, new in event.moves:
            if old in missing:
                missing.discard(old)
                missing.add(new)
        missing.update(f.path for f in event.files if copies.find(f.sha256, f.size) is None)
        if not missing and event.seq > found:
            found = event.seq
    return found
