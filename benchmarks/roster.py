"""A roster opened: ``import --apply`` of many households, next to writing the very same files once more.

    python -m benchmarks.roster [HOUSEHOLDS]

Takes a quarter of so many households and all of them (5,000 by default) into new archives in the folder for temporary files, which
must lie on a disk (``TMPDIR``): in memory a sync costs nothing. Told are seconds of the clock and of CPU, how often the disk was
waited for, and how long; the baseline writes the files that came of it to the same disk, a file at a time, with one sync for as many
households as are opened together, and reads none back, checks nothing and keeps no index. The ratio to it is the figure to look at;
households must not be dearer in the larger roster.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archivist.model.ids import Category
from archivist.procedure.roster_look import look_over
from archivist.procedure.roster_opening import BATCH, open_households
from tests.kit import BY, make_workspace
from tests.people import make_id


@dataclass
class Waited:
    """How often the disk was waited for, and how many seconds."""

    times: int = 0
    seconds: float = 0.0

    @contextmanager
    def counting(self) -> Iterator[Waited]:
        """Count within a block."""
        fsync, sync = os.fsync, os.sync

        def counted(real: Callable[..., None]) -> Callable[..., None]:
            def call(*args: int) -> None:
                start = time.perf_counter()
                real(*args)
                self.times, self.seconds = self.times + 1, self.seconds + time.perf_counter() - start

            return call

        os.fsync, os.sync = counted(fsync), counted(sync)  # type: ignore[assignment]
        try:
            yield self
        finally:
            os.fsync, os.sync = fsync, sync


@dataclass(frozen=True)
class Took:
    """What one size took: the import, and the baseline."""

    households: int
    clock: float
    cpu: float
    waited: Waited
    plain_clock: float
    plain_cpu: float


def roster(path: Path, households: int) -> None:
    """Write a roster of households of three people."""
    lines = ["户编号,姓名,身份证号,与户主关系,起发年月,保障金额"]
    for key in range(households):
        born = dt.date(1930, 1, 1) + dt.timedelta(days=key)
        for n, relation in enumerate(("户主", "配偶", "子")):
            number = make_id(f"{born + dt.timedelta(days=9_131 * (n == 2)):%Y%m%d}", f"{100 + n}")
            lines.append(f"{key},样例{key}号{n},{number},{relation},2023-05,{300 + key % 500}")
    path.write_text("\n".join(lines), encoding="utf-8")


def write_again(cases: Path, target: Path) -> None:
    """Write the files of all cases to another folder, with one sync for each ``BATCH``."""
    target.mkdir()
    for n, case in enumerate(sorted(cases.iterdir()), 1):
        for folder, folders, names in os.walk(case):
            there = target / Path(folder).relative_to(cases)
            there.mkdir(exist_ok=True)
            for name in folders:
                (there / name).mkdir()
            for name in names:
                (there / name).write_bytes(Path(folder, name).read_bytes())
        if n % BATCH == 0:
            os.sync()
    os.sync()


def measure(households: int) -> Took:
    """Import a roster into a new archive, then write its files again."""
    with tempfile.TemporaryDirectory() as folder, make_workspace(Path(folder) / "office") as workspace:
        path = Path(folder) / "名册.csv"
        roster(path, households)
        os.sync()
        waited = Waited()
        clock, cpu = time.perf_counter(), time.process_time()
        with waited.counting():
            look = look_over(workspace, BY, path, Category.DB)
            done = open_households(workspace, BY, Category.DB, look)
        clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
        if len(done.opened) != households:
            raise SystemExit(f"{len(done.opened)} of {households} were opened")
        plain, plain_cpu = time.perf_counter(), time.process_time()
        write_again(workspace.archive.cases, Path(folder) / "again")
        plain, plain_cpu = time.perf_counter() - plain, time.process_time() - plain_cpu
    return Took(households, clock, cpu, waited, plain, plain_cpu)


def main() -> None:
    """Measure two sizes and tell."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    print(f"{'households':>10} {'clock s':>8} {'CPU s':>7} {'syncs':>6} {'waiting s':>9} {'baseline s':>10} {'its CPU':>8} {'CPU ratio':>9} {'ms CPU each':>11}")  # fmt: skip
    for took in map(measure, (most // 4, most)):
        print(
            f"{took.households:>10,} {took.clock:>8.1f} {took.cpu:>7.1f} {took.waited.times:>6} {took.waited.seconds:>9.1f}"
            f" {took.plain_clock:>10.1f} {took.plain_cpu:>8.1f} {took.cpu / took.plain_cpu:>9.1f} {1000 * took.cpu / took.households:>11.2f}"
        )


if __name__ == "__main__":
    main()
