"""The review tray: what waits for a person, why, what it may be, and where it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.inbox import FiledFile, parse_record
from archivist.api.result import Problem, Result
from archivist.api.tray_view import EVERYTHING, DamagedItemView, TrayFilter, TrayView, WaitingItem
from archivist.errors import ArchivistError, SettingsError, UsageError
from archivist.model.ids import CaseNo
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.model.by import By
    from archivist.store import TrayItem
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TrayList(Result):
    """What waits, oldest first.

    Attributes:
        items: those of this page.
        matching: how many there are on all pages; ``waiting`` how many wait in all.
        page: 1-based; ``pages`` how many there are, at least one.
        damaged: the items of which nothing can be told, on every page.
    """

    SCHEMA: ClassVar[str] = "archivist/review-list/3"

    items: tuple[WaitingItem, ...]
    matching: int
    waiting: int
    page: int
    pages: int
    damaged: tuple[DamagedItemView, ...]


@dataclass(frozen=True, slots=True)
class TrayEntry(Result):
    """One waiting file, where it lies and the text that was recognised on it (pages parted by form feeds)."""

    SCHEMA: ClassVar[str] = "archivist/review-show/2"

    item: WaitingItem
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a person decides of one item.

    Attributes:
        item: its id or an unambiguous beginning of it.
        case: number or its last digits, ID number or unambiguous name; empty for the one that is suggested.
        type: id or title; empty for the sole candidate.
    """

    item: str
    case: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """Where an item goes, found out before anything is filed."""

    item: str
    name: str
    case: str
    applicant: str
    type: str
    title: str


@dataclass(frozen=True, slots=True)
class NotAssigned:
    """An item that stays in the tray, and why."""

    item: str
    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Assigned(Result):
    """What became of the items that were to be filed.

    Attributes:
        planned: with a dry run, what would be filed.
        filed: the records they became; ``failed`` those that stay.
    """

    SCHEMA: ClassVar[str] = "archivist/review-assign/2"

    planned: tuple[PlannedAssignment, ...]
    filed: tuple[FiledFile, ...]
    failed: tuple[NotAssigned, ...]


@dataclass(frozen=True, slots=True)
class HandedBack(Result):
    """A file that is no household's, and where it can be fetched."""

    SCHEMA: ClassVar[str] = "archivist/review-return/1"

    item: str
    path: Path


PAGE: Final = 20
"""Items on a page of the list when nothing else is said."""


