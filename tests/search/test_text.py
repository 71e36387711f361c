"""Normal forms, grams, names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archivist.search.names import endings, is_long, name_key, pinyin_keys, spelt, spoken
from archivist.search.text import JOINT, flowing, folded, grams, mentions, needed, normal
from archivist.search.variants import SIMPLIFIED
from tests.search.household import make_id

MIXED = st.text(st.sampled_from("王秀兰鎮镇𠮷𬱖·• 　\n\fＡａb12３，。；\u200b①⼀é"), max_size=30)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("最 低\n生 活 保 障", "最低生活保障"),
        ("紅橋區邵公莊鎮", "红桥区邵公庄镇"),
        ("ＡＢＣ１２３", "abc123"),
        ("second  line", "second line"),
        ("2024 年 8 月 16 日", "2024年8月16日"),
        ("6217 0012 3456 7890", "6217001234567890"),
        ("12,345.00 元", "12345.00元"),
        ("〔2024〕 12 号", "(2024)12号"),
        ("【2024】12号", "(2024)12号"),
        ("《最低生活保障“办法”》", "最低生活保障办法"),
        ("阿卜杜拉 • 艾力", "阿卜杜拉·艾力"),
        ("⼀⼆", "一二"),
        ("王\u200b秀\ufeff兰", "王秀兰"),
        ("一 页\f二 页", "一页\f二页"),
        ("乾坤", "乾坤"),
    ],
)
def test_what_people_and_scanners_write_alike_has_one_form(written: str, form: str) -> None:
    assert normal(written) == form


@given(st.one_of(MIXED, st.text(max_size=30)))
def test_normal_is_idempotent(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(MIXED, st.data())
def test_every_fragment_is_among_the_grams_of_its_text(text: str, data: st.DataObject) -> None:
    text = flowing(normal(text))  # as it is searched; a fragment of a query holds no page break
    start = data.draw(st.integers(0, len(text)))
    fragment = text[start : data.draw(st.integers(start, len(text)))]
    found = grams(text)
    for gram, whole in needed(fragment):
        assert gram in found if whole else any(g.startswith(gram) for g in found)


@pytest.mark.parametrize(
    ("asked", "ends", "elsewhere"),
    [
        ("兢弦,渐", {"兢弦", "弦"}, "兢弦渐"),
        ("户,甲", {"户"}, "户甲,"),
        ("abcd(王", {"abc", "bcd", "cd"}, "abcde(王"),
        ("号12月", {"号", "12"}, "号123月"),
    ],
)
def test_what_ends_within_a_fragment_is_asked_for_as_an_end(
    asked: str, ends: set[str], elsewhere: str
) -> None:
    """Where a run of characters ends in the fragment it ends in the text, and the end of each run is a gram."""
    assert {gram for gram, whole in needed(asked) if whole and gram < chr(JOINT)} == ends
    assert not ends <= grams(elsewhere)


@pytest.mark.parametrize(
    ("asked", "joints", "elsewhere"),
    [
        ("信息,司", 1, "信息。\f户,司"),
        ("8元,唤", 2, "8元,司8,唤"),
        ("a b(甲)12", 3, "a甲(b)12"),
        ("信息\u2028司法", 1, "信息司法"),
        ("信息司法", 0, ""),
        (",司", 0, ""),
    ],
)
def test_where_a_run_follows_another_in_a_fragment_their_joint_is_asked_for(
    asked: str, joints: int, elsewhere: str
) -> None:
    """“Where one run follows another, whatever is between, stands one gram more: their ``joint``”."""
    wanted = {gram for gram, _ in needed(asked) if gram >= chr(JOINT)}
    assert len(wanted) == joints
    assert wanted <= grams(f"前{asked}后")
    assert not joints or not wanted <= grams(elsewhere)


def test_folding_never_leads_to_a_folded_form() -> None:
    assert len(SIMPLIFIED) > 2000
    assert not any(ord(simple) in SIMPLIFIED for simple in SIMPLIFIED.values())
    for simple in SIMPLIFIED.values():
        simple.encode("gb2312")


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("王秀兰", "wangxiulan", "wxl"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("仇英", "qiuying", "qy"),
        ("解缙", "xiejin", "xj"),
        ("区大相", "oudaxiang", "odx"),
        ("曾巩", "zenggong", "zg"),
        ("查良镛", "zhaliangyong", "zly"),
        ("朴树", "piaoshu", "ps"),
        ("盖叫天", "gejiaotian", "gjt"),
        ("缪缪", "miaomiao", "mm"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("万俟卨", "moqixie", "mqx"),
        ("黑振强", "hezhenqiang", "hzq"),
        ("吕布", "lvbu", "lb"),
        ("吕布", "lyubu", "lb"),
        ("吕亮", "luliang", "ll"),
        ("任盈盈", "renyingying", "ryy"),
        ("阿卜杜拉·艾力", "abudulaaili", "abdlal"),
        ("𬱖羽", "diyu", "dy"),
    ],
)
def test_names_are_read_in_every_way(name: str, pinyin: str, initials: str) -> None:
    parts, whole, short = pinyin_keys(name)
    assert pinyin in whole
    assert initials in short
    assert whole <= parts or is_long(name)
    assert all(spelt(written, spoken(name)) for written in (*whole, *short))


def test_a_long_name_has_a_bounded_number_of_readings() -> None:
    parts, whole, _ = pinyin_keys("单" + "行长乐重" * 5)
    assert len(whole) <= 3
    assert parts == set()


def test_name_keys_ignore_dots_and_blanks() -> None:
    assert name_key("阿卜杜拉 ・ 艾力") == name_key("阿卜杜拉艾力") == "阿卜杜拉艾力"
    assert endings("王秀兰") == {"王秀兰", "秀兰", "兰"}


def test_numbers_are_mentioned_whole_only() -> None:
    text = folded("证号12010619580317001x\f账号6212010619580317001 户号TJHQ-DB-2024-000123。")
    assert mentions(text) == {("12010619580317001X", 1), ("TJHQ-DB-2024-000123", 2)}

    assert not mentions("120106581317048")  # fifteen digits, and no such month


GROUPS = st.lists(
    st.tuples(st.text("0123456789", min_size=1, max_size=8), st.sampled_from((" ", "-"))), max_size=6
)
FORMS: tuple[Callable[[str], str], ...] = (
    lambda n: n,
    lambda n: f"{n[:6]} {n[6:14]} {n[14:]}",
    lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}",
    lambda n: " ".join(n),
    lambda n: n[:6] + n[8:17],
)


@given(GROUPS, GROUPS, st.integers(0, 995), st.sampled_from(FORMS))
@example([("789", "-"), ("0", " ")], [], 48, FORMS[1])  # 789-0 120106 19580317: eighteen digits as well
def test_a_number_is_mentioned_whatever_digits_stand_in_groups_around_it(
    before: list[tuple[str, str]],
    after: list[tuple[str, str]],
    sequence: int,
    form: Callable[[str], str],
) -> None:
    """“zero misses”: groups of an account or a telephone beside a number take nothing away from it."""
    number = make_id(sequence)
    text = "".join(map("".join, before)) + form(number) + "".join(gap + group for group, gap in after)
    assert (number, 1) in mentions(folded(text))
