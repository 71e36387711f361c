"""What happens in a household's life while it is helped, in two places, with commands alone.

The way into benefit is walked elsewhere; here it is recorded straight away, and the events of life begin after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.filing import walk
from tests.people import WANG, WANG_ID, make_id
from tests.sampling import sweep
from tests.walks.clerk import APPROVER, GIVEN, INTAKE, Clerk
from tests.walks.paths import BASIC, BENEFIT

SON = {
    "name": "李小样",
    "relation": "子",
    "id_number": make_id("19900305", "013"),
    "living_together": True,
    "covered": True,
}
INTO_BENEFIT = (
    "submit",
    "accept",
    "survey",
    "prelim",
    "publicize",
    "review",
    "confirm",
    "deliver",
    "announce",
    "file",
    "pay",
)
PLACES = {
    "tianjin-hongqiao": INTO_BENEFIT,
    "chongqing-yongchuan": ("submit", "accept", "survey", "appraise", *INTO_BENEFIT[3:]),
}


pytestmark = sweep(1 / 5, of="what happens to households")


@pytest.fixture(params=PLACES)
def clerk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Clerk]:
    """A clerk with a household of three in benefit."""
    made = Clerk(tmp_path, request.param, "2024-03-04")
    money = {"benefit": BENEFIT["benefit"] | {"persons": 3, "amount": "1890", "start": "2024-04"}}
    made.open("低保", **money)
    made.run("case", "set", made.number, *(f"成员[2].{key}={_said(value)}" for key, value in SON.items()))
    with Workspace.open(tmp_path) as workspace:
        walk(
            workspace,
            CaseNo.parse(made.number),
            *((step, "2024-03-04", ()) for step in PLACES[request.param]),
        )
    made.wait(120)
    yield made


def _said(value: object) -> str:
    return "是" if value is True else str(value)


def names(shown: Any) -> list[str]:
    return [str(member["name"]) for member in shown["facts"]["members"]]


def test_the_applicant_dies_and_the_members_go_on(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GIVEN, "benefit_change_decision", {"change.kind": "减发", "change.before": "1890"})
    died = str(clerk.day - dt.timedelta(days=3))
    before = clerk.run("case", "applicant", clerk.number, "--to", "成员1", "--reason", "死亡", check=29)
    assert any("须在“复核中”时办" in p for p in before["error"]["problems"])
    clerk.step("report_death", settings=(f"died_on={died}", "person=王秀兰"))
    tried = clerk.run("case", "applicant", clerk.number, "--to", "成员1", "--reason", "死亡", "--dry-run")
    assert tried["dry_run"] and tried["unknown_relations"] == ["李小样"]
    assert clerk.show()["facts"]["applicant"]["name"] == "王秀兰"
    done = clerk.run(
        "case", "applicant", clerk.number, "--to", "李样例", "--relation", "李小样=子", "--reason", "死亡",
        "--set", "救助金额.保障人数=2", "--set", "benefit.amount=1260", "--by", INTAKE,
    )  # fmt: skip
    assert (done["old"], done["new"], done["why"], done["left_on"]) == ("王秀兰", "李样例", "死亡", died)
    shown = clerk.show()
    assert shown["facts"]["applicant"]["name"] == "李样例" and names(shown) == ["李样例", "李小样"]
    assert [p["name"] for p in shown["former"]] == ["王秀兰"]
    assert clerk.run("case", "show", WANG_ID)["case"] == clerk.number
    assert clerk.possible() >= {"change", "terminate", "reviewed"}
    monkeypatch.setitem(GIVEN, "benefit_change_form", {"change.kinds": "减发"})
    clerk.step(
        "change",
        "--reason",
        "申请人死亡，保障人数减少",
        days=5,
        by=(APPROVER,),
        needs=("benefit_change_form",),
    )
    clerk.step("deliver", days=1)
    assert clerk.state == "in_benefit" and clerk.ended_on_time("death.process")


def test_a_household_is_split_and_the_rest_moves_away(clerk: Clerk) -> None:
    clerk.step("report_change", needs=("change_report_form",))
    refused = clerk.run("case", "split", clerk.number, "--members", "王秀兰", "--reason", "分开生活", check=2)
    assert "没有“王秀兰”这名成员" in refused["error"]["message"]
    done = clerk.run(
        "case", "split", clerk.number, "--members", "李小样", "--reason", "分开生活", "--by", INTAKE
    )
    assert done["left"] == ["李小样"] and done["new_case"] != clerk.number and done["referred"]
    assert names(clerk.show()) == ["李样例"]
    new = clerk.run("case", "show", done["new_case"])
    assert (new["facts"]["applicant"]["name"], new["split_from"], new["state"]) == (
        "李小样",
        clerk.number,
        "draft",
    )
    assert [p["record"] for p in new["referred"]] == [r["record"] for r in clerk.show()["records"]]
    assert clerk.run("verify", done["new_case"])["findings"] == []
    away = ("--set", "to_office=某区某街道", "--set", f"paid_to={clerk.day:%Y-%m}", "--reason", "户籍迁出")
    assert any("“居民户口簿”或“户口注销证明”" in p for p in clerk.refused("move_out", *away, by=(APPROVER,)))
    clerk.papers("mat_deregistration")
    clerk.step("move_out", *away, by=(APPROVER,))
    assert clerk.state == "moved_out" and clerk.possible() == {"deregister", "claim_back"}
    clerk.wait(1).run("case", "deregister", clerk.number, "--reason", "户籍迁出", "--yes", "--as", "白主管")
    assert clerk.state == "deregistered" and clerk.run("verify", clerk.number)["findings"] == []


def test_two_who_are_helped_marry_and_become_one_household(clerk: Clerk) -> None:
    """One household lives, the other's file is closed into it; the marriage is entered in the same review."""
    theirs = ("--name", "郑样例", "--id", make_id("19620407", "026"))
    other = str(clerk.run("case", "open", "低保", *theirs, "--on", str(clerk.day))["case"])
    clerk.run("case", "set", other, "成员[1].姓名=郑小样", f"成员[1].身份证号={make_id('20100506', '028')}")
    ask = ("case", "merge", clerk.number, other, "--relation", "郑样例=配偶", "--reason", "结婚")
    early = clerk.run(*ask, "--dry-run", check=29)
    assert any("须在“复核中”时办" in p for p in early["error"]["problems"])
    clerk.step("report_change", needs=("change_report_form",))
    clerk.papers("mat_marriage_certificate")
    clerk.step("marriage", "--reason", "结婚", settings=("person=王秀兰", "marital=已婚"))
    tried = clerk.run(*ask, "--dry-run", "--as", "白主管")
    assert (tried["case"], tried["merged"], tried["keep_until"]) == (clerk.number, other, None)
    done = clerk.run(*ask, "--yes", "--as", "白主管")
    assert (done["joined"], done["unknown_relations"]) == (["郑样例", "郑小样"], ["郑小样"])
    assert names(clerk.show())[-2:] == ["郑样例", "郑小样"] and clerk.show()["merged"] == [other]
    closed = clerk.run("case", "show", other)
    assert (closed["state"], closed["merged_into"]) == ("deregistered", clerk.number)
    log = clerk.run("case", "log", clerk.number)["events"]
    assert (log[-1]["title"], other in log[-1]["text"]) == ("并户", True)
    assert clerk.run("verify", clerk.number, other)["findings"] == []
    assert other not in str(clerk.run("due")) and clerk.state == "reviewing"
    clerk.step("reviewed", "--reason", "仍符合条件")


