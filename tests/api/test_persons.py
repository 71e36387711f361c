"""Who a person is, by every way in: opened, changed, from a file, from a sheet; names that change stay findable."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from openpyxl import Workbook

from archivist.api.case_file import show_case
from archivist.api.cases import change_facts, open_case
from archivist.api.documents import draft, prepare
from archivist.errors import CaseNotFound, InvalidValue, MissingFields
from archivist.model.by import By
from archivist.model.ids import Category
from archivist.workspace import Workspace
from tests.kit import BY, NOW, make_workspace
from tests.people import WANG, WANG_ID, make_id
from tests.sampling import examples

LATER = By("苏调查", NOW + dt.timedelta(days=3))
OPENED = dt.date(2024, 3, 4)
OLD_ID = WANG_ID[:6] + WANG_ID[8:17]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def case(workspace: Workspace, tmp_path: Path) -> str:
    source = tmp_path / "wang.json"
    source.write_text(json.dumps(WANG, ensure_ascii=False), encoding="utf-8")
    return open_case(workspace, BY, Category.DB, (), source=source, opened_on=OPENED).case


def found(workspace: Workspace, query: str) -> set[str]:
    return {str(hit.case) for hit in workspace.index.search(query).hits}


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [("applicant.name", "王秀兰", "王雅宁"), ("members[1].name", "李样例", "李改样")],
)
def test_the_old_name_still_finds_the_household(
    workspace: Workspace, case: str, path: str, old: str, new: str
) -> None:
    """「change of name (the old name finds nothing)」: of the applicant and of a member, by name and by sound."""
    change_facts(workspace, LATER, case, [(path, new)], reason="户籍更名")
    for asked in (old, f"姓名:{old}", new, f"姓名:{new}"):
        assert found(workspace, asked) == {case}, asked
    assert str(workspace.find_case(old)) == str(workspace.find_case(new)) == case
    (former,) = show_case(workspace, case).former_names
    assert (former.name, former.now, former.until, former.reason) == (old, new, "2024-03-11", "户籍更名")
    assert "曾用名" in former.standing
    workspace.index.rebuild()
    assert str(workspace.find_case(old)) == case


def test_every_name_ever_borne_stays_and_the_present_one_is_no_former(
    workspace: Workspace, case: str
) -> None:
    """The kind: twice renamed, and back again."""
    for name in ("王甲样", "王乙样", "王秀兰"):
        change_facts(workspace, LATER, case, [("applicant.name", name)])
    for name in ("王甲样", "王乙样", "王秀兰"):
        assert str(workspace.find_case(name)) == case
    assert [f.name for f in show_case(workspace, case).former_names] == ["王秀兰", "王甲样", "王乙样"]


def test_somebody_else_in_the_row_is_no_change_of_name(workspace: Workspace, case: str) -> None:
    """Another number is another person: whoever left is not found under the one who came."""
    number = make_id("19900110", "021")
    change_facts(workspace, LATER, case, [("members[1].name", "赵样例"), ("members[1].id_number", number)])
    assert show_case(workspace, case).former_names == ()
    with pytest.raises(CaseNotFound):
        workspace.find_case("李样例")


def test_a_number_put_right_afterwards_loses_no_name(workspace: Workspace, case: str) -> None:
    """The kind: the name changed first, and then the number was found to be mistyped."""
    change_facts(workspace, LATER, case, [("applicant.name", "王雅宁")])
    change_facts(workspace, LATER, case, [("applicant.id_number", make_id("19620305", "022"))])
    assert str(workspace.find_case("王秀兰")) == case
    change_facts(workspace, LATER, case, [("members[1].id_number", ""), ("members[1].name", "李改样")])
    assert [f.name for f in show_case(workspace, case).former_names] == ["王秀兰"], "who is he now?"


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", ["set", "json", "toml", "xlsx", "change", "laid over"])
def test_an_old_number_is_kept_and_converted_by_every_way_in(
    workspace: Workspace, tmp_path: Path, way: str
) -> None:
    """「15-digit numbers: kept as 原号, converted to 18 for matching and derivation」."""
    source = tmp_path / f"facts.{way}"
    settings = [("applicant.name", "王秀兰"), ("applicant.id_number", OLD_ID)]
    if way == "json":
        source.write_text(json.dumps({"申请人": {"姓名": "王秀兰", "身份证号": OLD_ID}}), encoding="utf-8")
    if way == "toml":
        source.write_text(f'[applicant]\nname = "王秀兰"\nid_number = "{OLD_ID}"\n', encoding="utf-8")
    if way == "xlsx":
        _sheet(source, [("姓名", "王秀兰"), ("身份证号", OLD_ID)])
    if way in ("json", "toml", "xlsx"):
        made = open_case(workspace, BY, Category.DB, (), source=source, opened_on=OPENED)
    elif way == "set":
        made = open_case(workspace, BY, Category.DB, settings, opened_on=OPENED)
    else:
        other = [("applicant.name", "王秀兰"), ("applicant.id_type", "无")]
        made = open_case(workspace, BY, Category.DB, other, opened_on=OPENED)
        source = tmp_path / "more.json"
        source.write_text(json.dumps({"applicant": {"id_type": "居民身份证", "id_number": OLD_ID}}))
        changed = change_facts(
            workspace,
            BY,
            made.case,
            () if way == "laid over" else [("applicant.id_type", "居民身份证"), *settings],
            source=source if way == "laid over" else None,
        )
        assert any("已换算" in notice for notice in changed.notices)
    facts = show_case(workspace, made.case).facts["applicant"]
    assert isinstance(facts, dict | type(facts)) and not isinstance(facts, tuple)
    assert (facts["id_number"], facts["old_id_number"]) == (WANG_ID, OLD_ID)
    assert (facts["sex"], facts["birth_date"]) == ("女", "1962-03-05")
    for asked in (OLD_ID, WANG_ID, f"证号:{OLD_ID}"):
        assert found(workspace, asked) == {made.case}, asked
    assert str(workspace.find_case(OLD_ID)) == made.case


def test_another_number_changes_what_follows_from_it(workspace: Workspace, case: str) -> None:
    """「another ID number is set and the old sex and birth date stay」."""
    changed = change_facts(workspace, LATER, case, [("applicant.id_number", make_id("19700512", "013"))])
    told = {c.path: (c.old, c.new) for c in changed.changes}
    assert told["applicant.sex"] == ("女", "男")
    assert told["applicant.birth_date"] == ("1962-03-05", "1970-05-12")


@pytest.mark.parametrize(
    "settings",
    [
        [("applicant.sex", "男")],
        [("applicant.birth_date", "1962-05-03")],
        [("members[1].sex", "女")],
        [("members[1].id_number", WANG_ID)],
        [("obligors[1].name", "王二"), ("obligors[1].id_number", WANG_ID)],
        [("applicant.id_number", make_id("20300101", "002"))],
        [("applicant.id_number", make_id("18000101", "002"))],
        [("applicant.id_number", WANG_ID[:-1] + ("1" if WANG_ID[-1] != "1" else "2"))],
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    workspace: Workspace, case: str, settings: list[tuple[str, object]], tmp_path: Path
) -> None:
    """「contradicting values, the same ID on two members, birth years 2030 or 1800 are accepted」: changed or opened with."""
    before = show_case(workspace, case).head
    with pytest.raises(InvalidValue):
        change_facts(workspace, LATER, case, settings)
    assert show_case(workspace, case).head == before
    with pytest.raises(InvalidValue):
        open_case(workspace, LATER, Category.TK, settings, source=tmp_path / "wang.json", opened_on=OPENED)


# ── what nobody sees ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", ["set", "json", "xlsx"])
def test_invisible_characters_are_taken_out_and_told(workspace: Workspace, tmp_path: Path, way: str) -> None:
    """「invisible characters … in every value typed or read from a sheet are stripped and told」."""
    name, number = "王\u200b秀兰\u202c", f"\ufeff{WANG_ID}\u00a0"
    source = tmp_path / f"facts.{way}"
    settings: list[tuple[str, object]] = []
    if way == "set":
        settings = [("applicant.name", name), ("申请人.身份证号\u200b", number)]
    elif way == "json":
        source.write_text(json.dumps({"applicant": {"name": name, "id_number": number}}), encoding="utf-8")
    else:
        _sheet(source, [("姓名\u200b", name), ("身份证号", number)])
    made = open_case(
        workspace, BY, Category.DB, settings, source=None if way == "set" else source, opened_on=OPENED
    )
    assert made.applicant == "王秀兰"
    assert sum("看不见的字符" in notice for notice in made.notices) >= 2
    assert str(workspace.find_case("王秀兰")) == str(workspace.find_case(WANG_ID)) == made.case


def _sheet(path: Path, pairs: list[tuple[str, str]]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "申请人"
    sheet.append(("项目", "内容"))
    for pair in pairs:
        sheet.append(pair)
    book.save(path)


@pytest.mark.parametrize("way", ["set", "json"])
def test_what_a_document_is_told_is_cleared_too(
    workspace: Workspace, case: str, tmp_path: Path, way: str
) -> None:
    """「Every way in: …, ``generate --set``」: shown, drafted, and told with the result."""
    told: dict[str, object] = {
        "letter.to": "样例\u200b公司", "letter.items": "工资\u202a流水", "letter.due": "2024-08-23\ufeff",
        "handler.name": "周\u00ad样例",
    }  # fmt: skip
    source = tmp_path / "values.json"
    source.write_text(json.dumps(told), encoding="utf-8")
    prepared = prepare(
        workspace,
        BY,
        "evidence_letter",
        [case],
        settings=told if way == "set" else {},
        values=None if way == "set" else source,
        draft=True,
    )
    made = draft(workspace, prepared, tmp_path / "drafts")
    assert len(made.notices) == 4 and "U+200B" in made.notices[0]
    (one,) = prepared.checked.documents
    assert one.values["letter"] == {**at(one.values), "to": "样例公司", "due": "2024年8月23日"}


def at(values: Mapping[str, object]) -> dict[str, object]:
    found = values["letter"]
    assert isinstance(found, dict)
    return dict(found)


@pytest.mark.parametrize("born", ["20300101", "18000101"])
def test_an_impossible_birth_is_refused_in_a_document_too(workspace: Workspace, case: str, born: str) -> None:
    """The kind: a number of somebody who is no part of the household, told for one paper alone."""
    number = make_id(born, "015")
    with pytest.raises(MissingFields) as caught:
        prepare(
            workspace, BY, "account_authorization", [case], settings={"payee.id_number": number}, draft=True
        )
    assert any("不可能" in problem and number not in problem for problem in caught.value.problems)


@given(st.lists(st.text("王李赵样例甲乙丙丁", min_size=2, max_size=4), min_size=1, max_size=5))
@effort(max_examples=examples(5, 60), deadline=None)
def test_whatever_somebody_was_called(names: list[str]) -> None:
    """Every name ever borne finds the household, by ``find_case`` and by a search, after a rebuild as well."""
    with TemporaryDirectory() as folder, make_workspace(Path(folder) / "ws") as workspace:
        first = [("applicant.name", "周样例"), ("applicant.id_number", WANG_ID)]
        made = open_case(workspace, BY, Category.DB, first, opened_on=OPENED)
        for name in names:
            change_facts(workspace, LATER, made.case, [("applicant.name", name)])
        for _ in range(2):
            for name in ("周样例", *names):
                assert str(workspace.find_case(name)) == made.case
                assert found(workspace, f"姓名:{name}") == {made.case}
            workspace.index.rebuild()
        former = [f.name for f in show_case(workspace, made.case).former_names]
        worn = [name for name, next_ in pairwise(["周样例", *names]) if name != next_]
        assert former == worn
