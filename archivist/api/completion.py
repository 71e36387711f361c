"""What a word that has been begun may become: households, document types, steps. Asked by the shell at every Tab, so nothing heavy is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.result import Result

if TYPE_CHECKING:
    from archivist.workspace import Workspace

MOST: Final = 20
"""So many households are offered at the most: each is put on record as shown."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A word that may be meant, and what it is."""

    word: str
    about: str


@dataclass(frozen=True, slots=True)
class CompletionScript(Result):
    """What makes a shell complete; ``install`` puts it where that shell reads it."""

    SCHEMA: ClassVar[str] = "archivist/completion/1"

    shell: str
    script: str
    install: str


def households(workspace: Workspace, begun: str) -> tuple[Offer, ...]:
    """Return the households whose number or applicant begins so; none where nothing is begun, for that would be a list of all.

    A name of several households is no word that names one: their numbers are offered for it.
    """
    wanted = begun.strip()
    if not wanted:
        return ()
    from archivist.search.offers import beginning
    from archivist.store.ledger_places import LedgerPlaces

    ledger = LedgerPlaces(workspace.root / "archive" / "ledger")
    rows = beginning(workspace.root / "index", ledger, wanted, MOST)
    names = [row.applicant for row in rows]
    by_name = [row for row in rows if row.applicant.startswith(wanted)]
    return tuple(
        Offer(row.applicant, str(row.number))
        if row in by_name and names.count(row.applicant) == 1
        else Offer(str(row.number), row.applicant)
        for row in rows
    )


def document_types(workspace: Workspace, begun: str) -> tuple[Offer, ...]:
    """Return the document types whose title or id begins so."""
    return _beginning(begun, ((one.title, one.id) for one in workspace.catalogue))


def steps(workspace: Workspace, begun: str) -> tuple[Offer, ...]:
    """Return the steps of the office's rules whose title or id begins so."""
    return _beginning(begun, ((step.title, step.id) for step in workspace.pack.steps))


def _beginning(begun: str, pairs: Iterable[tuple[str, str]]) -> tuple[Offer, ...]:
    found: dict[str, Offer] = {}
    for title, name in pairs:
        if title.startswith(begun):
            found.setdefault(title, Offer(title, name))
        elif begun and name.startswith(begun):
            found.setdefault(name, Offer(name, title))
    return tuple(found.values())
