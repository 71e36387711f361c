"""Opening a file in a program of the desktop: real processes that refuse, end, or stay."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from archivist.cli import viewer
from tests.waiting import gone, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the desktop of Linux")


def desktop(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make this folder all there is of programs, with one that opens files."""
    name = folder / ("open" if sys.platform == "darwin" else "xdg-open")
    name.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    name.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize(("script", "taken"), [("exit 0", True), ("exit 3", False), ("exit 4", False)])
def test_what_the_desktop_says_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, taken: bool
) -> None:
    """“no claim without evidence”: a desktop that has no program for a file is not called one that opened it."""
    desktop(tmp_path, monkeypatch, script)
    assert viewer.opened(tmp_path / "扫描.pdf") is taken


def test_a_machine_without_a_desktop_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """“Bad input gets a clear error”: no program is an answer, not a fault."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not viewer.opened(tmp_path / "扫描.pdf")


def test_a_window_that_stays_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A viewer that runs until its window is closed outlives the command, and is told the very file."""
    monkeypatch.setattr(viewer, "_REFUSES_WITHIN_S", 0.05)
    told, closed = tmp_path / "told", tmp_path / "closed"
    script = f'echo "$$ $1" > "{told}.new" && mv "{told}.new" "{told}"; while [ ! -e "{closed}" ]; do sleep 0.05; done'
    path = os.environ["PATH"]
    desktop(tmp_path, monkeypatch, f'PATH="{path}"; {script}')
    assert viewer.opened(tmp_path / "王秀兰 扫描.pdf")
    until(told.exists)
    pid, _, file = told.read_text(encoding="utf-8").strip().partition(" ")
    try:
        assert file == str(tmp_path / "王秀兰 扫描.pdf")
        assert not gone(int(pid))
    finally:
        closed.touch()
        until(lambda: gone(int(pid)))
