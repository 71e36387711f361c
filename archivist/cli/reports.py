"""``archivist report``: documents over many households, on the screen, as ``.xlsx``, ``.docx``, ``.pdf``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import click

from archivist.api import report_requests
from archivist.api import reports as api
from archivist.api.access import require_writable
from archivist.api.periods import Days
from archivist.api.registers import RegisterView
from archivist.api.report_requests import OutputForm
from archivist.api.report_sheets import ReportSheets
from archivist.api.report_tables import plain_text
from archivist.cli.documents import show_parcels
from archivist.cli.parameters import DAY, pairs
from archivist.cli.session import Session, with_session

PERIODS: Final = {"month": "按月", "quarter": "按季度", "year": "按年度", "on": "截至一日"}


@click.command()
@click.argument("document", metavar="册表", required=False)
@click.option("--month", metavar="2024-08", help="月份；按月的册表默认本月。")
@click.option("--quarter", metavar="2024Q3", help="季度。")
@click.option("--year", metavar="2024", help="年度。")
@click.option("--on", "on", type=DAY, help="截至哪一天。")
@click.option("--from", "first", type=DAY, help="从哪一天，与 --to 同用。")
@click.option("--to", "last", type=DAY, help="到哪一天，与 --from 同用。")
@click.option(
    "--where", default="", metavar="'键=值 …'", help="只列哪些户，如 'village=样例里社区 status=open'。"
)
@click.option("--category", default="", metavar="类别", help="只列哪类救助。")
@click.option("--set", "settings", multiple=True, metavar="键=值", help="册表上另填的内容，可多次。")
@click.option(
    "--list",
    "listed",
    metavar="名单",
    type=click.Path(path_type=Path, dir_okay=False),
    help="数据比对：银行或平台导出的发放名单（.xlsx、.csv）。",
)
@click.option("--nil", is_flag=True, help="没有可列的，也编制一份写明“本期无”的零报告。")
@click.option("--xlsx", is_flag=True, help="只要电子表格；三种都不写，则 .docx 与 .xlsx 各一份。")
@click.option("--docx", is_flag=True, help="只要可打印的文档。")
@click.option("--pdf", is_flag=True, help="转换为 PDF（需要 LibreOffice）。")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="写到这个文件夹；默认 archive/outbox/报表。",
)
@click.option("--dry-run", is_flag=True, help="只看内容，不写入。")
@with_session
def report(
    session: Session,
    document: str | None,
    month: str | None,
    quarter: str | None,
    year: str | None,
    on: dt.date | None,
    first: dt.date | None,
    last: dt.date | None,
    where: str,
    category: str,
    settings: tuple[str, ...],
    listed: Path | None,
    nil: bool,
    xlsx: bool,
    docx: bool,
    pdf: bool,
    out: Path | None,
    dry_run: bool,
) -> int:
    """汇总各户编制册表：花名册、月报表、发放明细、登记簿、备案表、移交清单、期满清单、销毁清册……"""
    if document is None:
        return _list(session)
    by = session.by(writes=not dry_run)
    request = report_requests.request(
        session.workspace,
        document,
        on=by.today,
        days=Days(month, quarter, year, on, first, last),
        where=where,
        category=category,
        settings=dict(pairs(settings)),
        forms=[
            f
            for f, wanted in ((OutputForm.DOCX, docx), (OutputForm.XLSX, xlsx), (OutputForm.PDF, pdf))
            if wanted
        ],
        nil=nil,
        listed=listed,
    )
    require_writable(session.workspace)  # its rows name whom it is about, once it is made
    with session.progress(request.title) as progress:
        made = api.make(session.workspace, by, request, folder=out, dry_run=dry_run, progress=progress)
    session.emit(made)
    return _show_sheets(session, made) if isinstance(made, ReportSheets) else _show_register(session, made)


def _list(session: Session) -> int:
    found = api.offered(session.workspace)
    session.emit(found)
    session.table(
        ("代号", "名称", "期间"), [(one.id, one.title, PERIODS[one.period]) for one in found.reports]
    )
    return 0


def _show_register(session: Session, made: RegisterView) -> int:
    about = f"{made.title}（{made.period_label}）"
    if made.nil:
        session.say(f"已编制 {about}零报告：本期无", "green")
    elif made.empty:
        session.say(f"{about}：没有可列的户，没有写入文件。")
        if made.hint:
            session.say(made.hint)
        elif not made.dry_run:
            session.say("需要零报告的，加 --nil 再次运行，编制一份写明“本期无”的册表。")
    elif made.dry_run:
        _show_content(session, made)
    else:
        session.say(f"已编制 {about}，{made.lines} 行", "green")
    for line in made.notes:
        session.say(f"注：{line}", "dim")
    for line in made.doubts:
        session.warn(f"待核：{line}")
    for line in made.unread:
        session.warn(f"未检：{line}")
    for path in made.files:
        session.say(f"  {path}")
    return 1 if made.unread or made.doubts else 0


def _show_content(session: Session, made: RegisterView) -> None:
    for n, (path, columns) in enumerate(made.columns.items()):
        session.table(
            [c.label for c in columns],
            [[c.text(row[c.key]) for c in columns] for row in made.tables[path]],
            title=made.labels[path] if n else f"{made.title}（{made.period_label}，试运行，未写入）",
        )
    sums = (
        f"{made.labels[path]}：{plain_text(value)}" for path, value in made.sums.items() if value is not None
    )
    session.say("　".join(sums))


def _show_sheets(session: Session, made: ReportSheets) -> int:
    if not made.sheets:
        session.say(f"{made.title}（{made.period_label}）：没有应列的户，没有写入文件。")
    for sheet in made.sheets:
        if made.dry_run:
            session.table(
                [c.label for c in made.columns],
                [[row.get(c.key, "") for c in made.columns] for row in sheet.rows],
                title=f"{made.title}（{sheet.name}，{made.period_label}，试运行，未写入）",
            )
            continue
        numbered = f"，{sheet.doc_no}" if sheet.doc_no else ""
        done = "此前已编制，内容未变，不再编号" if sheet.done_before else "已编制"
        session.say(f"{done} {made.title}（{sheet.name}），{len(sheet.rows)} 户{numbered}", "green")
        for path in sheet.files:
            session.say(f"  {path}")
    lost = show_parcels(session, made.parcels)
    if made.files and made.public:
        session.say("本件供张贴；各户户档中的一份仍按户制发（archivist generate）。", "dim")
    for sheet in made.sheets:
        for line in sheet.doubts:
            session.warn(f"待核：{line}")
    for one in made.refused:
        session.warn(f"未列入 {one.case}：{one}（{one.code}）")
    for line in made.unread:
        session.warn(f"未检：{line}")
    if made.refused:
        return made.refused[0].exit_status
    return lost or (1 if made.unread or any(sheet.doubts for sheet in made.sheets) else 0)
