"""How the house stands at this moment (运行): watch, inbox, disk, backup, verification, index. It looks, and writes nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api import clusters
from archivist.api.backups import last_backup
from archivist.api.diagnosis import BACKUP_DAYS, Checkup, Condition
from archivist.api.result import Result
from archivist.api.watching import BEAT_S, who_watches
from archivist.errors import ArchivistError

if TYPE_CHECKING:
    from archivist.api.agenda import AgendaView
    from archivist.ingest.settling import Dropped
    from archivist.store.watch_note import WatchNote
    from archivist.workspace import Workspace

LEAST_FREE: Final = 5 << 30
"""Bytes; with less it is time to make room."""
NO_ROOM: Final = 1 << 30
"""Bytes; with less the next scans may find no room."""
MISSED_BEATS: Final = 3
STUCK: Final = dt.timedelta(days=1)
"""What lies in the inbox for longer is stuck there."""
LEAST_DAYS: Final = 3
"""After so many days something can be said of the pace at which the disk fills."""
FEW_DAYS: Final = 30
"""With room for fewer days it is time to make some."""
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
        oldest: since when the one lies there that came first, ISO 8601 with offset; empty where none does.
        filed: when a watch filed something last, ISO 8601 with offset; empty where none ever did.
        errors: how often something went wrong in the watch within a day.
        lag: how many households the index lacked something of; ``cluster_lag`` the one in the cluster, ``None`` where none is set up or it does not answer.
        tray: how many files wait for a person.
        free: bytes on the disk.
        disk_days: for how many days they last, at the pace of the last two months; ``None`` where it fills no further, or nobody can tell yet.
        verified: when a household's file was last read again in full; ``None`` where none ever was.
        overdue: how many time limits are overdue; ``None`` where it could not be worked out, and in the bureau.
        backed_up: when the last backup was made, on what ``medium``; ``None`` where none ever was.
        checked: how many household files were read again in full within the last ``check_days`` days, of how many ``cases``.
        checks: each thing looked at, how it stands, and what to do.
    """

    SCHEMA: ClassVar[str] = "archivist/status/1"

    on: dt.datetime
    watched_by: str
    heard: str
    inbox: int
    oldest: str
    failed: tuple[LyingFile, ...]
    filed: str
    errors: int
    lag: int | None
    cluster_lag: int | None
    tray: int
    free: int
    disk_days: int | None
    verified: dt.datetime | None
    overdue: int | None
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


def status(
    workspace: Workspace,
    *,
    on: dt.datetime,
    due: Callable[[Workspace, dt.datetime], AgendaView] | None = None,
) -> OfficeStatus:
    """Return how the house stands at a moment.

    Args:
        workspace: the open workspace.
        on: the moment.
        due: returns every limit there is; of a process that keeps them.

    Raises:
        IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
    """
    from archivist.ingest.settling import look
    from archivist.preservation import check_rounds
    from archivist.store import watch_note

    archive = workspace.archive
    watcher, note, last = who_watches(workspace), watch_note.read(workspace.root), last_backup(workspace)
    inbox, trouble = _inbox_of(workspace)
    lying = list(look(inbox)) if inbox else []
    oldest = min((_came(one) for one in lying), default=0.0)
    since_when = dt.datetime.fromtimestamp(oldest, on.tzinfo) if lying else None
    errors = _of_today(note, on)
    lag, index = _index(workspace)
    cluster = clusters.standing(workspace, at_a_glance=True)
    overdue = _count_overdue(workspace, on, due)
    numbers = archive.case_numbers()
    since = on - dt.timedelta(days=check_rounds.FRESH_DAYS)
    read = check_rounds.last_checked(archive)
    recently = sum(read[str(n)] > since for n in numbers if str(n) in read)
    free = shutil.disk_usage(archive.root).free
    failed = tuple(
        LyingFile(
            one.name,
            dt.datetime.fromtimestamp(one.seen.mtime_ns / 1e9, on.tzinfo).isoformat(timespec="seconds"),
            why.code, why.why, why.remedy,
        )
        for one in lying
        if (why := note.left.get(one.name) or note.left.get(one.folder))
    )  # fmt: skip
    checks = (
        _watch(watcher, note, len(lying), on),
        *_reader(note),
        _inbox(len(lying), failed, since_when, trouble, on),
        *_left_in_own(workspace, inbox),
        *_errors(errors),
        _disk(free, days := _days_of_room(note, free, on.date())),
        _backup(last.made if last else None, on, len(numbers)),
        _verification(recently, len(numbers)),
        *_alarms(workspace),
        index,
        *_cluster(cluster),
        *_overdue(overdue),
    )
    return OfficeStatus(
        on=on,
        watched_by=watcher,
        heard=note.heard,
        inbox=len(lying),
        oldest=since_when.isoformat(timespec="seconds") if since_when else "",
        failed=failed,
        filed=note.filed,
        errors=sum(errors.values()),
        lag=lag,
        cluster_lag=cluster.lag if cluster else None,
        tray=len(archive.tray.folders()),
        free=free,
        disk_days=days,
        verified=max(read.values(), default=None),
        overdue=overdue,
        backed_up=last.made if last else None,
        medium=last.medium if last else "",
        checked=recently,
        cases=len(numbers),
        check_days=check_rounds.FRESH_DAYS,
        checks=checks,
    )


