"""The same paper scanned twice: told, never refused, and only where hardly anything speaks against it.

Papers of one type look alike: two months of one account, two cards of one household. What tells them apart is small, numbers and
names, and decides: a copy has the same numbers and names and else nearly the same words. A paper without words is a copy
where its pictures are all but equal. A fingerprint of the text finds what is worth comparing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import blake2b
from typing import Final

from archivist.model.case import Case
from archivist.model.facts import people
from archivist.model.ids import RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.reading.pages import ReadResult

PICTURES: Final = "fingerprints"
"""Key in a record's data: the fingerprint of each page's picture; empty for a page that has none."""
TEXT: Final = "text_fingerprint"
"""Key in a record's data: see ``text_fingerprint``."""
SIMILAR_TO: Final = "similar_to"
"""Key in a record's data: the record of which it seems to be another scan."""

_GRAM: Final = 3
_BITS: Final = 64
_LANE: Final = 20
_LETTERS_READ: Final = 20_000
"""So many letters of a text are looked at; a file of hundreds of pages is told apart by its first dozen."""
_FEW_LETTERS: Final = 12
"""A text shorter than this says nothing: noise on a photograph."""
_SHORT: Final = 60
"""A text shorter than this, such as a card's, needs the picture to agree where there is one."""
_NEAR_TEXTS: Final = 16
"""Fingerprints of texts that differ in more bits are not compared; two readings of one page differ in 10 at most."""
_NEAR_PICTURES: Final = 10
_SAME_PICTURES: Final = 4
_PLAIN: Final = 4
"""A picture's fingerprint with fewer bits set, or unset, is that of an empty page."""
_MISREAD_NUMBERS: Final = 40
"""One number in so many may be misread in one digit."""
_LOST_NUMBERS: Final = 20
"""One number, or one in so many, may be read in one scan and be missing or cut off in the other."""
_ABOVE_FOOT: Final = 0.75
"""Share of a text's letters that stand above where papers are sealed and signed."""
_LINES_LOST: Final = 0.02
"""Share of the letters above the foot that one reading may have and the other not."""


@dataclass(frozen=True, slots=True)
class PaperContent:
    """What is compared of a paper.

    Attributes:
        text: as read, pages parted by form feeds.
        pictures: fingerprint of each page (16 hexadecimal digits), empty for a page that has none.
    """

    text: str
    pictures: tuple[str, ...] = ()


