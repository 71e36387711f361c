"""A roster of households looked over before anything is taken from it: its columns, its households, every fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.errors import UsageError
from archivist.model.by import By
from archivist.model.case import CaseStatus
from archivist.model.facts import single
from archivist.model.ids import Category
from archivist.model.plain_json import parse_toml
from archivist.procedure import roster_mapping
from archivist.procedure.roster_headings import RosterTable, find_table
from archivist.procedure.roster_reading import BadCell, RosterHousehold, read_households
from archivist.store import durable_files
from archivist.tables.any_sheet import read_any
from archivist.tables.filled_in import read_text
from archivist.tables.reader import column_letters
from archivist.tables.writer import BookWriter, SheetColumn

if TYPE_CHECKING:
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """A column of the roster: ``field`` is the fact's path, ``户编号``, ``不收``, or empty where nothing is proposed."""

    at: str
    heading: str
    field: str
    score: float
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RosterFault:
    """A cell that cannot be taken, or is to be looked at."""

    at: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class AlreadyOpen:
    """A household of the roster whose holder has an open case of the category already."""

    row: str
    case: str


@dataclass(frozen=True, slots=True)
class RosterCheck(Result):
    """What a roster holds.

    Attributes:
        good: households without a fault that have no case yet.
        mapping: the mapping file that was written; nothing when one was given.
        problems: the workbook of faults that was written; nothing when there are none.
        left_out: rows that are no people: titles, sums, feet.
    """

    SCHEMA: ClassVar[str] = "archivist/import/1"
    file: str
    sheet: str
    columns: tuple[RosterColumn, ...]
    households: int
    persons: int
    good: int
    faults: tuple[RosterFault, ...]
    doubts: tuple[RosterFault, ...]
    already_open: tuple[AlreadyOpen, ...]
    left_out: tuple[int, ...]
    mapping: Path | None
    problems: Path | None


def check_roster(
    workspace: Workspace, by: By, path: Path, *, category: Category, mapping: Path | None = None
) -> RosterCheck:
    """Look a roster over; nothing is written to the archive.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        path: the roster.
        category: what its households are in.
        mapping: the mapping a clerk put right; without one it is proposed and written beside the roster.

    Raises:
        UsageError: E001, no table of people is found, or the mapping does not fit; the file for the mapping is there already.
    """
    table = _table(path)
    letters = {column: column_letters(column) for column in table.headings}
    proposal = roster_mapping.propose(table)
    beside = path.with_name(f"{path.stem}.toml")
    if mapping is None:
        columns, used = proposal, tuple(c for c in proposal if c.field not in ("", roster_mapping.LEFT))
        if beside.exists():
            raise UsageError(
                "对应表已经在那里了，没有覆盖",
                file=beside.name,
                remedy=f"用它：--map {beside.name}；要重新推荐的，先把它改名。",
            )
        if not used:
            raise UsageError("没有一列认得", file=path.name)
    else:
        used = roster_mapping.from_toml(_told(mapping), table, letters)
        named = {one.column: one for one in used}
        columns = tuple(
            named.get(c.column) or roster_mapping.MappedColumn(c.column, c.heading, roster_mapping.LEFT, 1.0)
            for c in proposal
        )
    households = read_households(table, used, by.today)
    opened = tuple(_already_open(workspace, category, households))
    faults = [fault for one in households for fault in one.faults]
    doubts = [doubt for one in households for doubt in one.doubts]
    if mapping is None:
        durable_files.write_new(beside, roster_mapping.as_toml(table.sheet, columns, letters).encode())
    listed = _write_problems(path, faults, doubts) if faults or doubts else None
    taken = {one.row for one in opened}
    return RosterCheck(
        path.name,
        table.sheet,
        tuple(RosterColumn(letters[c.column], c.heading, c.field, c.score, c.samples) for c in columns),
        len(households),
        sum(len(one.rows) for one in households),
        sum(not one.faults and _first(one) not in taken for one in households),
        tuple(map(_shown, faults)),
        tuple(map(_shown, doubts)),
        opened,
        table.left_out,
        beside if mapping is None else None,
        listed,
    )


def _table(path: Path) -> RosterTable:
    """Return the one table of people in a file.

    Raises:
        UsageError: E001, there is none, or several sheets have one.
    """
    found = [t for sheet in read_any(path) if (t := find_table(sheet, roster_mapping.known_as)) and t.rows]
    if not found:
        raise UsageError(
            "找不到名册的表头（至少要认得两列，如“户主姓名”“身份证号”），或表头下面没有内容", file=path.name,
            remedy="把表头改成常用的名称，或把名册单独另存一份再试。",
        )  # fmt: skip
    if len(found) > 1:
        raise UsageError(
            f"有几张表都像名册：{'、'.join(t.sheet for t in found)}",
            file=path.name,
            remedy="每张表各存成一个文件，分别导入。",
        )
    return found[0]


def _told(mapping: Path) -> dict[str, object]:
    try:
        return dict(parse_toml(read_text(mapping)))
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError("没有这个文件", file=mapping.name) from None
    except ValueError as error:
        raise UsageError(f"对应表读不出来：{error}", file=mapping.name) from None


def _first(household: RosterHousehold) -> str:
    return f"{household.sheet}!{household.rows[0]}"


def _already_open(
    workspace: Workspace, category: Category, households: tuple[RosterHousehold, ...]
) -> Iterator[AlreadyOpen]:
    for one in households:
        number = str(single(one.facts, "applicant").get("id_number") or "")
        for row in workspace.index.find_cases(number) if number else ():
            if row.number.category is not category:
                continue
            case = workspace.archive.read(row.number)
            if case.status is CaseStatus.OPEN and case.fact("applicant.id_number") == number:
                yield AlreadyOpen(_first(one), str(row.number))


def _write_problems(path: Path, faults: list[BadCell], doubts: list[BadCell]) -> Path:
    """Write the faults as a workbook beside the roster, under a name that is free."""
    book = BookWriter()
    sheet = book.sheet(
        "问题", (SheetColumn("单元格", "str", 18), SheetColumn("内容", "str", 24), SheetColumn("为何不收", "text", 60), SheetColumn("怎么办", "str", 12))
    )  # fmt: skip
    sheet.heads()
    for cells, what in ((faults, "改正"), (doubts, "核对")):
        for cell in cells:
            sheet.row((cell.at, cell.value, cell.reason, what))
    number, target = 1, path.with_name(f"{path.stem}-问题.xlsx")
    data = book.data()
    while True:
        try:
            durable_files.write_new(target, data)
        except FileExistsError:
            number += 1
            target = path.with_name(f"{path.stem}-问题-{number}.xlsx")
        else:
            return target


def _shown(cell: BadCell) -> RosterFault:
    return RosterFault(cell.at, cell.value, cell.reason)
