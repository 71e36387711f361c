"""A submission killed, or refused by its medium, at any call: what counts is whole, and it is made again to the same bytes.

Promise (F21): "finished parts kept by digest, the rest made again byte-identical; no part without its end; ledger said
submission_made only when all parts were read back".
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from archivist.model.event import Op
from archivist.preservation import submission, submission_envelope, submission_import, submission_ledger
from archivist.preservation.submission import SubmissionOrder
from archivist.preservation.submission_ledger import SubmissionStage
from archivist.preservation.submission_selection import Wanted
from archivist.report.query import Period
from archivist.store import bag
from tests.conftest import Counted
from tests.faults.office import ANSWERS, ZHANG, answers, clear, lay, opened
from tests.faults.shim import DONE, REFUSED, TOLERATED, Ack, Fail, Fault, Kill, NoFault, strike
from tests.faults.truth import look, must
from tests.kit import BY
from tests.sampling import sample

STICK: Final = "盘"
NAME: Final = "S-TJHQ-2024M03-01"


PASSWORD: Final = "Kapok-7-umbrella"


def _submit(root: Path, password: str = "") -> Callable[[Ack], None]:
    def action(ack: Ack) -> None:
        with opened(root / "工作区") as workspace:
            order = SubmissionOrder(
                Period.of_month("2024-03"), "2024M03", Wanted.ALL, root / STICK, 1_000_000, password
            )
            ack(str(submission.submit(workspace, BY, order).submission.id))

    return action


@pytest.fixture
def site(base: Path, scratch: Path) -> Path:
    """A workspace beside a stick."""
    root = scratch / "submissions"
    clear(str(root))
    (root / STICK).mkdir(parents=True)
    lay(base, root / "工作区")
    return root


def again(site: Path, work: Path) -> None:
    clear(str(work))
    shutil.copytree(site, work)


def goes_on(work: Path, told: int, whole: dict[str, bytes], password: str = "") -> None:
    """What has a part's name is whole; what the ledger calls made is; resumed, it is the same bytes; the archive lost nothing."""
    parts = _whole(work, password)
    must(all(data == whole[name] for name, data in parts.items()), "a part without its end")
    with opened(work / "工作区") as workspace:
        entry = submission_ledger.listed(workspace.archive).get(NAME)
        if entry is None:
            must(not told and not parts, "told of what was never begun")
            return
        if entry.stage is SubmissionStage.MADE:
            must(
                [p.sha256 for p in entry.made] == [bag.sha256(d) for d in whole.values()], "made, and is not"
            )
        must(entry.stage is SubmissionStage.MADE or not told, "told before it was made")
        before = look(workspace.archive).picture[:3]  # the ledger says that it is made
        made = submission.resume(workspace, BY, NAME, work / STICK, password=password)
        must(look(workspace.archive).picture[:3] == before, "a submission changed the archive")
        kept = {part.file for part in made.parts if part.before}
        must(kept == set(parts), f"finished parts were not kept: {kept}")
        entry = submission_ledger.find(workspace.archive, NAME)
        must(entry.stage is SubmissionStage.MADE, "resumed, and not made")
    names = {p.name for p in (work / STICK).iterdir() if not p.name.endswith(".docx")}
    must(names == set(whole) and _whole(work, password) == whole, f"not the same bytes: {sorted(names)}")


def _whole(work: Path, password: str = "") -> dict[str, bytes]:
    """Return the parts on the stick, of locked ones what is inside."""
    paths = sorted((work / STICK).glob("*.zip"))
    if not password:
        return {path.name: path.read_bytes() for path in paths}
    return {path.name: b"".join(submission_envelope.unlocked(path, password)) for path in paths}


@pytest.mark.parametrize("under", [STICK, "工作区/archive"])
def test_a_submission_killed_at_any_call(site: Path, scratch: Path, under: str, counted: Counted) -> None:
    work = scratch / "submissions struck"
    again(site, work)
    calls = strike(work, _submit(work), NoFault(), under=under).calls
    whole = _whole(work)
    assert whole
    points = sample(range(1, calls + 1), 1 / 3, f"kills of a submission below {under}", ends=True)
    for n in points:
        again(site, work)
        ended = strike(work, _submit(work), Kill(n), under=under)
        goes_on(work, len(ended.acks), whole)
    counted("submit", "kill points", len(points))


