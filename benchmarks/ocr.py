"""How fast and how well scans are read: CPU seconds a page and character error rate for each kind of damage.

Draws its own pages (a form, a decision with red letterhead and seal, a dense list, plain print), damages them, and
reads each as the product does and, in the same run, with its recogniser alone and with rapidocr as it comes out of the
box.
Trust the ratio, not the seconds: they depend on the machine. Run from the repository's root::

    python -m benchmarks.ocr [--seed 1] [--pages 4] [--no-baseline]

The error rate is the edit distance over the page's text, without blanks, after NFKC, dashes and quotes folded; a line
read in the wrong order counts as wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections import defaultdict
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from archivist.reading import ocr
from archivist.reading.barcodes import read_codes
from archivist.reading.child_process import Limits
from archivist.reading.paper import look_at
from tests.reading import pages


def baseline() -> Any:
    """Return a reader of pages: rapidocr with its own settings, lines put in order by our own rule."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "critical"})

    def read(picture: Any) -> tuple[str, float | None]:
        found = engine(picture)
        if found.txts is None:
            return "", None
        lines = [
            ocr.line_of(np.asarray(box, np.float32), text, float(score))
            for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        ]
        rows = ocr.reading_order(lines)
        return "\n".join(" ".join(line.text for line in row) for row in rows), float(np.mean(found.scores))

    return read


def ours() -> dict[str, Any]:
    """Return readers of pages: as the product reads a scan, and its QR codes and cascade alone."""
    engine = ocr.OcrEngine(Limits().page_cpu_s)

    def read(picture: Any) -> tuple[str, float | None]:
        found = look_at(picture, lambda: engine, has_code=bool(read_codes(picture))).print
        return (found.text, found.score) if found else ("", None)

    def bare(picture: Any) -> tuple[str, float | None]:
        read_codes(picture)
        found = engine.read(picture)
        return found.text, found.score

    return {"archivist": read, "bare": bare}


def main() -> None:
    """Draw, read, print one line for each kind of damage and reader."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--pages", type=int, default=4, help="pages for each kind of damage")
    options.add_argument("--no-baseline", action="store_true")
    options.add_argument("--errors", action="store_true", help="print the rows that came out differently")
    given = options.parse_args()
    readers = ours() | ({} if given.no_baseline else {"rapidocr": baseline()})
    blank = np.full((400, 400, 3), 255, np.uint8)
    for read in readers.values():
        read(cv2.putText(blank.copy(), "warm 2024", (20, 200), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 3))
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * 5)
    rng = random.Random(given.seed)
    kinds = list(pages.KINDS.items())
    for number in range(given.pages):
        kind, draw = kinds[number % len(kinds)]
        sheet = draw(rng)
        truth = pages.plain(sheet.text)
        for damage, spoil in pages.DEGRADATIONS.items():
            picture = cv2.cvtColor(
                np.asarray(spoil(sheet.image, number + given.seed).convert("RGB")), cv2.COLOR_RGB2BGR
            )
            for reader, read in readers.items():
                started = time.process_time()
                text, score = read(picture)
                spent = time.process_time() - started
                got = pages.plain(text)
                wrong = pages.distance(truth, got)
                found = sum(number_ in got for number_ in sheet.ids)
                for where in (damage, "all"):
                    total = sums[where, reader]
                    for k, value in enumerate((1, spent, wrong, len(truth), found)):
                        total[k] += value
                if given.errors and reader == "archivist":
                    print(f"-- {kind} · {damage} · {wrong}/{len(truth)} · score {score} · {spent:.2f} s")
                    expected = {pages.plain(row) for row in sheet.text.splitlines()}
                    for row in text.splitlines():
                        if pages.plain(row) not in expected:
                            print("   ", row)
    print(f"{'damage':16} {'reader':10} pages  CPU s/page   CER %   ID numbers found")
    for (damage, reader), (count, spent, wrong, chars, found) in sums.items():
        print(
            f"{damage:16} {reader:10} {count:5.0f} {spent / count:11.2f} {100 * wrong / chars:7.2f}   {found:.0f}"
        )
    mine, bare = sums["all", "archivist"], sums["all", "bare"]
    print(f"blanks, places to sign, likeness: {100 * (mine[1] / bare[1] - 1):.1f} % over the bare reading")
    if "rapidocr" in readers:
        theirs = sums["all", "rapidocr"]
        print(
            f"ratio: {theirs[1] / mine[1]:.1f} × less CPU, errors {mine[2] / max(theirs[2], 1):.2f} × the baseline's"
        )


if __name__ == "__main__":
    main()
