"""Pages of the tray put in order by a person: an item split, several joined, a batch put back as it came.

Every such change is an event of a batch, so the files are kept once as they came, and it can be undone while none of
the parts has left the tray.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from archivist.errors import UsageError
from archivist.ingest.batches import (
    Assemble,
    SplitUp,
    assemble_apart,
    place_of,
    waiting_draft,
)
from archivist.ingest.matching.evidence import Reason
from archivist.ingest.matching.split import Cut
from archivist.ingest.turning import turned_by_hand
from archivist.model.by import By
from archivist.model.event import Op
from archivist.reading.formats.identify import identify
from archivist.reading.kept_reading import unpack
from archivist.reading.page_extraction import EXTRACTED, PageTurn
from archivist.reading.pages import PageText, ReadResult
from archivist.store import Original, TrayItem
from archivist.store.batches import BatchChange, BatchPart
from archivist.store.tray_items import PageRef
from archivist.workspace import Workspace

Group = Sequence[PageTurn]
"""The pages of one part, by their numbers in the item, in the order they shall have."""


def check_split(item: TrayItem, groups: Sequence[Group]) -> tuple[int, ...]:
    """Return the blank pages that a split leaves out.

    Raises:
        UsageError: E001, when the item has no pages that can be parted, or pages are missing, twice there or not there.
    """
    if identify(item.file).kind not in EXTRACTED:
        raise UsageError("只有 PDF 和多页 TIFF 能按页拆分", file=item.name)
    result = unpack(item.reading)
    pages = result.pages if result else ()
    count = len(pages) or int(item.details.get("pages", 0))
    wanted = [number for group in groups for number, _ in group]
    if not all(groups) or not wanted:
        raise UsageError("没有写明怎样拆", remedy="如 1-3,4：第 1 至 3 页一份，第 4 页一份。")
    if odd := sorted({n for n in wanted if not 1 <= n <= count}):
        raise UsageError(f"没有第 {_listed(odd)} 页，共 {count} 页", file=item.name)
    if twice := sorted({n for n in wanted if wanted.count(n) > 1}):
        raise UsageError(f"第 {_listed(twice)} 页写了两次", file=item.name)
    left = [n for n in range(1, count + 1) if n not in wanted]
    blank = {page.number for page in pages if page.blank}
    if lost := [n for n in left if n not in blank]:
        raise UsageError(
            f"第 {_listed(lost)} 页没有写到", file=item.name, remedy="每一页都要写到，空白页可以不写。"
        )
    if len(groups) == 1 and [(n, 0) for n in range(1, count + 1)] == [tuple(page) for page in groups[0]]:
        raise UsageError("这样写没有任何改动", file=item.name)
    return tuple(left)


def _listed(numbers: Sequence[int]) -> str:
    return "、".join(map(str, numbers))


def split_item(
    workspace: Workspace,
    by: By,
    item: TrayItem,
    groups: Sequence[Group],
    assemble: Assemble = assemble_apart,
) -> SplitUp:
    """Part an item, or put its pages in another order; the parts are in the tray then, untried.

    Raises:
        UsageError: E001, see ``check_split``. UnreadableFile: E101, it cannot be taken apart.

    Survives: a kill at any point leaves the item, or all its parts.
    """
    left_out = check_split(item, groups)
    by_hand = turned_by_hand(item)
    groups = [[(n, (angle + by_hand.get(n, 0)) % 360) for n, angle in group] for group in groups]
    refs = _refs(item)
    whole = workspace.archive.batches.names(item.batch)[0] if _is_part(item) else item.name
    with tempfile.TemporaryDirectory() as work:
        files = assemble([[(item.file, list(group))] for group in groups], Path(work))
        parts = []
        for group, file in zip(groups, files, strict=True):
            chosen = tuple(_turned(refs[number], turn) for number, turn in group)
            draft = waiting_draft(
                by, whole or item.name, file, chosen, _reading(item, group), {"named": place_of(item)}
            )
            parts.append(BatchPart(replace(draft, text=_text(item, group)), chosen, cut=Cut.BY_HAND))
        blank = {"blank": [refs[n].number for n in left_out]}
        batch = _commit(workspace, by, [item], BatchChange(Op.BATCH_SPLIT, tuple(parts), blank, (item.id,)))
    return SplitUp(item.name, batch, ())


def check_join(items: Sequence[TrayItem]) -> None:
    """Refuse what cannot be made one paper.

    Raises:
        UsageError: E001, fewer than two, one twice, or one without pages.
    """
    if len({item.id for item in items}) != len(items) or len(items) < 2:
        raise UsageError(
            "要写至少两件不同的", remedy="如 archivist review join 3f a1：先 3f 的页，后 a1 的页。"
        )
    for item in items:
        found = identify(item.file)
        if found.kind not in EXTRACTED and not found.is_picture:
            raise UsageError("只有 PDF 和图片能合成一份", file=item.name)


def join_items(
    workspace: Workspace, by: By, items: Sequence[TrayItem], assemble: Assemble = assemble_apart
) -> SplitUp:
    """Make one paper of several items, in that order; it is in the tray then, untried.

    Raises:
        UsageError: E001, see ``check_join``. UnreadableFile: E101, one is damaged.

    Survives: a kill at any point leaves the items, or what they were joined to.
    """
    check_join(items)
    same = all(map(_is_part, items)) and len({item.batch for item in items}) == 1
    counts = [len(_refs(item)) for item in items]
    refs = tuple(
        replace(ref, file=ref.file if same else file)
        for file, (item, count) in enumerate(zip(items, counts, strict=True), 1)
        for ref in (_refs(item).values() if same else map(PageRef, range(1, count + 1)))
    )
    turns = [turned_by_hand(item) for item in items]
    wanted = [
        (item.file, [(n, turned.get(n, 0)) for n in range(1, c + 1)])
        for item, c, turned in zip(items, counts, turns, strict=True)
    ]
    readings = [unpack(item.reading) for item in items]
    with tempfile.TemporaryDirectory() as work:
        (file,) = assemble([wanted], Path(work))
        pages = [
            _turned_page(page, turned.get(page.number, 0))
            for reading, turned in zip(readings, turns, strict=True)
            for page in (reading.pages if reading else ())
        ]
        result = None
        if all(readings):
            numbered = tuple(replace(page, number=n) for n, page in enumerate(pages, 1))
            result = ReadResult(identify(file), numbered)
        draft = waiting_draft(by, items[0].name, file, () if not same else refs, result, {"pages": len(refs)})
        draft = replace(draft, text="\f".join(item.text for item in items))
        change = BatchChange(
            Op.BATCH_JOINED, (BatchPart(draft, refs, cut=Cut.BY_HAND),), {}, tuple(item.id for item in items)
        )
        batch = _commit(workspace, by, items, change)
    return SplitUp(items[0].name, batch, ())


def _commit(workspace: Workspace, by: By, items: Sequence[TrayItem], change: BatchChange) -> str:
    """Change the batch that the items are parts of, or make one of them; return its id."""
    archive, stamp = workspace.archive, workspace.stamp(by)
    with workspace.writing(by):
        for item in items:
            archive.tray.get(item.id)  # somebody else may have filed it meanwhile
        if all(map(_is_part, items)) and len({item.batch for item in items}) == 1:
            archive.batches.change(items[0].batch, change, stamp)
            return items[0].batch
        batch, _ = archive.batches.create([_original(item) for item in items], change, stamp)
        return batch


def _original(item: TrayItem) -> Original:
    return replace(Original.of(item.file, item.name), name=item.name)


def undo(workspace: Workspace, by: By, batch: str) -> tuple[TrayItem, ...]:
    """Put the files of a batch back into the tray as they came, in place of its parts.

    Raises:
        TrayItemNotFound: E104, no such batch. UsageError: E001, when a part has left the tray, or nothing is to be undone.

    Survives: a kill at any point leaves the parts, or the files.
    """
    archive = workspace.archive
    with workspace.writing(by):
        waiting = {item.id: item for item in archive.tray.items()}
        standing = archive.batches.standing(batch)
        if gone := [part for part in standing if part not in waiting]:
            raise UsageError(f"已有 {len(gone)} 份归档、退回或并入别处，不能撤销", file=batch, problems=gone)
        originals, names = archive.batches.originals(batch), archive.batches.names(batch)
        pages = dict(_pages([waiting[part] for part in standing]))
        if len(standing) == len(originals) and _are_whole(waiting[p] for p in standing):
            raise UsageError("没有可以撤销的拆分", file=batch)
        parts = []
        for number, (path, name) in enumerate(zip(originals, names, strict=True), 1):
            count = max([n for file, n in pages if file == number], default=0)
            count = max([count, *_left_out(workspace, batch)]) if number == 1 and pages else count
            refs = tuple(PageRef(n, number) for n in range(1, count + 1))
            read = tuple(pages.get((number, n), _blank(n)) for n in range(1, count + 1))
            result = ReadResult(identify(path), read) if pages else None
            draft = waiting_draft(
                by, name or path.name, path, (), result, {"pages": count, "whole": True},
                reason=Reason.SEVERAL_DOCUMENTS, message="已撤销拆分，恢复成投入时的样子，请人处理",
            )  # fmt: skip
            parts.append(BatchPart(draft, refs, cut=Cut.START))
        change = BatchChange(Op.BATCH_UNDONE, tuple(parts), {}, tuple(standing))
        event = archive.batches.change(batch, change, workspace.stamp(by))
        return tuple(archive.tray.get(part["item"]) for part in event.data["parts"])


def _are_whole(items: Iterator[TrayItem]) -> bool:
    return all(item.details.get("whole") for item in items)


def _pages(items: Sequence[TrayItem]) -> Iterator[tuple[tuple[int, int], PageText]]:
    """Yield what was read on the pages of parts, by file and number in the batch, the way up they came."""
    for item in filter(_is_part, items):
        result = unpack(item.reading)
        for ref, page in zip(_refs(item).values(), result.pages if result else (), strict=False):
            yield (ref.file, ref.number), _turned_page(replace(page, number=ref.number), -ref.turn)


def _left_out(workspace: Workspace, batch: str) -> list[int]:
    events = workspace.archive.batches.chain(batch).events
    return [n for event, _ in events for pages in event.data.get("left_out", {}).values() for n in pages]


def _blank(number: int) -> PageText:
    return PageText(number, "", (), "none", None, 0, None, None, on_paper=True, blank=True)


# ── the pages of an item ─────────────────────────────────────────────────────────────────────────────────
def _is_part(item: TrayItem) -> bool:
    return bool(item.batch and item.details.get("pages_of"))


def _refs(item: TrayItem) -> Mapping[int, PageRef]:
    """Return the pages of an item by their numbers in it, as its batch has them; of none, as the item itself has."""
    if _is_part(item):
        return dict(enumerate(map(PageRef.from_plain, item.details["pages_of"]), 1))
    count = max(1, int(item.details.get("pages", 0)))
    return {n: PageRef(n) for n in range(1, count + 1)}


def _turned(ref: PageRef, turn: int) -> PageRef:
    return replace(ref, turn=(ref.turn + turn) % 360)


def _turned_page(page: PageText, turn: int) -> PageText:
    """Return what was read of a page that has been turned clockwise: it stands as upright on the paper as before."""
    width, height = page.width_px, page.height_px
    if turn % 180:
        width, height = height, width
    return replace(page, rotation=(page.rotation - turn) % 360, width_px=width, height_px=height)


def _reading(item: TrayItem, group: Group) -> ReadResult | None:
    result = unpack(item.reading)
    if result is None:
        return None
    pages = {page.number: page for page in result.pages}
    chosen = (replace(_turned_page(pages[n], turn), number=k) for k, (n, turn) in enumerate(group, 1))
    return ReadResult(result.format, tuple(chosen))


def _text(item: TrayItem, group: Group) -> str:
    pages = item.text.split("\f")
    return "\f".join(pages[n - 1] if n <= len(pages) else "" for n, _ in group)
