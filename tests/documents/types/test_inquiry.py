"""Papers of investigation, publicity, appraisal and deliberation: texts, sums, conditions, privacy."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archivist.doctypes.catalogue import PLACES, Catalogue, shipped_templates
from archivist.documents.render.render import declared_vs_used, document_text, render
from archivist.documents.template.build import build
from archivist.documents.values.inquiry import ABILITIES
from archivist.documents.values.resolve import document_values
from archivist.errors import DocumentNotApplicable, MissingFields, UnlawfulDocument
from archivist.issuing.case_documents import plan_one
from archivist.model.case import Case, Record, RecordStatus
from archivist.model.ids import record_no
from tests.documents.samples import BIG, CHAIN, CONFIG, FULL, LONG_NAME, MINIMAL, ON, QR, a_case
from tests.kit import make_workspace, open_household

CATALOGUE = Catalogue.load()
TEAM = "周立冬|街道公共服务办公室科员\n吴小雪|槐树里社区网格员"
LONG = (
    "经查，该户户主与两名子女共同生活，儿子在槐树路便民综合服务有限责任公司打零工，每月收入约1200元，收入不固定；"
    "家中没有机动车和商业用房，除唯一住房外没有其他房产，银行存款与核对报告一致。"
)
PUBLICITY = {
    "publicity": {"start": dt.date(2024, 8, 19), "end": dt.date(2024, 8, 26), "days": 7, "day_kind": "自然日"}
}
MEETING: dict[str, object] = {
    "meeting.no": "第3期", "meeting.time": "2024-08-15 14:30", "meeting.place": "街道二楼会议室", "meeting.chair": "郑有为",
    "meeting.recorder": "周立冬", "meeting.discussion": LONG + "\n与会人员认为申报属实。", "meeting.agree": 5,
    "meeting.against": 0, "meeting.abstain": 0, "meeting.conclusion": "同意按照上述意见办理。", "meeting.absent": "苏和平",
    "meeting.attendees": "郑有为|成员|街道党工委书记\n孟小舟|成员|街道办事处主任\n鲁明哲|成员|街道办事处副主任",
}  # fmt: skip

GIVEN: dict[str, dict[str, object]] = {
    "neighbor_interview": {
        "interview.time": "2024-08-06 10:20", "interview.place": "槐树里社区居委会", "interview.person": "欧阳文惠",
        "interview.relation": "邻居", "interview.address": "槐树里社区11号楼", "interview.phone": "13900000009",
        "interview.income": LONG, "survey.team": TEAM, "interview.consistent": "一致",
    },
    "evidence_letter": {
        "letter.to": "示范银行股份有限公司槐树支行", "letter.due": "2024-08-23", "handler.name": "周立冬",
        "letter.items": "2024年1月至7月账户流水\n截至2024年7月31日的账户余额\n名下理财产品、贵金属等其他资产情况",
    },
    "photo_evidence_sheet": {
        "photo.occasion": "入户调查",
        "photo.items": [
            {"code": f"YX-{n:03d}", "taken": "2024-08-06 10:20", "place": "槐树里社区12号楼3门501", "by": "吴小雪",
             "content": "门牌", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "portrait": False}
            for n in (1, 2)
        ],
    },
    "income_asset_calculation": {
        "calculation.period": "2024年1月至6月", "calculation.months": 6,
        "calculation.excluded": "王秀兰|医疗救助款|3000|政府救助款物不计入",
        "calculation.below": "低于标准", "calculation.standard_name": "本区最低生活保障标准", "calculation.over": "符合规定",
        "calculation.conclusion": "符合条件", "calculation.note": LONG,
    },
    "expense_verification": {
        "expense.period": "2023年8月至2024年7月", "expense.income": "20400", "expense.method": "票据核对、入户调查",
        "expense.conclusion": "属实", "expense.note": LONG, "survey.team": TEAM, "expense.liability": "不涉及第三方责任。",
    },
    "emergency_survey_record": {
        "emergency.kind": "火灾", "emergency.hour": "凌晨2时许", "emergency.place": "示范区槐树路12号", "emergency.severity": LONG,
        "emergency.needs": "现金、实物", "emergency.evidence": "火灾事故认定书|区消防救援大队|1", "emergency.surveyed": "2024-08-01 09:00",
        "emergency.method": "现场、走访", "emergency.conclusion": "属实", "survey.team": TEAM,
    },
    "self_care_assessment": {
        "ability.kind": "首次评估", "ability.date": "2024-08-08", "ability.agency": "示范区长者照护评估中心", "ability.place": "申请人家中",
        **{f"ability.{key}": "是" if key in ("eat", "bed", "walk") else "否" for key in ABILITIES},
        "ability.bathe_note": "须他人全程协助。",
    },
    "obligor_capacity_form": {
        "capacity.evidence": "户口簿复印件|亲属关系|1\n核对报告|收入、财产情况|1", "capacity.conclusion": "法定义务人均无履行义务能力",
        "capacity.note": LONG,
    },
    "reinvestigation_record": {
        "objection.no": "TJHQ-DB-2024-000123-0014", "objection.received_on": "2024-08-20", "objection.content": "反映该户儿子有稳定工作。",
        "recheck.method": "入户调查、信函索证", "recheck.on": "2024-08-27", "recheck.present": True, "recheck.findings": LONG,
        "recheck.differences": "无差异。", "recheck.conclusion": "维持原初审意见", "survey.team": TEAM,
    },
    "publicity_evidence": {
        "publicity.notice": "《初审公示》（示槐救字〔2024〕33号）", "posting.posted": "2024-08-19 09:00",
        "posting.removed": "2024-08-26 17:30", "posting.objections": "无", "posting.count": 0,
        "posting.statement": "公示期间未收到异议，情况属实。",
    },
    "objection_register": {
        "objection.received": "2024-08-20 15:10", "objection.channel": "来访", "objection.named": "实名", "objection.person": "欧阳文惠",
        "objection.phone": "13900000009", "objection.content": "反映该户儿子有稳定工作，收入高于申报数额。" * 3, "objection.level": "较大",
        "objection.measures": "重新调查核实", "objection.handler": "周立冬",
    },
    "objection_reply": {
        "objection.no": "TJHQ-DB-2024-000123-0014", "objection.person": "欧阳文惠", "objection.received_on": "2024-08-20",
        "recheck.summary": "本机关更换调查人员重新入户，并向有关单位书面核实，未发现与申报不一致的情况。",
        "recheck.conclusion": "维持原初审意见",
    },
    "re_publicity": {"publicity.recheck": "经重新调查核实，符合条件，维持原初审意见"},
    "proposed_confirmation_publicity": {},
    "appraisal_notice": {
        "meeting.time": "2024-08-15 14:30", "meeting.place": "槐树里社区居委会会议室", "notice.people": "社区两委成员、党员代表、居民代表共12人",
    },
    "democratic_appraisal": {
        **{k: MEETING[k] for k in ("meeting.time", "meeting.place", "meeting.chair", "meeting.recorder")},
        "meeting.attendees": [{"name": f"代表{'甲乙丙丁戊己庚辛壬'[n]}", "kind": "村（居）民代表" if n < 6 else "两委"} for n in range(9)],
        "appraisal.statement": LONG, "appraisal.survey": LONG, "appraisal.discussion": LONG, "appraisal.agree": 9,
        "appraisal.against": 0, "appraisal.abstain": 0, "appraisal.conclusion": "真实有效", "appraisal.recheck": False,
    },
    "dispute_submission": {
        "dispute.matter": "公示期间有居民反映该户儿子有稳定工作。", "dispute.findings": LONG, "dispute.proposal": "建议予以确认。",
        "dispute.source": "公示异议", "dispute.papers": "重新调查核实记录|0014|3\n公示异议登记表|0012|1",
    },
    "deliberation_opinion_report": {
        "opinion.minutes": "第3期", "opinion.met_on": "2024-08-15", "opinion.papers": "入户调查表|真实、完整\n核对报告|一致",
        "opinion.inquiry": LONG, "opinion.publicity": LONG, "opinion.dispute": "儿子收入是否稳定。", "opinion.result": "建议予以确认",
        "opinion.reasons": LONG, "opinion.amount": "1330", "opinion.on": "2024-08-16",
    },
    "deliberation_feedback": {
        "feedback.minutes": "第3期", "feedback.met_on": "2024-08-15", "feedback.conclusion": "建议予以确认。", "feedback.todo": "按程序办理。",
    },
    "leadership_meeting_minutes": {
        **MEETING, "meeting.source": "《议事协商机构会议纪要》第3期", "meeting.proposal": "对该户最低生活保障申请予以确认。",
        "meeting.result": "通过", "meeting.amount": "1330",
    },
    "joint_conference_minutes": {
        **MEETING, "conference.limit": "6060", "conference.proposed": "9000", "conference.reason": "特殊情况超过上限",
        "conference.amount": "9000", "conference.cause": LONG,
    },
}  # fmt: skip
EXTRA: dict[str, dict[str, object]] = {
    "re_publicity": {**PUBLICITY, "doc_no": "示槐救字〔2024〕34号"},
    "proposed_confirmation_publicity": {**PUBLICITY, "doc_no": "示槐救字〔2024〕37号"},
    "evidence_letter": {"doc_no": "示槐救字〔2024〕32号"},
    "objection_reply": {"doc_no": "示槐救字〔2024〕38号"},
    "objection_register": {"deadline": dt.date(2024, 9, 3)},
    "reinvestigation_record": {"deadline": dt.date(2024, 9, 3)},
}
NAMES = tuple(GIVEN)
CATEGORY = {
    "expense_verification": "ZC", "emergency_survey_record": "JN", "self_care_assessment": "TK",
    "obligor_capacity_form": "TK", "joint_conference_minutes": "JN",
}  # fmt: skip
SPARSE: dict[str, tuple[str, ...]] = {
    "evidence_letter": ("letter.to", "letter.items", "letter.due"),
    "objection_reply": tuple(GIVEN["objection_reply"]),
    "re_publicity": ("publicity.recheck",),
    "appraisal_notice": ("meeting.time", "meeting.place"),
    "dispute_submission": ("dispute.matter",),
    "deliberation_feedback": ("feedback.minutes", "feedback.conclusion"),
    "leadership_meeting_minutes": tuple(
        k for k in GIVEN["leadership_meeting_minutes"] if k != "meeting.absent"
    ),
    "joint_conference_minutes": tuple(GIVEN["joint_conference_minutes"]),
    "reinvestigation_record": ("objection.no",),
}
"""What a clerk must give at the least; all else may wait for the pen."""
MONEY = {"expense_verification", "income_asset_calculation"}
HOUSEHOLDS: dict[str, dict[str, Any]] = {
    "ordinary": FULL,
    "nine": {
        **BIG,
        "assets": FULL["assets"] * 5,
        "obligors": BIG["obligors"] * 4,
        "expenses": FULL["expenses"] * 9,
    },
    "minimal": MINIMAL,
}


def values(name: str, household: str = "ordinary", more: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what a document prints for one of the households; the minimal one is left to the pen."""
    given = GIVEN[name]
    if household == "minimal":
        given = {k: v for k, v in given.items() if k in SPARSE.get(name, ())}
    facts = HOUSEHOLDS[household]
    if name == "income_asset_calculation" and household != "minimal":
        facts = {k: v for k, v in facts.items() if k != "benefit"}
    return document_values(
        CATALOGUE.get(name), a_case(facts, CATEGORY.get(name, "DB")), CONFIG, on=ON, given={**given, **(more or {})},
        extra=CHAIN | EXTRA.get(name, {}),
    )  # fmt: skip


