"""What a check found, told to the office: one JSON file for its archive and a letter, for the households of one submission."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.bureau import received
from archivist.bureau.papers import (
    CASE,
    COLUMNS,
    FINDING,
    PASSED,
    RECORD,
    RESULT,
    TO_MEND,
    UNTIL,
    print_feedback,
)
from archivist.bureau.received import Reported
from archivist.errors import CaseNotFound, InvalidValue, UsageError
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, record_no
from archivist.preservation.submission_format import SubmissionId
from archivist.preservation.submission_replies import Feedback, FeedbackFinding
from archivist.tables.filled_in import FilledRow, heading, read_one, refuse
from archivist.workspace import Workspace

FOLDER: Final = "反馈"
"""Where feedback goes within the outbox."""
_MONTH: Final = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class GivenFeedback:
    """Feedback that was written.

    Attributes:
        files: in the outbox; the first is the JSON file for the office's ``submit import``.
    """

    feedback: Feedback
    files: tuple[Path, ...]


def read_findings(path: Path) -> tuple[FeedbackFinding, ...]:
    """Read the table of findings, ``.xlsx`` or ``.csv``; lines without a result are passed over only if nothing else stands there.

    Raises:
        UsageError: E001, listing every fault with its place.
    """
    problems: list[str] = []
    sheet = read_one(path)
    rows = sheet.by_headings(problems)
    if unknown := [h for h in sheet.headings if h and h not in COLUMNS]:
        problems.append(f"第一行的“{'”“'.join(unknown)}”不认得；各列应为 {'、'.join(COLUMNS)}")
    if missing := [h for h in (CASE, RESULT) if h not in sheet.headings]:
        problems.append(f"第一行缺“{'”“'.join(missing)}”")
    refuse(path, problems)
    found: list[FeedbackFinding] = []
    for row in rows:
        if {*row.cells} <= {CASE}:  # drawn, and not yet looked into
            continue
        try:
            found.append(_finding(row))
        except InvalidValue as error:
            problems.append(f"第 {row.number} 行：{error.what}")
    if not found and not problems:
        problems.append("没有一户写了结果")
    refuse(path, problems)
    return tuple(found)


def _finding(row: FilledRow) -> FeedbackFinding:
    cells = {heading(name): value for name, value in row.cells.items()}
    number = str(CaseNo.parse(str(cells.get(CASE, ""))))
    result = str(cells.get(RESULT, ""))
    if result not in (PASSED, TO_MEND):
        raise InvalidValue(f"{RESULT}应为“{PASSED}”或“{TO_MEND}”，这里是“{result}”")
    text = str(cells.get(FINDING, ""))
    if result == TO_MEND and not text:
        raise InvalidValue(f"{TO_MEND}的要写明{FINDING}")
    if result == TO_MEND and cells.get(UNTIL) is None:
        raise InvalidValue(f"{TO_MEND}的要写明{UNTIL}")
    return FeedbackFinding(number, _record(cells.get(RECORD)), result == PASSED, text, _day(cells.get(UNTIL)))


def _record(value: object) -> str:
    text = "" if value is None else str(value)
    if text and not text.isdecimal():
        raise InvalidValue(f"{RECORD}应为数字，这里是“{text}”")
    return record_no(max(int(text), 1)) if text else ""


def _day(value: object) -> dt.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise InvalidValue(f"{UNTIL}应为日期，如 2026-12-31，这里是“{value}”") from None


def give(
    workspace: Workspace,
    by: By,
    submission: str,
    findings: Sequence[FeedbackFinding],
    *,
    sample: str = "",
    pdf: bool = False,
) -> GivenFeedback:
    """Write the feedback on a submission and enter it in the ledger.

    Args:
        workspace: the bureau's.
        by: who answers for it, and when.
        submission: its number.
        findings: of households of that submission.
        sample: the month of the draw, ``2026-11``; empty for none.
        pdf: make a PDF of the letter as well.

    Raises:
        CaseNotFound: E201, no such submission was received. UsageError: E001, a household is not of it. InvalidValue: E002.
        WriteFailed: E204.
    """
    wanted = SubmissionId.parse(submission)
    if sample and not _MONTH.fullmatch(sample):
        raise InvalidValue(f"“{sample}”不是月份（应如 2026-11）")
    archive = workspace.archive
    with workspace.writing(by):
        reported = received.find(archive, str(wanted))
        if reported is None:
            raise CaseNotFound(
                f"没有接收过报送 {wanted}", remedy="用 archivist bureau list 查看收到过哪些报送。"
            )
        own = {*reported.cases, *reported.returned}
        if strange := sorted({one.case for one in findings} - own):
            raise UsageError("有户不在本次报送", file=str(wanted), problems=strange)
        feedback = Feedback(
            wanted,
            workspace.config.office.name,
            by.time.isoformat(timespec="seconds"),
            by.actor,
            reported.anchor,
            sample,
            tuple(sorted(findings, key=lambda one: (one.case, one.record))),
        )
        contents = {
            f"{FOLDER}-{wanted}.json": feedback.encode(),
            **print_feedback(workspace, feedback, _addressee(workspace, reported), pdf=pdf),
        }
        data = {
            "submission": str(wanted),
            "office": wanted.office,
            "sample": sample,
            "cases": sorted({one.case for one in findings}),
            "to_mend": sorted({one.case for one in findings if not one.passed}),
        }
        given = [e for e in archive.ledger_events(Op.FEEDBACK_GIVEN) if e.data["submission"] == str(wanted)]
        folder = f"{FOLDER}/{wanted}" + (f"（{len(given) + 1}）" if given else "")
        files = archive.hand_out(
            folder, "", contents, Op.FEEDBACK_GIVEN, data, workspace.stamp(by), data["cases"]
        )
    return GivenFeedback(feedback, files)


def _addressee(workspace: Workspace, reported: Reported) -> str:
    """Return what the office that handed it in is called: as it is registered here, else as it calls itself, else its code."""
    code = SubmissionId.parse(reported.submission).office
    registered = next((office.name for office in workspace.config.offices if office.code == code), "")
    return registered or reported.office_name or code
