"""A roster's rows as households: every cell checked, every fault with its place; nothing is guessed.

A household with a fault is not taken; the others are read as they are.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from archivist.errors import InvalidValue
from archivist.model import persons
from archivist.model.fact_paths import FactPath
from archivist.model.facts import NO_FACTS, Facts, parse_facts, single
from archivist.model.field_schema import APPLICANT, GROUP_BY_NAME, MEMBERS, Field
from archivist.model.household import APPLICANT_RELATIONS, NOTHING_PAID, RECOGNISED
from archivist.model.ids import OLD_ID, Category, clean_id, narrow
from archivist.procedure.roster_headings import RosterTable
from archivist.procedure.roster_mapping import (
    HEAD_ID,
    HEAD_NAME,
    ID_NUMBER,
    KEY,
    NAME,
    RELATION,
    MappedColumn,
)
from archivist.tables.reader import SheetRow, Value

_EPOCH: Final = dt.date(1899, 12, 30)
_SERIALS: Final = range(3654, 73051)
"""Days of a spreadsheet from 1910 to the end of 2099."""
_NUMBERED: Final = "身份证号、账号是数值，末几位可能已经丢失；请照原件重填为文本"
_RELATIONS: Final = dict(
    pair.split("=") for pair in (
        "01=本人 02=户主 10=配偶 11=丈夫 12=妻子 20=儿子 21=独生子 22=长子 23=次子 24=三子 27=养子或继子 28=女婿 30=女儿"
        " 31=独生女 32=长女 33=次女 34=三女 37=养女或继女 38=儿媳 40=孙辈 41=孙子 42=孙女 43=外孙子 44=外孙女 50=父母"
        " 51=父亲 52=母亲 53=公公 54=婆婆 55=岳父 56=岳母 57=继父或养父 58=继母或养母 60=祖父母 61=祖父 62=祖母 63=外祖父"
        " 64=外祖母 70=兄弟姐妹 71=兄 72=嫂 73=弟 74=弟媳 75=姐姐 76=姐夫 77=妹妹 78=妹夫 97=其他亲属 98=非亲属"
    ).split()
)  # fmt: skip
"""GB/T 4761: code → word."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """What is wrong in a roster: where (``表!C5``), what stands there, why it cannot be taken."""

    at: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class RosterHousehold:
    """One household of a roster. ``doubts`` are to be looked at and keep nothing back."""

    key: str
    sheet: str
    rows: tuple[int, ...]
    facts: Facts
    faults: tuple[BadCell, ...]
    doubts: tuple[BadCell, ...]


@dataclass(slots=True)
class HouseholdDraft:
    """A household while it is read."""

    key: str
    rows: list[SheetRow] = field(default_factory=list)
    faults: list[BadCell] = field(default_factory=list)
    doubts: list[BadCell] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=lambda: NO_FACTS)


def read_households(
    table: RosterTable, columns: tuple[MappedColumn, ...], category: Category, today: dt.date
) -> tuple[RosterHousehold, ...]:
    """Return the households of a roster, with everything that is wrong.

    Args:
        table: the table as found.
        columns: what its columns are.
        category: what its households are in.
        today: civil day on which it is read.
    """
    at = {one.field: one.column for one in columns}
    without = (FactPath.BENEFIT_AMOUNT,) if category in RECOGNISED else ()
    drafts = _grouped(table, at)
    for draft in drafts:
        _fill(draft, at, without, today)
    return finished(drafts, table.sheet)


def finished(drafts: Collection[HouseholdDraft], sheet: str) -> tuple[RosterHousehold, ...]:
    """Return what was read; of whoever stands in two of the households both are told."""
    _tell_doubles(drafts)
    return tuple(
        RosterHousehold(
            d.key, sheet, tuple(row.number for row in d.rows), d.facts, tuple(d.faults), tuple(d.doubts)
        )
        for d in drafts
    )


def _grouped(table: RosterTable, at: Mapping[str, int]) -> list[HouseholdDraft]:
    """Put rows together: by the household's number, else the holder's ID number, else merged cells of the holder."""
    by_person = NAME in at or RELATION in at
    for path in (KEY, HEAD_ID) if by_person else ():
        if path in at:
            return _by_value(table, at[path])
    if not by_person:
        return [HouseholdDraft(str(row.number), [row]) for row in table.rows]
    merged = at.get(HEAD_NAME)
    found: dict[str, HouseholdDraft] = {}
    for row in table.rows:
        start = table.together.get((row.number, merged)) if merged is not None else None
        draft = found.setdefault(str(start or row.number), HouseholdDraft(str(start or row.number)))
        draft.rows.append(row)
        if start is None:
            draft.faults.append(
                BadCell(
                    stands_at(row, merged or 0),
                    "",
                    "看不出属于哪一户：没有户编号、户主证号，户主一格也没有合并",
                )
            )
    return list(found.values())


def _by_value(table: RosterTable, column: int) -> list[HouseholdDraft]:
    found: dict[str, HouseholdDraft] = {}
    for row in table.rows:
        value = _text(row.values[column])
        key = value or f"第 {row.number} 行"
        draft = found.setdefault(key, HouseholdDraft(key))
        draft.rows.append(row)
        if not value:
            draft.faults.append(BadCell(stands_at(row, column), "", "没有填属于哪一户"))
        elif isinstance(row.values[column], float | int) and len(value) > 15:
            draft.faults.append(BadCell(stands_at(row, column), value, _NUMBERED))
    return list(found.values())


def _fill(draft: HouseholdDraft, at: Mapping[str, int], without: Collection[str], today: dt.date) -> None:
    raw: dict[str, dict[str, object]] = defaultdict(dict)
    members: list[dict[str, object]] = []
    stood: dict[tuple[str, str], tuple[object, str]] = {}
    for row in draft.rows:
        person: dict[str, object] = {}
        for path, column in at.items():
            group_key, _, key = path.partition(".")
            declared = GROUP_BY_NAME[group_key].by_name[key] if key else None
            if declared is None or column >= len(row.values):
                continue
            value = (_no_amount if path in without else _cell)(draft, row, column, declared)
            if value is None:
                continue
            if group_key == MEMBERS.key:
                person[key] = value
                continue
            earlier, place = stood.setdefault((group_key, key), (value, stands_at(row, column)))
            if earlier != value:
                draft.faults.append(
                    BadCell(stands_at(row, column), _text(row.values[column]), f"与同一户的 {place} 不一致")
                )
            raw[group_key][key] = value
        if person:
            _seat(draft, row, at, person, raw[APPLICANT.key], members)
    head = raw[APPLICANT.key]
    first = draft.rows[0]
    for key, path, mine in (("name", HEAD_NAME, NAME), ("id_number", HEAD_ID, ID_NUMBER)):
        if not head.get(key) and not draft.faults:
            draft.faults.append(
                BadCell(
                    stands_at(first, at.get(path, at.get(mine, 0))),
                    "",
                    f"没有户主（申请人）的{APPLICANT.by_name[key].label}",
                )
            )
    others = [m for m in members if m.get("id_number") != head.get("id_number") or not m.get("id_number")]
    facts = {group: values for group, values in raw.items() if values} | (
        {MEMBERS.key: others} if others else {}
    )
    if draft.faults:
        return
    try:
        settled = persons.settled(parse_facts(facts), today=today)
    except InvalidValue as error:
        draft.faults += [
            BadCell(stands_at(first, 0), "", problem) for problem in error.problems or (error.what,)
        ]
        return
    draft.facts = settled.facts
    assert single(settled.facts, APPLICANT.key)


def _seat(
    draft: HouseholdDraft, row: SheetRow, at: Mapping[str, int], person: dict[str, object],
    head: dict[str, object], members: list[dict[str, object]],
) -> None:  # fmt: skip
    """Put whoever a row is of where he belongs: the holder's facts to the applicant, all others among the members."""
    if str(person.get("relation", "")) not in APPLICANT_RELATIONS:
        members.append(person)
        return
    for key, value in person.items():
        if key in APPLICANT.by_name and head.setdefault(key, value) != value:
            column = at.get(f"{MEMBERS.key}.{key}", 0)
            draft.faults.append(
                BadCell(
                    stands_at(row, column), _text(row.values[column]), "与户主一栏不一致，或一户有两个户主"
                )
            )


