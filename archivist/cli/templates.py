"""``archivist templates``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click

from archivist.api import document_types
from archivist.api import templates as api
from archivist.api.templates import ChangedParagraph, TemplateCheck
from archivist.cli.family import Family
from archivist.cli.session import Session, with_session
from archivist.errors import TemplateFault


@click.group(cls=Family)
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
@click.option("--no-pages", is_flag=True, help="只查模板文件，不试印成 PDF 逐页看。")
@with_session
def check(session: Session, names: tuple[str, ...], no_pages: bool) -> int:
    """检查模板：逐一试填，核对用到的字段、样例、二维码，再试印成 PDF 逐页看；也检查本工作区改过的模板；一次报全。"""
    with session.progress("检查模板") as progress:
        done = api.check(session.workspace, names, progress, pages=not no_pages)
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
        + f"，{_verdict(done, pages=not no_pages)}",
        "red" if done.faults else "yellow" if done.unprinted or no_pages else "green",
    )
    for reason in dict.fromkeys(done.unprinted.values()):
        names_of = [name for name, why in done.unprinted.items() if why == reason]
        session.warn(
            f"未检 纸面：{reason}（{len(names_of)} 个：{'、'.join(names_of[:5])}{' 等' if len(names_of) > 5 else ''}）"
        )
    for use in done.fonts:
        if not use.installed:
            session.say(
                f"字体“{use.font}”本机没有，{'用 ' + '、'.join(use.shown) + ' 代替' if use.shown else '没有认出用了哪种代替'}",
                "dim",
            )
    for name in done.upgraded:
        session.say(
            f"自带的 {name} 模板升级了，本工作区用的是改过的旧版：archivist templates diff {name} 看有什么变化",
            "yellow",
        )
    return TemplateFault.exit_status if done.faults else 1 if done.unprinted else 0


def _verdict(done: TemplateCheck, *, pages: bool) -> str:
    """Say what was found, and what of it was looked at: nothing is right that nobody looked at."""
    if done.faults:
        return f"{len(done.faults)} 个有错"
    if not pages:
        return "文件全部正常；纸面没有看"
    if done.unprinted:
        return f"文件全部正常；纸面看了 {done.printed} 个，未检 {len(done.unprinted)} 个"
    return "文件和试印的纸面全部正常"


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
@click.argument("names", nargs=-1, metavar="[文书]…")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="写到哪个文件夹；不写的是本工作区的模板。"
)
@click.option("--force", is_flag=True, help="改过的也重新生成；原来的另存一份，名称带日期。")
@with_session
def build(session: Session, names: tuple[str, ...], out: Path | None, force: bool) -> None:
    """由文书 .toml 中的版式（layout）生成 .docx 模板；不写文书而写文件夹的，全部生成到那里。改过的不覆盖。"""
    if out is None and len(names) == 1 and ("/" in names[0] or "\\" in names[0] or Path(names[0]).is_dir()):
        out, names = Path(names[0]), ()
    done = api.build(session.workspace, names, out, now=session.clock(), force=force)
    session.emit(done)
    for path in done.kept:
        session.say(f"原来的另存为 {path}")
    for path in done.built if names else ():
        session.say(f"已生成 {path}", "green")
    same = f"，{len(done.unchanged)} 个没有变化" if done.unchanged else ""
    session.say(f"生成了 {len(done.built)} 个模板{same}")


@templates.command()
@click.argument("name", metavar="文书")
@with_session
def diff(session: Session, name: str) -> None:
    """本工作区的模板与自带的有什么不同（逐段文字）；自带的模板升级了什么。"""
    found = api.diff(session.workspace, name)
    session.emit(found)
    if not found.own:
        session.say(f"{found.title}：本工作区用的就是自带的模板")
        return
    if found.upgraded:
        session.say("自带的模板自复制以来的变化（- 旧  + 新）：")
        _show_changes(session, found.upgraded)
    elif not found.base_known:
        session.say("没有复制时的原样，不能说明自带的模板后来是否升级", "dim")
    if found.edited:
        session.say("自带的（-）与本工作区的（+）：")
        _show_changes(session, found.edited)
    else:
        session.say(
            "与自带的完全一样" if found.same_file else "文字与自带的一样，版式、样式可能不同", "green"
        )


_WIDTH = 36
"""Chinese characters on a line, behind the sign, in 80 columns."""


def _folded(text: str) -> Iterator[str]:
    """Yield a text in lines of so many Chinese characters; a half-width one is half of one."""
    line, used = "", 0.0
    for character in text:
        size = 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5
        if used + size > _WIDTH:
            yield line
            line, used = "", 0.0
        line, used = line + character, used + size
    yield line


def _show_changes(session: Session, changes: tuple[ChangedParagraph, ...]) -> None:
    colours = {"-": "red", "+": "green"}
    for one in changes:
        for line in _folded(one.text):
            session.say(f"{one.change} {line}", colours.get(one.change, "dim"))
