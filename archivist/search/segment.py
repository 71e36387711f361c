"""One segment of the text index: one file, mapped into memory, and which of its documents hold which grams.

The file: the documents' texts · the posting lists (``postings``) · four tables of numbers of eight bytes, little end first: ids of
the documents, ascending, where each text ends, the grams, ascending, where each list ends · ``_FOOTER``. Document numbers in a
posting list count from the first id, so that segments are put together without a look at who is who.

A text is two DEFLATE streams, of GB 18030: the normal text, and the text as it stands with the normal one as dictionary.
"""

from __future__ import annotations

import mmap
import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from archivist.search.id_set import IdSet
from archivist.search.postings import bits_in, key_of, keys_beginning, numbers_in
from archivist.search.text import PAGE_BREAK

MAGIC: Final = b"archivis"
FOOTER: Final = struct.Struct("<QQQQ8s")
"""Documents, grams, bytes of texts, bytes of lists, ``MAGIC``."""
NUMBER_BYTES: Final = 8
_ENCODING: Final = "gb18030"
"""Two bytes for what UTF-8 needs three for, and everything else as well."""
_LEVEL: Final = 3
_NOWHERE: Final = b"\xff"
"""A byte that is part of no text."""
_BREAK: Final = PAGE_BREAK.encode(_ENCODING)
_WINDOW: Final = 1 << 15
"""Bytes of one text that another is compared with; more zlib does not look at."""
_CHEAPER_TO_READ: Final = 800
"""Looking into one text takes as long as decoding so many bytes of a posting list."""


def packed_text(text: str, written: str) -> bytes:
    """Return a document's normal text, and what the text as it stands has besides, as they lie on disk."""
    plain = text.encode(_ENCODING)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(plain) + packer.flush()
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=plain[-_WINDOW:])
    return packed + packer.compress(written.encode(_ENCODING)) + packer.flush()


def in_file(fragment: str) -> bytes:
    """Return a fragment as it stands in a packed text."""
    try:
        return fragment.encode(_ENCODING)
    except UnicodeEncodeError:  # half a character, which no text has
        return _NOWHERE


def _stands_in(fragment: bytes, flow: bytes) -> bool:
    """Tell whether a fragment stands in a text, and not only bytes that are parts of its characters."""
    at = flow.find(fragment)
    while at >= 0 and not _is_start(flow, at):
        at = flow.find(fragment, at + 1)
    return at >= 0


def _is_start(flow: bytes, at: int) -> bool:
    """Tell whether a character begins there; a comma is never part of another."""
    try:
        flow[flow.rfind(b",", 0, at) + 1 : at].decode(_ENCODING)
    except UnicodeDecodeError:
        return False
    return True


def normal_text(packed: bytes) -> str:
    """Return the normal text of a document."""
    return PackedText(packed).plain.decode(_ENCODING)


class PackedText:
    """A document's texts as they lie on disk, the normal one unpacked."""

    __slots__ = ("_others", "plain")

    def __init__(self, packed: bytes) -> None:
        first = zlib.decompressobj(-zlib.MAX_WBITS)
        self.plain = first.decompress(packed)
        self._others = first.unused_data

    def both(self) -> tuple[str, str]:
        """Return the normal text of a document, and its text as it stands."""
        second = zlib.decompressobj(-zlib.MAX_WBITS, zdict=self.plain[-_WINDOW:])
        return self.plain.decode(_ENCODING), second.decompress(self._others).decode(_ENCODING)


