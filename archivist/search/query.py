"""The query language: text → tree, parsed once and run by whichever engine there is.

``王秀兰 核对`` both words · ``核对 OR 调查``, ``核对 | 调查`` either · ``NOT 公示``, ``-公示`` without · ``( … )`` grouping ·
``"家庭经济状况"`` exactly this text · ``腰?间盘``, ``1201*0016`` one or several letters · ``姓名: 证号: 户号: 文书: 标题: 内容: 文号:
文件名: 环节: 经办: 类别: 状态: 识读: 村: 日期: 起: 止:`` fields (``name: id: case: doc: title: content: no: file: step: by:
category: status: read: town: date: from: to:``); days also as 今天, 本周, 本月, 上月, 今年, 近30天. AND, OR, NOT may be small, ``&``, 且, 或 and 非; NOT binds closest, then AND, then OR.

A word means the text as it stands on a page, the title, step, reference number and file name of a record, and the facts of
a household. Beyond that, by its shape: Chinese also finds the household with a person so named; Latin letters a person by
pinyin or initials, mixed with Chinese too; 18 characters an ID number, six digits its first six, four its last four; a case
number or part of one the case. A found household stands for all its records, except for a name in Chinese and for a category
(低保), which find the household's own entry only (``姓名:``, ``类别:`` find its records too).

A query is asked of each record as a whole: its words may stand on different pages, and all of them but one may be
said of its household alone: by name, category or place (低保 诊断). What a word is also called (``synonyms``) is
searched as well, and the answer says so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from archivist.errors import BadQuery
from archivist.model.ids import narrow
from archivist.search.query_fields import OWN, TEXTUAL, field, key_of
from archivist.search.query_tree import And, HasText, Node, Not, Or
from archivist.search.query_words import ID_OLD, ID_WHOLE, Word, word
from archivist.search.text import fragment, needed

MAX_LENGTH: Final = 1000
MAX_LEAVES: Final = 64
MAX_DEPTH: Final = 32
_JOINED_DIGITS: Final = 11
"""So many digits in a row, parted by blanks, are one number: a card, a telephone, an ID number."""
_WITH_NUMBERS: Final = frozenset({"", "id", "title", "content", "file"})
"""The fields, and no field, in which a number may be written with blanks."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query that was understood. ``also``: each word with the other ways of saying it that are searched as well."""

    tree: Node
    also: Mapping[str, tuple[str, ...]]


def parse(text: str) -> Node:
    """Read a query; see ``read``."""
    return read(text).tree


def read(
    text: str, filters: Mapping[str, str] = MappingProxyType({}), today: dt.date | None = None
) -> Question:
    """Read a query.

    Args:
        text: in the query language; may be empty when there are filters.
        filters: further conditions, by any name of a field.
        today: the day of which 本月 and the like are said; ``None`` where nobody knows it.

    Raises:
        BadQuery: E401, saying what is wrong and where.
    """
    if len(text) > MAX_LENGTH:
        raise BadQuery(f"检索式太长：{len(text)} 个字，最多 {MAX_LENGTH} 个")
    conditions = tuple(
        _Said(field(name, value, today), key_of(name) in OWN) for name, value in filters.items()
    )
    parser = _Parser(_tokens(text), today)
    drafts = (*((parser.whole(),) if parser.tokens or not conditions else ()), *conditions)
    return Question(_narrow(drafts[0] if len(drafts) == 1 else _All(drafts)), MappingProxyType(parser.also))


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word that is asked for, not excluded.

    Attributes:
        at: where it stands, from 1; ``start`` and ``end`` those of all that is written of it, its field and quotes too.
        of: the field whose value it is (``姓名:``), or nothing.
        quoted: whether it is to stand exactly so.
    """

    at: int
    text: str
    of: str
    start: int
    end: int
    quoted: bool


def words(text: str) -> list[AskedWord]:
    """Return the words of a query that are asked for, also those of fields that hold names or text."""
    found: list[AskedWord] = []
    before: list[_Token] = []
    for token in _tokens(text):
        of = before[-1].text if before and before[-1].kind == "field" else ""
        excluded = "NOT" in [one.kind for one in before[-2 if of else -1 :]]
        if token.kind in ("word", "quoted") and not excluded and (not of or key_of(of) in TEXTUAL):
            quoted = token.kind == "quoted"
            start = before[-1].at if of else token.at - quoted
            found.append(AskedWord(token.at, token.text, f"{of}:" if of else "", start, token.end, quoted))
        before.append(token)
    return found


# ── drafts: what is wanted of a record itself, and what its household may give ───────────────────────────
@dataclass(frozen=True, slots=True)
class _Said:
    """A condition that is not a bare word; ``own``: said of a record itself."""

    node: Node
    own: bool


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple[_Draft, ...]


@dataclass(frozen=True, slots=True)
class _Any:
    parts: tuple[_Draft, ...]


@dataclass(frozen=True, slots=True)
class _Without:
    part: _Draft


_Draft = Word | _Said | _All | _Any | _Without


def _narrow(draft: _Draft) -> Node:
    """Return the condition in which at least one word is the record's own."""
    if not isinstance(draft, _All):
        return _any(draft, _narrow) if isinstance(draft, _Any) else _plain(draft)
    wanted = [part for part in draft.parts if not isinstance(part, _Without)]
    by_itself = [part for part in wanted if _has_own(part)]
    if len(wanted) < 2 or not by_itself:
        return _both(draft, _narrow)
    if any(isinstance(part, _Said) for part in by_itself):
        return _both(draft, _wide)
    own = tuple(dict.fromkeys(map(_narrow, by_itself)))
    if len(by_itself) == 1:
        return _both(draft, lambda part: _narrow(part) if part is by_itself[0] else _wide(part))
    wide = _both(draft, _wide)
    return wide if own == (wide,) else And((*(wide.parts if isinstance(wide, And) else (wide,)), Or(own)))


