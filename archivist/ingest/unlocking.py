"""A locked file, opened with its password: kept once as it came, what is in it a paper, or papers, of its own.

The password goes to the reading process through its stdin and nowhere else: no event, file, message or log has it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from archivist.doctypes.catalogue import DocumentType
from archivist.errors import DuplicateFile, PasswordNeeded, UsageError
from archivist.ingest.batches import SplitUp, member_parts
from archivist.ingest.by_hand import choose, file_part
from archivist.ingest.filing import Filed, NeedsReview, ReadDrop, read_file
from archivist.ingest.matching.evidence import Reason
from archivist.ingest.matching.split import Cut
from archivist.model.by import By
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.reading.formats.identify import identify
from archivist.reading.formats.registry import Unpacker
from archivist.reading.formats.unpacking import REMOVE_PASSWORD
from archivist.reading.reader_process import Reader
from archivist.store import Original, TrayItem
from archivist.store.batches import BatchChange, BatchPart
from archivist.workspace import Workspace


def check_locked(item: TrayItem, reader: Reader) -> None:
    """Refuse what needs no password, and what no password opens here.

    Raises:
        UsageError: E001. DroppedFileError: it is damaged, or over a limit.
    """
    found = identify(item.file)
    with tempfile.TemporaryDirectory() as work:
        try:
            if found.takes_password:
                reader.unpack(item.file, Path(work))
        except PasswordNeeded:
            return
    if item.details.get("code") == PasswordNeeded.code:
        raise UsageError(f"{found.label}的密码本程序解不开", file=item.name, remedy=REMOVE_PASSWORD)
    raise UsageError("没有加密码", file=item.name, remedy="用 archivist review show 看它为什么在待认领。")


def unlock(workspace: Workspace, by: By, item: TrayItem, password: str, reader: Reader) -> SplitUp:
    """Open a locked item; what was in it is in the tray then, in its place, untried.

    Args:
        workspace: the open workspace.
        by: who opens it, and when.
        item: what ``check_locked`` does not refuse.
        password: as the sender gave it.
        reader: reads what is in it.

    Raises:
        PasswordNeeded: E106, it is another. DroppedFileError: it is damaged, or over a limit.

    Survives: a kill at any point leaves the item, or all that was in it.
    """
    named = str(item.details.get("named") or item.name)
    with tempfile.TemporaryDirectory() as work:
        members = [
            replace(read_file(Original.of(m.path, m.name), m.path, reader), is_message=m.is_message)
            for m in reader.unpack(item.file, Path(work), password)
        ]
        if isinstance(identify(item.file).handling, Unpacker):
            parts, left_out = member_parts(workspace, by, named, members)
        else:
            parts, left_out = (_copy(workspace, by, named, members[0]),), {}
        change = BatchChange(Op.BATCH_UNLOCKED, parts, left_out, (item.id,))
        batch, event = _commit(workspace, by, item, change)
    return SplitUp(item.name, batch, tuple(_untried(workspace, event)))


def file_locked(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    path: Path,
    reader: Reader,
    password: str,
    document: DocumentType | None,
    *,
    signs: RecordNo | None = None,
    keep_duplicate: bool = False,
    reason: str = "",
) -> Filed:
    """File a locked file a clerk names into the case a clerk names; see ``by_hand.file_by_hand`` for what is not said here.

    It is a batch, whose one part goes into the case; what the case refuses then waits in the tray.

    Raises:
        PasswordNeeded: E106, it is another. DroppedFileError: it cannot be read or its type cannot be told; it was opened
            before. CaseClosed: E207, see ``commit_file``.

    Survives: a kill at any point leaves nothing, or the part in the tray or in the case.
    """
    archive, original = workspace.archive, Original.of(path, path.name)
    if (batch := archive.batches.made_of(original)) and not keep_duplicate:
        raise DuplicateFile(
            f"已经打开过，加了密码的原件在 archive/batches/{batch}",
            file=path.name,
            remedy="已归档的不用再归；还在待认领的，用 archivist review assign 归入。",
        )
    with tempfile.TemporaryDirectory() as work:
        (opened,) = reader.unpack(path, Path(work), password)
        drop = read_file(Original.of(opened.path, opened.name), opened.path, reader)
        if drop.result is None:
            assert drop.error is not None
            raise drop.error
        chosen = choose(workspace, by, number, path.name, drop.result, document, signs)
        change = BatchChange(Op.BATCH_UNLOCKED, (_copy(workspace, by, path.name, drop),), {})
        return file_part(
            workspace, by, number, [original], change, chosen,
            called="打开的那份", keep_duplicate=keep_duplicate, reason=reason,
        )  # fmt: skip


def _copy(workspace: Workspace, by: By, named: str, drop: ReadDrop) -> BatchPart:
    """Return the unlocked copy of a file as a part that has the file's own name: it speaks as it does in the inbox."""
    shown = PurePath(named).with_suffix(drop.original.path.suffix)
    named_so = replace(drop, original=replace(drop.original, name=shown.name))
    ((part,), _) = member_parts(workspace, by, named, [named_so])
    original = replace(part.draft.original, name=str(shown))
    return replace(part, draft=replace(part.draft, original=original), cut=Cut.UNLOCKED)


def _commit(workspace: Workspace, by: By, item: TrayItem, change: BatchChange) -> tuple[str, Event]:
    archive, stamp = workspace.archive, workspace.stamp(by)
    with workspace.writing(by):
        archive.tray.get(item.id)  # somebody else may have filed it meanwhile
        if item.details.get("whole"):  # unlocked before, and put back as it came
            return item.batch, archive.batches.change(item.batch, change, stamp)
        original = replace(Original.of(item.file, item.name), name=item.name)
        return archive.batches.create([original], change, stamp)


def _untried(workspace: Workspace, event: Event) -> Iterator[NeedsReview]:
    """Yield the parts that nobody will try: what could not be read waits for a person at once."""
    for part in event.data["parts"]:
        item = workspace.archive.tray.get(part["item"])
        if item.reason != Reason.SPLIT:
            yield NeedsReview(
                item.name, item.id, item.reason, item.message, batch=item.batch, pages=item.batch_pages
            )
