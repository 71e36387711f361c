"""One open segment of the text index: which documents hold which grams.

Works on Whoosh's reader of the segment, below its queries and matchers: whole posting lists as plain numbers.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, Final

from archivist.search.postings import among, numbers_of

_LEVEL: Final = 1
_WINDOW: Final = 1 << 15
"""Bytes of one text that another is compared with; more zlib does not look at."""
_SPARSE: Final = 40
"""When one list is so many times shorter than another, blocks of the longer one are skipped, not decoded."""


def difference(text: str, written: str) -> bytes:
    """Return what a text as it stands has besides its normal form, packed; a few hundred bytes a page."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_window(text))
    return packer.compress(written.encode()) + packer.flush()


def undone(text: str, delta: bytes) -> str:
    """Return the text as it stands, from its normal form and ``difference``."""
    return zlib.decompressobj(-zlib.MAX_WBITS, zdict=_window(text)).decompress(delta).decode()


def _window(text: str) -> bytes:
    return text.encode()[-_WINDOW:]


class Segment:
    """One open segment; document numbers count from 0 within it."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self._terms, self._post = reader._terms, reader._terms._postfile
        self.deleted = frozenset(reader._perdoc.deleted_docs() or ())
        file, _, size = reader._perdoc._get_column_file("id")
        with closing(file):
            self.ids = array("Q", file.read(size))
        if sys.byteorder == "little":
            self.ids.byteswap()
        if len(self.ids) != reader.doc_count_all():
            raise ValueError("id column and document count differ")
        self._open_texts()
        self._numbers: dict[int, int] | None = None

    def _open_texts(self) -> None:
        """Open the file of texts now: Whoosh opens it at first use, when a merge may have taken it away."""
        try:
            self.text(0)
        except TypeError:  # Whoosh found no file
            raise FileNotFoundError("_stored") from None

    def number_of(self, doc: int) -> int | None:
        """Return the number of a document of this segment, by its id."""
        if self._numbers is None:
            self._numbers = {d: n for n, d in enumerate(self.ids) if n not in self.deleted}
        return self._numbers.get(doc)

    def ids_of(self, numbers: Iterable[int]) -> list[int]:
        """Return the ids of document numbers, without those deleted."""
        ids = self.ids
        if self.deleted:
            return [ids[n] for n in numbers if n not in self.deleted]
        return [ids[n] for n in numbers]

    def text(self, number: int) -> str:
        """Return a document's normal text."""
        return str(self.reader.stored_fields(number)["text"])

    def delta(self, number: int) -> bytes:
        """Return what a document's text as it stands differs by from its normal text."""
        return bytes(self.reader.stored_fields(number)["delta"])

    def written(self, number: int) -> str:
        """Return a document's text as it stands."""
        stored = self.reader.stored_fields(number)
        return undone(str(stored["text"]), bytes(stored["delta"]))

    def holding(self, wanted: Sequence[tuple[str, bool]]) -> Sequence[int]:
        """Return the documents that hold all these grams (or beginnings of grams), rarest first."""
        infos = []
        for gram, whole in wanted:
            if whole:
                info = self.info("grams", gram)
                if info is None:
                    return ()
                infos.append(info)
        infos.sort(key=lambda info: info._df)
        found: Sequence[int] | None = None
        for info in infos:
            if found is None:
                found = numbers_of(self._post, info)
            elif len(found) * _SPARSE < info._df:
                found = among(self._post, info, found)
            elif found:
                others = set(numbers_of(self._post, info))
                found = [n for n in found if n in others]
        for gram, whole in wanted:
            if not whole and (found is None or found):
                others = self._beginning(gram)
                found = sorted(others) if found is None else [n for n in found if n in others]
        return found or ()

    def info(self, field: str, term: str) -> Any:
        """Return what Whoosh knows of a term, ``None`` when no document holds it."""
        key = (field, term.encode())
        return self._terms.term_info(*key) if key in self._terms else None

    def numbers(self, field: str, term: str) -> list[int]:
        """Return the documents that hold a term, deleted ones too."""
        info = self.info(field, term)
        return numbers_of(self._post, info) if info else []

    def _beginning(self, prefix: str) -> set[int]:
        found: set[int] = set()
        start = prefix.encode()
        for (name, term), info in self._terms.items_from("grams", start):
            if name != "grams" or not term.startswith(start):
                break
            found.update(numbers_of(self._post, info))
        return found

    def lists(self, name: str) -> Iterator[tuple[str, list[int]]]:
        """Yield every term of a field with its document numbers."""
        if name in self._terms._fieldmap:
            for (field, term), info in self._terms.items_from(name, b""):
                if field != name:
                    break
                yield term.decode(), numbers_of(self._post, info)
