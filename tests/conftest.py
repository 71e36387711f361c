"""Adds up what the fault harness counted, prints it, and writes it where ``ARCHIVIST_FAULT_REPORT`` says.

Tests count through the ``counted`` fixture; the numbers travel with the test reports, so that they come together
in one place also when the tests run in several processes.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes is the machine's affair: no test fails because one took long.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

PREFIX = "faults:"
TOGETHER = ("test_torture.py", "test_main_job.py")
Counted = Callable[[str, str, int], None]
"""Adds to a count: ``counted("file one", "kill points", 51)``."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the fault harness, which takes longer than all the rest and is run by ``make faults``."""
    for item in items:
        if "faults" in item.path.parts:
            item.add_marker("faults")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep in one process the tests that share an expensive fixture: of one module, or of one fault command.

    Under pytest 9.2, pytest-xdist 3.8 writes the group into a name that is no longer read: ``xdist_group`` does nothing.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            module, _, test = nodeid.partition("::")
            if module.endswith(TOGETHER):
                return module
            command = re.search(r"\[([a-z-]+)", test) if "faults/" in module else None
            return command[1] if command else nodeid

    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Counted:
    """Count what a fault test did, by command and by what was counted."""

    def count(command: str, what: str, number: int) -> None:
        record_property(PREFIX + command, [what, number])

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts, and write them as JSON: ``{"counts": {command: {what: number}}, "failed": n, …}``."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.getreports(kind)]
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    seconds = 0.0
    for report in reports:
        found = [(k, v) for k, v in report.user_properties if str(k).startswith(PREFIX)]
        if report.when != "call" or not found:
            continue
        seconds += report.duration
        for key, value in found:
            assert isinstance(value, list | tuple)
            counts[str(key).removeprefix(PREFIX)][str(value[0])] += int(value[1])
    if not counts:
        return
    failed = [r.nodeid for r in reports if r.failed and "/faults/" in r.nodeid]
    terminalreporter.section("faults")
    for command, rows in counts.items():
        numbers = ", ".join(f"{number} {what}" for what, number in rows.items())
        terminalreporter.write_line(f"{command}: {numbers}")
    if target := os.environ.get("ARCHIVIST_FAULT_REPORT"):
        whole = {"counts": counts, "failed": failed, "cpu_seconds": round(seconds)}
        Path(target).write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
