"""``archivist search`` and ``archivist reindex``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from archivist.api import clusters, saved_searches
from archivist.api import searching as api
from archivist.api.search_pages import ORDERS, FacetView, HitsWanted
from archivist.api.searching import HitView
from archivist.api.waiting_hits import WaitingHit
from archivist.cli.parameters import ENGINES
from archivist.cli.session import Session, with_session
from archivist.errors import UsageError
from archivist.model.permissions import Act
from archivist.model.record import VOIDED
from archivist.printable import harmless, on_one_line, visible


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
@click.option("--after", default="", metavar="标记", help="接着上一页：照抄上一页末尾的标记。")
@click.option(
    "--sort",
    type=click.Choice(list(ORDERS)),
    help="排序（不写是 date）：日期（新的在前）、户号，或相关（要查的户、标题里有的在前）。",
)
@click.option("--facets", is_flag=True, help="另按类别、年份、村、文书、状态、环节计数（全部结果）。")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="用哪里的索引：本机的，或区县检索集群的。",
)
@click.option("--save", metavar="名称", help="把这次的检索式、条件和排序存下来，以后用 --saved 再查。")
@click.option("--saved", metavar="名称", help="按存下的检索再查；另写的词和条件再加上去。")
@click.option("--list-saved", is_flag=True, help="列出存下的检索。")
@click.option("--forget", metavar="名称", help="删去一条存下的检索。")
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
    after: str,
    sort: str | None,
    facets: bool,
    engine: str,
    save: str | None,
    saved: str | None,
    list_saved: bool,
    forget: str | None,
    full: bool,
    csv_: Path | None,
) -> int:
    """检索：姓名、拼音、证号（全部、前六、后四）、户号、文书、正文。

    多个词都要有；任一个用 |，不要的词前写 -，原样的话加引号，* 和 ? 代替不知道的字；
    只查一处写 姓名: 证号: 标题: 内容: 文号: 文件名: 经办: 文书: 类别: 等；日期: 也可写 本月、上月、近30天 等。
    """
    if unknown := next((word for word in query if word.startswith("--")), None):
        raise UsageError(
            f"没有选项“{unknown}”", remedy="用 archivist search --help 看有哪些；不要的词前面写一个 -。"
        )
    _require(session, full=full, save=save is not None)
    if list_saved or forget is not None:
        _saved(session, forget)
        return 0
    text = " ".join(query)
    given = {
        "name": name, "id": id_, "case": case_, "doc": doc, "category": category, "status": status, "town": town,
        "from": from_, "to": to,
    }  # fmt: skip
    filters = {k: v for k, v in given.items() if v}
    if saved is not None:
        kept = saved_searches.recall(session.workspace, saved)
        text = f"({kept.query}) {text}" if kept.query and text else kept.query or text
        filters, sort = {**kept.filters, **filters}, sort or kept.sort
    order = ORDERS[sort] if sort else next(iter(ORDERS.values()))
    ask = api.search if engine == ENGINES[0] else partial(clusters.search, now=session.clock())
    answer = ask(
        session.workspace,
        text,
        filters=filters,
        wanted=HitsWanted(limit, offset, after, order, facets, full, session.today()),
    )
    session.record(answer)
    if save is not None:
        saved_searches.save(session.workspace, session.by(), save, text, filters, order)
    table = api.write_csv(answer, csv_) if csv_ else None
    session.emit(answer)
    if table:
        rest = f"（查到 {answer.total} 条，其余的用 --limit 或 --after）" if answer.total > table.hits else ""
        session.say(
            f"已把 {table.hits} 条{rest}另存到 {table.file}；内有个人信息，只有本人可读（0600），用完请删去"
        )
    if save is not None:
        session.say(f"已存为“{save.strip()}”：archivist search --saved {save.strip()}")
    if session.json:
        return 0
    show_hits(session, answer.hits)
    for notice in answer.notices:
        session.warn(notice)
    if answer.meant:
        session.warn(f"您是不是要找：{'、'.join(meant.word for meant in answer.meant)}？")
    show_waiting(session, answer.waiting)
    show_facets(session, answer.facets)
    shown = len(answer.hits)
    some = (
        f"，显示第 {offset + 1}–{offset + shown} 条" if shown and answer.total > shown and not after else ""
    )
    session.say(f"共 {'' if answer.exact else '约 '}{answer.total} 条{some}")
    if answer.next:
        session.say(f"下一页：同样的检索加 --after {answer.next}", "dim")
    return 0


def _require(session: Session, *, full: bool, save: bool) -> None:
    """Refuse, before anything is shown, numbers or a kept search to who may not."""
    if full or save:
        from archivist.api import authorisation

        if full:
            authorisation.require(session.workspace, session.by(), Act.SEE_NUMBERS)
        if save:
            authorisation.require(session.workspace, session.by(), Act.KEEP_SEARCH)


def show_waiting(session: Session, waiting: Sequence[WaitingHit]) -> None:
    """Print for people which files in the tray were found."""
    from rich.text import Text

    if waiting:
        session.say(f"待认领（{len(waiting)} 件，还没有归档；archivist review show 编号）", "bold")
    for one in waiting:
        page = f" 第 {one.page} 页" if one.page else ""
        whose = f"  可能是 {'、'.join(one.households)}" if one.households else ""
        line = Text.assemble(
            (one.short, "cyan"), visible(f"  {on_one_line(one.name)}{page}  {one.reason_label}{whose}")
        )
        session.console().print(line)
        _show_snippet(session, one.snippet, one.highlights)


def _show_snippet(session: Session, words: str, highlights: Sequence[tuple[int, int]]) -> None:
    from rich.text import Text

    if words:
        snippet = Text("    " + harmless(words), style="dim")
        for start, end in highlights:
            snippet.stylize("bold not dim yellow", start + 4, end + 4)
        session.console().print(snippet)


def show_facets(session: Session, facets: Sequence[FacetView]) -> None:
    """Print for people how many hits there are of each kind."""
    for facet in facets:
        values = "、".join(f"{value.label} {value.count}" for value in facet.values)
        session.say(f"{facet.label}：{values}")


def _saved(session: Session, forget: str | None) -> None:
    """List the searches that are kept, or take one away."""
    if forget is None:
        answer = saved_searches.list_saved(session.workspace)
    else:
        answer = saved_searches.forget(session.workspace, session.by(), forget)
    session.emit(answer)
    if answer.forgotten:
        session.say(f"已删去“{answer.forgotten}”")
        return
    rows = [
        (
            one.name,
            " ".join([one.query, *(f"--{key} {value}" for key, value in one.filters.items())]).strip(),
            one.by,
            one.at[:10],
        )
        for one in answer.searches
    ]
    if rows:
        session.table(("名称", "检索", "谁存的", "日期"), rows)
    else:
        session.say("还没有存下的检索；存下用 archivist search --save 名称 检索式")


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
        _show_snippet(session, hit.snippet, hit.highlights)


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
            made = clusters.reindex(session.workspace, session.clock(), progress, behind=behind)
    session.emit(made)
    if behind:
        session.say(f"集群里的索引已补齐，共 {made.cases} 户有变动", "green")
        return
    session.say(f"索引已由档案库重建，共 {made.cases} 户", "green")
