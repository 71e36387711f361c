"""The access log held against itself and against what the ledger remembers of it.

Each line names the one before it, so a line that was changed or taken out of the middle shows by itself. Lines cut from the end, or
a log written anew, show against the ledger, which keeps beside the heads where the log ended each day and at each check.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from archivist.errors import IntegrityAlarm, NewerFormat
from archivist.model.event import Op
from archivist.os_reasons import reason_of
from archivist.preservation import access_disposal
from archivist.store import Archive, access_log
from archivist.store.bag_fixity import FixityFault, FixityFinding


def findings(archive: Archive) -> list[FixityFinding]:
    """Return what is wrong with the access log, each under the name of its file."""
    place = archive.access.folder
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        return [_finding("", FixityFault.CHANGED, "不是文件夹")]
    with suppress(IntegrityAlarm, NewerFormat):  # of the ledger: that is a finding of its own
        return [*_months_gone(archive), *_unchained(archive), *_cut(archive)]
    return [*_unchained(archive)]


def _finding(file: str, problem: FixityFault, found: str) -> FixityFinding:
    return FixityFinding(access_log.FOLDER, file, problem, "", found)


def _unchained(archive: Archive) -> Iterator[FixityFinding]:
    for month in archive.access.months():
        name = archive.access.path(month).name
        try:
            for line in archive.access.lines(month):
                if not line.is_chained:
                    yield _finding(name, FixityFault.CHAIN, f"第 {line.line} 行与前一行不相接")
        except OSError as error:
            yield _finding(name, FixityFault.UNCHECKED, reason_of(error))


def _months_gone(archive: Archive) -> Iterator[FixityFinding]:
    """Say that the first line there is names one before it that the ledger does not know to be destroyed."""
    with suppress(OSError):  # said by ``_unchained``
        for month in archive.access.months():
            if (first := next(archive.access.lines(month), None)) and first.entry:
                known = {access_log.NONE_BEFORE, *access_disposal.recorded(archive).values()}
                if str(first.entry.get("prev")) not in known:
                    yield _finding("", FixityFault.MISSING, "更早的月份")
                return


def _cut(archive: Archive) -> Iterator[FixityFinding]:
    """Say of each month whether the last line that the ledger remembers of it is there still."""
    destroyed = access_disposal.recorded(archive)
    for month, (size, digest) in _remembered(archive).items():
        name = archive.access.path(month).name
        if month in destroyed:
            continue
        try:
            if not archive.access.has(month, size, digest):
                yield _finding(name, FixityFault.HISTORY, f"总账登记过的前 {size} 字节不是原来的了")
        except FileNotFoundError:
            yield _finding(name, FixityFault.MISSING, "")
        except OSError:
            continue  # said by ``_unchained``


def _remembered(archive: Archive) -> dict[str, tuple[int, str]]:
    """Return the farthest place of each month that the ledger remembers; what is no such place is passed over."""
    places: dict[str, tuple[int, str]] = {}
    for event in archive.ledger_events():
        if event.op in (Op.HEADS_RECORDED, Op.VERIFIED):
            match event.data.get("access"):
                case [str(month), int(size), str(digest)]:
                    places[month] = max(places.get(month, (0, "")), (size, digest))
    return places
