"""A handing over that went to the wrong office, taken back before it was received (收回): by two, and on the signed word that nobody received it.

From then on the files are this office's work again, and the package is void: it is made no further, no receipt of it is taken, and what is handed over next is another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.disposal_errors import ReceiptMismatch
from archivist.doctypes.ids import DocumentId
from archivist.errors import InvalidValue
from archivist.model.by import By
from archivist.model.custody import Handover
from archivist.model.event import Op
from archivist.model.form_code import FormCode
from archivist.model.ids import in_rows
from archivist.preservation import submission_ledger
from archivist.preservation.request_forms import print_request, request_digest
from archivist.preservation.signed_papers import ReadPaper, filed_as, require_form
from archivist.preservation.submission_ledger import SubmissionEntry, SubmissionStage
from archivist.store import Draft
from archivist.workspace import Workspace

__all__ = ["Withdrawal", "plan_withdrawal", "take_back", "withdrawal_form"]

PAPERS: Final = "data/移交收回"
"""Where in a bag of the ledger the papers stand by which packages were taken back."""
_OUTBOX: Final = "移交收回"
_SIGNERS: Final = ("证明人", "核对人", "批准人")
_PLACE: Final = " archivist transfer back … --form 所做"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A handing over that is to be taken back, or was: the package as the ledger has it, whose files, and why."""

    entry: SubmissionEntry
    handover: Handover
    reason: str

    @property
    def code(self) -> FormCode:
        """What the form bears that is signed for it."""
        asked = {
            "package": str(self.entry.id),
            "to": self.handover.to,
            "anchor": self.entry.anchor,
            "reason": "".join(self.reason.split()),
        }
        return FormCode.of_withdrawal(str(self.entry.id), request_digest(asked))


def plan_withdrawal(workspace: Workspace, package: str, reason: str) -> Withdrawal:
    """Return what would be taken back; nothing is written, no paper is looked at.

    Raises:
        InvalidValue: E002, no reason, or the package hands nothing over. ReceiptMismatch: E611, it was received, or taken back before.
        ArchiveError: E200, there is none such. IntegrityAlarm: E202, of the ledger.
    """
    if not reason.strip():
        raise InvalidValue("收回移交须写明理由（--reason）", remedy="没有写入任何内容。")
    entry = submission_ledger.find(workspace.archive, package)
    if not entry.custody:
        raise InvalidValue(
            f"{entry.id} 是报送，不是机构变动的移交，没有可以收回的", remedy="没有写入任何内容。"
        )
    if entry.stage is SubmissionStage.ACKNOWLEDGED:
        raise ReceiptMismatch(
            f"{entry.id} 已由 {entry.bureau} 于 {entry.received_at[:10]} 接收，不能收回",
            remedy="户档在对方办理，由两个机关商定。没有写入任何内容。",
        )
    handed = workspace.archive.custody.handed_over().values()
    handover = next((one for one in handed if one.package == str(entry.id)), None)
    if handover is None:
        raise ReceiptMismatch(f"{entry.id} 已经收回", remedy="没有写入任何内容。")
    return Withdrawal(entry, handover, reason.strip())


def withdrawal_form(workspace: Workspace, by: By, asked: Withdrawal) -> Path:
    """Write the form that is signed to take a package back; return where it is.

    Raises:
        MissingFields: E301. TemplateFault: E303. WriteFailed: E204.
    """
    entry = asked.entry
    values = {
        "handover.package": str(entry.id),
        "handover.on": asked.handover.day,
        "handover.to": asked.handover.to,
        "handover.size": f"{entry.cases}户，{entry.parts}个分包",
        "handover.anchor": in_rows(entry.anchor),
        "handover.reason": asked.reason,
    }
    folder = f"{_OUTBOX}/{entry.id}"
    return print_request(workspace, DocumentId.HANDOVER_WITHDRAWAL, values, asked.code, folder, by.today)


def take_back(
    workspace: Workspace, by: By, package: str, *, reason: str, people: Sequence[str], paper: ReadPaper
) -> Withdrawal:
    """Take a package back that was not received; its files are this office's again.

    Args:
        workspace: the open workspace.
        by: who enters it, and when.
        package: its id.
        reason: why.
        people: the two who decided; whoever calls has asked who they are.
        paper: the scan of the form, on which the other office says that it received nothing, and the two signed.

    Raises:
        See ``plan_withdrawal``. UsageError: E001, the paper is not the form, no scan, or not signed by all. ListChanged: E603, the form is of another
            package or reason. WriteFailed: E204.

    Survives: a kill at any point: it is taken back with its paper in the ledger, or it is not.
    """
    with workspace.writing(by):
        asked = plan_withdrawal(workspace, package, reason)
        title = workspace.catalogue.get(DocumentId.HANDOVER_WITHDRAWAL).phrases[0]
        ink = workspace.config.options.signature_ink
        require_form(paper, title, asked.code, ink, place=_PLACE, least=len(_SIGNERS), signers=_SIGNERS)
        file = filed_as(paper, f"{PAPERS}/{asked.entry.id}")
        data = {"submission": str(asked.entry.id), "by": list(people), "paper": file.path}
        draft = Draft(Op.CUSTODY_TAKEN_BACK, data, asked.reason, files=(file,))
        workspace.archive.ledgers.enter(by.today.year, draft, workspace.stamp(by))
        workspace.hold_heads()
    return asked
