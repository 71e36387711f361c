"""An issued document that holds no more (作废): who may say so, what forbids it, and saying it.

It stays in the file as it is, with its signed copy, marked with the reason and who; its numbers are not given again.
What takes its place in the same event is issued like any other document, see ``planned.Manner``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from archivist.errors import CaseClosed, InvalidValue, RecordNotFound, UnlawfulDocument
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.case_fold import fold
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record
from archivist.procedure import assignment
from archivist.rules.disposition import late_filing
from archivist.rules.reliance import AsOf, Reliance
from archivist.store import Draft
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Voiding:
    """A document that is void, or can be; ``warnings`` are what could not be looked at."""

    case: CaseNo
    record: Record
    warnings: tuple[str, ...]


def plan_void(workspace: Workspace, by: By, number: CaseNo, record: RecordNo, reason: str) -> Voiding:
    """Say what ``void`` would make void; nothing is written. Refuses what ``void`` refuses."""
    return examined(workspace, by, workspace.archive.read(number), record, reason)


def void(workspace: Workspace, by: By, number: CaseNo, record: RecordNo, reason: str) -> Voiding:
    """Make an issued document void, and with it the signed copy of it.

    Args:
        workspace: the open workspace.
        by: who says so, and when.
        number: the case.
        record: the document, not its signed copy.
        reason: why; always told, in the chain for ever.

    Raises:
        InvalidValue: E002, no reason. RecordNotFound: E206. CaseClosed: E207, the file is closed and it is none of the
            papers that are still issued for it. UnlawfulDocument: E305, with every reason at once: it was not issued, is
            void already, something rests on it, or this person may not.
    """
    made: list[Voiding] = []

    def draft(case: Case) -> Draft:
        made.append(examined(workspace, by, case, record, reason))
        return Draft(Op.RECORD_VOIDED, {"record": record}, reason.strip())

    workspace.commit(number, draft, by)
    return made[-1]


def examined(workspace: Workspace, by: By, case: Case, number: RecordNo, reason: str) -> Voiding:
    """Return a document of a case as it stands that may be made void; raises what ``void`` does."""
    if not reason.strip():
        raise InvalidValue("作废须用 --reason 写明理由；理由永远留在事件链中")
    record = _issued(case, number)
    document = workspace.catalogue.get(record.type)
    if case.status is CaseStatus.DEREGISTERED and document.id not in late_filing.ISSUED:
        raise CaseClosed(
            f"已于 {case.deregistered_on} 注销，第 {number} 件《{record.title}》不再作废",
            file=str(case.number),
            remedy=f"确须作废的，先撤销注销：archivist case reopen {case.number} --reason 理由。",
        )
    problems = assignment.over_document(
        workspace.config,
        by.actor,
        workspace.pack,
        case,
        document,
        signed=record.signed_by is not None,
        today=by.today,
    )
    problems += Reliance(
        case, record, workspace.pack, workspace.catalogue, _as_of(workspace, case.number), by.today
    ).reasons()
    if problems:
        _refuse(case, record, problems)
    return Voiding(case.number, record, tuple(_unexamined(workspace, case, record)))


def _unexamined(workspace: Workspace, case: Case, record: Record) -> Iterator[str]:
    """Yield what could not be looked at: the posts where nobody is registered, another household that refers to the paper."""
    if not workspace.config.people:
        yield assignment.UNEXAMINED
    for gone in case.former:
        if gone.to and gone.seq > record.seq:
            yield f"未检：{gone.to} 由本户分出，引用了本户的各件；请核对那一户是否以本件为据"


def _issued(case: Case, number: RecordNo) -> Record:
    """Return a record that was issued and holds."""
    record = case.records.get(number)
    if record is None:
        raise RecordNotFound(f"没有第 {number} 件", file=str(case.number))
    if record.voided:
        said = record.voided
        _refuse(case, record, [f"已于 {said.at[:10]} 由{said.actor}作废（{said.reason}）"])
    if record.signs:
        _refuse(case, record, [f"是第 {record.signs} 件的签署件：作废第 {record.signs} 件，签署件随之作废"])
    if not record.issued:
        _refuse(
            case,
            record,
            [
                "不是本系统制发的文书，不作废；归错了户的移走、认错了种类的改正（archivist case record move、retype）"
            ],
        )
    return record


def _refuse(case: Case, record: Record, problems: Sequence[str]) -> NoReturn:
    raise UnlawfulDocument(
        f"第 {record.no} 件《{record.title}》不能作废",
        file=str(case.number),
        problems=problems,
        remedy="按所列逐项解决后重试；没有写入任何内容。",
    )


def _as_of(workspace: Workspace, number: CaseNo) -> AsOf:
    """Return what tells how a case stood before an event of its chain."""
    events = workspace.archive.chain(number).events
    return lambda seq: fold(number, events[: seq - 1])
