"""Pages of the tray put in order: what is written is one paper is made one, what is written are several is parted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.inbox import DropOutcomeView, FiledFile, WaitingFile
from archivist.api.result import Result
from archivist.api.tray_view import TrayView, WaitingItem
from archivist.errors import UsageError
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.ingest.batches import SplitUp
    from archivist.model.by import By
    from archivist.workspace import Workspace

_RUN: Final = re.compile(r"(\d{1,4})(?:\s*[-–—~至]\s*(\d{1,4}))?")
_TURN: Final = re.compile(r"(\d{1,4})\s*[:：]\s*(90|180|270)")
_BETWEEN_PARTS: Final = re.compile(r"[,，、;；\s]+")


@dataclass(frozen=True, slots=True)
class PageOfPart:
    """A page of a part: its number in the item, and by how many degrees clockwise it is turned."""

    page: int
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Rearranged(Result):
    """What became of items that were split, joined or unlocked.

    Attributes:
        batch: id of the batch that keeps the files as they came; empty with a dry run.
        planned: with a dry run the parts there would be, with their pages.
        filed: the parts that were clear and are records now; ``review`` those that wait.
    """

    SCHEMA: ClassVar[str] = "archivist/review-parts/1"

    batch: str
    planned: tuple[tuple[PageOfPart, ...], ...]
    filed: tuple[FiledFile, ...]
    review: tuple[WaitingFile, ...]

    @classmethod
    def of(cls, done: SplitUp) -> Rearranged:
        """Return what splitting, joining or unlocking says."""
        views = DropOutcomeView.all_of(done)
        return cls(
            done.batch,
            (),
            tuple(v.filed for v in views if v.filed),
            tuple(v.waiting for v in views if v.waiting),
        )


@dataclass(frozen=True, slots=True)
class PutBack(Result):
    """The files of a batch, in the tray again as they came."""

    SCHEMA: ClassVar[str] = "archivist/review-unsplit/1"

    batch: str
    items: tuple[WaitingItem, ...]


def parse_parts(words: Sequence[str], rotate: Sequence[str] = ()) -> tuple[tuple[PageOfPart, ...], ...]:
    """Return the parts that words mean: a comma or a blank between parts, ``+`` between pages, ``-`` for a run.

    ``1-3,4`` is two parts; ``3+1-2`` is one with page 3 first; ``3-1`` is one, backwards.

    Args:
        words: the parts.
        rotate: pages to be turned, as ``4:180``.

    Raises:
        UsageError: E001.
    """
    turns: dict[int, int] = {}
    for word in rotate:
        match = _TURN.fullmatch(word.strip())
        if match is None:
            raise UsageError(f"“{word}”应写成 页:度数，如 4:180（顺时针 90、180、270）")
        turns[int(match[1])] = int(match[2])
    groups = [part for word in words for part in _BETWEEN_PARTS.split(word.strip()) if part]
    parts = tuple(tuple(PageOfPart(n, turns.pop(n, 0)) for n in _pages(group)) for group in groups)
    if turns:
        raise UsageError(f"要转的第 {'、'.join(map(str, turns))} 页不在任何一份里")
    return parts


def _pages(group: str) -> Iterable[int]:
    for run in group.split("+"):
        match = _RUN.fullmatch(run.strip())
        if match is None:
            raise UsageError(
                f"“{group}”不是页码", remedy="如 1-3,4：两份；3+1-2：一份，先第 3 页，再第 1、2 页。"
            )
        first, last = int(match[1]), int(match[2] or match[1])
        yield from range(first, last + 1) if first <= last else range(first, last - 1, -1)


@authorised(Act.REARRANGE)
def split(
    workspace: Workspace,
    by: By,
    item: str,
    parts: Sequence[Sequence[PageOfPart]] = (),
    *,
    dry_run: bool = False,
) -> Rearranged:
    """Part a waiting file; without ``parts``, as the program proposed.

    Args:
        workspace: the open workspace.
        by: who splits, and when.
        item: its id, or an unambiguous beginning of it.
        parts: the pages of each part.
        dry_run: only say what would be done.

    Raises:
        TrayItemNotFound: E104. UsageError: E001. UnreadableFile: E101, it cannot be taken apart.
    """
    from archivist.ingest import rearranging
    from archivist.ingest.batches import tried

    found = TrayView(workspace).named(item)
    if not parts:
        proposal = found.details.get("proposal", ())
        parts = tuple(tuple(map(PageOfPart, pages)) for pages in proposal)
        if not parts:
            raise UsageError(
                "程序没有看出要怎样拆", file=found.name, remedy="请写明，如 archivist review split 3f 1-3,4。"
            )
    groups = [[(page.page, page.turn) for page in part] for part in parts]
    if dry_run:
        rearranging.check_split(found, groups)
        return Rearranged("", tuple(map(tuple, parts)), (), ())
    return Rearranged.of(tried(workspace, by, rearranging.split_item(workspace, by, found, groups)))


@authorised(Act.REARRANGE)
def join(workspace: Workspace, by: By, items: Sequence[str], *, dry_run: bool = False) -> Rearranged:
    """Make one paper of several waiting files, in that order.

    Raises:
        TrayItemNotFound: E104. UsageError: E001. UnreadableFile: E101, one has no pages.
    """
    from archivist.ingest import rearranging
    from archivist.ingest.batches import tried

    view = TrayView(workspace)
    found = [view.named(item) for item in items]
    if dry_run:
        rearranging.check_join(found)
        return Rearranged("", (), (), ())
    return Rearranged.of(tried(workspace, by, rearranging.join_items(workspace, by, found)))


@dataclass(frozen=True, slots=True)
class PageTurned(Result):
    """A page of a waiting file that is shown another way up; ``turn`` how far it is turned in all, clockwise."""

    SCHEMA: ClassVar[str] = "archivist/review-turn/1"

    item: str
    name: str
    page: int
    turn: int


@authorised(Act.REARRANGE)
def turn(workspace: Workspace, by: By, item: str, page: int, degrees: int = 90) -> PageTurned:
    """Show a page of a waiting file turned; the file stays as it came, the angle is kept beside it and goes with it.

    Raises:
        TrayItemNotFound: E104. UsageError: E001, no such page, or no such angle.
    """
    from archivist.ingest import turning

    done = turning.turn(workspace, by, TrayView(workspace).named(item), page, degrees)
    return PageTurned(done.id, done.name, page, turning.turned_by_hand(done).get(page, 0))


@authorised(Act.REARRANGE)
def undo(workspace: Workspace, by: By, batch: str) -> PutBack:
    """Put the files of a batch back into the tray as they came; possible while all its parts wait there.

    Args:
        workspace: the open workspace.
        by: who undoes it, and when.
        batch: its id, or one of its parts.

    Raises:
        TrayItemNotFound: E104. UsageError: E001, a part has left the tray, or there is nothing to undo.
    """
    from archivist.ingest import rearranging
    from archivist.store.batches import IS_BATCH

    wanted = batch.strip()
    if not (IS_BATCH.fullmatch(wanted) and wanted in workspace.archive.batches.ids()):
        wanted = TrayView(workspace).named(wanted).batch
        if not wanted:
            raise UsageError("不是从批量件里拆出来的", file=batch)
    back = rearranging.undo(workspace, by, wanted)
    view = TrayView(workspace)
    return PutBack(wanted, tuple(view.item(item) for item in back))
