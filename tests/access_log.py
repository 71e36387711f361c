"""The access log as it stands on disk, for tests of whoever writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def entries(workspace: Path) -> list[dict[str, Any]]:
    """Return every entry of a workspace's log, month by month."""
    files = sorted((workspace / "archive" / "access").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
