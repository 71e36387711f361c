"""ID numbers on a page that people, printers and recognition have broken or misread; the checksum decides what is one.

A number is joined over blanks, hyphens and line ends, full-width digits count, and letters that look like digits are
read as digits. It is never cut out of a longer run of digits: a bank account of 19 digits, or one that is printed in
groups, may well hold eighteen that pass the checksum.

Old papers bear the number of fifteen digits that a person had before: it has no checksum, so that whoever asks must know more
of it than its digits, and it is given as the number of today that comes from it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.errors import InvalidValue
from archivist.model.ids import IdNumber, id_birth_date, id_check_digit, id_region_known, modern_id

_LENGTH: Final = 18
_OLD_LENGTH: Final = 15
_DIGITS: Final = {
    **{c: c for c in "0123456789"},
    **dict.fromkeys("OoQDОоΟο〇", "0"),
    **dict.fromkeys("lIiL|!丨", "1"),
    **dict.fromkeys("Zz", "2"),
    **dict.fromkeys("Ss", "5"),
    **dict.fromkeys("B", "8"),
    **dict.fromkeys("Xx×хХχΧ✕╳", "X"),
}
"""What is read for what: ``X`` may only be the check digit."""
_FULL_WIDTH: Final = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}
_LIKE: Final = "".join(map(re.escape, _DIGITS))
_ATOM: Final = re.compile(f"[{_LIKE}]+")
_BREAK: Final = re.compile(r"[ \t\r\f\v\u00a0\-—–‐‑·._]*\n?[ \t\r\f\v\u00a0\-—–‐‑·._]*")
"""What may stand between two pieces of one number: blanks, dashes, dots, one line end."""
_EARLIEST: Final = 1880
_LATEST: Final = 2100


@dataclass(frozen=True, slots=True)
class SeenNumber:
    """A valid ID number on a page, and the characters it takes there.

    Attributes:
        number: as it is on file.
        start: index of its first character in the text searched.
        end: index after its last.
    """

    number: IdNumber
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    read: str
    gap: str | None
    """What stands between the piece before and this one; None when that does not belong together."""

    @property
    def size(self) -> int:
        return self.end - self.start


def ids_in_text(text: str) -> list[SeenNumber]:
    """Return the valid ID numbers in a text in their order.

    Of two readings that overlap both are returned: a person may then see that it is not clear.
    """
    return _numbers(text, _LENGTH, _valid)


def old_ids_in_text(text: str) -> list[SeenNumber]:
    """Return what may be old numbers of fifteen digits in their order, where no number of today stands.

    Nothing proves them: an account may look like one. A number of today that is broken after fifteen digits is not cut.
    """
    taken = ids_in_text(text)
    return [
        old
        for old in _numbers(text, _OLD_LENGTH, _old)
        if not any(old.start < new.end and new.start < old.end for new in taken)
    ]


def _numbers(text: str, length: int, valid: Callable[[str], IdNumber | None]) -> list[SeenNumber]:
    found: list[SeenNumber] = []
    for run in _runs(text.translate(_FULL_WIDTH), length):
        found += _in_run(run, length, valid)
    return found


def _runs(text: str, length: int) -> list[list[_Piece]]:
    """Return the pieces of text that look like digits, those together that may be one number."""
    runs: list[list[_Piece]] = []
    last = -1
    for match in _ATOM.finditer(text):
        start, end = match.span()
        while start < end and text[start] not in "0123456789" and _is_letter(text, start - 1):
            start += 1  # the end of a word before the number: NO120106…
        if end - start > length and match[0][:2].upper() in ("ID", "NO"):
            start += 2
        if start == end:
            continue
        read = "".join(_DIGITS[c] for c in text[start:end])
        gap = text[last:start] if last >= 0 and _BREAK.fullmatch(text, last, start) else None
        whole = not _is_letter(text, end) and (end == start + 1 or any(c.isdigit() for c in text[start:end]))
        if gap is None or not runs:
            runs.append([])
            gap = None
        runs[-1].append(_Piece(start, end, read if whole else "", gap))
        last = end
    return [run for run in runs if sum(p.size for p in run) >= length]


def _is_letter(text: str, index: int) -> bool:
    return 0 <= index < len(text) and text[index].isascii() and text[index].isalpha()


def _in_run(run: Sequence[_Piece], length: int, valid: Callable[[str], IdNumber | None]) -> list[SeenNumber]:
    """Return the numbers in pieces that follow one another; a piece that is a number alone lends nothing to others."""
    found = [SeenNumber(n, p.start, p.end) for p in run if (n := valid(p.read))]
    alone = {seen.start for seen in found}
    for first, piece in enumerate(run):
        read = ""
        for last in range(first, len(run)):
            part = run[last]
            if part.start in alone or not part.read:
                break
            read += part.read
            if len(read) >= length:
                whole = last > first and not _goes_on(run, first, last)
                if whole and (number := valid(read)):
                    found.append(SeenNumber(number, piece.start, part.end))
                break
    return sorted(found, key=lambda seen: (seen.start, seen.end))


def _goes_on(run: Sequence[_Piece], first: int, last: int) -> bool:
    """Tell whether pieces of one size, in one rhythm, go on before or after these: the groups of a longer number."""
    inner = run[first : last + 1]
    size = max(p.size for p in inner)
    gaps = {p.gap for p in inner[1:]}
    if len({p.size for p in inner[:-1]}) > 1 or len(gaps) > 1:
        return False
    before = run[first].gap in gaps and first > 0 and run[first - 1].size == size
    after = last + 1 < len(run) and run[last + 1].gap in gaps and inner[-1].size == size
    return before or after


def _valid(read: str) -> IdNumber | None:
    """Return the number that is read, when date, region and checksum are those of an ID number."""
    if len(read) != _LENGTH or "X" in read[:17] or read[0] == "0":
        return None
    number = IdNumber(read)
    if not id_region_known(number) or id_check_digit(read[:17]) != read[17]:
        return None
    try:
        born: dt.date = id_birth_date(number)
    except ValueError:
        return None
    return number if _EARLIEST <= born.year <= _LATEST else None


def _old(read: str) -> IdNumber | None:
    """Return the number of today of an old one, when its date and region are those of an ID number."""
    if len(read) != _OLD_LENGTH or not read.isdigit() or read[0] == "0":
        return None
    try:
        number = modern_id(read)
    except InvalidValue:
        return None
    return number if id_region_known(number) else None
