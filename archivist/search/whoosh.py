"""The full-text part of the embedded engine, in Whoosh's own files. The only module that imports whoosh.

One Whoosh document for each record (and for the facts of each case): the set of its grams, its normal text, what
that differs by from the text as it stands, its catalogue id. No positions, lengths, vectors, weights or spelling. Postings are gathered as lists of document
numbers and written block by block in the layout Whoosh reads, and read back a block at a time; a stock Whoosh can
open and search the result. Pickles lie inside: ``ownership`` sees to it that nobody else can have written them, and
each file is held against its checksum before it is opened.
"""

from __future__ import annotations

import gc
import struct
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from archivist.errors import ArchivistError, IndexFault, IndexNotWritten
from archivist.os_reasons import reason_of
from archivist.search.checksums import Checksums, sync_folder
from archivist.search.engine import Bounds, Document
from archivist.search.postings import pack_list
from archivist.search.segment import Segment, difference
from archivist.search.text import grams, is_one_gram, needed

with warnings.catch_warnings():  # 2.7.4 was frozen in 2016: its regular expressions are not raw strings
    warnings.simplefilter("ignore")
    from whoosh import analysis, columns, fields, formats, index
    from whoosh.codec.whoosh3 import W3TermInfo
    from whoosh.filedb.filestore import FileStorage
    from whoosh.reading import SegmentReader
    from whoosh.writing import LockError, SegmentWriter

T = TypeVar("T")

NAME: Final = "MAIN"
WRITER_TIMEOUT_S: Final = 30.0
OPEN_TRIES: Final = 3
"""Attempts to open one commit; a file may be missing only while the next commit replaces it."""
OPEN_PAUSE_S: Final = 0.05
MERGE_MANY: Final = 8
"""So many segments of a like size (1–7 documents, 8–63, 64–511) become one; bigger ones stay as they are."""
MERGE_TIERS: Final = 3
_NO_ID = 0
_EXTENT = struct.Struct("!qi")
"""Where a posting list lies: offset and length in bytes."""


class Grams(fields.FieldType):  # type: ignore[misc]
    """A set of strings, each in ``Existence`` format: present or not, nothing else."""

    def __init__(self) -> None:
        self.analyzer, self.format = analysis.IDAnalyzer(), formats.Existence()
        self.stored = self.unique = self.scorable = False
        self.indexed, self.vector, self.column_type, self.multitoken_query = True, None, None, "default"

    def index(self, value: Iterable[str], **_: object) -> list[tuple[bytes, int, float, bytes]]:
        """Return postings as a stock writer wants them."""
        return [(t.encode(), 1, 1.0, b"") for t in sorted(set(value))]


ID_COLUMN: Final = columns.NumericColumn("Q", default=_NO_ID)


def _schema() -> Any:
    return fields.Schema(
        grams=Grams(), key=Grams(), text=fields.STORED(), delta=fields.STORED(), id=fields.COLUMN(ID_COLUMN)
    )


