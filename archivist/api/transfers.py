"""A household moved: its file handed over to the office it came to (转出), and a file taken over from another (转入); everything, when offices change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised, require_pair
from archivist.api.given_papers import FormToSign, read_given
from archivist.api.result import Result
from archivist.errors import UsageError
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FileTransferredOut(Result):
    """A package for another office that was written, or with ``dry_run`` could be.

    Attributes:
        to: code of the office it goes to.
        seq: how many events the file has in it; ``head`` the digest of the last one.
        package: where it is; ``None`` with ``dry_run``. ``sha256`` its digest.
        holds: what binds the file and goes along.
        again: it had been written before, and nothing changed since.
    """

    SCHEMA: ClassVar[str] = "archivist/transfer-out/1"

    case: str
    to: str
    seq: int
    head: str
    package: Path | None
    sha256: str
    holds: tuple[str, ...]
    again: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class FileTransferredIn(Result):
    """A file that was opened for a household that moved here, or with ``dry_run`` could be.

    Attributes:
        case: its number here; ``None`` with ``dry_run``.
        previous: its number at the office it left; ``head`` the digest of its last event there.
        records: how many papers are in the package, which stands in the new file, read-only.
        holds: what binds the new file from its first event on.
        drop_folder: where its scans go; ``None`` with ``dry_run``.
    """

    SCHEMA: ClassVar[str] = "archivist/transfer-in/1"

    case: str | None
    previous: str
    head: str
    applicant: str
    records: int
    holds: tuple[str, ...]
    drop_folder: Path | None
    dry_run: bool


@authorised(Act.TRANSFER_OUT)
def transfer_out(
    workspace: Workspace, by: By, case: str, to: str, *, dry_run: bool = False
) -> FileTransferredOut:
    """Write the package of a closed file; for the arguments and what is refused see ``preservation.transfers.transfer_out``."""
    from archivist.preservation import transfers

    done = transfers.transfer_out(workspace, by, workspace.find_case(case), to, dry_run=dry_run)
    return FileTransferredOut(
        str(done.case), done.to, done.head.seq, done.head.head, done.path, done.sha256, done.holds, done.again, dry_run
    )  # fmt: skip


@authorised(Act.TRANSFER_IN)
def transfer_in(workspace: Workspace, by: By, package: Path, *, dry_run: bool = False) -> FileTransferredIn:
    """Open a file from a package; for the arguments and what is refused see ``preservation.transfers.transfer_in``."""
    from archivist.preservation import transfers

    done = transfers.transfer_in(workspace, by, package, dry_run=dry_run)
    return FileTransferredIn(
        str(done.case.number) if done.case else None,
        str(done.previous),
        done.head,
        done.applicant,
        done.records,
        done.holds,
        done.folder,
        dry_run,
    )


# ── a reorganisation ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class CustodyHandedOver(Result):
    """Everything an office handed over to another, or (``made`` is false) would.

    Attributes:
        package: the id of the package; ``to`` the code of the office that takes it over.
        cases: the files in it; the ledger is in it too.
        anchor: SHA-256 of its ``heads.tsv``; stands on the list both sides stamp.
        size: bytes of all parts together.
        parts: file name of each; ``folder`` where they are, ``None`` where nothing was written.
        sheets: the list to be stamped.
    """

    SCHEMA: ClassVar[str] = "archivist/transfer-custody-out/1"

    package: str
    to: str
    made: bool
    cases: int
    anchor: str
    size: int
    parts: tuple[str, ...]
    folder: Path | None
    sheets: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class CustodyTakenOver(Result):
    """Everything of another office that was taken over, or with ``dry_run`` could be.

    Attributes:
        package: the id of the package; ``office`` the code of the office it comes from.
        cases: the files, under their own numbers.
        again: it was taken over before; nothing was changed now.
        ledger: where the other office's ledger is kept, read-only; ``None`` with ``dry_run``.
        receipt: the receipt and its paper, for the other office.
    """

    SCHEMA: ClassVar[str] = "archivist/transfer-custody-in/1"

    package: str
    office: str
    office_name: str
    cases: tuple[str, ...]
    again: bool
    ledger: Path | None
    receipt: tuple[Path, ...]
    dry_run: bool


def is_custody(paths: Sequence[Path]) -> bool:
    """Tell whether some packages are the parts of what an office hands over, by their names, and not a household's file."""
    from archivist.preservation.submission_format import read_part_name

    return any(read_part_name(path.name) for path in paths)


