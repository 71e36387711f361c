"""``archivist check --four`` as a clerk types it: what is printed, written and entered, and what the exit status says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import docx
import pytest

from archivist.model.event import Op
from archivist.preservation.four_nature import run
from archivist.preservation.four_nature.items import all_items
from archivist.preservation.four_nature.outcome import ItemOutcome
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.people import WANG_ID

NAME = "王秀兰"


def checks_made(office: Office) -> list[dict[str, Any]]:
    with Workspace.open(office.root) as workspace:
        return [dict(event.data) for event in workspace.archive.ledger_events(Op.FOUR_NATURE_CHECKED)]


def test_the_line_the_report_and_the_ledger_say_the_same(office: Office) -> None:
    """As .docx, JSON with schema, and on the ledger: case, head, counts, conclusion; the ledger names nobody."""
    shown = office.run("check", NAME, "--four", check=22)
    line = next(said for said in shown.stdout.splitlines() if said.startswith("四性："))
    assert line.endswith("；结论：不合格") and "真实 " in line and "/14" in line
    page, told = sorted((office.root / "archive/outbox/四性检测").iterdir(), key=lambda p: p.suffix)
    report = json.loads(told.read_bytes()) if told.suffix == ".json" else json.loads(page.read_bytes())
    printed = docx.Document(io.BytesIO((page if page.suffix == ".docx" else told).read_bytes()))
    words = "".join(node.text or "" for node in printed.element.iter() if node.text)
    assert report["words"] == line and line.partition("：")[2].partition("；")[0] in words
    (entry,) = checks_made(office)
    (case,) = entry["cases"]
    with Workspace.open(office.root) as workspace:
        number = workspace.archive.case_numbers()[0]
        assert (case["case"], (case["seq"], case["head"])) == (str(number), workspace.archive.head(number))
    assert case["passed"] + len(case["failed"]) + len(case["unchecked"]) == len(all_items())
    assert not {NAME, WANG_ID} & set(json.dumps(entry, ensure_ascii=False).split('"'))
    assert "四性检测" in office.run("ledger").stdout


def test_a_dry_run_writes_nothing(office: Office) -> None:
    found = office.json("check", NAME, "--four", "--dry-run", check=22)
    assert found["files"] == [] and found["schema"] == "archivist/four-nature/1"
    assert checks_made(office) == [] and not (office.root / "archive/outbox/四性检测").exists()


def test_an_occasion_asks_for_its_items_only(office: Office) -> None:
    """Per 环节 (归档 GD, 移交 YJ, 长期 CQ)."""
    for phase, count in (("归档", 25), ("移交", 29), ("长期保存", 13)):
        found = office.json("check", "--four", "--phase", phase, "--dry-run", check=None)
        assert (found["phase"], len(found["items"])) == (phase, count)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (ItemOutcome.of(seen=["对"]), 0),
        (ItemOutcome.of(unchecked=["没检"]), 1),
        (ItemOutcome.of(["错"], ["没检"]), 22),
    ],
)
def test_the_exit_status_follows_the_conclusion(
    office: Office, monkeypatch: pytest.MonkeyPatch, outcome: ItemOutcome, status: int
) -> None:
    """Exit 1 有未检；exit 22 有不合格; 0 only where 合格 is written."""
    monkeypatch.setattr(run, "_run", lambda *_: outcome)
    shown = office.run("check", NAME, "--four", check=status)
    assert ("结论：合格" in shown.stdout) == (status == 0)


def test_a_ledger_that_takes_nothing_is_said_and_is_not_right(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found is shown all the same; nothing claims to be on record."""
    from archivist.errors import IntegrityAlarm
    from archivist.preservation.four_nature import report

    def refuses(*_: object) -> tuple[Path, ...]:
        raise IntegrityAlarm("总账的事件链断开", file="2024")

    monkeypatch.setattr(run, "_run", lambda *_: ItemOutcome.of(seen=["对"]))
    monkeypatch.setattr(report, "hand_out", refuses)
    shown = office.run("check", NAME, "--four", check=1)
    assert "没有记入总账" in shown.stdout + shown.stderr


def test_other_options_do_not_go_with_it(office: Office) -> None:
    for words in (
        ["--four", "--across"],
        ["--four", "--stage", "archive"],
        ["--phase", "移交"],
        ["--dry-run"],
    ):
        assert office.json("check", *words, check=2)["error"]["code"] == "E001"