def _cell(draft: HouseholdDraft, row: SheetRow, column: int, declared: Field) -> object:
    """Return a cell's value as it is stored; ``None`` where there is nothing, or something that cannot be taken."""
    value, place = row.values[column], stands_at(row, column)
    text = _text(value)
    if not text or (text in ("-", "—", "/", "无") and declared.kind not in ("enum", "str")):
        return None
    try:
        if declared.kind in ("id", "acct", "old_id") and not isinstance(value, str):
            raise InvalidValue(_NUMBERED)
        if declared.kind in ("id", "acct") and re.fullmatch(r"\d(\.\d+)?[Ee]\+?\d+", text):
            raise InvalidValue(_NUMBERED)
        given: object = text
        if declared.kind == "date":
            given = _day(value, text)
            if given is None:
                if declared.key == "birth_date":
                    return None
                raise InvalidValue("只有年月，没有日")
        elif declared.kind == "ym":
            given = _month(value, text)
        elif declared.key == "relation":
            given = _RELATIONS.get(text.zfill(2), text)
        parsed = declared.parse(given)
    except InvalidValue as error:
        draft.faults.append(BadCell(place, text, error.what))
        return None
    if declared.kind == "id":
        draft.ids.setdefault(str(parsed), place)
        if OLD_ID.fullmatch(clean_id(text)):
            draft.doubts.append(BadCell(place, text, "15 位旧号，已换算成 18 位，待核"))
            return text
    return list(parsed) if isinstance(parsed, tuple) else parsed


