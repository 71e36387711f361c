"""What Whoosh is told of a segment of ours, so that a stock Whoosh opens, searches and merges the index: its codec, for reading.

Only ``whoosh`` writes; it and its readers go to ``segment`` without this detour.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from archivist.search.contents import EXTENSION
from archivist.search.postings import gram_of, key_of
from archivist.search.segment import Segment

with warnings.catch_warnings():  # 2.7.4 was frozen in 2016: its regular expressions are not raw strings
    warnings.simplefilter("ignore")
    from whoosh import analysis, fields, formats
    from whoosh.codec import base
    from whoosh.matching import ListMatcher
    from whoosh.reading import TermInfo, TermNotFound

GRAMS: Final = "grams"


class Grams(fields.FieldType):  # type: ignore[misc]
    """A set of strings, each in ``Existence`` format: present or not, nothing else."""

    def __init__(self) -> None:
        self.analyzer, self.format = analysis.IDAnalyzer(), formats.Existence()
        self.stored = self.unique = self.scorable = False
        self.indexed, self.vector, self.column_type, self.multitoken_query = True, None, None, "default"


def schema() -> Any:
    """Return what Whoosh is told of the fields."""
    stored = {name: fields.STORED() for name in ("id", "text", "written")}
    return fields.Schema(**{GRAMS: Grams()}, **stored)


class ArchiveSegment(base.Segment):  # type: ignore[misc]
    """What the table of contents holds of a segment: its name, how many documents it has, which places are dead."""

    def __init__(self, indexname: str, count: int = 0) -> None:
        super().__init__(indexname)
        self._count = count
        self._deleted: set[int] = set()

    @property
    def file(self) -> str:
        """The name of its file."""
        return str(self.make_filename(EXTENSION))

    def codec(self, **_: object) -> ArchiveCodec:
        """Return what reads it."""
        return ArchiveCodec()

    def doc_count_all(self) -> int:
        """Return how many documents there are, dead ones too."""
        return self._count

    def set_doc_count(self, doccount: int) -> None:
        """Say how many documents there are."""
        self._count = doccount

    def deleted_count(self) -> int:
        """Return how many are dead."""
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        """Return the places of the dead."""
        return iter(self._deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Mark a document as dead, or as alive."""
        (self._deleted.add if delete else self._deleted.discard)(docnum)

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is dead."""
        return docnum in self._deleted


def opened(folder: str, segment: ArchiveSegment) -> Segment:
    """Open a segment."""
    return Segment(Path(folder) / segment.file, segment.deleted_docs())


class ArchiveCodec(base.Codec):  # type: ignore[misc]
    """Reads our segments for Whoosh."""

    length_stats = False

    def terms_reader(self, storage: Any, segment: ArchiveSegment) -> _Terms:
        """Return what reads the grams."""
        return _Terms(opened(storage.folder, segment))

    def per_document_reader(self, storage: Any, segment: ArchiveSegment) -> _Documents:
        """Return what reads the texts."""
        return _Documents(opened(storage.folder, segment), segment)


class _Terms(base.TermsReader):  # type: ignore[misc]
    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def close(self) -> None:
        self._segment.close()

    def indexed_field_names(self) -> list[str]:
        return [GRAMS]

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return term[0] == GRAMS and self._place(term[1]) is not None

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        grams = (gram_of(key).encode() for key in self._segment.keys)  # code points sort as their UTF-8 does
        return ((GRAMS, gram) for gram in grams if fieldname == GRAMS and gram >= prefix)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return self.terms_from(GRAMS, b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], Any]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], Any]]:
        return self.items_from(GRAMS, b"")

    def term_info(self, fieldname: str, text: bytes) -> Any:
        found = self._places(fieldname, text)
        return TermInfo(len(found), len(found), 0, 0, 1.0, found[0], found[-1])

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> Any:
        places = self._places(fieldname, text)
        return ListMatcher(places, values=[b""] * len(places), format=format_, scorer=scorer)

    def _places(self, fieldname: str, text: bytes) -> list[int]:
        place = self._place(text) if fieldname == GRAMS else None
        if place is None:
            raise TermNotFound(f"{fieldname}:{text!r}")
        places = (self._segment.place_of(doc) for doc in self._segment.ids_at(place, living=False))
        return [place for place in places if place is not None]

    def _place(self, text: bytes) -> int | None:
        return self._segment.place_of_gram(key_of(text.decode()))


class _Documents(base.PerDocumentReader):  # type: ignore[misc]
    def __init__(self, segment: Segment, about: ArchiveSegment) -> None:
        self._segment = segment
        self.doc_count, self.doc_count_all = about.doc_count, about.doc_count_all
        self.has_deletions, self.is_deleted = about.has_deletions, about.is_deleted
        self.deleted_docs = about.deleted_docs

    def close(self) -> None:
        self._segment.close()

    def stored_fields(self, docnum: int) -> dict[str, object]:
        segment = self._segment
        text, written = segment.both(docnum)
        return {"id": segment.ids[docnum], "text": text, "written": written}

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return default

    def field_length(self, fieldname: str) -> int:
        return 0

    min_field_length = max_field_length = field_length
