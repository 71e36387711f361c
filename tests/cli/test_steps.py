"""``case step`` and ``case correct`` as a clerk types them."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest

from tests.cli.golden_texts import agrees
from tests.command_line import INIT, Office
from tests.filing import ACCEPTANCE
from tests.people import WANG
from tests.sampling import sweep

PEOPLE = """
[[people]]
name = "林经办"
roles = ["intake", "archivist"]

[[people]]
name = "魏主任"
roles = ["approver"]
"""


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose one household was accepted, then the day put right. The tests only ask, or are refused."""
    root = tmp_path_factory.mktemp("office")
    made = Office(root)
    made.run(*INIT)
    with (root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(PEOPLE)
    facts = {**WANG, "application": {**WANG["application"], "kinship": False}}
    (root / "wang.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    made.run("case", "open", "低保", "--from", "wang.json", "--on", "2024-03-04")
    for kind in ACCEPTANCE:
        page = docx.Document()
        page.add_paragraph(kind)
        page.save(str(root / f"{kind}.docx"))
        made.run("file", "王秀兰", f"{kind}.docx", "--type", kind)
    made.run("case", "step", "王秀兰", "收件", "--on", "2024-03-04")
    shown = made.run("case", "step", "王秀兰", "受理", "--on", "2024-03-05", "--at", "9:30")
    agrees("step-taken", shown.stdout)
    event = made.json("case", "show", "王秀兰")["steps"][-1]["event"]
    shown = made.run("case", "correct", "王秀兰", str(event), "--on", "2024-03-06", "--reason", "日期抄错")
    agrees("step-corrected", shown.stdout)
    return made


@sweep(1 / 3)
@pytest.mark.parametrize(
    ("name", "words", "status"),
    [
        ("step-possible", ["step", "王秀兰"], 0),
        ("step-refused", ["step", "王秀兰", "作出确认决定", "--on", "2024-03-05"], 29),
        ("step-unknown", ["step", "王秀兰", "审查"], 2),
        (
            "step-dry-run",
            ["step", "王秀兰", "extend", "--by", "魏主任", "--reason", "调查难度较大", "--dry-run"],
            0,
        ),
        ("step-show", ["show", "王秀兰"], 0),
        ("step-correct-refused", ["correct", "王秀兰", "9", "--void", "--reason", "误录"], 29),
        (
            "step-correct-set-refused",
            ["correct", "王秀兰", "9", "--set", "金额=1", "--reason", "误录"],
            29,
        ),
    ],
)
def test_what_a_clerk_reads(accepted: Office, name: str, words: list[str], status: int) -> None:
    done = accepted.run("case", *words, check=status)
    agrees(name, f"$ archivist case {' '.join(words)}\n{done.stdout}{done.stderr}")


def test_the_log_tells_steps_and_corrections(accepted: Office) -> None:
    shown = accepted.run("case", "log", "王秀兰").stdout
    assert "2024-03-05 09:30 受理 林经办 → 已受理" in shown
    assert "改为 日期 2024-03-06（日期抄错）" in shown


def test_json(accepted: Office) -> None:
    """One document, with everything people are shown."""
    found = accepted.json("case", "step", "王秀兰")
    assert found["state"] == "accepted"
    assert {"verify", "survey", "extend"} <= {s["step"] for s in found["steps"]}
    planned = accepted.json(
        "case", "step", "王秀兰", "extend", "--by", "魏主任", "--reason", "难", "--dry-run"
    )
    assert (planned["dry_run"], planned["event"], planned["to"]) == (True, None, "accepted")
    assert [s["rule"] for s in planned["starts"]] == ["overall.extended"]
    assert {m["status"] for m in planned["makes"]} == {"issuable"}
    wrong = accepted.json("case", "step", "王秀兰", "confirm", check=29)["error"]
    assert wrong["code"] == "E209" and len(wrong["problems"]) == 3
    assert [s["step"] for s in accepted.json("case", "show", "王秀兰")["steps"]] == ["submit", "accept"]


def test_taking_back_and_closing(accepted: Office, tmp_path: Path) -> None:
    """On a copy of the office: withdraw, take that back, withdraw again, deregister as before."""
    import shutil

    office = Office(tmp_path / "office")
    shutil.copytree(accepted.root, office.root)
    office.run("case", "deregister", "王秀兰", "--reason", "自愿退出", check=27)
    first = office.json("case", "step", "王秀兰", "撤回申请", "--reason", "本人撤回")
    back = office.json("case", "correct", "王秀兰", str(first["event"]), "--void", "--reason", "误录")
    assert (back["old"]["step"], back["new"], back["state"]) == ("withdraw", None, "accepted")
    office.run("case", "step", "王秀兰", "撤回申请", "--reason", "本人撤回")
    refused = office.run("case", "deregister", "王秀兰", "--reason", "撤回", "--yes", check=29)
    assert "须由“管理部门（复审）”办理" in refused.stderr
    with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[people]]\nname = "白主管"\nroles = ["reviewer"]\n')
    office.run("case", "deregister", "王秀兰", "--by", "白主管", "--reason", "撤回", "--yes")
    assert office.json("case", "show", "王秀兰")["state"] == "deregistered"
    office.run("verify", office.json("case", "list")["cases"][0]["case"])


def test_what_a_step_was_told_is_corrected(accepted: Office, tmp_path: Path) -> None:
    """On a copy of the office: an advance of 300 that was 3000, and what the clerk reads of it."""
    import shutil

    office = Office(tmp_path / "office")
    shutil.copytree(accepted.root, office.root)
    facts = {**WANG, "application": {"urgent": True, "kinship": False}}
    (office.root / "urgent.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    number = office.json("case", "open", "JN", "--from", "urgent.json", "--on", "2024-03-04")["case"]
    office.run("case", "step", number, "收件", "--on", "2024-03-04", "--at", "8:00")
    office.run(
        "case",
        "step",
        number,
        "先行救助",
        "--on",
        "2024-03-04",
        "--at",
        "15:00",
        "--by",
        "魏主任",
        "--set",
        "amount=300",
        "--reason",
        "备用金管理办法",
    )
    event = str(office.json("case", "show", number)["steps"][-1]["event"])
    words = ["correct", number, event, "--set", "先行救助金额=3000", "--reason", "少记一个零"]
    shown = office.run("case", *words)
    agrees("step-corrected-value", f"$ archivist case {' '.join(words)}\n{shown.stdout}{shown.stderr}")
    assert office.json("case", "show", number)["steps"][-1]["values"] == {"amount": "3000.00"}
    assert "改为 先行救助金额 3000.00（少记一个零）" in office.run("case", "log", number).stdout
    done = office.json("case", "correct", number, event, "--set", "amount=2000", "--reason", "又错")
    assert (done["old"]["values"], done["new"]["values"]) == ({"amount": "3000.00"}, {"amount": "2000.00"})
