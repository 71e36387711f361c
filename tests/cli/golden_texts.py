"""What commands print, as it was read and found right; ``GOLDEN=write`` writes it anew, then read the difference."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.command_line import Office

GOLDEN: Final = Path(__file__).with_name("golden")


def agrees(name: str, text: str) -> None:
    """Compare a text with the one kept under this name; blanks at the ends of lines do not count."""
    found = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


def typed(office: Office, words: Sequence[str], check: int | None = None) -> str:
    """Return a command and what a clerk reads of it, the place of the workspace left out."""
    shown = office.run(*words, check=check)
    text = f"$ archivist {' '.join(words)}\n{shown.stdout}{shown.stderr}exit {shown.returncode}\n"
    return text.replace(str(office.root), "…")
