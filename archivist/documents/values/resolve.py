"""From what is known to what a template prints: case facts, office, rules and what the clerk adds.

Only declared fields are looked up, so nothing else of a household can reach a template. All that is missing or
ill-typed is reported at once. The result is nested text: dates as ``2023年8月16日``, amounts as ``1,234.50``, tables
as lists of rows, blanks as empty text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from archivist.config import Config
from archivist.doctypes.catalogue import ORIGINS, PLACES, Column, DocumentType, FieldSpec
from archivist.documents.values.context import Known
from archivist.documents.values.privacy import check_public
from archivist.documents.values.registry import COMPUTED
from archivist.errors import MissingFields
from archivist.model import chinese
from archivist.model.case import Case
from archivist.model.facts import to_plain
from archivist.model.household import resident_number
from archivist.model.ids import Sha256, age_on, id_birth_date, id_sex


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
    id_number = resident_number(row)
    for column in columns:
        value = row.get(column.key)
        if column.key == "n" and value == 0:  # a line numbered nought says that there is none
            cells["n"] = "—"
            continue
        if value is None and column.key == "n":
            value = number
        elif value is None and column.key == "sex" and id_number:
            value = id_sex(id_number)
        elif value is None and column.key == "id_type" and id_number:
            value = "居民身份证"
        elif value is None and column.key == "age" and id_number:
            value = age_on(id_birth_date(id_number), on)
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


def put(nested: dict[str, object], path: str, value: object) -> None:
    """Set the value at a dotted path, making the groups on the way."""
    *heads, last = path.split(".")
    for head in heads:
        inner = nested.setdefault(head, {})
        assert isinstance(inner, dict)
        nested = inner
    nested[last] = value
