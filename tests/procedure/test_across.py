"""Households of one office looked at together: told when opened, refused when granted, listed for the office."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archivist.api.across import check_across
from archivist.api.cases import change_facts, open_case
from archivist.api.household_changes import change_applicant
from archivist.config import parse
from archivist.errors import StepRefused, UnlawfulDocument
from archivist.issuing.case_documents import plan
from archivist.model.by import CHINA, By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category
from archivist.procedure import cases as procedure
from archivist.procedure.across import look
from archivist.procedure.steps import plan_step, possible, take_step
from archivist.rules import admissibility, step_rows
from archivist.rules.across import EXCEPTED, EXCEPTION, AcrossKind, Gravity
from archivist.rules.attempt import Attempt
from archivist.rules.completeness import exceptional_acts
from archivist.rules.rule_ids import RuleId
from archivist.store import Draft
from archivist.workspace import Workspace
from tests.answers import printed
from tests.filing import walk
from tests.kit import SETTINGS, make_workspace
from tests.people import make_id

WANG, LI, CHILD = make_id("19620305", "002"), make_id("19600110", "011"), make_id("20010110", "021")
APPROVER = "魏主任"
PEOPLE = "".join(
    f'\n[[people]]\nname = "{name}"\nroles = ["{role}"]\n'
    for name, role in (("林经办", "intake"), ("白主管", "reviewer"), (APPROVER, "approver"))
)
BY = By("林经办", dt.datetime(2024, 6, 28, 10, 0, tzinfo=CHINA))
DAY = dt.date(2024, 6, 28)
TO_REVIEW = (
    ("submit", "2024-03-04", ()), ("accept", "2024-03-05", ("林经办",)), ("verify", "2024-03-06", ("林经办",)),
    ("survey", "2024-03-08", ("林经办",)), ("prelim", "2024-03-11", ("林经办",)), ("publicize", "2024-03-12", ("林经办",)),
    ("appraise", "2024-03-20", ("林经办",)), ("review", "2024-03-21", ("白主管",)),
)  # fmt: skip
TO_BENEFIT = (
    *TO_REVIEW, ("confirm", "2024-03-22", (APPROVER,)), ("deliver", "2024-03-25", ()), ("announce", "2024-03-26", ()),
    ("file", "2024-03-27", ()), ("pay", "2024-04-08", ()),
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        made.config = parse(SETTINGS + PEOPLE)
        yield made


def household(
    workspace: Workspace, category: str, applicant: str, *members: str, name: str = "王样例", **more: Any
) -> Case:
    raw: dict[str, Any] = {
        "applicant": {"name": name, "id_number": applicant},
        "members": [{"name": f"甲{n}", "relation": "子女", "id_number": m} for n, m in enumerate(members)],
        "application": {"kinship": False},
        "benefit": {"amount": "530", "care_form": "分散供养"},
        **more,
    }
    return procedure.open_case(
        workspace, BY, Category(category), parse_facts(raw), opened_on=dt.date(2024, 3, 4)
    )


def reviewed(workspace: Workspace, case: Case) -> Case:
    steps = TO_REVIEW if case.category is Category.TK else tuple(s for s in TO_REVIEW if s[0] != "appraise")
    return walk(workspace, case.number, *steps)


def in_benefit(workspace: Workspace, case: Case) -> Case:
    steps = TO_BENEFIT if case.category is Category.TK else tuple(s for s in TO_BENEFIT if s[0] != "appraise")
    return walk(workspace, case.number, *steps)


def refusal(workspace: Workspace, case: Case, **more: Any) -> tuple[str, ...]:
    """Return why ``confirm`` is refused; planned, taken and listed it is the same, and nothing is written."""
    now = workspace.archive.read(case.number)
    with pytest.raises(StepRefused) as planned:
        plan_step(workspace, BY, now, "confirm", on=DAY, people=[APPROVER], **more)
    with pytest.raises(StepRefused) as taken:
        take_step(workspace, BY, case.number, "confirm", on=DAY, people=[APPROVER], **more)
    assert planned.value.problems == taken.value.problems
    assert workspace.archive.read(case.number).head == now.head
    return planned.value.problems


# ── told ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_opening_tells_and_does_not_refuse(workspace: Workspace) -> None:
    """「at opening a notice (warnings in the result, and printed)」; a member that is added later is told as well."""
    first = in_benefit(workspace, household(workspace, "TK", WANG))
    settings = [("applicant.name", "王样例"), ("applicant.id_number", WANG)]
    made = open_case(workspace, BY, Category.DB, settings, opened_on=DAY)
    assert any(str(first.number) in notice and "特困" in notice for notice in made.notices)
    settings = [("applicant.name", "李样例"), ("applicant.id_number", LI)]
    other = open_case(workspace, BY, Category.DB, settings, opened_on=DAY)
    assert other.notices == ()
    added = [("members[1].name", "王样例"), ("members[1].relation", "配偶"), ("members[1].id_number", WANG)]
    changed = change_facts(workspace, BY, other.case, added)
    assert any(str(first.number) in notice for notice in changed.notices)


@pytest.mark.parametrize(("category", "step"), [("DB", "accept"), ("JN", "advance")])
def test_accepting_and_paying_ahead_tell_it(workspace: Workspace, category: str, step: str) -> None:
    """Nobody is kept from applying, nor from help that cannot wait; but it is said."""
    first = in_benefit(workspace, household(workspace, "TK", WANG))
    urgent = {"kinship": False, "urgent": category == "JN"}
    case = household(workspace, category, LI, WANG, name="李样例", application=urgent)
    if step == "accept":
        case = walk(workspace, case.number, ("submit", "2024-03-04", ()))
    listed = [p for p in possible(workspace, case, on=DAY) if p.step.id == step]
    assert listed and not any(str(first.number) in p for p in listed[0].problems)
    planned = _planned(workspace, case, step)
    assert any(str(first.number) in line for line in planned)


def _planned(workspace: Workspace, case: Case, step: str) -> tuple[str, ...]:
    """Return what a step warns of, whatever else stands in its way."""
    rule = step_rows.row_of(workspace.pack, case, step, DAY)
    attempt = Attempt(case, workspace.pack, rule, DAY, across=look(workspace, case, DAY))
    return admissibility.of_step(attempt, workspace.catalogue, DAY).warnings


def test_who_has_no_number_is_named(workspace: Workspace) -> None:
    """Nothing passes silently: somebody without papers is helped, and it is said that nobody could look."""
    settings = [
        ("applicant.name", "无名氏"), ("applicant.id_type", "无"),
        ("members[1].name", "小满"), ("members[1].relation", "子"),
    ]  # fmt: skip
    made = open_case(workspace, BY, Category.DB, settings, opened_on=DAY)
    assert sum("无从与其他户档核对" in notice for notice in made.notices) == 2
    case = reviewed(workspace, household(workspace, "DB", WANG))
    change_facts(
        workspace, BY, str(case.number), [("members[1].name", "小满"), ("members[1].relation", "子")]
    )
    now = workspace.archive.read(case.number)
    planned = plan_step(workspace, BY, now, "confirm", on=DAY, people=[APPROVER])
    assert any("小满" in warning for warning in planned.warnings)


def test_a_file_is_opened_though_others_cannot_be_looked_at(workspace: Workspace) -> None:
    """What was committed stands: an office's row that names no category, and another file that cannot be read, are told."""
    other = household(workspace, "TK", WANG)
    last = max((workspace.archive.folder(other.number) / "events").glob("*.json"))
    last.chmod(0o600)
    last.write_bytes(b"{")
    settings = [("applicant.name", "王样例"), ("applicant.id_number", WANG)]
    made = open_case(workspace, BY, Category.DB, settings, opened_on=DAY)
    assert any("未检" in notice and str(other.number) in notice for notice in made.notices)
    row = next(r for r in workspace.pack.rules if r.id == RuleId.ACROSS_EXCLUDES)
    workspace.pack = replace(workspace.pack, rules=(replace(row, value="猫", categories=()),))
    household(workspace, "TK", LI)
    settings = [("applicant.name", "李样例"), ("applicant.id_number", LI)]
    made = open_case(workspace, BY, Category.DX, settings, opened_on=DAY)
    assert any("未检" in notice and "猫" in notice for notice in made.notices)


