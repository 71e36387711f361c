"""Checking an archive as a whole: its format, its many bags, and what stands beside them."""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, NewerFormat
from archivist.os_reasons import reason_of
from archivist.store import archive_format, bag, durable_files
from archivist.store.bag_contents import bags_within, identity
from archivist.store.bag_fixity import WHOLE_ARCHIVE, BagCheck, FixityFault, FixityFinding, check_bag
from archivist.store.foreign_files import is_foreign
from archivist.worker_processes import in_order

CHUNK: Final = 8
"""Bags handed to a checking process at once."""
_SHOWN: Final = 5
"""So many bags within a foreign folder are named."""


def check_bags(
    folders: Iterable[Path],
    *,
    quick: bool = False,
    processes: int = 1,
    step: Callable[[int, int], None] | None = None,
) -> Iterator[BagCheck]:
    """Check many bags, on several processes when there are enough of them, in the order given.

    Args:
        folders: the bags.
        quick: see ``check_bag``.
        processes: how many at once; a few bags are checked in this process.
        step: called with the bags done and the bags there are.
    """
    todo = list(folders)
    chunks = [todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)]
    done = 0

    def report(checked: list[BagCheck]) -> Iterator[BagCheck]:
        nonlocal done
        done += len(checked)
        if step:
            step(done, len(todo))
        yield from checked

    if processes < 2 or len(chunks) < 4:
        for chunk in chunks:
            yield from report(_check_chunk(quick, chunk))
        return
    for checked in in_order(partial(_check_chunk, quick), chunks, min(processes, len(chunks))):
        yield from report(checked)


def _check_chunk(quick: bool, folders: list[Path]) -> list[BagCheck]:
    return [check_bag(folder, quick=quick) for folder in folders]


def check_format(root: Path) -> tuple[FixityFinding, ...]:
    """Check the format an archive says it is of; nothing is found where it says none, as older archives do."""
    try:
        archive_format.require_known(root)
    except NewerFormat as newer:
        return (FixityFinding(WHOLE_ARCHIVE, archive_format.NAME, FixityFault.NEWER, "", newer.what),)
    except IntegrityAlarm as alarm:
        return (
            FixityFinding(
                WHOLE_ARCHIVE,
                archive_format.NAME,
                FixityFault.CHANGED,
                archive_format.LINE.strip(),
                alarm.what,
            ),
        )
    return ()


# ── beside the bags ──────────────────────────────────────────────────────────────────────────────────────
def beside_bags(folder: Path, names: Collection[str]) -> Iterator[FixityFinding]:
    """Find what lies among the bags of a folder and is none of them.

    Args:
        folder: ``cases/``, ``ledger/``, ``batches/`` or ``review/``.
        names: of the folders that are checked as bags, or as what waits.
    """
    if not folder.is_dir():
        return
    if durable_files.is_link(folder.lstat()):
        yield FixityFinding(folder.name, "", FixityFault.LINK, "文件夹", "链接")
    for path in sorted(p for p in folder.iterdir() if p.name not in names and not is_foreign(p.name)):
        try:
            problem, found = _stray(folder, path)
        except OSError as error:
            problem, found = FixityFault.UNCHECKED, reason_of(error)
        yield FixityFinding(folder.name, durable_files.shown(path.name), problem, "", found)


def _stray(folder: Path, path: Path) -> tuple[FixityFault, str]:
    state = path.lstat()
    if durable_files.is_link(state):
        return FixityFault.LINK, "链接"
    if not stat.S_ISDIR(state.st_mode):
        return FixityFault.EXTRA, f"{state.st_size} 字节"
    if whose := identity(path):
        there = identity(folder / bag.folder_name(whose)) == whose
        return (FixityFault.DOUBLE if there else FixityFault.MISPLACED), whose
    if within := list(islice(bags_within(path), _SHOWN)):
        return FixityFault.NESTED, "、".join(within)
    return FixityFault.EXTRA, ""


def doubles(checked: Sequence[BagCheck]) -> Iterator[FixityFinding]:
    """Find bags with the chain of another one that do not say so themselves: copies under another name."""
    by_head: dict[str, list[BagCheck]] = {}
    for one in checked:
        if one.head:
            by_head.setdefault(one.head, []).append(one)
    for same in by_head.values():
        first, *others = sorted(same, key=lambda one: (bool(one.findings), one.bag))
        for one in others:
            if one.identity == bag.identifier(one.bag):
                yield FixityFinding(one.bag, "", FixityFault.DOUBLE, one.identity, first.identity)
