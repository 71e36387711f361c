"""How rows of a rule pack are put into words for people: values, time limits, moves, conditions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from archivist.errors import RuleFault
from archivist.model.chinese import han_number
from archivist.model.field_schema import GROUP_BY_NAME
from archivist.model.ids import Category
from archivist.rules.notation import Need
from archivist.rules.pack import Pack
from archivist.rules.rule import CheckRule, DutyBearer, Material, Rule, RuleKind, Source, StepRule
from archivist.rules.rule_days import HoldsBy
from archivist.rules.unit import Unit

Title = Callable[[str], str]
"""Document id → how people call it."""
GUARDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "delegated": "该类已下放",
        "complete": "材料齐备",
        "incomplete": "材料不齐",
        "kinship_known": "近亲属情况已登记",
        "kinship_filed": "有近亲属关系的已单独登记备案",
        "reason": "写明理由",
        "authorised": "全员已签核对授权",
        "verified": "信息核对有结果",
        "publicity_over": "公示期满",
        "termination_publicity_over": "终止公示期满",
        "explain_over": "说明期限届满",
        "overall_running": "总期限未满",
        "disputes_settled": "争议已议决",
        "amount_known": "金额已登记",
        "single_cover": "单人纳入低保的情形成立",
        "emergency_known": "急难事由、发生地已登记",
        "amount_lawful": "金额合规",
        "change_agrees": "变更前后相符",
        "care_form_known": "供养方式已登记",
        "once": "只办一次",
        "appraised": "已经评议",
        "change_reported": "家庭成员的变动已报告",
        "papers_of_review": "凭证是变动以后归入的",
        "person_known": "当事人是家庭成员",
        "not_absent": "没有登记外出",
        "absent": "登记过外出",
        "no_recovery_open": "前一次追缴已办结",
        "recovery_open": "有未办结的追缴",
        "recovery_sum": "退款金额与尚欠金额相合",
        "recovery_overdue": "退款期限已满",
        "recovery_urged": "已催告且期限已满",
        "gradual_exit_length": "不超过渐退期上限",
        "heard": "减发、停发、终止以前已听取意见（无人可听取的除外）",
        "hearing_told": "拟作出的决定、被听取意见的人填写无误",
        "proposed": "已提请民政部门",
        "guardian": "未成年或行为能力不足的由监护人代理",
        "persons_agree": "人员信息没有矛盾",
        "across_households": "已与其他户档核对",
        "ending_served": "终结程序的决定已经制发、送达（无人可送的除外）",
        "served": "有该文书签收的送达回证",
        "service_proven": "送达方式有凭证、日期与收到日期相符",
    }
)
"""Conditions of steps as people call them."""
_MONTHS: Final = ("当月末日", "下月末日")


_FRAMES: Final[Mapping[Unit, str]] = MappingProxyType(
    {
        Unit.QUARTER: "第 {} 季度",
        Unit.WITHIN_QUARTER: "第 {} 季度",
        Unit.DAY_OF_MONTH: "当月 {} 日",
        Unit.PERSONS: "{} 人",
    }
)


def value(rule: Rule) -> str:
    """Return a rule's value with its unit in words: ``20 个工作日``、``下月末日``、``30%``."""
    match rule.unit, rule.value:
        case (Unit.YES_NO, given):
            return "是" if given else "否"
        case (Unit.WORDS | Unit.CALENDAR | Unit.CYCLE, given):
            return str(given)
        case (Unit.DAY_OF_YEAR, str() as given):
            return f"每年 {int(given[:2])} 月 {int(given[3:])} 日前"
        case (Unit.RATIO, int() | float() as given):
            return f"{given:.0%}"
        case (Unit.MONTH_END, int() as given):
            return _MONTHS[given] if given < len(_MONTHS) else f"{given} 个月后的月末日"
        case (Unit.AFTER_QUARTER, given):
            return f"季末后 {given} 日" if given else "季末"
        case (unit, given) if unit in _FRAMES:
            return _FRAMES[unit].format(given)
        case (Unit.FRACTION, _):
            return fraction(rule)
        case (Unit.WORKDAYS | Unit.MONTHS | Unit.HOURS, given):
            return f"{given} 个{rule.unit}"
        case (Unit.DAYS, given):
            return f"{given} 日（自然日）"
        case _:
            return f"{rule.value} {rule.unit}"