# ── refused ──────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_enjoyed_elsewhere_is_refused_by_step_by_paper_and_in_the_list(workspace: Workspace) -> None:
    """「at confirm a refusal」; 「step, possible(), dry-run, next say the same sentences」; no reason opens it."""
    first = in_benefit(workspace, household(workspace, "TK", WANG))
    second = reviewed(workspace, household(workspace, "DB", LI, WANG))
    problems = refusal(workspace, second)
    (said,) = [p for p in problems if str(first.number) in p]
    listed = next(p for p in possible(workspace, second, on=DAY) if p.step.id == "confirm")
    assert said in listed.problems
    document = workspace.catalogue.get("confirmation_decision")
    (paper,) = plan(workspace, BY, document, [second.number], {}, on=DAY).refused
    assert isinstance(paper.error, UnlawfulDocument) and said in paper.error.problems
    assert said in refusal(workspace, second, values={EXCEPTION: "已核实"})


def test_putting_the_other_household_right_opens_the_way(workspace: Workspace) -> None:
    first = in_benefit(workspace, household(workspace, "DB", LI, WANG, name="李样例"))
    second = reviewed(workspace, household(workspace, "DB", WANG))
    assert any(str(first.number) in p for p in refusal(workspace, second))
    change_facts(workspace, BY, str(first.number), [("members[1].covered", "否")], reason="已迁出")
    planned = plan_step(workspace, BY, second, "confirm", on=DAY, people=[APPROVER])
    assert any(str(first.number) in warning for warning in planned.warnings)


