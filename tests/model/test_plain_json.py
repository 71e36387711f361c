"""JSON and TOML that nobody vouches for: limits, shapes, and one way to fail."""

from __future__ import annotations

import datetime as dt
import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.model.plain_json import (
    DEEPEST,
    JsonList,
    JsonMap,
    JsonShape,
    JsonTable,
    MalformedData,
    parse_json,
    parse_toml,
    require_shape,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(values)
def test_what_was_written_is_read(value: object) -> None:
    """JSON that keeps the limits comes back as it was."""
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value
    assert parse_json(json.dumps(value)) == value


@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused_in_one_way(data: bytes) -> None:
    """Whatever fails does so with ``MalformedData``."""
    for parse in (parse_json, parse_toml):
        with suppress(MalformedData):
            parse(data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"a": 1, "a": 2}', "“a”写了两次"),
        (b"[NaN]", "NaN 不是数字"),
        (b"[-Infinity]", "Infinity 不是数字"),
        (b"[1e999]", "不是有限的数字"),
        (b"[" + b"9" * 20 + b"]", "位数太多"),
        (b"[" + b"9" * 5000 + b"]", "位数太多"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "套叠超过"),
        (b"[" * 100_000, "套叠超过"),
        (b'["\\ud800"]', "半个字符"),
        (b'{"\\udfff": 1}', "半个字符"),
        (b'["\xff"]', "第 3 个字节起不是 UTF-8"),
        (b"\xef\xbb\xbf[]", "不是 JSON"),
        (b"{} {}", "第 1 行第 4 个字起"),
        (b"", "第 1 行第 1 个字起"),
        (b" " * 5_000_000, "超过上限"),
    ],
)
def test_each_limit_says_what_is_wrong(data: bytes, told: str) -> None:
    """Size, depth, numbers, doubled keys, halves of characters: what is wrong is said in Chinese, and where."""
    with pytest.raises(MalformedData, match=told):
        parse_json(data)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5_000, "a = " + "[" * 70 + "]" * 70, "a = 9" + "9" * 5_000, f"a = {2**63}", "a = '\x00'", 'a = "\\ud800"', "a = 1\na = 2", "a = 2024-13-01"]
)  # fmt: skip
def test_toml_keeps_the_same_limits(text: str) -> None:
    """TOML is refused in the same way."""
    with pytest.raises(MalformedData):
        parse_toml(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a]\nb = 1\n[a]", "第 3 行第 3 个字：“a”这一段写了两次"),
        ("[a]\nb.c = 1\n[a.b]\nd = 2", "第 3 行第 5 个字：“a.b”这一段写了两次"),
        ("a = 1\na = 2\nb = 3", "第 2 行第 6 个字：同一项写了两次"),
        ("[[people]\nname = 1", "第 1 行第 9 个字：段名没有以 ]] 结束"),
        ("地址 = '甲'", "第 1 行第 1 个字：看不懂这一项的名称；中文名称要加引号"),
        ("phone 022", "第 1 行第 7 个字：项的名称后面应为 ="),
        ("name = 张三", "第 1 行第 8 个字：看不懂这个值；文字要加英文的引号"),
        ("name = “张三”", "第 1 行第 8 个字：看不懂这个值"),
        ('name = "张三', "到结尾：引号没有成对"),
        ('name = "张\n三"', "第 1 行第 10 个字：引号没有成对，或者没有在同一行结束"),
        ('path = "C:\\Users"', "引号里的 \\ 写法不对：改用单引号"),
        ("roles = ['a' 'b']", "列表没有以 ] 结束，或者少了逗号"),
        ("a = 1 b = 2", "同一行后面还有别的内容"),
        ("source = { measure = 'x'", "到结尾：表没有以大括号结束"),
        ("source = { a = 1, a = 2 }", "“a”写了两次"),
        ("a = { b = 1 }\na.c = 2", "“a”已经写完"),
    ],
)  # fmt: skip
def test_a_fault_of_toml_is_told_in_chinese_with_its_place(text: str, told: str) -> None:
    """Whatever fails does so with「MalformedData, which says in Chinese what is wrong and where」."""
    with pytest.raises(MalformedData) as caught:
        parse_toml(text)
    assert told in str(caught.value)


@given(st.text("[]{}=.\"'\\\n, a1中", max_size=12))
def test_no_fault_of_toml_is_told_in_english(text: str) -> None:
    """「which says in Chinese what is wrong and where」, whatever Python's reader stumbles over."""
    try:
        parse_toml(text)
    except MalformedData as error:
        assert not re.search("[a-z]{2,}", str(error).replace(text, ""))


SHAPE = JsonTable(
    {"name": str, "on": dt.date}, {"pages": JsonList(int), "by": JsonMap(str), "at": dt.datetime}
)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"name": "x", "on": "2024-03-08"}, ""),
        ({"name": "x", "on": "2024-03-08", "pages": [1, 2], "by": {"a": "b"}, "at": "2024-03-08T10:30:00+08:00"}, ""),
        ([], "应为表"),
        ({"on": "2024-03-08"}, "缺 name"),
        ({"name": 3, "on": "2024-03-08"}, "name 应为文字"),
        ({"name": None, "on": "2024-03-08"}, "name 应为文字"),
        ({"name": "x", "on": "2024-02-30"}, "on 应为日期"),
        ({"name": "x", "on": "2024-03-08", "at": "2024-03-08T10:30:00"}, "at 应为时刻"),
        ({"name": "x", "on": "2024-03-08", "pages": [1, True]}, "pages 第 2 项 应为整数"),
        ({"name": "x", "on": "2024-03-08", "pages": {}}, "pages 应为列表"),
        ({"name": "x", "on": "2024-03-08", "by": {"a": 1}}, "by.a 应为文字"),
        ({"name": "x", "on": "2024-03-08", "more": 1}, "不应有“more”"),
    ],
)  # fmt: skip
def test_a_shape_says_at_which_key_a_value_does_not_fit(value: object, told: str) -> None:
    """「giving typed values or one error with path and what is wrong」."""
    if told:
        with pytest.raises(MalformedData, match=told):
            require_shape(value, SHAPE)
    else:
        require_shape(value, SHAPE)


@given(values, st.sampled_from([SHAPE, JsonList(SHAPE), JsonMap(int), str, int, dt.date, dict, object]))
def test_any_value_fits_or_is_refused(value: object, shape: JsonShape) -> None:
    """A shape refuses in one way only."""
    with suppress(MalformedData):
        require_shape(value, shape)
