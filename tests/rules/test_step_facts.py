"""A fact that a step sets is set by the step: neither `case set` nor `generate --set` says the day instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api import documents
from archivist.errors import InvalidValue, UnlawfulDocument
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.ids import Category
from archivist.procedure.cases import change_facts
from archivist.rules import pack as packs
from archivist.rules import step_facts
from archivist.workspace import Workspace
from tests.filing import come_to, walk
from tests.kit import BY, make_workspace, open_another, open_household

RECEIVED, ACCEPTED = str(FactPath.APPLICATION_RECEIVED_ON), str(FactPath.APPLICATION_ACCEPTED_ON)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.mark.parametrize("pack", packs.available())
def test_every_day_that_a_step_records_is_known(pack: str, workspace: Workspace) -> None:
    """Whatever `sets` of the pack's steps: here the rows of every pack, not two names."""
    rules = packs.load(pack)
    for category in Category:
        if category in rules.delegated and category in workspace.pack.delegated:
            case = open_another(workspace, f"{100 + 2 * list(Category).index(category):03d}", category)
            wanted = {
                p for s in rules.steps_of(case, case.rules_on) for p, what in s.sets.items() if what == "date"
            }
            assert (
                set(step_facts.recorded_by(rules, case, case.rules_on)) == wanted
                and {RECEIVED, ACCEPTED} <= wanted
            )


def refused(workspace: Workspace, case: Case, path: str, day: str = "2024-03-06") -> str:
    with pytest.raises(InvalidValue) as caught:
        change_facts(workspace, BY, case.number, [(path, day)])
    (problem,) = caught.value.problems
    return problem


def test_the_day_is_told_by_its_step(workspace: Workspace) -> None:
    case = open_household(workspace)
    assert f"case step {case.number} accept --on" in refused(workspace, case, ACCEPTED)
    case = walk(workspace, case.number, ("submit", "2024-03-04", ()), ("accept", "2024-03-05", ()))
    problem = refused(workspace, case, ACCEPTED)
    assert "“受理”" in problem and f"case correct {case.number} {case.steps[-1].seq} --on" in problem
    assert "“收件”" in refused(workspace, case, RECEIVED, "2024-03-05")
    assert change_facts(workspace, BY, case.number, [(ACCEPTED, "2024-03-05")])[1] == (), "as it is"


def test_a_file_begun_on_paper_says_it_when_opened_and_until_the_step(workspace: Workspace) -> None:
    case = open_another(workspace, "004", accepted_on="2024-03-01")
    case, _ = change_facts(workspace, BY, case.number, [(ACCEPTED, "2024-03-02")])
    assert case.fact(ACCEPTED) == "2024-03-02"
    case = walk(workspace, case.number, ("submit", "2024-03-04", ()), ("accept", "2024-03-05", ()))
    assert "登记" in refused(workspace, case, ACCEPTED)


def test_a_document_is_not_told_it_either_but_its_draft_is(workspace: Workspace) -> None:
    case = open_household(workspace)
    told = {"申请.受理日期": "2024-03-05"}
    with pytest.raises(UnlawfulDocument, match="由环节“受理”登记"):
        documents.prepare(workspace, BY, "受理通知书", [str(case.number)], settings=told)
    assert documents.prepare(workspace, BY, "受理通知书", [str(case.number)], settings=told, draft=True).ready
    come_to(workspace, case, "acceptance_notice")
    assert documents.prepare(workspace, BY, "受理通知书", [str(case.number)], settings=told).ready
