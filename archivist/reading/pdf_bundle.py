"""Several PDFs in one for the printer, each from a front side on: PDF/A-2b, and tagged, as far as every one of them is.

The same input gives the same bytes; nothing in it tells of the machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, Final

from archivist.reading.pdf_a import mark_pdf_a

_CONFORMS: Final = b"pdfaid:part"


def write_bundle(parts: Iterable[tuple[str, Path]], title: str, out: BinaryIO) -> int:
    """Write the bundle and return its pages, blank ones counted.

    Args:
        parts: the name of the bookmark, and the file.
        title: stands in the metadata; it names nobody.
        out: open for writing.

    Raises:
        PyPdfError: a part is no PDF, or damaged. OSError: it cannot be read, or the bundle not written.
    """
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    tags = _Tags(writer)
    content = hashlib.sha256(title.encode())
    conforms = True
    for name, path in parts:
        data = path.read_bytes()
        content.update(f"{len(data)} {name}".encode() + data)
        reader, first = PdfReader(path), len(writer.pages)
        writer.append(reader, import_outline=False)
        writer.add_outline_item(title=name, page_number=first)
        conforms = conforms and _conforms(reader)
        tags.take(reader, first)
        if (len(writer.pages) - first) % 2:
            writer.add_blank_page()
    tags.write()
    mark_pdf_a(writer, title, content.digest()[:16], conforms=conforms)
    writer.write(out)
    return len(writer.pages)


def _conforms(reader: Any) -> bool:
    metadata = reader.root_object.get("/Metadata")
    return metadata is not None and _CONFORMS in metadata.get_object().get_data()


class _Tags:
    """The trees of structure of the parts under one root (ISO 32000-1, 14.7): each part's keys are moved behind those before it."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._kids: list[Any] = []
        self._numbers: list[Any] = []
        self._roles: dict[Any, Any] = {}
        self._next = 0
        self._whole: bool = True

    def take(self, reader: Any, first: int) -> None:
        """Take the tree of a part whose pages are those from ``first`` (0-based) to the last; without one the bundle has none."""
        from pypdf.generic import ArrayObject, NameObject, NumberObject

        tree = reader.root_object.get("/StructTreeRoot")
        self._whole = self._whole and tree is not None
        if not self._whole:
            return
        root = tree.get_object().clone(self._writer)
        kids = root.get("/K", ArrayObject())
        self._kids += [*kids] if isinstance(kids, ArrayObject) else [root.raw_get("/K")]
        self._roles = {**root.get("/RoleMap", {}), **self._roles}
        highest = -1
        for key, value in _pairs(root.get("/ParentTree")):
            highest = max(highest, key)
            self._numbers += [NumberObject(key + self._next), value]
        # Copied pages have lost their keys.
        for page, source in zip(self._writer.pages[first:], reader.pages, strict=True):
            if "/StructParents" in source:
                page[NameObject("/StructParents")] = NumberObject(source["/StructParents"] + self._next)
            for one in page.get("/Annots") or ():
                if "/StructParent" in (note := one.get_object()):
                    note[NameObject("/StructParent")] = NumberObject(note["/StructParent"] + self._next)
        self._next += highest + 1

    def write(self) -> None:
        """Hang all of it into the bundle, or take off what would point nowhere."""
        from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject, NumberObject

        if not self._whole:
            for page in self._writer.pages:
                page.pop("/StructParents", None)
                for one in page.get("/Annots") or ():
                    one.get_object().pop("/StructParent", None)
            return
        numbers = DictionaryObject({NameObject("/Nums"): ArrayObject(self._numbers)})
        root = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/StructTreeRoot"),
                NameObject("/K"): ArrayObject(self._kids),
                NameObject("/ParentTree"): self._writer._add_object(numbers),
                NameObject("/ParentTreeNextKey"): NumberObject(self._next),
                NameObject("/RoleMap"): DictionaryObject(self._roles),
            }
        )
        reference = self._writer._add_object(root)
        for kid in self._kids:
            kid.get_object()[NameObject("/P")] = reference
        self._writer.root_object[NameObject("/StructTreeRoot")] = reference
        self._writer.root_object[NameObject("/MarkInfo")] = DictionaryObject(
            {NameObject("/Marked"): BooleanObject(True)}
        )


def _pairs(tree: Any) -> list[tuple[int, Any]]:
    """Return the keys and values of a tree of numbers (7.9.7), its limbs gone through."""
    if tree is None:
        return []
    node = tree.get_object()
    numbers = node.get("/Nums") or ()
    found = [(int(numbers[n]), numbers[n + 1]) for n in range(0, len(numbers), 2)]
    return found + [pair for limb in node.get("/Kids") or () for pair in _pairs(limb)]
