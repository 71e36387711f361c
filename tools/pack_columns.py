"""``docs/pack-columns.md``: every column of every table of a rule pack, what it must be and what it means, from the types."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from types import MappingProxyType
from typing import Any, Final, get_type_hints

from archivist.declarations.forms import alternatives
from archivist.declarations.reader import expected
from archivist.model.field_schema import GROUPS
from archivist.model.ids import Category
from archivist.model.roles import Role
from archivist.model.states import State
from archivist.rules import legal_basis, pack, rule_text
from archivist.rules.completeness.checks import TESTS
from archivist.rules.guards import GUARDS
from archivist.rules.layers import Head, OfficePower
from archivist.rules.rule import CheckArgs, CheckRule, Material, Rule, Source, StepRule
from archivist.rules.rule_ids import RECOVERIES, RuleId, RulePrefix
from archivist.rules.unit import Unit

INTRO: Final = """一个规则包是一个文件夹，里面的 `.toml` 文件合起来读：`pack.toml` 写包头，`rules.toml`、`steps.toml`、`materials.toml`、
`checks.toml` 各写一种表，一行一个 `[[rule]]`、`[[step]]`、`[[material]]`、`[[check]]`。本机关自己的行写在 `archivist.toml` 的
`[[override.rule]]` 等表中，栏目相同。没有列在这里的栏目一律拒收；写错的，`archivist rules check` 一次全部指出：在哪个文件、
第几行、哪一栏、写了什么、应为什么。
"""
HEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": "包名",
        "looked_at": "法规看到哪一日：此后新出的没有看过",
        "district": "适用的地区",
        "extends": "在哪个包之上增改，如 `national`；没有的行依那个包",
        "measures": "办法的简称 → 全称；各行 `source` 的 measure 写简称",
        "delegated": "下放了哪几类、什么权限",
        "undelegated": "没有下放的类别 → 为什么",
        "roles": "本地怎样称呼各岗位：岗位代号 → 叫法",
    }
)
EVERY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "代号",
        "title": "叫法",
        "source": "出处：办法（简称或全称）、条、原文一字不差，不加引号",
        "categories": "用于哪几类救助；不写即各类。写得少的先于写得多的",
        "when": "对户的条件，写法见下；不写即总是",
        "valid_from": "自哪一日起",
        "valid_to": "到哪一日止（含）",
        "holds_by": "看哪一日：`acceptance` 受理之日（不写即此），`act` 办理之日",
        "inferred": "条文没有明说、由条文推出的，写 true，并在 note 说明",
        "note": "给人看的说明",
    }
)
COLUMNS: Final[Mapping[type, Mapping[str, str]]] = MappingProxyType(
    {
        Rule: {
            "value": "值，依单位",
            "unit": "单位，见下",
            "trigger": "从哪一日算起，给人看的话",
            "documents": "关于哪些文书（文书代号）",
            "starts": "起算的环节，以最后办的为准；写了的才是计时的期限",
            "ends": "办结的环节",
            "awaits": "已经办了、但尚未起算的环节（未起算）",
            "excludes": "不计入的状态（只用于工作日、自然日）",
            "kind": "`limit` 须在此前办结，`wait` 须等满（公示）",
            "duty": "谁的时间",
            "warn": "提前预警的数，与值同单位，小于值",
            "from_end": "自起算环节所起算的公示期满之日起算",
            "outlives": "程序结束以后仍然要算（追缴）",
            "from_value": "自起算环节所问的一项日期（如 died_on）起算",
            "beside": "同一事项另一期限的代号；两者只显示先到期的",
            "display": "只供查看，程序不按此计算",
        },
        StepRule: {
            "moves": "所在状态 → 到达状态；到达可以就是所在",
            "role": "哪个岗位办理；`outside` 是其他机构，由本机关记录",
            "apart": "办过这些环节的人不得再办本环节",
            "people": "至少几人同办：规则的代号（单位为人数）",
            "needs": "卷内须有的文书：`a|b` 任一，末尾 `?` 为宜有",
            "anew": "needs 中每次都要新归的",
            "makes": "形成的文书",
            "guards": "办理的条件，见下",
            "sets": "登记哪些户档信息：项 → `date`（办理之日）或所填的项；`person.…` 为 person 所指的人",
            "asks": "办理时要填的项 → 叫法；末尾 `?` 可不填；…_on 为日期，amount 为金额，at 为时间，其他为文字",
        },
        Material: {
            "document": "文书代号",
            "requirement": "要求",
            "each": "`household` 一户一份，`person` 每人一份",
            "accepts": "可以代替它的文书",
        },
        CheckRule: {
            "stage": "哪个阶段检查",
            "test": "哪一种检查，见下",
            "args": "检查所用的参数，见下",
        },
    }
)
ARGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "documents": "须有的文书",
        "besides": "不查的文书",
        "only": "只查的文书",
        "validity": "须由人看有效期的文书",
        "document": "所查的文书",
        "step": "所查的环节",
        "start": "每年从哪一日（月日）",
        "until": "每年到哪一日（月日）",
    }
)
CONDITIONS: Final = """`when` 由若干句以 ` and ` 相连，前面可以加 `not `：`applicant.disability`（登记了这一项）、`benefit.review_cycle = 每半年`、
`benefit.review_cycle in 每年,每季度`（是其中之一）、`step.extend`（办过这一环节）、`record.verification_report`（卷内有这种文书）、
`state = confirmed`（现在的状态）。有选项的项只能写其选项，“是否”项不写值。
"""
LAYERS: Final = """## 对下层已有的行

