"""«``archivist do 王秀兰``: goes from where the case stands to where somebody must decide or sign»; what is typed for a whole life is counted.

The watcher files scans without anybody typing; here ``file`` stands for it and is not counted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archivist.issuing import case_documents
from archivist.model.ids import CaseNo
from archivist.model.states import State
from archivist.workspace import Workspace
from tests.sampling import sweep
from tests.walks.clerk import APPROVER, INTAKE, REVIEWER, SECOND, Clerk
from tests.walks.paths import BASIC, BENEFIT

TELL = (
    "--set",
    "decision.findings=家庭月人均收入低于本地标准",
    "--by",
    INTAKE,
    "--by",
    SECOND,
    "--as",
    INTAKE,
)
MOST_TURNS = 40


def begun(tmp_path: Path) -> Clerk:
    clerk = Clerk(tmp_path, "tianjin-hongqiao", "2024-03-04")
    clerk.open("低保", **BENEFIT)
    clerk.papers(*(p for p in BASIC if not clerk.catalogue.get(p).generated))
    return clerk


def bring(clerk: Clerk, left: list[dict[str, Any]]) -> bool:
    """Let the watcher file what was signed, and what others bring; tell whether there was any."""
    signed = [act["id"] for act in left if act["kind"] == "sign"]
    for record in signed:
        clerk.run("file", clerk.number, str(clerk.paper(clerk.record(record)["type"])), "--signs", record)
    received = [act["id"] for act in left if act["kind"] == "receive" and act["id"] == "verification_report"]
    clerk.papers(*received)
    return bool(signed or received)


def decided(clerk: Clerk, left: list[dict[str, Any]]) -> bool:
    """Have the step taken by whom it is reserved to, where one is due; tell whether there was any."""
    for act in left:
        if act["kind"] == "step" and act["ready"] and act["role"] in ("reviewer", "approver"):
            if act["id"] == "confirm":
                clerk.first_month()
            who = REVIEWER if act["role"] == "reviewer" else APPROVER
            clerk.run("case", "step", clerk.number, act["id"], "--on", str(clerk.day), "--by", who)
            return True
    return False


def lived(clerk: Clerk, until: State, *more: str) -> list[dict[str, Any]]:
    """Go on with ``do``, scans, other people's decisions and waiting until a state is come to; return what ``do`` did."""
    done: list[dict[str, Any]] = []
    for _ in range(MOST_TURNS):
        if clerk.state == until:
            return done
        went = clerk.run("do", clerk.number, "--yes", *TELL, *more)
        done.append(went)
        assert went["problem"] is None
        brought = bring(clerk, went["left"])
        left = went["left"]
        while (another := decided(clerk, left)) and clerk.state != until:
            brought = True  # the answer of a step says what follows, so nobody asks: ``next`` stands for it
            left = [a for a in clerk.run("next", clerk.number)["households"][0]["acts"] if not a["aside"]]
            if left[0]["kind"] != "step":
                break
        if not (brought or another):
            clerk.wait(3)
            while not clerk.run("do", clerk.number, "--dry-run", *TELL)["acts"] and not any(
                a["ready"]
                for a in clerk.run("do", clerk.number, "--dry-run", *TELL)["left"]
                if a["kind"] == "step"
            ):
                clerk.wait(1)
    raise AssertionError(f"{clerk.state} is not {until}")


