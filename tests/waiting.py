"""Waiting for another process: for a state, never for a time.

No test may depend on the machine being slow or fast. What must come after something waits for that very thing; the
bound here only ends a test that would hang, and no machine is slow enough to reach it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 900.0
"""Seconds after which something will not happen any more."""


def until(condition: Callable[[], object], step_s: float = 0.01) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: it did not come about.
    """
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(step_s)


def gone(pid: int) -> bool:
    """Tell whether a process has ended; one that nobody has asked about yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def cpu_s(pid: int) -> float:
    """Return the CPU seconds a process has used (Linux)."""
    user, system = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
