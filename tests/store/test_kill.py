"""Killed, or the disk full, at some call: acknowledged means there, not acknowledged means the original is untouched.

A quick look with every ``make test``. ``tests/faults`` strikes whole commands at every call, and their recovery.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from archivist.model.ids import RecordNo
from archivist.store import Archive, Original
from tests.store.child import DONE, FAILED, KILLED, Fault, in_child
from tests.store.kit import NUMBER, STAMP, file_draft, new_archive, open_wang

STRIDE = 3
"""Of the calls every third is enough here."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork; runs on Linux in CI")


def drop(folder: Path) -> Path:
    path = folder / "扫描.pdf"
    path.write_bytes(b"scan " * 1000)
    return path


def file_it(root: Path, path: Path) -> Callable[[], object]:
    def action() -> None:
        archive = Archive(root)
        original = Original.of(path, path.name)
        archive.commit(NUMBER, lambda case: file_draft(case, original), STAMP)
        (path.parent / "acknowledged").touch()
        original.remove(archive.work)

    return action


def check(root: Path, path: Path) -> bool:
    """Check every invariant after a fault and the next start; return whether the file is filed."""
    archive = Archive(root)
    with archive.writing("启动"):
        pass
    assert archive.recovered.alarms == ()
    case = archive.read(NUMBER)
    assert bagit.Bag(str(archive.folder(NUMBER))).validate()
    assert not list((archive.folder(NUMBER) / "pending").iterdir())
    assert not list(archive.work.iterdir())
    filed = len(case.records)
    assert filed in (0, 1)
    if (path.parent / "acknowledged").exists():
        assert filed == 1
    if not filed:
        assert path.read_bytes() == b"scan " * 1000
    else:
        stored = archive.folder(NUMBER) / case.records[RecordNo("0001")].files[0].path
        assert stored.read_bytes() == b"scan " * 1000
    archive.commit(NUMBER, lambda c: file_draft(c, Original.of(drop(path.parent), "again")), STAMP)
    return bool(filed)


def fresh(folder: Path) -> tuple[Path, Path]:
    folder.mkdir()
    archive = new_archive(folder)
    open_wang(archive)
    return archive.root, drop(folder)


def test_killed_at_some_call_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    outcomes = []
    for n in range(1, 400, STRIDE):
        root, path = fresh(tmp_path / f"kill{n}")
        ended = in_child(file_it(root, path), Fault("killed", n))
        outcomes.append(check(root, path))
        if ended == DONE:
            break
        assert ended == KILLED
    assert ended == DONE
    assert True in outcomes[:-1], "some kills come after the commit"
    assert False in outcomes, "some kills come before it"


def test_a_disk_that_is_full_at_some_call(tmp_path: Path) -> None:
    refused = 0
    for n in range(1, 60, STRIDE):
        root, path = fresh(tmp_path / f"full{n}")
        ended = in_child(file_it(root, path), Fault("disk full", n, errno.ENOSPC))
        assert ended in (DONE, FAILED)
        refused += ended == FAILED
        check(root, path)
    assert refused > 5
