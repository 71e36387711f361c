"""Who in the catalogue fits what was typed: by name, by number, by the sound of the name, with wildcards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Final

from archivist.search import names
from archivist.search.indexed_people import LETTERS, people_there
from archivist.search.query_tree import PersonKey
from archivist.search.text import HAN, after_prefix

_HAN_RUN: Final = re.compile(f"[{HAN}]+")
Select = Callable[..., list[tuple[object, ...]]]
"""Puts a question in SQL, with its values, to the catalogue."""

_IS: Final = {kind: f"k.kind = '{letter}' AND k.key" for kind, letter in LETTERS.items()}
"""The beginning of a condition on keys of a kind."""


def condition(select: Select, by: PersonKey, key: str) -> tuple[str, tuple[str, ...]]:
    """Return the condition on ``keys k`` that finds a person, and its values.

    Args:
        select: asks the catalogue, where the sound of names has to be compared one by one.
        by: how the person is asked for.
        key: the name's ``name_key``, pinyin as ``as_typed``, both mixed, or digits; with ``*`` and ``?`` where ``by`` says so.
    """
    after = after_prefix(key)
    match by:
        case PersonKey.NAME:
            return f"{_IS['name']} >= ? AND k.key < ?", (key, after)
        case PersonKey.PINYIN:
            sounds = f"{_IS['pinyin']} >= ? AND k.key < ?"
            if long := _spelt(key, select(_LONG)):
                return f"({sounds} OR {_one_of('long')})", (key, after, long)
            return sounds, (key, after)
        case PersonKey.MIXED:
            return _one_of("spoken"), (_spelt(key, _with_han(select, key)) or "[]",)
        case PersonKey.NAME_LIKE:
            return f"{_IS['name']} GLOB ?", (f"{_glob(key)}*",)
        case PersonKey.PINYIN_LIKE:
            sounds = f"{_IS['pinyin']} GLOB ?"
            if long := _spelt(key, select(_LONG), names.spelt_like):
                return f"({sounds} OR {_one_of('long')})", (f"{_glob(key)}*", long)
            return sounds, (f"{_glob(key)}*",)
        case PersonKey.ID_LIKE:
            return f"{_IS['id']} GLOB ?", (_glob(key),)
        case PersonKey.ID | PersonKey.ID6 | PersonKey.ID4:
            return f"{_IS[by.name.lower()]} = ?", (key,)


def is_person(by: PersonKey, key: str, keys: Callable[[str], Iterable[str]]) -> bool:
    """Tell whether somebody, whose keys of a kind one is told, is the person asked for."""
    kind, _, _ = by.name.lower().partition("_")
    match by:
        case PersonKey.NAME:
            return any(one.startswith(key) for one in keys("name"))
        case PersonKey.PINYIN:
            return any(one.startswith(key) for one in keys("pinyin")) or any(
                names.spelt(key, one) for one in keys("long")
            )
        case PersonKey.MIXED:
            return any(names.spelt(key, one) for one in keys("spoken"))
        case PersonKey.NAME_LIKE | PersonKey.ID_LIKE:
            wanted = key if by is PersonKey.ID_LIKE else f"{key}*"
            return any(fnmatchcase(one, wanted) for one in keys(kind))
        case PersonKey.PINYIN_LIKE:
            return any(fnmatchcase(one, f"{key}*") for one in keys("pinyin")) or any(
                names.spelt_like(key, one) for one in keys("long")
            )
        case _:
            return key in keys(kind)


_LONG: Final = f"SELECT DISTINCT key FROM keys WHERE kind = '{LETTERS['long']}'"


def _one_of(kind: str) -> str:
    return f"{_IS[kind]} IN (SELECT value FROM json_each(?))"


def _with_han(select: Select, key: str) -> list[tuple[object, ...]]:
    """Return the names, with their readings, of those in a name of whom the longest stretch of Chinese in a key stands."""
    han = han_of(key)
    sql = (
        "SELECT DISTINCT p.part, p.name, p.known FROM keys k JOIN people p ON p.id = k.person "
        f"WHERE {_IS['name']} >= ? AND k.key < ?"
    )
    people = people_there(select(sql, han, after_prefix(han)))
    return [(spoken,) for one in people for _, spoken in one.names]


def han_of(key: str) -> str:
    """Return the longest stretch of Chinese in what was typed."""
    return str(max(_HAN_RUN.findall(key), key=len))


def _spelt(
    key: str, rows: Iterable[tuple[object, ...]], fits: Callable[[str, str], bool] = names.spelt
) -> str:
    """Return those of the names, as ``names.spoken`` gives them, that may be typed so, as a list in JSON; empty when none."""
    found = [str(name) for (name,) in rows if fits(key, str(name))]
    return json.dumps(found, ensure_ascii=False) if found else ""


def _glob(key: str) -> str:
    return key.replace("[", "[[]")
