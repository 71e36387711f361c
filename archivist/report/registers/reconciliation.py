"""Payments as the files have them against payments as they were made: whoever stands on one side only, or otherwise."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.fact_paths import FactPath
from archivist.model.ids import mask_id
from archivist.report.case_history import HouseholdHistory
from archivist.report.listed_payments import ListedPayment
from archivist.report.register import ROWS, ZERO, Register, RegisterRequest, Row, total
from archivist.report.registers.payments import fund_disbursement_detail
from archivist.report.registers.registry import register


@dataclass(slots=True)
class _Payee:
    """One person on one or both sides: what the files owe, ``None`` where a sum is not known; what the list paid."""

    name: str
    id_number: str
    accounts: set[str] = field(default_factory=set)
    numbers: list[str] = field(default_factory=list)
    due: Decimal | None = ZERO
    listed: list[ListedPayment] = field(default_factory=list)

    @property
    def paid(self) -> Decimal:
        return sum((line.amount for line in self.listed), ZERO)


@register(DocumentId.PAYMENT_RECONCILIATION, one_month=True)
def payment_reconciliation(asked: RegisterRequest) -> Register:
    """Whom the exported list of a month pays otherwise than the files say; who agrees is only counted.

    A line of the list is somebody's by ID number, else by account, else by a name that only one person has.
    """
    payees = _by_files(fund_disbursement_detail(asked).rows)
    expected = len(payees)
    strangers = _assign(payees, asked.listed)
    rows = [row for payee in (*payees, *strangers) if (row := _difference(payee, asked.houses))]
    rows.sort(key=lambda row: (row["number"] or "~", row["name"]))
    found = Register(
        {ROWS: rows}, {ROWS: {"due": FieldPath.REGISTER_DUE, "listed": FieldPath.REGISTER_LISTED}}
    )
    found.values |= {
        FieldPath.REGISTER_COUNT: len(rows),
        FieldPath.REGISTER_DUE: total(rows, "due"),
        FieldPath.REGISTER_LISTED: total(rows, "listed"),
    }
    agreed = expected + len(strangers) - len(rows)
    paid = sum((line.amount for line in asked.listed), ZERO)
    found.notes.append(
        f"户档当月应发{expected}人，名单{len(asked.listed)}行共{paid}元；相符{agreed}人，不符{len(rows)}人。"
    )
    found.notes.append("先按证件号、再按账号、最后按没有重名的姓名对应；一人有几笔的合计比对。")
    found.doubts += [f"{row['name']}：{row['fault']}" for row in rows]
    return found


def _by_files(rows: Sequence[Row]) -> list[_Payee]:
    payees: dict[str, _Payee] = {}
    for row in rows:
        key = row["id_number"] or row["number"]
        payee = payees.setdefault(key, _Payee(row["name"], row["id_number"] or ""))
        payee.numbers.append(row["number"])
        payee.accounts |= {row["account"]} - {""}
        payee.due = None if payee.due is None or row["paid"] is None else payee.due + row["paid"]
    return list(payees.values())


def _assign(payees: Sequence[_Payee], listed: Sequence[ListedPayment]) -> list[_Payee]:
    """Give each line of the list to whom it is; return those whom the files do not pay."""
    by_id = {p.id_number: p for p in payees if p.id_number}
    by_account = {account: p for p in payees for account in p.accounts}
    often = Counter(p.name for p in payees)
    by_name = {p.name: p for p in payees if often[p.name] == 1}
    strangers: dict[str, _Payee] = {}
    for line in listed:
        found = by_id.get(line.id_number) if line.id_number else by_account.get(line.account)
        if found is None and not line.id_number and not line.account:
            found = by_name.get(line.name)
        if found is None:
            key = line.id_number or line.account or line.name
            found = strangers.setdefault(key, _Payee(line.name, line.id_number, {line.account} - {""}))
        found.listed.append(line)
    return list(strangers.values())


def _difference(payee: _Payee, houses: Sequence[HouseholdHistory]) -> Row | None:
    """Return the line of somebody with whom something is wrong."""
    faults = []
    if not payee.numbers:
        own = _files_of(payee, houses)
        payee.numbers = [str(house.case.number) for house in own]
        faults.append(f"户档为“{own[-1].case.state.label}”，当月不应发" if own else "名单有，户档中没有此人")
    elif not payee.listed:
        faults.append("户档应发，名单没有")
    elif payee.due is None:
        faults.append("户档金额没有登记，无从比对")
    elif payee.paid != payee.due:
        faults.append(
            f"金额不符，名单{'多' if payee.paid > payee.due else '少'} {abs(payee.paid - payee.due)} 元"
        )
    if not faults:
        return None
    rows = f"（名单第 {'、'.join(str(line.row) for line in payee.listed)} 行）" if payee.listed else ""
    return {
        "name": payee.name,
        "id_number": mask_id(payee.id_number),
        "number": "、".join(dict.fromkeys(payee.numbers)),
        "fault": "；".join(faults) + rows,
        "due": payee.due if payee.numbers else ZERO,
        "listed": payee.paid,
    }


def _files_of(payee: _Payee, houses: Sequence[HouseholdHistory]) -> list[HouseholdHistory]:
    """Return the files of somebody who is not to be paid: by ID number, else account."""
    found: dict[bool, list[HouseholdHistory]] = defaultdict(list)
    for house in houses:
        if payee.id_number:
            found[house.fact(FactPath.APPLICANT_ID_NUMBER) == payee.id_number].append(house)
        else:
            found[house.fact(FactPath.ACCOUNT_NUMBER) in payee.accounts].append(house)
    return found[True]
