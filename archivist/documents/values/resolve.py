"""From what is known to what a template prints: case facts, office, rules and what the clerk adds.

Only declared fields are looked up, so nothing else of a household can reach a template. All that is missing or
ill-typed is reported at once. The result is nested text: dates as ``2023年8月16日``, amounts as ``1,234.50``, tables
as lists of rows, blanks as empty text.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from archivist.config import Config, ProvisionalDates
from archivist.doctypes.catalogue import PLACES, Column, DocumentType, FieldSpec, Mode, Origin
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values import remedies
from archivist.documents.values.context import DocumentContext, DocumentSources
from archivist.documents.values.nested import put
from archivist.documents.values.privacy import check_public
from archivist.documents.values.registry import computation, examinations
from archivist.errors import MissingFields, UnlawfulDocument
from archivist.model import chinese
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.facts import to_plain
from archivist.model.household import resident_number
from archivist.model.ids import IdType, Sha256, age_on, id_birth_date, id_sex


def document_values(
    document: DocumentType,
    case: Case,
    config: Config,
    *,
    on: dt.date,
    given: Mapping[str, object],
    extra: Mapping[str, object] = {},
    sources: DocumentSources | None = None,
    draft: bool = False,
) -> dict[str, object]:
    """Collect everything a document prints; see ``DocumentContext.read`` for what it is told, ``filled`` for the rest."""
    return filled(
        DocumentContext.read(
            document, case, config, on=on, given=given, extra=extra, sources=sources, draft=draft
        )
    )


def filled(context: DocumentContext) -> dict[str, object]:
    """Return everything a document prints.

    What is settled elsewhere goes before all; then what the rules say, or what the case, the office or the clerk tells;
    what is worked out stands only where nobody tells.

    Returns:
        The nested values, all text, tables as lists of rows.

    Raises:
        MissingFields: E301, naming every missing, ill-typed or unknown field by Chinese name and key.
        UnlawfulDocument: E305, it must not be made yet, or a public notice would show what the privacy rules forbid.
    """
    document, config = context.document, context.config
    told_wrongly = tuple(context.problems)
    if context.sources is not None:
        for examine in examinations(document.id):
            with contextlib.suppress(*((UnlawfulDocument,) if context.draft else ())):
                examine(context)
    values: dict[str, object] = {}
    for spec in document.fields:
        put(values, spec.path, printed(spec, context))
    if document.remedies_required:
        context.problems += remedies.lacking(context)
    if stopping := told_wrongly if context.draft else context.problems:
        problems = tuple(dict.fromkeys(stopping))
        raise MissingFields(
            f"“{document.title}”有 {len(problems)} 项缺少或不合规",
            file=context.case.number,
            problems=problems,
        )
    if document.public:
        check_public(document, context.case, config, values)
    return values


def facts_digest(case: Case) -> Sha256:
    """Return the digest of what is known of the household, to tell later whether a document still agrees."""
    plain = json.dumps(to_plain(case.facts), ensure_ascii=False, sort_keys=True)
    return Sha256(hashlib.sha256(plain.encode()).hexdigest())


# ── one field ────────────────────────────────────────────────────────────────────────────────────────────
def printed(spec: FieldSpec, context: DocumentContext) -> object:
    """Return what a field prints; note a problem when it must be known and is not."""
    if spec.kind in PLACES or not spec.applies(context.case.category):
        return _empty(spec)
    value = _looked_up_if_it_may(spec, context)
    if value in (None, "", ()):
        if spec.mode is Mode.SYSTEM and not _waived(spec, context):
            hint = {
                Origin.OFFICE: "，请在 archivist.toml 的 [office] 中填写",
                Origin.RULE: "，由规则包得出",
            }.get(spec.origin, "")
            context.problems.append(f"{spec.named}缺少{hint or f'（{spec.origin.label}）'}")
            if context.draft and spec.kind not in _WITHOUT_WORDS:
                return TO_BE_FILLED_IN
        return _empty(spec)
    if spec.kind == "table":
        assert isinstance(value, Sequence)
        lines = [_row(spec.columns, row, i, context.on) for i, row in enumerate(value, 1)]
        return lines + [dict.fromkeys((c.key for c in spec.columns), "")] * (spec.rows - len(lines))
    if spec.kind == "list":
        assert isinstance(value, Sequence)
        return [str(item) for item in value]
    text = show(spec.kind, value)
    return _provisional(context, text) if _may_move(spec, context, value) else text


def _may_move(spec: FieldSpec, context: DocumentContext, value: object) -> bool:
    """Tell whether a field holds a day that was reckoned and that an announcement still to come may move."""
    reckoned = spec.kind == "date" and spec.origin is not Origin.FACT
    return reckoned and str(value) in {day.isoformat() for day in context.provisional}


def _provisional(context: DocumentContext, text: str) -> str:
    """Return what a paper says of such a day: nobody is promised one that may move."""
    withheld = context.config.options.provisional_dates is ProvisionalDates.WITHHOLD
    return "放假安排公布后另告之日" if withheld else f"{text}（暂算）"


TO_BE_FILLED_IN: Final = "〔待填〕"
"""What a draft prints where something mandatory is not known yet."""
_WITHOUT_WORDS: Final = ("table", "list", "enum", "multi", "bool")
"""Kinds of fields that a draft leaves empty instead."""


def _looked_up_if_it_may(spec: FieldSpec, context: DocumentContext) -> object:
    """Return what is known of a field; in a draft nothing, where working it out says that the day has not come."""
    try:
        return _looked_up(spec, context)
    except UnlawfulDocument:
        if not context.draft:
            raise
        return None


def _looked_up(spec: FieldSpec, context: DocumentContext) -> object:
    value: object = context.extra.get(spec.path)
    if value is None and spec.origin is Origin.RULE:
        value = _ruled(spec, context)
    elif value is None and spec.origin is Origin.FACT:
        value = context.fact(spec.path)
        given = context.given.get(spec.path)
        if given is not None and value != given:
            context.problems.append(f"{spec.named}与户档不一致；如户档有误，请先用 archivist case set 更正")
    elif value is None and spec.origin is Origin.OFFICE:
        value = getattr(context.config.office, spec.path.removeprefix("office."), None)
    elif value is None and spec.origin is Origin.CASE:
        value = _of_case(context.case).get(spec.path)
    if value is None:
        value = context.given.get(spec.path)
    if value is None and spec.origin is not Origin.RULE:
        value = computed(context, spec.path)
    return value


def _of_case(case: Case) -> Mapping[str, str]:
    return {
        FieldPath.CASE_NUMBER: str(case.number),
        FieldPath.CASE_CATEGORY: case.category.label,
        FieldPath.CASE_CATEGORY_CODE: case.category.value,
    }


def _ruled(spec: FieldSpec, context: DocumentContext) -> object:
    """Return what the rules say of a field; an office's own rows may say what does not fit it."""
    if context.sources is None:
        return None
    value = computed(context, spec.path)
    return None if value is None else context.checked(spec, value)


def computed(context: DocumentContext, path: str) -> object:
    """Return what is worked out for a path, whatever was told; ``None`` when it cannot be."""
    compute = computation(path, context.document.id)
    return compute(context) if compute else None


def value_of(context: DocumentContext, path: str) -> object:
    """Return the value at a path as stored: as told, else as worked out."""
    told = context.extra.get(path) or context.fact(path)
    return computed(context, path) if told in (None, "", ()) else told


def _waived(spec: FieldSpec, context: DocumentContext) -> bool:
    """Tell whether a field may be missing after all: somebody without papers has no number."""
    return (
        spec.path == FactPath.APPLICANT_ID_NUMBER and context.text(FactPath.APPLICANT_ID_TYPE) == IdType.NONE
    )


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
            value = IdType.RESIDENT.value
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
