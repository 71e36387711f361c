"""Where a user's account keeps what may be lost at any time, for commands outside a workspace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["folder"]


def folder() -> Path | None:
    """Return the program's cache folder of this account, which need not exist; ``None`` for an account without a home.

    ``XDG_CACHE_HOME`` or ``~/.cache``; ``%LOCALAPPDATA%`` on Windows. Never the folder the program is installed in.
    """
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    if named and Path(named).is_absolute():
        return Path(named) / "archivist"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ".cache" / "archivist"
