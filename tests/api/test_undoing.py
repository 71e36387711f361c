"""«``undo``: shows the inverse of my own last event, then records it as events where there is one; says plainly where there is none»."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archivist.api import cases, refiling, steps, undoing
from archivist.api.case_file import show_case
from archivist.api.history import TITLES
from archivist.errors import ArchiveError, RoleMissing, UsageError
from archivist.model.by import By
from archivist.model.ids import CaseNo
from archivist.model.roles import Role
from archivist.procedure.undoing import INSTEAD
from archivist.workspace import Workspace
from tests.api.test_authorisation import person, staffed
from tests.filing import ACCEPTANCE, come_to, file_papers
from tests.kit import BY, NOW, TODAY, make_workspace, open_another, open_household
from tests.people import make_id

OTHER = By("苏调查", NOW)
PHONE = (("applicant.phone", "022-00009999"),)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def case(workspace: Workspace) -> str:
    return str(open_household(workspace).number)


def facts(workspace: Workspace, case: str) -> Any:
    return show_case(workspace, case).as_json()["facts"]


def undone(workspace: Workspace, case: str = "", by: By = BY, reason: str = "") -> undoing.Undoing:
    """Look, then take back."""
    return undoing.undo(workspace, by, undoing.plan(workspace, by, case), reason=reason)


def digests(workspace: Workspace, case: str) -> list[str]:
    return [str(digest) for _, digest in workspace.archive.chain(CaseNo.parse(case)).events]


# ── what has an opposite ─────────────────────────────────────────────────────────────────────────────────
def test_facts_go_back_and_forth(workspace: Workspace, case: str) -> None:
    """«facts changed -> corrected back»; «undo of undo»; «never deletes or rewrites anything in the chain»."""
    before, chain = facts(workspace, case), digests(workspace, case)
    cases.change_facts(workspace, BY, case, (*PHONE, ("applicant.hukou", ""), ("benefit.amount", "1130")))
    after = facts(workspace, case)
    planned = undoing.plan(workspace, BY, case).shown
    assert {(c.path, c.old, c.new) for c in planned.changes} == {
        ("applicant.phone", "022-00009999", "022-00001111"),
        ("applicant.hukou", "", "城镇"),
        ("benefit.amount", "1130.00", ""),
    }
    assert planned.dry_run and planned.possible and facts(workspace, case) == after, "a look writes nothing"
    done = undone(workspace, case)
    assert facts(workspace, case) == before and (done.recorded, done.recorded_in) == (3, case)
    undone(workspace, case)
    assert facts(workspace, case) == after
    assert digests(workspace, case)[: len(chain)] == chain and len(digests(workspace, case)) == len(chain) + 3


def test_a_member_who_was_added_is_gone_again(workspace: Workspace, case: str) -> None:
    """A table goes back as a whole: no row without a name stays."""
    before = facts(workspace, case)
    told = {
        "name": "李小样",
        "relation": "子",
        "id_number": make_id("19900305", "013"),
        "living_together": True,
    }
    cases.change_facts(workspace, BY, case, [(f"members[2].{key}", value) for key, value in told.items()])
    assert len(facts(workspace, case)["members"]) == 2
    undone(workspace, case)
    assert facts(workspace, case) == before


def test_a_table_that_was_none_is_none_again(workspace: Workspace, case: str) -> None:
    before = facts(workspace, case)
    cases.change_facts(workspace, BY, case, [("obligors[1].name", "李大样"), ("obligors[1].relation", "子")])
    undone(workspace, case)
    assert facts(workspace, case) == before


def test_a_wrong_name_is_said_to_stay_a_former_one(workspace: Workspace, case: str) -> None:
    """What cannot be brought back is told before: by the wrong name the household is still found."""
    cases.change_facts(workspace, BY, case, [("applicant.name", "王秀蓝")])
    assert undoing.plan(workspace, BY, case).shown.leaves == (
        "“王秀蓝”记为申请人的曾用名，按它仍检索得到本户",
    )
    undone(workspace, case)
    shown = show_case(workspace, case)
    assert shown.applicant == "王秀兰" and "王秀蓝" in [f.name for f in shown.former_names]


def test_a_step_is_taken_back_and_taken_again(workspace: Workspace, case: str) -> None:
    """«step taken -> taken back», with what it had made known; again it stands as it stood, the reason of the step with it."""
    file_papers(workspace, CaseNo.parse(case), *ACCEPTANCE, by=OTHER)
    cases.change_facts(workspace, OTHER, case, [("application.kinship", "否")])
    steps.take_step(workspace, BY, case, "submit", on=dt.date(2024, 3, 4))
    first = show_case(workspace, case)
    steps.take_step(workspace, BY, case, "accept", on=dt.date(2024, 3, 5), at="09:30", reason="材料齐全")
    second = show_case(workspace, case)
    undone(workspace, case)
    back = show_case(workspace, case)
    assert (back.state, back.facts, back.steps) == (first.state, first.facts, first.steps)
    undone(workspace, case)
    again = show_case(workspace, case)
    assert (again.state, again.facts) == (second.state, second.facts)
    told = ("step", "on", "at", "by", "values", "reason", "from_", "to")
    assert [[getattr(s, k) for k in told] for s in again.steps] == [
        [getattr(s, k) for k in told] for s in second.steps
    ]


def test_a_correction_goes_back(workspace: Workspace, case: str) -> None:
    steps.take_step(workspace, BY, case, "discover", on=TODAY)
    first = show_case(workspace, case).steps
    steps.correct_step(
        workspace, BY, case, 2, on=dt.date(2024, 3, 5), at="10:00", people=("苏调查",), reason="抄错"
    )
    second = show_case(workspace, case).steps
    undone(workspace, case)
    assert show_case(workspace, case).steps == first
    undone(workspace, case)
    assert show_case(workspace, case).steps == second


def test_a_type_goes_back(workspace: Workspace, case: str) -> None:
    file_papers(workspace, CaseNo.parse(case), "mat_id_card", by=OTHER)
    (before,) = show_case(workspace, case).records
    refiling.retype_record(workspace, BY, case, "1", "户口簿", reason="认错")
    undone(workspace, case)
    (after,) = show_case(workspace, case).records
    assert (after.type, after.title, after.files) == (before.type, before.title, before.files)


@pytest.mark.parametrize("side", ["where it was", "where it is"])
def test_a_paper_that_was_moved_comes_back(workspace: Workspace, case: str, side: str) -> None:
    """The program has no other way out of a file: it comes back as a new record, which is said before."""
    other = str(open_another(workspace, "007").number)
    file_papers(workspace, CaseNo.parse(case), "mat_id_card", by=OTHER)
    refiling.move_record(workspace, BY, case, "1", other, reason="归错")
    planned = undoing.plan(workspace, BY, case if side == "where it was" else other).shown
    assert planned.possible and "件号不重给" in planned.leaves[0]
    done = undone(workspace, case if side == "where it was" else other)
    assert done.recorded_in == other
    shown = show_case(workspace, case)
    assert [(r.record, r.type) for r in shown.records] == [("0002", "mat_id_card")] and not show_case(
        workspace, other
    ).records
    assert [m.record for m in shown.moved_out] == ["0001"]


def test_a_closed_file_is_open_again(workspace: Workspace, case: str) -> None:
    before = show_case(workspace, case)
    cases.deregister(workspace, BY, case, on=TODAY, reason="自愿退出", confirmed=True)
    undone(workspace, case)
    after = show_case(workspace, case)
    assert (after.status, after.state, after.deregistered_on) == (before.status, before.state, None)
    with pytest.raises(ArchiveError, match="没有可以撤销的办法") as refused:
        undone(workspace, case)
    assert f"archivist case deregister {case}" in refused.value.remedy


# ── what has none ────────────────────────────────────────────────────────────────────────────────────────
REVERSIBLE = {"facts_changed", "step_taken", "step_corrected", "record_retyped", "record_moved_out", "record_filed", "deregistered"}  # fmt: skip


def test_every_event_of_a_household_has_an_opposite_or_an_advice() -> None:
    """«says plainly where there is none and what to do instead»: no kind of event is forgotten."""
    assert {op.value for op in TITLES} == REVERSIBLE | {op.value for op in INSTEAD}
    assert REVERSIBLE & {op.value for op in INSTEAD} == {"record_filed"}, (
        "only one that came from another household"
    )


def test_a_filed_scan_is_not_thrown_out(workspace: Workspace, case: str) -> None:
    """Never a clerk's file deleted: what may be done to it is said with the commands."""
    file_papers(workspace, CaseNo.parse(case), "mat_id_card")
    planned = undoing.plan(workspace, BY, case)
    assert not planned.shown.possible and not planned.shown.inverse
    for command in ("record move", "record retype", "expunge"):
        assert f"archivist case {command} {case} 0001" in planned.shown.instead
    chain = digests(workspace, case)
    with pytest.raises(ArchiveError, match="没有可以撤销的办法"):
        undoing.undo(workspace, BY, planned)
    assert digests(workspace, case) == chain


