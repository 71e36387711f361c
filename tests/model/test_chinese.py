"""Names, amounts, dates, reference numbers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import InvalidValue
from archivist.model import chinese


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("10", "人民币壹拾元整"),
        ("0", "人民币零元整"),
        ("1130", "人民币壹仟壹佰叁拾元整"),
        ("100000000", "人民币壹亿元整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("10001000", "人民币壹仟万壹仟元整"),
    ],
)
def test_amounts_in_words(amount: str, words: str) -> None:
    """《正确填写票据和结算凭证的基本规定》: its own examples, and the places of zeros."""
    assert chinese.money_in_words(Decimal(amount)) == words


@given(st.integers(0, 10**12))
def test_words_never_repeat_zero_and_end_rightly(cents: int) -> None:
    words = chinese.money_in_words(Decimal(cents) / 100)
    assert "零零" not in words
    assert words.startswith("人民币")
    assert words.endswith(("整", "角", "分"))


@given(st.integers(0, 10**12))
def test_money_survives_being_written(cents: int) -> None:
    amount = (Decimal(cents) / 100).quantize(Decimal("0.01"))
    assert chinese.parse_money(chinese.format_money(amount)) == amount


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_dates_survive_being_written(day: dt.date) -> None:
    for text in (
        chinese.format_date(day),
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
    ):
        assert chinese.parse_date(text) == day


def test_old_style_dates_are_read() -> None:
    assert chinese.parse_date("二〇二三年十月三十一日") == dt.date(2023, 10, 31)


@pytest.mark.parametrize("text", ["2023-02-29", "8月中旬", "2023年", "昨天"])
def test_what_is_no_day_is_refused(text: str) -> None:
    """「“X月中旬/下旬”不可转精确日期」."""
    with pytest.raises(InvalidValue):
        chinese.parse_date(text)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("买买提‧阿卜杜拉", "买买提·阿卜杜拉"),
        ("古丽．艾山", "古丽·艾山"),
        ("欧 阳 修", "欧阳修"),
        ("𠮷田", "𠮷田"),
        ("Anna Schmidt", "Anna Schmidt"),
        ("甲 & 乙 <公司>{{7*7}}", "甲 & 乙 <公司>{{7*7}}"),
    ],
)
def test_names_are_kept_and_their_dots_unified(written: str, name: str) -> None:
    """民委发〔2016〕33号: the separator is ``·`` (U+00B7)."""
    assert chinese.parse_name(written) == name


def test_a_name_of_twenty_five_characters_fits() -> None:
    """「姓名项不少于 50 个字符（25 个汉字）」."""
    assert len(chinese.parse_name("阿" * 25)) == 25


def test_private_use_characters_are_refused() -> None:
    with pytest.raises(InvalidValue, match="私用区"):
        chinese.parse_name("王\ue000")


def test_masked_names() -> None:
    assert chinese.mask_name("张三丰") == "张*"
    assert chinese.mask_name("欧阳修") == "欧阳*"
    assert chinese.mask_name("阿卜杜拉·买买提") == "阿卜杜拉·*"


@pytest.mark.parametrize(
    "written", ["红邵救字[2024]4号", "红邵救字【2024】4号", "红邵救字（2024）4号", "红邵救字〔2024〕4号"]
)
def test_reference_numbers_have_one_form(written: str) -> None:
    """GB/T 9704-2012: 「年份全称六角括号〔〕；序号不编虚位、不加“第”，加“号”」."""
    assert chinese.parse_doc_no(written) == "红邵救字〔2024〕4号"


@pytest.mark.parametrize("written", ["红邵救字〔24〕4号", "红邵救字〔2024〕04号", "红邵救字〔2024〕第4号"])
def test_wrong_reference_numbers_are_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        chinese.parse_doc_no(written)
