"""Forms and lists: rows of a layout to ruled tables whose columns always fill the type area."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.doctypes.doctype import DocumentKind
from archivist.documents.template.fields import FieldWriter, Piece
from archivist.documents.template.grammar import Block, Call, FormRow, Node
from archivist.documents.template.tables import Cell, Table
from archivist.documents.template.text_width import (
    CELL_PADDING_MM,
    NOTE_PT,
    SIZES,
    boxes_mm,
    caption_lines,
    caption_mm,
    fitted,
    grows,
    least_mm,
    need_mm,
    pen_date,
    text_mm,
    widest_mm,
)

ITEM: Final = "x"
"""Name of the item in the loop of a ``@table``."""
MANY_COLUMNS: Final = {156.0: 8, 225.0: 12}
"""From so many columns on, a list is set in small type; by width of the type area."""
_LEAST_MM: Final = 14.0
"""No column of a form is narrower, where widths are not given: three characters of a caption."""
_CAPTION: Final = re.compile(r"\[(.*)\]")
_PEN_DATE: Final = re.compile(r"　*年　+月　+日")
"""A date written out for the pen: its blanks are made as wide as the cell allows, else the year has no room."""
_SPAN: Final = re.compile(r"\s*×(\d)$")
_CAPTIONED: Final = re.compile(r"((?:[^{}:]|\{\{[^{}:]*\}\}){1,40}):(?:\s+(.*))?")
_COLUMN: Final = re.compile(
    r"(?P<keys>[-#\w.+/]+)(?P<align>[<^]?)(?::(?P<caption>[^:\d][^:]*))?(?::(?P<width>\d+(\.\d+)?))?"
)
_ALIGNED: Final = {"<": "left", "^": "center"}


@dataclass(frozen=True, slots=True)
class _Part:
    """One cell of a form before the widths are known."""

    text: str = ""
    label: bool = False
    piece: Piece | None = None
    span: int = 0
    align: str = ""
    continued: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of a form, or a tag between rows."""

    line: int
    parts: tuple[_Part, ...] = ()
    tag: str = ""
    height_mm: float = 0
    loops: Mapping[str, str] | None = None

    @property
    def columns(self) -> int:
        return sum(p.span or 1 for p in self.parts)

    @property
    def continues(self) -> frozenset[int]:
        """The columns from which cells of the row above go on."""
        starts = itertools.accumulate((p.span or 1 for p in self.parts), initial=0)
        return frozenset(at for at, part in zip(starts, self.parts, strict=False) if part.continued)

    @property
    def signed(self) -> bool:
        """Whether a pen signs here: the row before stays on its page."""
        return any(p.piece.place if p.piece else not (p.text or p.label) for p in self.parts)


@dataclass(frozen=True, slots=True)
class FormOptions:
    """What stands after ``@form`` or ``@table``: size, keep, widths."""

    size: str = ""
    keep: bool = False
    widths: tuple[float, ...] = ()
    rest: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> FormOptions:
        """Read ``keep small 26 52 26 52``; other words are left in ``rest``."""
        words = text.split()
        numbers = tuple(float(w) for w in words if re.fullmatch(r"\d+(\.\d+)?", w))
        size = next((w for w in words if w in SIZES), "")
        rest = tuple(w for w in words if w not in SIZES and w != "keep" and not re.fullmatch(r"[\d.]+", w))
        return cls(size, "keep" in words, numbers, rest)


def fields_in(fields: FieldWriter, nodes: Sequence[Node]) -> Iterator[_Line]:
    """Yield the rows of a form and the tags between them, the loops around each set."""
    for node in nodes:
        if isinstance(node, FormRow):
            parts = tuple(p for cell in node.cells for p in _parts(fields, node.line, cell))
            yield _Line(node.line, parts, height_mm=node.height_mm, loops=dict(fields.loops))
        elif isinstance(node, Block):
            fields.opening(node.line, node.opening, node.loop)
            yield _Line(node.line, tag=node.opening)
            before, fields.loops = fields.loops, {**fields.loops, **node.loop}
            yield from fields_in(fields, node.body)
            fields.loops = before
            if node.other:
                yield _Line(node.line, tag="else")
                yield from fields_in(fields, node.other)
            yield _Line(node.line, tag=node.closing)


