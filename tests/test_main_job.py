"""The main job, end to end, as ``make demo`` runs it: real scans, real recognition, real documents."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import bagit
import pytest

from tests.answers import answer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    root = tmp_path_factory.mktemp("demo") / "ws"
    done = subprocess.run(
        [sys.executable, "-m", "archivist", "demo", str(root), "--json"],
        capture_output=True,
        text=True,
        env=os.environ,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return root, json.loads(done.stdout)


def archivist(root: Path, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "archivist", *words, "--json"], cwd=root, capture_output=True, text=True
    )
    return answer(done.stdout)


def test_nothing_surprised_the_demonstration(demo: tuple[Path, dict[str, Any]]) -> None:
    assert demo[1]["surprises"] == []
    assert {d["what"] for d in demo[1]["done"]} >= {"立户", "收件", "环节未到的文书", "制发文书", "保管期限"}


def test_any_tool_can_check_every_case(demo: tuple[Path, dict[str, Any]]) -> None:
    """bagit-python and sha256sum accept every case folder the demo made."""
    cases = sorted((demo[0] / "archive/cases").iterdir())
    assert len(cases) == 6
    for case in cases:
        assert bagit.Bag(str(case)).validate()
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            subprocess.run(["sha256sum", "--strict", "--quiet", "-c", manifest], cwd=case, check=True)


def test_every_scan_is_somewhere(demo: tuple[Path, dict[str, Any]]) -> None:
    """Whatever is dropped ends as filed, in the review tray with a reason, or still in the inbox; never lost."""
    left = [p for p in (demo[0] / "archive/inbox").rglob("*") if p.is_file()]
    assert left == []
    tray = archivist(demo[0], "review", "list")["items"]
    assert {i["reason"] for i in tray} == {"no_case", "unreadable"}
    shown = [
        archivist(demo[0], "case", "show", c["case"]) for c in archivist(demo[0], "case", "list")["cases"]
    ]
    scans = [r for case in shown for r in case["records"] if r["source"]]
    assert len(scans) + len(tray) in (12, 13), (
        "13 with the signed copy of a printed notice, where LibreOffice is installed"
    )
    signed = sum(r["status"] == "signed_copy" for r in scans)
    assert signed == (2 if len(scans) + len(tray) == 13 else 0), (
        "the form and the notice that were printed and signed"
    )


def test_rebuilding_the_index_gives_the_same_answers(demo: tuple[Path, dict[str, Any]]) -> None:
    queries = (["王秀兰"], ["wxl"], ["漏雨的北墙"], ["2463"], ["诊断证明书"], ["--category", "TK"])
    before = [archivist(demo[0], "search", *q) for q in queries]
    assert all(b["total"] for b in before)
    shutil.rmtree(demo[0] / "index")
    archivist(demo[0], "reindex")
    assert [archivist(demo[0], "search", *q) for q in queries] == before
