"""A filing taken back: the paper goes to the review tray again, then the case lets it go; a mark holds the two together.

The item is in the tray with ``taken_from`` in its note before the case lets go, and without it afterwards. What a start finds marked
it keeps when the chain of the case says that the paper went there, and takes away when it does not: then the case has it still.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from archivist.errors import ArchiveError
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.store import durable_files
from archivist.store.archive import Archive
from archivist.store.commit import Draft, Stamp
from archivist.store.review_tray import WaitingDraft
from archivist.store.tray_filings import records_taken_back
from archivist.store.tray_items import TrayItem


def unfile(
    archive: Archive,
    number: CaseNo,
    record: RecordNo,
    make: Callable[[Case], WaitingDraft],
    reason: str,
    stamp: Stamp,
) -> TrayItem:
    """Take a record out of its case and put its file into the tray again, under the id it had there where that is free.

    Args:
        archive: the archive.
        number: the case.
        record: its record.
        make: given the case as it stands under the lock, says how the file waits; may raise to refuse.
        reason: why.
        stamp: who, when, under which rule pack.

    Raises:
        IntegrityAlarm: E202, the case takes no events. WriteFailed: E204. UnreadableFile: E101, the file is not what the chain says.

    Survives: a kill at any point; the paper is in the case or in the tray, and after the next start not in both.
    """
    with archive.writing(stamp.by.actor):
        archive.refuse(number)
        archive.custody.refuse(number)
        case = archive.read(number)
        draft = replace(make(case), taken_from=(number, record))
        item = archive.tray.put_back(draft, str(case.records[record].source["tray"]))
        try:
            archive.commit(number, lambda case: _departure(case, record, item, reason), stamp)
        except BaseException:
            with suppress(ArchiveError, OSError):  # else the next start does
                if record not in records_taken_back(archive.chain(number).events):
                    archive.tray.remove(item)
            raise
        with durable_files.writing("已经撤回，在待认领中；只是标记还没有去掉，下次启动时去掉", item.id):
            archive.tray.unmark(item)
    return archive.tray.get(item.id)


def _departure(case: Case, record: RecordNo, item: TrayItem, reason: str) -> Draft:
    """Return the change by which the case lets go: files, text and name leave, the chain stays."""
    leaving = case.records[record]
    return Draft(
        Op.RECORD_TAKEN_BACK,
        {"record": record, "item": item.id},
        reason,
        removed=tuple(f.path for f in (*leaving.files, *leaving.tag_files)),
    )
