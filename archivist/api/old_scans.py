"""An office's old scans, in folders by household: planned into a table that a clerk looks through, then taken in as it says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.inbox import DropOutcomeView, FiledFile, LeftFile, NotTakenView, WaitingFile
from archivist.api.result import Result
from archivist.errors import ArchivistError, UsageError
from archivist.model.ids import CaseNo
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.ingest.scan_filing import ScanOutcome
    from archivist.ingest.scan_plan import PlannedScan
    from archivist.model.by import By
    from archivist.workspace import Workspace

Progress = Callable[[int, int], None]
"""Called with how many scans are done, and of how many."""


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One old scan as it is planned.

    Attributes:
        name: relative to the folder, with ``/``.
        case: the household proposed; empty where the names on the way do not say.
        applicant: of that household.
        type: title of the document type; empty where the pages are to say.
        because: what speaks for it.
        doubt: why a person has to look; then the household is not believed, the pages decide, or the scan waits in the tray.
    """

    name: str
    case: str
    applicant: str
    type: str
    because: str
    doubt: str

    @classmethod
    def of(cls, scan: PlannedScan, applicants: dict[CaseNo, str]) -> ScanRow:
        """Return a scan of the plan."""
        title = scan.document.title if scan.document else ""
        holder = applicants.get(scan.case, "") if scan.case else ""
        return cls(scan.name, str(scan.case or ""), holder, title, scan.because, scan.doubt)


@dataclass(frozen=True, slots=True)
class ScanPlan(Result):
    """What would be taken in; nothing was.

    Attributes:
        folder: its name.
        rows: every scan that was not taken before.
        before: how many an earlier run took in.
        passed_over: what is never taken.
        plan: the table that was written; ``None`` where none was.
    """

    SCHEMA: ClassVar[str] = "archivist/import-scans/1"
    folder: str
    rows: tuple[ScanRow, ...]
    before: int
    passed_over: tuple[NotTakenView, ...]
    plan: Path | None

    @property
    def doubtful(self) -> tuple[ScanRow, ...]:
        """The scans at which a person has to look."""
        return tuple(row for row in self.rows if row.doubt or not row.case)


@dataclass(frozen=True, slots=True)
class SameScan:
    """A scan that was not taken, because its very bytes are there; ``where`` says so in Chinese."""

    name: str
    where: str


@dataclass(frozen=True, slots=True)
class ScansImported(Result):
    """What became of the scans of a plan; all of them still lie in their folder.

    Attributes:
        folder: its name.
        before: how many an earlier run took in.
        same: those that are there already, from elsewhere.
        unplanned: how many scans of the folder are not in the plan.
    """

    SCHEMA: ClassVar[str] = "archivist/import-scans-apply/1"
    folder: str
    filed: tuple[FiledFile, ...]
    review: tuple[WaitingFile, ...]
    left: tuple[LeftFile, ...]
    before: int
    same: tuple[SameScan, ...]
    unplanned: int


def plan_scans(
    workspace: Workspace,
    folder: Path,
    *,
    plan: Path | None = None,
    progress: Progress = lambda _done, _total: None,
) -> ScanPlan:
    """Say of each old scan whose it seems to be and what, by the names of file and folders; the archive is not written to.

    Args:
        workspace: the open workspace.
        folder: where the scans lie, by household.
        plan: where the table goes; without it none is written.
        progress: see ``Progress``.

    Raises:
        UsageError: E001, no such folder, nothing in it, it is the workspace's own, or the table is there already.
        InvalidValue: E002, names that no table holds as they are. WriteFailed: E204. AccessNotLogged: E213.
    """
    from archivist.ingest import scan_plan, scan_table
    from archivist.store import durable_files

    if plan:
        _require_free(plan)
    files, passed = scan_plan.scans_in(workspace, folder)
    scan_table.require_tellable([one.name for one in files])
    workspace.made_current()
    scans, before = scan_plan.propose(workspace, files, progress)
    applicants = _applicants(workspace, scans)
    if plan:
        with durable_files.writing("没有写成", file=plan.name):
            try:
                durable_files.write_new(plan, scan_table.as_table(scans, applicants))
            except FileExistsError:
                _require_free(plan)
                raise
    return _planned(folder, scans, applicants, before, map(NotTakenView.of, passed), plan)


