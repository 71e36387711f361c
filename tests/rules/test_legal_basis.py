"""Nothing is allowed because a rule is absent: a step refuses where a row it rests on is not in the pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category
from archivist.model.states import State, StepTaken
from archivist.rules import legal_basis, prerequisites
from archivist.rules import pack as packs
from archivist.rules.attempt import Attempt
from archivist.rules.completeness.dossier import Dossier
from archivist.rules.completeness.procedure_checks import team
from archivist.rules.guards import GUARDS
from archivist.rules.legal_basis import RequiredRule
from archivist.rules.pack import Pack
from archivist.rules.rule import RuleKind, StepRule
from archivist.rules.rule_days import RuleDays
from tests.rules.test_guards import a_case

DAY = dt.date(2024, 3, 20)
PACKS = {name: packs.load(name) for name in packs.available()}


def rests_on(step: StepRule) -> Iterator[RequiredRule]:
    """Yield every rule a step rests on, by its guards and by itself."""
    for guard in step.guards:
        yield from GUARDS[guard].rests_on
    yield from legal_basis.OF_STEPS.get(step.id, ())
    if step.people:
        yield RequiredRule(step.people)


def without(pack: Pack, rule: str) -> Pack:
    """Return a pack without the rows of a rule, or of all that begin with one."""
    gone = rule.rstrip(".")
    return replace(
        pack,
        rules=tuple(
            r for r in pack.rules if not (r.id == gone or (rule.endswith(".") and r.id.startswith(rule)))
        ),
    )


def rested() -> Iterator[tuple[str, Category, StepRule, str]]:
    for name, pack in PACKS.items():
        for category in pack.delegated:
            for step in pack.steps:
                if step.applies(category, RuleDays.alike(DAY)):
                    for basis in rests_on(step):
                        if basis.concerns(category, step.id):
                            yield name, category, step, basis.rule


def refused(pack: Pack, category: Category, step: StepRule) -> list[str]:
    case = Case(CaseNo("TJHQ", category, 2024, 1), opened_on=DAY)
    bases = tuple(rests_on(step))
    return legal_basis.absent(bases, step.id, case, pack, DAY) + legal_basis.lacking(step, case, pack, DAY)


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_that_a_step_rests_on_has_a_row_in_every_pack(name: str) -> None:
    """For every category, before and after 2022-10-20, and for cases of today."""
    pack, lacking = PACKS[name], []
    for day in (dt.date(2021, 9, 10), DAY, dt.date(2026, 11, 2)):
        for category in pack.delegated:
            for step in pack.steps:
                if step.applies(category, RuleDays.alike(day)):
                    case = Case(CaseNo("TJHQ", category, 2024, 1), opened_on=day)
                    found = legal_basis.absent(tuple(rests_on(step)), step.id, case, pack, day)
                    found += legal_basis.lacking(step, case, pack, day)
                    lacking += [f"{step.id} {category}: {reason}" for reason in found]
    assert lacking == []


def test_each_rule_withdrawn_refuses_each_step_that_rests_on_it() -> None:
    """The reason names the rule, the category, the day and what to do."""
    seen: set[str] = set()
    for name, category, step, rule in rested():
        reasons = refused(without(PACKS[name], rule), category, step)
        said = [r for r in reasons if rule.rstrip(".") in r]
        assert said, f"{name} {category} {step.id} passes without {rule}"
        for word in (category.label, str(DAY), "archivist rules check", "archivist rules show"):
            assert word in said[0]
        seen.add(rule)
    assert {
        "overall",
        "pay.start",
        "across.excludes",
        "service.method.",
        "survey.team.min",
        "temp.advance_cap",
    } <= seen


@pytest.mark.parametrize("name", PACKS)
def test_a_notice_of_which_the_pack_does_not_say_how_long_it_hangs_is_not_posted(name: str) -> None:
    """「公示期为7天」: without the row nobody can tell when it is over, so it is not begun."""
    pack = PACKS[name]
    bare = replace(pack, rules=tuple(r for r in pack.rules if r.kind is not RuleKind.WAIT))
    posting = [
        (category, s)
        for category in pack.delegated
        for s in pack.steps
        if legal_basis.posts(s) and s.applies(category, RuleDays.alike(DAY))
    ]
    assert posting or set(pack.delegated) <= {Category.JN, Category.CJ}
    for category, step in posting:
        assert any("公示期" in r for r in refused(bare, category, step))
        assert not refused(pack, category, step)


def test_the_end_of_a_notice_without_a_period_is_never_reached() -> None:
    """What 初审公示 waited for does not stand for 拟终止公示: 「或者供养服务机构公示。公示期为7天」."""
    pack = PACKS["national"]
    bare = without(pack, "publicity.termination")
    case = a_case(
        "TK", ("publicize", "publicized", "2024-03-05"), ("review", "re_review", "2024-03-20"),
        ("start_review", "reviewing", "2024-09-02"), ("propose_termination", "terminating", "2024-09-05"),
    )  # fmt: skip
    step = next(s for s in pack.steps if s.id == "terminate" and Category.TK in s.categories)

    def asked(found: Pack, on: dt.date, guard: str = "termination_publicity_over") -> list[str]:
        return GUARDS[guard].reasons(Attempt(case, found, step, on))

    assert asked(pack, dt.date(2024, 9, 13)) == []
    assert any("公示期未满" in r for r in asked(pack, dt.date(2024, 9, 12)))
    late = dt.date(2025, 9, 13)
    assert any("publicity.termination" in r for r in asked(bare, late))
    assert any("propose_termination" in r for r in asked(bare, late, "publicity_over"))


def test_a_survey_by_a_number_the_pack_does_not_say_is_unchecked() -> None:
    """「每组调查人员不得少于2人」 gone from the pack: 未检, never 合格."""
    pack = without(PACKS["national"], "survey.team.min")
    step = StepTaken(2, "survey", "入户调查", State.ACCEPTED, State.SURVEYING, DAY, by=("林经办", "周经办"))
    case = replace(a_case("DB"), steps=(step,))
    found = team(Dossier(case, pack, Catalogue({}), DAY, lambda _: None))
    assert not found.evidence and any("没有规定须由几人办理" in u for u in found.unknown)
    assert any("survey.team.min" in r for r in prerequisites.unmet(Attempt(case, pack, _survey(pack), DAY)))


def _survey(pack: Pack) -> StepRule:
    return next(s for s in pack.steps if s.id == "survey" and Category.DB in s.categories)


def test_a_category_without_any_material_is_not_complete() -> None:
    pack = replace(PACKS["national"], materials=())
    case = a_case("DB")
    step = next(s for s in pack.steps if s.id == "accept")
    reasons = GUARDS["complete"].reasons(Attempt(case, pack, step, DAY))
    assert reasons == ["规则包没有写最低生活保障应收的材料，无从判断是否齐备"]
