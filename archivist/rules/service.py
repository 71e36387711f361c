"""Service (送达): which papers of a case are addressed to the applicant, which were served, and what proves it.

A receipt (送达回证) is bound to the records it lists and proves service of those alone, once it is signed. One that came in
as a scan lists nothing before a person says for which records it is. A notice with a slip of its own (申请人签收) is proved
served by its signed copy.

Source: 行政复议法实施条例第十五条「依法应当向有关公民、法人或者其他组织送达法律文书而未送达的，视为该公民、法人或者其他组织不知道该
具体行政行为」; 民事诉讼法第八十七条（参照）「送达诉讼文书必须有送达回证，由受送达人在送达回证上记明收到日期，签名或者盖章」.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.ids import RecordNo, record_no
from archivist.model.record import RECEIVED_ON, SERVES, Record, RecordStatus

_SIGNS: Final = re.compile(r"签名|签收")


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves that a paper was served.

    Attributes:
        paper: what was served.
        receipt: the 送达回证 that lists it; the paper itself where its own slip was signed.
        copy: the record that bears the signature.
        on: civil day of receipt as it stands on the copy, or as a person read it there; ``None`` where nobody did.
    """

    paper: Record
    receipt: Record
    copy: Record
    on: dt.date | None

    def signed_at(self, caption: str) -> bool:
        """Tell whether somebody signed at a place of the receipt (``代收人签名``); the slip of a notice has one place only."""
        return self.receipt.no == self.paper.no or signed_at(self.copy, caption)


@dataclass(frozen=True, slots=True)
class Service:
    """How the papers of a case stand that have to be served.

    Attributes:
        proofs: served paper → the earliest proof of it; other papers that a receipt lists are among them.
        unserved: those addressed to the applicant that hold and are not proved served, in order.
        listed: of these, paper → the receipt that lists it and is not signed yet.
    """

    proofs: Mapping[RecordNo, Proof]
    unserved: tuple[Record, ...]
    listed: Mapping[RecordNo, Record]


def of(case: Case, catalogue: Catalogue) -> Service:
    """Return which papers of a case were served, by which receipt, on which day, and which were not."""
    proofs: dict[RecordNo, Proof] = {}
    listed: dict[RecordNo, Record] = {}
    for record in case.holding:
        if record.type == DocumentId.DELIVERY_RECEIPT and not record.signs:
            copy = signed_copy(case, record)
            for number in serves(record):
                paper = case.records.get(number)
                if paper is None or paper.voided:
                    continue
                if copy is None:
                    listed[number] = record
                else:
                    proofs.setdefault(number, Proof(paper, record, copy, _received(record, copy)))
        elif copy := _slip(case, catalogue, record):
            proofs.setdefault(record.no, Proof(record, record, copy, _received(record, copy)))
    unserved = tuple(r for r in case.holding if addressed(r, catalogue) and r.no not in proofs)
    open_ones = {r.no for r in unserved}
    return Service(proofs, unserved, {n: r for n, r in listed.items() if n in open_ones})


def addressed(record: Record, catalogue: Catalogue) -> bool:
    """Tell whether a record is a paper addressed to the applicant, which has to be served; its signed copy is none."""
    return not record.signs and record.type in catalogue and catalogue.get(record.type).served


def serves(receipt: Record) -> tuple[RecordNo, ...]:
    """Return the records a receipt is bound to; none for one of which nobody said it."""
    return tuple(RecordNo(number) for number in receipt.data.get(SERVES, ()))


def signed_copy(case: Case, receipt: Record) -> Record | None:
    """Return the record that bears the signature of a receipt: its signed copy, or itself where it came in as a scan."""
    if receipt.signed_by:
        return case.records[receipt.signed_by]
    return receipt if receipt.status is RecordStatus.FILED and serves(receipt) else None


def _slip(case: Case, catalogue: Catalogue, record: Record) -> Record | None:
    """Return the signed copy of a notice on whose slip (申请人签收) the applicant signed."""
    if not record.signed_by or not addressed(record, catalogue):
        return None
    place = slip_of(catalogue.get(record.type))
    copy = case.records[record.signed_by]
    return copy if place and signed_at(copy, place) else None


def signed_at(copy: Record, caption: str) -> bool:
    """Tell whether somebody signed at a place of a signed copy: as the program saw it, else as a person took it for signed.

    The caption is the field's; on paper it may read on: 申请人（代理人）签收, 受送达人签名或盖章.
    """
    who, seen = _SIGNS.sub("", caption), copy.data.get("signature", {})
    if "signed" in seen:
        return any(who in label for label in seen["signed"])
    return not any(who in label for label in seen.get("empty", ()))


def slip_of(document: DocumentType) -> str:
    """Return the caption of the place where the addressee signs on the paper itself for having received it; empty: none."""
    place = document.field(FieldPath.RECEIPT_SIGNED)
    return place.label if place else ""


def _received(receipt: Record, copy: Record) -> dt.date | None:
    """Return the day of receipt: as a person said, else as read from the copy, never the day the receipt was made."""
    told = receipt.data.get(RECEIVED_ON) or copy.data.get("dated")
    return dt.date.fromisoformat(str(told)) if told else None


