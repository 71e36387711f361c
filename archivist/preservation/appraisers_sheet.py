"""The sheet the appraisers fill in: made with the proposal, read back with the digest of the list that it is of."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Final

from archivist.disposal_errors import ListChanged
from archivist.errors import UsageError
from archivist.model.chinese import read_day
from archivist.model.disposals import Opinion
from archivist.model.ids import CaseNo, Sha256
from archivist.preservation.disposal_batches import Appraised, ProposedDisposal
from archivist.tables.reader import DamagedSheet, SheetRow, read_sheets
from archivist.tables.writer import BookWriter, SheetColumn

__all__ = ["OPINIONS", "opinion_sheet", "read_opinions"]

OPINIONS: Final = "鉴定意见表"
_COLUMNS: Final = (
    SheetColumn("序号", "int"),
    SheetColumn("户号", "str"),
    SheetColumn("件数", "int"),
    SheetColumn("期满日", "date"),
    SheetColumn("依据", "str", 40),
    SheetColumn("鉴定意见", "str", 12),
    SheetColumn("新保管期限", "str", 14),
)
_DIGEST: Final = re.compile(r"\b[0-9a-f]{64}\b")


def opinion_sheet(office: str, proposed: ProposedDisposal) -> bytes:
    """Return the sheet of a batch that was proposed, as ``.xlsx``."""
    book = BookWriter()
    sheet = book.sheet(proposed.batch, _COLUMNS)
    sheet.line(f"档案鉴定意见表 {proposed.batch}", size_pt=16, bold=True, align="center")
    sheet.line(f"鉴定单位：{office}")
    sheet.line(f"清册摘要：{proposed.sha256}")
    sheet.line(
        "鉴定意见填“销毁”“延长”或“永久”；延长的在“新保管期限”写明到哪一天（如 2033-12-31）。不要改动别处。"
    )
    sheet.heads()
    for n, row in enumerate(proposed.rows, 1):
        end = None if row.is_cleared else dt.date.fromisoformat(row.end)
        sheet.row((n, row.case, row.records, end, f"{row.words}（{row.sentence}）", "", ""))
    return book.data()


# ── what the appraisers wrote ────────────────────────────────────────────────────────────────────────────
def read_opinions(path: Path) -> tuple[dict[CaseNo, Appraised], Sha256]:
    """Return what the appraisers' sheet says of each file, and the digest of the list that it is of.

    Raises:
        ListChanged: E603, it has no digest. UsageError: E001, it cannot be read, or an opinion is none.
    """
    try:
        rows = [row for sheet in read_sheets(path) for row in sheet.rows]
    except (DamagedSheet, OSError) as error:
        raise UsageError("鉴定意见表读不出来", file=path.name) from error
    told = " ".join(str(value) for row in rows for value in row.values if value is not None)
    digests = {*_DIGEST.findall(told)}
    if len(digests) != 1:
        raise ListChanged("表上没有清册摘要，不是本程序拟办时做的鉴定意见表", file=path.name)
    heads = [c.label for c in _COLUMNS]
    at = next((i for i, row in enumerate(rows) if [*map(_text, row.values)][: len(heads)] == heads), None)
    if at is None:
        raise UsageError("表头被改动了", file=path.name, remedy="用拟办时做的鉴定意见表，只填意见两栏。")
    problems: list[str] = []
    found = dict(filter(None, (_opinion(row, problems) for row in rows[at + 1 :])))
    if problems:
        raise UsageError(f"鉴定意见表有 {len(problems)} 处不能用", file=path.name, problems=problems)
    return found, Sha256(digests.pop())


def _opinion(row: SheetRow, problems: list[str]) -> tuple[CaseNo, Appraised] | None:
    case, said, until = (_text(row.values[at]) for at in (1, 5, 6))
    if not case:
        return None
    number = CaseNo.parse(case)
    if said not in set(Opinion):
        problems.append(f"{row.address(5)}：“{said}”不是销毁、延长或永久")
        return None
    day = read_day(until) if until else None
    if until and day is None:
        problems.append(f"{row.address(6)}：“{until}”不是日期")
    return number, Appraised(Opinion(said), day)


def _text(value: object) -> str:
    return (
        value.isoformat()[:10]
        if isinstance(value, dt.date)
        else str(value if value is not None else "").strip()
    )
