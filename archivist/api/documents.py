"""Documents of households: planned with every reason against, drafted, issued; one for each household.

What is planned and what is issued has the same form for documents of the office; see ``office_documents``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from archivist.api import given_values, selection
from archivist.api.authorisation import authorised
from archivist.api.document_results import (
    DocumentPlan,
    Drafts,
    EarlierDocument,
    IssuedDocument,
    IssuedDocuments,
    PlannedDocument,
    refusals,
)
from archivist.api.draft_files import DRAFTS, write_drafts
from archivist.api.parcels import NO_COPIES, Copies
from archivist.api.result import Refusal
from archivist.errors import UsageError
from archivist.model.invisible import invisible_notices
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.doctypes import catalogue
    from archivist.issuing.planned import DoneBefore, Plan
    from archivist.model.by import By
    from archivist.workspace import Workspace


# ── use cases ────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class PreparedDocuments:
    """What was asked for, checked for every household: it is shown, drafted or issued.

    Attributes:
        document: the type.
        checked: what can be issued and what not.
        pdf: make a PDF of each as well.
        copies: what is taken away of what is issued.
        notices: what was taken out of the values that were told, in Chinese.
    """

    document: catalogue.DocumentType
    checked: Plan
    pdf: bool
    copies: Copies
    notices: tuple[str, ...] = ()

    @property
    def ready(self) -> int:
        """How many can be issued."""
        return len(self.checked.documents)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Those for which the document cannot be issued."""
        return refusals(self.checked.refused)

    @property
    def skipped(self) -> int:
        """For how many the same bulk job issued it before."""
        return len(self.checked.done_before)


def prepare(
    workspace: Workspace,
    by: By,
    document: str,
    named: Iterable[str] = (),
    *,
    listed: Path | None = None,
    search: str = "",
    values: Path | None = None,
    settings: Mapping[str, object] = {},
    each: Mapping[str, Mapping[str, object]] = {},
    on: dt.date | None = None,
    pdf: bool | None = None,
    copies: Copies = NO_COPIES,
    draft: bool = False,
    again: bool = False,
    reason: str = "",
    serves: Sequence[str] = (),
) -> PreparedDocuments:
    """Check for every household whether a document can be issued; write nothing.

    Several households, or those of a list or search, are a bulk job (``issuing.jobs``): what it has done is skipped.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        document: the type, by id, title, alias or code.
        named: the households; see ``selection.households``, also for ``listed`` and ``search``.
        listed: a list of households.
        search: a query.
        values: a file that gives values; a sheet of it names the households where nothing else does.
        settings: values for all, by path or Chinese name; a household's own row goes before them.
        each: values of single households, by household as people name it; they go before its row.
        on: date of the documents; today when not given.
        pdf: make PDFs as well; as the settings say when not given, and where they are to be merged.
        copies: what to take away of what is issued.
        draft: only a draft is wanted: nothing of the procedure stands in the way.
        again: repeat on purpose what was issued before; ``reason`` says why, or why it is dated back.
        reason: see ``again``.
        serves: numbers of the records a receipt (送达回证) is to list; else it lists whatever waits to be served.

    Raises:
        UsageError: E001, no household is meant, a list or sheet cannot be used, a parcel would be written over.
        ArchivistError: the one household's refusal, where only one is meant.
    """
    from archivist.doctypes.field_paths import FieldPath
    from archivist.issuing import jobs
    from archivist.issuing.case_documents import plan
    from archivist.issuing.planned import Manner

    wanted = workspace.catalogue.get(document)
    with_pdf = bool(copies.merged) or (workspace.config.options.pdf if pdf is None else pdf)
    shared, rows = given_values.for_households(values, workspace)
    for name, told_here in each.items():
        number = workspace.find_case(name)
        rows[number] = {**rows.get(number, {}), **told_here}
    by_name = selection.households(workspace, named)
    on_list = selection.households(workspace, listed=listed)
    chosen = tuple(dict.fromkeys((*by_name, *on_list, *selection.households(workspace, search=search))))
    if not chosen:
        chosen = on_list = tuple(rows)
    if not chosen:
        raise UsageError(
            "没有写为哪一户制发", remedy="写户号或姓名，或用 --search、--list、--from 指明各户。"
        )
    copies.refuse_existing()
    by_path = wanted.by_path  # each source by itself: what comes later may name a field otherwise
    chosen_records: Mapping[str, object] = {FieldPath.DELIVERY_RECORDS: "、".join(serves)} if serves else {}
    base = {**by_path(shared), **by_path(settings), **chosen_records}
    own = {n: by_path(row) for n, row in rows.items()}
    day, manner = on or by.today, Manner(draft, again, reason=reason)
    job = jobs.digest_of(
        wanted,
        jobs.Said(by_name, on_list, search),
        {"": base, **{str(n): row for n, row in own.items()}},
        on=day,
        manner=manner,
    )
    checked = plan(
        workspace,
        by,
        wanted,
        chosen,
        {n: {**base, **own.get(n, {})} for n in chosen},
        on=day,
        manner=replace(manner, job="" if draft else job),
    )
    if len(chosen) == 1 and checked.refused:
        raise checked.refused[0].error
    told = {**shared, **settings} | {str(n): row for n, row in rows.items()}
    return PreparedDocuments(wanted, checked, with_pdf, copies, tuple(invisible_notices(told)))


