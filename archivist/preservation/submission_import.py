"""The bureau's answers, taken in: a receipt acknowledges a submission, what was returned or found stands in the households.

A file is held against what the ledger says was handed over, every household and every part; what does not fit is refused
before anything is written (E611).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.disposal_errors import AlreadyDestroyed, ReceiptMismatch
from archivist.errors import ArchiveError, CaseNotFound, UnreadableFile
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.check_feedback import outstanding
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.plain_json import LARGE, MalformedData
from archivist.os_reasons import reason_of
from archivist.preservation import submission_ledger
from archivist.preservation.submission_format import Submission
from archivist.preservation.submission_ledger import SubmissionEntry, SubmissionStage
from archivist.preservation.submission_replies import Feedback, FeedbackFinding, Receipt, is_feedback
from archivist.store import Draft, bag
from archivist.workspace import Workspace

_ENTERED: Final = ("submission", "record", "passed", "text", "reply")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of the bureau said.

    Attributes:
        kind: ``receipt`` or ``feedback``.
        accepted: households that were accepted, or passed.
        open: what is to be put right, with its household.
        entered: events that were written into households now; none when the file was taken in before.
        gone: households of the file that are not there any more; nothing was entered of them.
    """

    kind: str
    submission: str
    bureau: str
    accepted: tuple[str, ...]
    open: tuple[FeedbackFinding, ...]
    entered: int
    gone: tuple[str, ...]


def take_in(workspace: Workspace, by: By, path: Path) -> Imported:
    """Take in a receipt or a feedback; the same file once more changes nothing.

    Args:
        workspace: the open workspace.
        by: who, and when.
        path: the file.

    Raises:
        ReceiptMismatch: E611, it is not of this office or of no submission of it, was edited, or there is another receipt.
        UnreadableFile: E101, it cannot be read. IntegrityAlarm: E202, of the ledger, or a household takes nothing.
        WriteFailed: E204.

    Survives: a kill at any point; the same file taken in again enters what is missing.
    """
    data = _read(path)
    try:
        reply = Feedback.decode(data) if is_feedback(data) else Receipt.decode(data)
    except MalformedData as error:
        raise ReceiptMismatch(str(error), file=path.name) from error
    with workspace.writing(by):  # a ledger that somebody died over is healed before it is asked
        entry, submission = _own(workspace, reply, path.name)
    digest = bag.sha256(data)
    if isinstance(reply, Receipt):
        return _receipt(workspace, by, reply, (entry, submission), digest, path.name)
    known = {case.case for case in submission.cases}
    if strange := sorted({one.case for one in reply.findings} - known):
        raise ReceiptMismatch(f"{'、'.join(strange[:5])} 不在报送 {entry.id} 中", file=path.name)
    entered, gone = _enter(workspace, by, reply, reply.findings, digest)
    todo = tuple(one for one in reply.findings if not one.passed)
    passed = {one.case for one in reply.findings} - {one.case for one in todo}
    return Imported("feedback", str(entry.id), reply.bureau, tuple(sorted(passed)), todo, entered, gone)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGE:
            raise ReceiptMismatch("太大，不是回执或反馈", file=path.name)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"打不开：{reason_of(error)}", file=path.name) from error


def _own(workspace: Workspace, reply: Receipt | Feedback, name: str) -> tuple[SubmissionEntry, Submission]:
    """Return the submission that is answered.

    Raises:
        ReceiptMismatch: E611, this office made none such, or it was another.
    """
    office = workspace.config.office.code
    if reply.submission.office != office:
        raise ReceiptMismatch(f"是 {reply.submission.office} 的，不是本机关（{office}）的", file=name)
    try:
        entry = submission_ledger.find(workspace.archive, str(reply.submission))
    except ArchiveError as error:
        if type(error) is not ArchiveError:
            raise
        raise ReceiptMismatch(f"本机关没有报送过 {reply.submission}", file=name) from error
    if entry.stage is SubmissionStage.STARTED:
        raise ReceiptMismatch(f"报送 {entry.id} 还没有做完，不会有回执", file=name)
    if entry.stage is SubmissionStage.TAKEN_BACK:
        raise ReceiptMismatch(
            f"{entry.id} 已经收回，{reply.bureau[:40]} 却说接收了：两个机关都以为户档归自己",
            file=name,
            remedy="立即与对方核对，由一方停办；收回所凭的证明在总账（data/移交收回）。没有写入任何内容。",
        )
    if reply.anchor != entry.anchor:
        raise ReceiptMismatch(
            f"锚不符：回的是 {reply.anchor[:20]}…，报送 {entry.id} 的是 {entry.anchor[:20]}…", file=name
        )
    return entry, submission_ledger.load(workspace.archive, entry)[0]