def test_names_marriages_and_absences_are_entered_by_their_papers(clerk: Clerk) -> None:
    clerk.step("absent", settings=("person=李小样", f"since_on={clerk.day}"))
    assert clerk.state == "in_benefit"
    clerk.step("report_change", days=10, needs=("change_report_form",))
    assert any(
        "已登记外出" in p
        for p in clerk.refused("absent", "--set", "person=李小样", "--set", f"since_on={clerk.day}")
    )
    clerk.step("returned", settings=("person=李小样",))
    clerk.papers("mat_marriage_certificate")
    clerk.step("marriage", "--reason", "登记结婚", settings=("person=李小样", "marital=已婚"))
    clerk.papers("mat_household_register")
    clerk.step("name_change", "--reason", "公安机关已变更", settings=("person=李小样", "name=李新样"))
    assert names(clerk.show()) == ["李样例", "李新样"]
    assert clerk.run("case", "show", "李小样")["case"] == clerk.number
    assert WANG["applicant"]["name"] == clerk.show()["facts"]["applicant"]["name"]


def test_somebody_finds_work_and_the_household_leaves_by_degrees(clerk: Clerk) -> None:
    clerk.step("report_change", needs=("change_report_form",))
    told = ("person=李小样", f"since_on={clerk.day:%Y-%m}-01", f"until_on={clerk.day + dt.timedelta(90)}")
    clerk.step("gradual_exit", "--reason", "就业后收入超过标准", days=3, by=(APPROVER,), settings=told)
    assert clerk.due()["gradual.exit"]["status"] == "coming"
    clerk.step("deliver", days=1)
    assert clerk.state == "in_benefit"
    clerk.step("start_review", days=90)
    clerk.step(
        "terminate",
        "--reason",
        "渐退期满，收入仍超过标准",
        days=3,
        by=(APPROVER,),
        needs=("benefit_change_form",),
    )
    assert "gradual.exit" not in clerk.due()
    assert {"gradual_exit_notice", "termination_decision"} <= {r["type"] for r in clerk.show()["records"]}


@pytest.mark.parametrize("pack", PLACES)
def test_a_household_moves_in_with_its_papers(tmp_path: Path, pack: str) -> None:
    clerk = Clerk(tmp_path, pack, "2024-03-04")
    clerk.open("低保", **BENEFIT)
    told = ("from_office=某区某街道", "paid_to=2024-03", "from_case=旧-1")
    values = [w for word in told for w in ("--set", word)]
    assert any("居民户口簿" in p for p in clerk.refused("transfer_in", *values, by=(INTAKE,)))
    clerk.bring("application_form", *BASIC)
    clerk.step("transfer_in", settings=told)
    assert clerk.show()["facts"]["application"]["transferred_from"] == "某区某街道"
    clerk.step("accept", days=1)
    assert clerk.state == "accepted" and "survey.start" in clerk.due()