代号是下层没有的，就是新增的行。下层已有的，写明日期（`valid_from`、`valid_to`）的接在原行之后：此前此后仍依原行。不写日期的须写明怎样对待原行：

| 栏目 | 意思 |
|---|---|
| `patch = true` | 只改所写各项；原行的出处不变的，写 `because = { measure = …, sentence = … }` 说明依据什么改 |
| `replace = true` | 代替原行；原行在所列类别不再适用 |
| `withdraw = true` | 所列类别不再有这一条 |

都只及于所写的 `categories`，并须写明出处。
"""
_PRINTED: Final = (
    f"\n`{RulePrefix.BASIS.value}` 之后是文书代号（去掉 `_decision`），或 {'、'.join(f'`{r}`' for r in RECOVERIES)}；"
    "签批链、依据都印在文书上。\n"
)
GENERATED: Final = "<!-- 由 tools/make_docs.py 生成，请勿手改。 -->\n"


TEST_MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
    "materials": "材料表（`materials.toml`）要的都有", "authorised": "每人都授权核对", "later": "事后补的文书补齐了", "signed": "文书有已签字的扫描件",
    "path": "所走的环节要的、产生的文书都在", "records": "环节都有记录", "dates": "日期前后相合", "publicity": "公示够天数", "photos": "环节有照片",
    "team": "调查人数够", "remedies": "决定写明了救济途径", "apart": "岗位分离", "yearly": "每年在规定的时间里有一份文书", "consistent": "电子与纸质一致",
    "hearing": "决定以前听取了意见", "payment": "起发年月、救助金额与规定和决定相符", "exceptional": "例外办理有人看过",
}
)  # fmt: skip
UNIT_MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
    "当月日": "起算当月的这一日；已过的，次月", "月末": "起算之月以后第几个月的最后一日", "季末": "起算的季度末以后几日",
    "季度": "起算以后的第几季度", "倍": "低保月标准的几倍", "分数": "小数写不准的比例，如 2/3", "每年某日": "每年到这一日为止，如 06-30",
}
)  # fmt: skip
POWER: Final[Mapping[str, str]] = MappingProxyType(
    {"category": "类别", "power": "权限", "source": "出处", "note": "说明"}
)


def page() -> str:
    """Return the page."""
    return "\n".join(
        [
            "# 规则包的栏目\n",
            GENERATED,
            INTRO,
            "## 包头 `pack.toml`\n",
            *_columns(Head, HEAD),
            "\n## 各表都有的栏目\n",
            *_columns(StepRule, EVERY),
            "\n出处 `source`：\n",
            *_columns(Source, {"measure": "办法", "article": "条", "sentence": "原文"}),
            "\n条件：\n",
            CONDITIONS,
            LAYERS,
            "\n## 权限 `[[override.power]]`（只在 archivist.toml）\n",
            *_columns(OfficePower, POWER),
            "\n## 类别\n",
            "| 代号 | 名称 |",
            "|---|---|",
            *(f"| `{category.value}` | {category.label} |" for category in Category),
            "",
            *(line for kind, name in _TABLES.items() for line in _table(kind, name)),
            "\n## 单位\n",
            "| 单位 | 值 | 意思 |",
            "|---|---|---|",
            *(f"| {unit} | {unit.expected} | {UNIT_MEANINGS.get(unit.value, '')} |" for unit in Unit),
            "\n## 程序按哪些规则办理\n",
            "其余的行，有 `starts` 的按期限计时，别的只供查看，须写 `display = true`。以点结尾的，是以此开头的各行。\n",
            "| 规则 | 单位 |",
            "|---|---|",
            *(f"| `{rule.value}` | {'、'.join(rule.units)} |" for rule in RuleId),
            *(f"| `{prefix.value}` | |" for prefix in RulePrefix),
            _PRINTED,
            "## 环节所凭的规则\n",
            "办理环节时规则包里须有这些行，没有的不能办。\n",
            "| 环节 | 规则 |",
            "|---|---|",
            *(f"| `{step}` | {_bases(bases)} |" for step, bases in legal_basis.OF_STEPS.items()),
            "\n## 条件 `guards`\n",
            "| 条件 | 意思 | 所凭的规则 |",
            "|---|---|---|",
            *(f"| `{name}` | {rule_text.GUARDS[name]} | {_bases(g.rests_on)} |" for name, g in GUARDS.items()),
            "\n## 检查 `test` 与 `args`\n",
            "| 检查 | 意思 | 参数 |",
            "|---|---|---|",
            *(f"| `{name}` | {TEST_MEANINGS[name]} | {_parameters(test)} |" for name, test in TESTS.items()),
            "\n参数：\n",
            *_columns(CheckArgs, ARGS),
            "\n## 状态\n",
            "| 代号 | 名称 |",
            "|---|---|",
            *(f"| `{state.value}` | {state.label} |" for state in State),
            "\n## 岗位\n",
            "| 代号 | 名称 |",
            "|---|---|",
            *(f"| `{role.value}` | {role.label} |" for role in Role),
            "\n## 环节代号\n",
            "程序认得的环节；规则包可以另起。\n",
            "| 代号 | 名称 |",
            "|---|---|",
            *(f"| `{step}` | {title} |" for step, title in _step_titles().items()),
            "\n## 户档信息的项\n",
            *(f"- {g.label} `{g.key}`{'（多行）' if g.many else ''}：" + "、".join(f"{f.label} `{f.key}`" for f in g.fields) for g in GROUPS),
            "\n文书的代号见 [documents.md](documents.md)，各包现有的行见 [rules.md](rules.md)。\n",
        ]
    )  # fmt: skip


_TABLES: Final[Mapping[type, str]] = MappingProxyType(
    {
        Rule: "规则 `[[rule]]`",
        StepRule: "环节 `[[step]]`",
        Material: "材料 `[[material]]`",
        CheckRule: "检查 `[[check]]`",
    }
)


def _table(kind: type, name: str) -> Iterator[str]:
    yield f"\n## {name}\n"
    absent = [key for key in EVERY if key not in {f.name for f in fields(kind)}]
    if absent:
        yield f"没有 {'、'.join(f'`{key}`' for key in absent)}。\n"
    yield from _columns(kind, COLUMNS[kind])


def _columns(kind: Any, meanings: Mapping[str, str]) -> Iterator[str]:
    """Yield the table of some columns of a type, in its order."""
    yield "| 栏目 | 必填 | 应为 | 意思 |"
    yield "|---|---|---|---|"
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        if field.name in meanings:
            must = (field.default, field.default_factory) == (MISSING, MISSING)
            what = _in_cell(expected(hints[field.name]).replace(alternatives(tuple(State)), "状态代号，见下"))
            yield f"| `{field.name}` | {'是' if must else ''} | {what} | {_in_cell(meanings[field.name])} |"


def undescribed() -> list[str]:
    """Return the columns of a type this page does not explain."""
    known = {
        Head: HEAD,
        CheckArgs: ARGS,
        OfficePower: POWER,
        **{kind: {**EVERY, **COLUMNS[kind]} for kind in COLUMNS},
    }
    return [
        f"{kind.__name__}.{f.name}"
        for kind, meanings in known.items()
        for f in fields(kind)
        if f.metadata.get("declared", True) and f.name not in meanings
    ]


def _in_cell(text: str) -> str:
    return text.strip().replace("|", "\\|")


def _bases(bases: tuple[legal_basis.RequiredRule, ...]) -> str:
    return "、".join(
        f"`{b.rule}`" + (f"（{'、'.join(c.value for c in b.categories)}）" if b.categories else "")
        for b in bases
    )


def _parameters(test: Any) -> str:
    found = list(inspect.signature(test).parameters.values())[1:]
    return "、".join(
        f"`{p.name}`" + ("" if p.default is inspect.Parameter.empty else "（可不写）") for p in found
    )


def _step_titles() -> dict[str, str]:
    return {step.id: step.title for name in reversed(pack.available()) for step in pack.load(name).steps}
