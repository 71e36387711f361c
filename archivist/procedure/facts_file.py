"""Facts of a household from a file a clerk keeps: TOML, JSON, or an .xlsx sheet.

In a workbook each group of facts is a sheet named in Chinese or English (``申请人``, ``members`` …): a table with
its headings in the first row for groups of many rows, two columns 项目 | 内容 for single groups. A sheet of any
other name is passed over only if its name starts with ``说明``.
"""

from __future__ import annotations

import json
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archivist.errors import InvalidValue, UsageError
from archivist.model.facts import Facts, parse_facts
from archivist.model.field_schema import GROUP_BY_NAME


def read_facts(path: Path) -> Facts:
    """Read and check a facts file.

    Raises:
        UsageError: E001, when the file cannot be read. InvalidValue: E002, listing every wrong value.
    """
    try:
        raw = _raw(path)
    except FileNotFoundError:
        raise UsageError("没有这个文件", file=path.name) from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError, zipfile.BadZipFile) as error:
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
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    raw: dict[str, Any] = {}
    try:
        for sheet in book.worksheets:
            if sheet.title.startswith("说明"):
                continue
            group = GROUP_BY_NAME.get(sheet.title.strip())
            if group is None:
                raise UsageError(
                    f"工作表“{sheet.title}”不是信息组；可用：{'、'.join(g for g in GROUP_BY_NAME if not g.isascii())}",
                    file=path.name,
                )
            cells = [r for r in sheet.iter_rows(values_only=True) if any(c is not None for c in r)]
            raw[group.key] = _table(cells) if group.many else _pairs(cells)
    finally:
        book.close()
    return raw


def _table(cells: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    if not cells:
        return []
    heads = [str(h).strip() if h is not None else "" for h in cells[0]]
    skip = {"", "序号"}
    return [
        {h: v for h, v in zip(heads, row, strict=False) if h not in skip and v is not None}
        for row in cells[1:]
        if any(v is not None for h, v in zip(heads, row, strict=False) if h not in skip)
    ]


def _pairs(cells: list[tuple[Any, ...]]) -> dict[str, Any]:
    return {
        str(r[0]).strip(): r[1]
        for r in cells
        if len(r) > 1 and r[0] is not None and str(r[0]).strip() != "项目"
    }
