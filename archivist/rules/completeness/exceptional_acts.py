"""Acts out of the ordinary (例外办理): lawful where somebody answers for them, and so never without being looked at.

The one place where they are listed, whoever let them happen: a document issued beside one of its kind, or dated back; a
step put on record after its day; something granted though another household speaks against it; money that was not reckoned
by the standard. Each is a sentence that stays the same, so that looking at it can be put on record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final

from archivist.model.by import CHINA
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.record import Record
from archivist.rules import across


def acts(case: Case) -> list[str]:
    """Return every act of a case that somebody has to look at, each a sentence, in the order of the kinds."""
    return [sentence for kind in KINDS for sentence in kind(case)]


def _issued_again(case: Case) -> Iterator[str]:
    for record in case.holding:
        if record.data.get("again"):
            yield f"第 {record.no} 件{record.title}是在已有同种文书以外再次制发的{_why(record)}"


def _dated_back(case: Case) -> Iterator[str]:
    for record in case.holding:
        filed = _day(record.filed_at)
        if record.issued and filed and (dated := record.data.get("date")) and str(dated) < filed:
            yield f"第 {record.no} 件{record.title}落款 {dated}，实际在 {filed} 制发{_why(record)}"


def _recorded_late(case: Case) -> Iterator[str]:
    for step in case.steps:
        day = _day(step.recorded_at)
        if day and step.on.isoformat() < day:
            yield f"“{step.title}”{step.on} 是 {day} 补记的"


def _across_households(case: Case) -> Iterator[str]:
    for step in case.steps:
        if marks := step.values.get(across.EXCEPTED):
            matters = "、".join(map(across.in_words, marks))
            reason = step.values.get(across.EXCEPTION) or ""
            why = f"，理由：{reason}" if reason else "，没有写理由"
            yield f"“{step.title}”{step.on} 是在{matters}的情形下办理的{why}"


def _money_by_another_basis(case: Case) -> Iterator[str]:
    """What is stated here has the amount go unchecked against standard and cap, see ``benefit_amount``."""
    basis, amount = (case.fact(path) for path in (FactPath.BENEFIT_BASIS, FactPath.BENEFIT_AMOUNT))
    if basis and amount is not None:
        yield f"救助金额 {amount} 元没有按标准核对，另写依据：{basis}"


def _why(record: Record) -> str:
    reason = str(record.data.get("why", ""))
    return f"，理由：{reason}" if reason else "，没有写理由"


def _day(moment: str) -> str:
    """Return the civil day of a moment, empty where it is not known."""
    return dt.datetime.fromisoformat(moment).astimezone(CHINA).date().isoformat() if moment else ""


KINDS: Final[tuple[Callable[[Case], Iterator[str]], ...]] = (
    _issued_again,
    _dated_back,
    _recorded_late,
    _across_households,
    _money_by_another_basis,
)
"""Each lists the acts of one kind; a new way to let something pass is a new kind."""
