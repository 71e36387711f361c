"""Invented households, an invented office, and what a clerk would add for each of the ten documents.

``ordinary``: a family of three; ``large``: nine people, the longest names, many assets; ``minimal``: what must be known
and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Final

from archivist.config import Config, Office, StaffMember
from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.doctype import DocumentType, Origin
from archivist.documents.render.render import document_text, render
from archivist.documents.values.context import DocumentSources
from archivist.documents.values.resolve import document_values
from archivist.errors import ArchivistError, CaseNotFound
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo
from archivist.model.roles import Role
from archivist.rules.pack import Pack, load
from tests.people import make_id

CATALOGUE: Final = Catalogue.load()
ON = dt.date(2024, 8, 16)
DAYS: Final[Mapping[str, dt.date]] = {
    "acceptance_notice": dt.date(2024, 8, 1),
    "account_authorization": dt.date(2024, 8, 20),
    "advance_supplement": dt.date(2024, 8, 5),
    "agency_authorization": dt.date(2024, 7, 29),
    "annual_review_plan": dt.date(2025, 10, 10),
    "applicant_explanation": dt.date(2024, 8, 9),
    "application_form": dt.date(2024, 7, 29),
    "appraisal_notice": dt.date(2024, 8, 12),
    "archive_transfer_list": dt.date(2024, 4, 8),
    "authorization_withdrawal": dt.date(2025, 9, 22),
    "benefit_change_decision": dt.date(2025, 2, 26),
    "benefit_change_form": dt.date(2025, 2, 25),
    "case_catalog": dt.date(2025, 10, 20),
    "case_cover": dt.date(2025, 10, 20),
    "case_notes": dt.date(2025, 10, 20),
    "cash_in_kind_receipt": dt.date(2024, 7, 28),
    "change_report_form": dt.date(2025, 2, 10),
    "change_verification_record": dt.date(2025, 2, 14),
    "complaint_register": dt.date(2025, 2, 11),
    "complaint_reply": dt.date(2025, 3, 4),
    "consistency_check_sheet": dt.date(2025, 10, 20),
    "correction_notice": dt.date(2024, 7, 30),
    "custody_register": dt.date(2028, 12, 31),
    "death_verification_form": dt.date(2025, 2, 6),
    "democratic_appraisal": dt.date(2024, 8, 14),
    "deregistration_form": dt.date(2025, 10, 9),
    "destruction_approval": dt.date(2025, 5, 12),
    "destruction_register": dt.date(2025, 5, 9),
    "destruction_supervision_record": dt.date(2025, 6, 3),
    "disability_ending_notice": dt.date(2025, 8, 15),
    "disability_refusal_notice": dt.date(2025, 11, 20),
    "disposal_appraisal_opinion": dt.date(2025, 4, 10),
    "disposal_appraisal_report": dt.date(2028, 7, 20),
    "dispute_submission": dt.date(2024, 8, 14),
    "economic_declaration": dt.date(2024, 7, 29),
    "electronic_destruction_log": dt.date(2025, 6, 3),
    "emergency_survey_record": dt.date(2024, 8, 1),
    "evidence_letter": dt.date(2024, 8, 5),
    "expense_verification": dt.date(2024, 8, 12),
    "expiry_list": dt.date(2025, 1, 8),
    "expunging_approval": dt.date(2025, 3, 10),
    "extension_notice": dt.date(2024, 8, 26),
    "fixity_manifest": dt.date(2025, 10, 20),
    "gradual_exit_notice": dt.date(2025, 8, 27),
    "handover_register": dt.date(2026, 12, 31),
    "handover_withdrawal": dt.date(2026, 3, 9),
    "hearing_notice": dt.date(2025, 2, 17),
    "hearing_record": dt.date(2025, 2, 20),
    "hold_register": dt.date(2028, 12, 31),
    "home_visit_record": dt.date(2025, 2, 20),
    "household_survey": dt.date(2024, 8, 6),
    "income_asset_calculation": dt.date(2024, 8, 7),
    "integrity_commitment": dt.date(2024, 7, 29),
    "kinship_declaration": dt.date(2024, 7, 29),
    "kinship_filing_register": dt.date(2024, 8, 1),
    "legal_hold_record": dt.date(2025, 4, 22),
    "material_receipt": dt.date(2024, 7, 30),
    "neighbor_interview": dt.date(2024, 8, 6),
    "non_acceptance_notice": dt.date(2024, 8, 2),
    "objection_register": dt.date(2024, 8, 9),
    "obligor_consent": dt.date(2026, 8, 12),
    "periodic_review_form": dt.date(2025, 2, 20),
    "personal_info_notice": dt.date(2024, 7, 29),
    "photo_evidence_sheet": dt.date(2024, 8, 6),
    "policy_publicity_record": dt.date(2024, 9, 30),
    "preliminary_publicity": dt.date(2024, 8, 8),
    "proactive_discovery_report": dt.date(2024, 7, 26),
    "public_delivery_notice": dt.date(2025, 3, 10),
    "quick_relief_form": dt.date(2024, 7, 30),
    "recognition_reliance": dt.date(2026, 8, 12),
    "recovery_notice": dt.date(2025, 3, 31),
    "recovery_prior": dt.date(2025, 3, 17),
    "rectification_notice": dt.date(2025, 3, 5),
    "rectification_report": dt.date(2025, 3, 20),
    "reinvestigation_record": dt.date(2024, 8, 13),
    "remedy_materials_list": dt.date(2025, 4, 22),
    "single_cover_form": dt.date(2026, 8, 14),
    "spot_check_feedback": dt.date(2025, 3, 5),
    "spot_check_record": dt.date(2025, 2, 28),
    "suspension_decision": dt.date(2025, 8, 27),
    "tekun_written_statement": dt.date(2024, 7, 29),
    "temp_emergency_advance_register": dt.date(2024, 7, 28),
    "termination_decision": dt.date(2025, 9, 12),
    "termination_publicity": dt.date(2025, 9, 1),
    "township_implementation_plan": dt.date(2023, 11, 16),
    "township_work_rules": dt.date(2023, 11, 16),
    "leading_group_setup": dt.date(2023, 11, 16),
    "verification_authorization": dt.date(2024, 7, 29),
    "verification_recheck_record": dt.date(2024, 8, 12),
    "verification_request": dt.date(2024, 8, 2),
    "verification_result_notice": dt.date(2024, 8, 7),
}
"""Papers → the day they are of: before the household's benefit was confirmed, of its later life, of the archive's; all others are of ``ON``."""
QR = "AV1-TJHQDB2024000123-SQS7-3F"

TEN = (
    "application_form", "verification_authorization", "correction_notice", "acceptance_notice", "household_survey",
    "preliminary_publicity", "confirmation_decision", "refusal_decision", "deliberation_minutes", "delivery_receipt",
)  # fmt: skip

NEW = ("review_confirmation_form", "benefit_change_decision", "household_ledger")


def an_id(birth: str, serial: int, region: str = "120106") -> str:
    """Return a synthetic ID number with a right checksum; odd serials are men."""
    return make_id(birth, f"{serial:03d}", region)


CONFIG = Config(
    office=Office(
        name="示范区人民政府槐树街道办事处",
        code="TJHQ",
        district="示范区",
        bureau="示范区民政局",
        review_authority="示范区人民政府",
        court="示范区人民法院",
        verification_agency="示范区居民家庭经济状况核对中心",
        agency_sign="示槐救字",
        address="示范区槐树路18号二层社会救助窗口",
        phone="022-20000001",
        supervision_phone="022-20000002",
    ),
    people=tuple(
        StaffMember(name, (Role.PANEL,), post)
        for name, post in (
            ("郑有为", "街道公共服务办公室主任"),
            ("孟小舟", "槐树里社区党委书记"),
            ("苏和平", "区人大代表"),
            ("鲁明哲", "法律顾问"),
            ("向春雨", "居民代表"),
        )
    ),
    standards={"DB": "1010", "TK": "1720"},
)

FULL: dict[str, Any] = {
    "applicant": {
        "name": "王秀兰", "sex": "女", "ethnicity": "汉族", "id_type": "居民身份证", "id_number": an_id("19680305", 42),
        "household_address": "示范区槐树街道槐树里社区12号楼3门501", "address": "示范区槐树街道槐树里社区12号楼3门501",
        "village": "槐树里社区", "phone": "13900000001", "hukou": "城镇", "marital": "丧偶", "health": "重病",
        "disability": "肢体二级", "labour": "部分", "employment": "无业", "disability_cert": an_id("19680305", 42) + "42",
    },
    "members": [
        {
            "name": "李小满", "relation": "女儿", "id_type": "居民身份证", "id_number": an_id("20060512", 24),
            "household_address": "示范区槐树街道槐树里社区12号楼3门501", "hukou": "城镇", "marital": "未婚", "health": "健康",
            "labour": "无", "employment": "在校", "education": "高中在读", "employer": "示范区第三中学", "living_together": True,
            "covered": True, "authorized": True, "monthly_income": "0",
        },
        {
            "name": "李大暑", "relation": "儿子", "id_type": "居民身份证", "id_number": an_id("19991120", 51),
            "household_address": "示范区槐树街道槐树里社区12号楼3门501", "hukou": "城镇", "marital": "未婚",
            "health": "健康", "labour": "有", "employment": "灵活就业", "education": "中专", "monthly_income": "1200",
            "living_together": True, "covered": True, "authorized": True,
        },
    ],
    "application": {
        "date": "2024-07-29", "cause": "本人患病需长期治疗，丈夫去世，女儿在读高中，儿子打零工收入不稳定，家庭生活困难。",
        "hardships": ["重病", "支出过大"], "prior_assistance": "2022年曾获支出型临时救助3000元。", "method": "本人",
        "received_on": "2024-07-30", "accepted_on": "2024-08-01",
    },
    "incomes": [
        {"member": "李大暑", "kind": "工资性收入", "period": "2024年1—6月", "source": "零工", "declared": "7200", "verified": "7200",
         "approved": "7200", "evidence": "流水"},
        {"member": "王秀兰", "kind": "转移净收入", "period": "2024年1—6月", "source": "遗属补助、赡养费", "declared": "3000", "verified": "3000",
         "approved": "3000", "evidence": "流水"},
    ],
    "assets": [
        {"kind": "银行存款", "owner": "王秀兰", "description": "示范银行槐树支行", "declared": "5200.35", "verified": "5200.35", "approved": "5200.35"},
        {"kind": "房屋", "owner": "王秀兰", "description": "12号楼3门501", "quantity": "46.5平方米", "declared": "0", "exempt": True, "exempt_reason": "唯一住房"},
    ],
    "expenses": [{"kind": "医疗", "period": "2024年上半年", "total": "18000", "reimbursed": "11000", "own_share": "7000", "receipt": "12张"}],
    "housing": {"tenure": "自有", "structure": "砖混", "area_m2": "46.5", "utilities": "齐全"},
    "account": {"holder": "王秀兰", "bank": "示范银行槐树支行", "number": "6222020200000000018", "nature": "本人"},
    "benefit": {
        "persons": 3, "standard": "1010", "income_per_head": "566.67", "method": "补差", "amount": "1330", "start": "2024-09",
        "review_cycle": "每半年",
    },
}  # fmt: skip

OBLIGOR: Final[dict[str, Any]] = {
    "name": "李芳菲", "relation": "女儿", "id_number": an_id("19850202", 86), "address": "示范区柳树街道", "family_size": 2,
    "family_income": "5200", "income_per_head": "2600", "capacity": "有", "monthly_support": "300", "authorized": True,
}  # fmt: skip
"""The applicant's other daughter, who lives by herself."""
CHANGE: Final = "经2025年2月信息核对和入户调查，{who}成员李大暑已另住就业，共同生活家庭成员由3人变为2人，月人均收入由566.67元变为572.25元。"
"""Why the benefit of the ordinary household is reduced from March 2025."""
CHANGED: Final[dict[str, Any]] = {
    **FULL,
    "members": FULL["members"][:1],
    "benefit": {**FULL["benefit"], "persons": 2, "income_per_head": "572.25", "amount": "875.50"},
}  # fmt: skip
"""The ordinary household after that."""
AFTER_CHANGE: Final = frozenset(
    {"benefit_change_decision", "suspension_decision", "gradual_exit_notice", "termination_decision", "deregistration_form"}
)  # fmt: skip
"""Papers that are made of it as it then is."""

