"""Registers over invented households and the minutes of a meeting, worked out and printed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from archivist.doctypes.doctype import DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.resolve import document_values
from archivist.issuing.office_documents import render_register
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category
from archivist.report import REGISTERS, Compiled, Period, make
from archivist.report.case_history import HouseholdHistory
from archivist.report.compilation import register_values
from archivist.report.register import Register, RegisterRequest
from archivist.rules.pack import load
from tests.documents.samples import CATALOGUE, LONG_COMMUNITY, LONG_NAME, SETTING, rules_of
from tests.report.homes import AT_ONCE, OWN_TRAILS, TO_BENEFIT, a_house, with_record

TIANJIN, JINCHENG = load("tianjin-hongqiao"), load("shanxi-jincheng-chengqu")
TODAY: Final = dt.date(2024, 10, 8)
AUGUST: Final = Period.of_month("2024-08")
SAID: Final[dict[str, Any]] = {
    "meeting.no": "第3期", "meeting.time": "2024-08-15 14:30", "meeting.place": "街道二楼会议室", "meeting.chair": "郑有为",
    "meeting.recorder": "周立冬", "meeting.dispute": "邻居反映其子有稳定工作。", "meeting.discussion": "核对结果与申报一致。",
    "meeting.agree": 5, "meeting.against": 0, "meeting.abstain": 0, "meeting.conclusion": "建议予以确认。",
}  # fmt: skip
_NOBODY: Final = Case(CaseNo("XX", Category.DB, 1, 0))


# ── registers ────────────────────────────────────────────────────────────────────────────────────────────
def houses(groups: int = 1, register: str = "", *, longest: bool = False) -> tuple[HouseholdHistory, ...]:
    """Return so many times a household in benefit, one just confirmed, and one helped at once; no two are the same.

    Args:
        groups: how many times.
        register: whose steps the household in benefit takes besides; see ``OWN_TRAILS``.
        longest: the household in benefit has the longest names there are.
    """
    named = {"applicant": {"name": LONG_NAME, "village": LONG_COMMUNITY}} if longest else {}
    trail = (
        *TO_BENEFIT,
        "start_review reviewing 2024-09-04",
        "reviewed in_benefit 2024-09-05",
        *OWN_TRAILS.get(register, ()),
    )
    once = (
        AT_ONCE
        if register == DocumentId.QUICK_RELIEF_REGISTER
        else ("advance advanced 2024-09-03 amount=300", "confirm confirmed 2024-09-05", "pay paid 2024-09-06")
    )
    found = [
        house
        for first in range(1, 3 * groups, 3)
        for house in (
            a_house(first, "DB", *trail, facts=named),
            a_house(first + 1, "TK", "submit submitted 2024-09-01", "accept accepted 2024-09-02", "confirm confirmed 2024-09-09"),
            a_house(first + 2, "JN", *once),
        )
    ]  # fmt: skip
    notice = {"doc_no": "样救字〔2024〕9号", "date": "2024-09-08", "given": {"recovery.amount": "1600"}}
    return tuple(
        with_record(h, "recovery_notice", "09 动态管理", filed_at="2024-09-08T09:00:00+08:00", **notice)
        for h in found
    )


@dataclass(frozen=True)
class Printed:
    """A register as it is worked out and printed."""

    document: DocumentType
    register: Register
    on: dt.date = TODAY

    @cached_property
    def told(self) -> dict[str, object]:
        """What the register tells its document."""
        return register_values(self.document, self.register, nil=self.register.empty)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the document prints."""
        setting = SETTING.get()
        return document_values(
            self.document, _NOBODY, setting.config, on=self.on, given=self.told, sources=setting.sources
        )

    @cached_property
    def data(self) -> bytes:
        """The finished ``.docx``."""
        return render_register(self.document, SETTING.get().config, self.told, on=self.on)


def built(name: str, found: Compiled | None = None) -> Printed:
    """Work a register out over some households, and print it."""
    document = CATALOGUE.get(name)
    day = dt.date(2025, 3, 31) if name == "review_due_list" else dt.date(2024, 9, 30)
    period = Period.around(REGISTERS[name].period, day)
    pack = rules_of(document.packs[0] if document.packs else SETTING.get().pack or TIANJIN.id)
    found = found or Compiled(
        tuple(h for h in houses(register=name) if h.case.category in document.categories)
    )
    return Printed(document, make(document, found, pack, period, today=max(TODAY, day)))


# ── minutes ──────────────────────────────────────────────────────────────────────────────────────────────
def minuted(
    sequence: int, kind: str = "deliberation_minutes", category: str = "DB", **more: Any
) -> HouseholdHistory:
    """Return a household with the extract of a meeting in its file."""
    told = {**SAID, **{k.replace("_", ".", 1): v for k, v in more.items()}}
    return with_record(a_house(sequence, category), kind, "05 初审公示", date="2024-08-16", given=told)


def asked(*houses: HouseholdHistory, **told: str) -> RegisterRequest:
    """Return the question for the minutes of August over some households."""
    return RegisterRequest(houses, TIANJIN, AUGUST, SETTING.get().config.office, told)
