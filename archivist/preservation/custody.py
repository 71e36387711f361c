"""An office hands everything over to another after a reorganisation (机构变动): all files and its ledger, as one submission to that office.

From the moment it is begun the office writes to none of these files any more; it keeps them until the other has acknowledged, and until they are cleared
away as a disposal. A hold on a file is in it and goes along; one in the ledger would stay behind, so it is put on the files first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from archivist.disposal_errors import OnHold
from archivist.errors import ArchiveError, CaseClosed, InvalidValue
from archivist.model.by import By
from archivist.model.ids import OFFICE_CODE
from archivist.preservation import submission, submission_ledger
from archivist.preservation.submission import SubmissionMade, SubmissionOrder
from archivist.preservation.submission_selection import Wanted
from archivist.preservation.submission_writing import Step
from archivist.report.query import Period
from archivist.store import Archive, bag, held_files
from archivist.store.bag_fixity import FixityFault, FixityFinding, check_bag
from archivist.store.custody import ledger_of, own_numbers
from archivist.workspace import Workspace

LABEL: Final = "机构变动移交"


def hand_over(
    workspace: Workspace,
    by: By,
    to: str,
    folder: Path | None = None,
    *,
    of: str = "",
    dry_run: bool = False,
    pdf: bool = False,
    step: Step | None = None,
) -> SubmissionMade:
    """Hand over every file and the ledger to another office: the own, or those that were taken over ``of`` a third one.

    Args:
        workspace: the open workspace.
        by: who, and when.
        to: code of the office that takes them over.
        folder: where the packages go; the outbox when not given.
        of: code of the office they were taken over from; empty for the own.
        dry_run: only say what it would be.
        pdf: make a PDF of the list as well.
        step: called with the parts done and all.

    Raises:
        InvalidValue: E002, no code of another office. CaseClosed: E207, everything was handed over already. OnHold: E601, a hold on many files
            is in force. ArchiveError: E200, there is nothing. IntegrityAlarm: E202, files do not hold.
        WriteFailed: E204.

    Survives: a kill at any point, as ``submission.submit``; what was begun is made by ``submit --resume``.
    """
    code = to.strip().upper()
    if not OFFICE_CODE.fullmatch(code) or code == workspace.config.office.code:
        raise InvalidValue(f"--to 须是另一机关的代码（两至八个大写字母），不是“{to}”")
    with workspace.writing(by):  # a ledger that somebody died over is healed before it is asked
        _require_whole(workspace, of, by.today)
    day = Period(by.today, by.today, LABEL, f"{by.today.year}")
    order = SubmissionOrder(day, str(by.today.year), Wanted.ALL, folder, custody=code, of=of)
    return submission.submit(workspace, by, order, dry_run=dry_run, pdf=pdf, step=step)


def _require_whole(workspace: Workspace, of: str, on: dt.date) -> None:
    archive = workspace.archive
    numbers = (
        [number for number in archive.case_numbers() if number.office == of]
        if of
        else own_numbers(archive.root)
    )
    handed = archive.custody.handed_over()
    if given := next((handed[number] for number in numbers if number in handed), None):
        raise CaseClosed(
            given.words,
            file=given.package,
            remedy=f"没有做完的接着做：archivist submit --resume {given.package}。没有写入任何内容。",
        )
    if not numbers:
        raise ArchiveError("没有可以移交的户档", file=of or workspace.config.office.code)
    if groups := [g.hold for g in held_files.group_holds(archive) if g.hold.in_force(on)]:
        raise OnHold(
            "总账里有成批冻结，不随户档移交",
            problems=[f"{hold.id} {hold.words}" for hold in groups],
            remedy="先把它落到各户（archivist retention hold 户 …），再解除成批冻结，然后移交。没有写入任何内容。",
        )


# ── what verify asks ─────────────────────────────────────────────────────────────────────────────────────
def findings(archive: Archive) -> Iterator[FixityFinding]:
    """Yield what is wrong with custody: a file handed over that changed since, one taken over that is not what was taken over, its ledger."""
    yield from _handed_over(archive)
    for taken in archive.custody.taken_over():
        gone = archive.destroyed()
        for head in taken.heads:
            if head.bag.startswith("ledger-"):
                year = bag.folder_name(head.bag)
                name = f"{ledger_of(archive.root, taken.office).name}/{year}"
                folder = archive.root / name
                check = check_bag(folder) if folder.is_dir() else None
                if check is None:
                    yield FixityFinding(name, "", FixityFault.GONE, "总账中有")
                    continue
                for found in check.findings:
                    yield FixityFinding(name, found.file, found.problem, found.expected, found.found)
                if check.head != head.head:
                    yield FixityFinding(name, "", FixityFault.HISTORY, head.head, check.head)
            elif head.bag not in map(str, gone):
                found_head = archive.event_digest(head.bag, head.seq)
                if found_head is None:
                    yield FixityFinding(head.bag, "", FixityFault.GONE, f"由 {taken.office} 移交")
                elif found_head != head.head:
                    yield FixityFinding(head.bag, "", FixityFault.HISTORY, head.head, found_head)


def _handed_over(archive: Archive) -> Iterator[FixityFinding]:
    there = {str(number) for number in archive.case_numbers()}
    packages = {handover.package for handover in archive.custody.handed_over().values()}
    for package in sorted(packages):
        told, _ = submission_ledger.load(archive, submission_ledger.find(archive, package))
        for case in told.cases:
            if case.case in there and archive.event_digest(case.case, case.seq + 1):
                yield FixityFinding(
                    case.case, "", FixityFault.HISTORY, case.head, f"移交 {told.recipient} 以后又有变动"
                )
