"""What a change costs as the archive grows: records in a case, numbers in a year's ledger, cases in the office.

    python -m benchmarks.growth [records|numbers|cases] …

Each table goes from the smallest size to the largest and gives CPU seconds of this process (the machine may be shared),
how they stand to the smallest size of the same run, and the exponent ``b`` of a fit ``size ** b`` over all sizes. A *warm*
figure is of one process that goes on working, as ``watch`` does; a *cold* one opens the archive anew for each change,
as a command does, without what a process costs to start. All data is invented, and gone afterwards.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from archivist.api.agenda import due
from archivist.api.case_list import list_cases
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category, RecordNo, record_no
from archivist.store import Archive, Draft, NewFile, Stamp, bag, chain
from archivist.workspace import Workspace
from benchmarks import bags
from benchmarks import due as many_cases
from benchmarks.bags import Change

NOW: Final = many_cases.NOW
BY: Final = By("经办", NOW)
STAMP: Final = Stamp(BY, "x")
NUMBER: Final = CaseNo("TJHQ", Category.DB, 2024, 1)
PAPERS: Final = 60
"""So many changes are timed at each size."""
ROUNDS: Final = 5
RECORDS: Final = (0, 30, 100, 300, 700, 1_500, 3_000)
NUMBERS: Final = (0, 100, 300, 1_000, 3_000, 10_000)
CASES: Final = (100, 300, 1_000, 3_000, 10_000)


def cpu(act: Callable[[], object]) -> float:
    """Return the CPU seconds of this process that an act takes."""
    begin = time.process_time()
    act()
    return time.process_time() - begin


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return the slope of a straight line through the logarithms."""
    points = [(math.log(n), math.log(s)) for n, s in zip(sizes, seconds, strict=True) if n]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def table(
    title: str, sizes: Sequence[int], columns: Mapping[str, Sequence[float]], unit: float = 1e3
) -> None:
    """Print one table: a line a size, milliseconds, and the ratio to the first line."""
    print(f"\n{title}")
    print(f"{'':>8}" + "".join(f"{name:>26}" for name in columns))
    for n, size in enumerate(sizes):
        cells = (f"{s[n] * unit:12.2f} ms {s[n] / s[0]:8.2f} ×" for s in columns.values())
        print(f"{size:>8}" + "".join(f"{cell:>26}" for cell in cells))
    print(f"{'exponent':>8}" + "".join(f"{exponent(sizes, s):>26.2f}" for s in columns.values()), flush=True)


def checkpoints_of(root: Path) -> Path:
    """Return where a workspace has the checkpoints of its archive."""
    return root.parent / "index/checkpoints"


# ── records in one case ──────────────────────────────────────────────────────────────────────────────────
def entry(no: RecordNo) -> dict[str, object]:
    """Return what the event says of a filed paper."""
    title = "其他材料"
    return {"no": no, "type": "other", "title": title, "folder": "01 申请", "status": "filed", "pages": 1}


def files(no: RecordNo) -> tuple[tuple[str, bytes], ...]:
    """Return a paper and its text."""
    text = f"第 {no} 件的文字，家庭成员三人，月收入一千二百元".encode()
    return (f"data/01 申请/{no} 其他材料.pdf", b"%PDF " + text * 20), (f"text/{no}.txt", text)


def papers(case: Case) -> Draft:
    """Return the filing of the next paper."""
    no = case.next_record()
    return Draft(
        Op.RECORD_FILED,
        {"record": entry(no)},
        files=tuple(NewFile(path, data, no) for path, data in files(no)),
    )


def office_of_one(root: Path, records: int) -> Path:
    """Make an office of one case of so many records; return its folder."""
    root.mkdir()
    (root / "archivist.toml").write_text(many_cases.SETTINGS, encoding="utf-8")
    facts = {"applicant": {"name": "王样甲", "id_type": "无", "village": "样例里社区"}}
    opened = {"category": "DB", "opened_on": "2024-01-01", "facts": facts}

    def changes() -> Iterator[Change]:
        yield Change(Op.CASE_OPENED, opened)
        for n in range(1, records + 1):
            yield Change(Op.RECORD_FILED, {"record": entry(record_no(n))}, files(record_no(n)), record_no(n))

    info = bag.case_info(NUMBER, "样例街道办事处", dt.date(2024, 1, 1))
    bags.write(root / "archive/cases" / str(NUMBER), info, changes())
    with Workspace.open(root) as workspace:
        workspace.index.rebuild()
        with workspace.writing(BY):
            pass
    return root


