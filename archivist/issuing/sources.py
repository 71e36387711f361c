"""What a document may ask of the workspace it is made in: the rules, the document types, and of the archive a few things."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from archivist.documents.values.context import DocumentSources, Fixity
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.office_papers import papers_of
from archivist.rules.staffing import recipients
from archivist.store.bag_fixity import check_bag
from archivist.workspace import Workspace


def office_sources(workspace: Workspace) -> DocumentSources:
    """Return what a document of the office draws on; the archive is opened only when the document asks for it."""
    return DocumentSources(
        workspace.pack,
        workspace.catalogue,
        read_case=lambda number: workspace.archive.read(number),
        case_numbers=lambda: workspace.archive.case_numbers(),
        recipients=cache(lambda: _recipients(workspace)),
        office_papers=cache(lambda: papers_of(workspace.archive.ledger_events(Op.OFFICE_DOCUMENT_ISSUED))),
    )


def _recipients(workspace: Workspace) -> int:
    archive = workspace.archive
    return sum(recipients(archive.read(number), workspace.pack) for number in archive.case_numbers())


def case_sources(workspace: Workspace, by: By, case: Case) -> DocumentSources:
    """Return what a document of a case draws on; its files are read only when the document asks for them.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        case: whose records and files it may ask for.
    """
    number = case.number

    @cache
    def fixity() -> Fixity:
        archive = workspace.archive
        found = check_bag(archive.folder(number)).findings
        filed_by = {event.seq: event.actor for event, _ in archive.chain(number).events}
        return Fixity(len(found), frozenset(f.file for f in found), filed_by, by.time)

    return replace(
        office_sources(workspace),
        words=lambda record: _legible(workspace.archive.text(number, record.no)),
        fixity=fixity,
    )


def _legible(text: str) -> str | None:
    """Return a text that can be judged by; none where there is none, or a bit of it turned over: it may say anything."""
    return text if text and "\ufffd" not in text else None
