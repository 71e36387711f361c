"""For which records a receipt (送达回证) is: what a person says of one that came in as a scan, and the day read on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from archivist.doctypes.catalogue import DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.errors import InvalidValue, RecordNotFound, UsageError
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import RECEIVED_ON, SERVES, Record
from archivist.rules import service
from archivist.store import Draft
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ServiceRecorded:
    """A receipt and what it serves now; ``before`` what it served as said earlier."""

    case: Case
    receipt: Record
    papers: tuple[Record, ...]
    before: tuple[RecordNo, ...]


def record_service(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    receipt: RecordNo,
    chosen: Sequence[RecordNo],
    *,
    received_on: dt.date | None = None,
    reason: str = "",
) -> ServiceRecorded:
    """Say for which records a receipt is, and which day of receipt stands on it.

    Args:
        workspace: the open workspace.
        by: who says it, and when.
        number: the case.
        receipt: the receipt's number: the printed one, not its signed copy; or a scan.
        chosen: the records it serves; a receipt issued here serves what it lists and nothing else.
        received_on: civil day that somebody read on it; ``None``: as read when it was filed.
        reason: why it is said anew; must be told then.

    Raises:
        RecordNotFound: E206, no such receipt. InvalidValue: E002, with everything that stands against it.
    """
    before: list[tuple[RecordNo, ...]] = []

    def draft(case: Case) -> Draft:
        found = case.records.get(receipt)
        if found is None:
            raise RecordNotFound(f"没有第 {receipt} 件", file=str(number))
        refuse_unbindable(case, found, chosen, received_on, by.today)
        before.append(service.serves(found))
        if _said_otherwise(found, chosen, received_on) and not reason.strip():
            day = f"，收到日期 {found.data[RECEIVED_ON]}" if RECEIVED_ON in found.data else ""
            raise InvalidValue(
                f"第 {receipt} 件送达回证已登记送达第 {'、'.join(before[-1])} 件{day}，改正须写明理由（--reason）",
                file=str(number),
            )
        data: dict[str, object] = {"receipt": receipt, SERVES: list(chosen)}
        if received_on:
            data[RECEIVED_ON] = received_on.isoformat()
        return Draft(Op.SERVICE_RECORDED, data, reason.strip())

    case, _ = workspace.commit(number, draft, by)
    return ServiceRecorded(case, case.records[receipt], tuple(case.records[n] for n in chosen), before[-1])


def _said_otherwise(receipt: Record, chosen: Sequence[RecordNo], received_on: dt.date | None) -> bool:
    """Tell whether it was said before, and differently."""
    before, day = service.serves(receipt), receipt.data.get(RECEIVED_ON)
    return bool(before) and (
        set(before) != set(chosen) or bool(day and received_on and day != received_on.isoformat())
    )


def refuse_unbindable(
    case: Case,
    receipt: Record | None,
    chosen: Sequence[RecordNo],
    received_on: dt.date | None,
    today: dt.date,
) -> None:
    """Refuse to say that a receipt, or one about to be filed (``None``), serves some records.

    Raises:
        InvalidValue: E002, with everything that stands against it.
    """
    problems = [*service.unbindable(case, receipt, chosen, received_on)]
    if received_on and received_on > today:
        problems.append(f"收到日期 {received_on} 在今天（{today}）之后")
    if problems:
        raise InvalidValue("送达回证不能这样登记", file=str(case.number), problems=problems)


def refuse_no_receipt(
    case: Case,
    document: DocumentType | None,
    chosen: Sequence[RecordNo],
    received_on: dt.date | None,
    today: dt.date,
) -> None:
    """Refuse what is about to be filed as serving some records, and is no receipt that can.

    Raises:
        UsageError: E001, another type. InvalidValue: E002, see ``refuse_unbindable``.
    """
    if document is None or document.id != DocumentId.DELIVERY_RECEIPT:
        raise UsageError(
            "--serves、--received-on 只用于扫描归入的送达回证", remedy="同时写 --type 送达回证。"
        )
    refuse_unbindable(case, None, chosen, received_on, today)
