"""Files that hold other files: how they are taken apart, and within which limits.

A format that holds others (ZIP, 7z, RAR, mail) has an ``Unpacker`` where others have an ``Opener``. Its ``unpack`` writes
each member into a scratch folder and yields it as a ``PackedFile``; ``Reader.unpack`` does this for a whole file, members within
members too, in the reading process: decompression is where hostile files do their harm, and there memory, CPU time and
the size of a written file are limited, and nothing can be connected to.

How to use it::

    with Reader() as reader, TemporaryDirectory() as folder:
        members = reader.unpack(path, Path(folder))  # () when the file holds no others
        for member in members:
            result = reader.read(member.path)        # read as any other file; member.name is what people know it by

- ``unpack`` may be asked of every file: one whose format holds no others, and a mail without attachments, give ``()`` and
  are read themselves. A mail with attachments is not read: its own words are the member that ``is_message``.
- Members are never containers that could be opened: those within are taken apart too, their members' names joined with ``/``.
  One that cannot be opened (a password, a RAR without an unpacker, damage) is a member itself, and its reading says why.
- A locked file that holds no others has, given its password, one member: its copy that needs none.
- A name never decides where anything is written; it is a label, without drive, root, ``..`` and control characters. It comes
  from a stranger: its folders are not drop folders.
- Left out are folders and what operating systems add by themselves (``IGNORED``).
- The container itself is not changed. Members live as long as the scratch folder.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from archivist.errors import FileTooLarge, UnreadableFile, WriteFailed
from archivist.os_reasons import reason_of

MAX_DEPTH: Final = 3
"""Containers in containers, the outermost counted."""
MAX_MEMBERS: Final = 500
"""Most members of one dropped file, those within members counted."""
MAX_MEMBER_BYTES: Final = 500 * 1024**2
MAX_TOTAL_BYTES: Final = 1024**3
MAX_RATIO: Final = 200
"""Largest unpacked : packed ratio of the whole, beyond ``RATIO_FROM_BYTES``; scans kept as white bitmaps reach about 100."""
RATIO_FROM_BYTES: Final = 64 * 1024**2
MAX_NAME: Final = 200
"""Characters of a member's name that are kept."""
TAKE_APART: Final = "请解压后把里面的文件逐个投入收件箱。"
"""What a clerk can do with a container that cannot be taken apart here."""
REMOVE_PASSWORD: Final = "请用原来的程序打开，去除密码后另存一份，再投入收件箱。"
"""What a clerk can do with a locked file of a format that cannot be unlocked here."""
CHUNK: Final = 1024**2
IGNORED: Final = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
"""Folders and files that operating systems add by themselves; so are those that begin with ``._``."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file that was held in another.

    Attributes:
        name: what people know it by: its path in the container, with ``/``; see the rules above.
        path: where its bytes stand now; of its name there only the extension is left.
        is_message: whether it is a mail's own words, to which the others were attached. Its bytes are ours: UTF-8 text.
    """

    name: str
    path: Path
    is_message: bool = False


