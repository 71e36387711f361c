"""The signed forms of a disposal as they come back: of this batch and this very list, by their code, on paper, with ink where people sign.

What was only printed decides nothing, nor does the form of another batch, or of a list that was another (E603).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archivist.disposal_errors import ListChanged
from archivist.doctypes.ids import DocumentId
from archivist.errors import UsageError
from archivist.ingest.matching.evidence import squeeze
from archivist.model.disposal_code import DisposalCode
from archivist.model.disposals import Disposal
from archivist.preservation.disposal_list import FOLDER
from archivist.preservation.signed_papers import ReadPaper, filed_as, require_ink, require_on_paper
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
    require_on_paper(paper)
    _require_of(batch, title, paper)
    text = squeeze("".join(page.text for page in paper.pages))
    if squeeze(title) not in text:
        raise UsageError(f"看不出是《{title}》", file=paper.name, remedy="请扫描清楚，或换成这一张表。")
    require_ink(paper, workspace.config.options.signature_ink, least=least, signers=form.signers)
    return (filed_as(paper, f"{FOLDER}/{batch.id}/{form.stem}"),)


def _require_of(batch: Disposal, title: str, paper: ReadPaper) -> None:
    """Refuse a form of another batch or list, and one whose code is neither scanned nor readable."""
    wanted = DisposalCode.of(batch.id, batch.list_sha256)
    read = (DisposalCode.parse(text) for page in paper.pages for text in page.codes)
    codes = [code for code in read if code is not None]
    if not codes:  # the code in clear, below the picture
        codes = [code for page in paper.pages for code in DisposalCode.all_in(squeeze(page.text))]
    if not codes:
        raise UsageError(
            f"《{title}》上没有认出核对码 {wanted.payload}",
            file=paper.name,
            remedy="请连同二维码扫描清楚；没有二维码的是另做的表，用 outbox/处置 里本批次的表打印、签字。没有写入任何内容。",
        )
    for code in codes:
        if code != wanted:
            of = "另一份清册" if code.disposal == batch.id else code.disposal
            raise ListChanged(
                f"扫描件是{of}的（核对码 {code.payload}），不是 {batch.id} 现在的清册（{wanted.payload}）",
                file=paper.name,
            )
