"""The text of a finished document, its 续页 put back where the text was cut off; and its tables, cell by cell."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import docx
from docx.oxml.ns import qn
from lxml import etree

from archivist.documents.render.render import document_text


def whole(data: bytes) -> str:
    """Return the text of a document with what stands on its 续页 put back where it was cut off."""
    lines = [line.rstrip("\n") for line in document_text(data)]
    start = next((n for n, line in enumerate(lines) if re.fullmatch("《.*》续页", line)), None)
    if start is None:
        return "\n".join(lines)
    end = next(n for n, line in enumerate(lines) if line.startswith("续页签章："))
    items: list[list[str]] = []
    for line in lines[start + 2 : end]:
        if line.startswith(f"第{len(items) + 1}项（上接正文）　"):
            items.append([])
        else:
            items[-1].append(line)
    text = "\n".join((*lines[:start], *lines[end + 1 :]))
    for n, item in enumerate(items, 1):
        assert text.count(f"（下接续页第{n}项）") == 1
        text = text.replace(f"（下接续页第{n}项）", "\n".join(item))
    return text


def text_of(data: bytes) -> str:
    """Return the text of a finished document, a line a paragraph; headers and footers last."""
    return "".join(document_text(data))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@dataclass(frozen=True)
class Cell:
    """A cell of a table: where it begins and how many columns of the grid it spans, and what it says."""

    at: int
    span: int
    text: str


def tables(data: bytes) -> Iterator[list[list[Cell]]]:
    """Yield the tables of the body, each as its rows."""
    for table in docx.Document(io.BytesIO(data)).element.body.iter(qn("w:tbl")):
        yield [list(_cells(row)) for row in table.iterchildren(qn("w:tr"))]


def _cells(row: etree._Element) -> Iterator[Cell]:
    at = 0
    for cell in row.iterchildren(qn("w:tc")):
        spans = [int(s.get(qn("w:val"), "1")) for s in cell.iterfind(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")]
        yield Cell(at, span := sum(spans) or 1, "".join(t.text or "" for t in cell.iter(qn("w:t"))))
        at += span
