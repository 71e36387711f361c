"""The bureau's commands, to strike at: received, drawn from, answered, checked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final
from unittest import mock

from archivist.bureau import custody, draws, feedback
from archivist.bureau.reception import receive
from archivist.ingest.watch_folder import Now
from archivist.model.event import Op
from archivist.preservation.submission_format import SubmissionId
from archivist.preservation.submission_replies import FeedbackFinding
from archivist.workspace import Workspace
from tests.bureau.kit import make_bureau
from tests.faults.office import WANG, ZHANG, Act, Command, lay, opened
from tests.faults.shim import Ack
from tests.preservation.packages import make_package
from tests.preservation.test_anchors import phone

FIRST: Final = "报送一"
LATER: Final = "报送二"
"""Folders beside the bureau's archive with a package each: a household and the ledger, later grown."""
ID: Final = SubmissionId("TJHQ", "2024Q1", 1)
TO_MEND: Final = FeedbackFinding(str(WANG), "", False, "缺入户照片", dt.date(2024, 4, 30))


def build_bureau(root: Path, office: Path) -> None:
    """Make the bureau, with two submissions of an office at its door."""
    with make_bureau(root) as workspace:
        workspace.index.rebuild()
    copy = root.with_name("reporting")
    lay(office, copy)
    with opened(copy) as workspace:
        for number, name in enumerate((FIRST, LATER), 1):
            (root / name).mkdir()
            make_package(workspace, root / name, [WANG], number=number)
            phone(workspace, WANG, number)


def _receive(name: str) -> Act:
    def act(workspace: Workspace, now: Now, ack: Ack) -> None:
        receive(workspace, now(), [*(workspace.root / name).iterdir()])
        ack("received")

    return act


def _draw(workspace: Workspace, now: Now, ack: Ack) -> None:
    """Nobody is confirmed in this office: the frame is given."""
    with mock.patch.object(draws, "_frame", lambda *_: ([WANG, ZHANG], set())):
        draws.draw_month(workspace, now(), "2024-03", "3 17 22")
    ack("drawn")


def _answer(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    if not any(workspace.archive.ledger_events(Op.FEEDBACK_GIVEN)):
        feedback.give(workspace, now(), str(ID), [TO_MEND])
    ack("answered")


def _verify(workspace: Workspace, now: Now, ack: Ack) -> None:
    (checked,) = custody.verify(workspace, now())
    assert not checked.findings
    ack("verified")


OF_BUREAU: Final = {
    c.name: c
    for c in (
        Command("receive a submission", _receive(FIRST), _receive(FIRST), at_bureau=True),
        Command(
            "receive a later one", _receive(LATER), _receive(LATER), at_bureau=True, before=_receive(FIRST)
        ),
        Command("draw a sample", _draw, _draw, at_bureau=True, before=_receive(FIRST)),
        Command("give feedback", _answer, _answer, at_bureau=True, before=_receive(FIRST)),
        Command("verify what was received", _verify, at_bureau=True, before=_receive(FIRST)),
    )
}
