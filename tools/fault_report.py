"""Turn the counts of a fault run into a table: ``ARCHIVIST_FAULT_REPORT=counts.json pytest --long tests/faults``, then this.

The JSON is ``{"counts": {command: {what: number}}, "failed": [test…], "cpu_seconds": n}``, written by
``tests/conftest.py`` after a run that took all of every sweep. The page is ``docs/fault-counts.md`` and is never written by hand.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING = """# The last run of the fault harness

<!-- written by make long, never by hand -->

What each column means: [reliability](reliability.md).
"""
COLUMNS = {
    "kill points": "kill points",
    "kills in recovery": "kills in recovery",
    "kills in the index": "kills in the index",
    "ENOSPC and EIO": "ENOSPC, EIO",
    "Ctrl-C": "Ctrl-C",
    "power-loss states": "power-loss states",
    "power-loss states after kill and restart": "… after kill and restart",
    "fsyncs taken away": "fsyncs taken away",
    "of them caught": "caught",
    "of them needless": "needless",
}
"""What is counted, in the order of the table, with its heading; anything else goes into the list below it."""


def table(counts: dict[str, dict[str, int]]) -> str:
    """Return the table in Markdown, with a last row of sums, and the other counts as a list."""
    rows = {command: row for command, row in counts.items() if row.keys() & COLUMNS.keys()}
    lines = [f"| command | {' | '.join(COLUMNS.values())} |", f"|---|{'--:|' * len(COLUMNS)}"]
    for command, row in rows.items():
        lines.append(f"| {command} | {' | '.join(_shown(row.get(what)) for what in COLUMNS)} |")
    sums = [sum(row.get(what, 0) for row in rows.values()) for what in COLUMNS]
    lines.append(f"| **all** | {' | '.join(f'**{n:,}**' for n in sums)} |")
    others = [
        f"- {command}: {number:,} {what}"
        for command, row in counts.items()
        for what, number in row.items()
        if what not in COLUMNS
    ]
    return "\n".join([*lines, "", *others])


def _shown(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def main() -> None:
    """Read the counts, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("counts", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/fault-counts.md")
    options = parser.parse_args()
    found = json.loads(options.counts.read_text(encoding="utf-8"))
    failed = len(found["failed"])
    head = (
        f"{failed} failures. {found['cpu_seconds']} seconds of testing, shared by the processes of the run."
    )
    options.out.write_text(f"{HEADING}\n{head}\n\n{table(found['counts'])}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
