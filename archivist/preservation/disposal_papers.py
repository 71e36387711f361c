"""The signed forms of a disposal as they come back: of this batch and this very list, by their code, on paper, with ink where people sign.

What was only printed decides nothing, nor does the form of another batch, or of a list that was another (E603).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.errors import UsageError
from archivist.model.disposals import Disposal
from archivist.model.form_code import FormCode
from archivist.preservation.disposal_list import FOLDER
from archivist.preservation.signed_papers import ReadPaper, filed_as, require_form
from archivist.store import NewFile
from archivist.workspace import Workspace

__all__ = ["APPROVAL", "OPINION", "RECORD", "SignedForm", "signed"]


@dataclass(frozen=True, slots=True)
class SignedForm:
    """One form of a batch.

    Attributes:
        document: its type; its first phrase is its title on paper.
        stem: by which name the scan is filed beside the list.
        signers: whose places must be signed, as their labels say it.
    """

    document: DocumentId
    stem: str
    signers: tuple[str, ...] = ()


OPINION: Final = SignedForm(DocumentId.DISPOSAL_APPRAISAL_OPINION, "鉴定意见表")
APPROVAL: Final = SignedForm(DocumentId.DESTRUCTION_APPROVAL, "销毁审批表", ("批准人",))
RECORD: Final = SignedForm(
    DocumentId.DESTRUCTION_SUPERVISION_RECORD, "监销记录", ("监销人一", "监销人二", "销毁操作人")
)


def signed(
    workspace: Workspace, batch: Disposal, form: SignedForm, paper: ReadPaper | None, *, least: int = 1
) -> tuple[NewFile, ...]:
    """Return the signed scan of a form as it is filed beside the list.

    Args:
        workspace: the open workspace.
        batch: the batch it must be of.
        form: which form.
        paper: what was read of it; ``None`` where none came.
        least: so many people must have signed.

    Raises:
        UsageError: E001, there is none, it is another paper, no scan, or not signed. ListChanged: E603, it is of another batch or
            list. UnreadableFile: E101, it was changed since it was read.
    """
    title = workspace.catalogue.get(form.document).phrases[0]
    if paper is None:
        raise UsageError(f"须用 --paper 给出签字的《{title}》扫描件")
    require_form(
        paper,
        title,
        FormCode.of_disposal(batch.id, batch.list_sha256),
        workspace.config.options.signature_ink,
        place=" outbox/处置 里本批次",
        least=least,
        signers=form.signers,
    )
    return (filed_as(paper, f"{FOLDER}/{batch.id}/{form.stem}"),)
