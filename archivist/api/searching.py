"""Finding things again: a question to the index, and the index made again from the archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.model.ids import Category

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.search import engine
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class HitView:
    """A household, or a page of a record; see ``search.engine.Hit`` for the attributes.

    Attributes:
        type: the catalogue's id of the document type; empty for a household.
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
class SearchAnswer(Result):
    """One page of an answer; ``total`` is exact, or the most there can be. See ``search.engine.Results``.

    Attributes:
        notices: what people must know of it: that the index lacks something, so that papers may be missing; what else a
            word was searched as.
    """

    SCHEMA: ClassVar[str] = "archivist/search/2"

    total: int
    exact: bool
    hits: tuple[HitView, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reindexed(Result):
    """How many cases the new index holds."""

    SCHEMA: ClassVar[str] = "archivist/reindex/1"

    cases: int


def search(
    workspace: Workspace, query: str, *, filters: Mapping[str, str] = {}, limit: int = 20, offset: int = 0
) -> SearchAnswer:
    """Answer a query; what the index was left without by a writer that died, it follows first.

    Args:
        workspace: the open workspace.
        query: in the query language; may be empty when there are filters.
        filters: name of a field → value.
        limit: hits shown at most.
        offset: hits passed over, from 0.

    Raises:
        BadQuery: E401. IndexFault: E400.
    """
    from archivist.search import query as queries

    question = queries.read(query, filters)
    notice = workspace.made_current()
    found = workspace.index.answer(question.tree, limit=limit, offset=offset)
    notices = [notice] if notice else []
    notices += [
        f"“{word}”也按“{'”“'.join(other)}”查了；只查原词，请加引号" for word, other in question.also.items()
    ]
    return SearchAnswer(found.total, found.exact, tuple(map(HitView.of, found.hits)), tuple(notices))


def reindex(workspace: Workspace, by: By, progress: Callable[[int, int], None] | None = None) -> Reindexed:
    """Make the index again from the archive; the old one answers meanwhile."""
    with workspace.archive.writing(by.actor):
        return Reindexed(workspace.index.rebuild(progress))
