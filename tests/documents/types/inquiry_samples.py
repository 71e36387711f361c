"""Papers of investigation, publicity, appraisal and deliberation, as they are filled in for the three households."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from archivist.documents.values.inquiry import ABILITIES
from tests.documents.samples import BIG, FULL, MINIMAL, OBLIGOR, Sample, a_case, an_id, filled

TEAM = "周立冬|街道公共服务办公室科员\n吴小雪|槐树里社区网格员"
LONG = (
    "经查，该户户主与两名子女共同生活，儿子在槐树路便民综合服务有限责任公司打零工，每月收入约1200元，收入不固定；"
    "家中没有机动车和商业用房，除唯一住房外没有其他房产，银行存款与核对报告一致。"
)
BURNT = (
    "该户7月28日凌晨因电线老化引发火灾，住房过火，衣被、炊具烧毁，已先行救助2000元，修缮和安置仍需约9000元。"
)
"""What befell the household that asks for help in an emergency."""
PUBLICITY = {
    "publicity": {"start": dt.date(2024, 8, 19), "end": dt.date(2024, 8, 26), "days": 7, "day_kind": "天"}
}
MEETING: dict[str, object] = {
    "meeting.no": "第3期", "meeting.time": "2024-08-15 14:30", "meeting.place": "街道二楼会议室", "meeting.chair": "郑有为",
    "meeting.recorder": "周立冬", "meeting.discussion": LONG + "\n与会人员认为申报属实。", "meeting.agree": 3,
    "meeting.against": 0, "meeting.abstain": 0, "meeting.conclusion": "同意按照上述意见办理。", "meeting.absent": "章知秋",
    "meeting.attendees": "高远山|成员|街道党工委书记\n贺长青|成员|街道办事处主任\n沈立秋|成员|街道办事处副主任",
}  # fmt: skip
FIRE: Final = {"event": "家中电线老化短路起火，消防人员到场扑灭，住房过火。", "event_date": "2024-07-28"}

GIVEN: dict[str, dict[str, object]] = {
    "neighbor_interview": {
        "interview.time": "2024-08-06 10:20", "interview.place": "槐树里社区居委会", "interview.person": "欧阳文惠",
        "interview.relation": "邻居", "interview.address": "槐树里社区11号楼", "interview.phone": "13900000009",
        "interview.income": "儿子打零工，收入不固定，没有见过固定单位。", "interview.members": "母亲和一儿一女同住，丈夫前几年去世。",
        "interview.living": "女主人长年看病吃药，日常开支节俭。", "survey.team": TEAM, "interview.consistent": "一致",
    },
    "evidence_letter": {
        "letter.to": "示范区槐树路便民综合服务有限责任公司", "letter.due": "2024-08-12", "handler.name": "周立冬", "letter.persons": f"李大暑|{an_id('19991120', 51)}",
        "letter.items": "2024年1月至7月的工资或者劳务报酬发放情况\n用工形式和每月工作天数\n参加社会保险的情况",
    },
    "photo_evidence_sheet": {
        "photo.occasion": "入户调查",
        "photo.items": [
            {"code": f"YX-{n:03d}", "taken": "2024-08-06 10:20", "place": "槐树里社区12号楼3门501", "by": "吴小雪",
             "content": content, "sha256": digest, "portrait": n == 2}
            for n, content, digest in (
                (1, "门牌", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
                (2, "人房合影", "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"),
            )
        ],
    },
    "income_asset_calculation": {
        "calculation.period": "2024年1月至6月", "calculation.months": 6,
        "calculation.excluded": "王秀兰|医疗救助款|2000|政府发放的社会救助款物不计入",
        "calculation.below": "低于标准", "calculation.standard_name": "本区最低生活保障标准", "calculation.over": "符合规定",
        "calculation.conclusion": "符合条件",
        "calculation.note": "核算期间家庭月收入1700元，月人均566.67元；银行存款5200.35元，唯一住房豁免，没有其他财产。",
    },
    "expense_verification": {
        "expense.period": "2023年8月至2024年7月", "expense.income": "20400", "expense.method": "票据核对、入户调查",
        "expense.conclusion": "属实", "expense.note": "12张票据与医疗机构结算记录一致，个人负担7000元。", "survey.team": TEAM, "expense.liability": "不涉及第三方责任。",
    },
    "emergency_survey_record": {
        "emergency.kind": "火灾", "emergency.hour": "凌晨2时许", "emergency.place": "示范区槐树街道槐树里社区12号楼3门501",
        "emergency.severity": "卧室和厨房过火，衣被、炊具和证件烧毁，一家三口无处居住，没有现金安排食宿。",
        "emergency.needs": "现金、实物", "emergency.evidence": "火灾事故认定书|区消防救援大队|1", "emergency.surveyed": "2024-08-01 09:00",
        "emergency.method": "现场、走访", "emergency.conclusion": "属实", "survey.team": TEAM,
    },
    "self_care_assessment": {
        "ability.kind": "首次评估", "ability.date": "2024-08-08", "ability.agency": "示范区长者照护评估中心", "ability.place": "申请人家中",
        **{path: "是" if path.split(".")[1] in ("eat", "bed", "walk") else "否" for path in ABILITIES},
        "ability.bathe_note": "须他人全程协助。",
    },
    "obligor_capacity_form": {
        "capacity.evidence": "户口簿复印件|亲属关系|1\n核对报告|收入、财产情况|1", "capacity.conclusion": "有法定义务人具有履行义务能力",
        "capacity.note": "女儿李芳菲家庭月收入5200元，有赡养能力，每月给付300元，申请人不符合特困人员条件。",
    },
    "reinvestigation_record": {
        "objection.no": "TJHQ-DB-2024-000123-0012", "objection.received_on": "2024-08-09", "objection.content": "反映该户儿子有稳定工作。",
        "recheck.method": "入户调查、信函索证", "recheck.on": "2024-08-13", "recheck.present": True, "recheck.findings": LONG,
        "recheck.differences": "无差异。", "recheck.conclusion": "维持原初审意见", "survey.team": TEAM,
    },
    "publicity_evidence": {
        "publicity.notice": "《初审公示》（示槐救字〔2024〕33号）", "posting.posted": "2024-08-08 09:00",
        "posting.removed": "2024-08-15 17:30", "posting.objections": "有", "posting.count": 1, "posting.register": "TJHQ-DB-2024-000123-0012",
        "posting.statement": "公示期间有居民提出异议1件，已交街道登记。",
    },
    "objection_register": {
        "objection.received": "2024-08-09 15:10", "objection.channel": "来访", "objection.named": "实名", "objection.person": "何春生",
        "objection.phone": "13900000013", "objection.content": "反映该户儿子有稳定工作，收入高于申报数额。", "objection.level": "较大",
        "objection.measures": "重新调查核实", "objection.handler": "周立冬",
    },
    "objection_reply": {
        "objection.no": "TJHQ-DB-2024-000123-0012", "objection.person": "何春生", "objection.received_on": "2024-08-09",
        "recheck.summary": "本机关更换调查人员重新入户，并向有关单位书面核实，未发现与申报不一致的情况。",
        "recheck.conclusion": "维持原初审意见",
    },
    "re_publicity": {"publicity.recheck": "经重新调查核实，符合条件，维持原初审意见"},
    "proposed_confirmation_publicity": {},
    "appraisal_notice": {
        "meeting.time": "2024-08-14 09:30", "meeting.place": "槐树里社区居委会会议室", "notice.people": "社区两委成员、居民代表共9人",
        "handler.name": "周立冬",
    },
    "democratic_appraisal": {
        "meeting.time": "2024-08-14 09:30", "meeting.place": "槐树里社区居委会会议室", "meeting.chair": "孟小舟", "meeting.recorder": "许清明",
        "meeting.attendees": [
            {"name": name, "kind": "村（居）民代表" if n < 6 else "两委"}
            for n, name in enumerate("向春雨 方知秋 田小暑 石立夏 袁冬至 汪白露 孟小舟 章惊蛰 罗谷雨".split())
        ],
        "appraisal.statement": "本人患病，丈夫去世，女儿读高中，儿子打零工，每月挣1200元左右，申报的收入和财产都是真实的。",
        "appraisal.survey": LONG,
        "appraisal.discussion": "代表们认为，该户生活困难是实情；儿子做的是短期零工，没有固定单位，收入与申报相符。", "appraisal.agree": 9,
        "appraisal.against": 0, "appraisal.abstain": 0, "appraisal.conclusion": "真实有效", "appraisal.recheck": False,
    },
    "dispute_submission": {
        "dispute.matter": "公示期间有居民反映该户儿子有稳定工作。", "dispute.findings": LONG, "dispute.proposal": "建议予以确认。",
        "dispute.source": "公示异议", "dispute.papers": "重新调查核实记录|0014|3\n公示异议登记表|0012|1",
    },
    "deliberation_opinion_report": {
        "opinion.minutes": "第3期", "opinion.met_on": "2024-08-15", "opinion.papers": "入户调查表|真实、完整\n核对报告|一致",
        "opinion.inquiry": LONG, "opinion.dispute": "儿子收入是否稳定。", "opinion.result": "建议予以确认",
        "opinion.publicity": "2024年8月8日张贴公示；8月9日有居民提出异议，8月13日重新入户调查；8月14日社区评议，9票同意。",
        "opinion.reasons": "收入、财产低于规定的标准，异议经重新调查不成立，程序完备。", "opinion.amount": "1330", "opinion.on": "2024-08-16",
    },
    "deliberation_feedback": {
        "feedback.minutes": "第3期", "feedback.met_on": "2024-08-15", "feedback.conclusion": "该户符合最低生活保障条件，建议予以确认。", "feedback.todo": "填写审核确认表，报分管领导签署。",
    },
    "leadership_meeting_minutes": {
        **MEETING, "meeting.time": "2024-08-16 09:00", "meeting.chair": "高远山", "meeting.source": "《议事协商机构会议纪要》第3期", "meeting.proposal": "对该户最低生活保障申请予以确认。",
        "meeting.result": "通过", "meeting.amount": "1330",
    },
    "joint_conference_minutes": {
        **MEETING, "meeting.chair": "沈立秋", "conference.limit": "6060", "conference.proposed": "9000", "conference.reason": "特殊情况超过上限",
        "conference.amount": "9000", "conference.cause": BURNT,
        "meeting.discussion": "按规定的标准上限救助，不足以修复住房。\n与会人员认为申报属实，情况特殊。",
    },
}  # fmt: skip
EXTRA: dict[str, dict[str, object]] = {
    "re_publicity": {**PUBLICITY, "doc_no": "示槐救字〔2024〕39号"},
    "proposed_confirmation_publicity": {**PUBLICITY, "doc_no": "示槐救字〔2024〕37号"},
    "evidence_letter": {"doc_no": "示槐救字〔2024〕32号"},
    "objection_reply": {"doc_no": "示槐救字〔2024〕38号"},
    "objection_register": {"deadline": dt.date(2024, 8, 23), "objection": {"no": "TJHQ-DB-2024-000123-0012"}},
    "reinvestigation_record": {"deadline": dt.date(2024, 8, 23)},
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
HOUSEHOLDS: dict[str, dict[str, Any]] = {
    "ordinary": FULL,
    "large": {
        **BIG,
        "assets": FULL["assets"] * 5,
        "obligors": BIG["obligors"] * 4,
        "expenses": FULL["expenses"] * 9,
    },
    "minimal": MINIMAL,
}


def sample(name: str, household: str = "ordinary", more: Mapping[str, object] = {}) -> Sample:
    """Fill one of ``NAMES`` in for one of the households; for the minimal one most is left to the pen."""
    given = GIVEN[name]
    if household == "minimal":
        given = {k: v for k, v in given.items() if k in SPARSE.get(name, ())}
    facts = HOUSEHOLDS[household]
    if name == "obligor_capacity_form" and household == "ordinary":
        facts = {**facts, "obligors": [OBLIGOR]}
    if name == "income_asset_calculation" and household != "minimal":
        facts = {k: v for k, v in facts.items() if k != "benefit"}
    if name == "emergency_survey_record" and household != "minimal":
        facts = {**facts, "application": {**facts["application"], **FIRE}}
    return filled(name, a_case(facts, CATEGORY.get(name, "DB")), {**given, **more}, EXTRA.get(name, {}))
