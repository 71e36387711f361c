"""One record taken out of its file (剔除): filed in the wrong household, filed twice, or to be deleted by law.

Files, text and the clerk's name of the file go in one commit; the number stays taken, and the file says for ever that something was taken out,
why, by whom and on which paper. It is asked under the lock: no hold, nothing that was issued or signed, no decision, and the same
paper is where it belongs. What other media still hold of it is named, see ``record_copies``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archivist.disposal_errors import ListChanged, NotExpungeable
from archivist.doctypes.catalogue import DocumentKind
from archivist.doctypes.ids import DocumentId
from archivist.errors import IntegrityAlarm, InvalidValue, NewerFormat, RecordNotFound
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.expunged_records import ExpungeReason
from archivist.model.form_code import FormCode
from archivist.model.holds import HOLD_FORM
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import SERVES, Record, RecordStatus
from archivist.preservation.record_copies import RecordCopy, copies_of
from archivist.preservation.request_forms import expunging_code, expunging_form
from archivist.preservation.signed_papers import ReadPaper, require_form
from archivist.store import Draft
from archivist.store.held_files import require_free
from archivist.workspace import Workspace

__all__ = ["Expunging", "approval_form", "expunge", "plan_expunging", "require_approval"]

_SIGNERS: Final = ("核对人", "批准人")
_PLACE: Final = " archivist case expunge … --form 所做"
_REPRINT: Final = "重新做表（archivist case expunge … --form）、签字。"
_ASK: Final = "先归入应归的户：archivist case record move；那一户已有同一件的，用 --to-record 写明是第几件。"


@dataclass(frozen=True, slots=True)
class Expunging:
    """A record that was taken out of its file, or can be.

    Attributes:
        record: as it was.
        to: where the same paper is; ``None`` where it is deleted by law.
        paper: the record that holds what the two signed; ``None`` while it is only planned.
        people: who decided.
        copies: what still holds it.
        warnings: what should be looked at.
    """

    case: CaseNo
    record: Record
    why: ExpungeReason
    to: tuple[CaseNo, RecordNo] | None
    paper: RecordNo | None
    people: tuple[str, ...]
    copies: tuple[RecordCopy, ...]
    warnings: tuple[str, ...]

    @property
    def code(self) -> FormCode:
        """What the form bears that is signed for it."""
        return expunging_code(self.case, self.record, self.why, self.to)


def plan_expunging(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    record: RecordNo,
    why: ExpungeReason,
    target: CaseNo | None = None,
    same: RecordNo | None = None,
) -> Expunging:
    """Say what ``expunge`` would take out; nothing is written. Refuses what it refuses."""
    return _examined(workspace, by, workspace.archive.read(number), record, why, target, same)


def approval_form(workspace: Workspace, asked: Expunging, on: dt.date) -> Path:
    """Write the form that the two sign for a request that was planned; return where it is. See ``request_forms``."""
    copies = Counter(copy.kind.label for copy in asked.copies)
    path, _ = expunging_form(workspace, asked.case, asked.record, asked.why, asked.to, copies, on=on)
    return path


def expunge(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    record: RecordNo,
    why: ExpungeReason,
    target: CaseNo | None = None,
    same: RecordNo | None = None,
    *,
    people: Sequence[str],
    paper: Callable[[Expunging], RecordNo],
    reason: str = "",
) -> Expunging:
    """Take one record out of its file.

    Args:
        workspace: the open workspace.
        by: who enters it, and when.
        number: the case it is in.
        record: its number there, which is never given again.
        why: why it may go.
        target: the case it belongs to; only where it was filed in another household.
        same: the record there, or in this file, that is the same paper; found by its bytes, or its likeness, when not told.
        people: the two who decided; whoever calls has asked who they are.
        paper: files the form they signed of this very request (``require_approval``) and says which record of this case that is; called
            once nothing stands in the way.
        reason: free words.

    Raises:
        RecordNotFound: E206. OnHold: E601. NotExpungeable: E606, with every reason at once. InvalidValue: E002, what was told
            does not go together. ListChanged: E603, what is asked is no longer what was signed. IntegrityAlarm: E202, the case takes no
            events. WriteFailed: E204.

    Survives: a kill at any point: the record with its text and name is there, or all of it is gone; the signed paper may be filed and the
        record still there: done again, the same paper is taken.
    """
    asked = plan_expunging(workspace, by, number, record, why, target, same)
    signed = paper(asked)
    done: list[Expunging] = []

    def draft(case: Case) -> Draft:
        found = _examined(workspace, by, case, record, why, target, same)
        if signed == record or signed not in case.records:
            raise InvalidValue(f"第 {signed} 件不能作为剔除第 {record} 件的依据", file=str(number))
        if found.code != asked.code:
            raise ListChanged(
                f"签字以后，剔除第 {record} 件的内容又有变动",
                file=str(number),
                remedy=f"{_REPRINT}没有剔除。",
            )
        done.append(replace(found, paper=signed, people=tuple(people)))
        data: dict[str, object] = {"record": record, "why": why.value, "by": list(people), "paper": signed}
        if found.to:
            data["to"] = {"case": str(found.to[0]), "record": found.to[1]}
        gone = (*found.record.files, *found.record.tag_files)
        return Draft(Op.RECORD_EXPUNGED, data, reason.strip(), removed=tuple(f.path for f in gone))

    with workspace.together(by):
        workspace.commit(number, draft, by)
        workspace.pictures.forget(number)
        with suppress(IntegrityAlarm, NewerFormat):  # of a ledger that takes nothing: the file is as it says
            workspace.archive.heads.record(workspace.stamp(by))  # an older copy no longer passes for the file
    return done[-1]


def require_approval(workspace: Workspace, asked: Expunging, paper: ReadPaper) -> None:
    """Refuse what is not the form of this request (《档案件剔除审批表》), on paper, signed by whoever looked and whoever decided.

    Raises:
        UsageError: E001, with every reason. ListChanged: E603, it is of another request, or of this one as it was.
    """
    title = workspace.catalogue.get(DocumentId.EXPUNGING_APPROVAL).phrases[0]
    ink = workspace.config.options.signature_ink
    require_form(paper, title, asked.code, ink, place=_PLACE, least=len(_SIGNERS), signers=_SIGNERS)


def _examined(
    workspace: Workspace,
    by: By,
    case: Case,
    number: RecordNo,
    why: ExpungeReason,
    target: CaseNo | None,
    same: RecordNo | None,
) -> Expunging:
    record = _there(case, number)
    require_free(workspace.archive, case, f"剔除第 {number} 件", by.today, number)
    if reasons := list(_obstacles(workspace, case, record)):
        raise NotExpungeable(
            f"第 {number} 件 {record.title}不得剔除", file=str(case.number), problems=reasons
        )
    to, warnings = _elsewhere(workspace, case, record, why, target, same)
    warnings += [
        f"{gone.to} 由本户分出，引用过本户的材料：核对它是否引用第 {number} 件"
        for gone in case.former
        if gone.to and gone.seq > record.seq
    ]
    copies = tuple(copies_of(workspace.archive, case.number, record))
    return Expunging(case.number, record, why, to, None, (), copies, tuple(warnings))


def _there(case: Case, number: RecordNo) -> Record:
    if gone := case.moved_out.get(number):
        raise RecordNotFound(
            f"第 {number} 件已于 {gone.at[:10]} 移出（现为 {gone.case} 第 {gone.new} 件），本户已不留内容",
            file=str(case.number),
        )
    if out := case.expunged.get(number):
        raise RecordNotFound(f"第 {number} 件{out.words}", file=str(case.number))
    if back := case.unfiled.get(number):
        raise RecordNotFound(f"第 {number} 件{back.words}", file=str(case.number))
    if number not in case.records:
        raise RecordNotFound(f"没有第 {number} 件", file=str(case.number))
    return case.records[number]


def _obstacles(workspace: Workspace, case: Case, record: Record) -> Iterator[str]:
    """Yield why a record may never be taken out."""
    if record.issued or "code" in record.data:
        yield "是本系统制发的文书；制发错了的作废（archivist case record void），留在卷内"
    if record.signs:
        yield f"是第 {record.signs} 件的签署件"
    if record.signed_by:
        yield f"已有签署件（第 {record.signed_by} 件）"
    if not (record.issued or record.signs) and record.status is not RecordStatus.FILED:
        yield f"现为“{record.status.label}”"
    kind = next((t.kind for t in workspace.catalogue if t.id == record.type), None)
    if kind is DocumentKind.DECISION:
        yield "是决定文书"
    if served := record.data.get(SERVES):
        yield f"是送达回证，证明第 {'、'.join(served)} 件已经送达"
    if record.type == HOLD_FORM or any(record.no == hold.record for hold in case.holds):
        yield "是冻结（档案保全）的依据"
    if any(hold.release and hold.release.paper == record.no for hold in case.holds):
        yield "是解除冻结的依据"
    for no, gone in case.expunged.items():
        if gone.paper == record.no:
            yield f"是剔除第 {no} 件的依据"
        if gone.to == (case.number, record.no):
            yield f"第 {no} 件因与本件重复已剔除，本件是留下的一件"


def _elsewhere(
    workspace: Workspace,
    case: Case,
    record: Record,
    why: ExpungeReason,
    target: CaseNo | None,
    same: RecordNo | None,
) -> tuple[tuple[CaseNo, RecordNo] | None, list[str]]:
    """Return where the same paper is, and what the two have to look at.

    Raises:
        InvalidValue: E002, what was told does not go together. NotExpungeable: E606, it is not there.
    """
    match why:
        case ExpungeReason.BY_LAW:
            if target or same:
                raise InvalidValue(f"{why.value}的，不写 --to、--to-record", file=str(case.number))
            return None, []
        case ExpungeReason.OTHER_HOUSEHOLD:
            if target is None or target == case.number:
                raise InvalidValue(f"{why.value}的，须用 --to 写明应归的户", file=str(case.number))
            other = workspace.archive.read(target)
        case ExpungeReason.TWICE:
            if target not in (None, case.number):
                raise InvalidValue(f"{why.value}的是本户另有同一件，不写 --to 别的户", file=str(case.number))
            other = case
    rest = {no: r for no, r in other.records.items() if not r.voided and (other, no) != (case, record.no)}
    if same is not None and (same not in rest or rest[same].type != record.type):
        raise InvalidValue(
            f"{other.number} 第 {same} 件不是可以对应的 {record.title}"
            if same in rest
            else f"{other.number} 没有可以对应的第 {same} 件",
            file=str(case.number),
        )
    found = same or _twin(record, rest, within=other is case)
    if found is None:
        where = "本户没有看出与它重复的另一件" if other is case else f"{other.number} 还没有这一件"
        raise NotExpungeable(
            f"第 {record.no} 件 {record.title}：{where}，剔除就没有了",
            file=str(case.number),
            remedy="用 --to-record 写明留下的是第几件。没有改动。" if other is case else _ASK,
        )
    alike = {f.sha256 for f in record.files} & {f.sha256 for f in rest[found].files}
    doubt = f"{other.number} 第 {found} 件与第 {record.no} 件不是同一份文件：须两人对照原件，确是同一件材料"
    return (other.number, found), [] if alike else [doubt]


def _twin(record: Record, rest: dict[RecordNo, Record], *, within: bool) -> RecordNo | None:
    """Return the record that is the same file; or, within the case, that seemed another scan of it when it was filed."""
    digests = {f.sha256 for f in record.files}
    same = (no for no, other in rest.items() if digests & {f.sha256 for f in other.files})
    alike = (no for no, other in rest.items() if no == record.similar_to or other.similar_to == record.no)
    return next(same, None) or (next(alike, None) if within else None)
