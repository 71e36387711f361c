"""What a bare word of a query asks for, by its shape: text, somebody's name or number, a case number, with wildcards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from archivist.errors import BadQuery, InvalidValue
from archivist.model.ids import CaseNo, category_named, narrow
from archivist.search import synonyms
from archivist.search.names import as_typed, name_key
from archivist.search.query_tree import (
    HasPerson,
    HasText,
    InPlace,
    Leaf,
    Matches,
    Mentioned,
    Node,
    Numbered,
    OfCategory,
    Or,
    PersonKey,
)
from archivist.search.text import HAN, flowing, fragment, id_key, needed, normal

ID_WHOLE, ID_FIRST, ID_LAST = r"\d{17}[\dX]", r"[1-9]\d{5}", r"\d{3}[\dX]"
ID_OLD = r"[1-9]\d{14}"
"""As on a card of the first generation; people are found by it as by the number of today that comes from it."""
_WILD: Final = re.compile(r"([*?]+)")
_LETTERS, _HAN_CHAR = re.compile("[a-z]"), re.compile(f"[{HAN}]")
_LEAST_DIGITS: Final = 4
"""So many digits must be known of an ID number that is asked for with wildcards."""
_DATE_RUN: Final = r"\d{8}"
_CASE_PART: Final = re.compile(
    r"[A-Z]{2,8}-[A-Z]{2}(-[0-9]*)?(-[0-9]*)?|[A-Z]{2}-(19|20)[0-9]{2}(-[0-9]*)?|((19|20)[0-9]{2}-)?0[0-9]{5}"
)
"""As people shorten a case number: its beginning, all but the office, what is counted."""
_CASE_PART_COMPACT: Final = re.compile(r"([A-Z]{2,8})([A-Z]{2})((?:19|20)[0-9]{2})([0-9]{0,6})")
_CASE_LIKE: Final = re.compile(r"(?=.*[A-Z-])(?=.*[0-9])[A-Z0-9*?-]+")


@dataclass(frozen=True, slots=True)
class Word:
    """What one word asks for.

    Attributes:
        own: of a record itself, or of a household's own entry.
        household: of the household a record belongs to: beside another word that the record has of its own, that will do.
        without: what it excludes when it is not wanted.
        also: the other ways of saying it that are searched as well.
    """

    own: Node
    household: tuple[Leaf, ...] = ()
    without: Node | None = None
    also: tuple[str, ...] = ()


def word(text: str) -> Word:
    """Return what a bare word asks for, by its shape.

    Raises:
        BadQuery: E401, when it holds nothing that can be searched.
    """
    plain = narrow(text).strip().upper()
    if number := as_case_no(plain):
        return Word(Or((Numbered(number, True), Mentioned(number))))
    if has_wildcard(plain):
        return _like(text)
    wanted = fragment(text)
    digits = re.sub("[ -]", "", plain)
    if re.fullmatch(ID_WHOLE, digits):
        return Word(Or((HasPerson(PersonKey.ID, digits), Mentioned(digits))))
    if not needed(wanted):
        raise BadQuery(f"“{text}”里没有可检索的字")
    literal = HasText(wanted)
    if re.fullmatch(ID_OLD, digits):
        key = id_key(digits)
        return Word(Or((literal, HasPerson(PersonKey.ID, key), Mentioned(key))))
    if re.fullmatch(ID_FIRST, plain):
        return Word(Or((literal, HasPerson(PersonKey.ID6, plain))))
    if re.fullmatch(ID_LAST, plain):
        return Word(Or((literal, HasPerson(PersonKey.ID4, plain))))
    if re.fullmatch(_DATE_RUN, digits) and wanted != digits:
        return Word(Or((literal, HasText(digits))))
    if part := _case_part(plain):
        return Word(Or((literal, Numbered(part, False))))
    if re.search(r"[0-9]", wanted):
        return Word(literal, (InPlace(wanted),))
    return _in_letters(text, wanted)


def _in_letters(text: str, wanted: str) -> Word:
    literal = HasText(wanted)
    also = tuple(other for one in synonyms.others(wanted) if (other := fragment(one)) != wanted)
    said: tuple[Leaf, ...] = (literal, *map(HasText, also))
    own, households = person(text, records=False), person(text, records=True)
    if own and own.by in (PersonKey.PINYIN, PersonKey.MIXED):
        own = households if len(own.key) > 1 else None
    category = _category(wanted)
    household = (
        *((households,) if isinstance(households, HasPerson) and own else ()),
        *((category,) if category else ()),
        InPlace(wanted),
    )
    parts = (*said, *((own,) if own else ()))
    named = (*parts, *((OfCategory(category.category, records=False),) if category else ()))
    return Word(
        named[0] if len(named) == 1 else Or(named),
        household,
        Or((*parts, category)) if category else None,
        also,
    )


def _category(word: str) -> OfCategory | None:
    category = category_named(word)
    return OfCategory(category) if category else None


def as_case_no(text: str) -> str | None:
    """Return the case number that is meant, with or without its hyphens."""
    for read in (CaseNo.parse, CaseNo.from_compact):
        try:
            return str(read(text))
        except InvalidValue:
            continue
    return None


def _case_part(text: str) -> str:
    """Return the part of case numbers that is meant, with its hyphens; empty when it is none."""
    if _CASE_PART.fullmatch(text):
        return text
    compact = _CASE_PART_COMPACT.fullmatch(text)
    return "-".join(compact.groups()).removesuffix("-") if compact and _category(compact[2]) else ""


# ── wildcards ────────────────────────────────────────────────────────────────────────────────────────────
def has_wildcard(text: str) -> bool:
    """Tell whether ``*`` or ``?`` stands in a word."""
    return bool(_WILD.search(text))


def _like(text: str) -> Word:
    plain = narrow(text).strip()
    bare = plain.strip("*")
    number = plain.upper()
    numbers: tuple[Leaf, ...] = ()
    if re.fullmatch(r"[0-9X*?]+", number) and len(re.sub(r"[*?]", "", number)) >= _LEAST_DIGITS:
        numbers = (HasPerson(PersonKey.ID_LIKE, number),)
    if not bare:
        raise BadQuery(f"“{text}”里除了 * 和 ? 没有可检索的字")
    if not has_wildcard(bare):
        found = word(bare)
        return Word(Or((found.own, *numbers)), found.household, None, found.also) if numbers else found
    if not numbers and _CASE_LIKE.fullmatch(bare.upper()):
        numbers = (Numbered(bare.upper(), False),)
    people = None if re.search(r"[0-9]", bare) else person(bare, records=bool(_LETTERS.search(bare.lower())))
    parts = _WILD.split(bare)
    pieces = tuple(flowing(normal(piece)) for piece in parts[::2])
    if not any(map(needed, pieces)):
        raise BadQuery(f"“{text}”里除了 * 和 ? 没有可检索的字")
    wanted = Matches(pieces, tuple(parts[1::2]))
    others = (*numbers, *((people,) if people else ()))
    return Word(Or((wanted, *others)) if others else wanted)


def person(text: str, *, records: bool) -> HasPerson | None:
    """Return somebody by name, by pinyin, by both mixed, with wildcards or without; ``None`` when nothing is left to ask.

    Args:
        text: as typed.
        records: whether the records of the household are meant as well.
    """
    parts = _WILD.split(narrow(text))
    key = "".join(name_key(part) if at % 2 == 0 else part for at, part in enumerate(parts)).strip("*")
    if not re.sub(r"[*?]", "", key):
        return None
    han, letters = bool(_HAN_CHAR.search(key)), bool(_LETTERS.search(key))
    if letters:
        key = as_typed(key)
    if has_wildcard(key):
        return HasPerson(PersonKey.PINYIN_LIKE if letters and not han else PersonKey.NAME_LIKE, key, records)
    if letters and re.fullmatch(r"[a-z]+", key):
        return HasPerson(PersonKey.PINYIN, key, records)
    return HasPerson(PersonKey.MIXED if letters and han else PersonKey.NAME, key, records)
