"""``archivist report``: documents over many households, on the screen, as ``.xlsx``, ``.docx``, ``.pdf``."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from archivist.cli.session import DAY, Session, pairs, with_session
from archivist.doctypes.field_paths import FieldPath
from archivist.errors import UsageError
from archivist.model.chinese import format_date
from archivist.model.ids import mask_id

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import Column, DocumentType
    from archivist.report import Period, Register

FOLDER: Final = "报表"
"""Where reports go within the outbox."""
_PRIVATE: Final = ("id_number", "account")
"""Columns the screen shows in part only."""


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
    nil: bool,
    xlsx: bool,
    docx: bool,
    pdf: bool,
    out: Path | None,
    dry_run: bool,
) -> int:
    """汇总各户编制册表：花名册、月报表、发放明细、登记簿、备案表、移交清单、期满清单、销毁清册……"""
    from archivist.report import Query, collect, make
    from archivist.report.registers import kind_of, lists_lines, sheetwise

    workspace = session.workspace
    if document is None:
        return _list(session)
    wanted = workspace.catalogue.get(document)
    named = {"month": month, "quarter": quarter, "year": year, "on": on, "first": first, "last": last}
    query = Query.parse(where, category)
    more = _named(wanted, settings)
    if by := sheetwise(wanted):
        from archivist.cli import sheets

        period = _period(by, named, session.today())
        with session.progress(wanted.title) as step:
            found = collect(workspace, wanted, query, step)
        both = not (xlsx or docx or pdf)
        wish = sheets.Wish(session.today(), xlsx or both, pdf, out, dry_run)
        make_sheets = sheets.notices if wanted.public else sheets.minutes
        return make_sheets(session, wanted, found, period, more, wish)
    kind = kind_of(wanted, workspace.pack)
    period = _period(kind.period, named, session.today())
    kind_of(wanted, workspace.pack, period)
    if not lists_lines(wanted) and (nil or xlsx):
        raise UsageError(
            f"{wanted.title}不是逐行的册表，没有零报告，也没有电子表格", remedy="去掉 --nil、--xlsx。"
        )
    with session.progress(wanted.title) as step:
        found = collect(workspace, wanted, query, step)
    made = make(
        wanted, found, workspace.pack, period,
        today=session.today(), words=query.words, told=more, office=workspace.config.office,
    )  # fmt: skip
    told = _told(wanted, made, more, nil=nil and made.empty)
    files: list[Path] = []
    if not dry_run and (nil or not made.empty):
        forms = {
            "docx": docx or not (xlsx or pdf),
            "xlsx": xlsx or (lists_lines(wanted) and not (docx or pdf)),
            "pdf": pdf,
        }
        files = _write(session, wanted, made, told, period, [f for f, yes in forms.items() if yes], out)
    _show(session, wanted, made, period, found.unread, files, dry_run=dry_run)
    return 1 if found.unread or made.doubts else 0


def _list(session: Session) -> int:
    from archivist.report.registers import offered

    periods = {"month": "按月", "quarter": "按季度", "year": "按年度", "on": "截至一日"}
    found = offered(session.workspace.catalogue, session.workspace.pack)
    session.emit([{"id": d.id, "title": d.title, "period": period} for d, period in found])
    session.table(("代号", "名称", "期间"), [(d.id, d.title, periods[period]) for d, period in found])
    return 0


def _period(kind: str, named: Mapping[str, Any], today: dt.date) -> Period:
    from archivist.report import Period

    told = [k for k, v in named.items() if v is not None]
    match told:
        case []:
            return Period.around(kind, today)
        case ["month"]:
            return Period.of_month(named["month"])
        case ["quarter"]:
            return Period.of_quarter(named["quarter"])
        case ["year"]:
            return Period.of_year(named["year"])
        case ["on"]:
            return Period.around(kind, named["on"])
        case ["first", "last"]:
            return Period.of_days(named["first"], named["last"])
    raise UsageError("期间只能写一种：--month、--quarter、--year、--on，或 --from 与 --to")


def _named(document: DocumentType, settings: Sequence[str]) -> dict[str, str]:
    """Return what the clerk tells besides, by path; names the document does not know are refused when it is made."""
    names = {name: f.path for f in document.fields for name in (f.path, f.label)}
    return {names.get(key, key): value for key, value in pairs(settings)}


def _told(
    document: DocumentType, made: Register, settings: Mapping[str, str], *, nil: bool
) -> dict[str, object]:
    """Return all the document is given: what was worked out, and what the clerk tells besides."""
    from archivist.report.money import balance
    from archivist.report.registers import given

    if fixed := [key for key in settings if key in made.values]:
        raise UsageError(f"{'、'.join(fixed)} 由各户档案算出，不能另填")
    if FieldPath.REGISTER_SPENT in made.values and document.field(FieldPath.RESERVE_OPENING):
        balance(made, settings)
    return {**given(document, made, nil=nil), **settings}


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────
def _write(
    session: Session,
    document: DocumentType,
    made: Register,
    told: Mapping[str, object],
    period: Period,
    forms: Sequence[str],
    out: Path | None,
) -> list[Path]:
    """Make the files and put them where they can be handed over; nobody is named in their names."""
    workspace, on = session.workspace, session.today()
    contents: dict[str, bytes] = {}
    if "docx" in forms or "pdf" in forms:
        from archivist.issuing.office_documents import render_register

        contents["docx"] = render_register(document, workspace.config, told, on=on)
    if "pdf" in forms:
        contents["pdf"] = _pdf(contents["docx"])
    if "xlsx" in forms:
        from archivist.report.sheet import workbook

        heads = [f"填报单位：{workspace.config.office.name}", period.label, f"制表日期：{format_date(on)}"]
        if any(column.kind == "money" for f in document.fields for column in f.columns):
            heads.append("金额单位：元")
        more = [f for f in document.fields if f.path not in made.values and isinstance(told.get(f.path), str)]
        contents["xlsx"] = workbook(document, made, [*heads, *(f"{f.label}：{told[f.path]}" for f in more)])
    folder = out or workspace.archive.outbox / FOLDER
    stem = f"{document.title} {period.slug}"
    return [_put(folder, stem, form, contents[form]) for form in forms]


def _pdf(data: bytes) -> bytes:
    from archivist.documents.render.pdf import to_pdf

    with tempfile.TemporaryDirectory(prefix="archivist-") as work:
        source = Path(work, "register.docx")
        source.write_bytes(data)
        (made,) = to_pdf([source], Path(work, "pdf"))
        return made.read_bytes()


def _put(folder: Path, stem: str, form: str, data: bytes) -> Path:
    """Write a file beside what was written before; nothing is overwritten."""
    from archivist.store import durable_files

    with durable_files.writing("没有写入", file=f"{stem}.{form}"):
        folder.mkdir(mode=durable_files.FOLDER_MODE, parents=True, exist_ok=True)
        for number in range(1, 10_000):
            path = folder / f"{stem}{f'（{number}）' if number > 1 else ''}.{form}"
            try:
                durable_files.write_new(path, data)
            except FileExistsError:
                continue
            durable_files.sync_folder(folder)
            return path
    raise UsageError(f"{folder} 中同名文件太多，请先清理")


# ── showing ──────────────────────────────────────────────────────────────────────────────────────────────
def _show(
    session: Session,
    document: DocumentType,
    made: Register,
    period: Period,
    unread: Sequence[str],
    written: Sequence[Path],
    *,
    dry_run: bool,
) -> None:
    tables = [f for f in document.fields if isinstance(made.values.get(f.path), list)]
    single = {
        f.path: made.values[f.path]
        for f in document.fields
        if f.kind not in ("table", "list") and f.path in made.values
    }
    session.emit(
        {
            "document": document.id,
            "title": document.title,
            "period": period.slug,
            "dry_run": dry_run,
            "nil": made.empty and bool(written),
            "tables": {
                f.path: [
                    {c.key: r.get(c.key) for c in f.columns if c.key != "n"} for r in made.values[f.path]
                ]
                for f in tables
            },
            "sums": single,
            "notes": made.notes,
            "doubts": made.doubts,
            "hint": made.hint if made.empty else "",
            "unread": list(unread),
            "files": [str(p) for p in written],
        }
    )
    if made.empty and written:
        session.say(f"已编制 {document.title}（{period.label}）零报告：本期无", "green")
    elif made.empty:
        session.say(f"{document.title}（{period.label}）：没有可列的户，没有写入文件。")
        if made.hint:
            session.say(made.hint)
        elif not dry_run:
            session.say("需要零报告的，加 --nil 再次运行，编制一份写明“本期无”的册表。")
    elif dry_run:
        for spec in tables:
            columns = [c for c in spec.columns if c.key != "n"]
            session.table(
                [c.label for c in columns],
                [[_cell(c, row.get(c.key)) for c in columns] for row in made.values[spec.path]],
                title=f"{document.title}（{period.label}，试运行，未写入）"
                if spec is tables[0]
                else spec.label,
            )
        labels = {f.path: f.label for f in document.fields}
        session.say(
            "　".join(
                f"{labels[path]}：{_plain(value)}" for path, value in single.items() if value is not None
            )
        )
    else:
        session.say(f"已编制 {document.title}（{period.label}），{len(made.rows)} 行", "green")
    for line in made.notes:
        session.say(f"注：{line}", "dim")
    for line in made.doubts:
        session.warn(f"待核：{line}")
    for line in unread:
        session.warn(f"未检：{line}")
    for path in written:
        session.say(f"  {path}")


def _cell(column: Column, value: object) -> str:
    if column.key in _PRIVATE and isinstance(value, str) and value and "*" not in value:
        return mask_id(value) if len(value) == 18 else f"****{value[-4:]}"
    return _plain(value)


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
