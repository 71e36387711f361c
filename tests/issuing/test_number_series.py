"""The series of reference numbers: unbroken, nothing twice, whoever gave the numbers and whatever became of them."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from archivist.api import documents
from archivist.api.ledger import document_numbers, make_vacant
from archivist.doctypes.catalogue import Numbering
from archivist.errors import ArchiveError, InvalidValue, UnlawfulDocument
from archivist.issuing import office_documents
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.number_series import NumberState, enter_vacant, series
from archivist.issuing.planned import BatchOutcome
from archivist.model.case import Case
from archivist.model.event import Event, Op
from archivist.model.ids import Sha256
from archivist.model.reference_numbers import (
    ReferenceNumber,
    SequenceEnds,
    YearNumbers,
    allocated,
    sequence_of,
)
from archivist.store import Draft, NewFile
from archivist.store.number_runs import NumberRun
from archivist.workspace import Workspace
from tests.households import households
from tests.issuing.numbers import all_explained, all_in_order, lose
from tests.kit import BY, TODAY, make_workspace
from tests.sampling import examples

SEQUENCE = sequence_of("红样救字")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def number(n: int, year: int = 2024) -> str:
    return f"红样救字〔{year}〕{n}号"


def make(workspace: Workspace, *cases: Case, **given: object) -> BatchOutcome:
    """Issue 受理通知书, with a number from the ledger unless one is given."""
    document = workspace.catalogue.get("受理通知书")
    if "doc_no" not in given:
        document = dataclasses.replace(document, doc_no=Numbering.REQUIRED)
    values = {c.number: given for c in cases}
    return issue(workspace, BY, plan(workspace, BY, document, [c.number for c in cases], values, on=TODAY))


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_number_by_hand_repeats_none_that_stands_in_a_file(workspace: Workspace) -> None:
    """“Numbers given by hand must not repeat one that exists …: refuse with where it is”."""
    one, two = households(workspace, 2, come_for="acceptance_notice")
    assert make(workspace, one).issued[0].doc_no == number(1)
    (refused,) = make(workspace, two, doc_no=number(1)).refused
    assert isinstance(refused.error, UnlawfulDocument)
    assert f"已用于 {one.number} 第 0001 件《受理通知书》" in str(refused.error)
    assert make(workspace, two, doc_no="红样救字（2024）9号").issued[0].doc_no == number(9)
    all_explained(workspace)


def test_a_number_by_hand_is_not_given_later(workspace: Workspace) -> None:
    """“… and must not collide later”: the sequence passes over it."""
    cases = households(workspace, 4, come_for="acceptance_notice")
    assert make(workspace, cases[0], doc_no=number(2)).issued
    assert [i.doc_no for i in make(workspace, *cases[1:]).issued] == [number(1), number(3), number(4)]
    lines = all_explained(workspace).lines
    assert [(line.number, line.by_hand) for line in lines] == [(1, False), (2, True), (3, False), (4, False)]


@pytest.mark.parametrize(
    ("text", "words"),
    [(number(5, 2023), "年份与成文日期"), (number(2), "是空号"), ("红样救字〔2024〕", "发文字号"), (number(1), "已用于机关文书《整改情况的报告》")],
)  # fmt: skip
def test_a_number_by_hand_that_may_not_be(workspace: Workspace, text: str, words: str) -> None:
    (case,) = households(workspace, 1, come_for="acceptance_notice")
    notice = dataclasses.replace(workspace.catalogue.get("rectification_report"), doc_no=Numbering.REQUIRED)
    given = {
        "rectification.summary": "逐户整改。", "rectification.conclusion": "整改完毕。",
        "rectification.rows": "|程序|补正|完成|2024-03-07|表|吴小雪",
    }  # fmt: skip
    office_documents.issue(workspace, BY, office_documents.plan(workspace, notice, given, on=TODAY))
    workspace.archive.allocate(SEQUENCE, 2024, workspace.stamp(BY))
    enter_vacant(workspace, BY, "写错作废")
    (refused,) = make(workspace, case, doc_no=text).refused
    assert words in str(refused.error)
    all_explained(workspace)


def test_one_number_by_hand_for_a_whole_job_is_refused(workspace: Workspace) -> None:
    """``--set doc_no=`` says the same to every household."""
    cases = households(workspace, 3, come_for="acceptance_notice")
    done = make(workspace, *cases, doc_no=number(8))
    assert done.issued == [] and all("3 户" in str(r.error) for r in done.refused)
    assert series(workspace).lines == ()


def test_a_number_by_hand_lost_with_its_run_may_be_given_again(workspace: Workspace) -> None:
    one, two = households(workspace, 2, come_for="acceptance_notice")
    stamp = workspace.stamp(BY)
    with workspace.archive.writing("经办"):
        run = workspace.archive.runs.begin(stamp)
        workspace.archive.runs.take_by_hand(run, ReferenceNumber.parse(number(7)), {}, stamp)
    run.release()
    workspace.archive.allocate("TJHQ-DX", 2024, stamp)
    (line,) = series(workspace).lines
    assert (line.state, line.by_hand) == (NumberState.VACANT, True)
    assert make(workspace, one, doc_no=number(7)).issued[0].doc_no == number(7)
    assert make(workspace, two, doc_no=number(7)).refused
    (line,) = all_explained(workspace).lines
    assert (line.state, line.case) == (NumberState.FILED, str(one.number))


def test_dry_run_says_what_a_run_says_of_a_number(workspace: Workspace) -> None:
    one, two = households(workspace, 2, come_for="acceptance_notice")
    make(workspace, one)
    with pytest.raises(UnlawfulDocument) as caught:
        documents.prepare(workspace, BY, "受理通知书", [str(two.number)], settings={"文书编号": number(1)})
    assert "已用于" in str(caught.value)


# ── numbers nobody explained ─────────────────────────────────────────────────────────────────────────────
def test_lost_numbers_are_shown_and_entered_by_a_command(workspace: Workspace) -> None:
    """“found at the next run of anything that takes numbers … and by a command”."""
    lose(workspace, 2)
    (case,) = households(workspace, 1, come_for="acceptance_notice")
    make(workspace, case)
    found = document_numbers(workspace)
    assert found.unexplained == (number(1), number(2))
    assert [(n.number, n.state_label) for n in found.numbers] == [
        (1, "没有着落"),
        (2, "没有着落"),
        (3, "在卷"),
    ]
    with pytest.raises(InvalidValue):
        make_vacant(workspace, BY, " ")
    made = make_vacant(workspace, BY, "断电", year=2024)
    assert made.made_vacant == (number(1), number(2)) and made.unexplained == ()
    assert [(n.state_label, n.reason) for n in made.numbers[:2]] == [("空号", "断电")] * 2
    (event,) = [e for e in workspace.archive.ledger_events() if e.op is Op.NUMBERS_VACANT]
    assert (event.data["numbers"], event.data["sequence"], event.data["year"], event.reason) == (
        [1, 2],
        SEQUENCE,
        2024,
        "断电",
    )
    assert make_vacant(workspace, BY, "断电").made_vacant == ()
    all_explained(workspace)


def test_nothing_is_called_vacant_while_a_file_is_missing(workspace: Workspace, tmp_path: Path) -> None:
    """The paper that bears the number may stand in the very file that cannot be read."""
    (case,) = households(workspace, 1, come_for="acceptance_notice")
    make(workspace, case)
    lose(workspace, 1)
    shutil.move(workspace.archive.folder(case.number), tmp_path / "aside")
    with pytest.raises(ArchiveError) as caught:
        enter_vacant(workspace, BY, "断电")
    assert str(case.number) in str(caught.value)
    shutil.move(tmp_path / "aside", workspace.archive.cases / str(case.number))
    event = workspace.archive.folder(case.number) / "events/000002.json"
    whole = event.read_bytes()
    event.write_bytes(whole.replace(b"2024", b"2025"))
    with pytest.raises(ArchiveError):
        enter_vacant(workspace, BY, "断电")
    assert document_numbers(workspace).unread
    event.write_bytes(whole)
    assert enter_vacant(workspace, BY, "断电") == (number(2),)


# ── whatever happens ─────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Living:
    """A run that lives, in a workspace of its own, and what it holds."""

    workspace: Workspace
    run: NumberRun


class Ledger(RuleBasedStateMachine):
    """Runs take numbers, use them, die and end; people give numbers by hand; the series stays whole."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.workspace = make_workspace(self.folder / "ws")
        self.living: list[Living] = []
        self.given: set[int] = set()

    @initialize()
    def opened(self) -> None:
        self.cases = households(self.workspace, 2)

    def teardown(self) -> None:
        for one in self.living:
            one.run.release()
            one.workspace.close()
        self.workspace.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @precondition(lambda self: len(self.living) < 3)
    @rule()
    def begin(self) -> None:
        workspace = Workspace.open(self.folder / "ws")
        with workspace.archive.writing("经办"):
            self.living.append(Living(workspace, workspace.archive.runs.begin(workspace.stamp(BY))))

    def _one(self, data: st.DataObject) -> Living:
        return data.draw(st.sampled_from(self.living))

    @precondition(lambda self: self.living)
    @rule(data=st.data(), count=st.integers(1, 4))
    def take(self, data: st.DataObject, count: int) -> None:
        one = self._one(data)
        runs, stamp = one.workspace.archive.runs, one.workspace.stamp(BY)
        cases = {"cases": [str(self.cases[0].number)] * count}
        with one.workspace.archive.writing("经办"):
            taken = runs.take(one.run, SEQUENCE, 2024, count, cases, stamp)
        numbers = [t.number for t in taken]
        assert len(numbers) == count and self.given.isdisjoint(numbers), "a number was given twice"
        self.given |= set(numbers)

    @precondition(lambda self: self.living)
    @rule(data=st.data(), wanted=st.integers(1, 30))
    def by_hand(self, data: st.DataObject, wanted: int) -> None:
        one = self._one(data)
        archive, stamp = one.workspace.archive, one.workspace.stamp(BY)
        free = not archive.ledgers.numbers(2024).is_taken(ReferenceNumber.of(SEQUENCE, 2024, wanted))
        purpose = {"cases": [str(self.cases[1].number)]}
        with archive.writing("经办"):
            try:
                archive.runs.take_by_hand(one.run, ReferenceNumber.of(SEQUENCE, 2024, wanted), purpose, stamp)
            except ArchiveError:
                assert not free
            else:
                assert free or wanted not in self.given
                self.given.add(wanted)

    @precondition(lambda self: any(one.run.open for one in self.living))
    @rule(data=st.data())
    def file(self, data: st.DataObject) -> None:
        """A document bears one of the numbers that a run holds."""
        one = data.draw(st.sampled_from([one for one in self.living if one.run.open]))
        name = data.draw(st.sampled_from(sorted(one.run.open)))
        taken = one.workspace.archive.ledgers.numbers(2024).allocation(SEQUENCE, name.number)
        assert taken is not None
        case = next(c for c in self.cases if str(c.number) == taken.case(name.number))
        bear(one.workspace, case, str(name))
        one.run.bear(name)

    @precondition(lambda self: self.living)
    @rule(data=st.data(), killed=st.booleans())
    def end(self, data: st.DataObject, killed: bool) -> None:
        one = self._one(data)
        self.living.remove(one)
        if not killed:
            with one.workspace.archive.writing("经办"):
                one.workspace.archive.runs.end(one.run, one.workspace.stamp(BY))
        one.run.release()
        one.workspace.close()

    @invariant()
    def nothing_twice_and_what_lives_is_left_alone(self) -> None:
        found = series(self.workspace)
        assert not found.repeated
        held = {str(n) for one in self.living for n in one.run.open}
        states = {line.doc_no: line.state for line in found.lines}
        assert all(states[name] is NumberState.IN_PROGRESS for name in held)

    @rule()
    def whoever_takes_numbers_next(self) -> None:
        """“found at the next run of anything that takes numbers”: then nothing is unexplained."""
        self.workspace.archive.allocate("TJHQ-DX", 2024, self.workspace.stamp(BY))
        found = series(self.workspace)
        assert not found.unexplained
        assert len(list(self.workspace.archive.runs.folder.iterdir())) == len(self.living)
        all_in_order(found.lines)