LONG_COMMUNITY: Final = "勐库镇公弄村大中村布朗族社区居民委员会"
"""As long as the names of communities come."""
LONG_NAME = "阿卜杜热合曼·买买提依明江·阿不都克里木"
BIG: dict[str, Any] = {
    **FULL,
    "applicant": {
        **FULL["applicant"], "name": LONG_NAME, "ethnicity": "维吾尔族", "id_number": an_id("19700101", 33), "sex": "男", "village": LONG_COMMUNITY,
        "household_address": "示范区槐树街道槐树里社区幸福家园二期东区第十三号楼第二单元一千二百零一室（原槐树村三组四十五号）",
    },
    "members": [
        {
            "name": f"{'古丽' * (i % 3 + 1)}·{LONG_NAME[:7 + i]}", "relation": ("配偶", "儿子", "女儿", "儿媳", "孙子")[i % 5],
            "id_type": "居民身份证", "id_number": an_id(f"19{70 + 3 * i}0{i + 1}1{i}", 100 + i), "hukou": "农村", "marital": "已婚",
            "household_address": "示范区槐树街道槐树里社区幸福家园二期东区第十三号楼第二单元一千二百零一室",
            "health": "多病", "disability": "肢体三级", "labour": "部分", "employment": "未登记失业", "education": "全日制本科在读",
            "employer": "示范区槐树路便民综合服务有限责任公司", "monthly_income": "2345.67", "living_together": i != 7,
            "excluded_reason": "服刑" if i == 7 else None, "covered": i != 7, "authorized": True,
        }
        for i in range(8)
    ],
    "incomes": FULL["incomes"] * 6,
    "obligors": [
        {"name": "买买提·吐尔逊", "relation": "兄", "id_number": an_id("19650202", 77), "address": "示范区柳树街道", "family_size": 4,
         "family_income": "9800", "income_per_head": "2450", "capacity": "无能力", "authorized": True}
    ],
}  # fmt: skip

