"""What a feeder makes of a stack: many households' signed forms one after another in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archivist.cli.demo import paper
from benchmarks.filing_quality import scans
from benchmarks.filing_quality.form_kinds import cover_codes
from benchmarks.filing_quality.forms import signed_print_out
from benchmarks.filing_quality.kinds import Kind, Setting
from benchmarks.filing_quality.scans import DPI
from benchmarks.filing_quality.truth import Drop, Part

if TYPE_CHECKING:
    from archivist.cli.demo.paper import Generator, Picture
    from benchmarks.filing_quality.scans import Look

_DAMAGED = 11
"""One form in so many has no code that can be read, one has lost only the upper one."""


def _batch(at: Setting, look: Look, *, backs: bool, damaged: bool) -> Drop:
    """Scan all forms into one PDF."""
    pictures: list[Picture] = []
    parts: list[Part] = []
    for number, form in enumerate(at.forms):
        sheets = signed_print_out(form, at.chance)
        unreadable = damaged and number % _DAMAGED == 5
        if damaged and number % _DAMAGED in (5, 8):
            cover_codes(sheets[0], both=unreadable)
        for sheet in sheets:
            pictures.append(scans.taken(sheet, look, at.chance))
            if backs:
                pictures.append(_back(sheet, look, at.chance))
        pages = len(sheets) * (2 if backs else 1)
        # The back of the last sheet may go with the form or not; the others lie between its sheets.
        parts.append(
            Part(
                form.household, (form.type,), "either" if unreadable else "file", str(form.record),
                pages=len(sheets), blanks=pages - len(sheets),
            )
        )  # fmt: skip
    return at.drop(scans.save(pictures, at.path(".pdf", stem="批量")), *parts)


def _back(front: Picture, look: Look, chance: Generator) -> Picture:
    """Return the blank back of a sheet, with the front faintly showing through."""
    faint = 255 - (255 - front[:, ::-1].astype(np.float32)) * 0.05
    small = paper.scan(np.clip(faint, 0, 255).astype(np.uint8), float(chance.uniform(-1, 1)), 3.0, chance)
    if look == "fax":
        return np.full((paper.px(297, DPI), paper.px(210, DPI)), 255, np.uint8)
    return np.array(small[:, :, 1])


_SHORT = ("verification_authorization", "integrity_commitment", "kinship_declaration", "material_receipt")
_MIXED = ("change_report_form", "application_form", "home_visit_record", "economic_declaration")

KINDS = (
    Kind(
        "batch: signed forms, one bit, one side", lambda at: _batch(at, "fax", backs=False, damaged=False), _SHORT,
        batch=True,
    ),
    Kind(
        "batch: signed forms, gray, blank backs, damaged codes", lambda at: _batch(at, "gray", backs=True, damaged=True),
        _MIXED, batch=True,
    ),
)  # fmt: skip
