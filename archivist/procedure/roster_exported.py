"""The workbook that ``export`` writes, read back: a sheet for each group of facts, the household's number before every row.

Every fact comes back as it was. What is no fact does not: papers, steps, and where a household stood; only one that was in
benefit can be taken over, and it is taken over as it stands.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from archivist.errors import InvalidValue
from archivist.model import persons
from archivist.model.facts import Facts, parse_facts
from archivist.model.field_schema import APPLICANT, GROUPS, MEMBERS, Field, Group
from archivist.model.household import NOTHING_PAID, unpaid_amount
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.procedure.roster_headings import RosterTable
from archivist.procedure.roster_mapping import SURE, MappedColumn
from archivist.procedure.roster_reading import (
    BadCell,
    HouseholdDraft,
    RosterHousehold,
    finished,
    stands_at,
)
from archivist.tables.any_sheet import LooseSheet
from archivist.tables.reader import SheetRow, Value, column_letters

HEADS: Final = ("户号", "类别", "办理状态", "立户日期")
"""What stands before the facts in every sheet."""
_NUMBER, _CATEGORY, _STATE = range(3)
_COVERED: Final = "*"
_WITHOUT_NUMBERS: Final = "导出时没有加 --full，号码是遮住的；请用 export --full 重新导出"


@dataclass(frozen=True, slots=True)
class ExportedHouseholds:
    """What a workbook of an export holds of one category.

    Attributes:
        table: the applicants' sheet.
        columns: those of all sheets.
        letters: column → its letters, with the sheet they stand in.
        households: with everything that is wrong.
        elsewhere: how many households of other categories there are besides, by the category's name.
    """

    table: RosterTable
    columns: tuple[MappedColumn, ...]
    letters: Mapping[int, str]
    households: tuple[RosterHousehold, ...]
    elsewhere: Mapping[str, int]


def is_export(sheets: Sequence[LooseSheet]) -> bool:
    """Tell whether all sheets of a workbook are such as ``export`` writes."""
    return all(_group_of(sheet) for sheet in sheets) and sheets[0].title == APPLICANT.label


def read_export(sheets: Sequence[LooseSheet], category: Category, today: dt.date) -> ExportedHouseholds:
    """Return the households of an exported workbook that are in a category.

    Args:
        sheets: of a workbook that ``is_export``.
        category: what its households are in.
        today: civil day on which it is read.
    """
    drafts: dict[str, HouseholdDraft] = {}
    raw: dict[str, dict[str, object]] = defaultdict(dict)
    rows: dict[str, list[SheetRow]] = defaultdict(list)
    elsewhere: Counter[str] = Counter()
    for row in sheets[0].rows[1:]:
        of, number = _text(row.values[_CATEGORY]), _text(row.values[_NUMBER])
        if of != category.label:
            elsewhere[of or "没有写类别"] += 1
            continue
        draft = drafts.setdefault(number, HouseholdDraft(number))
        draft.rows.append(row)
        if not number or len(draft.rows) > 1:
            draft.faults.append(
                BadCell(stands_at(row, _NUMBER), number, "没有户号" if not number else "这个户号有两行")
            )
        if (stands := _text(row.values[_STATE])) != State.IN_BENEFIT.label:
            draft.faults.append(
                BadCell(stands_at(row, _STATE), stands, "只有“在享”的户能接管；别的户请用 case open 重新立户")
            )
    for sheet in sheets:
        group = _group_of(sheet)
        assert group is not None
        for row in sheet.rows[1:]:
            number = _text(row.values[_NUMBER])
            if found := drafts.get(number):
                rows[number].append(row)
                values = _facts_of(found, row, group)
                if group.many:
                    table = raw[number].setdefault(group.key, [])
                    assert isinstance(table, list)
                    table.append(values)
                else:
                    raw[number][group.key] = values
    for number, draft in drafts.items():
        if not draft.faults:
            draft.facts = _settled(draft, raw[number], category, today)
    columns, letters = _columns(sheets)
    table = RosterTable(
        APPLICANT.label, dict(enumerate(map(str, sheets[0].rows[0].values))), sheets[0].rows[1:], {}, ()
    )
    return ExportedHouseholds(
        table, columns, letters, finished(drafts.values(), table.sheet), MappingProxyType(elsewhere)
    )


def _group_of(sheet: LooseSheet) -> Group | None:
    """Return the group of facts a sheet is of, where its title and all its headings are those of one."""
    heads = tuple(sheet.rows[0].values)
    for group in GROUPS:
        if sheet.title == group.label and heads == (*HEADS, *(field.label for field in group.fields)):
            return group
    return None


def _facts_of(draft: HouseholdDraft, row: SheetRow, group: Group) -> dict[str, object]:
    found: dict[str, object] = {}
    for column, declared in enumerate(group.fields, len(HEADS)):
        value = row.values[column]
        if value is None or value == "":
            continue
        if declared.kind in ("id", "old_id", "acct") and _COVERED in str(value):
            draft.faults.append(BadCell(stands_at(row, column), str(value), _WITHOUT_NUMBERS))
            continue
        try:
            found[declared.key] = _told(declared, value)
        except InvalidValue as error:
            draft.faults.append(BadCell(stands_at(row, column), str(value), error.what))
        if declared.kind == "id" and group in (APPLICANT, MEMBERS):
            draft.ids.setdefault(str(value), stands_at(row, column))
    return found


def _told(declared: Field, value: Value) -> object:
    """Return what ``parse_facts`` takes; a cell that somebody changed may be wrong."""
    given = value.split("、") if declared.kind == "multi" and isinstance(value, str) else value
    if declared.kind != "id":  # papers of another kind have numbers of their own; ``parse_facts`` knows
        declared.parse(given)
    return given


def _settled(draft: HouseholdDraft, raw: Mapping[str, object], category: Category, today: dt.date) -> Facts:
    first = draft.rows[0]
    facts = draft.facts
    try:
        facts = persons.settled(parse_facts(raw), today=today).facts
    except InvalidValue as error:
        draft.faults += [
            BadCell(stands_at(first, _NUMBER), draft.key, why) for why in error.problems or (error.what,)
        ]
    if amount := unpaid_amount(category, facts):
        draft.faults.append(BadCell(stands_at(first, _NUMBER), amount, NOTHING_PAID))
    return facts


def _columns(sheets: Sequence[LooseSheet]) -> tuple[tuple[MappedColumn, ...], Mapping[int, str]]:
    columns: list[MappedColumn] = []
    letters: dict[int, str] = {}
    for sheet in sheets:
        group = _group_of(sheet)
        for at, declared in enumerate(group.fields if group else (), len(HEADS)):
            number = len(columns)
            letters[number] = f"{sheet.title}!{column_letters(at)}"
            path = f"{group.key if group else ''}.{declared.key}"
            columns.append(MappedColumn(number, declared.label, path, SURE))
    return tuple(columns), letters


def _text(value: Value) -> str:
    return "" if value is None else str(value).strip()
