"""``archivist search`` and ``archivist reindex``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from archivist.api import clusters
from archivist.api import searching as api
from archivist.api.searching import HitView
from archivist.cli.session import Session, with_session
from archivist.model.record import VOIDED
from archivist.printable import harmless, visible

ENGINES: Final = ("embedded", "opensearch")


@click.command()
@click.argument("query", nargs=-1, metavar="检索式")
@click.option("--name", help="姓名、全拼或首字母。")
@click.option("--id", "id_", help="身份证号：全部、前六位或后四位。")
@click.option("--case", "case_", help="户号。")
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
) -> int:
    """检索：姓名、拼音、证号（全部、前六、后四）、户号、文书、正文。

    多个词须同时出现；可用 "短语"、AND、OR、NOT、括号，及 姓名: 证号: 文书: 类别: 等字段。
    """
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
    )
    session.emit(answer)
    if session.json:
        return 0
    show_hits(session, answer.hits)
    for notice in answer.notices:
        session.warn(notice)
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
