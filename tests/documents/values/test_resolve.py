"""Values of a document: complete or refused, computed rightly, never more than declared."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from archivist.config import Config, Office, SignatureStyle
from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render.render import document_text, render
from archivist.documents.values.resolve import document_values
from archivist.errors import MissingFields, UnlawfulDocument
from archivist.model.chinese import money_in_words
from tests.documents.samples import (
    BIG,
    CHAIN,
    CONFIG,
    EXTRA,
    FULL,
    GIVEN,
    ON,
    QR,
    SOURCES,
    TEN,
    a_case,
    an_id,
)

CATALOGUE = Catalogue.load()


def values_of(
    name: str,
    facts: dict[str, Any] = FULL,
    *,
    category: str = "DB",
    config: Config = CONFIG,
    given: Mapping[str, object] | None = None,
    extra: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    return document_values(
        CATALOGUE.get(name),
        a_case(facts, category),
        config,
        on=ON,
        given=GIVEN.get(name, {}) | dict(given or {}),
        extra=CHAIN | EXTRA.get(name, {}) | dict(extra or {}),
        sources=SOURCES,
    )


def text_of(name: str, values: Mapping[str, object]) -> str:
    doc = CATALOGUE.get(name)
    assert doc.template is not None
    return "".join(document_text(render(doc.template, values, qr_payload=QR, phrases=doc.phrases)))


# ── missing and wrong ────────────────────────────────────────────────────────────────────────────────────
def test_all_missing_fields_are_reported_together() -> None:
    with pytest.raises(MissingFields) as caught:
        document_values(
            CATALOGUE.get("refusal_decision"), a_case({}), Config(), on=ON, given={}, sources=SOURCES
        )
    text = str(caught.value)
    for named in (
        "申请人·姓名(applicant.name)", "理由(decision.reasons)", "查明事实(decision.findings)",
        "文书编号(doc_no)", "申请·受理日期(application.accepted_on)", "制发机关(office.name)",
        "行政复议机关（review_authority）", "管辖法院（court）",
    ):  # fmt: skip
        assert named in text
    assert caught.value.code == "E301"


def test_what_no_rule_says_is_missing() -> None:
    with pytest.raises(MissingFields) as caught:
        document_values(CATALOGUE.get("refusal_decision"), a_case({}), CONFIG, on=ON, given={})
    for named in ("依据(decision.basis)", "行政复议(remedies.reconsideration)"):
        assert named in str(caught.value)


def test_ill_typed_and_unknown_values_are_in_the_same_report() -> None:
    with pytest.raises(MissingFields) as caught:
        values_of(
            "deliberation_minutes",
            given={
                "meeting.agree": "五",
                "meeting.time": "昨天",
                "会议地址": "二楼",
                "meeting.chair_signed": "郑",
            },
        )
    text = str(caught.value)
    assert "同意票数(meeting.agree)：“五”应为非负整数" in text
    assert "会议时间(meeting.time)" in text
    assert "没有“会议地址”这一项" in text
    assert "须在纸上签章" in text


def test_a_document_cannot_contradict_the_case() -> None:
    with pytest.raises(MissingFields, match="与户档不一致"):
        values_of("acceptance_notice", given={"申请人.姓名": "李秀兰"})
    assert values_of("acceptance_notice", given={"申请人.姓名": "王秀兰"})["applicant"]["name"] == "王秀兰"


def test_a_fact_the_case_lacks_may_be_given() -> None:
    facts = {**FULL, "application": {"date": "2024-07-29"}}
    values = values_of(
        "acceptance_notice",
        facts,
        given={"申请·收件日期": "2024年7月30日", "application.accepted_on": "2024-08-01"},
    )
    assert values["application"] == {"received_on": "2024年7月30日", "accepted_on": "2024年8月1日"}


def test_what_the_rules_computed_wins_over_what_is_given() -> None:
    values = values_of("acceptance_notice", given={"deadline": "2030-01-01"})
    assert values["deadline"] == "2024年9月12日"


def test_somebody_without_papers_needs_no_number() -> None:
    applicant = {k: v for k, v in FULL["applicant"].items() if k != "id_number"} | {"id_type": "无"}
    values = values_of("application_form", {**FULL, "applicant": applicant})
    assert values["applicant"]["id_number"] == ""
    with pytest.raises(MissingFields, match=r"applicant\.id_number"):
        values_of("application_form", {**FULL, "applicant": applicant | {"id_type": "居民身份证"}})


def test_hand_and_optional_fields_may_be_unknown() -> None:
    facts = {"applicant": {"name": "王秀兰", "id_number": an_id("19680305", 42), "village": "槐树里社区"}}
    values = values_of("application_form", facts)
    assert values["applicant"]["phone"] == "" and values["application"]["cause"] == ""
    assert len(values["members"]) == 3 and set(values["members"][0].values()) == {""}
    assert "□重病" in text_of("application_form", values)


# ── computed ─────────────────────────────────────────────────────────────────────────────────────────────
def test_birth_date_and_sex_come_from_the_id_number() -> None:
    facts = {"applicant": {"name": "王秀兰", "id_number": an_id("19680305", 42), "village": "槐树里社区"}}
    applicant = values_of("application_form", facts)["applicant"]
    assert (applicant["birth_date"], applicant["sex"], applicant["id_type"]) == (
        "1968年3月5日",
        "女",
        "居民身份证",
    )
    assert values_of("application_form")["members"][1]["sex"] == "男"
    assert values_of("household_survey", BIG, category="TK")["obligors"][0]["age"] == "59"


def test_the_household_counts_the_applicant_once_and_leaves_out_who_lives_elsewhere() -> None:
    assert values_of("application_form")["household"]["size"] == "3"
    assert values_of("application_form", BIG)["household"]["size"] == "8"
    himself = {"name": "王秀兰", "relation": "本人", "id_number": FULL["applicant"]["id_number"]}
    facts = {**FULL, "members": [himself, *FULL["members"]]}
    assert values_of("application_form", facts)["household"]["size"] == "3"
    assert [p["name"] for p in values_of("verification_authorization", facts)["authorization"]["persons"]] == [
        "王秀兰", "李小满", "李大暑",
    ]  # fmt: skip


def test_everybody_whose_means_are_looked_into_authorizes() -> None:
    """C02: 成员表 ∪ 义务人表."""
    persons = values_of("verification_authorization", BIG)["authorization"]["persons"]
    assert len(persons) == 1 + 8 + 1
    assert [p["n"] for p in persons] == [str(i) for i in range(1, 11)]
    assert persons[-1]["living_together"] == "否"


def test_amounts_and_dates_are_written_as_documents_do() -> None:
    values = values_of("confirmation_decision")
    assert values["benefit"]["amount"] == "1,330.00"
    assert values["benefit"]["amount_cn"] == money_in_words(Decimal("1330"))
    assert values["benefit"]["start"] == "2024年9月"
    assert values["made_on"] == "2024年8月16日"
    assert values_of("deliberation_minutes")["meeting"]["time"] == "2024年8月15日14时30分"
    assert [m["name"] for m in values["covered"]] == ["王秀兰", "李小满", "李大暑"]


def test_the_standard_of_the_settings_serves_when_the_case_has_none() -> None:
    benefit = {k: v for k, v in FULL["benefit"].items() if k != "standard"}
    assert (
        values_of("confirmation_decision", {**FULL, "benefit": benefit})["benefit"]["standard"] == "1,010.00"
    )


def test_tables_are_read_from_rows_and_from_text() -> None:
    evidence = values_of("refusal_decision")["decision"]["evidence"]
    assert evidence[0] == {
        "n": "1",
        "name": "家庭经济状况信息核对报告",
        "source": "区核对中心",
        "proves": "收入和车辆登记情况",
    }
    rows = [{"证据名称": "入户调查表", "source": "街道"}]
    assert (
        values_of("refusal_decision", given={"证据清单": rows})["decision"]["evidence"][0]["name"]
        == "入户调查表"
    )


@pytest.mark.parametrize(
    ("style", "signer", "clause"),
    [
        (SignatureStyle.TOWN_WITH_CLAUSE, "示范区人民政府槐树街道办事处", "受示范区民政局委托，"),
        (SignatureStyle.TOWN, "示范区人民政府槐树街道办事处", ""),
        (SignatureStyle.BUREAU, "示范区民政局", ""),
    ],
)
def test_the_three_ways_to_sign(style: SignatureStyle, signer: str, clause: str) -> None:
    """「作出行政行为的行政机关是被申请人」: who decides in its own name answers; who delegated does for what was delegated."""
    config = dataclasses.replace(CONFIG, office=dataclasses.replace(CONFIG.office, signature_style=style))
    values = values_of("refusal_decision", config=config)
    assert values["signature"] == {"signer": signer, "clause": clause, "seal": ""}
    text = text_of("refusal_decision", values)
    assert ("受示范区民政局委托" in text) is bool(clause)
    answers = signer if style is SignatureStyle.TOWN else "示范区民政局"
    assert f"被申请人为{answers}" in text and f"被告为{answers}" in text


# ── remedies ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["refusal_decision", "confirmation_decision"])
def test_a_decision_tells_the_remedies(name: str) -> None:
    """行政复议法第二十条、行政诉讼法第四十六条: 60 days, 6 months; the delegating bureau answers (N10 §19, N11 §26)."""
    text = text_of(name, values_of(name))
    assert (
        "对本决定书不服的，可以自收到之日起60日内向示范区人民政府申请行政复议，被申请人为示范区民政局" in text
    )
    assert "自收到之日起6个月内依法向示范区人民法院提起行政诉讼，被告为示范区民政局" in text


@pytest.mark.parametrize("gone", ["court", "review_authority", "bureau"])
def test_no_decision_without_remedies(gone: str) -> None:
    nothing: dict[str, Any] = {gone: ""}
    config = dataclasses.replace(CONFIG, office=dataclasses.replace(CONFIG.office, **nothing))
    with pytest.raises(MissingFields, match="救济途径不全"):
        values_of("refusal_decision", config=config)


# ── privacy ──────────────────────────────────────────────────────────────────────────────────────────────
MARKED: dict[str, Any] = {
    **FULL,
    "applicant": FULL["applicant"]
    | {"household_address": "甲乙丙路门牌9527", "address": "丁戊己巷门牌9528", "disability": "庚辛二级", "phone": "13912345678"},
    "members": [{"name": "壬癸子", "relation": "女儿", "id_number": an_id("20060512", 24), "employer": "丑寅公司"}],
    "obligors": [{"name": "卯辰巳", "relation": "兄", "id_number": an_id("19650202", 77), "address": "午未申村"}],
    "agent": {"name": "酉戌亥", "id_number": an_id("19800202", 77), "phone": "13987654321"},
    "application": FULL["application"] | {"cause": "密密病由"},
    "account": {"holder": "户名密密", "bank": "银行密密", "number": "6222020200000000018"},
    "assets": [{"kind": "房屋", "owner": "壬癸子", "description": "密密房产"}],
}  # fmt: skip


def _markers(node: object, into: set[str]) -> set[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key not in ("village", "amount", "persons"):
                _markers(value, into)
    elif isinstance(node, list):
        for item in node:
            _markers(item, into)
    elif isinstance(node, str) and len(node) > 2:
        into.add(node)
    return into


def test_a_public_notice_shows_nothing_private() -> None:
    """最低生活保障审核确认办法第二十四条「不得公开无关信息」."""
    private = _markers({k: v for k, v in MARKED.items() if k not in ("benefit", "housing")}, set()) - {
        "王秀兰"
    }
    assert len(private) > 20
    values = values_of("preliminary_publicity", MARKED)
    text = text_of("preliminary_publicity", values)
    assert [p for p in private if p in text or p in json.dumps(values, ensure_ascii=False)] == []
    assert "王秀兰" in text and "槐树里社区" in text and "1,330.00" in text and "022-20000002" in text


@pytest.mark.parametrize(
    "finding",
    [
        f"证号{an_id('19680305', 42)}",
        "女儿壬癸子在读",
        "住12号楼3门501",
        "户主患病需透析",
        "账号6222020200000000018",
        "电话13912345678",
        "家住甲乙丙路门牌9527",
    ],
)
def test_what_a_clerk_types_into_a_public_notice_is_checked(finding: str) -> None:
    with pytest.raises(UnlawfulDocument) as caught:
        values_of("preliminary_publicity", MARKED, given={"publicity.finding": finding})
    assert "publicity.finding" in str(caught.value)
    assert finding not in str(caught.value)


def test_a_disability_subsidy_may_be_named_in_its_own_notice() -> None:
    facts = {**FULL, "benefit": {"amount": "120"}}
    assert (
        values_of("preliminary_publicity", facts, category="CJ")["publicity"]["title"]
        == "残疾人两项补贴初审公示"
    )


@pytest.mark.parametrize(
    ("name", "shown"), [("王小满", "王某某"), ("欧阳小满", "欧阳某某"), ("阿里木·买买提", "阿里木·某某")]
)
def test_a_minors_given_name_is_not_posted(name: str, shown: str) -> None:
    facts = {**FULL, "applicant": FULL["applicant"] | {"name": name, "id_number": an_id("20150505", 21)}}
    assert values_of("preliminary_publicity", facts)["publicity"]["rows"][0]["name"] == shown


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────
def _for(category: str) -> dict[str, Any]:
    benefit = {**FULL["benefit"], "care_grade": "半护理", "care_form": "分散供养"}
    application = FULL["application"] | {
        "event": "火灾致住房受损",
        "event_date": "2024-07-20",
        "amount": "3000",
    }
    return (
        {**BIG, "benefit": benefit, "application": application, "agent": MARKED["agent"]}
        if category != "DB"
        else FULL
    )


@pytest.mark.parametrize(
    ("name", "category"), [(name, c.value) for name in TEN for c in CATALOGUE.get(name).categories]
)
def test_every_document_renders_for_every_category_it_exists_for(name: str, category: str) -> None:
    text = text_of(name, values_of(name, _for(category), category=category))
    assert ("供养形式意愿" in text) is (name == "application_form" and category == "TK")
    assert ("急难时间" in text) is (name == "application_form" and category in ("JN", "ZC"))
    assert "月救助金额" not in text or category in ("DB", "TK")


def test_the_result_is_plain_text_all_through() -> None:
    def check(node: object) -> None:
        if isinstance(node, Mapping):
            for value in node.values():
                check(value)
        elif isinstance(node, list):
            for item in node:
                check(item)
        else:
            assert isinstance(node, str)

    for name in TEN:
        check(values_of(name))


def test_the_day_is_a_parameter() -> None:
    doc = CATALOGUE.get("delivery_receipt")
    case, given = a_case(), GIVEN["delivery_receipt"]
    values = document_values(doc, case, CONFIG, on=dt.date(2025, 1, 2), given=given)
    assert values["made_on"] == "2025年1月2日"
    assert Office().signature_style == "town_with_delegation_clause"
