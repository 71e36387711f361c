"""``archivist due`` over many open cases: cold, warm, and against reading every chain, in one run.

    python -m benchmarks.due [CASES]

Makes a workspace of so many open cases (10,000 by default, in a temporary folder that is removed), nine in ten of them
in benefit, the others anywhere between acceptance and payment, lets the index follow, then times: the naive way (read
every chain, work out every limit), the first agenda of a day's rules (cold), the agenda again (warm, the median of
five), and after one case has moved. The answers are compared. Times are CPU seconds of this process, because the machine may be shared; the ratios
say how they stand to each other. The goal is under one second warm for 10,000.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from archivist.api.agenda import due
from archivist.model.by import CHINA, By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category
from archivist.rules import deadlines
from archivist.store import Draft, bag
from archivist.workspace import Workspace
from benchmarks import bags
from benchmarks.bags import Change

SEED = 20261122
NOW = dt.datetime(2024, 3, 8, 10, 30, tzinfo=CHINA)
SETTINGS = 'pack = "tianjin-hongqiao"\n[office]\nname = "样例街道办事处"\ncode = "TJHQ"\n'
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞"
WAY = (
    ("submit", "draft", "submitted"),
    ("accept", "submitted", "accepted"),
    ("verify", "accepted", "verifying"),
    ("survey", "verifying", "surveying"),
    ("prelim", "surveying", "prelim_reviewed"),
    ("publicize", "prelim_reviewed", "publicized"),
    ("review", "publicized", "re_review"),
    ("confirm", "re_review", "confirmed"),
    ("deliver", "confirmed", "delivered"),
    ("announce", "delivered", "announced"),
    ("file", "announced", "filed"),
    ("pay", "filed", "in_benefit"),
    ("visit", "in_benefit", "in_benefit"),
    ("start_review", "in_benefit", "reviewing"),
    ("reviewed", "reviewing", "in_benefit"),
)
PAID = 12
"""So many steps to the first payment; nine households in ten have come so far."""


def make_case(folder: Path, number: CaseNo, rng: random.Random) -> None:
    """Write a case's chain of events as the store leaves it, without the fsyncs."""
    info = bag.bag_info((("External-Identifier", str(number)),))
    name = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=2))
    settled = rng.random() < 0.9
    length = PAID + rng.randint(0, len(WAY) - PAID) if settled else rng.randint(2, PAID)
    day = NOW.date() - dt.timedelta(days=rng.randint(60, 300) if settled else 2 * length + rng.randint(0, 9))
    opened = {
        "category": number.category.value,
        "opened_on": day.isoformat(),
        "facts": {"applicant": {"name": name, "id_type": "无", "village": "样例里社区"}},
    }
    events: list[tuple[Op, dict[str, object]]] = [(Op.CASE_OPENED, opened)]
    for step, before, after in WAY[:length]:
        taken = {"step": step, "title": step, "from": before, "to": after, "on": day.isoformat()}
        events.append((Op.STEP_TAKEN, taken))
        day += dt.timedelta(days=rng.randint(0, 3))
    bags.write(folder, info, (Change(op, data) for op, data in events))


def make(root: Path, cases: int) -> Workspace:
    """Return a workspace of so many cases, its index up to date."""
    root.mkdir(parents=True)
    (root / "archivist.toml").write_text(SETTINGS, encoding="utf-8")
    rng = random.Random(SEED)
    kinds = [Category.DB, Category.DB, Category.DX, Category.TK]
    for sequence in range(1, cases + 1):
        number = CaseNo("TJHQ", rng.choice(kinds), 2023, sequence)
        make_case(root / "archive/cases" / str(number), number, rng)
    workspace = Workspace.open(root)
    workspace.index.rebuild()
    return workspace


def naive(workspace: Workspace) -> int:
    """Read every chain and work out every limit; returns how many run."""
    cases = (workspace.archive.read(number) for number in workspace.archive.case_numbers())
    return sum(len(deadlines.running(case, workspace.pack)) for case in cases)


def timed(root: Path, days: int | None = None) -> tuple[float, list[tuple[str, str]]]:
    """Ask a workspace opened anew; returns seconds and what was answered."""
    begin = time.process_time()
    with Workspace.open(root) as workspace:
        found = due(workspace, on=NOW, days=days)
    took = time.process_time() - begin
    return took, sorted((e.case, e.rule) for e in found.entries)


def main(cases: int) -> None:
    """Run everything."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "office"
        workspace = make(root, cases)
        begin = time.process_time()
        running = naive(workspace)
        baseline = time.process_time() - begin
        print(f"{cases} open cases, {running} limits running on {NOW:%Y-%m-%d}")
        print(f"  naive, every chain read    {baseline:8.2f} s")
        cold, first = timed(root)
        print(f"  cold, cache filled         {cold:8.2f} s   {cold / baseline:6.2f} × naive")
        rounds = [timed(root) for _ in range(5)]
        warm = statistics.median(took for took, _ in rounds)
        print(f"  warm                       {warm:8.2f} s   {warm / baseline:6.3f} × naive")
        assert all(found == first for _, found in rounds), "the cache answers otherwise"
        soon = statistics.median(timed(root, 15)[0] for _ in range(5))
        print(f"  warm, the next 15 days     {soon:8.2f} s   {soon / baseline:6.3f} × naive")
        data = {"facts": {"applicant": {"name": "甲乙", "id_type": "无"}}}
        number = workspace.archive.case_numbers()[0]
        workspace.commit(number, lambda _: Draft(Op.FACTS_CHANGED, data), By("x", NOW))
        moved, again = timed(root)
        print(f"  after one case has moved   {moved:8.2f} s")
        assert again == first, "the cache answers otherwise"
        workspace.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
