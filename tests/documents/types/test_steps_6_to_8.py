"""Documents of deciding, delivering and paying (steps 6–8): their text for three households, and when they are refused."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.doctype import REMEDY_PHRASES
from archivist.documents.render.render import document_text, render
from archivist.documents.values.resolve import document_values
from archivist.errors import DocumentNotApplicable, MissingFields, UnlawfulDocument
from archivist.issuing.case_documents import plan_one
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import Category
from tests.documents.samples import BIG, CHAIN, CONFIG, FULL, LONG_NAME, MINIMAL, ON, QR, a_case, an_id
from tests.kit import TODAY, make_workspace, open_household

CATEGORY = {
    "extension_notice": "DB", "proactive_report_obligation_notice": "DB", "care_arrangement_form": "TK",
    "care_agreement": "TK", "benefit_calculation_sheet": "DB", "temp_emergency_advance_register": "JN",
    "temp_emergency_approval": "JN", "temp_expenditure_approval": "ZC", "over_standard_submission": "JN",
    "disability_subsidy_form": "CJ", "disability_refusal_notice": "CJ", "confirmation_announcement": "DB",
    "longterm_publicity": "DB", "cash_in_kind_receipt": "JN", "account_authorization": "TK",
}  # fmt: skip

CARE: dict[str, object] = {
    "care.provider": "柳春生", "care.provider_id": an_id("19720404", 31), "care.provider_phone": "13900000003",
    "care.guardian": "无", "care.start": "2024-09-01",
}  # fmt: skip
PRIOR = "2024-03-11|支出型|因病支出|2000|槐树街道"
GIVEN: dict[str, dict[str, object]] = {
    "extension_notice": {
        "extension.reason": "调查难度较大",
        "extension.detail": "你户两名成员长期在外地务工，收入情况须向务工地核实，回函尚未收到。",
    },
    "proactive_report_obligation_notice": {"duty.within": "在30日内"},
    "care_arrangement_form": {
        **CARE, "care.provider_relation": "侄子", "review.self_care": "半护理", "care.standard": "480", "care.mode": "亲属照料", "care.guardian_relation": "",
        "care.responsibility": "每周理发、洗澡各一次；冬季每日检查取暖设施。", "care.signed_on": "2024-08-16",
    },
    "care_agreement": {
        **CARE, "care.tasks": "日常看护、饮食起居、清洁卫生、就医陪护", "care.frequency": "每日两次，每次不少于一小时",
        "care.fee": "480", "care.end": "2025-08-31", "care.signed_on": "2024-08-16", "care.provider_code": "",
    },
    "benefit_calculation_sheet": {
        "calc.standard_no": "示民发〔2024〕6号", "calc.monthly_income": "1700",
        "calc.extras": "王秀兰|重病|1010|101",
        "calc.process": "家庭月收入1700元÷3人＝566.67元。\n（1010元－566.67元）×3人＝1330元。",
    },
    "temp_emergency_advance_register": {
        "advance.persons": "3", "advance.identity": "已核实", "advance.applied_at": "2024-07-28 06:30",
        "advance.reason": "住房过火，无处居住、无衣被、无炊具，须当日安置。", "advance.method": "现金、实物",
        "advance.amount": "2000", "advance.goods": "棉被2床、夏衣3套、米20千克", "advance.delivered_at": "2024-07-28 15:10",
        "advance.in_time": "是", "advance.received_on": "2024-07-28",
    },
    "temp_emergency_approval": {
        "emergency.jurisdiction": "居住地", "emergency.kind": "火灾", "emergency.findings": "现场查看和消防部门认定与申请一致。",
        "emergency.advanced": "是", "emergency.advanced_amount": "2000", "prior.rows": PRIOR, "limit.cap": "12120",
        "limit.over": "否", "limit.payment": "社会化发放",
    },
    "temp_expenditure_approval": {
        "spend.kind": "其他对象", "publicity.start": "2024-08-09", "publicity.end": "2024-08-13", "review.objection": "无异议",
        "review.monthly_income": "1700", "review.report_no": "核〔2024〕118", "review.assets": "存款5200.35元；住房一套46.5平方米。",
        "prior.rows": PRIOR, "spend.grade": "二档", "spend.standard": "4040", "spend.crossed": "否", "limit.cap": "12120",
    },
    "over_standard_submission": {
        "over.kind": "超过救助标准上限", "over.summary": "该户7月28日遭遇火灾，住房烧毁，一人烧伤住院，自负医疗费2.6万元。",
        "over.cap": "12120", "over.proposed": "16000", "over.reasons": "住房须重建，住院费用仍在发生，按标准上限救助不能解决基本生活。",
        "over.attachments": "火灾事故认定书\n住院收费票据8张\n调查核实记录",
    },
    "disability_subsidy_form": {
        "disability.issued_on": "2020-05-11", "disability.valid_to": "2030-05-10", "disability.dibao": "是",
        "disability.dibao_kind": "城市", "disability.tekun": "否", "disability.injury": "否", "disability.orphan": "否",
        "disability.other_benefit": "否", "disability.village_opinion": "情况属实，同意上报。",
    },
    "disability_refusal_notice": {
        "decision.findings": "经核对残疾人证和残联数据，你的残疾等级为肢体四级。",
        "refusal.kind": "残疾等级或者类别不符合规定",
        "decision.reasons": "重度残疾人护理补贴的对象为残疾等级被评定为一级、二级的残疾人，你的残疾等级不在此范围。",
    },
    "cash_in_kind_receipt": {
        "cash.amount": "2000", "cash.items": "棉被|1.5米×2米|2床|240\n大米|10千克/袋|2袋|120", "cash.received_at": "2024-07-28 15:10",
        "cash.receiver": "王秀兰", "cash.receiver_relation": "本人",
    },
    "account_authorization": {
        "payee.name": "柳春生", "payee.relation": "侄子", "payee.id_number": an_id("19720404", 31), "payee.phone": "13900000003",
        "payee.reason": "行动不便、委托照料", "payee.explanation": "本人行动不便，由照料服务人代领。", "payee.funds": "基本生活救助金、照料护理费",
        "payee.start": "2024-09-01", "payee.end": "2025-08-31",
    },
}  # fmt: skip
EXTRA: dict[str, dict[str, object]] = {
    "extension_notice": {
        "doc_no": "示槐救字〔2024〕41号",
        "extension": {"original": dt.date(2024, 9, 12), "deadline": dt.date(2024, 10, 10)},
        "decision": {"basis": ["《最低生活保障审核确认办法》第二十二条"]},
    },
    "disability_refusal_notice": {
        "doc_no": "示槐救字〔2024〕42号",
        "decision": {"basis": ["《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）"]},
    },
    "temp_emergency_advance_register": {"deadline": dt.date(2024, 8, 5)},
    "temp_expenditure_approval": {"deadline": dt.date(2024, 8, 22)},
}  # fmt: skip
LARGE: dict[str, dict[str, object]] = {
    "care_arrangement_form": {"care.provider": LONG_NAME, "care.guardian": LONG_NAME},
    "care_agreement": {"care.provider": LONG_NAME, "care.guardian": LONG_NAME},
    "account_authorization": {"payee.name": LONG_NAME},
    "cash_in_kind_receipt": {"cash.receiver": LONG_NAME},
    "extension_notice": {"extension.detail": "你户共同生活成员较多，户籍分别在四个县。" * 6},
    "temp_emergency_approval": {"prior.rows": "\n".join([PRIOR] * 6)},
    "over_standard_submission": {"over.summary": "该户遭遇火灾，住房烧毁。" * 20, "over.reasons": "住房须重建。" * 25},
    "confirmation_announcement": {
        "publicity.rows": "\n".join(f"{n}|槐树里社区|{i % 5 + 1}|最低生活保障|{900 + i}" for i, n in enumerate(["丁一", LONG_NAME] * 9))
    },
    "longterm_publicity": {
        "publicity.rows": "\n".join(f"{n}|{i % 5 + 1}|最低生活保障|{900 + i}|2024-09" for i, n in enumerate(["丁一", LONG_NAME] * 20))
    },
}  # fmt: skip


@cache
def catalogue() -> Catalogue:
    return Catalogue.load()


def household(facts: dict[str, Any], category: str) -> Case:
    """One of the sample households, with what its category asks for."""
    known = facts is not MINIMAL
    told: dict[str, Any] = {
        "application": {**facts["application"], "subsidies": ["重度残疾人护理补贴"]},
        "benefit": dict(facts["benefit"]),
    }
    if known:
        told["application"] |= {
            "event": "家中电线老化引发火灾，住房过火。", "event_date": "2024-07-28", "amount": "5000", "known_recipient": "否",
            "care_preference": "分散",
        }  # fmt: skip
        told["benefit"] |= {"care_grade": "半护理", "care_form": "分散供养"}
    if facts is BIG:
        told["agent"] = {
            "name": LONG_NAME,
            "id_number": an_id("19800101", 11),
            "phone": "13900000009",
            "relation": "侄子",
        }
    return a_case({**facts, **told}, category)


def values_of(name: str, facts: dict[str, Any], category: str = "") -> dict[str, object]:
    doc = catalogue().get(name)
    case = household(facts, category or CATEGORY[name])
    given = {
        k: v for k, v in GIVEN.get(name, {}).items() if (spec := doc.field(k)) and spec.applies(case.category)
    }
    if facts is MINIMAL:
        given = {k: v for k, v in given.items() if (spec := doc.field(k)) and spec.mode == "system"}
    if facts is BIG:
        given |= LARGE.get(name, {})
    return document_values(doc, case, CONFIG, on=ON, given=given, extra=CHAIN | EXTRA.get(name, {}))


def text_of(name: str, facts: dict[str, Any] = FULL, category: str = "") -> str:
    doc = catalogue().get(name)
    assert doc.template is not None
    data = render(doc.template, values_of(name, facts, category), qr_payload=QR, phrases=doc.phrases)
    return "".join(document_text(data))


@pytest.mark.parametrize("facts", [FULL, BIG, MINIMAL], ids=["ordinary", "large", "minimal"])
@pytest.mark.parametrize("name", CATEGORY)
def test_it_says_what_it_must_for_every_household(name: str, facts: dict[str, Any]) -> None:
    """``render`` itself looks for every value and every mandatory phrase in the finished text."""
    text = text_of(name, facts)
    if not catalogue().get(name).public:
        assert "TJHQ-" in text
    assert facts["applicant"]["name"] in text
    assert "None" not in text and "{{" not in text and "（草稿）" not in text


@pytest.mark.parametrize("name", CATEGORY)
def test_it_stands_in_the_catalogue_completely(name: str) -> None:
    doc = catalogue().get(name)
    assert doc.template is not None and doc.template.is_file() and doc.layout
    assert doc.basis and all(b.source and b.sentence for b in doc.basis)
    assert (
        doc.issuer
        and doc.recipient
        and doc.seals
        and doc.copies
        and doc.per_case
        and doc.level
        and doc.priority
    )
    assert 3 <= len([p for p in doc.phrases if p not in REMEDY_PHRASES]) <= 5
    assert doc.brought_by and doc.signers
    for alias in doc.aliases:
        assert catalogue().get(alias).id == name


@pytest.mark.parametrize("category", ["DB", "DX", "TK", "JN", "ZC"])
def test_the_calculation_asks_only_what_the_category_knows(category: str) -> None:
    text = "".join(text_of("benefit_calculation_sheet", FULL, category).split())
    assert ("月人均收入（元）" in text) is (category in ("DB", "DX"))
    assert ("照料护理费" in text) is (category == "TK")
    assert ("一次性救助" in text) is (category in ("JN", "ZC"))
    assert ("分类施保和增发" in text) is (category in ("DB", "DX", "TK"))
    assert "壹仟叁佰叁拾元整" in text


def test_the_duty_to_report_differs_for_care_recipients() -> None:
    assert "生活自理能力" in text_of("proactive_report_obligation_notice", FULL, "TK")
    ordinary = text_of("proactive_report_obligation_notice")
    assert "生活自理能力" not in ordinary and "应当在30日内报告" in ordinary and "022-20000001" in ordinary
    assert "应当及时报告" in text_of("proactive_report_obligation_notice", MINIMAL)


def test_amounts_of_money_paid_stand_in_words_too() -> None:
    assert "贰仟元整" in text_of("cash_in_kind_receipt")
    assert "360.00" in text_of("cash_in_kind_receipt"), "the sum of the goods"
    assert "贰仟元整" in text_of("temp_emergency_advance_register")
    assert "肆佰捌拾元整" in text_of("care_agreement")
    over = text_of("over_standard_submission")
    assert "壹万陆仟元整" in over and "3,880.00" in over


def test_a_refused_subsidy_tells_the_remedies_and_calls_itself_by_its_name() -> None:
    text = text_of("disability_refusal_notice")
    assert all(phrase in text for phrase in REMEDY_PHRASES)
    assert "自收到本告知书之日起60日内" in text and "决定书" not in text
    assert "你如不服本决定" in text and "你（户）" not in text, "the subsidy is a person's, not a household's"


@pytest.mark.parametrize("name", ["confirmation_announcement", "longterm_publicity"])
@pytest.mark.parametrize("facts", [FULL, BIG, MINIMAL], ids=["ordinary", "large", "minimal"])
def test_a_posted_list_shows_name_number_and_amount_only(name: str, facts: dict[str, Any]) -> None:
    text = text_of(name, facts)
    case = parse_facts(facts)
    assert facts["applicant"]["name"] in text and "022-20000002" in text
    secret = [
        facts["applicant"]["id_number"],
        "12号楼",
        "肢体",
        "重病",
        "139000",
        "622202",
        "李小满",
        "李大暑",
    ]
    secret += [m["name"] for m in facts.get("members", ())]
    assert case and not [s for s in secret if s in text]


def test_a_minor_is_not_named_in_public() -> None:
    child = {
        **MINIMAL,
        "applicant": {**MINIMAL["applicant"], "name": "欧阳小雨", "id_number": an_id("20150101", 12)},
    }
    doc = catalogue().get("confirmation_announcement")
    values = document_values(doc, a_case(child), CONFIG, on=ON, given={})
    assert values["publicity"]["rows"][0]["name"] == "欧阳某某"  # type: ignore[index]


@pytest.mark.parametrize("cell", ["王秀兰 13900000001", "王秀兰（肢体残疾）", "王秀兰 12号楼3门"])
def test_what_a_clerk_types_into_a_posted_list_is_looked_at_too(cell: str) -> None:
    doc = catalogue().get("longterm_publicity")
    given = {"publicity.rows": f"{cell}|3|最低生活保障|1330|2024-09"}
    with pytest.raises(UnlawfulDocument) as caught:
        document_values(doc, a_case(), CONFIG, on=ON, given=given)
    assert "公示名单" in str(caught.value)


def test_an_extension_needs_its_reason() -> None:
    doc = catalogue().get("extension_notice")
    with pytest.raises(MissingFields) as caught:
        document_values(doc, a_case(), CONFIG, on=ON, given={}, extra=CHAIN | EXTRA["extension_notice"])
    assert "延长理由" in str(caught.value) and "具体情况" in str(caught.value)


# ── with the rules ───────────────────────────────────────────────────────────────────────────────────────
def test_the_rules_give_the_days_and_the_basis_of_an_extension(tmp_path: Path) -> None:
    """「应当自受理之日起30个工作日之内完成；特殊情况下，可以延长至45个工作日」: 5 March 2024 + 30, + 45."""
    with make_workspace(tmp_path / "ws") as workspace:
        case = open_household(workspace)
        given = {**GIVEN["extension_notice"], "application.accepted_on": "2024-03-05"}
        planned = plan_one(workspace, workspace.catalogue.get("延长办理期限通知书"), case, given, on=TODAY)
        assert planned.values["extension"] == {
            "original": "2024年4月17日",
            "deadline": "2024年5月10日",
            "reason": "调查难度较大",
            "detail": given["extension.detail"],
        }
        basis = planned.values["decision"]["basis"]  # type: ignore[index]
        assert any("第二十二条" in b for b in basis) and any("红桥区" in b for b in basis)


@pytest.mark.parametrize(
    ("name", "category"),
    [("care_agreement", "DB"), ("temp_emergency_approval", "ZC"), ("disability_subsidy_form", "DB"), ("cash_in_kind_receipt", "DB"),
     ("confirmation_announcement", "JN"), ("extension_notice", "ZC")],
)  # fmt: skip
def test_it_is_refused_for_other_categories(tmp_path: Path, name: str, category: str) -> None:
    with make_workspace(tmp_path / "ws") as workspace, pytest.raises(DocumentNotApplicable):
        plan_one(workspace, workspace.catalogue.get(name), household(FULL, category), {}, on=TODAY)


@pytest.mark.parametrize(
    ("name", "category", "known", "day"),
    [
        ("temp_emergency_advance_register", "JN", "否", "2024年3月12日"),
        ("temp_expenditure_approval", "ZC", "是", "2024年3月14日"),
        ("temp_expenditure_approval", "ZC", "否", "2024年3月26日"),
    ],
)
def test_the_rules_give_the_last_day_of_temporary_assistance(
    tmp_path: Path, name: str, category: str, known: str, day: str
) -> None:
    """From 5 March 2024: 「5个工作日」 to complete the papers, 「7个工作日」 for a recipient, 「15个工作日」 for others."""
    told = {"application": {"accepted_on": "2024-03-05", "known_recipient": known}}
    with make_workspace(tmp_path / "ws") as workspace:
        case = open_household(workspace, parse_facts({**MINIMAL, **told}), Category(category))
        planned = plan_one(workspace, workspace.catalogue.get(name), case, {}, on=TODAY)
        assert planned.values["deadline"] == day
