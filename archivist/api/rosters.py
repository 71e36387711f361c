"""A roster of households: looked over, its columns, its households, every fault; then their files opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.result import Result
from archivist.errors import UsageError
from archivist.model.by import By
from archivist.model.ids import Category
from archivist.model.permissions import Act
from archivist.procedure import roster_mapping, roster_opening
from archivist.procedure.roster_look import RosterLook, look_over
from archivist.procedure.roster_reading import BadCell
from archivist.store import durable_files
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

    @classmethod
    def of(cls, cell: BadCell) -> RosterFault:
        """Return a bad cell."""
        return cls(cell.at, cell.value, cell.reason)


@dataclass(frozen=True, slots=True)
class AlreadyOpen:
    """A household of the roster whose holder has an open case of the category already."""

    row: str
    case: str


@dataclass(frozen=True, slots=True)
class OtherCategory:
    """A category of which an exported workbook holds households besides; they are taken when it is asked for."""

    category: str
    households: int


@dataclass(frozen=True, slots=True)
class RosterCheck(Result):
    """What a roster holds.

    Attributes:
        good: households without a fault that have no case yet.
        mapping: the mapping file that was written; nothing when one was given.
        problems: the workbook of faults that was written; nothing when there are none.
        left_out: rows that are no people: titles, sums, feet.
        before: households that an earlier run opened from this very roster.
        elsewhere: of an exported workbook, what it holds of other categories.
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
    before: int
    elsewhere: tuple[OtherCategory, ...]


@dataclass(frozen=True, slots=True)
class RosterImported(Result):
    """What was opened from a roster.

    Attributes:
        opened: the new files.
        before: households that earlier runs had opened from this very roster.
        faults: why others were left out, with ``partial``; ``already_open`` too.
        overtaken: rows of households that somebody else opened meanwhile.
        elsewhere: of an exported workbook, what it holds of other categories.
    """

    SCHEMA: ClassVar[str] = "archivist/import-apply/1"
    file: str
    sheet: str
    category: Category
    households: int
    opened: tuple[str, ...]
    before: int
    faults: tuple[RosterFault, ...]
    already_open: tuple[AlreadyOpen, ...]
    overtaken: tuple[str, ...]
    elsewhere: tuple[OtherCategory, ...]


@dataclass(frozen=True, slots=True)
class BlankRoster(Result):
    """A blank roster that was written, and its headings."""

    SCHEMA: ClassVar[str] = "archivist/case-sheet/1"
    file: Path
    columns: tuple[str, ...]


def blank_roster(path: Path, *, category: Category) -> BlankRoster:
    """Write a blank roster that ``check_roster`` reads back without a mapping.

    Raises:
        UsageError: E001, the file is there already, or nobody is in benefit of the category for longer. WriteFailed: E204.
    """
    from archivist.procedure import roster_blank

    roster_opening.require_lasting(category)
    with durable_files.writing("没有写成", file=path.name):
        try:
            durable_files.write_new(path, roster_blank.blank(category))
        except FileExistsError:
            raise UsageError(
                "这个文件已经在那里了，没有覆盖", file=path.name, remedy="换一个名字。"
            ) from None
    return BlankRoster(path, tuple(head for head, _ in roster_blank.headings(category)))


def check_roster(
    workspace: Workspace,
    by: By,
    path: Path,
    *,
    category: Category,
    mapping: Path | None = None,
    beside: bool = True,
) -> RosterCheck:
    """Look a roster over; nothing is written to the archive.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        path: the roster.
        category: what its households are in.
        mapping: the mapping a clerk put right; without one it is proposed.
        beside: write the mapping that is proposed, and the workbook of faults, beside the roster.

    Raises:
        UsageError: E001, no table of people is found, or the mapping does not fit; the file for the mapping is there already.
    """
    look = look_over(workspace, by, path, category, mapping)
    proposed = (
        path.with_name(f"{path.stem}.toml") if beside and mapping is None and not look.is_export else None
    )
    if proposed and proposed.exists():
        raise UsageError(
            "对应表已经在那里了，没有覆盖",
            file=proposed.name,
            remedy=f"用它：--map {proposed.name}；要重新推荐的，先把它改名。",
        )
    faults = [fault for one in look.households for fault in one.faults]
    doubts = [doubt for one in look.households for doubt in one.doubts]
    if proposed:
        told = roster_mapping.as_toml(look.table.sheet, look.columns, look.letters)
        durable_files.write_new(proposed, told.encode())
    listed = _write_problems(path, faults, doubts) if beside and (faults or doubts) else None
    return RosterCheck(
        path.name,
        look.table.sheet,
        tuple(
            RosterColumn(look.letters[c.column], c.heading, c.field, c.score, c.samples) for c in look.columns
        ),
        len(look.households),
        sum(len(one.rows) for one in look.households),
        len(look.good),
        tuple(map(RosterFault.of, faults)),
        tuple(map(RosterFault.of, doubts)),
        already_open(look),
        look.table.left_out,
        proposed,
        listed,
        len(look.before),
        _elsewhere(look),
    )


@authorised(Act.IMPORT_ROSTER)
def import_roster(
    workspace: Workspace,
    by: By,
    path: Path,
    *,
    category: Category,
    mapping: Path | None = None,
    partial: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> RosterImported:
    """Open a file for every household of a roster, taken over as it stands in benefit; those an earlier run opened are passed over.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        path: the roster.
        category: what its households are in.
        mapping: the mapping a clerk put right; not needed where every column is known by its whole heading.
        partial: take the good households though others are not.
        progress: called with how many are opened, and of how many.

    Raises:
        UsageError: E001, as of ``check_roster``, or a column is not surely known. InvalidValue: E002, a household is not good
            and nobody said ``partial``; nothing was written. NotDelegated: E503.
    """
    with workspace.writing(by):
        pass  # what a run that died left is healed, and the index knows of it
    look = look_over(workspace, by, path, category, mapping)
    if mapping is None:
        roster_opening.require_sure(look, path.name)
    if not partial:
        roster_opening.require_good(look, path.name)
    done = roster_opening.open_households(workspace, by, category, look, progress)
    left = [one for one in look.households if one.faults]
    return RosterImported(
        path.name,
        look.table.sheet,
        category,
        len(look.households),
        tuple(map(str, done.opened)),
        len(look.before),
        tuple(RosterFault.of(fault) for one in left for fault in one.faults),
        already_open(look),
        tuple(f"{one.sheet}!{one.rows[0]}" for one in done.overtaken),
        _elsewhere(look),
    )


def _elsewhere(look: RosterLook) -> tuple[OtherCategory, ...]:
    return tuple(OtherCategory(name, count) for name, count in look.elsewhere.items())


def already_open(look: RosterLook) -> tuple[AlreadyOpen, ...]:
    """Return the households whose holder has a case of the category."""
    rows = {one.key: f"{one.sheet}!{one.rows[0]}" for one in look.households}
    return tuple(AlreadyOpen(rows[key], str(number)) for key, number in look.opened.items())


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
