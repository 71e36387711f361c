"""Command line; see the package."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.filing_quality import table
from benchmarks.filing_quality.format_kinds import NEVER_MADE
from benchmarks.filing_quality.plan import choose, share_out
from benchmarks.filing_quality.run import measure


def main() -> int:
    """Measure and print; see the package for the exit code."""
    options = argparse.ArgumentParser(
        prog="filing_quality", description="how papers are filed, against the truth"
    )
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--files", type=int, default=200)
    options.add_argument("--batch", type=int, default=60, help="forms in a feeder's batch")
    options.add_argument(
        "--kinds", default="", help="only kinds whose name has one of these words, by commas"
    )
    options.add_argument("--readers", type=int, default=1, help="processes that read files")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    skipped = [f"{k.name}: {k.lacking}" for k in choose(given.kinds) if k.lacking] + [NEVER_MADE]
    kinds = share_out([k for k in choose(given.kinds) if not k.lacking], given.files)
    with tempfile.TemporaryDirectory(prefix="filing-quality-", ignore_cleanup_errors=True) as folder:
        run = measure(Path(folder), kinds, seed=given.seed, batch=given.batch, readers=given.readers)
    whole = table.totals(run.verdicts)
    if given.json:
        plain = table.as_plain(
            run.verdicts,
            seed=given.seed,
            files=len(run.drops),
            skipped=skipped,
            strays=run.strays,
            harmed=run.harmed,
        )
        print(json.dumps(plain, ensure_ascii=False, indent=1))
    else:
        print(
            f"\nseed {given.seed}, {len(run.drops)} files; drawn in {run.drawing_s:.0f} s, filed in {run.filing_s:.0f} s\n"
        )
        print(table.table(run.verdicts))
        for title, rows in (
            ("wrong or hasty", run.harmed),
            ("records of no file", run.strays),
            ("not made", skipped),
        ):
            if rows:
                print(f"\n{title}:\n{table.details(rows)}")
    return 1 if whole.harm else 0


if __name__ == "__main__":
    sys.exit(main())
