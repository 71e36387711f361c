"""Who acts, as the command line finds out: what was typed beats the environment, the system says the account."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from archivist.cli import session
from archivist.cli.identity import os_account
from archivist.model.by import CHINA
from tests.command_line import Office, Shown
from tests.people import make_id

TYPED = ("--as", "苏调查")
NUMBERS = itertools.count(7)
"""A number to be called by that nobody had before: what changes nothing is no event."""
SLACK = dt.timedelta(minutes=5)
"""The clock of a machine may be set right between two looks at it."""


def last_event(office: Office) -> dict[str, Any]:
    """Return the last event of the one household there is."""
    events = sorted(office.root.glob("archive/cases/*/events/*.json"))
    found: dict[str, Any] = json.loads(events[-1].read_bytes())
    return found


def change(office: Office, *, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> dict[str, Any]:
    """Change a household's facts, with options before and after the command's words; return the event of it."""
    office.run(*before, "case", "set", "王秀兰", f"申请人.联系电话=022-{next(NUMBERS):08}", *after)
    return last_event(office)


@pytest.mark.parametrize("environment", [None, "", "林经办"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_typed_name_beats_the_environment(office: Office, environment: str | None, place: str) -> None:
    """An explicit option always beats the environment, before and after the subcommand."""
    office.settings = {k: v for k, v in office.settings.items() if k != "ARCHIVIST_AS"}
    if environment is not None:
        office.settings["ARCHIVIST_AS"] = environment
    event = change(office, before=TYPED) if place == "before" else change(office, after=TYPED)
    assert event["actor"] == "苏调查"


def test_the_environment_counts_where_nothing_was_typed(office: Office) -> None:
    """ARCHIVIST_AS says who acts, unless somebody is named."""
    assert change(office)["actor"] == "林经办"


def test_the_last_name_typed_counts(office: Office) -> None:
    """What is typed after the command is nearer to it than what stands before."""
    assert change(office, before=TYPED, after=("--as", "何复审"))["actor"] == "何复审"


def test_a_name_typed_between_group_and_command(office: Office) -> None:
    """Everywhere: the group within the group has no option of its own, the command has."""
    shown = office.run("case", *TYPED, "set", "王秀兰", "申请人.联系电话=022-00000071", check=None)
    assert shown.returncode == 2 or last_event(office)["actor"] == "苏调查"


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("option", ["--as", "--workspace"])
def test_an_empty_name_is_no_name(office: Office, option: str, place: str) -> None:
    """Who types an empty name did not mean the environment's, nor the account's; nothing is written."""
    before = last_event(office)
    words = ["case", "set", "王秀兰", "申请人.联系电话=022-00000071"]
    said = [option, " "] if option == "--as" else [option, ""]
    office.run(*(said + words if place == "before" else words + said), check=2)
    assert last_event(office) == before


@pytest.fixture
def other(office: Office, tmp_path: Path) -> Iterator[Office]:
    """Another office, with another name in its settings."""
    shutil.copytree(office.root, tmp_path / "other")
    yield Office(tmp_path / "other")


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("here", [True, False])
def test_a_typed_workspace_beats_the_environment(
    office: Office, other: Office, tmp_path: Path, place: str, here: bool
) -> None:
    """--workspace over ARCHIVIST_WORKSPACE, wherever it stands and wherever one is."""
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    typist = Office(
        office.root if here else nowhere, {**office.settings, "ARCHIVIST_WORKSPACE": str(office.root)}
    )
    typed, untouched = ("--workspace", str(other.root)), last_event(office)
    typist_words = ("case", "set", "王秀兰", "申请人.联系电话=022-00002222")
    typist.run(*(typed + typist_words if place == "before" else typist_words + typed))
    assert last_event(office) == untouched
    assert last_event(other)["op"] == "facts_changed"


@pytest.mark.parametrize("variable", ["LOGNAME", "USER", "LNAME", "USERNAME"])
def test_the_account_is_what_the_system_says(office: Office, variable: str) -> None:
    """An event keeps the OS account; the environment cannot make it another one."""
    office.settings[variable] = "赵主任"
    assert change(office)["account"] == os_account() != "赵主任"


def test_a_told_moment_stands_beside_the_clock(office: Office) -> None:
    """The machine's real clock beside any told one (ARCHIVIST_NOW)."""
    event = change(office)
    assert event["time"] == "2024-03-08T10:30:00+08:00"
    assert abs(dt.datetime.fromisoformat(event["clock"]) - dt.datetime.now(CHINA)) < SLACK
    del office.settings["ARCHIVIST_NOW"]
    event = change(office)
    assert "clock" not in event
    assert abs(dt.datetime.fromisoformat(event["time"]) - dt.datetime.now(CHINA)) < SLACK


def test_a_moment_that_is_none_is_refused_in_words(office: Office) -> None:
    """Never an E700 for bad input."""
    office.settings["ARCHIVIST_NOW"] = "明天"
    shown = office.run("case", "set", "王秀兰", "申请人.联系电话=022-00000071", check=2)
    assert "ARCHIVIST_NOW" in shown.stderr


# ── a clock that went back ───────────────────────────────────────────────────────────────────────────────
def at_real(office: Office, moment: str, *words: str, check: int | None = 0) -> Shown:
    """Run one command while the machine's clock says something; nobody tells it another moment."""
    office.settings.pop("ARCHIVIST_NOW", None)
    told = dt.datetime.fromisoformat(moment).replace(tzinfo=CHINA)
    with mock.patch.object(session, "machine_clock", lambda: told):
        return office.run(*words, check=check)


def test_a_clock_set_back_is_told_and_gives_no_numbers(office: Office) -> None:
    """A clock behind the last event is told (in the result and in check and verify), for giving numbers refused."""
    case = office.json("case", "list")["cases"][0]["case"]
    at_real(
        office, "2099-01-02 09:00", "case", "set", "王秀兰", "申请人.联系电话=022-00000071", "--as", "林经办"
    )
    opening = ("case", "open", "低保", "--name", "赵一", "--id", make_id("19700101", "015"))
    at_real(office, "2099-01-02 09:05", *opening)
    shown = at_real(office, "2098-06-01 09:00", "case", "set", "王秀兰", "申请人.联系电话=022-00000072")
    assert case in shown.stderr and "机器时间早于上一事件（2099-01-02 09:00）" in shown.stderr
    another = (*opening[:-1], make_id("19700101", "023"))
    refused = at_real(office, "2098-06-01 09:01", *another, check=20)
    assert "E214" in refused.stderr and "时间调对" in refused.stderr
    assert "第 3 号事件的机器时间早于上一事件" in at_real(office, "2099-02-01 09:00", "verify", case).stdout
    assert (
        "第 3 号事件的机器时间早于上一事件"
        in at_real(office, "2099-02-01 09:00", "check", case, check=None).stdout
    )
    decided = (*another, "--despite-clock", "前台的电池坏了")
    at_real(office, "2098-06-01 09:02", *decided)
    assert "前台的电池坏了" in "".join(office.run("ledger").stdout.split())


def test_another_s_account_is_told_in_check(office: Office) -> None:
    """Acting as somebody whose account is another one: told in the event and in check."""
    with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[people]]\nname = "林经办"\nroles = ["intake"]\naccount = "lin-x"\n')
    event = change(office)
    assert (event["registered_account"], event["account"]) == ("lin-x", os_account())
    assert "不是登记的 lin-x" in office.run("check", "王秀兰", check=None).stdout
    assert "林经办（自报，不是登记的账户 lin-x）" in office.run("case", "log", "王秀兰").stdout
