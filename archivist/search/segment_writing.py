"""How a segment is written: its texts one after another, then its posting lists, then its tables; in memory stand the tables.

A few documents are put together here, by plain lists; many by ``segment_bulk``, which loads numpy.
"""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from archivist.search.postings import key_of, pack
from archivist.search.segment import FOOTER, MAGIC, Segment
from archivist.search.text import grams


class Output(Protocol):
    """A file being written."""

    def write(self, data: bytes, /) -> object:
        """Append bytes."""


@dataclass(frozen=True, slots=True)
class Added:
    """A document to be written: its id, its normal text, and its texts as they lie on disk."""

    id: int
    text: str
    packed: bytes


class SegmentFile:
    """A segment's file being written: texts by ascending id, then lists by ascending gram, then ``close``."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._ids, self._text_ends, self._keys, self._list_ends = (array("Q") for _ in range(4))
        self._texts = self._lists = 0

    def text(self, doc: int, packed: bytes) -> None:
        """Append a document's texts."""
        if self._ids and doc <= self._ids[-1]:
            raise ValueError("ids must ascend")
        self._out.write(packed)
        self._texts += len(packed)
        self._ids.append(doc)
        self._text_ends.append(self._texts)

    def lists(self, keys: Iterable[int], ends: Iterable[int], data: bytes) -> None:
        """Append posting lists: of these grams, each ending there within the data."""
        self._out.write(data)
        self._keys.extend(keys)
        self._list_ends.extend(self._lists + end for end in ends)
        self._lists += len(data)

    def close(self) -> int:
        """Append the tables; returns how many documents there are."""
        for table in (self._ids, self._text_ends, self._keys, self._list_ends):
            if sys.byteorder == "big":
                table.byteswap()
            self._out.write(table.tobytes())
        self._out.write(FOOTER.pack(len(self._ids), len(self._keys), self._texts, self._lists, MAGIC))
        return len(self._ids)


def write_few(out: Output, added: Sequence[Added], old: Sequence[Segment]) -> int:
    """Write a segment of new documents and of what lives in older segments; returns how many documents there are."""
    file = SegmentFile(out)
    first = write_texts(file, added, old)
    ids: defaultdict[int, list[int]] = defaultdict(list)
    for one in added:
        for gram in grams(one.text):
            ids[key_of(gram)].append(one.id)
    for segment in old:
        for place, key in enumerate(segment.keys):
            if living := segment.ids_at(place):
                ids[key] += living
    keys, ends, lists, end = sorted(ids), [], [], 0
    for key in keys:
        lists.append(pack([doc - first for doc in sorted(ids[key])]))
        ends.append(end := end + len(lists[-1]))
    file.lists(keys, ends, b"".join(lists))
    return file.close()


def write_texts(file: SegmentFile, added: Sequence[Added], old: Sequence[Segment]) -> int:
    """Write the texts of all that is put together, by ascending id; returns the first id."""
    places: list[tuple[int, int, int]] = [(one.id, -1, at) for at, one in enumerate(added)]
    for which, segment in enumerate(old):
        places += ((doc, which, at) for doc, at in segment.living())
    places.sort()
    for doc, which, at in places:
        file.text(doc, added[at].packed if which < 0 else old[which].packed(at))
    return places[0][0]
