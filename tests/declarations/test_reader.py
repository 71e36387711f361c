"""Tables of TOML: what fits is read as it stands, what does not is told in full, in Chinese, at once."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import pytest

from archivist.declarations.builder import build
from archivist.declarations.forms import NOT_DECLARED, Condition, Words
from archivist.declarations.reader import numbered, read


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Part:
    key: Words
    label: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    id: Words
    colour: Colour
    value: int | float | str | bool = 0
    share: float = 0.0
    public: bool = False
    since: dt.date | None = None
    when: Condition = ""
    parts: tuple[Part, ...] = ()
    colours: tuple[Colour, ...] = ()
    moves: Mapping[Colour, Colour] = field(default_factory=dict)
    args: Mapping[str, object] = field(default_factory=dict)
    made: int = field(default=7, metadata=NOT_DECLARED)


GOOD = """
id = "x"
colour = "red"
value = true
share = 1
since = 2024-03-01
when = "step.confirm and not applicant.disability"
parts = [{ key = "a" }, { key = "b", label = "乙" }]
colours = ["green"]
moves = { red = "green" }
args = { documents = ["a"], most = 3 }
"""
THING = Thing(
    "x", Colour.RED, True, 1, since=dt.date(2024, 3, 1), when="step.confirm and not applicant.disability",
    parts=(Part("a"), Part("b", "乙")), colours=(Colour.GREEN,),
    moves=MappingProxyType({Colour.RED: Colour.GREEN}), args=MappingProxyType({"documents": ["a"], "most": 3}),
)  # fmt: skip


def faults_of(text: str, where: str = "") -> list[str]:
    faults: list[str] = []
    assert read(Thing, tomllib.loads(text), where, faults) is None
    return faults


def test_a_table_becomes_a_typed_value() -> None:
    faults: list[str] = []
    found = read(Thing, tomllib.loads(GOOD), "x.toml", faults)
    assert (found, faults) == (THING, [])
    assert found is not None and type(found.colour) is Colour and type(found.parts) is tuple
    with pytest.raises(TypeError):
        found.moves["a"] = "b"  # type: ignore[index]


def test_a_table_known_to_be_sound_is_built_to_the_same_value_before_and_after_json() -> None:
    """A cache: "dates must round-trip"."""
    table = tomllib.loads(GOOD)
    assert build(Thing, table) == THING
    assert build(Thing, {**table, "since": "2024-03-01"}) == THING


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('id = ""', "id 是空的，应为文字，不能为空"),
        ("id = 3", "id 是 3，应为文字，不能为空"),
        ('colour = "rde"', "colour 是“rde”，应为 red、green 之一；是不是 red？"),
        ('colour = "blau"', "colour 是“blau”，应为 red、green 之一"),
        ('share = "1"', "share 是“1”，应为数字"),
        ('public = "yes"', "public 是“yes”，应为 true 或 false"),
        ("public = 1", "public 是 1，应为 true 或 false"),
        ('since = "2024-03-01"', "since 是“2024-03-01”，应为日期，如 2024-03-01，不加引号"),
        ("since = 2024-03-01T08:00:00", "since 是 2024-03-01 08:00:00，应为日期，如 2024-03-01，不加引号"),
        ("value = [1]", "value 是数组 [1]，应为整数、数字、文字或 true 或 false"),
        ('parts = "a"', "parts 是“a”，应为数组 [ … ]，每项为表 { key = … }"),
        ("parts = [{ key = 1 }]", "parts 第 1 项 key 是 1，应为文字，不能为空"),
        ('parts = [{ key = "a" }, { label = "乙" }]', "缺 parts 第 2 项 key，应为文字，不能为空"),
        ('parts = [{ key = "a", lable = "乙" }]', "parts 第 1 项 中没有“lable”这一项；是不是 label？"),
        ("moves = 3", "moves 是 3，应为表 { … = … }，左边为 red、green 之一，右边为 red、green 之一"),
        ('moves = { redd = "green" }', "moves redd 是“redd”，应为 red、green 之一；是不是 red？"),
        ('moves = { red = "x" }', "moves red 是“x”，应为 red、green 之一"),
        ('whem = "step.confirm"', "没有“whem”这一项；是不是 when？"),
        ("zzz = 1", "没有“zzz”这一项；可用：id、colour、value、share、public、since、when、parts、colours、moves、args"),
        ("made = 1", "没有“made”这一项；可用：id、colour、value、share、public、since、when、parts、colours、moves、args"),
    ],
)  # fmt: skip
def test_each_fault_names_the_key_what_was_found_and_what_is_expected(line: str, fault: str) -> None:
    """In Chinese: table or row, key, what was found, what is expected, near misses of unknown keys."""
    key = line.partition(" ")[0]
    sound = [text for text in ('id = "x"', 'colour = "red"') if not text.startswith(key)]
    assert faults_of("\n".join([*sound, line]), "规则 3") == [f"规则 3：{fault}"]


def test_a_condition_that_cannot_be_read_says_why() -> None:
    (fault,) = faults_of('id = "x"\ncolour = "red"\nwhen = "a is b"')
    assert fault.startswith("when 是“a is b”，应为条件") and "看不懂" in fault


def test_all_faults_are_told_at_once() -> None:
    """Every fault of a table at once."""
    faults = faults_of(
        'colour = "x"\npublic = "yes"\nparts = [{ kee = "a" }, 3]\ncolours = ["red", "blue", 4]\nwhen = "?"\nzz = 1'
    )
    assert [f.split("，")[0] for f in faults] == [
        "缺 id",
        "colour 是“x”",
        "public 是“yes”",
        "when 是“?”",
        "缺 parts 第 1 项 key",
        "parts 第 1 项 中没有“kee”这一项；是不是 key？",
        "parts 第 2 项是 3",
        "colours 第 2 项是“blue”",
        "colours 第 3 项是 4",
        "没有“zz”这一项；可用：id、colour、value、share、public、since、when、parts、colours、moves、args",
    ]


def test_a_key_is_looked_at_though_its_value_has_a_fault() -> None:
    assert faults_of('id = "x"\ncolour = "red"\nmoves = { blue = "red", red = "blue", grey = "grey" }') == [
        "moves blue 是“blue”，应为 red、green 之一",
        "moves red 是“blue”，应为 red、green 之一",
        "moves grey 是“grey”，应为 red、green 之一；是不是 green？",
        "moves grey 是“grey”，应为 red、green 之一；是不是 green？",
    ]


def test_a_row_is_named_by_number_and_by_what_it_calls_itself() -> None:
    assert numbered("fields.hand", 3, {"path": "a.b"}, "path") == "fields.hand 第 3 行 a.b"
    assert numbered("fields.hand", 3, {"path": 5}, "path") == "fields.hand 第 3 行"
    assert numbered("fields.hand", 3, "a.b", "path") == "fields.hand 第 3 行"
