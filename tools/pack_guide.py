"""``docs/rule-packs.md``: how a rule pack is written; every table, column, unit and name as the program reads them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from typing import Any, Final, get_type_hints

from archivist.declarations.reader import expected
from archivist.model.ids import Category
from archivist.model.roles import Role
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules import pack, rule_text
from archivist.rules.completeness.checks import TESTS
from archivist.rules.layers import Head, OfficePower
from archivist.rules.rule import (
    CheckArgs,
    CheckRule,
    DutyBearer,
    Each,
    Material,
    Rule,
    Source,
    Stage,
    StepRule,
)
from archivist.rules.rule_days import HoldsBy
from archivist.rules.rule_ids import RuleId
from archivist.rules.unit import Unit

TEXT: Final = """# 怎样写规则包

规则包把一个地方的规定写成数据：期限和数字、环节、材料、检查，每一行都有出处。本程序自带全国通用的 `national` 和几个地方的；
没有本地规则包的，可以自己写一个，放在工作区的 `packs/<名字>/`，不必改程序。

## 一步一步

1. `archivist rules new mouxian --from national --title 某省某县`：在 `packs/mouxian/` 写出五个文件，每张表有一个注释了的例子。
   `--from` 可以是任何一个规则包，最相近的最省事；名字用小写字母、数字和 `-`，不能与自带的相同。
2. 在 `pack.toml` 写地区、文件全称（`[measures]`）、下放了哪几类（`[delegated]`）、没有下放的理由（`[undelegated]`）、法规查到哪一天（`looked_at`）。
3. 对照本地文件逐条看沿用的规则（`archivist rules show --pack national --category 低保`，全部见 [rules.md](rules.md)），
   不同的写进 `rules.toml`、`steps.toml`、`materials.toml`、`checks.toml`；文件名随意，`.toml` 都读。决定书要印本地文件，
   所以 `basis.confirmation.local`、`basis.refusal.local`、`basis.benefit_change.local`、`basis.suspension.local`、`basis.termination.local` 都要写（单位“文字”）。
4. `archivist rules check --pack mouxian`：读不懂的、没有出处的、前后矛盾的、走不通的，一次全部列出。
5. `archivist rules diff national mouxian`：逐句看改了什么；`archivist rules show --pack mouxian --category 低保 --on 2026-03-01`：看某一日的规则。
6. 在 `archivist.toml` 写 `pack = "mouxian"`。以后的每一个事件都记下规则包的名字和内容摘要；改了文件，摘要就变。

## 怎样对待沿用的行

同一代号（`id`，材料是 `document`）在沿用的规则包中还没有的，直接写。已经有的，必须写明怎样对待它，只对 `categories` 所列的类别有效：

| 写法 | 结果 |
|---|---|
| `valid_from = 2026-01-01`（可加 `valid_to`） | 接续：原来的行到前一日为止，自该日起依新行；有 `valid_to` 的，次日起原行恢复 |
| `patch = true` | 只改所写的栏，其余照旧；可以加 `valid_from`、`valid_to` 只改一段时间 |
| `replace = true` | 代替：原来的行在所列类别全部不再适用；留下没有规定的日子的，不通过 |
| `withdraw = true` | 所列类别不再有这一条；只写代号、类别、日期、出处和说明 |

什么都没有写的，`rules check` 不通过，也不会装载。每一行都要有自己的 `source`；`patch` 的行如果没有改变原行所依的那一句，写
`because = { measure = …, article = …, sentence = … }` 说明依据什么改，原行的出处不动。

```toml
[[rule]]
valid_from = 2026-01-01
id = "publicity.initial"
title = "初审公示天数"
value = 10
unit = "自然日"
trigger = "公示之日"
categories = ["DB"]
starts = ["publicize"]
kind = "wait"
source = { measure = "X1", article = "第三条", sentence = "公示期为10天" }

[[step]]
patch = true
id = "announce"
title = "张榜公布"
because = { measure = "X1", article = "第五条", sentence = "在村务公开栏张榜公布" }
```

**日期。** 有 `valid_from`、`valid_to` 的行，一般看户的受理之日（`holds_by = "acceptance"`）；`holds_by = "act"` 的看办理之日。
同一代号、同一类别的行，前后不能有空档，也不能重叠；两种 `holds_by` 不能在有日期的行之间混用。

**环节。** 户从“草稿”出发，每办一个环节，按 `moves` 从一个状态到另一个状态，直到“已结案”“已注销”一类的终点。加一个环节，就把前一环节
`moves` 的终点改接到它（`patch`），或者让它从现有的状态回到同一状态。环节的代号在下面列出的以外可以自己取；状态、条件、测试只能用列出的。