def test_an_exception_is_the_approvers_and_stands_in_the_event(workspace: Workspace) -> None:
    """「override by role and reason …, recorded in the step's event, listed in check」."""
    first = household(workspace, "TK", WANG)
    second = reviewed(workspace, household(workspace, "DB", WANG))
    assert any(EXCEPTION in p and str(first.number) in p for p in refusal(workspace, second))
    reason = {"跨户例外理由": "特困申请当日撤回"}
    with pytest.raises(StepRefused, match="岗位"):
        plan_step(workspace, BY, second, "confirm", on=DAY, people=["白主管"], values=reason)
    done = take_step(workspace, BY, second.number, "confirm", on=DAY, people=[APPROVER], values=reason)
    taken = done.case.steps[-1]
    assert taken.values[EXCEPTION] == "特困申请当日撤回"
    assert taken.values[EXCEPTED] == [f"same_person {first.number}"]
    (said,) = [line for line in exceptional_acts.acts(done.case) if "当日撤回" in line]
    assert str(first.number) in said and "同一人" in said
    pairs = {p.case: p for p in check_across(workspace, on=DAY).pairs}
    assert pairs[str(second.number)].gravity is Gravity.EXCEPTION
    assert "当日撤回" in pairs[str(second.number)].excepted and not pairs[str(second.number)].is_open
    assert pairs[str(first.number)].gravity is Gravity.FORBIDDEN and pairs[str(first.number)].is_open


def test_a_reason_where_none_is_needed_is_refused(workspace: Workspace) -> None:
    case = reviewed(workspace, household(workspace, "DB", WANG))
    assert any("没有须写明" in p for p in refusal(workspace, case, values={EXCEPTION: "以防万一"}))


def test_relatives_of_the_staff_and_obligors_in_benefit(workspace: Workspace) -> None:
    helped = in_benefit(workspace, household(workspace, "DB", CHILD, name="王小满"))
    more = {"obligors": [{"name": "王小满", "relation": "子", "id_number": CHILD}]}
    case = reviewed(workspace, household(workspace, "TK", WANG, name="白主管", **more))
    problems = refusal(workspace, case)
    assert any("白主管" in p and "近亲属" in p for p in problems)
    assert any(str(helped.number) in p and "义务" in p for p in problems)


def test_whoever_died_elsewhere(workspace: Workspace) -> None:
    """「death or deregistration known elsewhere」, though that household is closed."""
    first = in_benefit(workspace, household(workspace, "TK", WANG))

    def closed(_: Case) -> Draft:
        return Draft(Op.DEREGISTERED, {"date": "2024-05-01"}, "死亡")

    workspace.commit(first.number, closed, BY)
    case = reviewed(workspace, household(workspace, "DB", WANG))
    assert any(str(first.number) in p and "死亡" in p for p in refusal(workspace, case))


