"""What the last watch of the inbox left behind: when it was last heard of, and which files it could not take, and why.

``index/watch.json`` is disposable: the next watch writes it anew, and one that is damaged says nothing. ``index/watch.stop`` is the other way round:
whoever makes it asks the watch to end, also where no signal arrives (Windows, a service); the watch takes it away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archivist.errors import DamagedFile, WriteFailed
from archivist.model.plain_json import JsonList, JsonMap, JsonTable
from archivist.store import durable_files, notes

FILE: Final = "index/watch.json"
STOP: Final = "index/watch.stop"
_SHAPE: Final = JsonTable(
    {
        "heard": dt.datetime,
        "runs": bool,
        "reader": str,
        "left": JsonMap(JsonTable({"code": str, "why": str, "remedy": str})),
    },
    {
        "filed": str,
        "errors": JsonList(JsonTable({"at": dt.datetime, "code": str})),
        "free": JsonList(JsonTable({"day": dt.date, "bytes": int})),
    },
)


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Why a file stays in the inbox: the error's code, what is wrong, what to do."""

    code: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class NotedError:
    """Something that went wrong in a watch: when, ISO 8601 with offset, and the error's code. Waiting for a writer is none."""

    at: str
    code: str


@dataclass(frozen=True, slots=True)
class WatchNote:
    """What a watch last said.

    Attributes:
        heard: in ISO 8601 with offset, empty where none ever watched.
        left: by the name in the inbox.
        runs: whether it was still at work; one that ended in order says that it does not.
        reader: why nothing can be read on this machine, in Chinese; empty where all is well.
        filed: when a watch filed something last, ISO 8601 with offset; empty where none ever did.
        errors: of the last day, the oldest first.
        free: bytes that were free on the disk, by day (ISO 8601), for the last two months.
    """

    heard: str = ""
    left: Mapping[str, LeftBehind] = field(default_factory=dict)
    runs: bool = False
    reader: str = ""
    filed: str = ""
    errors: tuple[NotedError, ...] = ()
    free: Mapping[str, int] = field(default_factory=dict)


def read(root: Path) -> WatchNote:
    """Return what the last watch said; nothing where none did, or where it cannot be read."""
    path = root / FILE
    if not path.exists():
        return WatchNote()
    try:
        said = notes.read(path, FILE, _SHAPE, "不用处理：下一次守候时重新写。")
    except DamagedFile:
        return WatchNote()
    left = {name: LeftBehind(**one) for name, one in said["left"].items()}
    errors = tuple(NotedError(**one) for one in said.get("errors", ()))
    return WatchNote(
        said["heard"],
        left,
        said["runs"],
        said["reader"],
        said.get("filed", ""),
        errors,
        {one["day"]: one["bytes"] for one in said.get("free", ())},
    )


def is_asked_to_stop(root: Path) -> bool:
    """Tell whether somebody asked the watch to end."""
    return (root / STOP).exists()


def forget_stop(root: Path) -> None:
    """Take the request away: the watch that it was meant for has ended, or none ran."""
    with suppress(OSError):
        durable_files.unlink(root / STOP)


def write(root: Path, note: WatchNote) -> None:
    """Say it; where it cannot be written the watch goes on all the same."""
    part = root / "index" / ".watch.json.part"
    plain = {
        "heard": note.heard,
        "runs": note.runs,
        "reader": note.reader,
        "filed": note.filed,
        "errors": [{"at": one.at, "code": one.code} for one in note.errors],
        "free": [{"day": day, "bytes": free} for day, free in note.free.items()],
        "left": {n: {"code": o.code, "why": o.why, "remedy": o.remedy} for n, o in note.left.items()},
    }
    with suppress(OSError, WriteFailed):
        part.parent.mkdir(mode=0o700, exist_ok=True)
        part.unlink(missing_ok=True)
        durable_files.write_new(part, notes.seal(plain), mode=0o600)
        durable_files.replace(part, root / FILE)
