"""The files a new pack of an office begins with: every table with a commented example of its own."""

from __future__ import annotations

from typing import Final

from archivist.rules.layers import HEAD
from archivist.rules.pack import Pack

_HEAD: Final = """# {title}：沿用“{base}”，只写与它不同的。写法见 docs/rule-packs.md；改后运行 archivist rules check。
title = {quoted}
# 法规查到哪一天（有效的文件都看过）：每次核对后改
looked_at = {looked_at}
# 行政区全称，印在文书上
district = ""
extends = "{base}"

# 文件的简称 → 全称；各行的 source 用简称
[measures]
# X1 = "《某县社会救助审核确认权限下放工作实施方案》（某政办发〔2026〕1号）"

# 下放给本机关的：审核确认，或者只有审核。写了 [delegated] 就要写全，没有写的类别就是没有下放
# [delegated]
{delegated}

# 没有下放的，逐类写明理由
# [undelegated]
# BY = "某政办发〔2026〕1号没有写最低生活保障边缘家庭"

# 岗位在本地的称呼（intake 经办，reviewer 复审，approver 决定，archivist 档案，panel 议事协商，appraiser 鉴定，witness 监销）
# [roles]
# intake = "民政服务站"
"""
_RULES: Final = """# 期限与数字。沿用的规则包已有的代号，写明怎样对待原来的行：
#   valid_from = 2026-01-01   自该日起依这一行，此前的仍依原行
#   replace = true            代替原来的行（所列类别）
#   patch = true              只改所写的栏（source，或者 because = {…} 说明依据什么改）
#   withdraw = true           所列类别不再有这一条
#
# [[rule]]
# replace = true
# id = "publicity.initial"
# title = "初审公示天数"
# value = 10
# unit = "自然日"
# trigger = "公示之日"
# categories = ["DB"]
# starts = ["publicize"]
# ends = ["review"]
# kind = "wait"
# source = { measure = "X1", article = "第三条", sentence = "公示期为10天" }
"""
_STEPS: Final = """# 环节：办了以后从哪个状态到哪个状态，由谁办，须有什么，产生什么。
#
# [[step]]
# patch = true
# id = "announce"
# categories = ["DB"]
# title = "张榜公布"
# because = { measure = "X1", article = "第五条", sentence = "在村务公开栏张榜公布" }
"""
_MATERIALS: Final = """# 材料：哪些类别要交什么。
#
# [[material]]
# document = "mat_id_card"
# requirement = "全家的身份证原件，核对后退还"
# categories = ["DB", "TK"]
# replace = true
# source = { measure = "X1", article = "第二条", sentence = "提交全家的身份证" }
"""
_CHECKS: Final = """# 齐全性检查：stage 是 acceptance（受理）、benefit（在享）、archive（归档）；test 见 docs/rule-packs.md。
#
# [[check]]
# id = "X01"
# title = "入户调查有照片"
# stage = "archive"
# test = "photos"
# args = { step = "survey" }
# source = { measure = "X1", article = "第四条", sentence = "入户调查应当留存照片" }
"""


def files(base: Pack, title: str) -> dict[str, str]:
    """Return the texts of a new pack by the names of their files; as they are the pack says what its base says.

    Args:
        base: the pack it extends.
        title: of the new one.
    """
    delegated = "\n".join(f'# {c.value} = "{power}"  # {c.label}' for c, power in base.delegated.items())
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    head = _HEAD.format(
        title=title, quoted=quoted, base=base.id, looked_at=base.looked_at, delegated=delegated
    )
    return {
        HEAD: head,
        "rules.toml": _RULES,
        "steps.toml": _STEPS,
        "materials.toml": _MATERIALS,
        "checks.toml": _CHECKS,
    }
