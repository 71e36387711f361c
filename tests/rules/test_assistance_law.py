"""《中华人民共和国社会救助法》 as dated rows: what is cited, whose means are looked into, in whose name is decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archivist.model.facts import parse_facts, to_plain
from archivist.model.ids import Category
from archivist.rules import pack as packs
from archivist.rules.completeness.required_papers import required, too_few, unauthorised
from archivist.rules.pack import Pack
from archivist.rules.rule import CheckRule, Material, Rule, StepRule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId, RulePrefix
from archivist.rules.soundness import agreement
from tests.people import make_id
from tests.rules.walking import walk
from tests.sampling import sweep

NATIONAL = packs.load("national")
LAW = dt.date(2026, 7, 1)
STATUTE = "《中华人民共和国社会救助法》"
CITED = {
    "confirmation": "DB TK JN ZC", "refusal": "DB TK JN ZC", "benefit_change": "DB TK", "suspension": "DB TK",
    "termination": "DB TK", "gradual_exit_notice": "DB", "non_acceptance_notice": "DB TK JN ZC",
    "procedure_termination_notice": "DB TK", "verification_result_notice": "DB TK ZC",
}  # fmt: skip
"""Decision → the categories of 社会救助法第十三条 in which it is made."""
DECISIONS = [(kind, c) for kind, names in CITED.items() for c in names.split()]


def basis(found: Pack, kind: str, category: str, accepted: dt.date, act: dt.date) -> list[str]:
    days = RuleDays(accepted, act)
    return [str(r.value) for r in found.under(f"{RulePrefix.BASIS}{kind}.", Category(category), days)]


@sweep(1 / 4)
@pytest.mark.parametrize(("kind", "category"), DECISIONS)
@pytest.mark.parametrize("name", packs.available())
def test_every_decision_accepted_since_cites_the_statute_beside_the_measures(
    name: str, kind: str, category: str
) -> None:
    """「Every decision accepted from that day cites this statute beside the 审核确认办法; cases accepted before keep the rows of their day」."""
    found = packs.load(name)
    if Category(category) not in found.delegated:
        return
    june, late = LAW - dt.timedelta(1), dt.date(2026, 12, 1)
    before, kept, since = (
        basis(found, kind, category, *days) for days in ((june, june), (june, late), (LAW, LAW))
    )
    assert before == kept, (
        "a household accepted in June keeps its citations, however late it is decided about"
    )
    assert not [line for line in before if STATUTE in line]
    assert [line for line in since if STATUTE in line] and set(before) < set(since)


def test_a_subsidy_for_the_disabled_cites_no_statute_that_does_not_name_it() -> None:
    """第十三条 lists who is helped by it; the subsidies are none of them."""
    for kind in ("disability_ending_notice", "disability_refusal_notice"):
        assert not [r for r in basis(NATIONAL, kind, "CJ", LAW, LAW) if STATUTE in r]


def test_a_letter_stands_on_the_power_of_the_day_of_acceptance() -> None:
    """「可以查阅、复制与社会救助事项相关的资料，询问与社会救助事项相关的单位、个人」."""
    before, since = (
        NATIONAL.rule(RuleId.LAW_INQUIRY, Category.DB, RuleDays(accepted, LAW))
        for accepted in (LAW - dt.timedelta(1), LAW)
    )
    assert "《社会救助暂行办法》第五十九条" in str(before.value) and STATUTE in str(since.value)


def test_what_is_asked_or_taken_over_names_what_is_in_force_on_the_day_of_the_act() -> None:
    """The statute is in force from 2026-07-01: before that day a consent stands on 个人信息保护法, and nothing is 互认."""
    old = LAW - dt.timedelta(400)
    before, since = (
        NATIONAL.rule(RuleId.LAW_CONSENT, Category.DB, RuleDays(old, day))
        for day in (LAW - dt.timedelta(1), LAW)
    )
    assert "个人信息保护法" in str(before.value) and STATUTE in str(since.value)
    assert NATIONAL.find(RuleId.LAW_RECOGNITION, Category.DB, RuleDays(old, old)) is None
    assert STATUTE in str(NATIONAL.rule(RuleId.LAW_RECOGNITION, Category.DB, RuleDays(old, LAW)).value)


# ── consent of obligors ──────────────────────────────────────────────────────────────────────────────────
OBLIGOR: dict[str, object] = {"name": "赵义务", "id_number": make_id("19600101", "011"), "relation": "子"}


def without_consent(accepted: str, told: dict[str, object]) -> tuple[list[str], list[str]]:
    """Return who stands in the way of the check of a household accepted on a day, with one obligor."""
    case = walk(NATIONAL, "DB", f"submit {accepted}", f"accept {accepted}")
    facts: dict[str, Any] = {**to_plain(case.facts), "obligors": [{**OBLIGOR, **told}]}
    members = [{**m, "authorized": True} for m in facts["members"]]
    case = replace(case, facts=parse_facts({**facts, "members": members}))
    return unauthorised(case, NATIONAL, dt.date(2026, 9, 1))


@pytest.mark.parametrize("told", [{}, {"authorized": False}])
def test_an_obligor_without_consent_does_not_block_the_check_of_the_household(
    told: dict[str, object],
) -> None:
    """「必要时，经共同生活的家庭成员以外的法定赡养、抚养、扶养义务人同意，可以对其收入、财产等状况进行核对」."""
    refused, unknown = without_consent("2026-07-01", told)
    assert (refused, unknown) == ([], [])
    refused, unknown = without_consent("2026-06-30", told)
    assert any("赵义务" in line for line in refused + unknown), "accepted before: as it was"


def test_no_obligor_is_asked_for_an_identity_card_who_is_not_bound() -> None:
    """「必要时，经……义务人同意」: who need not consent need not show who he is either."""
    for accepted, wanted in (("2026-06-30", True), ("2026-07-01", False)):
        case = walk(NATIONAL, "DB", f"submit {accepted}", f"accept {accepted}")
        case = replace(case, facts=parse_facts({**to_plain(case.facts), "obligors": [OBLIGOR]}))
        (cards,) = (m for m in required(case, NATIONAL, case.rules_on) if m.document == "mat_id_card")
        assert ("义务人" in cards.requirement) is wanted
        assert ("赵义务" in too_few(case, NATIONAL, case.rules_on, cards, "身份证")) is wanted


def test_a_member_of_the_household_must_authorise_all_the_same() -> None:
    """「同意社会救助管理部门进行核查」 binds the family itself."""
    case = walk(NATIONAL, "DB", "submit 2026-07-01", "accept 2026-07-01")
    facts: dict[str, Any] = {**to_plain(case.facts)}
    members = [{**m, "authorized": False} for m in facts["members"]]
    refused, _ = unauthorised(replace(case, facts=parse_facts({**facts, "members": members})), NATIONAL, LAW)
    assert refused


# ── in whose name ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", packs.available())
def test_the_shipped_places_decide_for_the_body_that_delegated(name: str) -> None:
    """All five seeds hand the power down by 委托 or by the district alone; no province gave it to the town."""
    found = packs.load(name)
    for day in (LAW - dt.timedelta(1), LAW):
        rule = found.rule(RuleId.DECISION_OWN_NAME, None, RuleDays.alike(day))
        assert rule.value is False
    assert list(agreement.faults(found, (LAW,))) == []


def test_who_decides_in_its_own_name_answers_for_it_itself() -> None:
    """「省、自治区、直辖市人民政府可以规定由乡镇人民政府、街道办事处作出社会救助确认决定」: the town is then respondent."""
    source = {"measure": "N28", "article": "第四十四条", "sentence": "省、自治区、直辖市人民政府可以规定"}
    own = {"replace": True, "source": source}
    row = {"id": "decision.own_name", "title": "本机关以自己的名义决定", "value": True, "unit": "是否", **own}
    half = packs.load("national", overrides={"rule": [row]})
    assert len([f for f in agreement.faults(half, (LAW,)) if "应为“本机关”" in f]) == 2
    opponents = [
        {"id": f"remedy.{way}", "title": "被申请人、被告", "value": "本机关", "unit": "文字", **own}
        for way in ("reconsideration.respondent", "litigation.defendant")
    ]
    whole = packs.load("national", overrides={"rule": [row, *opponents]})
    assert list(agreement.faults(whole, (LAW,))) == []


def test_the_statute_s_sentences_are_verbatim() -> None:
    """Every row on the statute quotes it word for word."""
    text = Path(__file__).parents[1] / "data/law/社会救助法.txt"
    said = "".join(text.read_text(encoding="utf-8").split())
    rows: list[Rule | StepRule | CheckRule | Material] = [
        *NATIONAL.rules, *NATIONAL.steps, *NATIONAL.checks, *NATIONAL.materials,
    ]  # fmt: skip
    wrong = [
        r.place for r in rows if r.source.key == "N28" and "".join(r.source.sentence.split()) not in said
    ]
    assert wrong == []
