"""Papers that 社会救助法 of 2026 wants, and what follows from them: what they must say, when they are refused, what they count for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from archivist.config import SignatureStyle
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import examinations
from archivist.documents.values.resolve import document_values
from archivist.errors import MissingFields, UnlawfulDocument
from archivist.model.case import Case
from archivist.model.ids import Category, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.rules import pack as packs
from archivist.rules.attempt import Attempt
from archivist.rules.completeness import required_papers
from archivist.rules.guards import GUARDS
from archivist.rules.prerequisites import papers
from tests.documents import samples
from tests.documents.pages import squeezed
from tests.documents.pages import text_of as text_of_data
from tests.documents.samples import CATALOGUE, CONFIG, FULL, ON, SOURCES, a_case
from tests.documents.types import every, inquiry_samples, upkeep_samples
from tests.documents.types.statute_samples import NEEDED, sample
from tests.rules.walking import IN_BENEFIT, step, walk

NATIONAL: Final = packs.load("national")
NEW: Final = ("submit 2026-07-06", "accept 2026-07-07")
AUTHORISED: Final[Mapping[str, Any]] = {
    "obligors": [
        {"name": "李芳菲", "relation": "女儿", "authorized": True},
        {"name": "李立秋", "relation": "儿子"},
    ]
}


def text_of(name: str, more: Mapping[str, object] = {}) -> str:
    return squeezed(sample(name, more=more).text)


def paper(
    no: int, kind: str, given: Mapping[str, object] = {}, status: RecordStatus = RecordStatus.SIGNED
) -> Record:
    doc = CATALOGUE.get(kind)
    return Record(
        RecordNo(f"{no:04d}"), kind, doc.title, doc.folder, status, "2026-07-08T10:00:00+08:00", data={"given": dict(given)}
    )  # fmt: skip


def holding(case: Case, *records: Record) -> Case:
    return replace(case, records={**case.records, **{r.no: r for r in records}})


def of_new_law(category: str = "DB") -> Case:
    """Return a household accepted in the first days of the law."""
    return a_case({**FULL, "application": {**FULL["application"], "accepted_on": "2026-07-07"}}, category)


def printed(
    name: str,
    case: Case,
    given: Mapping[str, object],
    pack: str = "national",
    on: dt.date = ON,
    **office: Any,
) -> dict[str, Any]:
    """Return what a paper of a pack prints: what its rules say, and nothing told in their place."""
    config = replace(CONFIG, office=replace(CONFIG.office, **office))
    return document_values(
        CATALOGUE.get(name), case, config, on=on, given=given, extra={"doc_no": "示槐救字〔2026〕1号"},
        sources=replace(SOURCES, pack=packs.load(pack)),
    )  # fmt: skip


# ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_notice_of_hearing_says_what_is_proposed_why_and_up_to_when_one_may_speak() -> None:
    """「作出调减、终止社会救助决定前应当听取社会救助对象的意见」."""
    text = text_of("hearing_notice")
    assert (
        "本机关拟自2025年3月起" in text
        and "你户的最低生活保障" in text
        and "变为572.25元" in text
        and "875.50元" in text
    )
    assert "你户可以在2025年2月24日前（含当日）书面提出意见" in text and "委托他人代为提出" in text
    assert "本告知书不是最终决定" in text
    assert "不服" not in text, "what is not decided yet cannot be appealed against"


def test_a_notice_of_hearing_names_the_law_once_it_is_in_force() -> None:
    """社会救助法 「自2026年7月1日起施行」: a notice of 2025 does not stand on it."""
    told = NEEDED["hearing_notice"]
    then = printed(
        "hearing_notice", of_new_law("DB"), told | {"hearing.until": "2026-08-20"}, on=dt.date(2026, 8, 10)
    )
    assert then["law"]["hearing"] == "《中华人民共和国社会救助法》第四十八条"
    assert "社会救助法" not in text_of("hearing_notice")


@pytest.mark.parametrize(
    ("proposed", "category", "article"),
    [
        ("减发", "DB", "第四十七条、第四十八条"), ("停发", "DB", "第四十七条、第四十八条"), ("终止", "TK", "《特困人员认定办法》第二十四条"),
        ("终止", "CJ", "国发〔2015〕52号"),
    ],
)  # fmt: skip
def test_it_tells_the_basis_of_the_decision_it_proposes(proposed: str, category: str, article: str) -> None:
    """「听取社会救助对象的意见」: of what the decision would stand on, not of the hearing alone."""
    case = of_new_law(category)
    told = NEEDED["hearing_notice"] | {"hearing.proposed": proposed, "hearing.until": "2026-08-20"}
    basis = printed("hearing_notice", case, told, on=dt.date(2026, 8, 10))["decision"]["basis"]
    assert article in "".join(basis)


@pytest.mark.parametrize(
    ("name", "path"), [("hearing_notice", "hearing.until"), ("recovery_prior", "recovery.until")]
)
def test_who_is_told_on_the_last_day_has_no_time_to_answer(name: str, path: str) -> None:
    """「可以自收到…之日起…内陈述、申辩」 wants days that are still to come."""
    on = samples.DAYS[name]
    assert sample(name, more={path: str(on + dt.timedelta(1))}).text
    for day in (str(on), str(on - dt.timedelta(15))):
        with pytest.raises((MissingFields, UnlawfulDocument), match="没有时间提出意见"):
            sample(name, more={path: day})


# ── recovery ─────────────────────────────────────────────────────────────────────────────────────────────
RECOVERY: Final[Mapping[str, object]] = {
    **NEEDED["recovery_prior"], "recovery.until": "2026-08-20", "recovery.due_on": "2026-09-30",
    "recovery.account_holder": "示范区民政局", "recovery.account_bank": "示范银行", "recovery.account_number": "120010000000001234",
}  # fmt: skip


@pytest.mark.parametrize("name", ["recovery_notice", "recovery_prior"])
@pytest.mark.parametrize("style", SignatureStyle)
@pytest.mark.parametrize("fact", ["骗取", "拒不履行决定"])
def test_the_bureau_orders_what_was_got_unlawfully_to_be_paid_back(
    name: str, style: SignatureStyle, fact: str
) -> None:
    """recovery.ordered_by: 「社会救助管理部门可以责令退回非法获取的财物和利益」: no power of the township's, whoever signs else."""
    doc = CATALOGUE.get(name)
    given = {k: v for k, v in RECOVERY.items() if doc.field(k)} | {"recovery.fact": fact}
    case = of_new_law()
    found = printed(name, case, given, on=dt.date(2026, 8, 10), signature_style=style)
    assert found["signature"]["signer"] == CONFIG.office.bureau and not found["signature"].get("clause")
    if name == "recovery_notice":
        assert f"被申请人为{CONFIG.office.bureau}" in found["remedies"]["reconsideration"]
        assert f"被告为{CONFIG.office.bureau}" in found["remedies"]["litigation"]
    article = "第七十三条" if fact == "骗取" else "第七十四条"
    assert article in "".join(found["decision"]["basis"])


