"""Why a volume must not be destroyed yet: holds (冻结) in force, and matters not settled (未了事项)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.model import group_holds
from archivist.model.case import Case
from archivist.model.group_holds import GroupHold
from archivist.model.holds import Hold
from archivist.rules import recoveries

__all__ = ["CAUSES", "DISPUTES", "before_destruction", "holds", "unsettled"]

DISPUTES: Final = ("行政复议", "行政诉讼", "信访", "审计", "巡察监察")
"""Causes that an appraisal asks for under 涉诉涉访、审计巡察; any other is an ordinary matter not settled."""
CAUSES: Final = (*DISPUTES[:3], "追缴未了", *DISPUTES[3:], "其他")
"""What a hold can be for, as the form (档案保全登记表) has it."""


def holds(case: Case, on: dt.date, groups: Sequence[GroupHold] = ()) -> tuple[Hold, ...]:
    """Return the holds that bind a case, the earliest first.

    Args:
        case: as it stands; what is in force is asked of nothing else.
        on: seen from this day: what was released later binds. From which day it is said to hold changes nothing.
        groups: those of the ledger.
    """
    return group_holds.in_force(case, groups, on)


def unsettled(case: Case) -> tuple[str, ...]:
    """Return what the papers of a case leave open and a person must look into before it is appraised."""
    claims = recoveries.recoveries(case)
    found = [claim.words for claim in claims if claim.ended is None]
    first = claims[0].claimed.seq if claims else None
    found += [
        f"追缴{r.doc_no or f'（第{r.no}件）'}退清待核"
        for r in case.records_of(DocumentId.RECOVERY_NOTICE)
        if not r.signs and (first is None or r.seq < first)
    ]
    complaints = [r for r in case.records_of(DocumentId.COMPLAINT_REGISTER) if not r.signs]
    answers = [r for r in case.records_of(DocumentId.COMPLAINT_REPLY) if not r.signs]
    if len(complaints) > len(answers):
        found.append(f"信访举报{len(complaints) - len(answers)}件未见答复")
    return tuple(found)


def before_destruction(case: Case) -> tuple[str, ...]:
    """Return what must be looked into before a file is destroyed: what is unsettled, and who rests on papers in it."""
    split = dict.fromkeys(str(person.to) for person in case.former if person.to)
    living = [f"本户已并入 {case.merged_into.case}，它可能引用本户材料"] if case.merged_into else []
    return (*unsettled(case), *(f"{number} 由本户分出，引用本户材料" for number in split), *living)