class Unpacking:
    """One dropped file being taken apart: where its members go, and how much of each limit is used.

    Args:
        into: an existing folder, empty.
        name: the dropped file's, for messages.
        packed_bytes: its size.
        password: tried on whatever is locked within.
    """

    def __init__(self, into: Path, name: str, packed_bytes: int, password: str | None = None) -> None:
        self.name = name
        self.password = password
        self._into = into
        self._packed = packed_bytes
        self._count = 0
        self._total = 0

    def expect(self, count: int, total: int) -> None:
        """Refuse by what the container says of itself, before anything is written. What it says may be a lie.

        Args:
            count: of its members, folders counted.
            total: of their bytes, unpacked.

        Raises:
            FileTooLarge: E102.
        """
        self._check(self._count + count, self._total + total)

    def add(self, name: str, data: Iterable[bytes], *, is_message: bool = False) -> PackedFile:
        """Write one member.

        Args:
            name: as it stands in the container, decoded.
            data: its bytes, piece by piece.
            is_message: see ``PackedFile``.

        Raises:
            FileTooLarge: E102. WriteFailed: E204, the disk refuses; no fault of the file.
        """
        with self.begin(name) as writer:
            for piece in data:
                writer.write(piece)
            return writer.finish(is_message=is_message)

    def begin(self, name: str) -> PackedWriter:
        """Begin a member whose bytes come by and by, where a library hands them out.

        Raises:
            FileTooLarge: E102. WriteFailed: E204.
        """
        self._count += 1
        self._check(self._count, self._total)
        label = safe_name(name) or f"{self._count}"
        return PackedWriter(label, self._into / f"{self._count:04d}{_suffix(label)}", self._written)

    def _written(self, size: int) -> None:
        self._total += size
        self._check(self._count, self._total)

    def refuse_link(self) -> UnreadableFile:
        """Return the error for a link or a device among the members: it is no paper, and points outside."""
        return UnreadableFile(
            "里面有链接或特殊文件，不能自动拆开",
            file=self.name,
            remedy=TAKE_APART,
        )

    def _check(self, count: int, total: int) -> None:
        if count > MAX_MEMBERS:
            raise FileTooLarge(
                f"里面有 {count} 个文件或更多，超过 {MAX_MEMBERS} 个的限制",
                file=self.name,
                remedy="请分成几份再投入收件箱。",
            )
        if total > MAX_TOTAL_BYTES:
            raise FileTooLarge(
                f"拆开后超过 {MAX_TOTAL_BYTES // 1024**2} MB 的限制",
                file=self.name,
                remedy="请分成几份再投入收件箱。",
            )
        if total > RATIO_FROM_BYTES and total > MAX_RATIO * self._packed:
            raise FileTooLarge(
                f"压缩比超过 {MAX_RATIO} 倍，疑为恶意文件",
                file=self.name,
                remedy="请核实来源；确属材料的，解压后把里面的文件逐个投入收件箱。",
            )


class PackedWriter:
    """A member that is being written; a disk that refuses is not taken for damage in what is read meanwhile.

    A context manager, which leaves an unfinished member where it is.

    Args:
        name: see ``PackedFile``.
        path: of the new file.
        count: is told the size of each piece, and refuses what is too much.
    """

    def __init__(self, name: str, path: Path, count: Callable[[int], None]) -> None:
        self._name = name
        self._path = path
        self._count = count
        self._size = 0
        with self._disk():
            self._file = path.open("xb")

    def __enter__(self) -> PackedWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes | bytearray) -> int:
        """Write the next bytes.

        Raises:
            FileTooLarge: E102. WriteFailed: E204.
        """
        self._size += len(data)
        if self._size > MAX_MEMBER_BYTES:
            raise FileTooLarge(f"里面的一个文件超过 {MAX_MEMBER_BYTES // 1024**2} MB 的限制", file=self._name)
        self._count(len(data))
        with self._disk():
            return self._file.write(data)

    def finish(self, *, is_message: bool = False) -> PackedFile:
        """End the member.

        Raises:
            WriteFailed: E204.
        """
        with self._disk():
            self._file.close()
        return PackedFile(self._name, self._path, is_message)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WriteFailed(
                f"拆开文件时临时文件夹写不进去（{reason_of(error)}）", file=self._name
            ) from error


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what an open file still holds, piece by piece."""
    while piece := file.read(CHUNK):
        yield piece


def is_ignored(name: str) -> bool:
    """Tell whether a member is one that an operating system added by itself."""
    return any(
        part in IGNORED or part.startswith("._") for part in PurePosixPath(name.replace("\\", "/")).parts
    )


def safe_name(name: str) -> str:
    """Return a member's name as a label: no drive, no root, no ``..``, nothing that cannot be seen."""
    normal = unicodedata.normalize("NFC", name).replace("\\", "/")
    seen = "".join(" " if c.isspace() else c for c in normal if c.isspace() or c.isprintable())
    parts = [part.strip() for part in seen[-MAX_NAME:].split("/")]
    return "/".join(p for p in parts if p not in ("", ".", "..") and not (len(p) == 2 and p[1] == ":"))


def _suffix(label: str) -> str:
    suffix = PurePosixPath(label).suffix.lower()[:10]
    return suffix if suffix.isascii() and suffix[1:].isalnum() else ""
