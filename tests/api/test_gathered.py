"""What a process keeps of all households is what it would work out of nothing, whatever was done; and after one change it reads one household."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from archivist.api import agenda, cases, holds, undoing
from archivist.api.agenda import LimitView
from archivist.api.case_list import ListedCase, ListOrder, list_cases
from archivist.api.gathered import LONGEST, Gathered
from archivist.api.retention import retention_list
from archivist.errors import ArchivistError
from archivist.model.by import By
from archivist.model.ids import CaseNo, Category
from archivist.preservation import passed_over
from archivist.procedure import case_sights
from archivist.procedure.case_sights import SightMemory, read_sights, rules_stamp
from archivist.procedure.closing import deregister
from archivist.rules.step_rows import leading_on
from archivist.search import agenda_cache
from archivist.store import Archive
from archivist.store.durable_files import FileStamp
from archivist.workspace import Workspace
from benchmarks import due as office_of
from tests.filing import ACCEPTED, file_papers, take, walk
from tests.kit import BY, NOW, make_workspace, open_another, open_household
from tests.sampling import examples

DAYS = (7, agenda.DAYS, None)
"""The glance beside the menu, 期限, its month."""
TOGGLED = {
    'pack = "tianjin-hongqiao"': 'pack = "national"',
    'DB = "1130"': 'DB = "1200"',
    'name = "样例街道办事处"': 'name = "另样街道办事处"',
}
"""Settings that are changed, and changed back."""
PEOPLE = ("004", "008", "012", "016", "020")
VALUES = {
    "applicant.name": ("王秀兰", "王秀岚"),
    "applicant.village": ("样例里社区", "另一社区"),
    "application.urgent": ("是", "否"),
}
AS_IT_IS = FileStamp.is_settled


class Gathering(RuleBasedStateMachine):
    """Everything that is done to an office, by this program and beside it; what is kept is asked for after each."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.root = self.folder / "ws"
        self.kept = Gathered()
        self.now = NOW
        self.opened: list[CaseNo] = []
        self.elsewhere: list[CaseNo] = []

    def teardown(self) -> None:
        FileStamp.is_settled = AS_IT_IS  # type: ignore[method-assign]
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize(settled=st.booleans())
    def begin(self, settled: bool) -> None:
        """An office with two households, one in a hurry; in half of the runs what was just written counts as written long ago, so that answers are kept."""
        if settled:
            FileStamp.is_settled = lambda *_: True  # type: ignore[method-assign]
        with make_workspace(self.root) as workspace:
            ordinary = take(workspace, open_household(workspace), "submit submitted 2024-03-04", ACCEPTED)
            hurried = open_another(workspace, "099", Category.JN, urgent=True)
            take(workspace, hurried, "submit submitted 2024-03-07 16:40")
            self.opened = [ordinary.number, hurried.number]

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────────
    @precondition(lambda self: len(self.opened) < len(PEOPLE))
    @rule(category=st.sampled_from([Category.DB, Category.TK, Category.JN]), urgent=st.booleans())
    def open(self, category: Category, urgent: bool) -> None:
        self._do(
            lambda w: self.opened.append(
                open_another(w, PEOPLE[len(self.opened) - 1], category, urgent=urgent).number
            )
        )

    @rule(data=st.data(), at=st.sampled_from(["", " 09:10", " 16:40"]), followed=st.booleans())
    def step(self, data: st.DataObject, at: str, followed: bool) -> None:
        """A step as it is recorded; or one of which the index was not told."""
        number, state = (
            self._one(data),
            data.draw(st.sampled_from(["submitted", "accepted", "verifying", "in_benefit"])),
        )
        step = {"submitted": "submit", "accepted": "accept", "verifying": "verify", "in_benefit": "pay"}[
            state
        ]
        trail = f"{step} {state} {self.now:%Y-%m-%d}{at}"
        self._do(lambda w: take(w, w.archive.read(number), trail, followed=followed))

    @rule(data=st.data(), which=st.integers(0, 3))
    def lead_on(self, data: st.DataObject, which: int) -> None:
        """A step that leads on, with the facts it sets."""
        number = self._one(data)

        def act(workspace: Workspace) -> None:
            ways = leading_on(workspace.pack, workspace.archive.read(number), self.now.date())
            if ways:
                walk(workspace, number, (ways[which % len(ways)].id, f"{self.now:%Y-%m-%d}", ()))

        self._do(act)

    @rule(data=st.data(), path=st.sampled_from(sorted(VALUES)))
    def set(self, data: st.DataObject, path: str) -> None:
        number, value = str(self._one(data)), data.draw(st.sampled_from(VALUES[path]))
        self._do(lambda w: cases.change_facts(w, self._by(), number, [(path, value)], reason="核实"))

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        number = str(self._one(data))
        self._do(lambda w: undoing.undo(w, self._by(), undoing.plan(w, self._by(), number)))

    @rule(data=st.data())
    def file(self, data: st.DataObject) -> None:
        number = self._one(data)
        self._do(lambda w: file_papers(w, number, "mat_id_card"))

    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        number = self._one(data)
        self._do(lambda w: deregister(w, self._by(), number, on=self.now.date(), reason="自愿退出"))

    @rule(days=st.integers(1, 40))
    def hold(self, days: int) -> None:
        """A hold of the ledger, on many households."""
        told = holds.order("审计", until="审计结束", review_on=self.now.date() + dt.timedelta(days=days))
        self._do(lambda w: holds.declare_hold(w, self._by(), told, "category=DB"))

    @rule(changed=st.sampled_from(sorted(TOGGLED)))
    def settings(self, changed: str) -> None:
        path = self.root / "archivist.toml"
        text, other = path.read_text(encoding="utf-8"), TOGGLED[changed]
        path.write_text(
            text.replace(changed, other) if changed in text else text.replace(other, changed),
            encoding="utf-8",
        )

    @rule(
        length=st.sampled_from(
            [dt.timedelta(minutes=40), dt.timedelta(hours=9), dt.timedelta(days=1), dt.timedelta(days=30)]
        )
    )
    def wait(self, length: dt.timedelta) -> None:
        self.now += length

    @rule()
    def index_again(self) -> None:
        self._do(lambda w: w.index.rebuild())

    # ── what is damaged ──────────────────────────────────────────────────────────────────────────────────
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """A household's folder is somewhere else; or back."""
        folder = self.root / "archive/cases"
        if self.elsewhere:
            name = str(self.elsewhere.pop())
            shutil.move(self.folder / name, folder / name)
        else:
            self.elsewhere.append(self._one(data))
            shutil.move(folder / str(self.elsewhere[0]), self.folder / str(self.elsewhere[0]))

    # ── what must hold ───────────────────────────────────────────────────────────────────────────────────
    @invariant()
    def what_is_kept_is_what_would_be_worked_out(self) -> None:
        """«Only those that changed are worked out anew», and the answer is the same, what is 未检 included."""
        kept, on, day = self.kept, self.now, self.now.date()
        assert self._told(
            partial(kept.due, on=on), partial(kept.cases, on=day), partial(kept.retained, on=day, at=on)
        ) == self._told(
            partial(agenda.due, on=on), partial(list_cases, on=day), partial(retention_list, on=day)
        )

    # ── how it is done ───────────────────────────────────────────────────────────────────────────────────
    def _do(self, act: Callable[[Workspace], object]) -> None:
        """Do something as another process would; what may not be done is left."""
        with Workspace.open(self.root) as workspace, suppress(ArchivistError):
            act(workspace)

    def _told(
        self, due: Callable[..., object], listed: Callable[..., object], retained: Callable[..., object]
    ) -> list[object]:
        """Return what is said of each stretch of days, in each order and of what is kept how long, or why nothing is."""
        with Workspace.open(self.root) as workspace:
            questions = [partial(due, days=days) for days in DAYS]
            questions += [*(partial(listed, order=order) for order in ListOrder), partial(retained)]
            told: list[object] = []
            for question in questions:
                try:
                    told.append(question(workspace))
                except ArchivistError as error:
                    told.append(str(error))
            return told

    def _one(self, data: st.DataObject) -> CaseNo:
        return data.draw(st.sampled_from(self.opened))

    def _by(self) -> By:
        return By("林经办", self.now)


