"""四项100%: three rates follow from the files, with those that miss one; the fourth is told or not known."""

from __future__ import annotations

import datetime as dt

import pytest

from archivist.errors import UsageError
from archivist.report import Period
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import Register, RegisterRequest
from archivist.report.registers.rates import performance_rates
from archivist.rules.pack import load
from tests.report.homes import a_house

JIAMUSI, TIANJIN = load("heilongjiang-jiamusi"), load("tianjin-hongqiao")
WHOLE = ("submit submitted 2024-09-02", "accept accepted 2024-09-03", "survey surveying 2024-09-04",
         "prelim prelim_reviewed 2024-09-05", "publicize publicized 2024-09-06", "confirm confirmed 2024-09-20")  # fmt: skip


def rates(*houses: HouseholdHistory, pack: object = JIAMUSI, **told: str) -> Register:
    """Return the rates of September 2024."""
    assert pack in (JIAMUSI, TIANJIN)
    known = {f"awareness.{key}": value for key, value in told.items()}
    return performance_rates(
        RegisterRequest(
            houses, JIAMUSI if pack is JIAMUSI else TIANJIN, Period.of_month("2024-09"), told=known
        )
    )


def test_each_rate_names_those_that_miss_it() -> None:
    """S1「实现政策知晓率100%、申请受理率100%、入户审核率100%、审批公示率100%」, «with the cases that miss it named by number»."""
    found = rates(
        a_house(1, "DB", *WHOLE),
        a_house(2, "DB", "submit submitted 2024-09-02"),
        a_house(3, "DB", WHOLE[0], WHOLE[1], *WHOLE[4:]),
        a_house(4, "TK", *WHOLE[:4], WHOLE[5]),
        a_house(5, "DB", "submit submitted 2024-09-02", "withdraw abandoned 2024-09-03"),
        a_house(6, "DB", "submit submitted 2024-09-02", "not_accept not_accepted 2024-09-03"),
        a_house(7, "DB", "submit submitted 2024-08-02", "accept accepted 2024-08-05"),
    )
    assert {row["number"][-1]: row["missed"] for row in found.rows} == {
        "2": "收件后没有受理",
        "3": "没有入户调查",
        "4": "没有公示",
    }
    assert (found.values["rates.accepted"], found.values["rates.surveyed"], found.values["rates.publicized"]) == (
        "80.0%（4/5）", "66.7%（2/3）", "66.7%（2/3）",
    )  # fmt: skip
    assert len(found.doubts) == 3 and "100.0%" in found.notes[0] + found.notes[1]


def test_awareness_cannot_be_reckoned_from_files() -> None:
    """«what cannot be computed is said to be not computable, and from what it would come»."""
    found = rates(a_house(1, "DB", *WHOLE))
    assert "不能计算" in found.values["rates.aware"] and any("调查" in note for note in found.notes)
    assert rates(asked="200", aware="190").values["rates.aware"] == "95.0%（190/200）"
    for asked, aware in (("200", "201"), ("0", "0"), ("约二百", "1"), ("200", "-1")):
        with pytest.raises(UsageError, match="人数"):
            rates(asked=asked, aware=aware)


def test_of_nothing_no_rate_is_told() -> None:
    """«computed from cases»: no case, no hundred per cent; and what has no such step is not counted."""
    found = rates()
    assert not found.empty, "a month in which nobody misses anything is a report too"
    assert {found.values[f"rates.{key}"] for key in ("accepted", "surveyed", "publicized")} == {
        "本期没有应计的"
    }
    urgent = a_house(
        1,
        "JN",
        "advance advanced 2024-09-03 amount=300",
        "paperwork paperwork 2024-09-04",
        "confirm confirmed 2024-09-05",
    )
    once = rates(urgent, pack=TIANJIN)
    assert once.rows == [] and once.values["rates.publicized"] == "本期没有应计的"
    assert once.doubts == [] and dt.date(2024, 9, 30) == Period.of_month("2024-09").last
