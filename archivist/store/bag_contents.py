"""What lies in a bag: its files, and what ought not to be in one: links, and other bags. Links are never followed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archivist.model.ids import Sha256
from archivist.store import bag, chain, durable_files
from archivist.store.commit import PARTS, PENDING
from archivist.store.foreign_files import is_foreign

DECLARED_BY: Final = "bagit.txt"
"""The file that makes a folder a bag."""
FileDigests = Mapping[str, tuple[Sha256, int]]
"""SHA-256 and length in bytes of files, by their path in a bag."""


@dataclass(slots=True)
class BagContents:
    """Everything in a bag by its path with ``/``.

    Attributes:
        files: what is no folder, with what the disk says of it; not what lies below ``links`` and ``bags``.
        links: symbolic links and junctions.
        bags: folders that are bags themselves, with whose they say they are.
    """

    files: dict[str, os.stat_result] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    bags: dict[str, str] = field(default_factory=dict)

    def is_hidden(self, path: str) -> bool:
        """Tell whether a path lies at or below a link, so that nobody can say what is there."""
        return any(path == link or path.startswith(f"{link}/") for link in self.links)


def contents(folder: Path) -> BagContents:
    """Look through a bag; ``OSError`` when a folder in it cannot be read."""
    found = BagContents()
    todo = [(str(folder), "")]
    while todo:
        place, prefix = todo.pop()
        with os.scandir(place) as listing:
            entries = list(listing)
        if prefix and {DECLARED_BY, bag.INFO} <= {entry.name for entry in entries}:
            found.bags[prefix[:-1]] = identity(Path(place))
            continue
        for entry in entries:
            path = prefix + entry.name
            state = entry.stat(follow_symlinks=False)
            if durable_files.is_link(state):
                found.links.add(path)
            elif not stat.S_ISDIR(state.st_mode):
                found.files[path] = state
            elif path not in (PENDING, PARTS):
                todo.append((entry.path, path + "/"))
            elif not all(map(is_foreign, os.listdir(entry.path))):  # noqa: PTH208
                found.files[path + "/…"] = state
    return found


def identity(folder: Path) -> str:
    """Return whose bag a folder is, by its first event, or by ``bag-info.txt`` where that names none; empty when neither says."""
    with suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
        first = json.loads((folder / chain.EVENTS / chain.event_name(1)).read_bytes())
        if case := first.get("case"):
            return str(case)
    try:
        return bag.external_identifier((folder / bag.INFO).read_bytes())
    except OSError:
        return ""


def bags_within(folder: Path, depth: int = 2) -> Iterator[str]:
    """Yield whose bags lie in a folder that is none itself, so many folders deep."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not durable_files.is_link(path.lstat()):
            if (path / DECLARED_BY).is_file():
                yield identity(path) or path.name
            elif depth > 1:
                yield from bags_within(path, depth - 1)
