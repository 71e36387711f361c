"""An address compared whole and by meaning: community, building, unit, door. Half an address is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff"
_KINDS: Final = {
    "building": ("号楼", "栋", "幢", "座", "楼"),
    "unit": ("单元", "门", "口"),
    "door": ("号", "室", "户"),
    "yard": ("号院", "院"),
    "group": ("组", "队", "社"),
    "lane": ("弄", "巷", "条", "胡同"),
    "floor": ("层",),
}
_WORDS: Final = {word: kind for kind, words in _KINDS.items() for word in words}
_WORD: Final = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER: Final = "[0-9A-Za-z一二三四五六七八九十]{1,5}"
_PART: Final = re.compile(f"第?({_NUMBER})({_WORD}|-|$)")
_TAIL: Final = re.compile(rf"(?:第?{_NUMBER}(?:{_WORD}|-))*(?:[0-9]{{1,5}})?$")
_ABOVE: Final = re.compile(f"([{_HAN}]{{2,8}}?)(省|自治区|市|自治州|地区|盟|区|县|旗|街道办事处|街道|镇|乡)")
_COMMUNITY: Final = re.compile("(?:社区居民委员会|社区居委会|居委会|村民委员会|村委会|社区|小区|村)$")
_AFTER_COMMUNITY: Final = "(?:社区|小区|村)?"
_BEFORE: Final = "|".join(
    f"(?<={word})"
    for word in ("住址", "地址", "住所", "所地", "现住", "家住", "住在", "坐落", "落于", "位于", "住于", "籍地", "现居", "省", "市", "区", "县", "旗", "街道", "镇", "乡", "办事处")
)  # fmt: skip
_ENDS: Final = rf"(?!(?!\s*\n\s*[0-9]{{4}}\s*[年./\-])\s*[0-9A-Za-z\-])(?!\s*第?{_NUMBER}(?:{_WORD}))"
"""Nothing goes on after the last part; a date on the next line is another thing."""
_CHINESE: Final = {c: str(n) for n, c in enumerate("一二三四五六七八九十", 1)}


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart.

    Attributes:
        above: names of province, city, district, street or town with their kind, as far as it says them.
        community: name of the place the numbers are counted in, without 社区, 小区 or 村.
        parts: kind and number from the large to the small; the last is a door unless it says otherwise.
    """

    above: tuple[tuple[str, str], ...]
    community: str
    parts: tuple[tuple[str, str], ...]

    @property
    def whole(self) -> bool:
        """Whether it leads to one door, so that it can speak for somebody."""
        return len(self.community) >= 2 and any(kind == "door" for kind, _ in self.parts)


@lru_cache(maxsize=1024)
def parse_address(text: str) -> Address:
    """Take an address apart; what cannot be read so is not ``whole``."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    tail = _TAIL.search(plain)
    start = tail.start() if tail else len(plain)
    head, end = plain[:start], 0
    above = []
    for match in _ABOVE.finditer(head):
        if match.end() == len(head):
            break
        above.append((match[2], match[1]))
        end = match.end()
    return Address(tuple(above), _COMMUNITY.sub("", head[end:]), _parts(plain[start:]))


def _parts(tail: str) -> tuple[tuple[str, str], ...]:
    found = [(match[2], _plain(match[1])) for match in _PART.finditer(tail)]
    kinds = [_WORDS.get(word, "") for word, _ in found]
    if found and not kinds[-1]:
        kinds[-1] = "door"
    if kinds == ["", "", "door"]:
        kinds[:2] = ["building", "unit"]
    elif kinds == ["", "door"]:
        kinds[0] = "building"
    kinds = [k or "unit" for k in kinds]
    return tuple((kind, number) for kind, (_, number) in zip(kinds, found, strict=True))


def _plain(number: str) -> str:
    """Return a number as digits without leading zeros."""
    if re.fullmatch("[一二三四五六七八九]?十?[一二三四五六七八九]?", number):
        tens, ten, ones = number.rpartition("十")
        number = f"{_CHINESE.get(tens, '1')}{_CHINESE.get(ones, '0')}" if ten else _CHINESE[number]
    return number.upper().lstrip("0") or "0"


def stands_in(address: Address, text: str) -> bool:
    """Tell whether a text names this very address: every part, and nothing that goes on after it.

    Args:
        address: as on file.
        text: of a page after NFKC; lines may break anywhere.
    """
    if not address.whole:
        return False
    return any(_agrees(address, text[: m.start()]) for m in _pattern(address).finditer(text))


@lru_cache(maxsize=256)
def _pattern(address: Address) -> re.Pattern[str]:
    community = r"\s*".join(map(re.escape, address.community))
    parts = r"\s*".join(_one(p, last=n == len(address.parts)) for n, p in enumerate(address.parts, 1))
    return re.compile(rf"(?:(?<![{_HAN}])|{_BEFORE})\s*{community}\s*{_AFTER_COMMUNITY}\s*{parts}{_ENDS}")


def _one(part: tuple[str, str], *, last: bool) -> str:
    kind, number = part
    words = "|".join([r"\s*".join(w) for w in sorted(_KINDS[kind], key=len, reverse=True)])
    words = words.replace("号|", r"号(?!\s*[楼院])|")
    return f"第?0*{_in_any_form(number)}\\s*(?:{words}{f'|(?![0-9])(?!{_WORD})' if last else '|-'})"


def _in_any_form(number: str) -> str:
    digits = r"\s*".join(map(re.escape, number))
    chinese = next((c for c, n in _CHINESE.items() if n == number), "")
    return f"(?:{digits}|{chinese})" if chinese else digits


def _agrees(address: Address, before: str) -> bool:
    """Tell whether what stands before the community does not name another district, street or town."""
    squeezed = re.sub(r"\s+", "", before[-60:])
    stretch = re.search(rf"[{_HAN}]*$", squeezed)
    written = _levels(_ABOVE.findall(stretch[0] if stretch else ""))
    own = _levels([(name, kind) for kind, name in address.above])
    return all(written[level].endswith(name) for level, name in own.items() if level in written)


def _levels(above: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {("街道" if kind.startswith("街道") else kind): name for name, kind in above}
