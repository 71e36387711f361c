"""The conditions of steps: each holds or gives its reason, and stands on the sentence quoted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.model.states import State, StepTaken
from archivist.rules import pack as packs
from archivist.rules.attempt import Attempt
from archivist.rules.guards import GUARDS, TIMED
from archivist.rules.pack import Pack

HONGQIAO = packs.load("tianjin-hongqiao")
NATIONAL = packs.load("national")
OPENED = dt.date(2024, 3, 4)


def a_case(
    category: str = "DB",
    *steps: tuple[str, str, str],
    papers: tuple[str, ...] = (),
    pending: tuple[str, ...] = (),
    **facts: dict[str, Any] | list[dict[str, Any]],
) -> Case:
    """Return a case with steps (id, state, day), papers in the file, papers printed and not signed, and facts."""
    taken: list[StepTaken] = []
    for n, (name, state, day) in enumerate(steps, 2):
        before = taken[-1].after if taken else State.DRAFT
        taken.append(StepTaken(n, name, name, before, State(state), dt.date.fromisoformat(day)))
    records = {
        RecordNo(f"{n:04}"): Record(
            RecordNo(f"{n:04}"),
            kind,
            kind,
            "01",
            RecordStatus.PENDING if kind in pending else RecordStatus.FILED,
            "",
        )
        for n, kind in enumerate((*papers, *pending), 1)
    }
    number = CaseNo("TJHQ", Category(category), 2024, 1)
    return Case(
        number,
        opened_on=OPENED,
        facts=parse_facts(dict(facts)),
        records=MappingProxyType(records),
        steps=tuple(taken),
    )


def reasons(
    guard: str,
    case: Case,
    *,
    on: str = "2024-03-20",
    step: str = "",
    pack: Pack = HONGQIAO,
    reason: str = "",
) -> list[str]:
    """Ask a guard, on behalf of the first step of the pack that has it (or a step by id)."""
    row = next((s for s in pack.steps if (s.id == step if step else guard in s.guards)), pack.steps[0])
    return GUARDS[guard].reasons(Attempt(case, pack, row, dt.date.fromisoformat(on), reason=reason))


@pytest.mark.parametrize("name", packs.available())
def test_the_packs_name_only_guards_that_exist(name: str) -> None:
    assert {g for s in packs.load(name).steps for g in s.guards} <= set(GUARDS)
    assert set(TIMED) < set(GUARDS)


def test_delegated() -> None:
    """S3 hands down 低保、特困、低收入 and 临时救助, not 残疾人两项补贴."""
    assert reasons("delegated", a_case("DB")) == []
    (why,) = reasons("delegated", a_case("CJ"))
    assert "不能办理残疾人两项补贴" in why


def test_complete_and_incomplete_are_each_other_s_opposite() -> None:
    """N2 第十条「材料齐备的，予以受理」「材料不齐备的，应当一次性告知补齐所有规定材料」."""
    case = a_case("JN")
    lacking = reasons("complete", case)
    assert lacking and all(r.startswith("材料不齐：") for r in lacking)
    assert reasons("incomplete", case) == []
    full = a_case("JN", papers=tuple(m.document for m in HONGQIAO.materials if Category.JN in m.categories))
    assert reasons("complete", full) == []
    assert reasons("incomplete", full) == ["材料已经齐备，没有需要补正的，应当受理"]


def test_a_paper_missing_is_called_by_its_title() -> None:
    row = HONGQIAO.steps[0]
    attempt = Attempt(a_case("JN"), HONGQIAO, row, OPENED, catalogue=Catalogue.load())
    assert any("意外事件相关材料（未提交）" in r for r in GUARDS["complete"].reasons(attempt))


def test_kinship_known() -> None:
    """C01: kinship_declaration; S3「对近亲属备案低保家庭实行100%入户调查」 needs to know which these are."""
    assert reasons("kinship_known", a_case()) == ["未登记是否有近亲属关系（申请·是否有近亲属关系）"]
    assert reasons("kinship_known", a_case(application={"kinship": "否"})) == []
    (why,) = reasons("kinship_known", a_case(application={"kinship": "是"}))
    assert "未登记关系人（申请·近亲属关系人）" in why
    assert reasons("kinship_known", a_case(application={"kinship": "是", "kin_name": "魏主任"})) == []


def test_kinship_filed() -> None:
    """N2 第十一条「乡镇人民政府（街道办事处）应当单独登记备案」."""
    assert reasons("kinship_filed", a_case(application={"kinship": "否"})) == []
    related = a_case(application={"kinship": "是", "kin_name": "魏主任"})
    (why,) = reasons("kinship_filed", related)
    assert "近亲属单独登记备案" in why
    filed = StepTaken(2, "kinship_filing", "近亲属单独登记备案", State.ACCEPTED, State.ACCEPTED, OPENED)
    assert reasons("kinship_filed", replace(related, steps=(filed,))) == []


def test_reason() -> None:
    """N2 第二十一条「书面告知申请人并说明理由」."""
    assert reasons("reason", a_case(), reason=" ") == ["须写明理由（--reason）"]
    assert reasons("reason", a_case(), reason="人均收入超过标准") == []


def test_everybody_has_authorised_the_verification() -> None:
    """C02: 「∀p∈成员∪义务人：verification_authorization 含 p 签名」."""
    people: dict[str, Any] = {
        "members": [{"name": "李样例", "authorized": "是"}, {"name": "李小样"}],
        "obligors": [{"name": "李远样", "authorized": "否"}],
    }
    assert reasons("authorised", a_case(**people)) == [
        "申请人没有签署核对授权：卷内没有已签的核对授权书",
        "义务人李远样没有签署核对授权（法定赡养、抚养、扶养义务人第 1 行·授权已签）",
        "没有登记成员李小样的授权是否已签（共同生活家庭成员第 2 行·授权已签）",
    ]
    printed = a_case(pending=("verification_authorization",))
    assert len(reasons("authorised", printed)) == 1, "printed is not signed"
    signed = a_case(papers=("verification_authorization",), members=[{"name": "李样例", "authorized": "是"}])
    assert reasons("authorised", signed) == []


def test_verified() -> None:
    """C.3 #11: VERIFYING → SURVEYING on the strength of the verification_report."""
    assert reasons("verified", a_case("DB")) == ["卷内没有核对报告（verification_report），信息核对没有结果"]
    assert reasons("verified", a_case("DB", papers=("verification_report",))) == []
    known = a_case("ZC", application={"known_recipient": "是"})
    assert reasons("verified", known) == [], "已是低保对象的免家庭经济状况调查"


