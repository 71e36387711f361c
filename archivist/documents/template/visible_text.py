"""Text of a template that nobody would see on paper: hidden, of the colour of the paper, tiny, cut off, struck through.

A mandatory sentence that stands there so would be found in the file and not on the sheet, so every such text is refused,
tags included; so is text that is read in another order than it stands in the file. How a run is set is looked for where Word
looks: the run, its character style, the style of its paragraph, what those are based on, the defaults of the document.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lxml import etree

from archivist.documents.render.template_package import PARSER, PRINTED_PARTS

__all__ = ["SMALLEST_PT", "unseen_text"]

SMALLEST_PT: Final = 6.0
"""Type below this size is refused; the smallest of our own is 7.5 pt."""
LEAST_CONTRAST: Final = 2.0
"""Contrast of text and ground, 1 to 21, as WCAG 2 reckons it."""
_LEAST_SCALE: Final = 40
"""Width of the characters, in per cent."""
_LEAST_LINE: Final = 0.6
"""Of the size of the type: an exact line or row less high cuts it off."""
_WORDS: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W: Final = f"{{{_WORDS}}}"
_W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_OFF: Final = ("0", "false", "off", "none")
_WHITE_THEME: Final = ("background1", "light1", "bg1", "lt1")
_BLACK_THEME: Final = ("text1", "dark1", "tx1", "dk1")
_MOST_RAISED_PT: Final = 36.0
"""Text may stand so far above or below its line."""
_REVERSED: Final = "从右到左排的文字"
_FILLERS: Final = "\u034f\u115f\u1160\u3164\uffa0"
_MOST_STYLES: Final = 20
"""Styles based on each other that are looked through; Word itself stops earlier."""
_NEAR: Final = 12
"""Characters of the text that are told."""
_HIGHLIGHTS: Final[Mapping[str, str]] = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF", "red": "FF0000", "yellow": "FFFF00",
    "white": "FFFFFF", "darkBlue": "00008B", "darkCyan": "008B8B", "darkGreen": "006400", "darkMagenta": "800080", "darkRed": "8B0000",
    "darkYellow": "808000", "darkGray": "A9A9A9", "lightGray": "D3D3D3",
}  # fmt: skip


def unseen_text(members: Mapping[str, bytes]) -> list[str]:
    """List the texts that would not be seen, each in a line with how it is set; empty when all would be.

    Args:
        members: of the template's package; every part of it can be read.
    """
    styles = _Styles(
        etree.fromstring(members["word/styles.xml"], PARSER) if "word/styles.xml" in members else None
    )
    told: dict[str, list[str]] = {}
    codes: dict[str, None] = {}
    for name in filter(PRINTED_PARTS.fullmatch, members):
        for run in etree.fromstring(members[name], PARSER).iter(f"{_W}r"):
            text = "".join(str(t.text or "") for t in run.iterchildren(f"{_W}t")).strip()
            if text and (how := _Run(run, text, styles).unseen()):
                told.setdefault(how, []).append(text)
            codes |= {f"U+{ord(char):04X}": None for char in text if _without_shape(char)}
    lines = [
        f"有{how}“{_near(texts)}”：{'印出的次序是反的' if how == _REVERSED else '纸上看不见'}，请改正或删去"
        for how, texts in told.items()
    ]
    if codes:
        lines.append(f"有看不见的字符（{'、'.join(codes)}），印出的次序、字句会与文件里的不同，请删去重打")
    return lines


def _without_shape(char: str) -> bool:
    """Tell whether a character prints nothing: it joins, parts or turns round the ones beside it."""
    return unicodedata.category(char) == "Cf" or char in _FILLERS


def _near(texts: list[str]) -> str:
    whole = "".join(texts)
    return whole[:_NEAR] + ("…" if len(whole) > _NEAR else "")


class _Styles:
    """The styles of a document: for a style, the properties of it and of what it is based on, nearest first."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles = (
            {} if root is None else {str(s.get(f"{_W}styleId")): s for s in root.iterchildren(f"{_W}style")}
        )
        self.defaults = [] if root is None else root.findall(f"{_W}docDefaults/*/*")
        self.paragraph = next(
            (id_ for id_, s in self._styles.items() if s.get(f"{_W}type") == "paragraph" and s.get(f"{_W}default") in ("1", "true")), ""
        )  # fmt: skip

    def properties(self, style: str) -> Iterator[etree._Element]:
        """Yield ``rPr`` and ``pPr`` of a style and of those it is based on."""
        seen: set[str] = set()
        while style in self._styles and style not in seen and len(seen) < _MOST_STYLES:
            seen.add(style)
            found = self._styles[style]
            yield from found.iterchildren(f"{_W}rPr", f"{_W}pPr")
            style = _value(found.find(f"{_W}basedOn")) or ""


