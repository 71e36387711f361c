"""Checked strings: case numbers, record numbers, digests, ID numbers. One ``parse``, one ``format`` each."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, NewType

from archivist.errors import InvalidValue
from archivist.model.invisible import without_invisible
from archivist.near_words import did_you_mean

Sha256 = NewType("Sha256", str)
"""64 lower-case hexadecimal digits."""
GENESIS: Final = Sha256("0" * 64)
"""``prev`` of a chain's first event."""


def in_rows(digest: str) -> str:
    """Return a digest as paper shows it: two lines of four groups of eight digits, for on one line a group would be broken.

    In a sentence it stands last, on lines of its own.
    """
    groups = [digest[n : n + 8] for n in range(0, len(digest), 8)]
    half = len(groups) // 2
    return f"{' '.join(groups[:half])}\n{' '.join(groups[half:])}"


RecordNo = NewType("RecordNo", str)
"""Four digits or more, counted from ``0001`` within a case; never changes, never reused."""

OFFICE_CODE = re.compile(r"[A-Z]{2,8}")
_CASE_NO = re.compile(r"(?P<office>[A-Z]{2,8})-(?P<category>[A-Z]{2})-(?P<year>\d{4})-(?P<sequence>\d{6,})")


class Category(StrEnum):
    """Categories of assistance, by the codes of the catalogue.

    ``DX`` is the local name of an office's own rules; ``BY`` and ``GX`` are those of 社会救助法第十三条, which confirms
    what a family is and pays nothing by itself.
    """

    DB = "DB"
    TK = "TK"
    DX = "DX"
    BY = "BY"
    GX = "GX"
    JN = "JN"
    ZC = "ZC"
    CJ = "CJ"

    @property
    def label(self) -> str:
        """The category's Chinese name as the measures write it."""
        return _CATEGORY_LABELS[self.value]


_CATEGORY_LABELS = {
    "DB": "最低生活保障",
    "TK": "特困人员救助供养",
    "DX": "低收入家庭救助",
    "BY": "最低生活保障边缘家庭认定",
    "GX": "刚性支出困难家庭认定",
    "JN": "急难型临时救助",
    "ZC": "支出型临时救助",
    "CJ": "残疾人两项补贴",
}
_CATEGORY_ALIASES = {
    "低保": "DB",
    "特困": "TK",
    "特困供养": "TK",
    "低收入": "DX",
    "低收入家庭": "DX",
    "低保边缘": "BY",
    "低保边缘家庭": "BY",
    "边缘家庭": "BY",
    "最低生活保障边缘家庭": "BY",
    "刚性支出": "GX",
    "刚性支出困难家庭": "GX",
    "急难型": "JN",
    "支出型": "ZC",
    "两项补贴": "CJ",
}


def category_named(text: str) -> Category | None:
    """Return the category named by its code, its name or its everyday short name; ``None`` when it is none of them."""
    wanted = text.strip()
    for code, label in _CATEGORY_LABELS.items():
        if wanted.upper() == code or wanted == label:
            return Category(code)
    return Category(_CATEGORY_ALIASES[wanted]) if wanted in _CATEGORY_ALIASES else None


def parse_category(text: str) -> Category:
    """Return the category that ``category_named`` finds.

    Raises:
        InvalidValue: E002, there is none.
    """
    if category := category_named(text):
        return category
    wanted = text.strip()
    known = "、".join(f"{c.value} {c.label}" for c in Category)
    near = did_you_mean(wanted, [*_CATEGORY_ALIASES, *_CATEGORY_LABELS.values()])
    raise InvalidValue(f"没有救助类别“{text}”{near or '。'}可用：{known}")


def parse_categories(text: str) -> tuple[Category, ...]:
    """Return the categories a text names one after the other, however it separates them.

    Raises:
        InvalidValue: E002, it names something else.
    """
    return tuple(map(parse_category, filter(None, re.split(r"[、，,；;\s]+", text))))


@dataclass(frozen=True, slots=True, order=True)
class CaseNo:
    """``<office>-<category>-<year>-<sequence>``, e.g. ``TJHQ-DB-2024-000123``; the name of the case's folder."""

    office: str
    category: Category
    year: int
    sequence: int

    @classmethod
    def parse(cls, text: str) -> CaseNo:
        """Read a case number as written; full-width forms and lower case are accepted.

        Raises:
            InvalidValue: E002, when it has not this form.
        """
        return _case_no(text)

    def __str__(self) -> str:
        return f"{self.office}-{self.category}-{self.year:04d}-{self.sequence:06d}"

    @property
    def compact(self) -> str:
        """The number without hyphens, as QR codes carry it."""
        return str(self).replace("-", "")

    @classmethod
    def from_compact(cls, text: str) -> CaseNo:
        """Undo ``compact``: the last two letters are the category, then four digits of year, then the rest."""
        match = re.fullmatch(r"([A-Z]{2,8})([A-Z]{2})(\d{4})(\d{6,})", text)
        if not match:
            raise InvalidValue(f"“{text}”不是户号")
        return cls.parse("-".join(match.groups()))


@lru_cache(maxsize=1 << 15)
def _case_no(text: str) -> CaseNo:
    """Read a case number; what is read for every household of an office, several times an answer, is read once."""
    match = _CASE_NO.fullmatch(narrow(text).strip().upper())
    if not match or match["category"] not in Category.__members__:
        raise InvalidValue(f"“{text}”不是户号（应如 TJHQ-DB-2024-000123）")
    return CaseNo(match["office"], Category(match["category"]), int(match["year"]), int(match["sequence"]))


