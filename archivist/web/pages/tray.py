"""待认领: what a person must look at, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archivist.api import page_images, review, tray_marks, undoing
from archivist.api.result import Problem
from archivist.api.review import Assignment, TrayList
from archivist.api.tray_view import TrayFilter, WaitingItem
from archivist.errors import ArchivistError, RecordNotFound, TrayItemNotFound
from archivist.web.pages import record
from archivist.web.visit import Answer, Visit, to

_KEYS: Final = "ABCDEFGHI"


def show(visit: Visit) -> Answer:
    """Show the first item that waits; an empty tray says what was done."""
    return _first(visit)


def show_item(visit: Visit) -> Answer:
    """Show one item with what speaks for which household and which type.

    Raises:
        DamagedFile: E212.
    """
    return item_page(visit, visit.place["item"], _listed(visit))


def image(visit: Visit) -> Answer:
    """Answer with a page of a waiting file as a picture; which it is is on record before it leaves.

    Raises:
        TrayItemNotFound: E104. DamagedFile: E212. UnreadableFile: E101. FileTooLarge: E102. AccessNotLogged: E213.
    """
    return record.picture(visit, page_images.pages_of_item(visit.workspace, visit.place["item"]))


def original(visit: Visit) -> Answer:
    """Answer with a waiting file as it came, to be saved.

    Raises:
        TrayItemNotFound: E104. DamagedFile: E212. AccessNotLogged: E213.
    """
    entry = review.show_waiting(visit.workspace, visit.place["item"])
    return record.saved(visit, [entry.item.item], entry.path.read_bytes, entry.item.name)


def file(visit: Visit) -> Answer:
    """File an item where the person says, and go on to the next; what is refused says why, beside what was chosen."""
    item, case, kind = (
        visit.place["item"],
        visit.said("other_case") or visit.said("case"),
        visit.said("other_type") or visit.said("type"),
    )
    listed = _listed(visit)
    if not case:
        return item_page(visit, item, listed, hint="先选一户。", chosen=(case, kind))
    after = after_item(listed.items, item)
    try:
        done = review.assign(
            visit.workspace,
            lambda: visit.by,
            [Assignment(item, case, kind)],
            reason=visit.said("reason"),
            signs=visit.said("signs") or None,
            keep_duplicate=visit.said("keep_duplicate") == "1",
        )
        failed = done.failed[0].problem if done.failed else None
    except TrayItemNotFound:
        return gone(visit, listed)
    except ArchivistError as error:
        failed = Problem.of(error)
    if failed:
        return item_page(visit, item, listed, problem=failed, chosen=(case, kind))
    said = f"done={done.filed[0].case}.{done.filed[0].record}"
    return to(onwards(visit, after, said))


def take_back(visit: Visit) -> Answer:
    """Take back what the person just filed: it waits again, and is shown; what stands against it is said, and nothing is done."""
    try:
        item = undoing.take_back_filing(visit.workspace, visit.by, visit.said("case"), visit.said("record"))
    except ArchivistError as error:
        return _first(visit, problem=Problem.of(error))
    return to(f"/tray/{item}")


def hand_back(visit: Visit) -> Answer:
    """Give an item back that is no household's.

    Raises:
        DamagedFile: E212. OnHold: E601.
    """
    listed = _listed(visit)
    after = after_item(listed.items, visit.place["item"])
    try:
        review.hand_back(visit.workspace, visit.by, visit.place["item"])
    except TrayItemNotFound:
        return gone(visit, listed)
    return to(onwards(visit, after))


def after_item(items: Sequence[WaitingItem], item: str) -> str:
    """Return the item after one, or the first where it was the last; empty where none is left."""
    ids = [i.item for i in items]
    at = ids.index(item) if item in ids else -1
    rest = ids[at + 1 :] + ids[: max(at, 0)]
    return rest[0] if rest else ""


def onwards(visit: Visit, item: str, said: str = "") -> str:
    """Return the address of an item, or of the empty tray, with what was just done and the reason the list is narrowed to."""
    why = visit.said("why")
    words = "&".join(filter(None, (said, f"why={why}" if why.isascii() and why.isidentifier() else "")))
    return (f"/tray/{item}" if item else "/tray") + (f"?{words}" if words else "")


def gone(visit: Visit, listed: TrayList) -> Answer:
    """Say that somebody else was quicker, who, and what they did."""
    digest = visit.said("digest")
    there = tray_marks.whereabouts(visit.workspace, digest) if len(digest) == 64 else None
    return visit.page("tray_gone.html", status=409, left=len(listed.items), there=there)


def _first(visit: Visit, *, problem: Problem | None = None) -> Answer:
    listed = _listed(visit)
    if listed.items:
        return item_page(visit, listed.items[0].item, listed, problem=problem)
    return visit.page(
        "tray_empty.html",
        status=409 if problem else 200,
        damaged=listed.damaged,
        done=_done(visit),
        why=visit.said("why") or visit.asked.get("why", ""),
        problem=problem,
    )


def _listed(visit: Visit) -> TrayList:
    why = visit.said("why") or visit.asked.get("why", "")
    return review.list_waiting(visit.workspace, TrayFilter(reason=why), per_page=0)


def _done(visit: Visit) -> tuple[str, page_images.PagedFile, bool] | None:
    """Return what was just filed, as the address says, and whether it can go back; nothing where that is not there."""
    case, _, number = visit.asked.get("done", "").rpartition(".")
    if not case:
        return None
    try:
        paged = page_images.pages_of_record(visit.workspace, case, number)
        filed = page_images.record_of(visit.workspace.archive.read(visit.workspace.find_case(case)), number)
    except (ArchivistError, RecordNotFound):
        return None
    return filed.title, paged, not filed.signs


def item_page(
    visit: Visit,
    item: str,
    listed: TrayList,
    *,
    problem: Problem | None = None,
    hint: str = "",
    chosen: tuple[str, str] = ("", ""),
) -> Answer:
    """Show an item; ``problem`` or ``hint`` says why what was asked for it was not done."""
    try:
        entry = review.show_waiting(visit.workspace, item)
    except TrayItemNotFound:
        return gone(visit, listed)
    shown, ids = entry.item, [i.item for i in listed.items]
    paged = page_images.pages_of_item(visit.workspace, shown.item)
    page = min(record.number(visit.asked.get("page", "1")), paged.pages)
    seen = tray_marks.seen(visit.workspace, shown, paged)
    case = chosen[0] or (shown.households[0].case if shown.suggested else "")
    kind = chosen[1] or (shown.types[0].type if len(shown.types) == 1 else "")
    known = {h.case for h in seen.households}, {t.type for t in seen.types}
    at = ids.index(shown.item) if shown.item in ids else -1
    return visit.page(
        "tray.html",
        status=409 if problem else 200,
        items=listed.items, at=at + 1, damaged=listed.damaged, why=visit.said("why") or visit.asked.get("why", ""),
        reasons=_reasons(visit), item=shown, paged=paged, page=page, seen=seen, keys=_KEYS,
        size=paged.sizes.get(page, (1240, 1754)), text=paged.texts[page - 1] if page <= len(paged.texts) else "",
        case=case if case in known[0] else "", kind=kind if kind in known[1] else "",
        other_case="" if case in known[0] else case, other_type="" if kind in known[1] else kind,
        reason=visit.said("reason"), problem=problem, hint=hint, done=_done(visit),
        next=ids[at + 1] if 0 <= at < len(ids) - 1 else "", before=ids[at - 1] if at > 0 else "",
        watchers=visit.office.looking(shown.item, visit.by.actor),
    )  # fmt: skip


def _reasons(visit: Visit) -> list[tuple[str, str, int]]:
    """Return why things wait: the word, what people call it, and how many do."""
    counts: dict[tuple[str, str], int] = {}
    for one in review.list_waiting(visit.workspace, per_page=0).items:
        counts[one.reason, one.reason_label] = counts.get((one.reason, one.reason_label), 0) + 1
    return [(word, label, count) for (word, label), count in counts.items()]
