"""The file ``CHECKSUMS`` of an index, and beside it those of the catalogue's pages: how they are read and written.

The first line is the SHA-256 of the second, a JSON object: ``files`` name in ``text/`` → [SHA-256, [size, mtime_ns, inode]];
``catalogue`` [size, mtime_ns, inode] of the catalogue's file, ``pages`` the SHA-256 of ``pages.<its first 16 digits>``, which holds the
checksum of each of its pages (eight bytes a page), ``changed`` page from 0 → its checksum where it is another by now, ``coming`` page → checksums
it may have as well while the log is being folded into the file. So a commit writes what it changed, however large the catalogue is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from archivist.errors import IndexFault, IndexNotWritten
from archivist.os_reasons import reason_of

NAME: Final = "CHECKSUMS"
PAGES: Final = "pages"
PAGE_BYTES: Final = 4096
SUM_BYTES: Final = 8
_DIGITS: Final = 16

Mark: TypeAlias = tuple[int, int, int]
"""Size, modification time in nanoseconds and inode of a file, by which it is known again without being read."""


def mark_of(path: Path) -> Mark:
    """Return the mark of a file.

    Raises:
        OSError: it is not there, or out of reach.
    """
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


@dataclass(frozen=True, slots=True)
class Sums:
    """What stands in ``CHECKSUMS``."""

    files: Mapping[str, tuple[str, Mark]] = field(default_factory=dict)
    catalogue: Mark = (0, 0, 0)
    pages: str = ""
    changed: Mapping[int, str] = field(default_factory=dict)
    coming: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @property
    def pages_file(self) -> str:
        """The name of the file of the pages' checksums."""
        return f"{PAGES}.{self.pages[:_DIGITS]}"

    @property
    def page_count(self) -> int:
        """How many pages the catalogue has."""
        return self.catalogue[0] // PAGE_BYTES


def parse(data: bytes) -> Sums:
    """Return what stands in ``CHECKSUMS``.

    Raises:
        IndexFault: E400, it is damaged.
    """
    digest, _, body = data.partition(b"\n")
    try:
        if digest.decode("ascii") != hashlib.sha256(body).hexdigest():
            raise ValueError
        raw = json.loads(body)
        files = {name: (entry[0], _mark(entry[1])) for name, entry in raw["files"].items()}
        changed = {int(page): str(checksum) for page, checksum in raw["changed"].items()}
        coming = {int(page): frozenset(sums) for page, sums in raw["coming"].items()}
        return Sums(files, _mark(raw["catalogue"]), str(raw["pages"]), changed, coming)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise IndexFault("索引的校验和文件已损坏") from None


def _mark(raw: list[int]) -> Mark:
    size, mtime, inode = raw
    return size, mtime, inode


def write(folder: Path, sums: Sums, *, relied_on: bool = True) -> None:
    """Write ``CHECKSUMS``; what others come to rely on is durable when this returns, name and all."""
    body = json.dumps(
        {
            "files": dict(sums.files),
            "catalogue": sums.catalogue,
            "pages": sums.pages,
            "changed": dict(sums.changed),
            "coming": {str(page): sorted(which) for page, which in sums.coming.items()},
        }
    ).encode()
    _put(folder, NAME, hashlib.sha256(body).hexdigest().encode() + b"\n" + body, relied_on=relied_on)


def write_pages(folder: Path, data: bytes) -> str:
    """Write the checksums of all pages of a catalogue; returns the SHA-256, by which their file is named."""
    digest = hashlib.sha256(data).hexdigest()
    _put(folder, Sums(pages=digest).pages_file, data, relied_on=False)  # ``CHECKSUMS`` is, in the same folder
    return digest


def _put(folder: Path, name: str, data: bytes, *, relied_on: bool) -> None:
    draft = folder / f"{NAME}.part"
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / name)
        if relied_on:
            sync_folder(folder)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise IndexNotWritten(f"{reason_of(error)}，档案不受影响") from error


def sync_folder(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk; where folders cannot be synced (Windows) the system does it in time."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
