"""What nobody types into a document of the office: what its rule pack says, and what its own cases tell.

What the pack says cannot be told otherwise (origin ``rule``): an office with other rules writes them, with their source,
into ``archivist.toml``. What is only likely is worked out like any other value, and what a clerk tells goes before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, Row
from archivist.documents.values.registry import computes, examines
from archivist.errors import ArchivistError
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo, Category
from archivist.model.step_ids import StepId
from archivist.rules import rule_text
from archivist.rules.rule import Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId, RulePrefix
from archivist.rules.work_calendar import add_months

MATTERS: Final[Mapping[Category, str]] = {
    Category.DB: "最低生活保障对象",
    Category.TK: "特困人员",
    Category.DX: "低收入家庭",
    Category.BY: "最低生活保障边缘家庭",
    Category.GX: "刚性支出困难家庭",
    Category.JN: "急难型临时救助",
    Category.ZC: "支出型临时救助",
    Category.CJ: "残疾人两项补贴",
}
"""What power is handed down over, as lists of delegated powers name it."""
PANEL: Final = ("分管领导", "管理部门", "居委会", "群众代表")
"""Source: 红桥区社会救助审核确认权限下放改革工作实施方案「由负责社会救助工作分管领导、街道社会救助管理部门工作人员、居委会工作人员和
群众代表组成」."""
APPROVAL: Final = (
    "申请书、申报表、授权书、身份和家庭材料、核对报告、入户调查、评议公示、审核确认表、决定书、送达回证等"
)
REFUSED: Final = (
    "不予受理、不予确认、放弃申请、终止程序的案卷：申请材料、核对和调查材料、决定书（告知书）、送达回证"
)


# ── households that rows name ────────────────────────────────────────────────────────────────────────────
def complete_rows(context: DocumentContext) -> None:
    """Check the case numbers in the tables a clerk told and write beside them what the cases say.

    Args:
        context: of a document of the office, with sources.
    """
    for spec in context.document.fields:
        if spec.kind == "table" and any(c.key == "number" for c in spec.columns):
            keys = [c.key for c in spec.columns]
            told = enumerate(context.rows(spec.path), 1)
            rows = tuple(_completed(context, spec.label, line, keys, row) for line, row in told)
            if rows:
                context.given[spec.path] = rows


def _completed(context: DocumentContext, label: str, line: int, keys: Sequence[str], row: Row) -> Row:
    number = row.get("number")
    if not number:
        return row
    assert context.sources is not None
    try:
        case = context.sources.read_case(CaseNo.parse(str(number)))
    except ArchivistError as error:
        context.problems.append(f"{label}第 {line} 行：{error.what}")
        return row
    facts = {
        "number": str(case.number),
        "name": case.applicant_name,
        "village": str(case.fact(FactPath.APPLICANT_VILLAGE) or ""),
        "category": case.category.label,
    }
    wrong = [key for key in ("name", "village") if row.get(key) and facts[key] and row[key] != facts[key]]
    if wrong:
        context.problems.append(f"{label}第 {line} 行：{case.number} 的户主或村（社区）与户档不符")
    return {**{key: value for key, value in facts.items() if key in keys and value}, **row}


def over(context: DocumentContext, rule_id: str) -> dict[Category, Rule]:
    """Return the row of a rule that holds on the document's day, for each category handed down."""
    rows = ((c, context.pack.find(rule_id, c, RuleDays.alike(context.on))) for c in context.pack.delegated)
    return {c: row for c, row in rows if row}


# ── what was handed down ─────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.POWERS_ROWS)
def _powers(context: DocumentContext) -> list[Row]:
    office = context.config.office
    town = context.pack.find(RuleId.ROLE_TOWN, None, RuleDays.alike(context.on))
    to = str(town.value) if town else office.name
    return [
        {
            "from": office.bureau,
            "to": office.name,
            "name": f"{MATTERS[category]}的{power}",
            "scope": f"通过委托的方式将{MATTERS[category]}的{power}权限下放{to}",
            "basis": f"依据{_basis(context, category)}，履行对辖区{MATTERS[category]}的{power}。",
        }
        for category, power in context.pack.delegated.items()
    ]


@computes(FieldPath.POWERS_UNDELEGATED)
def _undelegated(context: DocumentContext) -> list[str]:
    return [f"{c.label}。{why}。" for c, why in context.pack.undelegated.items()]


