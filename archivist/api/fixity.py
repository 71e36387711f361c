"""Whether the archive is as its chains say: checking it, deciding about what was found, putting back what was lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api import selection
from archivist.api.authorisation import authorised, require, require_two
from archivist.api.result import Result
from archivist.disposal_errors import TwoPersonsNeeded
from archivist.errors import InvalidValue
from archivist.model.permissions import Act

_YEAR: Final = re.compile(r"(?:总账|ledger)\D?(\d{4})")

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.ids import CaseNo
    from archivist.preservation.verification import Verification
    from archivist.store import bag_fixity
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FixityFindingView:
    """One thing that is not as the chain says; see ``store.bag_fixity.FixityFinding``.

    Attributes:
        file: relative to the bag; empty for the whole of it.
        problem: a stable word; ``label`` is the same in Chinese, ``remedy`` what to do.
        expected: what the chain says (a digest, a size, words); ``found`` what is there. Empty where there is none.
    """

    bag: str
    file: str
    problem: str
    expected: str
    found: str
    label: str
    remedy: str

    @classmethod
    def of(cls, finding: bag_fixity.FixityFinding, remedy: str) -> FixityFindingView:
        """Return a finding of the store, with what to do about it."""
        return cls(**finding.to_plain(), label=finding.problem.label, remedy=remedy)


@dataclass(frozen=True, slots=True)
class Verified(Result):
    """What a check found.

    Attributes:
        checked: bags looked at; ``files`` files, ``bytes`` bytes read.
        findings: what is wrong; their cases are read-only now. ``known``: what a decision on record accepts.
        index_drift: cases whose index is behind, or why the index could not be looked at.
        foreign: what other programs left in the archive's folders; no faults.
        clock: in Chinese, which events were written while the machine's clock was behind the event before; no faults.
        bound: households and years of the ledger, written by older programs, that were bound to their number.
    """

    SCHEMA: ClassVar[str] = "archivist/verify/1"

    checked: int
    files: int
    bytes: int
    quick: bool
    findings: tuple[FixityFindingView, ...]
    known: tuple[FixityFindingView, ...]
    index_drift: tuple[str, ...]
    foreign: tuple[FixityFindingView, ...]
    clock: tuple[str, ...]
    bound: tuple[str, ...]

    @property
    def newer(self) -> int:
        """How many of the findings are no faults: a newer program wrote there."""
        from archivist.store.bag_fixity import FixityFault

        return sum(f.problem == FixityFault.NEWER for f in self.findings)

    @property
    def closed(self) -> str:
        """What is read-only because of the findings, in Chinese."""
        from archivist.store.bag_fixity import WHOLE_ARCHIVE

        return "档案库" if any(f.bag == WHOLE_ARCHIVE for f in self.findings) else "有问题的户档"


@dataclass(frozen=True, slots=True)
class FindingsAccepted(Result):
    """What a decision of two people keeps as it is; ``warnings`` are what could not be checked of them."""

    SCHEMA: ClassVar[str] = "archivist/verify-accept/1"

    case: str
    accepted: tuple[FixityFindingView, ...]
    reason: str
    decided_by: str
    confirmed_by: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestorationStep:
    """What is done to one file.

    Attributes:
        file: relative to the bag, the tray item or ``keys/``.
        action: ``put``, ``make`` or ``aside``; ``label`` is the same in Chinese.
        sha256: of what will stand there; ``source`` where in the copy it is. Empty where there is none.
    """

    file: str
    action: str
    label: str
    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class LostEventView:
    """An event that is given up.

    Attributes:
        sha256: empty where nobody knows it.
        op: what it did, as the event has it; ``label`` the same in Chinese, ``about`` what it names. Empty where no copy has it.
    """

    seq: int
    sha256: str
    op: str
    label: str
    about: str


@dataclass(frozen=True, slots=True)
class Restored(Result):
    """What was put back, what was moved aside and where to, what is still wrong.

    Attributes:
        case: the case's number, the year of the ledger, the batch's id, ``review/<item>`` or ``keys``.
        plan: every step; with a dry run nothing else.
        missing: what no copy has; ``lost`` what is known to have been there and is given up, by which two.
        lost_events: the events among it, ``lost_holds`` the holds in force among it: they are placed again, or nothing is restored.
        warnings: what could not be checked of the two.
        residue: what the copy still holds of records that were taken out of the file; it was not put back.
    """

    SCHEMA: ClassVar[str] = "archivist/restore/2"

    case: str
    dry_run: bool
    plan: tuple[RestorationStep, ...]
    restored: tuple[str, ...]
    moved_aside: tuple[str, ...]
    aside_folder: Path
    missing: tuple[str, ...]
    lost: tuple[str, ...]
    left: tuple[FixityFindingView, ...]
    residue: tuple[str, ...]
    lost_events: tuple[LostEventView, ...] = ()
    lost_holds: tuple[str, ...] = ()
    decided_by: str = ""
    confirmed_by: str = ""
    warnings: tuple[str, ...] = ()


@authorised(Act.VERIFY)
def verify(
    workspace: Workspace,
    by: By,
    cases: Sequence[str] = (),
    *,
    quick: bool = False,
    processes: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Verified:
    """Check some cases, or everything; the ledger keeps that it was done.

    Args:
        workspace: the open workspace.
        by: who checks, and when.
        cases: numbers, ID numbers or unambiguous names; none for all cases, ledger, tray and index.
        quick: chains, manifests and sizes only.
        processes: checking processes; 0 means one for each core.
        progress: called with the bags done and the bags there are.
    """
    return _verified(_checked(workspace, by, cases, quick, processes, progress), quick=quick)


@authorised(Act.BIND)
def verify_and_bind(
    workspace: Workspace,
    by: By,
    cases: Sequence[str] = (),
    *,
    quick: bool = False,
    processes: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Verified:
    """Check as ``verify`` does, then bind to its number what older programs wrote and is sound: an event for each."""
    from archivist.preservation import binding

    done = _checked(workspace, by, cases, quick, processes, progress)
    return _verified(done, quick=quick, bound=binding.bind(workspace, by, done))


def _checked(
    workspace: Workspace,
    by: By,
    cases: Sequence[str],
    quick: bool,
    processes: int,
    progress: Callable[[int, int], None] | None,
) -> Verification:
    from archivist.preservation import verification

    numbers = selection.households(workspace, cases)
    return verification.verify(
        workspace, by, numbers or None, quick=quick, processes=processes, step=progress
    )


@authorised(Act.VERIFY)
def verify_next_round(workspace: Workspace, by: By) -> Verified | None:
    """Read again the cases whose last check is the oldest; None when none is due."""
    from archivist.preservation import check_rounds, verification

    numbers = check_rounds.next_round(workspace.archive, by.time)
    if not numbers:
        return None
    return _verified(verification.verify(workspace, by, numbers, processes=1), quick=False)


@authorised(Act.VERIFY)
def enter_heads(workspace: Workspace, by: By) -> None:
    """Enter into the ledger the heads of what changed, as the first write of a day and ``verify`` do.

    Raises:
        IntegrityAlarm: E202, NewerFormat: E210, of the ledger. WriteFailed: E204.
    """
    from archivist.store.batches import IS_BATCH

    with workspace.writing(by):
        entered = workspace.archive.heads.record(workspace.stamp(by))
        workspace.hold_heads(head for head in entered if IS_BATCH.fullmatch(head.bag))


def _verified(done: Verification, *, quick: bool, bound: tuple[str, ...] = ()) -> Verified:
    return Verified(
        checked=len(done.checked),
        files=done.files,
        bytes=done.read,
        quick=quick,
        findings=_views(done.findings),
        known=_views(done.known),
        index_drift=done.drift,
        foreign=_views(done.foreign),
        clock=tuple(clock_set_back(name, events) for name, events in done.set_back),
        bound=bound,
    )


def clock_set_back(bag: str, events: Sequence[int]) -> str:
    """Return in Chinese which events were written while the machine's clock was behind the event before."""
    return f"{bag}：第 {'、'.join(map(str, events))} 号事件的机器时间早于上一事件"


