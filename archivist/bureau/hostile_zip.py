"""A package from outside, taken apart into a folder of the program's own: nothing in it decides where a byte goes.

Packages only store, they do not compress, so nothing is decompressed here and what a package says of its sizes can be
held against its own. Everything is refused before the first byte is written; a refused package leaves nothing behind.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from archivist.errors import FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.model.ids import Sha256
from archivist.os_reasons import reason_of
from archivist.printable import visible
from archivist.store import durable_files

MOST_ENTRIES: Final = 60_000
MOST_BYTES: Final = 3_900_000_000
MOST_PARTS_OF_NAME: Final = 12
MOST_NAME_BYTES: Final = 255
"""Of one part of a name, in UTF-8: what file systems take."""
_LOCKED, _UTF_8 = 0x1, 0x800
"""General purpose bits of a member (APPNOTE 4.4.4)."""
_HEADER_BYTES: Final = 30
"""Of a member's own header, without its name and extra field."""
_CHUNK: Final = 1 << 20
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_ASK: Final = "请报送单位用 archivist submit --resume 重新制作这一包。没有接收任何内容。"


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """A file of a package: ``path`` within it, ``size`` in bytes."""

    path: str
    size: int
    info: zipfile.ZipInfo


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """A file that was written: the SHA-256 of what the package gave, and how many bytes."""

    sha256: Sha256
    size: int


class HostileZip:
    """A package that was opened and looked through; see ``opened``.

    Attributes:
        name: of the file, for messages.
        entries: its files; no two of them are the same place on any disk, and none is outside the folder it goes to.
    """

    def __init__(self, package: zipfile.ZipFile, name: str, size: int) -> None:
        self._package = package
        self.name = name
        infos = package.infolist()
        if len(infos) > MOST_ENTRIES:
            raise FileTooLarge(f"有 {len(infos)} 项，超过上限 {MOST_ENTRIES} 项", file=name, remedy=_ASK)
        _require_small(infos, size, name)
        self.entries = tuple(_entries(infos, name))
        _require_apart(infos, name)
        _require_once(self.entries, [i.filename for i in infos if i.is_dir()], name)

    def folder(self) -> str:
        """Return the one folder everything in it is in.

        Raises:
            UnreadableFile: E101, there is none, or more than one.
        """
        tops = {entry.path.partition("/")[0] for entry in self.entries if "/" in entry.path}
        if len(tops) != 1 or any("/" not in entry.path for entry in self.entries):
            raise UnreadableFile(
                "里面应当只有一个文件夹，名为报送编号和分包序号", file=self.name, remedy=_ASK
            )
        return tops.pop()

    def read(self, path: str, most: int) -> bytes:
        """Return what a file holds; empty where there is none of this path.

        Raises:
            FileTooLarge: E102, it is longer than ``most`` bytes. UnreadableFile: E101, it is damaged.
        """
        for entry in self.entries:
            if entry.path == path:
                if entry.size > most:
                    raise FileTooLarge(
                        f"{visible(path)} 有 {entry.size} 字节，超过上限", file=self.name, remedy=_ASK
                    )
                return b"".join(self._chunks(entry))
        return b""

    def unpack(self, into: Path) -> dict[str, UnpackedFile]:
        """Write every file into a folder that is there and empty; durable after ``sync_tree``.

        Returns:
            By path, what was written.

        Raises:
            UnreadableFile: E101, the package is damaged. WriteFailed: E204.
        """
        made: dict[str, UnpackedFile] = {}
        folders = {into}
        for entry in self.entries:
            target = into / entry.path
            with durable_files.writing("没有接收任何内容", file=self.name):
                _make_folders(target.parent, folders)
                _, _, inner = entry.path.partition("/data/")
                payload = "/data/" in inner
                mode = durable_files.PAYLOAD_MODE if payload else durable_files.FILE_MODE
                made[entry.path] = UnpackedFile(
                    *durable_files.write_unsynced(target, self._chunks(entry), mode=mode)
                )
        return made

    def _chunks(self, entry: PackageEntry) -> Iterator[bytes]:
        """Yield a file piece by piece; its length and its checksum are those the package says, or it is damaged."""
        left = entry.size
        try:
            with self._package.open(entry.info) as data:
                while chunk := data.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        break
                    yield chunk
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise _damaged(entry.path, self.name) from error
        if left:
            raise _damaged(entry.path, self.name)


def _make_folders(path: Path, made: set[Path]) -> None:
    """Make a folder and those above it that are not made yet, each open to nobody else."""
    if path not in made:
        _make_folders(path.parent, made)
        durable_files.make_folder(path)
        made.add(path)