_COUNTED: Final[Mapping[Unit, str]] = MappingProxyType(
    {
        Unit.WORKDAYS: "个工作日",
        Unit.DAYS: "日",
        Unit.HOURS: "小时",
        Unit.MONTHS: "个月",
        Unit.YEARS: "年",
    }
)


def within(rule: Rule, *, han: bool = False) -> str:
    """Return a time limit as running text of a paper has it: ``60日内``、``6个月内``, with ``han`` ``六十日内``."""
    return f"{period(rule, han=han)}内"


def period(rule: Rule, *, han: bool = False) -> str:
    """Return a length of time as running text of a paper has it: ``3个工作日``、``6个月``, with ``han`` ``六个月``.

    Raises:
        RuleFault: E502, when the row's unit is none of a length of time.
    """
    if rule.unit not in _COUNTED or not isinstance(rule.value, int):
        raise RuleFault(f"{rule.id} 的单位是“{rule.unit}”，文书上写不成一段时间")
    return f"{_han(rule) if han else rule.value}{_COUNTED[rule.unit]}"


def people(rule: Rule) -> str:
    """Return a number of people as running text has it: ``两人``, ``三人``."""
    return f"{'两' if rule.value == 2 else _han(rule)}人"


def age(rule: Rule, *, han: bool = False) -> str:
    """Return an age as running text has it: ``60周岁``, with ``han`` ``十四周岁``."""
    return f"{_han(rule) if han else rule.value}周岁"


def fraction(rule: Rule) -> str:
    """Return a share (分数) as running text has it: ``三分之二``."""
    part, _, whole = str(rule.value).partition("/")
    return f"{han_number(int(whole))}分之{han_number(int(part))}"


def _han(rule: Rule) -> str:
    number = int(rule.value)
    return han_number(number) if 0 < number < 100 else str(number)


def headline(rule: Rule) -> str:
    """Return a rule's title, value and what it is counted from in one line."""
    since = (f"，自{rule.trigger}起" if rule.unit.counted else f"（{rule.trigger}）") if rule.trigger else ""
    return f"{rule.title}：{value(rule)}{since}"


def timing(rule: Rule, pack: Pack, title: Title = str) -> str:
    """Return how a time limit runs in a case: set going by which step, ended by which; empty when it is none."""
    if not rule.timed:
        return ""
    since = "之后公示期满之日" if rule.from_end else "所填的日期" if rule.from_value else ""
    parts = [f"自{_steps(rule.starts, pack, rule.categories)}{since}起算"]
    if rule.kind is RuleKind.WAIT:
        parts.append("期满才能办下一环节")
    elif rule.ends:
        parts.append(f"至{_steps(rule.ends, pack, rule.categories)}为止")
    if rule.excludes:
        parts.append(f"不计{_quoted(s.label for s in rule.excludes)}的日子")
    if rule.warn is not None:
        parts.append(f"满 {rule.warn} 预警")
    if rule.duty is not DutyBearer.OFFICE:
        parts.append(f"由{rule.duty.label}")
    if rule.when:
        parts.append(f"限于{condition(rule.when, pack, title)}")
    return "，".join(parts)


def condition(when: str, pack: Pack, title: Title = str) -> str:
    """Return the condition of a row in words; see ``model.conditions``."""
    return "，且".join(_clause(c.strip(), pack, title) for c in when.split(" and "))


