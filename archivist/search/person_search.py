"""Who in the catalogue fits what was typed: by name, by number, by the sound of the name, with wildcards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Final

from archivist.search import names
from archivist.search.query_tree import PersonKey
from archivist.search.text import HAN, after_prefix

_HAN_RUN: Final = re.compile(f"[{HAN}]+")
Select = Callable[..., list[tuple[object, ...]]]
"""Puts a question in SQL, with its values, to the catalogue."""


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
            return "k.kind = 'name' AND k.key >= ? AND k.key < ?", (key, after)
        case PersonKey.PINYIN:
            sounds = "k.kind = 'pinyin' AND k.key >= ? AND k.key < ?"
            if long := _spelt(key, select(_LONG)):
                return f"({sounds} OR {_ONE_OF.format('long')})", (key, after, long)
            return sounds, (key, after)
        case PersonKey.MIXED:
            return _ONE_OF.format("spoken"), (_spelt(key, _with_han(select, key)) or "[]",)
        case PersonKey.NAME_LIKE:
            return "k.kind = 'name' AND k.key GLOB ?", (f"{_glob(key)}*",)
        case PersonKey.PINYIN_LIKE:
            sounds = "k.kind = 'pinyin' AND k.key GLOB ?"
            if long := _spelt(key, select(_LONG), names.spelt_like):
                return f"({sounds} OR {_ONE_OF.format('long')})", (f"{_glob(key)}*", long)
            return sounds, (f"{_glob(key)}*",)
        case PersonKey.ID_LIKE:
            return "k.kind = 'id' AND k.key GLOB ?", (_glob(key),)
        case PersonKey.ID | PersonKey.ID6 | PersonKey.ID4:
            return f"k.kind = '{by.name.lower()}' AND k.key = ?", (key,)


_LONG: Final = "SELECT DISTINCT key FROM keys WHERE kind = 'long'"
_ONE_OF: Final = "k.kind = '{}' AND k.key IN (SELECT value FROM json_each(?))"


def _with_han(select: Select, key: str) -> list[tuple[object, ...]]:
    """Return the names, with their readings, in which the longest stretch of Chinese in a key stands."""
    han = han_of(key)
    sql = (
        "SELECT DISTINCT s.key FROM keys k JOIN keys s ON s.case_id = k.case_id AND s.kind = 'spoken' "
        "WHERE k.kind = 'name' AND k.key >= ? AND k.key < ?"
    )
    return select(sql, han, after_prefix(han))


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
