"""Taking over everything of an office after a reorganisation (机构变动): its files, to go on with them, and its ledger, to keep it.

What the package holds is judged as a submission to the bureau is (``packages``, ``reception``), but nothing is sent back: it is taken over whole, or not at
all. The files keep their numbers; numbers of new documents come from the ledger of the office that took them over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.bureau import packages
from archivist.bureau.packages import PackagePart, StagedSubmission
from archivist.bureau.papers import print_receipt
from archivist.bureau.reception import RECEIPT, fault, heads_of, require_own_folder
from archivist.disposal_errors import ForkedChain
from archivist.errors import ArchiveError, CaseClosed, CaseExists, IntegrityAlarm, InvalidValue
from archivist.model.by import By
from archivist.model.case import CaseStatus
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo
from archivist.preservation.submission_format import TransferKind
from archivist.preservation.submission_replies import Receipt, ReceivedCase, ReceivedPart
from archivist.procedure.cases import drop_folder
from archivist.store import bag, durable_files
from archivist.store.bag_fixity import check_bag
from archivist.store.custody import ledger_of
from archivist.store.inbox_access import make_drop_folder
from archivist.store.receptions import BAGS, LEDGER, Reception
from archivist.workspace import Workspace

_ASK: Final = "请移交机关查明后重新打包（archivist submit --resume）。没有接管任何内容。"


@dataclass(frozen=True, slots=True)
class TookOver:
    """What was taken over, or could be.

    Attributes:
        again: it was before; nothing was changed now.
        ledger: where the other office's ledger is kept; ``None`` where it was only looked at.
        files: the receipt and its paper, in the outbox.
    """

    package: str
    office: str
    office_name: str
    cases: tuple[str, ...]
    again: bool
    ledger: Path | None
    files: tuple[Path, ...]


def take_over(
    workspace: Workspace, by: By, files: Sequence[Path], *, dry_run: bool = False, pdf: bool = False
) -> TookOver:
    """Take over the files of another office, all parts of its package at once; the same package once more changes nothing.

    Args:
        workspace: of the office that goes on with them.
        by: who takes them over, and when.
        files: the packages, in any order.
        dry_run: only look; nothing is left.
        pdf: make a PDF of the receipt's paper as well.

    Raises:
        UnreadableFile: E101, FileTooLarge: E102, PasswordNeeded: E106, UsageError: E001, ArchiveError: E200: see ``packages``.
        InvalidValue: E002, it is for another office, or no handing over of custody. IntegrityAlarm: E202, not as its manifests say, or a file in it does
            not hold. ForkedChain: E610, the package of this id that was taken over was another. CaseExists: E208, one of the files is
            here. CaseClosed: E207, this office's own were handed over. WriteFailed: E204.

    Survives: a kill at any point: it is taken over whole at the next start, or nothing of it is.
    """
    with packages.opened_parts(files) as parts, workspace.together(by):
        archive, told = workspace.archive, parts[0].submission
        _require_ours(workspace, parts)
        if before := _before(workspace, str(told.id)):
            return _again(workspace, before, parts)
        _require_new(workspace, parts)
        staged = archive.work / f"receive-{told.id}"
        with durable_files.writing("没有接管任何内容"), packages.staging(staged):
            found = packages.stage(parts, staged)
            _require_sound(found)
            if dry_run:
                durable_files.remove_tree(staged)
                return _outcome(parts, None, (), again=False)
            written = _accept(workspace, by, found, pdf=pdf)
        for case in told.cases:
            workspace.follow(CaseNo.parse(case.case))
        _make_drop_folders(workspace, parts)
    return _outcome(parts, ledger_of(archive.root, told.origin), written, again=False)


def _outcome(
    parts: Sequence[PackagePart], ledger: Path | None, files: tuple[Path, ...], *, again: bool
) -> TookOver:
    told = parts[0].submission
    cases = tuple(case.case for case in told.cases)
    return TookOver(str(told.id), told.origin, told.office_name, cases, again, ledger, files)


def _require_ours(workspace: Workspace, parts: Sequence[PackagePart]) -> None:
    told, code = parts[0].submission, workspace.config.office.code
    if told.kind is not TransferKind.REORGANISED:
        raise InvalidValue(f"{told.id} 是{told.kind.value}，不是机构变动的移交", file=parts[0].name)
    if told.recipient != code:
        raise InvalidValue(f"{told.id} 是移交给 {told.recipient[:20]} 的，不是 {code}", file=parts[0].name)
    if code in (told.id.office, told.origin):
        raise InvalidValue(f"{told.id} 是本机关自己打的包，或是本机关的户档", file=parts[0].name)


def _before(workspace: Workspace, package: str) -> Event | None:
    events = workspace.archive.ledger_events(Op.CUSTODY_RECEIVED)
    return next((event for event in events if event.data["submission"] == package), None)


def _again(workspace: Workspace, before: Event, parts: Sequence[PackagePart]) -> TookOver:
    told = {part.name: part.package.digest() for part in parts}
    if told != {part["name"]: part["sha256"] for part in before.data["parts"]}:
        raise ForkedChain(
            f"这个编号的移交 {before.time[:10]} 已经接管过，内容与这次的不同",
            file=str(parts[0].submission.id),
            remedy="没有接管任何内容；请两边核对移交清单。",
        )
    archive = workspace.archive
    files = tuple(archive.outbox / file["path"] for file in before.data["files"])
    ledger = ledger_of(archive.root, parts[0].submission.origin)
    return _outcome(parts, ledger, tuple(file for file in files if file.exists()), again=True)


def _require_new(workspace: Workspace, parts: Sequence[PackagePart]) -> None:
    """Refuse numbers of a third office, files that are here or were destroyed here, and to take over after having handed over."""
    archive, told = workspace.archive, parts[0].submission
    if given := next(iter(archive.custody.handed_over().values()), None):
        raise CaseClosed(f"本机关的户档{given.words}，不能再接管别的机关的", file=str(told.id))
    if ledger_of(archive.root, told.origin).exists():
        raise CaseExists(f"{told.origin} 的档案以前接管过", file=str(told.id))
    for case in told.cases:
        number = CaseNo.parse(case.case)
        if number.office != told.origin:
            raise ArchiveError(f"{number} 不是 {told.origin} 的户号", file=str(told.id), remedy=_ASK)
        if (archive.cases / str(number)).exists():
            raise CaseExists(f"已有户档 {number}", file=str(told.id))
        archive.destructions.refuse(number)


def _require_sound(staged: StagedSubmission) -> None:
    """Refuse the whole package unless every bag in it is whole, is its own and ends where the package says."""
    told, heads, problems = staged.submission, heads_of(staged), []
    for place, files in staged.bags.items():
        check = check_bag(staged.folder / BAGS / place, known=files)
        require_own_folder(place, check, told.id.office)
        head = heads[bag.identifier(place.rpartition("/")[2])]
        if why := fault(check) or ("" if check.head == head.head else "事件链的结尾与移交所写的不符"):
            problems.append(f"{place}：{why}")
    if problems:
        raise IntegrityAlarm(
            f"有 {len(problems)} 份不完整或已被改动", file=str(told.id), problems=problems[:10], remedy=_ASK
        )


def _accept(workspace: Workspace, by: By, staged: StagedSubmission, *, pdf: bool) -> tuple[Path, ...]:
    told = staged.submission
    receipt = Receipt(
        told.id,
        workspace.config.office.name,
        by.time.isoformat(timespec="seconds"),
        by.actor,
        told.anchor,
        tuple(map(ReceivedPart, (part.name for part in staged.parts), staged.digests)),
        tuple(ReceivedCase(case.case, case.seq, case.head, accepted=True) for case in told.cases),
    )
    event = {
        "submission": str(told.id),
        "office": told.origin,
        "anchor": told.anchor,
        "parts": [{"name": part.name, "sha256": part.sha256} for part in receipt.parts],
        "heads": [*([case.case, case.seq, case.head] for case in told.cases), *map(list, told.ledger)],
    }
    answer = {
        f"{RECEIPT}-{told.id}.json": receipt.encode(),
        **print_receipt(workspace, receipt, told, pdf=pdf),
    }
    places = (
        *(case.case for case in told.cases),
        *(f"{LEDGER}/{bag.folder_name(head.bag)}" for head in told.ledger),
    )
    reception = Reception(str(told.id), told.origin, places, event, workspace.stamp(by), custody=True)
    return workspace.archive.receptions.accept(staged.folder, reception, answer, staged.heads)


def _make_drop_folders(workspace: Workspace, parts: Sequence[PackagePart]) -> None:
    with durable_files.writing("已经接管，只是投放文件夹没有建成"):
        for told in parts[0].submission.cases:
            case = workspace.archive.read(CaseNo.parse(told.case))
            if case.status is CaseStatus.OPEN:
                make_drop_folder(drop_folder(workspace, case))