def grow_records(folder: Path) -> None:
    """Time papers into cases of growing size."""
    found: dict[str, list[float]] = {"warm": [], "warm, with the index": [], "cold": []}
    for size in RECORDS:
        for name, times in found.items():
            root = office_of_one(folder / f"{size} {name}", size)
            with Workspace.open(root) as workspace:
                acts: dict[str, Callable[[Archive], object]] = {
                    "warm": lambda archive: archive.commit(NUMBER, papers, STAMP),
                    "warm, with the index": lambda _: workspace.commit(NUMBER, papers, BY),
                    "cold": lambda archive: archive.commit(NUMBER, papers, STAMP),
                }
                times.append((_cold if name == "cold" else _warm)(workspace.archive, acts[name]))
    table(f"one of {PAPERS} papers into a case of so many records", RECORDS, found)


def _warm(archive: Archive, act: Callable[[Archive], object]) -> float:
    """Return what an act costs in an archive that goes on, the mean of many with what the first has to read."""
    chain.forget()
    return cpu(lambda: [act(archive) for _ in range(PAPERS)]) / PAPERS


def _cold(archive: Archive, act: Callable[[Archive], object]) -> float:
    """Return what an act costs in an archive opened anew, the median of some."""
    times = []
    for _ in range(ROUNDS):
        chain.forget()
        anew = Archive(archive.root, checkpoints=checkpoints_of(archive.root))
        times.append(cpu(lambda: act(anew)))  # noqa: B023
    return statistics.median(times)


# ── numbers in a year ────────────────────────────────────────────────────────────────────────────────────
def office_of_numbers(root: Path, numbers: int) -> Archive:
    """Make an office that has given so many numbers in the year."""
    root.mkdir()

    def changes() -> Iterator[Change]:
        yield Change(Op.LEDGER_OPENED, {"year": 2024})
        for n in range(1, numbers + 1):
            taken = {"sequence": "文号 样", "year": 2024, "first": n, "last": n, "document": "other",
                     "cases": [str(NUMBER)], "run": f"20240101T090000-{n}"}  # fmt: skip
            yield Change(Op.NUMBERS_ALLOCATED, taken)

    info = bag.bag_info((("External-Identifier", "ledger-2024"), ("External-Description", "总账")))
    bags.write(root / "archive/ledger/2024", info, changes())
    archive = Archive(root / "archive", checkpoints=checkpoints_of(root / "archive"))
    archive.create()
    take(archive)  # the first reads the whole once
    return archive


def take(archive: Archive) -> None:
    """Take one reference number by a run of its own, which then ends as if a document bore it."""
    with archive.taking_numbers(STAMP) as run, archive.writing("x"):
        for number in archive.runs.take(run, "文号 样", 2024, 1, {"document": "other"}, STAMP):
            run.bear(number)


def grow_numbers(folder: Path) -> None:
    """Time numbers out of ledgers of growing size."""
    found: dict[str, list[float]] = {"warm": [], "cold": []}
    for size in NUMBERS:
        for name, measure in (("warm", _warm), ("cold", _cold)):
            archive = office_of_numbers(folder / f"{size} {name}", size)
            found[name].append(measure(archive, take))
    table(f"one of {PAPERS} numbers out of a year that has given so many", NUMBERS, found)


# ── cases in the office ──────────────────────────────────────────────────────────────────────────────────
def grow_cases(folder: Path) -> None:
    """Time the questions of every day over offices of growing size, in a workspace opened anew each time."""
    questions: dict[str, Callable[[Workspace], object]] = {
        "case list": list_cases,
        "due": lambda workspace: due(workspace, on=NOW),
        "search": lambda workspace: workspace.index.search("王秀 样例里", limit=20),
    }
    found: dict[str, list[float]] = {name: [] for name in questions}
    for size in CASES:
        root = folder / f"{size} cases"
        many_cases.make(root, size).close()
        for name, question in questions.items():
            found[name].append(statistics.median([_asked(root, question) for _ in range(ROUNDS)]))
    table("a question to an office of so many cases", CASES, found)


def _asked(root: Path, question: Callable[[Workspace], object]) -> float:
    with Workspace.open(root) as workspace:
        return cpu(lambda: question(workspace))


TABLES: Final = {"records": grow_records, "numbers": grow_numbers, "cases": grow_cases}


def main(names: Sequence[str]) -> None:
    """Make the tables named, or all."""
    for name in names or tuple(TABLES):
        with tempfile.TemporaryDirectory() as folder:
            TABLES[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
