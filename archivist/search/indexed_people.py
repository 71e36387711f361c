"""Everyone in a case as an index knows them: part, name, and the keys by which one is found.

The table ``keys`` is asked by key alone. What leads from a person to the keys is ``people.known``: the names, each with its sounds, and the
numbers, from which the keys follow. So the table needs no second way through it, which would be as large again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from archivist.model.case import Case
from archivist.model.former_names import borne_by
from archivist.model.persons import numbers_of
from archivist.search import names
from archivist.search import text as forms

LETTERS: Final = MappingProxyType(
    {
        "full": "f", "name": "n", "spoken": "s", "long": "l", "pinyin": "p", "pinyin0": "w", "initials": "i",
        "id": "d", "id6": "6", "id4": "4",
    }
)  # fmt: skip
"""What the table ``keys`` has for a kind of key."""
_WHOLE_ID: Final = 18


@dataclass(frozen=True, slots=True)
class IndexedPerson:
    """Somebody in a case.

    Attributes:
        part: 申请人, 成员 …
        name: as it is written.
        names: those borne now or before, each as ``name_key`` and as ``spoken`` give it.
        numbers: today's ID number, or nothing in its place, and whatever other number the person is found by.
    """

    part: str
    name: str
    names: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]

    @classmethod
    def of_row(cls, part: object, name: object, known: object) -> IndexedPerson:
        """Return somebody from a row of ``people``."""
        borne, numbers = json.loads(str(known))
        return cls(str(part), str(name), tuple((key, spoken) for key, spoken in borne), tuple(numbers))

    @property
    def known(self) -> str:
        """What a row of ``people`` has of names and numbers."""
        return json.dumps([self.names, self.numbers], ensure_ascii=False, separators=(",", ":"))

    @property
    def id_prefix(self) -> str:
        """The first six digits of today's ID number."""
        return self.numbers[0][:6] if len(self.numbers[0]) == _WHOLE_ID else ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every number the person is found by, of fifteen digits also as it is today."""
        both = (one for number in self.numbers for one in (number, forms.id_key(number)))
        return tuple(dict.fromkeys(filter(None, both)))

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """The keys by which somebody is found, each as ``(kind, key)``."""
        return frozenset((kind, key) for kind in LETTERS for key in self.keys_of(kind) if key)

    def keys_of(self, kind: str) -> Collection[str]:
        """Return the keys of a kind."""
        match kind:
            case "id":
                return self.ids
            case "id6":
                return (self.id_prefix,)
            case "id4":
                return (self.numbers[0][-4:],) if self.id_prefix else ()
            case _:
                return {one for key, spoken in self.names for one in _NAME_KEYS[kind](key, spoken)}


_NAME_KEYS: Final[Mapping[str, Callable[[str, str], Iterable[str]]]] = MappingProxyType(
    {
        "full": lambda key, _: (key,),
        "name": lambda key, _: names.endings(key),
        "spoken": lambda _, spoken: (spoken,),
        "long": lambda key, spoken: (spoken,) if names.is_long(key) else (),
        "pinyin": lambda key, spoken: names.sounds_of(key, spoken)[0],
        "pinyin0": lambda key, spoken: names.sounds_of(key, spoken)[1],
        "initials": lambda key, spoken: names.sounds_of(key, spoken)[2],
    }
)
"""The keys by which somebody is found under a name, as ``name_key`` and as ``spoken`` give it, borne now or before."""


def people_on_file(case: Case) -> Iterator[IndexedPerson]:
    """Yield everyone in a case."""
    for part, row in case.people():
        name, number = str(row["name"]), str(row.get("id_number") or "").upper()
        borne = dict.fromkeys([name, *(former.name for former in borne_by(case.former_names, part, row))])
        others = {*numbers_of(row), str(row.get("old_id_number") or "")} - {number, ""}
        yield IndexedPerson(
            part,
            name,
            tuple((names.name_key(one), names.spoken(one)) for one in borne),
            (number, *sorted(others)),
        )


# ── in the catalogue ─────────────────────────────────────────────────────────────────────────────────────
KeyRow = tuple[str, str, int, int]
"""A row of ``keys``."""


def write_people(db: sqlite3.Connection, case_id: int, case: Case) -> list[KeyRow]:
    """Write everyone in a case, unless they stand there: their keys are all over the file, and a case rarely changes its people.

    Returns:
        The keys, still to be written: of many cases at once, in order, they are in half the time.
    """
    people = [*people_on_file(case)]
    there = [row[1:] for row in _rows(db, case_id)]
    if [(person.part, person.name, person.known) for person in people] == there:
        return []
    remove_people(db, case_id)
    keys: list[KeyRow] = []
    for person in people:
        added = db.execute(
            "INSERT INTO people (case_id, part, name, known) VALUES (?, ?, ?, ?)",
            (case_id, person.part, person.name, person.known),
        )
        keys += [(LETTERS[kind], key, int(added.lastrowid or 0), case_id) for kind, key in person.keys]
    return keys


def write_keys(db: sqlite3.Connection, keys: Iterable[KeyRow]) -> None:
    """Write the keys of people."""
    db.executemany("INSERT INTO keys VALUES (?, ?, ?, ?)", sorted(keys))


def remove_people(db: sqlite3.Connection, case_id: int) -> None:
    """Delete everyone in a case with their keys."""
    for number, *row in _rows(db, case_id):
        keys = [(LETTERS[kind], key, number) for kind, key in IndexedPerson.of_row(*row).keys]
        db.executemany("DELETE FROM keys WHERE kind = ? AND key = ? AND person = ?", keys)
    db.execute("DELETE FROM people WHERE case_id = ?", (case_id,))


def people_there(rows: Iterable[tuple[object, ...]]) -> list[IndexedPerson]:
    """Return people from rows of part, name and what is ``known``."""
    return [IndexedPerson.of_row(*row) for row in rows]


def _rows(db: sqlite3.Connection, case_id: int) -> list[tuple[int, str, str, str]]:
    sql = "SELECT id, part, name, known FROM people WHERE case_id = ? ORDER BY id"
    return db.execute(sql, (case_id,)).fetchall()
