"""A workspace and the program as a clerk types it: in this process, or where only a process can tell, in one of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

from archivist.cli.main import main
from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.answers import answer
from tests.faults.shim import KILLED, Ack, Kill, strike
from tests.filing import come_to
from tests.people import WANG

INIT: Final = (
    "init", ".", "--pack", "tianjin-hongqiao", "--office", "样例街道", "--code", "TJHQ", "--agency-sign", "红样救字",
    "--phone", "022-00000001", "--supervision-phone", "022-00000002", "--address", "样例路1号",
)  # fmt: skip


def _settings() -> dict[str, str]:
    return {"ARCHIVIST_NOW": "2024-03-08T10:30:00+08:00", "COLUMNS": "120", "ARCHIVIST_AS": "林经办"}


@dataclass(frozen=True)
class Shown:
    """What a command printed, and its exit status."""

    stdout: str
    stderr: str
    returncode: int


@dataclass
class Office:
    """A workspace, and who sits at it when: ``settings`` are environment variables."""

    root: Path
    settings: dict[str, str] = field(default_factory=_settings)
    answers: str = ""

    def run(self, *words: str, check: int | None = 0) -> Shown:
        """Run one command in this process; ``check`` is the exit status it must have."""
        out, err = io.StringIO(), io.StringIO()
        with self._at_the_desk(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([*words])
        shown = Shown(out.getvalue(), err.getvalue(), status)
        assert check is None or status == check, f"{' '.join(words)}\n{shown.stdout}{shown.stderr}"
        return shown

    def typed(self, *words: str, answers: str, check: int | None = 0) -> Shown:
        """Run one command in this process that asks questions, and answer them, a line each."""
        with mock.patch.object(self, "answers", answers):
            return self.run(*words, check=check)

    def process(self, *words: str, check: int | None = 0) -> Shown:
        """Run one command as a process of its own, as the shell does."""
        done = subprocess.run(
            [sys.executable, "-m", "archivist", *words],
            cwd=self.root, env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert check is None or done.returncode == check, done.stdout + done.stderr
        return Shown(done.stdout, done.stderr, done.returncode)

    def killed(self, *words: str, at: Kill) -> None:
        """Run one command in a process that is killed at a call to the archive, which it must come to."""

        def run(_: Ack) -> None:
            with self._at_the_desk(), contextlib.redirect_stdout(io.StringIO()):
                main([*words])

        ended = strike(self.root, run, at)
        assert ended.how == KILLED, f"{' '.join(words)}: {at} never came ({ended.how}) {ended.error}"

    def json(self, *words: str, check: int | None = 0) -> Any:
        """Run one command in this process; return what its one document answers."""
        return answer(self.run(*words, "--json", check=check).stdout)

    def come_to(self, document: str, case: str = "", on: str = "2024-03-05") -> None:
        """Take a household (the first, if none is named) to where a document may be issued, without asking the guards."""
        with Workspace.open(self.root) as workspace:
            number = CaseNo.parse(case) if case else workspace.archive.case_numbers()[0]
            come_to(workspace, workspace.archive.read(number), document, on)

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a process of its own."""
        return {k: v for k, v in os.environ.items() if k != "ARCHIVIST_WORKSPACE"} | self.settings

    @contextlib.contextmanager
    def _at_the_desk(self) -> Iterator[None]:
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(self.answers)),
            contextlib.chdir(self.root),
        ):
            yield


def opened(root: Path) -> Office:
    """Make an office with one household's file opened."""
    office = Office(root)
    office.run(*INIT)
    (root / "wang.json").write_text(json.dumps(WANG, ensure_ascii=False), encoding="utf-8")
    office.run("case", "open", "低保", "--from", "wang.json", "--on", "2024-03-04")
    return office