def _parts(fields: FieldWriter, line: int, cell: str) -> list[_Part]:
    found = _SPAN.search(cell)
    span, cell = (int(found[1]), cell[: found.start()]) if found else (0, cell)
    if cell == "↑":
        return [_Part(span=span, continued=True)]
    if cell.startswith("^"):
        return [_Part(cell[1:].strip(), span=span, align="center")]
    if match := _CAPTION.fullmatch(cell):
        return [_Part(match[1], label=True, span=span)]
    match = _CAPTIONED.fullmatch(cell)
    caption, content = (match[1].strip(), (match[2] or "").strip()) if match else ("", cell)
    piece = fields.lone(line, content)
    if piece is not None and not caption:
        caption = piece.caption
    value = _Part("" if piece else content, piece=piece, span=span)
    return [_Part(caption, label=True), value] if caption else [value]


def form(fields: FieldWriter, call: Call, rows: Sequence[Node], area: float) -> Table | None:
    """Build the table of a form."""
    lines = list(fields_in(fields, rows))
    options = FormOptions.read(call.arg)
    for word in options.rest:
        fields.fault(call.line, f"@form 看不懂“{word}”")
    count = len(options.widths) or max((line.columns for line in lines), default=0)
    if not count:
        fields.fault(call.line, "@form 下面没有以 | 开头的行")
        return None
    pt = SIZES[options.size or "normal"]
    widths = options.widths or _form_widths(lines, count, pt, area)
    if sum(widths) > area + 0.5:
        fields.fault(call.line, f"各栏宽度之和 {sum(widths):g} 毫米，超过版心 {area:g} 毫米")
        return None
    table = Table([w * area / sum(widths) for w in widths], options.size or "normal", area)
    add_rows(fields, table, lines, keep=options.keep)
    return table


def add_rows(fields: FieldWriter, table: Table, lines: Sequence[_Line], *, keep: bool = False) -> None:
    """Add the rows of a form to a table; the last value of a row takes the columns that are left."""
    printed = [line for line in lines if not line.tag]
    if not table.rows and printed:
        table.signed |= printed[0].signed or (keep and any(line.signed for line in printed))
    for line in lines:
        if line.tag:
            table.tag(f"{{%tr {line.tag} %}}")
            continue
        if line.columns > len(table.widths_mm):
            fields.fault(line.line, f"这一行有 {line.columns} 栏，表格只有 {len(table.widths_mm)} 栏")
            continue
        fields.loops, before = dict(line.loops or {}), fields.loops
        after = printed[printed.index(line) + 1 :][:1]
        cells = tuple(_cells(fields, table, line, after[0].continues if after else frozenset()))
        fields.unbroken(line.line, [(c.text, c.span) for c in cells], table.widths_mm, SIZES[table.size])
        table.row(
            *cells,
            header=not table.rows and all(p.label for p in line.parts),
            height_mm=line.height_mm or max(p.piece.height_mm if p.piece else 7.5 for p in line.parts),
            keep=bool(after)
            and (keep or after[0].signed or line is printed[0] or all(p.label for p in line.parts)),
        )
        fields.loops = before


