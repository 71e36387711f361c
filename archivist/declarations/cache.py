"""Which tables were read without a fault, and what was in them, so that they need not be read and checked again.

Disposable, and never trusted blindly: a file that is missing, of another release or does not have the digest it
carries is passed over, an entry whose mark has changed too, and what they would have held is read anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from archivist import __version__

__all__ = ["CheckedTables", "Memory", "mark_of", "settled"]

Memory = dict[str, str]
"""What a process has read without a fault, as text, so that nobody changes it; for who opens many workspaces one after another."""

FORMAT: Final = f"archivist {__version__} tables 1"
SETTLED_S: Final = 2.0
"""Files younger than this are read each time: coarse clocks do not tell two writes apart."""
REMEMBERED: Final = 4096
"""So many entries a memory holds; the oldest goes first."""


class CheckedTables:
    """Tables by name, each under the mark of what it was read from.

    Args:
        path: where they are kept; ``None`` keeps nothing on disk.
        memory: where this process keeps them besides, for all who read the same; ``None`` keeps nothing.
    """

    def __init__(self, path: Path | None, memory: Memory | None = None) -> None:
        self._path, self._memory = path, memory
        self._old = _entries(path) if path else {}
        self._new: dict[str, list[Any]] = {}

    def get(self, name: str, mark: object) -> Any | None:
        """Return what was read of a thing that has not changed since, as JSON gives it, or ``None``."""
        kept = self._old.get(name)
        if kept is None or kept[0] != mark:
            kept = self._remembered(name, mark)
        if kept is None:
            return None
        self._new[name] = kept
        return kept[1]

    def put(self, name: str, mark: object, tables: object) -> None:
        """Remember tables that were found without a fault."""
        self._new[name] = [mark, tables]
        if self._memory is not None:
            while len(self._memory) >= REMEMBERED:
                del self._memory[next(iter(self._memory))]
            self._memory[_key(name, mark)] = json.dumps([mark, tables], ensure_ascii=False, default=str)

    def _remembered(self, name: str, mark: object) -> list[Any] | None:
        text = (self._memory or {}).get(_key(name, mark))
        return None if text is None else list(json.loads(text))

    def save(self) -> None:
        """Write what is remembered when it is not what was read; a disk that refuses is no fault."""
        if self._path is None or self._new == self._old:
            return
        body = json.dumps(self._new, ensure_ascii=False, default=str).encode()
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, exist_ok=True)  # the index beside it holds names
            part.write_bytes(f"{FORMAT} {_digest(body)}\n".encode() + body)
            part.replace(self._path)
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _entries(path: Path) -> dict[str, list[Any]]:
    with suppress(OSError):
        head, _, body = path.read_bytes().partition(b"\n")
        if head == f"{FORMAT} {_digest(body)}".encode():
            entries: dict[str, list[Any]] = json.loads(body)
            return entries
    return {}


def _key(name: str, mark: object) -> str:
    return json.dumps([name, mark], ensure_ascii=False)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def mark_of(file: Path) -> list[int]:
    """Return what changes when a file does: time and size."""
    found = file.stat()
    return [found.st_mtime_ns, found.st_size]


def settled(file: Path) -> bool:
    """Tell whether the next change of a file will show in its mark."""
    return time.time() - file.stat().st_mtime > SETTLED_S
