"""A workspace set up, and whether machine and workspace are fit for work."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api import clusters
from archivist.api.authorisation import authorised
from archivist.api.result import Result
from archivist.api.settings_text import settings_text
from archivist.declarations.forms import FULL_PATH
from archivist.errors import ArchivistError, InvalidValue, NotAWorkspace, SettingsError
from archivist.model.ids import OFFICE_CODE, Category
from archivist.model.permissions import Act
from archivist.os_reasons import reason_of
from archivist.settings_file import FILE_NAME, WorkspaceKind

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
class WorkspaceMade(Result):
    """A new workspace.

    Attributes:
        office: full name as documents print it; ``pack`` with version and digest; ``pack_title`` its place.
        delegated: categories the pack says were given to such an office.
        blank: keys of the office's settings that documents will want and nobody filled in.
        disk: what is doubtful about the disk.
        scanner_group: the group whose members may put files into the inbox; empty when nobody but the office may.
        inbox: the folder that is watched.
    """

    SCHEMA: ClassVar[str] = "archivist/init/1"

    workspace: Path
    office: str
    pack: str
    pack_title: str
    delegated: tuple[Category, ...]
    blank: tuple[str, ...]
    disk: tuple[Checkup, ...]
    scanner_group: str
    inbox: Path


@dataclass(frozen=True, slots=True)
class Diagnosis(Result):
    """Machine and workspace, check by check."""

    SCHEMA: ClassVar[str] = "archivist/doctor/1"

    checks: tuple[Checkup, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing asks for attention; what is not installed does not."""
        return all(c.state in (Condition.FINE, Condition.ABSENT) for c in self.checks)


@dataclass(frozen=True, slots=True)
class Tidied(Result):
    """The foreign files that were moved out, each where it lay in the archive, and the folder they are in now."""

    SCHEMA: ClassVar[str] = "archivist/doctor-tidy/1"

    moved: tuple[str, ...]
    folder: Path


# ── setting up ───────────────────────────────────────────────────────────────────────────────────────────
def make_workspace(
    folder: Path,
    *,
    pack: str,
    office: str,
    code: str,
    district: str = "",
    bureau: str = "",
    agency_sign: str = "",
    phone: str = "",
    supervision_phone: str = "",
    address: str = "",
    scanner_group: str = "",
    inbox: str = "",
    kind: str = WorkspaceKind.OFFICE,
) -> WorkspaceMade:
    """Make a workspace: settings, archive, inbox, places for index and templates.

    Args:
        folder: made when it is not there.
        pack: id of a rule pack.
        office: the town's or sub-district's name; 人民政府, 办事处 and the district are added where they are missing.
        code: opens every case number and never changes.
        district: full name; the pack's own when not given.
        bureau: the district's civil affairs bureau; made from the district when not given.
        agency_sign: 发文机关代字, as documents print it.
        phone: of the office.
        supervision_phone: where people may complain.
        address: of the office.
        scanner_group: a group of the system whose members may put files into the inbox, and see no household.
        inbox: a folder outside the workspace that is watched instead of the one in the archive; made when it is not there.
        kind: ``office``, or ``bureau``: then ``office`` is the bureau's own name, and ``code`` opens no case number.

    Raises:
        UnknownPack: E501. InvalidValue: E002, no such group, or a bureau that has an inbox. WriteFailed: E204.
        DroppedFileError: E100, the inbox is another workspace's.
        SettingsError: E500, a bad code, a workspace is here already, this account is not of the group, or no inbox may be there.
    """
    from archivist.rules.pack import load
    from archivist.store import inbox_access, inbox_claim, inbox_place
    from archivist.store.disk_probe import examine

    rules = load(pack, own=folder / "packs")
    if not OFFICE_CODE.fullmatch(code):
        raise SettingsError(f"户号前缀“{code}”应为 2 至 8 个大写英文字母")
    whose = WorkspaceKind(kind)
    if (scanner_group or inbox) and whose is WorkspaceKind.BUREAU:
        raise InvalidValue("民政局的工作区没有收件箱，不设 --scanner-group、--inbox")
    if not FULL_PATH.fits(inbox):
        raise InvalidValue(f"--inbox 应为{FULL_PATH.expected}", file=inbox)
    place = inbox_place.place_of(folder, inbox)
    values = _office(office, district or rules.district, whose) | {
        "code": code,
        "agency_sign": agency_sign,
        "address": address,
        "phone": phone,
        "supervision_phone": supervision_phone,
    }
    if bureau:
        values["bureau"] = bureau
    group = inbox_access.group_named(scanner_group) if scanner_group else None
    if inbox:
        inbox_place.make(place)
        inbox_claim.claim(place, folder, None)
    lay_out(folder, settings_text(pack, values, whose, inbox=inbox), whose)
    if group:
        inbox_access.open_to_group(folder / "archive", place, group)
    wanted = ("district", "agency_sign", "address", "phone", "supervision_phone", "bureau", "court")
    disk = map(Checkup.of, examine(folder / "archive", place))
    return WorkspaceMade(
        workspace=folder.resolve(),
        office=values["name"],
        pack=rules.stamp,
        pack_title=rules.title,
        delegated=tuple(rules.delegated),
        blank=tuple(key for key in wanted if not values[key]),
        disk=tuple(c for c in disk if c.state is not Condition.FINE),
        scanner_group=group.name if group else "",
        inbox=place.resolve(),
    )


