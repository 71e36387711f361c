"""A file opened in whatever program this machine opens such files with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

_REFUSES_WITHIN_S: Final = 3.0
"""A desktop that has no program for a file says so within this time; one that has may stay as long as its window."""


def opened(path: Path) -> bool:
    """Open a file in its program; tell whether one took it.

    Args:
        path: an existing file.
    """
    try:
        if sys.platform == "win32":
            os.startfile(path)
            return True
        process = subprocess.Popen(
            ["open" if sys.platform == "darwin" else "xdg-open", str(path)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        return False
    try:
        return process.wait(_REFUSES_WITHIN_S) == 0
    except subprocess.TimeoutExpired:
        process.returncode = 0  # the window stays when this program ends; nobody here waits for it
        return True
