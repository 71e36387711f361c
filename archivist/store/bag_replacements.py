"""A bag put in the place of another as a whole: what stood there is set aside, never deleted, and no death leaves a mixture.

A history that somebody rewrote cannot be put right file by file: killed in between, nobody could tell the two histories apart. The new bag is
made whole in the folder for work, then renamed to ``moves/<External-Identifier>.<yyyymmdd>.restored``: from here on it
is going to stand in its place, and a start that finds it there goes on.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError
from archivist.store import durable_files
from archivist.store.bag_heads import bag_folder

QUARANTINE: Final = "损坏"
"""Where in the outbox goes what is replaced, in a folder of the day and of what it was in."""
_WAITING: Final = re.compile(r"(?P<name>.+)\.(?P<day>[0-9]{8})\.restored")


class BagReplacements:
    """The bags in ``moves/`` that are going to stand in the place of others. Callers hold the workspace's lock.

    Args:
        folder: where they wait.
        root: the archive; ``outbox`` its outbox.
        outbox: see above.
    """

    def __init__(self, folder: Path, root: Path, outbox: Path) -> None:
        self._folder = folder
        self._root = root
        self._outbox = outbox

    def carry_out(self, staged: Path, name: str, day: str) -> Path:
        """Let a staged bag stand in its place; return where that is which stood there.

        Args:
            staged: the bag, whole and durable; it is renamed.
            name: its External-Identifier.
            day: ``yyyymmdd``, of the quarantine.

        Survives: a kill at any point. The next start goes on once the bag waits in ``moves/``; before, nothing was done.
        """
        waiting = self._folder / f"{name}.{day}.restored"
        durable_files.rename_new(staged, waiting)
        durable_files.sync_folder(self._folder)
        durable_files.sync_folder(staged.parent)
        return self._put(waiting, name, day)

    def recover(self) -> tuple[list[str], list[str]]:
        """Go on with what waits; return what was done, and what could not be, in Chinese."""
        done: list[str] = []
        kept: list[str] = []
        for waiting in sorted(self._folder.glob("*.restored")):
            found = _WAITING.fullmatch(waiting.name)
            if found is None or not waiting.is_dir() or waiting.is_symlink():
                continue
            try:
                self._put(waiting, found["name"], found["day"])
                done.append(f"{found['name']}：补完恢复，原有的移到 {QUARANTINE}")
            except ArchiveError as error:
                kept.append(f"{found['name']} 的恢复没有做完：{error}")
        return done, kept

    def _put(self, waiting: Path, name: str, day: str) -> Path:
        place = bag_folder(self._root, name)
        quarantine = self._outbox / QUARANTINE / day / place.name
        if os.path.lexists(place):
            durable_files.make_folders(quarantine, below=self._root)
            durable_files.rename_new(place, durable_files.free_place(quarantine, place.name))
            durable_files.sync_folder(quarantine)
        durable_files.rename_new(waiting, place)
        durable_files.sync_folder(place.parent)
        durable_files.sync_folder(self._folder)
        return quarantine
