"""What a document's declared fields look like on paper: caption, boxes for choices, room for the pen.

A layout names a field; its declaration says the rest. Text with tags is read here too, so that every path it prints is
known to be declared, line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from archivist.doctypes.catalogue import PLACES, DocumentType, Mode
from archivist.documents.render.render import declared_paths, paths_in
from archivist.documents.template.text_width import box_lines, pen_date, widest_mm
from archivist.errors import TemplateFault
from archivist.model.fact_paths import FactPath

YES_NO: Final = ("是", "否")
_PATH: Final = re.compile(r"[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)+")
_BOXES: Final = re.compile(r"\{\{\s*([\w.]+)\s*\|\s*boxes\s*\}\}")
_VALUES: Final = re.compile(r"\{\{\s*([\w.]+)\s*(\|\s*short\s*)?\}\}")
_HAIR_MM: Final = 0.1
"""Widths are rounded to twips."""
_CASE_NO: Final = re.compile("户号|档号")
_BREAK: Final = re.compile(r" *(?<!:)// *")
_HEIGHT_MM: Final = {"sign": 14.0, "seal": 30.0, "image": 40.0, "text": 20.0, "list": 20.0, "date": 9.0}
_CAPTIONS: Final[Mapping[str, str]] = {
    FactPath.APPLICANT_ID_NUMBER: "证件号码",
    FactPath.AGENT_PHONE: "联系电话",
    FactPath.AGENT_ID_NUMBER: "证件号码",
}
"""Captions of forms where they differ from the name of the fact."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One field or one column of a table, as a layout sees it.

    Attributes:
        path: as the template writes it, inside a loop with the loop's name.
        pen: filled in by hand when it is not known.
    """

    path: str
    caption: str
    kind: str
    pen: bool = False
    choices: tuple[str, ...] = ()

    @property
    def width_kind(self) -> str:
        """What kind it is where its width is asked for: numbers are kept whole that are texts elsewhere."""
        key = self.path.rpartition(".")[2]
        if key == "id_number":
            return "id"
        return "case" if key == "number" and _CASE_NO.match(self.caption) else self.kind

    @property
    def place(self) -> bool:
        """Whether it is an empty place on paper: signature, seal, photograph."""
        return self.kind in PLACES

    @property
    def height_mm(self) -> float:
        """The least height of its box."""
        return _HEIGHT_MM.get(self.kind, 7.5)

    @property
    def boxes(self) -> tuple[str, ...]:
        """What is ticked with a pen when it is not known; empty when nothing is."""
        return (YES_NO if self.kind == "bool" else self.choices) if self.pen else ()

    def printed(self, width: float, pt: float) -> str:
        """Return what stands in its box: the value, boxes to tick, or the frame of a date for the pen."""
        if self.place:
            return ""
        tag = f"{{{{ {self.path} }}}}"
        if self.boxes:
            return f'{{{{ {self.path}|boxes("{box_lines(self.boxes, width, pt)}") }}}}'
        if self.pen and self.kind in ("date", "datetime", "ym"):
            return f"{{% if {self.path} %}}{tag}{{% else %}}{pen_date(self.kind, width, pt)}{{% endif %}}"
        return tag


@dataclass
class FieldWriter:
    """The fields of a document while its layout is read, and what of them was used.

    Attributes:
        loops: the loops around the current line, name → path of the table.
        used: every path that is printed or asked for.
    """

    doc: DocumentType
    problems: list[str]
    loops: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._declared = declared_paths(self.doc)

    def fault(self, line: int, what: str) -> None:
        """Note a fault of the layout."""
        self.problems.append(f"第 {line} 行：{what}")

    def piece(self, path: str) -> Piece | None:
        """Return a declared field, or a column of the loop around the line."""
        head, _, key = path.partition(".")
        if head in self.loops:
            spec = self.doc.field(self.loops[head])
            column = next((c for c in spec.columns if c.key == key), None) if spec else None
            return None if column is None else Piece(path, column.label, column.kind, choices=column.choices)
        spec = next((f for f in self.doc.fields if f.path == path), None)
        if spec is None:
            return None
        caption = _CAPTIONS.get(path) or spec.label.rpartition("·")[2]
        if spec.kind == "money" and "元" not in caption:
            caption += "（元）"
        return Piece(path, caption, spec.kind, spec.mode is not Mode.SYSTEM, spec.choices)

    def lone(self, line: int, text: str) -> Piece | None:
        """Return the field a text is nothing but the path of; a path that is not declared is a fault."""
        piece = self.piece(text)
        if piece is None and _PATH.fullmatch(text):
            self.fault(line, f"没有登记的字段 {text}")
        elif piece is not None:
            head, _, key = text.partition(".")
            self.used.add(f"{self.loops[head]}[].{key}" if head in self.loops else text)
        return piece

    def text(self, line: int, text: str, width: float, pt: float) -> str:
        """Return a text for the template: boxes spelt out, line breaks put in; note every path it reads."""

        def spelt_out(match: re.Match[str]) -> str:
            piece = self.piece(match[1])
            choices = YES_NO if piece and piece.kind == "bool" else piece.choices if piece else ()
            if piece and not choices:
                self.fault(line, f"字段 {match[1]} 没有选项（choices=），不能用 boxes")
            return f'{{{{ {match[1]}|boxes("{box_lines(choices, width, pt)}") }}}}'

        ready = _BREAK.sub("\n", _BOXES.sub(spelt_out, text))
        self._note(line, ready)
        return ready

    def unbroken(
        self, line: int, cells: Iterable[tuple[str, int]], widths: Sequence[float], pt: float
    ) -> None:
        """Note each number, date or amount that would be broken over two lines in its cell.

        Args:
            line: of the layout.
            cells: text and number of columns of each cell of a row.
            widths: of the columns, mm.
            pt: type size.
        """
        at = 0
        for text, span in cells:
            width = sum(widths[at : at + span])
            at += span
            for path, brief in _VALUES.findall(text):
                piece = self.piece(path)
                kind = piece.width_kind if piece else ""
                need = widest_mm(f"brief {kind}" if brief else kind, pt)
                if piece and need > width + _HAIR_MM:
                    need_and_has = f"要 {need:.1f} 毫米宽才不折行，这一格只有 {width:.1f} 毫米"
                    self.fault(line, f"“{piece.caption}”（{path}）{need_and_has}")

    def opening(self, line: int, opening: str, loop: Mapping[str, str]) -> None:
        """Note the paths a condition or a loop reads."""
        self._note(line, f"{{% {opening} %}}{{% end{opening.split(' ')[0]} %}}")
        for path in loop.values():
            spec = self.doc.field(path)
            if spec is not None and spec.kind not in ("table", "list"):
                self.fault(line, f"{spec.named}不是表格，不能逐项写出")

    def _note(self, line: int, source: str) -> None:
        if "{" not in source:
            return
        try:
            paths = paths_in(source, self.loops)
        except TemplateFault as error:
            self.fault(line, error.what)
            return
        self.used |= paths
        for path in sorted(paths - self._declared):
            self.fault(line, f"没有登记的字段 {path}")
