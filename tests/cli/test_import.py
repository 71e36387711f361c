"""“Applies all or the good households, resumes, finds duplicates …, takes over what is in benefit without inventing steps”: a roster's files opened."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pytest

from archivist.errors import WriteFailed
from archivist.model.facts import rows
from archivist.model.ids import CaseNo, parse_category
from archivist.model.states import State
from archivist.procedure import roster_blank, roster_opening
from archivist.store import chain, commit
from archivist.workspace import Workspace
from tests.cli.test_roster import ROSTERS
from tests.command_line import Office
from tests.faults.shim import KillAtOneOf
from tests.people import WANG, WANG_ID, make_id

HEADS = "户编号,姓名,身份证号,与户主关系,起发年月,保障金额"


def roster(folder: Path, households: Iterable[tuple[str, ...]], name: str = "名册.csv") -> Path:
    """Write a roster, a row a person; of a household the first is the holder."""
    lines = [HEADS]
    for key, ids in enumerate(households):
        for n, number in enumerate(ids):
            lines.append(f"{key},样例{key}号{n},{number},{'配偶' if n else '户主'},2023-05,600")
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def ids(count: int, since: int = 0) -> list[str]:
    return [
        make_id(f"1950{n // 400 % 12 + 1:02d}{n // 800 + 1:02d}", f"{n % 400 + 100}")
        for n in range(since, since + count)
    ]


def names(office: Office) -> collections.Counter[str]:
    with Workspace.open(office.root) as workspace:
        cases = [workspace.archive.read(n) for n in workspace.archive.case_numbers()]
    return collections.Counter(case.applicant_name for case in cases)


def picture(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("make", ROSTERS)
def test_the_good_households_of_each_heading_set_are_opened_once(
    office: Office, make: Callable[[Path], tuple[Path, set[str]]]
) -> None:
    """“applies all or the good households (`--partial`)”: with a fault none is opened, with ``--partial`` those without, once."""
    path, _ = make(office.root)
    good = office.json("import", str(path), check=1)["good"]
    words = ("import", str(path), "--map", str(path.with_suffix(".toml")), "--apply")
    before = names(office)
    assert "E002" in office.run(*words, check=2).stderr and names(office) == before
    done = office.json(*words, "--partial", check=1)
    assert len(done["opened"]) == good and done["faults"]
    after = names(office)
    assert after.total() == before.total() + good and max(after.values()) == 1
    again = office.json(*words, "--partial", check=1)
    assert again["opened"] == [] and again["before"] == good and names(office) == after
    office.run("verify")


def test_killed_in_the_middle_and_run_again_each_is_there_once(office: Office) -> None:
    """“kill −9 in the middle, run again: … once each”; numbers that were taken and not used are vacant."""
    people = ids(900)
    path = roster(office.root, [tuple(people[n : n + 2]) for n in range(0, 900, 2)])
    words = ("import", str(path), "--apply")
    office.killed(*words, at=KillAtOneOf(500, "mkdir", ".work/new-"))  # while the first are built
    assert names(office).total() == 1
    office.killed(*words, at=KillAtOneOf(1, "rename", ".work/opening"))  # before the commit: none is there
    assert names(office).total() == 1
    office.killed(*words, at=KillAtOneOf(90, "rename", ".work/opened/"))  # some are in their places
    assert names(office).total() == 1 + 89
    # The first two hundred get their drop folders, then as many more are opened and have none.
    office.killed(*words, at=KillAtOneOf(201, "mkdir", "inbox/"))
    inbox = office.root / "archive/inbox"
    assert names(office).total() == 401 and len(list(inbox.iterdir())) == 201
    done = office.json(*words)
    assert done["before"] == 400 and len(done["opened"]) == 50
    found = names(office)
    assert found.total() == 451 and max(found.values()) == 1
    assert len(list(inbox.iterdir())) == 451, "whoever died before it made drop folders has them made"
    office.run("verify")
    with Workspace.open(office.root) as workspace:
        assert len({n.sequence for n in workspace.archive.case_numbers()}) == 451
    events = [entry["event"] for entry in office.json("ledger")["entries"]]
    vacant = [event["data"]["numbers"] for event in events if event["op"] == "numbers_vacant"]
    assert [len(numbers) for numbers in vacant] == [200, 200]


def test_a_dry_run_writes_nothing(office: Office) -> None:
    """“dry run writes nothing”: neither to the archive nor beside the roster, with ``--apply`` or without."""
    path = roster(office.root, [tuple(ids(2)), (ids(1, 7)[0][:17] + "X",)])
    office.run("import", str(path), "--dry-run", check=1)  # the index and the log of the day are there
    before = picture(office.root)
    for words in (("--dry-run",), ("--apply", "--dry-run"), ("--apply", "--partial", "--dry-run")):
        office.run("import", str(path), *words, check=1)
        after = picture(office.root)
        assert {p for p in {*before, *after} if before.get(p) != after.get(p) and "access/" not in p} == set()


def test_whoever_stands_in_another_household_is_refused_with_where(office: Office) -> None:
    """“one person in two households”: of the archive with the case, of the roster with the cell; the holder's own case is told."""
    spouse = WANG["members"][0]["id_number"]
    one, two, three, four = ids(4)
    path = roster(office.root, [(one, spouse), (two, three), (four, three), (WANG_ID,), tuple(ids(1, 9))])
    done = office.json("import", str(path), "--apply", "--partial", check=1)
    reasons = {fault["at"]: fault["reason"] for fault in done["faults"]}
    assert "TJHQ-DB-2024-000001" in reasons["名册!2"]
    assert "C7" in reasons["名册!C5"] and "C5" in reasons["名册!C7"]
    assert [a["case"] for a in done["already_open"]] == ["TJHQ-DB-2024-000001"]
    assert len(done["opened"]) == 1
    assert "TJHQ-DB-2024-000001" in office.run("access", "list", "--case", "王秀兰").stdout