@pytest.mark.parametrize(
    ("pack", "fact"),
    [("national", "审核失误"), ("tianjin-hongqiao", "骗取"), ("shanxi-jincheng-chengqu", "骗取")],
)
def test_the_office_asks_for_what_was_paid_by_mistake_and_orders_where_its_place_says_so(
    pack: str, fact: str
) -> None:
    """「街道负责追缴骗取社会救助资金、物资或者服务的有关工作」; 「追缴因审核失误发放的救助资金及违规领取的救助资金」."""
    given = {k: v for k, v in RECOVERY.items() if CATALOGUE.get("recovery_prior").field(k)}
    found = printed(
        "recovery_prior", a_case(), given | {"recovery.fact": fact, "recovery.until": "2024-09-01"}, pack
    )
    assert found["signature"]["signer"] == CONFIG.office.name
    assert found["signature"]["clause"] == f"受{CONFIG.office.bureau}委托，"


def test_a_notice_before_recovery_orders_nothing_and_hears() -> None:
    """「对事实、理由、依据和金额有异议的」: heard first; by mistake, nobody is called at fault."""
    text = text_of("recovery_prior")
    assert "拟责令你户退回多领取的社会救助资金1,818.00元" in text and "收到本告知书时不必退款" in text
    mistaken = text_of("recovery_prior", {"recovery.fact": "审核失误"})
    assert "拟请你户退回" in mistaken and "非你户过错" in mistaken and "责令" not in mistaken


