"""Finding things again: a question to the index, and the index made again from the archive."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.result import Result
from archivist.api.search_pages import (
    STATUS_LABELS,
    FacetView,
    HitsWanted,
    facet_views,
    moved_meanwhile,
    next_mark,
    titles_of,
)
from archivist.api.waiting_hits import WaitingHit, waiting_hits
from archivist.errors import UsageError
from archivist.model.ids import Category
from archivist.os_reasons import reason_of
from archivist.search.paging import Page

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.search import engine
    from archivist.search.engine import Results
    from archivist.search.nearby import Meant
    from archivist.search.query_tree import Node
    from archivist.workspace import Workspace

_CASE_PART: Final = re.compile(r"[A-Za-z]{2,8}-?[A-Za-z]{2}-?[0-9-]*|[0-9-]{1,12}\*?")
"""What is a case number or part of one, not a name."""
_GAP: Final = r"[\s\u2010-\u2015\u2212－-]{0,3}"
_ID_SHAPED: Final = re.compile(
    rf"(?<![0-9A-Za-z０-９])[1-9１-９](?:(?:{_GAP}[0-9０-９]){{16}}{_GAP}[0-9０-９XxＸｘ×]|(?:{_GAP}[0-9０-９]){{14}})"
    r"(?![0-9A-Za-z０-９])"
)
"""However it is printed: in groups, full width, over the end of a line."""
_FIRST, _LAST = 6, 4
"""Characters of an ID number that are shown."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be worked out by a spreadsheet."""


@dataclass(frozen=True, slots=True)
class HitView:
    """A household, or a page of a record; see ``search.engine.Hit`` for the attributes.

    Attributes:
        type: the catalogue's id of the document type; empty for a household.
        handed_over: code of the office that answers for the household since a reorganisation; empty where this one does.
    """

    case: str
    record: str | None
    page: int | None
    title: str
    type: str
    applicant: str
    category: Category
    status: str
    filed_at: str
    snippet: str
    highlights: tuple[tuple[int, int], ...]
    why: str
    handed_over: str = ""

    @classmethod
    def of(cls, hit: engine.Hit) -> HitView:
        """Return a hit of the engine."""
        return cls(
            case=str(hit.case),
            record=hit.record,
            page=hit.page,
            title=hit.title,
            type=hit.doc_type,
            applicant=hit.applicant,
            category=hit.category,
            status=hit.status,
            filed_at=hit.filed_at,
            snippet=hit.snippet,
            highlights=hit.highlights,
            why=hit.why,
        )


