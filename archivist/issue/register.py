"""The page of a register: a document over many households, made from rows that somebody else worked out.

It belongs to no household and is filed in none: it bears no QR code and takes no reference number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from archivist.config import Config
from archivist.errors import MissingFields, TemplateFault
from archivist.issue.facts import document_values
from archivist.issue.render import render
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category
from archivist.rules.documents import DocumentType

_NOBODY: Final = Case(CaseNo("XX", Category.DB, 1, 0))
"""Stands where documents of a household have theirs; nothing is known of it."""


def render_register(
    document: DocumentType, config: Config, given: Mapping[str, object], *, on: dt.date
) -> bytes:
    """Return a register as a ``.docx``.

    Args:
        document: the type.
        config: the office.
        given: rows, sums and what the clerk tells, by path.
        on: date of the document.

    Raises:
        MissingFields: E301, what it needs is not given. TemplateFault: E303, it has no template.
    """
    if document.template is None:
        raise TemplateFault("没有模板文件", file=f"{document.id}.docx")
    try:
        values = document_values(document, _NOBODY, config, on=on, given=given)
    except MissingFields as error:
        raise MissingFields(
            error.what,
            file=document.id,
            problems=error.problems,
            remedy="用 --set 键=值 给出，或改正户档中的内容。",
        ) from None
    return render(document.template, values, qr_payload=None, phrases=document.phrases)