def _no_amount(draft: HouseholdDraft, row: SheetRow, column: int, _declared: Field) -> None:
    """Take no amount where nothing is paid, and tell of one: the roster, or the category it is read as, is another. Nought says as much."""
    text = _text(row.values[column])
    if any(digit in narrow(text) for digit in "123456789"):
        draft.faults.append(BadCell(stands_at(row, column), text, NOTHING_PAID))


def _day(value: Value, text: str) -> str | None:
    """Return a day of any of the ways rosters write it; ``None`` where only the month is told."""
    if isinstance(value, dt.date):
        return (value.date() if isinstance(value, dt.datetime) else value).isoformat()
    if re.fullmatch(r"\d{5}", text) and int(text) in _SERIALS:
        return (_EPOCH + dt.timedelta(days=int(text))).isoformat()
    if match := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text):
        return "-".join(match.groups())
    if re.fullmatch(r"\d{4}[.年/-]\d{1,2}月?|\d{6}", text):
        return None
    return text


def _month(value: Value, text: str) -> str:
    day = _day(value, text)
    if day is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        return day[:7]
    match = re.match(r"(\d{4})[.年/-]?(\d{1,2})", text)
    return f"{match[1]}-{int(match[2]):02d}" if match and day is None else text


def _tell_doubles(drafts: Collection[HouseholdDraft]) -> None:
    """Tell of whoever stands in two households of the roster; neither is taken."""
    seen: dict[str, list[tuple[HouseholdDraft, str]]] = defaultdict(list)
    for draft in drafts:
        for number, place in draft.ids.items():
            seen[number].append((draft, place))
    for places in seen.values():
        for draft, place in places if len(places) > 1 else ():
            others = "、".join(other for one, other in places if one is not draft)
            draft.faults.append(BadCell(place, "", f"同一证号也在另一户：{others}"))


def _text(value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else narrow(str(value)).strip() if isinstance(value, str) else str(value)


def stands_at(row: SheetRow, column: int) -> str:
    """Return where a cell stands: ``表!C5``."""
    return f"{row.sheet}!{row.address(column)}"
