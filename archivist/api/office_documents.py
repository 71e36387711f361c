"""Documents that belong to no household (机关文书): planned, drafted, issued into the outbox and the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archivist.api import given_values
from archivist.api.access import shown_in
from archivist.api.authorisation import authorised
from archivist.api.document_results import (
    DocumentPlan,
    Drafts,
    EarlierDocument,
    IssuedDocument,
    IssuedDocuments,
    PlannedDocument,
)
from archivist.api.document_types import MadeFor, made_for
from archivist.api.draft_files import DRAFTS, write_drafts
from archivist.api.parcels import Copies
from archivist.errors import UsageError
from archivist.model.invisible import invisible_notices
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.issuing import office_documents
    from archivist.model.by import By
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PreparedOfficeDocument:
    """A document asked for and checked: it is shown, drafted or issued.

    Attributes:
        checked: the document.
        pdf: make a PDF as well.
        folder: where a copy goes.
        job: what makes it the same as one issued before, which is not issued again.
        notices: what was taken out of the values that were told, in Chinese.
    """

    checked: office_documents.PlannedForOffice
    pdf: bool
    folder: Path | None
    job: str
    notices: tuple[str, ...] = ()


def prepare(
    workspace: Workspace,
    document: str,
    *,
    on: dt.date,
    values: Path | None = None,
    settings: Mapping[str, object] = {},
    pdf: bool | None = None,
    folder: Path | None = None,
    draft: bool = False,
    again: bool = False,
    reason: str = "",
) -> PreparedOfficeDocument:
    """Check whether a document of the office can be issued; write nothing.

    Args:
        workspace: the open workspace.
        document: the type, by id, title, alias or code.
        on: date of the document, unless a value of its own gives it.
        values: a file that gives values, or the rows of the document's one table.
        settings: values, by path or Chinese name; they go before those of the file.
        pdf: make a PDF as well; as the settings say when not given.
        folder: where a copy is to go.
        draft: it is only looked at.
        again: issue it though the same was issued before; ``reason`` says why.
        reason: see ``again``.

    Raises:
        UsageError: E001, it is a register, the file cannot be used, or it is to be issued again for no reason. MissingFields: E301.
        DocumentNotApplicable: E307, it is made for a household, or under other rule packs.
    """
    from archivist.issuing.office_documents import job_of, plan

    if again and not reason.strip():
        raise UsageError("重复制发须写明理由（--reason）")
    wanted = workspace.catalogue.get(document)
    if made_for(wanted) is MadeFor.REGISTER:
        raise UsageError(
            f"{wanted.title}由系统汇总各户编制，不逐份填写",
            remedy=f"用 archivist report {wanted.title} 编制。",
        )
    with_pdf = workspace.config.options.pdf if pdf is None else pdf
    from_file = given_values.for_office(values, wanted)
    given = {**wanted.by_path(from_file), **wanted.by_path(settings)}
    checked = plan(workspace, wanted, given, on=on, draft=draft)
    job = job_of(checked, reason if again else "")
    notices = tuple(invisible_notices({**from_file, **settings}))
    return PreparedOfficeDocument(checked, with_pdf, folder, job, notices)


def plan(workspace: Workspace, prepared: PreparedOfficeDocument) -> DocumentPlan:
    """Show what would be issued, or that it was issued before."""
    from archivist.issuing.office_documents import done_before

    one = prepared.checked
    if earlier := done_before(workspace, prepared.job):
        return DocumentPlan((), done_before=(_earlier(one, earlier),), notices=prepared.notices)
    return DocumentPlan(
        (
            PlannedDocument(
                case=None,
                applicant="",
                document=one.document.id,
                title=one.document.title,
                date=one.on,
                numbered=one.numbered,
                doc_no="" if one.numbered else str(one.values.get("doc_no", "")),
                hand=one.hand,
                doubts=one.doubts,
            ),
        ),
        notices=prepared.notices,
    )


def draft(workspace: Workspace, prepared: PreparedOfficeDocument) -> Drafts:
    """Write a draft into the folder asked for, over what has its name; the outbox's own when none is."""
    from archivist.issuing.drafts import draft_document

    one = prepared.checked
    workspace.archive.access.disclose(shown_in(one.values).households)
    folder = prepared.folder or workspace.archive.outbox / DRAFTS
    pages = {f"{one.on} {one.document.title}": draft_document(one)}
    return Drafts(write_drafts(folder, pages, pdf=prepared.pdf), doubts=one.doubts, notices=prepared.notices)


@authorised(Act.ISSUE)
def issue(workspace: Workspace, by: By, prepared: PreparedOfficeDocument) -> IssuedDocuments:
    """Issue a document: into the outbox, into the ledger, a copy into the folder asked for.

    Raises:
        PdfUnavailable: E306, before a number is taken. WriteFailed: E204.
    """
    from archivist.issuing import office_documents

    one = prepared.checked
    workspace.archive.access.disclose(shown_in(one.values).households)
    issued = office_documents.issue(workspace, by, one, pdf=prepared.pdf, job=prepared.job)
    copies = Copies(folder=prepared.folder)
    if issued.before:
        earlier = _earlier(one, issued)
        return IssuedDocuments(
            (), parcels=copies.make([earlier.item]), done_before=(earlier,), notices=prepared.notices
        )
    document = IssuedDocument(
        case=None,
        record=None,
        document=one.document.id,
        title=issued.title,
        date=issued.on,
        doc_no=issued.doc_no,
        files=issued.files,
        hand=one.hand,
        doubts=one.doubts,
    )
    return IssuedDocuments((document,), parcels=copies.make([document.item]), notices=prepared.notices)


def _earlier(
    one: office_documents.PlannedForOffice, issued: office_documents.IssuedForOffice
) -> EarlierDocument:
    day = issued.on.isoformat()
    return EarlierDocument(None, None, one.document.id, issued.title, day, issued.doc_no, issued.files)
