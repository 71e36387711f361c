"""What a clerk reads and what a program gets when a bulk job is run again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.workspace import Workspace
from tests.command_line import Office, opened
from tests.households import DECISION, households
from tests.issuing.numbers import lose

JOB = (
    "generate",
    "确认决定书",
    "--search",
    "类别:低保",
    *(w for k, v in DECISION.items() for w in ("--set", f"{k}={v}")),
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = opened(tmp_path)
    made.come_to("confirmation_decision")
    with Workspace.open(tmp_path) as workspace:
        households(workspace, 2, come_for="confirmation_decision")
    yield made


def test_a_job_run_again_says_what_was_done_before(office: Office) -> None:
    """“the result says how many were done before …; a clear Chinese line for people; exit status 0 when only skipped”."""
    first = office.json(*JOB)
    assert len(first["issued"]) == 3 and first["done_before"] == []
    again = office.json(*JOB)
    assert again["issued"] == [] and again["refused"] == []
    assert [e["doc_no"] for e in again["done_before"]] == [i["doc_no"] for i in first["issued"]]
    shown = office.run(*JOB)
    assert "3 份此前已制发，跳过" in shown.stdout and "--again --reason" in shown.stdout
    assert "3 份此前已制发" in office.run(*JOB, "--dry-run").stdout
    meant = office.json(*JOB, "--again", "--reason", "遗失")
    assert len(meant["issued"]) == 3
    assert len(office.json(*JOB, "--again", "--reason", "遗失")["done_before"]) == 3, (
        "it can be interrupted too"
    )


def test_the_series_is_shown(office: Office) -> None:
    """“number → document, case, record, state (在卷 / 作废 / 空号 with reason / unexplained), `--json` too”."""
    made = office.json(*JOB)["issued"][0]
    office.run("case", "record", "void", made["case"], made["record"], "--reason", "写错", check=None)
    found = office.json("ledger", "--documents", "--year", "2024")
    assert [(n["number"], n["state_label"]) for n in found["numbers"]] == [
        (1, "作废"),
        (2, "在卷"),
        (3, "在卷"),
    ]
    assert (found["numbers"][0]["reason"], found["numbers"][0]["case"]) == ("写错", made["case"])
    shown = office.run("ledger", "--documents").stdout
    assert "红样救字〔2024〕1号" in shown and "作废" in shown and "写错" in shown
    with Workspace.open(office.root) as workspace:
        lose(workspace, 2)
    wanting = office.run("ledger", "--documents", check=1)
    assert "没有着落" in wanting.stdout and "ledger --vacant --reason" in wanting.stderr
    done = office.json("ledger", "--vacant", "--reason", "断电")
    assert done["made_vacant"] == ["红样救字〔2024〕4号", "红样救字〔2024〕5号"]
    assert office.json("ledger", "--documents", "--year", "2023")["numbers"] == []
    office.run("ledger", "--reason", "无故", check=2)
