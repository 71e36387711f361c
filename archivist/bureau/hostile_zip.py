"""A package from outside, taken apart into a folder of the program's own: nothing in it decides where a byte goes.

Packages only store, they do not compress, so nothing is decompressed here and what a package says of its sizes can be
held against its own (``package_entries``). What it is, by name and size, is refused before the first byte is written; what it
holds, while that is read, once and from the first byte to the last: by the same reading the package and each file get their
digests, so no other bytes can be kept than those that were judged.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from archivist.bureau.package_entries import ASK, LOCAL, PackageEntry, only_folder, read_entries
from archivist.errors import FileTooLarge, UnreadableFile
from archivist.model.ids import Sha256
from archivist.os_reasons import reason_of
from archivist.printable import visible
from archivist.store import durable_files

_CHUNK: Final = 1 << 20
_BUFFER: Final = 1 << 18
"""Most files are smaller: several are read by one call."""


class Hash(Protocol):
    """What takes bytes."""

    def update(self, data: bytes, /) -> None:
        """Take some more."""


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """A file that was written: the SHA-256 of what the package gave, and how many bytes."""

    sha256: Sha256
    size: int


class HostileZip:
    """A package that was opened and looked through; see ``opened``.

    Attributes:
        name: of the file, for messages.
        entries: what is in it; no two of them are the same place on any disk, and none is outside the folder it goes to.
    """

    def __init__(self, package: BinaryIO, name: str) -> None:
        self._package = package
        self._state = os.fstat(package.fileno())
        self.name = name
        with _reading(name):
            self.entries, self._listed_at = read_entries(package, self._state.st_size, name)

    def folder(self) -> str:
        """Return the one folder everything in it is in.

        Raises:
            UnreadableFile: E101, there is none, or more than one.
        """
        return only_folder(self.entries, self.name)

    def digest(self) -> Sha256:
        """Return the SHA-256 of the whole package."""
        with _reading(self.name):
            self._package.seek(0)
            return durable_files.digest_of(self._package)[0]

    def read(self, path: str, most: int) -> bytes:
        """Return what a file holds; empty where there is none of this path.

        Raises:
            FileTooLarge: E102, it is longer than ``most`` bytes. UnreadableFile: E101, it is damaged.
        """
        for entry in self.entries:
            if entry.path == path:
                if entry.size > most:
                    raise FileTooLarge(
                        f"{visible(path)} 有 {entry.size} 字节，超过上限", file=self.name, remedy=ASK
                    )
                self._package.seek(entry.at)
                return b"".join(self._content(entry, hashlib.sha256()))
        return b""

    def unpack(self, into: Path, read: Callable[[], object]) -> tuple[dict[str, UnpackedFile], Sha256]:
        """Write every file into a folder that is there and empty; durable after ``sync_tree``.

        Args:
            into: the folder.
            read: called for each entry.

        Returns:
            By path, what was written; and the SHA-256 of the whole package.

        Raises:
            UnreadableFile: E101, the package is damaged, holds what is not listed, or changed meanwhile. OSError: the disk refused.
        """
        made: dict[str, UnpackedFile] = {}
        folders = {""}
        whole = hashlib.sha256()
        self._package.seek(0)
        for entry in self.entries:
            read()
            if self._package.tell() != entry.at:
                raise self._unlisted()
            content = self._content(entry, whole)
            if entry.is_folder:
                b"".join(content)
                continue
            _make_folders(into, entry.path.rpartition("/")[0], folders)
            payload = "/data/" in entry.path.partition("/data/")[2]
            mode = durable_files.PAYLOAD_MODE if payload else durable_files.FILE_MODE
            target = Path(f"{into}/{entry.path}")
            made[entry.path] = UnpackedFile(*durable_files.write_unsynced(target, content, mode=mode))
        if self._package.tell() != self._listed_at:
            raise self._unlisted()
        while chunk := self._take(_CHUNK):
            whole.update(chunk)
        self._require_unchanged()
        return made, Sha256(whole.hexdigest())

    def _content(self, entry: PackageEntry, whole: Hash) -> Iterator[bytes]:
        """Yield a file, whose header is next, piece by piece; it is what the list says of it, or it is damaged.

        Args:
            entry: the file.
            whole: takes every byte that is read, the header's too.
        """
        header = self._take(LOCAL.size)
        if len(header) != LOCAL.size or header[:4] != b"PK\3\4":
            raise self._damaged(entry)
        _, _, flags, method, _, _, crc, packed, size, named, extra = LOCAL.unpack(header)
        more = self._take(named + extra)
        if (flags, method, crc, packed, size, more[:named]) != entry.shared:
            raise UnreadableFile(
                f"{visible(entry.path)} 在目录里写的和它自己写的不一样", file=self.name, remedy=ASK
            )
        whole.update(header + more)
        left, crc = entry.size, 0
        while left:
            chunk = self._take(min(left, _CHUNK))
            if not chunk:
                raise self._damaged(entry)
            left -= len(chunk)
            crc = zlib.crc32(chunk, crc)
            if not left and crc != entry.crc:
                raise self._damaged(entry)
            whole.update(chunk)
            yield chunk
        if not entry.size and entry.crc:
            raise self._damaged(entry)

    def _take(self, most: int) -> bytes:
        with _reading(self.name):
            return self._package.read(most)

    def _damaged(self, entry: PackageEntry) -> UnreadableFile:
        return UnreadableFile(f"{visible(entry.path)} 已损坏（校验和、长度不符）", file=self.name, remedy=ASK)

    def _unlisted(self) -> UnreadableFile:
        return UnreadableFile("里面有目录没有列出的内容", file=self.name, remedy=ASK)

    def _require_unchanged(self) -> None:
        now, before = os.fstat(self._package.fileno()), self._state
        if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise UnreadableFile(
                "接收过程中包又有变动", file=self.name, remedy="等它写完再接收。没有接收任何内容。"
            )


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreadableFile(
            f"读不出来：{reason_of(error)}",
            file=name,
            remedy="检查 U 盘或网络，再接收一次。没有接收任何内容。",
        ) from error


def _make_folders(into: Path, path: str, made: set[str]) -> None:
    """Make a folder and those above it that are not made yet, each open to nobody else."""
    if path not in made:
        _make_folders(into, path.rpartition("/")[0], made)
        durable_files.make_folder(into / path)
        made.add(path)


@contextmanager
def opened(path: Path) -> Iterator[HostileZip]:
    """Open a package and look through it; nothing is written.

    Raises:
        UnreadableFile: E101, it is no regular file, no ZIP, damaged, or holds what a package does not: links, names that lead
            elsewhere, the same name twice. FileTooLarge: E102, over a limit. PasswordNeeded: E106.
    """
    try:
        fd = os.open(
            path,
            os.O_RDONLY
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_BINARY", 0)
            | getattr(os, "O_NONBLOCK", 0),
        )
    except OSError as error:
        raise UnreadableFile(f"打不开：{reason_of(error)}", file=path.name) from error
    with os.fdopen(fd, "rb", buffering=_BUFFER) as package:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise UnreadableFile("不是普通文件（链接、管道或设备），不接收", file=path.name)
        yield HostileZip(package, path.name)
