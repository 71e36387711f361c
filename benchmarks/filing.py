"""Filing: a thousand scans into fifty cases through the commit protocol, next to ``cp``, ``sha256sum`` and fsync.

Run ``python benchmarks/filing.py [FILES [CASES]]`` (default 1000 and 50, files of 100 KB). The baseline does in the
same run, on the same disk and turn by turn with the archive, what no archive can do without: copies every file,
computes its digest, and calls fsync as often as the archive did (counted, on files and on folders alike). It keeps no
manifest, no history, and recovers from nothing. The archive reads back what it wrote; the baseline does not.

Disks on shared machines change their mind from second to second: the two take turns of a few files, and the ratio of
the sums is the figure to look at.
"""

from __future__ import annotations

import cProfile
import datetime as dt
import os
import pstats
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from archivist.model.by import CHINA, By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category
from archivist.store import Archive, Draft, NewFile, Original, Stamp

SIZE = 100_000
TURN = 20
STAMP = Stamp(By("经办", dt.datetime(2024, 3, 4, 9, tzinfo=CHINA)), "benchmark@1")
CALLS = (
    "open",
    "write",
    "fsync",
    "mkdir",
    "unlink",
    "rmdir",
    "rename",
    "replace",
    "stat",
    "lstat",
    "scandir",
)
TEXT = "最低生活保障审核确认 家庭经济状况核对 " * 40


