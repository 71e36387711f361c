"""``CHECKSUMS``: what each file of an index must be, so that a damaged or a strange one never answers.

The first line is the SHA-256 of the second, a JSON object: ``files`` name in ``text/`` → [SHA-256, [size, mtime_ns, inode]];
``catalogue`` [size, mtime_ns, inode] of the catalogue's file, ``pages`` the checksum of each of its pages (16 digits a page),
``coming`` page from 0 → checksums it may have as well while the log is being folded into the file.

A file as long, as old and in the place as when its content was known is believed; any other is read. What is about to
become true is written before it does, so that a kill leaves nothing that does not fit.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

from archivist.errors import IndexFault, IndexNotWritten
from archivist.os_reasons import reason_of
from archivist.search import contents
from archivist.search.write_ahead import committed_pages, page_sum

NAME: Final = "CHECKSUMS"
CATALOGUE: Final = "catalogue.sqlite3"
TEXT: Final = "text"
PAGE_BYTES: Final = 4096
_DIGITS: Final = 16
_TRIES: Final = 40
_PAUSE_S: Final = 0.025
"""A writer folds its log into the file within a second of tries."""
_BLOCK: Final = 1 << 20

Mark: TypeAlias = tuple[int, int, int]
"""Size, modification time in nanoseconds and inode of a file, by which it is known again without being read."""


def mark_of(path: Path) -> Mark:
    """Return the mark of a file.

    Raises:
        OSError: it is not there, or out of reach.
    """
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


@dataclass(frozen=True, slots=True)
class _Sums:
    """What stands in ``CHECKSUMS``."""

    files: Mapping[str, tuple[str, Mark]] = field(default_factory=dict)
    catalogue: Mark = (0, 0, 0)
    pages: str = ""
    coming: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def accepts(self, page: int, checksum: str) -> bool:
        at = page * _DIGITS
        return self.pages[at : at + _DIGITS] == checksum or checksum in self.coming.get(page, ())


class Checksums:
    """The checksums of one index folder; those who ask read them, its one writer brings them forward.

    Raises:
        IndexFault: E400, ``CHECKSUMS`` is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._texts = folder, folder / TEXT
        self._read_at: Mark | None = None
        self._known = _Sums()
        self._proven: dict[str, Mark] = {}
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
        _write(folder, _Sums(files, mark_of(path), "".join(_page_sums(path))))

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
        if not self._fits(self._folder / CATALOGUE):
            found.append(CATALOGUE)
        return found

    def _used(self) -> set[str] | None:
        """Return the files of the newest commit of the text index; ``None`` where they cannot be told."""
        try:
            commit = contents.newest(self._texts)
            segments = {segment.file for segment in contents.segments(self._texts, commit)}
        except Exception:  # whatever is wrong with it, its checksum says so
            return None
        return segments | {contents.file_of(commit)}

    def _fits(self, path: Path) -> bool:
        known, pages = self._now(), -1
        try:
            for pages, checksum in enumerate(_page_sums(path)):
                if not known.accepts(pages, checksum):
                    return False
        except OSError as error:
            raise _unreadable(error, path.name) from error
        return bool(known.coming) or (pages + 1) * _DIGITS == len(known.pages)

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
        sums = bytearray(known.pages, "ascii")
        try:
            mark = mark_of(path)
            count = mark[0] // PAGE_BYTES
            with path.open("rb") as file:
                for page in sorted(p for p in known.coming if p < count):
                    file.seek(page * PAGE_BYTES)
                    checksum = page_sum(file.read(PAGE_BYTES))
                    if not known.accepts(page, checksum):
                        raise IndexFault("索引目录写下的与读回的不同，磁盘可能有故障")
                    sums[page * _DIGITS : (page + 1) * _DIGITS] = checksum.encode()
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
        # Should a power cut undo this, what was expected before still fits.
        self._replace(_Sums(files, mark, sums[: count * _DIGITS].decode()), relied_on=False)
        self._proven.clear()
        self.moved = False

    def _now(self) -> _Sums:
        """Return what stands in the file, read again when it is another."""
        path = self._folder / NAME
        try:
            mark = mark_of(path)
            if mark != self._read_at:
                self._known = _parse(path.read_bytes())
                self._read_at = mark
                self._proven.clear()
                self.moved = False
        except FileNotFoundError:
            raise IndexFault("索引没有校验和：不完整，或是另一版本的程序建立的") from None
        except OSError as error:
            raise _unreadable(error, NAME) from error
        return self._known

    def _replace(self, sums: _Sums, *, relied_on: bool = True) -> None:
        _write(self._folder, sums, relied_on=relied_on)
        self._known, self._read_at = sums, mark_of(self._folder / NAME)


def _parse(data: bytes) -> _Sums:
    digest, _, body = data.partition(b"\n")
    try:
        if digest.decode("ascii") != hashlib.sha256(body).hexdigest():
            raise ValueError
        raw = json.loads(body)
        files = {name: (entry[0], _mark(entry[1])) for name, entry in raw["files"].items()}
        coming = {int(page): frozenset(sums) for page, sums in raw["coming"].items()}
        return _Sums(files, _mark(raw["catalogue"]), raw["pages"], coming)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise IndexFault("索引的校验和文件已损坏") from None


def _mark(raw: list[int]) -> Mark:
    size, mtime, inode = raw
    return size, mtime, inode


def _write(folder: Path, sums: _Sums, *, relied_on: bool = True) -> None:
    """Write ``CHECKSUMS``; what others come to rely on is durable when this returns, name and all."""
    body = json.dumps(
        {
            "files": dict(sums.files),
            "catalogue": sums.catalogue,
            "pages": sums.pages,
            "coming": {str(page): sorted(which) for page, which in sums.coming.items()},
        }
    ).encode()
    draft = folder / f"{NAME}.part"
    try:
        with draft.open("wb") as file:
            file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / NAME)
        if relied_on:
            sync_folder(folder)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise IndexNotWritten(f"{reason_of(error)}，档案不受影响") from error


def sync_folder(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk; where folders cannot be synced (Windows) the system does it in time."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
