"""The signed paper by which a hold is released: the form (档案保全登记表) of that file, on paper, with ink where people sign.

A form that was only printed releases nothing, nor does the sheet of another household, nor a paper that came before the hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from archivist.doctypes.catalogue import DocumentType
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import InvalidValue, RecordNotFound, UsageError
from archivist.ingest.by_hand import choose
from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.filing import refuse_duplicate
from archivist.ingest.matching.evidence import squeeze
from archivist.ingest.matching.recognise import recognise
from archivist.ingest.matching.signed_copy import unsigned_form
from archivist.ingest.record_drafts import record_draft
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode, is_ours
from archivist.model.event import Data
from archivist.model.group_holds import GroupHold
from archivist.model.holds import Hold
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.preservation.request_forms import release_code
from archivist.preservation.signed_papers import ReadPaper, require_form
from archivist.reading.pages import PageText
from archivist.store import Draft
from archivist.workspace import Workspace

__all__ = [
    "filed_form",
    "order",
    "release_form",
    "require_group_release",
    "require_signed",
]

_OF_RELEASE: Final = "解除"
"""Stands in the labels of those places of the form where a release is signed."""
_SIGNERS: Final = ("复审负责人", "分管领导")
_PLACE: Final = " archivist retention release --group … --form 所做"
_REMEDY: Final = "打印《档案保全（冻结销毁）登记表》，填写“二、解除”，两人签字后扫描，再用 --paper 指明。没有写入任何内容。"


# ── what orders a hold ───────────────────────────────────────────────────────────────────────────────────
def order(workspace: Workspace, by: By, number: CaseNo, paper: ReadPaper) -> Callable[[Case], Draft]:
    """Return how a case takes the paper that orders a hold, of the type it is taken for or as a form of holds."""
    form = workspace.catalogue.get(DocumentId.LEGAL_HOLD_RECORD)
    found = recognise(
        paper.result,
        f"{number}/{paper.original.path.name}",
        WorkspaceDirectory(workspace),
        workspace.catalogue,
    )
    chosen = choose(workspace, by, number, paper.original.path.name, paper.result, found.type or form, None)

    def draft(case: Case) -> Draft:
        refuse_duplicate(case, paper.original)
        return record_draft(
            workspace, by, case, chosen.document, paper.original, paper.result, None, chosen.evidence,
            type_score=found.type_score if found.type else None,
        )  # fmt: skip

    return draft


# ── what releases one ────────────────────────────────────────────────────────────────────────────────────
def release_form(workspace: Workspace, by: By, number: CaseNo, paper: ReadPaper) -> Callable[[Case], Draft]:
    """Return how a case takes the signed form by which a hold on it is released.

    Raises:
        UsageError: E001, it is not this: another paper, another household's, no paper, not signed.
    """
    form = workspace.catalogue.get(DocumentId.LEGAL_HOLD_RECORD)
    name, pages = paper.original.path.name, paper.result.pages
    found = recognise(paper.result, f"{number}/{name}", WorkspaceDirectory(workspace), workspace.catalogue)
    certain = found.code is not None and found.certain and found.type == form
    codes = _codes(pages)
    _require_own(number, form, codes, pages, name)
    require_signed(form, pages, workspace.config.options.signature_ink, name)
    signature: Data = found.signature if certain else {"by": by.actor}

    def draft(case: Case) -> Draft:
        refuse_duplicate(case, paper.original)
        pending = next((c for c in codes if _is_pending(case, c, form)), None)
        return record_draft(
            workspace, by, case, form, paper.original, paper.result, pending, [],
            type_score=None, signature=signature,
        )  # fmt: skip

    return draft


def _codes(pages: Sequence[PageText]) -> list[DocumentCode]:
    found = []
    for text in (text for page in pages for text in page.codes if is_ours(text)):
        with suppress(InvalidValue):
            found.append(DocumentCode.parse(text))
    return found


def _is_pending(case: Case, code: DocumentCode, form: DocumentType) -> bool:
    record = case.records.get(code.record)
    return (
        record is not None
        and record.type == form.id
        and record.status is RecordStatus.PENDING
        and not record.voided
    )


def _require_own(
    number: CaseNo, form: DocumentType, codes: Sequence[DocumentCode], pages: Sequence[PageText], name: str
) -> None:
    text = squeeze("".join(page.text for page in pages))
    if foreign := next((c for c in codes if c.case != number), None):
        raise UsageError(f"这是 {foreign.case} 的文书，不是 {number} 的登记表", file=name, remedy=_REMEDY)
    if not any(c.type_code == form.code for c in codes) and squeeze(form.phrases[0]) not in text:
        raise UsageError(
            "没有签字的登记表扫描件：看不出是《档案保全（冻结销毁）登记表》", file=name, remedy=_REMEDY
        )
    if not codes and squeeze(str(number)) not in text:
        raise UsageError(f"没有签字的登记表扫描件：上面没有户号 {number}", file=name, remedy=_REMEDY)


def require_signed(form: DocumentType, pages: Sequence[PageText], ink: float, name: str) -> None:
    """Refuse a form that is not a scan of paper or on which nobody signed the release.

    Raises:
        UsageError: E001.
    """
    why = unsigned_form(form, pages, ink) or _unsigned_release(pages, ink)
    if why:
        raise UsageError(f"没有签字的登记表扫描件：{why}", file=name, remedy=_REMEDY)


def _unsigned_release(pages: Sequence[PageText], ink: float) -> str:
    """Say why the release itself is not seen to be signed by both; empty where it is. Its places are the last of the form."""
    places = [place for page in pages for place in page.signature_places]
    first = next((n for n, place in enumerate(places) if _OF_RELEASE in place.label), None)
    if first is None:
        return "没有认出“二、解除”的签名处，请扫描清楚"
    empty = [place.label for place in places[first:] if place.ink < ink]
    return f"“二、解除”的{'、'.join(empty)}处没有看见签名" if empty else ""


def require_group_release(workspace: Workspace, group: GroupHold, basis: str, paper: ReadPaper) -> None:
    """Refuse what is not the form of this release (《成批冻结解除审批单》), on paper, signed by whoever reviewed and whoever decided.

    Raises:
        UsageError: E001, with every reason. ListChanged: E603, it is of another hold, or says another basis.
    """
    title = workspace.catalogue.get(DocumentId.GROUP_RELEASE_APPROVAL).phrases[0]
    code, ink = release_code(group, basis), workspace.config.options.signature_ink
    require_form(paper, title, code, ink, place=_PLACE, least=len(_SIGNERS), signers=_SIGNERS)


def filed_form(case: Case, hold: Hold, number: RecordNo) -> Record:
    """Return the signed form that is in the file already, by which a hold on it may be released.

    Raises:
        RecordNotFound: E206. UsageError: E001, it is not this, or came before the hold.
    """
    record = case.records.get(number)
    if record is None:
        raise RecordNotFound(f"没有第 {number} 件", file=str(case.number))
    if record.type != DocumentId.LEGAL_HOLD_RECORD or not record.signs or record.voided:
        raise UsageError(
            f"没有签字的登记表扫描件：第 {number} 件不是登记表的签署件", file=str(case.number), remedy=_REMEDY
        )
    form = case.records[record.signs]
    signed = record.data.get("signature", {}).get("signed", ())
    tells_end = bool(form.data.get("given", {}).get(FieldPath.HOLD_END))
    if record.seq < hold.seq or not (tells_end or any(_OF_RELEASE in label for label in signed)):
        raise UsageError(
            f"没有签字的登记表扫描件：第 {number} 件没有解除 {hold.id} 的签字",
            file=str(case.number),
            remedy=_REMEDY,
        )
    return record
