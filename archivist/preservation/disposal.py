"""What may be appraised when: the retention list. Nothing is destroyed here; a date alone never destroys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archivist.errors import ArchivistError
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Op
from archivist.model.holds import Hold
from archivist.preservation.passed_over import PassedOverLately, UnlistedFiles
from archivist.rules.disposition.holds import holds
from archivist.rules.disposition.retention import Retention, RetentionStatus, office_retention, retention
from archivist.store import held_files
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RetainedCase:
    """One file with its retention on a day; ``days_left`` is negative once the period has run out, ``None`` while none ends.

    ``holds``: what forbids its end meanwhile (冻结); it changes no period.
    """

    case: Case
    retention: Retention
    days_left: int | None
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class RetentionSchedule:
    """The list and the cases that could not be read (未检), which are never silently left out."""

    rows: tuple[RetainedCase, ...]
    unread: tuple[str, ...]


def retention_list(
    workspace: Workspace, *, on: dt.date, expired_only: bool = False, lately: PassedOverLately | None = None
) -> RetentionSchedule:
    """Return every file that is held or whose period runs, has run out or should run and cannot, the earliest first; those without an end last.

    Args:
        workspace: the open workspace.
        on: the day of the list.
        expired_only: only those whose period has run out.
        lately: files that need not be looked at, where many such questions are asked.
    """
    pack = workspace.pack
    groups, unknown = held_files.known_group_holds(workspace.archive)
    rows: list[RetainedCase] = []
    unread = [unknown] if unknown else []
    passed_over = UnlistedFiles(workspace, on, groups)
    heads = workspace.index.ask(lambda c: c.heads()) if lately else {}
    known = (lately or PassedOverLately()).under(on, pack.stamp, tuple(groups))
    for number in workspace.archive.case_numbers():
        head = heads.get(number)
        if head is not None and known.get(number) == head:
            continue
        state = passed_over.state(number)
        if passed_over.knows(number, state):
            known[number] = head
            continue
        try:
            case = workspace.archive.read(number)
            period = retention(case, pack, on)
        except ArchivistError as error:
            unread.append(str(error))
            continue
        standing = holds(case, on, groups)
        if passed_over.note(case, period, state) and not standing:
            known[number] = head
        if period.expired or (not expired_only and (standing or _is_listed(case, period))):
            left = (period.expires - on).days if period.expires else None
            rows.append(RetainedCase(case, period, left, standing))
    passed_over.save()
    rows.sort(key=lambda r: (r.retention.expires or dt.date.max, r.case.number))
    return RetentionSchedule(tuple(rows), tuple(unread))


def _is_listed(case: Case, period: Retention) -> bool:
    """Whether a file whose period has not run out stands on the list: it is closed, or should have been."""
    return case.status is CaseStatus.DEREGISTERED or period.status is RetentionStatus.UNCLOSED


@dataclass(frozen=True, slots=True)
class RetainedDocument:
    """One document of the office with its retention on a day; ``on`` is its own date."""

    title: str
    doc_no: str
    on: dt.date
    retention: Retention


def office_documents(workspace: Workspace, *, on: dt.date) -> tuple[RetainedDocument, ...]:
    """Return every document of the office that was issued with the day until which it must be kept, the earliest first."""
    pack, rows = workspace.pack, []
    for event in workspace.archive.ledger_events():
        if event.op is Op.OFFICE_DOCUMENT_ISSUED:
            formed = dt.date.fromisoformat(event.data["date"])
            kept = office_retention(event.data["document"], formed, pack, on)
            rows.append(RetainedDocument(event.data["title"], event.data["doc_no"], formed, kept))
    return tuple(sorted(rows, key=lambda r: (r.retention.expires or dt.date.max, r.on, r.title)))