def list_waiting(
    workspace: Workspace, wanted: TrayFilter = EVERYTHING, *, page: int = 1, per_page: int = PAGE
) -> TrayList:
    """Return a page of what waits, narrowed by what is given; all on one page with ``per_page`` 0.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. UsageError: E001, no such type.
    """
    view = TrayView(workspace)
    found = view.matching(wanted)
    pages = max(1, -(-len(found) // per_page)) if per_page else 1
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * per_page : page * per_page] if per_page else found
    return TrayList(tuple(map(view.item, shown)), len(found), len(view.items), page, pages, view.damaged)


def waiting(workspace: Workspace) -> int:
    """Return how many items wait, damaged ones too, without reading any."""
    return len(workspace.archive.tray.folders())


def show_waiting(workspace: Workspace, item: str) -> TrayEntry:
    """Return one waiting file with its text.

    Raises:
        TrayItemNotFound: E104.
    """
    view = TrayView(workspace)
    found = view.named(item)
    return TrayEntry(view.item(found), found.file, found.text)


def suggested(workspace: Workspace, wanted: TrayFilter = EVERYTHING) -> tuple[Assignment, ...]:
    """Return the items whose one household and one type only want a person's yes."""
    view = TrayView(workspace)
    return tuple(Assignment(i.id) for i in view.matching(wanted) if view.item(i).suggested)


@authorised(Act.ASSIGN)
def assign(
    workspace: Workspace,
    by: Callable[[], By],
    wanted: Sequence[Assignment],
    *,
    signs: str | None = None,
    keep_duplicate: bool = False,
    reason: str = "",
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Assigned:
    """File waiting files where a person says, each for itself.

    Args:
        workspace: the open workspace.
        by: called for every file.
        wanted: the items; nothing is filed where one of them cannot be understood.
        signs: the record of which the one item is the signed copy.
        keep_duplicate: file what the case has already as a record of its own.
        reason: why a closed file still takes it.
        dry_run: only find out where each would go.
        progress: called with the files done and the files there are.

    Raises:
        TrayItemNotFound: E104, CaseNotFound: E201, AmbiguousCase: E003, UsageError: E001, what is asked cannot be
            understood; nothing was filed.
    """
    from archivist.ingest import by_hand

    record = parse_record(signs)
    if record and len(wanted) > 1:
        raise UsageError("一件签署件只能是一个文件")
    view = TrayView(workspace)
    plan = [_plan(view, each) for each in wanted]
    if twice := {p.item.id for p in plan if sum(q.item is p.item for q in plan) > 1}:
        raise UsageError(f"同一件写了两次：{'、'.join(sorted(twice))}")
    if dry_run:
        return Assigned(tuple(p.shown(view) for p in plan), (), ())
    filed: list[FiledFile] = []
    failed: list[NotAssigned] = []
    for n, each in enumerate(plan, 1):
        try:
            done = by_hand.assign(
                workspace, by(), each.item, each.case, each.document,
                signs=record, keep_duplicate=keep_duplicate, reason=reason,
            )  # fmt: skip
            filed.append(FiledFile.of(done))
        except SettingsError:  # of the workspace, not of this file
            raise
        except ArchivistError as error:
            failed.append(NotAssigned(each.item.id, each.item.name, Problem.of(error)))
        if progress:
            progress(n, len(plan))
    return Assigned((), tuple(filed), tuple(failed))


@authorised(Act.HAND_BACK)
def hand_back(workspace: Workspace, by: By, item: str) -> HandedBack:
    """Put a waiting file that is no household's into ``outbox/退回``, under its own name.

    A damaged item gives its file too, under the item's id.

    Raises:
        TrayItemNotFound: E104. DamagedFile: E212, its file is gone. OnHold: E601, it names a household that is held.
    """
    from archivist.store import held_files

    archive = workspace.archive
    with archive.writing(by.actor):
        folder = archive.outbox / "退回"
        archive.access.disclose(items=[item])
        if damaged := archive.tray.damaged(item):
            return HandedBack(damaged.id, archive.tray.hand_back_damaged(damaged, folder))
        found = archive.tray.get(item)
        path = held_files.hand_back(archive, found, folder, by.today)
    return HandedBack(found.id, path)


@dataclass(frozen=True, slots=True)
class _Planned:
    item: TrayItem
    case: CaseNo
    document: DocumentType

    def shown(self, view: TrayView) -> PlannedAssignment:
        number = str(self.case)
        return PlannedAssignment(
            self.item.id,
            self.item.name,
            number,
            view.applicant(number),
            self.document.id,
            self.document.title,
        )


def _plan(view: TrayView, wanted: Assignment) -> _Planned:
    item = view.named(wanted.item)
    shown = view.item(item)
    if not wanted.case and not shown.suggested:
        raise UsageError(
            f"没有可以照办的建议（{shown.reason_label}：{item.message}）", file=f"{shown.short} {item.name}",
            remedy="请用 archivist review show 看过以后，写明归入哪一户。",
        )  # fmt: skip
    case = view.workspace.find_case(wanted.case or shown.households[0].case)
    return _Planned(item, case, _type(view, item, wanted.type))


def _type(view: TrayView, item: TrayItem, named: str) -> DocumentType:
    if named:
        return view.workspace.catalogue.get(named)
    candidates = item.details.get("types", ())
    if len(candidates) != 1:
        raise UsageError(
            "没有唯一的种类候选",
            file=f"{view.short[item.id]} {item.name}",
            remedy="指明文书（材料）种类，如 --type 身份证，或 编号=户=身份证。",
        )
    return view.workspace.catalogue.get(candidates[0])
