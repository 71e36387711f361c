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
from archivist.store import durable_files, inbox_claim, inbox_place
from archivist.store.bag_heads import RECEIVED, is_bureau
from archivist.store.custody import ledgers_taken
from archivist.store.foreign_files import is_foreign
from archivist.store.immutable_copies import Copier, SourceUnreadable
from archivist.store.inbox_place import OWN
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
        inbox: where files are dropped; what lies in one outside the workspace goes to ``archive/inbox`` of the generation.

    Attributes:
        sums: the digests of the copies, by path relative to either.
        left_out: why a file could not be taken, by its path.
    """

    def __init__(self, root: Path, part: Path, copier: Copier, inbox: Path) -> None:
        self.sums: dict[str, Sha256] = {}
        self.left_out: dict[str, str] = {}
        self._root = root
        self._part = part
        self._copier = copier
        self._outside = None if inbox == root / OWN else inbox
        self._taken: dict[str, tuple[int, int]] = {}

    def take(self) -> None:
        """Copy what is new or changed since the last time, and drop what went."""
        here: dict[str, tuple[int, int]] = {}
        for path, source, info in self._files():
            if path in here:
                self.left_out[path] = "收件箱里另有同名的文件，在工作区的 archive/inbox 里"
                continue
            here[path] = (info.st_size, info.st_mtime_ns)
            if self._taken.get(path) == here[path]:
                continue
            self._drop(path)
            try:
                copied = self._copier.take_changing(source, self._part / path, path, info)
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

    def _files(self) -> Iterator[tuple[str, Path, os.stat_result]]:
        """Yield each file: its path in the generation, where it is, how it looks."""
        for name in _SINGLE:
            with suppress(FileNotFoundError):
                yield name, self._root / name, (self._root / name).lstat()
        self.left_out.pop(OWN, None)
        if self._outside and (why := inbox_place.trouble(self._outside)):
            self.left_out[OWN] = f"收件箱 {self._outside} 里还没有收的：{why}"
        for place, folder, _, names in self._walk():
            for name in sorted(names):
                with suppress(FileNotFoundError):
                    info = os.lstat(folder / name)
                    if is_foreign(f"{place}/{name}") or name.startswith(inbox_claim.FILE):
                        continue
                    if not stat.S_ISREG(info.st_mode):
                        self.left_out[f"{place}/{name}"] = "不是普通文件"
                    else:
                        yield f"{place}/{name}", folder / name, info

    def _walk(self) -> Iterator[tuple[str, Path, list[str], list[str]]]:
        """Yield each folder: its path in the generation, where it is, what is in it."""
        tops = [(self._root / top, top) for top in _places(self._root)]
        for source, top in [*tops, *([(self._outside, OWN)] if self._outside else [])]:
            for folder, folders, names in os.walk(source):
                below = os.path.relpath(folder, source).replace(os.sep, "/")
                yield top if below == "." else f"{top}/{below}", Path(folder), folders, names

    def _drop(self, path: str) -> None:
        durable_files.unlink(self._part / path)
        self.sums.pop(path, None)
        self.left_out.pop(path, None)

    def make_folders(self) -> None:
        """Make the folders that hold nothing too: drop folders of households."""
        for place, _, _, _ in self._walk():
            (self._part / place).mkdir(mode=durable_files.FOLDER_MODE, parents=True, exist_ok=True)


def _places(root: Path) -> tuple[str, ...]:
    """Return the folders to be copied: those that come and go, and the ledgers of offices whose files were taken over.

    At the bureau what came beside the households it received too, and a reception that could not be completed.
    """
    archive = root / "archive"
    more = [*ledgers_taken(archive), *sorted((archive / RECEIVED).glob(f"*/{ANCHORS}"))]
    if is_bureau(archive):
        more.append(archive / INCOMING)
    return (*PLACES, *(folder.relative_to(root).as_posix() for folder in more))
