"""Pages of the tray put in order: turned, parted, joined; and many items filed at once."""

from __future__ import annotations

from collections.abc import Callable

from archivist.api import page_images, rearranging, review
from archivist.api.rearranging import PageOfPart, Rearranged
from archivist.api.result import Problem
from archivist.api.review import Assignment
from archivist.errors import ArchivistError, TrayItemNotFound, UsageError
from archivist.web.pages import record, tray
from archivist.web.visit import Answer, Visit, to


def turn(visit: Visit) -> Answer:
    """Turn a page; only the angle is kept."""
    page = record.number(visit.said("page") or "1")
    listed = review.list_waiting(visit.workspace, per_page=0)
    try:
        rearranging.turn(visit.workspace, visit.by, visit.place["item"], page, 90)
    except TrayItemNotFound:
        return tray.gone(visit, listed)
    except ArchivistError as error:
        return tray.item_page(visit, visit.place["item"], listed, problem=Problem.of(error))
    return to(f"/tray/{visit.place['item']}?page={page}")


def ask_split(visit: Visit) -> Answer:
    """Show the pages of an item side by side, to say where a new paper begins.

    Raises:
        TrayItemNotFound: E104. DamagedFile: E212.
    """
    return _splitting(visit)


def split(visit: Visit) -> Answer:
    """Part an item where the person says; the parts are in its place, or filed where they are clear."""
    item = visit.place["item"]
    pages = page_images.pages_of_item(visit.workspace, item).pages
    cuts = {int(n) for n in visit.form.get("cut", ()) if n.isascii() and n.isdecimal()}
    parts: list[list[PageOfPart]] = []
    for number in range(1, pages + 1):
        if number == 1 or number in cuts:
            parts.append([])
        parts[-1].append(PageOfPart(number))
    return _rearranged(visit, lambda: rearranging.split(visit.workspace, visit.by, item, parts))


def unsplit(visit: Visit) -> Answer:
    """Put the files of a batch back as they came, while all its parts wait."""
    listed = review.list_waiting(visit.workspace, per_page=0)
    try:
        back = rearranging.undo(visit.workspace, visit.by, visit.place["item"])
    except TrayItemNotFound:
        return tray.gone(visit, listed)
    except ArchivistError as error:
        return tray.item_page(visit, visit.place["item"], listed, problem=Problem.of(error))
    return to(f"/tray/{back.items[0].item}")


def ask_join(visit: Visit) -> Answer:
    """Show what waits, to say which belong together and in which order."""
    return _joining(visit)


def join(visit: Visit) -> Answer:
    """Make one paper of several; refused where a page would be lost."""
    ticked = visit.form.get("item", ())
    if len(ticked) < 2:
        few = UsageError(
            "至少勾两件，才能合并", remedy="勾上属于同一份的几件，在“次序”里写先后。没有写入任何内容。"
        )
        return _joining(visit, problem=Problem.of(few))
    places = {item: visit.said(f"at-{item}") for item in ticked}
    order = sorted(ticked, key=lambda item: int(places[item]) if places[item].isdecimal() else len(ticked))
    try:
        done = rearranging.join(visit.workspace, visit.by, order)
    except TrayItemNotFound:
        return tray.gone(visit, review.list_waiting(visit.workspace, per_page=0))
    except ArchivistError as error:
        return _joining(visit, problem=Problem.of(error))
    return to(f"/tray/{done.review[0].item}" if done.review else "/tray")


def ask_bulk(visit: Visit) -> Answer:
    """Show what waits in rows, file → household → type, those with one candidate of each filled in; nothing is ticked for anybody."""
    return _bulk(visit)


def bulk(visit: Visit) -> Answer:
    """File every ticked row for itself; what stays says why in its row."""
    ticked = visit.form.get("item", ())
    if visit.said("count") != str(len(ticked)):
        return _bulk(
            visit, hint=f"勾了 {len(ticked)} 件，确认的件数写的是“{visit.said('count')}”，没有归入。"
        )
    wanted = [Assignment(item, visit.said(f"case-{item}"), visit.said(f"type-{item}")) for item in ticked]
    try:
        done = review.assign(visit.workspace, lambda: visit.by, wanted)
    except ArchivistError as error:
        return _bulk(visit, problem=Problem.of(error))
    return _bulk(visit, filed=done.filed, failed=done.failed)


def _bulk(visit: Visit, **said: object) -> Answer:
    listed = review.list_waiting(visit.workspace, per_page=0)
    refused = bool(said.get("problem") or said.get("hint") or said.get("failed"))
    told = {"problem": None, "hint": "", "filed": (), "failed": ()} | said
    ticked = visit.form.get("item", ()) or (visit.asked.get("item", ""),)
    return visit.page(
        "tray_bulk.html",
        status=409 if refused else 200,
        items=listed.items,
        ticked=ticked,
        said=visit.said,
        **told,
    )


def _splitting(visit: Visit, *, problem: Problem | None = None) -> Answer:
    entry = review.show_waiting(visit.workspace, visit.place["item"])
    paged = page_images.pages_of_item(visit.workspace, entry.item.item)
    begins = {part[0] for part in entry.item.proposal if part} - {1}
    cuts = {int(n) for n in visit.form.get("cut", ()) if n.isascii() and n.isdecimal()} if problem else begins
    return visit.page(
        "tray_split.html",
        status=409 if problem else 200,
        item=entry.item,
        paged=paged,
        cuts=cuts,
        problem=problem,
    )


def _joining(visit: Visit, *, problem: Problem | None = None) -> Answer:
    listed = review.list_waiting(visit.workspace, per_page=0)
    ticked = visit.form.get("item", ()) or (visit.asked.get("item", ""),)
    return visit.page(
        "tray_join.html",
        status=409 if problem else 200,
        items=listed.items,
        ticked=ticked,
        said=visit.said,
        problem=problem,
    )


def _rearranged(visit: Visit, act: Callable[[], Rearranged]) -> Answer:
    try:
        done = act()
    except TrayItemNotFound:
        return tray.gone(visit, review.list_waiting(visit.workspace, per_page=0))
    except ArchivistError as error:
        return _splitting(visit, problem=Problem.of(error))
    return to(f"/tray/{done.review[0].item}" if done.review else "/tray")
