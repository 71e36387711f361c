"""What stands in no bag, put back from a generation of backup: the archive's format, settings, rules and types of the office's own, keys, PINs, the access log.

No chain says what such a file must be. So only what is missing here, or cannot be read as what it is, is put back, each file by the
digest that the generation has of it; what is sound and another is said and left alone.
"""

from __future__ import annotations

import json
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from archivist.errors import ArchivistError, DamagedFile, IntegrityAlarm, NewerFormat, UsageError
from archivist.model.event import Op
from archivist.preservation import generations
from archivist.preservation.copies import CopiedFile
from archivist.preservation.repairs import Mender, RepairPlan
from archivist.settings_file import FILE_NAME as SETTINGS
from archivist.store import Archive, archive_format, durable_files, office_keys, pins, saved_searches
from archivist.store.access_log import FOLDER as ACCESS

FORMAT: Final = f"archive/{archive_format.NAME}"
PINS: Final = f"{office_keys.FOLDER}/{pins.FILE}"
PARTS: Final = {
    "设置": SETTINGS,
    "格式": FORMAT,
    "规则包": "packs/",
    "文书样式": "doc_templates/",
    "密钥": "keys/",
    "常用检索": f"{saved_searches.FOLDER}/",
    "查阅登记": f"archive/{ACCESS}/",
}
"""How people call them, and how their paths begin. 密钥 are the PINs (口令) too."""


class FileStanding(StrEnum):
    """How a file of a generation stands here. The words are stable."""

    SAME = "same"
    MISSING = "missing"
    DAMAGED = "damaged"
    DIFFERS = "differs"
    UNSOUND = "unsound"

    @property
    def label(self) -> str:
        """The standing in Chinese."""
        return {
            "same": "相同", "missing": "这里没有", "damaged": "这里的已损坏",
            "differs": "两份都完好而内容不同，不覆盖", "unsound": "备份中的一份与校验表不符，不恢复",
        }[self.value]  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """A file of a generation that stands in no bag, ``path`` from the workspace on, its digest there, and how it stands here."""

    path: str
    digest: str
    standing: FileStanding


def part_of(words: str) -> str:
    """Return how the paths begin of what people call so.

    Raises:
        UsageError: E001, nothing is called so.
    """
    wanted = "密钥" if words == "口令" else words
    begins = {begin.rstrip("/"): begin for begin in PARTS.values()}
    if found := PARTS.get(wanted) or begins.get(wanted.rstrip("/")):
        return found
    raise UsageError(f"不知道“{words}”是什么", remedy=f"可以写：{'、'.join(PARTS)}，或用 --all。")


def compare(
    root: Path, generation: Path, parts: Iterable[str], gone: Iterable[str] = ()
) -> tuple[OfficeFile, ...]:
    """Say of the files of a generation how they stand here; nothing is written.

    Args:
        root: the workspace, whose settings need not be there.
        generation: its folder.
        parts: how the paths begin that are meant, see ``PARTS``.
        gone: paths of what was destroyed by decision.

    Raises:
        DamagedFile: E212, the list of the generation cannot be read.
    """
    wanted, left = tuple(parts), frozenset(gone)
    sums = generations.sums(generation)
    paths = (path for path in sorted(sums) if path.startswith(wanted) and path not in left)
    return tuple(
        OfficeFile(path, sums[path], _standing(root, generation / path, path, sums[path])) for path in paths
    )


def destroyed_months(archive: Archive) -> Iterator[str]:
    """Yield the paths of the months of the access log that were destroyed by decision."""
    with suppress(IntegrityAlarm, NewerFormat):
        for event in archive.ledger_events(Op.ACCESS_LOG_DESTROYED):
            yield from (f"archive/{ACCESS}/{month['month']}.jsonl" for month in event.data["months"])


def put_back(root: Path, generation: Path, files: Sequence[OfficeFile], quarantine: Path) -> Mender:
    """Put back what is missing or damaged of some files; what stood in its place goes into the quarantine.

    Args:
        root: the workspace. Its lock is held, unless it is the format or the settings, without which there is none.
        generation: its folder.
        files: of ``compare``.
        quarantine: below ``root``.

    Raises:
        ArchiveError: E200, the generation gives something else than a moment ago. WriteFailed: E204, run it again.

    Survives: a kill at any point; run again it goes on.
    """
    plan = RepairPlan(root)
    for file in files:
        if file.standing in (FileStanding.MISSING, FileStanding.DAMAGED):
            source = generation / file.path
            copied = CopiedFile(file.path, source.stat().st_size, partial(source.open, "rb"))
            plan.put(file.path, file.digest, copied)
    mender = Mender(root / "archive/.work", quarantine, root)
    if plan.repairs:
        with durable_files.writing("没有恢复", plan.folder.name):
            durable_files.make_folders(root / "archive/.work", below=root)
        mender.carry_out(plan)
    return mender


def _standing(root: Path, source: Path, path: str, digest: str) -> FileStanding:
    here = root / path
    try:
        if durable_files.digest_of(source)[0] != digest:
            return FileStanding.UNSOUND
    except OSError:
        return FileStanding.UNSOUND
    try:
        if durable_files.is_link(here.lstat()) or not here.is_file():
            return FileStanding.DAMAGED
        if durable_files.digest_of(here)[0] == digest:
            return FileStanding.SAME
        if path.startswith(PARTS["查阅登记"]):
            return _grown(here.read_bytes(), source.read_bytes())
        return FileStanding.DIFFERS if _is_sound(root, here, path) else FileStanding.DAMAGED
    except FileNotFoundError:
        return FileStanding.MISSING
    except OSError:
        return FileStanding.DAMAGED


def _grown(here: bytes, there: bytes) -> FileStanding:
    """Compare a month of the access log: it only grows, so one that was cut is damaged."""
    if here.startswith(there):
        return FileStanding.SAME
    return FileStanding.DAMAGED if there.startswith(here) else FileStanding.DIFFERS


def _is_sound(root: Path, here: Path, path: str) -> bool:
    """Tell whether a file can be read as what it is."""
    data = here.read_bytes()
    try:
        if path == FORMAT:
            archive_format.read(here.parent)
        elif path == PINS:
            pins.read(root)
        elif path == saved_searches.FILE:
            saved_searches.read(root)
        elif path.endswith(".key"):
            return office_keys.is_key(here.name, data)
        elif path.endswith(".toml"):
            tomllib.loads(data.decode())
        elif path.endswith(".json"):
            json.loads(data)
        elif path.endswith((".docx", ".xlsx")):
            with zipfile.ZipFile(here) as package:
                return package.testzip() is None
    except (ValueError, RecursionError, zipfile.BadZipFile, EOFError, NotImplementedError):
        return False
    except (DamagedFile, IntegrityAlarm):
        return False
    except ArchivistError:  # of a newer program, or nothing of this file
        return True
    return bool(data)
