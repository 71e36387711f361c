"""What a query finds among the files that wait in the tray (待认领): nobody's papers yet, so under a heading of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from archivist.api.search_pages import titles_of
from archivist.search.paging import Page

if TYPE_CHECKING:
    from archivist.model.ids import CaseNo
    from archivist.search.engine import Results
    from archivist.search.query_tree import HasPerson, Node
    from archivist.workspace import Workspace

_MOST_HOUSEHOLDS: Final = 10_000


@dataclass(frozen=True, slots=True)
class WaitingHit:
    """A file in the tray that a query finds.

    Attributes:
        item: its id there; ``short`` names it too.
        name: of the file as it came.
        received: ISO 8601 with offset.
        reason_label: why it waits, for people.
        households: numbers of the cases it may belong to.
        page: on which a word stands, from 1; ``snippet`` the words around as they stand, ``highlights`` offsets into it.
    """

    item: str
    short: str
    name: str
    received: str
    reason_label: str
    households: tuple[str, ...]
    page: int | None
    snippet: str
    highlights: tuple[tuple[int, int], ...]


def waiting_hits(
    workspace: Workspace, tree: Node, ask: Callable[[Node, Page], Results]
) -> tuple[WaitingHit, ...]:
    """Return the files in the tray that a query finds, oldest first.

    Args:
        workspace: the open workspace.
        tree: the query.
        ask: puts a tree to the engine: whose households somebody belongs to.

    Raises:
        OSError: the tray cannot be looked into.
    """
    tray = workspace.archive.tray
    if not tray.folder.is_dir() or not (items := tray.items()):
        return ()
    from archivist.search import loose_papers
    from archivist.search.query_tree import HasPerson, OfType, leaves
    from archivist.store.tray_items import short_names

    known: dict[HasPerson, frozenset[CaseNo]] = {}

    def households_of(leaf: HasPerson) -> frozenset[CaseNo]:
        if leaf not in known:
            found = ask(HasPerson(leaf.by, leaf.key, records=False), Page(_MOST_HOUSEHOLDS))
            known[leaf] = frozenset(hit.case for hit in found.hits)
        return known[leaf]

    short = short_names(items)
    by_type = any(isinstance(leaf, OfType) for leaf in leaves(tree, positive=False))
    title_of = titles_of(workspace) if by_type else str  # a query that asks for no type needs no titles
    hits = []
    for item in items:
        details = item.details
        paper = loose_papers.LoosePaper(
            item.name, item.text, item.received, tuple(details.get("cases", ())),
            tuple(word for one in details.get("types", ()) for word in (one, title_of(one))),
        )  # fmt: skip
        if loose_papers.fits(paper, tree, households_of):
            hits.append(
                WaitingHit(
                    item.id, short[item.id], item.name, item.received, _reason(item.reason),
                    tuple(map(str, paper.households)), *loose_papers.shown(paper, tree),
                )
            )  # fmt: skip
    return tuple(hits)


def _reason(word: str) -> str:
    """Return why a file waits, for people."""
    from archivist.ingest.matching.evidence import Reason

    reason = Reason.of(word)
    return reason.label if reason else word
