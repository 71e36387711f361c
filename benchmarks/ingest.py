"""Filing scans: what ``archivist watch --once`` costs over the bare reading of the same pages, and pages per second.

The sheets are those of ``benchmarks/ocr.py`` (a form, a decision, a list, a letter; five kinds of damage), a file each, in the
drop folder of a household in which everybody on the sheet stands. The baseline, in the same run, decodes each file, looks for
QR codes and recognises the page with a warm engine: it tells nobody whose it is, keeps nothing and survives nothing. Start,
models and index are taken out by a run over one file; CPU seconds are those of the command and of all its children.

Run from the repository's root; two sizes, so that growth shows::

    python -m benchmarks.ingest [--seed 1] [--pages 4 8] [--rate]

``--pages`` counts sheets for each kind of damage: 4 are twenty files. ``--rate`` adds pages per second by the clock, with a
reading process on every core.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from archivist.model.facts import parse_facts
from archivist.model.ids import narrow
from archivist.reading import ocr
from archivist.reading.barcodes import read_codes
from archivist.reading.child_process import Limits
from tests.kit import make_workspace, open_household
from tests.reading import pages

CODE_PX = 200
"""Half the side of what covers a code, px at 300 dpi."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One file: its JPEG, and everybody on it by name and number."""

    data: bytes
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: CPU seconds of the command and its children, seconds by the clock, files filed."""

    cpu_s: float
    wall_s: float
    filed: int


def draw(seed: int, count: int) -> list[Scan]:
    """Draw so many sheets for each kind of damage."""
    rng = random.Random(seed)
    kinds = list(pages.KINDS.values())
    scans = []
    for number in range(count):
        sheet = without_codes(kinds[number % len(kinds)](rng))
        for spoil in pages.DEGRADATIONS.values():
            picture = np.asarray(spoil(sheet.image, number + seed).convert("RGB"))
            done, data = cv2.imencode(
                ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90]
            )
            assert done
            people = zip(sheet.names, map(narrow, sheet.ids), strict=True)
            scans.append(Scan(data.tobytes(), tuple(people)))
    return scans


def without_codes(sheet: pages.Sheet) -> pages.Sheet:
    """Cover the codes of a sheet, which name no record of this office: such a sheet would wait for a person."""
    picture = np.asarray(sheet.image.convert("L"))
    for code in read_codes(np.ascontiguousarray(picture)):
        x, y = int(code.x * picture.shape[1]), int(code.y * picture.shape[0])
        sheet.image.paste((255, 255, 255), (x - CODE_PX, y - CODE_PX, x + CODE_PX, y + CODE_PX))
    return sheet


def bare(scans: Sequence[Scan]) -> float:
    """Return the CPU seconds of decoding, QR codes and recognition alone."""
    engine = ocr.OcrEngine(Limits().page_cpu_s)
    blank = np.full((400, 400, 3), 255, np.uint8)
    engine.read(np.asarray(cv2.putText(blank, "warm 2024", (20, 200), 0, 2, (0, 0, 0), 3), np.uint8))
    started = time.process_time()
    for scan in scans:
        picture = np.asarray(cv2.imdecode(np.frombuffer(scan.data, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        read_codes(picture)
        engine.read(picture)
    return time.process_time() - started


def file_all(scans: Sequence[Scan], readers: int) -> Cost:
    """File the scans into a new workspace with the program itself."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with make_workspace(root) as workspace:
            for people in dict.fromkeys(scan.people for scan in scans):
                applicant, *members = [{"name": name, "id_number": number} for name, number in people]
                members = [{"relation": "其他", **member} for member in members]
                facts = {"applicant": applicant | {"village": "样例里社区"}, "members": members}
                case = open_household(workspace, parse_facts(facts))
                drop = next(
                    p for p in workspace.archive.inbox.iterdir() if p.name.startswith(str(case.number))
                )
                for number, scan in enumerate(scans):
                    if scan.people == people:
                        (drop / f"SCAN{number:04d} 其他材料.jpg").write_bytes(scan.data)
        settings = root / "archivist.toml"
        settings.write_text(
            settings.read_text(encoding="utf-8").replace("readers = 1", f"readers = {readers}")
        )
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "archivist", "--workspace", folder, "--json", "watch", "--once"],
            check=False, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        filed = len([*(root / "archive/cases").glob("*/data/*/*.jpg")])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, ended - started, filed)


def main() -> None:
    """Measure and print a line for each size."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--pages", type=int, nargs="+", default=[4, 8], help="sheets for each kind of damage"
    )
    options.add_argument("--rate", action="store_true", help="also pages per second with every core")
    given = options.parse_args()
    cores = os.cpu_count() or 1
    one = {readers: file_all(draw(given.seed, 1)[:1], readers) for readers in {1, cores if given.rate else 1}}
    print(
        f"{'files':>5} {'filed':>5} {'bare s/page':>11} {'filed s/page':>12} {'overhead':>8}"
        + "  pages/s" * given.rate
    )
    measured = []
    for size in sorted(given.pages):
        scans = draw(given.seed, size)
        alone, whole = bare(scans), file_all(scans, 1)
        count = len(scans)
        spent = (whole.cpu_s - one[1].cpu_s) * count / (count - 1)
        line = (
            f"{count:5} {whole.filed:5} {alone / count:11.3f} {spent / count:12.3f} {spent / alone - 1:8.1%}"
        )
        if given.rate:
            wall = file_all(scans, cores).wall_s - one[cores].wall_s
            line += f"  {(count - 1) / wall:7.2f}"
        measured.append((count, spent / alone))
        print(line, flush=True)
    for (few, small), (many, large) in pairwise(measured):
        print(f"growth: {large / small:.3f} × the ratio for {many / few:.0f} × the files")


if __name__ == "__main__":
    main()
