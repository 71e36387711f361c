"""Closing a file at the keyboard: asked on a terminal, ``--yes`` without one where anything is open; 作废 and 撤销注销 in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from tests.command_line import Office, opened


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office in which a household has withdrawn its application; what its steps bring forth was not issued."""
    made = opened(tmp_path)
    made.come_to("受理通知书")
    made.run("generate", "受理通知书", "王秀兰")
    made.run("case", "step", "王秀兰", "withdraw", "--reason", "自愿退出")
    return made


@pytest.fixture
def terminal() -> Iterator[None]:
    with mock.patch("archivist.cli.asking.is_terminal", return_value=True):
        yield


def state(office: Office) -> str:
    return str(office.json("case", "show", "王秀兰")["state"])


def test_without_a_terminal_what_is_open_wants_yes(office: Office) -> None:
    """「without a terminal `--yes` is required where anything is open, else not」."""
    shown = office.run("case", "deregister", "王秀兰", "--reason", "撤回", check=29)
    assert "没有签回：第 0001 件《受理通知书》待签" in shown.stderr and "--yes" in shown.stderr
    assert state(office) == "abandoned"
    planned = office.run("case", "deregister", "王秀兰", "--reason", "撤回", "--dry-run").stdout
    assert "没有签回" in planned and state(office) == "abandoned"
    done = office.run("case", "deregister", "王秀兰", "--reason", "撤回", "--yes").stdout
    assert "已注销" in done and "未了" in done and state(office) == "deregistered"


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_it_is_asked(office: Office) -> None:
    """「Confirmation at a terminal」: shown what is open, no is the answer of whoever only presses the key."""
    shown = office.typed("case", "deregister", "王秀兰", "--reason", "撤回", answers="\n")
    assert "没有签回" in shown.stdout and "没有注销" in shown.stdout and state(office) == "abandoned"
    office.typed("case", "deregister", "王秀兰", "--reason", "撤回", answers="y\n")
    assert state(office) == "deregistered"


@pytest.mark.usefixtures("terminal")
def test_programs_are_asked_nothing(office: Office) -> None:
    refused = office.json("case", "deregister", "王秀兰", "--reason", "撤回", check=29)
    assert refused["schema"] == "archivist/error/1"


def test_no_day_of_the_future(office: Office) -> None:
    shown = office.run(
        "case", "deregister", "王秀兰", "--reason", "撤回", "--on", "2030-01-01", "--yes", check=2
    )
    assert "与今天之间" in shown.stderr and state(office) == "abandoned"


def test_taken_back_in_words(office: Office) -> None:
    office.run("case", "deregister", "王秀兰", "--reason", "撤回", "--yes")
    shown = office.run("case", "reopen", "王秀兰", "--reason", "误办").stdout
    assert "已撤销注销，现为“已放弃或撤回”" in shown and state(office) == "abandoned"
    assert "撤销注销" in office.run("case", "log", "王秀兰").stdout
    assert office.json("retention", "list")["cases"] == []


def test_void_in_words(office: Office) -> None:
    dry = office.run("case", "record", "void", "王秀兰", "1", "--reason", "写错", "--dry-run").stdout
    assert "可以作废（试运行，未写入）" in dry
    done = office.run("case", "record", "void", "王秀兰", "1", "--reason", "写错").stdout
    assert "已作废" in done and "号码不再使用" in done
    assert "已作废（2024-03-08 林经办：写错）" in office.run("case", "show", "王秀兰").stdout
    again = office.run("case", "record", "void", "王秀兰", "1", "--reason", "写错", check=None)
    assert again.returncode == 35 and "已于 2024-03-08 由林经办作废（写错）" in again.stderr
