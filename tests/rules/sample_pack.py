"""A whole rule pack, as small as one can be and sound: what tests break, one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from archivist.rules.layers import Layer
from archivist.rules.pack import Pack, assemble

PACK: Final = """
title = "样例县"
looked_at = 2024-03-01
[measures]
M1 = "《样例办法》"
[delegated]
DB = "审核确认"
TK = "审核确认"
"""
RULES: Final = """
[[rule]]
id = "overall"
title = "总期限"
value = 30
unit = "工作日"
valid_to = 2022-10-19
starts = ["accept"]
ends = ["confirm", "refuse"]
when = "not step.extend"
source = { measure = "M1", sentence = "三十个工作日" }

[[rule]]
id = "overall"
title = "总期限"
value = 20
unit = "工作日"
valid_from = 2022-10-20
starts = ["accept"]
ends = ["confirm", "refuse"]
when = "not step.extend"
source = { measure = "M1", sentence = "二十个工作日" }

[[rule]]
id = "overall.extended"
title = "延长后的总期限"
value = 45
unit = "工作日"
starts = ["accept"]
ends = ["confirm", "refuse"]
when = "step.extend"
source = { measure = "M1", sentence = "四十五个工作日" }

[[rule]]
id = "publicity.initial"
title = "初审公示"
value = 7
unit = "自然日"
kind = "wait"
starts = ["publicize"]
source = { measure = "M1", sentence = "公示七日" }

[[rule]]
id = "survey.team.min"
title = "入户调查人数"
value = 2
unit = "人数"
source = { measure = "M1", sentence = "不少于两人" }

[[rule]]
id = "deliberation.size.min"
title = "议事机构人数下限"
value = 5
unit = "人数"
source = { measure = "M1", sentence = "五至七人" }

[[rule]]
id = "deliberation.size.max"
title = "议事机构人数上限"
value = 7
unit = "人数"
source = { measure = "M1", sentence = "五至七人" }

[[rule]]
id = "visit.monthly.ratio"
title = "每月走访比例"
value = 0.3
unit = "比例"
source = { measure = "M1", sentence = "不低于30%" }

[[rule]]
id = "death.process"
title = "死亡后办结"
value = 3
unit = "月"
starts = ["report_death"]
ends = ["terminate"]
from_value = "died_on"
source = { measure = "M1", sentence = "三个月内" }

[[rule]]
id = "across.excludes"
title = "不得同时享受"
value = "低保、特困"
unit = "文字"
source = { measure = "M1", sentence = "不得重复享受" }

[[rule]]
id = "service.method.direct"
title = "直接"
value = "受送达人签名"
unit = "文字"
source = { measure = "M1", sentence = "由受送达人签名" }

[[rule]]
id = "service.public"
title = "公告送达"
value = 30
unit = "自然日"
source = { measure = "M1", sentence = "经过三十日" }

[[rule]]
id = "motto"
title = "宗旨"
value = "应保尽保"
unit = "文字"
display = true
source = { measure = "M1", sentence = "应保尽保" }

[[rule]]
id = "filing.monthly.cutoff"
title = "每月报送截止"
value = 25
unit = "当月日"
warn = 20
starts = ["confirm"]
ends = ["pay"]
source = { measure = "M1", sentence = "每月25日前" }

[[rule]]
id = "temp.town_approval_cap"
title = "审批限额"
value = 2
unit = "倍"
source = { measure = "M1", sentence = "二倍以下" }

[[rule]]
id = "pay.start"
title = "次月发放"
value = 1
unit = "月末"
starts = ["confirm"]
source = { measure = "M1", sentence = "次月起发放" }

[[rule]]
id = "review.cycle"
title = "年度复核"
value = 12
unit = "月"
starts = ["confirm"]
source = { measure = "M1", sentence = "每年复核" }

[[rule]]
id = "info.disclosure"
title = "信息公开"
value = 20
unit = "工作日"
starts = ["confirm"]
source = { measure = "M1", sentence = "二十个工作日内公开" }

[[rule]]
id = "refusal.inform"
title = "告知"
value = 3
unit = "工作日"
starts = ["refuse"]
ends = ["deliver"]
source = { measure = "M1", sentence = "三个工作日内" }

[[rule]]
id = "remedy.reconsideration"
title = "复议"
value = 60
unit = "自然日"
starts = ["deliver"]
source = { measure = "M1", sentence = "六十日内" }

[[rule]]
id = "remedy.litigation"
title = "诉讼"
value = 6
unit = "月"
starts = ["deliver"]
source = { measure = "M1", sentence = "六个月内" }

[[rule]]
id = "retention.case"
title = "户档"
value = 3
unit = "年"
source = { measure = "M1", sentence = "三年" }

[[rule]]
id = "retention.daily"
title = "日常管理"
value = 5
unit = "年"
source = { measure = "M1", sentence = "五年" }

[[rule]]
id = "retention.refused"
title = "未给予的"
value = 5
unit = "年"
source = { measure = "M1", sentence = "五年" }

