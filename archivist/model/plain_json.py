"""JSON and TOML read as bytes that nobody vouches for: a bit may have turned over, a hand may have been at them.

What is read keeps limits (size, depth, numbers), is UTF-8 without halves of characters, says no key twice, and has the
shape it is asked to have. Whatever fails does so with ``MalformedData``, which says in Chinese what is wrong and where.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

SMALL: Final = 4 << 20
"""Bytes of a note, a settings file or an event at most."""
LARGE: Final = 256 << 20
"""Bytes of what was read of a file, page by page, at most."""
DEEPEST: Final = 64
"""Tables and lists within each other."""
_DIGITS: Final = 19
"""Of a whole number: 64 bits."""
_WIDEST: Final = 1 << 63


class MalformedData(ValueError):
    """Bytes from the disk are not what they should be; the text says in Chinese what is wrong, and where."""


# ── parsing ──────────────────────────────────────────────────────────────────────────────────────────────
def parse_json(data: bytes | str, *, most: int = SMALL) -> Any:
    """Read JSON.

    Args:
        data: UTF-8, or text.
        most: bytes or characters at most.

    Raises:
        MalformedData: it is none, or keeps a limit of this module not.
    """
    text = _text(data, most)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_each_once,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_limited,
        )
    except json.JSONDecodeError as error:
        raise MalformedData(f"第 {error.lineno} 行第 {error.colno} 个字起不是 JSON") from error
    except RecursionError:
        raise MalformedData(_TOO_DEEP) from None
    if "\\u" in text:  # only an escape can say half a character
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise MalformedData("含有不成字的半个字符") from None
    if text.count("[") + text.count("{") > DEEPEST:
        _require_shallow(value)
    return value


def parse_toml(data: bytes | str, *, most: int = SMALL) -> dict[str, Any]:
    """Read TOML; see ``parse_json``. A byte order mark, which Windows puts before it, is passed over.

    ``nan`` and ``inf`` are words of TOML: whoever types the value refuses them, and names its row and key.

    Raises:
        MalformedData: it is none.
    """
    import tomllib

    text = _text(data, most).removeprefix("\ufeff")
    try:
        tables = tomllib.loads(text)
    except RecursionError:
        raise MalformedData(_TOO_DEEP) from None
    except tomllib.TOMLDecodeError as error:
        raise MalformedData(_toml_fault(str(error))) from error
    except (ValueError, OverflowError) as error:  # a number of more digits than Python reads
        raise MalformedData(f"有读不了的值（{error}）") from error
    _require_shallow(tables)
    return tables


_TOO_DEEP: Final = f"套叠超过 {DEEPEST} 层"


def _text(data: bytes | str, most: int) -> str:
    if len(data) > most:
        raise MalformedData(f"大小 {len(data)} 超过上限 {most}")
    if isinstance(data, str):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedData(f"第 {error.start + 1} 个字节起不是 UTF-8 文字") from error


_TOML_FAULTS: Final = (
    (r"Cannot declare .* twice", "“{0}”这一段写了两次"),
    (r"Cannot overwrite a value", "同一项写了两次，不知道以哪个为准"),
    (r"Cannot (?:mutate immutable|redefine) namespace .*", "“{0}”已经写完，不能在别处再加"),
    (r"Duplicate inline table key .*", "“{0}”写了两次，不知道以哪个为准"),
    (r"Expected '\]\]?' at the end of an? (?:table|array) declaration", "段名没有以 {0} 结束"),
    (r"Expected '=' after a key in a key/value pair", "项的名称后面应为 ="),
    (r"Expected newline or end of document after a statement", "这一项写完了，同一行后面还有别的内容"),
    (r"Invalid initial character for a key part|Invalid statement", "看不懂这一项的名称；中文名称要加引号"),
    (r"Unclosed array", "列表没有以 ] 结束，或者少了逗号"),
    (r"Unclosed inline table", "表没有以大括号结束，或者少了逗号"),
    (r"Unterminated string|Expected ['\"]+|Illegal character '\\n'", "引号没有成对，或者没有在同一行结束"),
    (r"Illegal character .*|Found invalid character .*", "这里不能有字符 {0}"),
    (r"Unescaped '\\' .*|Invalid hex value|Escaped .*", r"引号里的 \ 写法不对：改用单引号，或者写成 \\"),
    (r"Invalid date or datetime", "不是存在的日期、时间"),
    (r"Invalid value", "看不懂这个值；文字要加英文的引号"),
)
"""What Python's reader says, and how a clerk is told it; ``{0}`` is what stands in quotes there. The rest is told by its place alone."""
_TOML_PLACE: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def _toml_fault(said: str) -> str:
    """Return in Chinese what is wrong with a TOML text, and where."""
    match = _TOML_PLACE.fullmatch(said)
    what, line, column = match.groups() if match else (said, None, None)
    words = next((w for pattern, w in _TOML_FAULTS if re.fullmatch(pattern, what, re.DOTALL)), "看不懂")
    place = f"第 {line} 行第 {column} 个字" if line else "到结尾"
    quoted = ".".join(re.findall(r"'([^']*)'", what))
    return f"{place}：{words.format(quoted)}"


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise MalformedData(f"“{twice}”写了两次，不知道以哪个为准")
    return table


