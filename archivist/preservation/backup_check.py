"""Whether a generation of backup is whole: every file against its list, every bag against its chain, every chain against its head."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, NewerFormat
from archivist.os_reasons import reason_of
from archivist.preservation import generations
from archivist.preservation.generations import BagAt, Generation
from archivist.store import chain, durable_files
from archivist.store.archive_fixity import check_bags
from archivist.store.bag_fixity import FixityFault, FixityFinding
from archivist.store.foreign_files import is_foreign

BESIDE: Final = "备份"
"""Stands where findings about what lies in no bag have the name of one."""


@dataclass(frozen=True, slots=True)
class GenerationCheck:
    """A generation after its check; ``known`` was damaged in the archive already when it was made."""

    generation: Generation
    bags: int
    files: int
    findings: tuple[FixityFinding, ...]
    known: tuple[FixityFinding, ...]


def check(
    folder: Path, *, processes: int = 0, step: Callable[[int, int], None] | None = None
) -> GenerationCheck:
    """Read a whole generation; nothing is written.

    Args:
        folder: the generation.
        processes: checking processes; 0 means one for each core.
        step: called with the bags done and the bags there are.

    Raises:
        ArchiveError: E200, it is none. DamagedFile: E212, what it says of itself cannot be read.
    """
    about = generations.read(folder)
    sums, heads = generations.sums(folder), generations.heads(folder)
    known_places = {flaw.path for flaw in about.damaged}
    findings: list[FixityFinding] = []
    known: list[FixityFinding] = []
    found = [
        FixityFinding(BESIDE, place, FixityFault.MISSING) for place in heads if not (folder / place).is_dir()
    ]
    there = [at for place, at in heads.items() if (folder / place).is_dir()]
    results = check_bags(
        [folder / at.place for at in there], processes=processes or os.cpu_count() or 1, step=step
    )
    files = 0
    for at, result in zip(there, results, strict=True):
        files += result.files + result.events
        excused = any(path.startswith(f"{at.place}/") for path in known_places)
        (known if excused else findings).extend(result.findings)
        found += [] if excused else _head(folder, at)
    found += _beside_bags(folder, sums, heads, about)
    return GenerationCheck(about, len(heads), len(sums), (*findings, *found), tuple(known))


def _head(folder: Path, at: BagAt) -> Iterator[FixityFinding]:
    name = at.place.rpartition("/")[2]
    try:
        head = chain.read(folder / at.place).head
    except (IntegrityAlarm, NewerFormat, OSError):
        return  # the check of the bag says so
    if head != at.head:
        path = f"{chain.EVENTS}/{chain.event_name(at.seq)}"
        yield FixityFinding(name, path, FixityFault.CHANGED, at.head, head)


def _beside_bags(
    folder: Path, sums: Mapping[str, str], heads: Mapping[str, BagAt], about: Generation
) -> Iterator[FixityFinding]:
    """Compare what lies in no bag with the list."""
    here = set(_files(folder, heads))
    for path, digest in sums.items():
        if path in here:
            try:
                found = durable_files.digest_of(folder / path)[0]
            except OSError as error:
                yield FixityFinding(BESIDE, path, FixityFault.UNCHECKED, digest, reason_of(error) or "")
                continue
            if found != digest:
                yield FixityFinding(BESIDE, path, FixityFault.CHANGED, digest, found)
        elif not (folder / path).exists():
            yield FixityFinding(BESIDE, durable_files.shown(path), FixityFault.MISSING, digest)
    for path in sorted(here - sums.keys() - {generations.SUMS}):
        if not is_foreign(path):
            yield FixityFinding(BESIDE, durable_files.shown(path), FixityFault.EXTRA)
    if (told := durable_files.digest_of(folder / generations.HEADS)[0]) != about.heads_sha256:
        yield FixityFinding(BESIDE, generations.HEADS, FixityFault.CHANGED, about.heads_sha256, told)


def _files(folder: Path, heads: Mapping[str, BagAt]) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        inside = "" if Path(place) == folder else os.path.relpath(place, folder).replace(os.sep, "/") + "/"
        folders[:] = [f for f in folders if inside + f not in heads]
        for name in names:
            if stat.S_ISREG(os.lstat(f"{place}/{name}").st_mode):
                yield inside + name


def unpack(folder: Path, target: Path) -> None:
    """Copy a generation to where a workspace is to be; nothing of the generation's own goes with it.

    Raises:
        OSError: no room, or it cannot be read.
    """
    own = {Path(name).parts[0] for name in generations.OWN}
    for path in sorted(folder.iterdir()):
        if path.name in own:
            continue
        if path.is_dir():
            shutil.copytree(path, target / path.name, copy_function=_copy, symlinks=True)
        else:
            _copy(path, target / path.name)
    for place, _, _ in os.walk(target):
        Path(place).chmod(durable_files.FOLDER_MODE)


def _copy(source: str | Path, target: str | Path) -> None:
    shutil.copyfile(source, target)
    shutil.copymode(source, target)