MINIMAL: dict[str, Any] = {
    "applicant": {"name": "丁一", "id_number": an_id("19500101", 12), "village": "槐树里社区"},
    "application": {"received_on": "2024-07-30", "accepted_on": "2024-08-01"},
    "benefit": {
        "amount": "1010",
        "persons": 1,
        "start": "2024-09",
        "method": "补差",
        "review_cycle": "每半年",
    },
}

HOUSEHOLDS: Final[Mapping[str, dict[str, Any]]] = {"ordinary": FULL, "large": BIG, "minimal": MINIMAL}


def _no_case(number: CaseNo) -> Case:
    raise CaseNotFound(str(number))


SOURCES: Final = DocumentSources(load("national"), CATALOGUE, read_case=_no_case, case_numbers=lambda: ())
"""What the national rules say, in an archive without other households."""


@cache
def rules_of(pack: str) -> Pack:
    """Return the rules of a pack, read once."""
    return load(pack)


@dataclass(frozen=True)
class Setting:
    """Where a paper is made.

    Attributes:
        config: the office.
        pack: whose rules are asked first; without one, what a sample tells in their place stands.
    """

    config: Config = CONFIG
    pack: str = ""

    @property
    def sources(self) -> DocumentSources:
        """What its rules say."""
        return replace(SOURCES, pack=rules_of(self.pack)) if self.pack else SOURCES


