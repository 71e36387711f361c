"""The list that goes on paper with a submission (移交清单): every volume, the anchor as digits and as a QR code, for both seals.

The code names office, submission and the beginning of the anchor (``AVSUBM1-TJHQ-2026Q4-01-<20 hex>``), no household.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import IntegrityAlarm
from archivist.issuing.office_documents import print_sheet
from archivist.model.ids import CaseNo, Sha256, in_rows
from archivist.preservation.seal import SHOWN
from archivist.preservation.submission_format import Submission, SubmittedCase, TransferKind
from archivist.report.register import count
from archivist.report.registers.archive import Transfer
from archivist.rules.disposition import arrangement
from archivist.store import chain
from archivist.store.bag_heads import bag_folder
from archivist.workspace import Workspace

NOTES: Final = "register.notes"
NOBODY: Final = {"case": "无", "title": "没有新增和变动的户档"}
"""The line of a submission without households, which is an anchor all the same."""


LOCKED: Final = "分包在盘上是加密的（文件名以“.加密.zip”结尾，AES-256），上列摘要是解密以后的分包的；密码另行告知，不随盘、不写在本单上。"


def code(submission: Submission) -> str:
    """Return what the QR code says; upper case, which a QR code holds most tightly."""
    name = submission.id
    return f"AVSUBM1-{name.office}-{name.period}-{name.number:02d}-{submission.anchor[:SHOWN].upper()}"


def sheet(
    workspace: Workspace,
    submission: Submission,
    parts: Sequence[tuple[str, Sha256]],
    *,
    locked: bool,
    on: dt.date,
    pdf: bool,
) -> dict[str, bytes]:
    """Return the list as ``.docx`` and if wanted ``.pdf``; it is not issued.

    Args:
        workspace: the open workspace.
        submission: what is handed over.
        parts: the parts and their digests.
        locked: they lie on the medium locked with a password.
        on: its date.
        pdf: make a PDF as well.

    Raises:
        IntegrityAlarm: E202, a household does not hold. PdfUnavailable: E306. MissingFields: E301. TemplateFault: E303.
    """
    rows = [_row(workspace, case) for case in submission.cases]
    given = {
        FieldPath.TRANSFER_KIND: _kind(submission),
        FieldPath.TRANSFER_FROM: submission.office_name or submission.id.office,
        FieldPath.TRANSFER_TO: submission.recipient or "区（县）民政局",
        FieldPath.TRANSFER_ROWS: rows or [NOBODY],
        FieldPath.TRANSFER_VOLUMES: len(rows),
        FieldPath.TRANSFER_ITEM_COUNT: count(rows, "item_count"),
        FieldPath.TRANSFER_PAGES: count(rows, "pages"),
        FieldPath.TRANSFER_BYTES: count(rows, "bytes"),
        NOTES: [*_notes(submission, parts, rows), *((LOCKED,) if locked else ())],
    }
    return print_sheet(workspace, DocumentId.ARCHIVE_TRANSFER_LIST, given, code(submission), on=on, pdf=pdf)


def _kind(submission: Submission) -> str:
    """Return how the sheet calls the handing over: by the month, or as the package says."""
    monthly = "M" in submission.id.period and submission.kind is TransferKind.PERIODIC
    return Transfer.MONTHLY if monthly else submission.kind.value


def _row(workspace: Workspace, submitted: SubmittedCase) -> dict[str, Any]:
    """Return the line of a household as it stood when it was handed over."""
    number = CaseNo.parse(submitted.case)
    held = chain.read(bag_folder(workspace.archive.root, submitted.case), upto=submitted.seq)
    try:
        case = chain.state(number, held)
    except chain.UNFIT as error:
        raise IntegrityAlarm(f"事件内容前后矛盾（{error}）", file=submitted.case) from error
    items = arrangement.items(case)
    return {
        "case": submitted.case,
        "file_no": arrangement.archive_no(case),
        "title": arrangement.title(case),
        "item_count": len(items),
        "pages": arrangement.pages(case) if items else 0,
        "medium": "☑电子",
        "bytes": sum(entry.size for _, entry in arrangement.files(case)),
        "sha256": submitted.tagmanifest,
        "note": submitted.why.label,
    }


def _notes(
    submission: Submission, parts: Sequence[tuple[str, Sha256]], rows: Sequence[dict[str, Any]]
) -> list[str]:
    notes = [
        f"报送编号 {submission.id}，{submission.label}，{submission.made_at[:16].replace('T', ' ')} 的状态，{len(parts)} 个分包。",
        f"锚（anchor/heads.tsv 的 SHA-256，二维码为其前 {SHOWN} 位）：\n{in_rows(submission.anchor)}",
        *(f"分包 {name} 的 SHA-256：\n{in_rows(digest)}" for name, digest in parts),
    ]
    if blank := sum(row["pages"] is None for row in rows):
        notes.append(f"页数空白的{blank}卷有未清点的件，没有计入合计。")
    return notes
