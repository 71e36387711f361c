"""The query language."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import BadQuery
from archivist.model.ids import Category
from archivist.model.record import PageFlag
from archivist.search.query import parse, read
from archivist.search.query_tree import (
    About,
    And,
    FiledBetween,
    HandledBy,
    HasPerson,
    HasText,
    InAbout,
    InPages,
    InPlace,
    Matches,
    Mentioned,
    Node,
    Not,
    Numbered,
    OfCategory,
    OfStatus,
    OfType,
    Or,
    PersonKey,
    WithPages,
    leaves,
)
from tests.search.household import make_id


def named(word: str) -> Or:
    return Or((HasText(word), HasPerson(PersonKey.NAME, word, records=False)))


def of_household(word: str) -> Or:
    """What a word asks for beside another: it may be said of the household as well."""
    return Or((*named(word).parts, HasPerson(PersonKey.NAME, word), InPlace(word)))


def together(*words: str) -> And:
    return And((*map(of_household, words), Or(tuple(map(named, words)))))


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("王秀兰", named("王秀兰")),
        ("“家庭 经济状况”", HasText("家庭经济状况")),
        ("甲 AND 乙", together("甲", "乙")),
        ("甲 & 乙", together("甲", "乙")),
        ("甲 +乙", together("甲", "乙")),
        ("甲 乙 OR 丙", Or((together("甲", "乙"), named("丙")))),
        ("甲 乙|丙", Or((together("甲", "乙"), named("丙")))),
        ("甲 或 丙", Or((named("甲"), named("丙")))),
        (
            "甲 （乙 OR 丙）",
            And(
                (
                    of_household("甲"),
                    Or((of_household("乙"), of_household("丙"))),
                    Or((named("甲"), Or((named("乙"), named("丙"))))),
                )
            ),
        ),
        ("甲 标题:乙", And((of_household("甲"), InAbout(About.TITLE, "乙")))),
        ("甲 -乙", And((named("甲"), Not(named("乙"))))),
        ("甲 not 乙", And((named("甲"), Not(named("乙"))))),
        ("甲 非 乙", And((named("甲"), Not(named("乙"))))),
        ("甲-乙", named("甲-乙")),
        ("腰?间盘", Or((Matches(("腰", "间盘"), ("?",)), HasPerson(PersonKey.NAME_LIKE, "腰?间盘", False)))),
        ("腰椎*", named("腰椎")),
        ("1201*0016", Or((Matches(("1201", "0016"), ("*",)), HasPerson(PersonKey.ID_LIKE, "1201*0016")))),
        ("6217 0012 3456 7890", HasText("6217001234567890")),
        (
            "120106 19580317 001X",
            Or((HasPerson(PersonKey.ID, "12010619580317001X"), Mentioned("12010619580317001X"))),
        ),
        ("内容:核对", InPages("核对")),
        ("文号:〔2024〕12号", InAbout(About.DOC_NO, "(2024)12号")),
        ("津民发(2024)12号", HasText("津民发(2024)12号")),
        ("文件名:扫描", InAbout(About.FILE_NAME, "扫描")),
        ("经办:赵主任", HandledBy("赵主任")),
        ("王xl", Or((HasText("王xl"), HasPerson(PersonKey.MIXED, "王xl")))),
        ("甲 NOT 乙", And((named("甲"), Not(named("乙"))))),
        ("甲 AND NOT 乙", And((named("甲"), Not(named("乙"))))),
        ("wxl", Or((HasText("wxl"), HasPerson(PersonKey.PINYIN, "wxl")))),
        ("0017", Or((HasText("0017"), HasPerson(PersonKey.ID4, "0017")))),
        ("001x", Or((HasText("001x"), HasPerson(PersonKey.ID4, "001X")))),
        ("１２０１０６", Or((HasText("120106"), HasPerson(PersonKey.ID6, "120106")))),
        (make_id(1), Or((HasPerson(PersonKey.ID, make_id(1)), Mentioned(make_id(1))))),
        (
            "tjhq-db-2024-000123",
            Or((Numbered("TJHQ-DB-2024-000123", True), Mentioned("TJHQ-DB-2024-000123"))),
        ),
        (
            "TJHQDB2024000123",
            Or((Numbered("TJHQ-DB-2024-000123", True), Mentioned("TJHQ-DB-2024-000123"))),
        ),
        (
            "低保",
            Or(
                (
                    HasText("低保"),
                    HasText("最低生活保障"),
                    HasPerson(PersonKey.NAME, "低保", False),
                    OfCategory(Category.DB, records=False),
                )
            ),
        ),
        ("王*lan", Or((Matches(("王", "lan"), ("*",)), HasPerson(PersonKey.NAME_LIKE, "王*lan")))),
        ("w*lan", Or((Matches(("w", "lan"), ("*",)), HasPerson(PersonKey.PINYIN_LIKE, "w*lan")))),
        ("000123", Or((HasText("000123"), Numbered("000123", False)))),
        (
            "*000123",
            Or((Or((HasText("000123"), Numbered("000123", False))), HasPerson(PersonKey.ID_LIKE, "*000123"))),
        ),
        ("2024-000123", Or((HasText("2024000123"), Numbered("2024-000123", False)))),
        ("DB-2024", Or((HasText("db-2024"), Numbered("DB-2024", False)))),
        ("db-2024-000123", Or((HasText("db-2024000123"), Numbered("DB-2024-000123", False)))),
        ("tjhqdb2024", Or((HasText("tjhqdb2024"), Numbered("TJHQ-DB-2024", False)))),
        ("tjhqdb20240001", Or((HasText("tjhqdb20240001"), Numbered("TJHQ-DB-2024-0001", False)))),
        ("TJHQ-*-000123", Or((Matches(("tjhq-", "-000123"), ("*",)), Numbered("TJHQ-*-000123", False)))),
        ("户号：TJHQ-?B-*123", Numbered("TJHQ-?B-*123", False)),
        ("证号:120106 19580317 001X", HasPerson(PersonKey.ID, "12010619580317001X")),
        ("内容:6217 0012 3456 7890", InPages("6217001234567890")),
        ("姓名 ：王秀兰", HasPerson(PersonKey.NAME, "王秀兰")),
        ("证号:001X 13820001234", And((HasPerson(PersonKey.ID4, "001X"), HasText("13820001234")))),
        ("12:30", HasText("12:30")),
        ("姓名：王秀兰", HasPerson(PersonKey.NAME, "王秀兰")),
        ("name:wxl", HasPerson(PersonKey.PINYIN, "wxl")),
        ("姓名:“阿卜杜拉 · 艾力”", HasPerson(PersonKey.NAME, "阿卜杜拉艾力")),
        ("证号:001X", HasPerson(PersonKey.ID4, "001X")),
        ("户号:000123", Numbered("000123", False)),
        ("文书:申请书", OfType("申请书")),
        ("类别:低保", OfCategory(Category.DB)),
        ("状态:待签", OfStatus("pending_signature")),
        ("识读:存疑", WithPages(PageFlag.DOUBTFUL)),
        ("识读:空白", WithPages(PageFlag.BLANK)),
        ("read:failed", WithPages(PageFlag.FAILED)),
        ("村:石桥", InPlace("石桥")),
        ("日期:2024-02", FiledBetween(dt.date(2024, 2, 1), dt.date(2024, 2, 29))),
        ("日期:2024", FiledBetween(dt.date(2024, 1, 1), dt.date(2024, 12, 31))),
        ("日期:2024-01..2024年3月5日", FiledBetween(dt.date(2024, 1, 1), dt.date(2024, 3, 5))),
        ("from:2024-03-05", FiledBetween(dt.date(2024, 3, 5), None)),
        ("止:2024-12", FiledBetween(None, dt.date(2024, 12, 31))),
    ],
)
def test_what_is_written_means(written: str, tree: Node) -> None:
    assert parse(written) == tree


@pytest.mark.parametrize(
    "written",
    [
        "", "  ", "(甲", "甲)", "()", '"甲', '""', "AND", "甲 OR", "OR 甲", "NOT", "甲 AND AND 乙", "。。", "姓明:王",
        "姓名:", "姓名: AND", "证号:12", "类别:高保", "状态:忙", "日期:昨天", "日期:2024-13", "起:2024-02-30",
        "户号:王秀兰", "甲" * 1001, "甲 " * 65, "(" * 40 + "甲" + ")" * 40, "NOT " * 40 + "甲", "日期:0000",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_in_chinese(written: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(written)
    assert caught.value.code == "E401"
    assert any("\u4e00" <= c <= "\u9fff" for c in caught.value.what)


@given(st.text(max_size=60) | st.text(st.sampled_from('甲乙a1 ()":“”：ANDORT姓名日期-.'), max_size=40))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    try:
        tree = parse(text)
    except BadQuery:
        return
    assert leaves(tree, positive=False)


def test_only_what_is_asked_for_is_shown() -> None:
    assert leaves(parse('"甲" NOT ("乙" NOT "丙")')) == (HasText("甲"), HasText("丙"))


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("甲 |", 3),
        ("甲 &", 3),
        ("甲 非", 3),
        ("甲 not", 3),
        ("甲 (", 3),
        ("| 甲", 1),
        ("甲 | & 乙", 5),
        ("甲 - 乙", 3),
        ("- 出院", 1),
        ("—— 出院", 1),
        ("甲 *", 3),
        ("甲 ？", 3),
        ("甲 ** 乙", 3),
        ("甲 )", 3),
        ("(甲", 1),
        ("甲 “乙", 3),
        ("甲 状态:某", 6),
        ("甲 日期:某日", 6),
        ("甲 日期:..", 6),
        ("日期:2024-13", 4),
        ("村:，", 3),
        ("文书:。", 4),
        ("标题:诊?书", 4),
        ("内容:腰*突出", 4),
        ("文书:诊？书", 4),
        ("村:石*村", 3),
        ("姓名:", 1),
        ("猫:甲", 1),
    ],
)
def test_what_cannot_be_understood_is_explained_at_the_character(query: str, at: int) -> None:
    """“`-词`, `|`, `&`, `not`, `非` either work or are explained at the character”; wildcards and fields too."""
    with pytest.raises(BadQuery, match=f"第 {at} 个字"):
        parse(query)


@pytest.mark.parametrize(
    "query",
    [
        "甲 -乙",
        "甲 －乙",
        "甲 —乙",
        "甲 ——乙",
        "甲 –乙",
        "甲 −乙",
        "甲 !乙",
        "甲 ！乙",
        "甲 not 乙",
        "甲 NOT 乙",
        "甲 非 乙",
    ],
)
def test_what_is_not_wanted_may_be_said_in_many_ways(query: str) -> None:
    """Whatever dash a keyboard or an input method gives."""
    assert parse(query) == parse("甲 NOT 乙")


@pytest.mark.parametrize(
    "query",
    ["甲 + 乙", "甲 +乙", "甲 & 乙", "甲 ＆ 乙", "甲 && 乙", "甲 and 乙", "甲 且 乙", "甲 并且 乙", "甲&乙"],
)
def test_both_may_be_said_in_many_ways(query: str) -> None:
    assert parse(query) == parse("甲 乙")


@pytest.mark.parametrize(
    "query", ["甲 | 乙", "甲|乙", "甲 ｜ 乙", "甲 || 乙", "甲 or 乙", "甲 或 乙", "甲 或者 乙"]
)
def test_either_may_be_said_in_many_ways(query: str) -> None:
    assert parse(query) == parse("甲 OR 乙")


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("今天", "2024-03-08", "2024-03-08"),
        ("昨天", "2024-03-07", "2024-03-07"),
        ("本周", "2024-03-04", "2024-03-10"),
        ("上周", "2024-02-26", "2024-03-03"),
        ("本月", "2024-03-01", "2024-03-31"),
        ("上月", "2024-02-01", "2024-02-29"),
        ("本季度", "2024-01-01", "2024-03-31"),
        ("今年", "2024-01-01", "2024-12-31"),
        ("去年", "2023-01-01", "2023-12-31"),
        ("近1天", "2024-03-08", "2024-03-08"),
        ("近30日", "2024-02-08", "2024-03-08"),
        ("上月..本月", "2024-02-01", "2024-03-31"),
    ],
)
def test_days_may_be_said_by_what_day_it_is(word: str, start: str, end: str) -> None:
    """“A relative date (本月)”; 8 March 2024 was a Friday."""
    today = dt.date(2024, 3, 8)
    wanted = FiledBetween(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    assert read(f"日期:{word}", today=today).tree == wanted
    with pytest.raises(BadQuery):
        parse(f"日期:{word}")


def test_last_month_of_january_is_december() -> None:
    day = dt.date(2024, 1, 31)
    assert read("日期:上月", today=day).tree == FiledBetween(dt.date(2023, 12, 1), dt.date(2023, 12, 31))
