"""Facts of a household from a file a clerk keeps: TOML, JSON, or an .xlsx sheet.

In a workbook each group of facts is a sheet named in Chinese or English (``申请人``, ``members`` …): a table with
its headings in the first row for groups of many rows, two columns 项目 | 内容 for single groups. A sheet of any
other name is passed over only if its name starts with ``说明``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from archivist.errors import InvalidValue, UsageError
from archivist.model.facts import Facts, parse_facts
from archivist.model.field_schema import GROUP_BY_NAME
from archivist.tables.reader import DamagedSheet, SheetRow, read_sheets


def read_facts(path: Path) -> Facts:
    """Read and check a facts file.

    Raises:
        UsageError: E001, when the file cannot be read. InvalidValue: E002, listing every wrong value.
    """
    try:
        raw = _raw(path)
    except FileNotFoundError:
        raise UsageError("没有这个文件", file=path.name) from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError, DamagedSheet) as error:
        raise UsageError(f"读不出来：{error}", file=path.name) from None
    try:
        return parse_facts(raw)
    except InvalidValue as error:
        raise InvalidValue(error.what, file=path.name, problems=error.problems) from None


def _raw(path: Path) -> Mapping[str, Any]:
    match path.suffix.lower():
        case ".toml":
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
        case ".json":
            raw = json.loads(path.read_text(encoding="utf-8-sig"))
            if not isinstance(raw, dict):
                raise UsageError("JSON 最外层应为对象", file=path.name)
            return raw
        case ".xlsx":
            return _workbook(path)
        case other:
            raise UsageError(f"不认识的格式“{other}”；可用 .toml、.json、.xlsx", file=path.name)


def _workbook(path: Path) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    with closing(read_sheets(path)) as sheets:
        for sheet in sheets:
            if sheet.title.startswith("说明"):
                continue
            group = GROUP_BY_NAME.get(sheet.title.strip())
            if group is None:
                raise UsageError(
                    f"工作表“{sheet.title}”不是信息组；可用：{'、'.join(g for g in GROUP_BY_NAME if not g.isascii())}",
                    file=path.name,
                )
            raw[group.key] = _table(sheet.rows) if group.many else _pairs(sheet.rows)
    return raw


def _table(rows: Sequence[SheetRow]) -> list[dict[str, Any]]:
    if not rows:
        return []
    heads = [str(h).strip() if h is not None else "" for h in rows[0].values]
    skip = {"", "序号"}
    named = [{h: v for h, v in zip(heads, row.values, strict=True) if h not in skip} for row in rows[1:]]
    written = [{h: v for h, v in row.items() if v is not None} for row in named]
    return [row for row in written if row]


def _pairs(rows: Sequence[SheetRow]) -> dict[str, Any]:
    return {
        str(row.values[0]).strip(): row.values[1]
        for row in rows
        if len(row.values) > 1 and row.values[0] is not None and str(row.values[0]).strip() != "项目"
    }
