"""Facts of a household from a file a clerk keeps: TOML, JSON, or an .xlsx sheet.

In a workbook each group of facts is a sheet named in Chinese or English (``申请人``, ``members`` …): a table with
its headings in the first row for groups of many rows, two columns 项目 | 内容 for single groups. A sheet of any
other name is passed over only if its name starts with ``说明``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archivist.errors import InvalidValue, UsageError
from archivist.model.facts import Facts, parse_facts
from archivist.model.field_schema import GROUP_BY_NAME, Group
from archivist.model.invisible import invisible_notices
from archivist.model.plain_json import parse_json, parse_toml
from archivist.tables.filled_in import FilledSheet, read_filled, read_text, refuse
from archivist.tables.reader import EXTENSIONS


def read_facts(path: Path, notices: list[str] | None = None) -> Facts:
    """Read and check a facts file; ``notices`` gets what was taken out of it, in Chinese.

    Raises:
        UsageError: E001, when the file cannot be read. InvalidValue: E002, listing every wrong value.
    """
    try:
        raw = _raw(path)
    except FileNotFoundError:
        raise UsageError("没有这个文件", file=path.name) from None
    except ValueError as error:
        raise UsageError(f"读不出来：{error}", file=path.name) from None
    if notices is not None:
        notices.extend(invisible_notices(raw))
    try:
        return parse_facts(raw)
    except InvalidValue as error:
        raise InvalidValue(error.what, file=path.name, problems=error.problems) from None


def _raw(path: Path) -> Mapping[str, Any]:
    match path.suffix.lower():
        case ".toml":
            return parse_toml(read_text(path))
        case ".json":
            raw = parse_json(read_text(path))
            if not isinstance(raw, dict):
                raise UsageError("JSON 最外层应为对象", file=path.name)
            return raw
        case suffix if suffix in EXTENSIONS:
            return _workbook(path)
        case other:
            raise UsageError(f"不认识的格式“{other}”；可用 .toml、.json、.xlsx", file=path.name)


def _workbook(path: Path) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    titles: dict[str, str] = {}
    problems: list[str] = []
    for sheet in read_filled(path, only=lambda title: not title.startswith("说明")):
        group = GROUP_BY_NAME.get(sheet.title.strip())
        if group is None:
            problems.append(
                f"工作表“{sheet.title}”不是信息组；可用：{'、'.join(g for g in GROUP_BY_NAME if not g.isascii())}"
            )
        elif earlier := titles.get(group.key):
            problems.append(f"工作表“{earlier}”和“{sheet.title}”都是{group.label}，不知道以哪张为准")
        else:
            titles[group.key] = sheet.title
            raw[group.key] = _table(sheet, group, problems) if group.many else _pairs(sheet, group, problems)
    refuse(path, problems)
    return raw


def _table(sheet: FilledSheet, group: Group, problems: list[str]) -> list[dict[str, Any]]:
    rows = sheet.by_headings(problems, lambda head: _field(group, head))
    written = ({head: value for head, value in row.cells.items() if head != "序号"} for row in rows)
    return [row for row in written if row]


def _pairs(sheet: FilledSheet, group: Group, problems: list[str]) -> dict[str, Any]:
    return dict(sheet.pairs(problems, lambda name: _field(group, name)))


def _field(group: Group, name: str) -> str:
    declared = group.by_name.get(name)
    return declared.key if declared else name