@authorised(Act.ACCEPT_FINDINGS)
def accept(workspace: Workspace, by: By, case: str, reason: str, second: By) -> FindingsAccepted:
    """Record the decision of two people to keep a case as it is although its check fails.

    Args:
        workspace: the open workspace.
        by: who decides, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        reason: why; always told.
        second: who confirms it; see ``authorisation.require_two``.

    Raises:
        InvalidValue: E002, without a reason, when nothing is wrong, or both are one person. IntegrityAlarm: E202, where only a
            restoration helps. NewerFormat: E210, a newer program wrote to it.
    """
    from archivist.preservation import verification

    warnings = require_two(workspace, by, second, Act.ACCEPT_FINDINGS)
    name = _bag_name(workspace, case)
    accepted = verification.accept(workspace, by, name, reason, second)
    return FindingsAccepted(name, _views(accepted), reason, by.actor, second.actor, warnings)


def _bag_name(workspace: Workspace, text: str) -> str:
    """Return the External-Identifier of the bag a person means: a case, there or not, a year (``总账2024``), a batch."""
    from archivist.model.ids import CaseNo
    from archivist.store.batches import IS_BATCH

    wanted = text.strip()
    if year := _YEAR.fullmatch(wanted):
        return f"ledger-{year[1]}"
    if IS_BATCH.fullmatch(wanted):
        return wanted
    try:
        return str(CaseNo.parse(wanted))
    except InvalidValue:
        return str(workspace.find_case(wanted))


