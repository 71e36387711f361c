"""PDFs: documents a second with one process and with two, and the CPU time of one.

Run ``python -m benchmarks.pdf [DOCUMENTS]`` (default 200). Confirmation decisions of households no two of which are alike go through the
pool as ``archivist generate --pdf`` sends them: fifty at one start of LibreOffice, what was broken badly converted once more. The
machine may be shared: CPU seconds are those of this process and its children.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archivist.documents.render.pool import PrintedSheet, RenderedDocument, render_all
from benchmarks.render import CATALOGUE, DOCUMENT, payload, values

BATCH = 50


@dataclass(frozen=True)
class Planned:
    """A document to be made."""

    sheet: PrintedSheet


def batches(count: int, processes: int) -> Iterator[Sequence[Planned]]:
    """Yield the documents in batches, as many as there are processes at the least."""
    document = CATALOGUE.get(DOCUMENT)
    assert document.template is not None
    size = max(1, min(BATCH, -(-count // processes)))
    for start in range(0, count, size):
        yield [
            Planned(PrintedSheet(document.template, values(n), payload(n), document.phrases))
            for n in range(start, min(start + size, count))
        ]


def spent() -> float:
    """Return the CPU seconds of this process and of the children it waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def main() -> int:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("| processes | documents | seconds | documents a second | CPU seconds a document |")
    print("|--:|--:|--:|--:|--:|")
    for processes in (1, 2):
        began, cpu = time.perf_counter(), spent()
        made = [
            one
            for printed in render_all(batches(count, processes), pdf=True, processes=processes)
            for one in printed.results
        ]
        took, used = time.perf_counter() - began, spent() - cpu
        assert all(isinstance(one, RenderedDocument) and one.pdf for one in made) and len(made) == count
        print(f"| {processes} | {count} | {took:.1f} | {count / took:.1f} | {used / count:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
