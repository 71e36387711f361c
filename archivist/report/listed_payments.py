"""A list of payments that a bank or a platform exported: who was paid how much, as its rows say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from archivist.errors import InvalidValue, UsageError
from archivist.model.values import parse_value
from archivist.tables.filled_in import FilledRow, read_one, refuse

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("姓名", "户名", "收款人", "收款人姓名", "账户名", "对象姓名"),
    "id_number": ("证件号", "身份证号", "证件号码", "身份证号码"),
    "account": ("账号", "银行账号", "收款账号", "卡号"),
    "amount": ("金额", "发放金额", "实发金额", "实发", "交易金额"),
}
"""What is read of a row → how exported lists head its column."""
_KINDS: Final = {"name": "name", "id_number": "id", "account": "acct", "amount": "money"}
_NAMES: Final = {heading: key for key, headings in _COLUMNS.items() for heading in headings}


@dataclass(frozen=True, slots=True)
class ListedPayment:
    """One row of the list; ``row`` as the clerk's program counts. Who is paid is told by at least one of the texts."""

    row: int
    amount: Decimal
    name: str = ""
    id_number: str = ""
    account: str = ""


def read_list(path: Path) -> tuple[ListedPayment, ...]:
    """Read an exported list, ``.xlsx`` or ``.csv``; columns of other headings are passed over.

    Raises:
        UsageError: E001, it is no table; it has no amounts or nobody's name or number; or cells that cannot be taken as
            they stand: all of them, each with its row and heading.
    """
    problems: list[str] = []
    sheet = read_one(path)
    rows = sheet.by_headings(problems, lambda heading: _NAMES.get(heading, heading))
    known = {_NAMES[heading] for heading in sheet.headings if heading in _NAMES}
    lacking = [
        words
        for words, there in (
            ("金额", "amount" in known),
            ("证件号、账号、姓名之一", bool(known - {"amount"})),
        )
        if not there
    ]
    if lacking:
        raise UsageError(
            f"名单第一行没有{'，也没有'.join(lacking)}的列",
            file=path.name,
            remedy="列的标题写作 姓名、证件号、账号、金额。",
        )
    found = [listed for row in rows if row.cells and (listed := _row(row, problems))]
    refuse(path, problems)
    return tuple(found)


def _row(row: FilledRow, problems: list[str]) -> ListedPayment | None:
    told: dict[str, str] = {}
    for heading, value in row.cells.items():
        if (key := _NAMES.get(heading)) is None:
            continue
        try:
            parsed = parse_value(_KINDS[key], value)
        except InvalidValue as error:
            problems.append(f"第 {row.number} 行“{heading}”：{error.what}")
            return None
        if parsed is not None:
            told[key] = str(parsed)
    if not told:
        return None
    if "amount" not in told or len(told) == 1:
        what = "没有金额" if "amount" not in told else "只有金额，不知是谁的"
        problems.append(f"第 {row.number} 行：{what}；合计行请删去")
        return None
    amount = Decimal(told.pop("amount"))
    return ListedPayment(row.number, amount, **told)
