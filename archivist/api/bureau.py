"""The bureau: submissions received and answered, what was received checked, a month's sample drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.fixity import FixityFindingView
from archivist.api.parts_passwords import password_of
from archivist.api.passwords import AskPassword
from archivist.api.result import Result
from archivist.api.signatures import SignatureView
from archivist.model.ids import CASE_NO_IN_TEXT, CaseNo, Category, narrow
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace


_REMEDY: Final = "查明是谁动过；请报送单位重新报送这一户（archivist submit），或从备份取回 archive/received"


@dataclass(frozen=True, slots=True)
class ReturnedCase:
    """A household that was sent back, and why."""

    case: str
    why: str


@dataclass(frozen=True, slots=True)
class SubmissionReceived(Result):
    """A submission that was received.

    Attributes:
        submission: its number; ``office`` the code of who submitted it.
        parts: of it; all were there.
        accepted: households that were taken in.
        anchor: SHA-256 of the list of all heads of the office; the paper has it too.
        again: it was received before, and nothing was changed.
        destroyed: households the office destroyed by the rules, of which a copy is still here.
        files: the receipt (JSON) and its paper, in the outbox.
        signatures: of the packages, where any lie beside them or the office has a certificate registered.
    """

    SCHEMA: ClassVar[str] = "archivist/bureau-receive/1"

    submission: str
    office: str
    parts: int
    accepted: tuple[str, ...]
    returned: tuple[ReturnedCase, ...]
    anchor: str
    again: bool
    destroyed: tuple[str, ...]
    files: tuple[Path, ...]
    signatures: tuple[SignatureView, ...]


@dataclass(frozen=True, slots=True)
class CheckedOffice:
    """What was received from an office, after a check: ``bags`` (its ledger's years too), ``bytes`` read, what is wrong."""

    office: str
    bags: int
    bytes: int
    findings: tuple[FixityFindingView, ...]


@dataclass(frozen=True, slots=True)
class ReceivedVerified(Result):
    """What a check of everything that was received found, office by office."""

    SCHEMA: ClassVar[str] = "archivist/bureau-verify/1"

    offices: tuple[CheckedOffice, ...]


@dataclass(frozen=True, slots=True)
class DrawnStratum:
    """An office's households in a category, near kin set apart: how many there are, and how many of them were drawn."""

    office: str
    category: Category
    size: int
    drawn: int


@dataclass(frozen=True, slots=True)
class SampleDrawn(Result):
    """A month's draw.

    Attributes:
        draw: its number.
        frame: how many households it was drawn from; ``frame_sha256`` of their list.
        kin: near kin, all of whom are looked into; ``drawn`` the others.
        unknown_kin: near kin who were named and are not in the frame.
        before: earlier draws of the same month.
        again: the very same was drawn before, and nothing was written.
    """

    SCHEMA: ClassVar[str] = "archivist/bureau-sample/1"

    draw: str
    month: str
    frame: int
    frame_sha256: str
    lot: str
    seed: str
    kin: tuple[str, ...]
    drawn: tuple[str, ...]
    strata: tuple[DrawnStratum, ...]
    unknown_kin: tuple[str, ...]
    before: tuple[str, ...]
    again: bool
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class FeedbackWritten(Result):
    """Feedback on a submission: how many households were looked into, and which of them must put something right."""

    SCHEMA: ClassVar[str] = "archivist/bureau-feedback/1"

    submission: str
    cases: int
    to_mend: tuple[str, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ReportedSubmission:
    """A submission that was received: from whom, when, how many households were taken in and sent back."""

    submission: str
    label: str
    received_on: str
    accepted: int
    returned: int
    anchor: str


@dataclass(frozen=True, slots=True)
class ReportingOfficeView:
    """An office that reports here.

    Attributes:
        code: opens its case numbers; ``name`` as the settings have it, empty where nobody registered it.
        cases: households a copy of which is here.
        last: what its last submission calls its period; empty where there is none.
        to_mend: households of which the last feedback asks something, and that have not come again since.
        submissions: in the order in which they were received.
    """

    code: str
    name: str
    cases: int
    last: str
    to_mend: tuple[str, ...]
    submissions: tuple[ReportedSubmission, ...]


@dataclass(frozen=True, slots=True)
class ReportingOffices(Result):
    """The register of what was received, office by office; who is registered and reported nothing is among them."""

    SCHEMA: ClassVar[str] = "archivist/bureau-list/1"

    offices: tuple[ReportingOfficeView, ...]


@authorised(Act.RECEIVE)
def receive(
    workspace: Workspace,
    by: By,
    files: Sequence[Path],
    *,
    ask: AskPassword | None = None,
    pdf: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SubmissionReceived:
    """Receive the parts of one submission; see ``bureau.reception.receive``.

    Args:
        workspace: the bureau's.
        by: who receives, and when.
        files: the packages, in any order, all of them.
        ask: asks for the password of those that are locked.
        pdf: make a PDF of the paper; as the settings say when not given.
        progress: called with the files read and the files there are.

    Raises:
        UnreadableFile: E101, FileTooLarge: E102, PasswordNeeded: E106, ArchiveError: E200, IntegrityAlarm: E202, the package is
            not to be received. ForkedChain: E610. WriteFailed: E204. UsageError: E001.
    """
    from archivist.bureau import reception

    password = password_of(files, ask)
    wanted = workspace.config.options.pdf if pdf is None else pdf
    done = reception.receive(workspace, by, files, password=password, pdf=wanted, step=progress)
    receipt = done.receipt
    return SubmissionReceived(
        str(receipt.submission),
        receipt.submission.office,
        len(receipt.parts),
        tuple(case.case for case in receipt.accepted),
        tuple(ReturnedCase(case.case, case.why) for case in receipt.returned),
        receipt.anchor,
        done.again,
        done.destroyed,
        done.files,
        tuple(SignatureView.of(name, checked) for name, checked in done.signatures),
    )


@authorised(Act.VERIFY_RECEIVED)
def verify(
    workspace: Workspace, by: By, office: str = "", *, progress: Callable[[int, int], None] | None = None
) -> ReceivedVerified:
    """Check what was received from an office, or from all, against its chains and the heads in the bureau's ledger.

    Raises:
        ArchiveError: E200, nothing was received from it. IntegrityAlarm: E202, of the bureau's ledger. WriteFailed: E204.
    """
    from archivist.bureau import custody

    checked = custody.verify(workspace, by, office.strip().upper(), step=progress)
    return ReceivedVerified(
        tuple(
            CheckedOffice(
                one.office,
                one.bags,
                one.read,
                tuple(FixityFindingView.of(f, _REMEDY) for f in one.findings),
            )
            for one in checked
        )
    )


@authorised(Act.DRAW_SAMPLE)
def sample(
    workspace: Workspace,
    by: By,
    month: str,
    lot: str,
    *,
    near_kin: Path | None = None,
    pdf: bool | None = None,
) -> SampleDrawn:
    """Draw who of those confirmed in a month is looked into; see ``bureau.draws.draw_month``.

    Args:
        workspace: the bureau's.
        by: who draws, and when.
        month: ``2026-11``.
        lot: what was drawn in public, as it was drawn.
        near_kin: a text, ``.csv`` or ``.xlsx`` in which the case numbers of near kin stand.
        pdf: make a PDF of the paper; as the settings say when not given.

    Raises:
        UsageError: E001, InvalidValue: E002, IntegrityAlarm: E202, WriteFailed: E204.
    """
    from archivist.bureau import draws

    wanted = workspace.config.options.pdf if pdf is None else pdf
    kin = _numbers_in(near_kin) if near_kin else ()
    done = draws.draw_month(workspace, by, month, lot, kin, pdf=wanted)
    return SampleDrawn(
        done.id,
        done.month,
        len(done.draw.frame),
        done.draw.frame_sha256,
        done.draw.lot,
        done.draw.seed,
        tuple(map(str, done.draw.kin)),
        tuple(map(str, done.draw.drawn)),
        tuple(DrawnStratum(s.office, s.category, s.size, len(s.drawn)) for s in done.draw.strata),
        tuple(map(str, done.unknown_kin)),
        done.before,
        done.again,
        done.files,
    )


def _numbers_in(path: Path) -> tuple[CaseNo, ...]:
    """Return every case number that stands in a file.

    Raises:
        UsageError: E001, it cannot be read, or none stands in it.
    """
    from archivist.errors import UsageError
    from archivist.tables import filled_in

    if path.suffix.lower() in (".xlsx", ".xlsm", ".csv"):
        cells = (v for sheet in filled_in.read_filled(path) for row in sheet.rows for v in row.values)
        text = "\n".join(str(value) for value in cells if value is not None)
    else:
        text = filled_in.read_text(path)
    found = CASE_NO_IN_TEXT.findall(narrow(text).upper())
    if not found:
        raise UsageError("里面没有户号", file=path.name)
    return tuple(sorted({CaseNo.parse(number) for number in found}))


@authorised(Act.GIVE_FEEDBACK)
def feedback(
    workspace: Workspace,
    by: By,
    submission: str,
    findings: Path,
    *,
    sample: str = "",
    pdf: bool | None = None,
) -> FeedbackWritten:
    """Write the feedback on a submission; see ``bureau.feedback.give``.

    Args:
        workspace: the bureau's.
        by: who answers for it, and when.
        submission: its number.
        findings: the table that was filled in, ``.xlsx`` or ``.csv``.
        sample: the month of the draw; empty for none.
        pdf: make a PDF of the letter; as the settings say when not given.

    Raises:
        UsageError: E001, CaseNotFound: E201, InvalidValue: E002, WriteFailed: E204.
    """
    from archivist.bureau import feedback as feedbacks

    wanted = workspace.config.options.pdf if pdf is None else pdf
    told = feedbacks.read_findings(findings)
    done = feedbacks.give(workspace, by, submission, told, sample=sample, pdf=wanted)
    return FeedbackWritten(
        str(done.feedback.submission),
        len({one.case for one in told}),
        tuple(sorted({one.case for one in told if not one.passed})),
        done.files,
    )


def offices(workspace: Workspace) -> ReportingOffices:
    """Return what was received from each office, the registered ones and the others, by code.

    Raises:
        IntegrityAlarm: E202, of the bureau's ledger.
    """
    from archivist.bureau import received

    names = {office.code: office.name for office in workspace.config.offices}
    told = list(received.submissions(workspace.archive))
    cases = workspace.archive.case_numbers()
    asked = sorted(map(CaseNo.parse, received.to_mend(workspace.archive)))
    return ReportingOffices(
        tuple(
            ReportingOfficeView(
                code,
                names.get(code, ""),
                sum(number.office == code for number in cases),
                next((one.label for one in reversed(told) if one.office == code), ""),
                tuple(str(number) for number in asked if number.office == code),
                tuple(
                    ReportedSubmission(
                        one.submission,
                        one.label,
                        one.received_on,
                        len(one.cases),
                        len(one.returned),
                        one.anchor,
                    )
                    for one in told
                    if one.office == code
                ),
            )
            for code in sorted(names.keys() | {one.office for one in told})
        )
    )