@dataclass
class _Run:
    """A run of text, and what says how it is set."""

    run: etree._Element
    text: str
    styles: _Styles

    def unseen(self) -> str:
        """Return why it would not be seen, empty where it would."""
        if any(self._on(name) for name in ("vanish", "specVanish")) or self._within_hidden():
            return "隐藏的文字"
        if self._on("strike") or self._on("dstrike"):
            return "带删除线的文字"
        if self.size_pt < SMALLEST_PT or self._number("w", 100) < _LEAST_SCALE or self._squeezed():
            return f"过小的文字（小于 {SMALLEST_PT:g} 磅或压扁）"
        ground = self._ground()
        if self._transparent() or any(_contrast(c, ground) < LEAST_CONTRAST for c in self._colours()):
            return "与底色相近的文字（白字等）"
        if abs(self._number("position", 0)) > 2 * _MOST_RAISED_PT:
            return "升降出行外的文字"
        if self._reversed():
            return _REVERSED
        if self._cut_off():
            return "被固定行距或行高切掉的文字"
        return ""

    @cached_property
    def _given(self) -> list[etree._Element]:
        """All that says how the run is set, nearest first."""
        found = list(self.run.iterchildren(f"{_W}rPr"))
        if found:
            found += self.styles.properties(_value(found[0].find(f"{_W}rStyle")) or "")
        paragraph = next(self.run.iterancestors(f"{_W}p"), None)
        own = [] if paragraph is None else list(paragraph.iterchildren(f"{_W}pPr"))
        style = _value(own[0].find(f"{_W}pStyle")) if own else None
        return [*found, *own, *self.styles.properties(style or self.styles.paragraph), *self.styles.defaults]

    def _nearest(self, name: str) -> etree._Element | None:
        return next((e for given in self._given if (e := given.find(f"{_W}{name}")) is not None), None)

    def _on(self, name: str) -> bool:
        found = self._nearest(name)
        return found is not None and (_value(found) or "1") not in _OFF

    def _number(self, name: str, default: float) -> float:
        return _measure(_value(self._nearest(name)), default)

    @property
    def size_pt(self) -> float:
        """Size of the type."""
        return self._number("sz", 20) / 2

    def _squeezed(self) -> bool:
        """Tell whether the characters stand on each other."""
        least = self.size_pt * 20 * _LEAST_SCALE / 100
        spacing = next((e for given in self._given if given.tag == f"{_W}rPr" and (e := given.find(f"{_W}spacing")) is not None), None)  # fmt: skip
        whole = (
            0 if "{" in self.text else least * len(self.text)
        )  # how long the value is that stands there is not known
        fit = _measure(_value(self._nearest("fitText")), whole)
        return self.size_pt * 20 + _measure(_value(spacing), 0) < least or fit < whole

    def _reversed(self) -> bool:
        """Tell whether Chinese or digits are set from right to left; Uyghur and the like is written so."""
        if any(unicodedata.bidirectional(char) in ("R", "AL") for char in self.text):
            return False
        around = self.run.iterancestors(f"{_W}bdo", f"{_W}dir")
        return self._on("rtl") or any(_value(each) == "rtl" for each in around)

    def _within_hidden(self) -> bool:
        for around in self.run.iterancestors():
            if around.tag == f"{_W}tr" and (hidden := around.find(f"{_W}trPr/{_W}hidden")) is not None:
                return (_value(hidden) or "1") not in _OFF
            if etree.QName(around).localname in ("anchor", "inline"):
                drawn = around.find("{*}docPr")
                if drawn is not None and drawn.get("hidden") in ("1", "true"):
                    return True
            style = str(around.get("style") or "").replace(" ", "")
            if "visibility:hidden" in style or "mso-hide" in style:
                return True
        return False

    def _transparent(self) -> bool:
        fill = next((e for given in self._given if (e := given.find(f"{_W14}textFill")) is not None), None)
        if fill is None:
            return False
        if fill.find(f"{_W14}noFill") is not None:
            return True
        alpha = next(fill.iter(f"{_W14}alpha"), None)
        if alpha is not None and _measure(alpha.get(f"{_W14}val"), 0) >= 50_000:
            return True
        theme = next(fill.iter(f"{_W14}schemeClr"), None)
        plain = next(fill.iter(f"{_W14}srgbClr"), None)
        if theme is not None:
            return theme.get(f"{_W14}val") in _WHITE_THEME and len(theme) == 0
        return plain is not None and _contrast(str(plain.get(f"{_W14}val")), self._ground()) < LEAST_CONTRAST

    def _colours(self) -> tuple[str, ...]:
        """Return the colour as it is named and as the theme makes it: one program prints this one, another that."""
        found = self._nearest("color")
        if found is None:
            return ("auto",)
        value, theme = _value(found) or "auto", str(found.get(f"{_W}themeColor"))
        if theme in _WHITE_THEME:
            share = _share(found.get(f"{_W}themeShade"))
            return (value, f"{round(255 * share):02X}" * 3)
        if theme in _BLACK_THEME:
            share = _share(found.get(f"{_W}themeTint"))
            return (value, f"{round(255 * (1 - share)):02X}" * 3)
        return (value,)

    def _ground(self) -> str:
        if (mark := _value(self._nearest("highlight")) or "none") != "none":
            return _HIGHLIGHTS.get(mark, "FFFFFF")
        cells = (cell.find(f"{_W}tcPr/{_W}shd") for cell in self.run.iterancestors(f"{_W}tc"))
        for shade in (self._nearest("shd"), *cells):
            if shade is None:
                continue
            over = _value(shade) == "solid"  # the pattern lies over the ground and leaves nothing of it
            if (fill := str(shade.get(f"{_W}{'color' if over else 'fill'}") or "auto")) not in ("auto", ""):
                return fill
            if over:
                return "000000"
        return "FFFFFF"

    def _cut_off(self) -> bool:
        least = self.size_pt * 20 * _LEAST_LINE
        for given in self._given:
            spacing = given.find(f"{_W}spacing")
            if given.tag == f"{_W}pPr" and spacing is not None and spacing.get(f"{_W}line"):
                if (
                    spacing.get(f"{_W}lineRule") == "exact"
                    and _measure(spacing.get(f"{_W}line"), least) < least
                ):
                    return True
                break
        row = next(self.run.iterancestors(f"{_W}tr"), None)
        height = None if row is None else row.find(f"{_W}trPr/{_W}trHeight")
        return (
            height is not None
            and height.get(f"{_W}hRule") == "exact"
            and _measure(_value(height), least) < least
        )


def _value(element: etree._Element | None) -> str | None:
    found = None if element is None else element.get(f"{_W}val")
    return None if found is None else str(found)


def _share(text: object) -> float:
    """Return how much of a colour is left, 0 to 1, as Word writes it: two hexadecimal digits; all of it where nothing is said."""
    try:
        return int(str(text), 16) / 255
    except ValueError:
        return 1.0


def _measure(text: object, default: float) -> float:
    """Return a number as Word writes it, points and per cent signs included; the default where it is none."""
    digits = str(text).removesuffix("%").removesuffix("pt")
    try:
        return float(digits) * (20 if str(text).endswith("pt") else 1)
    except ValueError:
        return default


def _contrast(colour: str, ground: str) -> float:
    """Return the contrast of two colours; text of no colour of its own is set so that it can be read."""
    if colour == "auto":
        return 21.0
    lights = sorted((_light(colour), _light(ground)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    try:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    except ValueError:
        return 0.0
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
