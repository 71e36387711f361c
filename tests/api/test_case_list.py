"""The list of household files: what each lacks, without a file being opened for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api.case_list import list_cases
from archivist.model.ids import CaseNo
from archivist.rules.completeness import required_papers
from archivist.store import Archive
from archivist.workspace import Workspace
from tests.filing import ACCEPTANCE, ACCEPTED, file_papers, take
from tests.kit import TODAY, make_workspace, open_another, open_household

LATER = dt.date(2026, 7, 2)
"""A day on which other rows of the pack hold."""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.mark.parametrize("on", [TODAY, LATER])
def test_the_list_says_how_many_papers_are_lacking(workspace: Workspace, on: dt.date) -> None:
    """«缺件 (some required paper lacking)»: as many as the file itself is said to lack that day, before and after some came."""
    one, two = open_household(workspace), open_another(workspace, "007")
    file_papers(workspace, two.number, *ACCEPTANCE)

    def lacking() -> dict[str, int]:
        return {c.case: c.lacks for c in list_cases(workspace, on=on, lacking=True).cases}

    def missing(number: CaseNo) -> int:
        return len(required_papers.missing(workspace.archive.read(number), workspace.pack, on))

    first = missing(one.number)
    assert first > 1 and lacking()[str(one.number)] == first
    assert lacking().get(str(two.number), 0) == missing(two.number) < first
    file_papers(workspace, one.number, "mat_id_card")
    assert lacking()[str(one.number)] == missing(one.number) == first - 1
    assert {c.case for c in list_cases(workspace, on=on).cases} == {str(one.number), str(two.number)}


def test_what_is_lacking_is_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """«without reading every household on each question»: the second question opens none, on whatever day."""
    number = open_household(workspace).number
    before = {on: list_cases(workspace, on=on).cases for on in (TODAY, LATER)}
    monkeypatch.setattr(Archive, "read", lambda *_: pytest.fail("a household is read"))
    assert {on: list_cases(workspace, on=on).cases for on in before} == before
    assert before[TODAY][0].case == str(number)


def test_once_it_is_decided_nothing_is_lacking_any_more(workspace: Workspace) -> None:
    """Papers are asked for until the decision; what a file in benefit lacks, its own check says."""
    case = open_household(workspace)
    assert list_cases(workspace, on=TODAY, lacking=True).cases
    case = take(workspace, case, "submit submitted 2024-03-04", ACCEPTED)
    assert list_cases(workspace, on=TODAY, lacking=True).cases, "accepted, not decided upon"
    take(workspace, case, "confirm confirmed 2024-03-07")
    assert not list_cases(workspace, on=TODAY, lacking=True).cases