# ── consent, and taking it back ──────────────────────────────────────────────────────────────────────────
def test_the_consent_of_one_obligor_is_a_sheet_of_its_own() -> None:
    """「必要时，经共同生活的家庭成员以外的法定赡养、抚养、扶养义务人同意，可以对其收入、财产等状况进行核对」."""
    text = text_of("obligor_consent")
    assert "李芳菲" in text and "女儿" in text and "□不同意核对" in text
    assert "不影响对申请人家庭的核对" in text and "可以书面撤回" in text
    assert "李小满" not in text, "no member of the family stands on it"
    with pytest.raises((MissingFields, UnlawfulDocument), match="不是登记的法定义务人"):
        sample("obligor_consent", more={"consent.name": "王秀兰"})


def request_of(case: Case) -> DocumentContext:
    """Return the letter that asks for a check of means, examined."""
    context = DocumentContext.read(
        CATALOGUE.get("verification_request"), case, CONFIG, on=dt.date(2026, 7, 8), given={}, sources=SOURCES
    )
    for examine in examinations(context.document.id):
        examine(context)
    return context


def test_an_obligor_without_a_signed_sheet_is_doubted_before_the_letter_is_signed() -> None:
    """「statements about signatures are made only when they are true」."""
    case = holding(walk(NATIONAL, "DB", *NEW, facts=AUTHORISED), paper(1, "verification_authorization"))
    (doubt,) = request_of(case).doubts
    assert "李芳菲" in doubt and "同意书" in doubt
    named, other = ({"consent.name": n} for n in ("李芳菲", "李立秋"))
    assert request_of(holding(case, paper(2, "obligor_consent", other))).doubts
    assert request_of(holding(case, paper(2, "obligor_consent", named, RecordStatus.PENDING))).doubts
    assert not request_of(holding(case, paper(2, "obligor_consent", named))).doubts


def test_who_took_it_back_is_not_looked_into_until_it_is_given_again() -> None:
    """「基于个人同意处理个人信息的，个人有权撤回其同意」; 「不影响撤回前基于个人同意已进行的个人信息处理活动的效力」."""
    case = holding(walk(NATIONAL, "DB", *NEW, facts=AUTHORISED), paper(1, "verification_authorization"))
    applicant = case.applicant_name
    assert required_papers.withdrawn(case) == {}
    gone = holding(case, paper(2, "authorization_withdrawal", {"withdrawal.name": applicant}))
    assert list(required_papers.withdrawn(gone)) == [applicant]
    asked = Attempt(gone, NATIONAL, step(NATIONAL, gone, "verify"), dt.date(2026, 7, 9))
    assert any(applicant in why and "撤回核对授权" in why for why in GUARDS["authorised"].reasons(asked))
    again = holding(gone, paper(3, "verification_authorization"))
    assert required_papers.withdrawn(again) == {}
    unsigned = holding(
        case, paper(2, "authorization_withdrawal", {"withdrawal.name": applicant}, RecordStatus.PENDING)
    )
    assert required_papers.withdrawn(unsigned) == {}


def test_an_obligor_who_took_it_back_leaves_the_letter_and_does_not_stop_the_household() -> None:
    """「法定义务人不同意的，不影响对本家庭的核对」; another's consent gives nobody's back."""
    case = holding(walk(NATIONAL, "DB", *NEW, facts=AUTHORISED), paper(1, "verification_authorization"))
    gone = holding(
        case,
        paper(2, "authorization_withdrawal", {"withdrawal.name": "李芳菲"}),
        paper(3, "obligor_consent", {"consent.name": "李立秋"}),
    )
    asked = Attempt(gone, NATIONAL, step(NATIONAL, gone, "verify"), dt.date(2026, 7, 9))
    assert not any("李芳菲" in why for why in GUARDS["authorised"].reasons(asked))
    assert not request_of(gone).doubts
    back = holding(gone, paper(4, "obligor_consent", {"consent.name": "李芳菲"}))
    assert required_papers.withdrawn(back) == {}


def test_what_follows_from_taking_it_back_is_told() -> None:
    text = text_of("authorization_withdrawal")
    assert "撤回以前已经进行的核对仍然有效" in text and "可以重新授权" in text
    assert "不影响对申请人家庭的核对" in text


