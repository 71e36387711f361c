"""A paper that was filed wrongly: moved to the household it belongs to, or given the type it is.

Only a paper that came in as a paper of its own is put right so. What the office issued, and what was signed for it, is
voided or expunged by rules of its own; and nothing that is held leaves its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from archivist.disposal_errors import OnHold
from archivist.doctypes.catalogue import DocumentType
from archivist.errors import ArchiveError, DuplicateFile, InvalidValue, RecordNotFound
from archivist.ingest.matching.near_duplicate import PICTURES, SIMILAR_TO, PaperContent, similar_record
from archivist.ingest.matching.paper_date import paper_date
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import PERSON, SERVES, Record, RecordStatus
from archivist.store import Draft, NewFile, Original, RecordMove, held_files
from archivist.store.record_moves import MOVED_FROM
from archivist.workspace import Workspace

_OF_THE_OLD_PLACE: Final = ("evidence", SIMILAR_TO, SERVES)
"""Data of a record that speaks of where it was filed, and so not of where it goes."""


@dataclass(frozen=True, slots=True)
class Move:
    """A record that goes, or went, to another household.

    ``new`` is its number there, ``similar_to`` the record there of which it seems to be another scan.
    """

    case: CaseNo
    record: RecordNo
    title: str
    target: CaseNo
    new: RecordNo
    new_title: str
    similar_to: RecordNo | None


@dataclass(frozen=True, slots=True)
class Retyping:
    """A record before and after it was given another type."""

    case: CaseNo
    record: RecordNo
    old_type: str
    old_title: str
    document: DocumentType


# ── to another household ─────────────────────────────────────────────────────────────────────────────────
def plan_move(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    record: RecordNo,
    target: CaseNo,
    document: DocumentType | None,
    reason: str,
) -> Move:
    """Say what a move would do; nothing is written. Refuses what ``move`` refuses."""
    case, other = workspace.archive.read(number), workspace.archive.read(target)
    draft = _arrival(workspace, by, case, record, other, document, reason)
    return _planned(case, record, target, draft)


def move(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    record: RecordNo,
    target: CaseNo,
    document: DocumentType | None,
    reason: str,
) -> Move:
    """Move a record that was filed in the wrong household.

    Args:
        workspace: the open workspace.
        by: who moves it, and when.
        number: the case it is in.
        record: its number there, which is never given again.
        target: the case it belongs to.
        document: its type there; the same as here when not given.
        reason: why; always told, and in the chains of both for ever.

    Raises:
        InvalidValue: E002, no reason, or the same case. RecordNotFound: E206. ArchiveError: E200, it was issued, is signed
            or a signed copy; the remedy says what to do instead. OnHold: E601, the file or the record is held. DuplicateFile: E105,
            the target has these very bytes.

    Survives: a kill at any point; the next start completes it, or it never began.
    """
    planned: list[Move] = []

    def arrival(case: Case, other: Case) -> Draft:
        draft = _arrival(workspace, by, case, record, other, document, reason)
        planned.append(_planned(case, record, target, draft))
        return draft

    moving = RecordMove(number, record, target, reason.strip(), workspace.stamp(by))
    with workspace.together(by):
        workspace.look_again(number)
        workspace.archive.change_two_cases(moving, arrival)
        workspace.pictures.forget(number)
        workspace.follow(target)
        workspace.follow(number)
    return planned[-1]


def _planned(case: Case, record: RecordNo, target: CaseNo, draft: Draft) -> Move:
    entry = draft.data["record"]
    similar = entry["data"].get(SIMILAR_TO)
    return Move(case.number, record, case.records[record].title, target, entry["no"], entry["title"], similar)


def _arrival(
    workspace: Workspace,
    by: By,
    case: Case,
    number: RecordNo,
    target: Case,
    document: DocumentType | None,
    reason: str,
) -> Draft:
    """Return how the target files the paper, with the text and whatever else stands beside it."""
    _require_reason(reason)
    if target.number == case.number:
        raise InvalidValue(f"第 {number} 件本来就在 {case.number}", file=str(case.number))
    record = movable(case, number, "移出")
    held_files.require_free(workspace.archive, case, f"移出第 {number} 件", by.today, number)
    _refuse_duplicate(record, target)
    folder, no = workspace.archive.folder(case.number), target.next_record()
    type_, title = (document.id, document.title) if document else (record.type, record.title)
    place = document.folder if document else record.folder
    files = [
        NewFile(_renamed(f.path, record, place, no, title), Original.of(folder / f.path, ""), no)
        for f in record.files
    ]
    for beside in record.tag_files:
        suffix = PurePosixPath(beside.path).name.removeprefix(record.no)
        if suffix != ".src":  # the name is sealed anew, with a salt of its own
            files.append(NewFile(f"text/{no}{suffix}", (folder / beside.path).read_bytes(), no))
    data = {k: v for k, v in record.data.items() if k not in _OF_THE_OLD_PLACE}
    paper = PaperContent(workspace.archive.text(case.number, number), tuple(data.get(PICTURES, ())))
    if similar := similar_record(target, type_, paper, partial(workspace.archive.text, target.number)):
        data[SIMILAR_TO] = similar
    if document and document.id != record.type:
        data = {k: v for k, v in data.items() if k != "dated"} | {"typed": {"by": PERSON}}
        data |= _dated(workspace, by, case.number, number, document)
    entry = {
        "no": no,
        "type": type_,
        "title": title,
        "folder": place,
        "status": RecordStatus.FILED.value,
        "pages": record.pages,
        "data": data,
    }
    source = dict(workspace.archive.source(case.number, record.no, record.source))
    source.pop("name_sha256", None)
    source[MOVED_FROM] = {"case": str(case.number), "record": record.no}
    return Draft(Op.RECORD_FILED, {"record": entry}, reason.strip(), tuple(files), source=source)


def _refuse_duplicate(record: Record, target: Case) -> None:
    digests = {f.sha256 for f in record.files}
    for same in target.records.values():
        if digests & {f.sha256 for f in same.files}:
            raise DuplicateFile(
                f"与 {target.number} 第 {same.no} 件 {same.title} 完全相同，没有移动",
                file=f"第 {record.no} 件",
                remedy="那一户已有这件材料；原户中的这一件用 archivist case expunge 剔除（误归入他户，须两人）。",
            )


# ── another type ─────────────────────────────────────────────────────────────────────────────────────────
def plan_retyping(
    workspace: Workspace, by: By, number: CaseNo, record: RecordNo, document: DocumentType, reason: str
) -> Retyping:
    """Say what another type would change; nothing is written. Refuses what ``retype`` refuses."""
    case = workspace.archive.read(number)
    _retyped(workspace, by, case, record, document, reason)
    return _retyping(case, record, document)


def retype(
    workspace: Workspace, by: By, number: CaseNo, record: RecordNo, document: DocumentType, reason: str
) -> Retyping:
    """Give a record the type it is; its files move to the folder and title of that type.

    Raises:
        InvalidValue: E002, no reason, or it is of that type. RecordNotFound: E206. ArchiveError: E200, see ``move``.
            OnHold: E601, it is what holds the file.
    """
    done: list[Retyping] = []

    def draft(case: Case) -> Draft:
        made = _retyped(workspace, by, case, record, document, reason)
        done.append(_retyping(case, record, document))
        return made

    workspace.commit(number, draft, by)
    return done[-1]


def _retyping(case: Case, number: RecordNo, document: DocumentType) -> Retyping:
    record = case.records[number]
    return Retyping(case.number, number, record.type, record.title, document)


def _retyped(
    workspace: Workspace, by: By, case: Case, number: RecordNo, document: DocumentType, reason: str
) -> Draft:
    _require_reason(reason)
    record = movable(case, number, "改种类")
    if record.type == document.id:
        raise InvalidValue(f"第 {number} 件本来就是{document.title}", file=str(case.number))
    if held := [h for h in held_files.holds(workspace.archive, case, by.today) if h.record == number]:
        raise OnHold(
            f"第 {number} 件是冻结的依据（{'；'.join(h.words for h in held)}），不能改种类",
            file=str(case.number),
        )
    moves = [
        (f.path, _renamed(f.path, record, document.folder, number, document.title)) for f in record.files
    ]
    data = {"record": number, "type": document.id, "title": document.title, "folder": document.folder}
    data |= _dated(workspace, by, case.number, number, document)
    return Draft(Op.RECORD_RETYPED, data, reason.strip(), moves=tuple(m for m in moves if m[0] != m[1]))


def _dated(
    workspace: Workspace, by: By, case: CaseNo, number: RecordNo, document: DocumentType
) -> dict[str, str]:
    """Return the day the paper bears, which stands in another place on a paper of another type; nothing where it is not sure."""
    found = paper_date(workspace.archive.text(case, number).split("\f"), document, by.today)
    return {"dated": found.isoformat()} if found else {}


# ── both ─────────────────────────────────────────────────────────────────────────────────────────────────
def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidValue("须用 --reason 写明理由；理由永远留在事件链中")


def _renamed(path: str, record: Record, folder: str, no: RecordNo, title: str) -> str:
    """Return where a file of a record stands under another folder, number and title; what else its name says stays."""
    name, stem = PurePosixPath(path), f"{record.no} {record.title}"
    rest = name.name.removeprefix(stem) if name.name.startswith(stem) else name.suffix
    return f"data/{folder}/{no} {title}{rest}"


def movable(case: Case, number: RecordNo, what: str) -> Record:
    """Return a record that may be put right.

    Raises:
        RecordNotFound: E206. ArchiveError: E200, it may not, with what to do instead.
    """
    if gone := case.moved_out.get(number):
        raise RecordNotFound(
            f"第 {number} 件已于 {gone.at[:10]} 移出，现为 {gone.case} 第 {gone.new} 件",
            file=str(case.number),
        )
    if out := case.expunged.get(number):
        raise RecordNotFound(f"第 {number} 件{out.words}", file=str(case.number))
    if back := case.unfiled.get(number):
        raise RecordNotFound(f"第 {number} 件{back.words}", file=str(case.number))
    record = case.records.get(number)
    if record is None:
        raise RecordNotFound(f"没有第 {number} 件", file=str(case.number))
    for cannot, instead in _obstacles(record):
        raise ArchiveError(
            f"第 {number} 件{record.title}{cannot}，不能{what}", file=str(case.number), remedy=instead
        )
    return record


def _obstacles(record: Record) -> Iterator[tuple[str, str]]:
    if record.voided:
        yield record.voided.words, "作废的文书留在卷内，不移、不改种类；发给别的户的，另行制发。"
    elif record.signs:
        yield (
            f"是第 {record.signs} 件的签署件",
            "签署件随它所签的文书；扫错了户的，请把原件另行扫描归入正确的户档，本件保留，并在卷内备考表注明。",
        )
    elif record.signed_by:
        yield (
            f"已有签署件（第 {record.signed_by} 件）",
            "已签的文书不改户、不改种类；确有错误的，作废重制（archivist case record replace），原件留在卷内。",
        )
    elif "code" in record.data:
        yield (
            "是本系统为本户制发的文书",
            "制发错了的，作废（archivist case record void），给正确的户档另行制发。",
        )
    elif record.status is not RecordStatus.FILED:
        yield f"现为“{record.status.label}”", "用 archivist case show 查看该件的来历。"
