"""``archivist due`` as a clerk reads it, as a program reads it, as a calendar reads it."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from archivist.api.agenda import due
from archivist.api.ics import calendar_file
from archivist.model.ids import CaseNo, Category
from archivist.workspace import Workspace
from tests.answers import answer
from tests.cli.golden_texts import agrees
from tests.command_line import Office
from tests.filing import take
from tests.kit import NOW, make_workspace, open_another, open_household


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Four households: one late, one waiting for a delivery, one with a publicity, one in a hurry."""
    made = make_workspace(tmp_path)
    take(made, open_household(made), "submit submitted 2024-03-04", "accept accepted 2024-03-04")
    take(made, open_another(made, "004"), "submit submitted 2024-02-26", "accept accepted 2024-02-27",
         "verify verifying 2024-02-28", "explain explain_pending 2024-03-06")  # fmt: skip
    take(made, open_another(made, "006", Category.TK), "submit submitted 2024-02-05", "accept accepted 2024-02-06",
         "verify verifying 2024-02-07", "survey surveying 2024-02-20", "prelim prelim_reviewed 2024-03-01",
         "publicize publicized 2024-03-07")  # fmt: skip
    take(made, open_another(made, "008", Category.JN, urgent=True), "submit submitted 2024-03-08 09:10")
    made.close()
    return made


@pytest.fixture
def run(workspace: Workspace) -> Any:
    def run(*words: str, status: int = 0) -> str:
        shown = Office(workspace.root).run("due", *words, check=status)
        return shown.stdout + shown.stderr

    return run


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("due", []),
        ("due-case", ["--case", "TJHQ-DB-2024-000001"]),
        ("due-all", ["--all", "--category", "特困"]),
        ("due-overdue", ["--overdue", "--on", "2024-04-20"]),
        ("due-nothing", ["--category", "低收入", "--overdue"]),
    ],
)
def test_what_a_clerk_reads(run: Any, name: str, words: list[str]) -> None:
    agrees(name, f"$ archivist {' '.join(['due', *words])}\n{run(*words)}")


def test_what_a_program_reads(run: Any) -> None:
    found = answer(run("--json"))
    assert (found["cases"], found["unread"]) == (4, [])
    entries = {(e["case"], e["rule"]): e for e in found["entries"]}
    late = entries["TJHQ-DB-2024-000001", "survey.start"]
    assert (late["status"], late["due"], late["days"], late["started"]) == (
        "overdue",
        "2024-03-07",
        -1,
        "2024-03-04",
    )
    assert "3个工作日内" in late["source"]
    hours = entries["TJHQ-JN-2024-000001", "temp.emergency.advance"]
    assert (hours["status"], hours["due"], hours["at"]) == ("coming", "2024-03-09", "09:10")
    assert entries["TJHQ-DB-2024-000002", "verify.explain"]["status"] == "waiting"
    assert entries["TJHQ-TK-2024-000001", "publicity.initial"]["status"] == "window"
    assert {d["rule"] for d in found["duties"]} >= {"visit.monthly.ratio", "spotcheck.ratio"}


def test_a_case_that_cannot_be_read_is_an_exit_status_too(run: Any, workspace: Workspace) -> None:
    event = workspace.archive.cases / "TJHQ-DB-2024-000001" / "events" / "000003.json"
    event.write_text("{}", encoding="utf-8")
    assert "未检：TJHQ-DB-2024-000001" in run(status=1)


def test_all_and_days_contradict_each_other(run: Any) -> None:
    assert "--all" in run("--all", "--days", "3", status=2)


# ── the calendar file ────────────────────────────────────────────────────────────────────────────────────
def test_the_calendar_file(run: Any, workspace: Workspace) -> None:
    said = run("--all", "--ics", "期限.ics")
    calendar = Calendar.from_ical((workspace.root / "期限.ics").read_bytes())
    events = {str(e["uid"]): e for e in calendar.walk("VEVENT")}
    found = answer(run("--all", "--json"))
    dated = [e for e in found["entries"] if e["due"]]
    assert f"{len(dated)} 项" in said
    assert set(events) == {f"{e['case']}.{e['rule']}@archivist" for e in dated}
    for entry in dated:
        event = events[f"{entry['case']}.{entry['rule']}@archivist"]
        [alarm] = event.walk("VALARM")
        due, start = dt.date.fromisoformat(entry["due"]), event.decoded("dtstart")
        if entry["at"]:
            assert start == dt.datetime.fromisoformat(f"{entry['due']}T{entry['at']}+08:00")
            assert alarm.decoded("trigger") == dt.timedelta(days=-1)
        else:
            assert (start, event.decoded("dtend")) == (due, due + dt.timedelta(days=1))
            midnight = dt.datetime.combine(due, dt.time())
            assert (midnight + alarm.decoded("trigger")).date() == due - dt.timedelta(days=1)


def test_the_calendar_file_names_nobody(workspace: Workspace) -> None:
    found = due(workspace, on=NOW)
    text = calendar_file(found).decode().replace("\r\n ", "")
    people = {e.applicant for e in found.entries}
    facts = workspace.archive.read(CaseNo.parse(found.entries[0].case)).facts
    assert people == {"王秀兰"} and not any(name in text for name in people)
    assert str(facts["applicant"]["id_number"]) not in text and "样例里" not in text  # type: ignore[call-overload]
    assert "TJHQ-DB-2024-000001" in text


def test_the_same_limit_has_the_same_uid_on_another_day(workspace: Workspace) -> None:
    def uids(now: dt.datetime) -> set[str]:
        calendar = Calendar.from_ical(calendar_file(due(workspace, on=now)))
        return {str(e["uid"]) for e in calendar.walk("VEVENT")}

    assert uids(NOW) == uids(NOW + dt.timedelta(days=1))


def test_the_calendar_library_is_loaded_for_calendars_only(workspace: Workspace) -> None:
    import subprocess

    code = "import sys; from archivist.cli.main import main; main(['due', '--json']); sys.exit('icalendar' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=workspace.root, capture_output=True)
    assert done.returncode == 0