def text(name: str, printed: dict[str, Any]) -> str:
    doc = CATALOGUE.get(name)
    assert doc.template is not None
    data = render(doc.template, printed, qr_payload=QR, phrases=doc.phrases)
    return "".join(document_text(data))


def squeezed(found: str) -> str:
    return re.sub(r"\s+", "", found)


# ── every document ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_file_is_up_to_date_and_fits_its_declaration(name: str) -> None:
    doc = CATALOGUE.get(name)
    assert doc.template is not None and doc.basis and doc.brought_by and doc.level and doc.priority
    assert 3 <= len(doc.phrases) <= 5
    assert build(doc) == (shipped_templates() / f"{name}.docx").read_bytes()
    assert declared_vs_used(doc, doc.template) == []


@pytest.mark.parametrize("household", HOUSEHOLDS)
@pytest.mark.parametrize("name", NAMES)
def test_everything_known_is_printed_and_every_box_has_its_caption(name: str, household: str) -> None:
    doc, printed = CATALOGUE.get(name), values(name, household)
    found = squeezed(text(name, printed))
    for phrase in doc.phrases:
        assert squeezed(phrase) in found
    for spec in doc.fields:
        value: Any = printed
        for key in spec.path.split("."):
            value = value[key]
        if (
            spec.kind in PLACES
            or not isinstance(value, str)
            or not value
            or spec.path == "case.category_code"
        ):
            continue
        if spec.origin == "office" or spec.mode == "optional":
            continue
        if spec.choices and spec.mode == "hand":
            assert all(f"☑{choice}" in found for choice in value.split("、")), spec.named
        else:
            assert squeezed(value) in found, spec.named
    assert "None" not in found and "{{" not in found


