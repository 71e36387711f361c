"""What comes and goes in a workspace (inbox, tray, outbox, notes, settings) on its way into a generation of backup.

It is copied again and again until it is as it stands at one moment: the last time under the lock, when little has changed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from archivist.model.ids import Sha256
from archivist.store import durable_files
from archivist.store.bag_heads import RECEIVED, is_bureau
from archivist.store.custody import ledgers_taken
from archivist.store.foreign_files import is_foreign
from archivist.store.immutable_copies import Copier, SourceUnreadable
from archivist.store.receptions import ANCHORS, INCOMING

PLACES: Final = (
    "keys", "packs", "doc_templates", "searches", "archive/inbox", "archive/review", "archive/outbox", "archive/alarms", "archive/moves",
    "archive/runs", "archive/changed", "archive/access",
)  # fmt: skip
"""Folders of the workspace whose files come and go."""
_SINGLE: Final = ("archivist.toml", "archive/FORMAT")


class MovingFiles:
    """The files of a workspace that stand in no bag, and their copies.

    Args:
        root: the workspace.
        part: the generation that is made.
        copier: copies.

    Attributes:
        sums: the digests of the copies, by path relative to either.
        left_out: why a file could not be taken, by its path.
    """

    def __init__(self, root: Path, part: Path, copier: Copier) -> None:
        self.sums: dict[str, Sha256] = {}
        self.left_out: dict[str, str] = {}
        self._root = root
        self._part = part
        self._copier = copier
        self._taken: dict[str, tuple[int, int]] = {}

    def take(self) -> None:
        """Copy what is new or changed since the last time, and drop what went."""
        here: dict[str, tuple[int, int]] = {}
        for path, info in self._files():
            here[path] = (info.st_size, info.st_mtime_ns)
            if self._taken.get(path) == here[path]:
                continue
            self._drop(path)
            try:
                copied = self._copier.take_changing(self._root / path, self._part / path, path, info)
            except FileNotFoundError:  # it went just now
                del here[path]
            except SourceUnreadable as error:
                self.left_out[path] = error.why
                del here[path]
            else:
                self.sums[path], self._taken[path] = copied.sha256, here[path]
        for path in self._taken.keys() - here.keys():
            self._drop(path)
            del self._taken[path]

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        for name in _SINGLE:
            with suppress(FileNotFoundError):
                yield name, (self._root / name).lstat()
        for top in _places(self._root):
            for folder, _, names in os.walk(self._root / top):
                place = os.path.relpath(folder, self._root).replace(os.sep, "/")
                for name in sorted(names):
                    with suppress(FileNotFoundError):
                        info = os.lstat(f"{folder}/{name}")
                        if not stat.S_ISREG(info.st_mode):
                            self.left_out[f"{place}/{name}"] = "不是普通文件"
                        elif not is_foreign(f"{place}/{name}"):
                            yield f"{place}/{name}", info

    def _drop(self, path: str) -> None:
        durable_files.unlink(self._part / path)
        self.sums.pop(path, None)
        self.left_out.pop(path, None)

    def make_folders(self) -> None:
        """Make the folders that hold nothing too: drop folders of households."""
        for top in _places(self._root):
            for folder, _, _ in os.walk(self._root / top):
                place = self._part / os.path.relpath(folder, self._root)
                place.mkdir(mode=durable_files.FOLDER_MODE, parents=True, exist_ok=True)


def _places(root: Path) -> tuple[str, ...]:
    """Return the folders to be copied: those that come and go, and the ledgers of offices whose files were taken over.

    At the bureau what came beside the households it received too, and a reception that could not be completed.
    """
    archive = root / "archive"
    more = [*ledgers_taken(archive), *sorted((archive / RECEIVED).glob(f"*/{ANCHORS}"))]
    if is_bureau(archive):
        more.append(archive / INCOMING)
    return (*PLACES, *(folder.relative_to(root).as_posix() for folder in more))
