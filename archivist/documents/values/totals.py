"""Sums and counts of the tables a document is told, and amounts in words.

A sum of money is left to the pen while a cell is blank; of whole numbers a blank counts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import computes
from archivist.documents.values.resolve import value_of
from archivist.model.chinese import money_in_words
from archivist.model.fact_paths import FactPath
from archivist.model.field_schema import ASSETS, EXPENSES, INCOMES

ZERO: Final = Decimal("0.00")


def money(path: str, column: str) -> Callable[[DocumentContext], str | None]:
    """Return what adds up a column of amounts."""

    def total(context: DocumentContext) -> str | None:
        cells = [row.get(column) for row in context.rows(path)]
        if not cells or None in cells:
            return None
        return str(sum((Decimal(str(cell)) for cell in cells), ZERO))

    return total


def whole(path: str, column: str) -> Callable[[DocumentContext], int | None]:
    """Return what adds up a column of whole numbers."""

    def total(context: DocumentContext) -> int | None:
        rows = context.rows(path)
        return sum(int(str(row.get(column) or 0)) for row in rows) if rows else None

    return total


def count(path: str) -> Callable[[DocumentContext], int | None]:
    """Return what counts the rows of a table."""
    return lambda context: len(context.rows(path)) or None


def in_words(path: str) -> Callable[[DocumentContext], str | None]:
    """Return what writes the amount at a path in words."""

    def words(context: DocumentContext) -> str | None:
        amount = value_of(context, path)
        return money_in_words(Decimal(str(amount))) if amount else None

    return words


_MONEY: Final[Mapping[str, tuple[str, str]]] = {
    FieldPath.CALCULATION_DECLARED: (INCOMES.key, "declared"),
    FieldPath.CALCULATION_VERIFIED: (INCOMES.key, "verified"),
    FieldPath.CALCULATION_APPROVED: (INCOMES.key, "approved"),
    FieldPath.CALCULATION_DEDUCTED: (FieldPath.CALCULATION_DEDUCTIONS, "amount"),
    FieldPath.CALCULATION_ASSETS: (ASSETS.key, "approved"),
    FieldPath.EXPENSE_TOTAL: (EXPENSES.key, "total"),
    FieldPath.EXPENSE_REIMBURSED: (EXPENSES.key, "reimbursed"),
    FieldPath.EXPENSE_OWN_SHARE: (EXPENSES.key, "own_share"),
    FieldPath.CASH_ITEMS_TOTAL: (FieldPath.CASH_ITEMS, "value"),
}
_WHOLE: Final[Mapping[str, tuple[str, str]]] = {
    FieldPath.PLAN_PLANNED: (FieldPath.PLAN_ROWS, "planned"),
    FieldPath.PLAN_DONE: (FieldPath.PLAN_ROWS, "done"),
    FieldPath.PLAN_KEPT: (FieldPath.PLAN_ROWS, "kept"),
    FieldPath.PLAN_CHANGED: (FieldPath.PLAN_ROWS, "changed"),
    FieldPath.PLAN_STOPPED: (FieldPath.PLAN_ROWS, "stopped"),
    FieldPath.OUTREACH_PEOPLE: (FieldPath.OUTREACH_ROWS, "people"),
    FieldPath.TRANSFER_ITEM_COUNT: (FieldPath.TRANSFER_ROWS, "item_count"),
    FieldPath.TRANSFER_PAGES: (FieldPath.TRANSFER_ROWS, "pages"),
    FieldPath.TRANSFER_BYTES: (FieldPath.TRANSFER_ROWS, "bytes"),
    FieldPath.DESTRUCTION_PAGES: (FieldPath.DESTRUCTION_ROWS, "pages"),
    FieldPath.DESTRUCTION_FILES: (FieldPath.DESTRUCTION_ROWS, "files"),
    FieldPath.DESTRUCTION_BYTES: (FieldPath.DESTRUCTION_ROWS, "bytes"),
    FieldPath.ERASED_BYTES: (FieldPath.ERASED_ROWS, "bytes"),
}
_COUNTS: Final[Mapping[str, str]] = {
    FieldPath.BODY_SIZE: FieldPath.BODY_MEMBERS,
    FieldPath.GROUP_SIZE: FieldPath.GROUP_MEMBERS,
    FieldPath.ONLINE_COUNT: FieldPath.ONLINE_ROWS,
    FieldPath.SPOT_SAMPLE: FieldPath.SPOT_ROWS,
    FieldPath.TRAINING_ATTENDED: FieldPath.TRAINING_ROWS,
    FieldPath.TRANSFER_VOLUMES: FieldPath.TRANSFER_ROWS,
    FieldPath.EXPIRY_VOLUMES: FieldPath.EXPIRY_ROWS,
    FieldPath.APPRAISAL_VOLUMES: FieldPath.APPRAISAL_ROWS,
    FieldPath.DESTRUCTION_VOLUMES: FieldPath.DESTRUCTION_ROWS,
    FieldPath.ERASED_FILES: FieldPath.ERASED_ROWS,
    FieldPath.APPRAISAL_TOTAL: FieldPath.MEETING_ATTENDEES,
}
_WORDS: Final[Mapping[str, str]] = {
    FieldPath.ADVANCE_AMOUNT_CN: FieldPath.ADVANCE_AMOUNT,
    FieldPath.BENEFIT_AMOUNT_CN: FactPath.BENEFIT_AMOUNT,
    FieldPath.CARE_FEE_CN: FieldPath.CARE_FEE,
    FieldPath.CASH_AMOUNT_CN: FieldPath.CASH_AMOUNT,
    FieldPath.CHANGE_AFTER_CN: FieldPath.CHANGE_AFTER,
    FieldPath.CHANGE_BEFORE_CN: FieldPath.CHANGE_BEFORE,
    FieldPath.CONFERENCE_AMOUNT_CN: FieldPath.CONFERENCE_AMOUNT,
    FieldPath.MEETING_AMOUNT_CN: FieldPath.MEETING_AMOUNT,
    FieldPath.OVER_PROPOSED_CN: FieldPath.OVER_PROPOSED,
    FieldPath.RECOVERY_AMOUNT_CN: FieldPath.RECOVERY_AMOUNT,
}
for _path, _column in _MONEY.items():
    computes(_path)(money(*_column))
for _path, _column in _WHOLE.items():
    computes(_path)(whole(*_column))
for _path, _table in _COUNTS.items():
    computes(_path)(count(_table))
for _path, _amount in _WORDS.items():
    computes(_path)(in_words(_amount))


@computes(FieldPath.LEDGER_HOUSEHOLDS)
def _households(context: DocumentContext) -> int:
    return len(context.rows(FieldPath.LEDGER_ROWS))


@computes(FieldPath.LEDGER_PERSONS)
def _persons(context: DocumentContext) -> int:
    return sum(int(str(row.get("members") or 0)) for row in context.rows(FieldPath.LEDGER_ROWS))


@computes(FieldPath.LEDGER_TOTAL)
def _paid(context: DocumentContext) -> str:
    return str(sum((Decimal(str(r.get("amount") or 0)) for r in context.rows(FieldPath.LEDGER_ROWS)), ZERO))


@computes(FieldPath.EXPIRY_HELD)
def _held(context: DocumentContext) -> int:
    return sum(bool(row.get("held")) for row in context.rows(FieldPath.EXPIRY_ROWS))


@computes(FieldPath.OVER_EXCESS)
def _excess(context: DocumentContext) -> str | None:
    """By how much what is proposed goes beyond the ceiling."""
    cap, proposed = context.text(FieldPath.OVER_CAP), context.text(FieldPath.OVER_PROPOSED)
    return str(max(Decimal(proposed) - Decimal(cap), ZERO)) if cap and proposed else None


@computes(FieldPath.SPOT_RATIO)
def _ratio(context: DocumentContext) -> str | None:
    """Percentage of the cases looked into, rounded down so that 29.99 is never 30."""
    population, sample = value_of(context, FieldPath.SPOT_POPULATION), len(context.rows(FieldPath.SPOT_ROWS))
    if not population or not int(str(population)):
        return None
    tenths = sample * 1000 // int(str(population))
    return f"{tenths // 10}.{tenths % 10}%"
