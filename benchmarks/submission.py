"""``archivist submit`` against ``zip -0`` and ``sha256sum`` of the same files, in one run.

    python -m benchmarks.submission [CASES …] [--files N] [--kb N]

Makes offices of so many households (75 and 300 by default) of so many files of so many kilobytes (10 × 100, about 1 MB a
household) in a temporary folder that is removed, hands them all over, and packs the same files with ``zip -0``, then lists them with
``sha256sum``; in turn, three times, the page cache warm. The goal is a ratio of 2.0 or less. Python's ``zipfile`` packs where there is no ``zip``.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category
from archivist.preservation import submission
from archivist.preservation.submission import SubmissionOrder
from archivist.preservation.submission_selection import Wanted
from archivist.report.query import Period
from archivist.workspace import Workspace
from benchmarks.verify import make_case
from tests.kit import NOW, make_workspace

ROUNDS = 3
BY = By("林经办", NOW)


def make_office(root: Path, cases: int, files: int, kb: int) -> Workspace:
    """Write an office of so many households, as the store leaves them."""
    workspace = make_workspace(root)
    workspace.archive.note(Op.HEADS_RECORDED, {"heads": []}, workspace.stamp(BY))
    seed = random.Random(1)
    for n in range(1, cases + 1):
        number = CaseNo("TJHQ", Category.DB, 2024, n)
        folder = workspace.archive.cases / str(number)
        folder.mkdir()
        make_case(folder, number, files, kb * 1_000, seed)
    return workspace


def timed(act: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    os.sync()
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def pack_plainly(cases: Path, out: Path) -> None:
    """Pack what ``submit`` packs with ``zip -0``, list the same files with ``sha256sum``, make the package durable."""
    out.unlink(missing_ok=True)
    if shutil.which("zip"):
        subprocess.run(["zip", "-0", "-q", "-r", str(out), "."], cwd=cases, check=True)
    else:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
            for path in sorted(p for p in cases.rglob("*") if p.is_file()):
                packed.write(path, path.relative_to(cases).as_posix())
    subprocess.run(
        "find . -type f -print0 | sort -z | xargs -0 sha256sum > /dev/null", shell=True, cwd=cases, check=True
    )
    with out.open("rb") as handle:
        os.fsync(handle.fileno())


def measure(cases: int, files: int, kb: int, place: Path) -> None:
    """Print the times of one size and their ratio."""
    workspace = make_office(place / f"ws{cases}", cases, files, kb)
    size = sum(p.stat().st_size for p in workspace.archive.cases.rglob("*") if p.is_file())
    ours: list[float] = []
    plain: list[float] = []
    for n in range(ROUNDS):
        stick = place / f"stick{cases}-{n}"
        stick.mkdir()
        order = SubmissionOrder(Period.of_month("2024-03"), "2024M03", Wanted.ALL, stick)
        plain.append(timed(lambda: pack_plainly(workspace.archive.cases, place / "plain.zip")))
        ours.append(timed(lambda order=order: submission.submit(workspace, BY, order)))  # type: ignore[misc]
        shutil.rmtree(stick)
    workspace.close()
    ratio = statistics.median(ours) / statistics.median(plain)
    print(
        f"{cases} households, {size / 1e6:.0f} MB: submit {statistics.median(ours):.2f} s, "
        f"zip -0 + sha256sum {statistics.median(plain):.2f} s, ratio {ratio:.2f}"
    )


def at_sizes(measure: Callable[[int, int, int, Path], None], what: str) -> None:
    """Measure the sizes that are asked for on the command line: households, files of each, KB a file."""
    asked = argparse.ArgumentParser(description=what.splitlines()[0])
    asked.add_argument("cases", nargs="*", type=int, default=[75, 300])
    asked.add_argument("--files", type=int, default=10)
    asked.add_argument("--kb", type=int, default=100)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for cases in given.cases:
            measure(cases, given.files, given.kb, Path(place))


if __name__ == "__main__":
    at_sizes(measure, __doc__ or "")
