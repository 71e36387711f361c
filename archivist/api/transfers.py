"""A household moved: its file handed over to the office it came to (转出), and a file taken over from another (转入)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.result import Result
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
