"""Documents that belong to no household: registers, and what passes between office and bureau.

They are filed in no case and bear no QR code, but for the separator sheet, whose code says just that. A register's rows are worked out in ``report`` and only printed here.
The others are issued: planned with all faults at once, given a reference number where the type takes one, written to
the outbox and entered in the ledger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import archivist.documents.render.pdf as pdf_maker
from archivist.config import Config
from archivist.doctypes.catalogue import DocumentType, Mode, Numbering, Origin
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.render.pool import PrintedSheet, make
from archivist.documents.render.render import render
from archivist.documents.template.own_copy import refuse_faulty
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.nested import at
from archivist.documents.values.office import complete_rows
from archivist.documents.values.resolve import computed, document_values, filled, value_of
from archivist.errors import (
    ArchivistError,
    DocumentNotApplicable,
    MissingFields,
    PdfUnavailable,
    TemplateFault,
    UnlawfulDocument,
)
from archivist.issuing import jobs, numbering
from archivist.issuing.sources import office_sources
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.document_code import SEPARATOR
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category
from archivist.model.office_papers import NOTED
from archivist.workspace import Workspace

Given = Mapping[str, object]
FOLDER: Final = "机关文书"
"""Where issued documents go within the outbox."""
_NOBODY: Final = Case(CaseNo("XX", Category.DB, 1, 0))
"""Stands where documents of a household have theirs; nothing is known of it."""


@dataclass(frozen=True, slots=True)
class PlannedForOffice:
    """One document that can be issued.

    Attributes:
        values: what it prints.
        on: its date (成文日期).
        numbered: whether it takes a reference number from the ledger.
        doubts: what a person must look at before it is signed.
        noted: path → value as stored: what the ledger is to note of it.
        name: what tells it in file names from others of its kind and day.
    """

    document: DocumentType
    values: Mapping[str, object]
    on: dt.date
    numbered: bool
    doubts: tuple[str, ...] = ()
    noted: Mapping[str, object] = field(default_factory=dict)
    name: str = ""

    @property
    def hand(self) -> tuple[str, ...]:
        """The Chinese names of what is still to be filled in by hand."""
        return tuple(
            f.label for f in self.document.fields if f.mode is Mode.HAND and _blank(self.values, f.path)
        )


@dataclass(frozen=True, slots=True)
class IssuedForOffice:
    """One document issued: written to the outbox and entered in the ledger."""

    title: str
    doc_no: str
    on: dt.date
    files: tuple[Path, ...]
    before: bool = False
    """The same was issued before, and nothing was issued now."""


def plan(
    workspace: Workspace, document: DocumentType, given: Given, *, on: dt.date, draft: bool = False
) -> PlannedForOffice:
    """Check whether a document of the office can be issued; write nothing.

    Args:
        workspace: the open workspace.
        document: the type.
        given: what the clerk tells, by path or Chinese name.
        on: date of the document, unless ``made_on`` is given.
        draft: it is only looked at, and what is not known yet stands as 〔待填〕.

    Raises:
        DocumentNotApplicable: E307, it is made for a household, or under other rule packs.
        MissingFields: E301, with everything that is missing or wrong. TemplateFault: E303.
    """
    _refuse_other(document, workspace.pack.id)
    refuse_faulty(document)
    told = document.by_path(given)
    numbered = document.doc_no is Numbering.REQUIRED and FieldPath.DOC_NO not in told
    context = DocumentContext.read(
        document,
        _NOBODY,
        workspace.config,
        on=on,
        given=told,
        extra=numbering.expected(workspace, on.year) if numbered else {},
        sources=office_sources(workspace),
        draft=draft,
    )
    complete_rows(context)
    context.problems += [
        f"{spec.named}由规则包得出，不能另填"
        for spec in document.fields
        if spec.origin is Origin.RULE and spec.path in told and computed(context, spec.path) is not None
    ]
    try:
        values = filled(context)
    except MissingFields as error:
        raise MissingFields(
            error.what,
            file=document.id,
            problems=error.problems,
            remedy="用 --set 键=值 或 --from 文件给出；规则包的内容与本地规定不同的，在 archivist.toml 中写明。没有写入任何内容。",
        ) from None
    found = {path: value_of(context, path) for path in document.noted}
    noted = {path: _plain(value) for path, value in found.items() if value not in (None, "")}
    return PlannedForOffice(document, values, context.made_on, numbered, tuple(context.doubts), noted)


def issue(
    workspace: Workspace,
    by: By,
    planned: PlannedForOffice,
    *,
    pdf: bool = False,
    beside: Mapping[str, bytes] = {},
    job: str = "",
) -> IssuedForOffice:
    """Issue a document: number, page, outbox, ledger.

    The number is taken for good before the page is made; one whose document fails after that is vacant (空号).

    Args:
        workspace: the open workspace.
        by: who issues it, and when.
        planned: the document.
        pdf: make a PDF as well.
        beside: other renditions of the same, such as ``.xlsx``.
        job: what makes it the same as one issued before (``job_of``), which is returned and nothing issued; empty
            issues it in any case.

    Raises:
        PdfUnavailable: E306, before a number is taken. UnlawfulDocument: E305, a number given by hand is not free.
        ArchiveLocked: E203, the same is being issued. RenderedWrong: E304. WriteFailed: E204.

    Survives: see ``Archive.hand_out``.
    """
    if pdf and not pdf_maker.available():
        raise PdfUnavailable("没有找到 LibreOffice")
    document, values = planned.document, dict(planned.values)
    assert document.template is not None
    if earlier := done_before(workspace, job):
        return earlier
    by_hand = "" if planned.numbered else str(values.get(FieldPath.DOC_NO) or "")
    if by_hand and (why := numbering.objection(workspace, by_hand, planned.on)):
        raise UnlawfulDocument(f"《{document.title}》有 1 项不符", problems=[why])
    needed, name = planned.numbered or bool(by_hand or job), ""
    if job:
        workspace.issuing_key(by)
        name = jobs.sealed(workspace, job)
    with numbering.taking(workspace, by, needed=needed, job=name) as numbers:
        if earlier := done_before(workspace, job):  # by somebody else, until a moment ago
            return earlier
        if planned.numbered:
            (values[FieldPath.DOC_NO],) = numbers.take(document, planned.on.year)
        elif by_hand:
            numbers.take_by_hand(document, by_hand)
        doc_no, day = str(values.get(FieldPath.DOC_NO, "")), planned.on.isoformat()
        code = SEPARATOR if document.id == DocumentId.SEPARATOR_SHEET else None
        (made,) = make([PrintedSheet(document.template, values, code, document.phrases)], pdf=pdf)
        if isinstance(made, ArchivistError):
            numbers.lost(doc_no, made)
            raise made
        files = workspace.archive.hand_out(
            FOLDER,
            " ".join(filter(None, (day, document.title, planned.name))),
            {".docx": made.docx, **({".pdf": made.pdf} if made.pdf is not None else {}), **beside},
            Op.OFFICE_DOCUMENT_ISSUED,
            {
                "document": document.id,
                "title": document.title,
                "doc_no": doc_no,
                "date": day,
                "template_sha256": made.template,
                **({NOTED: dict(planned.noted)} if planned.noted else {}),
                **({jobs.JOB: name} if name else {}),
            },
            workspace.stamp(by),
        )
        numbers.borne(doc_no)
    return IssuedForOffice(document.title, doc_no, planned.on, files)


def job_of(planned: PlannedForOffice, reason: str = "") -> str:
    """Return what makes a document the same as another: type, all it prints but its number, its day.

    Args:
        planned: the document.
        reason: why one like it is issued again; with another reason it is another.
    """
    said = {
        key: value for key, value in planned.values.items() if key != FieldPath.DOC_NO or not planned.numbered
    }
    return jobs.digest(
        {"document": planned.document.id, "values": said, "on": planned.on.isoformat(), "again": reason}
    )


def done_before(workspace: Workspace, job: str) -> IssuedForOffice | None:
    """Return the document that was issued as the same before, ``None`` when none was."""
    name = jobs.sealed(workspace, job)
    if not name:
        return None
    for event in workspace.archive.ledger_events(Op.OFFICE_DOCUMENT_ISSUED):
        data = event.data
        if data.get(jobs.JOB) == name:
            files = tuple(workspace.archive.outbox / entry["path"] for entry in data["files"])
            return IssuedForOffice(
                data["title"], data["doc_no"], dt.date.fromisoformat(data["date"]), files, before=True
            )
    return None


def render_register(document: DocumentType, config: Config, given: Given, *, on: dt.date) -> bytes:
    """Return a register as a ``.docx``, from rows that somebody else worked out.

    Args:
        document: the type.
        config: the office.
        given: rows, sums and what the clerk tells, by path.
        on: date of the document.

    Raises:
        MissingFields: E301, what it needs is not given. TemplateFault: E303, it has no template.
    """
    if document.template is None:
        raise TemplateFault("没有模板文件", file=f"{document.id}.docx")
    refuse_faulty(document)
    try:
        values = document_values(document, _NOBODY, config, on=on, given=given)
    except MissingFields as error:
        raise MissingFields(
            error.what,
            file=document.id,
            problems=error.problems,
            remedy="用 --set 键=值 给出，或改正户档中的内容。",
        ) from None
    return render(document.template, values, qr_payload=None, phrases=document.phrases)


def print_sheet(
    workspace: Workspace,
    name: DocumentId,
    given: Given,
    code: str,
    *,
    on: dt.date,
    pdf: bool,
    config: Config | None = None,
) -> dict[str, bytes]:
    """Return a sheet with a code of its own, ``.docx`` and if wanted ``.pdf``; it is not issued.

    Args:
        workspace: the open workspace.
        name: which sheet.
        given: what it says, by path.
        code: what its QR code says.
        on: its date.
        pdf: make a PDF as well.
        config: whose names it prints; the workspace's own when not given.

    Raises:
        PdfUnavailable: E306. MissingFields: E301. TemplateFault: E303. RenderedWrong: E304.
    """
    if pdf and not pdf_maker.available():
        raise PdfUnavailable("没有找到 LibreOffice")
    document = workspace.catalogue.get(name)
    refuse_faulty(document)
    assert document.template is not None
    values = document_values(document, _NOBODY, config or workspace.config, on=on, given=given)
    (made,) = make([PrintedSheet(document.template, values, code, document.phrases)], pdf=pdf)
    if isinstance(made, ArchivistError):
        raise made
    return {".docx": made.docx, **({".pdf": made.pdf} if made.pdf is not None else {})}


def _refuse_other(document: DocumentType, pack: str) -> None:
    if not document.of_office or document.template is None:
        raise DocumentNotApplicable(
            f"{document.title}不是机关文书", remedy="按户制发的文书请写明户号或姓名。"
        )
    if document.packs and pack not in document.packs:
        raise DocumentNotApplicable(
            f"{document.title}只用于规则包 {'、'.join(document.packs)}，本单位适用 {pack}"
        )


def _plain(value: object) -> object:
    """Return a value as JSON keeps it."""
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return value if isinstance(value, str | int | bool) else str(value)


def _blank(values: Mapping[str, object], path: str) -> bool:
    found = at(values, path)
    return not found or (
        isinstance(found, list) and not any(any(r.values()) for r in found if isinstance(r, dict))
    )
