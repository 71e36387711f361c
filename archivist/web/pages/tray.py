"""待认领: what a person must look at, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from archivist.api import page_images, review
from archivist.api.result import Problem
from archivist.api.review import Assignment
from archivist.api.tray_view import WaitingItem
from archivist.errors import ArchivistError, TrayItemNotFound
from archivist.web.pages import record
from archivist.web.visit import Answer, Visit, to


def show(visit: Visit) -> Answer:
    """Show the first item that waits; an empty tray says what was done."""
    listed = review.list_waiting(visit.workspace, per_page=0)
    if not listed.items:
        return visit.page("tray_empty.html", damaged=listed.damaged)
    return _item(visit, listed.items[0].item, listed)


def show_item(visit: Visit) -> Answer:
    """Show one item with what speaks for which household and which type.

    Raises:
        DamagedFile: E212.
    """
    return _item(visit, visit.place["item"], review.list_waiting(visit.workspace, per_page=0))


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
    listed = review.list_waiting(visit.workspace, per_page=0)
    if not case:
        return _item(visit, item, listed, problem=None, hint="先选一户。", chosen=(case, kind))
    after = _after(listed.items, item)
    try:
        done = review.assign(
            visit.workspace,
            lambda: visit.by,
            [Assignment(item, case, kind)],
            reason=visit.said("reason"),
            signs=visit.said("signs") or None,
        )
        failed = done.failed[0].problem if done.failed else None
    except TrayItemNotFound:
        return _gone(visit, listed)
    except ArchivistError as error:
        failed = Problem.of(error)
    if failed:
        return _item(visit, item, listed, problem=failed, chosen=(case, kind))
    return to(f"/tray/{after}" if after else "/tray")


def hand_back(visit: Visit) -> Answer:
    """Give an item back that is no household's.

    Raises:
        DamagedFile: E212. OnHold: E601.
    """
    listed = review.list_waiting(visit.workspace, per_page=0)
    after = _after(listed.items, visit.place["item"])
    try:
        review.hand_back(visit.workspace, visit.by, visit.place["item"])
    except TrayItemNotFound:
        return _gone(visit, listed)
    return to(f"/tray/{after}" if after else "/tray")


def _after(items: Sequence[WaitingItem], item: str) -> str:
    """Return the item after one, or the first where it was the last; empty where none is left."""
    ids = [i.item for i in items]
    at = ids.index(item) if item in ids else -1
    rest = ids[at + 1 :] + ids[: max(at, 0)]
    return rest[0] if rest else ""


def _gone(visit: Visit, listed: review.TrayList) -> Answer:
    """Say that somebody else was quicker."""
    return visit.page("tray_gone.html", status=409, left=len(listed.items))


def _item(
    visit: Visit,
    item: str,
    listed: review.TrayList,
    *,
    problem: Problem | None = None,
    hint: str = "",
    chosen: tuple[str, str] = ("", ""),
) -> Answer:
    try:
        entry = review.show_waiting(visit.workspace, item)
    except TrayItemNotFound:
        return _gone(visit, listed)
    ids = [i.item for i in listed.items]
    shown = entry.item
    case = chosen[0] or (shown.households[0].case if shown.suggested else "")
    kind = chosen[1] or (shown.types[0].type if len(shown.types) == 1 else "")
    return visit.page(
        "tray.html",
        status=409 if problem else 200,
        items=listed.items, at=ids.index(shown.item) + 1 if shown.item in ids else 0, damaged=listed.damaged,
        item=shown, text=entry.text, case=case, kind=kind, problem=problem, hint=hint,
        signs={c.case: [e for e in shown.evidence if e.speaks_for == c.case] for c in shown.households},
    )  # fmt: skip