# ── urgent help, families known elsewhere, one of a family, other offices ────────────────────────────────
@pytest.mark.parametrize(("accepted", "must"), [("2026-06-30", False), ("2026-07-01", True)])
def test_urgent_help_is_explained_afterwards(accepted: str, must: bool) -> None:
    """「紧急情况解除后，应当按照规定补充说明情况」: of help given from the day of the law on."""
    urgent = {"application": {"urgent": True, "accepted_on": accepted}}
    case = walk(NATIONAL, "JN", f"advance {accepted} 10:00 amount=500", facts=urgent)
    (need,) = (n for n in step(NATIONAL, case, "paperwork").needs if "advance_supplement" in n.documents)
    assert need.required is must
    attempt = Attempt(
        case, NATIONAL, step(NATIONAL, case, "paperwork"), dt.date(2026, 7, 3), catalogue=CATALOGUE
    )
    lacking, advised = papers(attempt, CATALOGUE)
    assert any("先行救助补充说明表" in line for line in (lacking if must else advised))


def test_the_supplement_repeats_what_was_given_and_asks_for_what_came_of_it() -> None:
    text = text_of("advance_supplement")
    assert "2,000.00" in text and "2024年8月5日前补齐" in text and "□追加救助" in text


def test_a_finding_of_another_office_is_taken_over_by_name_and_not_where_it_has_ended() -> None:
    """「确认结果信息共享互认，其他社会救助管理部门可以不再重复审核其家庭经济状况」."""
    text = text_of("recognition_reliance")
    assert "示范区民政局" in text and "示民救字〔2026〕18号" in text and "☑家庭收入" in text
    assert "原确认已经终止、超过有效期或者家庭情况已有变化的，不采用" in text
    assert Category.CJ not in CATALOGUE.get("recognition_reliance").categories, (
        "no means test, nothing to spare"
    )


def test_one_of_a_family_is_covered_on_a_sheet_that_names_the_familys_own_finding() -> None:
    """「对最低生活保障边缘家庭中的重度残疾人、重病患者以及确有特殊困难人员，可以纳入最低生活保障范围」."""
    doc = CATALOGUE.get("single_cover_form")
    assert doc.enabled == "application.single" and doc.categories == (Category.DB,)
    text = text_of("single_cover_form")
    assert "示民救字〔2026〕18号" in text and "☑重病" in text and "边缘家庭的确认继续有效" in text


def test_an_application_goes_on_to_the_department_it_belongs_to() -> None:
    """「及时受理、转办申请事项」: what is handed over, to whom, and what came of it."""
    text = text_of("referral_sheet")
    assert (
        "示范区医疗保障局" in text and "转办事项医疗" in text and "出院小结" in text and "☑同意转送" in text
    )


# ── petitions and reports ────────────────────────────────────────────────────────────────────────────────
def test_a_petition_may_be_looked_at_again_and_a_report_may_not() -> None:
    """petition.review: 「信访人对信访处理意见不服的，可以自收到书面答复之日起30日内请求原办理机关、单位的上一级机关、单位复查」."""
    case = a_case()
    found = printed("petition_reply", case, NEEDED["petition_reply"])
    assert found["law"]["petition"] == "30日内"
    assert f"30日内向{CONFIG.office.review_authority}申请复查" in text_of("petition_reply")
    report = CATALOGUE.get("complaint_reply")
    assert "复查" not in report.layout and "信访" not in report.title


@pytest.mark.parametrize("name", ["petition_reply", "complaint_reply"])
@pytest.mark.parametrize("style", SignatureStyle)
def test_who_receives_petitions_and_reports_answers_them(name: str, style: SignatureStyle) -> None:
    """complaint.answered_by: 红桥's bureau 「负责受理行政诉讼、行政复议和信访举报等工作」; else 「受理举报、投诉的机关应当及时核实、处理」."""
    given = NEEDED["petition_reply"] if name == "petition_reply" else upkeep_samples.NEEDED[name]
    office = CONFIG.office
    for pack, signer in (("tianjin-hongqiao", office.bureau), ("shanxi-jincheng-chengqu", "")):
        own = office.bureau if style is SignatureStyle.BUREAU else office.name
        found = printed(name, a_case(), given, pack, signature_style=style)
        assert found["signature"]["signer"] == (signer or own), pack


@pytest.mark.parametrize(
    ("pack", "name", "said"),
    [
        ("tianjin-hongqiao", "complaint_reply", "可以向本机关或者示范区人民政府槐树街道办事处（监督电话：022-20000002）反映"),
        ("national", "complaint_reply", "可以向本机关（监督电话：022-20000002）或者示范区民政局反映"),
        ("tianjin-hongqiao", "petition_reply", "承办单位：示范区人民政府槐树街道办事处；联系电话：022-20000001"),
        ("national", "petition_reply", "个人的信息不予告知。联系电话：022-20000001"),
    ],
)  # fmt: skip
def test_an_answer_names_where_its_reader_may_turn(pack: str, name: str, said: str) -> None:
    """No body tells a reader to turn to it by the telephone of another, or to itself twice."""
    token = samples.SETTING.set(samples.Setting(CONFIG, pack))
    try:
        assert said in squeezed(text_of_data(every.made_for(name, "ordinary").data))
    finally:
        samples.SETTING.reset(token)


