"""The PIN as it is asked for: at a terminal unseen, by programs as a line; remembered as long as the office wants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from archivist.cli import identity, session
from archivist.errors import AccessNotLogged, WriteFailed
from archivist.store.access_log import AccessLog
from archivist.store.archive import Archive
from tests.cli.test_who import change, last_event
from tests.command_line import Office
from tests.kit import on
from tests.sampling import sweep

GOOD, OTHER = "582913", "tiger-lily"
REAL = on("2099-01-01 09:00")
"""What the machine's clock says where it matters; it stands still."""
PEOPLE = """
[[people]]
name = "林经办"
roles = ["intake"]

[[people]]
name = "赵主任"
roles = ["approver"]

[[people]]
name = "孟档案"
roles = ["archivist"]
account = "meng-x"
"""
CHANGE = ("case", "set", "王秀兰", "申请人.联系电话=022-00004444")


@pytest.fixture
def staffed(office: Office) -> Office:
    """An office in which 林经办, who is at the keyboard, has a PIN."""
    with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(PEOPLE)
    office.typed("people", "pin", "林经办", "--pin-stdin", answers=f"{GOOD}\n")
    return office


def minutes(office: Office, of: int) -> None:
    """Let the PIN be remembered."""
    path = office.root / "archivist.toml"
    text = path.read_text(encoding="utf-8")
    assert "[options]" in text
    path.write_text(text.replace("[options]", f"[options]\npin_minutes = {of}"), encoding="utf-8")


@pytest.fixture
def seat() -> Iterator[list[str]]:
    """A terminal at which somebody types; the list is which one, and what was asked there."""
    at = ["tty1 7"]

    def ask(name: str, *, from_stdin: bool) -> str:
        assert not from_stdin
        at.append(name)
        return GOOD

    with (
        mock.patch.object(session, "terminal", lambda: at[0]),
        mock.patch.object(session, "asked_pin", ask),
        mock.patch.object(session, "machine_clock", lambda: REAL),
    ):
        yield at


def test_without_the_pin_nothing_is_written(staffed: Office) -> None:
    """Where a person has a PIN, acting as that person asks for it; who cannot be asked is refused, looking stays open."""
    before = last_event(staffed)
    assert "E506" in staffed.run(*CHANGE, check=56).stderr
    for typed, status in (("", 2), ("\n", 56), (f"{OTHER}\n", 56)):
        staffed.typed(*CHANGE, "--pin-stdin", answers=typed, check=status)
    assert last_event(staffed) == before
    staffed.run("case", "show", "王秀兰")
    staffed.run("case", "set", "王秀兰", "申请人.联系电话=022-00005555", "--as", "孟档案")


def test_what_only_some_may_see_asks_for_it_too(staffed: Office) -> None:
    """Whole numbers and exports are no look that is open to all: whoever has a PIN is asked for it, and gets them with it."""
    staffed.typed("people", "pin", "孟档案", "--as", "孟档案", "--pin-stdin", answers=f"{GOOD}\n")
    for who, words in (("林经办", ("search", "王秀兰", "--full")), ("孟档案", ("export", "全部"))):
        assert "E506" in staffed.run(*words, "--as", who, check=56).stderr
        staffed.typed(*words, "--as", who, "--pin-stdin", answers=f"{OTHER}\n", check=56)
        staffed.typed(*words, "--as", who, "--pin-stdin", answers=f"{GOOD}\n")


def test_the_event_says_that_the_pin_was_given(staffed: Office) -> None:
    """The event says how the person is known; the history shows it; the PIN stands nowhere."""
    staffed.typed(*CHANGE, "--pin-stdin", answers=f"{GOOD}\n")
    assert last_event(staffed)["known_by"] == "pin"
    assert "林经办（口令）" in staffed.run("case", "log", "王秀兰").stdout
    for path in staffed.root.rglob("*"):
        if path.is_file():
            assert GOOD.encode() not in path.read_bytes(), path


def test_wrong_ones_are_counted_over_runs(staffed: Office) -> None:
    """5 wrong ones in a row slow it down with a stored counter."""
    with mock.patch.object(session, "machine_clock", lambda: REAL):
        for _ in range(5):
            staffed.typed(*CHANGE, "--pin-stdin", answers="000001\n", check=56)
        shown = staffed.typed(*CHANGE, "--pin-stdin", answers=f"{GOOD}\n", check=56)
    assert "连续输错 5 次" in shown.stderr


def test_it_is_asked_each_time_unless_the_office_wants_it_otherwise(staffed: Office, seat: list[str]) -> None:
    """pin_minutes remembers it for this account and terminal; with 0 it is asked each time."""
    for n in range(1, 3):
        change(staffed)
        assert seat[1:] == ["林经办"] * n


def test_it_is_remembered_at_the_same_terminal(staffed: Office, seat: list[str]) -> None:
    """A token file with mode 0600 in index/ bound to account, terminal and expiry, HMAC'd."""
    minutes(staffed, 10)
    for _ in range(3):
        assert change(staffed)["known_by"] == "pin"
    assert seat[1:] == ["林经办"]
    (token,) = (staffed.root / "index/pin_sessions").iterdir()
    assert token.stat().st_mode & 0o077 == 0
    seat[0] = "tty2 9"
    change(staffed)
    assert seat[1:] == ["林经办"] * 2