def test_who_did_nothing_has_nothing_to_take_back(workspace: Workspace, case: str) -> None:
    """«my own last event»: nobody takes back what another one did."""
    cases.change_facts(workspace, BY, case, PHONE)
    for where in (case, ""):
        with pytest.raises((ArchiveError, UsageError), match="苏调查"):
            undoing.plan(workspace, OTHER, where)


def test_where_no_household_is_named_it_is_the_last_one(workspace: Workspace, case: str) -> None:
    """«my own last event in a case (or with a case named)»: by when it was done, not by the number of the household."""
    other = str(open_another(workspace, "007").number)
    at = (By("林经办", NOW + dt.timedelta(minutes=n)) for n in range(1, 9))
    for number in (other, case, other, case):
        cases.change_facts(
            workspace,
            next(at),
            number,
            [("applicant.phone", f"022-0000{number[-1]}{len(digests(workspace, number)):03d}")],
        )
        assert undoing.plan(workspace, BY).shown.case == number


# ── who stands on it ─────────────────────────────────────────────────────────────────────────────────────
def by_another(
    workspace: Workspace, case: str, mine: Callable[[], object], theirs: Callable[[], object]
) -> undoing.Undoing:
    mine()
    theirs()
    chain = digests(workspace, case)
    planned = undoing.plan(workspace, BY, case)
    if not planned.shown.possible:
        with pytest.raises(ArchiveError, match="现在不能撤销"):
            undoing.undo(workspace, BY, planned)
        assert digests(workspace, case) == chain
    return planned.shown


