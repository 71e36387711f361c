"""What a watch writes into its log: words, codes and numbers of the archive's own, never what a file is called or says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from archivist.api.fixity import Verified
from archivist.api.inbox import DropOutcomeView, Fate, NotTakenView
from archivist.api.result import Problem

if TYPE_CHECKING:
    from archivist.store.run_log import RunLog
    from archivist.workspace import Workspace


class WatchLog:
    """The log of one watch."""

    def __init__(self, log: RunLog, clock: Callable[[], dt.datetime], warn: Callable[[str], None]) -> None:
        self._log, self._clock, self._warn = log, clock, warn
        self._fails = False

    @classmethod
    def begun(
        cls, workspace: Workspace, path: Path, clock: Callable[[], dt.datetime], warn: Callable[[str], None]
    ) -> WatchLog:
        """Return a log that can be written.

        Args:
            workspace: the open workspace.
            path: of the log; relative to where the command was typed.
            clock: says when it is.
            warn: told once when the log can no longer be written; the watch goes on.

        Raises:
            UsageError: E001, it cannot be written, or would lie in the archive.
        """
        from archivist.store.run_log import RunLog

        return cls(RunLog.begun(path, workspace.archive.root), clock, warn)

    def __enter__(self) -> WatchLog:
        """Say that the watch begins."""
        self._write("守候开始")
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Say that it ends, and by which error."""
        self._write("守候结束", getattr(error, "code", type(error).__name__) if error else "")

    def take(self, outcome: DropOutcomeView) -> None:
        """Say what became of a file, by number, item, reason or code."""
        if filed := outcome.filed:
            done = "上次已归档" if outcome.fate is Fate.ALREADY_FILED else "归档"
            self._write(done, filed.case, f"第 {filed.record} 件")
        elif waiting := outcome.waiting:
            self._write("待认领", waiting.item, waiting.reason)
        elif outcome.left:
            self._write("留在收件箱", outcome.left.error.code)

    def pass_over(self, passed: NotTakenView) -> None:
        """Say that something is never taken, and why."""
        self._write("不收取", passed.why)

    def check(self, checked: Verified | Problem) -> None:
        """Say what an hourly check found."""
        if isinstance(checked, Problem):
            self._write("例行核对没有完成", checked.code)
        for finding in () if isinstance(checked, Problem) else checked.findings:
            self._write("例行核对发现问题", finding.bag, finding.problem)

    def _write(self, *words: str) -> None:
        why = self._log.write(self._clock(), *words)
        if why and not self._fails:
            self._warn(f"运行日志写不了（{why}），守候继续")
        self._fails = bool(why)
