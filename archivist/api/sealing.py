"""Seals of the ledger, and the archive held against one, against a backup or another copy."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.parts_passwords import password_of
from archivist.api.passwords import AskPassword
from archivist.api.result import Result
from archivist.api.signatures import SignatureView, signature_of
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Sealed(Result):
    """A seal that was made.

    Attributes:
        seal: its id; ``code`` what the QR code of its page says.
        cases: cases whose heads it has; ``bags`` those, the ledger's years and the batches.
        sha256: of ``heads.tsv``, the first of ``files``.
        unread: bags that could not be sealed, for their chains do not hold.
    """

    SCHEMA: ClassVar[str] = "archivist/seal/1"

    seal: str
    on: dt.date
    cases: int
    bags: int
    sha256: str
    code: str
    unread: tuple[str, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ComparedBag:
    """How one bag stands to what somebody else has of it.

    Attributes:
        standing: ``same``, ``grown``, ``rewritten``, ``shorter``, ``missing``, ``unread``; ``label`` in Chinese.
        anchored: number of the last event the other side has; ``here`` what is here.
        since: the first event that differs; 0 where none does. Unless ``exact`` it is this one or one before it.
        why: why a chain cannot be read, in Chinese.
    """

    bag: str
    standing: str
    label: str
    anchored: int
    here: int
    since: int
    exact: bool
    why: str

    @property
    def text(self) -> str:
        """Say in one line what is to be said besides."""
        if self.since:
            return f"从第 {self.since} 个事件起" if self.exact else f"第 {self.since} 个事件或更早"
        return self.why


@dataclass(frozen=True, slots=True)
class Comparison(Result):
    """The archive held against what somebody else has of it.

    Attributes:
        kind: ``seal``, ``copy``, ``submission`` or ``receipt``.
        sha256: of its list of heads; empty for a copy.
        anchored: whether that was held against a printed page.
        bags: every bag the other side has, by name; ``alarming`` so many of them must be looked into.
        signature: what is known of one beside the file, ``None`` for a folder.
    """

    SCHEMA: ClassVar[str] = "archivist/verify-against/1"

    kind: str
    sha256: str
    anchored: bool
    bags: tuple[ComparedBag, ...]
    alarming: int
    signature: SignatureView | None


@authorised(Act.SEAL)
def seal(workspace: Workspace, by: By, *, pdf: bool | None = None) -> Sealed:
    """Seal the heads of every bag: into a folder of the outbox with a page to be stamped, into the ledger.

    Args:
        workspace: the open workspace.
        by: who seals, and when.
        pdf: make a PDF of the page; as the settings say when not given.

    Raises:
        IntegrityAlarm: E202, NewerFormat: E210, of the ledger. WriteFailed: E204. PdfUnavailable: E306.
    """
    from archivist.preservation import seal as sealing

    made = sealing.seal(workspace, by, pdf=workspace.config.options.pdf if pdf is None else pdf)
    return Sealed(made.id, made.on, made.cases, made.bags, made.sha256, made.code, made.unread, made.files)


def compare(
    workspace: Workspace, path: Path, anchor: str = "", *, ask: AskPassword | None = None
) -> Comparison:
    """Hold the archive against a seal, a submission, a backup or another copy; nothing is written.

    Args:
        workspace: the open workspace.
        path: the file or folder.
        anchor: what a printed page says of it: at least twenty hexadecimal digits, or its QR code.
        ask: asks for the password of a submission that is locked.

    Raises:
        PasswordNeeded: E106, none of those typed.
        ArchiveError: E200, it is none of these. IntegrityAlarm: E202, it is not as its own digest or the page says.
    """
    from archivist.preservation import comparison, submission_envelope

    registered = workspace.config.office.certificate
    signature = signature_of(path, registered) if path.is_file() else None
    with submission_envelope.opened([path], password_of([path], ask)) as (plain,):
        reference = comparison.read(plain, anchor)
    found = comparison.compare(workspace.archive, reference)
    bags = tuple(
        ComparedBag(c.bag, c.standing.value, c.standing.label, c.anchored, c.here, c.since, c.exact, c.why)
        for c in found
    )
    alarming = sum(c.standing.alarming for c in found)
    return Comparison(reference.kind, reference.sha256, bool(anchor), bags, alarming, signature)
