"""A filing from the tray taken back: the paper waits there once more, read and recognised anew, and its case says for ever that it was there.

Only what came from the tray goes back, on the day it was filed: later a paper is moved, given another type, or taken out by two people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any, Final

from archivist.errors import ArchiveError, InvalidValue
from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.filing import ReadDrop, read_file
from archivist.ingest.matching.evidence import Reason
from archivist.ingest.matching.recognise import recognise
from archivist.ingest.refiling import movable
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record
from archivist.reading.formats.identify import identify
from archivist.reading.kept_reading import pack
from archivist.reading.reader_process import Reader
from archivist.store import Original, TrayItem, held_files
from archivist.store.record_moves import MOVED_FROM
from archivist.store.review_tray import WaitingDraft
from archivist.store.unfiling import unfile
from archivist.workspace import Workspace

_PLACE_IN_BATCH: Final = {"batch": "batch", "member": "member", "pages": "pages_of"}
"""What a record remembers of the batch it is a part of → how the tray says it."""


def plan_taking_back(workspace: Workspace, by: By, number: CaseNo, record: RecordNo) -> Record:
    """Return the record that would go back to the tray; nothing is written. Refuses what ``take_back`` refuses, but for the reason."""
    return _takable(workspace, by, workspace.archive.read(number), record)


def read_apart(original: Original) -> ReadDrop:
    """Read a file in a process of its own."""
    with Reader() as reader:
        return read_file(original, original.path, reader)


def take_back(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    record: RecordNo,
    reason: str,
    read: Callable[[Original], ReadDrop] = read_apart,
) -> TrayItem:
    """Let a case give a paper back to the tray it came from.

    Args:
        workspace: the open workspace.
        by: who takes it back, and when.
        number: the case it is in.
        record: its number there, which is never given again.
        reason: why; always told, and in the chain for ever.
        read: reads its file anew.

    Returns:
        The item that waits now.

    Raises:
        InvalidValue: E002, no reason. RecordNotFound: E206. ArchiveError: E200, it did not come from the tray, or on another day, or
            something hangs on it. OnHold: E601.

    Survives: a kill at any point; the paper is in the case or in the tray, after the next start not in both.
    """
    if not reason.strip():
        raise InvalidValue("须写明理由；理由永远留在事件链中")
    filed = _takable(workspace, by, workspace.archive.read(number), record)
    waiting = _waiting(workspace, by, number, filed, read)

    def make(case: Case) -> WaitingDraft:
        _takable(workspace, by, case, record)
        return waiting

    with workspace.together(by):
        workspace.look_again(number)
        item = unfile(workspace.archive, number, record, make, reason.strip(), workspace.stamp(by))
        workspace.pictures.forget(number)
        workspace.follow(number)
    return item


def _takable(workspace: Workspace, by: By, case: Case, number: RecordNo) -> Record:
    """Return a record that may go back to the tray."""
    record = movable(case, number, "撤回归入")
    put_right = (
        f"归错户的：archivist case record move {case.number} {number} 应归户 --reason 理由；"
        f"认错种类的：archivist case record retype {case.number} {number} 种类 --reason 理由。"
    )
    if "tray" not in record.source or MOVED_FROM in record.source:
        raise ArchiveError(f"第 {number} 件不是从待认领归入的", file=str(case.number), remedy=put_right)
    if dt.datetime.fromisoformat(record.filed_at).date() != by.today:
        raise ArchiveError(
            f"第 {number} 件是 {record.filed_at[:10]} 归入的，只能当天撤回",
            file=str(case.number),
            remedy=put_right,
        )
    held_files.require_free(workspace.archive, case, f"撤回第 {number} 件", by.today, number)
    return record


def _waiting(
    workspace: Workspace, by: By, number: CaseNo, record: Record, read: Callable[[Original], ReadDrop]
) -> WaitingDraft:
    """Return how the paper waits: read anew, with what speaks for whom, and where it was filed by mistake."""
    (entry,) = record.files
    path = workspace.archive.folder(number) / entry.path
    name = workspace.archive.source_name(number, record) or f"{record.title}{path.suffix}"
    original = Original.of(path, name)
    result, item = read(original).result, str(record.source["tray"])
    kind = (result.format if result else identify(path)).kind
    details: dict[str, Any] = {"kind": kind, "pages": len(result.pages) if result else 0}
    cases, types = [str(number)], [record.type]
    if result:
        found = recognise(result, name, WorkspaceDirectory(workspace), workspace.catalogue)
        details["evidence"] = [asdict(sign) for sign in found.evidence]
        cases = _first_named(([str(found.case.number)] if found.case else [], found.cases, cases))
        types = _first_named(([found.type.id] if found.type else [], found.types, types))
    if "batch" in record.source:
        place = {to: record.source[name] for name, to in _PLACE_IN_BATCH.items() if name in record.source}
        details |= place | {"part": item}
    return WaitingDraft(
        original=original,
        suffix=PurePosixPath(entry.path).suffix,
        received=by.time.isoformat(timespec="seconds"),
        reason=Reason.TAKEN_BACK.value,
        message=f"{by.actor}撤回的，原归入 {number} 第 {record.no} 件{record.title}，请重新指定",
        details=details | {"cases": cases, "types": types},
        text=result.text if result else "",
        reading=pack(result) if result else b"",
    )


def _first_named(groups: Iterable[Iterable[str]]) -> list[str]:
    """Return every word once, in the order in which they come."""
    return list(dict.fromkeys(word for group in groups for word in group))
