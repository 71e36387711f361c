"""Papers that 社会救助法 of 2026 wants, and those that stand beside them, as they are filled in for the three households."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from tests.documents.samples import CHANGE, HOUSEHOLDS, LONG_NAME, Sample, a_case, an_id, filled
from tests.documents.types.upkeep_samples import HIDDEN, RECOVERED

NEEDED: Final[Mapping[str, dict[str, object]]] = {
    "hearing_notice": {
        "hearing.proposed": "减发", "hearing.reasons": CHANGE.format(who="你户"), "hearing.start": "2025-03",
        "hearing.until": "2025-02-24",
    },
    "obligor_consent": {"consent.name": "李芳菲", "consent.duty": "赡养", "consent.scope": "户籍、社会保险、不动产、银行存款"},
    "recovery_prior": {
        "recovery.fact": "骗取", "recovery.findings": HIDDEN,
        "recovery.period": "2024年11月至2025年2月", "recovery.until": "2025-03-24", "recovery.rows": RECOVERED,
    },
    "advance_supplement": {},
    "recognition_reliance": {
        "reliance.authority": "示范区民政局", "reliance.category": "最低生活保障边缘家庭", "reliance.decided_on": "2026-05-20",
    },
    "single_cover_form": {},
    "referral_sheet": {
        "referral.matter": "医疗", "referral.to": "示范区医疗保障局", "referral.reason": "申请人患慢性肾病，自负医疗费用较高，申请医疗救助。",
    },
    "authorization_withdrawal": {"withdrawal.name": "王秀兰"},
    "petition_reply": {
        "petition.person": "赵立春", "petition.no": "信〔2024〕9号", "petition.received_on": "2024-07-20",
        "petition.request": "请求本机关说明办理的依据和标准。", "petition.findings": "本机关依照规定的程序办理，标准已经公开。",
        "petition.opinion": "予以支持", "petition.reasons": "有关依据和标准随本意见书附后。",
        "petition.basis": "《社会救助暂行办法》第十条",
    },
}  # fmt: skip
TOLD: Final[Mapping[str, dict[str, object]]] = {
    "hearing_notice": {"change.original_no": "示槐救字〔2024〕35号", "hearing.before": "1330", "hearing.after": "875.50"},
    "obligor_consent": {
        "consent.phone": "13900000011", "consent.since": "2026-01-01", "consent.until": "2026-12-31",
        "consent.answer": "同意核对上列信息",
    },
    "advance_supplement": {
        "supplement.reason": "凌晨失火，身份证件在火中毁损，须当日安置。", "supplement.rows": "火灾事故认定书|2|2024-08-02|\n居民身份证（补办）|1|2024-08-05|",
        "supplement.cleared": "2024-08-01", "supplement.findings": "现场查看、消防部门认定与登记一致，属实。", "supplement.next": "不再追加",
        "supplement.more": "无",
    },
    "recognition_reliance": {
        "reliance.doc_no": "示民救字〔2026〕18号", "reliance.until": "2027-05-19", "reliance.status": "在享",
        "reliance.persons": "王秀兰等3人", "reliance.means": "信息共享平台、函询", "reliance.checked_on": "2026-08-12",
        "reliance.differences": "无", "reliance.use": "采用", "reliance.spared": "家庭收入、家庭财产、信息核对",
        "reliance.remaining": "困难情形和支出",
    },
    "single_cover_form": {
        "single.authority": "示范区民政局", "single.doc_no": "示民救字〔2026〕18号", "single.decided_on": "2026-05-20",
        "single.income": "1260", "single.valid": "是", "single.evidence": "出院小结和门诊慢特病证明（卷内第8件、第9件）。",
        "single.hardship": "无", "single.method": "本人没有收入，按一人保障标准全额计发。", "single.opinion": "符合单人纳入的情形，建议确认。",
    },
    "referral_sheet": {"referral.agreed": "同意转送", "referral.rows": "居民身份证|复印件|1\n出院小结|复印件|3"},
    "authorization_withdrawal": {
        "withdrawal.capacity": "申请人", "withdrawal.phone": "13900000001", "withdrawal.of": "TJHQ-DB-2024-000123-0003",
        "withdrawal.of_date": "2024-07-30", "withdrawal.scope": "全部",
    },
}  # fmt: skip
EXTRA: Final[Mapping[str, dict[str, object]]] = {
    "hearing_notice": {
        "doc_no": "示槐救字〔2025〕11号", "decision": {"basis": ["《社会救助暂行办法》第十三条", "《最低生活保障审核确认办法》第三十二条"]},
    },
    "recovery_prior": {"doc_no": "示槐救字〔2025〕14号", "decision": {"basis": ["《社会救助暂行办法》第六十八条"]}},
    "advance_supplement": {
        "deadline": dt.date(2024, 8, 5), "supplement": {"advanced_on": dt.date(2024, 7, 28), "amount": "2000"},
    },
}  # fmt: skip
CATEGORY: Final = {"advance_supplement": "JN"}
NAMES: Final = tuple(NEEDED)
OBLIGOR: Final = {"name": "李芳菲", "relation": "女儿", "id_number": an_id("19850202", 86)}


def sample(name: str, household: str = "ordinary", more: Mapping[str, object] = {}) -> Sample:
    """Fill one of ``NAMES`` in for one of the households; the minimal one tells only what is needed."""
    facts: dict[str, Any] = {**HOUSEHOLDS[household], "obligors": [OBLIGOR]}
    application = {**facts["application"]}
    given = {**NEEDED[name], **({} if household == "minimal" else TOLD.get(name, {})), **more}
    if name == "obligor_consent" and household == "large":
        facts["obligors"] = [{**OBLIGOR, "name": LONG_NAME}]
        given["consent.name"] = LONG_NAME
    if name == "single_cover_form":
        application |= {"single": True, "single_ground": "重病"}
        # Of one person without income, the whole of the standard.
        alone = {"persons": 1, "income_per_head": "0", "amount": "1010"}
        facts["benefit"] = {**facts["benefit"], **alone} if "benefit" in facts else {}
    if name == "advance_supplement":
        application |= {
            "event": "家中电线老化引发火灾，住房过火。",
            "event_place": "示范区槐树街道槐树里社区12号楼3门501",
            "event_date": "2024-07-28",
        }
    facts["application"] = application
    return filled(name, a_case(facts, CATEGORY.get(name, "DB")), given, EXTRA.get(name, {}))
