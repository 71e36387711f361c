"""What a file costs that a batch of disposals destroys, in a short batch and in a long one.

    python -m benchmarks.disposal [ROWS …]

Makes offices of so many closed households (60 and 240 by default) in a temporary folder, destroys them all in one batch, and gives CPU
milliseconds a file of this process (the machine may be shared): over the first quarter of the batch and over the last, with what is done
once before and after. What grows of a file's cost grows with the ledger: each event writes its manifests anew. Three times as much a file
in a batch four times as long would mean that something is read anew for each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from archivist.preservation.disposal_batches import batches
from archivist.preservation.disposal_execution import execute
from archivist.store import chain
from archivist.workspace import Workspace
from tests.preservation.disposals import READY, WITNESSES, close_one_of_many, office, ready

ROWS: Final = (60, 240)


def measure(root: Path, rows: int) -> tuple[float, float, float]:
    """Return what a file of the first quarter costs, one of the last, and one with all that is done once; seconds."""
    with office(root, 0) as workspace:
        for n in range(rows):
            close_one_of_many(workspace, n)
        ready(workspace)
    chain.forget()
    marks: list[float] = []
    with Workspace.open(root) as workspace:
        (batch,) = batches(workspace.archive).values()
        begin = time.process_time()
        done = execute(
            workspace, READY, batch.id, witnesses=WITNESSES, step=lambda *_: marks.append(time.process_time())
        )
        whole = time.process_time() - begin
    assert len(done.now) == rows and not done.left
    quarter = max(rows // 4, 1)
    first = (marks[quarter] - marks[0]) / quarter
    return first, (marks[-1] - marks[-1 - quarter]) / quarter, whole / rows


def main(sizes: list[int]) -> None:
    """Print a line for each size, with its ratio to the first."""
    print("a file of a batch of disposals, CPU ms: first quarter, last quarter, with all that is done once")
    least = None
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder) / "office", rows)
        least = least or found
        print(
            f"{rows:>6}"
            + "".join(f"{s * 1e3:12.1f} {s / t:6.2f} ×" for s, t in zip(found, least, strict=True)),
            flush=True,
        )


if __name__ == "__main__":
    main([*map(int, sys.argv[1:])] or [*ROWS])