[[rule]]
id = "basis.confirmation.local"
title = "确认的依据"
value = "《样例办法》第一条"
unit = "文字"
source = { measure = "M1", sentence = "确认" }

[[rule]]
id = "basis.refusal.local"
title = "不予确认的依据"
value = "《样例办法》第一条"
unit = "文字"
source = { measure = "M1", sentence = "不予确认" }

[[rule]]
id = "pay.stop"
title = "停发月份"
value = 1
unit = "月末"
source = { measure = "M1", sentence = "次月起停发" }
"""
STEPS: Final = """
[[step]]
id = "submit"
title = "收件"
moves = { draft = "submitted" }
role = "intake"
needs = ["application_form|economic_declaration"]
source = { measure = "M1", sentence = "提出申请" }

[[step]]
id = "accept"
title = "受理"
moves = { submitted = "accepted" }
role = "intake"
makes = ["acceptance_notice"]
guards = ["delegated"]
sets = { "application.accepted_on" = "date" }
source = { measure = "M1", sentence = "予以受理" }

[[step]]
id = "survey"
title = "入户调查"
moves = { accepted = "surveying" }
role = "intake"
people = "survey.team.min"
needs = ["household_survey?"]
source = { measure = "M1", sentence = "入户调查" }

[[step]]
id = "publicize"
title = "公示"
moves = { surveying = "publicized" }
role = "intake"
makes = ["preliminary_publicity"]
source = { measure = "M1", sentence = "予以公示" }

[[step]]
id = "extend"
title = "延长"
moves = { publicized = "publicized" }
role = "approver"
guards = ["once", "overall_running", "reason"]
source = { measure = "M1", sentence = "可以延长" }

[[step]]
id = "confirm"
title = "确认"
moves = { publicized = "confirmed" }
role = "approver"
apart = ["survey"]
guards = ["publicity_over"]
makes = ["confirmation_decision"]
source = { measure = "M1", sentence = "予以确认" }

[[step]]
id = "refuse"
title = "不予确认"
moves = { publicized = "refused" }
role = "approver"
makes = ["refusal_decision"]
source = { measure = "M1", sentence = "不予确认" }

[[step]]
id = "deliver"
title = "送达"
moves = { confirmed = "delivered", refused = "closed_refused" }
role = "intake"
guards = ["served", "service_proven"]
asks = { "method?" = "送达方式" }
source = { measure = "M1", sentence = "送达" }

[[step]]
id = "pay"
title = "发放"
moves = { delivered = "in_benefit" }
role = "intake"
source = { measure = "M1", sentence = "发放" }

[[step]]
id = "report_death"
title = "死亡报告"
moves = { in_benefit = "reviewing" }
role = "intake"
asks = { person = "死亡的人", died_on = "死亡日期" }
source = { measure = "M1", sentence = "死亡" }

[[step]]
id = "terminate"
title = "终止"
moves = { reviewing = "terminated" }
role = "approver"
source = { measure = "M1", sentence = "终止" }

[[step]]
id = "deregister"
title = "注销"
moves = { terminated = "deregistered", closed_refused = "deregistered" }
role = "archivist"
source = { measure = "M1", sentence = "归档" }
"""
MATERIALS: Final = """
[[material]]
document = "application_form"
requirement = "书面申请"
categories = ["DB", "TK"]
source = { measure = "M1", sentence = "书面申请" }

[[material]]
document = "agency_authorization"
requirement = "授权委托书"
categories = ["DB"]
when = "agent.name"
accepts = ["mat_agent_id"]
source = { measure = "M1", sentence = "授权委托" }
"""
CHECKS: Final = """
[[check]]
id = "C01"
title = "材料齐备"
stage = "acceptance"
test = "materials"
args = { besides = ["agency_authorization"] }
source = { measure = "M1", sentence = "齐备" }

[[check]]
id = "C02"
title = "公示照片"
stage = "benefit"
test = "photos"
args = { step = "publicize" }
source = { measure = "M1", sentence = "照片" }

[[check]]
id = "C03"
title = "决定在卷"
stage = "archive"
test = "records"
args = { documents = ["confirmation_decision|refusal_decision"] }
source = { measure = "M1", sentence = "决定" }

[[check]]
id = "C04"
title = "年度复核"
stage = "benefit"
test = "yearly"
args = { document = "periodic_review_form", start = "07-01", until = "09-30" }
source = { measure = "M1", sentence = "每年" }
"""
FILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "checks.toml": CHECKS,
        "materials.toml": MATERIALS,
        "pack.toml": PACK,
        "rules.toml": RULES,
        "steps.toml": STEPS,
    }
)


def sample(files: Mapping[str, str] = FILES) -> Pack:
    """Return the pack that some files say.

    Raises:
        RuleFault: E502, with every fault of every row.
    """
    return assemble([Layer("sample", {name: text.encode() for name, text in files.items()})])


def altered(file: str, old: str, new: str, files: Mapping[str, str] = FILES) -> Mapping[str, str]:
    """Return files in one of which a text that stands there once is another."""
    assert files[file].count(old) == 1, (file, old, files[file].count(old))
    return {**files, file: files[file].replace(old, new)}