@pytest.mark.parametrize("name", [n for n in NAMES if CATALOGUE.get(n).public])
def test_notices_hold_nothing_private(name: str) -> None:
    for household in ("ordinary", "nine"):
        found = text(name, values(name, household))
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
        values("objection_reply", more={"recheck.summary": f"经核查，{word}，情况属实。"})
    with pytest.raises(UnlawfulDocument):
        values("re_publicity", more={"publicity.recheck": f"经核查，{word}"})


# ── what is reckoned ─────────────────────────────────────────────────────────────────────────────────────
def test_income_a_head_is_reckoned_to_the_cent() -> None:
    printed = values("income_asset_calculation")["calculation"]
    assert printed["approved"] == "10,200.00" and printed["declared"] == "10,200.00"
    assert printed["verified"] == ""  # one row was not verified: the pen adds up
    assert (printed["monthly"], printed["per_head"]) == ("1,700.00", "566.67")
    less = values(
        "income_asset_calculation",
        more={"calculation.deductions": "李大暑|就业成本|600|规定\n王秀兰|刚性支出|600.60|规定"},
    )["calculation"]
    assert (less["deducted"], less["monthly"], less["per_head"]) == ("1,200.60", "1,499.90", "499.97")
    much = values("income_asset_calculation", more={"calculation.deductions": "李大暑|就业成本|99999|规定"})[
        "calculation"
    ]
    assert (much["monthly"], much["per_head"]) == ("0.00", "0.00")


