"""Turn the counts of damage by chance into a table: ``ARCHIVIST_FUZZ_REPORT=counts.json pytest --long tests/fuzz``, then this.

The JSON is as for ``fault_report``, by kind of file. The page is ``docs/fuzz-counts.md`` and is never written by hand.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING = """# Damage by chance: the last long run

<!-- written by make long, never by hand -->

Of each kind of file: bits turned over one at a time (every one of files up to 4 KB, 2,000 drawn places of larger ones), files
spoilt otherwise (cut, extended, pieces doubled, zeroed, swapped, values of another type), and notes and events rewritten with
their digests made to fit; pieces of the manifests of bags zeroed and swapped one place after the other. After each the program is asked what touches that file: a case is shown, the ledger, the tray, the
batches, the access log, settings, keys, rules or types are read. Of a file of the index it is asked which of its files are
damaged, by the checksums that stand before every search, and after one of twenty it is searched itself. After one of two
hundred everything is asked, with writes. Wrong is whatever falls over, is called a fault of the program (E700), is not named
as the very file that was damaged (by verify, in the index by its checksums), or stops a write to another household. An empty
field: that run was ended before its turn.
"""
COLUMNS = {
    "bits": "bits",
    "mutations": "mutations",
    "pieces zeroed": "manifest pieces zeroed",
    "pieces swapped": "manifest pieces swapped",
    "resealed": "digests made to fit",
    "searched": "searched",
    "asked everything": "asked everything",
    "wrong": "wrong",
}


def table(counts: dict[str, dict[str, int]]) -> str:
    """Return the table in Markdown, with a last row of sums."""
    lines = [f"| kind of file | {' | '.join(COLUMNS.values())} |", f"|---|{'--:|' * len(COLUMNS)}"]
    for kind, row in counts.items():
        lines.append(f"| {kind} | {' | '.join(_shown(row.get(what)) for what in COLUMNS)} |")
    sums = [sum(row.get(what, 0) for row in counts.values()) for what in COLUMNS]
    lines.append(f"| **all** | {' | '.join(f'**{n:,}**' for n in sums)} |")
    return "\n".join(lines)


def _shown(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def main() -> None:
    """Read the counts, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("counts", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/fuzz-counts.md")
    options = parser.parse_args()
    found = json.loads(options.counts.read_text(encoding="utf-8"))
    head = f"{len(found['failed'])} failures. {found['cpu_seconds']} seconds of testing."
    options.out.write_text(f"{HEADING}\n{head}\n\n{table(found['counts'])}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
