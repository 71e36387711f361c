"""The queue of the printer: what waits for signature as one PDF for both sides of the paper, with a list to tick."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.inbox import parse_record
from archivist.api.parcels import ParcelItem, into_pdf
from archivist.api.result import Result
from archivist.errors import PdfUnavailable, UsageError

if TYPE_CHECKING:
    from archivist.issuing.print_queue import ReadyPaper, WaitingPaper
    from archivist.model.by import By
    from archivist.model.ids import CaseNo
    from archivist.workspace import Workspace

FOLDER: Final = "打印"
"""Where it goes within the outbox when no file is named."""
_LIST: Final = "待签文书清单"
_TITLE: Final = "待签文书"
_COLUMNS: Final = (
    ("√", 8.0), ("序", 9.0), ("村（社区）", 28.0), ("申请人", 25.0), ("户号", 42.0), ("件", 12.0), ("文书", 43.0), ("页", 9.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """A document of the queue.

    Attributes:
        case: of the household; empty for a document of the office, which has no ``record`` either.
        place: the village or community; empty where nobody knows it.
        pages: sides that are printed on; 0 in a trial run, and where it could not be printed.
        first_page: of the whole PDF, always a front side; 0 likewise.
        problem: why it is not in the PDF; empty where it is.
    """

    case: str
    record: str
    title: str
    doc_no: str
    applicant: str
    place: str
    pages: int = 0
    first_page: int = 0
    problem: str = ""

    @classmethod
    def of(cls, paper: WaitingPaper, pages: int = 0, first_page: int = 0, problem: str = "") -> PrintedPaper:
        """Return a document that waits, with what became of it."""
        return cls(
            case=str(paper.case or ""),
            record=paper.no,
            title=paper.title,
            doc_no=paper.doc_no,
            applicant=paper.applicant,
            place=paper.place,
            pages=pages,
            first_page=first_page,
            problem=problem,
        )


@dataclass(frozen=True, slots=True)
class PrintQueue(Result):
    """What waits for signature, in the order of the route: the office's own, then village, household, record.

    Attributes:
        papers: all of it, those that could not be printed too.
        unread: households that may have some and could not be read (未检), and why.
        file: the PDF; ``None`` in a trial run, and where nothing waits.
        pages: of the PDF, blank sides counted.
        list_problem: why the list to tick is not before the documents; empty where it is.
    """

    SCHEMA: ClassVar[str] = "archivist/print-queue/1"

    papers: tuple[PrintedPaper, ...]
    unread: tuple[str, ...]
    file: Path | None = None
    pages: int = 0
    list_problem: str = ""

    @property
    def failed(self) -> tuple[PrintedPaper, ...]:
        """Those that are not in the PDF."""
        return tuple(paper for paper in self.papers if paper.problem)


def print_queue(
    workspace: Workspace,
    by: By,
    *,
    today: bool = False,
    papers: Sequence[tuple[str, str]] = (),
    out: Path | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> PrintQueue:
    """Put what waits for signature into one PDF: a list to tick, then each document from a front side on.

    Nothing in the archive changes. What cannot be converted is named, the rest is made.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        today: only what was issued today.
        papers: only these: household, as people name it, and number of the record, which is printed whether it waits or wants no
            signature; without a number whatever of the household waits. One record alone has no list before it.
        out: the file; by default one in the outbox whose name names nobody.
        dry_run: only say what would be printed.
        progress: told of each document, with how many are done and of how many.

    Raises:
        PdfUnavailable: E306, nothing of it can be converted. UsageError: E001, the file is there already, or a record without its household.
        CaseNotFound: E201. AmbiguousCase: E003.
        IndexFault: E400. WriteFailed: E204. AccessNotLogged: E213, before anything is written.
    """
    from archivist.issuing import print_queue as queue

    found, unread = queue.waiting(workspace, by.today.isoformat() if today else "")
    office = queue.of_office(workspace, by.today, days=1 if today else queue.OFFICE_DAYS)
    found = _only(workspace, found, papers) if papers else [*office, *found]
    if dry_run or not found:
        return PrintQueue(tuple(map(PrintedPaper.of, found)), tuple(unread))
    target = out or workspace.archive.outbox / FOLDER / f"待签 {by.time:%Y%m%d-%H%M%S}.pdf"
    if target.exists():
        raise UsageError(f"{target.name} 已经存在，不覆盖", remedy="换一个文件名，或先移走它。")
    workspace.archive.access.disclose({paper.case for paper in found if paper.case})
    with tempfile.TemporaryDirectory(prefix="archivist-print-") as name:
        ready = []
        for one in queue.ready(found, Path(name)):
            ready.append(one)
            if progress:
                progress(len(ready), len(found))
        if not any(one.pdf for one in ready):
            raise PdfUnavailable(
                f"待签的 {len(found)} 件都不能打印",
                problems=[f"{one.paper.named}：{one.problem}" for one in ready],
            )
        alone = len(papers) == 1 and bool(papers[0][1])
        return _bound(ready, unread, by, Path(name), target, listed=not alone)


def _only(
    workspace: Workspace, found: list[WaitingPaper], papers: Sequence[tuple[str, str]]
) -> list[WaitingPaper]:
    from archivist.issuing import print_queue as queue

    wanted: dict[tuple[CaseNo, str], WaitingPaper] = {}
    for case, record in papers:
        if not case:
            raise UsageError("只打印一件的，要写明是哪一户的")
        number, no = workspace.find_case(case), parse_record(record)
        one = queue.of_record(workspace, number, no) if no else None
        for paper in [one] if one else [p for p in found if p.case == number and not no]:
            wanted[number, paper.no] = paper
    return sorted(wanted.values(), key=queue.route)


def _bound(
    ready: list[ReadyPaper], unread: list[str], by: By, work: Path, target: Path, *, listed: bool
) -> PrintQueue:
    cover, sides, why = _cover(ready, by, work) if listed else (None, 0, "")
    papers, items = [], [ParcelItem(None, _LIST, (cover,))] if cover else []
    at = sides + sides % 2 + 1
    for one in ready:
        papers.append(PrintedPaper.of(one.paper, one.pages, at if one.pdf else 0, one.problem))
        if one.pdf:
            items.append(
                ParcelItem(str(one.paper.case) if one.paper.case else None, one.paper.title, (one.pdf,))
            )
            at += one.pages + one.pages % 2
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return PrintQueue(tuple(papers), tuple(unread), target, into_pdf(items, target, _TITLE), why)


def _cover(ready: list[ReadyPaper], by: By, work: Path) -> tuple[Path | None, int, str]:
    """Make the list to tick; return it, its sides, and why there is none."""
    from archivist.documents.render.pdf import to_pdf
    from archivist.documents.render.tick_list import tick_list
    from archivist.reading.formats.pdf import count_pages

    rows = [
        (
            "□" if one.pdf else "×",
            str(n),
            one.paper.place or "（未填）",
            one.paper.applicant or "—",
            str(one.paper.case or "—"),
            one.paper.no or "—",
            one.paper.title + (f"（未打印：{one.problem}）" if one.problem else ""),
            str(one.pages or "—"),
        )
        for n, one in enumerate(ready, 1)
    ]
    about = f"{by.time.year}年{by.time.month}月{by.time.day}日 {by.time:%H:%M}　共 {sum(1 for one in ready if one.pdf)} 件；签章后打勾，扫描后放回收件箱"
    source = work / "清单.docx"
    source.write_bytes(tick_list(_LIST, about, _COLUMNS, rows))
    try:
        (made,) = to_pdf([source], work / "cover")
    except PdfUnavailable as error:
        return None, 0, error.what
    return made, count_pages(made), ""
