"""The text index as it is asked: the segments of the newest commit, opened without Whoosh. ``whoosh`` writes it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Final, TypeVar

from archivist.errors import IndexFault
from archivist.search import contents
from archivist.search.checksums import Checksums
from archivist.search.engine import Bounds
from archivist.search.id_set import IdSet
from archivist.search.segment import PackedText, Segment, in_file
from archivist.search.text import is_one_gram, needed

T = TypeVar("T")

OPEN_TRIES: Final = 3
"""Attempts to open one commit; a file may be missing only while the next commit replaces it."""
OPEN_PAUSE_S: Final = 0.05
_SHOWN: Final = 32
"""So many texts that were compared are kept until they are shown."""


class TextFiles:
    """The text index in one folder, for questions; see ``TextReader`` for what each method promises."""

    def __init__(self, folder: Path, sums: Checksums | None = None) -> None:
        self._folder, self._sums = folder, sums
        self._leaves: list[Segment] | None = None
        self._generation = -1

    def generation(self) -> int:
        """Return the number of the newest commit on disk."""
        return contents.newest(self._folder)

    def segments(self) -> list[int]:
        """Return how many documents live in each segment."""
        return [len(leaf) for leaf in self._open()]

    def close(self) -> None:
        """Let go of the files."""
        for leaf in self._leaves or ():
            leaf.close()
        self._leaves = None

    def now(self) -> Commit:
        """Return the newest commit as it is."""
        return Commit(self._open())

    def _open(self) -> list[Segment]:
        """Return the segments of the newest commit, opened anew when there has been another."""
        newest = self.generation()
        if self._leaves is None or newest != self._generation:
            self.close()
            self._leaves, self._generation = self._open_newest(), newest
        return self._leaves

    def _open_newest(self) -> list[Segment]:
        """Open all segments; when a file is missing because of a commit meanwhile, try again."""
        tries: Counter[int] = Counter()
        while True:
            newest = self.generation()
            leaves: list[Segment] = []
            try:
                self._require(contents.file_of(newest))
                for segment in contents.segments(self._folder, newest):
                    self._require(segment.file)
                    leaves.append(Segment(self._folder / segment.file, segment.dead))
                return leaves
            except BaseException as error:
                for leaf in leaves:
                    leaf.close()
                if isinstance(error, OSError):
                    tries[newest] += 1
                    if tries[newest] >= OPEN_TRIES:
                        raise IndexFault("全文索引缺少文件") from error
                    time.sleep(OPEN_PAUSE_S)
                    continue
                if isinstance(error, Exception) and not isinstance(error, IndexFault):
                    raise _damaged(error) from error
                raise

    def _require(self, name: str) -> None:
        """Refuse a file that is not as it was written."""
        if self._sums is not None:
            self._sums.require_file(name)


class Commit:
    """What the text index holds at one instant; see ``Texts`` for what each method promises."""

    def __init__(self, leaves: Sequence[Segment]) -> None:
        self._leaves = leaves
        self._found: dict[int, PackedText] = {}

    def holding(self, fragment: str) -> Bounds:
        """Return the documents that may hold a fragment of normal text; surely so when it is one gram."""
        wanted = needed(fragment)
        each = [_reading(lambda leaf=leaf: leaf.holding(wanted)) for leaf in self._leaves]  # type: ignore[misc]
        found = IdSet.of_bits(reduce(or_, each, 0))
        return Bounds(found if is_one_gram(fragment) else IdSet(), found)

    def with_each(self, ids: Iterable[int], words: Iterable[Iterable[str]]) -> Iterator[int]:
        """Yield those of the documents in whose normal text, without page breaks, one form of each word stands."""
        wanted = [[*map(in_file, forms)] for forms in words]
        return (
            doc
            for doc, text in self._each(ids, lambda leaf, at: leaf.with_each(at, wanted))
            if self._fits(doc, text)
        )

    def _fits(self, doc: int, text: PackedText | None) -> bool:
        """Tell whether a text was found to fit; what was unpacked of the first of them is about to be shown."""
        if text is not None and len(self._found) < _SHOWN:
            self._found[doc] = text
        return text is not None

    def texts(self, ids: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Yield each document's normal text, in the order asked; documents that are gone are left out."""
        return self._each(ids, Segment.text)

    def both(self, ids: Iterable[int]) -> Iterator[tuple[int, tuple[str, str]]]:
        """Yield each document's normal text with its text as it stands, likewise."""
        for doc in ids:
            if doc in self._found:
                yield doc, _reading(self._found[doc].both)
            else:
                yield from self._each((doc,), Segment.both)

    def _each(self, ids: Iterable[int], read: Callable[[Segment, int], T]) -> Iterator[tuple[int, T]]:
        leaves = [*self._leaves]
        for doc in ids:
            for at, leaf in enumerate(leaves):
                if (number := leaf.number_of(doc)) is not None:
                    try:
                        found = read(leaf, number)
                    except Exception as error:
                        raise _damaged(error) from error
                    yield doc, found
                    if at:  # what is asked next is near
                        leaves.insert(0, leaves.pop(at))
                    break


def _reading(read: Callable[[], T]) -> T:
    try:
        return read()
    except IndexFault:
        raise
    except Exception as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> IndexFault:
    return IndexFault(f"全文索引损坏（{type(error).__name__}）")
