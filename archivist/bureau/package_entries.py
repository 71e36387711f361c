"""What the list of a package's entries says (PKWARE APPNOTE 4.3.12, 4.3.16), and which entries a package may have.

Only what packages are made of is read: stored entries one after the other, their list, its end; no ZIP64, no comment, nothing
before, between or after. Where two programs could see two packages in one file, it is refused. What is read is bounded by the
caps, whatever the file claims: the list of as many entries as there may be with names as long as they may be.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from archivist.errors import FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.printable import on_one_line, visible

MOST_ENTRIES: Final = 60_000
MOST_BYTES: Final = 3_900_000_000
MOST_PARTS_OF_NAME: Final = 12
MOST_NAME_BYTES: Final = 255
"""Of one part of a name, in UTF-8: what file systems take."""
ASK: Final = "请报送单位用 archivist submit --resume 重新制作这一包。没有接收任何内容。"
LOCAL: Final = struct.Struct("<4s5H3L2H")
"""An entry's own header, before its name and extra field."""
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
MOST_LIST: Final = 128 << 20
_LOCKED: Final = 0x1 | 0x40 | 0x2000
_LENGTH_FOLLOWS, _UTF_8 = 0x8, 0x800
"""General purpose bits of an entry (APPNOTE 4.4.4)."""
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_RESERVED: Final = re.compile(
    r"(?:^|/)(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\.[^/]*)?(?:/|$)", re.IGNORECASE
)
"""Devices of Windows, whatever ending they have."""
_NO_NAME: Final = frozenset('<>"|?*:')
"""Characters that no name has on Windows; after a colon NTFS takes a stream of a file."""


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """A file or folder of a package as the list has it.

    Attributes:
        path: within the package, with ``/``; a folder's ends with one.
        size: in bytes.
        at: where its own header begins in the package.
        mode: what kind of file it was where it came from; the upper half is Unix's.
        shared: flags, method, CRC-32, both sizes and the name's bytes: its own header must say the same.
    """

    path: str
    size: int
    at: int
    mode: int
    shared: tuple[int, int, int, int, int, bytes]

    @property
    def is_folder(self) -> bool:
        """It is a folder."""
        return self.path.endswith("/")

    @property
    def crc(self) -> int:
        """CRC-32 of its content."""
        return self.shared[2]

    @property
    def end(self) -> int:
        """The first byte that may belong to the next entry; further on where its own header has an extra field."""
        return self.at + LOCAL.size + len(self.shared[5]) + self.size


def read_entries(package: BinaryIO, size: int, name: str) -> tuple[tuple[PackageEntry, ...], int]:
    """Return what is in a package in the order in which it stands there, and where the list begins.

    Args:
        package: the open file.
        size: its length in bytes.
        name: of the file, for messages.

    Raises:
        UnreadableFile: E101, it is no ZIP, damaged, or holds what a package does not: links, names that lead elsewhere, the same
            name twice. FileTooLarge: E102, over a limit. PasswordNeeded: E106.
    """
    begin, listed, count = _end(package, size, name)
    if count > MOST_ENTRIES:
        raise FileTooLarge(f"有 {count} 项，超过上限 {MOST_ENTRIES} 项", file=name, remedy=ASK)
    if listed > MOST_LIST:
        raise FileTooLarge(f"目录有 {listed} 字节，超过上限 {MOST_LIST} 字节", file=name, remedy=ASK)
    package.seek(begin)
    found = tuple(_entries(package.read(listed), count, name))
    _require_small(found, size, name)
    for entry in found:
        _require_plain(entry, name)
        _require_name(entry.path, name)
    entries = tuple(sorted(found, key=lambda entry: entry.at))
    _require_apart(entries, name)
    _require_once(entries, name)
    return entries, begin


def _end(package: BinaryIO, size: int, name: str) -> tuple[int, int, int]:
    """Return where the list begins, how long it is and how many entries it has, by the end of the file."""
    package.seek(max(size - (1 << 16) - _END.size, 0))
    tail = package.read()
    if len(tail) < _END.size or tail[-_END.size :][:4] != b"PK\5\6":
        if b"PK\5\6" in tail:
            raise _refused("末尾有注释或多余的内容", name)
        raise _refused("不是 ZIP 包，或已损坏", name)
    _, disk, list_disk, here, count, listed, begin, comment = _END.unpack(tail[-_END.size :])
    if disk or list_disk or here != count:
        raise _refused("是分卷的 ZIP，报送包各自完整", name)
    if comment or begin + listed + _END.size != size:
        raise _refused("目录的位置、长度与文件不符", name)
    return begin, listed, count


def _entries(data: bytes, count: int, name: str) -> Iterator[PackageEntry]:
    at = 0
    for _ in range(count):
        if at + _CENTRAL.size > len(data) or data[at : at + 4] != b"PK\1\2":
            raise _refused("目录已损坏", name)
        (_, _, _, flags, method, _, _, crc, packed, size, named, extra, noted, disk, _, mode, begin) = (
            _CENTRAL.unpack_from(data, at)
        )
        at += _CENTRAL.size
        raw = data[at : at + named]
        at += named + extra + noted
        path = _path(raw, flags, name)
        if disk or noted:
            raise _refused(f"{visible(path)} 有注释，或在另一卷", name)
        yield PackageEntry(path, size, begin, mode, (flags, method, crc, packed, size, raw))
    if at != len(data):
        raise _refused("目录里的项数与所写的不符", name)