@computes(FieldPath.AGREEMENT_MATTERS, FieldPath.SCHEME_MATTERS)
def _matters(context: DocumentContext) -> list[Row]:
    return [
        {
            "name": f"{MATTERS[category]}的{power}",
            "way": "委托",
            "scope": f"{context.config.office.name}行政区域",
            "basis": _basis(context, category),
        }
        for category, power in context.pack.delegated.items()
    ]


def _basis(context: DocumentContext, category: Category) -> str:
    """Return the measures a category is confirmed under; where the pack names none, those it is ended under."""
    pack, days = context.pack, RuleDays.alike(context.on)
    found = {str(r.value): r for r in pack.under(f"{RulePrefix.BASIS}confirmation.", category, days)}
    if not found:
        ending = (
            f"{RulePrefix.BASIS}suspension.",
            f"{RulePrefix.BASIS}termination.",
            f"{RulePrefix.BASIS}disability_ending_notice.",
        )
        found = {str(r.value): r for p in ending for r in pack.under(p, category, days)}
        what = f"规则包没有写明{category.label}{pack.delegated[category]}的依据"
        if found:
            context.doubts.append(f"{what}，印的是停发、终止的依据，请核对")
        else:
            context.problems.append(
                f"{what}；请在 archivist.toml 的 [[override.rule]] 中写明 basis.confirmation.local"
            )
    return "、".join(found)


def _least_staff(context: DocumentContext) -> Rule | None:
    return context.pack.find(RuleId.STAFF_MIN, None, RuleDays.alike(context.on))


@computes(FieldPath.AGREEMENT_STAFF)
def _staff(context: DocumentContext) -> object:
    least = _least_staff(context) if context.sources else None
    return least.value if least else None


@examines(DocumentId.DELEGATION_AGREEMENT)
def _enough_staff(context: DocumentContext) -> None:
    least, told = _least_staff(context), context.given.get(FieldPath.AGREEMENT_STAFF)
    if least and isinstance(told, int) and told < int(least.value):
        context.problems.append(f"工作人员最少人数不得少于 {least.value} 人（{least.source}）")


# ── the panel ────────────────────────────────────────────────────────────────────────────────────────────
def _panel_size(context: DocumentContext) -> tuple[Rule, Rule]:
    pack, days = context.pack, RuleDays.alike(context.on)
    return (
        pack.rule(RuleId.DELIBERATION_SIZE_MIN, None, days),
        pack.rule(RuleId.DELIBERATION_SIZE_MAX, None, days),
    )


@examines(DocumentId.DELIBERATION_BODY_SETUP)
def _panel(context: DocumentContext) -> None:
    rows = context.rows(FieldPath.BODY_MEMBERS)
    if not rows:
        return
    least, most = _panel_size(context)
    if not int(least.value) <= len(rows) <= int(most.value):
        context.doubts.append(f"议事协商机构成员 {len(rows)} 人；{least.source}")
    kinds = {str(row.get("kind", "")) for row in rows}
    if missing := [kind for kind in PANEL if kind not in kinds]:
        context.doubts.append(f"成员名册中没有{'、'.join(missing)}；四类代表都应当有人")
    if others := sorted(kinds - {*PANEL}):
        context.doubts.append(f"代表类别“{'、'.join(others)}”应为{'、'.join(PANEL)}之一")


@computes(FieldPath.RULES_SIZE)
def _size(context: DocumentContext) -> str:
    least, most = _panel_size(context)
    return f"{least.value}至{most.value}人"


@computes(FieldPath.RULES_SCOPE)
def _scope(context: DocumentContext) -> str:
    step = next(s for s in context.pack.steps if s.id == StepId.DELIBERATE)
    return "、".join(c.label for c in context.pack.delegated if step.applies(c, RuleDays.alike(context.on)))


@examines(DocumentId.DELIBERATION_RULES)
def _quorum(context: DocumentContext) -> None:
    _, most = _panel_size(context)
    quorum = context.given.get(FieldPath.RULES_QUORUM)
    if isinstance(quorum, int) and quorum > int(most.value):
        context.problems.append(f"法定人数 {quorum} 人，多于机构的人数（{most.source}）")


# ── how long papers are kept ─────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.SCHEDULE_ROWS)
def _schedule(context: DocumentContext) -> list[Row]:
    catalogue = context.catalogue
    rows: list[Row] = []
    for rule_id, name, papers in (
        (RuleId.RETENTION_CASE, "户档·审核审批类", APPROVAL),
        (RuleId.RETENTION_DAILY, "户档·日常管理类", ""),
        (RuleId.RETENTION_REFUSED, "没有给予救助的案卷", REFUSED),
    ):
        for rule, categories in _by_rule({c: [r] for c, r in over(context, rule_id).items()}):
            kinds = [catalogue.get(d) for d in rule.documents if d in catalogue]
            rows.append(
                {
                    "class": f"{name}（{_of_all(categories, context)}）",
                    "scope": papers or "、".join(d.title for d in kinds if not d.of_office),
                    "period": f"不少于{rule.value}{rule.unit}",
                    "start": rule.trigger,
                    "after": "鉴定",
                    "basis": rule.source.printed,
                }
            )
    return rows