@authorised(Act.RESTORE)
def restore(
    workspace: Workspace,
    by: By,
    case: str,
    backup: Path,
    *,
    dry_run: bool = False,
    accept_loss: bool = False,
    second: By | None = None,
    reason: str = "",
    hold_again: bool = False,
) -> Restored:
    """Put back from a copy what something of the archive has lost, each file by its digest.

    Args:
        workspace: the open workspace.
        by: who restores, and when.
        case: a case, there or not; a year of the ledger (``总账2024``); a batch; ``review/<item>``; ``keys`` (密钥).
        backup: a folder or a package: a generation of backup, a submission, another copy.
        dry_run: only say what would be done.
        accept_loss: restore what there is although more is known to have been there: two decide that, a trial run needs nobody.
        second: who confirms it; see ``authorisation.require_two``.
        reason: why it is given up.
        hold_again: holds in force that would be lost are placed again, in the ledger.

    Raises:
        ArchiveError: E200, no such copy, or something known would be lost. CaseNotFound: E201. TrayItemNotFound: E104.
            NewerFormat: E210, a newer program wrote to it. WriteFailed: E204, run it again.
        TwoPersonsNeeded: E605, something would be given up and nobody confirms it. UsageError: E001, no reason. InvalidValue: E002,
            both are one person. OnHold: E601, a hold in force would be lost and is not placed again.
    """
    from archivist.preservation import restore as restoration
    from archivist.preservation.losses import Decision

    decision, warnings = None, tuple[str, ...]()
    if accept_loss and not dry_run:
        if second is None:
            raise TwoPersonsNeeded(f"{Act.ACCEPT_LOSS.label}：用 --with 写确认的另一人")
        require(workspace, by, Act.ACCEPT_LOSS)
        warnings = require_two(workspace, by, second, Act.ACCEPT_LOSS)
        decision = Decision(second, reason, hold_again)
    what = _restorable(workspace, case.strip())
    done = restoration.restore(
        workspace, by, what, backup, dry_run=dry_run, accept_loss=accept_loss, decision=decision
    )
    steps = tuple(
        RestorationStep(r.path, r.action.value, r.action.label, r.digest, r.source) for r in done.planned
    )
    return Restored(
        str(what), dry_run, steps, done.restored, done.aside, done.quarantine, done.missing, done.lost,
        _views(done.left), done.residue,
        tuple(LostEventView(e.seq, e.digest, e.op, _title(e.op), e.about) for e in done.loss.events),
        tuple(f"{hold.id} {hold.words}" for hold in done.loss.held),
        by.actor if decision and done.loss else "", second.actor if second and decision and done.loss else "", warnings,
    )  # fmt: skip


def _title(op: str) -> str:
    """Return what an event did, in Chinese; empty where nobody knows."""
    from archivist.api import history, ledger

    titles = {known.value: title for known, title in {**history.TITLES, **ledger.TITLES}.items()}
    return titles.get(op, op)


def _restorable(workspace: Workspace, text: str) -> CaseNo | int | str:
    """Return what a person means that may be restored."""
    from archivist.model.ids import CaseNo
    from archivist.preservation import loose_repair, restore
    from archivist.store.batches import IS_BATCH

    if text in (loose_repair.KEYS, "密钥"):
        return loose_repair.KEYS
    if restore.TRAY.fullmatch(text):
        return text
    name = _bag_name(workspace, text)
    if year := _YEAR.fullmatch(name):
        return int(year[1])
    return name if IS_BATCH.fullmatch(name) else CaseNo.parse(name)


def _views(findings: Sequence[bag_fixity.FixityFinding]) -> tuple[FixityFindingView, ...]:
    from archivist.store.bag_fixity import remedy

    return tuple(FixityFindingView.of(f, remedy(f, findings)) for f in findings)
