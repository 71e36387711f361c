"""Opening, changing, deregistering; facts from flags and files; the retention list."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from archivist.errors import CaseClosed, CaseExists, InvalidValue, NotDelegated, UsageError
from archivist.model import facts as known
from archivist.model import field_schema
from archivist.model.case import CaseStatus
from archivist.model.ids import Category
from archivist.preservation.disposal import retention_list
from archivist.procedure.cases import change_facts, drop_folder
from archivist.procedure.closing import deregister
from archivist.procedure.facts_file import read_facts
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, WANG_ID, make_id, wang


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def test_a_case_gets_a_number_a_folder_and_a_drop_folder(workspace: Workspace) -> None:
    case = open_household(workspace)
    assert str(case.number) == "TJHQ-DB-2024-000001"
    assert drop_folder(workspace, case).name == "TJHQ-DB-2024-000001 王秀兰"
    assert drop_folder(workspace, case).is_dir()
    assert known.single(case.facts, "applicant")["sex"] == "女"
    assert known.single(case.facts, "applicant")["birth_date"] == "1962-03-05"
    assert workspace.find_case("王秀兰") == workspace.find_case(WANG_ID) == case.number


def test_one_household_one_file(workspace: Workspace) -> None:
    """一户一档: no second open case for the same applicant in the same category."""
    first = open_household(workspace)
    with pytest.raises(CaseExists, match=str(first.number)):
        open_household(workspace)
    assert open_household(workspace, category=Category.ZC).number.category is Category.ZC
    deregister(workspace, BY, first.number, on=dt.date(2024, 3, 8), reason="自愿退出")
    assert open_household(workspace).number.sequence == 2


def test_no_file_becomes_the_second_of_somebody_by_a_change_of_its_id_number(workspace: Workspace) -> None:
    """一户一档, however the number comes to stand there; a file may be told its own number again, and one closed stands in no way."""
    first = open_household(workspace)
    other = open_household(workspace, {"applicant": {"name": "王秀兰", "id_type": "无"}})
    with pytest.raises(CaseExists, match=str(first.number)) as refused:
        change_facts(workspace, BY, other.number, [("applicant.id_number", WANG_ID)])
    assert refused.value.file == str(other.number)
    assert "--again" not in refused.value.remedy
    assert workspace.archive.read(other.number).seq == other.seq
    change_facts(
        workspace, BY, first.number, [("applicant.id_number", WANG_ID), ("applicant.phone", "13820001234")]
    )
    deregister(workspace, BY, first.number, on=dt.date(2024, 3, 8), reason="自愿退出")
    case, _ = change_facts(workspace, BY, other.number, [("applicant.id_number", WANG_ID)])
    assert case.fact("applicant.id_number") == WANG_ID


def test_a_category_not_handed_down_is_refused(workspace: Workspace) -> None:
    with pytest.raises(NotDelegated):
        open_household(workspace, category=Category.CJ)


def test_a_case_needs_a_name_and_a_number_or_the_reason_why_not(workspace: Workspace) -> None:
    """「证件遗失：证件类型=无，存说明，不得用假号占位」."""
    with pytest.raises(InvalidValue, match=r"applicant\.name") as caught:
        open_household(workspace, known.parse_facts({"applicant": {"phone": "022-00001111"}}))
    assert "applicant.id_number" in str(caught.value)
    made = open_household(workspace, known.parse_facts({"applicant": {"name": "无名氏", "id_type": "无"}}))
    assert made.applicant_name == "无名氏"


@pytest.mark.parametrize(
    "name", ["甲 & 乙 <公司>{{7*7}}", "古丽娜尔·买买提", "赵𬭊", "𠮷" * 25, "O'Brien / \\ : *?"]
)
def test_names_stay_intact_everywhere(workspace: Workspace, name: str) -> None:
    facts = known.parse_facts({"applicant": {"name": name, "id_number": make_id("19800101", "015")}})
    case = open_household(workspace, facts)
    assert workspace.archive.read(case.number).applicant_name == name
    assert workspace.find_case(name) == case.number
    assert drop_folder(workspace, case).is_dir()


def test_a_change_is_all_or_nothing(workspace: Workspace) -> None:
    case = open_household(workspace)
    with pytest.raises(InvalidValue) as caught:
        change_facts(
            workspace,
            BY,
            case.number,
            [("applicant.phone", "abc"), ("申请人.身份证号", "123"), ("没有.这项", "x")],
        )
    assert len(caught.value.problems) == 3
    assert workspace.archive.read(case.number).seq == 1
    after, changes = change_facts(
        workspace, BY, case.number, [("申请人.联系电话", "022-00002222"), ("成员[2].姓名", "李新")]
    )
    assert [(c.path, c.old, c.new) for c in changes] == [
        ("applicant.phone", "022-00001111", "022-00002222"),
        ("members[2].name", "", "李新"),
    ]
    assert after.seq == 2
    again, none = change_facts(workspace, BY, case.number, [("申请人.联系电话", "022-00002222")])
    assert none == () and again.seq == 2


def test_an_empty_value_removes_a_fact(workspace: Workspace) -> None:
    case = open_household(workspace)
    after, _ = change_facts(workspace, BY, case.number, [("applicant.phone", "")])
    assert "phone" not in known.single(after.facts, "applicant")


def test_deregistering_starts_the_retention(workspace: Workspace) -> None:
    case = open_household(workspace)
    with pytest.raises(InvalidValue, match="注销日期"):
        deregister(workspace, BY, case.number, on=dt.date(2024, 3, 1), reason="x")
    closed = deregister(workspace, BY, case.number, on=dt.date(2024, 3, 8), reason="死亡")
    assert closed.status is CaseStatus.DEREGISTERED
    assert not drop_folder(workspace, case).exists()
    with pytest.raises(CaseClosed):
        deregister(workspace, BY, case.number, on=dt.date(2024, 3, 8), reason="x")
    with pytest.raises(CaseClosed):
        change_facts(workspace, BY, case.number, [("applicant.phone", "022-00002222")])
    found = retention_list(workspace, on=dt.date(2027, 3, 8))
    assert [(k.case.number, k.retention.expires, k.days_left) for k in found.rows] == [
        (case.number, dt.date(2027, 3, 8), 0)
    ]
    assert retention_list(workspace, on=dt.date(2027, 3, 8), expired_only=True).rows == ()
    assert len(retention_list(workspace, on=dt.date(2027, 3, 9), expired_only=True).rows) == 1


def test_a_case_that_cannot_be_read_is_said_to_be_unread(workspace: Workspace) -> None:
    """A check that could not run is 未检, never 合格."""
    case = open_household(workspace)
    event = workspace.archive.folder(case.number) / "events/000001.json"
    event.write_bytes(event.read_bytes().replace(b"case_opened", b"case_0pened"))
    found = retention_list(workspace, on=dt.date(2024, 3, 8))
    assert found.rows == () and len(found.unread) == 1


# ── facts from files ─────────────────────────────────────────────────────────────────────────────────────
def test_the_same_facts_from_toml_json_and_a_sheet(tmp_path: Path) -> None:
    import tomlkit

    (tmp_path / "a.json").write_text(json.dumps(WANG, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "a.toml").write_text(tomlkit.dumps(WANG), encoding="utf-8")
    book = Workbook()
    assert book.active is not None
    book.active.title = "申请人"
    book.active.append(["项目", "内容"])
    for key, value in WANG["applicant"].items():
        book.active.append([field_schema.APPLICANT.by_name[key].label, value])
    members = book.create_sheet("共同生活家庭成员")
    members.append(["序号", "姓名", "与申请人关系", "身份证号", "是否共同生活成员", "是否纳入保障"])
    row = WANG["members"][0]
    members.append([1, row["name"], row["relation"], row["id_number"], "是", "是"])
    application = book.create_sheet("申请")
    application.append(["申请日期", dt.date(2024, 3, 4)])
    application.append(["申请理由", "因病致贫"])
    application.append(["收件日期", "2024年3月4日"])
    book.create_sheet("说明 请勿填写")
    book.save(tmp_path / "a.xlsx")
    for name in ("a.json", "a.toml", "a.xlsx"):
        assert read_facts(tmp_path / name) == wang(), name


def test_every_wrong_cell_is_listed(tmp_path: Path) -> None:
    raw = {
        "applicant": {"name": "", "身份证号": "1", "sex": "猫"},
        "members": [{"月收入": "很多"}],
        "财产": {"a": 1},
        "x": {},
    }
    (tmp_path / "a.json").write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(InvalidValue) as caught:
        read_facts(tmp_path / "a.json")
    assert len(caught.value.problems) == 5
    assert "共同生活家庭成员第 1 行·月收入(members[1].monthly_income)" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.xlsx", b"no zip"), ("a.json", b"{"), ("a.toml", b"= ="), ("a.csv", b""), ("a.json", b"[]")],
)
def test_a_file_that_cannot_be_read_is_said_plainly(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=name):
        read_facts(tmp_path / name)


texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co")), min_size=1, max_size=20).filter(
    lambda s: s.strip()
)


@given(
    st.fixed_dictionaries(
        {
            "applicant": st.fixed_dictionaries(
                {"name": st.sampled_from(["王秀兰", "赵𬭊"])},
                optional={"address": texts, "phone": st.just("022-00001111")},
            ),
            "application": st.fixed_dictionaries(
                {"cause": texts},
                optional={
                    "hardships": st.lists(st.sampled_from(["重病", "残疾"]), min_size=1, unique=True),
                    "date": st.dates(),
                },
            ),
        },
        optional={
            "assets": st.lists(
                st.fixed_dictionaries(
                    {"owner": st.just("甲乙"), "declared": st.decimals(0, 10**9, places=2)}
                ),
                min_size=1,
                max_size=3,
            )
        },
    )
)
def test_facts_survive_being_stored(raw: dict[str, object]) -> None:
    """One parse, one format: what JSON carries reads back as the same facts."""
    facts = known.parse_facts(raw)
    assert known.parse_facts(json.loads(json.dumps(known.to_plain(facts)))) == facts
