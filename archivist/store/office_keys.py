"""The office's keys, with which the codes on its documents are made and checked.

``keys/`` stands beside the archive, not in it: whoever may read a household's file need not be able to make a code.
``codes-0001-1a2b3c4d.key`` is one line of 64 hexadecimal digits; the name ends with the key's id. The greatest number
is the key new codes are made with; the others still check the codes they made. A key is never written over and never
removed by the program.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError
from archivist.model.document_code import OfficeKey
from archivist.os_reasons import reason_of
from archivist.store import durable_files

FOLDER: Final = "keys"
_NAME: Final = re.compile(r"codes-(\d{4,})-([0-9a-f]{8})\.key")
_SECRET: Final = re.compile(r"[0-9a-f]{64}")
_IGNORED: Final = b"*\n"
"""What keeps the folder out of a Git repository."""


def read(root: Path) -> tuple[OfficeKey, ...]:
    """Return the keys of a workspace, the one new codes are made with last; none when there are none.

    Raises:
        ArchiveError: E200, a key cannot be read or is no key.
    """
    return tuple(_read_key(path, id_) for _, id_, path in _paths(root / FOLDER))


def make(root: Path) -> OfficeKey:
    """Make a new key, with which codes are made from now on. The caller holds the archive's lock.

    Raises:
        WriteFailed: E204.

    Survives: a kill leaves the key whole under its name, or not there.
    """
    folder = root / FOLDER
    number = max((n for n, *_ in _paths(folder)), default=0) + 1
    secret = secrets.token_bytes(32)
    key = OfficeKey.of(secret)
    part = folder / f".codes-{number:04d}.part"
    with durable_files.writing("没有写入密钥，也没有制发文书", part):
        durable_files.make_private_folder(folder)
        durable_files.sync_folder(root)
        if not (folder / ".gitignore").exists():
            durable_files.write_new(folder / ".gitignore", _IGNORED)
        durable_files.unlink(part)
        durable_files.write_new(part, f"{secret.hex()}\n".encode())
        durable_files.rename_new(part, folder / f"codes-{number:04d}-{key.id}.key")
        durable_files.sync_folder(folder)
    return key


def exposed(root: Path) -> list[str]:
    """Return the names of keys, and of their folder, that others than their owner may read; nothing on Windows."""
    folder = root / FOLDER
    if os.name == "nt" or not folder.is_dir():
        return []
    return [p.name for p in (folder, *(p for *_, p in _paths(folder))) if p.stat().st_mode & 0o077]


def _paths(folder: Path) -> list[tuple[int, str, Path]]:
    """Return number, id and path of each key, in the order of their numbers."""
    if not folder.is_dir():
        return []
    try:
        found = [(m, p) for p in folder.iterdir() if (m := _NAME.fullmatch(p.name))]
    except OSError as error:
        raise _unreadable(folder, reason_of(error)) from error
    return sorted((int(m[1]), m[2], p) for m, p in found)


def _read_key(path: Path, id_: str) -> OfficeKey:
    try:
        text = path.read_bytes().strip().decode("ascii", "replace")
    except OSError as error:
        raise _unreadable(path, reason_of(error)) from error
    if not _SECRET.fullmatch(text) or (key := OfficeKey.of(bytes.fromhex(text))).id != id_:
        raise _unreadable(path, "内容损坏")
    return key


def is_key(name: str, content: bytes) -> bool:
    """Tell whether some bytes are the key that a file name says."""
    match, text = _NAME.fullmatch(name), content.strip().decode("ascii", "replace")
    return bool(match and _SECRET.fullmatch(text)) and OfficeKey.of(bytes.fromhex(text)).id == (
        match and match[2]
    )


def _unreadable(path: Path, why: str | None) -> ArchiveError:
    return ArchiveError(
        f"二维码密钥读不出来（{why or '原因不明'}）",
        file=path.name,
        remedy=f"从备份中取回 {FOLDER}/（archivist restore 密钥 --from 备份），并检查当前账户能否读取。",
    )
