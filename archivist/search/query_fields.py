"""The fields of the query language: what stands after ``姓名:``, ``证号:``, ``日期:`` and the others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from archivist.errors import BadQuery, InvalidValue
from archivist.model.chinese import parse_date
from archivist.model.ids import narrow, parse_category
from archivist.model.record import VOIDED, PageFlag
from archivist.search.query_tree import (
    About,
    FiledBetween,
    HandledBy,
    HasPerson,
    InAbout,
    InPages,
    InPlace,
    Node,
    Numbered,
    OfCategory,
    OfStatus,
    OfType,
    PersonKey,
    WithPages,
)
from archivist.search.query_words import ID_FIRST, ID_LAST, ID_OLD, ID_WHOLE, as_case_no, has_wildcard, person
from archivist.search.text import fragment, id_key, needed, normal


def _name(value: str) -> Node:
    found = person(value, records=True)
    if found is None:
        raise BadQuery("“姓名:”后面没有名字")
    return found


def _id(value: str) -> Node:
    plain = re.sub(r"[\s\-]", "", narrow(value)).upper()
    if has_wildcard(plain) and re.fullmatch(r"[0-9X*?]*[0-9]{2}[0-9X*?]*", plain):
        return HasPerson(PersonKey.ID_LIKE, plain)
    for by, shape in (
        (PersonKey.ID, ID_WHOLE),
        (PersonKey.ID, ID_OLD),
        (PersonKey.ID6, ID_FIRST),
        (PersonKey.ID4, ID_LAST),
    ):
        if re.fullmatch(shape, plain):
            return HasPerson(by, id_key(plain))
    raise BadQuery("“证号:”后面请写全 18 位（或 15 位旧号）、前六位，或后四位；也可用 * 和 ? 代替不知道的")


def _case(value: str) -> Node:
    plain = narrow(value).strip().upper()
    number = as_case_no(plain)
    plain = plain.strip("*")
    if not number and not re.fullmatch(r"(?=.*[A-Z0-9])[A-Z0-9*?-]+", plain):
        raise BadQuery(f"“{value}”不是户号，也不是户号的一部分（应如 TJHQ-DB-2024-000123）")
    return Numbered(number or plain, bool(number))


def _category(value: str) -> Node:
    try:
        return OfCategory(parse_category(value))
    except InvalidValue as error:
        raise BadQuery(error.what) from None


_STATUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "在办": "open",
        "已注销": "deregistered",
        "注销": "deregistered",
        "已归档": "filed",
        "待签": "pending_signature",
        "已签": "signed",
        "签署件": "signed_copy",
        "作废": VOIDED,
        "已作废": VOIDED,
    }
)


def _status(value: str) -> Node:
    wanted = _STATUSES.get(value.strip(), value.strip().lower())
    if wanted not in _STATUSES.values():
        raise BadQuery(f"没有状态“{value}”；可用：{'、'.join(_STATUSES)}")
    return OfStatus(wanted)


_PAGE_FLAGS: Final[Mapping[str, PageFlag]] = MappingProxyType(
    {"存疑": PageFlag.DOUBTFUL, "空白": PageFlag.BLANK, "失败": PageFlag.FAILED}
)


def _read_as(value: str) -> Node:
    plain = value.strip()
    flag = _PAGE_FLAGS.get(plain) or next((f for f in PageFlag if f.value == plain.lower()), None)
    if flag is None:
        raise BadQuery(f"没有识读情况“{value}”；可用：{'、'.join(_PAGE_FLAGS)}")
    return WithPages(flag)


_WEEK: Final = 7
_AGO: Final = re.compile(r"近(\d{1,3})(?:天|日)")
_RELATIVE: Final[Mapping[str, Callable[[dt.date], tuple[dt.date, dt.date]]]] = MappingProxyType(
    {
        "今天 今日": lambda day: (day, day),
        "昨天 昨日": lambda day: (_before(day, 1), _before(day, 1)),
        "本周 这周": lambda day: (_before(day, day.weekday()), _before(day, day.weekday() - _WEEK + 1)),
        "上周": lambda day: (_before(day, day.weekday() + _WEEK), _before(day, day.weekday() + 1)),
        "本月 这个月 当月": lambda day: _month(day.year, day.month),
        "上月 上个月": lambda day: _month(
            *((day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12))
        ),
        "本季度 本季": lambda day: (
            dt.date(day.year, _quarter(day), 1),
            _month(day.year, _quarter(day) + 2)[1],
        ),
        "今年 本年": lambda day: (dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)),
        "去年 上年": lambda day: (dt.date(day.year - 1, 1, 1), dt.date(day.year - 1, 12, 31)),
    }
)
"""Days that are said by the day on which they are asked for."""
_BY_WORD: Final = {word: days for words, days in _RELATIVE.items() for word in words.split()}


def _before(day: dt.date, days: int) -> dt.date:
    return day - dt.timedelta(days=days)


def _month(year: int, month: int) -> tuple[dt.date, dt.date]:
    after = dt.date(year + 1, 1, 1) if month == 12 else dt.date(year, month + 1, 1)
    return dt.date(year, month, 1), _before(after, 1)


def _quarter(day: dt.date) -> int:
    return (day.month - 1) // 3 * 3 + 1


def _days(value: str, today: dt.date | None) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a day, a month or a year, also of one said by what day it is today."""
    plain = narrow(value).strip()
    said, ago = _BY_WORD.get(plain), _AGO.fullmatch(plain)
    if (said or ago) and today is None:
        raise BadQuery(f"这里不认“{value}”，请写日期（如 2024-08）")
    if said and today:
        return said(today)
    if ago and today:
        return _before(today, max(int(ago[1]), 1) - 1), today
    match = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2}))?[年月]?", plain)
    try:
        if not match:
            day = parse_date(plain)
            return day, day
        if match[2]:
            return _month(int(match[1]), int(match[2]))
        return dt.date(int(match[1]), 1, 1), dt.date(int(match[1]), 12, 31)
    except (InvalidValue, ValueError, OverflowError):
        known = "、".join(words.split()[0] for words in _RELATIVE)
        raise BadQuery(f"“{value}”不是日期（应如 2024、2024-08、2024-08-16，或 {known}、近30天）") from None


