"""A part of a submission locked with a password: a ZIP file whose one member is the part itself, under AES-256.

``S-TJHQ-2026Q4-01-01.加密.zip`` holds ``S-TJHQ-2026Q4-01-01.zip``; without the password nothing else can be read of it, no name of a file and
no number of a household. 7-Zip, WinRAR and the like open it too. Anchor and digests are those of the part inside.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from archivist.errors import InvalidValue, PasswordNeeded, UnreadableFile
from archivist.model.ids import Sha256
from archivist.os_reasons import reason_of
from archivist.preservation.submission_format import read_part_name
from archivist.preservation.submission_parts import PART_SIZE
from archivist.reading import aes_zip
from archivist.store import durable_files

SUFFIX: Final = ".加密.zip"
LEAST: Final = 12
"""Characters of a password at least; ``LEAST_DIGITS`` where they are digits alone."""
LEAST_DIGITS: Final = 24
MOST: Final = 200
OVERHEAD: Final = 1_024
"""Bytes that a locked part has more than the part, at the most."""
_PLAIN_SUFFIX: Final = ".zip"
_LOCKED: Final = 0x1
"""General purpose bit of a member (APPNOTE 4.4.4)."""
_CHUNK: Final = 1 << 20
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = 20
_TAIL: Final = _END_64.size + _LOCATOR + _END.size
"""Bytes with which a ZIP ends that has no comment (APPNOTE 4.3.14-16)."""
_DIRECTORY: Final = 4_096
"""Bytes of a directory of one member at most."""


def file_name(part_name: str) -> str:
    """Return how the file of a locked part is called."""
    return part_name.removesuffix(_PLAIN_SUFFIX) + SUFFIX


def require_strong(password: str) -> None:
    """Refuse a password that can be found by trying, or that another program would write otherwise.

    The key is derived in 1,000 rounds, so that a machine tries some ten million a second; every phone, ID or bank number is found in hours.

    Raises:
        InvalidValue: E002; what was typed is not repeated.
    """
    remedy = f"至少 {LEAST} 位，字母和数字都要有；或者全是数字的至少 {LEAST_DIGITS} 位。没有写入任何内容。"
    if not password.isascii() or not password.isprintable():
        raise InvalidValue(
            "密码只能用键盘上的英文字母、数字和符号：中文密码换一个程序就打不开", remedy=remedy
        )
    short = len(password) < (LEAST_DIGITS if password.isdigit() else LEAST)
    if short or len(password) > MOST or len(set(password)) < 6 or (password.isalpha() and len(password) < 20):
        raise InvalidValue("密码太简单，可以试出来", remedy=remedy)


def lock(part_name: str, size: int, pieces: Iterable[bytes], password: str) -> Iterator[bytes]:
    """Yield the file of a locked part; the salt is new each time, so that it never is the same twice."""
    return aes_zip.lock(part_name, size, pieces, password.encode())


def part_in(path: Path) -> str | None:
    """Return the name of the part a file holds locked; ``None`` where it is no locked part. Nothing is decrypted."""
    try:
        state = path.lstat()
        if not stat.S_ISREG(state.st_mode) or not _has_one_member(path):
            return None
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
    except (OSError, zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OverflowError):
        return None
    if len(members) != 1 or members[0].compress_type != aes_zip.METHOD or not members[0].flag_bits & _LOCKED:
        return None
    member = members[0]
    name = member.filename
    if not name.endswith(_PLAIN_SUFFIX) or read_part_name(name) is None:
        return None
    return name if member.file_size <= min(state.st_size, PART_SIZE) else None


def _has_one_member(path: Path) -> bool:
    """Tell whether the end of a file says that it is a ZIP of one member, whose directory can be read without harm."""
    with path.open("rb") as handle:
        handle.seek(max(handle.seek(0, os.SEEK_END) - _TAIL, 0))
        tail = handle.read()
    end, longer = tail[-_END.size :], tail[-_TAIL : -_END.size]
    if len(end) < _END.size or not end.startswith(b"PK\5\6"):
        return False
    *_, count, length, _, comment = _END.unpack(end)
    if longer[-_LOCATOR:].startswith(b"PK\6\7"):
        if not longer.startswith(b"PK\6\6"):
            return False
        count, length = _END_64.unpack_from(longer)[-3:-1]
    return bool(count == 1 and length <= _DIRECTORY and comment == 0)


def unlocked(path: Path, password: str) -> Iterator[bytes]:
    """Yield the part in a locked one piece by piece; what was yielded is vouched for only at the end.

    Raises:
        PasswordNeeded: E106, it is another. UnreadableFile: E101, it is damaged, or no locked part.
    """
    name = part_in(path)
    try:
        with aes_zip.open_locked(path) as package:
            member = package.infolist()[0]
            if name is None or member.compress_type != zipfile.ZIP_STORED:
                raise UnreadableFile("不是加密的报送包", file=path.name)
            left = member.file_size
            with package.open(member, pwd=password.encode()) as data:
                while piece := data.read(_CHUNK):
                    left -= len(piece)
                    yield piece
    except RuntimeError as error:  # what the first bytes say of the password
        raise PasswordNeeded(
            "密码不对，打不开", file=path.name, remedy="向报送单位核实密码。没有写入任何内容。"
        ) from error
    except (
        aes_zip.damage(),
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise _damaged(path) from error
    except OSError as error:
        raise UnreadableFile(f"打不开：{reason_of(error)}", file=path.name) from error
    if left:
        raise _damaged(path)


def _damaged(path: Path) -> UnreadableFile:
    return UnreadableFile(
        "加密的报送包已损坏，或密码不对", file=path.name,
        remedy="核实密码；确实损坏的，请报送单位用 archivist submit --resume 重新制作这一包。没有写入任何内容。",
    )  # fmt: skip


def require_opens(paths: Iterable[Path], password: str) -> None:
    """Refuse a password that does not open all of some locked parts; of each only the beginning is read.

    Raises:
        PasswordNeeded: E106. UnreadableFile: E101.
    """
    for path in paths:
        for _ in unlocked(path, password):
            break


def digest_in(path: Path, password: str) -> tuple[Sha256, int] | None:
    """Return SHA-256 and size of the part in a locked one; ``None`` where it is damaged.

    Raises:
        PasswordNeeded: E106, it was locked with another one.
    """
    digest, size = hashlib.sha256(), 0
    try:
        for piece in unlocked(path, password):
            digest.update(piece)
            size += len(piece)
    except PasswordNeeded:
        raise
    except UnreadableFile:
        return None
    return Sha256(digest.hexdigest()), size


@contextmanager
def opened(files: Sequence[Path], password: str, place: Path | None = None) -> Iterator[list[Path]]:
    """Give some packages as they are, those that are locked decrypted into a folder that is removed afterwards.

    Args:
        files: the packages, in any order.
        password: of the locked ones.
        place: in which the folder is made, which nobody else reads; the system's own when not given.

    Raises:
        PasswordNeeded: E106, it is another. UnreadableFile: E101. WriteFailed: E204, there is no room.
    """
    locked = {path: name for path in files if (name := part_in(path))}
    if not locked:
        yield list(files)
        return
    with tempfile.TemporaryDirectory(prefix=".opened-", dir=place) as folder:
        plain: list[Path] = []
        for n, path in enumerate(files):
            if path not in locked:
                plain.append(path)
                continue
            target = Path(folder) / str(n) / locked[path]
            with durable_files.writing("没有写入任何内容", file=path.name):
                durable_files.make_folder(target.parent)
                durable_files.write_unsynced(target, unlocked(path, password))
            plain.append(target)
        yield plain