def _clause(text: str, pack: Pack, title: Title) -> str:
    negated = text.startswith("not ")
    path, equals, wanted = text.removeprefix("not ").replace(" in ", " = ").partition(" = ")
    head, _, name = path.partition(".")
    if head == "step":
        return f"{'没有' if negated else ''}办过{_steps((name,), pack)}"
    if head == "record":
        return f"卷内{'没有' if negated else '有'}{title(name)}"
    group = GROUP_BY_NAME.get(head)
    label = (
        "状态" if group is None else "·".join((group.label, *([group.by_name[name].label] if name else [])))
    )
    if not equals:
        return f"{'没有' if negated else '有'}“{label}”"
    return f"“{label}”{'不是' if negated else '是'}{'、'.join(wanted.split(','))}"


def _steps(ids: Iterable[str], pack: Pack, categories: Collection[Category] = ()) -> str:
    """Return the titles of steps, as they are called for some categories."""
    wanted = set(categories) or set(pack.delegated)
    titles = {
        s.id: s.title
        for s in reversed(pack.steps)
        if not s.categories or wanted & set(s.categories) & set(pack.delegated)
    }
    return _quoted(titles[i] for i in dict.fromkeys(ids) if i in titles)


def _quoted(words: Iterable[str]) -> str:
    return "、".join(f"“{w}”" for w in words)


def moves(step: StepRule) -> str:
    """Return a step's moves: ``已收件、待补正 → 已受理``; states it does not change are named once."""
    staying = [a.label for a, b in step.moves.items() if a is b]
    towards: dict[str, list[str]] = {}
    for before, after in step.moves.items():
        if before is not after:
            towards.setdefault(after.label, []).append(before.label)
    found = [f"{'、'.join(befores)} → {after}" for after, befores in towards.items()]
    if staying:
        found.append(f"{'、'.join(staying)}（状态不变）")
    return "；".join(found)


def demands(step: StepRule, pack: Pack, title: Title) -> list[tuple[str, str]]:
    """Return what a step asks for and brings forth, each with its heading; only what there is."""
    found = [
        ("条件", "、".join(GUARDS.get(g, g) for g in step.guards)),
        ("限于", condition(step.when, pack, title) if step.when else ""),
        ("须有", "、".join(papers(n, title) for n in step.needs)),
        (
            "填写",
            "、".join(label + ("" if ask.required else "（可不填）") for ask, label in step.asks.items()),
        ),
        ("产生", "、".join(title(m) for m in step.makes)),
        (
            "回避",
            _steps(step.apart, pack, step.categories)
            and f"办过{_steps(step.apart, pack, step.categories)}的人不得办理",
        ),
    ]
    return [(head, text) for head, text in found if text]


def papers(need: Need, title: Title) -> str:
    """Return a needed paper in words: either of some, or only recommended."""
    text = "或".join(map(title, need.documents))
    return text if need.required else f"{text}（宜有）"


def wanted(material: Material, pack: Pack, title: Title = str) -> str:
    """Return what a material must be, with its condition."""
    other = f"（{'、'.join(map(title, material.accepts))}亦可）" if material.accepts else ""
    only = f"（限于{condition(material.when, pack, title)}）" if material.when else ""
    return f"{material.requirement}{other}{only}"


def in_force(row: Rule | StepRule | Material | CheckRule) -> list[str]:
    """Return from when to when a row holds, and by which day, in one line; none when it is not dated."""
    if not (row.valid_from or row.valid_to):
        return []
    what = "作出的" if row.holds_by is HoldsBy.ACT else "受理的"
    return [f"施行：{row.valid_from or '……'} 至 {row.valid_to or '……'} {what}"]


def scope(categories: Iterable[Category]) -> str:
    """Return the categories a row is for, by their letters."""
    return " ".join(c.value for c in categories) or "各类"


def basis(source: Source, *, inferred: bool, note: str = "") -> str:
    """Return where a row stands, whether it is inferred, and its note."""
    return f"{source}{'〔推定〕' if inferred else ''}{f'；{note}' if note else ''}"
