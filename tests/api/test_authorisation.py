"""The one gate: which use cases ask it, what it asks, and what it says."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FunctionType

import pytest

from archivist import api
from archivist.api.authorisation import UNCHECKED, require, require_two, unchecked_today
from archivist.api.cases import change_facts
from archivist.api.identification import identified
from archivist.errors import InvalidValue, NotIdentified, RoleMissing, UnknownActor
from archivist.model.by import By, KnownBy
from archivist.model.permissions import BY_DOCUMENT, BY_PACK, EVERYBODY, MAY, Act
from archivist.model.roles import HELD, Role
from archivist.workspace import Workspace
from tests.kit import BY, NOW, make_workspace, open_household

LOOKS = {
    "backups.drill": "restores into a folder of its own, which is gone again",
    "cases.plan_deregistration": "says what would be left open",
    "documents.prepare": "plans and renders in memory",
    "undoing.plan": "says what somebody did last, and the opposite of it",
    "undoing.take_back_filing": "looks, and does what undoing.undo does",
    "undoing.undo": "does the opposite through that act's own use case, whose gate is asked (tests/api/test_undoing.py)",
    "doing.plan": "examines how far a household goes",
    "rosters.check_roster": "looks a roster over",
    "household_changes.plan_merger": "says what a merger would change",
    "next_acts.after_in": "says what comes next",
    "searching.reindex": "writes to the index alone, which is made from the archive",
    "diagnosis.diagnose": "heals what a crash left behind, as every writer does",
    "steps.plan_step": "examines a step",
    "identification.identified": "finds out who acts, for the gate",
    "access.entries": "reads, and asks the gate itself",
    "access.record": "enters who was shown what, of everybody who looks",
    "people.prove": "finds out who acts, for the gate",
    "people.remembered": "finds out who acts, for the gate",
    "authorisation.require": "the gate",
    "authorisation.require_two": "the gate",
    "authorisation.require_pair": "the gate",
    "authorisation.require_another": "the gate",
    "page_preferences.prefer": "how somebody wants the page: it concerns no file and no case",
    "given_papers.file_signed": "files the form of an act, for the use case whose gate that act is",
    "exporting.household_workbook": "writes nothing, and asks the gate itself; the access log has it first",
    "exporting.export_everything": "writes outside the archive, and asks the gate itself; the access log has it first",
    "printing.print_queue": "puts papers into one file outside the archive; the access log has them first",
    "finishing.plan": "says what finishing would make of a file",
    "authorisation.at_post": "the gate",
    "authorisation.unchecked_today": "the gate",
}
"""Use cases that are told who asks and write nothing to the archive, and why."""


ASKED_WITHIN = {
    Act.READ_ACCESS,
    Act.ACCEPT_LOSS,
    Act.LOOK_UNLOGGED,
    Act.SEE_NUMBERS,
    Act.IGNORE_CLOCK,
    Act.EXPORT,
    Act.DROP_SEARCH,
}
"""Acts that are asked about within a use case, or by the face where it cannot keep the access log, or with another."""


def told_who() -> Iterator[tuple[str, FunctionType]]:
    """Yield every public function of the rooms of use cases that is told by whom it is done."""
    for room in api.__all__:
        module = importlib.import_module(f"archivist.api.{room}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or inspect.unwrap(function).__module__ != module.__name__:
                continue
            said = inspect.signature(function).parameters.values()
            if any("By" in str(p.annotation).replace("[", " ").replace("]", " ").split() for p in said):
                yield f"{room}.{name}", function


def test_no_writing_use_case_is_left_out() -> None:
    """A test that no writing api function is left out of the table."""
    functions = dict(told_who())
    assert len(functions) > 30
    open_to_all = {name for name, function in functions.items() if not hasattr(function, "act")}
    assert open_to_all == set(LOOKS)


def test_every_act_of_the_table_is_somebody_s() -> None:
    """One table: every act has its roles, its words, and a use case that asks for it."""
    assert set(MAY) == set(Act) and all(MAY[act] for act in Act)
    assert all(act.label for act in Act) and len({act.label for act in Act}) == len(Act)
    assert {function.act for _, function in told_who() if hasattr(function, "act")} | ASKED_WITHIN == set(Act)
    assert set(Act) >= BY_PACK | BY_DOCUMENT
    assert all(roles <= EVERYBODY for roles in MAY.values())


# ── what the gate asks ───────────────────────────────────────────────────────────────────────────────────
def staffed(folder: Path, people: str, options: str = "") -> Workspace:
    """Return a workspace with some people, as ``archivist.toml`` says them."""
    made = make_workspace(folder)
    made.close()
    path = folder / "archivist.toml"
    path.write_text(path.read_text(encoding="utf-8") + options + people, encoding="utf-8")
    return Workspace.open(folder)


def person(name: str, *roles: Role, **more: str) -> str:
    """Return somebody's table of the settings; values as TOML has them."""
    rows = [
        f'name = "{name}"',
        f"roles = {[r.value for r in roles]}",
        *(f"{k} = {v}" for k, v in more.items()),
    ]
    return "\n[[people]]\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("act", list(Act))
