"""How one entry of the catalogue is read from its ``.toml``: see ``docs/templates.md`` for the form.

Every fault is told at once: each key alone, each row of ``[fields]`` alone, and what they say against each other.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.declarations.builder import build
from archivist.doctypes.doctype import REMEDY_PHRASES, DocumentKind, DocumentType, FieldSpec, Mode
from archivist.doctypes.field_defaults import completed, defaults_of, paths_with_defaults
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.page_look import look_faults
from archivist.errors import TemplateFault

LAYOUT_LINE: Final = "_layout_line"
"""Added to the tables of a file: the line its layout begins on."""
REMEDIES: Final = (FieldPath.REMEDIES_RECONSIDERATION, FieldPath.REMEDIES_LITIGATION)
NOTABLE: Final = ("date", "ym", "int", "bool", "enum", "multi")
"""Kinds of fields that the ledger may note: it is never destroyed, and free text may name people."""
Tables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fields:
    """The arrays of ``[fields]``; their rows are read one by one."""

    system: tuple[object, ...] = ()
    hand: tuple[object, ...] = ()
    optional: tuple[object, ...] = ()


def read_type(file: str, tables: Tables, *, template: Path | None = None) -> DocumentType:
    """Read one entry.

    Args:
        file: named in messages.
        tables: as TOML gives them.
        template: its ``.docx``.

    Raises:
        TemplateFault: E303, listing every fault.
    """
    if faults := faults_of(tables):
        raise TemplateFault(f"“{tables.get('title') or file}”的登记有误", file=file, problems=faults)
    return build_type(tables, template=template)


def build_type(tables: Tables, *, template: Path | None = None) -> DocumentType:
    """Return an entry that was read before without a fault.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it was read by a program with other keys.
    """
    phrases = [*tables.get("phrases", ()), *(REMEDY_PHRASES if tables.get("remedies_required") else ())]
    own = {
        "phrases": phrases,
        "declared": tables.get("fields", {}),
        "layout_line": tables.get(LAYOUT_LINE, 1),
        "template": template,
    }
    return build(DocumentType, {**_head(tables), **own})


def faults_of(tables: Tables) -> list[str]:
    """Return everything that is wrong with an entry."""
    from archivist.declarations.reader import numbered, read

    faults: list[str] = []
    rows = [
        (mode, number, row)
        for mode in Mode
        for number, row in enumerate(_array(tables.get("fields"), mode), 1)
    ]
    read(DocumentType, _head(tables), "", faults)
    read(Fields, tables.get("fields", {}), "fields", faults)
    for mode, number, row in rows:
        where = numbered(f"fields.{mode}", number, row, "path")
        if isinstance(row, Mapping):
            faults += [f"{where}：{fault}" for fault in _row_faults(row)]
            row = {**_UNKNOWN, **completed(row, mode)}
        read(FieldSpec, row, where, faults)
    full = [completed(row, mode) for mode, _, row in rows if isinstance(row, Mapping)]
    return [*faults, *_contradictions(tables, full)]


def _head(tables: Tables) -> dict[str, Any]:
    return {key: value for key, value in tables.items() if key not in ("fields", LAYOUT_LINE)}


def _array(fields: object, mode: Mode) -> list[object]:
    rows = fields.get(mode) if isinstance(fields, Mapping) else None
    return rows if isinstance(rows, list) else []


_UNKNOWN: Final[Tables] = {"label": "?", "kind": "str", "origin": "set"}
"""Stands in for what a row should have said of its path, so that only that it did not is told."""


def _row_faults(row: Tables) -> Iterator[str]:
    """Yield what a row of ``[fields]`` lacks or says in the wrong place."""
    path = row.get("path")
    missing = [key for key in _UNKNOWN if key not in row]
    if isinstance(path, str) and missing and not defaults_of(path):
        near = difflib.get_close_matches(path, paths_with_defaults(), n=1, cutoff=0.8)
        hint = f"；是不是 {near[0]}？" if near else ""
        yield f"“{path}”不是已知的字段，缺 {'、'.join(missing)}{hint}"
    if "mode" in row:
        yield f"没有“mode”这一项；字段写在 {'、'.join(f'fields.{mode}' for mode in Mode)} 之一里"
    full = completed(row, "")
    if full.get("kind") == "table" and not full.get("columns"):
        yield "是表格，缺 columns = [{ key = …, label = … }]"


def _contradictions(tables: Tables, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what an entry's keys and rows say against each other; each may itself be faulty."""
    if isinstance(looks := tables.get("looks"), list):
        yield from look_faults(looks)
    office = tables.get("kind") == DocumentKind.REGISTER or tables.get("categories") == []
    if tables.get("enabled") and office:
        yield "不按户制发的文书没有户档可看，不能写 enabled"
    if isinstance(noted := tables.get("noted"), list) and noted:
        if not office:
            yield "noted 只用于机关文书：户档的文书自己就在档案里"
        kinds = {row.get("path"): row.get("kind") for row in rows}
        for path in noted:
            if path not in kinds:
                yield f"noted 中的“{path}”不是登记的字段"
            elif kinds[path] not in NOTABLE:
                yield f"noted 中的“{path}”是 {kinds[path]}，应为 {'、'.join(NOTABLE)} 之一：总账永久保存，不记可能写有姓名的文字"
    paths = Counter(str(row.get("path", "")) for row in rows)
    labels = Counter(str(row["label"]) for row in rows if row.get("label"))
    yield from (f"字段 {path} 登记了两次" for path, times in paths.items() if times > 1 and path)
    yield from (f"字段名称“{label}”用了两次" for label, times in labels.items() if times > 1)
    if tables.get("remedies_required") is True:
        yield from (f"缺少救济途径字段 {path}" for path in REMEDIES if path not in paths)
