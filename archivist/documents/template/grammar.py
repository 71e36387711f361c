"""The layout language as text: lines to nodes, shared blocks put in, every fault noted with its line.

One line says one thing; its first character tells what::

    = title   ## heading   ### second heading   | row of a form   @directive   % comment   anything else: a paragraph

A line that begins with a blank continues the line above. ``@if`` and ``@each`` hold for what follows on the line after
a colon, or for all lines down to ``@end``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from archivist.model import conditions

_TAG: Final = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})")
_EACH: Final = re.compile(r"(\w+) in ([\w.]+)")
_HEIGHT: Final = re.compile(r"\s↕(\d+(?:\.\d+)?)$")


@dataclass(frozen=True, slots=True)
class TextRun:
    """A line of text; ``kind`` is ``title``, ``heading``, ``second`` or ``text``."""

    line: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of a form: its cells as written, its height in mm (0: as its fields need)."""

    line: int
    cells: tuple[str, ...]
    height_mm: float = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A directive: ``@name argument``; ``height_mm`` of the rows it makes."""

    line: int
    name: str
    arg: str = ""
    height_mm: float = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that are printed on a condition, or once for each item.

    Attributes:
        opening: the tag without its braces: ``if agent.name``, ``for m in members``.
        loop: name → path of what is gone through; empty for a condition.
        other: what is printed otherwise.
    """

    line: int
    opening: str
    loop: Mapping[str, str]
    body: tuple[Node, ...]
    other: tuple[Node, ...] = ()

    @property
    def closing(self) -> str:
        """The tag that ends it."""
        return f"end{self.opening.split(' ')[0]}"


Node = TextRun | FormRow | Call | Block


def is_rows(node: Node) -> bool:
    """Tell whether a node is a row of a form or a block of nothing but rows."""
    if isinstance(node, Block):
        return bool(node.body) and all(map(is_rows, (*node.body, *node.other)))
    return isinstance(node, FormRow)


def split_outside_tags(text: str, separator: str) -> list[str]:
    """Split a text where the separator stands outside ``{{ }}`` and ``{% %}``."""
    parts = [""]
    for i, piece in enumerate(_TAG.split(text)):
        first, *rest = [piece] if i % 2 else piece.split(separator)
        parts[-1] += first
        parts += rest
    return [p.strip() for p in parts]


def condition_tag(condition: str) -> str:
    """Return a condition in the words of rule packs as the template's expression.

    Raises:
        ValueError: with what is wrong.
    """
    clauses = []
    for clause in conditions.read(condition.strip()):
        quoted = ", ".join(f'"{v}"' for v in clause.values)
        no = "not " if clause.negated else ""
        clauses.append(f"{clause.path} {no}in [{quoted}]" if clause.values else f"{no}{clause.path}")
    return " and ".join(clauses)


@cache
def shared_blocks() -> Mapping[str, str]:
    """Return the blocks written in the language itself: name → lines, ``$`` stands for the argument."""
    text = files("archivist.documents.template").joinpath("blocks.toml").read_text(encoding="utf-8")
    return {name: str(lines).strip("\n") for name, lines in tomllib.loads(text).items()}


def read(layout: str, first_line: int, problems: list[str]) -> tuple[Node, ...]:
    """Read a layout.

    Args:
        layout: the text.
        first_line: the number its first line has in its file.
        problems: every fault is added here.
    """
    reader = _LayoutReader(problems)
    for number, line in _lines(layout, first_line):
        reader.take(number, line)
    return reader.finish()


def _lines(layout: str, first_line: int) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, continuations joined, comments and empty lines left out."""
    kept: list[tuple[int, str]] = []
    for number, raw in enumerate(layout.splitlines(), first_line):
        line = raw.strip()
        if not line or line.startswith("%"):
            continue
        if kept and raw[0] in " \t":
            above = kept[-1][1]
            kept[-1] = (kept[-1][0], f"{above}{' ' if above[0] in '@|' else ''}{line}")
        else:
            kept.append((number, line))
    yield from kept


@dataclass
class _Open:
    """A block whose end was not read yet."""

    line: int
    opening: str
    loop: Mapping[str, str]
    body: list[Node] = field(default_factory=list)
    other: list[Node] | None = None

    def add(self, node: Node) -> None:
        (self.body if self.other is None else self.other).append(node)

    def closed(self) -> Block:
        return Block(self.line, self.opening, self.loop, tuple(self.body), tuple(self.other or ()))


@dataclass
class _LayoutReader:
    problems: list[str]
    stack: list[_Open] = field(default_factory=lambda: [_Open(0, "", {})])

    def fault(self, line: int, what: str) -> None:
        self.problems.append(f"第 {line} 行：{what}")

    def take(self, number: int, line: str) -> None:
        mark, _, rest = line.partition(" ")
        kinds = {"=": "title", "##": "heading", "###": "second"}
        if mark in kinds:
            self._add(TextRun(number, kinds[mark], rest.strip()))
        elif line.startswith("|"):
            text, height = _height(line.removeprefix("|").strip())
            self._add(FormRow(number, tuple(split_outside_tags(text, "|")), height))
        elif line.startswith("@"):
            self._directive(number, mark[1:], rest.strip())
        else:
            self._add(TextRun(number, "text", line))

    def _add(self, node: Node) -> None:
        self.stack[-1].add(node)

    def _directive(self, number: int, name: str, arg: str) -> None:
        if name in ("if", "each"):
            self._open(number, name, arg)
        elif name in ("else", "end"):
            if len(self.stack) == 1:
                self.fault(number, f"@{name} 前面没有 @if 或 @each")
            elif name == "end":
                block = self.stack.pop().closed()
                self._add(block)
            else:
                self.stack[-1].other = []
        elif name in shared_blocks():
            for _, line in _lines(shared_blocks()[name], number):
                self.take(number, line.replace("$", arg))
        else:
            text, height = _height(arg)
            self._add(Call(number, name, text, height))

    def _open(self, number: int, name: str, arg: str) -> None:
        head, colon, rest = arg.partition(":")
        opening, loop = "if false", {}
        if name == "each":
            if match := _EACH.fullmatch(head.strip()):
                opening, loop = f"for {match[1]} in {match[2]}", {match[1]: match[2]}
            else:
                self.fault(number, "@each 应写成“@each 名 in 字段”，如 @each b in decision.basis")
        else:
            try:
                opening = f"if {condition_tag(head)}"
            except ValueError as error:
                self.fault(number, str(error))
        self.stack.append(_Open(number, opening, loop))
        if colon:
            self.take(number, rest.strip())
            block = self.stack.pop().closed()
            self._add(block)

    def finish(self) -> tuple[Node, ...]:
        while len(self.stack) > 1:
            left = self.stack.pop()
            self.fault(left.line, "@if 或 @each 没有 @end")
            self._add(left.closed())
        return tuple(self.stack[0].body)


def _height(text: str) -> tuple[str, float]:
    found = _HEIGHT.search(f" {text}")
    return (text, 0) if found is None else (f" {text}"[: found.start()].strip(), float(found[1]))
