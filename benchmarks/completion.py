"""What a shell waits for at Tab: the program asked as bash, zsh, fish and PowerShell ask it, against ``python -c pass``.

    python -m benchmarks.completion [CASES]

Makes workspaces of a quarter of so many open cases and of all of them (2,000 by default; see ``benchmarks.due``), then times,
the median of seven, CPU seconds of a whole process: a command's word, an option, a household by its number and by its name, a paper, a step.
Each is told as so many times an interpreter that does nothing, since machines differ; households must not be dearer in
the larger archive.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.due import make

LINES: Final = {
    "command": "archivist cas",
    "option": "archivist case open --ag",
    "number": "archivist case show {number}",
    "name": "archivist case show {name}",
    "paper": "archivist generate 受",
    "step": "archivist case step {number} 受",
}
PROGRAM: Final = (sys.executable, "-m", "archivist.cli.main")
NOTHING: Final = (sys.executable, "-c", "pass")


def cpu(command: Sequence[str], root: Path, asked: str = "") -> float:
    """Return the median of seven of the CPU seconds of a process; one before them fills what is kept."""
    settings = os.environ | {
        "ARCHIVIST_WORKSPACE": str(root),
        "COMP_WORDS": asked,
        "COMP_CWORD": str(asked.count(" ")),
        "_ARCHIVIST_COMPLETE": "zsh_complete" if asked else "",
    }
    took = []
    for _ in range(8):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, env=settings, cwd=root, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if asked and not done.stdout.strip():
            raise SystemExit(f"nothing is offered for {asked!r}: {done.stderr}")
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(took[1:])


def measure(cases: int) -> tuple[float, dict[str, float]]:
    """Return the seconds of an interpreter that does nothing, and of each line."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "office"
        with make(root, cases) as workspace:
            rows = workspace.index.cases()
        last = rows[-1]
        of = {"number": str(last.number)[:-2], "name": last.applicant}
        return cpu(NOTHING, root), {
            name: cpu(PROGRAM, root, line.format_map(of)) for name, line in LINES.items()
        }


def main(cases: int) -> None:
    """Run everything."""
    sizes = (cases // 4, cases)
    found = [measure(size) for size in sizes]
    print(f"{'cases':>8}{'nothing':>12}" + "".join(f"{name:>16}" for name in LINES))
    for size, (nothing, took) in zip(sizes, found, strict=True):
        told = "".join(f"{one:>9.3f} s{one / nothing:>4.0f}×" for one in took.values())
        print(f"{size:>8}{nothing:>10.3f} s{told}")
    print(f"{'ratio':>20}" + "".join(f"{found[1][1][name] / found[0][1][name]:>14.2f}  " for name in LINES))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
