"""The page over small and large archives: screens, live search, page pictures and acts, in one run.

    python -m benchmarks.page [CASES] [ASKS]

Makes offices of a tenth of so many open cases and of all of them (10,000 by default; see ``benchmarks.due``), serves each as ``archivist
serve`` does, without the network between, and asks for everything ``ASKS`` times (40 by default). The baseline is what no archive has a
part in: the screen that asks who it is, in the office of a tenth, in the same run. Each line gives, of both sizes, the 95th percentile in
milliseconds, how it stands to that of the baseline, and how the large one stands to the small one.

Screens, search and acts are CPU milliseconds of this process, because the machine may be shared. Page pictures are drawn by a process of
their own: those are milliseconds of the clock, beside the baseline of the clock, and worth little on a machine that does other work.
The goals are of a quiet machine of two cores: a screen 200 ms, a search 100, an act 500, a picture 300 where it is drawn and 20 where it is kept.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from archivist.api import inbox
from archivist.model.by import By
from archivist.workspace import Workspace
from benchmarks.due import NOW, make
from tests.reading.files import text_pdf
from tests.web.browser import Browser, Page, staffed

SEARCH_GAP_S: Final = 0.11
"""The page answers ten searches a second and session."""
PAGES: Final = 20
"""Of the paper whose pages are drawn."""
BASELINE: Final = "登录（不看档案）"
BY_THE_CLOCK: Final = "（钟）"
"""What is named so is of the clock, and so is the baseline it stands to."""


def p95(seconds: Iterable[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1] * 1e3


def timed(ask: Callable[[int], int], times: int, clock: Callable[[], float], gap: float = 0.0) -> float:
    """Return the 95th percentile of asking so often, after three times that do not count; every answer must be good."""
    took = []
    for n in range(times + 3):
        time.sleep(gap)
        begin = clock()
        status = ask(n)
        took.append(clock() - begin)
        assert status in (200, 303), status
    return p95(took[3:])


def prepared(root: Path, cases: int) -> tuple[str, ...]:
    """Make an office with so many cases, its people, and a paper of some pages in the first case; return its case numbers."""
    with make(root, cases) as workspace:
        numbers = tuple(map(str, workspace.archive.case_numbers()))
    text_pdf(root / "letter.pdf", *(f"PAGE {n}" for n in range(1, PAGES + 1)))
    with Workspace.open(root) as workspace:
        inbox.file_by_hand(
            workspace, lambda: By("林经办", NOW), numbers[0], [root / "letter.pdf"], type="其他材料"
        )
    staffed(root)
    return numbers


def measure(root: Path, cases: int, times: int) -> Mapping[str, float]:
    """Return what everything took in an office of so many cases."""
    numbers = prepared(root, cases)
    page = Page(root)
    try:
        stranger, browser = page.browser(), page.browser("林经办")
        return dict(ask(stranger, browser, numbers, times))
    finally:
        page.close()


def ask(
    stranger: Browser, browser: Browser, numbers: tuple[str, ...], times: int
) -> Iterable[tuple[str, float]]:
    """Ask for everything; each household only once, so that nothing of it is kept from the time before."""
    cpu, wall = time.process_time, time.perf_counter
    others = itertools.cycle(numbers[1:])

    def gets(*paths: str) -> Callable[[int], int]:
        return lambda n: browser.get(paths[n % len(paths)]).status_code

    def changes(n: int) -> int:
        case = next(others)
        browser.get(f"/case/{case}")
        return browser.post(
            f"/case/{case}/set", fact="applicant.phone", value=f"022-{n:08d}", reason="核实"
        ).status_code

    yield BASELINE, timed(lambda _: stranger.get("/login").status_code, times, cpu)
    yield BASELINE + BY_THE_CLOCK, timed(lambda _: stranger.get("/login").status_code, times, wall)
    yield "今天", timed(gets("/"), times, cpu)
    yield "期限", timed(gets("/due"), times, cpu)
    yield "户档一览", timed(gets("/cases"), times, cpu, SEARCH_GAP_S)
    yield "运行", timed(gets("/system"), times, cpu)
    yield "册表", timed(gets("/reports"), times, cpu)
    yield "待签", timed(gets("/sign"), times, cpu)
    yield "保管", timed(gets("/retention"), times, cpu)
    yield "一户", timed(lambda _: browser.get(f"/case/{next(others)}").status_code, times, cpu)
    yield "待认领（空）", timed(gets("/tray"), times, cpu)
    yield (
        "边输边查",
        timed(
            gets(*(f"/cases?q={q}" for q in ("w", "wx", "王", "王秀", "li", "zhm", numbers[-1][-4:]))),
            times,
            cpu,
            SEARCH_GAP_S,
        ),
    )
    yield "改一项（看一户，再办）", timed(changes, times, cpu)
    first = f"/case/{numbers[0]}/0001/page"
    browser.get(f"/case/{numbers[0]}/0001")
    drawn = []
    for n in range(1, PAGES + 1):
        begin = wall()
        assert browser.get(f"{first}/{n}").status_code == 200
        drawn.append(wall() - begin)
    yield "图像，现画" + BY_THE_CLOCK, p95(drawn)
    yield "图像，存着的" + BY_THE_CLOCK, timed(gets(f"{first}/1"), times, wall)


def main(cases: int, times: int) -> None:
    """Print a line for each thing that was asked for."""
    sizes = (max(cases // 10, 10), cases)
    with tempfile.TemporaryDirectory() as folder:
        small, large = (measure(Path(folder) / str(size), size, times) for size in sizes)
    print(
        f"{'p95':<24}" + "".join(f"{f'{size} cases':>14}{'× login':>9}" for size in sizes) + f"{'ratio':>8}"
    )
    for name, few in small.items():
        many = large[name]
        base = small[BASELINE + (BY_THE_CLOCK if name.endswith(BY_THE_CLOCK) else "")]
        print(
            f"{name:<24}{few:>11.1f} ms{few / base:>9.1f}{many:>11.1f} ms{many / base:>9.1f}{many / few:>8.2f}",
            flush=True,
        )


if __name__ == "__main__":
    told = [int(word) for word in sys.argv[1:]]
    main(*(told + [10_000, 40][len(told) :]))