_ANY: Final = Setting()
SETTING: Final[ContextVar[Setting]] = ContextVar("setting", default=_ANY)
CHAIN: dict[str, object] = {
    "approval.posts": [{"post": "经办机构经办人\n（初审）"}, {"post": "管理部门负责人\n（复审）"}, {"post": "街道分管领导\n（决定）"}]
}  # fmt: skip
"""What the rule pack says of a document that is signed off post by post."""
EXTRA: dict[str, dict[str, object]] = {
    "benefit_change_decision": {
        "doc_no": "示槐救字〔2025〕12号",
        "decision": {"basis": ["《社会救助暂行办法》第十三条", "《最低生活保障审核确认办法》第三十二条"]},
    },
    "acceptance_notice": {"deadline": dt.date(2024, 9, 12), "doc_no": "示槐救字〔2024〕31号"},
    "correction_notice": {
        "deadline": dt.date(2024, 8, 6), "doc_no": "示槐救字〔2024〕30号",
        "missing_materials": [
            {"id": "mat_id_card", "name": "居民身份证（李大暑）", "reason": "未提交", "requirement": "提交原件核验，留存正反面复印件",
             "basis": "本地申请材料清单"},
            {"id": "verification_authorization", "name": "家庭经济状况调查核对授权委托书", "reason": "李大暑未签名、未按指印",
             "requirement": "本人到窗口补签，或由工作人员上门办理", "basis": "《最低生活保障审核确认办法》第九条"},
        ],
    },
    "preliminary_publicity": {
        "doc_no": "示槐救字〔2024〕33号",
        "publicity": {"start": dt.date(2024, 8, 8), "end": dt.date(2024, 8, 15), "days": 7, "day_kind": "天"},
    },
    "confirmation_decision": {
        "doc_no": "示槐救字〔2024〕35号",
        "decision": {"basis": ["《社会救助暂行办法》第十一条", "《最低生活保障审核确认办法》第二十一条"]},
    },
    "refusal_decision": {
        "doc_no": "示槐救字〔2024〕36号", "deadline": dt.date(2024, 8, 21),
        "decision": {"basis": ["《最低生活保障审核确认办法》第二十一条", "示范区最低生活保障标准：每人每月1010元"]},
    },
}  # fmt: skip

