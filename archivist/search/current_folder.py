"""Which folder of the index is in use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from archivist.errors import IndexFault
from archivist.os_reasons import reason_of

CURRENT: Final = "CURRENT"
"""The file that names the folder in use."""


def current(index: Path) -> str | None:
    """Return the name of the folder in use; ``None`` when there is no index.

    Raises:
        IndexFault: E400, what there is is no whole index.
    """
    try:
        name = (index / CURRENT).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IndexFault(f"索引读不出来：{reason_of(error)}") from error
    if not re.fullmatch("[0-9]{1,9}", name) or not (index / name).is_dir():
        raise IndexFault("索引不完整")
    return name