@sweep(1 / 3)
@pytest.mark.parametrize("forged", ["since", "mac", "mode", "renamed", "none"])
def test_a_forged_note_is_worth_nothing(staffed: Office, seat: list[str], forged: str) -> None:
    """Neither a later moment, nor another's note, nor one that others may write counts."""
    minutes(staffed, 10)
    change(staffed)
    (token,) = (staffed.root / "index/pin_sessions").iterdir()
    note = json.loads(token.read_bytes())
    match forged:
        case "since":
            token.write_text(json.dumps(note | {"since": "2199-01-01T00:00:00+08:00"}), encoding="utf-8")
        case "mac":
            token.write_text(json.dumps(note | {"mac": "0" * 64}), encoding="utf-8")
        case "mode":
            token.chmod(0o666)
        case "renamed":
            seat[0] = "tty2 9"
            change(staffed)
            other = next(p for p in token.parent.iterdir() if p != token)
            other.write_bytes(token.read_bytes())
        case _:
            token.write_bytes(b"\xff[")
    asked = len(seat)
    change(staffed)
    assert len(seat) == asked + 1


def test_another_pin_ends_what_was_remembered(staffed: Office, seat: list[str]) -> None:
    """What was remembered of one PIN is nothing under another."""
    minutes(staffed, 10)
    change(staffed)
    with mock.patch("archivist.cli.people.new_pin", lambda *_, **__: OTHER):
        staffed.run("people", "pin", "林经办")
    asked = len(seat)
    assert "E506" in staffed.run(*CHANGE, check=56).stderr, "the old one was given"
    assert len(seat) == asked + 1


def test_only_one_s_own_is_set_and_only_who_may_clears(staffed: Office) -> None:
    """People pin --clear by an admin role; it stands in the ledger."""
    staffed.typed("people", "pin", "孟档案", "--as", "赵主任", "--pin-stdin", answers=f"{OTHER}\n", check=2)
    staffed.run("people", "pin", "林经办", "--clear", "--as", "林经办", check=56)
    staffed.run("people", "pin", "赵主任", "--clear", "--as", "孟档案", check=2)
    staffed.run("people", "pin", "林经办", "--clear", "--as", "孟档案")
    assert [p["has_pin"] for p in staffed.json("people", "list")["people"]] == [False] * 3
    told = staffed.run("ledger", check=0).stdout
    assert "林经办 设口令" in told and "林经办 清除口令" in told
    staffed.run(*CHANGE)


def test_the_second_person_gives_a_pin_too(staffed: Office) -> None:
    """Verify --accept: confirmation of the second."""
    staffed.typed("people", "pin", "赵主任", "--as", "赵主任", "--pin-stdin", answers=f"{OTHER}\n")
    words = (
        "verify",
        "王秀兰",
        "--accept",
        "--reason",
        "查明",
        "--as",
        "孟档案",
        "--with",
        "赵主任",
        "--pin-stdin",
    )
    assert "口令" in staffed.typed(*words, answers="000001\n", check=56).stderr
    assert "没有发现问题" in staffed.typed(*words, answers=f"{OTHER}\n", check=2).stderr


def test_whoever_destroys_the_log_with_somebody_is_there_in_person(staffed: Office) -> None:
    """«须两人»: the name of another alone is nobody, where that person has a PIN; with it both are."""
    staffed.typed("people", "pin", "赵主任", "--as", "赵主任", "--pin-stdin", answers=f"{OTHER}\n")
    words = ("access", "destroy", "--reason", "期满", "--as", "孟档案", "--with", "赵主任")
    assert "E506" in staffed.run(*words, check=56).stderr
    assert "E506" in staffed.typed(*words, "--pin-stdin", answers="000001\n", check=56).stderr
    assert "没有期满的月份" in staffed.typed(*words, "--pin-stdin", answers=f"{OTHER}\n").stdout
    assert "没有期满的月份" in staffed.run(*words, "--dry-run").stdout


def test_a_disk_that_takes_no_writes_is_looked_at_with_the_pin(staffed: Office) -> None:
    """«a read-only archive: an admin's --unlogged»: whoever has a PIN gives it, though no try can be counted there."""
    staffed.typed("people", "pin", "赵主任", "--as", "赵主任", "--pin-stdin", answers=f"{OTHER}\n")
    words = ("search", "王秀兰", "--unlogged", "--as", "赵主任")
    log = AccessNotLogged("只读", read_only=True)
    disk = WriteFailed("只读")
    with (
        mock.patch.object(AccessLog, "enter", side_effect=log),
        mock.patch.object(Archive, "writing", side_effect=disk),
    ):
        assert "E506" in staffed.run(*words, check=56).stderr
        for _ in range(5):
            assert "E506" in staffed.typed(*words, "--pin-stdin", answers="000001\n", check=56).stderr
        shown = staffed.typed(*words, "--pin-stdin", answers=f"{OTHER}\n")
        assert "王秀兰" in shown.stdout and "没有登记" in shown.stderr


def test_a_damaged_file_lets_nobody_write(staffed: Office) -> None:
    """Then nobody knows who has one: refused in words, looking stays open."""
    Path(staffed.root / "keys/pins.json").write_bytes(b"{")
    assert "E212" in staffed.run(*CHANGE, check=None).stderr
    staffed.run("case", "show", "王秀兰")


def test_no_terminal_is_no_terminal() -> None:
    """Which terminal somebody sits at; empty where there is none."""
    assert identity.terminal() == ""
