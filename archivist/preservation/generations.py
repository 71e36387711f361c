"""Generations of backup in a folder: ``<office>-<yyyymmdd-HHMMSS>/``, each a whole workspace that can be read without the program.

A generation holds ``archive/``, ``keys/``, ``archivist.toml``, ``packs/``, ``doc_templates/`` and ``searches/`` as they stood at one moment, and of its
own ``BACKUP.json`` (what it is), ``anchor/heads.tsv`` (the last event of every bag), ``SHA256SUMS`` (every other file) and
``说明.txt``. Under another name (``.part`` while it is made, ``.gone`` while it is removed) it counts as none.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError, ArchiveLocked, DamagedFile
from archivist.model.ids import Sha256
from archivist.store import durable_files, lock

ABOUT: Final = "BACKUP.json"
HEADS: Final = "anchor/heads.tsv"
SUMS: Final = "SHA256SUMS"
LEAFLET: Final = "说明.txt"
OWN: Final = frozenset({ABOUT, HEADS, SUMS, LEAFLET})
PART: Final = ".part"
GONE: Final = ".gone"
FORMAT: Final = 1
_LOCK: Final = ".archivist-backup.lock"
_NAME: Final = re.compile(r"([A-Za-z0-9]+)-(\d{8}-\d{6})")
_LEFT: Final = re.compile(rf"({_NAME.pattern})(?:{re.escape(PART)}|{re.escape(GONE)})")
MOST_BYTES: Final = 1 << 30
"""A list in a generation longer than so many bytes is damage."""


@dataclass(frozen=True, slots=True)
class BagAt:
    """A bag at one moment: ``place`` relative to the workspace, the number of its last event and the digest of that."""

    place: str
    seq: int
    head: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something a generation could not take as it ought to be, ``path`` relative to the workspace, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One whole generation.

    Attributes:
        made: when, ISO 8601 with offset.
        heads_sha256: of ``anchor/heads.tsv``; the ledger has it too.
        files: how many there are; ``bytes`` how long they are together.
        damaged: what was damaged in the archive when it was made; it is here as it was found.
        left_out: what could not be taken.
    """

    folder: Path
    office: str
    made: str
    label: str
    heads_sha256: str
    bags: int
    files: int
    bytes: int
    damaged: tuple[Flaw, ...]
    left_out: tuple[Flaw, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return the object that stands in ``BACKUP.json``."""
        return {
            "archivist_backup": FORMAT,
            "office": self.office,
            "made": self.made,
            "label": self.label,
            "heads_sha256": self.heads_sha256,
            "bags": self.bags,
            "files": self.files,
            "bytes": self.bytes,
            "damaged": [[flaw.path, flaw.why] for flaw in self.damaged],
            "left_out": [[flaw.path, flaw.why] for flaw in self.left_out],
        }


def read(folder: Path) -> Generation:
    """Read what a generation says of itself.

    Raises:
        ArchiveError: E200, it is none. DamagedFile: E212, it is one, and what it says cannot be read.
    """
    try:
        plain = json.loads(_read(folder / ABOUT))
        return Generation(
            folder,
            str(plain["office"]),
            str(plain["made"]),
            str(plain["label"]),
            str(plain["heads_sha256"]),
            int(plain["bags"]),
            int(plain["files"]),
            int(plain["bytes"]),
            *(tuple(Flaw(str(p), str(w)) for p, w in plain[key]) for key in ("damaged", "left_out")),
        )
    except FileNotFoundError:
        raise ArchiveError("不是一份完整的备份", file=folder.name) from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedFile(
            f"备份的说明读不出来（{type(error).__name__}）", file=f"{folder.name}/{ABOUT}"
        ) from error


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("too long")
    return path.read_bytes()


def listed(dest: Path, office: str = "") -> list[Path]:
    """Return the folders of the whole generations in a folder, of one office when it is named, the oldest first."""
    found = (p for p in dest.iterdir() if p.is_dir() and not p.is_symlink() and (p / ABOUT).is_file())
    named = ((match, p) for p in found if (match := _NAME.fullmatch(p.name)))
    return [p for _, p in sorted((m[2], p) for m, p in named if not office or m[1] == office)]


def newest(dest: Path) -> Path:
    """Return a generation's folder itself, or the newest one in a folder of generations.

    Raises:
        ArchiveError: E200, there is none.
    """
    if not dest.is_dir():
        raise ArchiveError("没有这个文件夹", file=dest.name, remedy="请插好移动硬盘，核对盘符与文件夹名。")
    if (dest / ABOUT).is_file():
        return dest
    if not (found := listed(dest)):
        raise ArchiveError("这里没有完整的备份", file=dest.name, remedy="用 archivist backup 做一份。")
    return found[-1]


def name_of(office: str, moment: str, dest: Path) -> str:
    """Return the name of a new generation: of its moment, a second later where there is one already."""
    day, _, second = moment.partition("-")
    for n in range(int(second), 1_000_000):
        name = f"{office}-{day}-{n:06d}"
        if not any((dest / f"{name}{ending}").exists() for ending in ("", PART, GONE)):
            return name
    raise ArchiveError("这一时刻的备份太多", file=dest.name)


# ── what a generation holds ──────────────────────────────────────────────────────────────────────────────
def heads_text(bags: Mapping[str, BagAt]) -> bytes:
    """Return ``anchor/heads.tsv``: place, number and digest of the last event of every bag, a line each."""
    return "".join(f"{b.place}\t{b.seq}\t{b.head}\n" for _, b in sorted(bags.items())).encode()


def heads(folder: Path) -> dict[str, BagAt]:
    """Return the bags of a generation by their places.

    Raises:
        DamagedFile: E212.
    """
    found = {}
    try:
        for line in _read(folder / HEADS).decode().splitlines():
            place, seq, head = line.split("\t")
            found[place] = BagAt(place, int(seq), head)
    except (OSError, ValueError) as error:
        raise DamagedFile("备份的链头表读不出来", file=f"{folder.name}/{HEADS}") from error
    return found


def sums_text(sums: Mapping[str, str]) -> bytes:
    """Return ``SHA256SUMS`` as ``sha256sum -c`` reads it; names that are not UTF-8 stand as they are on the disk."""
    return b"".join(_sum_line(path, digest) for path, digest in sorted(sums.items()))


def _sum_line(path: str, digest: str) -> bytes:
    name = os.fsencode(path)
    plain = name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return (b"" if plain == name else b"\\") + digest.encode() + b"  " + plain + b"\n"


def sums(folder: Path) -> dict[str, Sha256]:
    """Return the digests of the files of a generation, by path relative to it.

    Raises:
        DamagedFile: E212.
    """
    found = {}
    try:
        for line in _read(folder / SUMS).splitlines():
            digest, blank, name = line.lstrip(b"\\").partition(b"  ")
            if len(digest) != 64 or not blank:
                raise ValueError(line[:80])
            if line.startswith(b"\\"):
                name = re.sub(rb"\\(.)", lambda m: {b"n": b"\n", b"r": b"\r"}.get(m[1], m[1]), name)
            found[os.fsdecode(name)] = Sha256(digest.decode("ascii"))
    except (OSError, ValueError) as error:
        raise DamagedFile("备份的校验表读不出来", file=f"{folder.name}/{SUMS}") from error
    return found


# ── the folder they are in ───────────────────────────────────────────────────────────────────────────────
@contextmanager
def held(dest: Path) -> Iterator[None]:
    """Be the only one who makes or removes generations in a folder, for a block; what the dead left is cleared first.

    Raises:
        ArchiveLocked: E203. WriteFailed: E204.
    """
    with durable_files.writing("没有备份", dest.name):
        handle = os.open(dest / _LOCK, os.O_RDWR | os.O_CREAT, durable_files.FILE_MODE)
    try:
        if not lock.try_lock(handle):
            raise ArchiveLocked("另一个进程正在往这里备份", file=dest.name)
        with durable_files.writing("没有备份", dest.name):
            for path in dest.iterdir():
                if path.is_dir() and not path.is_symlink() and _LEFT.fullmatch(path.name):
                    durable_files.remove_tree(path)
        yield
    finally:
        os.close(handle)


def surplus(dest: Path, office: str, keep: int) -> list[Path]:
    """Return the generations of an office beyond the newest ``keep`` ones, the oldest first."""
    return listed(dest, office)[:-keep] if keep > 0 else []


def remove(folder: Path) -> None:
    """Remove a whole generation; half removed it counts as none, and goes the next time.

    Raises:
        WriteFailed: E204.
    """
    going = folder.with_name(folder.name + GONE)
    with durable_files.writing("这一份备份没有删完，下次备份时接着删", folder.name):
        durable_files.rename_new(folder, going)
        durable_files.sync_folder(folder.parent)
        durable_files.remove_tree(going)
