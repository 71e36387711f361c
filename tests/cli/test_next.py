"""``archivist next`` and ``archivist case list`` as a clerk reads them, at any width, and as a program reads them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from archivist.cli.session import Session
from archivist.model.ids import Category
from archivist.workspace import Workspace
from tests.cli.golden_texts import agrees
from tests.command_line import Office
from tests.filing import take
from tests.kit import make_workspace, open_another, open_household
from tests.sampling import sweep


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Three households: one long overdue, one with a publicity, one in the beginning."""
    made = make_workspace(tmp_path)
    take(made, open_household(made), "submit submitted 2024-02-05", "accept accepted 2024-02-06")
    take(made, open_another(made, "006", Category.TK), "submit submitted 2024-02-19", "accept accepted 2024-02-20",
         "verify verifying 2024-02-21", "survey surveying 2024-02-22", "prelim prelim_reviewed 2024-03-01",
         "publicize publicized 2024-03-07")  # fmt: skip
    open_another(made, "008")
    made.close()
    return made


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace.root)


@sweep(1 / 3)
@pytest.mark.parametrize(
    ("name", "words"), [("next", []), ("next-case", ["TJHQ-TK-2024-000001"]), ("next-overdue", ["--overdue"])]
)
def test_what_a_clerk_reads(office: Office, name: str, words: list[str]) -> None:
    office.settings["COLUMNS"] = "80"
    shown = office.run("next", *words)
    agrees(name, f"$ archivist {' '.join(['next', *words])}\n{shown.stdout}{shown.stderr}")


def test_the_most_urgent_first_and_no_more_than_asked_for(office: Office) -> None:
    """«in the order in which they are due», «``--limit``, filters like ``due`` (category, place, overdue)»."""
    everybody = office.json("next")
    dues = [h["due"] or "9999" for h in everybody["households"]]
    assert dues == sorted(dues) and everybody["cases"] == len(dues) == 3
    assert [h["case"] for h in office.json("next", "--limit", "1")["households"]] == [
        everybody["households"][0]["case"]
    ]
    assert office.json("next", "--limit", "1")["cases"] == 3
    assert {h["category"] for h in office.json("next", "--category", "特困")["households"]} == {"TK"}
    assert office.json("next", "--place", "没有这个村")["households"] == []
    late = office.json("next", "--overdue")["households"]
    assert late and all(dt.date.fromisoformat(h["due"]) < dt.date(2024, 3, 8) for h in late)
    assert all(len(h["acts"]) == 1 for h in everybody["households"])


def test_options_that_contradict_each_other(office: Office) -> None:
    assert "不能同时写" in office.run("next", "--all", "--limit", "3", check=2).stderr
    assert "写了户" in office.run("next", "王秀兰", "--overdue", check=2).stderr


def test_a_file_that_cannot_be_read_is_named(office: Office) -> None:
    """未检, never left out: in ``next`` and in the list, where it has no state."""
    event = sorted((office.root / "archive/cases/TJHQ-TK-2024-000001/events").iterdir())[-1]
    event.write_bytes(event.read_bytes()[:-9])
    (office.root / "index").rename(office.root / "old")
    office.run("reindex", check=None)
    shown = office.run("next", check=1)
    assert "未检：" in shown.stderr and "TJHQ-TK-2024-000001" in shown.stderr


def test_the_list_says_where_each_stands(office: Office) -> None:
    """«``case list`` shows stage and next deadline, sortable/filterable by state»."""
    rows = {c["case"]: c for c in office.json("case", "list")["cases"]}
    assert rows["TJHQ-DB-2024-000001"]["state"] == "accepted" and rows["TJHQ-DB-2024-000001"]["due"]
    assert rows["TJHQ-DB-2024-000002"]["due"] is None
    assert [c["case"] for c in office.json("case", "list", "--state", "公示中")["cases"]] == [
        "TJHQ-TK-2024-000001"
    ]
    by_due = [c["due"] or "9999" for c in office.json("case", "list", "--sort", "due")["cases"]]
    assert by_due == sorted(by_due)
    assert [c["state"] for c in office.json("case", "list", "--sort", "state")["cases"]] == [
        "draft", "accepted", "publicized",
    ]  # fmt: skip
    assert "没有办理状态“猫”" in office.run("case", "list", "--state", "猫", check=2).stderr


