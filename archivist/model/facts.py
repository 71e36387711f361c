"""What is known about a household, read from flags, TOML, JSON or a sheet, and changed fact by fact.

Facts live in events only. Keys are accepted in English (``applicant.name``) and in Chinese (``申请人.姓名``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from archivist.errors import InvalidValue
from archivist.model.field_schema import (
    AGENT,
    APPLICANT,
    GROUP_BY_NAME,
    GROUPS,
    MEMBERS,
    OBLIGORS,
    OLD_ID_NUMBER,
    Field,
    Group,
)
from archivist.model.ids import FREE_PAPERS, OLD_ID, clean_id
from archivist.model.invisible import without_invisible
from archivist.model.values import Value, parse_value, require_text
from archivist.near_words import did_you_mean

Row = Mapping[str, Value]
Facts = Mapping[str, "Row | tuple[Row, ...]"]
NO_FACTS: Final[Facts] = MappingProxyType({})


def parse_facts(raw: Mapping[str, object]) -> Facts:
    """Check everything known of a household at once.

    Args:
        raw: group → fields, or group → list of rows, with English or Chinese keys.

    Raises:
        InvalidValue: E002, listing every wrong value by its Chinese name and key.
    """
    problems: list[str] = []
    facts: dict[str, Row | tuple[Row, ...]] = {}
    named: dict[str, str] = {}
    for name, value in raw.items():
        group = GROUP_BY_NAME.get(without_invisible(str(name)).strip())
        if group is None:
            problems.append(
                f"没有“{name}”这一组{_near_group(str(name)) or '；'}可用：{'、'.join(f'{g.label}({g.key})' for g in GROUPS)}"
            )
        elif (earlier := named.setdefault(group.key, str(name))) != str(name):
            problems.append(f"“{earlier}”和“{name}”是同一组，不知道以哪个为准")
        elif group.many:
            rows = _parse_rows(group, value, problems)
            if rows:
                facts[group.key] = rows
        elif not isinstance(value, Mapping):
            problems.append(f"{group.label}({group.key}) 应为一组 键 = 值")
        elif row := _parse_row(group, value, group.label, group.key, problems):
            facts[group.key] = row
    if problems:
        raise InvalidValue("户档信息有误", problems=problems)
    return MappingProxyType(facts)


def _near_group(name: str) -> str:
    return did_you_mean(name, GROUP_BY_NAME)


def _parse_rows(group: Group, value: object, problems: list[str]) -> tuple[Row, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(r, Mapping) for r in value):
        problems.append(f"{group.label}({group.key}) 应为多行表格")
        return ()
    rows = (
        _parse_row(group, r, f"{group.label}第 {i} 行", f"{group.key}[{i}]", problems)
        for i, r in enumerate(value, 1)
    )
    return tuple(r for r in rows if r)


def _parse_row(group: Group, raw: Mapping[object, object], label: str, key: str, problems: list[str]) -> Row:
    row: dict[str, Value] = {}
    named: dict[str, str] = {}
    old = ""
    free_id = without_invisible(str(raw.get("id_type") or raw.get("证件类型") or "")) in FREE_PAPERS
    for name, value in raw.items():
        declared = group.by_name.get(without_invisible(str(name)).strip())
        if declared is None:
            problems.append(f"{label}没有“{name}”这一项{did_you_mean(str(name), group.by_name)}")
            continue
        if (earlier := named.setdefault(declared.key, str(name))) != str(name):
            problems.append(f"{label}：“{earlier}”和“{name}”是同一项，不知道以哪个为准")
            continue
        try:
            kind = declared.kind
            if kind == "id" and free_id and value is not None:
                require_text(value)
                kind = "str"
            parsed = parse_value(kind, value, declared.choices)
        except InvalidValue as error:
            problems.append(f"{label}·{declared.label}({key}.{declared.key})：{error.what}")
            continue
        if parsed is not None:
            row[declared.key] = parsed
        if kind == "id" and OLD_ID.fullmatch(written := clean_id(str(value))):
            old = written
    return MappingProxyType(row | {OLD_ID_NUMBER.key: old} if old else row)


@dataclass(frozen=True, slots=True)
class Path:
    """Where one fact stands: ``applicant.phone``, ``members[2].name`` (rows counted from 1), or a whole group."""

    group: Group
    row: int | None
    field: Field | None

    @classmethod
    def parse(cls, text: str) -> Path:
        """Read a path in English or Chinese.

        Raises:
            InvalidValue: E002, when no such fact is declared.
        """
        match = re.fullmatch(r"\s*([^.\[\]]+)(?:\[(\d+)\])?(?:\.(.+?))?\s*", without_invisible(text))
        group = GROUP_BY_NAME.get(match[1].strip()) if match else None
        if not match or group is None:
            near = _near_group(match[1]) if match else ""
            raise InvalidValue(
                f"没有“{text}”这一项{near or '；'}组名可用：{'、'.join(g.label for g in GROUPS)}"
            )
        declared = group.by_name.get(match[3].strip()) if match[3] else None
        if match[3] and declared is None:
            near = did_you_mean(match[3], group.by_name)
            raise InvalidValue(
                f"{group.label}没有“{match[3]}”{near or '；'}可用：{'、'.join(f.label for f in group.fields)}"
            )
        if declared and group.many and match[2] is None:
            raise InvalidValue(f"{group.label}有多行，请写明第几行，如 {group.label}[1].{declared.label}")
        return cls(group, int(match[2]) if match[2] else None, declared)

    @property
    def label(self) -> str:
        """The Chinese name: ``申请人·姓名``."""
        row = f"第 {self.row} 行" if self.row else ""
        return f"{self.group.label}{row}" + (f"·{self.field.label}" if self.field else "")

    def __str__(self) -> str:
        row = f"[{self.row}]" if self.row else ""
        return f"{self.group.key}{row}" + (f".{self.field.key}" if self.field else "")


def merge(facts: Facts, changes: Facts) -> Facts:
    """Return the facts with the changes laid over: single groups field by field, tables as a whole."""
    merged = dict(facts)
    for key, value in changes.items():
        old = merged.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            merged[key] = MappingProxyType({**old, **value})
        else:
            merged[key] = value
    return MappingProxyType(merged)


def set_fact(facts: Facts, path: Path, value: object) -> Facts:
    """Return the facts with one fact changed; an empty value removes it; row = count + 1 adds a row.

    Raises:
        InvalidValue: E002, when the value does not fit or the row does not exist.
    """
    plain = to_plain(facts)
    if path.field is None:
        if value in (None, ""):
            plain.pop(path.group.key, None)
            return parse_facts(plain)
        raise InvalidValue(
            f"请写明 {path.group.label} 的哪一项，如 {path.group.label}.{path.group.fields[0].label}"
        )
    if path.group.many:
        rows = plain.setdefault(path.group.key, [])
        assert isinstance(rows, list) and path.row is not None
        if not 1 <= path.row <= len(rows) + 1:
            raise InvalidValue(f"{path.group.label}只有 {len(rows)} 行，不能改第 {path.row} 行")
        if path.row == len(rows) + 1:
            rows.append({})
        target = rows[path.row - 1]
    else:
        single = plain.setdefault(path.group.key, {})
        assert isinstance(single, dict)
        target = single
    target[path.field.key] = value
    return parse_facts(plain)


def to_plain(facts: Facts) -> dict[str, dict[str, object] | list[dict[str, object]]]:
    """Return facts as plain dictionaries and lists, ready for JSON or TOML. ``parse_facts`` reads them back."""

    def row(r: Row) -> dict[str, object]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in r.items()}

    return {k: row(v) if isinstance(v, Mapping) else [row(r) for r in v] for k, v in facts.items()}


def single(facts: Facts, group: str) -> Row:
    """Return a single group, empty when nothing is known."""
    value = facts.get(group)
    return value if isinstance(value, Mapping) else MappingProxyType({})


def fact(facts: Facts, path: str) -> Value | None:
    """Return the fact of a single group at a path, ``None`` when it is not known."""
    group, _, key = path.partition(".")
    return single(facts, group).get(key)


def rows(facts: Facts, group: str) -> tuple[Row, ...]:
    """Return a table's rows, none when nothing is known."""
    value = facts.get(group)
    return value if isinstance(value, tuple) else ()


class Part(StrEnum):
    """What somebody is to a case."""

    APPLICANT = "申请人"
    AGENT = "代理人"
    MEMBER = "成员"
    OBLIGOR = "义务人"
    FORMER = "原成员"


def people(facts: Facts) -> Iterable[tuple[Part, Row]]:
    """Yield everyone named in the case with their part."""
    for group, part in ((APPLICANT, Part.APPLICANT), (AGENT, Part.AGENT)):
        if (row := single(facts, group.key)).get("name"):
            yield part, row
    for group, part in ((MEMBERS, Part.MEMBER), (OBLIGORS, Part.OBLIGOR)):
        for row in rows(facts, group.key):
            if row.get("name"):
                yield part, row