def test_income_a_head_may_not_contradict_the_file() -> None:
    doc = CATALOGUE.get("income_asset_calculation")
    facts = {**FULL, "benefit": {"income_per_head": "500.00"}}
    with pytest.raises(MissingFields, match=r"566\.67"):
        document_values(doc, a_case(facts), CONFIG, on=ON, given={"calculation.months": 6})
    blank = document_values(doc, a_case(facts), CONFIG, on=ON, given={})
    assert blank["calculation"]["per_head"] == "500.00"  # type: ignore[index]


def test_expenses_are_added_up_and_compared_with_income() -> None:
    printed = values("expense_verification")["expense"]
    assert (printed["total"], printed["own_share"], printed["ratio"]) == ("18,000.00", "7,000.00", "34.31%")
    assert values("expense_verification", "minimal")["expense"]["ratio"] == ""


@pytest.mark.parametrize(
    ("unable", "conclusion", "grade"),
    [
        (0, "具备生活自理能力", "全自理"), (1, "部分丧失生活自理能力", "半护理"), (3, "部分丧失生活自理能力", "半护理"),
        (4, "完全丧失生活自理能力", "全护理"), (6, "完全丧失生活自理能力", "全护理"),
    ],
)  # fmt: skip
def test_self_care_follows_from_six_indicators(unable: int, conclusion: str, grade: str) -> None:
    given = {f"ability.{key}": n >= unable for n, key in enumerate(ABILITIES)}
    printed = values("self_care_assessment", more=given)
    assert printed["ability"]["unable"] == str(unable)
    assert (printed["ability"]["conclusion"], printed["benefit"]["care_grade"]) == (conclusion, grade)
    assert f"☑{conclusion}" in squeezed(text("self_care_assessment", printed))