def test_a_household_is_taken_over_in_benefit_without_a_step(office: Office) -> None:
    """“takes over what is in benefit (`在享`, 起发年月) without inventing steps”: what comes next is the review, and the file says from where."""
    path = roster(office.root, [tuple(ids(2))])
    (number,) = office.json("import", str(path), "--apply")["opened"]
    with Workspace.open(office.root) as workspace:
        case = workspace.archive.read(CaseNo.parse(number))
        ((event, _),) = workspace.archive.chain(case.number).events
    assert case.state is State.IN_BENEFIT and case.steps == ()
    assert case.taken_over and case.taken_over.since == "2023-05"
    assert event.source and (event.source["sheet"], event.source["row"]) == ("名册", 2)
    assert "在办 · 在享" in office.run("case", "show", number).stdout
    assert "定期复审" in office.run("next", number).stdout
    assert "样例0号0" in office.run("report", "花名册", "--month", "2024-03", "--dry-run").stdout
    office.run("case", "step", number, "start_review", "--on", "2024-03-08")
    assert "在办 · 复核中" in office.run("case", "show", number).stdout
    office.run("verify")


def test_a_column_that_is_not_surely_known_is_looked_at_first(office: Office) -> None:
    """“proposes a mapping”: what a person has not looked at is taken only where the heading is known whole."""
    path = roster(office.root, [tuple(ids(1))])
    path.write_text(path.read_text("utf-8").replace("保障金额", "大概多少钱"), encoding="utf-8")
    said = office.run("import", str(path), "--apply", check=2).stderr
    assert "F 列" in said and "--map" in said
    assert names(office).total() == 1
    assert "--apply" in office.run("import", str(path), "--partial", check=2).stderr
    assert "E001" in office.run("import", str(path), "--apply", "--category", "急难型", check=2).stderr


def test_what_the_disk_refuses_leaves_no_number_without_a_word(office: Office) -> None:
    """Numbers are taken for many at once: those of files that were not made are vacant, and the next run makes the files."""
    path = roster(office.root, [(number,) for number in ids(4)])
    real, calls = commit.create, []

    def full(*args: object) -> object:
        calls.append(args)
        if len(calls) == 3:
            raise WriteFailed("磁盘满了")
        return real(*args)  # type: ignore[arg-type]

    with mock.patch.object(commit, "create", full):
        office.run("import", str(path), "--apply", check=24)
    assert names(office).total() == 1, "all that are opened together, or none"
    done = office.json("import", str(path), "--apply")
    assert len(done["opened"]) == 4 and done["before"] == 0
    assert "导入中断，没有立成" in office.run("ledger", "--json").stdout
    office.run("verify")


@pytest.mark.parametrize("category", ["低保", "特困", "低收入"])
def test_a_blank_that_was_filled_in_is_read_back_without_a_mapping(office: Office, category: str) -> None:
    """“`case sheet` makes the blank workbook (drop-downs, IDs as text) which `import` reads back without a mapping”."""
    office.run("case", "sheet", category, "-o", "空白.xlsx")
    assert "E001" in office.run("case", "sheet", category, "-o", "空白.xlsx", check=2).stderr
    book = openpyxl.load_workbook(office.root / "空白.xlsx")
    sheet: Any = book["名册"]
    at = {cell.value: cell.column_letter for cell in sheet[1]}
    assert all(
        sheet.column_dimensions[at[head]].number_format == "@"
        for head in ("身份证号", "银行账号", "起发年月")
    )
    offered = {str(v.sqref).split(":")[0]: v.formula1 for v in sheet.data_validations.dataValidation}
    assert offered[f"{at['健康状况']}2"] == '"健康,多病,重病"' and len(offered) >= 5
    assert all(len(choices) <= 257 for choices in offered.values()), "a spreadsheet takes no longer list"
    one, two = ids(2)
    told: dict[str, object] = {"户编号": "1", "姓名": "甲样例", "身份证号": one, "与户主关系": "户主", "健康状况": "重病", "行政村": "石桥", "月保障金额": 600, "起发年月": "2023-05", "银行账号": "6222000000001234567"}  # fmt: skip
    spouse: dict[str, object] = {
        "户编号": "1",
        "姓名": "乙样例",
        "身份证号": two,
        "与户主关系": "配偶",
        "是否享受": "是",
    }
    for row, cells in enumerate((told, spouse), 2):
        for head, value in cells.items():
            sheet[f"{at[head]}{row}"] = value
    book.save(office.root / "填好.xlsx")
    found = office.json("import", "填好.xlsx", "--category", category, "--dry-run")
    fields = dict(roster_blank.headings(parse_category(category)))
    assert {c["heading"]: (c["field"], c["score"]) for c in found["columns"]} == {
        h: (f, 1.0) for h, f in fields.items()
    }
    (number,) = office.json("import", "填好.xlsx", "--category", category, "--apply")["opened"]
    with Workspace.open(office.root) as workspace:
        case = workspace.archive.read(CaseNo.parse(number))
    assert (case.fact("applicant.health"), case.fact("account.number")) == ("重病", "6222000000001234567")
    assert [row["covered"] for row in rows(case.facts, "members")] == [True]


def test_the_index_follows_what_the_store_has_still_in_memory() -> None:
    """No more households under one lock than the store keeps: else the index would have each of them read again."""
    assert roster_opening.BATCH <= chain.KEPT_CASES