# ── what a reader found wrong ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("fact", ["骗取", "拒不履行决定", "审核失误"])
def test_an_order_says_what_follows_and_goes_to_who_did_not_make_it(fact: str) -> None:
    """行政强制法第五十三条「当事人在法定期限内不申请行政复议或者提起行政诉讼，又不履行行政决定的」: of an order, not of a request."""
    given = {k: v for k, v in RECOVERY.items() if CATALOGUE.get("recovery_notice").field(k)}
    made = upkeep_samples.sample(
        "recovery_notice", more=given | {"recovery.fact": fact, "recovery.due_on": "2026-09-30"}
    )
    text = squeezed(made.text)
    ordered = fact != "审核失误"
    assert ("申请人民法院强制执行" in text) is ordered and "2026年9月30日前（含当日）" in text
    copy_to = CONFIG.office.name if ordered else CONFIG.office.bureau
    assert f"抄送：{copy_to}" in text


def test_a_change_of_tekun_support_tells_the_care_fee_before_and_after() -> None:
    """《特困人员认定办法》第二十三条: 「并根据评估结果及时调整特困人员生活自理能力认定类别」, and with it the fee."""
    fees = {"change.before_care_fee": "240", "change.care_fee": "480", "change.before_care": "全自理"}
    told = samples.GIVEN["benefit_change_decision"] | fees
    case = a_case(samples.HOUSEHOLDS["large"], "TK")
    text = squeezed(
        samples.filled("benefit_change_decision", case, told, samples.EXTRA["benefit_change_decision"]).text
    )
    assert "照料护理费（元/月）240.00480.00" in text
    assert "照料护理费" not in squeezed(samples.sample("benefit_change_decision").text)


def test_a_standing_list_names_the_article_it_is_published_by() -> None:
    """「应当按照规定在申请家庭或者个人所在的村、社区等范围内公布社会救助确认决定」; no article names 残疾人两项补贴, so none is printed."""
    case = walk(NATIONAL, "DB", *IN_BENEFIT)
    basis = printed("longterm_publicity", case, {})["decision"]["basis"]
    assert "第二十四条" in "".join(basis)
    assert not printed("longterm_publicity", a_case(category="CJ"), {})["decision"]["basis"]


@pytest.mark.parametrize("name", ["leadership_meeting_minutes", "joint_conference_minutes"])
def test_no_more_votes_are_counted_than_people_came_and_who_was_excused_was_expected(name: str) -> None:
    """表决票数不得大于实到人数: 实到3人而同意5票不能成纪要."""
    text = squeezed(inquiry_samples.sample(name).text)
    assert "应到4人，实到3人" in text and "同意3票" in text
    for votes in ({"meeting.agree": 5}, {"meeting.agree": 2, "meeting.against": 1, "meeting.abstain": 1}):
        with pytest.raises((MissingFields, UnlawfulDocument), match="多于实到的 3 人"):
            inquiry_samples.sample(name, more=votes)


@pytest.mark.parametrize("name", ["case_notes", "performance_rates"])
def test_no_paper_that_is_kept_or_sent_says_what_to_type(name: str) -> None:
    """备考表待办项去内部用语: a command is for who sits at the machine."""
    text = squeezed(text_of_data(every.paper(name, "ordinary").data))
    assert "archivist" not in text and "--set" not in text and "--serves" not in text
    if name == "case_notes":
        assert "没有签收的送达回证" in text, "what is wrong is still said"


def test_closing_a_file_says_from_when_it_is_kept_and_that_the_end_was_served() -> None:
    """「社会救助对象注销后档案保存不少于三年」: at least three years, from the day of closing."""
    text = squeezed(upkeep_samples.sample("deregistration_form").text)
    assert "保管期限不少于3年" in text and "终止决定送达日期" in text and "期满的次日起可以列入鉴定" in text


def test_a_list_of_evidence_dates_its_papers_as_papers_are_dated() -> None:
    text = squeezed(upkeep_samples.sample("remedy_materials_list").text)
    assert "2025-03-03" not in text and "2025" in text
