"""The office's keys: made once, kept to their owner, never replaced; several check side by side."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from archivist.api.diagnosis import Condition, diagnose
from archivist.api.setup import make_workspace as init
from archivist.errors import ArchiveError, WriteFailed
from archivist.store import office_keys
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace


def files(root: Path) -> list[Path]:
    return sorted(p for p in (root / "keys").iterdir() if p.suffix == ".key")


def test_init_makes_a_key_that_nobody_else_reads(tmp_path: Path) -> None:
    """A key of the office made by ``init``, ``keys/`` 0700, the file 0600, git-ignored."""
    init(tmp_path / "ws", pack="tianjin-hongqiao", office="样例街道", code="TJHQ")
    (path,) = files(tmp_path / "ws")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (path.parent / ".gitignore").read_text() == "*\n"
    (key,) = office_keys.read(tmp_path / "ws")
    assert len(key.secret) == 32 and path.name == f"codes-0001-{key.id}.key"


def test_an_old_workspace_gets_its_key_once_at_the_first_issue(tmp_path: Path) -> None:
    """… and by the first issue in an old workspace without one, under the lock, once."""
    with make_workspace(tmp_path / "ws") as workspace:
        assert workspace.keys() == ()
    made = []

    def ask() -> None:
        with Workspace.open(tmp_path / "ws") as own:
            made.append(own.issuing_key(BY).id)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4 and len(set(made)) == 1
    assert len(files(tmp_path / "ws")) == 1


def test_a_new_key_leaves_the_old_ones(tmp_path: Path) -> None:
    """Several keys can coexist after a change: the last makes codes, all check them."""
    first, second = office_keys.make(tmp_path), office_keys.make(tmp_path)
    assert office_keys.read(tmp_path) == (first, second)
    assert first.id != second.id


def test_a_key_brought_back_from_a_backup_stands_beside_the_one_made_since(tmp_path: Path) -> None:
    first = office_keys.make(tmp_path)
    (lost,) = files(tmp_path)
    kept = lost.read_bytes()
    lost.unlink()
    second = office_keys.make(tmp_path)
    (lost.parent / lost.name).write_bytes(kept)
    assert {k.id for k in office_keys.read(tmp_path)} == {first.id, second.id}


@pytest.mark.parametrize("damage", [b"", b"00" * 32, b"\xff\xfe", b"zz" * 32, b"0" * 10_000])
def test_a_damaged_key_is_told_and_not_replaced(tmp_path: Path, damage: bytes) -> None:
    with make_workspace(tmp_path) as workspace:
        workspace.issuing_key(BY)
        (path,) = files(tmp_path)
        path.write_bytes(damage)
        with pytest.raises(ArchiveError, match="密钥"):
            workspace.issuing_key(BY)
        assert path.read_bytes() == damage and files(tmp_path) == [path]


def test_what_a_killed_run_left_is_no_key(tmp_path: Path) -> None:
    """Survives: a kill leaves the key whole under its name, or not there."""
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / ".codes-0001.part").write_bytes(b"00112233")
    assert office_keys.read(tmp_path) == ()
    made = office_keys.make(tmp_path)
    assert office_keys.read(tmp_path) == (made,)
    assert not (tmp_path / "keys" / ".codes-0001.part").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that refuses")
def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(WriteFailed, match="没有制发文书"):
            office_keys.make(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_doctor_says_how_the_keys_stand(tmp_path: Path) -> None:
    def state() -> Condition:
        with Workspace.open(tmp_path) as own:
            return next(c.state for c in diagnose(lambda: own, BY).checks if c.check == "二维码密钥")

    with make_workspace(tmp_path) as workspace:
        assert state() is Condition.ABSENT
        workspace.issuing_key(BY)
    assert state() is Condition.FINE
    (path,) = files(tmp_path)
    path.chmod(0o644)
    assert state() is Condition.ATTENTION
    path.write_bytes(b"?")
    assert state() is Condition.ALARM
