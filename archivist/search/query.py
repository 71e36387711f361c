"""The query language: text → tree, parsed once and run by whichever engine there is.

``王秀兰 核对`` both words · ``核对 OR 调查`` either · ``NOT 公示`` without · ``( … )`` grouping · ``"家庭经济状况"``
exactly this text · ``姓名: 证号: 户号: 文书: 类别: 状态: 识读: 村: 日期: 起: 止:`` fields (``name: id: case: doc: category:
status: read: town: date: from: to:``). AND, OR, NOT are written in capitals; NOT binds closest, then AND, then OR.

A word means the text as it stands on a page. Beyond that, by its shape: Chinese also finds the household with a
person so named; Latin letters a person by pinyin or initials; 18 characters an ID number, six digits its first
six, four its last four; a case number the case. A found household stands for all its records, except for a name
in Chinese, which finds the household's own entry only (``姓名:`` finds its records too).

A query is asked of each record as a whole: its words may stand on different pages.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from archivist.errors import BadQuery, InvalidValue
from archivist.model.chinese import parse_date
from archivist.model.ids import CaseNo, modern_id, narrow, parse_category
from archivist.model.record import VOIDED, PageFlag
from archivist.search.query_tree import (
    And,
    FiledBetween,
    HasPerson,
    HasText,
    InPlace,
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
)
from archivist.search.text import name_key, needed, normal

MAX_LENGTH: Final = 1000
MAX_LEAVES: Final = 64
MAX_DEPTH: Final = 32


def parse(text: str) -> Node:
    """Read a query.

    Raises:
        BadQuery: E401, saying what is wrong and where.
    """
    if len(text) > MAX_LENGTH:
        raise BadQuery(f"检索式太长：{len(text)} 个字，最多 {MAX_LENGTH} 个")
    return _Parser(_tokens(text)).whole()


# ── words by their shape ─────────────────────────────────────────────────────────────────────────────────
_ID_WHOLE, _ID_FIRST, _ID_LAST = r"\d{17}[\dX]", r"[1-9]\d{5}", r"\d{3}[\dX]"
_ID_OLD = r"[1-9]\d{14}"
"""As on a card of the first generation; people are found by it, and by the number of today that comes from it."""


def word(text: str) -> Node:
    """Return what a bare word asks for, by its shape.

    Raises:
        BadQuery: E401, when it holds nothing that can be searched.
    """
    fragment = normal(text).replace("\f", " ").strip()
    plain = fragment.upper()
    if number := _case_no(plain):
        return Or((Numbered(number, True), Mentioned(number)))
    if re.fullmatch(_ID_WHOLE, plain):
        return Or((HasPerson(PersonKey.ID, plain), Mentioned(plain)))
    literal = _text(fragment, text)
    if re.fullmatch(_ID_OLD, plain):
        return Or((literal, *_old_id(plain)))
    if re.fullmatch(_ID_FIRST, plain):
        return Or((literal, HasPerson(PersonKey.ID6, plain)))
    if re.fullmatch(_ID_LAST, plain):
        return Or((literal, HasPerson(PersonKey.ID4, plain)))
    if re.fullmatch(r"[a-z]{2,}", fragment):
        return Or((literal, HasPerson(PersonKey.PINYIN, fragment)))
    if not re.search(r"[0-9]", fragment) and (key := name_key(fragment)):
        return Or((literal, HasPerson(PersonKey.NAME, key, records=False)))
    return literal


def _case_no(text: str) -> str | None:
    for read in (CaseNo.parse, CaseNo.from_compact):
        try:
            return str(read(text))
        except InvalidValue:
            continue
    return None


def _text(fragment: str, shown: str) -> HasText:
    if not needed(fragment):
        raise BadQuery(f"“{shown}”里没有可检索的字")
    return HasText(fragment)


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────
def _name(value: str) -> Node:
    key = name_key(value)
    if not key:
        raise BadQuery("“姓名:”后面没有名字")
    return HasPerson(PersonKey.PINYIN if re.fullmatch(r"[a-z]+", key) else PersonKey.NAME, key)


def _id(value: str) -> Node:
    plain = re.sub(r"[\s\-]", "", normal(value)).upper()
    if re.fullmatch(_ID_OLD, plain):
        return Or(_old_id(plain))
    for by, shape in ((PersonKey.ID, _ID_WHOLE), (PersonKey.ID6, _ID_FIRST), (PersonKey.ID4, _ID_LAST)):
        if re.fullmatch(shape, plain):
            return HasPerson(by, plain)
    raise BadQuery("“证号:”后面请写全 18 位（或 15 位旧号）、前六位，或后四位")


def _old_id(number: str) -> tuple[Node, ...]:
    """Return who is meant by fifteen digits: somebody of that old number, or of today's that comes from it."""
    try:
        return HasPerson(PersonKey.ID, number), HasPerson(PersonKey.ID, modern_id(number))
    except InvalidValue:
        return (HasPerson(PersonKey.ID, number),)