@authorised(Act.HAND_OVER)
def hand_over(
    workspace: Workspace,
    by: By,
    to: str,
    *,
    folder: Path | None = None,
    of: str = "",
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> CustodyHandedOver:
    """Hand over everything; for the arguments and what is refused see ``preservation.custody.hand_over``."""
    from archivist.preservation import custody

    made = custody.hand_over(
        workspace, by, to, folder, of=of.strip().upper(), dry_run=dry_run, pdf=workspace.config.options.pdf, step=progress,
    )  # fmt: skip
    told = made.submission
    return CustodyHandedOver(
        str(told.id),
        told.recipient,
        not dry_run,
        len(told.cases),
        told.anchor,
        made.size,
        tuple(part.name for part in made.parts),
        made.folder,
        made.sheets,
    )


@dataclass(frozen=True, slots=True)
class CustodyTakenBack(Result):
    """A package that was handed over and not received, taken back, or with ``dry_run`` could be.

    Attributes:
        package: its id; ``to`` the code of the office it went to.
        cases: how many files are this office's again.
        people: who decided; ``unchecked`` what could not be asked of them (未检).
    """

    SCHEMA: ClassVar[str] = "archivist/transfer-custody-back/1"

    package: str
    to: str
    cases: int
    reason: str
    people: tuple[str, ...]
    unchecked: tuple[str, ...]
    dry_run: bool


@authorised(Act.TAKE_BACK)
def withdrawal_form(workspace: Workspace, by: By, package: str, *, reason: str) -> FormToSign:
    """Make the form that is signed to take a package back; for what is refused see ``preservation.custody_withdrawal.plan_withdrawal``."""
    from archivist.preservation import custody_withdrawal

    asked = custody_withdrawal.plan_withdrawal(workspace, package, reason)
    path = custody_withdrawal.withdrawal_form(workspace, by, asked)
    return FormToSign(path.stem, asked.code.words, asked.code.payload, path)


@authorised(Act.TAKE_BACK)
def take_back(
    workspace: Workspace,
    by: By,
    package: str,
    *,
    reason: str,
    people: Sequence[By] = (),
    paper: Path | None = None,
    dry_run: bool = False,
) -> CustodyTakenBack:
    """Take a package back that was not received; for the arguments and what is refused see ``preservation.custody_withdrawal.take_back``.

    Raises:
        UsageError: E001, no signed form. TwoPersonsNeeded: E605. RoleMissing: E504.
    """
    from archivist.preservation import custody_withdrawal

    done = custody_withdrawal.plan_withdrawal(workspace, package, reason)
    unchecked: tuple[str, ...] = ()
    if not dry_run:
        unchecked = require_pair(workspace, people, Act.TAKE_BACK)
        if paper is None:
            raise UsageError(
                "收回移交须有对方证明没有接收、两人签字的《机构变动移交收回审批表》：用 --paper 指明它的扫描件",
                remedy="先做表：同一命令加 --form；打印、签字盖章、扫描。没有写入任何内容。",
            )
        names = [one.actor for one in people]
        given = read_given(paper)
        done = custody_withdrawal.take_back(workspace, by, package, reason=reason, people=names, paper=given)
    said = tuple(one.actor for one in people)
    entry = done.entry
    return CustodyTakenBack(str(entry.id), entry.custody, entry.cases, done.reason, said, unchecked, dry_run)


@authorised(Act.TAKE_OVER)
def take_over(
    workspace: Workspace, by: By, packages: Sequence[Path], *, dry_run: bool = False
) -> CustodyTakenOver:
    """Take over everything of another office; for what is refused see ``bureau.handover.take_over``."""
    from archivist.bureau import handover

    done = handover.take_over(workspace, by, packages, dry_run=dry_run, pdf=workspace.config.options.pdf)
    return CustodyTakenOver(
        done.package, done.office, done.office_name, done.cases, done.again, done.ledger, done.files, dry_run
    )
