"""What was read of the catalogue's files, kept so that a hundred of them need not be read again each time.

Disposable: a file that is missing, damaged or of another release is passed over, and what it would have held is read
from the ``.toml`` files. An entry is trusted only while its file has the same time and size, and only if the file was
not written in the same moments it was read, when a second change might not show in its time.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from archivist import __version__

__all__ = ["EntryCache"]

FORMAT: Final = f"1 {__version__}"
SETTLED_S: Final = 2.0
"""Files younger than this are read each time: coarse clocks do not tell two writes apart."""
Entries = list[dict[str, Any]]


class EntryCache:
    """The checked entries of each file, by its path, time and size.

    Args:
        path: where they are kept; ``None`` keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._old: dict[str, Any] = {}
        self._new: dict[str, Any] = {}
        if path is not None:
            with suppress(OSError, ValueError):
                read = json.loads(path.read_bytes())
                if (
                    isinstance(read, dict)
                    and read.get("format") == FORMAT
                    and isinstance(read["files"], dict)
                ):
                    self._old = read["files"]

    def get(self, file: Path) -> Entries | None:
        """Return what was read of a file that has not changed since, or ``None``."""
        kept = self._old.get(str(file))
        if not isinstance(kept, list) or len(kept) != 2 or kept[0] != _mark(file):
            return None
        entries: Entries = kept[1]
        if not entries or not all(_whole(entry) for entry in entries):
            return None
        self._new[str(file)] = kept
        return entries

    def put(self, file: Path, entries: Entries) -> None:
        """Remember what was read of a file and found without a fault."""
        if self._path is not None and time.time() - file.stat().st_mtime > SETTLED_S:
            self._new[str(file)] = [_mark(file), entries]

    def save(self) -> None:
        """Write what is remembered when it is not what was read; a disk that refuses is no fault."""
        if self._path is None or self._new == self._old:
            return
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        with suppress(OSError, TypeError, ValueError):
            self._path.parent.mkdir(exist_ok=True)
            part.write_text(
                json.dumps({"format": FORMAT, "files": self._new}, ensure_ascii=False), encoding="utf-8"
            )
            part.replace(self._path)
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _mark(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_mtime_ns, found.st_size]


def _whole(entry: object) -> bool:
    return isinstance(entry, dict) and all(entry.get(k) for k in ("id", "title", "code", "kind", "folder"))
