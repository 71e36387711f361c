"""The households whose number or applicant begins so, for a shell that asks at every Tab: the index guarded as always, and nothing heavy loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.search import binding
from archivist.search.checksums import CATALOGUE, Checksums
from archivist.search.current_folder import current
from archivist.search.damage import as_written
from archivist.search.databases import BareCatalogue
from archivist.search.ownership import require_own

_BEGINNING: Final = "SELECT number, applicant FROM cases WHERE substr(number, 1, ?) = ? OR substr(applicant, 1, ?) = ? ORDER BY number LIMIT ?"


@dataclass(frozen=True, slots=True)
class OfferedCase:
    """A household that may be meant."""

    number: str
    applicant: str


def beginning(index: Path, ledger: binding.HoldsEvents, text: str, most: int) -> Sequence[OfferedCase]:
    """List the first households, by number, whose number or applicant begins so; none where there is no index.

    Args:
        index: the workspace's ``index/``.
        ledger: tells whether the index is this archive's.
        text: what was typed.
        most: so many at most.

    Raises:
        IndexFault: E400, it is damaged, or others may have written it. ForeignIndex: E403.
    """
    name = current(index)
    if name is None:
        return ()
    folder = index / name
    require_own(index, folder)
    Checksums(folder).require_catalogue()
    with BareCatalogue(folder / CATALOGUE) as asked, as_written():
        binding.require(asked, ledger)
        rows = asked.select(_BEGINNING, len(text), text.upper(), len(text), text, most)
        return tuple(OfferedCase(str(number), str(applicant)) for number, applicant in rows)
