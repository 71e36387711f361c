"""A machine of disposals: whatever order people act in, nothing is destroyed early, on hold, by one person, without its record, or twice."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from archivist.errors import ArchivistError
from archivist.model.disposals import Disposal, DisposalState, Opinion
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.preservation import disposal_batches as batches
from archivist.preservation import restore
from archivist.preservation.disposal_batches import Appraised
from archivist.preservation.disposal_execution import execute
from archivist.preservation.disposal_papers import APPROVAL, OPINION
from archivist.preservation.verification import verify
from archivist.rules.disposition.retention import retention
from archivist.store import Draft
from archivist.store.held_files import holds
from tests.preservation.disposals import APPRAISERS, KEEPER, PROPOSED, WITNESSES, close, office, paper
from tests.sampling import examples

PEOPLE = st.sampled_from(["钱档案", "赵主任", "孙监销", "李监销", "甲鉴定", "路人"])
HELD = {
    "hold": "H1", "cause": "审计", "scope": "case", "start": "2028-03-10",
    "authority": "", "doc_no": "", "until": "", "review_on": "2029-03-10",
}  # fmt: skip


class Disposals(RuleBasedStateMachine):
    """An office, a copy of it made at the beginning, and a clock that mostly goes on."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.office = office(self.folder / "ws", 2)
        self.opened = 2
        shutil.copytree(self.folder / "ws" / "archive", self.folder / "copy" / "archive")
        self.now = PROPOSED
        self.held: set[CaseNo] = set()
        self.gone: dict[CaseNo, int] = {}

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
            self._try(lambda: self.office.commit(number, lambda _: Draft(Op.HOLD_PLACED, HELD), self.by))

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


Disposals.TestCase.settings = settings(
    max_examples=examples(4, 100), stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
TestDisposals = Disposals.TestCase
