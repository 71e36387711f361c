"""What one page says about people: codes, case numbers, ID numbers, names, birth dates. Each page is judged by itself.

Nothing is decided here; ``match_case`` lets every page speak and looks whether one speaks for somebody else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from archivist.errors import InvalidValue
from archivist.ingest.matching.evidence import CaseDirectory, PersonOnFile
from archivist.ingest.matching.names import Words
from archivist.model.document_code import DocumentCode, is_ours
from archivist.model.ids import CASE_NO_IN_TEXT, CaseNo, IdNumber, narrow
from archivist.model.ids_in_text import SeenNumber, ids_in_text, old_ids_in_text
from archivist.reading.pages import PageText

_HYPHENS: Final = str.maketrans(dict.fromkeys("—–‐‑－", "-"))
_FREE_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[A-Z]{1,3}\d{6,12}[A-Z]?(?![0-9A-Za-z])")
"""Passports, permits for 港澳台: a number without a form that could be checked."""
_CALLED_ID: Final = re.compile(
    r"(?:身份证(?:件?号码?)?|公民身份号码|(?:旧|原)?证(?:件)?号码?|旧号)[（(]?[\s:：]*$"
)
"""What stands before a number that the page says is somebody's; the blanks within are taken out before."""
_DATE: Final = re.compile(
    r"(?<!\d)((?:18|19|20)\d{2})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})(?!\d)\s*日?"
    r"|(?<!\d)((?:18|19|20)\d{2})(\d{2})(\d{2})(?!\d)"
)
_BORN: Final = re.compile(r"出\s*生|生\s*日|生\s*于|诞\s*生")
_BORN_NEAR: Final = re.compile(r"(?:出\s*生|生\s*日|生\s*于)[^\d\n]{0,8}\s*$")
_BORN_AFTER: Final = re.compile(r"\s*(?:出\s*生|生(?!效))")


@dataclass(frozen=True, slots=True)
class SeenId:
    """A valid ID number on a page; an old one of fifteen digits as the one of today that comes from it.

    Attributes:
        number: never to be shown whole.
        owners: cases in which somebody has it; empty when nobody on file has.
        holder: the name that stands directly before it, if one does.
    """

    number: IdNumber
    owners: frozenset[CaseNo]
    holder: str = ""


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """What one page, or the file's name, says about people.

    Attributes:
        number: 1-based; 0 for the file's name.
        codes: our codes on it, as far as their check holds.
        damaged_code: whether it has a code that claims to be ours and does not pass its check.
        case_numbers: written out.
        ids: valid ID numbers, in order.
        free_ids: cases of people on file whose passport or permit number stands on it.
        people: everybody on file whose name stands on it.
        addressed: the names where it says whom it is about, in order; also of people on nobody's file.
        births: birth dates that it calls so, or that stand on a page that speaks of birth.
        labelled_births: those that it calls so, each with the name among ``addressed`` that stands before it, if one does.
        words: its text for names and addresses.
    """

    number: int
    codes: tuple[DocumentCode, ...]
    damaged_code: bool
    case_numbers: tuple[CaseNo, ...]
    ids: tuple[SeenId, ...]
    free_ids: frozenset[CaseNo]
    people: tuple[PersonOnFile, ...]
    addressed: tuple[str, ...]
    births: frozenset[dt.date]
    labelled_births: tuple[tuple[str, dt.date], ...]
    words: Words

    @property
    def place(self) -> str:
        """How messages name it."""
        return f"第 {self.number} 页" if self.number else "文件名"

    @property
    def names(self) -> frozenset[str]:
        """The names of people on file that stand on it."""
        return frozenset(person.name for person in self.people)

    @property
    def cases(self) -> frozenset[CaseNo]:
        """The cases it names by a code, a case number, or the ID number of somebody on file."""
        numbered = {case for seen in self.ids for case in seen.owners}
        return frozenset({*(code.case for code in self.codes), *self.case_numbers, *numbered, *self.free_ids})

    @property
    def says_nothing(self) -> bool:
        """Whether it names nobody at all."""
        return not (self.cases or self.ids or self.addressed)


def pages_evidence(
    pages: Iterable[PageText], name: str, directory: CaseDirectory
) -> tuple[PageEvidence, ...]:
    """Return what the file's name says, then what each page says.

    Args:
        pages: as read.
        name: path relative to the inbox, with ``/``; a case's drop folder in it is not looked at.
        directory: the cases and people on file.
    """
    parts = PurePath(name).parts
    own = parts[1:] if len(parts) > 1 and CASE_NO_IN_TEXT.match(parts[0].upper()) else parts
    file_name = "\n".join([*own[:-1], PurePath(own[-1]).stem]) if own else ""
    texts = [(0, file_name, ())] + [(p.number, p.text, p.codes) for p in pages]
    words = [Words.of(text) for _, text, _ in texts]
    on_file = _people(set().union(*(w.candidates() for w in words)), directory)
    return tuple(
        _evidence(number, w, codes, on_file, directory)
        for (number, _, codes), w in zip(texts, words, strict=True)
    )


