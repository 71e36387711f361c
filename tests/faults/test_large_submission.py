"""A large submission killed at many points, each time resumed: on the medium stand the same bytes as if nothing had been."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from archivist.preservation import submission, submission_ledger
from archivist.preservation.submission import SubmissionOrder
from archivist.preservation.submission_ledger import SubmissionStage
from archivist.preservation.submission_selection import Wanted
from archivist.report.query import Period
from archivist.store import durable_files
from benchmarks.submission import make_office
from tests.conftest import Counted
from tests.faults.office import clear, lay, opened
from tests.faults.shim import KILLED, Ack, Kill, NoFault, strike
from tests.kit import BY
from tests.sampling import examples

STICK: Final = "盘"
NAME: Final = "S-TJHQ-2024M03-01"
PARTS: Final = 4
"""The medium's faults fall into a first, a middle and a last part alike."""


def _submit(root: Path, part_size: int) -> Callable[[Ack], None]:
    order = SubmissionOrder(Period.of_month("2024-03"), "2024M03", Wanted.ALL, root / STICK, part_size)

    def action(ack: Ack) -> None:
        with opened(root / "工作区") as workspace:
            ack(str(submission.submit(workspace, BY, order).submission.id))

    return action


def _again(site: Path, work: Path) -> None:
    clear(str(work))
    (work / STICK).mkdir(parents=True)
    lay(site, work / "工作区")


def _stick(work: Path) -> dict[str, tuple[str, int]]:
    """Return what the medium holds besides the list to be stamped; nothing of it is half written."""
    paths = sorted(p for p in (work / STICK).iterdir() if p.suffix != ".docx")
    return {path.name: durable_files.digest_of(path) for path in paths}


def _spread(calls: int, points: int) -> list[int]:
    """Return so many calls from the first to the last, evenly apart."""
    return sorted({1 + n * (calls - 1) // (points - 1) for n in range(points)})


def test_killed_at_many_points_and_resumed_to_the_same_bytes(scratch: Path, counted: Counted) -> None:
    """300 households, 300 MB … killed at 20 points and resumed to the same bytes (12 households at 4 points in short runs)."""
    households, points = examples(12, 300), examples(4, 20)
    make_office(scratch / "large office", households, 10, 100).close()
    work = scratch / "large office struck"
    action = _submit(work, households * 1_100_000 // PARTS)
    _again(scratch / "large office", work)
    begun = strike(work, action, NoFault(), under="工作区/archive").calls
    whole = _stick(work)
    assert len(whole) >= PARTS
    _again(scratch / "large office", work)
    written = strike(work, action, NoFault(), under=STICK).calls
    assert _stick(work) == whole
    kills = [(STICK, n) for n in _spread(written, points * 3 // 4)]
    kills += [("工作区/archive", n) for n in _spread(begun, points // 4 + 1)[1:]]
    kept = 0
    for under, n in kills:
        _again(scratch / "large office", work)
        assert strike(work, action, Kill(n), under=under).how == KILLED, (under, n)
        with opened(work / "工作区") as workspace:
            if NAME not in submission_ledger.listed(workspace.archive):
                assert not _stick(work)
                continue
            made = submission.resume(workspace, BY, NAME, work / STICK)
            assert submission_ledger.find(workspace.archive, NAME).stage is SubmissionStage.MADE
        assert _stick(work) == whole, (under, n)
        kept += sum(part.before for part in made.parts)
    assert kept, "no part that was finished was kept"
    counted("submit of a large office", "kill points", len(kills))
    for folder in (work, scratch / "large office"):
        shutil.rmtree(folder)