@sweep(1 / 24, of="walks")
def test_a_whole_life_in_few_commands(tmp_path: Path) -> None:
    """«A whole 低保 life in at most 60 commands, 25 with ``do``: counted», here from the opened file to the finished volume."""
    clerk = begun(tmp_path)
    runs = lived(clerk, State.IN_BENEFIT)
    taken = {act["id"] for run in runs for act in run["acts"] if act["kind"] == "step"}
    reserved = {
        row.id for row in clerk.pack.steps if row.role in ("reviewer", "approver", "panel", "outside")
    }
    assert {"submit", "accept", "verify", "survey", "prelim", "publicize", "deliver"} <= taken
    assert not taken & reserved and "ask_correction" not in taken, (
        "never a step reserved to a reviewing or deciding role"
    )
    clerk.wait(90)
    clerk.run("case", "step", clerk.number, "start_review", "--on", str(clerk.day), "--by", REVIEWER)
    clerk.issue("periodic_review_form")
    clerk.issue("benefit_change_form")
    ended = ("--reason", "家庭收入超过标准", "--on", str(clerk.day), "--by", APPROVER)
    clerk.run("case", "step", clerk.number, "terminate", *ended)
    clerk.issue("termination_decision")
    for _ in range(2):
        bring(clerk, clerk.run("do", clerk.number, "--yes", *TELL)["left"])
    clerk.wait(1).run(
        "case", "deregister", clerk.number, "--reason", "家庭收入超过标准", "--yes", "--as", REVIEWER
    )
    assert clerk.state == State.DEREGISTERED
    volume = clerk.run("case", "finish", clerk.number, "--archive-no", "0001-2024-0001", "--as", INTAKE)
    assert volume["case"] == clerk.number
    assert clerk.run("verify", clerk.number)["findings"] == []
    assert len(clerk.commands()) <= 25, clerk.commands()


def test_the_plan_is_what_is_done_and_writes_nothing(tmp_path: Path) -> None:
    """«one plan naming every paper before one confirmation (``--yes``, ``--dry-run``, ``--json``)»."""
    clerk = begun(tmp_path)
    bring(clerk, clerk.run("do", clerk.number, "--yes", *TELL)["left"])
    before = clerk.run("case", "log", clerk.number)["events"]
    planned = clerk.run("do", clerk.number, "--dry-run", *TELL)
    assert planned["dry_run"] and clerk.run("case", "log", clerk.number)["events"] == before
    refused = clerk.run("do", clerk.number, *TELL, check=2)["error"]
    assert "没有人确认" in refused["message"] and clerk.run("case", "log", clerk.number)["events"] == before
    done = clerk.run("do", clerk.number, "--yes", *TELL)
    same = ("kind", "id", "title", "on", "signed")
    assert [[a[k] for k in same] for a in done["acts"]] == [[a[k] for k in same] for a in planned["acts"]]
    assert (done["after"], done["to_print"]) == (planned["after"], planned["to_print"]) and done["to_print"]
    records = {r["record"]: r["type"] for r in clerk.show()["records"]}
    assert all(records[a["record"]] == a["id"] for a in done["acts"] if a["kind"] == "document")
    shown = clerk.office.run("do", clerk.number, "--dry-run", *TELL).stdout
    assert "往下等人" in shown and "签署归档" in shown


def test_asked_again_nothing_is_done_twice(tmp_path: Path) -> None:
    """What waits for a signature is not issued anew, however often it is asked."""
    clerk = begun(tmp_path)
    clerk.run("do", clerk.number, "--yes", *TELL)
    records = clerk.show()["records"]
    for _ in range(2):
        assert clerk.run("do", clerk.number, "--yes", *TELL)["acts"] == []
    assert clerk.show()["records"] == records


def test_who_is_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each act is one commit: what a failure in the middle leaves undone, the next run does, and nothing twice."""
    clerk = begun(tmp_path)
    bring(clerk, clerk.run("do", clerk.number, "--yes", *TELL)["left"])
    planned = clerk.run("do", clerk.number, "--dry-run", *TELL)["acts"]
    real, calls = case_documents.issue, []

    def once(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(case_documents, "issue", once)
        clerk.run("do", clerk.number, "--yes", *TELL, check=130)
    rest = clerk.run("do", clerk.number, "--yes", *TELL)["acts"]
    ids = [act["id"] for act in planned]
    assert [act["id"] for act in rest] == ids[len(ids) - len(rest) :] and 0 < len(rest) < len(ids)
    with Workspace.open(tmp_path) as workspace:
        types = [r.type for r in workspace.archive.read(CaseNo.parse(clerk.number)).records.values()]
    papers = [act["id"] for act in planned if act["kind"] == "document"]
    assert papers and all(types.count(name) == 1 for name in papers)


def test_who_may_not_take_the_step_takes_none(tmp_path: Path) -> None:
    """A reviewer's ``do`` issues and takes nothing that is the intake's."""
    clerk = begun(tmp_path)
    clerk.issue("application_form")
    planned = clerk.run("do", clerk.number, "--dry-run", "--as", REVIEWER)
    assert not [act for act in planned["acts"] if act["kind"] == "step"]
