"""Heads the catalogue holds beside those of the cases it followed: of the ledger and batches, of cases it did not follow.

A case whose chain has lost the head that was known of it is not followed: the head is all that tells of the loss.
It is held while a case is written anew, and when the whole index is, until people decide.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from archivist.model.bag_head import BagHead
from archivist.model.ids import CaseNo

Select = Callable[..., list[tuple[object, ...]]]
"""Takes SQL and the values bound in it, returns rows."""
_KNOWN = (
    "SELECT bag, seq, head FROM held_heads UNION ALL "
    "SELECT number, seq, head FROM cases WHERE head <> '' AND number NOT IN (SELECT bag FROM held_heads)"
)
_KNOWN_OF_ONE = (
    "SELECT bag, seq, head FROM held_heads WHERE bag = ?1 UNION ALL "
    "SELECT number, seq, head FROM cases WHERE number = ?1 AND head <> '' "
    "AND NOT EXISTS (SELECT 1 FROM held_heads WHERE bag = ?1)"
)
"""The same of one bag, looked up and not gone through for."""


def known(select: Select, name: str | None = None) -> list[BagHead]:
    """Return the heads known of every bag, or of one.

    Args:
        select: asks a catalogue.
        name: of the bag.
    """
    return _read(select(_KNOWN) if name is None else select(_KNOWN_OF_ONE, name))


def destroyed(select: Select, cases: Iterable[CaseNo]) -> list[CaseNo]:
    """Return those of the destroyed cases of which something is known still."""
    there = {str(name) for (name,) in select("SELECT bag FROM held_heads UNION SELECT number FROM cases")}
    return [number for number in cases if str(number) in there]


def hold(db: sqlite3.Connection, heads: Iterable[BagHead]) -> None:
    """Hold heads, in place of those held of their bags before."""
    db.executemany("INSERT OR REPLACE INTO held_heads VALUES (?, ?, ?)", heads)


def hold_followed(db: sqlite3.Connection, number: str) -> None:
    """Hold the head to which a case was followed, unless an older one is held."""
    db.execute(
        "INSERT OR IGNORE INTO held_heads SELECT number, seq, head FROM cases WHERE number = ? AND head <> ''",
        (number,),
    )


def release(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Forget every head of some bags; their cases count as not followed."""
    for name in names:
        db.execute("DELETE FROM held_heads WHERE bag = ?", (name,))
        db.execute("UPDATE cases SET head = NULL WHERE number = ?", (name,))


def of_file(path: Path) -> list[BagHead]:
    """Return the heads a catalogue knows, of whatever version it is; none where they cannot be read any more."""
    try:
        with closing(sqlite3.connect(f"file:{path.absolute().as_posix()}?mode=ro", uri=True)) as db:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "held_heads" in tables:
                return known(lambda sql, *values: db.execute(sql, values).fetchall())
            return _read(db.execute("SELECT number, seq, head FROM cases WHERE head <> ''").fetchall())
    except (sqlite3.Error, ValueError):
        return []


def _read(rows: Iterable[tuple[object, ...]]) -> list[BagHead]:
    return [BagHead.from_plain(row) for row in rows]