def test_whoever_has_none_of_the_roles_is_refused(tmp_path: Path, act: Act) -> None:
    """Roles bind every command that decides, issues, voids, …: by the table, whatever else somebody is."""
    names = {role: f"某{n}" for n, role in enumerate(HELD)}
    workspace = staffed(
        tmp_path, "".join(person(name, role) for role, name in names.items()) + person("无岗")
    )
    for role, name in names.items():
        if role in MAY[act]:
            require(workspace, By(name, NOW), act)
        else:
            with pytest.raises(RoleMissing, match=act.label[:2]) as refused:
                require(workspace, By(name, NOW), act)
            assert all(f"“{may.label}”" in str(refused.value) for may in MAY[act])
    with pytest.raises(RoleMissing):
        require(workspace, By("无岗", NOW), act)


@pytest.mark.parametrize("name", ["张三丰", "林经", "林 经办", "lin", "林经办林经办"])
def test_a_name_nobody_has_is_refused_with_those_like_it(tmp_path: Path, name: str) -> None:
    """Names not in [[people]] are refused for writing with a list of near names."""
    workspace = staffed(
        tmp_path, person("林经办", Role.INTAKE, account='"lin"') + person("苏调查", Role.INTAKE)
    )
    with pytest.raises(UnknownActor) as refused:
        require(workspace, By(name, NOW), Act.FILE)
    assert (any("林经办" in line for line in refused.value.problems)) == ("林" in name)


@pytest.mark.parametrize(
    ("more", "may"),
    [
        ({"since": "2024-03-08"}, True),
        ({"since": "2024-03-09"}, False),
        ({"until": "2024-03-08"}, True),
        ({"until": "2024-03-07"}, False),
    ],
)
def test_who_is_not_at_the_post_does_not_act(tmp_path: Path, more: dict[str, str], may: bool) -> None:
    """Whoever left, or is still to come, is nobody here on that day."""
    workspace = staffed(tmp_path, person("林经办", Role.INTAKE, **more))
    if may:
        require(workspace, BY, Act.FILE)
    else:
        with pytest.raises(UnknownActor, match="不在岗"):
            require(workspace, BY, Act.FILE)


def test_who_came_back_has_the_roles_of_today(tmp_path: Path) -> None:
    """One who came back has more than one row: those of the day count."""
    rows = person("林经办", Role.APPROVER, until="2023-12-31") + person(
        "林经办", Role.INTAKE, since="2024-01-01"
    )
    workspace = staffed(tmp_path, rows)
    require(workspace, BY, Act.FILE)
    with pytest.raises(RoleMissing):
        require(workspace, BY, Act.REOPEN)
    with pytest.raises(RoleMissing):
        require(workspace, replace(BY, time=NOW.replace(year=2023)), Act.FILE)


def test_a_refused_act_changes_nothing(tmp_path: Path) -> None:
    """The use case does not begin; a trial run is open to all."""
    made = make_workspace(tmp_path)
    case = open_household(made)
    made.close()
    workspace = staffed_again(tmp_path, person("苏调查", Role.PANEL))
    for by in (BY, By("苏调查", NOW)):
        with pytest.raises((UnknownActor, RoleMissing)):
            change_facts(workspace, by, str(case.number), [("applicant.phone", "022-1")])
    assert workspace.archive.read(case.number).seq == case.seq


def staffed_again(folder: Path, people: str) -> Workspace:
    """Return a workspace that exists, with some people."""
    path = folder / "archivist.toml"
    path.write_text(path.read_text(encoding="utf-8") + people, encoding="utf-8")
    return Workspace.open(folder)


def test_without_people_it_is_said_once_a_day(tmp_path: Path) -> None:
    """Without [[people]] the program says once a day that roles are not checked; per workspace."""
    workspace = make_workspace(tmp_path / "a")
    (tmp_path / "a/index").mkdir(exist_ok=True)
    require(workspace, By("谁都行", NOW), Act.REOPEN)
    assert [unchecked_today(workspace, BY) for _ in range(3)] == [UNCHECKED, "", ""]
    tomorrow = replace(BY, time=NOW.replace(day=9))
    assert [unchecked_today(workspace, tomorrow) for _ in range(2)] == [UNCHECKED, ""]
    (tmp_path / "a/index/roles_unchecked").write_bytes(b"\xff\xfe")
    assert unchecked_today(workspace, tomorrow) == UNCHECKED
    other = make_workspace(tmp_path / "b")
    assert unchecked_today(other, BY) == UNCHECKED
    assert unchecked_today(staffed(tmp_path / "c", person("林经办", Role.INTAKE)), BY) == ""


