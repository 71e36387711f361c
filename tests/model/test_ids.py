"""Case numbers and ID numbers: one parse, one format, round trip tested."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import InvalidValue
from archivist.model.ids import (
    ID_IN_TEXT,
    CaseNo,
    Category,
    age_on,
    clean_id,
    id_birth_date,
    id_check_digit,
    id_sex,
    in_rows,
    is_id,
    mask_id,
    parse_category,
    parse_id,
)

case_numbers = st.builds(
    CaseNo,
    st.from_regex(r"[A-Z]{2,8}", fullmatch=True),
    st.sampled_from(Category),
    st.integers(1990, 2100),
    st.integers(1, 9_999_999),
)
ids = st.builds(
    lambda birth, seq: (body := f"120106{birth:%Y%m%d}{seq:03d}") + id_check_digit(body),
    st.dates(dt.date(1900, 1, 1), dt.date(2030, 1, 1)),
    st.integers(0, 999),
)


@given(case_numbers)
def test_a_case_number_survives_being_written(number: CaseNo) -> None:
    assert CaseNo.parse(str(number)) == number
    assert CaseNo.parse(str(number).lower()) == number


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_standards_own_examples_pass(number: str) -> None:
    """GB 11643-1999 gives these numbers as examples."""
    assert parse_id(number) == number


@given(ids)
def test_a_number_carries_birth_date_and_sex(number: str) -> None:
    checked = parse_id(number)
    assert f"{id_birth_date(checked):%Y%m%d}" == number[6:14]
    assert id_sex(checked) == ("男" if int(number[16]) % 2 else "女")


@given(ids, st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(number: str, at: int, shift: int) -> None:
    """ISO 7064 MOD 11-2 finds every single substitution."""
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert not is_id(wrong)


@pytest.mark.parametrize(
    "written",
    [
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002x",
        "11010519491231002х",
        "11010519491231002×",
    ],
)
def test_look_alikes_are_normalised(written: str) -> None:
    """「全角数字/字母、空格、末位 × Ｘ х（西里尔）须归一」."""
    assert clean_id(written) == "11010519491231002X"


def test_an_unknown_region_is_no_error() -> None:
    """「6 位与现行区划不符不能判错（撤并、迁移不改号）」."""
    body = "99999919491231002"
    assert is_id(body + id_check_digit(body)) is True


def test_a_number_of_fifteen_digits_is_that_of_today() -> None:
    """「一代居民身份证停止使用」: the card is void, the person is the same; the century and the check digit are added."""
    assert parse_id("110105491231002") == "11010519491231002X"


def test_the_message_never_repeats_the_number() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_id("110105194912310021")
    assert "1949" not in str(caught.value)


def test_a_bank_account_is_not_mistaken_for_an_id() -> None:
    body = "12010619620305002"
    number = body + id_check_digit(body)
    assert ID_IN_TEXT.findall(f"账号 6{number} 证号 {number}。") == [number]


def test_masking_hides_the_birth_date() -> None:
    assert mask_id("11010519491231002X") == "110105********002X"


@pytest.mark.parametrize(("text", "code"), [("低保", "DB"), ("特困人员救助供养", "TK"), ("dx", "DX")])
def test_categories_by_their_everyday_names(text: str, code: str) -> None:
    assert parse_category(text).value == code


def test_age_counts_full_years() -> None:
    assert age_on(dt.date(1960, 3, 5), dt.date(2020, 3, 4)) == 59
    assert age_on(dt.date(1960, 3, 5), dt.date(2020, 3, 5)) == 60


@given(st.from_regex("[0-9a-f]{64}", fullmatch=True))
def test_a_digest_on_paper_is_two_lines_of_whole_groups(digest: str) -> None:
    """「two lines of four groups of eight digits, for on one line a group would be broken」."""
    lines = [line.split(" ") for line in in_rows(digest).split("\n")]
    assert [[len(group) for group in line] for line in lines] == [[8] * 4] * 2
    assert "".join(group for line in lines for group in line) == digest
