"""One notice for many households (名单): the rows of their own notices on one sheet, where all else they say is the same.

Each household keeps its own notice in its file; the sheet is for the board. What may be posted of a household is decided
where its own notice is planned, and nothing is added here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.nested import at
from archivist.issuing import office_documents
from archivist.issuing.planned import PlannedForCase
from archivist.model.fact_paths import FactPath

ROWS: Final = tuple(FieldPath.PUBLICITY_ROWS.split("."))


def sheets(planned: Iterable[PlannedForCase]) -> list[office_documents.PlannedForOffice]:
    """Join planned notices into as few sheets as say the same of all: one a village, category and time of posting.

    Args:
        planned: notices of one type, in the order of the rows.
    """
    groups: dict[str, list[PlannedForCase]] = {}
    for one in planned:
        groups.setdefault(json.dumps(_common(one.values), ensure_ascii=False, sort_keys=True), []).append(one)
    return [_joined(group) for group in groups.values()]


def _common(values: Mapping[str, object]) -> dict[str, object]:
    """Return all a notice prints but its rows and its number."""
    group, rows = ROWS
    common = {k: v for k, v in values.items() if k not in (FieldPath.DOC_NO, group)}
    return common | {group: {k: v for k, v in _group(values).items() if k != rows}}


def _group(values: Mapping[str, object]) -> Mapping[str, object]:
    found = values.get(ROWS[0])
    return found if isinstance(found, Mapping) else {}


def _rows(values: Mapping[str, object]) -> list[dict[str, str]]:
    found = _group(values).get(ROWS[1])
    return [dict(row) for row in found] if isinstance(found, list) else []


def _joined(group: list[PlannedForCase]) -> office_documents.PlannedForOffice:
    first = group[0]
    rows = [row for one in group for row in _rows(one.values)]
    for n, row in enumerate(rows, 1):
        if "n" in row:
            row["n"] = str(n)
    values = {**first.values, ROWS[0]: {**_group(first.values), ROWS[1]: rows}}
    return office_documents.PlannedForOffice(
        first.document, values, first.on, first.numbered, name=_name(first.values)
    )


def _name(values: Mapping[str, object]) -> str:
    """Return what tells the sheet from others of its day in a file name: the village."""
    return str(at(values, FactPath.APPLICANT_VILLAGE) or "")
