"""Whether machine and workspace are fit for work (``doctor``)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api import clusters
from archivist.api.result import Result
from archivist.errors import ArchivistError, NotAWorkspace
from archivist.os_reasons import reason_of

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.store.disk_probe import DiskFinding
    from archivist.workspace import Workspace


class Condition(StrEnum):
    """How a thing that was checked stands."""

    FINE = "正常"
    ABSENT = "没有"
    ATTENTION = "注意"
    ALARM = "警报"


@dataclass(frozen=True, slots=True)
class Checkup:
    """One thing that was checked, how it stands, and what is to be said of it."""

    check: str
    state: Condition
    detail: str

    @classmethod
    def of(cls, finding: DiskFinding) -> Checkup:
        """Return what was found out about the disk."""
        detail = "。".join(filter(None, (finding.detail, finding.consequence)))
        return cls(finding.what, Condition(finding.state), detail)


@dataclass(frozen=True, slots=True)
class Diagnosis(Result):
    """Machine and workspace, check by check."""

    SCHEMA: ClassVar[str] = "archivist/doctor/1"

    checks: tuple[Checkup, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing asks for attention; what is not installed does not."""
        return all(c.state in (Condition.FINE, Condition.ABSENT) for c in self.checks)


def diagnose(workspace: Callable[[], Workspace], by: By) -> Diagnosis:
    """Check machine and workspace; what a crash left behind is healed on the way.

    Args:
        workspace: opens it; that there is none is one of the findings.
        by: who looks, and when.
    """
    return Diagnosis((_program(), _libreoffice(), _reader(), *_workspace(workspace, by)))


def _program() -> Checkup:
    return Checkup("程序", Condition.FINE, f"Python {sys.version.split()[0]}")


def can_convert() -> bool:
    """Tell whether documents can be turned into PDF here."""
    from archivist.documents.render.pdf import available

    return available()


def _libreoffice() -> Checkup:
    if can_convert():
        return Checkup("LibreOffice", Condition.FINE, "可把文书转为 PDF")
    return Checkup("LibreOffice", Condition.ABSENT, "不能转 PDF；.docx 不受影响")


def _reader() -> Checkup:
    from archivist.reading.reader_trial import fault_of_reader

    if fault := fault_of_reader():
        return Checkup("文字识别", Condition.ALARM, f"{fault}；文件都留在收件箱，请重新安装程序")
    return Checkup("文字识别", Condition.FINE, "测试页认出来了；模型随包安装，不用联网")


def _workspace(open_: Callable[[], Workspace], by: By) -> Iterator[Checkup]:
    from archivist.store.archive_fixity import check_format
    from archivist.store.bag_fixity import remedy
    from archivist.store.disk_probe import examine

    try:
        workspace = open_()
        office, rules = workspace.config.office.name, workspace.pack
    except NotAWorkspace as error:
        yield Checkup("工作区", Condition.ABSENT, str(error))
        return
    except ArchivistError as error:  # there is one, and nothing more can be said of it
        yield Checkup("工作区", Condition.ALARM, f"{error}。{error.remedy}")
        return
    archive = workspace.archive
    yield Checkup("工作区", Condition.FINE, f"{office}，规则包 {rules.stamp}，法规查至 {rules.looked_at}")
    items, damaged = archive.tray.standing()
    yield Checkup("户档", Condition.FINE, f"{len(archive.case_numbers())} 户，待认领 {len(items)} 件")
    for why in (*(item.why for item in damaged), *(note.why for note in archive.damaged_notes())):
        yield Checkup("已损坏的文件", Condition.ALARM, f"{why}。{why.remedy}")
    for finding in check_format(archive.root):
        yield Checkup("档案库格式", Condition.ALARM, f"{finding.found}；{remedy(finding, ())}")
    try:
        inbox = archive.inbox
    except ArchivistError as error:
        yield Checkup("收件箱", Condition.ALARM, f"{error}。{error.remedy}")
        inbox = None
    yield from map(Checkup.of, examine(archive.root, inbox))
    for name, fault in workspace.catalogue.faults.items():
        yield Checkup(
            "文书登记",
            Condition.ALARM,
            f"{name}.toml 有错，没有用：{'；'.join(fault.problems) or fault.what}",
        )
    yield _keys(workspace)
    yield _staffing(workspace, by)
    yield from _recovery(workspace, by)
    yield _backup(workspace, by)
    yield _index(workspace)
    if found := clusters.standing(workspace):
        yield Checkup("检索集群", Condition.FINE if found.fine else Condition.ATTENTION, found.said)
    yield _access(workspace)


