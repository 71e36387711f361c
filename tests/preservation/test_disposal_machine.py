"""A machine of disposals: whatever order people act in, nothing is destroyed early, on hold, by one person, without its record, or twice.

And after it, once what is left has been cleared: “no byte of name, ID, address or text anywhere under the workspace”, while “the anchors
of earlier submissions still check”.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from archivist.errors import ArchivistError
from archivist.model.disposals import Disposal, DisposalState, Opinion
from archivist.model.event import Op
from archivist.model.group_holds import HeldCases
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.preservation import comparison, disposal_residue, restore, submission
from archivist.preservation import disposal_batches as batches
from archivist.preservation import holds as hold_events
from archivist.preservation.disposal_batches import Appraised
from archivist.preservation.disposal_execution import execute
from archivist.preservation.disposal_papers import APPROVAL, OPINION, RECORD
from archivist.preservation.holds import HoldOrder
from archivist.preservation.request_forms import release_code
from archivist.preservation.signed_papers import ReadPaper
from archivist.preservation.submission import SubmissionOrder
from archivist.preservation.submission_selection import Wanted
from archivist.preservation.verification import verify
from archivist.reading.formats.images import JPEG
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.report.query import Period
from archivist.rules.disposition.retention import retention
from archivist.store import Draft, NewFile, Original
from archivist.store.held_files import group_holds, holds
from archivist.workspace import Workspace
from tests.kit import BY
from tests.preservation import disposals
from tests.preservation.disposals import APPRAISERS, KEEPER, PROPOSED, WITNESSES, office, paper, words
from tests.sampling import examples

PEOPLE = st.sampled_from(["钱档案", "赵主任", "孙监销", "李监销", "甲鉴定", "路人"])
AUDIT = HoldOrder("审计", until="审计结束")


def text_of(n: int) -> str:
    """Return what stands on the paper of a household, and on no other's."""
    return f"患病情况说明之{'甲乙丙丁戊己庚辛'[n]}号原文"


def close(workspace: Workspace, n: int) -> None:
    """Open a household with a paper and close it."""
    number = disposals.close(workspace, n).number
    entry = {"no": "0001", "type": "other", "title": "其他材料", "folder": "01 申请", "status": "filed", "pages": 1}  # fmt: skip
    files = (
        NewFile("data/01 申请/0001 其他材料.txt", f"纸面：{text_of(n)}".encode(), RecordNo("0001")),
        NewFile("text/0001.txt", text_of(n).encode(), RecordNo("0001")),
    )
    workspace.commit(number, lambda _: Draft(Op.RECORD_FILED, {"record": entry}, files=files), BY)


