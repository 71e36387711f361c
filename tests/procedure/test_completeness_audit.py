"""Looking through many files at once, and telling the applicant once of everything that is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archivist.errors import InvalidValue, UnlawfulDocument
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.planned import BatchOutcome, IssuedForCase
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.model.standing import Verdict
from archivist.procedure.cases import change_facts
from archivist.procedure.closing import deregister
from archivist.procedure.completeness_audit import check, confirm
from archivist.rules.completeness import required_papers
from archivist.rules.completeness.run import CheckFinding
from archivist.rules.rule import Stage
from archivist.workspace import Workspace
from tests.filing import ACCEPTANCE, TO_PUBLICITY, bind, file_papers, walk
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import WANG, make_id

NOTICE = "correction_notice"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def one_more(workspace: Workspace, name: str, serial: str, category: Category = Category.DB) -> CaseNo:
    facts: dict[str, Any] = {
        "applicant": {"name": name, "id_number": make_id("19700101", serial), "village": "样例里社区"}
    }
    return open_household(workspace, parse_facts(facts), category).number


def notify(workspace: Workspace, number: CaseNo) -> BatchOutcome:
    return issue(workspace, BY, plan(workspace, BY, workspace.catalogue.get(NOTICE), [number], {}, on=TODAY))


def test_all_open_cases_are_looked_through(workspace: Workspace) -> None:
    good, bad, closed = (one_more(workspace, n, s) for n, s in (("甲", "015"), ("乙", "025"), ("丙", "035")))
    file_papers(workspace, good, *ACCEPTANCE)
    deregister(workspace, BY, closed, on=TODAY, reason="自愿退出")
    steps: list[tuple[int, int]] = []
    report = check(workspace, on=TODAY, step=lambda done, total: steps.append((done, total)))
    assert [(c.case.number, c.verdict) for c in report.cases] == [
        (good, Verdict.PASSED),
        (bad, Verdict.FAILED),
    ]
    assert report.counts == {Verdict.PASSED: 1, Verdict.FAILED: 1}
    assert not report.clean and steps == [(1, 3), (2, 3), (3, 3)]
    assert check(workspace, [good], on=TODAY).clean
    assert [c.case.number for c in check(workspace, [closed], on=TODAY).cases] == [closed], (
        "asked for by number"
    )
    assert check(workspace, category=Category.TK, on=TODAY).cases == ()


def test_a_case_that_cannot_be_read_is_not_left_out(workspace: Workspace) -> None:
    """What could not be checked is 未检 and named, and the run is not clean."""
    good, broken = one_more(workspace, "甲", "015"), one_more(workspace, "乙", "025")
    file_papers(workspace, good, *ACCEPTANCE)
    event = workspace.archive.folder(broken) / "events/000001.json"
    event.chmod(0o644)
    event.write_bytes(event.read_bytes()[:100])
    report = check(workspace, on=TODAY)
    assert [c.case.number for c in report.cases] == [good]
    assert len(report.unread) == 1 and str(broken) in report.unread[0]
    assert not report.clean


def test_the_applicant_is_told_once_of_everything(workspace: Workspace) -> None:
    """「材料不齐备的，应当一次性告知补齐所有规定材料」 (最低生活保障审核确认办法第十条)."""
    number = one_more(workspace, "甲", "015")
    file_papers(workspace, number, "application_form", "mat_id_card")
    walk(workspace, number, ("submit", "2024-03-04", ()))
    told = check(workspace, [number], on=TODAY).cases[0].notice
    assert f"case step {number} ask_correction；archivist generate 一次性补正材料告知书 {number}" in told
    walk(workspace, number, ("ask_correction", "2024-03-04", ()))
    (issued,) = notify(workspace, number).issued
    assert isinstance(issued, IssuedForCase)
    record = workspace.archive.read(number).records[issued.record]
    assert record.data[required_papers.ASKED] == [
        d for d in ACCEPTANCE if d not in ("application_form", "mat_id_card")
    ]
    refused = notify(workspace, number).refused
    assert isinstance(refused[0].error, UnlawfulDocument) and "一次性" in str(refused[0].error)
    assert "不得再次告知" in check(workspace, [number], on=TODAY).cases[0].notice


def test_after_the_notice_nothing_new_is_asked_for(workspace: Workspace) -> None:
    """「应当一次性告知补齐所有规定材料」: what was forgotten then is no reason not to accept now; it is said, not demanded."""
    number = one_more(workspace, "甲", "015")
    file_papers(workspace, number, *ACCEPTANCE[:-1])
    walk(workspace, number, ("submit", "2024-03-04", ()), ("ask_correction", "2024-03-05", ()))
    assert notify(workspace, number).issued
    change_facts(workspace, BY, number, [("agent.name", "张代理")])
    case = workspace.archive.read(number)
    assert [m.document for m in required_papers.missing(case, workspace.pack, TODAY)] == [
        "kinship_declaration"
    ]
    case = file_papers(workspace, number, "kinship_declaration")
    assert required_papers.missing(case, workspace.pack, TODAY) == []
    findings = {f.check.id: f for f in check(workspace, [number], on=TODAY).cases[0].findings}
    assert findings["C01"].verdict is Verdict.PASSED
    assert findings["C03"].verdict is Verdict.UNCHECKED and "不能再次告知" in findings["C03"].problems[0]


@pytest.mark.parametrize("how", ["complete", "accepted", "urgent"])
def test_no_notice_where_none_may_be_issued(workspace: Workspace, how: str) -> None:
    """「材料不齐备的」 only, and before acceptance; whoever needs help at once is not kept waiting for papers."""
    category = Category.JN if how == "urgent" else Category.DB
    number = one_more(workspace, "甲", "015", category)
    match how:
        case "complete":
            file_papers(workspace, number, *ACCEPTANCE)
        case "accepted":
            walk(workspace, number, ("submit", "2024-03-04", ()), ("accept", "2024-03-05", ()))
        case _:
            change_facts(workspace, BY, number, [("application.urgent", "是")])
    assert check(workspace, [number], on=TODAY).cases[0].notice == ""


def test_a_text_that_cannot_be_read_is_not_a_fault(workspace: Workspace) -> None:
    """No text, no verdict: a decision whose text is gone is 未检."""
    number = open_household(workspace, parse_facts(WANG)).number
    case = file_papers(workspace, number, "refusal_decision", "delivery_receipt")
    bind(workspace, number, "0002", "0001")
    text = case.records[RecordNo("0001")].text
    assert text is not None
    path = workspace.archive.folder(number) / text.path
    path.chmod(0o644)
    path.write_bytes(b"\xff\xfe\xff")
    (one,) = check(workspace, [number], stage=Stage.ARCHIVE, on=TODAY).cases
    remedies = next(f for f in one.findings if f.check.id == "C10.remedies")
    assert remedies.verdict is Verdict.UNCHECKED
    assert remedies.problems == ("未检：第 0001 件社会救助不予确认决定书没有可读的文字",)


# ── what only a person can tell ──────────────────────────────────────────────────────────────────────────
def photographed(workspace: Workspace) -> CaseNo:
    """A household whose notice was posted, with a record that may show photographs of it."""
    number = open_household(workspace, parse_facts(WANG)).number
    walk(workspace, number, *TO_PUBLICITY)
    file_papers(workspace, number, "publicity_evidence")
    return number


def of(workspace: Workspace, number: CaseNo, rule: str) -> CheckFinding:
    (one,) = check(workspace, [number], stage=Stage.ARCHIVE, on=TODAY).cases
    return next(f for f in one.findings if f.check.id == rule)


def ticked(
    workspace: Workspace, number: CaseNo, *checks: str, note: str = "张贴、撤下照片各两张", **more: Any
) -> Case:
    return confirm(
        workspace, BY, number, checks, note=note, on=more.pop("on", TODAY), stage=Stage.ARCHIVE, **more
    )


def test_a_person_who_looked_puts_a_name_to_it(workspace: Workspace) -> None:
    """未检 is never called right by the program; 公示张贴、撤下照片各≥1 (C10) is seen by somebody, who says so."""
    number = photographed(workspace)
    assert of(workspace, number, "C10.photos").verdict is Verdict.UNCHECKED
    case = ticked(workspace, number, "C10.photos", people=("林经办", "苏调查"))
    finding = of(workspace, number, "C10.photos")
    assert (finding.verdict, finding.problems) == (Verdict.PASSED, ())
    assert "林经办、苏调查" in finding.confirmed[0] and "张贴、撤下照片各两张" in finding.confirmed[0]
    event, _ = workspace.archive.chain(number).events[-1]
    assert (event.op, event.actor, event.reason) == (Op.CHECK_CONFIRMED, "林经办", "张贴、撤下照片各两张")
    assert case.confirmed[0].matters == tuple(event.data["checks"]["C10.photos"])


def test_a_paper_filed_afterwards_is_not_covered(workspace: Workspace) -> None:
    number = photographed(workspace)
    ticked(workspace, number, "C10.photos")
    file_papers(workspace, number, "photo_evidence_sheet")
    finding = of(workspace, number, "C10.photos")
    assert finding.verdict is Verdict.UNCHECKED and finding.confirmed == ()


def test_looking_is_possible_after_the_file_was_closed(workspace: Workspace) -> None:
    number = photographed(workspace)
    walk(workspace, number, ("withdraw", "2024-03-07", ()))
    deregister(workspace, BY, number, on=TODAY, reason="自愿退出")
    ticked(workspace, number, "C10.photos")
    assert of(workspace, number, "C10.photos").verdict is Verdict.PASSED


def test_what_is_wrong_or_still_running_cannot_be_ticked_off(workspace: Workspace) -> None:
    """「公示期为5天」: whether it was kept only time will tell; what is missing is brought, not explained away."""
    number = photographed(workspace)
    before = workspace.archive.read(number).seq
    with pytest.raises(InvalidValue) as refused:
        ticked(workspace, number, "C14", "C10.days", "C10.team", "C99", note=" ", on=TODAY + dt.timedelta(1))
    told = refused.value.problems
    assert (
        [p.split(" ")[0] for p in told[:2]] == ["C14", "C10.days"]
        and "不合格" in told[0]
        and "未检" in told[1]
    )
    assert "C10.team" in told[2] and "C99" in told[3] and "--note" in told[4] and "之后" in told[5]
    assert workspace.archive.read(number).seq == before, "all or nothing"


def test_only_people_of_the_office_put_their_names_to_it(workspace: Workspace, tmp_path: Path) -> None:
    number = photographed(workspace)
    with (tmp_path / "ws/archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[people]]\nname = "林经办"\nroles = ["archivist"]\n')
    with Workspace.open(tmp_path / "ws") as house:
        with pytest.raises(InvalidValue) as refused:
            ticked(house, number, "C10.photos", people=("路过的人",))
        assert "路过的人" in refused.value.problems[0]
        ticked(house, number, "C10.photos")