def test_self_care_is_left_to_the_pen_when_an_indicator_is_not_given() -> None:
    printed = values("self_care_assessment", "minimal")
    assert printed["ability"]["conclusion"] == printed["ability"]["unable"] == ""
    found = text("self_care_assessment", printed)
    assert "□具备生活自理能力" in found and "□全自理" in found


def test_days_posted_and_representatives_are_counted() -> None:
    assert values("publicity_evidence")["posting"]["days"] == "7"
    assert values("democratic_appraisal")["appraisal"]["representatives"] == "6人，不少于参评人数的三分之二"
    few = [{"name": f"甲{n}", "kind": "两委" if n else "村（居）民代表"} for n in range(3)]
    assert (
        "1人，少于"
        in values("democratic_appraisal", more={"meeting.attendees": few})["appraisal"]["representatives"]
    )


def test_amounts_agreed_are_told_in_words_too() -> None:
    assert "9,000.00元（人民币玖仟元整）" in squeezed(
        text("joint_conference_minutes", values("joint_conference_minutes"))
    )
    assert "1,330.00元（人民币壹仟叁佰叁拾元整）" in squeezed(
        text("leadership_meeting_minutes", values("leadership_meeting_minutes"))
    )


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
    recheck = document_values(CATALOGUE.get("reinvestigation_record"), case, CONFIG, on=ON, given={})
    assert recheck["objection"]["no"] == f"{case.number}-{record_no(2)}"  # type: ignore[index]
    assert recheck["objection"]["content"] == "反映收入不实"  # type: ignore[index]
    assert recheck["objection"]["received_on"] == "2024年8月20日"  # type: ignore[index]
    sheet = document_values(CATALOGUE.get("objection_register"), case, CONFIG, on=ON, given={})
    assert sheet["objection"]["no"] == f"{case.number}-{record_no(3)}"  # type: ignore[index]
    assert sheet["publicity"]["notice"] == "《初审公示》（2024年8月20日）"  # type: ignore[index]
    assert sheet["objection"]["content"] == ""  # type: ignore[index]


def test_the_witness_stays_out_of_the_second_investigation() -> None:
    """异议人的身份对被异议家庭保密: the applicant signs this record."""
    found = text("reinvestigation_record", values("reinvestigation_record"))
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
            plan_one(workspace, workspace.catalogue.get(name), case, GIVEN[name], on=ON)


def test_the_rules_say_how_long_a_second_notice_hangs_and_when_an_objection_is_due(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    case = with_records(
        open_household(workspace), "preliminary_publicity", "objection_register", "reinvestigation_record"
    )
    again = plan_one(workspace, workspace.catalogue.get("re_publicity"), case, GIVEN["re_publicity"], on=ON)
    assert again.values["publicity"]["days"] == "5"  # type: ignore[index]
    assert again.values["publicity"]["title"] == "最低生活保障重新公示"  # type: ignore[index]
    sheet = plan_one(
        workspace,
        workspace.catalogue.get("objection_register"),
        case,
        {"登记时间": "2024-08-20 15:10"},
        on=ON,
    )
    assert sheet.values["deadline"] == "2024年9月3日"  # ten working days


def test_what_must_be_given_is_asked_for() -> None:
    with pytest.raises(MissingFields) as caught:
        document_values(CATALOGUE.get("leadership_meeting_minutes"), a_case(), CONFIG, on=ON, given={})
    assert {
        "来源纪要(meeting.source)缺少（制发时填写）",
        "出席人员(meeting.attendees)缺少（制发时填写）",
    } <= set(caught.value.problems)
    assert LONG_NAME in text("neighbor_interview", values("neighbor_interview", "nine"))