def test_who_died_where_the_family_goes_on_is_found_by_the_index(workspace: Workspace) -> None:
    """「death … known elsewhere」: the dead applicant stands in no facts any more, and is found all the same."""
    family = in_benefit(workspace, household(workspace, "DB", WANG, CHILD))
    died, day = {"died_on": "2024-05-03"}, dt.date(2024, 5, 6)
    take_step(workspace, BY, family.number, "report_death", on=day, people=["林经办"], values=died)
    change_applicant(
        workspace, BY, str(family.number), "成员1", why="死亡", on=DAY, people=["林经办"], reason="申请人死亡"
    )
    case = reviewed(workspace, household(workspace, "TK", WANG))
    assert any(str(family.number) in p and "死亡" in p for p in refusal(workspace, case))
    report = check_across(workspace, on=DAY)
    assert {p.kind for p in report.pairs if p.case == str(case.number)} == {AcrossKind.DEATH}


# ── the index ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("damage", ["gone", "torn"])
def test_without_an_index_nothing_is_granted(workspace: Workspace, damage: str) -> None:
    """「A damaged or missing index: say it (未检), do not pass silently」."""
    case = reviewed(workspace, household(workspace, "DB", WANG))
    plan_step(workspace, BY, case, "confirm", on=DAY, people=[APPROVER])
    workspace.close()
    index = workspace.root / "index"
    if damage == "gone":
        shutil.rmtree(index)
    else:
        for file in index.rglob("catalogue*"):
            file.write_bytes(b"\0" * 4096)
    with pytest.raises(StepRefused) as caught:
        plan_step(workspace, BY, case, "confirm", on=DAY, people=[APPROVER])
    assert any("未检" in p and "reindex" in p for p in caught.value.problems)
    assert workspace.index.rebuild() == 1
    plan_step(workspace, BY, case, "confirm", on=DAY, people=[APPROVER])


def test_what_the_index_has_not_followed_is_read(workspace: Workspace) -> None:
    """The kind: an index that is behind answers as if nothing were there."""
    case = reviewed(workspace, household(workspace, "DB", WANG))
    other = in_benefit(workspace, household(workspace, "DB", LI, name="李样例"))

    def moved_in(_: Case) -> Draft:
        row = {"name": "王样例", "relation": "配偶", "id_number": WANG}
        return Draft(Op.FACTS_CHANGED, {"facts": {"members": [row]}})

    workspace.archive.commit(other.number, moved_in, workspace.stamp(BY))
    assert any(str(other.number) in p for p in refusal(workspace, case))


def test_a_household_that_cannot_be_read_is_named(workspace: Workspace) -> None:
    other = household(workspace, "TK", WANG)
    case = reviewed(workspace, household(workspace, "DB", WANG))
    events = workspace.archive.folder(other.number) / "events"
    last = max(events.glob("*.json"))
    last.chmod(0o600)
    last.write_bytes(b"{")
    assert any("未检" in p and str(other.number) in p for p in refusal(workspace, case))


# ── the whole office ─────────────────────────────────────────────────────────────────────────────────────
def test_all_pairs_of_the_office_are_listed(workspace: Workspace) -> None:
    """「check --across lists all such pairs of the office」: each once, with what stands in both households."""
    tekun = in_benefit(workspace, household(workspace, "TK", WANG))
    dibao = in_benefit(workspace, household(workspace, "DB", LI, WANG, name="李样例"))
    subsidy: CaseNo = household(workspace, "DX", CHILD, name="林经办").number
    household(workspace, "JN", make_id("19700512", "013"), name="赵样例")
    report = check_across(workspace, on=DAY)
    assert not report.clean and report.unchecked == ()
    assert {(p.kind, frozenset({p.case, p.other})) for p in report.pairs} == {
        (AcrossKind.SAME_PERSON, frozenset({str(tekun.number), str(dibao.number)})),
        (AcrossKind.STAFF, frozenset({str(subsidy), ""})),
    }
    assert printed(report)["pairs"][0]["gravity"] == "forbidden"