def _inbox_of(workspace: Workspace) -> tuple[Path | None, str]:
    """Return the inbox, where it may be there, and why nothing can be taken from it just now."""
    from archivist.store import inbox_claim, inbox_place

    archive = workspace.archive
    try:
        inbox = archive.inbox
    except ArchivistError as error:
        return None, str(error)
    trouble = inbox_place.trouble(inbox)
    return inbox, trouble or inbox_claim.other_owner(inbox, workspace.root, archive.trail.origin())


def _came(one: Dropped) -> float:
    """Return when a file came, in seconds: a copy may bear the time of what it was copied from."""
    came = one.seen.mtime_ns
    with suppress(OSError):
        came = max(came, one.path.lstat().st_ctime_ns)
    return came / 1e9


def _left_in_own(workspace: Workspace, inbox: Path | None) -> Iterator[Checkup]:
    from archivist.ingest.settling import look
    from archivist.store.inbox_place import OWN

    own = workspace.root / OWN
    if inbox not in (None, own) and (left := sum(1 for _ in look(own))):
        yield Checkup("旧收件箱", Condition.ATTENTION, f"{OWN} 里还有 {left} 个文件不会收取，请移到 {inbox}")


def _of_today(note: WatchNote, on: dt.datetime) -> Counter[str]:
    """Return by code how often something went wrong in the watch within a day."""
    since = on - dt.timedelta(days=1)
    return Counter(one.code for one in note.errors if since < dt.datetime.fromisoformat(one.at) <= on)


def _errors(errors: Counter[str]) -> Iterator[Checkup]:
    if errors:
        said = "、".join(f"{code} {times} 次" for code, times in errors.most_common())
        yield Checkup("出错", Condition.ATTENTION, f"24 小时内守候出错 {sum(errors.values())} 次：{said}")


def _days_of_room(note: WatchNote, free: int, today: dt.date) -> int | None:
    """Return for how many days the disk lasts at the pace since the first day that was noted; a few days tell nothing yet."""
    noted = [(dt.date.fromisoformat(day), room) for day, room in note.free.items()]
    if not noted:
        return None
    first, room = min(noted)
    passed, used = (today - first).days, room - free
    return free * passed // used if passed >= LEAST_DAYS and used > 0 else None


def _count_overdue(
    workspace: Workspace, on: dt.datetime, kept: Callable[[Workspace, dt.datetime], AgendaView] | None
) -> int | None:
    from archivist.api.agenda import due
    from archivist.model.standing import LimitStatus
    from archivist.settings_file import WorkspaceKind

    if workspace.config.kind is WorkspaceKind.BUREAU:
        return None
    try:
        if kept is not None:
            return kept(workspace, on).counts.get(LimitStatus.OVERDUE, 0)
        return len(due(workspace, on=on, overdue=True, days=None).entries)
    except ArchivistError:  # what is wrong with the index is told in its own line
        return None


def _overdue(count: int | None) -> Iterator[Checkup]:
    if count is not None:
        state = Condition.ATTENTION if count else Condition.FINE
        yield Checkup("期限", state, f"逾期 {count} 项，archivist due --overdue" if count else "没有逾期的")


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


def _inbox(
    lying: int, failed: tuple[LyingFile, ...], oldest: dt.datetime | None, trouble: str, on: dt.datetime
) -> Checkup:
    name = "收件箱"
    if trouble:
        return Checkup(name, Condition.ALARM, f"用不了：{trouble}")
    said = f"{lying} 个文件"
    if oldest:
        said += f"，最早的 {oldest:%m-%d %H:%M} 放入"
    if failed:
        return Checkup(name, Condition.ATTENTION, f"{said}，其中 {len(failed)} 个没有收取")
    is_stuck = oldest is not None and on - oldest > STUCK
    return Checkup(name, Condition.ATTENTION if is_stuck else Condition.FINE, said)


def _disk(free: int, days: int | None) -> Checkup:
    state = (
        Condition.FINE if free >= LEAST_FREE else Condition.ATTENTION if free >= NO_ROOM else Condition.ALARM
    )
    said = f"剩 {free / _GB:.1f} GB"
    if days is not None:
        said += f"，照近来的用量还够 {days} 天"
        if days < FEW_DAYS and state is Condition.FINE:
            state = Condition.ATTENTION
    return Checkup("磁盘", state, said)


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
    from archivist.preservation.check_rounds import FRESH_DAYS

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


def _index(workspace: Workspace) -> tuple[int | None, Checkup]:
    try:
        behind = workspace.index.behind()
        lag, lacking = len(behind), workspace.made_current(behind)
    except ArchivistError as error:
        return None, Checkup("索引", Condition.ALARM, f"{error}；{error.remedy}")
    return lag, Checkup("索引", Condition.ATTENTION if lacking else Condition.FINE, lacking or "跟上了")


def _cluster(standing: clusters.ClusterStanding | None) -> Iterator[Checkup]:
    if standing:
        yield Checkup("检索集群", Condition.FINE if standing.fine else Condition.ATTENTION, standing.said)
