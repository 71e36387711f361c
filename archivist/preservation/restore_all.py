"""Everything a generation of backup has that is missing or damaged here, put back; nothing that is sound is touched, nothing is given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from archivist.errors import ArchivistError, IntegrityAlarm, NewerFormat
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.preservation import generations, office_repair
from archivist.preservation.generations import BagAt
from archivist.preservation.office_repair import FORMAT, FileStanding, OfficeFile
from archivist.preservation.restore import restore
from archivist.preservation.verification import check_tray
from archivist.settings_file import FILE_NAME as SETTINGS
from archivist.store import chain
from archivist.store.bag_fixity import check_bag
from archivist.store.bag_replacements import QUARANTINE
from archivist.workspace import Workspace

_OFFICE = "机关"


@dataclass(slots=True)
class WholeRestoration:
    """What was put back of a generation, or would be; paths from the workspace on.

    Attributes:
        restored: files; ``aside`` those that were replaced, in ``quarantine``.
        differing: what is sound here and another there, or only there and perhaps gone for a reason; it is left alone.
        refused: what could not be, with why.
        left: bags in which something is still wrong.
    """

    generation: str
    quarantine: Path
    restored: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    refused: list[tuple[str, ArchivistError]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def restore_settings(root: Path, generation: Path, *, dry_run: bool = False) -> tuple[str, ...]:
    """Put back the settings where they are missing or cannot be read, and PINs that cannot: else nobody can be asked who he is.

    Returns:
        What was put back, or would be.

    Raises:
        DamagedFile: E212. ArchiveError: E200. WriteFailed: E204.
    """
    files = office_repair.compare(root, generation, [SETTINGS, office_repair.PINS])
    wanted = [
        file
        for file in files
        if file.standing is FileStanding.DAMAGED
        or (file.standing is FileStanding.MISSING and file.path == SETTINGS)
    ]
    if wanted and not dry_run:
        office_repair.put_back(root, generation, wanted, root / "archive/outbox" / QUARANTINE / _OFFICE)
    return tuple(file.path for file in wanted)


def restore_all(
    workspace: Workspace,
    by: By,
    generation: Path,
    *,
    part: str = "",
    before: tuple[str, ...] = (),
    dry_run: bool = False,
    step: Callable[[int, int], None] | None = None,
) -> WholeRestoration:
    """Put back what is missing or damaged.

    Args:
        workspace: the open workspace.
        by: who restores, and when.
        generation: its folder.
        part: only what stands in no bag and whose path begins so; all of the generation when not given.
        before: what was put back before there was a workspace to open; the ledger tells of it too.
        dry_run: only say what would be done.
        step: called with the bags looked at and all there are.

    Raises:
        DamagedFile: E212, the list of the generation cannot be read. WriteFailed: E204, run it again.

    Survives: a kill at any point; run again it goes on.
    """
    archive = workspace.archive
    quarantine = archive.outbox / QUARANTINE / f"{by.today:%Y%m%d}" / _OFFICE
    done = WholeRestoration(generation.name, quarantine, restored=[*before])
    parts = [part] if part else [*office_repair.PARTS.values()]
    first = office_repair.compare(workspace.root, generation, [p for p in parts if p == FORMAT])
    _office(workspace, generation, first, done, dry_run=dry_run)  # without it nothing can be locked
    gone = tuple(office_repair.destroyed_months(archive))
    others = office_repair.compare(workspace.root, generation, [p for p in parts if p != FORMAT], gone)
    if dry_run:
        _office(workspace, generation, others, done, dry_run=True)
    else:
        with archive.writing(by.actor):
            _office(workspace, generation, others, done, dry_run=False)
            if done.restored:
                data = {"what": _OFFICE, "restored": done.restored, "aside": done.aside, "left": 0, "missing": [], "lost": []}  # fmt: skip
                with suppress(IntegrityAlarm, NewerFormat):  # of a ledger that is not whole yet
                    archive.note(Op.RESTORED, data, workspace.stamp(by))
    if not part:
        _bags(workspace, by, generation, done, dry_run=dry_run, step=step)
    return done


def _office(
    workspace: Workspace,
    generation: Path,
    files: tuple[OfficeFile, ...],
    done: WholeRestoration,
    *,
    dry_run: bool,
) -> None:
    wanted = [file for file in files if file.standing in (FileStanding.MISSING, FileStanding.DAMAGED)]
    known = set(done.restored)
    done.differing += [
        f"{file.path}：{file.standing.label}"
        for file in files
        if file.standing in (FileStanding.DIFFERS, FileStanding.UNSOUND)
    ]
    if not dry_run:
        done.aside += office_repair.put_back(workspace.root, generation, wanted, done.quarantine).aside
    done.restored += [file.path for file in wanted if file.path not in known]


# ── bags ─────────────────────────────────────────────────────────────────────────────────────────────────
def _bags(
    workspace: Workspace,
    by: By,
    generation: Path,
    done: WholeRestoration,
    *,
    dry_run: bool,
    step: Callable[[int, int], None] | None,
) -> None:
    """Put back bags, the ledger first: it says which cases were destroyed; then damaged waiting files."""
    bags = sorted(generations.heads(generation).values(), key=lambda at: (not _is_ledger(at), at.place))
    for n, at in enumerate(bags, 1):
        if _wants(workspace, at, done):
            what = _what(at)
            _one(workspace, by, what, generation / at.place, at.place, done, dry_run=dry_run)
        if step:
            step(n, len(bags))
    for item in _waiting(workspace, generation, done):
        place = f"archive/review/{item}"
        _one(workspace, by, f"review/{item}", generation / "archive", place, done, dry_run=dry_run)


def _is_ledger(at: BagAt) -> bool:
    return at.place.startswith("archive/ledger/")


def _what(at: BagAt) -> CaseNo | int | str:
    name = PurePosixPath(at.place).name
    if at.place.startswith("archive/cases/"):
        return CaseNo.parse(name)
    return int(name) if _is_ledger(at) else name


def _wants(workspace: Workspace, at: BagAt, done: WholeRestoration) -> bool:
    """Tell whether a bag is missing or damaged here, or was cut; one that went another way is said."""
    folder = workspace.root / at.place
    if not folder.is_dir() or check_bag(folder).findings:
        return True
    digests = [digest for _, digest in chain.read(folder).events]
    if len(digests) < at.seq:
        return True
    if at.seq and digests[at.seq - 1] != at.head:
        done.differing.append(f"{at.place}：{FileStanding.DIFFERS.label}")
    return False


def _one(
    workspace: Workspace,
    by: By,
    what: CaseNo | int | str,
    copy: Path,
    place: str,
    done: WholeRestoration,
    *,
    dry_run: bool,
) -> None:
    try:
        found = restore(workspace, by, what, copy, dry_run=dry_run)
    except ArchivistError as error:
        done.refused.append((place, error))
        return
    if dry_run and found.lost:
        done.differing.append(f"{place}：会丢掉 {'；'.join(found.lost)}，须两人决定（restore --accept-loss）")
        return
    paths = [r.path for r in found.planned if r.action.value != "aside"] if dry_run else found.restored
    done.restored += [f"{place}/{path}" for path in paths]
    done.aside += [f"{place}/{path}" for path in found.aside]
    if found.left or found.missing:
        done.left.append(place)


def _waiting(workspace: Workspace, generation: Path, done: WholeRestoration) -> Iterator[str]:
    """Yield the damaged waiting files the generation has; what is gone here may have been filed or given back, and is said."""
    folder = generation / "archive/review"
    damaged = {f.bag.removeprefix("review/") for f in check_tray(workspace.archive, quick=False)}
    there = {item.id for item in workspace.archive.tray.items()}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name in damaged:
            yield path.name
        elif path.name not in there:
            done.differing.append(
                f"archive/review/{path.name}：这里没有，可能已归档、退回；确是丢了的，用 restore review/{path.name} 取回"
            )
