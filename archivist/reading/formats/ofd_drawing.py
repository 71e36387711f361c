"""What is drawn on the pages of an OFD (GB/T 33190): pieces of text and pictures, with their places.

Of hostile files: no document type, no entity, no path out of the package; a page may ask for so many objects only.
"""

from __future__ import annotations

import math
import posixpath
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from archivist.model.plain_text import decode_text

MAX_NESTING: Final = 16
"""Blocks and composite objects within one another."""
MAX_OBJECTS: Final = 200_000
"""Objects of one page that are looked at; composite ones count each time they are used."""
WHOLE_COVER: Final = 0.8
"""A picture over a larger share of the page hides what was drawn before it."""
_A4: Final = (0.0, 0.0, 210.0, 297.0)

Affine = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, top, width, height, in millimetres."""


@dataclass(frozen=True, slots=True)
class DrawnText:
    """One piece of text: where its baseline begins, how large and how long it is, in millimetres from the upper left."""

    text: str
    x: float
    y: float
    size: float
    width: float


@dataclass(slots=True)
class DrawnPage:
    """What is seen on a page: text, and pictures with their places; each picture by the name of its part."""

    runs: list[DrawnText] = field(default_factory=list)
    pictures: list[tuple[str, Box]] = field(default_factory=list)
    objects: int = 0


# ── the package ──────────────────────────────────────────────────────────────────────────────────────────
class OfdPackage:
    """The parts of an OFD by the paths its XML uses, which not every program writes as the standard asks."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._zip = package
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for part in package.infolist():
            name = part.filename if part.flag_bits & 0x800 else _raw_name(part.filename)
            self._parts.setdefault(_normal(name).casefold(), part)

    def has(self, path: str) -> bool:
        """Tell whether there is such a part, small and capital letters alike."""
        return path.casefold() in self._parts

    def find(self, base: str, location: str | None) -> str | None:
        """Return the part that a path means, written in part ``base``: from its folder, else from the root."""
        wanted = (location or "").strip().replace("\\", "/")
        if not wanted:
            return None
        places = (
            [_normal(wanted)]
            if wanted.startswith("/")
            else [posixpath.join(posixpath.dirname(base), wanted), wanted]
        )
        return next((p for place in places if self.has(p := _normal(place))), None)

    def read(self, path: str) -> bytes:
        """Return a part that there is."""
        return self._zip.read(self._parts[path.casefold()])

    def xml(self, path: str) -> Any:
        """Return the root of a part; a part with a document type is refused: the standard has none."""
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root: Any = etree.fromstring(self.read(path), parser)
        if root.getroottree().docinfo.doctype:
            raise ValueError("a document type in an OFD")
        return root


def _raw_name(name: str) -> str:
    try:
        return decode_text(name.encode("cp437")) or name
    except UnicodeEncodeError:
        return name