# ── a new receipt ────────────────────────────────────────────────────────────────────────────────────────
def to_list(case: Case, catalogue: Catalogue, chosen: Sequence[str] = ()) -> tuple[Record, ...]:
    """Return what a receipt made now lists: the chosen records, else all that wait for service and stand on no other."""
    if chosen:
        return tuple(case.records[RecordNo(n)] for n in chosen if n in case.records)
    service = of(case, catalogue)
    return tuple(r for r in service.unserved if r.no not in service.listed)


def numbers_in(told: object) -> tuple[RecordNo, ...]:
    """Return the records that a clerk named, ``0012、13``; empty where nobody named any."""
    named = (n for n in re.split(r"[、,，;；\s]+", str(told or "")) if n)
    return tuple(dict.fromkeys(record_no(int(n)) if n.isdecimal() else RecordNo(n) for n in named))


def unlistable(
    case: Case, catalogue: Catalogue, chosen: Sequence[str] = (), *, again: bool = False
) -> Iterator[str]:
    """Yield why a receipt cannot be made now for the chosen records, or for whatever waits for service.

    Args:
        case: as it stands.
        catalogue: the document types.
        chosen: numbers of records; none means all that wait.
        again: what was served already is to be served once more.
    """
    service = of(case, catalogue)
    if chosen:
        for number in chosen:
            yield from _unfit(case, number)
            if (proof := service.proofs.get(RecordNo(number))) and not again:
                yield f"{named(proof.paper)}已经送达（第 {proof.receipt.no} 件）；确须再送一次：加 --again --reason 理由"
    elif not to_list(case, catalogue):
        for number, receipt in service.listed.items():
            yield (
                f"{named(case.records[number])}已列入第 {receipt.no} 件送达回证（待签）；签收后扫描归档，"
                f"确须另制一份：archivist generate 送达回证 {case.number} --serves {number}"
            )
        if not service.listed:
            yield "没有待送达的文书，不制发送达回证；送达别的材料的，用 --serves 写明件号"


def unbindable(
    case: Case, receipt: Record | None, chosen: Sequence[str], on: dt.date | None
) -> Iterator[str]:
    """Yield why a receipt cannot be said to serve some records.

    Args:
        case: as it stands.
        receipt: the receipt; ``None`` for one about to be filed.
        chosen: numbers of the records.
        on: civil day of receipt as a person read it; ``None`` where it is as read when the receipt was filed.
    """
    if not chosen:
        yield "没有写明送达的是第几件"
    if receipt is not None:
        yield from _no_receipt(receipt, chosen)
        on = on or _received(receipt, case.records.get(receipt.signed_by or receipt.no, receipt))
    for number in chosen:
        yield from _unfit(case, number)
        paper = case.records.get(RecordNo(number))
        if paper and on and paper.dated > on.isoformat():
            yield f"收到日期 {on} 早于{named(paper)}（{paper.dated}），这份送达回证不是送达它的"


def _no_receipt(receipt: Record, chosen: Sequence[str]) -> Iterator[str]:
    if receipt.type != DocumentId.DELIVERY_RECEIPT or receipt.signs:
        yield f"第 {receipt.no} 件是{receipt.title}，不是送达回证"
    elif receipt.voided:
        yield f"第 {receipt.no} 件送达回证已作废"
    elif receipt.issued and serves(receipt) and set(serves(receipt)) != set(chosen):
        yield f"第 {receipt.no} 件送达回证制发时列明的是第 {'、'.join(serves(receipt))} 件，只证明这几件的送达"


def _unfit(case: Case, number: str) -> Iterator[str]:
    """Yield why a record is nothing that can be served."""
    record = case.records.get(RecordNo(number))
    if record is None:
        yield f"没有第 {number} 件"
    elif record.voided:
        yield f"{named(record)}已作废，不送达"
    elif record.signs:
        yield f"第 {number} 件是第 {record.signs} 件的签署件，送达的是第 {record.signs} 件"
    elif record.type == DocumentId.DELIVERY_RECEIPT:
        yield f"第 {number} 件本身是送达回证"


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────
def named(record: Record) -> str:
    """Return how a paper is named to people: ``第 0012 件《社会救助确认决定书》``."""
    return f"第 {record.no} 件《{record.title}》"


def unproved(case: Case, service: Service, paper: Record) -> str:
    """Return why a paper is not proved served, with what to do; empty when it is."""
    if paper.no in service.proofs:
        return ""
    if receipt := service.listed.get(paper.no):
        return f"{named(paper)}列在第 {receipt.no} 件送达回证上，还没有归入它的签署件"
    others = [r for r in case.records_of(DocumentId.DELIVERY_RECEIPT) if not r.signs]
    said = [
        f"第 {r.no} 件送达回证"
        + (f"送达的是第 {'、'.join(serves(r))} 件" if serves(r) else "没有写明送达哪几件")
        for r in others
    ]
    but = f"（{'；'.join(said)}）" if said else ""
    unbound = next((r for r in others if not serves(r)), None)
    todo = (
        f"确是送达它的：archivist case record serves {case.number} {unbound.no} {paper.no}"
        if unbound
        else f"先制发：archivist generate 送达回证 {case.number} --serves {paper.no}"
    )
    return f"{named(paper)}没有签收的送达回证{but}；{todo}"
