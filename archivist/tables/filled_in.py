"""Tables that a clerk filled in, ``.xlsx`` or ``.csv``, read strictly: what cannot be taken as it stands is told, cell by cell.

Nothing is lost without a word: not a row that the sheet's stated size leaves out, not a formula that nobody reckoned, not
a column whose heading stands there twice, not what is hidden or merged away.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import UsageError
from archivist.model.invisible import without_invisible
from archivist.model.plain_text import decode_text
from archivist.os_reasons import reason_of
from archivist.tables.reader import (
    CSV,
    DamagedSheet,
    SheetRow,
    SheetShape,
    TooManyCells,
    Value,
    column_letters,
    read_shapes,
    read_sheets,
)

MOST_CELLS: Final = 2_000_000
"""Cells that are visited in one file, empty ones included."""
MOST_CSV_BYTES: Final = 64 * 1024 * 1024
MOST_PROBLEMS: Final = 100
"""So many faults are listed; the rest are counted."""
_REMARKS: Final = frozenset({"备注", "说明", "填写说明", "示例"})
"""Headings of columns beside 项目 and 内容 that only help people to fill them in."""
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)")
_CSV_TEXT = re.compile(r'="(.*)"')
"""How programs write a number into a ``.csv`` so that Excel leaves its digits alone."""

Same = Callable[[str], str]
"""Returns the one name of everything a heading may be called."""


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row below the headings: what stands under each; ``number`` as the clerk's program counts, from 1."""

    number: int
    cells: dict[str, Value]


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A sheet in which something stands.

    Attributes:
        title: empty for a ``.csv``.
        rows: from top to bottom; texts without blanks at their ends, numbers to fifteen digits, as they are shown.
    """

    title: str
    rows: tuple[SheetRow, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands in the first row, empty where nothing does."""
        return tuple(map(heading, self.rows[0].values)) if self.rows else ()

    def by_headings(self, problems: list[str], same: Same = str) -> list[FilledRow]:
        """Read it as a table whose first row names the columns; empty cells are left out.

        Args:
            problems: gets a line for each heading that stands there twice, and each cell under none.
            same: see ``Same``.
        """
        if not self.rows:
            return []
        heads = self.headings
        _tell_doubles(self, [(self.rows[0].address(c), h) for c, h in enumerate(heads) if h], same, problems)
        filled = []
        for row in self.rows[1:]:
            pairs = [
                (h, v, c) for c, (h, v) in enumerate(zip(heads, row.values, strict=True)) if v is not None
            ]
            problems += [
                f"{self.at(row.address(c))}：这一列第一行没有标题，不知道“{v}”是什么"
                for h, v, c in pairs
                if not h
            ]
            filled.append(FilledRow(row.number, {h: v for h, v, _ in pairs if h}))
        return filled

    def pairs(self, problems: list[str], same: Same = str) -> dict[str, Value]:
        """Read it as two columns, 项目 and 内容; what stands there for no item, or twice, goes to ``problems``."""
        found: dict[str, Value] = {}
        named: list[tuple[str, str]] = []
        heads = self.headings if self.headings[:1] == ("项目",) else ()
        for row in self.rows:
            key, content = heading(row.values[0]), row.values[1] if len(row.values) > 1 else None
            if key == "项目":
                continue
            for column, value in enumerate(row.values[2:], 2):
                if value is not None and (column >= len(heads) or heads[column] not in _REMARKS):
                    problems.append(
                        f"{self.at(row.address(column))}：只认“项目”“内容”两列，这一格不知道是什么"
                    )
            if key:
                named.append((row.address(0), key))
                if content is not None:
                    found[key] = content
            elif content is not None:
                problems.append(f"{self.at(row.address(0))}：有内容，没有写项目名称")
        _tell_doubles(self, named, same, problems)
        return found

    def at(self, address: str) -> str:
        """Return a cell's address as messages name it."""
        return f"工作表“{self.title}” {address}" if self.title else address


def heading(value: Value) -> str:
    """Return a heading as it is compared: without the blanks and line ends that make it fit its cell."""
    return "".join(without_invisible(str(value)).split()) if value is not None else ""


def _tell_doubles(
    sheet: FilledSheet, named: Sequence[tuple[str, str]], same: Same, problems: list[str]
) -> None:
    first: dict[str, tuple[str, str]] = {}
    for address, name in named:
        earlier = first.setdefault(same(name), (address, name))
        if earlier[0] != address:
            what = f"都是“{name}”" if earlier[1] == name else f"“{earlier[1]}”和“{name}”是同一项"
            problems.append(f"{sheet.at(f'{earlier[0]}、{address}')}：{what}，不知道以哪个为准")


def read_filled(path: Path, *, only: Callable[[str], bool] = lambda _: True) -> tuple[FilledSheet, ...]:
    """Read every sheet in which something stands.

    Args:
        path: ``.xlsx``, ``.xlsm`` or ``.csv``.
        only: tells by its title whether a sheet is read; of those that are not, nothing is told.

    Raises:
        UsageError: E001, no such file, no table, too big, or cells that cannot be taken as they stand: all of them,
            with sheet and address.
    """
    try:
        if path.suffix.lower() == CSV:
            return _csv(path)
        with path.open("rb") as file:
            if file.read(4) == _OLE:
                raise UsageError(
                    "是旧版 Excel 表格（.xls、.et）或加了密码，读不出来",
                    file=path.name,
                    remedy="请用 Excel 或 WPS 去除密码，另存为 .xlsx 后再用。",
                )
        return _workbook(path, only)
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError("没有这个文件", file=path.name) from None
    except OSError as error:
        raise UsageError(f"打不开：{reason_of(error)}", file=path.name) from None
    except DamagedSheet as error:
        raise UsageError(
            f"不是 Excel 表格，或已损坏（{error}）",
            file=path.name,
            remedy="请用 Excel 或 WPS 另存为 .xlsx 后再用。",
        ) from None
    except TooManyCells:
        raise UsageError(
            f"表格超过 {MOST_CELLS} 个单元格", file=path.name, remedy="请删去多余的空行空列，或分成几个文件。"
        ) from None