def _normal(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/")).lstrip("/")


def children(node: Any, name: str) -> Iterator[Any]:
    """Yield the children of a name, whatever their namespace: 2013 drafts and private ones are about."""
    if node is not None:
        for child in node:
            if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == name:
                yield child


def child(node: Any, *path: str) -> Any:
    """Return the first child of a name, its first child of the next …; None where there is none."""
    for name in path:
        node = next(children(node, name), None)
    return node


def text_of(node: Any) -> str:
    """Return what an element says, an empty string where there is none."""
    return "" if node is None else (node.text or "").strip()


def _numbers(value: str | None, count: int) -> tuple[float, ...] | None:
    try:
        numbers = tuple(float(part) for part in (value or "").replace(",", " ").split()[:count])
    except ValueError:
        return None
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else None


def _box(value: str | None) -> Box | None:
    numbers = _numbers(value, 4)
    return None if numbers is None else (numbers[0], numbers[1], numbers[2], numbers[3])


# ── a document ───────────────────────────────────────────────────────────────────────────────────────────
class OfdDocument:
    """One document of a file: its pages, templates and resources."""

    def __init__(self, package: OfdPackage, path: str) -> None:
        self._package = package
        self._path = path
        root = package.xml(path)
        common = child(root, "CommonData")
        self._page_box = _box(text_of(child(common, "PageArea", "PhysicalBox"))) or _A4
        self._templates = {
            t.get("ID"): package.find(path, t.get("BaseLoc")) for t in children(common, "TemplatePage")
        }
        self._media: dict[str, str] = {}
        self._units: dict[str, Any] = {}
        for name in ("PublicRes", "DocumentRes"):
            for resource in children(common, name):
                self._load(package.find(path, resource.text))
        self.pages = [package.find(path, p.get("BaseLoc")) for p in children(child(root, "Pages"), "Page")]

    def _load(self, path: str | None) -> None:
        """Take up what a file of resources offers: pictures, and groups of objects."""
        if path is None:
            return
        root = self._package.xml(path)
        base = posixpath.join(posixpath.dirname(path), root.get("BaseLoc") or "", "x")
        for media in children(child(root, "MultiMedias"), "MultiMedia"):
            file = text_of(child(media, "MediaFile"))
            if found := self._package.find(base, file) or self._package.find(path, file):
                self._media[media.get("ID")] = found
        for unit in children(child(root, "CompositeGraphicUnits"), "CompositeGraphicUnit"):
            self._units[unit.get("ID")] = unit

    def draw(self, path: str | None) -> tuple[DrawnPage, Box]:
        """Return what is seen on a page, templates under or over it as it asks, and how large the page is."""
        drawn = DrawnPage()
        if path is None:
            return drawn, self._page_box
        root = self._package.xml(path)
        for resource in children(root, "PageRes"):
            self._load(self._package.find(path, resource.text))
        box = _box(text_of(child(root, "Area", "PhysicalBox"))) or self._page_box
        layers: list[Any] = [root]
        for template in children(root, "Template"):
            under = self._templates.get(template.get("TemplateID"))
            if under is not None:
                over = (template.get("ZOrder") or "").lower() == "foreground"
                layers.insert(len(layers) if over else layers.index(root), self._package.xml(under))
        for layer in layers:
            for content in children(child(layer, "Content"), "Layer"):
                self._walk(content, (1, 0, 0, 1, 0, 0), drawn, box, 0)
        return drawn, box

    def _walk(self, block: Any, place: Affine, drawn: DrawnPage, box: Box, depth: int) -> None:
        if depth > MAX_NESTING:
            return
        for node in block:
            drawn.objects += 1
            if drawn.objects > MAX_OBJECTS:
                return
            name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
            if (node.get("Visible") or "").lower() == "false" or node.get("Alpha") == "0":
                continue
            if name == "TextObject":
                drawn.runs += _runs(node, place)
            elif name == "ImageObject":
                self._add_picture(node, place, drawn, box)
            elif name == "PageBlock":
                self._walk(node, place, drawn, box, depth + 1)
            elif name == "CompositeObject":
                content = child(self._units.get(node.get("ResourceID")), "Content")
                if content is not None:
                    self._walk(content, _within(place, _own_place(node)), drawn, box, depth + 1)

    def _add_picture(self, node: Any, place: Affine, drawn: DrawnPage, box: Box) -> None:
        file = self._media.get(node.get("ResourceID"))
        left, top, width, height = _box(node.get("Boundary")) or (0.0, 0.0, 0.0, 0.0)
        scale = _numbers(node.get("CTM"), 6)
        # The matrix says how large the picture, one millimetre square, is drawn; without one it fills its boundary.
        own = (*scale[:4], scale[4] + left, scale[5] + top) if scale else (width, 0.0, 0.0, height, left, top)
        a, b, c, d, e, f = _within(place, (own[0], own[1], own[2], own[3], own[4], own[5]))
        at = (e + min(0, a, c, a + c), f + min(0, b, d, b + d), abs(a) + abs(c), abs(b) + abs(d))
        if file is not None:
            if cover([at], box) > WHOLE_COVER:
                drawn.runs.clear()
            drawn.pictures.append((file, at))


def _own_place(node: Any) -> Affine:
    left, top, _, _ = _box(node.get("Boundary")) or (0.0, 0.0, 0.0, 0.0)
    a, b, c, d, e, f = _numbers(node.get("CTM"), 6) or (1, 0, 0, 1, 0, 0)
    return (a, b, c, d, e + left, f + top)


def _within(outer: Affine, inner: Affine) -> Affine:
    """Return the transform that does ``inner`` first, then ``outer``."""
    p, q, r, s, t, u = outer
    a, b, c, d, e, f = inner
    return (p * a + r * b, q * a + s * b, p * c + r * d, q * c + s * d, p * e + r * f + t, q * e + s * f + u)


def _runs(node: Any, place: Affine) -> Iterator[DrawnText]:
    a, b, c, d, e, f = _within(place, _own_place(node))
    scale = math.sqrt(abs(a * d - b * c)) or 1.0
    size = (_numbers(node.get("Size"), 1) or (4.0,))[0]
    x = y = 0.0
    for code in children(node, "TextCode"):
        # One without a place goes on at the place of the one before.
        x = (_numbers(code.get("X"), 1) or (x,))[0]
        y = (_numbers(code.get("Y"), 1) or (y,))[0]
        text = "".join(
            " " if c.isspace() else c
            for c in code.text or ""
            if c.isspace() or unicodedata.category(c) != "Cc"
        )
        if text.strip():
            width = _advance(text, code.get("DeltaX"), size) * scale
            yield DrawnText(text, a * x + c * y + e, b * x + d * y + f, size * scale, width)


def _advance(text: str, deltas: str | None, size: float) -> float:
    """Return how far a piece of text reaches: by the steps it states (``g 5 3.2`` is five times 3.2), else by its letters."""
    wide = [size if unicodedata.east_asian_width(c) in "WF" else size / 2 for c in text]
    steps: list[float] = []
    words = iter((deltas or "").split())
    try:
        while len(steps) < len(text) - 1:
            word = next(words)
            if word == "g":
                count, step = int(next(words)), float(next(words))
                steps += [step] * min(count, len(text))
            else:
                steps.append(float(word))
    except (StopIteration, ValueError):
        pass
    steps = [s for s in steps[: len(text) - 1] if math.isfinite(s)]
    return sum(steps) + sum(wide[len(steps) :])


def reading_order(runs: Sequence[DrawnText]) -> str:
    """Return text in the order of reading: from top to bottom, pieces on one height from left to right."""
    lines: list[list[DrawnText]] = []
    for run in sorted(runs, key=lambda r: (r.y, r.x)):
        last = lines[-1] if lines else None
        if last and abs(run.y - last[0].y) < 0.5 * min(run.size, last[0].size):
            last.append(run)
        else:
            lines.append([run])
    return "\n".join(_line(line) for line in lines)


def _line(runs: list[DrawnText]) -> str:
    runs.sort(key=lambda r: r.x)
    text, end = "", runs[0].x
    for run in runs:
        text += " " * (run.x - end > 0.5 * run.size) + run.text
        end = run.x + run.width
    return text


def cover(places: Sequence[Box], page: Box) -> float:
    """Return the share (0.0–1.0) of a page that pictures cover, overlaps counted twice."""
    left, top, width, height = page
    shown = sum(
        max(0.0, min(x + w, left + width) - max(x, left)) * max(0.0, min(y + h, top + height) - max(y, top))
        for x, y, w, h in places
    )
    return min(1.0, shown / max(width * height, 1.0))
