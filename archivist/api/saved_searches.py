"""Searches kept by name: saved as they were typed, listed, asked again, forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised, require
from archivist.api.result import Result
from archivist.api.search_pages import ORDERS
from archivist.errors import DamagedFile, UsageError
from archivist.model.permissions import Act
from archivist.model.staff import alike
from archivist.search.paging import SortBy

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.store.saved_searches import SavedSearch
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SavedSearchView:
    """A search by its name, as it was typed; ``by`` who saved it, ``at`` when, ISO 8601 with offset."""

    name: str
    query: str
    filters: Mapping[str, str]
    sort: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class SavedSearches(Result):
    """The searches that are kept, by name; ``forgotten`` is the name of one that was just taken away, or empty."""

    SCHEMA: ClassVar[str] = "archivist/search-saved/1"

    searches: tuple[SavedSearchView, ...]
    forgotten: str = ""


@authorised(Act.KEEP_SEARCH)
def save(
    workspace: Workspace, by: By, name: str, query: str, filters: Mapping[str, str], sort: SortBy
) -> None:
    """Keep a search under a name; a relative date stays relative.

    Args:
        workspace: the open workspace.
        by: who keeps it, and when.
        name: under which nothing is kept yet.
        query: as it was typed.
        filters: name of a field → value.
        sort: the order of its answers.

    Raises:
        BadQuery: E401, it cannot be understood. InvalidValue: E002, the name is none, or taken. DamagedFile: E212. WriteFailed: E204.
        RoleMissing: E504, UnknownActor: E505, NotIdentified: E506, whoever keeps it may not.
    """
    from archivist.search import query as queries
    from archivist.store import saved_searches

    queries.read(query, filters, by.today)
    kept = saved_searches.SavedSearch(
        query, dict(filters), sort.value, by.actor, by.time.isoformat(timespec="seconds")
    )
    with workspace.archive.writing(by.actor):
        saved_searches.put(workspace.root, name.strip(), kept)


def recall(workspace: Workspace, name: str) -> SavedSearch:
    """Return a search that is kept under a name.

    Raises:
        UsageError: E001, none is. DamagedFile: E212.
    """
    from archivist.store import saved_searches

    found = saved_searches.read(workspace.root).get(name.strip())
    if found is None:
        raise _none(name)
    if found.sort not in ORDERS:
        raise DamagedFile(
            f"“{name}”的排序不对", file=saved_searches.FILE, remedy="删去这一条（--forget），重新保存。"
        )
    return found


def list_saved(workspace: Workspace) -> SavedSearches:
    """Return what is kept, by name; a question may name somebody, so nothing is shown where looking cannot be put on record.

    Raises:
        DamagedFile: E212. AccessNotLogged: E213.
    """
    from archivist.store import saved_searches

    workspace.archive.access.disclose()
    return SavedSearches(_views(saved_searches.read(workspace.root)))


@authorised(Act.KEEP_SEARCH)
def forget(workspace: Workspace, by: By, name: str) -> SavedSearches:
    """Take one away; return what is left. Everybody may take away his own, another's only who answers for the archive.

    Raises:
        UsageError: E001, there is none of this name. DamagedFile: E212. WriteFailed: E204. AccessNotLogged: E213.
        RoleMissing: E504, it is another's; UnknownActor: E505, NotIdentified: E506.
    """
    from archivist.store import saved_searches

    _require_to_forget(workspace, by, name)  # who may not does not touch the lock
    with workspace.archive.writing(by.actor):
        _require_to_forget(workspace, by, name)  # it may be another's by now
        workspace.archive.access.disclose()  # what is left is shown
        gone = saved_searches.remove(workspace.root, [name.strip()])
    return SavedSearches(_views(saved_searches.read(workspace.root)), gone[0])


def _require_to_forget(workspace: Workspace, by: By, name: str) -> None:
    from archivist.store import saved_searches

    found = saved_searches.read(workspace.root).get(name.strip())
    if found is None:
        raise _none(name)
    if alike(found.by) != alike(by.actor):
        require(workspace, by, Act.DROP_SEARCH)


def _none(name: str) -> UsageError:
    """Say that there is none of a name, and no name of another: it may be somebody's, and only the list is put on record."""
    return UsageError(
        f"没有保存过名为“{name}”的检索",
        remedy="看有哪些用 archivist search --list-saved；保存用 archivist search --save 名称 检索式。",
    )


def _views(kept: Mapping[str, SavedSearch]) -> tuple[SavedSearchView, ...]:
    return tuple(
        SavedSearchView(name, one.query, one.filters, one.sort, one.by, one.at)
        for name, one in sorted(kept.items())
    )
