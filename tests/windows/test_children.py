"""Children on Windows: the job they run in, how they end, and where the office programs are."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archivist.reading import job_object, windows_office
from archivist.reading.child_process import Limits
from archivist.reading.job_object import Job, creation_flags, named_exit
from archivist.reading.reader_process import Reader
from tests.reading import pages
from tests.waiting import PATIENCE_S, until

on_windows = pytest.mark.skipif(sys.platform != "win32", reason="asks the kernel of Windows")
FILES = ("office.com", "office.exe")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0xC0000005, "内存"),
        (0xC0000135 - (1 << 32), "运行库"),
        (0xC000012D, "内存不够"),
        (0xC0001234, "崩溃"),
        (1, ""),
        (0, ""),
    ],
)
def test_how_a_process_ended_is_named(status: int, words: str) -> None:
    """“in words how a process of Windows ended; empty where its status says nothing”."""
    said = named_exit(status)
    assert words in said and bool(said) == bool(words)


def test_the_registry_comes_before_the_usual_folders() -> None:
    environ = {"ProgramFiles": r"C:\Program Files", "ProgramFiles(x86)": r"C:\Program Files (x86)"}
    places = windows_office.libreoffice_places(environ, r"D:\LO\program", FILES)
    assert places[:3] == [
        r"D:\LO\program\office.com",
        r"D:\LO\program\office.exe",
        r"C:\Program Files\LibreOffice\program\office.com",
    ]
    assert len(places) == len(set(places)) == 6
    assert windows_office.libreoffice_places({}, "", FILES) == []


def test_no_character_of_a_name_is_read_as_a_command() -> None:
    """“no character of a name is ever read as a command”: quotes, dollars and line ends of a name are within base 64."""
    name = "C:\\户'; Remove-Item $x `n\"\\通知.docx"
    script = base64.b64decode(windows_office.powershell([name], r"C:\out")[-1]).decode("utf-16-le")
    assert "Remove-Item" not in script
    carried = script.partition("FromBase64String('")[2].partition("'")[0]
    assert json.loads(base64.b64decode(carried)) == {
        "files": [name],
        "out": r"C:\out",
        "programs": ["KWPS.Application", "Word.Application"],
    }


@on_windows
def test_whatever_a_child_started_ends_with_its_job(tmp_path: Path) -> None:
    """“all of them end with it”: the child of the child too."""
    beat = tmp_path / "beat"
    grandchild = f"import time\nwhile True:\n open({str(beat)!r}, 'a').write('x'); time.sleep(0.05)"
    child = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {grandchild!r}]).wait()"
    process = subprocess.Popen([sys.executable, "-c", child], creationflags=creation_flags())
    job = Job(1 << 30)
    job.take(process)
    until(beat.exists)
    job.close()
    process.wait(PATIENCE_S)
    time.sleep(0.5)
    size = beat.stat().st_size
    time.sleep(0.5)
    assert beat.stat().st_size == size, "nobody writes any more"


@on_windows
def test_what_a_job_used_and_holds_is_told() -> None:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"], creationflags=creation_flags())
    job = Job(1 << 30)
    job.take(process)
    try:
        until(lambda: (job.cpu_seconds() or 1.0) >= 0.2)
    finally:
        job.close()
    assert process.wait(PATIENCE_S) is not None
    assert job_object.resident_bytes() > 1 << 20  # type: ignore[attr-defined, unused-ignore]


@on_windows
def test_a_scan_is_read_within_a_job(tmp_path: Path) -> None:
    """The reading process with its models, on Windows: a drawn page becomes text."""
    path = tmp_path / "scan.jpg"
    pages.letter(random.Random(4)).image.save(path, dpi=(300, 300))
    with Reader(Limits(page_cpu_s=300)) as reader:
        read = reader.read(path)
    assert "居民家庭经济状况核对授权书" in read.text