def check_scans(workspace: Workspace, folder: Path, plan: Path) -> ScanPlan:
    """Read a plan back and hold it against folder and archive; nothing is written.

    Raises:
        UsageError: E001, see ``plan_scans``, or listing every cell of the plan that cannot be taken as it stands.
    """
    from archivist.ingest import scan_plan, scan_table
    from archivist.store import Original

    files, passed = scan_plan.scans_in(workspace, folder)
    lies = {one.name: one for one in files}
    scans = scan_table.from_table(workspace, plan, lies.keys())
    workspace.made_current()
    fresh = [
        one
        for one in scans
        if not scan_plan.taken_before(workspace, Original.of(lies[one.name].path, one.name).sha256, one.name)
    ]
    applicants = _applicants(workspace, fresh)
    before = len(scans) - len(fresh)
    return _planned(folder, fresh, applicants, before, map(NotTakenView.of, passed), None)


@authorised(Act.FILE)
def import_scans(
    workspace: Workspace,
    by: Callable[[], By],
    folder: Path,
    plan: Path,
    *,
    progress: Progress = lambda _done, _total: None,
    tell: Callable[[DropOutcomeView], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> ScansImported:
    """Take in the scans of a plan: copied, never moved, each once however often it is run.

    A household is taken from the plan only where no doubt stands beside it, and only where no page speaks for another one; all
    else waits in the tray.

    Args:
        workspace: the open workspace.
        by: called for every act.
        folder: where the scans lie.
        plan: the table, as the clerk left it.
        progress: see ``Progress``.
        tell: called for each scan that was filed, waits, or could not be taken.
        stop: ends it between two scans.

    Raises:
        UsageError: E001, as of ``check_scans``; nothing was taken.
    """
    from archivist.ingest import scan_plan, scan_table
    from archivist.ingest.scan_filing import ScanKnown, take_scans

    files, _ = scan_plan.scans_in(workspace, folder)
    lies = {one.name: one for one in files}
    scans = scan_table.from_table(workspace, plan, lies.keys())
    outcomes: list[DropOutcomeView] = []
    known: list[ScanKnown] = []

    def report(outcome: ScanOutcome, done: int, total: int) -> None:
        if isinstance(outcome, ScanKnown):
            known.append(outcome)
        else:
            for view in DropOutcomeView.all_of(outcome):
                outcomes.append(view)
                tell(view)
        progress(done, total)

    take_scans(workspace, by, scans, lies, report, stop or threading.Event())
    return ScansImported(
        folder.name,
        tuple(one.filed for one in outcomes if one.filed),
        tuple(one.waiting for one in outcomes if one.waiting),
        tuple(one.left for one in outcomes if one.left),
        sum(not one.same for one in known),
        tuple(SameScan(one.name, one.where) for one in known if one.same),
        len(lies) - len(scans),
    )


def _require_free(plan: Path) -> None:
    if plan.exists():
        raise UsageError(
            "这个文件已经在那里了，没有覆盖", file=plan.name,
            remedy=f"照它归档：加 --apply；要重新计划的，先把 {plan.name} 改名。",
        )  # fmt: skip


def _applicants(workspace: Workspace, scans: Sequence[PlannedScan]) -> dict[CaseNo, str]:
    """Return the applicants of the households named, on record first that they are shown."""
    numbers: Collection[CaseNo] = {one.case for one in scans if one.case}
    workspace.archive.access.disclose(sorted({*numbers, *(c for one in scans for c in one.candidates)}))
    found = {}
    for number in numbers:
        try:
            found[number] = workspace.archive.read(number).applicant_name
        except ArchivistError:  # it cannot be read just now; its number says whose it is
            found[number] = ""
    return found


def _planned(
    folder: Path,
    scans: Sequence[PlannedScan],
    applicants: dict[CaseNo, str],
    before: int,
    passed: Collection[NotTakenView] | map[NotTakenView],
    plan: Path | None,
) -> ScanPlan:
    rows = tuple(ScanRow.of(one, applicants) for one in scans)
    return ScanPlan(folder.name, rows, before, tuple(passed), plan)