class WhooshIndex:
    """The text index in one folder: many readers, one writer; see ``TextIndex`` for what each method promises."""

    def __init__(self, folder: Path, sums: Checksums | None = None) -> None:
        self._folder = folder
        self._storage = _Storage(str(folder), sums)
        self._leaves: list[Segment] | None = None
        self._generation = -1

    @classmethod
    def create(cls, folder: Path) -> WhooshIndex:
        """Make a new, empty index in a folder that must not exist yet."""
        folder.mkdir(parents=True)
        storage = _Storage(str(folder), None)
        index.FileIndex.create(storage, _schema(), NAME)
        storage.let_go()
        return cls(folder)

    def generation(self) -> int:
        """Return the number of the newest commit on disk."""
        found = int(index.TOC._latest_generation(self._storage, NAME))
        if found < 0:
            raise IndexFault("全文索引不存在或不完整")
        return found

    def close(self) -> None:
        """Let go of the files."""
        self._leaves = None
        self._storage.let_go()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────
    def holding(self, fragment: str) -> Bounds:
        """Return the documents that may hold a fragment of normal text; surely so when it is one gram."""
        wanted = needed(fragment)
        found: set[int] = set()
        for leaf in self._open():
            found.update(_reading(lambda leaf=leaf: leaf.ids_of(leaf.holding(wanted))))  # type: ignore[misc]
        return Bounds(found if is_one_gram(fragment) else frozenset(), found)

    def texts(self, ids: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Yield each document's normal text, in the order asked; documents that are gone are left out."""
        leaves = self._open()
        for doc in ids:
            for leaf in leaves:
                if (number := leaf.number_of(doc)) is not None:
                    yield doc, _reading(lambda at=number, leaf=leaf: leaf.text(at))  # type: ignore[misc]
                    break

    def written(self, ids: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Yield each document's text as it stands, in the order asked; documents that are gone are left out."""
        leaves = self._open()
        for doc in ids:
            for leaf in leaves:
                if (number := leaf.number_of(doc)) is not None:
                    yield doc, _reading(lambda at=number, leaf=leaf: leaf.written(at))  # type: ignore[misc]
                    break

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
            try:
                now = self._index()._read_toc()
                reader = index.FileIndex._reader(self._storage, now.schema, now.segments, now.generation)
                return [Segment(r) for r, _ in reader.leaf_readers() if r.doc_count_all()]
            except (OSError, index.EmptyIndexError) as error:
                self._storage.let_go()
                tries[newest] += 1
                if tries[newest] >= OPEN_TRIES:
                    raise IndexFault("全文索引缺少文件") from error
                time.sleep(OPEN_PAUSE_S)
            except IndexFault:
                self._storage.let_go()
                raise
            except Exception as error:
                self._storage.let_go()
                raise IndexFault(f"全文索引损坏（{type(error).__name__}）") from error

    def _index(self) -> Any:
        return index.FileIndex(self._storage, schema=_schema(), indexname=NAME)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────
    def write(self, add: Iterable[Document], drop: Iterable[int], *, purge: Collection[int] = ()) -> None:
        """Commit additions and removals at once; what an added document replaces must be among the dropped.

        Every segment that ever held one of the ``purge``d is written anew, so that no file keeps its text.

        Raises:
            IndexFault: E400, a file is damaged. IndexNotWritten: E402, another process holds the index for over 30 s,
                or the disk refuses; the index stays as it was.
        """
        self.close()
        self.generation()
        try:
            writer = _Writer(self._index())
        except LockError as error:
            raise IndexNotWritten(
                "另一个程序正在写索引", remedy="等它完成后再试；索引会自行补齐。"
            ) from error
        except IndexFault:
            raise
        except OSError as error:
            raise _refused(error) from error
        except Exception as error:
            raise IndexFault(f"全文索引损坏（{type(error).__name__}）") from error
        collecting = gc.isenabled()
        gc.disable()  # a million lists and not one cycle: collecting would take a fifth of the time
        try:
            writer.drop(drop)
            anew = writer.that_held(purge)
            for document in add:
                writer.put(document)
            writer.commit(mergetype=partial(_merge_these, anew) if purge else _merge_small)
        except BaseException as error:
            writer.abandon()
            self._storage.synced = frozenset()
            if isinstance(error, OSError):
                raise _refused(error) from error
            if isinstance(error, Exception) and not isinstance(error, ArchivistError):
                raise IndexFault(f"全文索引写不进去（{type(error).__name__}）") from error
            raise
        finally:
            self._storage.let_go()
            if collecting:
                gc.enable()


def _refused(error: OSError) -> IndexNotWritten:
    return IndexNotWritten(f"磁盘拒绝写入索引（{reason_of(error)}），档案不受影响")


def _reading(read: Callable[[], T]) -> T:
    try:
        return read()
    except IndexFault:
        raise
    except Exception as error:
        raise IndexFault(f"全文索引损坏（{type(error).__name__}）") from error


class _Writer(SegmentWriter):  # type: ignore[misc]
    """Whoosh's segment writer with its posting pool replaced by plain lists of document numbers."""

    def __init__(self, ix: Any) -> None:
        try:
            super().__init__(ix, timeout=WRITER_TIMEOUT_S, compound=False)
        except (
            BaseException
        ):  # the error holds this writer, and so its lock, for as long as anybody holds the error
            self._unlock()
            raise
        self.is_closed = False
        self._lists: dict[str, defaultdict[str, list[int]]] = {n: defaultdict(list) for n in ("grams", "key")}

    def put(self, document: Document) -> None:
        found = grams(document.text)  # before start_doc: what fails here leaves the segment whole
        number, lists = self.docnum, self._lists["grams"]
        self._start(document.id, document.text, difference(document.text, document.written))
        for gram in found:
            lists[gram].append(number)
        self._lists["key"][str(document.id)].append(number)

    def _start(self, doc: int, text: str, delta: bytes) -> None:
        per_document = self.perdocwriter
        per_document.start_doc(self.docnum)
        per_document.add_field("text", self.schema["text"], text, 0)
        per_document.add_field("delta", self.schema["delta"], delta, 0)
        per_document.add_column_value("id", ID_COLUMN, doc)
        per_document.finish_doc()
        self.docnum += 1
        self._added = True

    def drop(self, ids: Iterable[int]) -> None:
        """Mark documents of earlier commits as deleted."""
        reader = self.reader()
        leaves = [(Segment(r), base) for r, base in reader.leaf_readers() if r.doc_count_all()]
        for doc in ids:
            for leaf, base in leaves:
                for number in leaf.numbers("key", str(doc)):
                    self.delete_document(base + number)
        reader.close()

    def that_held(self, ids: Collection[int]) -> frozenset[str]:
        """Return the segments in which a document stands or ever stood."""
        reader = self.reader()
        leaves = [r for r, _ in reader.leaf_readers() if ids and r.doc_count_all()]
        found = {
            r.segment().segment_id()
            for r in leaves
            if any(leaf.numbers("key", str(doc)) for leaf in [Segment(r)] for doc in ids)
        }
        reader.close()
        return frozenset(found)

    def add_reader(self, reader: Any) -> None:
        """Take over the living documents of a segment that is being merged."""
        leaf, moved = Segment(reader), {}
        for number in range(reader.doc_count_all()):
            if number not in leaf.deleted:
                moved[number] = self.docnum
                self._start(leaf.ids[number], leaf.text(number), leaf.delta(number))
        for name, terms in self._lists.items():
            for term, numbers in leaf.lists(name):
                if living := [moved[n] for n in numbers if n in moved]:
                    terms[term].extend(living)

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        fields_ = self.fieldwriter
        out, at = fields_._postfile, fields_._postfile.tell()
        for name in sorted(self._lists):
            terms = self._lists[name]
            if not terms:
                continue
            fields_.start_field(name, self.schema[name])
            start = struct.pack("!H", fields_._fieldid)
            for term in sorted(terms):  # code points sort as their UTF-8 does
                numbers = terms[term]
                packed = pack_list(numbers)
                out.file.write(packed)
                about = W3TermInfo._struct.pack(
                    0, float(len(numbers)), len(numbers), 0, 0, 1.0, numbers[0], numbers[-1]
                )
                fields_._tindex.add(start + term.encode(), about + _EXTENT.pack(at, len(packed)))
                at += len(packed)
            fields_.finish_field()
            terms.clear()
        fields_.close()

    def abandon(self) -> None:
        """Give up without a commit, whatever state the files are in; the next commit sweeps them away."""
        if not self.is_closed:
            try:
                self.cancel()
            except Exception:
                self._unlock()
                self.is_closed = True

    def _unlock(self) -> None:
        if self.writelock and self.writelock.fd is not None:
            self.writelock.release()


def _merge_small(writer: _Writer, segments: list[Any]) -> list[Any]:
    chosen: list[Any] = []
    for tier in range(MERGE_TIERS):
        low, high = MERGE_MANY**tier, MERGE_MANY ** (tier + 1)
        like = [s for s in segments if low <= s.doc_count_all() < high]
        if len(like) >= MERGE_MANY:
            chosen += like
    return _merge(writer, segments, chosen)


def _merge_these(anew: frozenset[str], writer: _Writer, segments: list[Any]) -> list[Any]:
    return _merge(writer, segments, [s for s in segments if s.segment_id() in anew])


def _merge(writer: _Writer, segments: list[Any], chosen: list[Any]) -> list[Any]:
    for segment in chosen:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [s for s in segments if s not in chosen]


class _Storage(FileStorage):  # type: ignore[misc]
    """Makes a commit survive a power cut: new files, then the table of contents, then the folder reach the disk.

    Knows every file it opened, because Whoosh forgets some when it fails.
    """

    def __init__(self, path: str, sums: Checksums | None) -> None:
        super().__init__(path)
        self.synced: frozenset[str] = frozenset()
        self._sums = sums
        self._made: set[str] = set()
        self._opened: list[Any] = []

    def create_file(self, name: str, excl: bool = False, mode: str = "wb", **options: Any) -> Any:
        self._made.add(name)
        self._opened.append(super().create_file(name, excl=excl, mode=mode, **options))
        return self._opened[-1]

    def open_file(self, name: str, **options: Any) -> Any:
        if self._sums is not None and name not in self._made:
            self._sums.require_file(name)
        self._opened.append(super().open_file(name, **options))
        return self._opened[-1]

    def let_go(self) -> None:
        """Close every file still open; ``close`` is what each of Whoosh's readers calls when it is done."""
        for file in self._opened:
            if not file.is_closed:
                file.close()
        self._opened.clear()

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        folder = Path(self.folder)
        if newname.endswith(".toc"):
            files = frozenset(p.name for p in folder.glob(f"{NAME}_*.*"))
            for name in files - self.synced:
                sync_folder(folder / name)
            sync_folder(folder / oldname)
            sync_folder(folder)
            self.synced = files
            if self._sums is not None:
                self._sums.admit({newname: folder / oldname, **{name: folder / name for name in files}})
        super().rename_file(oldname, newname, safe=safe)
        if newname.endswith(".toc"):
            sync_folder(folder)
