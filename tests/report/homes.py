"""Households with their steps, told in a line each: ``"confirm confirmed 2024-04-10"``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case, CaseStatus
from archivist.model.event import FileEntry
from archivist.model.facts import parse_facts, single
from archivist.model.ids import CaseNo, Sha256, record_no
from archivist.model.record import Record, RecordStatus
from archivist.model.states import State, StepTaken
from archivist.report.case_history import HouseholdHistory
from archivist.rules.pack import load
from tests.people import make_id

BENEFIT: Final = {
    "amount": "800",
    "persons": 2,
    "standard": "1010",
    "income_per_head": "400",
    "start": "2024-05",
}
TO_BENEFIT: Final = (
    "submit submitted 2024-03-04",
    "accept accepted 2024-03-05",
    "confirm confirmed 2024-04-10",
    "deliver delivered 2024-04-11",
    "announce announced 2024-04-12",
    "file filed 2024-04-20",
    "pay in_benefit 2024-04-28",
)
"""Applied for in March, granted in April, paid from May on."""
OWN_TRAILS: Final[Mapping[str, tuple[str, ...]]] = {
    DocumentId.ALERT_REGISTER: ("classify in_benefit 2024-09-23 alert=红",),
    DocumentId.MONTHLY_VISIT_SUMMARY: ("visit in_benefit 2024-09-23",),
}
"""Register → the steps it lists and no other register should see, taken last by a household in benefit in September."""
AT_ONCE: Final = (
    "submit submitted 2024-09-02",
    "quick_relief confirmed 2024-09-05 amount=300",
    "pay paid 2024-09-06",
)
"""A household helped at once (小额快救) in September."""
NO_MORE: Final[Mapping[str, Any]] = MappingProxyType({})
TITLES: Final = {
    step.id: step.title for name in ("national", "tianjin-hongqiao") for step in load(name).steps
}


def a_case(
    sequence: int = 1, category: str = "DB", *trail: str, facts: Mapping[str, Any] = NO_MORE, left: str = ""
) -> Case:
    """Return a case after its steps; facts are laid over those of an ordinary household, group by group."""
    known: dict[str, Any] = {
        "applicant": {
            "name": f"户主{sequence}", "id_number": make_id("19700101", f"{sequence:03d}"), "village": "样例里社区",
        },
        "members": [{"name": "成员", "relation": "配偶", "id_number": make_id("19720202", f"{sequence:03d}")}],
        "account": {"holder": f"户主{sequence}", "bank": "示范银行", "number": "6222020200000000014", "nature": "本人"},
        "benefit": BENEFIT,
    }  # fmt: skip
    for group, values in facts.items():
        known[group] = {**known.get(group, {}), **values} if isinstance(values, Mapping) else values
    case = Case(
        CaseNo.parse(f"YLJD-{category}-2024-{sequence:06d}"),
        opened_on=dt.date(2024, 3, 1),
        facts=parse_facts(known),
        seq=1,
    )
    for text in trail:
        case = step(case, text)
    if left:
        case = replace(case, status=CaseStatus.DEREGISTERED, deregistered_on=dt.date.fromisoformat(left))
    return case


def step(case: Case, text: str) -> Case:
    """Return a case after one more step, ``pay in_benefit 2024-04-28 amount=300``."""
    name, after, on, *values = text.split(" ")
    taken = StepTaken(
        case.seq + 1, name, TITLES[name], case.state, State(after), dt.date.fromisoformat(on), by=("林经办",),
        values=dict(v.split("=", 1) for v in values),
    )  # fmt: skip
    return replace(case, seq=case.seq + 1, steps=(*case.steps, taken))


def a_house(
    sequence: int = 1,
    category: str = "DB",
    *trail: str,
    facts: Mapping[str, Any] = NO_MORE,
    left: str = "",
    told: Sequence[tuple[int, Mapping[str, Any]]] = (),
) -> HouseholdHistory:
    """Return a household; ``told`` is what events said of its benefit, when that changed."""
    case = a_case(sequence, category, *trail, facts=facts, left=left)
    if not told:
        return HouseholdHistory.read(case)
    return HouseholdHistory(
        case, [(seq, single(parse_facts({"benefit": benefit}), "benefit")) for seq, benefit in told]
    )


def with_record(
    house: HouseholdHistory, kind: str, folder: str = "06 审核确认", **data: Any
) -> HouseholdHistory:
    """Return a household with one more record of two pages."""
    case = house.case
    number = record_no(len(case.records) + 1)
    entry = FileEntry(f"data/{folder}/{number} x.pdf", Sha256("a" * 64), 1000, number)
    filed = str(data.pop("filed_at", "2024-04-10T10:00:00+08:00"))
    record = Record(
        number,
        kind,
        kind,
        folder,
        RecordStatus.PENDING,
        filed,
        (entry,),
        pages=2,
        data=MappingProxyType(data),
    )
    return replace(house, case=replace(case, records={**case.records, number: record}))
