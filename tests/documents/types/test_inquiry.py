"""Papers of investigation, publicity, appraisal and deliberation: texts, sums, conditions, privacy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archivist.documents.values.inquiry import ABILITIES
from archivist.documents.values.resolve import document_values
from archivist.errors import DocumentNotApplicable, MissingFields, UnlawfulDocument
from archivist.issuing.case_documents import plan_one
from archivist.model.case import Case
from archivist.model.ids import record_no
from archivist.model.record import Record, RecordStatus
from tests.documents.pages import squeezed
from tests.documents.samples import CATALOGUE, CONFIG, FULL, LONG_NAME, ON, SOURCES, a_case
from tests.documents.types.inquiry_samples import GIVEN, HOUSEHOLDS, NAMES, sample
from tests.kit import BY, make_workspace, open_household, values_of


@pytest.mark.parametrize("name", [n for n in NAMES if CATALOGUE.get(n).public])
def test_notices_hold_nothing_private(name: str) -> None:
    for household in ("ordinary", "large"):
        found = sample(name, household).text
        who = HOUSEHOLDS[household]
        people = [m["name"] for m in who["members"]]
        for secret in (
            who["applicant"]["id_number"],
            "13900000001",
            "12号楼",
            "肢体",
            "重病",
            "622202",
            *people,
        ):
            assert secret not in found


@pytest.mark.parametrize("word", ["因患病", "身份证120106196803050427", "住12号楼3门", "儿子李大暑"])
def test_a_reply_to_an_objection_may_not_tell_on_the_household(word: str) -> None:
    with pytest.raises(UnlawfulDocument):
        sample("objection_reply", more={"recheck.summary": f"经核查，{word}，情况属实。"})
    with pytest.raises(UnlawfulDocument):
        sample("re_publicity", more={"publicity.recheck": f"经核查，{word}"})


# ── what is reckoned ─────────────────────────────────────────────────────────────────────────────────────
def test_income_a_head_is_reckoned_to_the_cent() -> None:
    printed = sample("income_asset_calculation").values["calculation"]
    assert printed["approved"] == "10,200.00" and printed["declared"] == "10,200.00"
    assert printed["verified"] == "10,200.00"
    assert (printed["monthly"], printed["per_head"]) == ("1,700.00", "566.67")
    less = sample(
        "income_asset_calculation",
        more={"calculation.deductions": "李大暑|就业成本|600|规定\n王秀兰|刚性支出|600.60|规定"},
    ).values["calculation"]
    assert (less["deducted"], less["monthly"], less["per_head"]) == ("1,200.60", "1,499.90", "499.97")
    much = sample(
        "income_asset_calculation", more={"calculation.deductions": "李大暑|就业成本|99999|规定"}
    ).values["calculation"]
    assert (much["monthly"], much["per_head"]) == ("0.00", "0.00")


def test_income_a_head_may_not_contradict_the_file() -> None:
    doc = CATALOGUE.get("income_asset_calculation")
    facts = {**FULL, "benefit": {"income_per_head": "500.00"}}
    with pytest.raises(MissingFields, match=r"566\.67"):
        document_values(doc, a_case(facts), CONFIG, on=ON, given={"calculation.months": 6})
    blank = document_values(doc, a_case(facts), CONFIG, on=ON, given={})
    assert blank["calculation"]["per_head"] == "500.00"  # type: ignore[index]


def test_expenses_are_added_up_and_compared_with_income() -> None:
    printed = sample("expense_verification").values["expense"]
    assert (printed["total"], printed["own_share"], printed["ratio"]) == ("18,000.00", "7,000.00", "34.31%")
    assert sample("expense_verification", "minimal").values["expense"]["ratio"] == ""


@pytest.mark.parametrize(
    ("unable", "conclusion", "grade"),
    [
        (0, "具备生活自理能力", "全自理"), (1, "部分丧失生活自理能力", "半护理"), (3, "部分丧失生活自理能力", "半护理"),
        (4, "完全丧失生活自理能力", "全护理"), (6, "完全丧失生活自理能力", "全护理"),
    ],
)  # fmt: skip
def test_self_care_follows_from_six_indicators(unable: int, conclusion: str, grade: str) -> None:
    given: dict[str, object] = {path: n >= unable for n, path in enumerate(ABILITIES)}
    paper = sample("self_care_assessment", more=given)
    printed = paper.values
    assert printed["ability"]["unable"] == str(unable)
    assert (printed["ability"]["conclusion"], printed["benefit"]["care_grade"]) == (conclusion, grade)
    assert f"☑{conclusion}" in squeezed(paper.text)


def test_self_care_is_left_to_the_pen_when_an_indicator_is_not_given() -> None:
    paper = sample("self_care_assessment", "minimal")
    printed = paper.values
    assert printed["ability"]["conclusion"] == printed["ability"]["unable"] == ""
    assert "□具备生活自理能力" in paper.text and "□全自理" in paper.text


def test_days_posted_and_representatives_are_counted() -> None:
    assert sample("publicity_evidence").values["posting"]["days"] == "7"
    assert (
        sample("democratic_appraisal").values["appraisal"]["representatives"]
        == "6人，不少于参评人数的三分之二"
    )
    few = [{"name": f"甲{n}", "kind": "两委" if n else "村（居）民代表"} for n in range(3)]
    assert (
        "1人，少于"
        in sample("democratic_appraisal", more={"meeting.attendees": few}).values["appraisal"][
            "representatives"
        ]
    )


def test_amounts_agreed_are_told_in_words_too() -> None:
    assert "9,000.00元（人民币玖仟元整）" in squeezed(sample("joint_conference_minutes").text)
    assert "1,330.00元（人民币壹仟叁佰叁拾元整）" in squeezed(sample("leadership_meeting_minutes").text)


# ── what the case already tells ──────────────────────────────────────────────────────────────────────────
def with_records(case: Case, *types: str, **data: object) -> Case:
    """Return the case with records of these types filed."""
    records = {
        (no := record_no(n)): Record(
            no,
            t,
            CATALOGUE.get(t).title,
            "05 初审公示",
            RecordStatus.SIGNED,
            "2024-08-20T10:00:00+08:00",
            data=dict(data),
        )
        for n, t in enumerate(types, 1)
    }
    return replace(case, records=records)


def test_the_register_is_quoted_and_numbered() -> None:
    given = {"objection.content": "反映收入不实", "objection.person": "欧阳文惠"}
    case = with_records(a_case(), "preliminary_publicity", "objection_register", given=given)
    recheck = document_values(
        CATALOGUE.get("reinvestigation_record"), case, CONFIG, on=ON, given={}, sources=SOURCES
    )
    assert recheck["objection"]["no"] == f"{case.number}-{record_no(2)}"  # type: ignore[index]
    assert recheck["objection"]["content"] == "反映收入不实"  # type: ignore[index]
    assert recheck["objection"]["received_on"] == "2024年8月20日"  # type: ignore[index]
    sheet = document_values(
        CATALOGUE.get("objection_register"), case, CONFIG, on=ON, given={}, sources=SOURCES
    )
    assert sheet["objection"]["no"] == f"{case.number}-{record_no(3)}"  # type: ignore[index]
    assert sheet["publicity"]["notice"] == "《初审公示》（2024年8月20日）"  # type: ignore[index]
    assert sheet["objection"]["content"] == ""  # type: ignore[index]


def test_the_witness_stays_out_of_the_second_investigation() -> None:
    """异议人的身份对被异议家庭保密: the applicant signs this record."""
    found = sample("reinvestigation_record").text
    assert "欧阳文惠" not in found and "13900000009" not in found


# ── when it may be issued ────────────────────────────────────────────────────────────────────────────────
def test_conditions_packs_and_categories_refuse(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    case = open_household(workspace)
    for name, why in (
        ("objection_reply", "《公示异议登记表》"), ("re_publicity", "户档中还没有"),
        ("proposed_confirmation_publicity", "heilongjiang-jiamusi"), ("expense_verification", "只用于"),
        ("emergency_survey_record", "只用于"), ("self_care_assessment", "只用于"), ("obligor_capacity_form", "只用于"),
        ("joint_conference_minutes", "只用于"),
    ):  # fmt: skip
        with pytest.raises(DocumentNotApplicable, match=why):
            plan_one(workspace, BY, workspace.catalogue.get(name), case, GIVEN[name], on=ON)


def test_the_rules_say_how_long_a_second_notice_hangs_and_when_an_objection_is_due(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    case = with_records(
        open_household(workspace), "preliminary_publicity", "objection_register", "reinvestigation_record"
    )
    again = values_of(workspace, "re_publicity", case, GIVEN["re_publicity"], ON)
    assert again["publicity"]["days"] == "5"  # type: ignore[index]
    assert again["publicity"]["title"] == "最低生活保障重新公示"  # type: ignore[index]
    sheet = values_of(workspace, "objection_register", case, {"登记时间": "2024-08-20 15:10"}, ON)
    assert sheet["deadline"] == "2024年9月3日"  # ten working days


def test_what_must_be_given_is_asked_for() -> None:
    with pytest.raises(MissingFields) as caught:
        document_values(CATALOGUE.get("leadership_meeting_minutes"), a_case(), CONFIG, on=ON, given={})
    assert {
        "来源纪要(meeting.source)缺少（制发时填写）",
        "出席人员(meeting.attendees)缺少（制发时填写）",
    } <= set(caught.value.problems)
    assert LONG_NAME in sample("neighbor_interview", "large").text