def _case(value: str) -> Node:
    plain = narrow(value).strip().upper()
    number = _case_no(plain)
    if not number and not re.fullmatch(r"[A-Z0-9-]+", plain):
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


def _days(value: str) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a day, a month or a year."""
    plain = narrow(value).strip()
    match = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2}))?[年月]?", plain)
    try:
        if not match:
            day = parse_date(plain)
            return day, day
        year, month = int(match[1]), int(match[2] or 1)
        first = dt.date(year, month, 1)
        after = dt.date(year + 1, 1, 1) if not match[2] or month == 12 else dt.date(year, month + 1, 1)
    except (InvalidValue, ValueError):
        raise BadQuery(f"“{value}”不是日期（应如 2024、2024-08 或 2024-08-16）") from None
    return first, after - dt.timedelta(days=1)


def _during(value: str) -> Node:
    start, gap, end = value.partition("..")
    return FiledBetween(
        _days(start)[0] if start.strip() else None,
        _days(end if gap else start)[1] if end or not gap else None,
    )


def _place(value: str) -> Node:
    return InPlace(normal(value))


def _doc(value: str) -> Node:
    return OfType(normal(value))


_FIELDS: Final[Mapping[str, tuple[str, Callable[[str], Node]]]] = MappingProxyType(
    {
        "name": ("姓名 name", _name),
        "id": ("证号 身份证号 id", _id),
        "case": ("户号 case", _case),
        "doc": ("文书 doc", _doc),
        "category": ("类别 category", _category),
        "status": ("状态 status", _status),
        "read": ("识读 read", _read_as),
        "town": ("村 社区 town village", _place),
        "date": ("日期 date", _during),
        "from": ("起 自 from", lambda v: FiledBetween(_days(v)[0], None)),
        "to": ("止 至 to", lambda v: FiledBetween(None, _days(v)[1])),
    }
)
_BY_NAME: Final = {name: key for key, (names, _) in _FIELDS.items() for name in names.split()}


def field(name: str, value: str) -> Node:
    """Return the condition of one field, by any of its names.

    Raises:
        BadQuery: E401, when there is no such field or the value does not fit it.
    """
    key = _BY_NAME.get(name.strip().lower())
    if key is None:
        known = "、".join(names.split()[0] for names, _ in _FIELDS.values())
        raise BadQuery(f"没有检索项“{name}”；可用：{known}。如要查这几个字本身，请加引号")
    if not value.strip():
        raise BadQuery(f"“{name}:”后面没有内容")
    return _FIELDS[key][1](value)


# ── parsing ──────────────────────────────────────────────────────────────────────────────────────────────
_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』＂", '"'))
_TOKEN = re.compile(
    r'\s*(?:(?P<paren>[()])|(?P<field>[^\s()":0-9]+):(?!//)|"(?P<quoted>[^"]*)"|(?P<word>[^\s()"]+))'
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    plain = narrow(text.translate(_QUOTES)).rstrip()
    found, at = [], 0
    while at < len(plain):
        match = _TOKEN.match(plain, at)
        if match is None:
            raise BadQuery("引号没有成对")
        kind = str(match.lastgroup)
        value = match[kind]
        if kind == "word" and value in ("AND", "OR", "NOT"):
            kind = value
        found.append(_Token(kind, value))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at, self.leaves, self.depth = tokens, 0, 0, 0

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def whole(self) -> Node:
        if not self.tokens:
            raise BadQuery("没有写要查什么")
        node = self.any_of()
        if self.peek() is not None:
            raise BadQuery("多了一个右括号")
        return node

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while (token := self.peek()) and token.kind == "OR":
            self.at += 1
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self) -> Node:
        parts = [self.one()]
        while (token := self.peek()) and token.kind != "OR" and token != _Token("paren", ")"):
            if token.kind == "AND":
                self.at += 1
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self) -> Node:
        token = self.peek()
        if token is None or token.kind in ("AND", "OR") or token == _Token("paren", ")"):
            raise BadQuery(f"“{token.text}”前面缺少要查的内容" if token else "检索式没有写完")
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadQuery(f"括号或 NOT 套得太深，最多 {MAX_DEPTH} 层")
        node = self._of(token)
        self.depth -= 1
        return node

    def _of(self, token: _Token) -> Node:
        if token.kind == "NOT":
            return Not(self.one())
        if token.kind == "paren":
            node = self.any_of()
            if self.peek() != _Token("paren", ")"):
                raise BadQuery("括号没有成对")
            self.at += 1
            return node
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise BadQuery(f"要查的词太多，最多 {MAX_LEAVES} 个")
        if token.kind == "field":
            return field(token.text, self._value(token.text))
        if token.kind == "quoted":
            return _text(normal(token.text).replace("\f", " ").strip(), token.text)
        return word(token.text)

    def _value(self, name: str) -> str:
        token = self.peek()
        if token is None or token.kind not in ("word", "quoted"):
            raise BadQuery(f"“{name}:”后面没有内容")
        self.at += 1
        return token.text
