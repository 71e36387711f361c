"""The cluster followed beside a watch: in a thread of its own, so that filing never waits for it.

What it lacks is known from the chains and the ledger, not from what this thread saw: whatever goes wrong here, the next round, a
search or ``reindex --to opensearch --behind`` makes it good.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.errors import ArchivistError
from archivist.os_reasons import reason_of
from archivist.settings_file import WorkspaceKind

if TYPE_CHECKING:
    from archivist.workspace import Workspace

ROUND_S: Final = 600.0
"""Seconds between two rounds in which nothing was filed here."""
SOON_S: Final = 2.0
"""Seconds after something was filed, so that what is filed together is followed together."""
FIRST_PAUSE_S: Final = 15.0
"""Seconds to the next try when the cluster did not answer; twice as long each time, up to a round."""
END_S: Final = 5.0
"""So long the end of a watch waits for a round that is under way; one that is cut short is made good later."""
_PATIENCE_S: Final = 10.0


def is_set_up(workspace: Workspace) -> bool:
    """Tell whether this office has a cluster to follow to."""
    return bool(workspace.config.cluster.urls) and workspace.config.kind is not WorkspaceKind.BUREAU


def followed(root: Path, now: dt.datetime) -> str:
    """Follow once, at a moment (aware); return in words why that could not be done, empty when it was."""
    from archivist.api import clusters
    from archivist.workspace import Workspace

    try:
        with Workspace.open(root) as workspace:  # its own: the watch goes on with the other
            clusters.follow(workspace, now, patience_s=_PATIENCE_S)
    except ArchivistError as error:
        return f"检索集群没有跟上（{error}）；归档照常，以后自动再补。{error.remedy}"
    except OSError as error:
        return f"检索集群没有跟上（{reason_of(error)}）；归档照常，以后自动再补"
    return ""


class ClusterFollower:
    """Follows until its block ends; says when it cannot, once for each reason, and when it can again.

    Args:
        root: the workspace.
        clock: tells the moment.
        say: called with what people should know, from the follower's thread.
    """

    def __init__(self, root: Path, clock: Callable[[], dt.datetime], say: Callable[[str], None]) -> None:
        self._root, self._clock, self._say = root, clock, say
        self._filed, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._trouble = ""

    def __enter__(self) -> ClusterFollower:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._filed.set()
        self._thread.join(END_S)

    def filed(self) -> None:
        """Say that something was filed; returns at once."""
        self._filed.set()

    def _run(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._ended.is_set():
            self._filed.clear()
            if self._round():
                pause = FIRST_PAUSE_S
                if self._filed.wait(ROUND_S):
                    self._ended.wait(SOON_S)
            else:
                self._ended.wait(pause)
                pause = min(pause * 2, ROUND_S)

    def _round(self) -> bool:
        trouble = followed(self._root, self._clock())
        if trouble != self._trouble and not self._ended.is_set():
            self._say(trouble or "检索集群已补上")
        self._trouble = trouble
        return not trouble
