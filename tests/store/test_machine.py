"""Random commands, faults and restarts against a model in memory: the store never knows less, or more, than it said.

A step is a real command on a real archive; a fault ends a forked process at some call to the disk, or lets the call
fail. After a fault the model does not know whether the step took place, but only until the next start: then the
archive must show the state before or the state after, whole, and what was acknowledged must be the state after.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bagit
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from archivist.errors import ArchivistError
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.store import Archive, Draft, NewFile, Original, RecordMove, Recovery
from archivist.store.bag_fixity import check_bag
from tests.sampling import examples
from tests.store.child import DONE, Fault, in_child
from tests.store.kit import STAMP, file_draft, open_wang

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork; runs on Linux in CI")


@dataclass
class Known:
    """What the model knows of one case: the digests of its records in order, how many have left it, a fact."""

    records: list[str] = field(default_factory=list)
    left: int = 0
    facts: str = "样例里社区"


faults = st.one_of(
    st.builds(lambda at: Fault("killed", at), st.integers(1, 70)),
    st.builds(lambda at: Fault("disk full", at, errno.ENOSPC), st.integers(1, 70)),
    st.builds(lambda at: Fault("disk error", at, errno.EIO), st.integers(1, 70)),
)


def suffer(action: Callable[[], None], fault: Fault) -> bool:
    """Run an action in a forked process under a fault; tell whether it was acknowledged."""
    return in_child(action, fault) == DONE


class Store(RuleBasedStateMachine):
    """The machine."""

    cases = Bundle("cases")

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.archive = Archive(self.folder / "archive")
        self.archive.create()
        self.model: dict[CaseNo, Known] = {}
        self.files = 0
        self.taken: dict[int, int] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self) -> None:
        self.archive = Archive(self.folder / "archive")
        with self.archive.writing("启动"):
            pass
        assert self.archive.recovered.alarms == ()

    def a_file(self) -> Original:
        self.files += 1
        path = self.folder / f"{self.files}.pdf"
        path.write_bytes(b"%d " % self.files * 500)
        return Original.of(path, path.name)

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────
    @rule(target=cases)
    def open_case(self) -> CaseNo:
        number = CaseNo("TJHQ", Category.DB, 2024, self.archive.allocate("TJHQ-DB", 2024, STAMP)[0])
        assert number not in self.model
        open_wang(self.archive, number)
        self.model[number] = Known()
        return number

    @rule(number=cases)
    def file_one(self, number: CaseNo) -> None:
        original = self.a_file()
        self.archive.commit(number, lambda case: file_draft(case, original), STAMP)
        assert original.remove(self.archive.work)
        self.model[number].records.append(original.sha256)

    @rule(number=cases, village=st.sampled_from(["甲社区", "乙社区", "丙社区"]))
    def change_fact(self, number: CaseNo, village: str) -> None:
        self.archive.commit(number, lambda _: self.change(village), STAMP)
        self.model[number].facts = village

    @rule(year=st.sampled_from([2023, 2024]), count=st.integers(1, 3))
    def take_numbers(self, year: int, count: int) -> None:
        taken = self.archive.allocate("文号 样", year, STAMP, count)
        assert taken[0] > self.taken.get(year, 0), "never given twice"
        self.taken[year] = taken[-1]

    @rule()
    def stop_and_start(self) -> None:
        self.restart()

    @staticmethod
    def change(village: str) -> Draft:
        return Draft(Op.FACTS_CHANGED, {"facts": {"applicant": {"name": "王秀兰", "village": village}}})

    # ── the same, under a fault ──────────────────────────────────────────────────────────────────────────
    @precondition(lambda self: self.model)
    @rule(number=cases, fault=faults)
    def file_under_fault(self, number: CaseNo, fault: Fault) -> None:
        original = self.a_file()
        root = self.archive.root

        def action() -> None:
            Archive(root).commit(number, lambda case: file_draft(case, original), STAMP)

        acknowledged = suffer(action, fault)
        self.restart()
        filed = [r.source_sha256 for r in self.archive.read(number).records.values()]
        before = self.model[number].records
        assert filed in (before, [*before, original.sha256])
        if acknowledged:
            assert filed[-1:] == [original.sha256]
        assert original.path.exists(), "the original goes only after it is said to be filed"
        self.model[number].records = filed
        original.remove(self.archive.work)

    @precondition(lambda self: any(known.records for known in self.model.values()) and len(self.model) > 1)
    @rule(data=st.data(), fault=st.one_of(st.just(Fault("none", 10**6)), faults))
    def move_a_record(self, data: st.DataObject, fault: Fault) -> None:
        """Whatever happens, a paper is in one of the two, whole; what was acknowledged is in the right one."""
        number = data.draw(st.sampled_from([n for n, known in self.model.items() if known.records]))
        target = data.draw(st.sampled_from([n for n in self.model if n != number]))
        case = self.archive.read(number)
        record = data.draw(st.sampled_from(list(case.records)))
        digest, root = case.records[record].source_sha256, self.archive.root
        moving = RecordMove(number, record, target, "归错", STAMP)
        acknowledged = suffer(
            lambda: _ignore(
                Archive(root).change_two_cases(moving, lambda a, b: moved_draft(root, a, record, b))
            ),
            fault,
        )
        self.restart()
        here, there = self.model[number], self.model[target]
        if record in self.archive.read(number).records:
            assert not acknowledged
        else:
            here.records.remove(digest)
            here.left += 1
            there.records.append(digest)

    @rule(number=cases, fault=faults, village=st.sampled_from(["丁社区", "戊社区"]))
    def change_under_fault(self, number: CaseNo, fault: Fault, village: str) -> None:
        root = self.archive.root
        acknowledged = suffer(
            lambda: _ignore(Archive(root).commit(number, lambda _: self.change(village), STAMP)), fault
        )
        self.restart()
        now = str(_village(self.archive, number))
        assert now in (self.model[number].facts, village)
        if acknowledged:
            assert now == village
        self.model[number].facts = now

    @rule(year=st.sampled_from([2023, 2024]), fault=faults)
    def numbers_under_fault(self, year: int, fault: Fault) -> None:
        root = self.archive.root
        suffer(lambda: _ignore(Archive(root).allocate("文号 样", year, STAMP)), fault)
        self.restart()

    # ── what always holds ────────────────────────────────────────────────────────────────────────────────
    @invariant()
    def the_archive_is_what_the_model_says(self) -> None:
        if not hasattr(self, "archive"):
            return
        assert set(self.archive.case_numbers()) == set(self.model)
        for number, known in self.model.items():
            case = self.archive.read(number)
            assert [r.source_sha256 for r in case.records.values()] == known.records
            assert len(case.moved_out) == known.left
            assert str(_village(self.archive, number)) == known.facts
            assert check_bag(self.archive.folder(number)).findings == ()
        assert not list(self.archive.work.iterdir())

    @rule(number=cases)
    def ask_another_tool(self, number: CaseNo) -> None:
        assert bagit.Bag(str(self.archive.folder(number))).validate()


def _ignore(_: object) -> None:
    return


def moved_draft(root: Path, case: Case, record: RecordNo, target: Case) -> Draft:
    """Return how the target files a record, as the use case does."""
    old, no = case.records[record], target.next_record()
    entry = {
        "no": no,
        "type": old.type,
        "title": old.title,
        "folder": old.folder,
        "status": "filed",
        "pages": 1,
    }
    path = root / "cases" / str(case.number) / old.files[0].path
    file = NewFile(f"data/{old.folder}/{no} {old.title}.pdf", Original.of(path, ""), no)
    source = {**old.source, "moved_from": {"case": str(case.number), "record": record}}
    return Draft(Op.RECORD_FILED, {"record": entry}, "归错", (file,), source=source)


def _village(archive: Archive, number: CaseNo) -> object:
    applicant = archive.read(number).facts["applicant"]
    assert not isinstance(applicant, tuple)
    return applicant["village"]


def test_a_store_that_does_not_recover_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine can fail: without recovery, what a killed commit left behind is soon in the way."""
    monkeypatch.setattr(Archive, "_recover", lambda _, **__: Recovery())
    once = settings(
        SETTINGS, max_examples=100, phases=[Phase.generate], database=None, derandomize=True
    )  # it ends at the first it finds
    with pytest.raises((AssertionError, ArchivistError)):
        run_state_machine_as_test(Store, settings=once)


SETTINGS = settings(
    max_examples=examples(3, 150), stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
TestStore = Store.TestCase
TestStore.settings = SETTINGS
