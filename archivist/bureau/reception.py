"""Receiving a submission: staged, held against what is held already, and taken in whole; or refused, and nothing is changed.

What is wrong with one household's bag alone sends that household back (退回) and lets the others in. Everything that makes
the package itself doubtful refuses it whole: a bag in another one's folder, another office's number, a history that
does not continue what was received before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archivist.bureau import packages, received
from archivist.bureau.packages import PackagePart, StagedSubmission
from archivist.bureau.papers import print_receipt
from archivist.disposal_errors import ForkedChain
from archivist.errors import ArchiveError, IntegrityAlarm, NewerFormat
from archivist.model.bag_head import BagHead
from archivist.model.by import By
from archivist.model.ids import CaseNo
from archivist.preservation import detached_signatures, submission_envelope
from archivist.preservation.anchors import Contradiction, contradiction
from archivist.preservation.detached_signatures import CheckedSignature
from archivist.preservation.submission_format import SubmittedCase
from archivist.preservation.submission_replies import Receipt, ReceivedCase, ReceivedPart
from archivist.store import Archive, bag, durable_files
from archivist.store.bag_fixity import BagCheck, FixityFault, check_bag
from archivist.store.receptions import BAGS, LEDGER, Reception
from archivist.workspace import Workspace

RECEIPT: Final = "回执"
Signatures = tuple[tuple[str, CheckedSignature | None], ...]
_ASK: Final = "请报送单位查明后重新报送（archivist submit）。没有接收任何内容。"


@dataclass(frozen=True, slots=True)
class Received:
    """A submission that is taken in.

    Attributes:
        again: it was before; nothing was changed now.
        destroyed: households the office says it destroyed by the rules, of which a copy is still here.
        files: the receipt and its paper, in the outbox.
        signatures: of the packages, by their names: none of an office that registered no certificate and signed nothing.
    """

    receipt: Receipt
    again: bool
    destroyed: tuple[str, ...]
    files: tuple[Path, ...]
    signatures: Signatures = ()


def receive(
    workspace: Workspace,
    by: By,
    files: Sequence[Path],
    *,
    password: str = "",
    pdf: bool = False,
    step: Callable[[int, int], None] | None = None,
) -> Received:
    """Receive the parts of one submission, all of them; receiving it twice changes nothing the second time.

    Args:
        workspace: the bureau's.
        by: who receives, and when.
        files: the packages, in any order.
        password: of those that are locked.
        pdf: make a PDF of the receipt's paper as well.
        step: called with the files read and the files there are.

    Raises:
        UnreadableFile: E101, FileTooLarge: E102, PasswordNeeded: E106, UsageError: E001: see ``packages``.
        ArchiveError: E200, of another office, or it does not keep to the profile. IntegrityAlarm: E202, not as its manifests say.
        ForkedChain: E610, it does not continue what was received before. WriteFailed: E204. PdfUnavailable: E306.

    Survives: a kill at any point: it is taken in whole at the next start, or nothing of it is.
    """
    archive = workspace.archive
    with (
        workspace.together(by),
        submission_envelope.opened(files, password, archive.work) as plain,
        packages.opened_parts(plain) as parts,
    ):
        told = parts[0].submission
        signatures = _signatures(workspace, told.id.office, files)
        if before := received.find(archive, str(told.id)):
            return replace(_again(archive, before, parts), signatures=signatures)
        _require_office(workspace, parts)
        staged = archive.work / f"receive-{told.id}"
        with durable_files.writing("没有接收任何内容"), packages.staging(staged):
            done = _take_in(workspace, by, packages.stage(parts, staged, step), pdf=pdf)
        for case in done.receipt.accepted:
            workspace.follow(CaseNo.parse(case.case))
    return replace(done, signatures=signatures)


def _signatures(workspace: Workspace, office: str, files: Sequence[Path]) -> Signatures:
    """Check what lies beside the packages, by the certificate that is registered of the office; a bad one refuses them all."""
    registered = next((one.certificate for one in workspace.config.offices if one.code == office), "")
    checked = [(path.name, detached_signatures.require_sound(path, registered)) for path in files]
    return tuple((name, found) for name, found in checked if found or registered)


def _again(archive: Archive, before: received.Reported, parts: Sequence[PackagePart]) -> Received:
    told = {part.name: part.package.digest() for part in parts}
    if told != dict(before.parts):
        raise ForkedChain(
            f"这个编号的报送 {before.received_on} 已经接收过，内容与这次的不同",
            file=before.submission, remedy=f"用新的编号报送。{_ASK}",
        )  # fmt: skip
    receipt, files = received.receipt_of(archive, before)
    return Received(receipt, True, (), files)


def _require_office(workspace: Workspace, parts: Sequence[PackagePart]) -> None:
    """Refuse an office that does not report here, and numbers of another office than the one that submits."""
    told = parts[0].submission
    offices = {office.code: office for office in workspace.config.offices}
    if offices and told.id.office not in offices:
        raise ArchiveError(
            f"{told.id.office}（{told.office_name[:40]}）不是本局登记的报送单位", file=str(told.id),
            remedy="查明来源；是本局辖区的，在 archivist.toml 的 [[offices]] 登记后再接收。没有接收任何内容。",
        )  # fmt: skip
    if told.of and offices and told.of not in offices[told.id.office].took_over:
        raise ArchiveError(
            f"{told.id.office} 报的是 {told.of} 的户档，本局没有登记它接管了 {told.of}", file=str(told.id),
            remedy=f'查明机构变动；确已接管的，在 archivist.toml 这个单位的 [[offices]] 写 took_over = ["{told.of}"]。没有接收任何内容。',
        )  # fmt: skip
    for case in told.cases:
        if CaseNo.parse(case.case).office != told.origin:
            raise ArchiveError(
                f"{case.case} 是别的单位的户号，{told.id.office} 不能报送", file=str(told.id), remedy=_ASK
            )


def _take_in(workspace: Workspace, by: By, staged: StagedSubmission, *, pdf: bool) -> Received:
    archive, told = workspace.archive, staged.submission
    receptions = archive.receptions
    heads = heads_of(staged)
    checks = {
        place: check_bag(staged.folder / BAGS / place, known=files) for place, files in staged.bags.items()
    }
    for place, check in checks.items():
        require_own_folder(place, check, told.id.office)
    known = received.known_heads(archive, told.origin)
    _require_continuing(known, checks, heads, str(told.id))
    cases = tuple(_judged(one, checks[one.case], heads) for one in told.cases)
    for place in staged.bags:
        if place.startswith(f"{LEDGER}/"):
            _require_sound_ledger(place, checks[place], heads)
    for case in cases:
        if not case.accepted:
            durable_files.remove_tree(staged.folder / BAGS / case.case)
    accepted = [case.case for case in cases if case.accepted]
    ledgers = [place for place in staged.bags if place.startswith(f"{LEDGER}/")]
    receipt = Receipt(
        told.id,
        workspace.config.office.name,
        by.time.isoformat(timespec="seconds"),
        by.actor,
        told.anchor,
        tuple(map(ReceivedPart, (part.name for part in staged.parts), staged.digests)),
        cases,
    )
    event = {
        "submission": str(told.id),
        "office": told.origin,
        **({"sender": told.id.office} if told.of else {}),
        "office_name": told.office_name,
        "label": told.label,
        "anchor": told.anchor,
        "parts": [{"name": part.name, "sha256": part.sha256} for part in receipt.parts],
        "heads": [list(heads[name]) for name in (*accepted, *map(_name_of, ledgers))],
        "returned": [{"case": case.case, "why": case.why} for case in receipt.returned],
        "sums": [
            {"case": c.case, "records": c.records, "files": c.files, "bytes": c.bytes}
            for c in told.cases
            if c.case in accepted
        ],
    }
    answer = {
        f"{RECEIPT}-{told.id}.json": receipt.encode(),
        **print_receipt(workspace, receipt, told, pdf=pdf),
    }
    held = {str(number) for number in archive.case_numbers()}
    reception = Reception(str(told.id), told.origin, (*accepted, *ledgers), event, workspace.stamp(by))
    files = receptions.accept(staged.folder, reception, answer, staged.heads)
    return Received(receipt, False, tuple(sorted(held & {*staged.destroyed})), files)


def heads_of(staged: StagedSubmission) -> Mapping[str, BagHead]:
    """Return the heads of everything the office had; they must be those the submission names.

    Raises:
        IntegrityAlarm: E202.
    """
    told = staged.submission
    try:
        lines = [line.split("\t") for line in staged.heads.decode().splitlines()[1:]]
        heads = {head.bag: head for head in map(BagHead.from_plain, lines)}
    except ValueError:
        raise IntegrityAlarm("anchor/heads.tsv 不是链头清单", file=str(told.id), remedy=_ASK) from None
    named = (*(BagHead(one.case, one.seq, one.head) for one in told.cases), *told.ledger)
    if wrong := [head.bag for head in named if heads.get(head.bag) != head]:
        raise IntegrityAlarm(f"{wrong[0]} 的链头与 anchor/heads.tsv 不符", file=str(told.id), remedy=_ASK)
    return heads


def _name_of(place: str) -> str:
    """Return the External-Identifier of the bag at a place."""
    return bag.identifier(place.rpartition("/")[2])


def require_own_folder(place: str, check: BagCheck, office: str) -> None:
    """Refuse a bag in the folder of another one, and one that a newer program wrote.

    Raises:
        ArchiveError: E200. NewerFormat: E210.
    """
    if check.identity != _name_of(place):
        raise ArchiveError(
            f"{place} 的文件夹里是 {check.identity[:40]} 的档案，放错了位置", file=office, remedy=_ASK
        )
    if newer := [f for f in check.findings if f.problem is FixityFault.NEWER]:
        raise NewerFormat(f"{newer[0].file} {newer[0].found}", file=place)


def _require_continuing(
    known: received.Heads,
    checks: Mapping[str, BagCheck],
    heads: Mapping[str, BagHead],
    submission: str,
) -> None:
    """Refuse what does not continue the histories that were received, and what is older than they are.

    Args:
        known: the heads received before, by bag, and the last one the office named of what it did not hand over.
        checks: the bags that are handed over now, by place.
        heads: what the office names now.
        submission: for messages.

    Raises:
        ForkedChain: E610.
    """
    by_name = {_name_of(place): check for place, check in checks.items()}
    forks: list[str] = []
    older: list[str] = []
    for name, before in sorted(known.items()):
        wrong = _against(before, by_name.get(name), heads.get(name))
        if wrong is not None:
            told = f"已收到第 {wrong.known.seq} 个事件"
            if wrong.found:
                forks.append(f"{name}：{told}，所报的第 {wrong.known.seq} 个是另一个")
            elif wrong.length:
                older.append(f"{name}：{told}，所报的只到第 {wrong.length} 个")
            else:
                forks.append(f"{name}：{told}，所报的里面没有这一户")
    if forks:
        raise ForkedChain("所报链与已收的不相接", file=submission, problems=[*forks, *older])
    if older:
        raise ForkedChain(
            "比已收的旧", file=submission, problems=older,
            remedy="这是较早的报送，已有更新的；不用再收。另有原因的，请报送单位重新报送。没有接收任何内容。",
        )  # fmt: skip


def _against(before: Sequence[BagHead], check: BagCheck | None, head: BagHead | None) -> Contradiction | None:
    if check is not None:
        return contradiction(before, check.digests, whole=bool(check.head))
    last = before[-1]
    if head is None:
        return Contradiction(last, "", 0)
    if head.seq < last.seq:
        return Contradiction(last, "", head.seq)
    if head.seq == last.seq and head.head != last.head:
        return Contradiction(last, head.head, head.seq)
    return None


def _judged(told: SubmittedCase, check: BagCheck, heads: Mapping[str, BagHead]) -> ReceivedCase:
    """Return whether a household is taken in: its bag is whole, and ends where the submission says."""
    why = fault(check) or _other_end(check, heads[told.case])
    return ReceivedCase(told.case, told.seq, told.head, not why, why)


def fault(check: BagCheck) -> str:
    """Return what is wrong with a bag, in Chinese and without names; empty when it is whole."""
    if not check.findings:
        return ""
    first, more = check.findings[0], len(check.findings) - 1
    place = first.file if first.file.startswith("events/") or "/" not in first.file else "材料"
    return f"{place} {first.problem.label}".strip() + (f"，另有 {more} 处" if more else "")


def _other_end(check: BagCheck, head: BagHead) -> str:
    return "" if check.head == head.head else "事件链的结尾与报送所写的不符"


def _require_sound_ledger(place: str, check: BagCheck, heads: Mapping[str, BagHead]) -> None:
    if why := fault(check) or _other_end(check, heads[_name_of(place)]):
        raise IntegrityAlarm(f"总账 {place.rpartition('/')[2]} 年：{why}", file=place, remedy=_ASK)
