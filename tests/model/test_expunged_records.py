"""A record that was taken out of its file: gone from what the file holds, its number taken for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.model.case import Case
from archivist.model.case_fold import fold
from archivist.model.event import Event, Op
from archivist.model.expunged_records import EXPUNGED, ExpungeReason
from archivist.model.ids import GENESIS, CaseNo, RecordNo, record_no

NUMBER = CaseNo.parse("TJHQ-DB-2024-000001")
WHY = {"why": "重复", "by": ["赵主任", "钱管理"], "to": {"case": str(NUMBER), "record": "0001"}}


def case_of(*said: tuple[Op, Mapping[str, Any]]) -> Case:
    """Return the case that some events lead to after it was opened."""
    events = [(Op.CASE_OPENED, {"opened_on": "2024-03-04", "facts": {}}), *said]
    made = (
        Event(n, GENESIS, f"2024-03-{n:02d}T09:00:00+08:00", "林经办", op, data)
        for n, (op, data) in enumerate(events, 1)
    )
    return fold(NUMBER, ((event, GENESIS) for event in made))


def filed(no: str, **more: object) -> tuple[Op, Mapping[str, Any]]:
    entry = {"no": no, "type": "other", "title": "其他材料", "folder": "11", "status": "filed", **more}
    return Op.RECORD_FILED, {"record": entry}


def gone(no: str, **more: object) -> tuple[Op, Mapping[str, Any]]:
    return Op.RECORD_EXPUNGED, {"record": no, "paper": "0003", **WHY, **more}


def test_status_and_number() -> None:
    """“Status 已剔除, number stays”: taken for ever, and said in words."""
    case = case_of(filed("0001"), filed("0002"), filed("0003"), gone("0002"))
    assert list(case.records) == ["0001", "0003"] and case.next_record() == "0004"
    out = case.expunged[RecordNo("0002")]
    assert (out.why, out.by, out.paper, out.to) == (
        ExpungeReason.TWICE,
        ("赵主任", "钱管理"),
        "0003",
        (NUMBER, "0001"),
    )
    assert out.words == f"{EXPUNGED}（2024-03-05，重复，赵主任、钱管理），见第 0001 件"


@pytest.mark.parametrize(
    "wrong",
    [
        gone("0009"),
        gone("0001", why="不想要"),
        gone("0001", paper="不是件号"),
        gone("0001", to={"case": "?", "record": "0001"}),
        gone("0002"),
    ],
)
def test_what_fits_no_file_is_no_event(wrong: tuple[Op, Mapping[str, Any]]) -> None:
    """An event that does not fit the state (no such record, no reason there is, expunged twice) is none."""
    with pytest.raises(Exception) as refused:
        case_of(filed("0001"), filed("0002"), filed("0003"), gone("0002"), wrong)
    assert type(refused.value).__name__ in {"ValueError", "KeyError", "InvalidValue"}


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_no_number_is_given_twice(steps: list[bool]) -> None:
    """“Number never reused”, whatever is filed and expunged in which order."""
    there: list[RecordNo] = []
    said, last = [filed("0001")], 1
    for files in steps:
        if files or not there:
            last += 1
            there.append(record_no(last))
            said.append(filed(record_no(last)))
        else:
            said.append(gone(there.pop(), paper="0001"))
    case = case_of(*said)
    assert case.next_record() == record_no(last + 1)
    assert sorted([*case.records, *case.expunged]) == [record_no(n) for n in range(1, last + 1)]
