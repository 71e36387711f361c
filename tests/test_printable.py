"""「control and bidi characters escaped wherever a name is printed」, and 「output that can print any name on any console」."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.api.inbox import (
    DropOutcomeView,
    Fate,
    FiledFile,
    InboxFiled,
    LeftFile,
    NotTakenView,
    WaitingFile,
)
from archivist.api.result import Problem
from archivist.cli.encoding import print_anything
from archivist.cli.inbox import describe
from archivist.cli.session import Session
from archivist.errors import ArchivistError
from archivist.printable import harmless, on_one_line, visible
from tests.command_line import INIT
from tests.people import make_id
from tests.sampling import sweep

NASTY = (
    *(chr(c) for c in range(32) if chr(c) != "\n"), "\x7f", *(chr(c) for c in range(0x80, 0xA0)),
    *(chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x200B, 0x2010), 0x061C, 0x2028, 0x2029,
                       0x2060, 0xFEFF, 0xAD, 0xE0041, 0xD800)),
)  # fmt: skip
HARMLESS = "王秀兰 样例里社区5号楼（一）—— 𬎆 䶮 葛\U000e0100 \ue000 é ａ [red] :smile:"
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def steers(text: str) -> bool:
    """Tell whether anything in a text but a line break is not there to be seen."""
    return any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n" for c in text)


@pytest.mark.parametrize("char", NASTY, ids=lambda c: f"{ord(c):04x}")
def test_what_steers_a_terminal_is_written_out(char: str) -> None:
    """「ESC, U+202A–202E, U+2066–2069, C0/C1, U+200B…」."""
    for shown in (visible(f"a{char}b"), on_one_line(f"a{char}b")):
        assert not steers(shown)
        assert (shown.startswith("a"), shown.endswith("b")) == (True, True)
        assert char == "\t" or f"{ord(char):x}" in shown or shown == "a\\rb"


@given(text=st.text())
def test_no_text_steers_a_terminal(text: str) -> None:
    assert not steers(visible(text))
    assert visible(text).count("\n") == text.count("\n")
    assert not steers(on_one_line(text)) and "\n" not in on_one_line(text)
    assert not steers(harmless(text)) and len(harmless(text)) == len(text)
    assert visible(visible(text)) == visible(text)


def test_what_is_only_rare_stays_as_it_is() -> None:
    """Four-byte characters, their variants, and the private ones old systems gave to rare names."""
    assert visible(HARMLESS) == on_one_line(HARMLESS) == HARMLESS


@given(name=st.text(min_size=1, max_size=30))
def test_no_name_steers_the_lines_of_a_watch(name: str) -> None:
    problem = Problem.of(ArchivistError("读不出来", file=name))
    for outcome in (
        DropOutcomeView(Fate.FILED, filed=FiledFile(name, "TJHQ-DB-2024-000001", "0001", "身份证", None, "")),
        DropOutcomeView(Fate.REVIEW, waiting=WaitingFile(name, "1", "no_case", "认不出", "")),
        DropOutcomeView(Fate.LEFT, left=LeftFile(name, problem)),
    ):
        assert "\n" not in describe(outcome) and not steers(describe(outcome))
    assert "\n" not in str(problem)


@given(name=st.text(max_size=30).filter(lambda t: not steers(t.replace("\n", ""))) | st.sampled_from(NASTY))
def test_nothing_a_session_prints_steers_the_terminal(name: str) -> None:
    """Lines, warnings, refusals, tables with their titles, and the trace of ``--verbose``."""
    out = io.StringIO()
    session = Session()
    session.verbose = True
    for err in (False, True):
        console = session.console(err=err)
        console.file = out
    before, sys.stderr = sys.stderr, out
    try:
        session.say(name)
        session.warn(name)
        session.refuse(Problem.of(ArchivistError(name, file=name, problems=[name], remedy=name)))
        session.table(("列",), [(name,), (f"{name}\n{name}",)], title=name)
        session.trace(ValueError(name))
    finally:
        sys.stderr = before
    assert not steers(ESCAPES.sub("", out.getvalue()))


def left_over(name: str) -> InboxFiled:
    return InboxFiled((), (), (), (NotTakenView(name, "hidden", "隐藏"),))


def test_json_keeps_the_exact_text(capsys: pytest.CaptureFixture[str]) -> None:
    """「JSON stays exact」."""
    session = Session()
    session.json = True
    name = "".join(NASTY) + HARMLESS
    session.emit(left_over(name))
    printed = capsys.readouterr().out
    assert json.loads(printed)["passed_over"][0]["name"] == name


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1", "utf-8"])
def test_json_is_the_same_document_on_any_console(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding=encoding))
    print_anything()
    session = Session()
    session.json = True
    session.emit(left_over(HARMLESS))
    sys.stdout.flush()
    assert json.loads(raw.getvalue().decode(encoding))["passed_over"][0]["name"] == HARMLESS


@sweep(1 / 4)
@pytest.mark.parametrize("encoding", ["gbk", "cp936", "ascii", "gbk:strict"])
def test_any_name_on_any_console(tmp_path: Path, encoding: str) -> None:
    """「never E700, never die after a commit」: opened, listed, searched, filed and watched under a name GBK has not."""
    root, name = tmp_path / "ws", "陈𬎆"

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "archivist", *words],
            cwd=root, env={**os.environ, "PYTHONIOENCODING": encoding}, capture_output=True, check=False,
        )  # fmt: skip
        said = (done.stdout + done.stderr).decode(encoding.split(":")[0])
        assert (done.returncode, "E700" in said) == (0, False), said
        return said

    root.mkdir()
    run(*INIT)
    identity = make_id("19690101", "043")
    settings = root / "archivist.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("settle_long_s = 10.0", "settle_long_s = 0.1"),
        encoding="utf-8",
    )
    assert r"\U0002c386" in run(
        "case", "open", "低保", "--name", name, "--id", identity, "--set", "申请.收件日期=2024-03-04"
    )
    assert r"\U0002c386" in run("case", "list")
    assert r"\U0002c386" in run("search", name)
    text = f"诊断证明书\n证号 {identity}\n{name}\n"
    (root / "archive" / "inbox" / f"{name} 诊断证明书.txt").write_text(text, encoding="utf-8")
    assert r"\U0002c386" in run("watch", "--once")
