"""What other programs left in the archive's folders: where it lies, and its being moved out. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from archivist.model.by import By
from archivist.store import Archive, durable_files, foreign_files
from archivist.store.bag_fixity import WHOLE_ARCHIVE, FixityFault, FixityFinding, check_bag
from archivist.workspace import Workspace

FOLDER: Final = "无关文件"
"""Where in the outbox they go."""
_OTHERS: Final = frozenset({"inbox", "outbox", ".work"})
"""What clerks and other programs may write into."""


def beside_bags(archive: Archive) -> tuple[FixityFinding, ...]:
    """Return the foreign files in the archive that lie in no bag; ``file`` is relative to ``archive/``."""
    bags = frozenset(_relative(archive, folder) for folder in _bags(archive))
    return tuple(
        FixityFinding(
            WHOLE_ARCHIVE,
            path,
            FixityFault.FOREIGN,
            "",
            f"{(archive.root / path).stat().st_size} 字节",
        )
        for path in foreign_files.in_folder(archive.root, apart=bags | _OTHERS)
    )


def tidy(workspace: Workspace, by: By) -> tuple[str, ...]:
    """Move every foreign file into a folder of the day in the outbox, under a name of its own.

    A bag whose chain does not hold is left as it is: what it names cannot be told.

    Returns:
        Where each lay, relative to ``archive/``.

    Raises:
        WriteFailed: E204; what was moved is moved.

    Survives: a kill at any point; each file is at its old place or at the new one.
    """
    archive, moved = workspace.archive, []
    with archive.writing(by.actor), durable_files.writing("其余的没有移动"):
        for path in _foreign(archive):
            folder = archive.outbox / FOLDER / f"{by.today:%Y%m%d}"
            durable_files.make_folders(folder, below=archive.root)
            source = archive.root / path
            durable_files.rename_new(source, durable_files.free_place(folder, path))
            durable_files.sync_folder(folder)
            durable_files.sync_folder(source.parent)
            _remove_emptied(source.parent)
            moved.append(path)
    return tuple(moved)


def _foreign(archive: Archive) -> list[str]:
    found = [finding.file for finding in beside_bags(archive)]
    for folder in _bags(archive):
        check = check_bag(folder, quick=True)
        if not any(f.problem in (FixityFault.CHAIN, FixityFault.NEWER, FixityFault.UNCHECKED) or f.file.startswith("events/") for f in check.findings):  # fmt: skip
            found += [f"{_relative(archive, folder)}/{finding.file}" for finding in check.foreign]
        found += [
            f"{_relative(archive, folder)}/pending/{name}"
            for name in foreign_files.in_folder(folder / "pending")
        ]
    return found


def _bags(archive: Archive) -> Iterator[Path]:
    yield from map(archive.folder, archive.case_numbers())
    yield from archive.ledger_folders()
    yield from archive.batches.folders()


def _relative(archive: Archive, path: Path) -> str:
    return path.relative_to(archive.root).as_posix()


def _remove_emptied(folder: Path) -> None:
    """Remove the folder of another program's own that a file was taken out of, once nothing is in it."""
    if foreign_files.is_foreign(folder.name):
        durable_files.remove_if_empty(folder)
