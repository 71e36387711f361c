"""「Formats register themselves: kind, extensions, how it is recognised, its reader; adding one is one file and one test」."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import archivist
from archivist.reading.formats.registry import by_kind, formats, register
from tests.people import WANG_ID

PACKAGE = Path(archivist.__file__).parent

INVENTED = """
from contextlib import contextmanager

from archivist.reading.formats.registry import Format, SourcePage, Sureness, register


@contextmanager
def open_slips(path, name):
    slips = path.read_text("utf-8").split("~")[1:]
    yield len(slips), map(SourcePage, slips)


SLIPS = register(
    Format(
        kind="slips",
        label="便条",
        media_type="application/x-slips",
        extensions=(".slp",),
        recognise=lambda sample: Sureness.SURE if sample.head.startswith(b"SLIPS~") else Sureness.NO,
        handling=open_slips,
    )
)
"""
"""A format that nobody knows, in one file."""

USED = """
import json, sys
from pathlib import Path
import archivist
from archivist.ingest.watch_folder import file_once
from archivist.reading.formats.identify import identify
from tests.kit import BY, make_workspace, open_household

root = Path(sys.argv[1])
with make_workspace(root) as workspace:
    number = open_household(workspace).number
    path = workspace.archive.inbox / "扫描.dat"
    path.write_text("SLIPS~诊断证明书~证号 " + sys.argv[2] + "~屋顶漏雨的北墙", "utf-8")
    found = identify(path).label
    file_once(workspace, lambda: BY, lambda *_: None)
    (record,) = workspace.archive.read(number).records.values()
    payload = next(f.path for f in record.files if f.path.startswith("data/"))
    hits = workspace.index.search("漏雨的北墙").total
    print(json.dumps([archivist.__file__, found, record.type, record.pages, payload, record.data["kind"], hits]))
"""


def test_a_new_format_is_one_file(tmp_path: Path) -> None:
    """Identified, read by the reading process page by page, filed with its extension, found: nothing else is touched."""
    shutil.copytree(PACKAGE, tmp_path / "archivist", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PACKAGE.parent / "doc_templates", tmp_path / "doc_templates")
    (tmp_path / "archivist/reading/formats/invented.py").write_text(INVENTED, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", USED, str(tmp_path / "ws"), WANG_ID],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    package, *found = json.loads(done.stdout)
    assert Path(package).is_relative_to(tmp_path)
    title = "01 申请/0001 医疗诊断材料"
    assert found == ["便条", "mat_medical_evidence", 3, f"data/{title}.slp", "slips", 1]


def test_no_two_formats_have_one_name() -> None:
    with pytest.raises(ValueError, match="pdf is registered twice"):
        register(by_kind("pdf"))
    assert len({known.kind for known in formats()}) == len(formats())
