"""A bulk job killed again and again, and run again until it is done: one document each, every number explained.

“200 households, `generate … --search` killed at 20 random points and run again until done: exactly one decision each, every
number explained.” A real process is really killed. Where it dies is seeded: when so many documents are committed, and there
while it holds the lock, or has something half done, or anywhere. A short run kills it a few times over a few households.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from archivist.issuing.number_series import NumberState
from archivist.workspace import Workspace
from tests.conftest import Counted
from tests.households import DECISION, households
from tests.issuing.numbers import all_explained
from tests.kit import NOW, make_workspace
from tests.sampling import drawn, examples
from tests.waiting import PATIENCE_S, until

HOUSEHOLDS, KILLS = examples(16, 200), examples(4, 20)
JOB: Final = (
    "generate", "确认决定书", "--search", "类别:低保", *(w for k, v in DECISION.items() for w in ("--set", f"{k}={v}")),
)  # fmt: skip

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="freezes a process to look where it stands")


@dataclass
class Job:
    """The job as a clerk runs it, and what the disk shows of it.

    Attributes:
        met: how many kills struck where.
    """

    root: Path
    met: dict[str, int] = field(
        default_factory=lambda: {"with the lock": 0, "half done": 0, "with numbers": 0}
    )

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "ARCHIVIST_NOW": NOW.isoformat(), "ARCHIVIST_AS": "林经办"}

    def begin(self, words: Sequence[str] = JOB, out: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start it as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "archivist", *words, "--workspace", str(self.root), "--json"],
            env=self.environment,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )

    def end(self, words: Sequence[str] = JOB) -> Any:
        """Run it to its end; return what it answers."""
        process = self.begin(words, subprocess.PIPE)
        out, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, out.decode()
        return json.loads(out)

    def committed(self) -> int:
        """Return how many events the cases have: each document is one more."""
        return sum(
            len(list(os.scandir(case.path + "/events"))) for case in os.scandir(self.root / "archive/cases")
        )

    def has_lock(self) -> bool:
        return (self.root / "archive/.lock").stat().st_size > 0

    def half_done(self) -> bool:
        return any((self.root / "archive/cases").glob("*/pending/*"))

    def has_numbers(self) -> bool:
        return any((self.root / "archive/runs").iterdir())

    def kill(self, rng: random.Random, documents: int, base: int, turn: int) -> bool:
        """Start it and kill it once so many documents are committed; tell whether it was still at work."""
        process = self.begin()
        wanted = (self.has_numbers, self.has_lock, self.half_done)[turn % 3]
        try:
            until(lambda: process.poll() is not None or self.has_numbers())
            while process.poll() is None:
                freeze(process)
                done = self.committed() - base
                if done > documents or (done == documents and wanted()):
                    break
                process.send_signal(signal.SIGCONT)
                time.sleep(rng.uniform(0, 0.002))
        finally:
            process.kill()
            process.wait(PATIENCE_S)
        if process.returncode != -signal.SIGKILL:
            return False
        self.met["with the lock"] += self.has_lock()
        self.met["half done"] += self.half_done()
        self.met["with numbers"] += self.has_numbers()
        return True


def freeze(process: subprocess.Popen[bytes]) -> None:
    """Stop a process; return when it stands, or has ended."""
    process.send_signal(signal.SIGSTOP)
    stat = Path(f"/proc/{process.pid}/stat")
    until(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] in "TZ", step_s=0.0)


def test_a_bulk_job_killed_at_random_points_is_done_once(tmp_path: Path, counted: Counted) -> None:
    rng, job = random.Random(drawn("kills of a bulk job")), Job(tmp_path / "ws")
    with make_workspace(job.root) as workspace:
        numbers = [c.number for c in households(workspace, HOUSEHOLDS, come_for="confirmation_decision")]
    base, kills = job.committed(), 0
    for turn, documents in enumerate(sorted(rng.sample(range(HOUSEHOLDS - 2), KILLS))):
        kills += job.kill(rng, documents, base, turn)
    last, once_more = job.end(), job.end()
    assert len(last["issued"]) + len(last["done_before"]) == HOUSEHOLDS and last["refused"] == []
    assert (once_more["issued"], once_more["refused"]) == ([], [])
    assert sorted(e["case"] for e in once_more["done_before"]) == sorted(map(str, numbers))
    with Workspace.open(job.root) as workspace:
        for number in numbers:
            case = workspace.archive.read(number)
            assert len([r for r in case.records.values() if r.type == "confirmation_decision"]) == 1
        lines = all_explained(workspace).lines
        assert [line.state for line in lines].count(NumberState.FILED) == HOUSEHOLDS
    shown = job.end(("ledger", "--documents"))
    assert len(shown["numbers"]) == len(lines)
    assert job.end(("verify",))["findings"] == []
    assert job.met["with numbers"] == kills > 0, "a rehearsal that kills what has ended proves nothing"
    counted("a bulk job", "kills", kills)
    for what, times in job.met.items():
        counted("a bulk job", f"kills {what}", times)
