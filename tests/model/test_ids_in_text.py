"""ID numbers as printers, people and recognition leave them on a page; the checksum decides what is one."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.model.ids_in_text import ids_in_text, old_ids_in_text
from tests.people import make_id

BIRTHS = st.dates(dt.date(1925, 1, 1), dt.date(2024, 12, 31))
NUMBERS = st.builds(
    lambda born, serial: make_id(f"{born:%Y%m%d}", f"{serial:03d}"), BIRTHS, st.integers(0, 999)
)
BREAKS = st.sampled_from([" ", "  ", "-", "—", "\n", "\n　　", " \n", "·", " - "])
ALIKE = {"0": "OoQ", "1": "lI|", "2": "Zz", "5": "Ss", "8": "B", "X": "x×Х"}


def found(text: str) -> list[str]:
    return [seen.number for seen in ids_in_text(text)]


@given(NUMBERS, st.sets(st.integers(1, 17), max_size=5), BREAKS)
def test_a_number_is_joined_over_blanks_dashes_and_line_ends(number: str, cuts: set[int], gap: str) -> None:
    """A number is joined over blanks, hyphens and line ends."""
    ends = [0, *sorted(cuts), 18]
    broken = gap.join(number[a:b] for a, b in pairwise(ends))
    assert number in found(f"姓名 王秀兰\n公民身份号码 {broken}\n性别 女")


@given(NUMBERS, st.data())
def test_letters_that_look_like_digits_are_read_as_digits(number: str, data: st.DataObject) -> None:
    """Letters that look like digits are read as digits."""
    noisy = "".join(data.draw(st.sampled_from([c, *ALIKE.get(c, "")])) for c in number)
    if sum(c.isdigit() for c in noisy):
        assert found(f"证号：{noisy}。") == [number]
        wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in noisy)
        assert found(f"证号：{wide}。") == [number]


@given(NUMBERS, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_makes_it_no_number(number: str, at: int, by: int) -> None:
    """The checksum decides."""
    digit = "0123456789X".index(number[at])
    wrong = number[:at] + str((digit + by) % 10) + number[at + 1 :]
    if wrong != number:
        assert number not in found(wrong)
        assert found(wrong) == []


@given(NUMBERS, st.text("0123456789", min_size=1, max_size=4), st.booleans())
def test_never_cut_out_of_a_longer_run(number: str, more: str, before: bool) -> None:
    """It is never cut out of a longer run of digits: a bank account of 19 digits may hold one."""
    if number.endswith("X"):
        return
    run = more + number if before else number + more
    assert found(f"账号 {run} 元") == []


@given(NUMBERS, st.sampled_from([1, 4]))
def test_never_cut_out_of_an_account_printed_in_groups(number: str, size: int) -> None:
    """An account that is printed in groups may well hold eighteen that pass the checksum."""
    if number.endswith("X"):
        return
    run = f"6222{number}" if size == 4 else f"62{number}1"
    groups = " ".join(run[i : i + size] for i in range(0, len(run), size))
    assert number not in found(f"账号\n{groups}")


@given(NUMBERS, NUMBERS, st.sampled_from([" ", "\n", "  ", "，", " 女 "]))
def test_two_numbers_side_by_side_are_two(one: str, two: str, gap: str) -> None:
    """A piece that is a number alone lends nothing to others."""
    assert found(f"{one}{gap}{two}") == [one, two]


@pytest.mark.parametrize(
    "around", ["7 {}", "{} 7", "13812345678 {}", "{}\n2024", "NO{}", "ID:{}", "（{}）", "{}先生"]
)
def test_what_stands_beside_it_takes_nothing_away(around: str) -> None:
    number = make_id()
    assert found(around.format(number)) == [number]
    assert found(around.format(f"{number[:6]} {number[6:14]} {number[14:]}"))


def test_the_place_is_where_it_stands() -> None:
    number = make_id()
    text = f"姓名　王秀兰　证号 {number[:10]}\n{number[10:]} 女"
    (seen,) = ids_in_text(text)
    assert text[seen.start : seen.end].replace("\n", "") == number


@pytest.mark.parametrize("text", ["", "2024年3月5日", "SOS", "OlIZSB OlIZSB OlIZSB", "12345.00 元\n" * 50])
def test_nothing_where_there_is_none(text: str) -> None:
    assert found(text) == []


OLD_BIRTHS = st.dates(dt.date(1925, 1, 1), dt.date(1999, 12, 31))


@given(OLD_BIRTHS, st.integers(0, 995), st.sets(st.integers(1, 14), max_size=3), BREAKS)
def test_an_old_number_is_given_as_the_one_of_today(
    born: dt.date, serial: int, cuts: set[int], gap: str
) -> None:
    """「it is given as the number of today that comes from it」."""
    today = make_id(f"{born:%Y%m%d}", f"{serial:03d}")
    old = today[:6] + today[8:17]
    ends = [0, *sorted(cuts), 15]
    broken = gap.join(old[a:b] for a, b in pairwise(ends))
    assert today in [seen.number for seen in old_ids_in_text(f"证号 {broken}\n性别 女")]


@given(NUMBERS, st.text("0123456789", min_size=1, max_size=4), st.booleans())
def test_an_old_number_is_not_cut_out_of_a_longer_one(number: str, more: str, before: bool) -> None:
    """「A number of today that is broken after fifteen digits is not cut」, nor is a longer run of digits."""
    old = number[:6] + number[8:17]
    assert old_ids_in_text(more + old if before else old + more) == []
    assert old_ids_in_text(number) == old_ids_in_text(f"{number[:15]} {number[15:]}") == []
