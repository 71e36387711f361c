"""How the house stands at this moment (运行): watch, inbox, disk, backup, verification, index. It looks, and writes nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.backups import last_backup
from archivist.api.result import Result
from archivist.api.setup import BACKUP_DAYS, Checkup, Condition
from archivist.api.watching import BEAT_S, who_watches
from archivist.errors import ArchivistError

if TYPE_CHECKING:
    from archivist.store.watch_note import WatchNote
    from archivist.workspace import Workspace

LEAST_FREE: Final = 5 << 30
"""Bytes; with less it is time to make room."""
NO_ROOM: Final = 1 << 30
"""Bytes; with less the next scans may find no room."""
MISSED_BEATS: Final = 3
_GB: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class LyingFile:
    """A file that lies in the inbox.

    Attributes:
        name: in the inbox, with its folder.
        since: when it was last written to, ISO 8601 with offset.
        code: of the error for which it was not taken; empty where none is known.
        why: in Chinese; ``remedy`` what to do.
    """

    name: str
    since: str
    code: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class OfficeStatus(Result):
    """How the house stands.

    Attributes:
        on: the moment asked about.
        watched_by: who watches the inbox, in words; empty where nobody does.
        heard: when a watch was last heard of, ISO 8601 with offset; empty where none ever was.
        inbox: how many files lie in the inbox; ``failed`` those that a watch could not take, until they are solved.
        tray: how many files wait for a person.
        free: bytes on the disk.
        backed_up: when the last backup was made, on what ``medium``; ``None`` where none ever was.
        checked: how many household files were read again in full within the last ``check_days`` days, of how many ``cases``.
        checks: each thing looked at, how it stands, and what to do.
    """

    SCHEMA: ClassVar[str] = "archivist/status/1"

    on: dt.datetime
    watched_by: str
    heard: str
    inbox: int
    failed: tuple[LyingFile, ...]
    tray: int
    free: int
    backed_up: dt.datetime | None
    medium: str
    checked: int
    cases: int
    check_days: int
    checks: tuple[Checkup, ...]

    @property
    def alarming(self) -> bool:
        """Whether somebody must come at once."""
        return any(c.state is Condition.ALARM for c in self.checks)

    @property
    def troubles(self) -> tuple[Checkup, ...]:
        """What asks for somebody."""
        return tuple(c for c in self.checks if c.state in (Condition.ATTENTION, Condition.ALARM))


def status(workspace: Workspace, *, on: dt.datetime) -> OfficeStatus:
    """Return how the house stands at a moment.

    Raises:
        IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
    """
    from archivist.ingest.settling import look
    from archivist.preservation import verification
    from archivist.store import watch_note

    archive = workspace.archive
    watcher, note, last = who_watches(workspace), watch_note.read(workspace.root), last_backup(workspace)
    lying = list(look(archive.inbox))
    numbers = archive.case_numbers()
    since = on - dt.timedelta(days=verification.FRESH_DAYS)
    read = verification.last_checked(archive)
    recently = sum(read[str(n)] > since for n in numbers if str(n) in read)
    free = shutil.disk_usage(archive.root).free
    failed = tuple(
        LyingFile(
            one.name,
            dt.datetime.fromtimestamp(one.seen.mtime_ns / 1e9, on.tzinfo).isoformat(timespec="seconds"),
            why.code, why.why, why.remedy,
        )
        for one in lying
        if (why := note.left.get(one.name))
    )  # fmt: skip
    checks = (
        _watch(watcher, note, len(lying), on),
        *_reader(note),
        _inbox(len(lying), failed),
        _disk(free),
        _backup(last.made if last else None, on, len(numbers)),
        _verification(recently, len(numbers)),
        *_alarms(workspace),
        _index(workspace),
    )
    return OfficeStatus(
        on, watcher, note.heard, len(lying), failed, len(archive.tray.folders()), free,
        last.made if last else None, last.medium if last else "", recently, len(numbers), verification.FRESH_DAYS, checks,
    )  # fmt: skip


def _watch(watcher: str, note: WatchNote, lying: int, on: dt.datetime) -> Checkup:
    name, heard = "守候", note.heard
    silent = (on - dt.datetime.fromisoformat(heard)).total_seconds() if heard else 0.0
    if note.runs and silent > MISSED_BEATS * BEAT_S:
        return Checkup(
            name,
            Condition.ALARM,
            f"守候中断，没有正常结束；最后一次 {heard[:16].replace('T', ' ')}；请重新开始：archivist watch",
        )
    if watcher:
        return Checkup(name, Condition.FINE, f"{watcher}在守候")
    last = f"，最后一次 {heard[:16].replace('T', ' ')}" if heard else ""
    return Checkup(
        name,
        Condition.ALARM if lying else Condition.ATTENTION,
        f"没有人守候收件箱{last}；开始：archivist watch，或在网页“运行”里开始",
    )


def _reader(note: WatchNote) -> Iterator[Checkup]:
    """Yield what the last watch found when it tried to read."""
    if note.reader:
        yield Checkup("文字识别", Condition.ALARM, f"{note.reader}；文件都留在收件箱；archivist doctor")


def _inbox(lying: int, failed: tuple[LyingFile, ...]) -> Checkup:
    if failed:
        return Checkup("收件箱", Condition.ATTENTION, f"{lying} 个文件，其中 {len(failed)} 个没有收取")
    return Checkup("收件箱", Condition.FINE, f"{lying} 个文件")


def _disk(free: int) -> Checkup:
    state = (
        Condition.FINE if free >= LEAST_FREE else Condition.ATTENTION if free >= NO_ROOM else Condition.ALARM
    )
    return Checkup("磁盘", state, f"剩 {free / _GB:.1f} GB")


def _backup(made: dt.datetime | None, on: dt.datetime, cases: int) -> Checkup:
    how = "archivist backup 文件夹（移动硬盘上的）"
    if made is None:
        return Checkup("备份", Condition.ATTENTION if cases else Condition.FINE, f"还没有备份过：{how}")
    days = (on.date() - made.date()).days
    said = {0: "今天", 1: "昨天"}.get(days, f"{days} 天前")
    if days > BACKUP_DAYS:
        return Checkup("备份", Condition.ALARM, f"{said}；请备份：{how}")
    return Checkup("备份", Condition.FINE, said)


def _verification(recently: int, cases: int) -> Checkup:
    from archivist.preservation.verification import FRESH_DAYS

    said = f"{recently}/{cases} 户在 {FRESH_DAYS} 天内全文核对过"
    if recently < cases:
        return Checkup(
            "核对", Condition.ATTENTION, f"{said}；其余未检：守候时每小时核对一些，或 archivist verify"
        )
    return Checkup("核对", Condition.FINE, said)


def _alarms(workspace: Workspace) -> Iterator[Checkup]:
    alarming = sorted(map(str, workspace.archive.alarms.numbers()))
    if alarming:
        yield Checkup(
            "完整性",
            Condition.ALARM,
            f"{len(alarming)} 户有完整性警报，只读：{'、'.join(alarming[:5])}；archivist verify",
        )


def _index(workspace: Workspace) -> Checkup:
    try:
        lacking = workspace.made_current()
    except ArchivistError as error:
        return Checkup("索引", Condition.ALARM, f"{error}；{error.remedy}")
    return Checkup("索引", Condition.ATTENTION if lacking else Condition.FINE, lacking or "跟上了")