def _of_all(categories: list[Category], context: DocumentContext) -> str:
    """Name kinds of assistance as a table has room for: all, or all but a few where those are fewer to name."""
    others = [c.label for c in context.pack.delegated if c not in categories]
    if len(others) >= len(categories):
        return "、".join(c.label for c in categories)
    return f"{'、'.join(others)}以外的各类" if others else "各类"


def _by_rule(rows: Mapping[Category, Iterable[Rule]]) -> Iterator[tuple[Rule, list[Category]]]:
    """Yield each row once, with all the categories it holds for."""
    for rule in {id(r): r for found in rows.values() for r in found}.values():
        yield rule, [c for c, found in rows.items() if any(r is rule for r in found)]


# ── reviews ──────────────────────────────────────────────────────────────────────────────────────────────
def _cycles(context: DocumentContext) -> dict[Category, list[Rule]]:
    """Return how often a household is reviewed, for each category that is."""
    rows = {
        c: context.pack.under(RuleId.REVIEW_CYCLE, c, RuleDays.alike(context.on))
        for c in context.pack.delegated
    }
    return {c: found for c, found in rows.items() if found}


_EVERY: Final = {1: "每月", 3: "每季度", 6: "每半年", 12: "每年"}


@computes(FieldPath.PLAN_CYCLES)
def _plan_cycles(context: DocumentContext) -> list[str]:
    """A sentence for the categories that are reviewed alike: how often, by which article; one that is applied by analogy says so."""
    alike: dict[tuple[int, ...], list[Category]] = {}
    found = _cycles(context)
    for category, rules in found.items():
        alike.setdefault(tuple(id(rule) for rule in rules), []).append(category)
    return [_cycle(categories, found[categories[0]]) for categories in alike.values()]


def _cycle(categories: Sequence[Category], rules: Sequence[Rule]) -> str:
    months = sorted({int(rule.value) for rule in rules})
    every = "或者".join(_EVERY.get(n, f"每{n}个月") for n in months)
    as_noted = "按各户登记的复核周期，" if len(months) > 1 else ""
    by = "参照适用" if all(rule.inferred for rule in rules) else "依据"
    articles = "、".join(dict.fromkeys(rule.source.citation for rule in rules))
    return f"{'、'.join(c.label for c in categories)}：{as_noted}{every}复核一次，{by}{articles}。"


@computes(FieldPath.PLAN_SCOPE)
def _plan_scope(context: DocumentContext) -> str | None:
    return "、".join(c.label for c in _cycles(context)) if context.sources else None


@computes(FieldPath.PLAN_YEAR)
def _plan_year(context: DocumentContext) -> int | None:
    return context.on.year if context.sources else None


def _window(context: DocumentContext) -> tuple[Rule, dt.date, dt.date] | None:
    """Return the quarter of the year in which all are reviewed, where the pack says one."""
    if context.sources is None:
        return None
    rules = (
        context.pack.find(RuleId.REVIEW_ANNUAL_WINDOW, c, RuleDays.alike(context.on))
        for c in _cycles(context)
    )
    rule = next((r for r in rules if r), None)
    year = context.given.get(FieldPath.PLAN_YEAR) or context.on.year
    if rule is None or not isinstance(year, int):
        return None
    first = dt.date(year, 3 * int(rule.value) - 2, 1)
    return rule, first, add_months(first, 3) - dt.timedelta(days=1)


@computes(FieldPath.PLAN_START)
def _plan_start(context: DocumentContext) -> dt.date | None:
    window = _window(context)
    return window[1] if window else None


@computes(FieldPath.PLAN_END)
def _plan_end(context: DocumentContext) -> dt.date | None:
    window = _window(context)
    return window[2] if window else None


@examines(DocumentId.ANNUAL_REVIEW_PLAN)
def _within_window(context: DocumentContext) -> None:
    if (window := _window(context)) is None:
        return
    rule, first, last = window
    told = (context.day(path) for path in (FieldPath.PLAN_START, FieldPath.PLAN_END))
    if any(day and not first <= day <= last for day in told):
        context.doubts.append(f"复核时间不在{rule_text.value(rule)}；{rule.source}")