@contextmanager
def opened(path: Path) -> Iterator[HostileZip]:
    """Open a package and look through it; nothing is written.

    Raises:
        UnreadableFile: E101, it is no regular file, no ZIP, damaged, or holds what a package does not: links, names that lead
            elsewhere, the same name twice. FileTooLarge: E102, over a limit. PasswordNeeded: E106.
    """
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise UnreadableFile(f"打不开：{reason_of(error)}", file=path.name) from error
    with os.fdopen(fd, "rb") as handle:
        state = os.fstat(fd)
        if not stat.S_ISREG(state.st_mode):
            raise UnreadableFile("不是普通文件（链接、管道或设备），不接收", file=path.name)
        with _zip(handle, path.name) as package:
            yield HostileZip(package, path.name, state.st_size)


def _zip(handle: IO[bytes], name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(handle)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OverflowError) as error:
        raise UnreadableFile("不是 ZIP 包，或已损坏", file=name, remedy=_ASK) from error


def _damaged(path: str, name: str) -> UnreadableFile:
    return UnreadableFile(f"{visible(path)} 已损坏（校验和、长度不符）", file=name, remedy=_ASK)


def _require_small(infos: list[zipfile.ZipInfo], size: int, name: str) -> None:
    """Refuse by what the package says of itself: a bomb says that more comes out of it than it is long."""
    total = sum(info.file_size for info in infos)
    if total > MOST_BYTES:
        raise FileTooLarge(f"展开有 {total} 字节，超过上限 {MOST_BYTES} 字节", file=name, remedy=_ASK)
    if total > size:
        raise FileTooLarge(
            f"展开有 {total} 字节，比包本身（{size} 字节）还多，像是压缩炸弹", file=name, remedy=_ASK
        )


def _entries(infos: list[zipfile.ZipInfo], name: str) -> Iterator[PackageEntry]:
    for info in infos:
        _require_plain(info, name)
        if info.is_dir():
            _require_name(info.orig_filename.rstrip("/"), name)
        else:
            _require_name(info.orig_filename, name)
            yield PackageEntry(info.filename, info.file_size, info)


def _require_plain(info: zipfile.ZipInfo, name: str) -> None:
    shown = visible(info.orig_filename)
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnreadableFile(f"{shown} 是链接或设备，不是普通文件", file=name, remedy=_ASK)
    if info.flag_bits & _LOCKED:
        raise PasswordNeeded("包加了密码", file=name, remedy="请报送单位给出不加密的包，或解密后再接收。")
    if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
        raise UnreadableFile(f"{shown} 是压缩过的，报送包只存放、不压缩", file=name, remedy=_ASK)
    if not info.orig_filename.isascii() and not info.flag_bits & _UTF_8:
        raise UnreadableFile(f"{shown} 的名字没有注明 UTF-8", file=name, remedy=_ASK)


def _require_name(path: str, name: str) -> None:
    """Refuse a name that could lead out of the folder, or be another one on another system."""
    parts = path.split("/")
    why = ""
    if path.startswith("/") or _DRIVE.match(path):
        why = "是绝对路径"
    elif ".." in parts:
        why = "含有“..”，会写到外面去"
    elif not all(parts) or "." in parts:
        why = "含有空的一节"
    elif "\\" in path or any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in path):
        why = "含有反斜杠或看不见的字符"
    elif any(part != part.rstrip(" .") or ":" in part for part in parts):
        why = "有一节以空格或点结尾，或含有冒号"
    elif len(parts) > MOST_PARTS_OF_NAME or any(len(p.encode()) > MOST_NAME_BYTES for p in parts):
        why = "太长或层次太多"
    if why:
        raise UnreadableFile(f"名字 {visible(path)[:120]} {why}", file=name, remedy=_ASK)


def _require_apart(infos: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse members that share bytes: the way in which a bomb without compression is built."""
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise FileTooLarge(
                f"{visible(info.orig_filename)} 与另一项共用同一段内容，像是压缩炸弹", file=name, remedy=_ASK
            )
        end = info.header_offset + _HEADER_BYTES + info.compress_size


def _require_once(entries: tuple[PackageEntry, ...], folders: list[str], name: str) -> None:
    """Refuse two names that are one on some disk: case and Unicode form set aside, and a file where a folder is."""
    seen: set[str] = set()
    above: set[str] = {_alike(folder.rstrip("/")) for folder in folders}
    for entry in entries:
        alike = _alike(entry.path)
        if alike in seen:
            raise UnreadableFile(f"{visible(entry.path)} 出现两次", file=name, remedy=_ASK)
        seen.add(alike)
        parts = alike.split("/")
        above |= {"/".join(parts[:n]) for n in range(1, len(parts))}
    if both := sorted(seen & above):
        raise UnreadableFile(f"{visible(both[0])} 既是文件又是文件夹", file=name, remedy=_ASK)


def _alike(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
