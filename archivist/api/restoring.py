"""Everything a generation of backup has that is missing or damaged here, or one part of the office's own files, put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.result import Problem, Result
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NotRestored:
    """What could not be put back, its path from the workspace on, and why."""

    path: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class RestoredAll(Result):
    """What was put back of a generation (or would be, of a trial run); paths from the workspace on.

    Attributes:
        restored: files; ``moved_aside`` those that were replaced, in ``aside_folder`` or beside it.
        differing: in Chinese, what is sound here and another there, or may be gone for a reason; it was left alone.
        left: bags in which something is still wrong.
    """

    SCHEMA: ClassVar[str] = "archivist/restore-all/1"

    generation: str
    dry_run: bool
    restored: tuple[str, ...]
    moved_aside: tuple[str, ...]
    aside_folder: Path
    differing: tuple[str, ...]
    refused: tuple[NotRestored, ...]
    left: tuple[str, ...]


def is_part(words: str) -> bool:
    """Tell whether that is how the office's own files are called (设置、规则包 …), and no case."""
    from archivist.errors import UsageError
    from archivist.preservation import loose_repair, office_repair

    if words in (loose_repair.KEYS, "密钥"):  # from any copy: see ``fixity.restore``
        return False
    try:
        return bool(office_repair.part_of(words))
    except UsageError:
        return False


def restore_settings(root: Path, backup: Path, *, dry_run: bool = False) -> RestoredAll:
    """Put back settings that are missing or cannot be read, and PINs that cannot, before anybody can be asked who he is.

    Args:
        root: of the workspace.
        backup: a generation, or a folder of them: then the newest.
        dry_run: only say whether it would be done.

    Raises:
        ArchiveError: E200, no generation. DamagedFile: E212. WriteFailed: E204.
    """
    from archivist.preservation import generations, restore_all

    generation = generations.newest(backup)
    done = restore_all.restore_settings(root, generation, dry_run=dry_run)
    return RestoredAll(generation.name, dry_run, done, (), root, (), (), ())


@authorised(Act.RESTORE)
def restore_everything(
    workspace: Workspace,
    by: By,
    backup: Path,
    *,
    part: str = "",
    before: tuple[str, ...] = (),
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> RestoredAll:
    """Put back what is missing or damaged here; what is sound stays, and nothing is given up.

    Args:
        workspace: the open workspace.
        by: who restores, and when.
        backup: a generation, or a folder of them: then the newest.
        part: one of 设置, 格式, 规则包, 文书样式, 口令, 查阅登记; everything when not given.
        before: what ``restore_settings`` put back.
        dry_run: only say what would be done.
        progress: called with the bags looked at and all there are.

    Raises:
        UsageError: E001, no such part. ArchiveError: E200, no generation. DamagedFile: E212. WriteFailed: E204, run it again.
    """
    from archivist.preservation import generations, office_repair, restore_all

    done = restore_all.restore_all(
        workspace,
        by,
        generations.newest(backup),
        part=office_repair.part_of(part) if part else "",
        before=before,
        dry_run=dry_run,
        step=progress,
    )
    return RestoredAll(
        done.generation,
        dry_run,
        tuple(done.restored),
        tuple(done.aside),
        done.quarantine,
        tuple(done.differing),
        tuple(NotRestored(path, Problem.of(error)) for path, error in done.refused),
        tuple(done.left),
    )
