"""Who waits for the lock has it in the order they came; the dead are passed over; who gives up says where it stood."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from archivist.errors import ArchiveLocked
from archivist.store import Archive, lock
from archivist.store.lock import WriterLock
from tests.sampling import examples
from tests.store.kit import STAMP, new_archive
from tests.waiting import PATIENCE_S, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills waiters")

WAITER = """
import sys
from pathlib import Path
from archivist.store.lock import WriterLock
lock, name, wait_s = WriterLock(Path(sys.argv[1]), wait_s=float(sys.argv[3])), sys.argv[2], sys.argv[3]
with lock.held(name):
    with open(sys.argv[1] + ".order", "a", encoding="utf-8") as order:
        order.write(name + "\\n")
"""
NUMBERS = """
import sys
from pathlib import Path
from archivist.store import Archive
from tests.store.kit import STAMP
from tests.waiting import until
archive = Archive(Path(sys.argv[1]), wait_s=float(sys.argv[2]))
until(Path(sys.argv[4]).exists)
print(*(archive.allocate("文号 样", 2024, STAMP)[0] for _ in range(int(sys.argv[3]))))
"""


def start(program: str, *words: object, stdout: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.Popen(command, stdout=stdout, text=True, cwd=Path(__file__).parents[2])


def line(path: Path) -> list[str]:
    folder = path.with_name(f"{path.name}-line")
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def queue(path: Path, names: str, wait_s: float = PATIENCE_S) -> list[subprocess.Popen[str]]:
    """Let some wait for a lock that is held, one after the other."""
    waiters = []
    for n, name in enumerate(names, 1 + len(line(path))):
        waiters.append(start(WAITER, path, name, wait_s))
        until(lambda n=n: len(line(path)) == n)  # type: ignore[misc]
    return waiters


def test_the_lock_is_had_in_the_order_of_coming(tmp_path: Path) -> None:
    """“other threads and processes wait in line”, whoever tries how often."""
    path = tmp_path / ".lock"
    with WriterLock(path).held("先到"):
        waiters = queue(path, "甲乙丙丁戊")
    for waiter in waiters:
        assert waiter.wait(PATIENCE_S) == 0
    assert (tmp_path / ".lock.order").read_text("utf-8").split() == [*"甲乙丙丁戊"]
    assert not line(path)
    assert not path.with_name(".lock-line").exists(), "the folder is there only while somebody waits"


@pytest.mark.parametrize("dead", ["甲", "乙", "丙", "甲乙", "甲乙丙", "乙丁"])
def test_the_dead_hold_nobody_up(tmp_path: Path, dead: str) -> None:
    """“A file that nobody holds is of a waiter that died, and is taken away by whoever comes upon it.” None waits for it."""
    path = tmp_path / ".lock"
    with WriterLock(path).held("先到"):
        waiters = dict(zip("甲乙丙丁", queue(path, "甲乙丙丁"), strict=True))
        for name in dead:
            os.kill(waiters[name].pid, signal.SIGKILL)
            waiters[name].wait(PATIENCE_S)
    for name, waiter in waiters.items():
        assert name in dead or waiter.wait(PATIENCE_S) == 0
    with WriterLock(path, wait_s=PATIENCE_S).held("后到") as dirty:
        assert not dirty, "whoever waits has begun nothing"
    order = (tmp_path / ".lock.order").read_text("utf-8").split()
    assert order == [name for name in "甲乙丙丁" if name not in dead]
    assert not line(path)


def test_who_gives_up_says_its_place_and_those_behind_move_up(tmp_path: Path) -> None:
    """“E203, with the owner and the place in line”."""
    path = tmp_path / ".lock"
    with WriterLock(path).held("占用者"):
        patient = queue(path, "甲")
        hasty = WriterLock(path, wait_s=0.2).held("急者")
        with pytest.raises(ArchiveLocked, match=r"占用者.*前面还有 1 个在等"), hasty:
            raise AssertionError("two have the lock")
        assert len(line(path)) == 1
    assert patient[0].wait(PATIENCE_S) == 0


def test_the_wait_counts_from_when_the_lock_last_changed_hands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“seconds to wait in which it does not change hands”: a long line is no reason to give up."""
    path, slept, seconds = tmp_path / ".lock", itertools.count(1), itertools.count()

    def sleep(_: float) -> None:
        if (n := next(slept)) <= 100:
            os.utime(path, ns=(0, n))

    monkeypatch.setattr(
        lock, "time", SimpleNamespace(**{**vars(time), "sleep": sleep, "monotonic": lambda: next(seconds)})
    )
    with (
        WriterLock(path).held("先到"),
        pytest.raises(ArchiveLocked, match="等了 20 秒"),
        WriterLock(path, wait_s=20).held("后到"),
    ):
        raise AssertionError("two have the lock")
    assert 100 < next(slept) < 130


def test_a_line_that_cannot_be_written_holds_nobody_up(tmp_path: Path) -> None:
    """“Where no file can be made (a full disk, no permission) one waits without a place.” That is all."""
    path = tmp_path / ".lock"
    path.with_name(".lock-line").write_text("somebody's file", encoding="utf-8")
    hasty = WriterLock(path, wait_s=0.1).held("后到")
    with WriterLock(path).held("先到"), pytest.raises(ArchiveLocked, match="先到"), hasty:
        raise AssertionError("two have the lock")
    with WriterLock(path, wait_s=0.1).held("后到"):
        pass


def test_fifty_writers_at_once_all_succeed(tmp_path: Path) -> None:
    """“50 writers at once all succeed within their queue time”: each number once, none missing, nothing left behind."""
    writers, each = examples(16, 50), 3
    archive = new_archive(tmp_path)
    archive.allocate("文号 样", 2024, STAMP)
    processes = [
        start(NUMBERS, archive.root, 30.0, each, tmp_path / "go", stdout=subprocess.PIPE)
        for _ in range(writers)
    ]
    (tmp_path / "go").touch()
    told = []
    for process in processes:
        out, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        told += [int(number) for number in out.split()]
    assert sorted(told) == [*range(2, 2 + writers * each)]
    assert not line(archive.root / ".lock")
    with Archive(archive.root).lock.held("x") as dirty:
        assert not dirty