CASE_NO_IN_TEXT = re.compile(rf"(?<![A-Z0-9])[A-Z]{{2,8}}-(?:{'|'.join(Category)})-\d{{4}}-\d{{6,}}(?!\d)")


def is_case_no(text: str) -> bool:
    """Tell whether a text is the number of a case."""
    try:
        CaseNo.parse(text)
    except InvalidValue:
        return False
    return True


def record_no(number: int) -> RecordNo:
    """Format a record's ordinal: ``7`` → ``0007``."""
    if number < 1:
        raise ValueError(f"record numbers start at 1, not {number}")
    return RecordNo(f"{number:04d}")


class IdType(StrEnum):
    """Papers that say who a person is."""

    RESIDENT = "居民身份证"
    RESIDENCE_PERMIT = "港澳台居民居住证"
    FOREIGNER = "外国人永久居留身份证"
    OTHER = "其他证件"
    NONE = "无"


RESIDENT_PAPERS: Final = (IdType.RESIDENT, IdType.RESIDENCE_PERMIT)
"""Papers whose number carries birth date and sex (GB 11643-1999)."""
FREE_PAPERS: Final = (IdType.FOREIGNER, IdType.OTHER)
"""Papers whose number has no form that could be checked."""


# ── ID numbers (GB 11643-1999) ───────────────────────────────────────────────────────────────────────────
IdNumber = NewType("IdNumber", str)
"""18 characters, the checksum right, ``X`` in upper case. Never written to logs, paths or QR codes."""

OLD_ID: Final = re.compile(r"\d{15}")
"""A number as it was on cards of the first generation, until 1999."""
_CENTENARIANS: Final = ("996", "997", "998", "999")
_WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
_CHECK = "10X98765432"
_LOOKALIKES = str.maketrans({"×": "X", "х": "X", "Х": "X", "χ": "X", "Χ": "X", "✕": "X", "╳": "X"})
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 "
    "61 62 63 64 65 71 81 82 83".split()
)
ID_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])")
"""An ID-shaped run, not part of a longer one (19-digit bank accounts contain ID-shaped runs)."""


def narrow(text: str) -> str:
    """Return full-width digits, letters and hyphens as ASCII; everything else as it is."""
    if text.isascii():
        return text
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else " " if c == "\u3000" else c for c in text)


def id_check_digit(first17: str) -> str:
    """Return the 18th character for the first seventeen digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def clean_id(text: str) -> str:
    """Normalise what people and scanners write: widths, blanks, hyphens and letters that look like ``X``."""
    return re.sub(r"[\s\-—·.]", "", narrow(without_invisible(text))).translate(_LOOKALIKES).upper()


def parse_id(text: str) -> IdNumber:
    """Check a resident ID number (also the residence permits of 港澳台, codes 81–83).

    The region code is never a hard error: counties are merged and people move, the number stays. A number of fifteen
    digits is returned as the one of today that comes from it.

    Raises:
        InvalidValue: E002, saying what is wrong without repeating the number.
    """
    number = clean_id(text)
    if OLD_ID.fullmatch(number):
        return modern_id(number)
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise InvalidValue(f"身份证号应为 17 位数字加 1 位校验码，这里有 {len(number)} 个字符或含有其他字符")
    try:
        id_birth_date(IdNumber(number))
    except ValueError:
        raise InvalidValue("身份证号中的出生日期不存在，请核对证件") from None
    if id_check_digit(number[:17]) != number[17]:
        raise InvalidValue("身份证号校验码不符（GB 11643），多半有一位录错，请核对证件")
    return IdNumber(number)


def modern_id(old: str) -> IdNumber:
    """Return today's number of somebody of whom one of fifteen digits is known: the century and the check digit are added.

    The card with the old number is void since 2013-01-01 (居民身份证法第二十三条), the person is the same. Three last digits
    996–999 were kept for people of a hundred years and more, whose century is another one.

    Args:
        old: fifteen digits.

    Raises:
        InvalidValue: E002, saying what is wrong without repeating the number.
    """
    if not OLD_ID.fullmatch(old):
        raise InvalidValue(f"15 位旧号应为 15 位数字，这里有 {len(old)} 个字符或含有其他字符")
    if old[12:] in _CENTENARIANS:
        raise InvalidValue(
            "15 位旧号末三位 996 至 999 专给当时的百岁老人，换算不出 18 位号码，请填户口簿上的号码"
        )
    first17 = f"{old[:6]}19{old[6:]}"
    number = IdNumber(first17 + id_check_digit(first17))
    try:
        id_birth_date(number)
    except ValueError:
        raise InvalidValue("15 位旧号中的出生日期不存在，请核对证件") from None
    return number


def is_id(text: str) -> bool:
    """Tell whether the text is a valid ID number."""
    try:
        parse_id(text)
    except InvalidValue:
        return False
    return True


def id_region_known(number: IdNumber) -> bool:
    """Tell whether the province code is one in use; a warning at most."""
    return number[:2] in _PROVINCES


def id_birth_date(number: IdNumber) -> dt.date:
    """Return the birth date the number carries."""
    return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def id_sex(number: IdNumber) -> str:
    """Return 男 or 女 from the sequence code's parity."""
    return "男" if int(number[16]) % 2 else "女"


def mask_id(number: str) -> str:
    """Show the first six and last four only, so that the birth date stays hidden."""
    return f"{number[:6]}********{number[-4:]}" if len(number) == 18 else "*" * len(number)


def age_on(birth: dt.date, on: dt.date) -> int:
    """Return full years of age (周岁) on a day."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