def _cells(fields: FieldWriter, table: Table, line: _Line, below: frozenset[int]) -> Iterator[Cell]:
    at, pt = 0, SIZES[table.size]
    for number, part in enumerate(line.parts, 1):
        left = len(table.widths_mm) - at - sum(p.span or 1 for p in line.parts[number:])
        span = left if number == len(line.parts) else part.span or 1
        width = sum(table.widths_mm[at : at + span])
        merge = "continue" if part.continued else "restart" if at in below else ""
        at += span
        piece = part.piece
        if _PEN_DATE.fullmatch(part.text):
            yield Cell(pen_date("date", width, pt), span, merge=merge, align=part.align)
            continue
        text = piece.printed(width, pt) if piece else fields.text(line.line, part.text, width, pt)
        if part.label:
            yield Cell(caption_lines(text, width, pt), span, label=True, merge=merge)
        else:
            top = bool(piece and piece.kind == "text")
            yield Cell(text, span, merge=merge, top=top, align=part.align)


def _form_widths(lines: Sequence[_Line], count: int, pt: float, area: float) -> list[float]:
    """Find the widths of a form's columns from its captions and fields, cells of a single column counting."""
    needs, label, firm = [18.0] * count, [False] * count, [_LEAST_MM] * count
    for line in lines:
        at = 0
        for part in line.parts:
            if part.label:
                longest = max(map(len, part.text.split("//"))) if part.text else 4
                needs[at] = max(
                    needs[at], min(text_mm("国" * min(longest, 6), pt) + CELL_PADDING_MM, 2.7 * pt)
                )
                label[at] = True
            elif part.piece and (at < count - 1 or line.columns == count):
                boxes = part.piece.boxes
                need = boxes_mm(boxes, pt) if boxes else need_mm(part.piece.kind, "", pt)
                needs[at] = max(needs[at], min(need, 44))
                firm[at] = max(firm[at], 0.0 if boxes else widest_mm(part.piece.kind, pt))
            at += part.span or 1
    shares = [0.0 if is_label else 1.0 for is_label in label]
    return fitted(needs, shares, area, firm)


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Column:
    """One column of a list."""

    caption: str
    kind: str
    text: str
    width: float
    align: str
    note: str = ""
    choices: tuple[str, ...] = ()
    brief: bool = False
    held: tuple[str, ...] = ()
    noted: str = ""

    def firm_mm(self, pt: float) -> float:
        """Return the width in which no number, date or amount it holds is broken; 0 when it holds none."""
        brief = [f"brief {kind}" if self.brief else kind for kind in self.held]
        return max([widest_mm(self.noted, NOTE_PT), *(widest_mm(kind, pt) for kind in brief)])

    def need_mm(self, pt: float) -> float:
        """Return the width it needs when none is given."""
        return need_mm(f"brief {self.kind}" if self.brief else self.kind, self.caption, pt, self.choices)


def listing(fields: FieldWriter, call: Call, foot: Sequence[Node], area: float) -> Table | None:
    """Build a table with one row for each item of a table field, its header repeated on every page."""
    head, _, spelt = call.arg.partition("|")
    options = FormOptions.read(head)
    path = options.rest[0] if options.rest else ""
    spec = fields.doc.field(path)
    if spec is None or spec.kind != "table" or len(options.rest) > 1 or options.widths:
        fields.fault(call.line, f"@table 后面应是登记为表格（table）的字段，不是“{head.strip()}”")
        return None
    words = spelt.split() or [c.key for c in spec.columns]
    loops, fields.loops = fields.loops, {**fields.loops, ITEM: path}
    columns = [c for word in words if (c := _column(fields, call.line, word))]
    if len(columns) < len(words):
        fields.loops = loops
        return None
    size = options.size or ("small" if len(columns) >= MANY_COLUMNS[area] else "normal")
    table = Table(_list_widths(fields, call, columns, SIZES[size], area), size, area)
    pt = SIZES[size]
    fields.unbroken(call.line, [(c.text, 1) for c in columns], table.widths_mm, pt)
    fields.loops = loops
    table.row(
        *(
            Cell(caption_lines(fields.text(call.line, c.caption, w, pt), w, pt))
            for c, w in zip(columns, table.widths_mm, strict=True)
        ),
        header=True, keep=True,
    )  # fmt: skip
    table.tag(f"{{%tr for {ITEM} in {path} %}}")
    table.row(
        *(Cell(c.text, align=c.align or _align(c, size), note=c.note) for c in columns),
        height_mm=call.height_mm or 7.5,
    )
    table.tag("{%tr endfor %}")
    add_rows(fields, table, list(fields_in(fields, foot)))
    return table


