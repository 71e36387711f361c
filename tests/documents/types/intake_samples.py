"""Papers of application, acceptance and verification, as they are filled in for the three households."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from archivist.model.case import Case
from archivist.model.ids import RecordNo
from archivist.model.record import Record, RecordStatus
from tests.documents.samples import BIG, FULL, MINIMAL, OBLIGOR, Sample, a_case, an_id, filled

NAMES = tuple(
    "proactive_discovery_report agency_authorization economic_declaration integrity_commitment kinship_declaration "
    "tekun_written_statement material_receipt personal_info_notice non_acceptance_notice kinship_filing_register "
    "abandonment_record procedure_termination_notice verification_request verification_result_notice "
    "applicant_explanation noncompliance_submission verification_recheck_record".split()
)
ADVERSE = ("non_acceptance_notice", "procedure_termination_notice")
LONGEST = "阿卜杜热合曼·买买提依明江·阿不都克里木·吐尔逊江"
assert len(LONGEST) == 25

AGENT = {"name": "李大暑", "id_number": an_id("19991120", 51), "phone": "13900000003", "relation": "儿子"}
ORDINARY: dict[str, Any] = {
    **FULL,
    "agent": AGENT,
    "obligors": [OBLIGOR],
    "application": {**FULL["application"], "kinship": True, "kin_name": "王立秋"},
}
LARGE: dict[str, Any] = {
    **BIG,
    "applicant": {**BIG["applicant"], "name": LONGEST},
    "agent": {**AGENT, "name": LONGEST[::-1], "relation": "共同生活的侄子"},
    "application": {**FULL["application"], "kinship": True, "kin_name": LONGEST},
    "assets": [
        {"kind": "房屋", "owner": LONGEST, "description": "槐树里社区幸福家园二期东区第十三号楼第二单元一千二百零一室", "quantity": "1,246.5平方米",
         "acquired": "2003年11月", "declared": "1234567.89"},
        {"kind": "互联网金融资产", "owner": LONGEST, "description": "某货币市场基金", "declared": "12345.67"},
    ] * 8,
    "expenses": FULL["expenses"] * 10,
    "obligors": [{**OBLIGOR, "name": f"买买提·吐尔逊·{n}", "id_number": an_id("19650202", n)} for n in (77, 79, 81)],
}  # fmt: skip
HOUSEHOLDS: dict[str, dict[str, Any]] = {"ordinary": ORDINARY, "large": LARGE, "minimal": MINIMAL}

TEXT = "经审查，申请人户籍和经常居住地均不在本街道辖区，依规定应当向户籍所在地提出申请。"
GIVEN: dict[str, dict[str, object]] = {
    "non_acceptance_notice": {
        "refusal.kind": "不属于本机关管辖", "refusal.reasons": TEXT, "refusal.authority": "柳树街道办事处",
        "doc_no": "示槐救字〔2024〕29号",
    },
    "procedure_termination_notice": {
        "termination.facts": "2024年8月5日、8月9日、8月12日，调查人员三次上门，你户均拒绝入户调查，也没有说明理由。",
        "termination.urged": "2024年8月13日，本机关书面催告，要求你户于8月15日前配合调查，你户签收后仍未配合。",
        "doc_no": "示槐救字〔2024〕41号",
    },
    "verification_result_notice": {
        "verification.report_no": "示核〔2024〕第0118号",
        "verification.mismatches": "王秀兰|机动车|名下有小型汽车一辆|不得拥有非必需机动车\n法定义务人|履行能力|有履行义务能力|给付的赡养费应当计入收入",
        "doc_no": "示槐救字〔2024〕42号", "explain.until": "2024-08-14",
    },
}  # fmt: skip
BASES = {
    "non_acceptance_notice": ["《社会救助暂行办法》第十一条"],
    "procedure_termination_notice": ["《最低生活保障审核确认办法》第二十九条"],
    "verification_result_notice": ["《最低生活保障审核确认办法》第十八条"],
}
EXTRA: dict[str, dict[str, object]] = {
    **{name: {"decision": {"basis": basis}} for name, basis in BASES.items()},
    "material_receipt": {
        "materials": [
            {"name": "社会救助申请书", "need": "应有", "copies": "1", "pages": "2", "state": "已收"},
            {"name": "家庭经济状况调查核对授权委托书", "need": "应有", "copies": "1", "pages": "2", "state": "已收"},
            {"name": "居民户口簿", "need": "应有", "state": "未收到"},
        ],
        "receipt.missing": "居民户口簿",
    },
}  # fmt: skip


SIGNED = Record(
    RecordNo("0001"), "verification_authorization", "家庭经济状况调查核对授权委托书", "01 申请", RecordStatus.SIGNED,
    "2024-07-30T10:00:00+08:00",
)  # fmt: skip
"""The authorization that everybody signed."""


def case_of(name: str, household: str) -> Case:
    """The case a document is printed for; 特困 papers for a 特困 case."""
    facts = HOUSEHOLDS[household]
    if name == "agency_authorization" and "agent" not in facts:
        facts = {**facts, "agent": {"name": "李大暑"}}
    category = "TK" if name == "tekun_written_statement" else "DB"
    case = a_case(facts, category)
    return replace(case, records={SIGNED.no: SIGNED}) if name == "verification_request" else case


def sample(name: str, household: str = "ordinary", more: Mapping[str, object] = {}) -> Sample:
    """Fill one of ``NAMES`` in for one of the households."""
    return filled(name, case_of(name, household), {**GIVEN.get(name, {}), **more}, EXTRA.get(name, {}))
