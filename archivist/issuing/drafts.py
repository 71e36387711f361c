"""Drafts (草稿): what a document would look like, with nothing given out and nothing filed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from archivist.doctypes.doctype import DocumentType, Numbering
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.render.render import render
from archivist.documents.render.watermark import watermarked


class Planned(Protocol):
    """A document that can be issued, of a case or of the office."""

    @property
    def document(self) -> DocumentType:
        """Its type."""

    @property
    def values(self) -> Mapping[str, object]:
        """What it prints."""

    @property
    def numbered(self) -> bool:
        """Whether it takes a reference number from the ledger."""


MARK: Final = "草稿"
"""What stands across every page of a draft."""


def draft_document(planned: Planned) -> bytes:
    """Return a draft, marked on every page: no QR code, no reference number."""
    assert planned.document.template is not None
    number: dict[str, object] = (
        {FieldPath.DOC_NO: f"（{MARK}）"} if planned.document.doc_no is not Numbering.NONE else {}
    )
    page = render(planned.document.template, {**planned.values, **number}, qr_payload=None)
    return watermarked(page, MARK)