def test_a_closed_household_is_listed_as_closed(office: Office) -> None:
    with Workspace.open(office.root) as workspace:
        case = workspace.archive.read(workspace.find_case("TJHQ-DB-2024-000001"))
        take(workspace, case, "withdraw abandoned 2024-03-08")
    office.run("case", "deregister", "TJHQ-DB-2024-000001", "--reason", "撤回", "--yes", check=None)
    states = {c["case"]: (c["status"], c["state"]) for c in office.json("case", "list")["cases"]}
    assert states["TJHQ-DB-2024-000001"] == ("deregistered", "deregistered")


# ── at any width ─────────────────────────────────────────────────────────────────────────────────────────
@sweep(1 / 3)
@pytest.mark.parametrize("columns", ["20", "40", "60", "80", "", "132"])
def test_no_number_and_no_name_is_cut_at_any_width(office: Office, columns: str) -> None:
    """48-narrow-terminal-loses-the-name: «the applicant must still be readable»; nor in a pipe, whose width nobody knows."""
    office.settings["COLUMNS"] = columns
    names = {c["case"]: c["applicant"] for c in office.json("case", "list")["cases"]}
    for words in (["case", "list"], ["next"], ["due", "--all"]):
        text = office.run(*words).stdout
        for number, name in names.items():
            assert number in text or words == ["due", "--all"], f"{number} in {words} at {columns}"
            assert name in text or words == ["due", "--all"], f"{name} in {words} at {columns}"


@given(
    st.lists(
        st.tuples(st.from_regex(r"[A-Z]{2,6}-DB-2024-[0-9]{6}", fullmatch=True), st.text("王李欧阳娜仁托娅", min_size=2, max_size=10),
                  st.text("村社区样例里", max_size=20), st.dates().map(str)),
        min_size=1, max_size=4,
    ),
    st.integers(20, 140),
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_table_loses_nothing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    rows: list[tuple[str, ...]],
    width: int,
) -> None:
    """Whatever the window, every character of every cell is printed, and no line of a table is wider than it."""
    monkeypatch.setenv("COLUMNS", str(width))
    capsys.readouterr()
    Session().table(("户号", "申请人", "村（社区）", "期限"), rows)
    text = capsys.readouterr().out
    for row in rows:
        assert row[0] in text and row[1] in text and row[3] in text
    squeezed = re.sub(r"\s", "", text)
    assert sum(map(len, (cell for row in rows for cell in row))) <= len(squeezed)
    if "：" not in text.replace("村（社区）", ""):
        assert all(cell_len(line.rstrip()) <= width for line in text.splitlines())


def test_after_a_step_and_a_document_the_next_is_said(office: Office) -> None:
    """«After ``case step`` and ``generate``, the answer says what comes next in one line»."""
    shown = office.run("generate", "application_form", "TJHQ-DB-2024-000002")
    assert re.search(
        r"^下一步：签署归档.* archivist file TJHQ-DB-2024-000002 扫描件 --signs 0001$",
        shown.stdout.replace("　", " "),
        re.M,
    )
    done: Any = office.json("case", "step", "TJHQ-DB-2024-000002", "discover", "--on", "2024-03-08")
    assert done["following"]["command"].startswith("archivist ")
    text = office.run(
        "case", "step", "TJHQ-TK-2024-000001", "withdraw", "--reason", "撤回", "--on", "2024-03-08"
    ).stdout
    assert "下一步：" in text.splitlines()[-1]