def test_a_locked_submission_killed_at_any_call(site: Path, scratch: Path, counted: Counted) -> None:
    """Resumed by what is inside: never the same bytes twice, and what has a part's name opens and is whole."""
    work = scratch / "submissions struck"
    again(site, work)
    calls = strike(work, _submit(work, PASSWORD), NoFault(), under=STICK).calls
    whole = _whole(work, PASSWORD)
    assert whole and all(name.endswith(submission_envelope.SUFFIX) for name in whole)
    points = sample(range(1, calls + 1), 1 / 3, "kills of a locked submission", ends=True)
    for n in points:
        again(site, work)
        ended = strike(work, _submit(work, PASSWORD), Kill(n), under=STICK)
        goes_on(work, len(ended.acks), whole, PASSWORD)
    counted("submit --encrypt", "kill points", len(points))


def test_a_submission_on_a_full_failing_or_pulled_medium(site: Path, scratch: Path, counted: Counted) -> None:
    """Stick pulled at any byte, full, or failing once."""
    work = scratch / "submissions struck"
    again(site, work)
    calls = strike(work, _submit(work), NoFault(), under=STICK).calls
    whole = _whole(work)
    points = sample(range(1, calls + 1), 1 / 4, "failures of the medium of a submission", ends=True)
    for n in points:
        faults: tuple[Fault, ...] = (
            Fail(n, errno.ENOSPC, sticky=True), Fail(n, errno.EIO), Fail(n, errno.ENODEV, sticky=True),
        )  # fmt: skip
        for fault in faults:
            again(site, work)
            ended = strike(work, _submit(work), fault, under=STICK)
            assert ended.how in (DONE, REFUSED, TOLERATED), (fault, ended.error)
            goes_on(work, len(ended.acks), whole)
    counted("submit", "ENOSPC, EIO and a pulled stick", 3 * len(points))


def test_a_receipt_that_returns_a_household_killed_at_any_call(
    base: Path, scratch: Path, counted: Counted
) -> None:
    """The household is told, then the ledger: taken in again, each says it once; the ledger never says it before the household."""
    ready, work = scratch / "answered", scratch / "answered struck"
    lay(base, ready)
    with opened(ready) as workspace:
        answers(workspace, BY, returned=ZHANG)

    def action(ack: Ack) -> None:
        with opened(work) as workspace:
            submission_import.take_in(workspace, BY, work / ANSWERS[0])
            ack("taken in")

    lay(ready, work)
    calls = strike(work, action, NoFault()).calls
    points = sample(range(1, calls + 1), 1 / 3, "kills of a receipt", ends=True)
    for n in points:
        lay(ready, work)
        told = len(strike(work, action, Kill(n)).acks)
        with opened(work) as workspace:
            entry = submission_ledger.find(workspace.archive, NAME)
            known = workspace.archive.read(ZHANG).feedback
            acknowledged = entry.stage is SubmissionStage.ACKNOWLEDGED
            must(
                len(known) <= 1 and (known or not acknowledged), "acknowledged before the household was told"
            )
            must(bool(acknowledged and known) or not told, "told before it was entered")
            done = submission_import.take_in(workspace, BY, work / ANSWERS[0])
            must(done.entered == (0 if known else 1), "entered twice, or not")
            must(len(workspace.archive.read(ZHANG).feedback) == 1, "not what the bureau said")
            entry = submission_ledger.find(workspace.archive, NAME)
            must(entry.returned == (str(ZHANG),), "the ledger says something else")
            must(
                len([*workspace.archive.ledger_events(Op.SUBMISSION_ACKNOWLEDGED)]) == 1, "acknowledged twice"
            )
    counted("submit import", "kill points", len(points))
