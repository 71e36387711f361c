"""``archivist undo`` as a clerk types it: shown, asked, taken back; 撤销 is the same command."""

from __future__ import annotations

import pytest

from archivist.cli import asking
from tests.command_line import Office
from tests.people import WANG_ID, make_id


def facts(office: Office) -> dict[str, str]:
    return dict(office.json("case", "show", "王秀兰")["facts"]["applicant"])


def test_it_is_shown_before_it_is_asked_and_asked_before_it_is_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """«shows the inverse of my own last event, then, after confirmation, records the inverse»; a no changes nothing."""
    monkeypatch.setattr(asking, "is_terminal", lambda: True)
    before = facts(office)
    office.run("case", "set", "王秀兰", "申请人.联系电话=022-00009999")
    changed = facts(office)
    declined = office.typed("撤销", "王秀兰", answers="n\n")
    for words in ("第 2 号", "信息变更", "将户档信息改回原来的", "022-00009999", "022-00001111", "没有撤销"):
        assert words in declined.stdout, words
    assert facts(office) == changed
    done = office.typed("撤销", "王秀兰", answers="y\n")
    assert "已户档信息改回原来的" in done.stdout and "第 3 号" in done.stdout and facts(office) == before


def test_nobody_there_to_say_yes(office: Office) -> None:
    """A program says ``--yes``; a look is ``--dry-run``, and both say what ``--json`` promises."""
    office.run("case", "set", "王秀兰", "申请人.联系电话=022-00009999")
    events = office.json("case", "log", "王秀兰")["events"]
    assert "没有人确认" in office.json("undo", check=2)["error"]["message"]
    looked = office.json("undo", "--dry-run")
    assert (looked["event"], looked["recorded"], looked["dry_run"]) == (2, None, True)
    assert looked["changes"] == [
        {"path": "applicant.phone", "label": "申请人·联系电话", "old": "022-00009999", "new": "022-00001111"}
    ]
    assert office.json("case", "log", "王秀兰")["events"] == events
    assert office.json("undo", "--yes", "--reason", "号码抄错")["recorded"] == 3
    log = office.json("case", "log", "王秀兰")["events"]
    assert log[:2] == events and log[2]["reason"] == "号码抄错"
    assert (
        office.json("undo", "王秀兰", "--yes")["recorded"] == 4 and facts(office)["phone"] == "022-00009999"
    )


def test_an_id_number_is_shown_in_part(office: Office) -> None:
    """Of ID numbers only head and tail, as elsewhere on the screen."""
    new = make_id("19620305", "023")
    office.run("case", "set", "王秀兰", f"申请人.身份证号={new}")
    shown = office.run("undo", "王秀兰", "--dry-run").stdout
    assert new not in shown and WANG_ID not in shown and new[-4:] in shown


def test_where_there_is_none_the_way_is_shown(office: Office) -> None:
    """«says plainly where there is none and what to do instead»."""
    shown = office.run("undo", "王秀兰", "--dry-run").stdout
    assert "没有可以撤销的办法" in shown and "archivist case deregister TJHQ-DB-2024-000001" in shown
    refused = office.json("undo", "王秀兰", "--yes", check=20)["error"]
    assert refused["code"] == "E200" and "archivist case deregister" in refused["remedy"]
