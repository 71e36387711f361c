"""Drafts (草稿): what a document would look like, with nothing given out and nothing filed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from archivist.doctypes.doctype import DocumentType
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.render.render import render


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


def draft_document(planned: Planned) -> bytes:
    """Return a draft: no QR code, no reference number."""
    assert planned.document.template is not None
    values = {**planned.values} | ({FieldPath.DOC_NO: "（草稿）"} if planned.numbered else {})
    return render(planned.document.template, values, qr_payload=None)
