"""Volumes of papers for three households, and what a clerk or the engine of lists adds for the archive's documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from archivist.model.case import Case
from archivist.model.event import FileEntry
from archivist.model.ids import RecordNo, Sha256, in_rows, record_no
from archivist.model.record import Record, RecordStatus
from archivist.preservation.four_nature.items import all_items
from tests.documents.samples import BIG, FULL, LONG_NAME, MINIMAL, Sample, a_case, filled

PAPERS = (
    ("application_form", "社会救助申请书", "01 申请", 2, "2024-07-30"),
    ("mat_id_card", "居民身份证", "01 申请", 1, "2024-07-30"),
    ("mat_household_register", "居民户口簿", "01 申请", 3, "2024-07-30"),
    ("acceptance_notice", "受理通知书", "02 受理", 1, "2024-08-01"),
    ("verification_report", "家庭经济状况信息核对报告", "03 信息核对", 4, "2024-08-05"),
    ("household_survey", "入户调查表", "04 经济状况调查", 3, "2024-08-06"),
    ("review_confirmation_form", "社会救助审核确认表", "05 初审公示", 3, "2024-08-15"),
    ("confirmation_decision", "社会救助确认决定书", "06 审核确认", 2, "2024-08-16"),
    ("delivery_receipt", "送达回证", "07 送达备案", 1, "2024-08-19"),
    ("periodic_review_form", "定期复核表", "09 动态管理", 2, "2025-02-20"),
    ("benefit_change_decision", "社会救助变更决定书", "09 动态管理", 2, "2025-02-26"),
    ("delivery_receipt", "送达回证", "07 送达备案", 1, "2025-03-12"),
    ("termination_decision", "终止社会救助决定书", "09 动态管理", 2, "2025-09-12"),
    ("photo_evidence_sheet", "入户影像资料单", "04 经济状况调查", 1, "2025-10-13"),
)
NUMBERED = {
    "acceptance_notice": "示槐救字〔2024〕31号", "confirmation_decision": "示槐救字〔2024〕35号", "benefit_change_decision": "示槐救字〔2025〕12号",
}  # fmt: skip
"""What was issued → its number."""


def a_volume(facts: dict[str, Any] = FULL, count: int = len(PAPERS), category: str = "DB") -> Case:
    """Return a case with so many papers, the third decision printed and signed, the last notice not yet signed."""
    case = a_case(facts, category)
    records: dict[RecordNo, Record] = {}
    for i in range(count):
        kind, title, folder, pages, day = PAPERS[i % len(PAPERS)]
        no = record_no(len(records) + 1)
        issued = kind in NUMBERED
        decided = [n for n, r in records.items() if r.type.endswith("_decision") and not r.signs][-1:]
        of_receipt = {"serves": decided} if kind == "delivery_receipt" else {}
        path = f"data/{folder}/{no} {title}.{'docx' if issued else 'pdf'}"
        records[no] = Record(
            no, kind, title, folder, RecordStatus.PENDING if issued else RecordStatus.FILED,
            f"{day}T10:05:00+08:00", (entry(path, no),), (), 0 if issued else pages,
            data={"doc_no": NUMBERED[kind], "code": "AV1", "date": day} if issued else of_receipt,
        )  # fmt: skip
        if kind == "confirmation_decision":
            signed = record_no(len(records) + 1)
            records[no] = replace(records[no], status=RecordStatus.SIGNED, signed_by=signed)
            records[signed] = Record(
                signed, kind, f"{title}（签署件）", folder, RecordStatus.SIGNED_COPY, f"{day}T16:20:00+08:00",
                (entry(f"data/{folder}/{signed} {title}（签署件）.pdf", signed),), (), pages, signs=no,
            )  # fmt: skip
    return replace(case, records=records, seq=count + 2, head=Sha256("3f" * 32))


def entry(path: str, no: RecordNo) -> FileEntry:
    return FileEntry(path, Sha256("9c0a1e7b" * 8), 123_456 + int(no), no)


HOUSEHOLDS = {"ordinary": a_volume(), "large": a_volume(BIG, 60, "TK"), "minimal": a_volume(MINIMAL, 3)}

EXTRA: dict[str, dict[str, object]] = {
    "case_cover": {"volume.retention": "注销（停保）之日起不少于3年"},
    "case_notes": {"volume.lacking": ["没有签收的送达回证", "没有一致性核对表"]},
    "fixity_manifest": {"volume.checked": "2024-08-16 10:30，全部相符"},
}


def kept(i: int) -> dict[str, object]:
    """One row of a list of volumes, ordinary or as long as they come."""
    name = LONG_NAME if i % 5 == 0 else f"{'赵钱孙李周吴郑王'[i % 8]}{'春夏秋冬'[i % 4]}{'生明华英兰'[i % 5]}"
    of_care = i % 4 == 0
    kind = "特困人员救助供养" if of_care else "最低生活保障"
    return {
        "case": f"TJHQ-{'TK' if of_care else 'DB'}-2019-{i:06d}", "file_no": f"Z109-ZY·SHJZ·2021·D5-{i:04d}", "title": f"{name}户{kind}档案",
        "category": kind, "item_count": 20 + i, "pages": 60 + i, "files": 30 + i, "bytes": 12_345_678 * i, "medium": "纸质、电子",
        "sha256": "9c0a1e7b" * 8, "deregistered_on": "2021-12-31", "period": "注销（停保）之日起不少于3年", "expires": "2024-12-31",
        "held": i == 3, "pending": "行政诉讼未审结" if i == 3 else "", "advice": "暂缓" if i == 3 else "提交鉴定", "year": "2019",
        "due": "注销（停保）之日起不少于3年", "kept": "3年4个月", "note": "", "value": "一般", "dispute": "", "opinion": "",
        "path": f"data/06 审核确认/{i:04d} 社会救助确认决定书（签署件）.pdf", "location": ("在线", "备份", "离线", "报区副本")[i % 4],
        "method": "逻辑和物理删除", "erased_at": "2025-06-03 10:15", "result": "读不到，已删除",
    }  # fmt: skip


def many(*keys: str, count: int = 24) -> list[dict[str, object]]:
    """Rows of a list over many cases, with these columns."""
    return [{k: v for k, v in kept(i).items() if k in keys} for i in range(1, count + 1)]


LISTED: Final = f"销毁批次 XH-2025-001。清册的 SHA-256 摘要：\n{in_rows('3f9c0a1e' * 8)}"
"""What stands below every form of a batch that is given up."""
DESTROYED: dict[str, object] = {
    "destruction.volumes": 24,
    "destruction.pages": 1740,
    "destruction.files": 1020,
    "register.notes": [LISTED],
}
UNSEEN: Final = {
    "ZS03": "还没有报送过，没有可以比对的锚", "KY05": "没有登记软硬件环境", "AQ01": "没有登记病毒查杀的记录",
}  # fmt: skip
"""Items that could not be looked into, and why."""


def _seen(item: str) -> dict[str, object]:
    return {"result": "未检" if item in UNSEEN else "合格", "note": UNSEEN.get(item, "3户全部相符")}


GIVEN: dict[str, dict[str, object]] = {
    "ledger_seal": {
        "seal.id": "FC-20240816-01", "seal.cases": 312, "seal.bags": 330, "seal.ledger": "ledger-2024 第 1204 笔",
        "seal.sha256": in_rows("3f9c0a1e" * 8),
    },
    "four_nature_report": {
        "four.phase": "全部环节", "four.cases": 3, "four.conclusion": "有未检，不写合格",
        "four.tally": "真实 13/14（1 未检），完整 7/7，可用 4/5（1 未检），安全 4/5（1 未检）",
        "four.rows": [
            {"n": n, "nature": item.nature.value, "item": item.name, "required": "是" if item.required else "", **_seen(item.id)}
            for n, item in enumerate(all_items(), 1)
        ],
        "four.households": [
            {
                "case": f"TJHQ-DB-2024-{n:06d}", "seq": 12 + n, "head": "3f9c0a1e5b7d2468", "conclusion": "有未检，不写合格",
                "failed": "", "unchecked": "固化信息有效性（外部锚）、软硬件环境、病毒",
            }
            for n in range(1, 4)
        ],
    },
    "submission_receipt": {
        "receipt.submission": "S-TJHQ-2024Q1-01", "receipt.from": "示范区人民政府槐树街道办事处（TJHQ）", "receipt.parts": 2,
        "receipt.accepted": 23, "receipt.returned": 1, "receipt.anchor": in_rows("3f9c0a1e" * 8),
        "receipt.rows": [
            {"n": n, "number": f"TJHQ-DB-2024-{n:06d}", "seq": 40 + n, "head": "3f9c0a1e5d7b2c4f6a80", "result": "退回" if n == 7 else "接收",
             "why": "材料的内容被改动，另有 2 处" if n == 7 else ""}
            for n in range(1, 25)
        ],
    },
    "sample_draw": {
        "draw.id": "CC-202403-01", "draw.month": "2024-03", "draw.size": 75, "draw.drawn": 22, "draw.kin": 3, "draw.lot": "3 17 22",
        "draw.frame": in_rows("0d56a1b2" * 8), "draw.seed": in_rows("89057c3d" * 8),
        "draw.strata": [
            {"office": "TJHQ", "category": "最低生活保障", "size": 60, "wanted": 18, "share": "30.0%"},
            {"office": "TJHQ", "category": "特困人员救助供养", "size": 12, "wanted": 4, "share": "33.3%"},
        ],
        "draw.rows": [
            {"n": n, "number": f"TJHQ-{'TK' if n > 21 else 'DB'}-2024-{n:06d}", "category": "特困人员救助供养" if n > 21 else "最低生活保障",
             "why": "近亲属，全查" if n < 4 else "抽中"}
            for n in range(1, 26)
        ],
    },
    "retention_schedule": {
        "schedule.version": "2024年第1版",
        "schedule.rows": "户档·审核审批类|申请书等|不少于3年|注销（停保）之日|鉴定|《关于加强最低生活保障档案管理的通知》“停保后不少于3年”\n"
        "户档·日常管理类|定期复核表等|不少于5年|形成年度终了|鉴定|《关于加强最低生活保障档案管理的通知》“不少于5年”",
    },
    "archive_transfer_list": {
        "transfer.kind": "季度报区", "transfer.from": "示范区人民政府槐树街道办事处", "transfer.to": "示范区民政局",
        "transfer.rows": many("case", "file_no", "title", "item_count", "pages", "medium", "bytes", "sha256", "note"),
        "register.notes": [f"锚（anchor/heads.tsv 的 SHA-256，二维码为其前 20 位）：\n{in_rows('3f9c0a1e' * 8)}", f"分包 S-TJHQ-2024Q1-01_001.zip 的 SHA-256：\n{in_rows('0d56a1b2' * 8)}"],
    },
    "expiry_list": {
        "expiry.on": "2024-12-31",
        "expiry.rows": many("case", "file_no", "title", "category", "deregistered_on", "period", "expires", "held", "pending", "advice"),
    },
    "disposal_appraisal_opinion": {"appraisal.rows": many("case", "file_no", "title", "expires", "value", "pending", "dispute", "opinion")},
    "hold_register": {
        "register.period": "截至2028年12月31日", "register.open": 2, "register.gone": 1,
        "register.rows": [
            {"hold": "G1", "scope": "成批：最低生活保障，2024年立户，槐树里社区", "cause": "审计", "start": "2028-03-01", "source": "示范区审计局 示审〔2028〕3号", "until": "审计报告送达", "review_on": "2029-03-01"},
            {"hold": "H1", "scope": "TJHQ-DB-2018-000001", "cause": "行政诉讼", "start": "2027-10-08", "source": "示范区人民法院 （2027）示01行初12号", "until": "收到生效判决书", "review_on": "2028-10-08"},
            {"hold": "H2", "scope": "TJHQ-DB-2018-000007（第0003、0009件）", "cause": "信访", "start": "2026-01-12", "source": "", "until": "信访办结", "released_on": "2026-09-30", "release": "信访事项办结（白主恩、魏长河）"},
        ],
    },
    "handover_register": {
        "register.rows": [
            {
                "case": f"TJHQ-DB-2024-{n:06d}", "category": "最低生活保障", "package": "S-TJHQ-2026-01", "to": "TJHX", "on": "2026-03-02",
                "received_on": "2026-03-05" if n % 3 else "", "receiver": "示范区新设街道办事处" if n % 3 else "", "status": "已接收" if n % 3 else "等接收回执",
            }
            for n in range(1, 25)
        ],
        "register.period": "截至2026年12月31日", "register.count": 24, "register.open": 8, "register.listed": 16, "register.gone": 0,
    },
    "custody_register": {
        "register.period": "截至2028年12月31日", "register.count": 24, "register.listed": 20, "register.due": 3, "register.open": 1,
        "register.rows": [
            {"case": f"TJHQ-DB-2018-{n:06d}", "file_no": f"Z012-DB·2018-D3-{n:06d}", "category": "最低生活保障", "deregistered_on": "2025-07-05" if n < 5 else "2026-07-06", "item_count": 26 + n % 7, "pages": 58 + n % 9,
             "period": "注销（停保）之日起不少于3年", "expires": "2028.7.5" if n < 5 else "2029.7.6", "status": "可鉴定" if n < 5 else "在保管", "held": "H1 行政诉讼" if n == 1 else ""}
            for n in range(1, 25)
        ],
    },
    "disposal_appraisal_report": {
        "appraised.scope": "XH-2028-001号清册所列保管期限届满的社会救助户档24卷、696件，形成年度2018—2024年。",
        "appraised.members": "魏长河、钱春分、白主恩", "appraised.on": "2028-07-19",
        "appraised.rows": [
            {"category": "最低生活保障", "volumes": 20, "destroy": 17, "extend": 2, "keep": 1},
            {"category": "特困人员救助供养", "volumes": 4, "destroy": 4, "extend": 0, "keep": 0},
        ],
        "appraised.ground": "保管期限已满，鉴定小组认为没有继续保存的价值",
        "appraised.volumes": 24, "appraised.destroy": 21, "appraised.extend": 2, "appraised.keep": 1,
        "appraised.kept": [
            {"case": f"TJHQ-DB-2018-{n:06d}", "file_no": "", "expires": "2027-03-08", "until": "永久" if n == 3 else "至2033年12月31日"}
            for n in range(1, 4)
        ],
    },
    "expunging_approval": {
        "expunging.case": "TJHQ-DB-2024-000123", "expunging.record": "0016", "expunging.title": "居民身份证", "expunging.filed_on": "2025-02-21",
        "expunging.size": "2个文件，2页", "expunging.digests": "；\n".join([in_rows("3f9c0a1e" * 8)] * 2), "expunging.why": "误归入他户",
        "expunging.kept": "TJHQ-DB-2024-000124 第 0003 件", "expunging.copies": "还有备份2处、报送1处，剔除后逐处清除。",
    },
    "handover_withdrawal": {
        "handover.package": "S-TJHQ-2026-01", "handover.on": "2026-03-02", "handover.to": "TJHX", "handover.size": "312户，2个分包",
        "handover.anchor": in_rows("3f9c0a1e" * 8), "handover.reason": "接管的机关代码写错，应为 TJHC。",
    },
    "group_release_approval": {
        "release.hold": "G1", "release.start": "2024-03-08", "release.cause": "审计", "release.cases": "最低生活保障，2023年立户，槐树里社区",
        "release.households": "213户", "release.basis": "审计结束，审计报告〔2024〕3号", "release.until": "审计结束", "release.authority": "示范区审计局",
    },
    "destruction_register": {
        "destruction.rows": many("title", "year", "file_no", "case", "due", "kept", "pages", "files", "bytes", "note")
    },
    "destruction_approval": {
        "destruction.department": "公共服务办公室", "destruction.reason": "保管期限届满，经鉴定没有继续保存价值。",
        "destruction.report": "2025年档案鉴定工作报告", **DESTROYED,
    },
    "destruction_supervision_record": {"destruction.register": "2025年第1号《档案销毁清册》（2025年5月9日）", **DESTROYED},
    "electronic_destruction_log": {
        "destruction.register": "2025年第1号《档案销毁清册》（2025年5月9日）",
        "erased.rows": many("case", "path", "bytes", "sha256", "location", "method", "erased_at", "result"),
        "erased.kept": "户号、档号、案卷题名（人名以户号代替）、件数、页数、保管期限、鉴定和销毁记录。",
    },
    "legal_hold_record": {"保全事由": "行政复议", "hold.start": "2025-04-22", "hold.until": "收到行政复议决定书，且未提起行政诉讼。"},
    "delegation_agreement": {
        "agreement.matters": "最低生活保障对象的确认|委托|本街道行政区域|《最低生活保障审核确认办法》\n特困人员的确认|委托|本街道行政区域|《特困人员认定办法》",
        "agreement.start": "2024-09-01", "agreement.end": "2027-08-31", "agreement.evidence_days": 5, "agreement.staff": 2,
        "agreement.funding": "甲方按照本级预算安排救助资金，协调落实乙方开展受托事项所需工作经费。",
    },
    "delegation_power_list": {
        "powers.rows": "区民政局|镇（街道）|最低生活保障对象的确认|通过委托的方式将最低生活保障社会救助行政确认权限下放镇（街道）|依据《最低生活保障审核确认办法》，履行对辖区最低生活保障对象的审核确认。\n"
        "区民政局|镇（街道）|特困人员的确认|通过委托的方式将特困人员社会救助行政确认权限下放镇（街道）|依据《特困人员认定办法》，履行对辖区特困人员的审核确认。\n"
        "区民政局|镇（街道）|残疾人“两项补贴”的审核|通过委托的方式将残疾人“两项补贴”社会救助行政给付审核权限下放镇（街道）|依据国家和本地残疾人两项补贴制度，履行审核职责。"
    },
    "deliberation_body_setup": {
        "body.members": "郑有为|分管领导|街道办事处副主任|\n周立冬|管理部门|公共服务办公室主任|\n孟小舟|居委会|槐树里社区党委书记|\n苏和平|群众代表|区人大代表|\n向春雨|群众代表|居民代表|",
        "body.start": "2024-09-01", "body.end": "2027-08-31", "body.office": "公共服务办公室",
    },
    "deliberation_rules": {
        "rules.size": "5至7人", "rules.scope": "最低生活保障、特困人员救助供养、低收入家庭救助",
        "rules.cycle": "每月召开一次例会，没有议题的可以不召开。", "rules.call_days": 5, "rules.quorum": 4, "rules.voting": "记名投票",
        "rules.majority": "全体成员过半数", "rules.feedback_days": 2, "rules.valid_from": "2024-09-01",
    },
}  # fmt: skip
OF_A_CASE = (
    "case_cover",
    "case_catalog",
    "case_notes",
    "consistency_check_sheet",
    "fixity_manifest",
    "legal_hold_record",
)
OF_MANY = (
    "archive_transfer_list", "expiry_list", "disposal_appraisal_opinion", "destruction_register", "destruction_approval",
    "destruction_supervision_record", "electronic_destruction_log", "hold_register", "custody_register", "handover_register",
)  # fmt: skip
OF_THE_OFFICE = (
    "retention_schedule", "delegation_agreement", "delegation_power_list", "deliberation_body_setup", "deliberation_rules", "ledger_seal",
    "four_nature_report", "disposal_appraisal_report", "expunging_approval", "group_release_approval", "handover_withdrawal",
    "submission_receipt", "sample_draw",
)  # fmt: skip
NAMES = (*OF_A_CASE, *OF_MANY, *OF_THE_OFFICE)


def filled_of(case: Case, name: str, **given: object) -> Sample:
    """Fill one of ``NAMES`` in for a volume."""
    return filled(name, case, GIVEN.get(name, {}) | given, EXTRA.get(name, {}))


def sample(name: str, household: str = "ordinary") -> Sample:
    """Fill one of ``NAMES`` in for the volume of one of the households."""
    return filled_of(HOUSEHOLDS[household], name)