def read_one(path: Path) -> FilledSheet:
    """Read a file that is one table: its first visible sheet, and the only one in which something stands.

    Raises:
        UsageError: E001, see ``read_filled``; or another sheet has something in it that would be left out.
    """
    sheets = read_filled(path, only=lambda title: not title.startswith("说明"))
    if len(sheets) > 1:
        raise UsageError(
            f"只能读一张工作表，这里有 {len(sheets)} 张写了内容：{'、'.join(s.title for s in sheets)}",
            file=path.name,
            remedy="请把各张合并到一张；只供查看的，名称改为以“说明”开头。",
        )
    return sheets[0] if sheets else FilledSheet("", ())


def refuse(path: Path, problems: Sequence[str]) -> None:
    """Raise what was found wrong, all at once; nothing when there is nothing.

    Raises:
        UsageError: E001.
    """
    if problems:
        listed = [*problems[:MOST_PROBLEMS]]
        if len(problems) > MOST_PROBLEMS:
            listed.append(f"…… 还有 {len(problems) - MOST_PROBLEMS} 处")
        raise UsageError(
            f"表格有 {len(problems)} 处不能照原样读取，没有采用其中任何内容", file=path.name, problems=listed
        )


def _workbook(path: Path, only: Callable[[str], bool]) -> tuple[FilledSheet, ...]:
    problems: list[str] = []
    found = []
    shapes = read_shapes(path, most_cells=MOST_CELLS)
    with closing(read_sheets(path, most_cells=MOST_CELLS)) as sheets:
        for sheet, shape in zip(sheets, shapes, strict=True):
            if not sheet.rows or not only(sheet.title):
                continue
            filled = FilledSheet(sheet.title, tuple(map(_as_shown, sheet.rows)))
            if shape.hidden:
                problems.append(f"工作表“{sheet.title}”是隐藏的，里面有内容；请取消隐藏，不要的请删除")
            else:
                problems += _faults(filled, shape)
            found.append(filled)
    refuse(path, problems)
    return tuple(found)


def _faults(sheet: FilledSheet, shape: SheetShape) -> Iterator[str]:
    """Yield what hides or falsifies something in a sheet."""
    used = {row.number for row in sheet.rows}
    columns = {c for row in sheet.rows for c, v in enumerate(row.values) if v is not None}
    for address in shape.unreckoned:
        yield f"{sheet.at(address)}：公式还没有算出结果，读出来是空的；请用 Excel 或 WPS 打开、保存一次，或改填数值"
    for row in sheet.rows:
        for column, value in enumerate(row.values):
            if isinstance(value, str) and _ERROR.fullmatch(value):
                yield f"{sheet.at(row.address(column))}：是错误值 {value}"
    for merged in shape.merged:
        if any(number in merged.rows for number in used):
            yield f"{sheet.at(merged.reference)}：是合并的单元格；请取消合并，每格各填各的"
    for number in sorted(shape.hidden_rows & used):
        yield f"{sheet.at(f'第 {number} 行')}：被隐藏或被筛选掉了；请取消隐藏，不要的行请删除"
    for column in sorted(shape.hidden_columns & columns):
        yield f"{sheet.at(f'{column_letters(column)} 列')}：被隐藏了；请取消隐藏，不要的列请删除"


def _as_shown(row: SheetRow) -> SheetRow:
    return SheetRow(row.sheet, row.number, tuple(map(_shown, row.values)))


def _shown(value: Value) -> Value:
    """Return what a clerk sees in a cell: a reckoned 769.4999999999999 is 769.5, an empty text is nothing."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float):
        value = float(f"{value:.15g}")
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value


def _csv(path: Path) -> tuple[FilledSheet, ...]:
    if path.stat().st_size > MOST_CSV_BYTES:
        raise UsageError(f"超过 {MOST_CSV_BYTES // 1024**2} MB", file=path.name)
    text = read_text(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    parting = max(",\t;，", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=parting, strict=True))
    except csv.Error as error:
        raise UsageError(f"不是完好的 .csv（{error}）", file=path.name) from None
    width = max(map(len, lines), default=0)
    rows = []
    for number, line in enumerate(lines, 1):
        cells = [_CSV_TEXT.sub(r"\1", cell.strip()).strip() or None for cell in line]
        if any(cells):
            rows.append(SheetRow("", number, (*cells, *[None] * (width - len(cells)))))
    return (FilledSheet("", tuple(rows)),) if rows else ()


def read_text(path: Path) -> str:
    """Return a text file that a clerk hands in, in whatever encoding offices use.

    Raises:
        UsageError: E001, it is in none of them.
    """
    text = decode_text(path.read_bytes())
    if text is None:
        raise UsageError("文字编码无法识别（应为 UTF-8、UTF-16 或 GB 18030）", file=path.name)
    return text
