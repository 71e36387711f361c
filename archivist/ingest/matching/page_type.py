"""Which type a single page looks like, and how sure that is: weighed against what the catalogue says of the looks of each.

A word somewhere in a line says nothing. What counts is a heading, alone in its line near the top, or the captions that
only this paper has together. Nothing here knows of other pages, files or households.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.doctypes.page_look import DIGIT, EITHER, PageLook
from archivist.ingest.matching.evidence import squeeze
from archivist.reading.pages import PageText

LIKELY: Final = 0.55
"""A page with a lower score is of no type that is known."""
AHEAD: Final = 0.1
"""So far the best type must be before the second; else they are a draw, and a person looks."""
HEAD_ROWS: Final = 12
"""A heading is looked for in so many rows from the top."""
SHORTEST_TITLE: Final = 2
_EXACT, _ISSUED, _MISREAD = 0.7, 0.66, 0.6
"""Score of a heading: the title alone; behind the name of who issues it; with one character misread."""
_UNPROVEN: Final = 0.1
"""Taken off where a type has hints and none of them is there."""
_MOST: Final = 0.95
_LARGE, _SMALL = 1.35, 0.6
"""Height of a row against the median of the page: from here on a heading for certain; below this never. Boxes of rows in
one size of type differ by a third."""
_FUZZY_FROM: Final = 4
"""Words of so many characters may have one misread, titles of one more."""
_PROSE: Final = re.compile(r"[，。；,;]|.{25}")
_ENDS: Final = "《》〈〉“”\"'【】[]*·•-—–_=~:：.、。"
_COPY: Final = re.compile(r"(?:\([^()]{1,12}\)|复印件|影印件|原件|正本|副本|存根|打印件)+$")
_ISSUER: Final = re.compile(
    r"(?:医院|卫生院|诊所|银行|信用社|公司|厂|学校|大学|学院|中学|小学|幼儿园|法院|检察院|监狱|公安局|支队|大队|派出所|中心"
    r"|[局厅部署站所院处会社行馆村]|街道|街道办事处|乡|镇|省|市|区|县|中国|中华人民共和国|人民共和国|个人|家庭|职工|居民|城镇|城乡|在职"
    r"|北京|天津|上海|重庆|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州"
    r"|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
    r"|患者|病人|学生|门诊|住院|急诊|年度?|第二代|电子|我国|新生儿)$"
)


@dataclass(frozen=True, slots=True)
class TypeGuess:
    """What a page looks like.

    Attributes:
        type: of the catalogue.
        score: 0.0–1.0.
        page: which page of the paper it is, such as ``正面``; empty where its declaration does not say.
        headed: whether a heading names it, so that a paper may begin here.
    """

    type: DocumentType
    score: float
    page: str = ""
    headed: bool = False


def type_of_page(page: PageText, catalogue: Catalogue) -> TypeGuess | None:
    """Return what a page looks like; ``None`` when that is nothing in particular, or two things about as much."""
    found = guesses(page, catalogue)
    return found[0] if found and not is_draw(found) else None


def is_draw(found: Sequence[TypeGuess]) -> bool:
    """Tell whether a page looks about as much like its second type as like its first."""
    return len(found) > 1 and found[0].score - found[1].score < AHEAD


def guesses(page: PageText, catalogue: Catalogue) -> tuple[TypeGuess, ...]:
    """Return every type a page is likely to be of, best first, each once."""
    rows = [row for row in map(squeeze, page.text.splitlines()) if row]
    text = "".join(rows)
    signs = _signs(catalogue)
    words = _PageWords(text)
    best: dict[str, TypeGuess] = {}
    heading = _heading(page, rows, signs)
    for look in signs.headed.get(heading.title, ()) if heading else ():
        assert heading is not None
        _note(best, look, _headed_score(look.look, heading.score, words), headed=True)
    share = 1 - _UNPROVEN if heading and heading.score >= _ISSUED and best else 1.0
    for look in signs.bare:
        own = look.type.id in best
        _note(best, look, _bare_score(look.look, words) * (1.0 if own else share), headed=False)
    likely = (g for g in best.values() if g.score >= LIKELY)
    return tuple(sorted(likely, key=lambda g: -g.score))


def _note(best: dict[str, TypeGuess], look: _TypeLook, score: float, *, headed: bool) -> None:
    before = best.get(look.type.id)
    if before is None or (score, bool(look.look.page)) > (before.score, bool(before.page)):
        headed = headed or (before is not None and before.headed)
        best[look.type.id] = TypeGuess(look.type, round(score, 2), look.look.page, headed)


# ── scores ───────────────────────────────────────────────────────────────────────────────────────────────
def _headed_score(look: PageLook, heading: float, words: _PageWords) -> float:
    """Return how much a page with one of the look's titles is like it; 0 when something speaks against it."""
    if not _may_be(look, words) or words.count(look.words, look.enough) < look.enough:
        return 0.0
    if not look.hints:
        return _MOST if look.words else heading
    needed = -(-len(look.hints) // 2)
    there = min(words.count(look.hints, needed) / needed, 1.0)
    low = heading if look.words else heading - _UNPROVEN * (not there)
    return low + (_MOST - low) * there


def _bare_score(look: PageLook, words: _PageWords) -> float:
    """Return how much a page is like a look that needs no title."""
    there = words.count(look.words, look.enough)
    if there < look.enough or not _may_be(look, words):
        return 0.0
    return LIKELY + (_MOST - LIKELY) * (there / len(look.words)) ** 2


def _may_be(look: PageLook, words: _PageWords) -> bool:
    return not (look.chars and len(words.text) > look.chars) and not any(w in words.text for w in look.never)


class _PageWords:
    """Counts words on a page; a longer one may have a character misread."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digits = re.sub(r"\d", DIGIT, text)

    def count(self, words: Sequence[str], enough: int) -> int:
        """Return how many of the words are there; misread ones are looked for where at least half of them are."""
        missing = [w for w in words if not self._has(w)]
        there = len(words) - len(missing)
        if missing and enough and 2 * there >= enough:
            there += sum(self._has_misread(w) for w in missing)
        return there

    def _has(self, word: str) -> bool:
        return any(w in (self.digits if DIGIT in w else self.text) for w in word.split(EITHER))

    def _has_misread(self, word: str) -> bool:
        return bool(
            (pattern := _misread(word)) and pattern.search(self.digits if DIGIT in word else self.text)
        )


@functools.lru_cache(maxsize=2048)
def _misread(word: str) -> re.Pattern[str] | None:
    """Return what matches any of some words with one character misread."""
    forms = [
        f"{re.escape(w[:n])}.{re.escape(w[n + 1 :])}"
        for w in word.split(EITHER)
        if len(w) >= _FUZZY_FROM
        for n in range(len(w))
        if w[n] != DIGIT
    ]
    return re.compile("|".join(forms)) if forms else None


# ── headings ─────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Heading:
    title: str
    score: float


def _heading(page: PageText, rows: Sequence[str], signs: _Signs) -> _Heading | None:
    """Return the heading of a page: the topmost row that is a title; none where titles stand in a list."""
    heads = [_title_in(row, signs) for row in rows[:HEAD_ROWS]]
    first = next((n for n, found in enumerate(heads) if found), None)
    if first is None:
        return None
    found = heads[first]
    assert found is not None
    heights = _heights(page)
    size = _size_of(rows[first], heights)
    if size and size < _SMALL:
        return None
    if size < _LARGE:
        others = {signs.types_of(h.title) for h in heads if h} - {signs.types_of(found.title)}
        beside = [h for h in heads[first + 1 : first + 2] if h]
        listed = any(signs.types_of(h.title).isdisjoint(signs.types_of(found.title)) for h in beside)
        if listed or (first and len(others) > 1) or sum(bool(_PROSE.search(r)) for r in rows[:first]) > 1:
            return None
        return found
    return _Heading(found.title, min(found.score + 0.05, 0.75))


def _title_in(row: str, signs: _Signs) -> _Heading | None:
    """Return the title a row is, alone or behind the name of who issued it."""
    row = row.strip(_ENDS)
    bare = _COPY.sub("", row).strip(_ENDS)
    for line in dict.fromkeys((row, bare)):
        if line in signs.headed:
            return _Heading(line, _EXACT)
    for line in dict.fromkeys((row, bare)):
        for start in range(1, min(len(line) - SHORTEST_TITLE, 30)):
            if (
                line[start:] in signs.headed
                and _ISSUER.search(line[:start])
                and not _PROSE.search(line[:start])
            ):
                return _Heading(line[start:], _ISSUED)
    if len(bare) > _FUZZY_FROM:
        for form in _with_gap(bare):
            if title := signs.misread.get(form):
                return _Heading(title, _MISREAD)
    return None


def _with_gap(title: str) -> Iterator[str]:
    return (f"{title[:n]}□{title[n + 1 :]}" for n in range(len(title)))


def _heights(page: PageText) -> list[tuple[str, float]]:
    """Return each line of a recognised page with its height against the median."""
    if not page.lines:
        return []
    usual = median(line.bottom - line.top for line in page.lines) or 1.0
    return [(squeeze(line.text), (line.bottom - line.top) / usual) for line in page.lines]


def _size_of(row: str, heights: Iterable[tuple[str, float]]) -> float:
    """Return the height of a row against the median; 0 where that is not known."""
    return max((height for text, height in heights if text and text in row), default=0.0)


# ── what the catalogue says, ready for use ───────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _TypeLook:
    type: DocumentType
    look: PageLook


@dataclass(frozen=True, slots=True)
class _Signs:
    """The looks of a catalogue.

    Attributes:
        headed: title → looks with this heading.
        misread: title with a gap for one character → title; only where that is one title.
        bare: looks without a heading.
    """

    headed: Mapping[str, Sequence[_TypeLook]]
    misread: Mapping[str, str]
    bare: Sequence[_TypeLook]

    def types_of(self, title: str) -> frozenset[str]:
        """Return the ids of the types a title may stand over."""
        return frozenset(look.type.id for look in self.headed[title])


@functools.lru_cache(maxsize=2)
def _signs(catalogue: Catalogue) -> _Signs:
    headed: defaultdict[str, list[_TypeLook]] = defaultdict(list)
    bare: list[_TypeLook] = []
    for kind in catalogue:
        for look in map(_squeezed, _looks(kind)):
            for title in look.titles:
                headed[title].append(_TypeLook(kind, look))
            if not look.titles:
                bare.append(_TypeLook(kind, look))
    gaps: defaultdict[str, list[str]] = defaultdict(list)
    for title in headed:
        if len(title) > _FUZZY_FROM:
            for form in _with_gap(title):
                gaps[form].append(title)
    return _Signs(dict(headed), {form: t[0] for form, t in gaps.items() if len(t) == 1}, bare)


def _looks(kind: DocumentType) -> Iterator[PageLook]:
    """Yield how a paper looks: as declared; what the program prints, by its names and phrases; any by its title."""
    yield from kind.looks
    named = {squeeze(title) for look in kind.looks for title in look.titles}
    if kind.generated and not kind.looks:
        yield PageLook(titles=kind.names, hints=kind.phrases)
    elif squeeze(kind.title) not in named and kind.id != DocumentId.OTHER:
        yield PageLook(titles=(kind.title,))


def _squeezed(look: PageLook) -> PageLook:
    return PageLook(
        look.page,
        tuple(map(squeeze, look.titles)),
        tuple(map(squeeze, look.words)),
        look.least,
        tuple(map(squeeze, look.hints)),
        tuple(map(squeeze, look.never)),
        look.chars,
    )