@dataclass(frozen=True, slots=True)
class MeantWord:
    """A word that is found, one letter off one that is not, and some households in which it is."""

    word: str
    households: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchAnswer(Result):
    """One page of an answer; ``total`` is exact, or the most there can be. See ``search.engine.Results``.

    Attributes:
        notices: what people must know of it: that the index lacks something, so that papers may be missing; what else a
            word was searched as, and what was searched instead because nothing was found.
        meant: words that are found and are one letter off those asked for, when nothing was found.
        facets: the whole answer counted, when that was asked for.
        waiting: files in the tray (待认领) that are found too, with the first page of an answer; no part of ``total``.
        next: the mark by which the next page is asked for (``--after``); empty at the end.
    """

    SCHEMA: ClassVar[str] = "archivist/search/4"

    total: int
    exact: bool
    hits: tuple[HitView, ...]
    notices: tuple[str, ...] = ()
    meant: tuple[MeantWord, ...] = ()
    facets: tuple[FacetView, ...] = ()
    next: str = ""
    waiting: tuple[WaitingHit, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedHits:
    """A table of hits: where it is, and how many lines it has."""

    file: str
    hits: int


@dataclass(frozen=True, slots=True)
class Reindexed(Result):
    """How many cases the new index holds."""

    SCHEMA: ClassVar[str] = "archivist/reindex/1"

    cases: int


def search(
    workspace: Workspace,
    query: str,
    *,
    filters: Mapping[str, str] = {},
    wanted: HitsWanted = HitsWanted(),  # noqa: B008 — frozen
) -> SearchAnswer:
    """Answer a query; what the index was left without by a writer that died, it follows first.

    When nothing is found, what may have been meant is looked for: a slip of our own reading is put right, and said; words one
    letter off are named.

    Args:
        workspace: the open workspace.
        query: in the query language; may be empty when there are filters.
        filters: name of a field → value; ``case`` may be whatever names a household.
        wanted: which hits, in which order, and what is said of them.

    Raises:
        BadQuery: E401. IndexFault: E400. CaseNotFound: E201, AmbiguousCase: E003, of the filter ``case``.
    """
    notice = workspace.made_current()
    answer = answered(
        workspace.index.answer, query, household_named(workspace, filters), wanted,
        workspace=workspace, notices=(notice,) if notice else (),
    )  # fmt: skip
    return _with_custody(workspace, answer)


def household_named(workspace: Workspace, filters: Mapping[str, str]) -> Mapping[str, str]:
    """Return filters whose ``case``, where it is a name, is the number of that household.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003.
    """
    if "case" not in filters or _CASE_PART.fullmatch(filters["case"]):
        return filters
    return {**filters, "case": str(workspace.find_case(filters["case"]))}


def answered(
    ask: Callable[[Node, Page], Results],
    query: str,
    filters: Mapping[str, str],
    wanted: HitsWanted,
    *,
    workspace: Workspace,
    notices: Sequence[str],
) -> SearchAnswer:
    """Answer a query from any engine; see ``search``.

    Args:
        ask: puts a tree, with the page wanted of its answer.
        query: in the query language.
        filters: name of a field → value.
        wanted: of the answer.
        workspace: whose tray is looked through too, and whose titles document types have.
        notices: what people must know of the engine.
    """
    from archivist.search import query as queries

    mark = wanted.mark()
    page = wanted.page(mark)
    question = queries.read(query, filters, wanted.today)
    tree, found = question.tree, ask(question.tree, page)
    said = [
        *notices,
        *(
            f"“{word}”也按“{'”“'.join(other)}”查了；只查原词，请加引号"
            for word, other in question.also.items()
        ),
    ]
    meant: tuple[Meant, ...] = ()
    waiting: tuple[WaitingHit, ...] = ()
    if not (mark or wanted.offset):
        try:
            waiting = waiting_hits(workspace, tree, ask)
        except OSError as error:
            said.append(f"待认领没有查成（{reason_of(error)}），下面只有已归档的")
    if not found.total and not waiting:
        from archivist.api.search_help import other_query

        other = other_query(
            query, filters, tree, read=lambda one, others: queries.read(one, others, wanted.today).tree, ask=ask,
            workspace=workspace,
        )  # fmt: skip
        said.extend(other.said)
        meant = other.meant
        if other.tree is not None:
            tree, found = other.tree, ask(other.tree, page)
    if mark:
        from archivist.search.cursors import known_by

        mark.require(known_by(tree), wanted.sort)
        said.extend(moved_meanwhile(mark, found))
    hide: Callable[[str], str] = str if wanted.full else _masked
    return SearchAnswer(
        found.total, found.exact,
        tuple(replace(hit, snippet=hide(hit.snippet)) for hit in map(HitView.of, found.hits)),
        tuple(said), tuple(MeantWord(hide(m.word), tuple(map(str, m.households))) for m in meant),
        facet_views(found.facets, titles_of(workspace)), next_mark(tree, wanted, found),
        tuple(replace(one, name=hide(one.name), snippet=hide(one.snippet)) for one in waiting),
    )  # fmt: skip


def _masked(text: str) -> str:
    """Return a text with ID numbers as their first six and last four characters, as long as it was."""

    def hidden(match: re.Match[str]) -> str:
        digits = [at for at, char in enumerate(match[0]) if char.isalnum()]
        middle = {*digits[_FIRST:-_LAST]}
        return "".join("*" if at in middle else char for at, char in enumerate(match[0]))

    return _ID_SHAPED.sub(hidden, text)


def write_csv(answer: SearchAnswer, path: Path) -> SavedHits:
    """Write the hits of an answer into a table that nobody else may read.

    Args:
        answer: what was found.
        path: a file that does not exist yet.

    Raises:
        UsageError: E001, it exists, or cannot be written there.
    """
    import csv
    import io

    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(("户号", "户主", "类别", "件号", "页", "题名", "状态", "日期", "找到", "摘录"))
    for hit in answer.hits:
        row = (
            hit.case, hit.applicant, hit.category.label, hit.record or "", hit.page or "", hit.title,
            STATUS_LABELS.get(hit.status, hit.status), hit.filed_at[:10], hit.why, hit.snippet,
        )  # fmt: skip
        table.writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in row])
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text.getvalue().encode("utf-8-sig"))
    except FileExistsError:
        raise UsageError(
            "已有这个文件，没有覆盖", file=path.name, remedy="换一个文件名，或先移走它。"
        ) from None
    except OSError as error:
        raise UsageError(f"写不进去（{reason_of(error)}）", file=path.name) from error
    return SavedHits(str(path), len(answer.hits))


def _with_custody(workspace: Workspace, answer: SearchAnswer) -> SearchAnswer:
    """Return an answer that says for which of the households another office answers since a reorganisation."""
    handed = {str(number): one for number, one in workspace.archive.custody.readable().items()}
    hits = tuple(
        replace(hit, handed_over=handed[hit.case].to) if hit.case in handed else hit for hit in answer.hits
    )
    cases = sorted({hit.case for hit in hits if hit.handed_over})
    said = dict.fromkeys(handed[case].words for case in cases)
    elsewhere = [f"{words}：{'、'.join(c for c in cases if handed[c].words == words)}" for words in said]
    return replace(answer, hits=hits, notices=(*answer.notices, *elsewhere))


def reindex(workspace: Workspace, by: By, progress: Callable[[int, int], None] | None = None) -> Reindexed:
    """Make the index again from the archive; the old one answers meanwhile."""
    with workspace.archive.writing(by.actor):
        return Reindexed(workspace.index.rebuild(progress))