def contents(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder by its path, whose bytes are its name and all that is in it, packed or not."""
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        yield name, name.encode("utf-8", "surrogateescape")
        if path.is_file() and not path.is_symlink():
            yield name, path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as packed:
                    yield from ((f"{name}!{entry}", packed.read(entry)) for entry in packed.namelist())


def spellings(word: str) -> tuple[bytes, ...]:
    """Return how a word may stand in a file."""
    return word.encode(), word.encode("utf-16-le"), json.dumps(word)[1:-1].encode(), word.encode("gb18030")


class Disposals(RuleBasedStateMachine):
    """An office, a copy of it made at the beginning, and a clock that mostly goes on."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.office = office(self.folder / "ws", 0)
        self.opened = 2
        for n in range(self.opened):
            close(self.office, n)
        shutil.copytree(self.folder / "ws" / "archive", self.folder / "copy" / "archive")
        self.now = PROPOSED
        self.handed_over: list[Path] = []

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.office.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def by(self) -> Any:
        return replace(KEEPER, time=self.now)

    def _try(self, act: Callable[[], object]) -> None:
        """Act; a refusal is an answer, anything else a fault."""
        with suppress(ArchivistError):
            act()

    def _batch(self, data: st.DataObject) -> Disposal | None:
        found = [*batches.batches(self.office.archive).values()]
        return data.draw(st.sampled_from(found)) if found else None

    def _case(self, data: st.DataObject) -> CaseNo | None:
        there = self.office.archive.case_numbers()
        return data.draw(st.sampled_from(there)) if there else None

    @rule(days=st.sampled_from([-20, 1, 14, 15, 16, 200]))
    def clock(self, days: int) -> None:
        self.now += dt.timedelta(days=days)

    @rule()
    def open_and_close(self) -> None:
        if self.opened < 4:
            close(self.office, self.opened)
            self.opened += 1

    @rule()
    def propose(self) -> None:
        self._try(lambda: batches.propose(self.office, self.by, on=self.by.today))

    @rule()
    def bring_to_approval(self) -> None:
        """The usual way of a batch, as people who may go it: else few would come to an end."""

        def act() -> None:
            batch = batches.propose(self.office, self.by, on=self.by.today).batch
            made = batches.batch_of(self.office.archive, batch)
            told, sheet = dict.fromkeys(made.remaining, Appraised(Opinion.DESTROY)), made.list_sha256
            batches.appraise(
                self.office, self.by, batch, told, sha256=sheet, appraisers=APPRAISERS,
                paper=paper(self.office, made, OPINION),
            )  # fmt: skip
            batches.approve(
                self.office, self.by, batch, approver="赵主任", paper=paper(self.office, made, APPROVAL)
            )

        self._try(act)

    @rule(data=st.data(), opinion=st.sampled_from(list(Opinion)), both=st.booleans())
    def appraise(self, data: st.DataObject, opinion: Opinion, both: bool) -> None:
        if batch := self._batch(data):
            told = {n: Appraised(opinion, dt.date(2035, 1, 1)) for n in batch.remaining}
            names = APPRAISERS if both else APPRAISERS[:1]
            self._try(
                lambda: batches.appraise(
                    self.office, self.by, batch.id, told,
                    sha256=batch.list_sha256, appraisers=names, paper=paper(self.office, batch, OPINION),
                )
            )  # fmt: skip

    @rule(data=st.data(), who=PEOPLE)
    def approve(self, data: st.DataObject, who: str) -> None:
        if batch := self._batch(data):
            self._try(
                lambda: batches.approve(
                    self.office, self.by, batch.id, approver=who, paper=paper(self.office, batch, APPROVAL)
                )
            )

    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        if number := self._case(data):
            self._try(lambda: hold_events.place(self.office, self.by, number, AUDIT))

    @rule(data=st.data(), both=st.booleans())
    def release(self, data: st.DataObject, both: bool) -> None:
        """On the signed form; by one person it is refused."""
        number = self._case(data)
        standing = [h for h in self.office.archive.read(number).holds if h.release is None] if number else []
        if number and standing:
            words = f"档案保全（冻结销毁）登记表\n{number}\n二、解除"
            scan = self._scan(words, (SignaturePlace("解除登记人（签名）", 0.2),))
            people = ("周复审", "赵主任")[: 2 if both else 1]
            self._try(
                lambda: hold_events.release(
                    self.office, self.by, number, standing[0].id, basis="审计结束", people=people, paper=scan
                )
            )
            assert both or standing[0].release is None

    @rule()
    def hold_many(self) -> None:
        self._try(lambda: hold_events.declare(self.office, self.by, AUDIT, HeldCases(Category.DB)))

    @rule(data=st.data())
    def release_many(self, data: st.DataObject) -> None:
        standing = [g for g in group_holds(self.office.archive) if g.hold.release is None]
        if standing:
            group = data.draw(st.sampled_from(standing))
            places = (SignaturePlace("复审负责人（签名）", 0.2), SignaturePlace("分管领导（签名）", 0.2))
            scan = self._scan("成批冻结解除审批单", places, release_code(group, "审计结束").payload)
            self._try(
                lambda: hold_events.release_group(
                    self.office,
                    self.by,
                    group.hold.id,
                    basis="审计结束",
                    people=("周复审", "赵主任"),
                    paper=scan,
                )
            )

    def _scan(self, words: str, places: tuple[SignaturePlace, ...], *codes: str) -> ReadPaper:
        path = self.folder / "扫描.jpg"
        path.write_bytes(b"\xff\xd8\xff signed " + words.encode())
        page = PageText(1, words, codes, "ocr", 0.9, 0, 100, 100, True, signature_places=places)
        return ReadPaper(Original.of(path, path.name), ReadResult(JPEG, (page,)))

    @rule()
    def submit(self) -> None:
        stick = self.folder / "盘" / str(len(self.handed_over))
        stick.mkdir(parents=True)
        order = SubmissionOrder(Period.of_month("2024-03"), "2024M03", Wanted.ALL, stick)
        self._try(lambda: submission.submit(self.office, self.by, order))
        self.handed_over.append(stick)

    @rule(data=st.data(), executor=PEOPLE, one=PEOPLE, other=PEOPLE, usual=st.booleans())
    def execute(self, data: st.DataObject, executor: str, one: str, other: str, usual: bool) -> None:
        batch = self._batch(data)
        if batch is None:
            return
        by, pair = (self.by, WITNESSES) if usual else (replace(self.by, actor=executor), (one, other))
        before = {n: self.office.archive.read(n) for n in self.office.archive.case_numbers()}
        free = {
            n for n, case in before.items()
            if not holds(self.office.archive, case, by.today) and retention(case, self.office.pack, by.today).expired
        }  # fmt: skip
        self._try(lambda: execute(self.office, by, batch.id, witnesses=pair))
        now = {n for n in before if n not in self.office.archive.case_numbers()}
        if not now:
            return
        done = batches.batch_of(self.office.archive, batch.id)
        assert now <= free, "destroyed early, or on hold"
        assert done.approver and len({*done.appraisers}) >= 2 and len({*pair}) == 2
        assert len({done.approver, by.actor, *pair}) == 4, "destroyed by too few people"
        assert done.approver != done.proposer
        assert done.approved_on and done.approved_on + dt.timedelta(days=15) <= by.today
        assert all(batch.opinions[n] is Opinion.DESTROY for n in now)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if batch := self._batch(data):
            self._try(lambda: batches.cancel(self.office, self.by, batch.id, reason="有异议"))
            if batch.state in (DisposalState.EXECUTED, DisposalState.EXECUTING):
                assert batches.batch_of(self.office.archive, batch.id).state is not DisposalState.CANCELLED

    @rule()
    def clear_and_close(self) -> None:
        """What is left is removed, or said to be cleared by two; then nothing is left."""
        for batch in batches.batches(self.office.archive).values():
            if batch.state is not DisposalState.EXECUTED:
                continue
            for one in disposal_residue.residue(self.office, batch):
                path = self.office.root / one.place.removeprefix("本机：")
                if one.place.startswith("本机：") and path.is_file():
                    path.unlink()
                else:
                    disposal_residue.clear(self.office, self.by, batch.id, one.place, WITNESSES, "已清")
            scan = paper(self.office, batch, RECORD)
            closed = disposal_residue.close(self.office, self.by, batch.id, paper=scan)
            assert closed.state is DisposalState.CLOSED
            self._nothing_is_left(tuple(batch.destroyed))

    def _nothing_is_left(self, cases: tuple[CaseNo, ...]) -> None:
        told = {
            spelling: word
            for number in cases
            for word in (*words(number.sequence - 1), text_of(number.sequence - 1))
            for spelling in spellings(word)
        }
        found = {
            (name, word)
            for name, data in contents(self.office.root)
            for spelling, word in told.items()
            if spelling in data
        }
        assert not found, "left after the destruction was closed"

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from([CaseNo.parse(f"TJHQ-DB-2024-00000{n}") for n in (1, 2)]))
        self._try(lambda: restore.restore(self.office, self.by, number, self.folder / "copy"))

    @invariant()
    def every_number_is_a_case_or_has_its_record(self) -> None:
        """A case is there and nothing is said of it, or it is gone and both events stand in the ledger, once."""
        if not hasattr(self, "office"):
            return
        archive = self.office.archive
        said = [
            (e.op, str(e.data["case"])) for e in archive.ledger_events(Op.CASE_DESTROYING, Op.CASE_DESTROYED)
        ]
        assert len(said) == len({*said}), "destroyed twice"
        for n in range(1, self.opened + 1):
            number = CaseNo.parse(f"TJHQ-DB-2024-{n:06d}")
            there = (archive.cases / str(number)).exists()
            told = [op for op, case in said if case == str(number)]
            assert told == ([] if there else [Op.CASE_DESTROYING, Op.CASE_DESTROYED])

    @rule()
    def check(self) -> None:
        assert verify(self.office, self.by, quick=True).findings == ()
        for package in (path for stick in self.handed_over for path in stick.glob("*.zip")):
            held = comparison.compare(self.office.archive, comparison.read(package))
            assert not [one for one in held if one.standing.alarming], (
                "the anchors of earlier submissions still check"
            )


