"""Papers of deciding, delivering and paying (steps 6–8), as they are filled in for the three households."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from archivist.model.case import Case
from archivist.model.ids import Category
from tests.documents.samples import CATALOGUE, HOUSEHOLDS, LONG_NAME, Sample, a_case, an_id, filled
from tests.documents.types.inquiry_samples import BURNT

CATEGORY = {
    "extension_notice": "DB", "proactive_report_obligation_notice": "DB", "care_arrangement_form": "TK",
    "care_agreement": "TK", "benefit_calculation_sheet": "DB", "temp_emergency_advance_register": "JN",
    "temp_emergency_approval": "JN", "temp_expenditure_approval": "ZC", "over_standard_submission": "JN",
    "disability_subsidy_form": "CJ", "disability_refusal_notice": "CJ", "disability_ending_notice": "CJ", "confirmation_announcement": "DB",
    "longterm_publicity": "DB", "quick_relief_form": "JN", "cash_in_kind_receipt": "JN", "account_authorization": "TK",
}  # fmt: skip
NAMES = tuple(CATEGORY)

CARE: dict[str, object] = {
    "care.provider": "柳春生", "care.provider_id": an_id("19720404", 31), "care.provider_phone": "13900000003",
    "care.guardian": "无", "care.start": "2024-09-01",
}  # fmt: skip
PRIOR = "2024-03-11|支出型|因病支出|2000|槐树街道"
GIVEN: dict[str, dict[str, object]] = {
    "extension_notice": {
        "extension.reason": "调查难度较大",
        "extension.detail": "李大暑的务工收入须向用工单位核实，回函尚未收到。",
    },
    "proactive_report_obligation_notice": {},
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
        "calc.process": "家庭月收入1700元÷3人＝566.67元。\n（1010元－566.67元）×3人＝1329.99元，按1330元发放。",
    },
    "temp_emergency_advance_register": {
        "advance.persons": "3", "advance.identity": "已核实", "advance.applied_at": "2024-07-28 06:30",
        "advance.reason": "住房过火，无处居住、无衣被、无炊具，须当日安置。", "advance.method": "现金、实物",
        "advance.amount": "2000", "advance.goods": "棉被2床、夏衣3套、米20千克", "advance.delivered_at": "2024-07-28 15:10",
        "advance.in_time": "是", "advance.received_on": "2024-07-28",
    },
    "quick_relief_form": {
        "quick.limit": "1010元（一个月低保标准）", "quick.method": "现金、实物", "quick.goods": "棉被1床、米10千克",
        "quick.received_on": "2024-07-30", "quick.explained": "已补交火灾事故认定书，所报情况属实。",
    },
    "temp_emergency_approval": {
        "emergency.jurisdiction": "居住地", "emergency.kind": "火灾", "emergency.findings": "现场查看和消防部门认定与申请一致。",
        "emergency.advanced": "是", "emergency.advanced_amount": "2000", "prior.rows": PRIOR, "limit.cap": "6060",
        "limit.over": "是", "limit.conference": "第3期", "limit.payment": "社会化发放",
    },
    "temp_expenditure_approval": {
        "spend.kind": "其他对象", "publicity.start": "2024-08-08", "publicity.end": "2024-08-15", "review.objection": "无异议",
        "review.monthly_income": "1700", "review.report_no": "核〔2024〕118", "review.assets": "存款5200.35元；住房一套46.5平方米。",
        "prior.rows": PRIOR, "spend.grade": "二档", "spend.standard": "4040", "spend.crossed": "否", "limit.cap": "12120",
    },
    "over_standard_submission": {
        "over.kind": "超过救助标准上限", "over.summary": BURNT,
        "over.cap": "6060", "over.proposed": "9000", "over.reasons": "住房须修缮，全家须安置，按标准上限救助不能解决基本生活。",
        "over.attachments": "火灾事故认定书\n修缮费用估算单\n调查核实记录",
    },
    "disability_subsidy_form": {
        "disability.issued_on": "2020-05-11", "disability.valid_to": "2030-05-10", "disability.dibao": "是",
        "disability.dibao_kind": "城市", "disability.tekun": "否", "disability.injury": "否", "disability.orphan": "否",
        "disability.other_benefit": "否", "disability.village_opinion": "情况属实。",
    },
    "disability_refusal_notice": {
        "decision.findings": "经核对残疾人证和残联数据，你的残疾等级自2025年7月起为肢体四级。",
        "refusal.kind": "残疾等级或者类别不符合规定",
        "decision.reasons": "重度残疾人护理补贴的对象为残疾等级被评定为一级、二级的残疾人，你的残疾等级不在此范围。",
    },
    "disability_ending_notice": {
        "change.findings": "经核对残疾人证和残联数据，你的残疾等级自2025年7月起为肢体四级。", "change.start": "2025-09",
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
        "extension": {"original": dt.date(2024, 8, 29), "deadline": dt.date(2024, 10, 10)},
        "decision": {"basis": ["《最低生活保障审核确认办法》第二十二条"]},
    },
    "disability_refusal_notice": {
        "doc_no": "示槐救字〔2025〕52号",
        "decision": {"basis": ["《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）"]},
    },
    "disability_ending_notice": {
        "doc_no": "示槐救字〔2025〕38号", "change": {"kind": "终止", "reply_no": "示民函〔2025〕9号"},
        "decision": {"basis": ["《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）"]},
        "hearing": {"told": "于2025年8月1日听取意见，你没有提出意见"},
    },
    "temp_emergency_advance_register": {"deadline": dt.date(2024, 8, 5)},
    "quick_relief_form": {"deadline": dt.date(2024, 7, 31), "approval": {"posts": [{"post": "经办人\n（登记）"}, {"post": "分管领导\n（决定）"}]}},
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


def case_of(household: str, category: str) -> Case:
    """One of the sample households, with what its category asks for."""
    facts = HOUSEHOLDS[household]
    told: dict[str, Any] = {
        "application": {**facts["application"], "subsidies": ["重度残疾人护理补贴"]},
        "benefit": dict(facts["benefit"]),
    }
    told["application"] |= {"event": "家中失火", "event_place": "样例路12号"} if category == "JN" else {}
    if household != "minimal":
        told["application"] |= {
            "event": "家中电线老化引发火灾，住房过火。", "event_date": "2024-07-28", "event_place": "示范区槐树街道槐树里社区12号楼3门501",  "amount": "9000" if category == "JN" else "5000", "known_recipient": "否",
            "care_preference": "分散",
        }  # fmt: skip
        told["benefit"] |= {"care_grade": "半护理", "care_form": "分散供养"}
    if household == "large":
        told["agent"] = {
            "name": LONG_NAME,
            "id_number": an_id("19800101", 11),
            "phone": "13900000009",
            "relation": "侄子",
        }
    return a_case({**facts, **told}, category)


AGAIN: Final = {
    "date": dt.date(2025, 11, 3),
    "received_on": dt.date(2025, 11, 3),
    "accepted_on": dt.date(2025, 11, 4),
}
"""The subsidy is applied for once more after it ended, and refused: the grade is what it ended for."""


def sample(
    name: str, household: str = "ordinary", more: Mapping[str, object] = {}, category: str = ""
) -> Sample:
    """Fill one of ``NAMES`` in for one of the households; for the minimal one most is left to the pen."""
    doc = CATALOGUE.get(name)
    case = case_of(household, category or CATEGORY[name])
    if name == "disability_refusal_notice":
        case = replace(case, facts={**case.facts, "application": {**case.facts["application"], **AGAIN}})  # type: ignore[dict-item]
    # Within one month's standard.
    amounts = {
        ("quick_relief_form", Category.JN): "1000.00",
        ("temp_emergency_approval", Category.JN): "9000.00",
        ("temp_expenditure_approval", Category.ZC): "4040.00",
    }
    if household == "ordinary" and (amount := amounts.get((name, case.category))):
        case = replace(
            case, facts={**case.facts, "benefit": {**HOUSEHOLDS[household]["benefit"], "amount": amount}}
        )
    given = {
        k: v for k, v in GIVEN.get(name, {}).items() if (spec := doc.field(k)) and spec.applies(case.category)
    }
    if household == "minimal":
        given = {k: v for k, v in given.items() if (spec := doc.field(k)) and spec.mode == "system"}
    if household == "large":
        given |= LARGE.get(name, {})
    return filled(name, case, {**given, **more}, EXTRA.get(name, {}))
