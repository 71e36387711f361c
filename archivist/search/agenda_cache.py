"""What was worked out of every case, kept in the catalogue so that ten thousand need not be read again.

What is kept is text that only its writer understands (``procedure.case_sights``). It is valid for one chain head under one
set of rules, and goes with the catalogue when the index is made again. It stands behind a checksum: what was damaged is
worked out again, as if it were not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Final, NamedTuple, cast
from zlib import crc32

from archivist.model.ids import CaseNo, Category, Sha256
from archivist.search.catalogue import IndexCatalogue

_AT_ONCE: Final = 500
"""Values bound in one statement; SQLite allows 999 at least."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One case as it was followed; ``body`` is ``None`` where it is to be worked out (again)."""

    number: str
    applicant: str
    seq: int
    body: str | None


class FollowedCase(NamedTuple):
    """One case as it was followed: to the event ``seq``, whose digest is ``head``; ``None`` where following was cut short."""

    id: int
    number: str
    applicant: str
    seq: int
    head: str | None


def followed_cases(
    catalogue: IndexCatalogue, category: Category | None = None, *, closed: bool = False
) -> list[FollowedCase]:
    """Return every open case by number, or every closed one."""
    rows = catalogue.select(
        "SELECT id, number, applicant, seq, head FROM cases "
        f"WHERE status {'<>' if closed else '='} 'open'{' AND category = ?' if category else ''} ORDER BY number",
        *([category.value] if category else []),
    )
    return list(starmap(FollowedCase, cast("list[tuple[int, str, str, int, str | None]]", rows)))


def bodies(catalogue: IndexCatalogue, rules: str, cases: Sequence[FollowedCase]) -> dict[str, str]:
    """Return what was kept of these cases at their heads under the rules of this stamp, by number; nothing of those to be worked out (again)."""
    found: dict[str, str] = {}
    for part in (cases[n : n + _AT_ONCE] for n in range(0, len(cases), _AT_ONCE)):
        rows = catalogue.select(
            f"SELECT case_id, head, body FROM agenda WHERE rules = ? AND case_id IN ({','.join('?' * len(part))})",
            rules,
            *(case.id for case in part),
        )
        kept = {case_id: (head, body) for case_id, head, body in rows}
        for case in part:
            head, body = kept.get(case.id, (None, None))
            if head == case.head and (whole := _whole(body)) is not None:
                found[case.number] = whole
    return found


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
