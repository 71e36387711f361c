"""``archivist verify`` against ``sha256sum`` over the same files with the same number of processes, in one run.

    python -m benchmarks.verify [CASES] [FILES] [KB]

Makes an archive of so many cases with so many files of so many kilobytes (1,000 × 20 × 100 by default, in a temporary
folder that is removed), warms the page cache, then times both in turn, three times. A ratio of 1.0 means as fast as
``sha256sum``; the goal is 0.8 or better.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archivist.model.event import EVENT_FORMAT, Event, Op
from archivist.model.ids import CaseNo, Category, record_no
from archivist.store import bag, chain
from archivist.store.archive_fixity import check_bags
from archivist.store.chain import Chain

ROUNDS = 3


def make_case(folder: Path, number: CaseNo, count: int, size: int, seed: random.Random) -> None:
    """Write a case as the store leaves it, without its fsyncs: this is about reading."""
    for name in ("data/01 申请", "events", "pending", "text"):
        (folder / name).mkdir(parents=True)
    (folder / "bagit.txt").write_bytes(bag.DECLARATION)
    info = bag.bag_info((("External-Identifier", str(number)),))
    (folder / "bag-info.txt").write_bytes(info)
    current = Chain(folder.name)
    facts = {"applicant": {"name": "甲乙", "id_type": "无"}}
    opened = {
        "category": "DB",
        "opened_on": "2024-01-01",
        "facts": facts,
        "bag_info_sha256": bag.sha256(info),
    }
    steps: list[tuple[Op, dict[str, object], list[dict[str, object]]]] = [(Op.CASE_OPENED, opened, [])]
    for n in range(1, count + 1):
        no = record_no(n)
        data, text = seed.randbytes(size), f"第 {n} 份".encode()
        paths = {f"data/01 申请/{no} 其他材料.pdf": data, f"text/{no}.txt": text}
        for path, content in paths.items():
            (folder / path).write_bytes(content)
        entry = {
            "no": no,
            "type": "other",
            "title": "其他材料",
            "folder": "01 申请",
            "status": "filed",
            "pages": 1,
        }
        files = [{"path": p, "sha256": bag.sha256(c), "size": len(c), "record": no} for p, c in paths.items()]
        steps.append((Op.RECORD_FILED, {"record": entry}, files))
    for seq, (op, data_, files) in enumerate(steps, 1):
        plain = {
            "format": EVENT_FORMAT,
            "case": current.bag,
            "seq": seq,
            "prev": current.head,
            "time": "2024-01-01T09:00:00+08:00",
            "actor": "x",
            "op": op.value,
        }
        encoded = chain.encode(Event.from_plain({**plain, "data": data_, "files": files}))
        (folder / "events" / chain.event_name(seq)).write_bytes(encoded)
        current.append(chain.decode(encoded), bag.sha256(encoded))
    for name, made in zip((bag.MANIFEST, bag.TAG_MANIFEST), current.manifests(bag.sha256(info)), strict=True):
        (folder / name).write_bytes(made)


def sha256sum(listing: Path, processes: int) -> float:
    """Time ``sha256sum`` over the listed files."""
    begin = time.perf_counter()
    with listing.open("rb") as names:
        subprocess.run(
            ["xargs", "-0", "-P", str(processes), "-n", "500", "sha256sum"],
            stdin=names,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return time.perf_counter() - begin


def verify(folders: list[Path], processes: int) -> float:
    """Time the check of all bags."""
    begin = time.perf_counter()
    assert not any(c.findings for c in check_bags(folders, processes=processes))
    return time.perf_counter() - begin


def main() -> int:
    """Make the archive, run both, print the ratio."""
    cases, count, kilobytes = (int(a) for a in (sys.argv[1:] + ["1000", "20", "100"][len(sys.argv) - 1 :]))
    processes = os.cpu_count() or 1
    seed = random.Random(7)
    with tempfile.TemporaryDirectory(prefix="archivist-bench-") as name:
        root = Path(name)
        begin = time.perf_counter()
        folders = []
        for n in range(1, cases + 1):
            number = CaseNo("TJHQ", Category.DB, 2024, n)
            folders.append(root / str(number))
            make_case(folders[-1], number, count, kilobytes * 1000, seed)
        files = [p for f in folders for p in f.rglob("*") if p.is_file()]
        listing = root / "files"
        listing.write_bytes(b"\0".join(os.fsencode(p) for p in files))
        size = sum(p.stat().st_size for p in files)
        print(
            f"{cases} cases, {len(files)} files, {size / 1e6:.0f} MB, {processes} processes; made in {time.perf_counter() - begin:.0f} s"
        )
        sha256sum(listing, processes)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(sha256sum(listing, processes))
            ours.append(verify(folders, processes))
            print(
                f"sha256sum {theirs[-1]:.2f} s   verify {ours[-1]:.2f} s   ratio {theirs[-1] / ours[-1]:.2f}"
            )
        ratio = statistics.median(theirs) / statistics.median(ours)
        print(
            f"median: verify reads {size / 1e6 / statistics.median(ours):.0f} MB/s, {ratio:.2f} of sha256sum (goal 0.80)"
        )
    return 0 if ratio >= 0.8 else 1


if __name__ == "__main__":
    sys.exit(main())
