"""A fact changed later: the issued documents that disagree with it, field by field; none that do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.cli.main import main
from archivist.documents.values.superseded import Stale, stale
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.sources import office_sources
from archivist.model.case import Case
from archivist.model.facts import single
from archivist.procedure.cases import change_facts
from archivist.workspace import Workspace
from tests.answers import answer
from tests.filing import come_to
from tests.kit import BY, TODAY, make_workspace, open_household


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def make(workspace: Workspace, document: str, case: Case, **given: object) -> str:
    kind = workspace.catalogue.get(document)
    outcome = issue(workspace, BY, plan(workspace, BY, kind, [case.number], {case.number: given}, on=TODAY))
    assert outcome.issued, outcome.refused[0].error
    return outcome.issued[0].record


def found(workspace: Workspace, case: Case) -> tuple[Stale, ...]:
    now = workspace.archive.read(case.number)
    return stale(
        now, workspace.archive.chain(case.number).events, workspace.config, office_sources(workspace)
    )


def test_a_changed_fact_is_found_in_the_documents_that_print_it(workspace: Workspace) -> None:
    case = come_to(workspace, open_household(workspace), "acceptance_notice")
    notice = make(workspace, "受理通知书", case)
    form = make(workspace, "verification_authorization", case)
    assert found(workspace, case) == ()
    change_facts(workspace, BY, case.number, [("applicant.name", "王秀莲")])
    told = {
        str(s.record.no): {(d.path, d.then, d.now) for d in s.differences} for s in found(workspace, case)
    }
    assert told.keys() == {notice, form}
    assert ("applicant.name", "王秀兰", "王秀莲") in told[notice]


def test_a_fact_no_document_prints_is_no_disagreement(workspace: Workspace) -> None:
    case = come_to(workspace, open_household(workspace), "acceptance_notice")
    make(workspace, "受理通知书", case)
    change_facts(workspace, BY, case.number, [("housing.structure", "砖木")])
    assert found(workspace, case) == ()


def test_what_follows_from_facts_is_compared_too(workspace: Workspace) -> None:
    """The number of persons is worked out; a new member changes it."""
    case = come_to(workspace, open_household(workspace), "preliminary_publicity")
    record = make(workspace, "preliminary_publicity", case, **{"publicity.start": "2024-03-08"})
    before = len(workspace.archive.read(case.number).facts["members"])
    change_facts(
        workspace,
        BY,
        case.number,
        [(f"members[{before + 1}].name", "李新生"), (f"members[{before + 1}].relation", "儿子")],
    )
    (only,) = found(workspace, case)
    assert only.record.no == record
    (difference,) = only.differences
    assert difference.path == "publicity.rows"
    assert f" {before + 1} " in difference.then and f" {before + 2} " in difference.now


def test_a_fact_that_catches_up_with_the_paper_agrees(workspace: Workspace) -> None:
    case = come_to(workspace, open_household(workspace), "acceptance_notice")
    make(workspace, "受理通知书", case)
    change_facts(workspace, BY, case.number, [("applicant.name", "王秀莲")])
    (only,) = found(workspace, case)
    assert [(d.path, d.then, d.now) for d in only.differences] == [("applicant.name", "王秀兰", "王秀莲")]
    change_facts(workspace, BY, case.number, [("applicant.name", "王秀兰")])
    assert found(workspace, case) == ()


def test_case_show_lists_them(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    case = open_household(workspace)
    make(workspace, "verification_authorization", case)
    old = str(single(workspace.archive.read(case.number).facts, "applicant")["id_number"])
    words = ["--workspace", str(workspace.root), "case", "show", str(case.number)]
    assert main(words) == 0
    assert "不一致" not in capsys.readouterr().out
    change_facts(
        workspace, BY, case.number, [("applicant.name", "王秀莲"), ("applicant.phone", "022-00009999")]
    )
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "不一致" in out and "王秀莲" in out and old not in out
    assert main([*words, "--json"]) == 0
    (told,) = answer(capsys.readouterr().out)["disagreeing"]
    assert told["record"] == "0001"
    (field,) = told["fields"]
    assert field["path"] == "authorization.persons"
    assert "王秀兰" in field["then"] and "王秀莲" in field["now"], "only the row that changed"
    assert "；" not in field["then"]
