"""What nobody types into the office's records of its own work: its people and places, what its rules say, what the ledger tells.

People, villages and means stand in ``archivist.toml`` (``[[people]]``, ``[[villages]]``, ``[establishment]``); what was
issued before, in the ledger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from archivist.config import StaffMember
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, Row, once
from archivist.documents.values.registry import computes, examines
from archivist.model.roles import Role
from archivist.model.staff import OF_A_VILLAGE, OF_THE_TOWN, Employment
from archivist.rules import rule_text
from archivist.rules.rule import Rule, StepRule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RulePrefix
from archivist.rules.staffing import Staffing, staffing

RULES_AND_SYSTEMS: Final = (
    DocumentId.TOWNSHIP_IMPLEMENTATION_PLAN,
    DocumentId.TOWNSHIP_WORK_RULES,
    DocumentId.DELIBERATION_RULES,
    DocumentId.RETENTION_SCHEDULE,
)
"""The documents of the office that are its 规章制度."""
LEADER, DEPUTY = "组长", "副组长"
_PHASE: Final = ("phase",)


# ── reports to the bureau ────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.INSPECTION_BY, FieldPath.SUMMARY_TO)
def _bureau(context: DocumentContext) -> str | None:
    return context.config.office.bureau or None


# ── publicity ────────────────────────────────────────────────────────────────────────────────────────────
@once
def _reached(context: DocumentContext) -> frozenset[str]:
    return frozenset(
        str(row["village"]) for row in context.rows(FieldPath.OUTREACH_ROWS) if row.get("village")
    )


@computes(FieldPath.OUTREACH_VILLAGES)
def _villages_reached(context: DocumentContext) -> int | None:
    return len(_reached(context)) or None


@computes(FieldPath.OUTREACH_WITHOUT)
def _villages_without(context: DocumentContext) -> str | None:
    names = (village.name for village in context.config.villages)
    return "、".join(name for name in names if name not in _reached(context)) or None


@examines(DocumentId.POLICY_PUBLICITY_RECORD)
def _known_villages(context: DocumentContext) -> None:
    names = [village.name for village in context.config.villages]
    if names and (strange := sorted(_reached(context) - {*names})):
        context.doubts.append(f"{'、'.join(strange)}不在工作区设置的村（社区）中（[[villages]]）")


# ── applications of the platform ─────────────────────────────────────────────────────────────────────────
@computes(FieldPath.ONLINE_OPEN)
def _not_returned(context: DocumentContext) -> int:
    return sum(not row.get("returned") for row in context.rows(FieldPath.ONLINE_ROWS))


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────
@once
def _staff(context: DocumentContext) -> Sequence[StaffMember]:
    return context.config.at_posts(OF_THE_TOWN, context.made_on)


@once
def _staffing(context: DocumentContext) -> Staffing:
    return staffing(
        context.pack,
        context.made_on,
        population=context.config.establishment.population,
        recipients=_recipients(context) or 0,
    )


@computes(FieldPath.ROSTER_ROWS)
def _roster(context: DocumentContext) -> list[Row]:
    return [
        {
            "name": person.name,
            "post": person.post.value,
            "title": person.title,
            "employment": person.employment.value,
            "since": person.since,
            "phone": person.phone,
        }
        for person in _staff(context)
    ]


@computes(FieldPath.ROSTER_COUNT)
def _count(context: DocumentContext) -> int | None:
    return len(context.rows(FieldPath.ROSTER_ROWS) or _staff(context)) or None


@computes(FieldPath.ROSTER_FULL_TIME)
def _full_time(context: DocumentContext) -> int:
    return _employed(context, Employment.FULL_TIME)


@computes(FieldPath.ROSTER_PART_TIME)
def _part_time(context: DocumentContext) -> int:
    return _employed(context, Employment.PART_TIME)


def _employed(context: DocumentContext, how: Employment) -> int:
    rows = context.rows(FieldPath.ROSTER_ROWS) or _roster(context)
    return sum(row.get("employment") == how for row in rows)


@computes(FieldPath.ROSTER_POPULATION)
def _population(context: DocumentContext) -> int | None:
    return context.config.establishment.population or None


@computes(FieldPath.ROSTER_RECIPIENTS)
def _recipients(context: DocumentContext) -> int | None:
    return context.sources.recipients() if context.sources else None


@computes(FieldPath.ROSTER_RULE)
def _standard(context: DocumentContext) -> str:
    return "，或者".join(y.words for y in _staffing(context).yardsticks) or "本地规定没有写人数"


@computes(FieldPath.ROSTER_VERDICT)
def _verdict(context: DocumentContext) -> str:
    wanted = _staffing(context)
    if not wanted.yardsticks:
        return "没有标准可比。"
    verdict = "达到标准" if wanted.met(_count(context) or 0) else "未达到标准"
    return f"{verdict}{f'（{wanted.unknown}）' if wanted.unknown else ''}。"


@computes(FieldPath.ROSTER_VILLAGES)
def _villages(context: DocumentContext) -> list[Row]:
    helpers = context.config.at_posts(OF_A_VILLAGE, context.made_on)
    return [
        {
            "village": village.name,
            "assistants": "、".join(f"{p.name}（{p.post}）" for p in helpers if p.village == village.name),
            "station": village.station,
        }
        for village in context.config.villages
    ]


@examines(DocumentId.STAFF_ROSTER)
def _enough(context: DocumentContext) -> None:
    wanted, count = _staffing(context), _count(context) or 0
    if not _staff(context):
        context.doubts.append("工作区设置中没有在岗的工作人员：在 [[people]] 写明 post（经办机构、管理部门）")
    if not wanted.met(count):
        asked = "，或者".join(f"{y.words}；{y.rule.source.printed}" for y in wanted.yardsticks)
        context.doubts.append(f"工作人员 {count} 人，未达到标准：{asked}")
    names = {village.name for village in context.config.villages}
    lost = [p for p in context.config.at_posts(OF_A_VILLAGE, context.made_on) if p.village not in names]
    if lost:
        context.doubts.append(
            f"{'、'.join(p.name for p in lost)}的村（社区）不在工作区设置中（[[villages]]），没有列入名册"
        )


# ── 实施方案 ─────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.SCHEME_BASIS)
def _scheme_basis(context: DocumentContext) -> str | None:
    if context.sources is None:
        return None
    own = [r for r in _own_rules(context) if DocumentId.TOWNSHIP_IMPLEMENTATION_PLAN in r.documents]
    measures = dict.fromkeys(r.source.measure for r in own or _own_rules(context))
    return f"根据{'、'.join(measures)}" if measures else None


def _own_rules(context: DocumentContext) -> list[Rule]:
    """Return the rows that say what the office has to have on record of its own work."""
    rows = (r for r in context.pack.rules if r.id.startswith(RulePrefix.DUTY))
    return [r for r in rows if r.applies(None, RuleDays.alike(context.on))]


@computes(FieldPath.SCHEME_DEPUTY)
def _deputy(context: DocumentContext) -> str | None:
    deciding = [p.name for p in context.config.people if Role.APPROVER in p.roles]
    return deciding[0] if len(deciding) == 1 else None


@computes(FieldPath.SCHEME_AGENCY, FieldPath.WORKRULES_AGENCY)
def _agency(context: DocumentContext) -> str | None:
    return context.config.establishment.agency or None


@computes(FieldPath.SCHEME_DEPARTMENT, FieldPath.WORKRULES_DEPARTMENT, FieldPath.GROUP_OFFICE)
def _department(context: DocumentContext) -> str | None:
    return context.config.establishment.department or None


@computes(FieldPath.SCHEME_STAFF)
def _staff_words(context: DocumentContext) -> str | None:
    count = len(_staff(context))
    if not count:
        return None
    full, part = _full_time(context), _part_time(context)
    helpers = len(context.config.at_posts(OF_A_VILLAGE, context.made_on))
    villages = f"；村（社区）协理员、低保员{helpers}人" if helpers else ""
    return f"工作人员{count}人（专职{full}人，兼职{part}人）{villages}。"


@computes(FieldPath.SCHEME_PHASES)
def _phases(context: DocumentContext) -> list[Row] | None:
    if context.sources is None:
        return None
    rows = [r for r in context.pack.rules if r.id.startswith(_PHASE)]
    return [{"name": r.title, "time": rule_text.value(r), "work": ""} for r in rows] or None


# ── 工作规则 ─────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.WORKRULES_VALID_FROM)
def _valid_from(context: DocumentContext) -> dt.date:
    return context.made_on


@computes(FieldPath.WORKRULES_ROWS)
def _responsibilities(context: DocumentContext) -> list[Row]:
    """Return the steps the office takes, each with who does it and by when: 谁受理、谁调查、谁审核确认、谁负责."""
    pack, days = context.pack, RuleDays.alike(context.on)
    found: list[Row] = []
    for step in dict.fromkeys(s.id for s in pack.steps if s.role is not Role.OUTSIDE):
        rows = [s for s in pack.steps if s.id == step and s.role is not Role.OUTSIDE]
        own = [c for c in pack.delegated if any(s.applies(c, days) for s in rows)]
        if not own:
            continue
        first = next(s for s in rows if s.applies(own[0], days))
        found.append(
            {
                "step": first.title,
                "post": first.role.label,
                "duty": "各类" if len(own) == len(pack.delegated) else "、".join(c.label for c in own),
                "limit": "；".join(_limits(context, first)) or "—",
            }
        )
    return found


def _limits(context: DocumentContext, step: StepRule) -> list[str]:
    rows = (
        r
        for r in context.pack.rules
        if step.id in r.ends and any(r.applies(c, RuleDays.alike(context.on)) for c in context.pack.delegated)
    )
    return list(dict.fromkeys(f"{r.title}：{rule_text.value(r)}" for r in rows))


# ── 领导小组 ─────────────────────────────────────────────────────────────────────────────────────────────
@examines(DocumentId.LEADING_GROUP_SETUP)
def _led(context: DocumentContext) -> None:
    rows = context.rows(FieldPath.GROUP_MEMBERS)
    roles = [row.get("role") for row in rows]
    if rows and roles.count(LEADER) != 1:
        context.problems.append(f"领导小组须有一名{LEADER}，成员中有 {roles.count(LEADER)} 名")
    if rows and DEPUTY not in roles:
        context.doubts.append(f"没有{DEPUTY}；分管领导具体抓")


# ── 五有 ─────────────────────────────────────────────────────────────────────────────────────────────────
HAVE, NOT, TOO_FEW = "有", "无", "不足"


@computes(FieldPath.FIVE_ROWS)
def _five(context: DocumentContext) -> list[Row] | None:
    if context.sources is None:
        return None
    place, wanted, count = context.config.establishment, _staffing(context), len(_staff(context))
    issued = {p.document: p.title for p in context.sources.office_papers() if p.document in RULES_AND_SYSTEMS}
    bodies = "，".join(
        f"{name}：{body}"
        for name, body in (("经办机构", place.agency), ("管理部门", place.department))
        if body
    )
    enough = HAVE if wanted.met(count) else TOO_FEW
    standard = "，或者".join(y.words for y in wanted.yardsticks)
    people = (_staff_words(context) or "名册中没有在岗的工作人员。") + (
        f"标准：{standard}" if standard else ""
    )
    return [
        _have("有经办机构", bodies, place.agency),
        {"item": "有经办人员", "found": people, "have": enough if count else NOT},
        _have("有工作经费", f"年度工作经费 {place.funds:,.2f} 元" if place.funds else "", place.funds),
        _have("有办公场所", place.premises, place.premises),
        _have("有完善规章制度", "、".join(f"《{title}》" for title in issued.values()), issued),
    ]


def _have(item: str, found: str, there: object) -> Row:
    return {"item": item, "found": found or "没有登记", "have": HAVE if there else NOT}


@computes(FieldPath.FIVE_CONCLUSION)
def _conclusion(context: DocumentContext) -> str | None:
    rows = context.rows(FieldPath.FIVE_ROWS) or _five(context)
    if not rows:
        return None
    lacking = [str(row.get("item", "")) for row in rows if row.get("have") != HAVE]
    return f"未落实 {len(lacking)} 项：{'、'.join(lacking)}" if lacking else "五项全部落实"


@examines(DocumentId.FIVE_HAVES_CHECK)
def _lacking(context: DocumentContext) -> None:
    found = _conclusion(context)
    if found and found.startswith("未落实"):
        context.doubts.append(f"{found}；机构、经费、场所在 archivist.toml 的 [establishment] 写明")
