"""What a step is told is read before any condition sees it; what cannot be read is refused, whatever the step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import StepRefused
from archivist.model.by import By
from archivist.model.case import Case
from archivist.procedure.steps import read_told, take_step
from archivist.rules.pack import available, load
from archivist.workspace import Workspace
from tests.filing import TO_PUBLICITY, walk
from tests.kit import make_workspace, on, open_household

ROWS = [row for name in available() for row in load(name).steps if row.asks]
NONSENSE = ["x", "一百", "1e400", "NaN", "Infinity", "-5", "明天", "2024-02-30", "99.999", "\u200b", "25:61"]


@given(row=st.sampled_from(ROWS), text=st.sampled_from(NONSENSE) | st.text(max_size=12))
def test_a_condition_sees_only_what_could_be_read(row: object, text: str) -> None:
    """“typed values”: money is a sum, a day is a day, or the step is told what is wrong and its conditions see nothing."""
    from archivist.rules.rule import StepRule

    assert isinstance(row, StepRule)
    problems: list[str] = []
    at, told = read_told(row, "", dict.fromkeys((k for k in row.labels if k != "at"), text), problems)
    assert at == ""
    for name, value in told.items():
        if name == "amount":
            assert Decimal(str(value)).is_finite() and Decimal(str(value)) >= 0
        if name.endswith("_on"):
            assert dt.date.fromisoformat(str(value)).isoformat() == value
    unread = [name for name in row.must_tell if name not in told and name != "at"]
    assert len(problems) >= len(unread), "each is named"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def in_benefit(workspace: Workspace) -> Case:
    number = open_household(workspace).number
    steps = (
        ("review", "2024-03-12"),
        ("confirm", "2024-03-13"),
        ("deliver", "2024-03-14"),
        ("announce", "2024-03-14"),
        ("file", "2024-03-15"),
    )
    return walk(
        workspace, number, *TO_PUBLICITY, *((s, d, ("苏调查",)) for s, d in steps), ("pay", "2024-03-16", ())
    )


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused_and_never_stumbled_over(workspace: Workspace, text: str) -> None:
    """“never E700”: a claim and a repayment whose sum or day is none."""
    case, by, day = in_benefit(workspace), By("魏主任", on("2024-06-01")), dt.date(2024, 6, 1)
    lawful = {"amount": "100", "due_on": "2024-07-01"}
    for name in lawful:
        with pytest.raises(StepRefused):
            take_step(
                workspace, by, case.number, "claim_back", on=day, people=["魏主任"],
                values={**lawful, name: text}, reason="多发",
            )  # fmt: skip
    take_step(
        workspace, by, case.number, "claim_back", on=day, people=["魏主任"], values=lawful, reason="多发"
    )
    before = workspace.archive.read(case.number)
    for step in ("repay_part", "repay_all"):
        with pytest.raises(StepRefused):
            take_step(workspace, by, case.number, step, on=day, people=["苏调查"], values={"amount": text})
    assert workspace.archive.read(case.number) == before
