"""The figures of the month: households and persons on the roll, come and gone, money, applications.

The end of one month is the beginning of the next: 期末 = 期初 + 新增 − 退出 + 变更, for every category.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.fact_paths import FactPath
from archivist.model.household import TEMPORARY, birth_date, covered_persons
from archivist.model.ids import Category
from archivist.model.step_ids import StepId
from archivist.report.case_history import CLASSES, HouseholdHistory
from archivist.report.query import Period
from archivist.report.register import ROWS, ZERO, Register, RegisterRequest, Row
from archivist.report.registers.applications import OUTCOMES, Outcome, received_on
from archivist.report.registers.registry import register
from archivist.report.registers.temporary import payouts
from archivist.rules.ages import NeedLines
from archivist.rules.rule_days import RuleDays

COLUMNS: Final = (
    "opening", "opening_persons", "entered", "entered_persons", "left", "left_persons", "changed_persons", "closing",
    "closing_persons", "spent",
)  # fmt: skip
TEMPORARY_COLUMNS: Final = ("granted", "granted_persons", "granted_amount", "spent")
HANDLED: Final = (
    "received",
    "accepted",
    "corrected",
    "not_accepted",
    "granted",
    "refused",
    "dropped",
    "open",
)
_DROPPED: Final = (Outcome.ABANDONED, Outcome.WITHDRAWN, Outcome.TERMINATED)
Counts = dict[str, int | Decimal]


@register(DocumentId.MONTHLY_STATISTICS, one_month=True)
def monthly_statistics(asked: RegisterRequest) -> Register:
    """The month in figures, by category of assistance, with the sums of all."""
    found = Register({})
    shown = [
        c for c in Category if c in asked.pack.delegated or any(h.case.category is c for h in asked.houses)
    ]
    roll = [c for c in shown if c not in TEMPORARY]
    rows = [_row(c, _roll(_of(asked.houses, c), asked.period)) for c in roll]
    once = [_row(c, _once(_of(asked.houses, c), asked.period)) for c in shown if c in TEMPORARY]
    handled = [_row(c, _handled(_of(asked.houses, c), asked.period)) for c in shown]
    lines = NeedLines.of(asked.pack, RuleDays.alike(asked.period.last))
    classes = [_row(c, _classes(_of(asked.houses, c), asked.period, lines)) for c in roll]
    tables = (
        (ROWS, rows, COLUMNS),
        (FieldPath.TEMPORARY_ROWS, once, TEMPORARY_COLUMNS),
        (FieldPath.HANDLED_ROWS, handled, HANDLED),
        (FieldPath.CLASSES_ROWS, classes, ("persons", *_CLASS_KEYS.values(), "unknown")),
    )
    for path, table, columns in tables:
        found.values[path] = table
        prefix = path.removesuffix(".rows") + "."
        sums = {key: _signed(key, sum(r["_" + key] for r in table)) for key in columns}
        found.values |= {f"{prefix}{key}": value for key, value in sums.items()}
        found.feet = {**found.feet, path: {key: f"{prefix}{key}" for key in columns}}
    spent = found.values[FieldPath.REGISTER_SPENT] + found.values[FieldPath.TEMPORARY_SPENT]
    found.values[FieldPath.REGISTER_ALL_SPENT] = spent
    unpaid = sum(r["_unpaid"] for r in (*rows, *once))
    if unpaid:
        found.notes.append(
            f"资金支出没有计入金额不明的{unpaid}户（没有登记金额，或变更后没有登记起发年月）。"
        )
    if any(r["_unknown"] for r in classes):
        found.notes.append("没有证件号和出生日期的人，年龄不明，没有计入老年人、未成年人。")
    found.notes.append(
        "在册以确认（审定）决定之日计入，以终止决定或注销之日退出；资金支出按当月应发、补发计，没有扣除扣减。"
    )
    return found


def _of(houses: Sequence[HouseholdHistory], category: Category) -> list[HouseholdHistory]:
    return [h for h in houses if h.case.category is category]


def _row(category: Category, counts: Counts) -> Row:
    """Return a line: what is printed, and under ``_…`` the numbers it is summed from."""
    return (
        {"category": category.label}
        | {f"_{k}": v for k, v in counts.items()}
        | {k: _signed(k, v) for k, v in counts.items()}
    )


def _signed(key: str, value: int | Decimal) -> int | Decimal | str:
    if key != "changed_persons":
        return value
    return f"+{value}" if value > 0 else f"−{-value}" if value else "0"


def _roll(houses: Sequence[HouseholdHistory], period: Period) -> Counts:
    before = f"{period.eve:%Y-%m}"
    counts: Counts = {**dict.fromkeys((*COLUMNS, "unpaid"), 0), "spent": ZERO}
    for house in houses:
        at_first, at_last = house.on_roll(period.eve), house.on_roll(period.last)
        was, now = house.persons(before), house.persons(period.month)
        gone = house.exit_in(period) is not None
        if at_first:
            _add(counts, "opening", was)
        if house.entered(period):
            _add(counts, "entered", now)
        if gone:
            _add(counts, "left", was if at_first else now)
        if at_last:
            _add(counts, "closing", now)
        if at_first and at_last:
            counts["changed_persons"] += now - was
        if house.paid_in(period):
            term, (_, back) = house.term(period.month), house.arrears(period)
            if term is None or term.amount is None or back is None:
                counts["unpaid"] += 1
            else:
                counts["spent"] += term.amount + back
    return counts


def _add(counts: Counts, key: str, persons: int) -> None:
    counts[key] += 1
    counts[f"{key}_persons"] += persons


def _once(houses: Sequence[HouseholdHistory], period: Period) -> Counts:
    counts: Counts = {
        **dict.fromkeys((*TEMPORARY_COLUMNS, "unpaid"), 0),
        "spent": ZERO,
        "granted_amount": ZERO,
    }
    for house in houses:
        if house.entered(period):
            _add(counts, "granted", house.persons(period.month))
            counts["granted_amount"] += Decimal(house.fact(FactPath.BENEFIT_AMOUNT) or 0)
        for on, amount, _ in payouts(house):
            if on in period:
                counts["spent"] += amount or ZERO
                counts["unpaid"] += amount is None
    return counts


def _handled(houses: Sequence[HouseholdHistory], period: Period) -> Counts:
    """Count applications by what happened to them in the period; ``open``: received, not concluded at its end."""
    counts: Counts = dict.fromkeys(HANDLED, 0)
    for house in houses:
        received = received_on(house)
        results = Counter(OUTCOMES[s.id] for s in house.steps(*OUTCOMES, within=period))
        counts["received"] += received in period
        counts["accepted"] += bool(house.steps(StepId.ACCEPT, StepId.ADVANCE, within=period))
        counts["corrected"] += bool(house.steps(StepId.ASK_CORRECTION, within=period))
        counts["not_accepted"] += results[Outcome.NOT_ACCEPTED] > 0
        counts["granted"] += results[Outcome.GRANTED] > 0
        counts["refused"] += results[Outcome.REFUSED] > 0
        counts["dropped"] += any(results[r] for r in _DROPPED)
        concluded = any(s.id in OUTCOMES and s.on <= period.last for s in house.case.steps)
        begun = received is not None and received <= period.last
        counts["open"] += begun and not concluded and house.case.deregistered_on is None
    return counts


_CLASS_KEYS: Final = dict(zip(CLASSES, ("old", "young", "disabled", "ill"), strict=True))


def _classes(houses: Sequence[HouseholdHistory], period: Period, lines: NeedLines) -> Counts:
    """Count the persons on the roll at the end of the period by what makes their need greater."""
    counts: Counts = dict.fromkeys(("persons", *_CLASS_KEYS.values(), "unknown"), 0)
    for house in houses:
        if not house.on_roll(period.last):
            continue
        counts["persons"] += house.persons(period.month)
        covered = covered_persons(house.case, period.last)
        counts["unknown"] += sum(birth_date(p) is None for p in covered)
        for found in house.classes(period.last, lines):
            for name in found:
                counts[_CLASS_KEYS[name]] += 1
    return counts
