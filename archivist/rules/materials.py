"""What must be in a file (齐全性), and what of it is missing today.

A missing paper is found by document type alone; whether a paper says what it should is for a person. Materials
the office can obtain from a government platform are not asked for again (《最低生活保障审核确认办法》第十条); the clerk
says so by filing the print-out.
"""

from __future__ import annotations

from dataclasses import dataclass

from archivist.model.case import Case
from archivist.rules import conditions
from archivist.rules.pack import Material, Pack


@dataclass(frozen=True, slots=True)
class Missing:
    """One paper that is not there, with what is asked for and why."""

    document: str
    requirement: str
    reason: str
    basis: str


def required(case: Case, pack: Pack) -> list[Material]:
    """Return the papers this case must hold before it is accepted."""
    return [m for m in pack.materials if case.category in m.categories and conditions.holds(m.when, case)]


def missing(case: Case, pack: Pack) -> list[Missing]:
    """Return the papers that are not in the case, in the pack's order."""
    held = {r.type for r in case.records.values()}
    return [
        Missing(m.document, m.requirement, "未提交", str(m.source))
        for m in required(case, pack)
        if m.document not in held
    ]
