"""Handing over to the bureau: a submission is begun in the ledger, its parts are written and read back, then it counts as made.

The moment is taken under the lock, and with it the heads of every bag, entered in the ledger; everything after that is
made of the chains as they stood then, beside an office at work, and can be made again to the same bytes by
``submit --resume``, on another medium too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archivist.disposal_errors import AlreadyDestroyed, ReceiptMismatch
from archivist.errors import InvalidValue, PasswordNeeded, UsageError
from archivist.model.bag_head import BagHead
from archivist.model.by import By
from archivist.model.event import Op
from archivist.preservation import (
    seal,
    submission_envelope,
    submission_ledger,
    submission_lists,
    submission_parts,
    submission_writing,
)
from archivist.preservation.submission_bags import PackedBag
from archivist.preservation.submission_format import Submission, SubmissionId, TransferKind, WhySubmitted
from archivist.preservation.submission_ledger import Acknowledged, SubmissionEntry, SubmissionStage
from archivist.preservation.submission_parts import PART_SIZE, PartMaker, Tables
from archivist.preservation.submission_selection import Selection, SubmissionCycle, Wanted, refusal
from archivist.preservation.submission_sheet import sheet
from archivist.preservation.submission_writing import Step, WrittenPart
from archivist.report.query import Period
from archivist.store import bag
from archivist.store.custody import offices_taken, own_numbers
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SubmissionMade:
    """A submission whose parts are there, or (``folder`` is ``None``) would be.

    Attributes:
        size: bytes of all parts together.
        too_large: households that fit into no part; they are not in it.
        cycle: how often the rules want files handed over, where they say it.
        known: what the bureau has.
        sheets: the list to be stamped by both sides.
    """

    submission: Submission
    folder: Path | None
    size: int
    parts: tuple[WrittenPart, ...]
    too_large: tuple[str, ...] = ()
    cycle: SubmissionCycle | None = None
    known: Acknowledged | None = None
    sheets: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmissionOrder:
    """What is to be handed over.

    Attributes:
        period: in which a grant is new; ``code`` how the id says it (``2026Q4``, ``2026M11``).
        to: the folder it is written into; the outbox when not given.
        part_size: bytes of a part at most.
        password: with which the parts are locked; empty: they are not.
        custody: code of the office that takes everything over after a reorganisation; empty for a submission to the bureau.
        of: code of an office whose files were taken over: those are handed on; empty for the own.
    """

    period: Period
    code: str
    wanted: Wanted = Wanted.DUE
    to: Path | None = None
    part_size: int = PART_SIZE
    password: str = field(default="", repr=False)
    custody: str = ""
    of: str = ""


def submit(
    workspace: Workspace,
    by: By,
    order: SubmissionOrder,
    *,
    dry_run: bool = False,
    pdf: bool = False,
    step: Step | None = None,
) -> SubmissionMade:
    """Hand over households to the bureau.

    Args:
        workspace: the open workspace.
        by: who, and when.
        order: what.
        dry_run: only say what it would be.
        pdf: make a PDF of the list as well.
        step: called with the parts done and all.

    Raises:
        UsageError: E001, a part of that size holds nothing, or the folder lies in the archive.
        ArchiveError: E200, the folder is not there. IntegrityAlarm: E202, households do not hold; all are named.
        WriteFailed: E204, no room, then nothing was written; or the medium refused, then ``resume`` goes on.

    Survives: a kill at any point; the ledger says that it was begun, and ``resume`` makes what is not there.
    """
    if not submission_parts.LEAST_PART_SIZE <= order.part_size <= PART_SIZE:
        raise UsageError(
            f"--part-size 须在 {submission_parts.LEAST_PART_SIZE / 1e6:.0f}M 与 {PART_SIZE / 1e9:.1f}G 之间"
        )
    if not workspace.config.office.code:
        raise UsageError("archivist.toml 没有写本机关代码（[office] code），报送编号写不出来")
    if order.password:
        submission_envelope.require_strong(order.password)
    _require_taken(workspace, order.of)
    dest = submission_writing.destination(workspace, order.to)
    with workspace.writing(by):  # a ledger that somebody died over is healed before it is asked
        known = submission_ledger.acknowledged(workspace.archive, order.of)
    selection = Selection(workspace, order.period, order.wanted, known)
    selection.select(
        _case_heads(workspace, order.of, *seal.heads_now(workspace.archive, order.of))
    )  # the long part, without the lock
    begun = _begin(workspace, by, order, selection, dest, dry_run=dry_run)
    if dry_run:
        return begun.outcome(selection, None, ())
    _disclose(workspace, begun)
    folder = dest or submission_writing.outbox(workspace, begun.submission.id)
    parts = submission_writing.write(begun.maker(workspace), folder, order.password, step)
    return begun.outcome(selection, folder, parts, _finish(workspace, by, begun, folder, parts, pdf=pdf))


def _require_taken(workspace: Workspace, of: str) -> None:
    if of and of not in (taken := offices_taken(workspace.archive.root)):
        raise InvalidValue(
            f"没有接管过 {of[:20]} 的户档",
            remedy=f"--of 写接管来的机关的代码：{'、'.join(taken) or '没有'}。没有写入任何内容。",
        )


def _disclose(workspace: Workspace, begun: _Begun) -> None:
    workspace.archive.access.disclose(case.case for case in begun.submission.cases)


def resume(
    workspace: Workspace,
    by: By,
    name: str,
    to: Path | None = None,
    *,
    password: str = "",
    pdf: bool = False,
    step: Step | None = None,
) -> SubmissionMade:
    """Make what is not there of a submission that was begun, on the same medium or another; what is there and the same stays.

    Args:
        workspace: the open workspace.
        by: who, and when.
        name: its id.
        to: the folder; the outbox when not given.
        password: with which the parts are locked; of one that was begun locked it must be said, and of parts that are there it is the same.
        pdf: make a PDF of the list as well.
        step: called with the parts done and all.

    Raises:
        PasswordNeeded: E106. InvalidValue: E002, the password is too weak. ReceiptMismatch: E611, it is acknowledged, or was taken back. ArchiveError: E200, there is none such. AlreadyDestroyed: E604. IntegrityAlarm: E202, a household
            is not any more what it was. WriteFailed: E204.
    """
    with workspace.writing(by):  # see ``submit``
        entry = submission_ledger.find(workspace.archive, name)
        if entry.stage is SubmissionStage.ACKNOWLEDGED:
            raise ReceiptMismatch(
                f"{entry.id} 已有回执（{entry.bureau} {entry.received_at[:10]}），不再重做",
                remedy="要再报送这些户的，另起一次报送：archivist submit。没有写入任何内容。",
            )
        if entry.stage is SubmissionStage.TAKEN_BACK:
            raise ReceiptMismatch(
                f"{entry.id} 已经收回，不再重做",
                remedy="另起一次移交：archivist transfer out --custody。没有写入任何内容。",
            )
        if entry.encrypted and not password:
            raise PasswordNeeded(
                f"{entry.id} 是加密的，接着做也要加密", remedy="加上 --encrypt，输入密码。没有写入任何内容。"
            )
        begun = _Begun(*submission_ledger.load(workspace.archive, entry), {})
    if password:
        submission_envelope.require_strong(password)
    destroyed = {str(number) for number in workspace.archive.tombstones()}
    if gone := [case.case for case in begun.submission.cases if case.case in destroyed]:
        raise AlreadyDestroyed(
            f"{'、'.join(gone[:5])} 已按规定销毁，{entry.id} 不能照原样重做",
            remedy="另起一次报送：archivist submit。没有写入任何内容。",
        )
    _disclose(workspace, begun)
    folder = submission_writing.destination(workspace, to) or submission_writing.outbox(workspace, entry.id)
    maker = begun.maker(workspace)
    submission_writing.require_room(
        folder,
        sum(map(maker.length, range(1, entry.parts + 1))) - submission_writing.there(folder, entry),
        entry.id,
    )
    parts = submission_writing.write(maker, folder, password, step)
    submission_writing.require_same(entry, parts)
    return begun.outcome(
        None, folder, parts, _finish(workspace, by, begun, folder, parts, pdf=pdf, entry=entry)
    )


# ── the moment ───────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Begun:
    submission: Submission
    tables: Tables
    packed: Mapping[str, PackedBag]
    too_large: tuple[str, ...] = field(default=())

    def maker(self, workspace: Workspace) -> PartMaker:
        return PartMaker(workspace.archive.root, self.submission, self.tables, self.packed)

    def outcome(
        self,
        selection: Selection | None,
        folder: Path | None,
        parts: tuple[WrittenPart, ...],
        sheets: tuple[Path, ...] = (),
    ) -> SubmissionMade:
        size = sum(part.size for part in parts) or sum(case.bytes for case in self.submission.cases)
        return SubmissionMade(
            self.submission,
            folder,
            size,
            parts,
            self.too_large,
            selection.cycle if selection else None,
            selection.known if selection else None,
            sheets,
        )


def _begin(
    workspace: Workspace,
    by: By,
    order: SubmissionOrder,
    selection: Selection,
    dest: Path | None,
    *,
    dry_run: bool,
) -> _Begun:
    """Take the moment: heads of every bag, what is handed over, how much room it takes; then enter it in the ledger."""
    archive = workspace.archive
    with workspace.writing(by):
        heads, unread = seal.heads_now(archive, order.of)
        cases = _case_heads(workspace, order.of, heads, unread)
        chosen = selection.select(cases)
        years = [head for head in heads if head.bag != bag.folder_name(head.bag)]
        ledger, refused = submission_parts.pack_all(archive.root, years, of_case=False, of=order.of)
        if refused:
            raise refusal(refused)
        stones = [s for s in archive.tombstones().values() if order.of in ("", s.case.office)]
        tables = submission_lists.tables(heads, stones, selection.expunged(cases))
        begun = _assigned(workspace, by, order, selection.known, chosen, ledger, tables)
        if order.custody and begun.too_large:
            raise refusal(f"{name}：一个分包装不下" for name in begun.too_large)
        maker, count = begun.maker(workspace), begun.submission.parts
        length = sum(map(maker.length, range(1, count + 1)))
        name = begun.submission.id
        submission_writing.require_room(dest or archive.outbox, length, name)
        if not dry_run:
            data: dict[str, object] = {
                "submission": str(name),
                "anchor": begun.submission.anchor,
                "cases": len(begun.submission.cases),
                "parts": count,
                "bytes": length,
                "encrypted": bool(order.password),
            }
            if order.of:
                data["of"] = order.of
            if order.custody:
                given = [case.case for case in begun.submission.cases]
                data["custody"] = {"to": order.custody, "cases": given}
            files = submission_ledger.ledger_files(begun.submission, tables)
            archive.note(Op.SUBMISSION_STARTED, data, workspace.stamp(by), "", *files)
            workspace.hold_heads()
    return begun


def _case_heads(
    workspace: Workspace, of: str, heads: Sequence[BagHead], unread: Sequence[str]
) -> list[BagHead]:
    """Return the heads of the households that may be handed over: an office's own, or those it took over ``of`` another.

    Raises:
        IntegrityAlarm: E202, naming every bag whose chain has no end that could be handed over.
    """
    if unread:
        raise refusal(f"{name}：事件链不完整" for name in unread)
    archive = workspace.archive
    numbers = {str(n) for n in (own_numbers(archive.root) if not of else archive.case_numbers())}
    return [head for head in heads if head.bag in numbers]


def _assigned(
    workspace: Workspace,
    by: By,
    order: SubmissionOrder,
    known: Acknowledged,
    chosen: Sequence[tuple[PackedBag, WhySubmitted]],
    ledger: Sequence[PackedBag],
    tables: Tables,
) -> _Begun:
    bags = [one for one, _ in chosen]
    office, period = workspace.config.office, order.period
    assigned = submission_parts.assign(bags, ledger, tables, order.part_size)
    submission = Submission(
        _next_id(workspace, order.code),
        office.name,
        order.custody or office.bureau,
        TransferKind.REORGANISED if order.custody else TransferKind.PERIODIC,
        period.first,
        period.last,
        period.label,
        by.time.isoformat(timespec="seconds"),
        known.last,
        bag.sha256(tables.heads),
        assigned.parts,
        order.part_size,
        tuple(
            submission_parts.submitted(one, assigned.part[one.head.bag], why)
            for one, why in chosen
            if one.head.bag in assigned.part
        ),
        tuple(one.head for one in ledger),
        order.of,
    )
    packed = {one.head.bag: one for one in (*bags, *ledger)}
    return _Begun(submission, tables, packed, assigned.too_large)


def _next_id(workspace: Workspace, code: str) -> SubmissionId:
    office = workspace.config.office.code
    taken = [
        entry.id.number
        for entry in submission_ledger.listed(workspace.archive).values()
        if (entry.id.office, entry.id.period) == (office, code)
    ]
    return SubmissionId(office, code, max(taken, default=0) + 1)


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────
def _finish(
    workspace: Workspace,
    by: By,
    begun: _Begun,
    folder: Path,
    parts: Sequence[WrittenPart],
    *,
    pdf: bool,
    entry: SubmissionEntry | None = None,
) -> tuple[Path, ...]:
    """Write the list to be stamped beside the parts, then let the ledger say that they are made."""
    told = begun.submission
    locked = any(part.file != part.name for part in parts)
    digests = [(part.name, part.sha256) for part in parts]
    contents = sheet(workspace, told, digests, locked=locked, on=by.today, pdf=pdf)
    paths = submission_writing.write_sheet(folder, told.id, contents)
    if entry is None or entry.stage is SubmissionStage.STARTED:
        rows = [{"name": part.name, "sha256": part.sha256, "size": part.size} for part in parts]
        with workspace.writing(by):
            made = {"submission": str(told.id), "parts": rows}
            workspace.archive.note(Op.SUBMISSION_MADE, made, workspace.stamp(by))
            workspace.hold_heads()
    return paths
