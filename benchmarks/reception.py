"""``archivist bureau receive`` against ``zip -0`` and ``sha256sum`` of the same files, in one run.

    python -m benchmarks.reception [CASES …] [--files N] [--kb N]

Makes offices as ``benchmarks.submission`` does, hands everything over, and lets a new bureau receive and verify it; in turn
with packing and listing the same files, three times, the page cache warm, the bureau's workspace open. The goal is a ratio of 2.0 or less for receiving, which reads
every byte back, and for ``bureau verify`` after it.
"""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from archivist.bureau import custody
from archivist.bureau.reception import receive
from archivist.preservation import submission
from archivist.preservation.submission import SubmissionOrder
from archivist.preservation.submission_selection import Wanted
from archivist.report.query import Period
from benchmarks.submission import BY, ROUNDS, at_sizes, make_office, pack_plainly, timed
from tests.bureau.kit import RECEIVER, make_bureau


def measure(cases: int, files: int, kb: int, place: Path) -> None:
    """Print the times of one size and their ratios."""
    stick = place / f"stick{cases}"
    stick.mkdir()
    office = make_office(place / f"ws{cases}", cases, files, kb)
    order = SubmissionOrder(Period.of_month("2024-03"), "2024M03", Wanted.ALL, stick)
    submission.submit(office, BY, order)
    parts = sorted(stick.rglob("*.zip"))
    times: dict[str, list[float]] = {"plain": [], "receive": [], "verify": []}
    for n in range(ROUNDS):
        root = place / f"bureau{cases}-{n}"
        times["plain"].append(timed(lambda: pack_plainly(office.archive.cases, place / "plain.zip")))
        with make_bureau(root) as bureau:
            bureau.issuing_key(
                RECEIVER
            )  # open and healed, catalogue and rules read, as after the first package of a day
            bureau.index.cases()
            assert bureau.pack and bureau.catalogue.generated()
            times["receive"].append(timed(lambda: receive(bureau, RECEIVER, parts)))
            times["verify"].append(timed(lambda: custody.verify(bureau, RECEIVER)))
        shutil.rmtree(root)
    size = sum(part.stat().st_size for part in parts)
    office.close()
    middle = {name: statistics.median(found) for name, found in times.items()}
    print(
        f"{cases} households, {size / 1e6:.0f} MB: zip -0 + sha256sum {middle['plain']:.2f} s, "
        f"receive {middle['receive']:.2f} s, ratio {middle['receive'] / middle['plain']:.2f}, "
        f"verify {middle['verify']:.2f} s, ratio {middle['verify'] / middle['plain']:.2f}"
    )


if __name__ == "__main__":
    at_sizes(measure, __doc__ or "")
