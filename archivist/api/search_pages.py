"""What is wanted of an answer besides its hits, and what is said of it: its order, the next page, how many there are of each kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from archivist.errors import ArchivistError, UsageError
from archivist.model.case import CaseStatus
from archivist.model.ids import Category
from archivist.model.record import VOIDED, RecordStatus
from archivist.search.paging import Facet, Facets, Page, Passed, SortBy

if TYPE_CHECKING:
    from archivist.search.cursors import PageMark
    from archivist.search.engine import Results
    from archivist.search.query_tree import Node
    from archivist.workspace import Workspace

ORDERS: Final[Mapping[str, SortBy]] = {sort.value: sort for sort in SortBy}
"""In which order hits may come, by the word of the option."""
STATUS_LABELS: Final[Mapping[str, str]] = {
    **{status.value: status.label for status in (*RecordStatus, *CaseStatus)},
    VOIDED: "已作废",
}
"""What the status of a hit is called."""
_NO_VALUE: Final = {Facet.VILLAGE: "没有填写", Facet.TYPE: "户档信息", Facet.STEP: "户档信息"}


@dataclass(frozen=True, slots=True)
class HitsWanted:
    """What is wanted of an answer.

    Attributes:
        limit: hits shown at most.
        offset: hits passed over, from 0.
        after: the mark at the end of the page before; empty to begin at the beginning.
        sort: the order.
        facets: whether the whole answer is counted by category, year, village, type, status and step.
        full: whether ID numbers are shown whole.
        today: the day of which 本月 and the like are said.
    """

    limit: int = 20
    offset: int = 0
    after: str = ""
    sort: SortBy = SortBy.DATE
    facets: bool = False
    full: bool = False
    today: dt.date | None = None

    def mark(self) -> PageMark | None:
        """Return where the page before ended; ``None`` at the beginning.

        Raises:
            BadQuery: E401, it is no mark. UsageError: E001, hits are to be passed over besides.
        """
        if not self.after:
            return None
        if self.offset:
            raise UsageError("--after 与 --offset 不能一起用", remedy="接着上一页看，只写 --after。")
        from archivist.search.cursors import PageMark

        return PageMark.read(self.after)

    def page(self, mark: PageMark | None) -> Page:
        """Return the part of the answer that an engine is asked for."""
        after = mark.last if mark else None
        return Page(max(self.limit, 0), max(self.offset, 0), after, self.sort, self.facets)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value (as the query language takes it), what it is called, how many hits have it. Empty: those that have none."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetView:
    """The whole answer counted by one facet, the most frequent value first; the counts add up to the total."""

    facet: Facet
    label: str
    values: tuple[FacetValue, ...]


def facet_views(facets: Facets | None, title_of: Callable[[str], str]) -> tuple[FacetView, ...]:
    """Return what was counted, in the words of people.

    Args:
        facets: as an engine counted them.
        title_of: returns what a document type is called.
    """

    def label(facet: Facet, value: str) -> str:
        if not value:
            return _NO_VALUE.get(facet, "")
        match facet:
            case Facet.CATEGORY:
                return Category(value).label
            case Facet.TYPE:
                return title_of(value)
            case Facet.STATUS:
                return STATUS_LABELS.get(value, value)
            case _:
                return value

    return tuple(
        FacetView(
            facet,
            facet.label,
            tuple(
                FacetValue(value, label(facet, value), count)
                for value, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            ),
        )
        for facet, counts in (facets or {}).items()
    )


_FIELDS: Final = {
    Facet.CATEGORY: "类别", Facet.YEAR: "日期", Facet.VILLAGE: "村", Facet.TYPE: "文书", Facet.STATUS: "状态", Facet.STEP: "环节",
}  # fmt: skip


def narrowed(query: str, facet: Facet, value: str) -> str:
    """Return a query that asks for those of its hits that have a value of a facet; empty where none asks for them alone.

    None does for hits that have no value, nor for the status of a household, which its papers are found by too.

    Raises:
        BadQuery: E001, it is no query.
    """
    from archivist.search.query import parse
    from archivist.search.query_tree import Or

    if not value or (facet is Facet.STATUS and value in {*CaseStatus}):
        return ""
    whole = f"({query})" if isinstance(parse(query), Or) else query
    said = f'"{value}"' if facet in (Facet.VILLAGE, Facet.STEP) else value
    return f"{whole} {_FIELDS[facet]}:{said}"


def titles_of(workspace: Workspace) -> Callable[[str], str]:
    """Return what tells the title of a document type; of one that is gone, its id."""

    def title(document: str) -> str:
        try:
            return workspace.catalogue.get(document).title
        except ArchivistError:
            return document

    return title


def next_mark(tree: Node, wanted: HitsWanted, found: Results) -> str:
    """Return the mark by which the page after this one is asked for; empty when there is none, or nobody knows what lies before."""
    passed = found.before or (None if wanted.offset else Passed())
    if passed is None or not found.hits:
        return ""
    passed = passed.and_then(hit.place for hit in found.hits)
    if passed.count >= found.total or (not found.exact and len(found.hits) < wanted.limit):
        return ""
    from archivist.search.cursors import PageMark, known_by

    return PageMark(known_by(tree), wanted.sort, found.hits[-1].place, passed).written()


def moved_meanwhile(mark: PageMark | None, found: Results) -> Sequence[str]:
    """Return what is to be said when the pages before are no more what they were when they were shown."""
    if mark is None or found.before is None or found.before == mark.passed:
        return ()
    more = found.before.count - mark.passed.count
    how = f"多了 {more} 条" if more > 0 else f"少了 {-more} 条" if more < 0 else "有增有减"
    return (f"翻页之间档案有变动：已看过的各页现在{how}。这一页接着上一页的最后一条；要看变动，请从头查",)
