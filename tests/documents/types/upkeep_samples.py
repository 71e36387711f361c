"""Papers of a running benefit and of supervision (steps 9 and 10), as they are filled in for the three households."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from archivist.model.ids import CaseNo, Category
from tests.documents.samples import CATALOGUE, CHANGE, CHANGED, FULL, Sample, a_case, an_id, facts_for, filled

FORMS = (
    "change_report_form", "change_verification_record", "home_visit_record", "periodic_review_form",
    "benefit_change_form", "hearing_record", "death_verification_form", "deregistration_form", "complaint_register",
)  # fmt: skip
ADVERSE = ("suspension_decision", "termination_decision", "recovery_notice")
OFFICE = ("annual_review_plan", "spot_check_feedback", "rectification_notice", "rectification_report")
"""Not for one household: categories are empty."""
NAMES = (
    *FORMS,
    *ADVERSE,
    *OFFICE,
    "gradual_exit_notice",
    "termination_publicity",
    "spot_check_record",
    "complaint_reply",
    "public_delivery_notice",
    "remedy_materials_list",
)
FINDINGS = "经2025年8月信息核对和入户调查，你户成员李小满已经就业，月人均收入由572.25元变为1345.00元，高于本区最低生活保障标准每人每月1010元。"
"""Why the benefit, reduced in March, ends in the autumn."""
OF_IT = CHANGE.format(who="该户")
"""Why it was reduced, in a form that stays in the office."""
HIDDEN = (
    "你户成员李大暑自2024年10月起另住就业，你户隐瞒没有报告，2024年11月至2025年2月仍按3人领取最低生活保障金。"
)
RECOVERED = "\n".join(
    f"{month}|1330|875.50|454.50" for month in ("2024年11月", "2024年12月", "2025年1月", "2025年2月")
)
WIDOWED: Final[dict[str, Any]] = {
    "applicant": {
        "name": "周桂芳", "sex": "女", "id_type": "居民身份证", "id_number": an_id("19520917", 36), "phone": "13900000015", "village": "槐树里社区",
        "address": "示范区槐树街道槐树里社区6号楼1门102",
    },
    "members": [
        {"name": "张守业", "relation": "配偶", "id_number": an_id("19490311", 47), "living_together": True, "covered": True, "authorized": True},
    ],
    "application": {"date": "2024-06-03", "received_on": "2024-06-03", "accepted_on": "2024-06-05"},
    "benefit": {"persons": 2, "standard": "1010", "income_per_head": "300", "method": "补差", "amount": "1420", "start": "2024-07"},
}  # fmt: skip
"""Another household, of two, in which somebody died: of the ordinary one nobody does."""
EXTRA: dict[str, dict[str, object]] = {
    "hearing_record": {"decision": {"basis": ["《社会救助暂行办法》第十三条", "《最低生活保障审核确认办法》第三十二条"]}},
    "suspension_decision": {"doc_no": "示槐救字〔2025〕40号", "decision": {"basis": ["《社会救助暂行办法》第十三条第三款"]}},
    "termination_decision": {
        "doc_no": "示槐救字〔2025〕41号", "decision": {"basis": ["《社会救助暂行办法》第九条、第十三条第三款", "《最低生活保障审核确认办法》第三十一条、第三十二条"]},
        "publicity": {"start": dt.date(2025, 9, 1), "end": dt.date(2025, 9, 8)},
    },
    "gradual_exit_notice": {
        "doc_no": "示槐救字〔2025〕39号", "decision": {"basis": ["《最低生活保障审核确认办法》第三十三条"]},
        "exit": {"person": "李小满", "since": dt.date(2025, 9, 1), "until": dt.date(2026, 2, 28)},
    },
    "recovery_notice": {"doc_no": "示槐救字〔2025〕15号", "decision": {"basis": ["《社会救助暂行办法》第六十八条"]}},
    "termination_publicity": {
        "publicity": {
            "start": dt.date(2025, 9, 1), "end": dt.date(2025, 9, 8), "days": 7, "day_kind": "天", "objection_days": 15,
        }
    },
    "periodic_review_form": {"review": {"due": dt.date(2025, 2, 16), "next_due": dt.date(2025, 8, 20)}},
    "death_verification_form": {"death": {"date": dt.date(2025, 1, 20), "deadline": dt.date(2025, 4, 21)}},
    "deregistration_form": {"deregistration": {"retention": "不少于3年", "expires": dt.date(2028, 10, 9)}},
}  # fmt: skip
NEEDED: dict[str, dict[str, object]] = {
    "hearing_record": {"hearing.proposed": "减发", "hearing.reasons": CHANGE.format(who="你户")},
    "suspension_decision": {
        "change.original_no": "示槐救字〔2025〕12号", "change.findings": FINDINGS, "change.start": "2025-09",
        "change.resume": "重新符合条件的，经核查后自恢复决定作出的下月起恢复发放。",
    },
    "gradual_exit_notice": {"exit.after": "期满由本机关复核，家庭收入仍超过标准的，终止最低生活保障。"},
    "termination_publicity": {"termination.reason": "不再符合救助供养条件"},
    "termination_decision": {
        "change.original_no": "示槐救字〔2025〕12号", "termination.findings": FINDINGS, "publicity.result": "无异议",
        "termination.ground": "收入、财产状况不再符合规定条件", "termination.start": "2025-10",
    },
    "recovery_notice": {
        "recovery.fact": "骗取", "recovery.findings": HIDDEN, "recovery.period": "2024年11月至2025年2月",
        "recovery.rows": RECOVERED, "recovery.due_on": "2025-04-30",
        "recovery.account_holder": "示范区人民政府槐树街道办事处", "recovery.account_bank": "示范银行槐树支行",
        "recovery.account_number": "120010000000001234",
    },
    "death_verification_form": {"death.name": "张守业"},
    "deregistration_form": {"deregistration.reason": "不再符合条件"},
    "annual_review_plan": {
        "plan.year": 2025, "plan.scope": "最低生活保障家庭和特困人员", "plan.households": 60, "plan.persons": 102,
        "plan.cycles": ["最低生活保障：每半年核查一次。"], "plan.start": "2025-07-01", "plan.end": "2025-09-30", "plan.rows": "槐树里社区|31|30|25|3|2\n柳树里社区|29|29|27|1|1",
    },
    "spot_check_record": {
        "spot.month": "2025-02", "spot.population": 6, "spot.minimum": "30%", "spot.method": "按户号排序，以种子生成随机数取前30%", "spot.seed": "20250228-01",
        "spot.rows": "TJHQ-DB-2024-000123|王秀兰|槐树里社区|最低生活保障|入户|2025-02-21|钱春分、许清明|是|否|收入核定偏低\n"
        "TJHQ-DB-2024-000009|丁一|槐树里社区|最低生活保障|电话|2025-02-21|钱春分、许清明|是|是|",
    },
    "spot_check_feedback": {
        "spot.month": "2025-02", "spot.batch": "2024年8月", "spot.sample": 2, "spot.opinion": "总体情况较好。",
        "spot.rows": "TJHQ-DB-2024-000123|对象准确性|收入核定偏低|《最低生活保障审核确认办法》第十三条",
        "spot.demand": "重新核定收入。", "spot.deadline": "2025-03-31", "spot.reply_by": "2025-04-05",
    },
    "rectification_notice": {
        "rectification.source": "2025年2月抽查", "rectification.rows": "TJHQ-DB-2024-000019|调查表只有一人签字|《最低生活保障审核确认办法》第十六条",
        "rectification.demand": "两人重新调查。", "rectification.deadline": "2025-03-31", "rectification.contact": "李经纬",
        "rectification.phone": "022-20000003",
    },
    "rectification_report": {
        "rectification.summary": "逐户制定措施，明确责任人和时限。", "rectification.conclusion": "全部整改完毕。",
        "rectification.rows": "TJHQ-DB-2024-000019|只有一人签字|重新调查|已补正|2025-03-18|入户调查表|吴小雪",
    },
    "public_delivery_notice": {
        "announce.document": "《社会救助变更决定书》", "announce.gist": "决定自2025年3月起将你户的月救助金额减为875.50元。",
    },
    "remedy_materials_list": {
        "evidence.procedure": "行政复议", "evidence.cause": "不服变更决定", "evidence.document": "示槐救字〔2025〕12号变更决定书",
        "evidence.rows": "0021|社会救助变更决定书|2025-02-26|决定的内容\n0022|送达公告|2025-03-10|送达方式和日期",
    },
    "complaint_reply": {
        "complaint.person": "赵立春", "complaint.no": "信〔2025〕7号", "complaint.received_on": "2025-02-11",
        "complaint.findings": "本机关由两名工作人员重新核定了有关家庭的收入状况。", "complaint.result": "部分属实",
        "complaint.action": "已依照规定作出处理。",
    },
}  # fmt: skip
TOLD: dict[str, dict[str, object]] = {
    "public_delivery_notice": {"announce.doc_no": "示槐救字〔2025〕12号", "announce.remedies": "不服本决定的，可以依法申请行政复议或者提起行政诉讼。"},
    "remedy_materials_list": {
        "evidence.body": "示范区人民政府",
        "evidence.deadline": "2025-04-28",
    },
    "hearing_record": {
        "hearing.start": "2025-03", "hearing.after": "875.50", "hearing.method": "当面", "hearing.person": "李小满",
        "hearing.relation": "家庭成员", "hearing.time": "2025-02-20 09:30", "hearing.said": "对收入的核定没有意见，希望下月起执行。", "hearing.result": "采纳",
        "hearing.answer": "自作出决定的下月起执行。",
    },
    "change_report_form": {
        "report.reporter": "李小满", "report.relation": "家庭成员", "report.kinds": "人口、就业", "report.happened_on": "2024-10-08",
        "report.date": "2025-02-10", "report.persons": "李大暑", "report.content": "李大暑在便民服务公司上班，已搬出另住。", "report.evidence": "租房合同复印件|1|",
    },
    "change_verification_record": {
        "check.source": "主动报告", "check.method": "入户调查、信息核对", "check.result": OF_IT, "check.proposal": "减发",
        "check.rows": "共同生活成员|3人|2人|租房合同", "check.before": "1330", "check.after": "875.50", "check.start": "2025-03",
        "check.excess": "1818", "survey.team": "周立冬|救助专员\n吴小雪|民政委员",
    },
    "home_visit_record": {
        "visit.date": "2025-02-20", "visit.visitors": "周立冬、吴小雪", "visit.needs": "就医、就学", "visit.present": "王秀兰、李小满", "visit.place": "家中",
        "visit.living": "母女二人在家吃住，衣被够用。", "visit.health": "王秀兰按时服药，生活能够自理。", "visit.members_changed": "有",
        "visit.members_note": "李大暑已另住就业", "visit.means_changed": "有", "visit.means_note": "见变化情况核实记录", "visit.money": "正常",
        "visit.custody": "无", "visit.safety": "无隐患",
    },
    "periodic_review_form": {
        "review.kind": "半年", "review.done": "2025-02-20", "review.persons": 2, "review.last_income": "1700",
        "review.income": "1144.50", "review.income_per_head": "572.25", "review.amount": "875.50", "review.conclusion": "减发",
    },
    "benefit_change_form": {
        "change.kinds": "减发、成员增减", "change.original_no": "示槐救字〔2024〕35号", "change.before_persons": 3, "change.after_persons": 2,
        "change.before_per_head": "566.67", "change.after_per_head": "572.25", "change.before": "1330", "change.after": "875.50", "change.start": "2025-03",
        "change.members": [{"kind": "减", "name": "李大暑", "relation": "儿子", "id_number": an_id("19991120", 51), "reason": "另住就业"}], "change.reasons": OF_IT,
    },
    "suspension_decision": {"change.before": "875.50"},
    "termination_publicity": {"termination.start": "2025-10"},
    "deregistration_form": {
        "deregistration.doc_no": "示槐救字〔2025〕41号", "made_on": "2025-10-09", "deregistration.note": "就业，收入高于标准",
        "deregistration.last_paid": "2025-09", "deregistration.served_on": "2025-09-15",
    },
    "death_verification_form": {
        "death.source": "家属报告", "death.evidence": "死亡证明、户口注销", "death.checked_on": "2025-02-05",
        "death.findings": "经入户调查，张守业于2025年1月20日病故，户口已注销，家中只有申请人一人，没有其他收入。", "death.outcome": "减发",
        "death.before": "1420", "death.after": "1010", "death.months": 0, "death.returned": "无多发",
    },
    "complaint_register": {"complaint.person": "赵立春", "complaint.no": "信〔2025〕7号", "complaint.kind": "举报", "complaint.matter": "反映该户儿子有稳定工作。"},
}  # fmt: skip


def sample(name: str, household: str = "ordinary", more: Mapping[str, object] = {}) -> Sample:
    """Fill one of ``NAMES`` in for one of the households; the minimal one tells only what is needed."""
    doc = CATALOGUE.get(name)
    case = a_case(
        WIDOWED
        if (name, household) == ("death_verification_form", "ordinary")
        else facts_for(name, household),
        "TK" if doc.categories == (Category.TK,) or household == "large" else "DB",
    )
    if (name, household) == ("periodic_review_form", "ordinary"):  # found by the visit, not yet decided on
        case = a_case({**CHANGED, "benefit": FULL["benefit"]})
    if case.fact("applicant.name") == "周桂芳":
        case = replace(case, number=CaseNo.parse("TJHQ-DB-2024-000087"))
    told = {**NEEDED.get(name, {}), **({} if household == "minimal" else TOLD.get(name, {})), **more}
    given = {k: v for k, v in told.items() if (spec := doc.field(k)) is None or spec.applies(case.category)}
    return filled(name, case, given, EXTRA.get(name, {}))
