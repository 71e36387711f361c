"""The date a paper itself bears, as read from it: printed beside a caption that its type declares, or at its end.

Never the day of scanning, and never a guess: where the captions name two days, or a day that cannot be, nothing is known.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from archivist.doctypes.catalogue import DocumentType
from archivist.doctypes.page_look import FOOT

CAPTIONS: Final = ("出具日期", "开具日期", "签发日期", "填表日期", "制表日期", FOOT)
"""Captions of types that declare none."""
FIRST_DAY: Final = dt.date(1949, 10, 1)
"""No paper of an office is older."""
FOOT_ROWS: Final = 10
"""The date at the end stands in so many rows from the end of a page."""
_DIGITS: Final = {
    c: str(n)
    for n, row in enumerate(("〇零○ＯOo", "一", "二", "三", "四", "五", "六", "七", "八", "九"))
    for c in row
}
_HAN: Final = "〇零○一二三四五六七八九"
_DATE: Final = re.compile(
    rf"(?<!\d)(?P<y>(?:19|20)\d\d)(?:年|[-./])(?P<m>\d{{1,2}})(?:月|[-./])(?P<d>\d{{1,2}})(?:日|号|(?!\d))"
    rf"|(?P<hy>[一二][{_HAN}Oo]{{3}})年(?P<hm>[一二三四五六七八九十]{{1,2}})月(?P<hd>[一二三四五六七八九十]{{1,3}})[日号]"
    r"|(?<!\d)(?P<cy>(?:19|20)\d\d)(?P<cm>0[1-9]|1[0-2])(?P<cd>0[1-9]|[12]\d|3[01])(?!\d)"
)
_ID: Final = re.compile(r"(?<!\d)\d{6}((?:19|20)\d{6})\d{3}[\dXx](?!\d)")
_OF_SOMETHING_ELSE: Final = re.compile(
    r"(?:[自从至到止于—-]|期限?|出生|入院|出院|死亡|去世|火化|入伍|事故|发生|起)$|[，,。；;\d]|.{21}"
)
"""In front of a date that ends a row: it is not the paper's own."""
_CAPTION_END: Final = re.compile(r"(?:日期|时间)?[:：]?$")


def paper_date(pages: Sequence[str], document: DocumentType, today: dt.date) -> dt.date | None:
    """Return the day a paper bears; ``None`` where it bears none, or it is not sure which.

    Args:
        pages: text of each page, lines joined by a newline.
        document: what the paper is; its ``dated`` says beside which captions the day stands.
        today: civil day on which it came in; no paper is of a later one.
    """
    texts = [_rows(page) for page in pages]
    born = {m[1] for rows in texts for row in rows for m in _ID.finditer(row)}

    def possible(day: dt.date | None) -> bool:
        return bool(day and FIRST_DAY <= day <= today and f"{day:%Y%m%d}" not in born)

    for caption in document.dated or CAPTIONS:
        found = _at_the_foot(texts) if caption == FOOT else _beside(texts, caption)
        days = {day for day in found if possible(day)}
        if len(days) == 1:
            return days.pop()
        if days:
            return None
    return None


def _rows(page: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", page)
    return [row for row in (re.sub(r"\s+", "", line) for line in plain.splitlines()) if row]


def _beside(texts: Sequence[Sequence[str]], caption: str) -> Iterator[dt.date | None]:
    """Yield the days that stand right behind a caption, in its row or at the beginning of the next."""
    for rows in texts:
        text = "\n".join(rows)
        for match in re.finditer(re.escape(caption), text):
            behind = text[match.end() : match.end() + 24].replace("\n", "", 1).lstrip(":：")
            if found := _DATE.match(behind):
                yield _day(found)


def _at_the_foot(texts: Sequence[Sequence[str]]) -> Iterator[dt.date | None]:
    """Yield the day that stands by itself, or behind a name, lowest on the last page that has such a one."""
    for rows in reversed(texts):
        for row in reversed(rows[-FOOT_ROWS:]):
            found = list(_DATE.finditer(row))
            if len(found) != 1 or row[found[0].end() :].strip("。.)"):
                continue
            if not _OF_SOMETHING_ELSE.search(_CAPTION_END.sub("", row[: found[0].start()], count=1)):
                yield _day(found[0])
                return


def _day(found: re.Match[str]) -> dt.date | None:
    try:
        if found["hy"]:
            year = int("".join(_DIGITS[c] for c in found["hy"]))
            return dt.date(year, _han(found["hm"]), _han(found["hd"]))
        kind = "c" if found["cy"] else ""
        return dt.date(int(found[f"{kind}y"]), int(found[f"{kind}m"]), int(found[f"{kind}d"]))
    except ValueError:
        return None


def _han(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(_DIGITS[text]) if len(text) == 1 else 0
    return (int(_DIGITS[tens]) if tens else 1) * 10 + (int(_DIGITS[ones]) if ones else 0)
