"""A whole text index made by several processes: what was read of the archive goes in, segments and the numbers they mention come out.

Nothing here touches the archive or the catalogue. A process that dies costs time and no document: its batch is done here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from archivist.search import document_text
from archivist.search.engine import Document
from archivist.search.whoosh import Built, WhooshIndex
from archivist.worker_processes import in_order

MOST: Final = 4
"""Processes; the one that reads the archive has enough to do to feed so many."""


@dataclass(frozen=True, slots=True)
class Read:
    """A document as it was read: its id, what is known about it (``None`` for the facts of a household), its pages or facts."""

    id: int
    about: tuple[str, ...] | None
    text: str

    def kept(self) -> document_text.Written:
        """Return what an index keeps of it."""
        if self.about is None:
            return document_text.of_facts(self.text)
        return document_text.of_record(self.about, self.text)


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch: its segment, and what it mentions as ``(key, document, page)``."""

    built: Built | None
    mentions: Sequence[tuple[str, int, int]]


def build(folder: Path, documents: Sequence[Read]) -> Batch:
    """Write one segment into the folder of a text index; it counts once it is adopted."""
    found: list[tuple[str, int, int]] = []

    def normalised() -> Iterator[Document]:
        for document in documents:
            kept = document.kept()
            found.extend((key, document.id, page) for key, page in kept.mentions)
            if kept.normal:
                yield Document(document.id, kept.normal, kept.written)

    return Batch(WhooshIndex(folder).build(normalised()), found)


def build_all(folder: Path, batches: Iterable[Sequence[Read]]) -> Iterator[Batch]:
    """Build batch after batch, in order; one is asked for only when a process is about to be free."""
    return in_order(partial(build, folder), batches, min(os.cpu_count() or 1, MOST))