def test_what_somebody_else_wrote_since_is_not_written_over(workspace: Workspace, case: str) -> None:
    """«refuses when someone else acted since on what it would touch»; what touches other things stands and stays."""
    village = [("applicant.village", "另一社区")]
    shown = by_another(
        workspace,
        case,
        lambda: cases.change_facts(workspace, BY, case, PHONE),
        lambda: cases.change_facts(workspace, OTHER, case, [("applicant.phone", "022-00008888"), *village]),
    )
    assert len(shown.problems) == 1 and "苏调查又办了信息变更" in shown.problems[0]
    shown = by_another(
        workspace,
        case,
        lambda: cases.change_facts(workspace, BY, case, PHONE),
        lambda: cases.change_facts(workspace, OTHER, case, [("applicant.village", "第三社区")]),
    )
    assert shown.possible
    undone(workspace, case)
    now = facts(workspace, case)["applicant"]
    assert (now["phone"], now["village"]) == ("022-00008888", "第三社区")


def test_a_paper_issued_since_rests_on_it(workspace: Workspace, case: str) -> None:
    """A paper tells what was known when it was issued: what it rests on is not taken away behind its back."""
    from archivist.api import documents

    come_to(workspace, workspace.archive.read(CaseNo.parse(case)), "application_form")

    def issue() -> None:
        prepared = documents.prepare(workspace, OTHER, "application_form", (case,), settings={}, on=TODAY)
        assert documents.issue(workspace, OTHER, prepared).issued

    shown = by_another(workspace, case, lambda: cases.change_facts(workspace, BY, case, PHONE), issue)
    assert any("苏调查又办了制发文书" in problem for problem in shown.problems)


def test_who_looked_at_an_older_state_writes_nothing(workspace: Workspace, case: str) -> None:
    """Between the look and the yes somebody wrote: compared once more under the lock of the act."""
    cases.change_facts(workspace, BY, case, PHONE)
    planned = undoing.plan(workspace, BY, case)
    cases.change_facts(workspace, OTHER, case, [("applicant.phone", "022-00008888")])
    with pytest.raises(UsageError, match="有人改过"):
        undoing.undo(workspace, BY, planned)
    assert facts(workspace, case)["applicant"]["phone"] == "022-00008888"


def test_it_goes_through_the_gate_of_the_opposite_act(tmp_path: Path) -> None:
    """«the same gate as the inverse act itself»: who may not change facts may not put them back, even his own."""
    workspace = staffed(tmp_path / "ws", person("林经办", Role.INTAKE) + person("魏主任", Role.APPROVER))
    case = str(open_household(workspace).number)
    cases.change_facts(workspace, BY, case, PHONE)
    path = tmp_path / "ws/archivist.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("['intake']", "['witness']"), encoding="utf-8")
    with Workspace.open(tmp_path / "ws") as later, pytest.raises(RoleMissing, match="改动户档信息"):
        undone(later, case)
    assert facts(workspace, case)["applicant"]["phone"] == "022-00009999"
