"""Payments of the files against an exported list: nobody on one side only goes unnamed, no difference, nobody who has left."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from archivist.errors import UsageError
from archivist.report import Period
from archivist.report.case_history import HouseholdHistory
from archivist.report.listed_payments import ListedPayment, read_list
from archivist.report.register import Register, RegisterRequest
from archivist.report.registers.reconciliation import payment_reconciliation
from archivist.rules.pack import load
from tests.people import make_id
from tests.report.homes import TO_BENEFIT, a_house

JINCHENG = load("shanxi-jincheng-chengqu")
ENDED = (*TO_BENEFIT, "start_review reviewing 2024-06-03", "terminate terminated 2024-06-05")


def compared(houses: Sequence[HouseholdHistory], *listed: ListedPayment) -> Register:
    """Return what is found for September 2024."""
    return payment_reconciliation(
        RegisterRequest(houses, JINCHENG, Period.of_month("2024-09"), listed=listed)
    )


def paid(n: int, amount: object, **how: str) -> ListedPayment:
    """Return a line of the list for household ``n``, by its ID number unless said otherwise."""
    return ListedPayment(
        n + 1,
        Decimal(str(amount)),
        **(how or {"id_number": make_id("19700101", f"{n:03d}"), "name": f"户主{n}"}),
    )


def house(n: int, amount: str = "800", *, trail: tuple[str, ...] = TO_BENEFIT) -> HouseholdHistory:
    """Return a household in benefit with an account of its own."""
    return a_house(
        n,
        "DB",
        *trail,
        facts={"benefit": {"amount": amount}, "account": {"number": f"62220200000000{n:05d}"}},
    )


def test_every_difference_is_a_line_and_agreement_none() -> None:
    """S2「同步更新完善系统数据，做到与发放数据一致」: either side, amounts, ended households still paid."""
    houses = [house(1), house(2), house(3), house(4, trail=ENDED), house(5)]
    found = compared(
        houses, paid(1, 800), paid(2, 850), paid(4, 800), paid(9, 100), paid(5, 500), paid(5, 300)
    )
    assert {row["name"]: row["fault"].split("（")[0] for row in found.rows} == {
        "户主2": "金额不符，名单多 50.00 元", "户主3": "户档应发，名单没有", "户主4": "户档为“已终止”，当月不应发", "户主9": "名单有，户档中没有此人",
    }  # fmt: skip
    assert all("*" in row["id_number"] for row in found.rows)
    assert (
        found.values["register.count"],
        found.values["register.due"],
        found.values["register.listed"],
    ) == (4, Decimal("1600.00"), Decimal("1750.00"))
    assert "相符2人，不符4人" in found.notes[0]


def test_somebody_is_found_by_account_and_by_a_name_nobody_shares() -> None:
    """«an exported list of the bank/platform»: a bank has accounts, not ID numbers."""
    houses = [house(1), house(2)]
    assert (
        compared(houses, paid(1, 800, account="6222020000000000001"), paid(2, 800, name="户主2")).rows == []
    )
    twins = [house(1), a_house(2, "DB", *TO_BENEFIT, facts={"applicant": {"name": "户主1"}})]
    doubtful = compared(twins, paid(1, 800, name="户主1"))
    assert sorted(row["fault"].split("（")[0] for row in doubtful.rows) == [
        "名单有，户档中没有此人",
        "户档应发，名单没有",
        "户档应发，名单没有",
    ]
    other = compared(
        [house(1)], paid(1, 800, id_number=make_id("19880808", "123"), account="6222020000000000001")
    )
    assert len(other.rows) == 2, "another's ID number with our account is nobody of ours"


@given(st.lists(st.integers(0, 900), min_size=1, max_size=6))
def test_nothing_is_found_exactly_where_the_sums_agree(amounts: list[int]) -> None:
    """Every amount that is listed otherwise than the files owe is a line; nought on the list is not the same as not listed."""
    houses = [house(n) for n in range(1, len(amounts) + 1)]
    found = compared(houses, *(paid(n, amount) for n, amount in enumerate(amounts, 1)))
    assert len(found.rows) == sum(amount != 800 for amount in amounts)
    assert len(compared(houses).rows) == len(amounts)


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────
def sheet(folder: Path, *rows: Sequence[Any], name: str = "名单.xlsx") -> Path:
    """Write rows as a workbook or as ``.csv``."""
    path = folder / name
    if name.endswith(".csv"):
        path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="gb18030")
        return path
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["名单.xlsx", "名单.csv"])
def test_a_list_is_read_under_the_headings_banks_use(tmp_path: Path, name: str) -> None:
    """«.xlsx and csv»; what else the list has is passed over."""
    rows = (
        ("序号", "户 名", "收款账号", "实发金额", "流水"),
        (1, "赵一", "6222020200000000014", "1,200.50", "A1"),
        (2, "钱二", "6222020200000000022", 80, "A2"),
    )
    if name.endswith("csv"):
        rows = (rows[0], (1, "赵一", "6222020200000000014", "1200.50", "A1"), rows[2])
    assert [(p.name, p.account[-2:], p.amount) for p in read_list(sheet(tmp_path, *rows, name=name))] == [
        ("赵一", "14", Decimal("1200.50")), ("钱二", "22", Decimal(80)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            (("姓名", "金额"), ("赵一", "八百"), ("钱二", None), (None, 900)),
            ("第 2 行“金额”", "第 3 行：没有金额", "第 4 行：只有金额"),
        ),
        ((("姓名", "证件号"), ("赵一", "1")), ("没有金额",)),
        ((("编号", "金额"), ("1", 2)), ("证件号、账号、姓名之一",)),
        ((("姓名", "身份证号", "金额"), ("赵一", "110101197001010000", 5)), ("第 2 行“身份证号”",)),
        ((("姓名", "户名", "金额"), ("赵一", "赵一", 5)), ("是同一项",)),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_compared(
    tmp_path: Path, rows: Sequence[Sequence[Any]], words: Sequence[str]
) -> None:
    """«bad cells named»: all at once, by row and heading."""
    with pytest.raises(UsageError) as refused:
        read_list(sheet(tmp_path, *rows))
    said = " ".join((str(refused.value), *refused.value.problems))
    assert all(word in said for word in words), said
