"""``CHECKSUMS``: what each file of an index must be, so that a damaged or a strange one never answers; as it is written: ``checksum_file``.

A file as long, as old and in the place as when its content was known is believed; any other is read. What is about to
become true is written before it does, so that a kill leaves nothing that does not fit.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from archivist.errors import IndexFault
from archivist.os_reasons import reason_of
from archivist.search import contents
from archivist.search.checksum_file import (
    NAME,
    PAGE_BYTES,
    PAGES,
    SUM_BYTES,
    Mark,
    Sums,
    mark_of,
    parse,
    write,
    write_pages,
)
from archivist.search.write_ahead import committed_pages, page_sum

CATALOGUE: Final = "catalogue.sqlite3"
TEXT: Final = "text"
_CHANGED_MOST: Final = 256
"""With more pages that are others by now the file of all checksums is written anew."""
_TRIES: Final = 40
_PAUSE_S: Final = 0.025
"""A writer folds its log into the file within a second of tries."""
_BLOCK: Final = 1 << 20


class Checksums:
    """The checksums of one index folder; those who ask read them, its one writer brings them forward.

    Raises:
        IndexFault: E400, ``CHECKSUMS`` is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._texts = folder, folder / TEXT
        self._read_at: Mark | None = None
        self._known = Sums()
        self._proven: dict[str, Mark] = {}
        self._pages: tuple[str, bytes] = ("", b"")
        self.moved = False
        """Some file is not where or as old as it was, though the same: the index was copied or brought back."""
        self._now()

    @classmethod
    def take(cls, folder: Path) -> None:
        """Write the checksums of an index that was just made and that nobody else knows yet.

        Raises:
            IndexNotWritten: E402.
        """
        files = {path.name: (_digest(path), mark_of(path)) for path in _text_files(folder)}
        path = folder / CATALOGUE
        pages = write_pages(folder, bytes.fromhex("".join(_page_sums(path))))
        write(folder, Sums(files, mark_of(path), pages))

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────
    def require_file(self, name: str) -> None:
        """Refuse a file of the text index that is not as it was written, before anything of it is read.

        Raises:
            IndexFault: E400. OSError: it is not there; the next commit may have taken it away.
        """
        path = self._texts / name
        mark, known = mark_of(path), self._now().files.get(name)
        if known is None:
            raise IndexFault(f"全文索引里有不是它自己写的文件 {name}")
        if mark not in (known[1], self._proven.get(name)):
            if mark[0] != known[1][0] or _digest(path) != known[0]:
                raise IndexFault(f"全文索引的文件 {name} 已损坏")
            self._proven[name] = mark
            self.moved = True

    def require_catalogue(self) -> None:
        """Refuse a catalogue that is not as it was written; cheap while its file is the one that was written.

        Raises:
            IndexFault: E400.
        """
        path = self._folder / CATALOGUE
        for _ in range(_TRIES):
            try:
                known, mark = self._now(), mark_of(path)
            except OSError as error:
                raise _unreadable(error, CATALOGUE) from error
            if mark in (known.catalogue, self._proven.get(CATALOGUE)):
                return
            if not known.coming and mark_of(path) == mark:
                break
            time.sleep(_PAUSE_S)  # a writer is folding its log into the file
        if not self._fits(path):
            raise IndexFault("索引目录已损坏（校验和不符）")
        self._proven[CATALOGUE] = mark
        self.moved = self.moved or not known.coming

    def damaged(self) -> list[str]:
        """Read every file whole and return the names of those that are missing or not as they were written.

        A file that a commit took away before it was killed is still on record, and is no loss.
        """
        known, found, used = self._now(), [], self._used()
        for name, (digest, _) in known.files.items():
            path = self._texts / name
            struck_off = used is not None and name not in used
            whole = _digest(path) == digest if path.is_file() else struck_off
            if not whole:
                found.append(f"{TEXT}/{name}")
        if not self._whole(self._folder / known.pages_file, known.pages):
            return [*found, known.pages_file]
        if not self._fits(self._folder / CATALOGUE):
            found.append(CATALOGUE)
        return found

    @staticmethod
    def _whole(path: Path, digest: str) -> bool:
        return path.is_file() and _digest(path) == digest

    def _used(self) -> set[str] | None:
        """Return the files of the newest commit of the text index; ``None`` where they cannot be told."""
        try:
            commit = contents.newest(self._texts)
            segments = {segment.file for segment in contents.segments(self._texts, commit)}
        except Exception:  # whatever is wrong with it, its checksum says so
            return None
        return segments | {contents.file_of(commit)}

    def _fits(self, path: Path) -> bool:
        known = self._now()
        try:
            return self._fits_to(known, path)
        except IndexFault:
            if self._now() is known:
                raise
        return self._fits(path)  # its writer went on meanwhile

    def _fits_to(self, known: Sums, path: Path) -> bool:
        page = -1
        try:
            for page, checksum in enumerate(_page_sums(path)):
                if not self._accepts(known, page, checksum):
                    return False
        except OSError as error:
            raise _unreadable(error, path.name) from error
        return bool(known.coming) or page + 1 == known.page_count

    def _accepts(self, known: Sums, page: int, checksum: str) -> bool:
        """Tell whether a page may be so."""
        if checksum in known.coming.get(page, ()):
            return True
        at = page * SUM_BYTES
        return checksum == (known.changed.get(page) or self._pages_of(known)[at : at + SUM_BYTES].hex())

    def _pages_of(self, known: Sums) -> bytes:
        """Return the checksums of all pages as they were written last, read when they are first needed.

        Raises:
            IndexFault: E400.
        """
        if self._pages[0] != known.pages:
            try:
                data = (self._folder / known.pages_file).read_bytes()
            except OSError as error:
                raise _unreadable(error, known.pages_file) from error
            if hashlib.sha256(data).hexdigest() != known.pages:
                raise IndexFault("索引的校验和文件已损坏")
            self._pages = known.pages, data
        return self._pages[1]

    # ── writing; by the index's one writer ───────────────────────────────────────────────────────────────
    def admit(self, files: Mapping[str, Path]) -> None:
        """Put files of the text index on record that are about to count; those that are gone are struck off.

        Args:
            files: each by the name it will have, where it stands now.

        Raises:
            IndexNotWritten: E402. OSError: one cannot be read.
        """
        known = self._now()
        there = _names(self._texts)
        kept = {name: entry for name, entry in known.files.items() if name in there}
        new = {n: (_digest(p), mark_of(p)) for n, p in files.items() if n not in kept}
        self._replace(replace(known, files=kept | new))

    def expect(self) -> bool:
        """Put on record what the pages of the catalogue will be once its log is folded into it.

        Returns:
            Whether there is anything to fold, or to settle.

        Raises:
            IndexNotWritten: E402.
        """
        known, path = self._now(), self._folder / CATALOGUE
        try:
            pages, same = committed_pages(path), mark_of(path) == known.catalogue
        except OSError as error:
            raise _unreadable(error, CATALOGUE) from error
        if pages:
            coming = {p: known.coming.get(p, frozenset()) | {s} for p, s in pages.items()}
            self._replace(replace(known, coming={**known.coming, **coming}))
        return bool(pages or known.coming or not same)

    def settle(self) -> None:
        """Put on record what the catalogue is now that its log is folded into it.

        Raises:
            IndexFault: E400, it is not what was expected. IndexNotWritten: E402.
        """
        known, path = self._now(), self._folder / CATALOGUE
        changed = dict(known.changed)
        try:
            mark = mark_of(path)
            count = mark[0] // PAGE_BYTES
            with path.open("rb") as file:
                for page in sorted(p for p in known.coming if p < count):
                    file.seek(page * PAGE_BYTES)
                    checksum = page_sum(file.read(PAGE_BYTES))
                    if not self._accepts(known, page, checksum):
                        raise IndexFault("索引目录写下的与读回的不同，磁盘可能有故障")
                    changed[page] = checksum
        except OSError as error:
            raise _unreadable(error, CATALOGUE) from error
        there = _names(self._texts)
        files = {
            name: (digest, self._proven.get(name, was))
            for name, (digest, was) in known.files.items()
            if name in there
        }
        if self.moved:  # whoever opens it next need not read it all again
            for name in files:
                self.require_file(name)
                files[name] = files[name][0], self._proven.get(name, files[name][1])
        changed = {page: checksum for page, checksum in changed.items() if page < count}
        if len(changed) <= _CHANGED_MOST:
            # Should a power cut undo this, what was expected before still fits.
            self._replace(Sums(files, mark, known.pages, changed), relied_on=False)
        else:
            self._replace(Sums(files, mark, self._written_anew(known, count, changed)))
            for old in self._folder.glob(f"{PAGES}.*"):
                if old.name != self._known.pages_file:
                    with suppress(OSError):
                        old.unlink()
        self._proven.clear()
        self.moved = False

    def _written_anew(self, known: Sums, count: int, changed: Mapping[int, str]) -> str:
        """Write the checksums of all pages with those that changed into a new file; returns its SHA-256."""
        sums = bytearray(self._pages_of(known)[: count * SUM_BYTES]).ljust(count * SUM_BYTES, b"\0")
        for page, checksum in changed.items():
            sums[page * SUM_BYTES : (page + 1) * SUM_BYTES] = bytes.fromhex(checksum)
        return write_pages(self._folder, bytes(sums))

    def _now(self) -> Sums:
        """Return what stands in the file, read again when it is another."""
        path = self._folder / NAME
        try:
            mark = mark_of(path)
            if mark != self._read_at:
                self._known = parse(path.read_bytes())
                self._read_at = mark
                self._proven.clear()
                self.moved = False
        except FileNotFoundError:
            raise IndexFault("索引没有校验和：不完整，或是另一版本的程序建立的") from None
        except OSError as error:
            raise _unreadable(error, NAME) from error
        return self._known

    def _replace(self, sums: Sums, *, relied_on: bool = True) -> None:
        write(self._folder, sums, relied_on=relied_on)
        self._known, self._read_at = sums, mark_of(self._folder / NAME)


def _names(folder: Path) -> set[str]:
    """Return the names in a folder; none when it is not there."""
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _text_files(folder: Path) -> Iterable[Path]:
    """Return the files of the text index that hold something: tables of contents and segments, no locks."""
    return (p for p in sorted((folder / TEXT).iterdir()) if p.suffix and p.is_file())


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _page_sums(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            for at in range(0, len(block), PAGE_BYTES):
                yield page_sum(block[at : at + PAGE_BYTES])


def _unreadable(error: OSError, name: str) -> IndexFault:
    if isinstance(error, FileNotFoundError):
        return IndexFault(f"索引缺少文件 {name}")
    return IndexFault(f"索引的文件 {name} 读不出来：{reason_of(error)}")
