"""Household files as any face asks for them: opened, changed, shown, listed, closed, and what their history says."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api import ledger
from archivist.api.case_file import show_case
from archivist.api.case_list import list_cases
from archivist.api.cases import change_facts, deregister, open_case
from archivist.api.history import TITLES, case_log
from archivist.api.retention import retention_list
from archivist.errors import AmbiguousCase, CaseExists, CaseNotFound, InvalidValue
from archivist.issuing.case_documents import issue, plan
from archivist.model.by import By
from archivist.model.case import CaseStatus
from archivist.model.event import BATCH_OPS, Op
from archivist.model.ids import CaseNo, Category, mask_id
from archivist.workspace import Workspace
from tests.answers import printed
from tests.kit import BY, NOW, TODAY, make_workspace
from tests.people import WANG, WANG_ID, make_id

LATER = By("苏调查", NOW + dt.timedelta(days=3))
ACCOUNT = "6217000000000001234"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def case(workspace: Workspace, tmp_path: Path) -> str:
    """A household opened from a file, with an account besides."""
    source = tmp_path / "wang.json"
    source.write_text(json.dumps(WANG, ensure_ascii=False), encoding="utf-8")
    more = [("account.number", ACCOUNT), ("成员[1].与申请人关系", "丈夫")]
    opened = open_case(workspace, BY, Category.DB, more, source=source, opened_on=dt.date(2024, 3, 4))
    assert (opened.category, opened.applicant) == (Category.DB, "王秀兰")
    assert opened.drop_folder.is_dir() and opened.case in opened.drop_folder.name
    assert printed(opened)["drop_folder"] == str(opened.drop_folder)
    return opened.case


def test_two_people_on_one_workspace(workspace: Workspace, case: str) -> None:
    """`One function per use case, taking a Workspace and a By`: who acts is said with every act, and kept of it."""
    change_facts(workspace, LATER, case, [("applicant.phone", "022-00002222")], reason="来电告知")
    opened, changed = case_log(workspace, case).events
    assert (opened.actor, opened.time[:10], opened.title) == ("林经办", "2024-03-08", "立户")
    assert (changed.actor, changed.time[:10], changed.title) == ("苏调查", "2024-03-11", "信息变更")
    assert changed.text == "申请人（来电告知）"


def test_the_file_is_laid_under_what_is_said(workspace: Workspace, case: str) -> None:
    """Facts from a file with single facts over them, in English and in Chinese."""
    facts = printed(show_case(workspace, case))["facts"]
    assert facts["members"][0]["relation"] == "丈夫"
    assert facts["account"]["number"] == ACCOUNT


def test_what_is_wrong_is_told_at_once(workspace: Workspace) -> None:
    """`Facts from flags, TOML, JSON or .xlsx, checked all at once`."""
    wrong = [("applicant.cat", "猫"), ("applicant", "王"), ("dog.name", "狗")]
    with pytest.raises(InvalidValue) as refused:
        open_case(workspace, BY, Category.DB, wrong, opened_on=TODAY)
    assert len(refused.value.problems) == 3


def test_a_second_file_of_one_person_says_why(workspace: Workspace, case: str) -> None:
    same = [("applicant.name", "王秀兰"), ("applicant.id_number", WANG_ID)]
    with pytest.raises(CaseExists):
        open_case(workspace, LATER, Category.DB, same, opened_on=TODAY)
    with pytest.raises(InvalidValue, match="理由"):
        open_case(workspace, LATER, Category.DB, same, opened_on=TODAY, again=True)
    second = open_case(workspace, LATER, Category.DB, same, opened_on=TODAY, again=True, reason="分户")
    assert {c.case for c in list_cases(workspace, on=TODAY).cases} == {case, second.case}
    with pytest.raises(AmbiguousCase):
        show_case(workspace, "王秀兰")


def test_changes_are_told_before_and_after(workspace: Workspace, case: str) -> None:
    """Of ID numbers a screen shows head and tail; a program reads the whole."""
    number = make_id("19600110", "035")
    changes = change_facts(workspace, LATER, "王秀兰", [("成员[1].身份证号", number), ("agent.phone", "")])
    (changed,) = changes.changes
    assert (changed.path, changed.label) == ("members[1].id_number", "共同生活家庭成员第 1 行·证件号码")
    assert printed(changes)["changes"][0]["new"] == number
    assert changed.shown()[1] == mask_id(number) != number
    assert change_facts(workspace, LATER, case, [("成员[1].身份证号", number)]).changes == ()
    with pytest.raises(InvalidValue, match="没有写要改什么"):
        change_facts(workspace, LATER, case, [])


def test_what_is_known_comes_in_groups_ready_to_show(workspace: Workspace, case: str) -> None:
    """`Whatever a page would need is in the result`: headings, columns and texts, shortened as a screen shows them."""
    found = show_case(workspace, case)
    groups = {group.key: group for group in found.groups}
    assert list(groups) == ["applicant", "members", "application", "account"]
    members = groups["members"]
    assert members.many and len(members.rows) == 1
    (row,) = members.shown(full=True)
    told = dict(zip([c.label for c in members.columns], row, strict=True))
    assert (told["姓名"], told["是否共同生活成员"]) == ("李样例", "是")
    assert groups["applicant"].label == "申请人"
    shown, whole = (str([g.shown(full=full) for g in found.groups]) for full in (False, True))
    for secret in (WANG_ID, ACCOUNT):
        assert secret in whole and secret not in shown
    assert f"…{ACCOUNT[-4:]}" in shown
    assert printed(found)["groups"][0]["rows"][0][0] == "王秀兰"


def test_a_document_that_disagrees_is_part_of_the_file(workspace: Workspace, case: str) -> None:
    """`case show lists issued documents that now disagree with the facts`, with what they say and what is known now."""
    number = CaseNo.parse(case)
    kind = workspace.catalogue.get("verification_authorization")
    issue(workspace, BY, plan(workspace, BY, kind, [number], {}, on=TODAY))
    assert show_case(workspace, case).disagreeing == ()
    change_facts(workspace, LATER, case, [("applicant.name", "王秀莲")])
    (document,) = show_case(workspace, case).disagreeing
    (field,) = document.fields
    assert document.record == "0001" and "王秀兰" in field.then and "王秀莲" in field.now
    assert WANG_ID in field.then and not any(WANG_ID in text for text in field.shown(full=False))
    assert field.shown(full=True) == (field.then, field.now)


def test_a_list_is_narrowed(workspace: Workspace, case: str) -> None:
    other = [("applicant.name", "赵样例"), ("applicant.id_number", make_id("19500101", "015"))]
    second = open_case(workspace, LATER, Category.TK, other, opened_on=TODAY).case
    deregister(workspace, LATER, second, on=LATER.today, reason="自愿退出")
    assert [c.case for c in list_cases(workspace, on=TODAY).cases] == [case, second]
    assert [c.case for c in list_cases(workspace, on=TODAY, category=Category.TK).cases] == [second]
    assert [c.case for c in list_cases(workspace, on=TODAY, status=CaseStatus.OPEN).cases] == [case]
    assert [c.case for c in list_cases(workspace, on=TODAY, place="样例里").cases] == [case]
    assert printed(list_cases(workspace, on=TODAY))["cases"][1]["status"] == "deregistered"


def test_closing_starts_the_time_it_is_kept(workspace: Workspace, case: str) -> None:
    """「停保后不少于3年」, of whatever day the face asks about."""
    closed = deregister(workspace, LATER, "王秀兰", on=dt.date(2024, 3, 10), reason="死亡")
    assert (closed.deregistered_on, closed.keep_until) == (dt.date(2024, 3, 10), dt.date(2027, 3, 10))
    assert "停保后不少于3年" in closed.rule
    found = show_case(workspace, case)
    assert (found.status, found.standing, found.deregistration_reason) == (
        CaseStatus.DEREGISTERED,
        "已注销",
        "死亡",
    )
    (kept,) = retention_list(workspace, on=dt.date(2027, 3, 11)).cases
    assert (kept.case, kept.days_left, kept.applicant) == (case, -1, "王秀兰")
    assert retention_list(workspace, on=dt.date(2027, 3, 10), expired_only=True).cases == ()
    assert (
        printed(retention_list(workspace, on=dt.date(2027, 3, 11)))["cases"][0]["keep_until"] == "2027-03-10"
    )


def test_a_file_nobody_can_read_is_named(workspace: Workspace, case: str) -> None:
    """`The cases that could not be read (未检), which are never silently left out`."""
    (workspace.archive.cases / case / "events" / "000001.json").write_text("{}", encoding="utf-8")
    (line,) = printed(retention_list(workspace, on=TODAY))["unread"]
    assert case in line


def test_nobody_of_that_name(workspace: Workspace) -> None:
    with pytest.raises(CaseNotFound):
        show_case(workspace, "查无此人")


def test_every_event_of_a_case_has_its_word() -> None:
    """Every operation but those of the ledger and of batches has a Chinese word."""
    assert set(TITLES) | set(ledger.TITLES) == set(Op) - BATCH_OPS


def test_an_event_of_the_log_is_the_event_in_the_bag(workspace: Workspace, case: str) -> None:
    """Nothing that stands in ``events/NNNNNN.json`` is missing or other in what a program reads."""
    deregister(workspace, LATER, case, on=TODAY, reason="自愿退出")
    for event in printed(case_log(workspace, case))["events"]:
        path = workspace.archive.cases / case / "events" / f"{event['seq']:06d}.json"
        stored = json.loads(path.read_text(encoding="utf-8"))
        assert stored.pop("case") == case, "the log says it once, for all its events"
        assert stored.pop("salt"), "it says nothing"
        files = [{k: v for k, v in f.items() if v is not None} for f in event["files"]]
        assert stored == {k: v for k, v in (event | {"files": files}).items() if k in stored}
        assert set(stored) <= set(event)