def _keys(workspace: Workspace) -> Checkup:
    from archivist.store.office_keys import exposed

    name = "二维码密钥"
    try:
        keys = workspace.keys()
    except ArchivistError as error:
        return Checkup(name, Condition.ALARM, f"{error}。{error.remedy}")
    if open_to_others := exposed(workspace.root):
        return Checkup(
            name,
            Condition.ATTENTION,
            f"其他账户也能读取 {'、'.join(open_to_others)}，请收回权限（chmod go= …）",
        )
    if not keys:
        return Checkup(name, Condition.ABSENT, "还没有，第一次制发文书时生成")
    return Checkup(name, Condition.FINE, f"{len(keys)} 个，现用 {keys[-1].id}；keys/ 须随工作区一起备份")


def _staffing(workspace: Workspace, by: By) -> Checkup:
    """Return whether the roster comes up to the rules; who is served is for ``due``, which reads the cases."""
    from archivist.model.staff import OF_THE_TOWN
    from archivist.rules.staffing import staffing

    config, on = workspace.config, by.today
    count = len(config.at_posts(OF_THE_TOWN, on))
    wanted = staffing(workspace.pack, on, population=config.establishment.population, recipients=0)
    asked = "，或者".join(f"{y.rule.title}：{y.words}" for y in wanted.yardsticks)
    found = f"在岗 {count} 人" + (f"；{asked}" if asked else "")
    if not count:
        return Checkup(
            "工作人员", Condition.ABSENT, f"名册中没有人：在 [[people]] 写明 post；{asked}".rstrip("；")
        )
    if not wanted.met(count):
        return Checkup("工作人员", Condition.ATTENTION, f"{found}；不足，见 archivist due")
    return Checkup("工作人员", Condition.FINE, found + (f"（{wanted.unknown}）" if wanted.unknown else ""))


def _recovery(workspace: Workspace, by: By) -> Iterator[Checkup]:
    try:
        with workspace.archive.writing(by.actor):
            healed = workspace.archive.recovered
    except (ArchivistError, OSError) as error:
        why = reason_of(error) if isinstance(error, OSError) else str(error)
        yield Checkup("恢复", Condition.ALARM, f"没有查成：{why}")
        return
    for line in healed.done:
        yield Checkup("恢复", Condition.FINE, line)
    for line in healed.alarms:
        yield Checkup("完整性", Condition.ALARM, line)


BACKUP_DAYS: Final = 7
"""So many days without a backup ask for attention."""


def _backup(workspace: Workspace, by: By) -> Checkup:
    from archivist.api.backups import last_backup

    how = "archivist backup 文件夹（移动硬盘上的）"
    try:
        last = last_backup(workspace)
        cases = len(workspace.archive.case_numbers())
    except ArchivistError as error:
        return Checkup("备份", Condition.ATTENTION, f"没有查成：{error}")
    if last is None:
        state = Condition.ATTENTION if cases else Condition.ABSENT
        return Checkup("备份", state, f"还没有备份过：{how}")
    days = (by.time - last.made).days
    found = f"最近一次 {last.made:%Y-%m-%d}（{last.medium}），{days} 天前"
    if days > BACKUP_DAYS:
        return Checkup("备份", Condition.ATTENTION, f"{found}；请备份：{how}")
    return Checkup("备份", Condition.FINE, found)


def _index(workspace: Workspace) -> Checkup:
    try:
        damaged = workspace.index.damaged()
        if damaged:
            return Checkup("索引", Condition.ALARM, f"已损坏：{'、'.join(damaged)}；运行 archivist reindex")
        lacking, drift = workspace.made_current(), workspace.drift()
    except ArchivistError as error:
        return Checkup("索引", Condition.ATTENTION, f"{error}；{error.remedy}")
    if lacking or drift:
        return Checkup("索引", Condition.ATTENTION, lacking or f"{len(drift)} 户落后，运行 archivist reindex")
    return Checkup("索引", Condition.FINE, "与档案库一致，校验和无误，只有本帐户可写")


def _access(workspace: Workspace) -> Checkup:
    """Return whether what is shown can be put on record; where it cannot, nothing is shown."""
    log, name = workspace.archive.access, "查阅登记"
    months = log.months()
    places = [log.path(months[-1]).parent, log.path(months[-1])] if months else [workspace.archive.root]
    if not all(os.access(place, os.W_OK) for place in places):
        return Checkup(name, Condition.ALARM, "写不进：什么也不会显示；请检查 archive/access 的权限和磁盘")
    return Checkup(name, Condition.FINE, f"可以写入，已有 {len(months)} 个月")
