"""Which tests a run takes (``sampling``), where they work, and what the fault harness and the damage by chance counted.

Tests count through the fixtures ``counted`` and ``fuzzed``; the numbers travel with the test reports, so that they come
together in one place also when the tests run in several processes. They are printed, and after a long run written where
``ARCHIVIST_FAULT_REPORT`` and ``ARCHIVIST_FUZZ_REPORT`` say.
"""

from __future__ import annotations

import functools
import json
import os
import random
import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import sampling
from tests.sampling import SEED_VARIABLE

FAULTS, FUZZ = "faults", "fuzz"
"""Folders whose tests count; what they count is marked so."""
SHARED = 'scope="module"'
"""Stands in a module whose tests share an expensive fixture: one process makes it once."""
MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2 << 30
_REPORTS = {FAULTS: "ARCHIVIST_FAULT_REPORT", FUZZ: "ARCHIVIST_FUZZ_REPORT"}
Counted = Callable[[str, str, int], None]
"""Adds to a count: ``counted("file one", "kill points", 51)``."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be repeated, and take everything."""
    group = parser.getgroup("sampling")
    group.addoption("--seed", type=int, help="take the sample of long sweeps that this number gives")
    group.addoption("--long", action="store_true", help="take all of every long sweep")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed; the processes of pytest-xdist find it in the environment, so all of them take the same sample."""
    if config.option.seed is None:
        config.option.seed = int(os.environ.get(SEED_VARIABLE) or random.SystemRandom().randrange(10**6))
    os.environ[SEED_VARIABLE] = str(config.option.seed)
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(config.option.seed)
    sampling.begin(config.option.seed, long=config.option.long)
    os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = (
        os.devnull
    )  # no test keeps anything in an account
    # The program syncs each file it keeps; on a disk the tests would wait for that more than they work.
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say the seed at the head, however quiet the run."""
    if reporter := session.config.pluginmanager.get_plugin("terminalreporter"):
        reporter.write_line(_told(session.config))


def _told(config: pytest.Config) -> str:
    if config.option.long:
        return f"all of every sweep, seed {config.option.seed}: rerun with --long --seed {config.option.seed}"
    return f"sampling seed {config.option.seed}: rerun with --seed {config.option.seed}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the fault harness, which has a command of its own, and leave out what the sample does not take."""
    for item in items:
        if FAULTS in item.path.relative_to(Path(__file__).parent).parts:
            item.add_marker("faults")
    if config.option.keyword:
        return
    left = sampling.left_out(items, tuple(arg for arg in config.args if "::" in arg))
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep in one process the tests that share an expensive fixture: of one module, or of one fault command.

    Under pytest 9.2, pytest-xdist 3.8 writes the group into a name that is no longer read: ``xdist_group`` does nothing.
    """
    from xdist.scheduler import LoadScopeScheduling

    @functools.cache
    def shares(module: str) -> bool:
        return SHARED in (config.rootpath / module).read_text(encoding="utf-8")

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            module, _, test = nodeid.partition("::")
            if shares(module):
                return module
            command = re.search(r"\[([a-z-]+)", test) if "faults/" in module else None
            return command[1] if command else nodeid

    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Counted:
    """Count what a fault test did, by command and by what was counted."""

    def count(command: str, what: str, number: int) -> None:
        record_property(f"{FAULTS}:{command}", [what, number])

    return count


@pytest.fixture
def fuzzed(record_property: Callable[[str, object], None]) -> Counted:
    """Count what was damaged by chance, by kind of file and by what was counted."""

    def count(kind: str, what: str, number: int) -> None:
        record_property(f"{FUZZ}:{kind}", [what, number])

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the seed again after a failure; print the counts, and write them as JSON.

    The JSON is ``{"counts": {command: {what: number}}, "failed": [test…], "cpu_seconds": n}``.
    """
    if terminalreporter.getreports("failed") or terminalreporter.getreports("error"):
        terminalreporter.write_line(_told(terminalreporter.config), red=True)
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.getreports(kind)]
    for of in (FAULTS, FUZZ):
        _summarise(terminalreporter, reports, of)


def _summarise(terminalreporter: pytest.TerminalReporter, reports: list[pytest.TestReport], of: str) -> None:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    seconds = 0.0
    for report in reports:
        found = [(k, v) for k, v in report.user_properties if str(k).startswith(f"{of}:")]
        if report.when != "call" or not found:
            continue
        seconds += report.duration
        for key, value in found:
            assert isinstance(value, list | tuple)
            counts[str(key).removeprefix(f"{of}:")][str(value[0])] += int(value[1])
    if not counts:
        return
    failed = [r.nodeid for r in reports if r.failed and f"/{of}/" in r.nodeid]
    terminalreporter.section(of)
    for command, rows in counts.items():
        numbers = ", ".join(f"{number} {what}" for what, number in rows.items())
        terminalreporter.write_line(f"{command}: {numbers}")
    if terminalreporter.config.option.long and (target := os.environ.get(_REPORTS[of])):
        whole = {"counts": counts, "failed": failed, "cpu_seconds": round(seconds)}
        Path(target).write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