GIVEN: dict[str, dict[str, object]] = {
    "review_confirmation_form": {
        "review.monthly_income": "1700", "review.assets": "银行存款5200.35元；唯一住房一套46.5平方米。", "review.report_no": "核〔2024〕118",
        "review.surveyors": "周立冬、吴小雪", "survey.date": "2024-08-06", "review.objection": "有（详见登记表）", "publicity.start": "2024-08-08",
        "publicity.end": "2024-08-15",
    },
    "benefit_change_decision": {
        "change.original_no": "示槐救字〔2024〕35号", "change.kind": "减发", "change.before": "1330", "change.start": "2025-03",
        "change.before_persons": 3, "change.members": "李大暑不再列入保障成员。", "change.findings": CHANGE.format(who="你户"),
    },
    "household_ledger": {
        "ledger.month": "2024-09",
        "ledger.rows": [
            {"number": f"TJHQ-DB-2024-{i:06d}", "name": "王秀兰" if i % 5 else "阿卜杜热合曼·买买提依明江·阿不都克里木", "village": "槐树里社区" if i % 3 else "幸福家园二期东区社区",
             "members": i % 5 + 1, "category": "最低生活保障" if i % 4 else "特困人员救助供养", "amount": f"{900 + 37 * i}.50", "start": "2024-09",
             "account": f"****{1000 + i}", "reviewed": "2024-08-16", "due": "2025-02-16", "file_no": f"ZY·SHJZ·2024·D10-{i:04d}", "status": "在享"}
            for i in range(1, 41)
        ],
    },
    "acceptance_notice": {"handler.name": "周立冬"},
    "correction_notice": {"联系人": "周立冬"},
    "confirmation_decision": {
        "decision.findings": "你户共同生活家庭成员3人，2024年1月至6月家庭总收入10200元，月人均收入566.67元，低于本区最低生活保障标准每人每月1010元；"
        "家庭财产状况符合规定。公示期间有居民反映你户成员李大暑收入较高，经重新调查核实，与申报一致，异议不成立。"
    },
    "refusal_decision": {
        "查明事实": "你户共同生活家庭成员3人。经信息核对和入户调查，2024年1月至6月家庭总收入21600元，月人均收入1200元。",
        "理由": "一是月人均收入1200元，高于本区最低生活保障标准每人每月1010元。\n二是名下有非必需机动车一辆，不符合家庭财产状况规定。",
        "证据清单": "家庭经济状况信息核对报告|区核对中心|收入和车辆登记情况\n入户调查表|街道调查组|实际生活状况",
        "其他救助途径提示": "如因病支出较大造成生活困难，可以申请支出型临时救助。",
    },
    "deliberation_minutes": {
        "meeting.no": "第3期", "meeting.time": "2024-08-15 14:30", "meeting.place": "街道二楼会议室", "meeting.chair": "郑有为",
        "meeting.recorder": "周立冬", "meeting.dispute": "公示期间有居民反映该户儿子有稳定工作，实际收入高于申报数额。",
        "meeting.discussion": "经办人员介绍了重新核查情况：工资流水、缴费记录与申报一致，务工为短期零工。\n与会人员查阅了入户调查表和核对报告，认为申报属实。",
        "meeting.agree": 5, "meeting.against": 0, "meeting.abstain": 0,
        "meeting.conclusion": "该户家庭经济状况符合最低生活保障条件，建议予以确认。", "列席": "李经纬（区民政局社会救助科）",
    },
    "delivery_receipt": {"送达文书": "社会救助确认决定书|示槐救字〔2024〕35号|1"},
}  # fmt: skip