def _path(raw: bytes, flags: int, name: str) -> str:
    if not raw.isascii() and not flags & _UTF_8:
        raise _refused(f"{visible(raw.decode('gb18030', 'replace'))} 的名字没有注明 UTF-8", name)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _refused(f"{visible(raw.decode('utf-8', 'replace'))} 的名字不是 UTF-8", name) from None


def _require_plain(entry: PackageEntry, name: str) -> None:
    shown = visible(entry.path)
    flags, method, _, packed, size, _ = entry.shared
    if stat.S_IFMT(entry.mode >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(f"{shown} 是链接或设备，不是普通文件", name)
    if flags & _LOCKED:
        raise PasswordNeeded(
            "包加了密码，不是 submit --encrypt 做的",
            file=name,
            remedy="用压缩软件和密码解开，再接收里面的包；或者请报送单位给出不加密的。",
        )
    if method or packed != size:
        raise _refused(f"{shown} 是压缩过的，报送包只存放、不压缩", name)
    if flags & _LENGTH_FOLLOWS or (entry.is_folder and size):
        raise _refused(f"{shown} 的长度没有写在前面，或是有内容的文件夹", name)


def _require_small(entries: Sequence[PackageEntry], size: int, name: str) -> None:
    """Refuse by what the package says of itself: a bomb says that more comes out of it than it is long."""
    total = sum(entry.size for entry in entries)
    if total > MOST_BYTES:
        raise FileTooLarge(f"展开有 {total} 字节，超过上限 {MOST_BYTES} 字节", file=name, remedy=ASK)
    if total > size:
        raise FileTooLarge(
            f"展开有 {total} 字节，比包本身（{size} 字节）还多，像是压缩炸弹", file=name, remedy=ASK
        )


def _require_name(path: str, name: str) -> None:
    """Refuse a name that could lead out of the folder, or be another one, or none, on another system."""
    parts = path.removesuffix("/").split("/")
    why = ""
    if path.startswith("/") or _DRIVE.match(path):
        why = "是绝对路径"
    elif ".." in parts:
        why = "含有“..”，会写到外面去"
    elif not all(parts) or "." in parts:
        why = "含有空的一节"
    elif "\\" in path or on_one_line(path) != path:
        why = "含有反斜杠或看不见的字符"
    elif any(part[-1] in " ." for part in parts) or not _NO_NAME.isdisjoint(path):
        why = "有一节以空格或点结尾，或含有冒号等别的系统不能用的字符"
    elif _RESERVED.search(path):
        why = "是 Windows 的设备名"
    elif len(parts) > MOST_PARTS_OF_NAME or (
        len(path) * 4 > MOST_NAME_BYTES and any(len(p.encode()) > MOST_NAME_BYTES for p in parts)
    ):
        why = "太长或层次太多"
    if why:
        raise _refused(f"名字 {visible(path)[:120]} {why}", name)


def _require_apart(entries: Sequence[PackageEntry], name: str) -> None:
    """Refuse entries that share bytes: the way in which a bomb without compression is built."""
    end = 0
    for entry in entries:
        if entry.at < end:
            raise FileTooLarge(
                f"{visible(entry.path)} 与另一项共用同一段内容，像是压缩炸弹", file=name, remedy=ASK
            )
        end = entry.end


def _require_once(entries: Sequence[PackageEntry], name: str) -> None:
    """Refuse two names that are one on some disk: case and Unicode form set aside, and a file where a folder is."""
    seen: set[str] = set()
    above: set[str] = set()
    for entry in entries:
        alike = _alike(entry.path)
        if entry.is_folder:
            _add_with_those_above(alike.rstrip("/"), above)
            continue
        if alike in seen:
            raise _refused(f"{visible(entry.path)} 出现两次", name)
        seen.add(alike)
        _add_with_those_above(alike.rpartition("/")[0], above)
    if both := sorted(seen & above):
        raise _refused(f"{visible(both[0])} 既是文件又是文件夹", name)


def _add_with_those_above(folder: str, found: set[str]) -> None:
    while folder and folder not in found:
        found.add(folder)
        folder = folder.rpartition("/")[0]


def _alike(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def _refused(why: str, name: str) -> UnreadableFile:
    return UnreadableFile(why, file=name, remedy=ASK)


def only_folder(entries: Collection[PackageEntry], name: str) -> str:
    """Return the one folder everything in a package is in.

    Raises:
        UnreadableFile: E101, there is none, or more than one.
    """
    tops = {entry.path.partition("/")[0] for entry in entries}
    if len(tops) != 1 or any("/" not in entry.path for entry in entries):
        raise _refused("里面应当只有一个文件夹，名为报送编号和分包序号", name)
    return tops.pop()
