"""LibreOffice: many files at one start, its own profile, a time limit, and no other process touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render import pdf
from archivist.documents.template.build import build
from archivist.errors import PdfUnavailable
from tests.waiting import gone, until


def _script(folder: Path, body: str) -> str:
    """Write a program that stands in for LibreOffice."""
    path = folder / "office"
    path.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.libreoffice
def test_many_files_are_converted_at_one_start(tmp_path: Path) -> None:
    assert pdf.available()
    files = []
    for name in ("送达回证 甲", "b & c"):
        path = tmp_path / f"{name}.docx"
        path.write_bytes(build(Catalogue.load().get("delivery_receipt")))
        files.append(path)
    made = pdf.to_pdf(files, tmp_path / "out")
    assert [p.name for p in made] == ["送达回证 甲.pdf", "b & c.pdf"]
    for path in made:
        document = pypdfium2.PdfDocument(path)
        assert len(document) > 0
        document.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b & c.docx", "out", "送达回证 甲.docx"]


def test_no_files_need_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "_program", lambda: None)
    assert pdf.to_pdf([], tmp_path) == []
    assert not pdf.available()
    with pytest.raises(PdfUnavailable, match="没有找到"):
        pdf.to_pdf([tmp_path / "a.docx"], tmp_path)


def test_names_must_differ(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="differ"):
        pdf.to_pdf([tmp_path / "a.docx", tmp_path / "b" / "a.docx"], tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="stand-in program is a script")
def test_what_could_not_be_converted_is_named_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = _script(tmp_path, "")
    monkeypatch.setattr(pdf, "_program", lambda: program)
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(PdfUnavailable) as caught:
        pdf.to_pdf([tmp_path / "a.docx"], tmp_path / "out")
    assert caught.value.problems == ("a.docx",)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix", reason="stand-in program is a script")
def test_a_failing_program_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = _script(tmp_path, "raise SystemExit(77)")
    monkeypatch.setattr(pdf, "_program", lambda: program)
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(PdfUnavailable, match="77"):
        pdf.to_pdf([tmp_path / "a.docx"], tmp_path / "out")


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_on_time_out_only_what_was_started_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """LibreOffice's launcher has a child; both must go, and nobody else's LibreOffice."""
    mark = tmp_path / "child"
    program = _script(
        tmp_path,
        "import os, signal, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        f"open('{mark}.part', 'w').write(str(child.pid)); os.rename('{mark}.part', '{mark}')\n"
        "signal.pause()",
    )
    monkeypatch.setattr(pdf, "_program", lambda: program)
    (tmp_path / "a.docx").write_bytes(b"x")
    other = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    wait = subprocess.Popen.wait

    def wait_until_it_has_a_child(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout is not None:
            until(mark.exists)
        return wait(process, timeout)

    try:
        monkeypatch.setattr(subprocess.Popen, "wait", wait_until_it_has_a_child)
        with pytest.raises(PdfUnavailable, match="2 秒"):
            pdf.to_pdf([tmp_path / "a.docx"], tmp_path / "out", limit_s=2)
        assert other.poll() is None
        until(lambda: gone(int(mark.read_text())))
    finally:
        other.kill()
        other.wait()