def plan(workspace: Workspace, prepared: PreparedDocuments) -> DocumentPlan:
    """Show what would be issued; each page is filled once, to see where it overflows."""
    checked = prepared.checked
    return DocumentPlan(
        tuple(PlannedDocument.of(workspace, one) for one in checked.documents),
        prepared.refused,
        _earlier(workspace, checked.done_before),
        prepared.notices,
    )


def draft(workspace: Workspace, prepared: PreparedDocuments, folder: Path | None = None) -> Drafts:
    """Write a draft of each document into a folder, over what has its name; the outbox's own when none is named.

    Raises:
        PdfUnavailable: E306, before anything is written, when PDFs are wanted and cannot be made. WriteFailed: E204.
    """
    from archivist.issuing.drafts import draft_document

    _disclose(workspace, prepared)
    made = {
        f"{one.case.number} {one.document.title}": draft_document(one) for one in prepared.checked.documents
    }
    written = write_drafts(folder or workspace.archive.outbox / DRAFTS, made, pdf=prepared.pdf)
    return Drafts(written, prepared.refused, notices=prepared.notices)


@authorised(Act.ISSUE)
def issue(
    workspace: Workspace,
    by: By,
    prepared: PreparedDocuments,
    progress: Callable[[int, int], None] | None = None,
) -> IssuedDocuments:
    """Issue and file every document that can be; each stands or falls alone.

    Args:
        workspace: the open workspace.
        by: who issues them, and when.
        prepared: what to issue.
        progress: called with the documents done and all of them.

    Raises:
        PdfUnavailable: E306, before anything is issued.
    """
    from archivist.issuing import case_documents

    _disclose(workspace, prepared)
    outcome = case_documents.issue(
        workspace,
        by,
        prepared.checked,
        pdf=prepared.pdf,
        report=(lambda _one, done, total: progress(done, total)) if progress else None,
    )
    day = {one.case.number: one.on for one in prepared.checked.documents}
    doubts = {one.case.number: one.doubts for one in prepared.checked.documents}
    issued = tuple(
        IssuedDocument(
            case=str(one.case),
            record=one.record,
            document=prepared.document.id,
            title=one.title,
            date=day[one.case],
            doc_no=one.doc_no,
            files=one.files,
            hand=one.hand,
            continued=one.continued,
            pending=one.pending,
            doubts=doubts[one.case],
        )
        for one in outcome.issued
    )
    done = _earlier(workspace, outcome.done_before)
    parcels = prepared.copies.make([*(one.item for one in done), *(one.item for one in issued)])
    return IssuedDocuments(issued, refusals(outcome.refused), parcels, done, prepared.notices)


def _disclose(workspace: Workspace, prepared: PreparedDocuments) -> None:
    """Put on record whom the documents name that are to be made, or taken away though they were made before."""
    before = (one.case for one in prepared.checked.done_before)
    workspace.archive.access.disclose([*(one.case.number for one in prepared.checked.documents), *before])


def _earlier(workspace: Workspace, done: Iterable[DoneBefore]) -> tuple[EarlierDocument, ...]:
    return tuple(EarlierDocument.of(workspace, one) for one in done)