def _receipt(
    workspace: Workspace,
    by: By,
    receipt: Receipt,
    own: tuple[SubmissionEntry, Submission],
    digest: str,
    name: str,
) -> Imported:
    entry, submission = own
    if entry.reply and entry.reply != digest:
        raise ReceiptMismatch(f"报送 {entry.id} 已有另一份回执（{entry.received_at[:10]}）", file=name)
    if set(receipt.parts) != set(entry.made):
        raise ReceiptMismatch(f"分包的摘要与报送 {entry.id} 的不符", file=name)
    here = {(case.case, case.seq, case.head) for case in submission.cases}
    there = {(case.case, case.seq, case.head) for case in receipt.cases}
    if here != there:
        odd = sorted({one[0] for one in here ^ there})
        raise ReceiptMismatch(f"所列的户与报送 {entry.id} 的不符：{'、'.join(odd[:5])}", file=name)
    todo = tuple(FeedbackFinding(one.case, "", False, f"退回：{one.why}", None) for one in receipt.returned)
    better = tuple(
        FeedbackFinding(one.case, "", True, "已接收", None)
        for one in receipt.accepted
        if _was_returned(workspace, one.case)
    )
    entered, gone = _enter(workspace, by, receipt, (*todo, *better), digest)
    if entry.stage is not SubmissionStage.ACKNOWLEDGED:
        with workspace.writing(by):
            data = {
                "submission": str(entry.id),
                "bureau": receipt.bureau,
                "received_at": receipt.received_at,
                "returned": [one.case for one in receipt.returned],
                "reply": digest,
            }
            workspace.archive.note(Op.SUBMISSION_ACKNOWLEDGED, data, workspace.stamp(by))
            workspace.hold_heads()
    accepted = tuple(one.case for one in receipt.accepted)
    return Imported("receipt", str(entry.id), receipt.bureau, accepted, todo, entered, gone)


def _enter(
    workspace: Workspace,
    by: By,
    reply: Receipt | Feedback,
    findings: tuple[FeedbackFinding, ...],
    digest: str,
) -> tuple[int, tuple[str, ...]]:
    """Enter what was found into the households, unless it stands there; return how many events, and who is gone."""
    entered, gone = 0, list[str]()
    for finding in findings:
        number = CaseNo.parse(finding.case)
        data = {
            "submission": str(reply.submission),
            "bureau": reply.bureau,
            "record": finding.record,
            "passed": finding.passed,
            "text": finding.text,
            "until": finding.until.isoformat() if finding.until else "",
            "reply": digest,
            "returned": isinstance(reply, Receipt),
        }
        try:
            if _stands(workspace.archive.read(number), data):
                continue
            workspace.commit(number, lambda _, data=data: Draft(Op.CHECK_FEEDBACK, data), by)  # type: ignore[misc]
            entered += 1
        except (CaseNotFound, AlreadyDestroyed):
            gone.append(finding.case)
    return entered, tuple(gone)


def _was_returned(workspace: Workspace, number: str) -> bool:
    """Tell whether a household waits for being accepted after it was returned."""
    try:
        case = workspace.archive.read(CaseNo.parse(number))
    except (CaseNotFound, AlreadyDestroyed):
        return False
    return any(one.returned for one in outstanding(case.feedback))


def _stands(case: Case, data: dict[str, object]) -> bool:
    """Tell whether the household has been told this by this file."""
    return any(all(getattr(one, key) == data[key] for key in _ENTERED) for one in case.feedback)
