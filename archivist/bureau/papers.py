"""The papers the bureau prints: the receipt, the draw of a sample, the feedback. They name no person but who acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from archivist.bureau.sampling import Draw
from archivist.doctypes.ids import DocumentId
from archivist.issuing.office_documents import print_sheet
from archivist.model.chinese import format_date
from archivist.model.ids import in_rows
from archivist.preservation.submission_format import Submission
from archivist.preservation.submission_replies import Feedback, Receipt
from archivist.report.query import Period
from archivist.tables.writer import BookWriter, SheetColumn
from archivist.workspace import Workspace

RECEIPT_PAGE: Final = "报送接收回执单"
DRAW_PAGE: Final = "抽查名单抽取单"
FEEDBACK_PAGE: Final = "反馈单"
FRAME: Final = "抽样框.txt"
FORM: Final = "抽查结果登记表.xlsx"
CASE, RECORD, RESULT, FINDING, UNTIL = COLUMNS = ("户号", "件号", "结果", "问题和要求", "整改期限")
"""Columns of the table in which the findings are written."""
PASSED: Final = "合格"
TO_MEND: Final = "需整改"
_DEMAND: Final = "按明细逐项改正，补正的材料归入原户档，下次报送时一并报送。"
_SHOWN: Final = 20
"""So many hexadecimal digits of a digest stand in a code: 80 bits."""


def print_receipt(workspace: Workspace, receipt: Receipt, told: Submission, *, pdf: bool) -> dict[str, bytes]:
    """Return the receipt's paper, file name → bytes: each household taken in or sent back, the anchor in full and as a code.

    Raises:
        PdfUnavailable: E306. TemplateFault: E303.
    """
    rows = [
        {
            "n": n,
            "number": case.case,
            "seq": case.seq,
            "head": case.head[:_SHOWN],
            "result": "接收" if case.accepted else "退回",
            "why": case.why,
        }
        for n, case in enumerate(receipt.cases, 1)
    ]
    given = {
        "receipt.submission": str(receipt.submission),
        "receipt.from": f"{told.office_name}（{told.id.office}）",
        "receipt.label": told.label,
        "receipt.parts": len(receipt.parts),
        "receipt.accepted": len(receipt.accepted),
        "receipt.returned": len(receipt.returned),
        "receipt.anchor": in_rows(receipt.anchor),
        "receipt.rows": rows,
    }
    code = f"AVREC1-{receipt.submission}-{receipt.anchor[:_SHOWN].upper()}"
    on = dt.date.fromisoformat(receipt.received_at[:10])
    made = print_sheet(workspace, DocumentId.SUBMISSION_RECEIPT, given, code, on=on, pdf=pdf)
    return {f"{RECEIPT_PAGE}-{receipt.submission}{suffix}": page for suffix, page in made.items()}


def print_draw(
    workspace: Workspace, drawn: Draw, name: str, month: str, *, on: dt.date, pdf: bool
) -> dict[str, bytes]:
    """Return the paper of a draw, file name → bytes: the frame's digest, the lot, the seed, and who was drawn.

    Raises:
        PdfUnavailable: E306. TemplateFault: E303.
    """
    chosen = sorted([*((n, "近亲属，全查") for n in drawn.kin), *((n, "抽中") for n in drawn.drawn)])
    given = {
        "draw.id": name,
        "draw.month": month,
        "draw.size": len(drawn.frame),
        "draw.drawn": len(drawn.drawn),
        "draw.kin": len(drawn.kin),
        "draw.lot": drawn.lot,
        "draw.frame": in_rows(drawn.frame_sha256),
        "draw.seed": in_rows(drawn.seed),
        "draw.strata": [
            {
                "office": one.office,
                "category": one.category.label,
                "size": one.size,
                "wanted": len(one.drawn),
                "share": f"{len(one.drawn) / one.size:.1%}",
            }
            for one in drawn.strata
        ],
        "draw.rows": [
            {"n": n, "number": str(number), "category": number.category.label, "why": why}
            for n, (number, why) in enumerate(chosen, 1)
        ],
    }
    code = f"AVDRAW1-{name}-{drawn.seed[:_SHOWN].upper()}"
    made = print_sheet(workspace, DocumentId.SAMPLE_DRAW, given, code, on=on, pdf=pdf)
    return {f"{DRAW_PAGE}{suffix}": page for suffix, page in made.items()}


def findings_form(numbers: Sequence[object]) -> bytes:
    """Return the table (``.xlsx``) in which the findings are written, a line for each household that was drawn."""
    book = BookWriter()
    sheet = book.sheet(
        "抽查结果", [SheetColumn(label, "text" if label == FINDING else "str") for label in COLUMNS]
    )
    sheet.heads()
    for number in numbers:
        sheet.row((str(number), "", "", "", ""))
    return book.data()


def print_feedback(workspace: Workspace, feedback: Feedback, office: str, *, pdf: bool) -> dict[str, bytes]:
    """Return the letter to the office, file name → bytes: what was found, and what is to be put right by when.

    Args:
        workspace: the bureau's.
        feedback: what was found.
        office: the name of the office it goes to.
        pdf: make a PDF as well.

    Raises:
        PdfUnavailable: E306. TemplateFault: E303.
    """
    wrong = [one for one in feedback.findings if not one.passed]
    cases = {one.case for one in feedback.findings}
    days = sorted(one.until for one in wrong if one.until)
    on = dt.date.fromisoformat(feedback.made_at[:10])
    last = days[-1] if days else on
    mended = len({one.case for one in wrong})
    rows = [
        {
            "n": str(n),
            "number": f"{one.case} 第 {one.record} 件" if one.record else one.case,
            "kind": PASSED if one.passed else TO_MEND,
            "finding": one.text,
            "basis": f"限 {format_date(one.until)}前整改" if one.until else "",
        }
        for n, one in enumerate(feedback.findings, 1)
    ]
    given: Mapping[str, object] = {
        "spot.month": f"{on:%Y-%m}",
        "spot.batch": Period.of_month(feedback.sample).label if feedback.sample else "报送并",
        "spot.sample": len(cases),
        "spot.opinion": f"报送编号 {feedback.submission}，抽查 {len(cases)} 户，合格 {len(cases) - mended} 户，需整改 {mended} 户。",
        "spot.rows": rows,
        "spot.demand": _DEMAND if wrong else "没有需要整改的。",
        **({} if wrong else {"spot.nothing": "不用回复。"}),
        "spot.deadline": last.isoformat(),
        "spot.reply_by": last.isoformat(),
    }  # fmt: skip
    own = workspace.config
    config = replace(own, office=replace(own.office, name=office, bureau=own.office.name))
    code = f"AVFB1-{feedback.submission}-{feedback.anchor[:_SHOWN].upper()}"
    made = print_sheet(workspace, DocumentId.SPOT_CHECK_FEEDBACK, given, code, on=on, pdf=pdf, config=config)
    return {f"{FEEDBACK_PAGE}-{feedback.submission}{suffix}": page for suffix, page in made.items()}