class Segment:
    """One open segment.

    Args:
        path: of its file.
        deleted: places of documents that are no more.

    Raises:
        ValueError: the file is no whole segment. OSError: it cannot be read.
    """

    def __init__(self, path: Path, deleted: Iterable[int] = ()) -> None:
        self.deleted: frozenset[int] = frozenset()
        """Ids of documents that are no more."""
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._views: list[memoryview] = []
        try:
            self._read_tables()
            self.deleted = frozenset(self.ids[place] for place in deleted)
            self._gone = IdSet(self.deleted).bits
        except BaseException:
            self.close()
            raise

    def _read_tables(self) -> None:
        size = len(self._map) - FOOTER.size
        if size < 0:
            raise ValueError("segment too short")
        count, grams, texts, lists, magic = FOOTER.unpack_from(self._map, size)
        if magic != MAGIC or texts + lists + 2 * NUMBER_BYTES * (count + grams) != size or not count:
            raise ValueError("segment expected")
        self.lists_at = at = texts
        at += lists
        self.ids, at = self._table(at, count)
        self._first, self._last = self.ids[0], self.ids[count - 1]
        self._text_ends, at = self._table(at, count)
        self.keys, at = self._table(at, grams)
        self.list_ends, at = self._table(at, grams)

    def _table(self, at: int, count: int) -> tuple[Sequence[int], int]:
        end = at + NUMBER_BYTES * count
        if sys.byteorder == "big":
            swapped = array("Q", self._map[at:end])
            swapped.byteswap()
            return swapped, end
        whole = memoryview(self._map)[at:end]
        self._views += (whole, whole.cast("Q"))
        return self._views[-1], end

    def close(self) -> None:
        """Let go of the file."""
        for view in reversed(self._views):
            view.release()
        self._views.clear()
        self._map.close()

    # ── documents ────────────────────────────────────────────────────────────────────────────────────────
    def __len__(self) -> int:
        """Return how many documents live."""
        return len(self.ids) - len(self.deleted)

    def number_of(self, doc: int) -> int | None:
        """Return the place of a living document among the ids."""
        if not self._first <= doc <= self._last or doc in self.deleted:
            return None
        return self.place_of(doc)

    def place_of(self, doc: int) -> int | None:
        """Return the place of a document among the ids, living or not."""
        if not self._first <= doc <= self._last:
            return None
        at = min(doc - self._first, len(self.ids) - 1)  # where it is as long as none before it was left out
        if self.ids[at] != doc:
            at = bisect_left(self.ids, doc)
        return at if self.ids[at] == doc else None

    def living(self) -> Iterator[tuple[int, int]]:
        """Yield ``(id, place)`` of every living document."""
        return ((doc, at) for at, doc in enumerate(self.ids) if doc not in self.deleted)

    def packed(self, number: int) -> bytes:
        """Return a document's texts as they lie on disk."""
        return self._map[self._text_ends[number - 1] if number else 0 : self._text_ends[number]]

    def text(self, number: int) -> str:
        """Return a document's normal text."""
        return normal_text(self.packed(number))

    def with_each(self, number: int, words: Sequence[Sequence[bytes]]) -> PackedText | None:
        """Return a document's texts when of each word one of its forms, as ``in_file`` gives them, stands in the normal text."""
        text = PackedText(self.packed(number))
        flow = text.plain.replace(_BREAK, b"")
        for forms in words:
            for form in forms:
                if _stands_in(form, flow):
                    break
            else:
                return None
        return text

    def both(self, number: int) -> tuple[str, str]:
        """Return a document's normal text, and its text as it stands."""
        return PackedText(self.packed(number)).both()

    # ── grams ────────────────────────────────────────────────────────────────────────────────────────────
    def holding(self, wanted: Sequence[tuple[str, bool]]) -> int:
        """Return as bits the ids of living documents that may hold all these grams (or beginnings of grams); shortest lists first.

        When so few are left that a look into their texts is cheaper than the next list, that list is left out.
        """
        places = []
        for gram, whole in wanted:
            if whole:
                place = self.place_of_gram(key_of(gram))
                if place is None:
                    return 0
                places.append(place)
        places.sort(key=self._length)
        found: int | None = None
        for place in places:
            if found is not None and found.bit_count() * _CHEAPER_TO_READ < self._length(place):
                break
            bits = bits_in(self.list_at(place))
            found = bits if found is None else found & bits
            if not found:
                return 0
        for gram, whole in wanted:
            if not whole:
                first, last = self._places_beginning(gram)
                if found is not None and found.bit_count() * _CHEAPER_TO_READ < self._lengths(first, last):
                    continue
                others = self._in_any(first, last)
                found = others if found is None else found & others
        return (found or 0) << self.ids[0] & ~self._gone

    def place_of_gram(self, key: int) -> int | None:
        """Return the place of a gram among the grams."""
        at = bisect_left(self.keys, key)
        return at if at < len(self.keys) and self.keys[at] == key else None

    def list_at(self, place: int) -> bytes:
        """Return a posting list as it lies on disk."""
        start = self.list_ends[place - 1] if place else 0
        return self._map[self.lists_at + start : self.lists_at + self.list_ends[place]]

    def lists_between(self, start: int, end: int) -> bytes:
        """Return a stretch of the posting lists."""
        return self._map[self.lists_at + start : self.lists_at + end]

    def _length(self, place: int) -> int:
        return self._lengths(place, place + 1)

    def _lengths(self, first: int, last: int) -> int:
        """Return how long the lists between two places are together."""
        if first == last:
            return 0
        return self.list_ends[last - 1] - (self.list_ends[first - 1] if first else 0)

    def _places_beginning(self, prefix: str) -> tuple[int, int]:
        """Return the places between which, the second excluded, the grams begin so."""
        low, high = keys_beginning(prefix)
        return bisect_left(self.keys, low), bisect_left(self.keys, high)

    def _in_any(self, first: int, last: int) -> int:
        found, few = 0, set[int]()
        for place in range(first, last):
            if self._length(place) > _CHEAPER_TO_READ:
                found |= bits_in(self.list_at(place))
            else:
                few.update(numbers_in(self.list_at(place)))
        return found | IdSet(few).bits

    def ids_at(self, place: int, *, living: bool = True) -> list[int]:
        """Return the ids of the list at a place, ascending: of the living documents, or of the dead too."""
        first, dead = self.ids[0], self.deleted if living else ()
        ids = (first + number for number in numbers_in(self.list_at(place)))
        return [doc for doc in ids if doc not in dead] if dead else list(ids)
