"""When nothing is found the program helps, and says that it did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.search.index import Index
from archivist.search.lookalikes import lookalikes
from archivist.search.nearby import Nearby, is_one_edit, nearby
from tests.search.household import MemoryArchive, make_id, make_number

ONE, TWO = make_number(1), make_number(2)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    archive = MemoryArchive()
    archive.open(ONE, "王秀兰", id_number=make_id(1), members=[("李凤英", "")])
    archive.file(ONE, "腰椎间盘突出，卡号 6217 0012 3456 7890，本曰已核对")
    archive.open(TWO, "阿依古丽", id_number=make_id(2))
    archive.file(
        TWO, "家庭经济状况核对，见津民发〔2024〕8号，李四2023-05-06交来 1,300.00 元、52.5 元，7月8号还"
    )
    with Index(tmp_path / "index", archive) as index:
        index.rebuild()
        yield index


def near(index: Index, query: str) -> Nearby:
    assert index.search(query).total == 0
    return nearby(query, lambda other, limit: index.search(other, limit=limit))


@pytest.mark.parametrize(
    ("query", "right", "slips"),
    [
        ("本日已核对", "本曰已核对", (("本日已核对", "本曰已核对"),)),
        ("李风英", "李凤英", (("李风英", "李凤英"),)),
        ("腰椎 李风英", "腰椎 李凤英", (("李风英", "李凤英"),)),
    ],
)
def test_slips_of_our_own_reading_are_put_right(
    index: Index, query: str, right: str, slips: tuple[tuple[str, str], ...]
) -> None:
    """OCR look-alikes: a confusion table measured from our own OCR runs."""
    found = near(index, query)
    assert (found.query, found.slips) == (right, slips)


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("王秀蓝", "王秀兰"),
        ("王兰", "王秀兰"),
        ("王秀秀兰", "王秀兰"),
        ("阿依古力", "阿依古丽"),
        ("要椎间盘", "腰椎间盘"),
        ("腰椎盘", "腰椎间盘"),
        ("腰椎间间盘", "腰椎间盘"),
        ("6217001234567891", "6217 0012 3456 7890"),
        ("王兰秀", "王秀兰"),
        ("姓名:王秀蓝", "王秀兰"),
        ('姓名:"李凤迎"', "李凤英"),
        ("内容:腰推间盘", "腰椎间盘"),
        ("腰椎 姓名:王秀蓝", "王秀兰"),
        ("wangxiuian", "王秀兰"),
        ("wangxiuln", "王秀兰"),
        ("wangxiulann", "王秀兰"),
        ("wnagxiulan", "王秀兰"),
        ("ayigoli", "阿依古丽"),
        ("xiuian", "王秀兰"),
        (make_id(1)[:16] + "9" + make_id(1)[17:], "王秀兰"),
        (make_id(1)[:9] + make_id(1)[10:], "王秀兰"),
        (make_id(1)[:4] + make_id(1)[5] + make_id(1)[4] + make_id(1)[6:], "王秀兰"),
        ("6217001234567809", "6217 0012 3456 7890"),
        ("62170012344567890", "6217 0012 3456 7890"),
    ],
)
def test_a_word_one_letter_off_is_named(index: Index, query: str, meant: str) -> None:
    """One edit for names and words (another letter, one more, one fewer, two that changed places); “您是不是要找”."""
    found = near(index, query)
    assert not found.query
    assert any(m.word and meant.startswith(m.word) for m in found.meant)
    assert all(m.households for m in found.meant)


@pytest.mark.parametrize(
    ("query", "right", "marks"),
    [
        ("王秀兰，腰椎", "王秀兰 腰椎", ","),
        ("腰椎、核对", "腰椎 核对", "、"),
        ("腰椎；卡号/核对", "腰椎 卡号 核对", ";/"),
        ("内容:腰椎。核对", "内容:腰椎 核对", "。"),
        ("腰%", "腰 ", "%"),
        ("腰_椎", "腰 椎", "_"),
        ("腰椎.*", "腰椎 ", ".*"),
        ("[腰]椎", " 腰 椎", "[]"),
    ],
)
def test_marks_between_words_are_read_as_blanks_when_nothing_is_found_otherwise(
    index: Index, query: str, right: str, marks: str
) -> None:
    found = near(index, query)
    assert (found.query, found.parted) == (right, marks)


@pytest.mark.parametrize(
    ("query", "right", "instead"),
    [
        ('"腰*突出"', "腰*突出", (('"腰*突出"', "腰*突出"),)),
        ("“腰？间盘”", "腰?间盘", (("“腰？间盘”", "腰?间盘"),)),
        ('核对 "本 *已"', "核对 本*已", (('"本 *已"', "本*已"),)),
        ("文号:8号", "8号", (("文号:8号", "8号"),)),
        ("标题:腰椎", "腰椎", (("标题:腰椎", "腰椎"),)),
        ('文件名:"腰椎"', '"腰椎"', (('文件名:"腰椎"', '"腰椎"'),)),
        ("姓名:李四 家庭", "李四 家庭", (("姓名:李四", "李四"),)),
        ("津民发2024年8号", "津民发〔2024〕8号", (("津民发2024年8号", "津民发〔2024〕8号"),)),
        ("津民发〔2024〕第8号", "津民发〔2024〕8号", (("津民发〔2024〕第8号", "津民发〔2024〕8号"),)),
        ("津民发(2024)第008号", "津民发〔2024〕8号", (("津民发(2024)第008号", "津民发〔2024〕8号"),)),
        ("津民发20248号", "津民发〔2024〕8号", (("津民发20248号", "津民发〔2024〕8号"),)),
        ("2023年5月6号", "2023年5月6日", (("2023年5月6号", "2023年5月6日"),)),
        ("5月6号", "5月6日", (("5月6号", "5月6日"),)),
        ("7月8日", "7月8号", (("7月8日", "7月8号"),)),
        ("1,300元", "1300.00", (("1,300元", "1300.00"),)),
        ("￥1300.00", "1300.00", (("￥1300.00", "1300.00"),)),
        ("52.5元整", "52.5", (("52.5元整", "52.5"),)),
        ("核对 非家庭", "核对 -家庭", (("非家庭", "-家庭"),)),
    ],
)
def test_what_is_written_otherwise_is_asked_so(
    index: Index, query: str, right: str, instead: tuple[tuple[str, str], ...]
) -> None:
    """“When nothing is found the program helps, and says that it did”."""
    found = near(index, query)
    assert (found.query, found.instead, found.slips) == (right, instead, ())


def test_wildcards_in_quotes_are_said_to_stand_for_themselves(index: Index) -> None:
    assert near(index, '"腰*不在"').literal == ("腰*不在",)
    assert near(index, '"腰*突出"').literal == ("腰*突出",)
    assert near(index, "腰*不在").literal == ()


def test_only_whole_numbers_and_the_longest_words_are_offered(index: Index) -> None:
    """A part of somebody's ID number or card is no word that anybody meant."""
    one = make_id(1)
    for typed in (one[:17] + ("1" if one[17] != "1" else "2"), one[:16] + one[17] + one[16]):
        assert [m.word for m in near(index, typed).meant] == ["王秀兰"], typed
    assert [m.word for m in near(index, "6217001234567891").meant] == ["6217 0012 3456 7890"]
    assert [m.word for m in near(index, "腰椎盘突出").meant] == ["腰椎间盘突出"]


