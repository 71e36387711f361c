"""A machine of two clerks at one household: «after act+undo the case's state equals the state before, in everything a clerk sees»; undo of undo."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from archivist.api import cases, refiling, steps, undoing
from archivist.api.agenda import due
from archivist.api.case_file import show_case
from archivist.api.completeness import check
from archivist.api.next_acts import next_of_case
from archivist.errors import ArchivistError
from archivist.model.by import By
from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.filing import ACCEPTANCE, file_papers
from tests.kit import NOW, make_workspace, open_household
from tests.people import make_id
from tests.sampling import examples

CLERKS = ("林经办", "苏调查")
DAYS = st.sampled_from([dt.date(2024, 3, day) for day in (4, 5, 6, 7, 8)])
VALUES = {
    "applicant.phone": ("022-00001111", "022-00009999", ""),
    "applicant.village": ("样例里社区", "另一社区"),
    "applicant.hukou": ("城镇", "农村", ""),
    "application.cause": ("因病致贫", "因残致贫", ""),
    "application.kinship": ("否", "是", ""),
    "benefit.amount": ("1130", "900.5", ""),
    "members[1].covered": ("是", "否"),
    "members[1].health": ("健康", "一般", ""),
}
"""Facts that are told by hand, and values of them."""
PEOPLE = (("李小样", "子", make_id("19900305", "013")), ("李二样", "女", make_id("19920406", "026")))
TYPES = ("mat_id_card", "mat_household_register", "mat_medical_record", "other")
NOT_SEEN = ("events", "head", "former_names")
"""How long the chain is, and what a person is told stays: names once written down are found again."""


class Undoing(RuleBasedStateMachine):
    """Two clerks act and take back; the chain of the household only ever grows."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.workspace: Workspace = make_workspace(self.folder / "ws")
        self.minutes = 0
        self.chain: list[str] = []
        self.last: tuple[str, Any, Any] | None = None
        """Who acted last, and what a clerk saw before and after."""

    def teardown(self) -> None:
        self.workspace.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize()
    def open(self) -> None:
        """A household with its papers, filed by somebody who takes nothing back."""
        self.case = str(open_household(self.workspace).number)
        file_papers(self.workspace, CaseNo.parse(self.case), *ACCEPTANCE, by=By("钱档案", NOW))
        cases.change_facts(self.workspace, By("钱档案", NOW), self.case, [("application.kinship", "否")])
        self.chain = self._digests()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────
    @rule(
        who=st.sampled_from(CLERKS),
        told=st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True),
        data=st.data(),
    )
    def change(self, who: str, told: list[str], data: st.DataObject) -> None:
        pairs = [(path, data.draw(st.sampled_from(VALUES[path]))) for path in told]
        self._acted(who, lambda by: cases.change_facts(self.workspace, by, self.case, pairs))

    @rule(who=st.sampled_from(CLERKS), person=st.sampled_from(PEOPLE))
    def add(self, who: str, person: tuple[str, str, str]) -> None:
        row = len(show_case(self.workspace, self.case).facts["members"]) + 1
        told = zip(("name", "relation", "id_number"), person, strict=True)
        self._acted(who, lambda by: cases.change_facts(
            self.workspace, by, self.case, [(f"members[{row}].{key}", value) for key, value in told]
        ))  # fmt: skip

    @rule(who=st.sampled_from(CLERKS), on=DAYS, at=st.sampled_from(["", "09:30"]), data=st.data())
    def step(self, who: str, on: dt.date, at: str, data: st.DataObject) -> None:
        """A step that leads on; where some can be taken, one of these."""
        found = steps.possible_steps(self.workspace, self.case, on=on).steps
        ready = [one.step for one in found if not one.problems] or [one.step for one in found]
        if ready:
            step = data.draw(st.sampled_from(ready))
            self._acted(who, lambda by: steps.take_step(
                self.workspace, by, self.case, step, on=on, at=at, people=CLERKS, reason="按规定办理"
            ))  # fmt: skip

    @rule(
        who=st.sampled_from(CLERKS),
        on=st.none() | DAYS,
        people=st.sampled_from([(), CLERKS, CLERKS[:1]]),
        void=st.booleans(),
    )
    def correct(self, who: str, on: dt.date | None, people: tuple[str, ...], void: bool) -> None:
        taken = show_case(self.workspace, self.case).steps
        if taken:
            words: dict[str, Any] = {"void": True} if void else {"on": on, "people": people}
            self._acted(who, lambda by: steps.correct_step(
                self.workspace, by, self.case, taken[-1].event, reason="抄错", **words
            ))  # fmt: skip

    @rule(who=st.sampled_from(CLERKS), record=st.integers(1, len(ACCEPTANCE)), type_=st.sampled_from(TYPES))
    def retype(self, who: str, record: int, type_: str) -> None:
        self._acted(who, lambda by: refiling.retype_record(
            self.workspace, by, self.case, str(record), type_, reason="认错"
        ))  # fmt: skip

    # ── taking back ──────────────────────────────────────────────────────────────────────────────────────
    @precondition(lambda self: self.last)
    @rule(twice=st.booleans())
    def undo(self, twice: bool) -> None:
        """Who acted last takes it back: all is as it was; and once more: all is as it was made."""
        assert self.last
        who, before, after = self.last
        self._undone(who)
        assert self._seen() == before
        if twice:
            self._undone(who)
            assert self._seen() == after
        else:
            self.last = (who, after, before)

    @precondition(lambda self: self.last)
    @rule()
    def undo_of_the_other(self) -> None:
        """Whoever acted earlier takes back only what nobody stands on: what the last one changed is still so."""
        assert self.last
        (who,) = {*CLERKS} - {self.last[0]}
        before, after = self.last[1], self.last[2]
        try:
            planned = undoing.plan(self.workspace, self._by(who), self.case)
        except ArchivistError:
            return  # did nothing here yet
        if not planned.shown.possible:
            with suppress(ArchivistError):
                undoing.undo(self.workspace, self._by(who), planned)
                raise AssertionError("it was refused before")
            assert self._seen() == after
            return
        undoing.undo(self.workspace, self._by(who), planned)
        now = self._seen()
        for path in _changed(before["show"]["facts"], after["show"]["facts"]):
            assert _at(now["show"]["facts"], path) == _at(after["show"]["facts"], path), path
        if before["show"]["steps"] != after["show"]["steps"]:
            assert now["show"]["steps"] == after["show"]["steps"]
        self.last = (who, after, now)

    @invariant()
    def nothing_of_the_chain_is_changed(self) -> None:
        """«never deletes or rewrites anything in the chain»."""
        now = self._digests()
        assert now[: len(self.chain)] == self.chain
        self.chain = now

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────────
    def _acted(self, who: str, act: Callable[[By], object]) -> None:
        before, length = self._seen(), len(self._digests())
        with suppress(ArchivistError):
            act(self._by(who))
            if len(self._digests()) > length:
                self.last = (who, before, self._seen())

    def _undone(self, who: str) -> None:
        by = self._by(who)
        planned = undoing.plan(self.workspace, by, self.case)
        assert planned.shown.possible, planned.shown
        undoing.undo(self.workspace, by, planned)

    def _by(self, who: str) -> By:
        self.minutes += 1
        return By(who, NOW + dt.timedelta(minutes=self.minutes))

    def _digests(self) -> list[str]:
        return [str(digest) for _, digest in self.workspace.archive.chain(CaseNo.parse(self.case)).events]

    def _seen(self) -> dict[str, Any]:
        """Return everything a clerk sees of the household but the history itself, and the numbers of its events."""
        shown = show_case(self.workspace, self.case).as_json()
        for key in NOT_SEEN:
            del shown[key]
        for step in shown["steps"]:  # type: ignore[attr-defined]
            del step["event"], step["actor"]
        checked = check(self.workspace, [self.case], on=NOW.date()).as_json()
        for finding in checked["cases"][0]["findings"]:  # type: ignore[index]
            for evidence in finding["evidence"]:
                if evidence["kind"] == "step":
                    del evidence["ref"]
        return {
            "show": shown,
            "steps": steps.possible_steps(self.workspace, self.case, on=NOW.date()).as_json(),
            "due": due(self.workspace, on=NOW, case=self.case, days=None).as_json(),
            "check": checked,
            "next": next_of_case(self.workspace, self.case, on=NOW.date()).as_json(),
        }


def _changed(before: Any, after: Any) -> list[tuple[str, str]]:
    """Return group and field of the facts that differ; of a table its name and nothing more."""
    found = []
    for group in {*before, *after}:
        old, new = before.get(group, {}), after.get(group, {})
        if old == new:
            continue
        if isinstance(old or new, dict):
            found += [(group, key) for key in {*old, *new} if old.get(key) != new.get(key)]
        else:
            found.append((group, ""))
    return found


def _at(facts: Any, path: tuple[str, str]) -> Any:
    group, key = path
    return facts.get(group, {}).get(key) if key else facts.get(group)


TestUndoing = Undoing.TestCase
TestUndoing.settings = settings(max_examples=examples(3, 150), stateful_step_count=12)
