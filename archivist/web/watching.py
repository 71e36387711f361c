"""The watch of the inbox within the page's own process: for a small office one program is enough."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.api import watching
from archivist.api.fixity import Verified
from archivist.api.inbox import DropOutcomeView, Fate
from archivist.api.result import Problem
from archivist.errors import AlreadyWatched, ArchivistError
from archivist.model.by import By
from archivist.os_reasons import reason_of
from archivist.workspace import Workspace

LAST: Final = 20
"""So many of the latest outcomes are shown."""
_END_S: Final = 30.0
"""So long the end of the page waits for the file that is being filed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a dropped file: ``at`` HH:MM; ``case`` and ``record`` where it was filed, ``item`` where it waits, else ``why`` it stays."""

    at: str
    name: str
    case: str = ""
    record: str = ""
    item: str = ""
    why: str = ""


class Watcher:
    """The watch of one server; at most one runs.

    Args:
        root: of the workspace.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._told: deque[Told] = deque(maxlen=LAST)
        self._lock = threading.Lock()
        self.trouble: Problem | None = None
        """Why the last watch ended by itself, or an hourly check could not be done."""

    @property
    def running(self) -> bool:
        """Whether a watch runs here."""
        return self._thread is not None and self._thread.is_alive()

    def told(self) -> list[Told]:
        """Return what became of the latest files, the newest first."""
        return list(reversed(self._told))

    def begin(self, workspace: Workspace, by: Callable[[], By]) -> None:
        """Begin to watch; ``by`` says for every act in whose name, at that moment.

        Raises:
            AlreadyWatched: E211, somebody does, here or elsewhere.
        """
        with self._lock:
            if self.running or (who := watching.who_watches(workspace)):
                raise AlreadyWatched(f"{'本网页' if self.running else who}正在守候收件箱")
            self._stop, self.trouble = threading.Event(), None
            self._thread = threading.Thread(
                target=self._run, args=(by, self._stop), name="watch", daemon=True
            )
            self._thread.start()

    def end(self) -> None:
        """End the watch between two files, and wait for it."""
        with self._lock:
            self._stop.set()
            if self._thread is not None:
                self._thread.join(_END_S)

    def _run(self, by: Callable[[], By], stop: threading.Event) -> None:
        try:
            with Workspace.open(self._root) as workspace:
                watching.watch_inbox(
                    workspace, by, lambda o, _n, _of: self._tell(o, by()), stop, self._checked
                )
        except ArchivistError as error:
            self.trouble = Problem.of(error)
        except OSError as error:
            self.trouble = Problem.of(ArchivistError(reason_of(error)))

    def _tell(self, outcome: DropOutcomeView, by: By) -> None:
        at = f"{by.time:%H:%M}"
        if outcome.filed:
            self._told.append(Told(at, outcome.name, outcome.filed.case, outcome.filed.record))
        elif outcome.fate is Fate.REVIEW and outcome.waiting:
            self._told.append(Told(at, outcome.name, item=outcome.waiting.item, why=outcome.waiting.message))
        elif outcome.left:
            self._told.append(Told(at, outcome.name, why=outcome.left.error.message))

    def _checked(self, found: Verified | Problem) -> None:
        if isinstance(found, Problem):
            self.trouble = found
