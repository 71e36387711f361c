"""The default ``.docx`` of every generated document, built from parts.

``page`` the sheet (GB/T 9704-2012) · ``parts`` title, body, signature · ``tables`` ruled tables · ``blocks`` what
forms share · ``forms`` ``survey`` ``notices`` ``decisions`` ``meetings`` the documents themselves.
What is built here is committed as ``doc_templates/*.docx``; offices edit their copies in Word or WPS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from docx.document import Document

from archivist.issue.layout.decisions import confirmation_decision, refusal_decision
from archivist.issue.layout.forms import application_form, delivery_receipt, verification_authorization
from archivist.issue.layout.meetings import deliberation_minutes, preliminary_publicity
from archivist.issue.layout.notices import acceptance_notice, correction_notice
from archivist.issue.layout.page import saved
from archivist.issue.layout.survey import household_survey

BUILDERS: Final[Mapping[str, Callable[[], Document]]] = MappingProxyType(
    {
        builder.__name__: builder
        for builder in (
            application_form,
            verification_authorization,
            correction_notice,
            acceptance_notice,
            household_survey,
            preliminary_publicity,
            confirmation_decision,
            refusal_decision,
            deliberation_minutes,
            delivery_receipt,
        )
    }
)
"""Document id → what builds its default template."""

__all__ = ["BUILDERS", "build", "build_all"]


def build(name: str) -> bytes:
    """Return the default template of a document; the same bytes every time."""
    return saved(BUILDERS[name]())


def build_all(folder: Path) -> list[Path]:
    """Write every default template into a folder and return the paths."""
    paths = []
    for name in BUILDERS:
        path = folder / f"{name}.docx"
        path.write_bytes(build(name))
        paths.append(path)
    return paths
