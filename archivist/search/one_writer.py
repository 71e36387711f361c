"""The right to write to an index: one thread of one process has it at a time, and may ask for it again within."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archivist.search.databases import PATIENCE_S, one_writer
from archivist.search.rebuilding import disk


class OneWriter:
    """One index's.

    Args:
        path: of the file whose lock it is; its folder is made when there is none.

    Attributes:
        threads: keeps the threads of this process apart, readers too.
        writes: whether this process has the right just now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.threads = threading.RLock()
        self.writes = False

    @contextmanager
    def alone(self, wait_s: float = PATIENCE_S) -> Iterator[None]:
        """Keep others from writing for a block; within such a block there is nothing to wait for.

        Raises:
            IndexNotWritten: E402, another one writes for longer than ``wait_s`` seconds, or the disk refuses.
        """
        with self.threads:
            if self.writes:
                yield
                return
            with disk():
                self._path.parent.mkdir(
                    mode=0o700, parents=True, exist_ok=True
                )  # it holds names and ID numbers
            with one_writer(self._path, wait_s):
                self.writes = True
                try:
                    yield
                finally:
                    self.writes = False
