"""``archivist rules list``, and a pack with its rows: from what was read before, and against reading every row, in one run.

    python -m benchmarks.rules [OWN]

At two sizes: the shipped packs, and the shipped packs with so many of the office's own (20 by default, each extending a
shipped one, in a temporary folder that is removed). Timed are the list read from every row (the baseline), the list from
``index/rule_packs.json``, and one pack with its rows from its files and from ``index/rule_pack.json``. The answers are
compared. Times are CPU seconds of this process, the median of five, because the machine may be shared; the ratios say
how they stand to each other. The goal for the list is under 50 ms for the shipped packs together.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from archivist.rules import pack, skeleton
from archivist.rules.summaries import all_packs

ROUNDS = 5
Answer = TypeVar("Answer")


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Return the median of the CPU seconds, and what the last round answered."""
    took = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        answer = work()
        took.append(time.process_time() - begin)
    return statistics.median(took), answer


def measure(own: Path | None, cache: Path, name: str) -> None:
    """Print one size."""
    baseline, rows = timed(lambda: all_packs(own, None))
    all_packs(own, cache)
    warm, heads = timed(lambda: all_packs(own, cache))
    assert heads == rows, "the cache answers otherwise"
    print(f"{len(heads)} packs")
    print(f"  list, every row read       {baseline * 1000:8.1f} ms")
    print(f"  list, from the cache       {warm * 1000:8.1f} ms   {warm / baseline:6.3f} × every row read")
    kept = cache.with_name("rule_pack.json")
    read, one = timed(lambda: pack.load(name, own=own))
    pack.load(name, own=own, cache=kept)
    again, other = timed(lambda: pack.load(name, own=own, cache=kept))
    assert one.rules == other.rules and one.steps == other.steps, "the cache answers otherwise"
    print(f"  {name} with its rows")
    print(f"    read                     {read * 1000:8.1f} ms")
    print(f"    from the cache           {again * 1000:8.1f} ms   {again / read:6.3f} × read")


def main(own: int) -> None:
    """Run everything."""
    shipped = pack.available()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        measure(None, root / "shipped.json", shipped[-1])
        for n in range(own):
            place = root / "packs" / f"own-{n:03}"
            place.mkdir(parents=True)
            for name, text in skeleton.files(pack.load(shipped[n % len(shipped)]), f"样例{n}").items():
                (place / name).write_text(text, encoding="utf-8")
        measure(root / "packs", root / "own.json", "own-000")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