def _wide(draft: _Draft) -> Node:
    """Return the condition in which every word may be said of the household."""
    match draft:
        case Word(own, household) if household:
            return Or((*(own.parts if isinstance(own, Or) else (own,)), *household))
        case _All():
            return _both(draft, _wide)
        case _Any():
            return _any(draft, _wide)
        case _:
            return _plain(draft)


def _plain(draft: Word | _Said | _Without | _All) -> Node:
    match draft:
        case Word():
            return draft.own
        case _Said():
            return draft.node
        case _Without(Word() as part):
            return Not(part.without or part.own)
        case _Without(part):
            return Not(_narrow(part))
        case _All():
            return _narrow(draft)


def _has_own(draft: _Draft) -> bool:
    """Tell whether something in a draft is said of a record itself."""
    match draft:
        case Word():
            return True
        case _Said():
            return draft.own
        case _Without():
            return False
        case _All(parts) | _Any(parts):
            return any(map(_has_own, parts))


def _both(draft: _All, how: Callable[[_Draft], Node]) -> Node:
    return And(tuple(map(how, draft.parts)))


def _any(draft: _Any, how: Callable[[_Draft], Node]) -> Node:
    return Or(tuple(map(how, draft.parts)))


# ── parsing ──────────────────────────────────────────────────────────────────────────────────────────────
_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』＂", '"'))
_TOKEN = re.compile(
    r"""\s*(?:(?P<OR>\|+)|(?P<AND>&+|\+(?!\+))|(?P<NOT>(?:[-!]|[‐‒–—―−]{1,2})(?=[^\s!|&)‐‒–—―−-]))|(?P<paren>[()])
    |(?P<field>[^\s()":0-9|&]+)[ \t]*:(?!//)|"(?P<quoted>[^"]*)"|(?P<word>(?:[^\s()"|&]|\((?:19|20)\d\d\)(?=[\d第]))+))""",
    re.VERBOSE,
)
_ONLY_SIGNS: Final = re.compile("[-!+‐‒–—―−]+")
_OPERATORS: Final = MappingProxyType(
    {
        "AND": "AND",
        "OR": "OR",
        "NOT": "NOT",
        "且": "AND",
        "并且": "AND",
        "或": "OR",
        "或者": "OR",
        "非": "NOT",
    }
)


@dataclass(frozen=True, slots=True)
class _Token:
    """``at``: where it begins, from 1; ``end``: where all of it ends, its quotes too."""

    kind: str
    text: str
    at: int
    end: int

    def is_paren(self, which: str) -> bool:
        return self.kind == "paren" and self.text == which


def _tokens(text: str) -> list[_Token]:
    plain = narrow(text.translate(_QUOTES)).rstrip()
    found: list[_Token] = []
    at = 0
    while at < len(plain):
        match = _TOKEN.match(plain, at)
        if match is None:
            raise BadQuery(f"引号没有成对（第 {plain.rindex(chr(34)) + 1} 个字）")
        kind = str(match.lastgroup)
        token = _Token(
            _OPERATORS.get(match[kind].upper(), kind) if kind == "word" else kind,
            match[kind],
            match.start(kind) + 1,
            match.end(),
        )
        if found and _is_digits(found[-1]) and _is_digits(token) and _field_of(found[:-1]) in _WITH_NUMBERS:
            first = found.pop()
            token = _Token("word", f"{first.text} {token.text}", first.at, token.end)
        found.append(token)
        at = match.end()
    return [part for at, token in enumerate(found) for part in _apart(token, _field_of(found[:at]))]


