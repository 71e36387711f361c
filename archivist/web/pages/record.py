"""件: one filed paper with its pages, what was read on them, what was looked for, and where it may go."""

from __future__ import annotations

import mimetypes
from typing import Final

from archivist.api import case_file, page_images, refiling
from archivist.api.case_file import CaseFile, FiledRecord
from archivist.api.page_images import PagedFile, PlacedText
from archivist.api.result import Problem
from archivist.errors import ArchivistError, DamagedFile, RecordNotFound
from archivist.os_reasons import reason_of
from archivist.web.pages.household import unchanged
from archivist.web.visit import Answer, Visit, to

_WORDS: Final = 10
"""So many words of a question are looked for on a page."""


def show(visit: Visit) -> Answer:
    """Show a page of a record, with what was looked for boxed on it.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202. RecordNotFound: E206.
    """
    return _page(visit)


def image(visit: Visit) -> Answer:
    """Answer with a page as a picture; whose it is is on record before it leaves.

    Raises:
        RecordNotFound: E206. UnreadableFile: E101. FileTooLarge: E102. AccessNotLogged: E213. Else see ``show``.
    """
    paged = page_images.pages_of_record(visit.workspace, visit.place["case"], visit.place["record"])
    return picture(visit, paged)


def picture(visit: Visit, paged: PagedFile) -> Answer:
    """Answer with a page of a record or of a waiting file."""
    visit.record([paged.whose])
    made = page_images.page_image(
        visit.workspace,
        visit.office.drawing,
        paged,
        number(visit.place["page"]),
        small=visit.asked.get("small") == "1",
    )
    return Answer(made.file.read_bytes(), kind="image/jpeg")


def original(visit: Visit) -> Answer:
    """Answer with a file of the record as it is kept, to be saved and never shown by the browser itself.

    Raises:
        RecordNotFound: E206, or it has no such file. DamagedFile: E212, it cannot be read. AccessNotLogged: E213.
    """
    file, record = _found(visit)
    at = number(visit.asked.get("file", "1"))
    if at > len(record.files):
        raise RecordNotFound(f"第 {record.record} 件没有第 {at} 个文件", file=file.case)
    path = visit.workspace.archive.root / "cases" / file.case / record.files[at - 1].path
    return saved(visit, [file.case], path.read_bytes, path.name)


def saved(visit: Visit, names: list[str], read: object, name: str) -> Answer:
    """Answer with bytes to be saved; whom they name is on record first, each time.

    Raises:
        DamagedFile: E212. AccessNotLogged: E213.
    """
    visit.record(names, again=True)
    assert callable(read)
    try:
        data = read()
    except OSError as error:
        raise DamagedFile(
            f"读不出来（{reason_of(error)}）", file=name, remedy="运行 archivist verify 查明。"
        ) from error
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Answer(data, kind=kind, file_name=name)


def move(visit: Visit) -> Answer:
    """Move a record to the household it belongs to; what is refused says why beside what was typed."""
    case, record = visit.place["case"], visit.place["record"]
    try:
        with unchanged(visit):
            done = refiling.move_record(
                visit.workspace,
                visit.by,
                case,
                record,
                visit.said("target"),
                type=visit.said("type") or None,
                reason=visit.said("reason"),
            )
    except ArchivistError as error:
        return _page(visit, problem=Problem.of(error))
    return to(f"/case/{done.to_case}/{done.to_record}")


def retype(visit: Visit) -> Answer:
    """Give a record the type it is; what is refused says why."""
    case, record = visit.place["case"], visit.place["record"]
    try:
        with unchanged(visit):
            refiling.retype_record(
                visit.workspace, visit.by, case, record, visit.said("type"), reason=visit.said("reason")
            )
    except ArchivistError as error:
        return _page(visit, problem=Problem.of(error))
    return to(f"/case/{case}/{record}")


def number(text: str) -> int:
    """Return a page as an address names it; the first where it names none."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _found(visit: Visit) -> tuple[CaseFile, FiledRecord]:
    file = case_file.show_case(visit.workspace, visit.place["case"])
    asked = visit.place["record"].rjust(4, "0")
    for record in file.records:
        if record.record == asked:
            return file, record
    page_images.record_of(visit.workspace.archive.read(visit.workspace.find_case(file.case)), asked)
    raise RecordNotFound(f"没有第 {asked} 件", file=file.case)


def _page(visit: Visit, *, problem: Problem | None = None) -> Answer:
    file, record = _found(visit)
    paged = page_images.pages_of_record(visit.workspace, file.case, record.record)
    page = min(number(visit.asked.get("page", "1")), paged.pages)
    question = visit.asked.get("q", "").strip()
    hits, why = _hits(visit, paged, page, question)
    numbers = [one.record for one in file.records]
    at = numbers.index(record.record)
    return visit.page(
        "record.html",
        status=409 if problem else 200, problem=problem, typed={k: visit.said(k) for k in ("target", "type", "reason")},
        file=file, record=record, paged=paged, page=page, q=question, hits=hits, why=why,
        text=paged.texts[page - 1] if page <= len(paged.texts) else "",
        at=at + 1, before=numbers[at - 1] if at else "", after=numbers[at + 1] if at + 1 < len(numbers) else "",
        others={one.record: one.title for one in file.records}, putting_right=visit.asked.get("put") == "right",
    )  # fmt: skip


def _hits(visit: Visit, paged: PagedFile, page: int, question: str) -> tuple[tuple[PlacedText, ...], str]:
    """Return where on a page the words of a question stand, and why that cannot be told."""
    if not question or paged.file is None:
        return (), paged.why
    try:
        lines = page_images.lines_on(visit.workspace, visit.office.drawing, paged, page)
    except ArchivistError as error:
        return (), error.what
    return page_images.marked(lines, question.split()[:_WORDS]), ""
