"""Other ways of writing a word that is not found as it was typed: numbers of documents, amounts of money, what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from archivist.model.ids import narrow
from archivist.search.text import HAN

_DOC_NO: Final = re.compile(
    rf"(?P<of>[{HAN}]*)[(\[【〔（]?(?P<year>(?:19|20)\d\d)[)\]】〕）年]?(?:第|字第)?(?P<no>\d{{1,5}})号?"
)
"""津民发2024年12号, 津民发〔2024〕第12号, 津民发202412号."""
_AMOUNT: Final = re.compile(r"[¥￥$]?(?P<amount>\d[\d,]*)(?P<cents>\.\d+)?(?:元|圆|块|块钱)?整?")
_DAY: Final = re.compile(r"(?P<upto>.*\d{1,2}月\d{1,2})(?P<end>[日号])")
"""3月4号 is said, 3月4日 is printed."""
_EXCLUDED: Final = re.compile(r"非(?P<word>\S+)")


def rewordings(word: str) -> Iterator[str]:
    """Yield other ways of writing a word, the likeliest first."""
    plain = narrow(word).strip()
    if number := _DOC_NO.fullmatch(plain):
        yield f"{number['of']}〔{number['year']}〕{int(number['no'])}号"
    if day := _DAY.fullmatch(plain):
        yield f"{day['upto']}{'号' if day['end'] == '日' else '日'}"
    if money := _AMOUNT.fullmatch(plain):
        amount, cents = money["amount"].replace(",", ""), money["cents"]
        yield from (f"{amount}{end}" for end in ((cents, "") if cents else (".00", "元", "")))


def excluding(word: str) -> str:
    """Return what a word asks for when 非 was written without a blank; empty when it does not begin so."""
    found = _EXCLUDED.fullmatch(word)
    return f"-{found['word']}" if found else ""