def _field_of(before: list[_Token]) -> str | None:
    """Return the field whose value comes after these; empty when it is a bare word."""
    return key_of(before[-1].text) if before and before[-1].kind == "field" else ""


def _is_digits(token: _Token) -> bool:
    return token.kind == "word" and bool(re.fullmatch(r"[\d -]*\d[\dXx]", token.text))


def _apart(token: _Token, of: str | None) -> list[_Token]:
    """Return a token whose digits are not one number as the several it was; ``of``: the field whose value it is."""
    if token.kind != "word" or " " not in token.text:
        return [token]
    digits = re.sub("[ -]", "", token.text).upper()
    if re.fullmatch(f"{ID_OLD}|{ID_WHOLE}", digits) if of == "id" else len(digits) >= _JOINED_DIGITS:
        return [token]
    return [
        _Token("word", part[0], token.at + part.start(), token.at + part.end() - 1)
        for part in re.finditer("[^ ]+", token.text)
    ]


class _Parser:
    def __init__(self, tokens: list[_Token], today: dt.date | None) -> None:
        self.today = today
        self.tokens, self.at, self.leaves, self.depth = tokens, 0, 0, 0
        self.also: dict[str, tuple[str, ...]] = {}

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def whole(self) -> _Draft:
        if not self.tokens:
            raise BadQuery("没有写要查什么")
        draft = self.any_of()
        if token := self.peek():
            raise BadQuery(f"多了一个右括号（第 {token.at} 个字）")
        return draft

    def any_of(self) -> _Draft:
        parts = [self.all_of()]
        while (token := self.peek()) and token.kind == "OR":
            self.at += 1
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else _Any(tuple(parts))

    def all_of(self) -> _Draft:
        parts = [self.one()]
        while (token := self.peek()) and token.kind != "OR" and not token.is_paren(")"):
            if token.kind == "AND":
                self.at += 1
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else _All(tuple(parts))

    def one(self) -> _Draft:
        token = self.peek()
        if token is None:
            last = self.tokens[-1]
            raise BadQuery(f"“{last.text}”（第 {last.at} 个字）后面缺少要查的内容；要查它本身，请加引号")
        if token.kind in ("AND", "OR") or token.is_paren(")"):
            raise BadQuery(f"“{token.text}”（第 {token.at} 个字）前面缺少要查的内容；要查它本身，请加引号")
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadQuery(f"括号或 NOT 套得太深，最多 {MAX_DEPTH} 层（第 {token.at} 个字）")
        draft = self._of(token)
        self.depth -= 1
        return draft

    def _of(self, token: _Token) -> _Draft:
        if token.kind == "NOT":
            return _Without(self.one())
        if token.kind == "paren":
            draft = self.any_of()
            end = self.peek()
            if end is None or not end.is_paren(")"):
                raise BadQuery(f"第 {token.at} 个字的括号没有成对")
            self.at += 1
            return draft
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise BadQuery(f"要查的词太多，最多 {MAX_LEAVES} 个")
        at = token.at
        try:
            if token.kind == "field":
                value = self._value(token.text)
                at = value.at if key_of(token.text) else at
                return _Said(field(token.text, value.text, self.today), key_of(token.text) in OWN)
            if token.kind == "quoted":
                return _Said(_quoted(token.text), own=True)
            if _ONLY_SIGNS.fullmatch(token.text):
                raise BadQuery(f"“{token.text}”要紧挨着后面不要的词，中间不空格；要查它本身，请加引号")
            found = word(token.text)
        except BadQuery as error:
            raise BadQuery(f"{error.what}（第 {at} 个字）") from None
        if found.also:
            self.also[token.text] = found.also
        return found

    def _value(self, name: str) -> _Token:
        token = self.peek()
        if token is not None and token.kind == "NOT":
            raise BadQuery(f"不要的，- 写在检索项前面：-{name}:…")
        if token is None or token.kind not in ("word", "quoted"):
            raise BadQuery(f"“{name}:”后面没有内容")
        self.at += 1
        return token


def _quoted(text: str) -> Node:
    wanted = fragment(text)
    if not needed(wanted):
        raise BadQuery(f"“{text}”里没有可检索的字")
    return HasText(wanted)