TestGathering = Gathering.TestCase
TestGathering.settings = settings(max_examples=examples(8, 150), stateful_step_count=12)


# ── how much is done ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(params=[12, 48])
def office(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small office and one four times as large, whose files count as written long ago."""
    monkeypatch.setattr(FileStamp, "is_settled", lambda *_: True)
    office_of.make(tmp_path / "office", request.param).close()
    yield tmp_path / "office"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return what is done from now on, counted."""
    done = Counter[str]()

    def counts(owner: object, name: str, how_much: Callable[..., int] = lambda *_: 1) -> None:
        real = getattr(owner, name)

        def noted(*args: Any, **named: Any) -> Any:
            done[name] += how_much(*args)
            return real(*args, **named)

        monkeypatch.setattr(owner, name, noted)

    counts(Archive, "read")
    counts(case_sights, "worked_out")
    counts(agenda_cache, "bodies", lambda _catalogue, _rules, asked: len(asked))
    counts(passed_over, "state_of")
    counts(LimitView, "of")
    counts(ListedCase, "of")
    return done


def _all(root: Path, kept: Gathered) -> tuple[object, ...]:
    """Ask what the frame, 期限, its month and the list of households ask."""
    with Workspace.open(root) as workspace:
        limits = [kept.due(workspace, on=office_of.NOW, days=days) for days in DAYS]
    with Workspace.open(root) as workspace:
        return (*limits, kept.cases(workspace, on=office_of.NOW.date(), order=ListOrder.DUE))


def _renamed(root: Path, name: str, number: int = 0) -> CaseNo:
    with Workspace.open(root) as workspace:
        case = sorted(workspace.archive.case_numbers())[number]
        cases.change_facts(workspace, BY, str(case), [("applicant.name", name)], reason="核对户口簿")
    return case


def test_after_one_change_one_household_is_read(office: Path, work: Counter[str]) -> None:
    """«Only those that changed are worked out anew»: as much is done in the larger office as in the smaller."""
    kept = Gathered()
    _all(office, kept)
    case = _renamed(office, "王秀岚")
    work.clear()
    *_, month, listed = _all(office, kept)
    limits = sum(e.case == str(case) for e in month.entries)  # type: ignore[attr-defined]
    assert limits and sum(e.applicant == "王秀岚" for e in month.entries) == limits  # type: ignore[attr-defined]
    assert [one.case for one in listed.cases if one.applicant == "王秀岚"] == [str(case)]  # type: ignore[attr-defined]
    assert work == {"read": 1, "worked_out": 1, "bodies": 1, "of": limits + 1}
    work.clear()
    _all(office, kept)
    assert not +work


def test_after_one_change_the_list_of_retention_looks_at_one_file(office: Path, work: Counter[str]) -> None:
    """«Files a process passed over a moment ago, which it need not look at again for a while unless their chains have other heads»."""

    def looked(at: dt.datetime) -> int:
        """Return at how many files was looked."""
        work.clear()
        with Workspace.open(office) as workspace:
            found = kept.retained(workspace, on=at.date(), at=at)
            files = work["state_of"]
            assert found == retention_list(workspace, on=at.date())
        return files

    kept, now = Gathered(), office_of.NOW
    every = looked(now)
    _renamed(office, "王秀岚")
    assert (every, looked(now), looked(now)) == (len([*office.glob("archive/cases/*")]), 1, 0)
    assert looked(now + LONGEST) == every, "damage without an event shows only so"


def test_another_day_reads_no_household(office: Path, work: Counter[str]) -> None:
    """«Only how they stand to the day is worked out when asked»."""
    kept = Gathered()
    _all(office, kept)
    work.clear()
    with Workspace.open(office) as workspace:
        tomorrow = office_of.NOW + dt.timedelta(days=1)
        found = kept.due(workspace, on=tomorrow, days=None)
        assert work["of"] == len(found.entries) and not work["read"] and not work["worked_out"]
        assert found == agenda.due(workspace, on=tomorrow, days=None)


def test_what_was_worked_out_goes_into_the_catalogue_together(tmp_path: Path, work: Counter[str]) -> None:
    """«``SAVED_TOGETHER`` go there in one go»: a process that forgets saves at once, one that remembers when it has some."""
    office_of.make(tmp_path / "office", 4).close()
    root = tmp_path / "office"
    memory = SightMemory(saved_together=2)

    def asked(memory: SightMemory | None) -> int:
        """Return how many chains were read."""
        work.clear()
        with Workspace.open(root) as workspace:
            unread: list[str] = []
            assert len(read_sights(workspace, None, unread, None, memory=memory)) == 4 and unread == []
        return work["read"]

    assert asked(None) == 4 and asked(memory) == 0
    _renamed(root, "王一", 0)
    assert asked(memory) == 1 and asked(memory) == 0 and asked(SightMemory(saved_together=9)) == 1, (
        "it was not saved"
    )
    _renamed(root, "王二", 1)
    assert asked(memory) == 1 and asked(SightMemory(saved_together=9)) == 0, "both were saved"
    _renamed(root, "王三", 2)
    assert asked(None) == 1 and asked(memory) == 0, "what another saved is taken"


def test_nothing_is_kept_of_a_household_that_is_gone(tmp_path: Path) -> None:
    """«What is gone leaves nothing here»."""
    memory = SightMemory()
    with make_workspace(tmp_path / "ws") as workspace:
        gone, there = open_household(workspace), open_another(workspace, "004")
        _read_all(workspace, memory)
        rules = rules_stamp(workspace.pack)
        assert memory.known(rules, closed=False).keys() == {str(gone.number), str(there.number)}
        shutil.rmtree(workspace.archive.folder(gone.number))
        workspace.index.catch_up()
        _read_all(workspace, memory)
        assert memory.known(rules, closed=False).keys() == {str(there.number)}
        assert "王" in str(vars(memory)) and str(gone.number) not in str(vars(memory))


def _read_all(workspace: Workspace, memory: SightMemory) -> None:
    for closed in (False, True):
        read_sights(workspace, None, [], None, closed=closed, memory=memory)