Disposals.TestCase.settings = settings(
    max_examples=examples(4, 100), stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
TestDisposals = Disposals.TestCase


class _Drawing:
    """Draws the first of what there is."""

    def draw(self, strategy: Any) -> Any:
        return strategy.elements[0]


@pytest.mark.parametrize("copy", [False, True])
def test_a_batch_that_is_closed_leaves_no_byte(copy: bool) -> None:
    """One way through the machine: submitted, destroyed, cleared, closed; and a copy that was hidden from the clearing is seen."""
    machine = Disposals()
    machine.begin()
    try:
        machine.submit()
        assert [*machine.handed_over[0].glob("*.zip")]
        machine.bring_to_approval()
        machine.clock(16)
        machine.execute(_Drawing(), "钱档案", "", "", True)
        assert not machine.office.archive.case_numbers()
        hidden = machine.office.root / "别处.txt"
        if copy:
            hidden.write_text(words(1)[2], encoding="utf-16")
            with pytest.raises(AssertionError, match="left after"):
                machine.clear_and_close()
        else:
            machine.clear_and_close()
        (batch,) = batches.batches(machine.office.archive).values()
        assert batch.state is DisposalState.CLOSED
        machine.check()
        machine.every_number_is_a_case_or_has_its_record()
    finally:
        machine.teardown()
