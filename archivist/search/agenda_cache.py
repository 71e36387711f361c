"""What was worked out of every case, kept in the catalogue so that ten thousand need not be read again.

What is kept is text that only its writer understands (``procedure.case_sights``). It is valid for one chain head under one
set of rules, and goes with the catalogue when the index is made again. It stands behind a checksum: what was damaged is
worked out again, as if it were not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from archivist.model.ids import CaseNo, Category, Sha256
from archivist.search.catalogue import IndexCatalogue


@dataclass(frozen=True, slots=True)
class Standing:
    """One case as it was followed; ``body`` is ``None`` where it is to be worked out (again)."""

    number: str
    applicant: str
    seq: int
    body: str | None


def standings(
    catalogue: IndexCatalogue, rules: str, category: Category | None = None, *, closed: bool = False
) -> list[Standing]:
    """Return every open case by number, or every closed one, with what was kept of it under the rules of this stamp."""
    where = " AND c.category = ?" if category else ""
    rows = catalogue.select(
        "SELECT c.number, c.applicant, c.seq, a.body FROM cases c "
        "LEFT JOIN agenda a ON a.case_id = c.id AND a.head = c.head AND a.rules = ? "
        f"WHERE c.status {'<>' if closed else '='} 'open'{where} ORDER BY c.number",
        rules,
        *([category.value] if category else []),
    )
    return [Standing(str(number), str(name), int(str(seq)), _whole(body)) for number, name, seq, body in rows]


def followed(catalogue: IndexCatalogue) -> dict[str, int]:
    """Return every case followed, open or not, with the number of its last event."""
    return {str(number): int(str(seq)) for number, seq in catalogue.select("SELECT number, seq FROM cases")}


def numbers(catalogue: IndexCatalogue) -> set[str]:
    """Return the numbers of all cases followed, open or not."""
    return {str(number) for (number,) in catalogue.select("SELECT number FROM cases")}


def store_standing(
    catalogue: IndexCatalogue, rules: str, bodies: Iterable[tuple[CaseNo, Sha256, str]]
) -> None:
    """Keep what was worked out of some cases at their chain heads, in place of what was kept before."""
    rows: Sequence[tuple[str, str, str, str]] = [
        (head, rules, _marked(body), str(number)) for number, head, body in bodies
    ]
    with catalogue.transaction() as db:
        db.executemany("INSERT OR REPLACE INTO agenda SELECT id, ?, ?, ? FROM cases WHERE number = ?", rows)


def _marked(body: str) -> str:
    return f"{crc32(body.encode()):08x}{body}"


def _whole(kept: object) -> str | None:
    """Return what was kept, unless it is not what was put there."""
    body = str(kept)[8:]
    return body if kept is not None and kept == _marked(body) else None