def test_what_is_no_name_and_no_text_is_not_put_right(index: Index) -> None:
    """A step, a category or a day that fits nothing is no slip."""
    for query in ("文书:诊断", "日期:1999", "状态:作废", "-姓名:王秀兰 状态:作废"):
        assert near(index, query) == Nearby(), query


def test_words_that_are_apart_are_said_to_be(index: Index) -> None:
    assert near(index, "腰椎 家庭经济").apart == ("腰椎", "家庭经济")
    assert near(index, "腰椎、家庭经济").apart == ("腰椎", "家庭经济")
    assert near(index, "查无此人此事") == Nearby()


def test_which_word_is_nowhere_is_said(index: Index) -> None:
    assert near(index, "腰椎 高血压").lacking == ("高血压",)
    assert near(index, '腰椎 "高血压" 内容:糖尿病').lacking == ('"高血压"', "内容:糖尿病")
    both = near(index, "高血压 糖尿病")
    assert (both.lacking, both.others_found) == (("高血压", "糖尿病"), False)


def test_what_is_not_wanted_is_not_put_right(index: Index) -> None:
    assert near(index, "腰椎 -突出") == Nearby()


@given(st.text(st.sampled_from("日曰王凤"), max_size=6))
def test_a_lookalike_differs_by_one_character(word: str) -> None:
    for other in lookalikes(word):
        assert is_one_edit(word, other)
        assert word in lookalikes(other)


@given(st.text("甲乙丙", max_size=5), st.text("甲乙丙", max_size=5))
def test_one_edit_is_one_edit(one: str, other: str) -> None:
    by_hand = (
        {one[:at] + c + one[at + 1 :] for at in range(len(one)) for c in "甲乙丙"}
        | {one[:at] + c + one[at:] for at in range(len(one) + 1) for c in "甲乙丙"}
        | {one[:at] + one[at + 1 :] for at in range(len(one))}
        | {one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(len(one) - 1)}
    ) - {one}
    assert is_one_edit(one, other) == (other in by_hand)
