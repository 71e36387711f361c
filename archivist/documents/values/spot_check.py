"""What the record of the monthly spot check prints: how many were confirmed, how many must be looked into, and relatives.

All who were confirmed in the month are the population; those filed apart for 近亲属 are all to be visited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, once
from archivist.documents.values.office import over
from archivist.documents.values.registry import computes, examines
from archivist.errors import ArchivistError
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules import rule_text
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId


def _ratios(context: DocumentContext) -> dict[Category, Rule]:
    """Return the row that says how many are looked into, for each category handed down."""
    return over(context, RuleId.SPOTCHECK_RATIO) if context.sources else {}


def _strictest(context: DocumentContext) -> Rule | None:
    return max(_ratios(context).values(), key=lambda r: float(r.value), default=None)


@computes(FieldPath.SPOT_MINIMUM)
def _minimum(context: DocumentContext) -> str | None:
    rule = _strictest(context)
    return rule_text.value(rule) if rule else None


# ── who was confirmed ────────────────────────────────────────────────────────────────────────────────────
@once
def _confirmed(context: DocumentContext) -> Sequence[Case] | None:
    """Return the cases confirmed in the month; ``None`` where none is told or nothing is to be checked.

    One that cannot be read is named.
    """
    month, wanted = context.given.get(FieldPath.SPOT_MONTH), _ratios(context)
    if context.sources is None or not wanted or not isinstance(month, str):
        return None
    found = []
    for number in context.sources.case_numbers():
        if number.category not in wanted:
            continue
        try:
            case = context.sources.read_case(number)
        except ArchivistError as error:
            context.doubts.append(f"未检：{error}")
            continue
        if any(s.after is State.CONFIRMED is not s.before and f"{s.on:%Y-%m}" == month for s in case.steps):
            found.append(case)
    return found


@computes(FieldPath.SPOT_POPULATION)
def _population(context: DocumentContext) -> int | None:
    return len(_confirmed(context) or ()) or None


# ── relatives ────────────────────────────────────────────────────────────────────────────────────────────
@once
def _kin(context: DocumentContext) -> tuple[Sequence[str], Sequence[str]] | None:
    """Return the households filed apart for 近亲属, all of which are to be visited, and those that were not."""
    confirmed = _confirmed(context)
    if confirmed is None:
        return None
    rules = over(context, RuleId.SPOTCHECK_KINSHIP)
    kin = [str(c.number) for c in confirmed if c.category in rules and c.fact(FactPath.APPLICATION_KINSHIP)]
    visited = [
        str(r.get("number")) for r in context.rows(FieldPath.SPOT_ROWS) if "入户" in str(r.get("method", ""))
    ]
    return kin, [number for number in kin if number not in visited]


@computes(FieldPath.SPOT_KIN)
def _kin_count(context: DocumentContext) -> int | None:
    kin = _kin(context)
    return None if kin is None else len(kin[0])


@computes(FieldPath.SPOT_KIN_DONE)
def _kin_visited(context: DocumentContext) -> int | None:
    kin = _kin(context)
    return None if kin is None else len(kin[0]) - len(kin[1])


# ── what a person must look at ───────────────────────────────────────────────────────────────────────────
@examines(DocumentId.SPOT_CHECK_RECORD)
def _enough(context: DocumentContext) -> None:
    confirmed, strictest = _confirmed(context), _strictest(context)
    if confirmed is None or strictest is None:
        return
    rows = context.rows(FieldPath.SPOT_ROWS)
    numbers = Counter(str(row["number"]) for row in rows if row.get("number"))
    context.problems += [
        f"抽查明细中 {number} 列了 {times} 次" for number, times in numbers.items() if times > 1
    ]
    told = context.given.get(FieldPath.SPOT_POPULATION)
    if isinstance(told, int) and told != len(confirmed):
        context.doubts.append(f"抽样总体 {told} 户，本档案库登记该月新确认的是 {len(confirmed)} 户")
    population = told if isinstance(told, int) else len(confirmed)
    least = strictest.share_of(population)
    if len(rows) < least:
        context.doubts.append(f"抽查 {len(rows)} 户，应不少于 {least} 户；{strictest.source}")


@examines(DocumentId.SPOT_CHECK_RECORD)
def _all_kin_visited(context: DocumentContext) -> None:
    if (kin := _kin(context)) and kin[1]:
        rule = next(iter(over(context, RuleId.SPOTCHECK_KINSHIP).values()))
        context.doubts.append(f"近亲属备案家庭没有入户：{'、'.join(kin[1])}；{rule.source}")
