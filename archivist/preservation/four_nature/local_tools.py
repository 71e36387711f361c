"""Programs of the office's own machine that are asked about files: a virus scanner, a checker of electronic signatures.

They are named in ``[security]`` of ``archivist.toml``, run without a shell, and speak by their exit status alone: 0 for nothing found
(or a signature that is valid), 1 for something found (or one that is not), as ``clamscan`` does; with anything else nothing is known.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Final

PLACE: Final = "{path}"
"""Where in the command the file or folder stands; at its end where it stands nowhere."""
LIMIT_S: Final = 1800
"""Seconds a program may take over one folder."""


class ToolRun(Enum):
    """What a program said."""

    CLEAN = 0
    FOUND = 1
    FAILED = 2
    """It could not be run, took too long, or ended with another status."""


def run_tool(command: Sequence[str], path: Path, *, limit_s: float = LIMIT_S) -> ToolRun:
    """Run a program over a file or folder.

    Args:
        command: the program and its arguments.
        path: what it is to look at.
        limit_s: seconds after which it is ended.
    """
    place = str(path.absolute())
    words = [word.replace(PLACE, place) for word in command]
    if not any(PLACE in word for word in command):
        words.append(place)
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limit_s,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ToolRun.FAILED
    return {0: ToolRun.CLEAN, 1: ToolRun.FOUND}.get(done.returncode, ToolRun.FAILED)
