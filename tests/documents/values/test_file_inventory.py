"""What the papers of a volume say of the file's state is told by the case, not asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from archivist.documents.values.resolve import document_values
from archivist.model.case import Case, CaseStatus
from tests.documents.samples import CATALOGUE, CONFIG, FULL, SOURCES, a_case

OPEN = a_case(FULL)
CLOSED = replace(OPEN, status=CaseStatus.DEREGISTERED, deregistered_on=dt.date(2021, 3, 31))
HOLD = {"hold.cause": "行政诉讼", "hold.start": "2024-03-01", "hold.until": "收到生效判决书。"}


@pytest.mark.parametrize(
    ("case", "on", "state"),
    [
        (OPEN, dt.date(2024, 8, 16), "在办"),
        (CLOSED, dt.date(2021, 4, 1), "已注销"),
        (CLOSED, dt.date(2031, 1, 1), "保管期满"),
    ],
)
def test_the_hold_form_knows_the_state_of_the_file(case: Case, on: dt.date, state: str) -> None:
    """“the hold form leaves 案卷状态 to the pen”: no more."""
    values = document_values(
        CATALOGUE.get("legal_hold_record"), case, CONFIG, on=on, given=HOLD, extra={}, sources=SOURCES
    )
    hold = values["hold"]
    assert isinstance(hold, dict) and hold["state"] == state
