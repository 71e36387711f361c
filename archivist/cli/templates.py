"""``archivist templates``."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import document_types
from archivist.api import templates as api
from archivist.cli.session import Session, with_session
from archivist.errors import TemplateFault


@click.group()
def templates() -> None:
    """文书目录与模板。"""


@templates.command("list")
@with_session
def list_(session: Session) -> None:
    """列出文书目录：按户制发的文书、机关文书、用 report 编制的册表，与可收取的材料。"""
    found = document_types.catalogued(session.workspace)
    session.emit(found)
    session.table(
        ("代号", "名称", "码", "制发", "环节", "类别"),
        [
            (d.id, d.title, d.code, d.made_for.value, d.folder, " ".join(c.value for c in d.categories))
            for d in found.documents
        ],
    )


@templates.command()
@click.argument("names", nargs=-1, metavar="[文书]…")
@with_session
def check(session: Session, names: tuple[str, ...]) -> int:
    """检查模板：逐一试填，核对用到的字段、样例、二维码；也检查本工作区改过的模板；一次报全。"""
    with session.progress("检查模板") as progress:
        done = api.check(session.workspace, names, progress)
    session.emit(done)
    session.table(
        ("文书", "错误"),
        [
            (f"{name}（本工作区）" if name in done.own else name, fault)
            for name, faults in done.faults.items()
            for fault in faults
        ],
    )
    session.say(
        f"检查了 {done.checked} 个模板"
        + (f"，其中本工作区改过的 {len(done.own)} 个" if done.own else "")
        + f"，{'全部正常' if not done.faults else f'{len(done.faults)} 个有错'}",
        "red" if done.faults else "green",
    )
    return TemplateFault.exit_status if done.faults else 0


@templates.command()
@click.argument("names", nargs=-1, required=True, metavar="文书…")
@with_session
def copy(session: Session, names: tuple[str, ...]) -> None:
    """把自带的模板复制到本工作区，供您用 Word/WPS 修改；本工作区的模板优先。"""
    done = api.copy(session.workspace, names)
    session.emit(done)
    for path in done.copied:
        session.say(str(path))


@templates.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@with_session
def build(session: Session, folder: Path) -> None:
    """由各文书 .toml 中的版式（layout）生成 .docx 模板，写入指定文件夹。"""
    done = api.build(session.workspace, folder)
    session.emit(done)
    session.say(f"生成了 {len(done.built)} 个模板 → {folder}")
