"""An index made from the archive alone: a new folder, filled, sealed, and put in the old one's place all at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from archivist.errors import IndexFault, IndexNotWritten
from archivist.model.bag_head import BagHead
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Sha256
from archivist.os_reasons import reason_of
from archivist.search import binding, document_text, held_heads
from archivist.search.catalogue import IndexCatalogue
from archivist.search.checksum_file import sync_folder
from archivist.search.checksums import CATALOGUE, TEXT, Checksums
from archivist.search.current_folder import CURRENT, current
from archivist.search.engine import ArchiveReader, LedgerPlace
from archivist.search.opened_index import OpenedIndex, batches, follow, read_of

MANY: Final = 1_000
"""With so many cases, other processes are worth starting."""
LEAST, SEGMENT = 2_000, 16_000
"""Documents that one of them puts together at once, at least and at most: more need more memory, fewer make more segments."""


@contextmanager
def disk() -> Iterator[None]:
    """Say in words of our own what the disk refuses within a block.

    Raises:
        IndexNotWritten: E402.
    """
    try:
        yield
    except OSError as error:
        raise IndexNotWritten(f"磁盘拒绝写入索引（{reason_of(error)}），档案不受影响") from error


def replace(index: Path, fill: Callable[[Path], None]) -> None:
    """Make a new folder of the index and let ``CURRENT`` name it.

    Args:
        index: the workspace's ``index/``.
        fill: fills the new folder; what it raises leaves the old one in use, and of the new one nothing.

    Survives: a kill at any point leaves the old folder in use, and one that the next rebuild removes.
    """
    for left in index.glob("*.part"):
        _discard(left)
    name = f"{1 + max((int(p.name) for p in index.glob('[0-9]*') if p.name.isdigit()), default=0):06d}"
    part = index / f"{name}.part"
    try:
        part.mkdir(mode=0o700)
        fill(part)
        part.rename(index / name)
        _point(index, name)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    for old in index.glob("[0-9]*"):
        if old.name != name:  # where a reader still holds it (Windows), the next rebuild removes it
            shutil.rmtree(old, ignore_errors=True)


def known_heads(index: Path, destroyed: Iterable[CaseNo]) -> list[BagHead]:
    """Return the heads that the index in use knows, whatever state it is in, but of no case that was destroyed."""
    with suppress(IndexFault):
        if name := current(index):
            gone = {*map(str, destroyed)}
            return [head for head in held_heads.of_file(index / name / CATALOGUE) if head.bag not in gone]
    return []


def fill(
    folder: Path,
    archive: ArchiveReader,
    numbers: Sequence[CaseNo],
    read: Callable[[CaseNo], Case | None],
    progress: Callable[[int, int], None] | None,
) -> int:
    """Write all cases into a new folder; returns how many could not be read.

    Args:
        folder: exists and is empty.
        archive: where the texts are.
        numbers: of the cases.
        read: returns a case, ``None`` for one that cannot be read.
        progress: called with the cases done and the cases there are.
    """
    from archivist.search.whoosh import WhooshIndex

    WhooshIndex.create(folder / TEXT)
    IndexCatalogue.create(folder / CATALOGUE).close()
    missed = 0

    def cases() -> Iterator[Case]:
        nonlocal missed
        for done, number in enumerate(numbers, 1):
            if case := read(number):
                yield case
            else:
                missed += 1
            if progress:
                progress(done, len(numbers))

    with closing(OpenedIndex(folder, None, writes=True)) as opened:
        opened.catalogue.building()
        if len(numbers) < MANY:
            for batch in batches(cases()):
                follow(opened, archive, batch)
        else:
            _fill_in_parallel(opened, archive, cases(), max(LEAST, min(SEGMENT, len(numbers))))
        opened.catalogue.seal(None)
    return missed


def _fill_in_parallel(opened: OpenedIndex, archive: ArchiveReader, cases: Iterable[Case], size: int) -> None:
    """Write many cases: their rows here, their texts in other processes, some ``size`` documents at once."""
    from archivist.search import building
    from archivist.search.whoosh import WhooshIndex

    catalogue, folder = opened.catalogue, opened.folder / TEXT

    def documents() -> Iterator[list[building.Read]]:
        for batch in batches(cases, size):
            facts = {case.number: document_text.facts_text(case.facts) for case in batch}
            records = {case.number: case.records for case in batch}
            catalogue.begin(batch, facts)
            waiting = catalogue.waiting(facts)
            heads = [(case.number, (case.seq, Sha256(case.head))) for case in batch]
            catalogue.finish(heads, [row.id for row in waiting], (), 0)
            yield [
                building.Read(row.id, *read_of(archive, row.case, records[row.case][row.record]))
                if row.record
                else building.Read(row.id, None, facts[row.case])
                for row in waiting
            ]

    built = []
    for done in building.build_all(folder, documents()):
        catalogue.finish((), (), done.mentions, 0)
        built += [done.built] if done.built else []
    with closing(WhooshIndex(folder)) as text:
        text.adopt(built)
        while text.tidy():
            pass
        catalogue.finish((), (), (), text.generation())


def finish(
    folder: Path,
    known: Collection[BagHead],
    lost: Collection[BagHead],
    origin: LedgerPlace | None,
    place: LedgerPlace | None,
) -> None:
    """Let a new folder hold heads, say whose it is, and take its checksums; durable when this returns.

    Args:
        folder: filled.
        known: heads to be held unless their case was followed.
        lost: those of them that are in no chain any more, held in any case.
        origin: the first event of the archive's ledger.
        place: up to where in the ledger nothing was missed.
    """
    with closing(IndexCatalogue(folder / CATALOGUE, writes=True)) as catalogue:
        followed = set(map(str, catalogue.heads()))
        with catalogue.transaction() as db:
            held_heads.hold(db, (h for h in known if h.bag not in followed or h in lost))
        binding.write(catalogue, origin, place)
        catalogue.seal(None)
    _sync(folder / CATALOGUE)
    Checksums.take(folder)


def _discard(left: Path) -> None:
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)


def _point(index: Path, name: str) -> None:
    """Make ``CURRENT`` name another folder, all at once."""
    sync_folder(index)
    draft = index / f"{CURRENT}.part"
    with draft.open("w", encoding="ascii") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(index / CURRENT)
    sync_folder(index)


def _sync(path: Path) -> None:
    """Bring a file to the disk, where the system lets it be asked (not everywhere under Windows)."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
