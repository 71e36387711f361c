"""From what is known to what a template prints: case facts, office, rules and what the clerk adds.

Only declared fields are looked up, so nothing else of a household can reach a template. All that is missing or
ill-typed is reported at once. The result is nested text: dates as ``2023年8月16日``, amounts as ``1,234.50``, tables
as lists of rows, blanks as empty text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from archivist.config import Config
from archivist.errors import InvalidValue, MissingFields
from archivist.issue.computed import COMPUTED
from archivist.issue.nested import put
from archivist.issue.privacy import check_public
from archivist.model import chinese
from archivist.model.case import Case
from archivist.model.facts import rows, single, to_plain
from archivist.model.ids import IdNumber as Id
from archivist.model.ids import Sha256, age_on, id_birth_date, id_sex, is_id
from archivist.model.values import parse_value
from archivist.rules.documents import ORIGINS, PLACES, Column, DocumentType, FieldSpec

_RESIDENT: Final = ("", "居民身份证", "港澳台居民居住证")
"""Kinds of papers whose number carries birth date and sex (GB 11643-1999)."""


def document_values(
    doc: DocumentType,
    case: Case,
    config: Config,
    *,
    on: dt.date,
    given: Mapping[str, object],
    extra: Mapping[str, object] = {},
) -> dict[str, object]:
    """Collect everything a document prints.

    Args:
        doc: the type, from the catalogue.
        case: the household as it stands; a document never contradicts it.
        config: office, people, standards.
        on: date of the document (成文日期) unless ``made_on`` is given.
        given: what the clerk adds, by dotted path or Chinese name.
        extra: what other parts computed: ``deadline``, ``doc_no``, ``missing_materials``, ``publicity`` …; nested or
            with dotted keys. It wins over ``given``.

    Returns:
        The nested values, all text, tables as lists of rows.

    Raises:
        MissingFields: E301, naming every missing, ill-typed or unknown field by Chinese name and key.
        UnlawfulDocument: E305, a public notice would show what the privacy rules forbid.
    """
    known = Known(doc, case, config, on)
    known.read_extra(extra)
    known.read_given(given)
    values: dict[str, object] = {}
    for spec in doc.fields:
        put(values, spec.path, printed(spec, known))
    if doc.remedies_required:
        known.problems += [
            f"救济途径不全：archivist.toml 的 [office] 缺少 {label}（{key}），不利决定不能没有救济途径"
            for key, label in _REMEDY_OFFICES.items()
            if not getattr(config.office, key)
        ]
    if known.problems:
        problems = tuple(dict.fromkeys(known.problems))
        raise MissingFields(
            f"“{doc.title}”有 {len(problems)} 项缺少或不合规", file=case.number, problems=problems
        )
    if doc.public:
        check_public(doc, case, config, values)
    return values


_REMEDY_OFFICES: Final = {"bureau": "委托机关", "review_authority": "行政复议机关", "court": "管辖法院"}


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


def facts_digest(case: Case) -> Sha256:
    """Return the digest of what is known of the household, to tell later whether a document still agrees."""
    plain = json.dumps(to_plain(case.facts), ensure_ascii=False, sort_keys=True)
    return Sha256(hashlib.sha256(plain.encode()).hexdigest())


# ── one field ────────────────────────────────────────────────────────────────────────────────────────────
def printed(spec: FieldSpec, known: Known) -> object:
    """Return what a field prints; note a problem when it must be known and is not."""
    if spec.kind in PLACES or not spec.applies(known.case.category):
        return _empty(spec)
    value = _looked_up(spec, known)
    if value in (None, "", ()):
        if spec.mode == "system" and not _waived(spec, known):
            hint = {"office": "，请在 archivist.toml 的 [office] 中填写", "rule": "，由规则包得出"}.get(
                spec.origin, ""
            )
            known.problems.append(f"{spec.named}缺少{hint or f'（{ORIGINS[spec.origin]}）'}")
        return _empty(spec)
    if spec.kind == "table":
        assert isinstance(value, Sequence)
        lines = [_row(spec.columns, row, i, known.on) for i, row in enumerate(value, 1)]
        return lines + [dict.fromkeys((c.key for c in spec.columns), "")] * (spec.rows - len(lines))
    if spec.kind == "list":
        assert isinstance(value, Sequence)
        return [str(item) for item in value]
    return show(spec.kind, value)


def _looked_up(spec: FieldSpec, known: Known) -> object:
    value: object = known.extra.get(spec.path)
    if value is None and spec.origin == "fact":
        value = known.fact(spec.path)
        given = known.given.get(spec.path)
        if given is not None and value != given:
            known.problems.append(f"{spec.named}与户档不一致；如户档有误，请先用 archivist case set 更正")
    elif value is None and spec.origin == "office":
        value = getattr(known.config.office, spec.path.removeprefix("office."), None)
    elif value is None and spec.origin == "case":
        value = {
            "case.number": str(known.case.number),
            "case.category": known.case.category.label,
            "case.category_code": known.case.category.value,
        }.get(spec.path)
    if value is None:
        value = known.given.get(spec.path)
    if value is None and (compute := COMPUTED.get(spec.path)):
        value = compute(known)
    return value


def _waived(spec: FieldSpec, known: Known) -> bool:
    """Tell whether a field may be missing after all: somebody without papers has no number."""
    return spec.path == "applicant.id_number" and known.text("applicant.id_type") == "无"


def _empty(spec: FieldSpec) -> object:
    if spec.kind == "table":
        return [dict.fromkeys((c.key for c in spec.columns), "") for _ in range(spec.rows)]
    return [] if spec.kind == "list" else ""


def _row(columns: Sequence[Column], row: Mapping[str, object], number: int, on: dt.date) -> dict[str, str]:
    """Return a table row as text: numbered, sex and age from the ID number where they are not stored."""
    cells = {}
    number_of = str(row.get("id_number") or "")
    carries = is_id(number_of) and str(row.get("id_type") or "") in _RESIDENT
    for column in columns:
        value = row.get(column.key)
        if column.key == "n" and value == 0:  # a line numbered nought says that there is none
            cells["n"] = "—"
            continue
        if value is None and column.key == "n":
            value = number
        elif value is None and column.key == "sex" and carries:
            value = id_sex(Id(number_of))
        elif value is None and column.key == "id_type" and carries:
            value = "居民身份证"
        elif value is None and column.key == "age" and carries:
            value = age_on(id_birth_date(Id(number_of)), on)
        cells[column.key] = show(column.kind, value)
    return cells


def show(kind: str, value: object) -> str:
    """Write a stored value as documents do: ``2024年8月16日``, ``1,234.50``, ``是``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple | list):
        return "、".join(str(v) for v in value)
    text = str(value)
    if kind == "date":
        return chinese.format_date(dt.date.fromisoformat(text))
    if kind == "ym":
        return f"{int(text[:4])}年{int(text[5:7])}月"
    if kind == "datetime":
        moment = dt.datetime.fromisoformat(text)
        return f"{chinese.format_date(moment.date())}{moment.hour}时{moment.minute:02d}分"
    return chinese.format_money(Decimal(text)) if kind == "money" else text


def _flattened(nested: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for key, value in nested.items():
        path = f"{prefix}{key}"
        flat += _flattened(value, f"{path}.") if isinstance(value, Mapping) else [(path, value)]
    return flat
