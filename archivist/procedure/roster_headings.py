"""Where a roster's table begins and ends: titles, headings of one to three rows, page feet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from archivist.model.ids import narrow
from archivist.tables.any_sheet import LooseSheet
from archivist.tables.reader import SheetRow, Value

_LOOKED_AT: Final = 20
"""Rows from the top among which the headings stand."""
_DEPTH: Final = 3
_FOOT: Final = re.compile(
    r"(制表|填表|审核人|审批人|负责人|经办人|统计时间|制表时间|打印时间|填报|说明|备注[:：]|注[:：])"
)
_SUM: Final = re.compile(r"(总计|合计|小计|本页)")
JOINT: Final = "-"
"""Between a heading and the one above it: ``享受低保人-姓名``."""


@dataclass(frozen=True, slots=True)
class RosterTable:
    """The table of a roster.

    Attributes:
        sheet: title of its sheet.
        headings: column (from 0) → heading, those above it first.
        rows: the rows of people, merged cells filled in.
        together: row → number of the row in which its merged cell of the first merged column begins.
        left_out: lines that are no people: titles, sums, feet.
    """

    sheet: str
    headings: Mapping[int, str]
    rows: tuple[SheetRow, ...]
    together: Mapping[tuple[int, int], int]
    left_out: tuple[int, ...]


def plain_heading(text: str) -> str:
    """Return a heading to compare: narrow, without blanks, units and remarks in brackets."""
    bare = re.sub(r"\s+", "", narrow(text)).replace("、", "").replace(":", "").replace("*", "")
    return re.sub(r"[(\[{〔][^)\]}〕]*[)\]}〕]", "", bare) or bare


def find_table(sheet: LooseSheet, known: Callable[[str], float]) -> RosterTable | None:
    """Return the table of a sheet: its headings are the rows that are known best (0.0–1.0 a column); ``None`` where fewer than two are known."""
    filled = _filled(sheet)
    best: tuple[float, int, int] | None = None
    for at in range(min(len(filled), _LOOKED_AT)):
        if any(b.first_row < filled[at].number <= b.last_row for b in sheet.merged):
            continue
        for depth in range(1, _DEPTH + 1):
            if at + depth > len(filled):
                break
            last = filled[at + depth - 1].number
            if any(
                b.first_row <= last < b.last_row and b.first_row >= filled[at].number for b in sheet.merged
            ):
                continue
            heads = _headings(filled[at : at + depth])
            weights = [weight for head in heads.values() if (weight := known(head))]
            score = round(sum(weights), 3)
            if len(weights) >= 2 and (best is None or score > best[0]):
                best = (score, at, depth)
    if best is None:
        return None
    _, at, depth = best
    heads = _headings(filled[at : at + depth])
    kept, left = [], [row.number for row in filled[:at]]
    texts = tuple(filled[at + depth - 1].values)
    for row in filled[at + depth :]:
        first = next((str(v) for v in row.values if v not in (None, "")), "")
        distinct = {str(v) for v in row.values if v not in (None, "")}
        bare = re.sub(r"\s", "", first)
        if tuple(row.values) == texts or _SUM.match(bare) or (_FOOT.match(bare) and len(distinct) < 5):
            left.append(row.number)
        else:
            kept.append(row)
    together = {
        (row, b.first_column): b.first_row for b in sheet.merged for row in range(b.first_row, b.last_row + 1)
        if b.last_row - b.first_row < 1000
    }  # fmt: skip
    return RosterTable(sheet.title, heads, tuple(kept), together, tuple(left))


def _filled(sheet: LooseSheet) -> list[SheetRow]:
    """Return the rows with the value of a merged cell in every cell it covers."""
    rows = {row.number: list(row.values) for row in sheet.rows}
    for block in sheet.merged:
        top = rows.get(block.first_row)
        if top is None or block.first_column >= len(top):
            continue
        value: Value = top[block.first_column]
        for number in [
            n for n in range(block.first_row, min(block.last_row, block.first_row + 5000) + 1) if n in rows
        ]:
            cells = rows[number]
            for column in range(block.first_column, min(block.last_column + 1, len(cells))):
                cells[column] = value
    return [SheetRow(sheet.title, number, tuple(values)) for number, values in rows.items()]


def _headings(rows: list[SheetRow]) -> dict[int, str]:
    """Return each column's heading; one above several that was not merged counts for those to its right."""
    found: dict[int, str] = {}
    above = [""] * len(rows)
    for column in range(len(rows[0].values)):
        parts: list[str] = []
        for level, row in enumerate(rows):
            value = row.values[column]
            text = plain_heading(str(value)) if isinstance(value, str) else ""
            below = any(lower.values[column] not in (None, "") for lower in rows[level + 1 :])
            if text:
                above[level:] = [text, *[""] * (len(rows) - level - 1)]
            elif below:
                text = above[level]
            if text and text not in parts:
                parts.append(text)
        if parts:
            found[column] = JOINT.join(parts)
    return found
