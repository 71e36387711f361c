"""What still holds a record that was taken out of its file: the media and folders that somebody has to clear (残留)."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.record import Record
from archivist.store import Archive, durable_files

_CHUNK: Final = 1 << 20


class CopyKind(StrEnum):
    """Where a copy is. The words are stable."""

    BACKUP = "backup"
    SUBMISSION = "submission"
    BATCH = "batch"
    LOCAL = "local"

    @property
    def label(self) -> str:
        """The same in Chinese."""
        return {"backup": "备份", "submission": "报送", "batch": "拆分前的整批", "local": "本机"}[self.value]


@dataclass(frozen=True, slots=True)
class RecordCopy:
    """A copy of a record.

    Attributes:
        name: the medium as people call it, the submission, the batch; or the path within the archive.
        since: ISO 8601, when it was made; empty where nobody noted it.
        note: which generation it is; what has to be known of it.
        is_certain: the program has just seen that the record lies there; of other media it only knows when they were made.
    """

    kind: CopyKind
    name: str
    since: str = ""
    note: str = ""
    is_certain: bool = False


def copies_of(archive: Archive, case: CaseNo, record: Record) -> Iterator[RecordCopy]:
    """Yield what holds a record besides its file, as far as the archive knows.

    Args:
        archive: the archive; its lock need not be held.
        case: the file it is or was in.
        record: as it was filed.

    Raises:
        IntegrityAlarm: E202, of the ledger.
    """
    yield from _media(archive, case, record)
    if batch := str(record.source.get("batch", "")):
        yield RecordCopy(CopyKind.BATCH, batch, note="同批还有别的材料，整批保留")
    yield from _local(archive, case, record)


def _media(archive: Archive, case: CaseNo, record: Record) -> Iterator[RecordCopy]:
    """Yield the backups and the submissions that were made since the record was filed."""
    filed = dt.datetime.fromisoformat(record.filed_at)
    for event in archive.ledger_events():
        if dt.datetime.fromisoformat(event.time) < filed:
            continue
        data = event.data
        if event.op is Op.BACKUP_MADE:
            yield RecordCopy(
                CopyKind.BACKUP, str(data["medium"]), event.time, str(data.get("generation", ""))
            )
        elif event.op is Op.SUBMISSION_MADE:
            yield RecordCopy(
                CopyKind.SUBMISSION, str(data["submission"]), event.time, f"核对其中是否有 {case}"
            )


def _local(archive: Archive, case: CaseNo, record: Record) -> Iterator[RecordCopy]:
    """Yield what lies in the archive beside its bags, and in an inbox outside: files of the very same bytes, packed ones too, and volumes made of the whole file."""
    digests = {(f.size, f.sha256) for f in record.files}
    sizes = {size for size, _ in digests}
    for top in dict.fromkeys((archive.outbox, archive.review, archive.root / "inbox", archive.inbox)):
        for folder, _, names in os.walk(top):
            for path in (Path(folder, name) for name in sorted(names)):
                with suppress(OSError):
                    inside = path.is_relative_to(archive.root)
                    shown = durable_files.shown(
                        (path.relative_to(archive.root) if inside else path).as_posix()
                    )
                    size = path.lstat().st_size
                    if size in sizes and (size, durable_files.digest_of(path)[0]) in digests:
                        yield RecordCopy(CopyKind.LOCAL, shown, is_certain=True)
                    elif _packs(path, digests):
                        note = "包内有这一件，删去后重新打包"
                        yield RecordCopy(CopyKind.LOCAL, shown, note=note, is_certain=True)
                    elif top == archive.outbox and str(case) in path.name:
                        yield RecordCopy(CopyKind.LOCAL, shown, note="由全卷做成，可能含这一件，删去后重做")


def _packs(path: Path, digests: Collection[tuple[int, str]]) -> bool:
    """Tell whether a package holds a file of these sizes and digests; of one that cannot be read nobody knows."""
    sizes = {size for size, _ in digests}
    broken = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error)
    with suppress(*broken):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                return any(
                    entry.file_size in sizes and (entry.file_size, _digest(package, entry)) in digests
                    for entry in package.infolist()
                )
    return False


def _digest(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    with package.open(entry) as handle:
        digest = hashlib.sha256()
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
        return digest.hexdigest()
