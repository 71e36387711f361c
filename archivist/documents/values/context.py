"""Everything one document may draw on: the case, the office, the day, what the clerk and the rules add."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archivist.config import Config
from archivist.doctypes.catalogue import PLACES, DocumentType, FieldSpec
from archivist.errors import InvalidValue
from archivist.model import chinese
from archivist.model.case import Case
from archivist.model.facts import rows, single
from archivist.model.values import parse_value


@dataclass
class Known:
    """Everything one document may draw on, and the problems found on the way.

    Attributes:
        given: checked values by path, stored form (dates ``YYYY-MM-DD`` …).
        extra: the same for what the rules computed.
    """

    doc: DocumentType
    case: Case
    config: Config
    on: dt.date
    given: dict[str, object] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def read_given(self, given: Mapping[str, object]) -> None:
        """Check what the clerk gave: known names, right types."""
        for name, value in given.items():
            spec = self.doc.field(str(name))
            if spec is None:
                self.problems.append(f"“{self.doc.title}”没有“{name}”这一项")
            elif spec.kind in PLACES:
                self.problems.append(f"{spec.named}须在纸上签章，不能填写")
            else:
                self._keep(self.given, spec, value)

    def read_extra(self, extra: Mapping[str, object]) -> None:
        """Take what other parts computed; names this document does not declare are not its business."""
        flat = dict(_flattened(extra))
        for spec in self.doc.fields:
            if spec.path in flat:
                self._keep(self.extra, spec, flat[spec.path])
        self.extra |= {k: v for k, v in flat.items() if k not in self.extra and self.doc.field(k) is None}

    def _keep(self, into: dict[str, object], spec: FieldSpec, value: object) -> None:
        try:
            parsed = stored(spec, value)
        except InvalidValue as error:
            self.problems.append(f"{spec.named}：{error.what}")
            self.problems += [f"{spec.named}：{p}" for p in error.problems]
            return
        if parsed not in (None, "", ()):
            into[spec.path] = parsed

    def fact(self, path: str) -> object:
        """Return a fact of the case as stored, or what the clerk gave for it; a table as its rows."""
        group, _, key = path.partition(".")
        if not key:
            return rows(self.case.facts, group) or self.given.get(path)
        found = single(self.case.facts, group).get(key)
        return found if found is not None else self.given.get(path)

    def text(self, path: str) -> str:
        """Return a fact, an extra or a given value as plain text, empty when unknown."""
        value = self.extra.get(path) or self.fact(path)
        return "" if value is None else str(value)


def stored(spec: FieldSpec, value: object) -> object:
    """Check a value against its field and return it as facts store it.

    A table is a list of rows (keys or Chinese column names), or text with one row on a line and ``|`` between cells;
    a list is a sequence or text with one item on a line.
    """
    if spec.kind == "list":
        items = value.splitlines() if isinstance(value, str) else list(_sequence(value))
        return tuple(chinese.clean_text(str(i)) for i in items if str(i).strip())
    if spec.kind == "table":
        if isinstance(value, str):
            named = [c for c in spec.columns if c.key != "n"]
            cells = [re.split(r"\s*[|｜\t]\s*", line.strip()) for line in value.splitlines() if line.strip()]
            value = [{c.key: cell for c, cell in zip(named, row, strict=False)} for row in cells]
        return tuple(_stored_row(spec, i, row) for i, row in enumerate(_sequence(value), 1))
    return parse_value(spec.kind, value, spec.choices)


def _sequence(value: object) -> Sequence[Any]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return value
    raise InvalidValue("应为多行")


def _stored_row(spec: FieldSpec, number: int, row: object) -> Mapping[str, object]:
    if not isinstance(row, Mapping):
        raise InvalidValue(f"第 {number} 行不是表格的一行")
    names = {name: c for c in spec.columns for name in (c.key, c.label)}
    kept: dict[str, object] = {}
    for name, value in row.items():
        if (column := names.get(str(name))) is None:
            continue
        try:
            kept[column.key] = parse_value(column.kind, value, column.choices)
        except InvalidValue as error:
            raise InvalidValue(f"第 {number} 行{column.label}：{error.what}") from None
    return kept


def _flattened(nested: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for key, value in nested.items():
        path = f"{prefix}{key}"
        flat += _flattened(value, f"{path}.") if isinstance(value, Mapping) else [(path, value)]
    return flat
