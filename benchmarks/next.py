"""``archivist next`` and ``archivist case list`` over many open cases, at two sizes in one run.

    python -m benchmarks.next [CASES]

Makes workspaces of a quarter of so many open cases and of all of them (4,000 by default; see ``benchmarks.due``), fills what
is kept of them once, then times, the median of five: the twenty most urgent households with what to do next, the whole
list of cases, and everything of one household. Times are CPU seconds of this process, the opening of the workspace
included. The twenty must not grow with the archive faster than the list they are chosen from.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archivist.api.case_list import list_cases
from archivist.api.next_acts import next_of_case, next_of_office
from archivist.workspace import Workspace
from benchmarks.due import NOW, make

FEW = 20


def median_of_five(root: Path, ask: Callable[[Workspace], object]) -> float:
    """Return CPU seconds of a question, the workspace opened anew each time."""
    took = []
    for _ in range(5):
        begin = time.process_time()
        with Workspace.open(root) as workspace:
            ask(workspace)
        took.append(time.process_time() - begin)
    return statistics.median(took)


def measure(cases: int) -> tuple[float, float, float]:
    """Return the seconds for the most urgent, for the list, for one household."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "office"
        with make(root, cases) as workspace:
            list_cases(workspace, on=NOW.date())
            number = str(workspace.archive.case_numbers()[-1])
        today = NOW.date()
        return (
            median_of_five(root, lambda w: next_of_office(w, on=today, limit=FEW)),
            median_of_five(root, lambda w: list_cases(w, on=today)),
            median_of_five(root, lambda w: next_of_case(w, number, on=today)),
        )


def main(cases: int) -> None:
    """Run everything."""
    sizes = (cases // 4, cases)
    found = [measure(size) for size in sizes]
    print(f"{'open cases':>12}{'next, ' + str(FEW):>12}{'case list':>12}{'next of one':>14}")
    for size, (few, listed, one) in zip(sizes, found, strict=True):
        print(f"{size:>12}{few:>10.3f} s{listed:>10.3f} s{one:>12.3f} s")
    ratios = [big / small for small, big in zip(*found, strict=True)]
    print(f"{'ratio':>12}{ratios[0]:>10.2f}  {ratios[1]:>10.2f}  {ratios[2]:>12.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000)