def facts_for(name: str, household: str) -> dict[str, Any]:
    """Return what is on record of a household when a paper is made of it."""
    return CHANGED if household == "ordinary" and name in AFTER_CHANGE else HOUSEHOLDS[household]


def a_case(facts: dict[str, Any] = FULL, category: str = "DB") -> Case:
    """Return an open case with these facts."""
    return Case(
        CaseNo.parse(f"TJHQ-{category}-2024-000123"), opened_on=dt.date(2024, 7, 29), facts=parse_facts(facts)
    )


@dataclass(frozen=True)
class Sample:
    """A document as it is filled in: of which household, and with what."""

    document: DocumentType
    case: Case
    values: dict[str, Any]

    @cached_property
    def data(self) -> bytes:
        """The finished ``.docx``."""
        assert self.document.template is not None
        return render(self.document.template, self.values, qr_payload=QR, phrases=self.document.phrases)

    @cached_property
    def text(self) -> str:
        """What it prints, a line a paragraph."""
        return "".join(document_text(self.data))


def filled(
    name: str, case: Case, given: Mapping[str, object] = {}, extra: Mapping[str, object] = {}
) -> Sample:
    """Fill a document in for a household, with the posts that sign it off."""
    document, setting = CATALOGUE.get(name), SETTING.get()
    told = {**CHAIN, **extra}
    if setting.pack:
        with suppress(
            ArchivistError
        ):  # its rules do not say all that this household needs: then what is told stands
            values = _values(
                document, case, _untold(document, given), _untold(document, told), setting.sources
            )
            return Sample(document, case, values)
    # What its rules say is told, so that it can be any place's.
    return Sample(
        document, case, _values(document, case, given, told, None if document.of_office else setting.sources)
    )


def _values(
    document: DocumentType,
    case: Case,
    given: Mapping[str, object],
    extra: Mapping[str, object],
    sources: DocumentSources | None,
) -> dict[str, Any]:
    config = SETTING.get().config
    on = DAYS.get(document.id, ON)
    return document_values(document, case, config, on=on, given=given, extra=extra, sources=sources)


def _untold(document: DocumentType, told: Mapping[str, object]) -> dict[str, object]:
    """Return what is told that no rule says; a number is given when a paper is issued, a death told by a step: they stay."""
    of_rules = {key for f in document.fields if f.origin is Origin.RULE for key in (f.path, f.label)}
    of_rules -= {"doc_no", "death.date"}
    return _without(told, of_rules)


def _without(told: Mapping[str, object], paths: set[str], above: str = "") -> dict[str, object]:
    """Return what is told but for some paths, however deep it is nested; a group of which nothing is left goes too."""
    left: dict[str, object] = {}
    for key, value in told.items():
        path = f"{above}{key}"
        if path in paths:
            continue
        if isinstance(value, Mapping):
            value = _without(value, paths, f"{path}.")
            if not value:
                continue
        left[key] = value
    return left


def sample(name: str, household: str = "ordinary") -> Sample:
    """Fill one of ``TEN`` or ``NEW`` in for one of the households."""
    return filled(name, a_case(facts_for(name, household)), GIVEN.get(name, {}), EXTRA.get(name, {}))
