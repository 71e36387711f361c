"""Searches that people keep by name: ``searches/saved.json`` in the workspace, mode 0600, part of every backup.

What was typed is kept as it was typed, so that 本月 goes on to mean the month in which it is asked. Names and words stand in the
file, never in a path; it has a digest of itself like every note.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from archivist.errors import InvalidValue
from archivist.model.plain_json import JsonMap, JsonTable
from archivist.store import durable_files, notes

FOLDER: Final = "searches"
FILE: Final = f"{FOLDER}/saved.json"
MOST: Final = 200
"""Searches kept at the most."""
LONGEST_NAME: Final = 30
LONGEST: Final = 1_000
"""Characters of what is searched, and of a filter."""
_SHAPE: Final = JsonTable(
    {
        "searches": JsonMap(
            JsonTable({"query": str, "filters": JsonMap(str), "sort": str, "by": str, "at": dt.datetime})
        )
    }
)
_REMEDY: Final = f"从备份中取回 {FILE}（archivist restore 常用检索 --from 备份）；没有的，移走它，重新保存。别的检索不受影响。"


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search as it was typed.

    Attributes:
        filters: name of a field → value.
        sort: the word of the order.
        by: who saved it; ``at`` when, ISO 8601 with offset.
    """

    query: str
    filters: Mapping[str, str]
    sort: str
    by: str
    at: str


def read(root: Path) -> dict[str, SavedSearch]:
    """Return what is kept in a workspace, by name.

    Raises:
        DamagedFile: E212.
    """
    path = root / FILE
    if not path.exists():
        return {}
    found = notes.read(path, FILE, _SHAPE, _REMEDY)["searches"]
    return {
        name: SavedSearch(one["query"], MappingProxyType(one["filters"]), one["sort"], one["by"], one["at"])
        for name, one in found.items()
    }


def put(root: Path, name: str, search: SavedSearch) -> None:
    """Keep a search under a name that is free. The caller holds the archive's lock.

    Raises:
        InvalidValue: E002, the name is none or taken, it is too long, or there are too many. DamagedFile: E212. WriteFailed: E204.

    Survives: a kill leaves the file as it was, or as it is to be.
    """
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise InvalidValue(f"检索的名称须为 1 至 {LONGEST_NAME} 个字，首尾没有空格")
    if any(len(text) > LONGEST for text in (search.query, *search.filters.values())):
        raise InvalidValue(f"检索式太长，最多 {LONGEST} 个字")
    kept = read(root)
    if name in kept:
        raise InvalidValue(
            f"已有名为“{name}”的检索，没有改动",
            remedy="换一个名称，或先删去：archivist search --forget 名称。",
        )
    if len(kept) >= MOST:
        raise InvalidValue(
            f"已保存 {len(kept)} 条检索，不能再多", remedy="先删去不用的：archivist search --forget 名称。"
        )
    _write(root, kept | {name: search})


def remove(root: Path, names: Iterable[str]) -> list[str]:
    """Forget searches; return the names there were. The caller holds the archive's lock.

    Raises:
        DamagedFile: E212. WriteFailed: E204.
    """
    kept = read(root)
    gone = [name for name in names if kept.pop(name, None) is not None]
    if gone:
        _write(root, kept)
    return gone


def _write(root: Path, kept: Mapping[str, SavedSearch]) -> None:
    folder = root / FOLDER
    part = folder / ".saved.json.part"
    plain = {
        name: {"query": one.query, "filters": dict(one.filters), "sort": one.sort, "by": one.by, "at": one.at}
        for name, one in kept.items()
    }
    with durable_files.writing("保存的检索没有改动", part):
        durable_files.make_folders(folder, below=root)
        durable_files.unlink(part)
        durable_files.write_new(part, notes.seal({"searches": plain}), mode=0o600)
        durable_files.replace(part, root / FILE)
        durable_files.sync_folder(folder)
