"""Turn what the layout gate found into a page: ``ARCHIVIST_PAGE_REPORT=folder pytest --long tests/documents/test_printed_pages.py``, then this.

The folder holds a file for each lot, ``{paper: {fault: times}}``, written by ``tests/documents/test_printed_pages.py``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from archivist.documents.render.page_check import PageFault

ROOT = Path(__file__).resolve().parent.parent
SAME = "as-the-nation"
"""Stands for a fault where a paper is the nation's, byte for byte, and was not looked at again."""
HEADING = """# Printed pages

<!-- written by make long, never by hand -->

Every type of paper under every pack for three households – an ordinary one, the largest with the longest names of county, community and
person, one of which little is known –, made into a PDF and looked at page by page (`archivist/documents/render/page_check.py`). The columns
count the findings. A place's paper that is the nation's, byte for byte, is counted with that one.

"""


def page(lots: Mapping[str, Mapping[str, int]]) -> str:
    """Return the page.

    Args:
        lots: paper (type-pack-household) → fault → how often.
    """
    papers: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for name, faults in lots.items():
        _, rest = name.split("-", 1)
        pack, household = rest.rsplit("-", 1)
        papers[pack, household] += 1
        found[pack, household].update(faults)
    kinds = [SAME, *(fault.value for fault in PageFault)]
    lines = [f"| pack | household | papers | {' | '.join(kinds)} |", f"|---|---|--:|{'--:|' * len(kinds)}"]
    for key in sorted(papers):
        counts = " | ".join(str(found[key][kind]) for kind in kinds)
        lines.append(f"| {key[0]} | {key[1]} | {papers[key]} | {counts} |")
    return HEADING + "\n".join(lines) + "\n"


def main() -> None:
    """Write ``docs/printed-pages.md``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    lots: dict[str, Mapping[str, int]] = {}
    for path in sorted(parser.parse_args().folder.glob("*.json")):
        lots |= json.loads(path.read_text(encoding="utf-8"))
    (ROOT / "docs/printed-pages.md").write_text(page(lots), encoding="utf-8")


if __name__ == "__main__":
    main()
