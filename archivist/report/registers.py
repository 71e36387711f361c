"""Which document has which rows, for which kind of period; and making one from the archive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from archivist.errors import ArchivistError, DocumentNotApplicable, UsageError
from archivist.report import figures, lists, money
from archivist.report.household import Household
from archivist.report.query import Period, Query
from archivist.report.register import Asked, Register
from archivist.rules.documents import DocumentType
from archivist.rules.pack import Pack
from archivist.store import chain as chains
from archivist.workspace import Workspace

Make = Callable[[Asked], Register]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one register is made: its rows, and the period it is about when none is named."""

    make: Make
    period: str = "month"
    heading: str = "register.period"


REGISTERS: Final[Mapping[str, Kind]] = {
    "acceptance_register": Kind(lists.acceptance_register),
    "monthly_roster": Kind(lists.monthly_roster),
    "monthly_statistics": Kind(figures.monthly_statistics),
    "filing_summary": Kind(lists.filing_summary),
    "temp_assistance_monthly_summary": Kind(money.temp_assistance_monthly_summary),
    "reserve_fund_report": Kind(money.reserve_fund_report),
    "quarterly_transfer_list": Kind(lists.quarterly_transfer_list, "quarter"),
    "annual_review_transfer_list": Kind(lists.annual_review_transfer_list, "year"),
    "household_ledger": Kind(lists.household_ledger, heading="ledger.month"),
    "fund_disbursement_detail": Kind(money.fund_disbursement_detail),
    "monthly_visit_summary": Kind(lists.monthly_visit_summary),
    "recovery_register": Kind(money.recovery_register, "on"),
    "review_due_list": Kind(lists.review_due_list),
}
"""Document → how it is made."""
ONE_MONTH: Final = (
    "monthly_roster",
    "monthly_statistics",
    "household_ledger",
    "fund_disbursement_detail",
    "monthly_visit_summary",
)
"""Documents that are about one month and no other period."""


@dataclass(frozen=True, slots=True)
class Found:
    """The households a register is made from; ``unread`` says which cases could not be looked at, and why."""

    houses: tuple[Household, ...] = ()
    unread: tuple[str, ...] = ()


def kind_of(document: DocumentType, pack: Pack, period: Period | None = None) -> Kind:
    """Return how a document is made.

    Raises:
        UsageError: E001, it is no document over many households, or not about such a period.
        DocumentNotApplicable: E307, the office's rule pack does not know it.
    """
    if document.id not in REGISTERS:
        raise UsageError(
            f"{document.title}不是汇总的册表；可用：{'、'.join(REGISTERS)}",
            remedy="为一户制发的文书请用 archivist generate。",
        )
    if document.packs and pack.id not in document.packs:
        raise DocumentNotApplicable(
            f"{document.title}只用于规则包 {'、'.join(document.packs)}，本单位适用 {pack.id}"
        )
    if period and document.id in ONE_MONTH and (period.first.day != 1 or period.slug != period.month):
        raise UsageError(f"{document.title}按月编制，请用 --month 写明月份")
    return REGISTERS[document.id]


def collect(
    workspace: Workspace,
    document: DocumentType,
    query: Query,
    step: Callable[[int, int], None] = lambda _done, _all: None,
) -> Found:
    """Read the cases a register is about, each from its own chain; one that cannot be read is named, never left out.

    Args:
        workspace: the open workspace.
        document: the register; only cases of its categories.
        query: which of them.
        step: called with the cases read and all those to be.
    """
    numbers = [
        n
        for n in workspace.archive.case_numbers()
        if n.category in document.categories and query.wants(n.category)
    ]
    houses, unread = [], []
    for done, number in enumerate(numbers, 1):
        try:
            chain = workspace.archive.chain(number)
            case = chains.state(number, chain)
        except ArchivistError as error:
            unread.append(str(error))
        except (ValueError, KeyError) as error:
            unread.append(f"{number}：事件内容前后矛盾（{error}）")
        else:
            if query.holds(case):
                houses.append(Household.read(case, (event for event, _ in chain.events)))
        step(done, len(numbers))
    return Found(tuple(houses), tuple(unread))


def make(
    document: DocumentType, found: Found, pack: Pack, period: Period, *, today: dt.date, words: str = ""
) -> Register:
    """Make a register and say on it what a reader must know: which cases, which days, what could not be read.

    Args:
        document: the register.
        found: the households.
        pack: the office's rules.
        period: the days it is about.
        today: nothing is known of later days.
        words: of the query, when not all cases were wanted.
    """
    kind = kind_of(document, pack, period)
    register = kind.make(Asked(found.houses, pack, period))
    monthly = kind.heading == "ledger.month"
    register.values[kind.heading] = period.month if monthly else period.label
    if words:
        register.notes.append(f"本表只列符合条件的户：{words}。")
    if period.last > today and document.id != "review_due_list":
        register.notes.append(
            f"统计期尚未结束，只计至{today.year}年{today.month}月{today.day}日已登记的事项。"
        )
    if found.unread:
        names = "、".join(line.split("：")[0] for line in found.unread)
        register.notes.append(f"未检{len(found.unread)}户，没有计入：{names}。")
    return register


def given(document: DocumentType, register: Register) -> dict[str, object]:
    """Return what a register tells the document: declared fields only, lines without the columns it has not."""
    told: dict[str, object] = {}
    for spec in document.fields:
        value = register.values.get(spec.path)
        if isinstance(value, list):
            keys = {c.key for c in spec.columns}
            told[spec.path] = [{k: v for k, v in row.items() if k in keys} for row in value]
        elif value is not None and value != "":
            told[spec.path] = value
    if register.notes and document.field("register.notes"):
        told["register.notes"] = register.notes
    return told
