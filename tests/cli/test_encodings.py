"""«PYTHONIOENCODING=gbk output of every command never E700, 𬭊 replaced, --json escaped»: in the encodings a console of Windows may have."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from unittest import mock

import pytest

from archivist.cli.encoding import print_anything
from archivist.cli.main import main
from archivist.errors import ArchivistError
from tests.cli.test_json import RUNS, filled, prepare
from tests.command_line import Office, opened
from tests.people import make_id
from tests.sampling import sweep

RARE = "欧阳𬭊"
"""A name that GBK has no sign for."""


def shown(office: Office, encoding: str, *words: str) -> tuple[int, str, str]:
    """Run a command as the program begins, with output that has one encoding; return its exit status and what was printed.

    (The help of an ASCII console is printed in UTF-8 by click, which takes ASCII for a terminal that nobody has set up.)
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    with office._at_the_desk(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        print_anything()
        status = main([*words])
        out.flush()
        err.flush()
        texts = [stream.buffer.getvalue().decode(encoding, "replace") for stream in (out, err)]
    return status, texts[0], texts[1]


@sweep(1 / 3)
@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
def test_every_command_prints_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    office = opened(tmp_path)
    opening = (
        "case",
        "open",
        "特困",
        "--name",
        RARE,
        "--id",
        make_id("19700101", "015"),
        "--on",
        "2024-03-04",
    )
    assert shown(office, encoding, *opening)[0] == 0
    (tmp_path / "诊断.txt").write_text(f"门诊诊断证明 {RARE}", encoding="utf-8")
    (tmp_path / "回证.txt").write_text("送达回证 王秀兰", encoding="utf-8")
    escaped = 0
    for path, runs in RUNS.items():
        for _, _, words in runs:
            prepare(office, path)
            said = [filled(office, word) for word in words]
            for way in ([], ["--json"]):
                with mock.patch.object(office, "answers", "x1\n"):
                    status, out, err = shown(office, encoding, *path, *said, *way)
                assert status != ArchivistError.exit_status, (path, way, out, err)
            document = json.loads(out)
            escaped += RARE in json.dumps(document, ensure_ascii=False) and "\\u" in out
    assert escaped


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
def test_a_name_that_cannot_be_shown_is_given_by_its_number(office: Office, encoding: str) -> None:
    """40-console-cannot-show-a-name: «must print with a substitute and exit 0», as a process of its own too."""
    office.run(
        "case", "open", "特困", "--name", RARE, "--id", make_id("19700101", "015"), "--on", "2024-03-04"
    )
    office.settings["PYTHONIOENCODING"] = encoding
    for words in (("case", "list"), ("search", RARE), ("--help",), ("case", "step", "--help")):
        status, out, _ = shown(office, encoding, *words)
        assert status == 0 and out, words
    with mock.patch.object(office, "settings", office.settings | {"PYTHONUTF8": "0"}):
        listed = shown(office, encoding, "case", "list")[1]
    assert "\\U0002cb4a" in listed and "TJHQ-TK-2024-000001" in listed
