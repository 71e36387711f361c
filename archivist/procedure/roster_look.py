"""A roster looked over: what its columns are, its households, and what of them the archive holds already."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from archivist.errors import UsageError
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Facts, Part, people, single
from archivist.model.household import TEMPORARY
from archivist.model.ids import CaseNo, Category
from archivist.model.persons import numbers_of
from archivist.model.plain_json import parse_toml
from archivist.model.taken_over import imported
from archivist.procedure import roster_exported, roster_mapping
from archivist.procedure.roster_headings import RosterTable, find_table
from archivist.procedure.roster_mapping import MappedColumn
from archivist.procedure.roster_reading import BadCell, RosterHousehold, read_households
from archivist.search import people_on_file
from archivist.store import machine_clock
from archivist.tables.any_sheet import LooseSheet, read_any
from archivist.tables.filled_in import read_text
from archivist.tables.reader import column_letters
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RosterLook:
    """What a roster holds, and what of it the archive holds already.

    Attributes:
        sha256: of the file, by which what was opened from it is known again.
        columns: every column and what it is taken for.
        letters: column → its letters.
        households: with everything that is wrong, people who stand in another household of the archive too.
        opened: household's key → the open case of its holder in the category.
        before: household's key → the case that an earlier run opened from this very row.
        is_export: it is the workbook that ``export`` writes; its columns need no mapping.
        elsewhere: of an export, how many households of other categories it holds besides.
    """

    sha256: str
    table: RosterTable
    columns: tuple[MappedColumn, ...]
    letters: Mapping[int, str]
    households: tuple[RosterHousehold, ...]
    opened: Mapping[str, CaseNo]
    before: Mapping[str, CaseNo]
    is_export: bool = False
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    @property
    def good(self) -> tuple[RosterHousehold, ...]:
        """The households without a fault that have no case yet."""
        held = {*self.opened, *self.before}
        return tuple(one for one in self.households if not one.faults and one.key not in held)


def look_over(
    workspace: Workspace, by: By, path: Path, category: Category, mapping: Path | None = None
) -> RosterLook:
    """Look a roster over; nothing is written.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        path: the roster.
        category: what its households are in.
        mapping: the mapping a clerk put right; without one it is proposed.

    Raises:
        UsageError: E001, no table of people is found, no column is known, or the mapping does not fit.
    """
    sheets, digest = read_any(path), hashlib.sha256(path.read_bytes()).hexdigest()
    if roster_exported.is_export(sheets):
        if mapping:
            raise UsageError(
                "这是 export 导出的户档，各列都认得，不用对应表", file=path.name, remedy="去掉 --map。"
            )
        found = roster_exported.read_export(sheets, category, by.today)
        checked, opened, known = _held(workspace, digest, category, found.table, found.households)
        return RosterLook(
            digest, found.table, found.columns, found.letters, checked, opened, known, True, found.elsewhere
        )
    table = _table(sheets, path.name)
    letters = {column: column_letters(column) for column in table.headings}
    columns = roster_mapping.propose(table)
    if mapping is None:
        used = tuple(c for c in columns if c.field not in ("", roster_mapping.LEFT))
        if not used:
            raise UsageError("没有一列认得", file=path.name)
    else:
        used = roster_mapping.from_toml(_told(mapping), table, letters)
        named = {one.column: one for one in used}
        left = roster_mapping.LEFT
        columns = tuple(
            named.get(c.column) or MappedColumn(c.column, c.heading, left, 1.0, c.samples) for c in columns
        )
    households = read_households(table, used, category, by.today)
    checked, opened, known = _held(workspace, digest, category, table, households)
    return RosterLook(digest, table, columns, letters, checked, opened, known)


def _held(
    workspace: Workspace,
    digest: str,
    category: Category,
    table: RosterTable,
    households: tuple[RosterHousehold, ...],
) -> tuple[tuple[RosterHousehold, ...], dict[str, CaseNo], dict[str, CaseNo]]:
    """Return the households, with whoever of them stands in another one told; whose holder has a case; and what was opened before."""
    before = opened_from(workspace, digest, category)
    keys = {(table.sheet, one.rows[0]): one.key for one in households}
    known = {keys[row]: number for row, number in before.items() if row in keys}
    opened, checked = _held_already(workspace, category, households, known)
    return checked, opened, known


def opened_from(
    workspace: Workspace, digest: str, category: Category, among: Iterable[CaseNo] | None = None
) -> dict[tuple[str, int], CaseNo]:
    """Return the cases that were opened from a roster, by sheet and row; read from the archive, whatever the index knows."""
    found = {}
    for number in workspace.archive.case_numbers() if among is None else among:
        if number.category is not category:
            continue
        first = machine_clock.read_event(workspace.archive.folder(number), 1)
        origin = imported(first.source) if first else None
        if origin and origin[0] == digest:
            found[origin[1], origin[2]] = number
    return found


def ids_of(facts: Facts) -> frozenset[str]:
    """Return every number by which somebody of a household may stand in another one."""
    return frozenset(
        number
        for part, row in people(facts)
        if part in (Part.APPLICANT, Part.MEMBER)
        for number in numbers_of(row)
    )


def _held_already(
    workspace: Workspace,
    category: Category,
    households: tuple[RosterHousehold, ...],
    before: Mapping[str, CaseNo],
) -> tuple[dict[str, CaseNo], tuple[RosterHousehold, ...]]:
    """Return whose holder has a case of the category, and the households with whom of them stands in another one told."""
    wanted = {one.key: ids_of(one.facts) for one in households}
    everybody = frozenset().union(*wanted.values()) if wanted else frozenset()
    cases = workspace.index.ask(lambda catalogue: people_on_file.cases_with_ids(catalogue, everybody))
    standing: dict[str, list[Case]] = {}
    for number in {*cases} - {*before.values()}:
        case = workspace.archive.read(number)
        if case.status is CaseStatus.OPEN and not case.state.ended and case.category not in TEMPORARY:
            for one in ids_of(case.facts):
                standing.setdefault(one, []).append(case)
    opened: dict[str, CaseNo] = {}
    named: set[CaseNo] = set()
    checked = []
    for household in households:
        near = {c.number: c for one in wanted[household.key] for c in standing.get(one, ())}
        if household.key not in before and near:
            found, faults = _against(household, category, near.values())
            named |= {*near} if faults else set()
            opened |= {household.key: found} if found else {}
            household = replace(household, faults=(*household.faults, *faults))
        checked.append(household)
    workspace.archive.access.disclose(sorted(named | {*opened.values()}))
    return opened, tuple(checked)


def _against(
    household: RosterHousehold, category: Category, cases: Collection[Case]
) -> tuple[CaseNo | None, list[BadCell]]:
    holder = single(household.facts, "applicant").get("id_number")
    faults, opened = [], None
    for case in sorted(cases, key=lambda c: c.number):
        if holder and case.fact(FactPath.APPLICANT_ID_NUMBER) == holder:
            opened = case.number if case.category is category else opened
            continue
        for shared in sorted(ids_of(household.facts) & ids_of(case.facts)):
            place = f"{household.sheet}!{household.rows[0]}"
            faults.append(BadCell(place, shared, f"已在档案库的另一户：{case.number}"))
    return opened, faults


def _table(sheets: Iterable[LooseSheet], name: str) -> RosterTable:
    """Return the one table of people in a file of this name.

    Raises:
        UsageError: E001, there is none, or several sheets have one.
    """
    found = [t for sheet in sheets if (t := find_table(sheet, roster_mapping.known_as)) and t.rows]
    if not found:
        raise UsageError(
            "找不到名册的表头（至少要认得两列，如“户主姓名”“身份证号”），或表头下面没有内容", file=name,
            remedy="把表头改成常用的名称，或把名册单独另存一份再试。",
        )  # fmt: skip
    if len(found) > 1:
        raise UsageError(
            f"有几张表都像名册：{'、'.join(t.sheet for t in found)}",
            file=name,
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