def _no_number(name: str) -> NoReturn:
    raise MalformedData(f"{name} 不是数字")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise MalformedData(f"{digits[:20]} 不是有限的数字")
    return number


def _limited(digits: str) -> int:
    if len(digits.removeprefix("-")) > _DIGITS:
        raise MalformedData(f"{digits[:20]}… 位数太多")
    return int(digits)


def _require_shallow(value: object) -> None:
    """Refuse what lies too deep, or is a whole number beyond 64 bits."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        below: list[object] = []
        for one in level:
            below += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        if any(isinstance(one, int) and not -_WIDEST <= one < _WIDEST for one in below):
            raise MalformedData("有一个整数位数太多")
        level = [one for one in below if isinstance(one, dict | list)]
        if not level:
            return
    raise MalformedData(_TOO_DEEP)


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class JsonTable:
    """A table with these keys; ``optional`` ones may be missing, ``open`` says that others may be there."""

    needed: Mapping[str, JsonShape]
    optional: Mapping[str, JsonShape] = field(default_factory=dict)
    open: bool = False


@dataclass(frozen=True, slots=True)
class JsonMap:
    """A table of any keys, the values all of one shape."""

    values: JsonShape


@dataclass(frozen=True, slots=True)
class JsonList:
    """A list of things of one shape."""

    items: JsonShape


JsonShape = type | JsonTable | JsonMap | JsonList
"""What a value must be: ``str``, ``int``, ``bool``, ``dict``, ``list``, ``object`` (anything), ``date`` or ``datetime``
(text of ISO 8601, the latter with its offset), or one of the above."""

_NAMES: Final[Mapping[object, str]] = {
    str: "文字", int: "整数", float: "数字", bool: "true 或 false", dict: "表", list: "列表",
    dt.date: "日期", dt.datetime: "时刻（带时区）", JsonTable: "表", JsonMap: "表", JsonList: "列表",
}  # fmt: skip


def require_shape(value: object, shape: JsonShape, at: str = "") -> None:
    """Refuse a value that is not of a shape.

    Raises:
        MalformedData: it says at which key.
    """
    for place, wrong in _misfits(value, shape, at):
        raise MalformedData(f"{place}{' ' if place else ''}{wrong}")


def _misfits(value: object, shape: JsonShape, at: str) -> Iterable[tuple[str, str]]:
    match shape, value:
        case JsonTable(), dict():
            yield from _table_misfits(value, shape, at)
        case JsonMap(), dict():
            for key, part in value.items():
                yield from _misfits(part, shape.values, f"{at}.{key[:20]}" if at else key[:20])
        case JsonList(), list():
            for n, part in enumerate(value, 1):
                yield from _misfits(part, shape.items, f"{at} 第 {n} 项".strip())
        case type(), _ if shape is object or type(value) is shape or _is_moment(value, shape):
            pass
        case _:
            yield at, f"应为{_NAMES[shape] if isinstance(shape, type) else _NAMES[type(shape)]}"


def _is_moment(value: object, shape: type) -> bool:
    if not isinstance(value, str) or shape not in (dt.date, dt.datetime):
        return False
    try:
        if shape is dt.date:
            return bool(dt.date.fromisoformat(value))
        return dt.datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _table_misfits(table: Mapping[str, object], shape: JsonTable, at: str) -> Iterable[tuple[str, str]]:
    yield from ((at, f"缺 {key}") for key in shape.needed if key not in table)
    for key, part in table.items():
        wanted = shape.needed.get(key) or shape.optional.get(key)
        if wanted is not None:
            yield from _misfits(part, wanted, f"{at}.{key}" if at else key)
        elif not shape.open:
            yield at, f"不应有“{key[:20]}”"
