"""The commands of a file's later life, to strike at: finished, examined, kept longer, and on its way to destruction.

Those of a disposal are done in 2028, when the period of the file has run out; its people are registered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from unittest import mock

from archivist.ingest.watch_folder import Now
from archivist.issuing import number_series
from archivist.issuing.planned import IssuedForCase
from archivist.model.disposals import Disposal, DisposalState
from archivist.model.event import Op
from archivist.model.group_holds import HeldCases
from archivist.model.ids import Category, RecordNo
from archivist.preservation import (
    appraisal,
    disposal_batches,
    disposal_residue,
    finishing,
    holds,
    record_residue,
)
from archivist.preservation.disposal_execution import execute
from archivist.preservation.disposal_papers import RECORD
from archivist.preservation.four_nature import report, run
from archivist.preservation.four_nature.run import FourNatureReport
from archivist.preservation.request_forms import release_code
from archivist.preservation.signed_papers import ReadPaper
from archivist.reading.formats.images import JPEG
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.store import Original, held_files
from archivist.workspace import Workspace
from tests.faults.office import FORM, LAWSUIT, LOST, OF_CASES, WANG, ZHANG, Act, Command, opened, scan
from tests.faults.shim import Ack
from tests.kit import SETTINGS
from tests.preservation import disposals
from tests.preservation.disposals import PEOPLE, READY

COPY: Final = "旧导出.txt"
"""A copy that somebody left in the outbox; it names the file by its number."""


# ── finished, examined, kept longer ──────────────────────────────────────────────────────────────────────
def _finish(workspace: Workspace, now: Now, ack: Ack) -> None:
    """The pack asks for no papers here, so that two make a volume."""
    workspace.pack = replace(workspace.pack, checks=())
    with workspace.writing(now()):
        pass
    real = finishing._issue

    def issue(*args: Any) -> IssuedForCase:
        ack("numbered") if not workspace.archive.read(WANG).records_of(*finishing.PAPERS) else None
        issued = real(*args)
        ack(issued.title)
        return issued

    with mock.patch.object(finishing, "_issue", issue):
        finishing.finish(workspace, now(), WANG, told="Z109-1")


def _four_natures(workspace: Workspace, now: Now, ack: Ack) -> None:
    """Looking is done once for all the strikes: nothing is written by it."""
    if not any(workspace.archive.ledger_events(Op.FOUR_NATURE_CHECKED)):
        report.hand_out(workspace, now(), examined(workspace, now().today))
    ack("entered")


_seen: Final[dict[str, FourNatureReport]] = {}


def examined(workspace: Workspace, on: dt.date) -> FourNatureReport:
    """Return what a check of the four natures finds in a household that nothing happens to; it writes nothing."""
    head = workspace.archive.chain(WANG).head
    if head not in _seen:
        _seen[head] = run.check(workspace, [WANG], on=on)
    return _seen[head]


def _closed(workspace: Workspace, now: Now, ack: Ack) -> None:
    """A closed file with a paper, which stands for what the appraisers signed."""
    for name in ("assign from the tray", "deregister"):
        OF_CASES[name].act(workspace, now, ack)


def _extend(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    if not any(e.op is Op.RETENTION_EXTENDED for e, _ in workspace.archive.chain(ZHANG).events):
        until, appraisers = dt.date(2040, 1, 1), disposals.APPRAISERS
        paper = next(iter(workspace.archive.read(ZHANG).records))
        appraisal.extend(
            workspace,
            now(),
            ZHANG,
            until=until,
            appraisers=appraisers,
            reason="有查考价值",
            paper=lambda _: paper,
        )
    ack("extended")


def _number_of_nobody(workspace: Workspace, now: Now, _ack: Ack) -> None:
    workspace.archive.allocate("文号 红样救字", 2024, workspace.stamp(now()))


def _vacant(workspace: Workspace, now: Now, ack: Ack) -> None:
    number_series.enter_vacant(workspace, now(), LOST)
    ack("entered as vacant")


def _many_held(workspace: Workspace, now: Now, _ack: Ack) -> None:
    holds.declare(workspace, now(), LAWSUIT, HeldCases(Category.DB))
    (workspace.root / FORM).write_bytes(scan(FORM))


def _release_many(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    (group,) = held_files.group_holds(workspace.archive)
    if group.hold.release is None:
        places = (SignaturePlace("复审负责人（签名）", 0.2), SignaturePlace("分管领导（签名）", 0.2))
        codes = (release_code(group, "判决生效").payload,)
        words = "成批冻结解除审批单"
        page = PageText(1, words, codes, "ocr", 0.9, 0, 100, 100, True, signature_places=places)
        paper = ReadPaper(Original.of(workspace.root / FORM, FORM), ReadResult(JPEG, (page,)))
        people = ("钱复审", "赵分管")
        holds.release_group(workspace, now(), group.hold.id, basis="判决生效", people=people, paper=paper)
    ack("released")


# ── a disposal ───────────────────────────────────────────────────────────────────────────────────────────
def _expired(workspace: Workspace, now: Now, ack: Ack) -> None:
    """A closed file with a paper, and people who may decide on it."""
    _closed(workspace, now, ack)
    (workspace.root / "archivist.toml").write_text(SETTINGS + PEOPLE, encoding="utf-8")


def _batch(workspace: Workspace, now: Now) -> Disposal | None:
    with workspace.writing(now()):
        pass
    return next(iter(disposal_batches.batches(workspace.archive).values()), None)


def _propose(workspace: Workspace, now: Now, ack: Ack) -> None:
    if _batch(workspace, now) is None:
        disposals.proposed(workspace)
    ack("proposed")


def _appraise(workspace: Workspace, now: Now, ack: Ack) -> None:
    batch = _batch(workspace, now)
    if batch and batch.state is DisposalState.PROPOSED:
        disposals.appraised(workspace, batch)
    ack("appraised")


def _approve(workspace: Workspace, now: Now, ack: Ack) -> None:
    batch = _batch(workspace, now)
    if batch and batch.state is DisposalState.APPRAISED:
        disposals.approved(workspace, batch)
    ack("approved")


def _withdraw(workspace: Workspace, now: Now, ack: Ack) -> None:
    batch = _batch(workspace, now)
    if batch and batch.remaining:
        disposal_batches.cancel(workspace, now(), batch.id, reason="另有用处", numbers=[ZHANG])
    ack("let go")


def _cancel(workspace: Workspace, now: Now, ack: Ack) -> None:
    batch = _batch(workspace, now)
    if batch and batch.state is not DisposalState.CANCELLED:
        disposal_batches.cancel(workspace, now(), batch.id, reason="重新鉴定")
    ack("cancelled")


def _execute(workspace: Workspace, now: Now, ack: Ack) -> None:
    batch = _batch(workspace, now)
    if batch and batch.state is not DisposalState.EXECUTED:
        real = disposal_residue.note

        def note(*args: Any) -> None:
            ack("started")
            real(*args)

        with mock.patch.object(disposal_residue, "note", note):
            execute(
                workspace, now(), batch.id, witnesses=disposals.WITNESSES,
                step=lambda done, _: ack(f"row {done}"),
            )  # fmt: skip
    ack("executed")


def _clear(workspace: Workspace, now: Now, ack: Ack) -> None:
    batch = _batch(workspace, now)
    assert batch is not None
    for one in disposal_residue.residue(workspace, batch):
        if one.place.endswith(COPY):
            disposal_residue.clear(workspace, now(), batch.id, one.place, disposals.WITNESSES, "核实无关")
    ack("cleared")


def _all_clear(workspace: Workspace, now: Now, _ack: Ack) -> None:
    """What nobody can look into may show anybody: two have."""
    batch = _batch(workspace, now)
    assert batch is not None
    for one in disposal_residue.residue(workspace, batch):
        disposal_residue.clear(workspace, now(), batch.id, one.place, disposals.WITNESSES, "核实无关")


def _close(workspace: Workspace, now: Now, ack: Ack) -> None:
    batch = _batch(workspace, now)
    if batch and batch.state is not DisposalState.CLOSED:
        disposal_residue.close(workspace, now(), batch.id, paper=disposals.paper(workspace, batch, RECORD))
    ack("closed")


def _after(*acts: Act) -> Act:
    """Return what brings a disposal so far; each is a start of its own, which knows the people."""

    def before(workspace: Workspace, now: Now, ack: Ack) -> None:
        _expired(workspace, now, ack)
        for act in acts:
            with opened(workspace.root) as later:
                act(later, lambda: READY, ack)

    return before


def _with_a_copy_left(workspace: Workspace, _now: Now, _ack: Ack) -> None:
    (workspace.archive.outbox / COPY).write_text(str(ZHANG), encoding="utf-8")


def _expunged_with_a_copy_left(workspace: Workspace, now: Now, ack: Ack) -> None:
    """A record that was taken out, a volume of before in the outbox, and people who may say that it is gone."""
    expunging = OF_CASES["expunge a record"]
    assert expunging.before
    expunging.before(workspace, now, ack)
    expunging.act(workspace, now, ack)
    (workspace.archive.outbox / f"全卷 {WANG}.pdf").write_bytes(b"%PDF-1.7")
    (workspace.root / "archivist.toml").write_text(SETTINGS + PEOPLE, encoding="utf-8")


def _clear_record(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    number = RecordNo("0001")
    for one in record_residue.residue(workspace, WANG, number).left:
        record_residue.clear(workspace, now(), WANG, number, one.place, disposals.WITNESSES, "已删去")
    ack("cleared")


def _of_disposal(name: str, act: Act, *before: Act) -> Command:
    return Command(name, act, act, before=_after(*before), by=READY)


OF_CUSTODY: Final[Mapping[str, Command]] = {
    c.name: c
    for c in (
        Command("finish a volume", _finish, _finish, before=OF_CASES["file one"].act),
        Command("check four natures", _four_natures, _four_natures),
        Command("keep longer", _extend, before=_closed),
        Command("clear a record's residue", _clear_record, _clear_record, before=_expunged_with_a_copy_left),
        Command("enter vacant numbers", _vacant, before=_number_of_nobody),
        Command("release many", _release_many, before=_many_held),
        _of_disposal("propose a disposal", _propose),
        _of_disposal("appraise a disposal", _appraise, _propose),
        _of_disposal("approve a disposal", _approve, _propose, _appraise),
        _of_disposal("let a row leave", _withdraw, _propose, _appraise, _approve),
        _of_disposal("cancel a disposal", _cancel, _propose, _appraise, _approve),
        _of_disposal("carry out a disposal", _execute, _propose, _appraise, _approve),
        _of_disposal("clear a residue", _clear, _propose, _appraise, _approve, _execute, _with_a_copy_left),
        _of_disposal("close a disposal", _close, _propose, _appraise, _approve, _execute, _all_clear),
    )
}