**条件**（`when`）：`[not] 路径 [= 值 | in 值,值]`，以 ` and ` 相连。路径是户档信息（`applicant.disability`、`benefit.review_cycle`，见
`archivist case show --json`）、`step.环节`（办过没有）、`record.文书`（卷内有没有）、`state`。例：`not step.extend and application.kinship = 是`。

**须有的文书**（`needs`）：`["survey_photos", "a|b", "c?"]`：都要有；`a|b` 任一；末尾加 `?` 的只是宜有。文书的代号见 [documents.md](documents.md)。

**填写的项**（`asks`）：`{ result = "核查结果", "reason?" = "理由" }`，办环节时用 `--set result=…` 填；`sets` 把填的项或办理之日（`date`）记入户档：
`{ "application.accepted_on" = "date" }`。

**出处**：`source = { measure = 简称或全称, article = "第几条", sentence = "原文一句" }`。原文没有明说、由它推出的，写 `inferred = true` 并在 `note` 说明。

**整个机关的设置。** 不写规则包，也可以在 `archivist.toml` 用 `[[override.rule]]`、`[[override.step]]`、`[[override.material]]`、`[[override.check]]`
盖过个别的行，写法相同；`[[override.power]]` 写某一类下放了没有。保管期限（`retention.*`）不能写得比规则包短。
"""
MEANINGS: Final[Mapping[str, str]] = {
    "Head.title": "地区", "Head.looked_at": "法规查到哪一天", "Head.district": "行政区全称，印在文书上；空的由 `init` 填",
    "Head.extends": "沿用哪个规则包", "Head.measures": "文件的简称 → 全称", "Head.delegated": "下放了哪几类，什么权限；不写的沿用，写了就要写全",
    "Head.undelegated": "没有下放的类别 → 理由", "Head.roles": "岗位在本地的称呼",
    "OfficePower.category": "类别", "OfficePower.power": "权限", "OfficePower.source": "出处", "OfficePower.note": "说明",
    "Source.measure": "`[measures]` 的简称，或者文件全称", "Source.sentence": "原文一句", "Source.article": "条款",
    "Rule.beside": "同一事项另一期限的代号；两者只显示先到期的", "id": "代号", "title": "名称", "source": "出处", "categories": "类别；不写的是各类", "valid_from": "自哪一日起", "valid_to": "到哪一日为止",
    "holds_by": "按受理之日还是办理之日", "inferred": "由条文推出，条文没有明说", "note": "说明", "when": "限于什么情形",
    "Rule.value": "值，与单位相合", "Rule.unit": "单位", "Rule.trigger": "自何时起，写给人看", "Rule.documents": "印这条规则的文书",
    "Rule.starts": "起算的环节（最后办的一个算）；有它的是户的期限", "Rule.ends": "办了就算完成的环节", "Rule.awaits": "办了以后将要起算的环节（未起算）",
    "Rule.excludes": "不计入的状态（公示、评议等）", "Rule.kind": "期限，还是须等满的期间（公示期）", "Rule.duty": "谁的期限", "Rule.warn": "提前到这个数就预警，单位相同",
    "Rule.from_end": "自起算环节的等待期满之日起算", "Rule.from_value": "自起算环节所填的这一项（日期）起算", "Rule.outlives": "户结案以后继续计时（追缴）",
    "Rule.display": "只给人看，程序不用；其余的规则必须是程序要用的代号",
    "Material.document": "文书代号", "Material.requirement": "要求，印在补正通知上", "Material.each": "全户一份，还是每人一份", "Material.accepts": "也可以用的其他材料",
    "StepRule.moves": "从哪个状态 → 到哪个状态", "StepRule.role": "由哪个岗位办", "StepRule.apart": "与这些环节不能是同一人", "StepRule.people": "写明须几人办的规则代号",
    "StepRule.needs": "须有的文书", "StepRule.anew": "其中每次都要新的", "StepRule.makes": "产生的文书", "StepRule.guards": "须满足的条件",
    "StepRule.sets": "记入户档的项 → `date` 或所填的项", "StepRule.asks": "填写的项 → 名称",
    "CheckRule.stage": "哪个阶段查", "CheckRule.test": "测试", "CheckRule.args": "测试的参数",
    "CheckArgs.documents": "须有的文书", "CheckArgs.besides": "不查的文书", "CheckArgs.only": "只查的文书", "CheckArgs.validity": "由人看是否仍有效的证件",
    "CheckArgs.document": "文书", "CheckArgs.step": "环节", "CheckArgs.start": "每年起日", "CheckArgs.until": "每年止日",
}  # fmt: skip
"""``Type.column``, or the column alone where every table has it → what it means."""
TEST_MEANINGS: Final[Mapping[str, str]] = {
    "materials": "材料表（`materials.toml`）要的都有", "authorised": "每人都授权核对", "later": "事后补的文书补齐了", "signed": "文书有已签字的扫描件",
    "path": "所走的环节要的、产生的文书都在", "records": "环节都有记录", "dates": "日期前后相合", "publicity": "公示够天数", "photos": "环节有照片",
    "team": "调查人数够", "remedies": "决定写明了救济途径", "apart": "岗位分离", "yearly": "每年在规定的时间里有一份文书", "consistent": "电子与纸质一致",
    "hearing": "决定以前听取了意见", "payment": "起发年月、救助金额与规定和决定相符", "exceptional": "例外办理有人看过",
}  # fmt: skip
LABELS: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    Each: {"household": "全户一份", "person": "每人一份"},
    HoldsBy: {"acceptance": "受理之日", "act": "办理之日"},
}
UNITS: Final[Mapping[str, str]] = {
    "当月日": "起算当月的这一日；已过的，次月", "月末": "起算之月以后第几个月的最后一日", "季末": "起算的季度末以后几日",
    "季度": "起算以后的第几季度", "倍": "低保月标准的几倍", "分数": "小数写不准的比例，如 2/3", "每年某日": "每年到这一日为止，如 06-30",
}  # fmt: skip


def page(generated: str) -> str:
    """Return the page: what is written by hand, then every table and name the program knows."""
    lines = [TEXT.replace("\n\n", f"\n\n{generated}\n", 1)]
    for heading, kind in (
        ("`pack.toml`", Head), ("出处 `source`、`because`", Source), ("期限与数字 `[[rule]]`", Rule), ("环节 `[[step]]`", StepRule),
        ("材料 `[[material]]`", Material), ("检查 `[[check]]`", CheckRule), ("检查的参数 `args`", CheckArgs), ("权限 `[[override.power]]`（只在 archivist.toml）", OfficePower),
    ):  # fmt: skip
        lines += [f"## {heading}\n", "| 栏 | 写什么 | 含义 |", "|---|---|---|", *_columns(kind), ""]
    lines += ["## 单位\n", "| 单位 | 值 | 含义 |", "|---|---|---|"]
    lines += [f"| {u} | {u.expected} | {UNITS.get(u.value, '')} |" for u in Unit]
    for heading, names in (
        ("类别", {c.value: c.label for c in Category}),
        ("状态", {s.value: s.label for s in State}),
        ("岗位", {r.value: r.label for r in Role}),
        ("谁的期限 `duty`", {d.value: d.label for d in DutyBearer}),
        ("阶段 `stage`", {s.value: s.label for s in Stage}),
        ("`each`", LABELS[Each]),
        ("`holds_by`", LABELS[HoldsBy]),
        ("条件 `guards`", dict(rule_text.GUARDS)),
        ("测试 `test`", {name: f"{TEST_MEANINGS[name]}{_arguments(name)}" for name in TESTS}),
        ("程序认得的环节", _steps()),
    ):
        lines += ["", f"## {heading}\n", "| 代号 | 含义 |", "|---|---|"]
        lines += [f"| `{name}` | {label} |" for name, label in names.items()]
    lines += ["", "## 程序要用的规则代号\n", "、".join(f"`{rule}`" for rule in RuleId)]
    lines += ["", "以外的规则，要么有 `starts`（户的期限），要么写 `display = true`（只给人看）。"]
    return "\n".join(lines) + "\n"


def _columns(kind: Any) -> Iterable[str]:
    hints = get_type_hints(kind, include_extras=True)
    for column in fields(kind):
        if column.metadata.get("declared", True):
            meaning = MEANINGS.get(f"{kind.__name__}.{column.name}") or MEANINGS[column.name]
            must = "" if _optional(column) else "（必填）"
            yield f"| `{column.name}`{must} | {_short(expected(hints[column.name]))} | {meaning} |"


def _optional(column: Field[Any]) -> bool:
    return column.default is not MISSING or column.default_factory is not MISSING


def _short(what: str) -> str:
    """Return what a value must be; a long list of names is in a table of its own."""
    return (what if len(what) < 90 else "见下表").replace("|", "\\|")


def _arguments(test: str) -> str:
    names = [p for p in inspect.signature(TESTS[test]).parameters if p in CheckArgs.__dataclass_fields__]
    return f"；参数 {'、'.join(f'`{n}`' for n in names)}" if names else ""


def _steps() -> dict[str, str]:
    titles: dict[str, str] = {}
    for name in pack.available():
        for step in pack.load(name).steps:
            titles.setdefault(step.id, step.title)
    return {step: titles[step] + ("（程序据此办事）" if step in set(StepId) else "") for step in titles}
