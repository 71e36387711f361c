"""The sheets of a volume as one file: PDF/A-2b, a bookmark for each item, numbers and stamps over the pages. The same input gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from archivist.reading.pdf_a import mark_pdf_a
from archivist.reading.volume.parts import BoundPart, PlainSheet
from archivist.reading.volume.stamps import LEAST_WIDTH, overlay


def bind(
    parts: Sequence[BoundPart], title: str, target: Path, progress: Callable[[], None] = lambda: None
) -> None:
    """Write a volume.

    Args:
        parts: its items and own papers, in order; a part without a file has a bookmark only.
        title: stands in the metadata.
        target: the new file; what is there is written over.
        progress: called after every page.
    """
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    content = hashlib.sha256(title.encode())
    marks = []
    for part in parts:
        marks.append((part.title, len(writer.pages)))
        if not part.file:
            continue
        plain = Path(part.file)
        content.update(plain.read_bytes())
        content.update(repr((part.title, part.first, part.count, part.stamp)).encode())
        for n, page in enumerate(PdfReader(plain).pages):
            number = part.first + n if n < part.count else None
            _write_over(writer, writer.add_page(page), part.sheets[n], number, part.stamp if n == 0 else ())
            progress()
    for name, at in marks:
        writer.add_outline_item(title=name, page_number=min(at, len(writer.pages) - 1))
    writer.page_mode = "/UseOutlines"
    mark_pdf_a(writer, title, content.digest()[:16])
    with target.open("wb") as out:
        writer.write(out)


def _write_over(writer: Any, page: Any, sheet: PlainSheet, number: int | None, stamp: Sequence[str]) -> None:
    """Draw number and stamp over a page, which grows where it has no room for them."""
    from pypdf.generic import ArrayObject, DecodedStreamObject, IndirectObject, NameObject, RectangleObject

    wide = PlainSheet(max(sheet.width, LEAST_WIDTH), sheet.height, sheet.places, sheet.corner)
    shift = (wide.width - sheet.width) / 2
    drawing, growth = overlay(wide, number, stamp)
    page[NameObject("/MediaBox")] = RectangleObject((-shift, 0, sheet.width + shift, sheet.height + growth))
    if not drawing:
        return
    stream = DecodedStreamObject()
    stream.set_data(f"q 1 0 0 1 {-shift:.3f} 0 cm\n{drawing}\nQ\n".encode())
    new = writer._add_object(stream.flate_encode())
    old = page.get("/Contents")
    resolved = old.get_object() if old is not None else None
    streams: list[Any] = list(resolved) if isinstance(resolved, ArrayObject) else []
    if resolved is not None and not streams:
        raw = page.raw_get("/Contents")
        streams = [raw if isinstance(raw, IndirectObject) else writer._add_object(raw)]
    page[NameObject("/Contents")] = ArrayObject([*streams, new])
