"""Chinese data: names, amounts in figures and in words, dates, reference numbers. Pure functions.

Sources: names 民委发〔2016〕33号; amounts 《正确填写票据和结算凭证的基本规定》; dates GB/T 9704-2012;
reference numbers GB/T 9704-2012.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from archivist.errors import InvalidValue
from archivist.model.ids import narrow

MIDDLE_DOT = "\u00b7"
_DOTS = str.maketrans(dict.fromkeys("\u2022\u2027\u30fb\uff65\u22c5\u2219\uff0e", MIDDLE_DOT))
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇\U00020000-\U000323af]")
COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 宇文 司徒 夏侯 端木 长孙 独孤 南宫 闻人 澹台 轩辕 呼延 赫连".split()
)


def is_han(char: str) -> bool:
    """Tell whether a character is a Chinese one, also beyond the basic plane."""
    return bool(_HAN.fullmatch(char))


def _unfit(char: str) -> bool:
    """Control characters, and the two that XML cannot carry."""
    return char in "\ufffe\uffff" or (char not in "\n\t" and unicodedata.category(char) == "Cc")


def clean_text(text: str) -> str:
    """Return text as it is stored: NFC, line ends LF, no other control characters.

    Raises:
        InvalidValue: E002, on lone surrogates, which no file format can carry.
    """
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text.strip()
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise InvalidValue("含有无法保存的字符（半个代理对），请重新输入")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    bad = sorted({f"U+{ord(c):04X}" for c in text if _unfit(c)})
    if bad:
        raise InvalidValue(f"含有控制字符 {'、'.join(bad)}，请删去后重填")
    return text.strip()


def parse_name(text: str) -> str:
    """Check a person's name: every character kept, only separators unified to ``·`` (U+00B7).

    At least 25 Chinese characters must fit (民委发〔2016〕33号); 100 are allowed.

    Raises:
        InvalidValue: E002, when empty, too long, on several lines, or with private-use characters.
    """
    name = clean_text(text).translate(_DOTS)
    name = re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", name)
    name = re.sub(r"(?<=[^\x00-\x7f])\.(?=[^\x00-\x7f])", MIDDLE_DOT, name)
    if not name:
        raise InvalidValue("姓名不能为空")
    if "\n" in name or "\t" in name:
        raise InvalidValue("姓名只能写一行")
    if len(name) > 100:
        raise InvalidValue(f"姓名有 {len(name)} 个字，超过 100 个")
    if any(unicodedata.category(c) == "Co" for c in name):
        raise InvalidValue("姓名含有旧系统的自造字（私用区编码），别的电脑显示不出，请用标准字库重新录入")
    return name


def mask_name(name: str) -> str:
    """Show the surname only: ``张*``, ``欧阳*``, ``阿卜杜拉·*``."""
    if MIDDLE_DOT in name:
        return name.split(MIDDLE_DOT)[0] + MIDDLE_DOT + "*"
    return (name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]) + "*"


# ── amounts ──────────────────────────────────────────────────────────────────────────────────────────────
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")


def parse_money(text: str | int | Decimal) -> Decimal:
    """Read an amount in yuan; two decimals at most, thousands separators, ¥ and 元 allowed.

    Raises:
        InvalidValue: E002, when it is no amount, negative, or finer than a fen.
    """
    raw = (
        narrow(str(text)).strip().lstrip("¥￥").removesuffix("元").replace(",", "").replace("，", "").strip()
    )
    try:
        if not re.fullmatch(r"\d+(\.\d+)?", raw):
            raise InvalidOperation
        amount = Decimal(raw)
    except InvalidOperation:
        raise InvalidValue(f"“{text}”不是金额（应如 1234.50）") from None
    if amount != amount.quantize(Decimal("0.01")):
        raise InvalidValue(f"金额“{text}”小于一分，请精确到分")
    if amount >= Decimal(10) ** 12:
        raise InvalidValue(f"金额“{text}”过大")
    return amount.quantize(Decimal("0.01"))


def format_money(amount: Decimal) -> str:
    """Write an amount in figures with two decimals and separators: ``1,234.50``."""
    return f"{amount:,.2f}"


def money_in_words(amount: Decimal) -> str:
    """Write an amount in capital characters: ``16409.02`` → ``人民币壹万陆仟肆佰零玖元零贰分``.

    Source: 《正确填写票据和结算凭证的基本规定》: 「人民币」 leads without a gap; 「整」 closes at 元 and may be
    left out at 角; none after 分; several zeros in a row are one 零.
    """
    cents = int(amount.quantize(Decimal("0.01")) * 100)
    if not 0 <= cents < 10**14:
        raise ValueError(f"amount out of range: {amount}")
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = _integer_in_words(yuan) + "元" if yuan else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    if fen:
        words += ("零" if yuan and not jiao else "") + f"{_DIGITS[fen]}分"
    if not words:
        words = "零元"
    return "人民币" + words + ("" if jiao or fen else "整")


def _integer_in_words(number: int) -> str:
    words, zero = "", False
    groups = [(number // 10 ** (4 * i) % 10000, unit) for i, unit in enumerate(("", "万", "亿", "万亿"))]
    for value, unit in reversed(groups):
        if not value:
            zero = bool(words)
            continue
        if words and (zero or value < 1000):
            words += "零"
        words += _thousands_in_words(value) + unit
        zero = False
    return words


def _thousands_in_words(value: int) -> str:
    words, zero = "", False
    for power in (3, 2, 1, 0):
        digit = value // 10**power % 10
        if not digit:
            zero = bool(words)
            continue
        words += ("零" if zero else "") + _DIGITS[digit] + _UNITS[power]
        zero = False
    return words


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────
_HAN_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}


def parse_date(text: str) -> dt.date:
    """Read a civil date: ``2023-08-16``, ``2023年8月16日``, ``20230816``, ``2023/8/16``, ``二〇二三年八月十六日``.

    Raises:
        InvalidValue: E002, when there is no such day.
    """
    raw = narrow(str(text)).strip()
    match = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", raw) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", raw
    )
    if match:
        year, month, day = (int(g) for g in match.groups())
    else:
        han = re.fullmatch(
            r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日",
            raw,
        )
        if not han:
            raise InvalidValue(f"“{text}”不是日期（应如 2023-08-16）")
        year = int("".join(str(_HAN_DIGITS[c]) for c in han[1]))
        month, day = _han_number(han[2]), _han_number(han[3])
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise InvalidValue(f"“{text}”不是存在的日期") from None


def read_day(told: object) -> dt.date | None:
    """Return the civil date that was told, ``None`` when nothing was.

    Raises:
        InvalidValue: E002.
    """
    if told in (None, ""):
        return None
    return told if isinstance(told, dt.date) else parse_date(str(told))


def _han_number(text: str) -> int:
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _HAN_DIGITS[text]
    return (_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0)


def han_number(number: int) -> str:
    """Write a small number as headings count: ``1`` as ``一``, ``12`` as ``十二``, ``20`` as ``二十``; 1 to 99."""
    if not 0 < number < 100:
        raise ValueError(f"{number} is not between 1 and 99")
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    return (f"{digits[tens] if tens > 1 else ''}十" if tens else "") + (digits[ones] if ones else "")


def format_date(day: dt.date) -> str:
    """Write a date as official documents do, without padding: ``2023年8月16日`` (GB/T 9704-2012)."""
    return f"{day.year}年{day.month}月{day.day}日"


# ── reference numbers ────────────────────────────────────────────────────────────────────────────────────
_BRACKETS = str.maketrans({**dict.fromkeys("[［【(（﹝〈", "〔"), **dict.fromkeys("]］】)）﹞〉", "〕")})
_DOC_NO = re.compile(r"(?P<agency>[\u4e00-\u9fffA-Za-z]+)〔(?P<year>\d{4})〕(?P<number>[1-9]\d*)号")


def short_date(day: dt.date) -> str:
    """Return a date as narrow columns show it: ``2024.8.16``."""
    return f"{day.year}.{day.month}.{day.day}"


def parse_doc_no(text: str) -> str:
    """Check a reference number (发文字号) such as ``红邵救字〔2024〕4号`` and unify its brackets."""
    value = clean_text(text).translate(_BRACKETS)
    if not _DOC_NO.fullmatch(value):
        raise InvalidValue(f"“{text}”不是发文字号（应如 红邵救字〔2024〕4号：六角括号，序号不补零）")
    return value


def format_doc_no(agency: str, year: int, number: int) -> str:
    """Write a reference number: the year in full, the serial without padding."""
    return f"{agency}〔{year}〕{number}号"