def lay_out(folder: Path, settings: str, kind: WorkspaceKind = WorkspaceKind.OFFICE) -> None:
    """Make the folders and the first key of a workspace around the text of its ``archivist.toml``.

    Raises:
        SettingsError: E500, a workspace is here already. WriteFailed: E204.
    """
    from archivist.store import Archive, durable_files, office_keys, receptions
    from archivist.store.disk_probe import require_room, require_writable

    target = folder / FILE_NAME
    if target.exists():
        raise SettingsError(
            "这里已经是工作区，不覆盖原有设置", file=FILE_NAME, remedy=f"直接编辑 {FILE_NAME}。"
        )
    require_room(folder)
    folder.mkdir(parents=True, exist_ok=True)
    require_writable(folder)
    target.write_text(settings, encoding="utf-8")
    if kind is WorkspaceKind.BUREAU:
        receptions.begin(folder / "archive")
    Archive(folder / "archive").create()
    if not office_keys.read(folder):
        office_keys.make(folder)
    durable_files.make_private_folder(folder / "index")
    (folder / "doc_templates").mkdir(exist_ok=True)


def _office(office: str, district: str, kind: WorkspaceKind) -> dict[str, str]:
    """Return the office's settings in the order in which the file shows them."""
    if kind is WorkspaceKind.BUREAU or office.endswith(("办事处", "人民政府")):
        full = office
    else:
        full = f"{office}办事处" if office.endswith("街道") else f"{office}人民政府"
    return {
        "name": full if kind is WorkspaceKind.BUREAU or full.startswith(district) else district + full,
        "code": "",
        "district": district,
        "bureau": full if kind is WorkspaceKind.BUREAU else f"{district}民政局" if district else "",
        "review_authority": f"{district}人民政府" if district else "",
        "court": f"{district}人民法院" if district else "",
        "verification_agency": f"{district}居民家庭经济状况核对机构" if district else "",
        "agency_sign": "",
        "address": "",
        "phone": "",
        "supervision_phone": "",
        "signature_style": "town_with_delegation_clause",
    }


@authorised(Act.TIDY)
def tidy(workspace: Workspace, by: By) -> Tidied:
    """Move what other programs left in the archive's folders into the outbox; nothing is deleted.

    Raises:
        WriteFailed: E204; what was moved is moved.
    """
    from archivist.preservation import foreign

    return Tidied(foreign.tidy(workspace, by), workspace.archive.outbox / foreign.FOLDER)


# ── fit for work ─────────────────────────────────────────────────────────────────────────────────────────
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
        yield Checkup("检索集群", Condition.FINE if found[0] else Condition.ATTENTION, found[1])
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