def _during(value: str, today: dt.date | None) -> Node:
    start, gap, end = value.partition("..")
    if gap and not start.strip() and not end.strip():
        raise BadQuery("“日期:”后面没有日期")
    return FiledBetween(
        _days(start, today)[0] if start.strip() else None,
        _days(end if gap else start, today)[1] if end or not gap else None,
    )


def _place(value: str) -> Node:
    return InPlace(_text("村", value))


def _doc(value: str) -> Node:
    _text("文书", value)
    return OfType(normal(value).strip("*"))


def _text(name: str, value: str) -> str:
    plain = narrow(value).strip().strip("*")
    if has_wildcard(plain):
        raise BadQuery(f"“{name}:”后面不能用 * 和 ?；姓名、证号和不写检索项的词可以用")
    found = fragment(plain)
    if not needed(found):
        raise BadQuery(f"“{name}:”后面的“{value}”里没有可检索的字")
    return found


def _about(which: About) -> Callable[[str], Node]:
    return lambda value: InAbout(which, _text(which.label, value))


def _handler(value: str) -> Node:
    return HandledBy(_text("经办", value))


_FIELDS: Final[Mapping[str, tuple[str, Callable[[str], Node]]]] = MappingProxyType(
    {
        "name": ("姓名 name", _name),
        "id": ("证号 身份证号 id", _id),
        "case": ("户号 case", _case),
        "doc": ("文书 doc", _doc),
        "title": ("标题 title", _about(About.TITLE)),
        "content": ("内容 正文 content text", lambda v: InPages(_text("内容", v))),
        "doc_no": ("文号 no", _about(About.DOC_NO)),
        "file": ("文件名 file", _about(About.FILE_NAME)),
        "step": ("环节 step", _about(About.STEP)),
        "handler": ("经办 by", _handler),
        "category": ("类别 category", _category),
        "status": ("状态 status", _status),
        "read": ("识读 read", _read_as),
        "town": ("村 社区 town village", _place),
    }
)
_DATED: Final[Mapping[str, tuple[str, Callable[[str, dt.date | None], Node]]]] = MappingProxyType(
    {
        "date": ("日期 date", _during),
        "from": ("起 自 from", lambda v, today: FiledBetween(_days(v, today)[0], None)),
        "to": ("止 至 to", lambda v, today: FiledBetween(None, _days(v, today)[1])),
    }
)
OWN: Final = frozenset({"doc", "title", "content", "doc_no", "file", "step", "handler", "read"})
"""Those that are said of a record itself, not of its household."""
TEXTUAL: Final = frozenset({"name", "title", "content", "doc_no", "file", "step", "handler"})
"""Those whose value may have been mistyped, or misread."""
_NAMES: Final = {key: names for key, (names, _) in (*_FIELDS.items(), *_DATED.items())}
_BY_NAME: Final = {name: key for key, names in _NAMES.items() for name in names.split()}


def key_of(name: str) -> str | None:
    """Return which field is meant by any of its names."""
    return _BY_NAME.get(name.strip().lower())


def field(name: str, value: str, today: dt.date | None = None) -> Node:
    """Return the condition of one field, by any of its names; ``today`` is the day that 本月 and the like are said of.

    Raises:
        BadQuery: E401, when there is no such field or the value does not fit it.
    """
    key = key_of(name)
    if key is None:
        known = "、".join(names.split()[0] for names in _NAMES.values())
        raise BadQuery(f"没有检索项“{name}”；可用：{known}。如要查这几个字本身，请加引号")
    if not value.strip():
        raise BadQuery(f"“{name}:”后面没有内容")
    return _DATED[key][1](value, today) if key in _DATED else _FIELDS[key][1](value)
