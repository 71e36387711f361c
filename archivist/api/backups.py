"""Backup: making generations on another medium, listing and checking them, and the drill that proves one can be restored."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.fixity import FixityFindingView
from archivist.api.result import Result
from archivist.errors import ArchivistError
from archivist.model.event import Op
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.preservation.generations import Flaw, Generation
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FlawView:
    """Something a generation could not take as it ought to be: where, relative to the workspace, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class GenerationView:
    """One generation; see ``preservation.generations.Generation``.

    Attributes:
        name: of its folder; ``label`` what the medium was called.
        made: when, ISO 8601 with offset.
        bytes: length of all its files, linked ones included.
        damaged: what was damaged in the archive already; ``left_out`` what could not be taken.
    """

    name: str
    label: str
    made: str
    bags: int
    files: int
    bytes: int
    heads_sha256: str
    damaged: tuple[FlawView, ...]
    left_out: tuple[FlawView, ...]

    @classmethod
    def of(cls, generation: Generation) -> GenerationView:
        """Return a generation for people."""

        def shown(flaws: tuple[Flaw, ...]) -> tuple[FlawView, ...]:
            return tuple(FlawView(flaw.path, flaw.why) for flaw in flaws)

        return cls(
            generation.folder.name, generation.label, generation.made, generation.bags, generation.files,
            generation.bytes, generation.heads_sha256, shown(generation.damaged), shown(generation.left_out),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BackedUp(Result):
    """A generation that was made.

    Attributes:
        copied: files that were copied, ``copied_bytes`` long together; ``linked`` those shared with the generation before.
        removed: older generations that were removed after it.
        same_disk: it lies on the disk of the archive, and would be lost with it.
        destroyed: the destroyed cases that are not in it, and that earlier generations there still hold.
    """

    SCHEMA: ClassVar[str] = "archivist/backup/2"

    generation: GenerationView
    copied: int
    copied_bytes: int
    linked: int
    removed: tuple[str, ...]
    same_disk: bool
    destroyed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackupPlan(Result):
    """Which generations would be removed after a backup that keeps so many."""

    SCHEMA: ClassVar[str] = "archivist/backup-plan/1"

    removed: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generations(Result):
    """The whole generations in a folder, the oldest first; ``unread`` those that do not say what they are."""

    SCHEMA: ClassVar[str] = "archivist/backup-list/1"

    generations: tuple[GenerationView, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackupChecked(Result):
    """A generation after every file of it was read.

    Attributes:
        findings: what is not as the generation says; ``known`` what was damaged in the archive already.
    """

    SCHEMA: ClassVar[str] = "archivist/backup-check/1"

    generation: GenerationView
    findings: tuple[FixityFindingView, ...]
    known: tuple[FixityFindingView, ...]


@dataclass(frozen=True, slots=True)
class DrillStep:
    """One step of a drill: what was done, what came of it, how many seconds it took."""

    step: str
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Drilled(Result):
    """A generation that was restored into a folder of its own for a try, which is gone again.

    Attributes:
        findings: what ``verify`` found there.
        passed: it was whole, and questions were answered there.
    """

    SCHEMA: ClassVar[str] = "archivist/backup-drill/1"

    generation: GenerationView
    steps: tuple[DrillStep, ...]
    findings: tuple[FixityFindingView, ...]
    passed: bool


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The last backup that the ledger knows of: when, and what the medium was called."""

    made: dt.datetime
    medium: str


@authorised(Act.BACK_UP)
def back_up(
    workspace: Workspace,
    by: By,
    dest: Path,
    *,
    label: str = "",
    keep: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> BackedUp:
    """Make a generation of the whole workspace in a folder on another medium, and enter it in the ledger.

    Args:
        workspace: the open workspace.
        by: who, and when.
        dest: the folder; it must be there.
        label: what the medium is called in the ledger; the folder's name when not given.
        keep: so many generations of this office stay there, older ones are removed; 0 for all.
        progress: called with the bags done and the bags there are.

    Raises:
        UsageError: E001, the folder is in the workspace. ArchiveError: E200, it is not there. ArchiveLocked: E203.
        WriteFailed: E204, no room or a fault of the medium; nothing is left of it.
    """
    from archivist.preservation import backup

    made = backup.back_up(workspace, by, dest, label=label, keep=keep, step=progress)
    view = GenerationView.of(made.generation)
    return BackedUp(
        view, made.copied, made.copied_bytes, made.linked, made.removed, made.same_disk, made.destroyed
    )


def plan(workspace: Workspace, dest: Path, keep: int) -> BackupPlan:
    """Say which generations a backup would remove that keeps so many, itself included; nothing is written.

    Raises:
        UsageError: E001. ArchiveError: E200; as ``back_up``.
    """
    from archivist.preservation import backup, generations

    backup.require_apart(workspace.root, dest)
    found = [p.name for p in generations.listed(dest, workspace.config.office.code or "archivist")]
    stay = len(found) if keep == 0 else keep - 1
    return BackupPlan(tuple(found[: len(found) - stay]), tuple(found[len(found) - stay :]))


def list_generations(dest: Path) -> Generations:
    """Return the whole generations in a folder.

    Raises:
        ArchiveError: E200, the folder is not there.
    """
    from archivist.preservation import generations

    found, unread = [], []
    if not dest.is_dir():
        generations.newest(dest)
    for folder in generations.listed(dest):
        try:
            found.append(GenerationView.of(generations.read(folder)))
        except ArchivistError:
            unread.append(folder.name)
    return Generations(tuple(found), tuple(unread))


def check(
    dest: Path, *, processes: int = 0, progress: Callable[[int, int], None] | None = None
) -> BackupChecked:
    """Read a whole generation: the folder of one, or the newest in a folder of them.

    Raises:
        ArchiveError: E200, there is none. DamagedFile: E212, its own lists cannot be read.
    """
    from archivist.preservation import backup_check, generations

    done = backup_check.check(generations.newest(dest), processes=processes, step=progress)
    return BackupChecked(GenerationView.of(done.generation), _views(done.findings), _views(done.known))


def drill(workspace: Workspace, dest: Path, by: By, into: Path | None = None) -> Drilled:
    """Restore a generation into a new folder, check it there, ask it something, and remove it again.

    For as long as it lasts the files of all households lie outside any archive, so that it is put on record as a copy is.

    Args:
        workspace: of whoever asks; its access log says whose files were laid out, before they are.
        dest: the folder of a generation, or of generations: then the newest.
        by: who, and when.
        into: where the new folder is made; where the system has room for such when not given.

    Raises:
        AccessNotLogged: E213.
        ArchiveError: E200, there is none.
    """
    from archivist.api import searching
    from archivist.preservation import backup_check, generations
    from archivist.store.bag_heads import is_bureau, numbers_of
    from archivist.workspace import Workspace

    folder = generations.newest(dest)
    workspace.archive.access.disclose(numbers_of(folder / "archive"))
    steps: list[DrillStep] = []

    @contextmanager
    def timed(step: str) -> Iterator[list[str]]:
        began, said = time.monotonic(), ["没有做成"]
        try:
            yield said
        except (ArchivistError, OSError) as error:
            said[0] = f"没有做成：{error}"
        steps.append(DrillStep(step, said[0], round(time.monotonic() - began, 2)))

    findings: tuple[FixityFindingView, ...] = ()
    answered = 0
    with tempfile.TemporaryDirectory(prefix="archivist-drill-", dir=into, ignore_cleanup_errors=True) as made:
        root = Path(made) / "工作区"
        root.mkdir(mode=0o700)
        with timed("复制") as said:
            backup_check.unpack(folder, root)
            said[0] = "完成"
        with Workspace.open(root) as restored:
            with timed("核对") as said:
                told, findings = _checked(restored, by)
                said[0] = f"{told}，" + (f"{len(findings)} 处不符" if findings else "没有问题")
                answered += 1
            with timed("建立索引") as said:
                said[0] = f"{searching.reindex(restored, by).cases} 户"
            with timed("检索") as said:
                asked = next((row.applicant for row in restored.index.cases()), "")
                hits = searching.search(restored, asked).total if asked else 0
                said[0] = f"{hits} 条" if asked else "还没有户档"
                answered += bool(hits) or not asked
            with timed("单位" if is_bureau(restored.archive.root) else "期限") as said:
                said[0] = _asked(restored, by)
                answered += 1
    passed = not findings and answered == len(("核对", "检索", "期限或单位"))
    return Drilled(GenerationView.of(generations.read(folder)), tuple(steps), findings, passed)


def _checked(restored: Workspace, by: By) -> tuple[str, tuple[FixityFindingView, ...]]:
    """Check what was restored as its kind of workspace does: what there is, in words, and what is wrong."""
    from archivist.bureau import custody
    from archivist.preservation import verification
    from archivist.store.bag_heads import is_bureau

    if is_bureau(restored.archive.root):
        offices = custody.verify(restored, by)
        findings = tuple(finding for one in offices for finding in one.findings)
        return f"{len(offices)} 个单位、{sum(one.bags for one in offices)} 个档案袋", _views(findings)
    done = verification.verify(restored, by)
    return f"{len(done.checked)} 个档案袋、{done.files} 个文件", _views(done.findings)


def _asked(restored: Workspace, by: By) -> str:
    """Ask what the workspace is asked every day: what is due, or at the bureau how its offices stand."""
    from archivist.api import agenda, bureau
    from archivist.store.bag_heads import is_bureau

    if is_bureau(restored.archive.root):
        return f"{len(bureau.offices(restored).offices)} 个"
    return f"{len(agenda.due(restored, on=by.time).entries)} 条"


def last_backup(workspace: Workspace) -> LastBackup | None:
    """Return the last backup the ledger knows of.

    Raises:
        IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
    """
    last = None
    for event in workspace.archive.ledger_events(Op.BACKUP_MADE):
        last = LastBackup(dt.datetime.fromisoformat(event.time), str(event.data["medium"]))
    return last


def _views(findings: tuple[object, ...]) -> tuple[FixityFindingView, ...]:
    from archivist.store.bag_fixity import FixityFinding

    return tuple(FixityFindingView.of(f, f.problem.remedy) for f in findings if isinstance(f, FixityFinding))
