"""What the last watch of the inbox left behind: when it was last heard of, and which files it could not take, and why.

``index/watch.json`` is disposable: the next watch writes it anew, and one that is damaged says nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archivist.errors import DamagedFile, WriteFailed
from archivist.model.plain_json import JsonMap, JsonTable
from archivist.store import durable_files, notes

FILE: Final = "index/watch.json"
_SHAPE: Final = JsonTable(
    {"heard": dt.datetime, "left": JsonMap(JsonTable({"code": str, "why": str, "remedy": str}))}
)


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Why a file stays in the inbox: the error's code, what is wrong, what to do."""

    code: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class WatchNote:
    """What a watch last said; ``heard`` in ISO 8601 with offset, empty where none ever watched; ``left`` by the name in the inbox."""

    heard: str = ""
    left: Mapping[str, LeftBehind] = field(default_factory=dict)


def read(root: Path) -> WatchNote:
    """Return what the last watch said; nothing where none did, or where it cannot be read."""
    path = root / FILE
    if not path.exists():
        return WatchNote()
    try:
        said = notes.read(path, FILE, _SHAPE, "不用处理：下一次守候时重新写。")
    except DamagedFile:
        return WatchNote()
    return WatchNote(said["heard"], {name: LeftBehind(**one) for name, one in said["left"].items()})


def write(root: Path, note: WatchNote) -> None:
    """Say it; where it cannot be written the watch goes on all the same."""
    part = root / "index" / ".watch.json.part"
    plain = {
        "heard": note.heard,
        "left": {n: {"code": o.code, "why": o.why, "remedy": o.remedy} for n, o in note.left.items()},
    }
    with suppress(OSError, WriteFailed):
        part.parent.mkdir(mode=0o700, exist_ok=True)
        part.unlink(missing_ok=True)
        durable_files.write_new(part, notes.seal(plain), mode=0o600)
        durable_files.replace(part, root / FILE)