class Calls:
    """Counts and times some calls to the disk while it is switched on."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def counting(self, names: tuple[str, ...] = CALLS) -> Iterator[None]:
        """Count within a block."""
        real = {name: getattr(os, name) for name in names}

        def wrap(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
            def counted(*args: Any, **kwargs: Any) -> Any:
                start = time.perf_counter()
                try:
                    return call(*args, **kwargs)
                finally:
                    self.seconds[name] += time.perf_counter() - start
                    self.count[name] += 1

            return counted

        for name, call in real.items():
            setattr(os, name, wrap(name, call))
        try:
            yield
        finally:
            for name, call in real.items():
                setattr(os, name, call)


def make_files(folder: Path, count: int) -> list[Path]:
    """Make the scans: seeded noise, as compressed pictures are."""
    rng = random.Random(7)
    folder.mkdir()
    paths = []
    for n in range(count):
        path = folder / f"{n:05d}.pdf"
        path.write_bytes(b"%PDF-1.7\n" + rng.randbytes(SIZE - 9))
        paths.append(path)
    os.sync()
    return paths


def open_cases(archive: Archive, count: int) -> list[CaseNo]:
    """Open the cases the files go into; not part of what is measured."""
    numbers = []
    for n in range(1, count + 1):
        number = CaseNo("TJHQ", Category.DB, 2024, n)
        facts = {"applicant": {"name": "王样例", "id_type": "无", "village": "样例里社区"}}
        data = {"category": "DB", "opened_on": "2024-03-04", "facts": facts}
        archive.open_case(number, "样例街道办事处", Draft(Op.CASE_OPENED, data), STAMP)
        numbers.append(number)
    return numbers


def file_one(archive: Archive, number: CaseNo, path: Path) -> None:
    """File one scan with its text as the watcher does, then remove it from the inbox."""
    original = Original.of(path, path.name)

    def draft(case: Case) -> Draft:
        no = case.next_record()
        entry = {"no": no, "type": "mat_other", "title": "其他材料", "folder": "01 申请", "status": "filed"}
        files = (
            NewFile(f"data/01 申请/{no} 其他材料.pdf", original, no),
            NewFile(f"text/{no}.txt", f"{path.name} {TEXT}".encode(), no),
        )
        return Draft(Op.RECORD_FILED, {"record": entry}, files=files)

    archive.commit(number, draft, STAMP)
    original.remove()


def baseline(paths: list[Path], target: Path, fsyncs: int) -> None:
    """Copy the files, compute their digests, and call fsync so many times."""
    subprocess.run(["cp", "--", *map(str, paths), str(target)], check=True)
    copies = [target / p.name for p in paths]
    subprocess.run(["sha256sum", "--", *map(str, copies)], check=True, stdout=subprocess.DEVNULL)
    files, folder = [os.open(p, os.O_RDWR) for p in copies], os.open(target, os.O_RDONLY)
    # An fsync with nothing to write costs little: append, so that each has work to do, as the archive's have.
    for n in range(fsyncs):
        fd = files[n % len(files)]
        if n % 2:
            (target / f"name {n} {paths[0].name}").touch()
            os.fsync(folder)
        else:
            os.write(fd, b"\n")
            os.fsync(fd)
    for fd in [*files, folder]:
        os.close(fd)


def main(count: int, cases: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = Archive(folder / "archive")
        archive.create()
        numbers = open_cases(archive, cases)
        paths = make_files(folder / "inbox", count)
        others = make_files(folder / "others", count)
        (folder / "copies").mkdir()
        calls, ours, theirs, cpu, turns = Calls(), 0.0, 0.0, 0.0, []
        for at in range(0, count, TURN):
            before = calls.count["fsync"]
            start, start_cpu = time.perf_counter(), time.process_time()
            with calls.counting(("fsync",)):
                for n in range(at, min(at + TURN, count)):
                    file_one(archive, numbers[n % cases], paths[n])
            took, cpu = time.perf_counter() - start, cpu + time.process_time() - start_cpu
            start = time.perf_counter()
            baseline(others[at : at + TURN], folder / "copies", calls.count["fsync"] - before)
            base = time.perf_counter() - start
            turns.append(took / base)
            ours, theirs = ours + took, theirs + base
        turns.sort()
        print(f"{count} files of {SIZE // 1000} KB into {cases} cases")
        print(
            f"  archivist   {ours:6.2f} s   {count / ours:5.0f} files/s   {1000 * cpu / count:.2f} ms CPU a file"
        )
        print(
            f"  baseline    {theirs:6.2f} s   {count / theirs:5.0f} files/s   (cp, sha256sum, as many fsyncs)"
        )
        print(f"  ratio {ours / theirs:.2f}×   (median turn {turns[len(turns) // 2]:.2f}×; target 2×)")
        print(
            f"  fsyncs a file: {calls.count['fsync'] / count:.1f}, {calls.seconds['fsync'] / ours:.0%} of its time"
        )
        where_the_time_goes(archive, numbers, others[: min(200, count // 2)], others[count // 2 :][:200])


def where_the_time_goes(archive: Archive, numbers: list[CaseNo], some: list[Path], more: list[Path]) -> None:
    """File some more, once with the calls to the disk counted and once under the profiler; both cost time."""
    calls = Calls()
    with calls.counting():
        for n, path in enumerate(some):
            file_one(archive, numbers[n % len(numbers)], path)
    print("  calls a file, and milliseconds in them:")
    for call, seconds in sorted(calls.seconds.items(), key=lambda item: -item[1]):
        print(f"    {call:8s} {calls.count[call] / len(some):6.1f}   {1000 * seconds / len(some):6.3f} ms")
    profiler = cProfile.Profile()
    profiler.enable()
    for n, path in enumerate(more):
        file_one(archive, numbers[n % len(numbers)], path)
    profiler.disable()
    stats: Any = pstats.Stats(profiler)
    print("  own time by function, ms a file, without the disk's own:")
    rows = [(row[2], where) for where, row in stats.stats.items() if "posix" not in where[2]]
    for own, (file, _, function) in sorted(rows, reverse=True)[:12]:
        print(f"    {1000 * own / len(more):6.3f}   {Path(file).name} {function}")


if __name__ == "__main__":
    main(*([int(a) for a in sys.argv[1:]] + [1000, 50][len(sys.argv) - 1 :]))
