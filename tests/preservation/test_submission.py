"""A submission to the bureau: who is in it, that it can be made again, what stops it."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path

import pytest

from archivist.model.case import Case
from archivist.model.event import Op
from archivist.preservation import submission, submission_ledger
from archivist.preservation import submission_format as form
from archivist.preservation.submission import SubmissionMade, SubmissionOrder
from archivist.preservation.submission_format import Submission, WhySubmitted
from archivist.preservation.submission_ledger import SubmissionStage
from archivist.report.query import Period
from archivist.store import Draft, NewFile, bag
from archivist.workspace import Workspace
from tests.households import households
from tests.kit import BY, make_workspace

MARCH = SubmissionOrder(Period.of_month("2024-03"), "2024M03")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two households that were granted in March, one that was not."""
    made = make_workspace(tmp_path / "ws")
    for case in households(made, 3)[:2]:
        grant(made, case)
    return made


def grant(workspace: Workspace, case: Case) -> None:
    told = {
        "step": "confirm",
        "title": "作出确认决定",
        "from": "draft",
        "to": "confirmed",
        "on": "2024-03-07",
    }
    workspace.commit(case.number, lambda _: Draft(Op.STEP_TAKEN, {**told, "by": ["吴主任"]}), BY)


def change(workspace: Workspace, case: str) -> None:
    number = next(n for n in workspace.archive.case_numbers() if str(n) == case)
    seq = workspace.archive.read(number).seq
    text = f"第 {seq} 件".encode()
    workspace.commit(
        number,
        lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}, "补", (NewFile(f"text/补{seq}.txt", text),)),
        BY,
    )


def submit(workspace: Workspace, **order: object) -> SubmissionMade:
    return submission.submit(workspace, BY, dataclasses.replace(MARCH, **order))  # type: ignore[arg-type]


def names(made: SubmissionMade) -> list[tuple[str, WhySubmitted]]:
    return [(case.case[-6:], case.why) for case in made.submission.cases]


def test_newly_granted_households_go(workspace: Workspace, tmp_path: Path) -> None:
    """Newly granted, or changed since the last receipt; whole bags."""
    made = submit(workspace)
    assert names(made) == [("000001", WhySubmitted.NEW), ("000002", WhySubmitted.NEW)]
    assert str(made.submission.id) == "S-TJHQ-2024M03-01"
    assert made.folder is not None
    (part,) = made.parts
    with zipfile.ZipFile(made.folder / part.name) as packed:
        packed.extractall(tmp_path)
        told = Submission.decode(packed.read(f"S-TJHQ-2024M03-01-01/{form.ABOUT}"))
        heads = packed.read(f"S-TJHQ-2024M03-01-01/{form.HEADS}")
    assert told == made.submission
    assert bag.sha256(heads) == told.anchor
    assert heads.decode().count("TJHQ-DB-2024-") == 3, "the heads of all cases"
    (entry,) = submission_ledger.listed(workspace.archive).values()
    assert entry.stage is SubmissionStage.MADE and entry.anchor == told.anchor
    assert [p.sha256 for p in entry.made] == [part.sha256]
    assert {path.suffix for path in made.sheets} == {".docx"}