def _column(fields: FieldWriter, line: int, word: str) -> _Column | None:
    """Read ``key+key/note:caption:width``; ``-`` is an empty column, ``#`` counts the rows."""
    match = _COLUMN.fullmatch(word)
    if match is None:
        fields.fault(line, f"看不懂的栏“{word}”，应写成 键:名称:宽度")
        return None
    width, align = float(match["width"] or 0), _ALIGNED.get(match["align"], "")
    keys, _, small = match["keys"].partition("/")
    if keys in ("-", "#"):
        text, kind, caption = ("{{ loop.index }}", "int", "序号") if keys == "#" else ("", "str", "")
        return _Column(match["caption"] or caption, kind, text, width or (10 if keys == "#" else 0), align)
    found = []
    for key in (*keys.split("+"), *([small] if small else [])):
        piece = fields.lone(line, key) if "." in key else fields.piece(f"{ITEM}.{key}")
        if piece is None:
            fields.fault(line, f"表格没有登记的栏 {key}")
            return None
        if "." not in key:
            fields.lone(line, piece.path)
        found.append(piece)
    first, shown = found[0], found[: len(keys.split("+"))]
    brief = fields.doc.kind is DocumentKind.REGISTER and first.kind in ("date", "ym")
    filtered = "|short" if brief else ""
    text = "\n".join("" if p.place else f"{{{{ {p.path}{filtered} }}}}" for p in shown)
    note = f"{{{{ {found[-1].path} }}}}" if small else ""
    kind = "int" if keys == "n" else first.kind
    held, noted = tuple(p.width_kind for p in shown), found[-1].width_kind if small else ""
    return _Column(
        match["caption"] or first.caption, kind, text, width, align, note, first.choices, brief, held, noted
    )


def _align(column: _Column, size: str) -> str:
    """Long text stands left, all else in the middle; in small type only what is declared as text."""
    return (
        "left" if column.kind in ("text", "list") or (column.kind == "str" and size != "small") else "center"
    )


def _list_widths(
    fields: FieldWriter, call: Call, columns: Sequence[_Column], pt: float, area: float
) -> list[float]:
    given = sum(c.width for c in columns)
    free = [c for c in columns if not c.width]
    if given > area + 0.5 or (free and given > area - 8 * len(free)):
        fields.fault(call.line, f"写明的栏宽共 {given:g} 毫米，版心宽 {area:g} 毫米，其余各栏容不下")
        return [area / len(columns)] * len(columns)
    if free:
        found = iter(fitted([c.need_mm(pt) for c in free], [grows(c.kind) for c in free], area - given))
        widths = [c.width or next(found) for c in columns]
    else:
        widths = [c.width * area / given for c in columns]
    return _held(columns, widths, pt, area)


def _held(columns: Sequence[_Column], widths: Sequence[float], pt: float, area: float) -> list[float]:
    """Give each column at least what the numbers it holds need; the others make room as far as they can."""
    firm = [c.firm_mm(pt) for c in columns]
    needs = [
        max(w, f, caption_mm(c.caption, pt) if "//" in c.caption else 0.0)
        for c, w, f in zip(columns, widths, firm, strict=True)
    ]
    if sum(needs) <= area + _ROUNDED_MM:
        return list(widths)
    least = [f or least_mm(c.caption, w, pt) for c, w, f in zip(columns, widths, firm, strict=True)]
    return fitted(needs, [0.0] * len(columns), area, least)


_ROUNDED_MM: Final = 0.05
