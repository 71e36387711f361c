"""Submission packages as an office makes them, for tests of either side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from archivist.model.ids import CaseNo
from archivist.preservation import seal, submission_parts
from archivist.preservation.submission_format import Submission, SubmissionId, TransferKind, WhySubmitted
from archivist.preservation.submission_parts import PART_SIZE, PartMaker, Tables
from archivist.store import bag
from archivist.workspace import Workspace
from tests.kit import BY


def make_package(
    workspace: Workspace,
    folder: Path,
    cases: Sequence[CaseNo] | None = None,
    *,
    period: str = "2024Q1",
    number: int = 1,
    part_size: int = PART_SIZE,
) -> list[Path]:
    """Write the parts of a submission as the archive stands; nothing is entered in the ledger.

    Args:
        workspace: of the office.
        folder: where the parts go; it must be there.
        cases: the households; all when not given.
        period: see ``SubmissionId``.
        number: see ``SubmissionId``.
        part_size: bytes of a part at most.

    Returns:
        The parts, in order.
    """
    archive = workspace.archive
    heads, unread = seal.heads_now(archive)
    assert not unread
    wanted = {str(number) for number in (archive.case_numbers() if cases is None else cases)}
    years = [head for head in heads if head.bag.startswith("ledger-")]
    bags, refused = submission_parts.pack_all(
        archive.root, [head for head in heads if head.bag in wanted], of_case=True
    )
    ledger, broken = submission_parts.pack_all(archive.root, years, of_case=False)
    assert not (refused or broken)
    tables = Tables(seal.encode(heads))
    assigned = submission_parts.assign(bags, ledger, tables, part_size)
    assert not assigned.too_large
    submission = Submission(
        SubmissionId(workspace.config.office.code, period, number),
        workspace.config.office.name,
        workspace.config.office.bureau,
        TransferKind.PERIODIC,
        dt.date(2024, 1, 1),
        dt.date(2024, 3, 31),
        "2024年第1季度",
        BY.time.isoformat(timespec="seconds"),
        "",
        bag.sha256(tables.heads),
        assigned.parts,
        part_size,
        tuple(submission_parts.submitted(one, assigned.part[one.head.bag], WhySubmitted.NEW) for one in bags),
        tuple(years),
    )
    maker = PartMaker(archive.root, submission, tables, {one.head.bag: one for one in (*bags, *ledger)})
    for part in range(1, assigned.parts + 1):
        maker.write(part, folder)
    return [folder / submission.id.part_name(part) for part in range(1, assigned.parts + 1)]
