"""``archivist search`` and ``archivist reindex``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from archivist.api import clusters
from archivist.api import searching as api
from archivist.api.searching import HitView
from archivist.cli.session import Session, with_session
from archivist.errors import UsageError
from archivist.model.permissions import Act
from archivist.model.record import VOIDED
from archivist.printable import harmless, visible

ENGINES: Final = ("embedded", "opensearch")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, metavar="检索式")
@click.option("--name", help="姓名、全拼或首字母。")
@click.option("--id", "id_", help="身份证号：全部、前六位或后四位。")
@click.option("--case", "case_", help="只查一户：户号、姓名或证号。")
@click.option("--doc", help="文书（材料）种类。")
@click.option("--category", help="救助类别。")
@click.option("--status", help="状态。")
@click.option("--town", help="村（社区）。")
@click.option("--from", "from_", help="起始日期。")
@click.option("--to", help="截止日期。")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="显示多少条。")
@click.option("--offset", default=0, type=click.IntRange(0), help="从第几条之后显示。")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="用哪里的索引：本机的，或区县检索集群的。",
)
@click.option("--full", is_flag=True, help="摘录里的证号不遮挡；限经办和管理岗位。")
@click.option(
    "--csv", "csv_", type=click.Path(path_type=Path), help="把显示的各条另存为 .csv（只有本人可读）。"
)
@with_session
def search(
    session: Session,
    query: tuple[str, ...],
    name: str | None,
    id_: str | None,
    case_: str | None,
    doc: str | None,
    category: str | None,
    status: str | None,
    town: str | None,
    from_: str | None,
    to: str | None,
    limit: int,
    offset: int,
    engine: str,
    full: bool,
    csv_: Path | None,
) -> int:
    """检索：姓名、拼音、证号（全部、前六、后四）、户号、文书、正文。

    多个词都要有；任一个用 |，不要的词前写 -，原样的话加引号，* 和 ? 代替不知道的字；
    只查一处写 姓名: 证号: 标题: 内容: 文号: 文件名: 经办: 文书: 类别: 等。
    """
    if unknown := next((word for word in query if word.startswith("--")), None):
        raise UsageError(
            f"没有选项“{unknown}”", remedy="用 archivist search --help 看有哪些；不要的词前面写一个 -。"
        )
    if full:
        from archivist.api import authorisation

        authorisation.require(session.workspace, session.by(writes=False), Act.SEE_NUMBERS)
    filters = {
        "name": name,
        "id": id_,
        "case": case_,
        "doc": doc,
        "category": category,
        "status": status,
        "town": town,
        "from": from_,
        "to": to,
    }
    answer = (api.search if engine == ENGINES[0] else clusters.search)(
        session.workspace,
        " ".join(query),
        filters={k: v for k, v in filters.items() if v},
        limit=limit,
        offset=offset,
        full=full,
    )
    session.record(answer)
    saved = api.write_csv(answer, csv_) if csv_ else None
    session.emit(answer)
    if saved:
        session.say(
            f"已把 {saved.hits} 条另存到 {saved.file}；内有个人信息，只有本人可读（0600），用完请删去"
        )
    if session.json:
        return 0
    show_hits(session, answer.hits)
    for notice in answer.notices:
        session.warn(notice)
    if answer.meant:
        session.warn(f"您是不是要找：{'、'.join(meant.word for meant in answer.meant)}？")
    shown = len(answer.hits)
    some = f"，显示第 {offset + 1}–{offset + shown} 条" if shown and answer.total > shown else ""
    session.say(f"共 {'' if answer.exact else '约 '}{answer.total} 条{some}")
    return 0


def show_hits(session: Session, hits: Sequence[HitView]) -> None:
    """Print hits for people: where, who, and the words around, marked."""
    from rich.text import Text

    console = session.console()
    for hit in hits:
        where = f"第 {hit.record} 件 {hit.title}" if hit.record else hit.title
        where += "（已作废）" if hit.status == VOIDED else ""
        where += f"（户档已移交 {hit.handed_over}）" if hit.handed_over else ""
        page = f" 第 {hit.page} 页" if hit.page else ""
        line = Text.assemble(
            (hit.case, "cyan"),
            "  ",
            (visible(hit.applicant), "bold"),
            visible(f"  {hit.category.label}  {where}{page}  "),
            (f"[{hit.why}]", "dim"),
        )
        console.print(line)
        if hit.snippet:
            snippet = Text("    " + harmless(hit.snippet), style="dim")
            for start, end in hit.highlights:
                snippet.stylize("bold not dim yellow", start + 4, end + 4)
            console.print(snippet)


@click.command()
@click.option(
    "--to",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="重建哪里的索引：本机的，或本单位在区县检索集群里的。",
)
@click.option("--behind", is_flag=True, help="只补集群缺的：有变动的补上，已销毁的清除。")
@with_session
def reindex(session: Session, to: str, behind: bool) -> None:
    """由档案库重建索引；期间原索引照常可用。"""
    if behind and to == ENGINES[0]:
        raise click.UsageError("--behind 只用于 --to opensearch；本机的索引自行补齐")
    with session.progress("重建索引") as progress:
        if to == ENGINES[0]:
            made = api.reindex(session.workspace, session.by(writes=False), progress)
        else:
            made = clusters.reindex(session.workspace, progress, behind=behind)
    session.emit(made)
    if behind:
        session.say(f"集群里的索引已补齐，共 {made.cases} 户有变动", "green")
        return
    session.say(f"索引已由档案库重建，共 {made.cases} 户", "green")