def text_fingerprint(text: str) -> str:
    """Return 16 hexadecimal digits that are nearly the same for another reading of the same paper; empty for hardly any text.

    A simhash (Charikar 2002) over every three letters that follow each other; signs and blanks do not count.
    """
    letters = _letters(text)
    if len(letters) < _FEW_LETTERS:
        return ""
    grams = Counter(letters[i : i + _GRAM] for i in range(len(letters) - _GRAM + 1))
    totals = [0] * (_BITS // 8)
    for gram, count in grams.items():
        for place, byte in enumerate(blake2b(gram.encode(), digest_size=_BITS // 8).digest()):
            totals[place] += _LANES[byte] * count
    half, bits = sum(grams.values()) / 2, 0
    for total in totals:
        for lane in range(8):
            bits = bits << 1 | (total >> lane * _LANE & (1 << _LANE) - 1 > half)
    return f"{bits:016x}"


_LANES: Final = [sum((byte >> bit & 1) << bit * _LANE for bit in range(8)) for byte in range(256)]
"""Each bit of a byte in a lane of its own, so that a sum counts eight bits at once."""


def similar_record(
    case: Case, document: str, paper: PaperContent, text_of: Callable[[RecordNo], str]
) -> RecordNo | None:
    """Return the record of a case of which a paper seems to be another scan: the first, if any.

    Args:
        case: the case as it is without the paper.
        document: the paper's type; others are not compared.
        paper: what was read.
        text_of: gives the text of a record of the case.
    """
    names = [str(row["name"]) for _, row in people(case.facts)]
    mark = text_fingerprint(paper.text)
    for record in case.records_of(document):
        if record.status is not RecordStatus.FILED or not _worth_comparing(record, mark):
            continue
        filed = PaperContent(text_of(record.no), tuple(record.data.get(PICTURES, ())))
        if same_paper(paper, filed, names):
            return record.no
    return None


def content(text: str, result: ReadResult | None) -> PaperContent:
    """Return what is compared of a paper that was read; ``text`` is what is filed of it."""
    pages = result.pages if result else ()
    return PaperContent(text, tuple(page.fingerprint for page in pages if not page.blank))


def marks(
    case: Case, document: str, paper: PaperContent, text_of: Callable[[RecordNo], str]
) -> dict[str, object]:
    """Return what a record keeps, so that a later scan of the same paper is noticed, and of which one it is a scan itself."""
    found: dict[str, object] = {
        PICTURES: list(paper.pictures) if any(paper.pictures) else None,
        TEXT: text_fingerprint(paper.text),
        SIMILAR_TO: similar_record(case, document, paper, text_of),
    }
    return {key: value for key, value in found.items() if value}


def _worth_comparing(record: Record, mark: str) -> bool:
    other = str(record.data.get(TEXT, ""))
    if not mark and not other:
        return PICTURES in record.data
    return bool(mark and other) and _distance(mark, other) <= _NEAR_TEXTS


def same_paper(one: PaperContent, other: PaperContent, names: Iterable[str]) -> bool:
    """Tell whether two papers of one type are two scans of the same sheet or sheets.

    Args:
        one: a paper.
        other: another one.
        names: of the people who may stand on them.
    """
    first, second = _letters(one.text), _letters(other.text)
    least, most = sorted((len(first), len(second)))
    if most < _FEW_LETTERS:
        return _pictures_agree(one.pictures, other.pictures, _SAME_PICTURES) is True
    if least < _FEW_LETTERS or not _same_numbers(first, second):
        return False
    if any((name in first) != (name in second) for name in map(_letters, names) if name):
        return False
    if most < _SHORT and _pictures_agree(one.pictures, other.pictures, _NEAR_PICTURES) is False:
        return False
    return _same_words(first, second)


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", plain)[:_LETTERS_READ]


def _same_numbers(first: str, second: str) -> bool:
    """Tell whether the numbers are the same, but for one misread here and there, and what a seal covers."""
    one, other = Counter(re.findall(r"\d+", first)), Counter(re.findall(r"\d+", second))
    rest, unmatched, misread, cut_off = list((other - one).elements()), 0, 0, 0
    for number in (one - other).elements():
        if found := next((n for n in rest if _one_digit_apart(number, n)), None):
            misread += 1
        elif found := next((n for n in rest if _begins(number, n)), None):
            cut_off += 1
        else:
            unmatched += 1
            continue
        rest.remove(found)
    if unmatched and rest:
        return False
    most = max(one.total(), other.total())
    return misread * _MISREAD_NUMBERS <= most and unmatched + len(rest) + cut_off <= max(
        1, most // _LOST_NUMBERS
    )


def _one_digit_apart(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _begins(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) > 1 and long.startswith(short)


def _same_words(first: str, second: str) -> bool:
    """Compare letter by letter: one here and there is misread, never two that follow each other, such as a name.

    At the foot, where seals cover the print, it is enough that half is the same.
    """
    one, other = re.sub(r"\d+", "", first), re.sub(r"\d+", "", second)
    above, below = _ABOVE_FOOT * len(one), _ABOVE_FOOT * len(other)
    lost = lost_at_foot = 0
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if a >= above and c >= below:
            lost_at_foot += max(b - a, d - c)
            continue
        if kind == "replace" and min(b - a, d - c) > 1:
            return False
        lost += max(b - a, d - c)
    longest = max(len(one), len(other))
    return lost <= max(1, _LINES_LOST * longest) and lost_at_foot <= (1 - _ABOVE_FOOT) * longest / 2


def _pictures_agree(one: Sequence[str], other: Sequence[str], near: int) -> bool | None:
    """Tell whether the pages look alike, one by one; ``None`` where there is nothing to compare."""
    if not all(map(_shows_something, (*one, *other))) or not one or not other:
        return None
    return len(one) == len(other) and all(_distance(a, b) <= near for a, b in zip(one, other, strict=True))


def _shows_something(fingerprint: str) -> bool:
    return bool(fingerprint) and _PLAIN <= int(fingerprint, 16).bit_count() <= _BITS - _PLAIN


def _distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()