def bear(workspace: Workspace, case: Case, doc_no: str) -> None:
    """File a document that bears a number, as if it had been issued."""

    def draft(now: Case) -> Draft:
        no = now.next_record()
        entry = {"no": no, "type": "acceptance_notice", "title": "受理通知书", "folder": "02 受理", "status": "filed",
                 "data": {"doc_no": doc_no, "template_sha256": "0"}}  # fmt: skip
        return Draft(
            Op.DOCUMENT_ISSUED, {"record": entry}, files=(NewFile(f"data/02 受理/{no}.txt", b"1", no),)
        )

    workspace.commit(case.number, draft, BY)


def test_the_series_is_whole_whatever_happens() -> None:
    """“never a number twice or unexplained”."""
    run_state_machine_as_test(
        Ledger, settings=settings(max_examples=examples(3, 80), stateful_step_count=20, deadline=None)
    )


@dataclass
class _Told:
    seq: int = 0

    def event(self, op: Op, data: dict[str, Any]) -> Event:
        self.seq += 1
        return Event(self.seq, Sha256("0" * 64), "2024-03-08T10:30:00+08:00", "经办", op, data, "中断")


def test_the_next_numbers_pass_over_those_by_hand() -> None:
    told, numbers, ends = _Told(), YearNumbers(), SequenceEnds()
    for chosen in (2, 3, 6):
        (data,) = allocated(SEQUENCE, 2024, [chosen], {"by_hand": True})
        event = told.event(Op.NUMBERS_ALLOCATED, data)
        numbers.apply(event)
        ends.apply(event)
    assert ends.next(SEQUENCE, 4) == (1, 4, 5, 7)
    assert SequenceEnds.from_plain(ends.to_plain()) == ends
    taken = list(allocated(SEQUENCE, 2024, ends.next(SEQUENCE, 4), {"cases": list("甲乙丙丁")}))
    assert [(d["first"], d["last"], d["cases"]) for d in taken] == [
        (1, 1, ["甲"]),
        (4, 5, ["乙", "丙"]),
        (7, 7, ["丁"]),
    ]
    for data in taken:
        numbers.apply(told.event(Op.NUMBERS_ALLOCATED, data))
    assert numbers.last(SEQUENCE) == 7 and [n for _, n in numbers.taken()] == list(range(1, 8))
    found = numbers.allocation(SEQUENCE, 5)
    assert found is not None and found.case(5) == "丙"
