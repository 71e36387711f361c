"""Documents of a running benefit and of supervision (steps 9 and 10): texts for three households, refusals, sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from archivist.doctypes.catalogue import Catalogue, shipped_templates
from archivist.doctypes.doctype import REMEDY_PHRASES
from archivist.documents.render.render import document_text, render
from archivist.documents.template.build import build
from archivist.documents.values.resolve import document_values
from archivist.errors import DocumentNotApplicable, MissingFields, UnlawfulDocument
from archivist.issuing.case_documents import plan_one
from archivist.model.case import Case
from archivist.model.ids import Category
from archivist.procedure.cases import change_facts
from archivist.rules import pack as packs
from archivist.workspace import Workspace
from tests.documents.samples import BIG, CHAIN, CONFIG, FULL, MINIMAL, ON, QR, a_case, an_id
from tests.kit import make_workspace, open_household

CATALOGUE = Catalogue.load()
FORMS = (
    "change_report_form", "change_verification_record", "home_visit_record", "periodic_review_form",
    "benefit_change_form", "death_verification_form", "deregistration_form", "complaint_register",
)  # fmt: skip
ADVERSE = ("suspension_decision", "termination_decision", "recovery_notice")
OFFICE = ("annual_review_plan", "spot_check_feedback", "rectification_notice", "rectification_report")
"""Not for one household: categories are empty."""
ALL = (*FORMS, *ADVERSE, *OFFICE, "termination_publicity", "spot_check_record", "complaint_reply")
FINDINGS = (
    "经2025年2月信息核对和入户调查，你户共同生活家庭成员由3人变为2人，月人均收入由566.67元变为1345.00元，"
    "高于本区最低生活保障标准每人每月1010元。"
)
EXTRA: dict[str, dict[str, object]] = {
    "suspension_decision": {"doc_no": "示槐救字〔2025〕13号", "decision": {"basis": ["《社会救助暂行办法》第十三条第三款"]}},
    "termination_decision": {
        "doc_no": "示槐救字〔2025〕14号", "decision": {"basis": ["《特困人员认定办法》第二十四条、第二十六条"]},
        "publicity": {"start": dt.date(2025, 3, 3), "end": dt.date(2025, 3, 10)},
    },
    "recovery_notice": {"doc_no": "示槐救字〔2025〕15号", "decision": {"basis": ["《社会救助暂行办法》第六十八条"]}},
    "termination_publicity": {
        "publicity": {
            "start": dt.date(2025, 3, 3), "end": dt.date(2025, 3, 10), "days": 7, "day_kind": "自然日", "objection_days": 15,
        }
    },
    "periodic_review_form": {"review": {"due": dt.date(2025, 2, 16), "next_due": dt.date(2025, 8, 20)}},
    "death_verification_form": {"death": {"date": dt.date(2025, 1, 20), "deadline": dt.date(2025, 4, 21)}},
    "deregistration_form": {"deregistration": {"retention": "3年", "expires": dt.date(2028, 3, 31)}},
}  # fmt: skip
NEEDED: dict[str, dict[str, object]] = {
    "suspension_decision": {
        "change.original_no": "示槐救字〔2024〕35号", "change.findings": FINDINGS, "change.start": "2025-03",
        "change.resume": "重新符合条件的，经核查后自恢复决定作出的下月起恢复发放。",
    },
    "termination_publicity": {"termination.reason": "不再符合救助供养条件"},
    "termination_decision": {
        "change.original_no": "示槐救字〔2024〕35号", "termination.findings": FINDINGS, "publicity.result": "无异议",
        "termination.ground": "收入、财产状况不再符合规定条件", "termination.start": "2025-04",
    },
    "recovery_notice": {
        "recovery.fact": "骗取", "recovery.findings": FINDINGS, "recovery.period": "2024年11月至2025年2月",
        "recovery.rows": "2024年11月|1330|875.50|454.50\n2024年12月|1330|875.50|454.50", "recovery.due_on": "2025-04-30",
        "recovery.account_holder": "示范区槐树街道办事处", "recovery.account_bank": "示范银行槐树支行",
        "recovery.account_number": "120010000000001234",
    },
    "death_verification_form": {"death.name": "李大暑"},
    "deregistration_form": {"deregistration.reason": "不再符合条件"},
    "annual_review_plan": {
        "plan.year": 2025, "plan.scope": "最低生活保障家庭和特困人员", "plan.households": 60, "plan.persons": 102,
        "plan.cycles": ["最低生活保障：每半年核查一次。"], "plan.start": "2025-07-01", "plan.end": "2025-09-30", "plan.rows": "槐树里社区|31|30|25|3|2\n柳树里社区|29|29|27|1|1",
    },
    "spot_check_record": {
        "spot.month": "2025-02", "spot.population": 7, "spot.minimum": "30%", "spot.method": "按户号排序，以种子生成随机数取前30%", "spot.seed": "20250228-01",
        "spot.rows": "TJHQ-DB-2024-000007|王秀兰|槐树里社区|最低生活保障|入户|2025-02-21|张三丰、李四光|是|否|收入核定偏低\n"
        "TJHQ-DB-2024-000009|丁一|槐树里社区|最低生活保障|电话|2025-02-21|张三丰、李四光|是|是|",
    },
    "spot_check_feedback": {
        "spot.month": "2025-02", "spot.batch": "2025年1月", "spot.sample": 20, "spot.opinion": "总体情况较好。",
        "spot.rows": "TJHQ-DB-2024-000007|对象准确性|收入核定偏低|最低生活保障审核确认办法第十三条",
        "spot.demand": "重新核定收入。", "spot.deadline": "2025-03-31", "spot.reply_by": "2025-04-05",
    },
    "rectification_notice": {
        "rectification.source": "2025年2月抽查", "rectification.rows": "TJHQ-DB-2024-000019|调查表只有一人签字|最低生活保障审核确认办法第十六条",
        "rectification.demand": "两人重新调查。", "rectification.deadline": "2025-03-31", "rectification.contact": "李经纬",
        "rectification.phone": "022-20000003",
    },
    "rectification_report": {
        "rectification.summary": "逐户制定措施，明确责任人和时限。", "rectification.conclusion": "全部整改完毕。",
        "rectification.rows": "TJHQ-DB-2024-000019|只有一人签字|重新调查|已补正|2025-03-18|入户调查表|吴小雪",
    },
    "complaint_reply": {
        "complaint.person": "赵先生", "complaint.no": "信〔2025〕7号", "complaint.received_on": "2025-02-11",
        "complaint.findings": "本机关由两名工作人员重新核定了有关家庭的收入状况。", "complaint.result": "部分属实",
        "complaint.action": "已依照规定作出处理。",
    },
}  # fmt: skip
TOLD: dict[str, dict[str, object]] = {
    "change_report_form": {
        "report.reporter": "李小满", "report.relation": "家庭成员", "report.kinds": "人口、就业", "report.happened_on": "2024-10-08",
        "report.date": "2025-02-10", "report.content": "李大暑在便民服务公司上班，已搬出另住。", "report.evidence": "租房合同复印件|1|",
    },
    "change_verification_record": {
        "check.source": "主动报告", "check.method": "入户调查、信息核对", "check.result": FINDINGS, "check.proposal": "停发",
        "check.rows": "共同生活成员|3人|2人|租房合同", "survey.team": "周立冬|救助专员\n吴小雪|民政委员",
    },
    "home_visit_record": {"visit.date": "2025-02-20", "visit.visitors": "周立冬、吴小雪", "visit.needs": "就医、就学"},
    "periodic_review_form": {
        "review.kind": "半年", "review.done": "2025-02-20", "review.persons": 2, "review.amount": "875.50", "review.conclusion": "减发",
    },
    "benefit_change_form": {
        "change.kinds": "减发、成员增减", "change.before": "1330", "change.after": "875.50", "change.start": "2025-03",
        "change.members": [{"kind": "减", "name": "李大暑", "id_number": an_id("19991120", 51)}], "change.reasons": FINDINGS,
    },
    "suspension_decision": {"change.before": "1330"},
    "termination_publicity": {"termination.start": "2025-04"},
    "deregistration_form": {"deregistration.doc_no": "示槐救字〔2025〕14号", "made_on": "2025-03-31"},
    "complaint_register": {"complaint.person": "匿名", "complaint.kind": "举报", "complaint.matter": "反映该户儿子有稳定工作。"},
}  # fmt: skip


def values_of(name: str, facts: dict[str, Any], more: Mapping[str, object]) -> dict[str, object]:
    doc = CATALOGUE.get(name)
    case = a_case(facts, "TK" if doc.categories == (Category.TK,) or facts is BIG else "DB")
    told = {**NEEDED.get(name, {}), **({} if facts is MINIMAL else TOLD.get(name, {})), **more}
    given = {k: v for k, v in told.items() if (spec := doc.field(k)) is None or spec.applies(case.category)}
    return document_values(doc, case, CONFIG, on=ON, given=given, extra=CHAIN | EXTRA.get(name, {}))


def text_of(name: str, more: Mapping[str, object] = {}, facts: dict[str, Any] = FULL) -> str:
    doc = CATALOGUE.get(name)
    assert doc.template is not None
    data = render(doc.template, values_of(name, facts, more), qr_payload=QR, phrases=doc.phrases)
    return "".join(document_text(data))


def squeezed(text: str) -> str:
    return "".join(text.split())


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ALL)
def test_the_shipped_file_is_up_to_date(name: str) -> None:
    assert build(CATALOGUE.get(name)) == (shipped_templates() / f"{name}.docx").read_bytes()


@pytest.mark.parametrize("facts", [FULL, BIG, MINIMAL], ids=["full", "nine-members-long-names", "minimal"])
@pytest.mark.parametrize("name", ALL)
def test_it_prints_what_it_must_and_what_it_was_told(name: str, facts: dict[str, Any]) -> None:
    doc, text = CATALOGUE.get(name), squeezed(text_of(name, facts=facts))
    assert "{{" not in text and "{%" not in text
    assert all(squeezed(phrase) in text for phrase in doc.phrases) and len(doc.phrases) >= 3
    if doc.categories and doc.field("applicant.name"):
        assert squeezed(facts["applicant"]["name"]) in text
    for value in NEEDED.get(name, {}).values():
        if isinstance(value, str) and value.endswith("。"):
            assert squeezed(value) in text


@pytest.mark.parametrize("name", ALL)
def test_what_the_clerk_must_tell_is_asked_for_all_at_once(name: str) -> None:
    doc = CATALOGUE.get(name)
    needed = [f for f in doc.fields if f.mode == "system" and f.origin == "set" and f.applies(Category.TK)]
    if not needed:
        return
    with pytest.raises(MissingFields) as caught:
        document_values(doc, a_case(MINIMAL, "TK"), CONFIG, on=ON, given={})
    assert all(any(f.named in problem for problem in caught.value.problems) for f in needed)


# ── adverse decisions ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ADVERSE)
def test_adverse_decisions_tell_the_remedies(name: str) -> None:
    assert CATALOGUE.get(name).remedies_required and CATALOGUE.get(name).doc_no == "required"
    assert all(phrase in squeezed(text_of(name)) for phrase in REMEDY_PHRASES)


def test_a_recovery_counts_and_writes_its_amount_and_never_fines() -> None:
    text = squeezed(text_of("recovery_notice"))
    assert "应退金额为909.00元（人民币玖佰零玖元整）" in text
    assert "责令你（户）退回" in text and "罚款" not in text and "收到本通知书之日起60日内" in text
    assert "要求你（户）退回" in squeezed(text_of("recovery_notice", {"recovery.fact": "审核失误"}))


def test_a_termination_after_a_death_is_addressed_to_who_is_left() -> None:
    text = squeezed(
        text_of(
            "termination_decision",
            {"termination.addressee": "王秀兰的近亲属", "termination.ground": "自愿申请退出"},
        )
    )
    assert "王秀兰的近亲属：" in text and "终止王秀兰（户）的" in text and "公示期满" not in text
    assert "公示期满无异议" in squeezed(text_of("termination_decision", facts=BIG))
    assert "村（居）民委员会" in text_of("termination_decision", facts=BIG)


# ── public ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_termination_is_posted_without_its_circumstances() -> None:
    text = text_of("termination_publicity")
    assert "2025年3月10日" in text and "15个工作日" in text
    assert not any(secret in text for secret in ("120106", "1390000", "12号楼", "李小满", "重病", "肢体"))
    with pytest.raises(MissingFields, match="拟终止原因类别"):
        text_of("termination_publicity", {"termination.reason": "在监狱服刑"})


def test_a_reply_to_a_complaint_tells_nothing_of_the_household() -> None:
    text = text_of("complaint_reply")
    assert "王秀兰" not in text and "TJHQ" not in text.replace(QR, "")
    with pytest.raises(UnlawfulDocument, match="核查情况"):
        text_of("complaint_reply", {"complaint.findings": "李大暑身份证号为" + an_id("19991120", 51)})


# ── forms and lists ──────────────────────────────────────────────────────────────────────────────────────
def test_a_change_told_late_is_marked() -> None:
    assert "☑是" in text_of("change_report_form")
    assert "☑否" in text_of("change_report_form", {"report.date": "2025-01-08"})


def test_sums_of_lists_are_those_of_their_rows() -> None:
    assert squeezed(text_of("annual_review_plan")).count("合计60595243") == 1
    assert "28.5%" in text_of("spot_check_record"), "two of seven, rounded down"


def test_amounts_of_a_change_are_written_in_words() -> None:
    text = squeezed(text_of("benefit_change_form"))
    assert "人民币壹仟叁佰叁拾元整" in text and "人民币捌佰柒拾伍元伍角" in text
    assert "自理能力" not in text.split("二、变更内容")[1].split("变更前")[1], "only of 特困人员"


def test_deregistration_is_of_the_day_of_the_form_unless_told() -> None:
    assert "注销日期2025年3月31日" in squeezed(text_of("deregistration_form"))
    assert "注销日期2025年4月1日" in squeezed(
        text_of("deregistration_form", {"deregistration.date": "2025-04-01"})
    )


# ── by the rules ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def planned(
    workspace: Workspace, name: str, case: Case, more: Mapping[str, object] = {}, on: dt.date = ON
) -> str:
    given: dict[str, object] = {**NEEDED.get(name, {}), **more}
    doc = workspace.catalogue.get(name)
    given = {k: v for k, v in given.items() if (spec := doc.field(k)) is None or spec.applies(case.category)}
    return str(plan_one(workspace, doc, case, given, on=on).values)


def test_the_basis_of_each_decision_comes_from_the_pack(workspace: Workspace) -> None:
    case = open_household(workspace)
    assert "第十三条第三款" in planned(workspace, "suspension_decision", case)
    assert "红桥区社会救助审核确认权限下放改革工作实施方案" in planned(
        workspace, "termination_decision", case
    )
    fraud = planned(workspace, "recovery_notice", case)
    mistake = planned(workspace, "recovery_notice", case, {"recovery.fact": "审核失误"})
    assert "第六十八条" in fraud and "第九百八十五条" not in fraud
    assert "第九百八十五条" in mistake and "第六十八条" not in mistake


@pytest.mark.parametrize("kind", ["benefit_change", "suspension", "termination"])
@pytest.mark.parametrize("pack", packs.available())
def test_no_delegated_category_lacks_the_basis_of_a_decision(pack: str, kind: str) -> None:
    """A decision without its legal basis would be refused."""
    rules = packs.load(pack)
    day = dt.date(2024, 3, 4)
    for category in (Category.DB, Category.TK, Category.DX):
        if pack != "national" and category in rules.delegated:
            assert rules.under(f"basis.{kind}.", category, day), (pack, category, kind)


def test_the_next_review_is_counted_from_this_one(workspace: Workspace) -> None:
    case = open_household(workspace)
    case, _ = change_facts(workspace, case.number, [("benefit.review_cycle", "每半年")])
    text = planned(workspace, "periodic_review_form", case, {"review.done": "2025-02-20"})
    assert "2025年8月20日" in text


def test_a_death_is_settled_within_three_months(workspace: Workspace) -> None:
    """「应当自其死亡之日起3个月内」: 20 January 2025 + 3 months is a Sunday, so Monday."""
    text = planned(
        workspace, "death_verification_form", open_household(workspace), {"death.date": "2025-01-20"}
    )
    assert "2025年4月21日" in text


def test_a_deregistered_case_is_kept_three_years(workspace: Workspace) -> None:
    text = planned(
        workspace, "deregistration_form", open_household(workspace), {"deregistration.date": "2025-03-31"}
    )
    assert "'retention': '3年'" in text and "2028年3月31日" in text


def test_support_of_destitute_persons_ends_only_after_the_notice(workspace: Workspace) -> None:
    """「公示期为7天」: posted on 3 March 2025, over after the 10th."""
    case = a_case(FULL, "TK")
    assert "2025年3月10日" in planned(workspace, "termination_publicity", case, on=dt.date(2025, 3, 3))
    with pytest.raises(MissingFields, match="终止社会救助决定书"):
        planned(workspace, "termination_decision", case)
    posted = {"publicity.start": "2025-03-03"}
    with pytest.raises(UnlawfulDocument, match="期满"):
        planned(workspace, "termination_decision", case, posted, dt.date(2025, 3, 10))
    assert "2025年3月10日" in planned(workspace, "termination_decision", case, posted, dt.date(2025, 3, 11))


@pytest.mark.parametrize("name", [*OFFICE, "spot_check_record"])
def test_lists_over_many_households_are_in_no_case(workspace: Workspace, name: str) -> None:
    with pytest.raises(DocumentNotApplicable, match="不按户制发"):
        planned(workspace, name, open_household(workspace))


@pytest.mark.parametrize(
    ("name", "category"),
    [("termination_publicity", "DB"), ("suspension_decision", "JN"), ("periodic_review_form", "ZC")],
)
def test_other_categories_are_refused(workspace: Workspace, name: str, category: str) -> None:
    with pytest.raises(DocumentNotApplicable, match="只用于"):
        planned(workspace, name, a_case(FULL, category))
