"""``archivist init``, ``archivist doctor`` and ``archivist status``."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import setup as api
from archivist.api import status as standing
from archivist.api.diagnosis import diagnose
from archivist.cli.session import Session, with_session


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False), metavar="[文件夹]")
@click.option(
    "--kind",
    default="office",
    type=click.Choice(["office", "bureau"]),
    show_default=True,
    help="office 镇（街道）；bureau 区（县）民政局：接收、抽查各镇（街道）报送的户档。",
)
@click.option("--pack", required=True, help="规则包，如 tianjin-hongqiao；用 archivist rules list 查看。")
@click.option("--office", required=True, help="镇（街道）名称，如 邵公庄街道；bureau 时是民政局名称。")
@click.option(
    "--code",
    required=True,
    help="户号前缀，2 至 8 个大写字母，定后不改，如 TJHQ；bureau 时是民政局自己的代码。",
)
@click.option("--district", help="区（县）全称；规则包是一个区（县）的，默认从规则包。")
@click.option("--bureau", help="区（县）民政局全称。")
@click.option("--agency-sign", default="", help="发文机关代字，如 红邵救字。")
@click.option("--phone", default="", help="办公电话。")
@click.option("--supervision-phone", default="", help="监督电话。")
@click.option("--address", default="", help="办公地址。")
@click.option(
    "--scanner-group",
    default="",
    metavar="用户组",
    help="扫描仪帐号所在的用户组：可以放入收件箱，看不到户档。",
)
@click.option(
    "--inbox",
    default="",
    metavar="文件夹",
    help="收件箱设在工作区以外的这个文件夹（完整路径），如扫描仪写入的共享；不写的用 archive/inbox。",
)
@with_session
def init(
    session: Session,
    folder: Path,
    kind: str,
    pack: str,
    office: str,
    code: str,
    district: str | None,
    bureau: str | None,
    agency_sign: str,
    phone: str,
    supervision_phone: str,
    address: str,
    scanner_group: str,
    inbox: str,
) -> None:
    """建立工作区：archivist.toml、档案库、收件箱、索引。"""
    made = api.make_workspace(
        folder, pack=pack, office=office, code=code, district=district or "", bureau=bureau or "",
        agency_sign=agency_sign, phone=phone, supervision_phone=supervision_phone, address=address,
        scanner_group=scanner_group, inbox=inbox, kind=kind,
    )  # fmt: skip
    session.emit(made)
    session.say(f"工作区已建立：{made.workspace}", "green")
    delegated = "、".join(c.label for c in made.delegated)
    session.say(f"机关：{made.office}　规则包：{made.pack_title}　已下放：{delegated}")
    if inbox:
        session.say(f"收件箱：{made.inbox}")
    if made.scanner_group:
        session.say(f"用户组 {made.scanner_group} 的帐号可以把文件放进收件箱和投放文件夹，看不到户档")
    if made.blank:
        session.say(f"请在 archivist.toml 中补填：{'、'.join(made.blank)}（制发文书时要用）", "yellow")
    for doubt in made.disk:
        session.warn(f"{doubt.state}　{doubt.check}：{doubt.detail}")


@click.command()
@click.option(
    "--tidy",
    is_flag=True,
    help="把别的程序留在档案库里的无关文件（Thumbs.db 等）移到 outbox/无关文件，不删除。",
)
@click.option(
    "--windows",
    is_flag=True,
    help="在一台真的 Windows 电脑上逐项试：内存上限、长路径、权限、替换、WPS；断电怎么试也写明。",
)
@with_session
def doctor(session: Session, tidy: bool, windows: bool) -> int:
    """检查本机与工作区：哪些功能可用，哪些要注意。"""
    if tidy:
        moved = api.tidy(session.workspace, session.by())
        session.emit(moved)
        session.table(("移出的无关文件",), [(path,) for path in moved.moved])
        session.say(f"移到 {moved.folder}：{len(moved.moved)} 个" if moved.moved else "没有无关文件", "green")
        return 0
    if windows:
        from archivist.api.windows_checks import windows_checks

        found = windows_checks(session.workspace)
    else:
        found = diagnose(lambda: session.workspace, session.by(writes=False))
    session.emit(found)
    session.table(("检查", "状态", "说明"), [(c.check, c.state, c.detail) for c in found.checks])
    return 0 if found.healthy else 1


ALARM_STATUS = 20
"""Exit status of ``status`` when somebody must come at once."""


@click.command()
@with_session
def status(session: Session) -> int:
    """运行：守候、收件箱、磁盘、备份、核对、索引现在怎样；没有收取的文件列到解决为止。退出状态 0 正常，1 要看一看，20 警报。"""
    found = standing.status(session.workspace, on=session.clock())
    session.emit(found)
    session.table(("项目", "状态", "说明"), [(c.check, c.state, c.detail) for c in found.checks])
    for one in found.failed:
        session.warn(f"没有收取 {one.name}：{one.why}（{one.code}）{one.remedy}")
    return ALARM_STATUS if found.alarming else 1 if found.troubles else 0
