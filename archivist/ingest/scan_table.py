"""The plan of old scans as a table that a clerk looks through: written, and read back as strictly as any table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from archivist.errors import ArchivistError, InvalidValue, UsageError
from archivist.ingest.scan_plan import PlannedScan
from archivist.model.ids import CaseNo, narrow
from archivist.tables.filled_in import FilledRow, read_filled, refuse
from archivist.tables.writer import BookWriter, SheetColumn
from archivist.workspace import Workspace

SHEET: Final = "扫描件计划"
FILE, CASE, APPLICANT, TYPE, BECAUSE, DOUBT = "文件", "户号", "户主", "种类", "依据", "疑问"
_COLUMNS: Final = (
    SheetColumn(FILE, "text", 50), SheetColumn(CASE, "docno"), SheetColumn(APPLICANT, "name"),
    SheetColumn(TYPE, "str", 22), SheetColumn(BECAUSE, "text", 30), SheetColumn(DOUBT, "text", 40),
)  # fmt: skip


def as_table(scans: Sequence[PlannedScan], applicants: dict[CaseNo, str]) -> bytes:
    """Return the plan as a workbook, a row a scan.

    Args:
        scans: in the order of the folder.
        applicants: household → the applicant's name.
    """
    book = BookWriter()
    sheet = book.sheet(SHEET, _COLUMNS)
    sheet.heads()
    for one in scans:
        sheet.row(
            (
                one.name,
                str(one.case or ""),
                applicants.get(one.case, "") if one.case else "",
                one.document.title if one.document else "",
                one.because,
                one.doubt,
            )
        )
    return book.data()


def from_table(workspace: Workspace, path: Path, names: Collection[str]) -> tuple[PlannedScan, ...]:
    """Read a plan that a clerk may have put right.

    Args:
        workspace: the open workspace.
        path: the table.
        names: of the scans that lie in the folder.

    Raises:
        UsageError: E001, listing every cell that cannot be taken as it stands: no such file, household or type, or the
            household is another one's than the name beside it.
    """
    problems: list[str] = []
    found: list[PlannedScan] = []
    sheets = [one for one in read_filled(path) if FILE in one.headings and CASE in one.headings]
    if len(sheets) != 1:
        raise UsageError(
            f"不是扫描件计划：应有一张表，第一行是“{FILE}”“{CASE}”等标题", file=path.name,
            remedy="计划用 import-scans 文件夹 --plan 计划.xlsx 生成。",
        )  # fmt: skip
    rows: dict[str, int] = {}
    for row in sheets[0].by_headings(problems):
        name, at = str(row.cells.get(FILE, "")), f"第 {row.number} 行"
        if name not in names:
            problems.append(f"{at}：{f'文件夹里没有“{name}”' if name else '没有写文件'}")
        elif name in rows:
            problems.append(f"{at}：“{name}”在第 {rows[name]} 行已经有了")
        else:
            found.append(_scan(workspace, row, name, at, problems))
        rows.setdefault(name, row.number)
    refuse(path, problems)
    return tuple(found)


def _scan(workspace: Workspace, row: FilledRow, name: str, at: str, problems: list[str]) -> PlannedScan:
    number, document = None, None
    told, applicant = (str(row.cells.get(key, "")) for key in (CASE, APPLICANT))
    if told:
        try:
            number = CaseNo.parse(narrow(told).upper())
            holder = workspace.archive.read(number).applicant_name
            if applicant and applicant != holder:
                problems.append(f"{at}：户号 {number} 的户主不是“{applicant}”；改正户号，或改正、清空户主")
        except ArchivistError as error:
            problems.append(f"{at}：户号“{told}”：{error.what}")
    if title := str(row.cells.get(TYPE, "")):
        try:
            document = workspace.catalogue.get(title)
        except ArchivistError as error:
            problems.append(f"{at}：种类“{title}”：{error.what}")
    return PlannedScan(name, number, document, str(row.cells.get(BECAUSE, "")), str(row.cells.get(DOUBT, "")))


def require_tellable(names: Collection[str]) -> None:
    """Refuse names that a cell of a table does not hold as they are.

    Raises:
        InvalidValue: E002, listing them.
    """
    odd = [name for name in names if not name.isprintable() or name.strip() != name]
    if odd:
        raise InvalidValue(
            "有的文件名在表格里写不下原样（前后有空格，或有不能显示的字符）",
            problems=[ascii(name).strip("'") for name in odd[:20]],
            remedy="请先改名。",
        )
