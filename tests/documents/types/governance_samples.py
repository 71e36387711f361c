"""What a clerk tells for the office's records of its own work: inspections, training, publicity, reports, summaries."""

from __future__ import annotations

from tests.documents.samples import HOUSEHOLDS, Sample, a_case, filled

NAMES = (
    "supervision_inspection_record",
    "training_record",
    "policy_publicity_record",
    "work_information",
    "pilot_work_summary",
    "township_implementation_plan",
    "township_work_rules",
    "leading_group_setup",
    "staff_roster",
    "five_haves_check",
    "online_application_register",
)
EXTRA: dict[str, dict[str, object]] = {
    "township_implementation_plan": {"doc_no": "示槐〔2023〕21号"},
    "township_work_rules": {"doc_no": "示槐〔2023〕22号"},
    "leading_group_setup": {"doc_no": "示槐〔2023〕23号"},
}
NEEDED: dict[str, dict[str, object]] = {
    "supervision_inspection_record": {
        "inspection.on": "2024-08-12", "inspection.way": "抽查、现场指导",
        "inspection.subject": "抽查7月新确认对象档案12份；检查公示、送达和大额变更的办理。",
    },
    "training_record": {
        "training.on": "2024-08-05", "training.topic": "低保、特困审核确认流程和入户调查要点",
        "training.audience": "经办人员、协理员", "training.content": "受理、核对、入户调查、公示和送达的办理要求；档案一户一档的整理方法。",
        "training.rows": "周立冬|公共服务办公室|救助专员\n吴小雪|槐树里社区|协理员",
    },
    "policy_publicity_record": {
        "outreach.start": "2024-07-01", "outreach.end": "2024-09-30",
        "outreach.rows": "2024-07-04|柳树里社区|公示栏|低保、特困申请条件和流程||吴小雪|\n"
        "2024-07-18|槐树里社区|咨询|来电来访咨询低保申请|6|周立冬|",
    },
    "work_information": {
        "information.title": "入户调查和民主评议同日办理",
        "information.content": "7月起将入户调查和评议安排在同一天，平均办理时间由18个工作日缩短到13个工作日。",
    },
    "pilot_work_summary": {
        "summary.start": "2024-01-01", "summary.end": "2024-06-30",
        "summary.rows": "受理申请|46件|\n确认|38户|\n不予确认|8户|",
        "summary.practice": "明确承接部门和专职人员，实行一门受理。", "summary.problems": "村级协理员变动较多。",
        "summary.next": "对协理员逐村培训。",
    },
    "township_implementation_plan": {
        "scheme.basis": "根据《红桥区社会救助审核确认权限下放改革工作实施方案》", "scheme.goal": "权限接得住、用得好，应保尽保、应退尽退。",
        "scheme.matters": "最低生活保障对象的审核确认|委托|《最低生活保障审核确认办法》\n特困人员的审核确认|委托|《特困人员认定办法》",
        "scheme.head": "贺长青", "scheme.deputy": "沈立秋", "scheme.agency": "党群服务中心", "scheme.department": "公共服务办公室",
        "scheme.staff": "工作人员2人（专职1人，兼职1人）；村（社区）协理员、低保员12人。",
        "scheme.phases": "准备阶段|2023年12月31日前|明确部门、调配人员、培训\n实施阶段|2024年1月1日起|独立受理、审核确认",
        "scheme.support": "工作经费列入年度预算，窗口设在党群服务中心一楼。",
    },
    "township_work_rules": {
        "workrules.agency": "党群服务中心", "workrules.department": "公共服务办公室",
        "workrules.rows": "受理|经办（受理、调查、初审）|各类|受理：5 个工作日\n作出确认决定|分管领导（决定）|低保、特困|作出决定：3 个工作日",
    },
    "leading_group_setup": {
        "group.members": "组长|贺长青|街道办事处主任\n副组长|沈立秋|街道办事处副主任\n成员|郑有为|公共服务办公室主任",
        "group.office": "公共服务办公室", "group.director": "郑有为",
    },
    "staff_roster": {
        "roster.recipients": 1260, "roster.rule": "不少于 2 人", "roster.verdict": "达到标准。",
        "roster.rows": "郑有为|管理部门|公共服务办公室主任|兼职|2021-09-01||\n周立冬|经办机构|救助专员|专职|2023-03-01||",
    },
    "online_application_register": {
        "online.platform": "协同救助信息平台", "online.month": "2024-08",
        "online.rows": "XT202408010012|2024-08-01|顾小满|槐树里社区|低保|TJHQ-DB-2024-000131|在办|\n"
        "XT202408060003|2024-08-06|陶夏至|柳树里社区|临时救助||转办|2024-08-07",
    },
    "five_haves_check": {
        "five.rows": "有经办机构|经办机构：党群服务中心|有|\n有经办人员|工作人员2人|有|\n有工作经费|没有登记|无|\n有办公场所|一楼窗口|有|\n"
        "有完善规章制度|《社会救助审核确认工作规则》|有|",
    },
}  # fmt: skip
TOLD: dict[str, dict[str, object]] = {
    "supervision_inspection_record": {
        "inspection.team": "钱春分、许清明", "inspection.files": "低保案卷8份、特困案卷4份", "inspection.problems": "2份入户调查表只有一人签字。",
        "inspection.opinion": "重新调查并补正，报送整改情况。", "inspection.deadline": "2024-08-30",
    },
    "training_record": {
        "training.place": "街道办事处三楼会议室", "training.hours": 4, "training.teachers": "郑有为", "training.expected": 3,
        "training.result": "随堂测试全部合格。",
    },
    "policy_publicity_record": {"outreach.without": "河东里社区"},
    "work_information": {
        "information.problems": "个别社区评议代表不足。", "information.handled": "已重新推选代表。", "information.contact": "周立冬",
    },
    "township_implementation_plan": {"scheme.group": "成立权限下放改革工作领导小组，另行发文。"},
    "township_work_rules": {"workrules.valid_from": "2024-01-01", "workrules.local": "急难家庭由包村干部当日上门。"},
    "staff_roster": {"roster.population": 18300, "roster.villages": "槐树里社区|吴小雪（协理员）|槐树里社会救助服务站"},
    "five_haves_check": {"five.measures": "工作经费列入下一年度预算。"},
    "pilot_work_summary": {"summary.staff": "专职1人，兼职1人，协理员12人", "summary.proposals": "核对结果请在5日内反馈。"},
}  # fmt: skip


def sample(name: str, household: str = "ordinary") -> Sample:
    """Fill one of ``NAMES`` in; of the households only how much is told differs."""
    told = {**NEEDED.get(name, {}), **({} if household == "minimal" else TOLD.get(name, {}))}
    return filled(name, a_case(HOUSEHOLDS[household]), told, EXTRA.get(name, {}))