# ── by what somebody is known ────────────────────────────────────────────────────────────────────────────
PEOPLE = (
    person("林经办", Role.INTAKE, account='"lin"')
    + person("苏调查", Role.INTAKE, account='"su"')
    + person("甲", Role.INTAKE, account='"qiantai"')
    + person("乙", Role.INTAKE, account='"qiantai"')
    + person("丙", Role.INTAKE)
    + person("丁", Role.INTAKE, account='"lin"', until="2023-12-31")
)


@pytest.mark.parametrize(
    ("named", "account", "actor", "known_by", "registered"),
    [
        ("林经办", "lin", "林经办", KnownBy.ACCOUNT, ""),
        ("", "lin", "林经办", KnownBy.ACCOUNT, ""),
        ("苏调查", "lin", "苏调查", None, "su"),
        ("甲", "qiantai", "甲", None, ""),  # the account of two says of neither who sits there
        ("", "qiantai", "qiantai", None, ""),
        ("甲", "lin", "甲", None, "qiantai"),
        ("丙", "lin", "丙", None, ""),
        ("丁", "lin", "丁", None, ""),  # left
        ("", "root", "root", None, ""),
        ("", "", "unknown", None, ""),
    ],
)
def test_what_the_account_says_of_who_acts(
    tmp_path: Path, named: str, account: str, actor: str, known_by: KnownBy | None, registered: str
) -> None:
    """account: people row's account equals the OS account; told in the event where it is another's."""
    workspace = staffed(tmp_path, PEOPLE)
    by = By(named or account or "unknown", NOW, account=account)
    found = identified(workspace, by, named=bool(named))
    assert (found.actor, found.known_by, found.registered_account) == (actor, known_by, registered)


def test_another_s_account_is_told_or_refused(tmp_path: Path) -> None:
    """Acting as somebody whose account is another one without PIN is refused or told (option)."""
    by = By("林经办", NOW, account="su", registered_account="lin")
    require(staffed(tmp_path / "a", PEOPLE), by, Act.FILE)
    strict = staffed(tmp_path / "b", PEOPLE, 'other_account = "refuse"\n')
    with pytest.raises(NotIdentified, match="lin"):
        require(strict, by, Act.FILE)
    require(strict, replace(by, registered_account=""), Act.FILE)


# ── two people ───────────────────────────────────────────────────────────────────────────────────────────
FOUR = (
    person("赵主任", Role.APPROVER)
    + person("孟档案", Role.ARCHIVIST)
    + person("孙档案", Role.ARCHIVIST)
    + person("林经办", Role.INTAKE)
)


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("赵主任", "孟档案", None),
        ("孟档案", "赵主任", None),
        ("孟档案", "孙档案", RoleMissing),  # neither decides
        ("赵主任", "林经办", RoleMissing),
        ("赵主任", "查无此人", UnknownActor),
        ("赵主任", "赵主任", InvalidValue),
        ("赵主任", " 赵 主任", InvalidValue),
        ("赵主任", "赵\u200b主任", InvalidValue),
    ],
)
def test_two_people_of_whom_one_decides(
    tmp_path: Path, first: str, second: str, refused: type[Exception] | None
) -> None:
    """Verify --accept needs two different people; one person does not lift an integrity alarm."""
    workspace = staffed(tmp_path, FOUR)
    if refused is None:
        assert require_two(workspace, By(first, NOW), By(second, NOW), Act.ACCEPT_FINDINGS) == ()
    else:
        with pytest.raises(refused):
            require_two(workspace, By(first, NOW), By(second, NOW), Act.ACCEPT_FINDINGS)


@pytest.mark.parametrize("people", ["", person("孟档案", Role.ARCHIVIST)])
@pytest.mark.parametrize(
    ("second", "same"), [("乙", False), ("孟档案", True), ("孟档 案", True), ("\ufeff孟档案", True)]
)
def test_of_fewer_than_two_only_the_names_are_compared(
    tmp_path: Path, people: str, second: str, same: bool
) -> None:
    """With fewer than two people in [[people]] it still takes two names and says that they are not checked."""
    workspace = staffed(tmp_path, people)
    if same:
        with pytest.raises(InvalidValue):
            require_two(workspace, By("孟档案", NOW), By(second, NOW), Act.ACCEPT_FINDINGS)
    else:
        (warning,) = require_two(workspace, By("孟档案", NOW), By(second, NOW), Act.ACCEPT_FINDINGS)
        assert "没有核对" in warning


@pytest.mark.parametrize(("first", "second"), [("LIN", "ｌｉｎ"), ("Lin", "lin"), ("林", "林\u3000")])
def test_forms_of_one_name_are_one_person(tmp_path: Path, first: str, second: str) -> None:
    """Forms of width and case, blanks and what nobody sees make no other person."""
    with pytest.raises(InvalidValue):
        require_two(staffed(tmp_path, ""), By(first, NOW), By(second, NOW), Act.ACCEPT_FINDINGS)
