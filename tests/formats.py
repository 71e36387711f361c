"""Archives of other formats than this program's: one written before there were any, and what newer programs would write."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

from archivist.model.event import EVENT_FORMAT
from archivist.store import bag, chain
from archivist.workspace import Workspace
from tests.kit import make_workspace

FORMAT_0: Final = Path(__file__).parent / "data/format-0"
"""``cases/`` and ``ledger/`` as the program wrote them before events said their format: one household, three events."""
NEWER: Final = EVENT_FORMAT + 1


def older_workspace(folder: Path) -> Workspace:
    """Return a workspace with the archive of before; nothing in it says of which format it is."""
    workspace = make_workspace(folder)
    root = workspace.archive.root
    (root / "FORMAT").unlink()
    for name in ("cases", "ledger"):
        shutil.copytree(FORMAT_0 / name, root / name, dirs_exist_ok=True)
    workspace.index.rebuild()
    return workspace


def add_newer_event(folder: Path, **more: Any) -> str:
    """Add to a bag an event as a newer program might write it, with all that belongs to it; returns its file's name."""
    events = chain.event_names(folder)
    last = (folder / chain.EVENTS / events[-1]).read_bytes()
    plain = {
        "format": NEWER,
        "seq": len(events) + 1,
        "prev": bag.sha256(last),
        "op": "household_merged",
        "who": {"by": "林经办"},
    }
    name = chain.event_name(len(events) + 1)
    data = (json.dumps(plain | more, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
    (folder / chain.EVENTS / name).write_bytes(data)
    tags = bag.parse_manifest((folder / bag.TAG_MANIFEST).read_bytes())
    tags[f"{chain.EVENTS}/{name}"] = bag.sha256(data)
    (folder / bag.TAG_MANIFEST).write_bytes(bag.manifest(tags))
    return name


def picture(archive: Path) -> dict[str, bytes]:
    """Return every file below an archive with its bytes; folders with none."""
    return {
        str(path.relative_to(archive)): b"" if path.is_dir() else path.read_bytes()
        for path in sorted(archive.rglob("*"))
    }


def but_the_lock(shown: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out who holds the lock."""
    return {path: data for path, data in shown.items() if path != ".lock"}