def test_publicity_over() -> None:
    """S3「公示期为5天」: the fifth day still belongs to it; a last day on a Saturday moves to the working day after."""
    case = a_case("DB", ("publicize", "publicized", "2024-03-11"))
    (why,) = reasons("publicity_over", case, on="2024-03-18")
    assert "公示期未满：到 2024-03-18 为止" in why and "「公示期为5天」" in why
    assert reasons("publicity_over", case, on="2024-03-19") == []


def test_a_new_publicity_counts_anew() -> None:
    """N3 第十五条「应当重新组织调查核实…并重新公示」."""
    case = a_case(
        "DB",
        ("publicize", "publicized", "2024-03-11"),
        ("objection", "objection", "2024-03-13"),
        ("republicize", "re_publicized", "2024-03-20"),
    )
    assert reasons("publicity_over", case, on="2024-03-21")
    assert reasons("publicity_over", case, on="2024-03-26") == []


def test_termination_publicity_over() -> None:
    """N3 第二十六条「或者供养服务机构公示。公示期为7天」."""
    case = a_case("TK", ("propose_termination", "terminating", "2024-03-11"))
    (why,) = reasons("termination_publicity_over", case, on="2024-03-18")
    assert "到 2024-03-18 为止" in why and "公示期为7天" in why
    assert reasons("termination_publicity_over", case, on="2024-03-19") == []


def test_explain_over() -> None:
    """S3「申请人自收到告知书之日起4个工作日内须提供相关材料说明情况」: it runs from delivery, not from the notice."""
    told = a_case("DB", ("explain", "explain_pending", "2024-03-11"))
    assert reasons("explain_over", told) == ["不符告知书还没有送达，申请人的说明期限未起算"]
    served = a_case(
        "DB",
        ("explain", "explain_pending", "2024-03-11"),
        ("deliver_explain", "explain_pending", "2024-03-12"),
    )
    (why,) = reasons("explain_over", served, on="2024-03-18")
    assert "到 2024-03-18 为止" in why and "4个工作日" in why
    assert reasons("explain_over", served, on="2024-03-19") == []


def test_overall_running() -> None:
    """S3「特殊情况下，可以延长至45个工作日」: while the thirty working days still run."""
    case = a_case("DB", ("accept", "accepted", "2024-03-05"))
    assert reasons("overall_running", case, on="2024-04-17") == []
    (why,) = reasons("overall_running", case, on="2024-04-18")
    assert "总期限已于 2024-04-17 届满" in why and "30个工作日" in why
    assert reasons("overall_running", a_case("DB")) == ["没有正在计算的总期限，无从延长"]


def test_once() -> None:
    """S3「可以延长至45个工作日」: to that, and no further."""
    case = a_case("DB", ("accept", "accepted", "2024-03-05"), ("extend", "accepted", "2024-03-06"))
    (why,) = reasons("once", case, step="extend")
    assert why == "“延长办理期限”只能办一次，已于 2024-03-06 办过"
    assert reasons("once", replace(case, steps=case.steps[:1]), step="extend") == []


def test_disputes_settled() -> None:
    """C.3 #18–19: disputed matters go through 议事 and 班子会 before the decision."""
    assert reasons("disputes_settled", a_case()) == []
    disputed = a_case(application={"disputed": "是"})
    assert reasons("disputes_settled", disputed) == [
        "有争议的事项，须先经“议事协商”",
        "有争议的事项，须先经“班子会审议通过”",
    ]
    settled = a_case(
        "DB",
        ("deliberated", "leadership_review", "2024-03-12"),
        ("leadership", "re_review", "2024-03-13"),
        application={"disputed": "是"},
    )
    assert reasons("disputes_settled", settled) == []


@pytest.mark.parametrize(("category", "needed"), [("DB", 1), ("TK", 1), ("JN", 1), ("ZC", 1), ("DX", 0)])
def test_amount_known(category: str, needed: int) -> None:
    """N2 第二十一条「同时确定救助金额」; a 低收入 household may be recognised without money."""
    assert len(reasons("amount_known", a_case(category))) == needed
    assert reasons("amount_known", a_case(category, benefit={"amount": "530"})) == []


def test_care_form_known() -> None:
    """C.4: 「确立照料供养方式」."""
    assert reasons("care_form_known", a_case("TK")) == ["没有登记供养方式（救助金额·供养方式）"]
    assert reasons("care_form_known", a_case("TK", benefit={"care_form": "分散供养"})) == []


def test_appraised() -> None:
    """S3「对特困供养必须开展民主评议」."""
    assert reasons("appraised", a_case("TK")) == ["还没有民主评议，本地规定必须评议"]
    assert reasons("appraised", a_case("TK", ("appraise", "appraised", "2024-03-19"))) == []
