"""LibreOffice is run in one place: a time limit, no other process touched, and what went wrong said in words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import archivist
from archivist.reading import libreoffice
from archivist.reading.libreoffice import ConversionFailed, convert
from tests.waiting import gone, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in program is a script")


def stand_in(folder: Path, body: str) -> str:
    """Write a program that stands in for LibreOffice."""
    path = folder / "office"
    path.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_only_one_module_runs_it() -> None:
    """house.md: 「libreoffice (the only one)」."""
    package = Path(archivist.__file__).parent
    naming = {p.name for p in package.rglob("*.py") if "soffice" in p.read_text(encoding="utf-8")}
    assert naming == {"libreoffice.py"}


def test_a_failing_program_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = stand_in(tmp_path, "raise SystemExit(77)")
    monkeypatch.setattr(libreoffice, "program", lambda: program)
    with pytest.raises(ConversionFailed, match="77"):
        convert([tmp_path / "a.docx"], "pdf", tmp_path)


def test_on_time_out_only_what_was_started_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """LibreOffice's launcher has a child; both must go, and nobody else's LibreOffice."""
    mark = tmp_path / "child"
    program = stand_in(
        tmp_path,
        "import os, signal, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        f"open('{mark}.part', 'w').write(str(child.pid)); os.rename('{mark}.part', '{mark}')\n"
        "signal.pause()",
    )
    monkeypatch.setattr(libreoffice, "program", lambda: program)
    other = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    wait = subprocess.Popen.wait

    def wait_until_it_has_a_child(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout is not None:
            until(mark.exists)
        return wait(process, timeout)

    try:
        monkeypatch.setattr(subprocess.Popen, "wait", wait_until_it_has_a_child)
        with pytest.raises(ConversionFailed, match="2 秒"):
            convert([tmp_path / "a.docx"], "pdf", tmp_path, limit_s=2)
        assert other.poll() is None
        until(lambda: gone(int(mark.read_text())))
    finally:
        other.kill()
        other.wait()
