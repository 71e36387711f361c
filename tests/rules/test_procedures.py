"""Every procedure of every place leads somewhere: no dead ends, no step out of reach, and the pack says when it does not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules import pack, rule_text
from archivist.rules.guards import GUARDS
from archivist.rules.rule_days import RuleDays
from archivist.rules.soundness import procedure, proof
from tests.sampling import sweep

ON = dt.date(2024, 3, 4)
CATALOGUE = Catalogue.load()
PLACES = [(name, category) for name in pack.available() for category in pack.load(name).delegated]
SOURCE = {"measure": "《样例办法》", "article": "第一条", "sentence": "样例"}


@pytest.mark.parametrize("name", pack.available())
@pytest.mark.parametrize("on", [dt.date(2021, 7, 1), ON, dt.date(2025, 6, 1)])
def test_every_pack_is_sound_as_a_whole(name: str, on: dt.date) -> None:
    assert proof.faults(pack.load(name), CATALOGUE, on) == []


@pytest.mark.parametrize("name", pack.available())
def test_every_document_a_pack_names_is_in_the_catalogue(name: str) -> None:
    """A misspelt id would be 未检 for ever: neither issued nor missed."""
    found, catalogue = pack.load(name), CATALOGUE
    named = {d for s in found.steps for d in (*s.needed, *s.makes, *s.anew)}
    named |= {m.document for m in found.materials}
    assert {d for d in named if d not in catalogue} == set()


@sweep(1 / 3)
@pytest.mark.parametrize(("name", "category"), PLACES)
def test_every_document_a_step_names_is_for_that_category_and_place(name: str, category: Category) -> None:
    """What a step asks for or brings forth can be issued or filed in the very case it is taken in."""
    catalogue = Catalogue.load()

    def fits(document: str) -> bool:
        kind = catalogue.get(document)
        here = category in kind.categories and (not kind.packs or name in kind.packs)
        return here or kind.kind == "register"

    wrong = [
        (step.id, document)
        for step in procedure.steps(pack.load(name), category, ON)
        for document in (*step.needed, *step.makes, *step.anew)
        if not fits(document)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", pack.available())
def test_the_procedure_is_broken_off_only_where_the_law_knows_of_it(name: str) -> None:
    """「无正当理由拒不配合最低生活保障审核确认工作的，县级人民政府民政部门和乡镇人民政府（街道办事处）可以终止审核确认程序」."""
    found, notice = pack.load(name), CATALOGUE.get("procedure_termination_notice")
    offered = {
        c
        for c in found.delegated
        if any(s.id == "terminate_procedure" for s in procedure.steps(found, c, ON))
    }
    assert offered == set(notice.categories) & set(found.delegated)
    assert all(found.under("basis.procedure_termination_notice.", c, RuleDays.alike(ON)) for c in offered)


@pytest.mark.parametrize("name", ["national", "chongqing-yongchuan"])
def test_a_disability_subsidy_is_resumed_by_a_form_for_the_bureau(name: str) -> None:
    """S0「履行对辖区残疾人“两项补贴”的审核」: the town may only examine, so it decides nothing."""
    found = pack.load(name)
    (resume,) = [s for s in procedure.steps(found, Category.CJ, ON) if s.id == "resume"]
    assert resume.makes == ("benefit_change_form",)
    last = str(found.rule("approval.change", Category.CJ, RuleDays.alike(ON)).value).split(" / ")[-1]
    assert last == {"national": "县级民政部门（审定）"}.get(name, "区民政局（审定）")
    (resume,) = [s for s in procedure.steps(found, Category.DB, ON) if s.id == "resume"]
    assert resume.makes == ("benefit_change_decision",)


@pytest.mark.parametrize(("name", "category"), PLACES)
def test_from_every_state_a_case_can_be_closed(name: str, category: Category) -> None:
    rows = procedure.steps(pack.load(name), category, ON)
    states = procedure.reachable(rows)
    for state in states:
        assert State.DEREGISTERED in procedure.reachable(rows, state), state
    leads_on = {before for s in rows for before, after in s.moves.items() if before is not after}
    assert states - leads_on == {State.DEREGISTERED}


@pytest.mark.parametrize(("name", "category"), PLACES)
def test_the_way_to_help_and_the_way_to_refusal_are_there(name: str, category: Category) -> None:
    rows = procedure.steps(pack.load(name), category, ON)
    states = procedure.reachable(rows)
    helped = State.PAID if category in (Category.JN, Category.ZC) else State.IN_BENEFIT
    assert {State.ACCEPTED, State.CONFIRMED, State.DELIVERED, helped} <= states
    assert {State.NOT_ACCEPTED, State.REFUSED, State.CLOSED_REFUSED, State.ABANDONED} <= states


@pytest.mark.parametrize(("name", "category"), PLACES)
def test_nobody_is_helped_without_a_decision(name: str, category: Category) -> None:
    """Without the steps that decide, benefit and payment are out of reach (第一笔钱之前必有决定)."""
    rows = procedure.steps(pack.load(name), category, ON)
    undecided = [s for s in rows if State.CONFIRMED not in s.moves.values()]
    assert not {State.PAID, State.IN_BENEFIT} & procedure.reachable(undecided)


def test_a_publicity_stands_before_the_money_everywhere_but_in_emergencies() -> None:
    """《社会救助暂行办法》第四十八条「情况紧急的，可以按照规定简化审批手续」: only 急难型 and 两项补贴 go without."""
    for name, category in PLACES:
        rows = procedure.steps(pack.load(name), category, ON)
        silent = [s for s in rows if s.id != "publicize"]
        paid = {State.PAID, State.IN_BENEFIT} & procedure.reachable(silent)
        assert bool(paid) is (category in (Category.JN, Category.CJ)), (name, category)


def test_every_guard_has_its_words() -> None:
    assert set(rule_text.GUARDS) == set(GUARDS)


# ── what is wrong is said, all of it ─────────────────────────────────────────────────────────────────────
def spoilt(**tables: list[dict[str, Any]]) -> list[str]:
    found = pack.load("shaanxi-ziyang", overrides=tables)
    return proof.faults(found, CATALOGUE, ON)


def test_a_dead_end_is_found() -> None:
    """Take away the only way on from 已放弃: the state is a dead end; what nothing leads to is out of reach."""
    ways = {"terminated": "deregistered", "closed_refused": "deregistered"}
    faults = spoilt(step=[
        {"id": "deregister", "patch": True, "moves": ways, "because": SOURCE},
        {"id": "county_check", "patch": True, "moves": {"announced": "announced"}, "because": SOURCE},
    ])  # fmt: skip
    assert "最低生活保障（2022-10-19 受理的）：走到“已放弃或撤回”（abandoned）之后没有路可以结案" in faults
    assert any("环节 pay（列入发放）永远走不到" in f for f in faults)


def test_names_that_mean_nothing_are_found_all_at_once() -> None:
    faults = spoilt(
        step=[{"id": "announce", "patch": True, "guards": ["sunny"], "because": SOURCE}],
        check=[
            {"id": "X1", "title": "样例", "stage": "archive", "test": "magic", "source": SOURCE},
            {"id": "X2", "title": "样例", "stage": "archive", "test": "photos", "args": {"document": "consent"}, "source": SOURCE},
        ],
    )  # fmt: skip
    for words in ("没有条件“sunny”", "test 是“magic”，没有这个测试", "X2：args 缺 step", "X2：args 中的 document 不是测试“photos”的参数"):  # fmt: skip
        assert any(words in f for f in faults), words
    assert len(faults) == 5