def _people(candidates: Collection[str], directory: CaseDirectory) -> Mapping[str, list[PersonOnFile]]:
    found: dict[str, list[PersonOnFile]] = defaultdict(list)
    for person in directory.named(candidates):
        found[person.name].append(person)
    return found


def _evidence(
    number: int,
    words: Words,
    payloads: Sequence[str],
    on_file: Mapping[str, list[PersonOnFile]],
    directory: CaseDirectory,
) -> PageEvidence:
    here = [name for name in on_file if name in words.solid]
    addressed = words.addressed(here)
    names = tuple(name for _, name in addressed)
    seen = sorted(
        [*ids_in_text(words.lines), *_old_numbers(words.lines, directory)], key=lambda s: (s.start, s.end)
    )
    ids = tuple(
        SeenId(s.number, frozenset(directory.by_id(s.number)), words.holder(s.start, here)) for s in seen
    )
    without = words.lines
    for s in seen:
        without = without[: s.start] + "#" * (s.end - s.start) + without[s.end :]
    births, labelled = _births(without)
    codes, damaged = _codes(payloads)
    free = _FREE_NUMBER.findall(narrow(without).upper())
    kept = _standing(here, {*names, *(i.holder for i in ids)}, words.solid)
    return PageEvidence(
        number,
        codes,
        damaged,
        case_numbers(words.lines),
        ids,
        frozenset(case for token in free for case in directory.by_id(token)),
        tuple(person for name in kept for person in on_file[name]),
        names,
        births,
        tuple((_before(at, addressed), date) for at, date in labelled),
        words,
    )


def _old_numbers(text: str, directory: CaseDirectory) -> Iterable[SeenNumber]:
    """Yield the old numbers of fifteen digits: those of people on file, and what the page itself calls an ID number."""
    for old in old_ids_in_text(text):
        if tuple(directory.by_id(old.number)) or _CALLED_ID.search(
            re.sub(r"[ \t]", "", text[: old.start][-20:])
        ):
            yield old


def _codes(payloads: Sequence[str]) -> tuple[tuple[DocumentCode, ...], bool]:
    codes: dict[DocumentCode, None] = {}
    damaged = False
    for payload in payloads:
        try:
            codes.setdefault(DocumentCode.parse(payload))
        except InvalidValue:
            damaged = damaged or is_ours(payload)
    return tuple(codes), damaged


def case_numbers(text: str) -> tuple[CaseNo, ...]:
    """Return the case numbers in a text, also where they break at a hyphen."""
    upper = re.sub(r"\s*-\s*", "-", narrow(text).upper().translate(_HYPHENS))
    return tuple(dict.fromkeys(CaseNo.parse(match[0]) for match in CASE_NO_IN_TEXT.finditer(upper)))


def _standing(names: Sequence[str], given: Collection[str], solid: str) -> list[str]:
    """Return the names that stand on the page for themselves, not only within a longer one: 李建 within 李建国."""
    longer = {n for n in {*names, *given} if len(n) > 2}
    found = []
    for name in names:
        rest = solid
        for other in sorted((o for o in longer if name in o and o != name), key=len, reverse=True):
            rest = rest.replace(other, "#")
        if name in rest:
            found.append(name)
    return found


def _births(text: str) -> tuple[frozenset[dt.date], list[tuple[int, dt.date]]]:
    """Return the dates on a page that speaks of birth, and where those stand that it calls a birth date.

    Args:
        text: without its ID numbers, so that the date within one is not taken.
    """
    if not _BORN.search(text):
        return frozenset(), []
    dates: set[dt.date] = set()
    labelled: list[tuple[int, dt.date]] = []
    for match in _DATE.finditer(text):
        year, month, day = (int(v) for v in match.groups() if v)
        try:
            date = dt.date(year, month, day)
        except ValueError:
            continue
        dates.add(date)
        near = text[max(match.start() - 20, 0) : match.start()]
        if _BORN_NEAR.search(near) or _BORN_AFTER.match(text, match.end()):
            labelled.append((match.start(), date))
    return frozenset(dates), labelled


def _before(index: int, names: Sequence[tuple[int, str]]) -> str:
    """Return the last name that stands before a place in the text; empty when none does."""
    return next((name for at, name in reversed(names) if at < index), "")
