"""“An office's old scans in folders by household are planned into a table … apply COPIES them …, unsure ones go to the tray instead of being guessed”."""

from __future__ import annotations

import collections
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.faults.shim import KillAtOneOf
from tests.people import WANG_ID, make_id

WANG = "TJHQ-DB-2024-000001"
LI_ID = make_id("19660102", "033")
HEAD = ("文件", "户号", "户主", "种类", "依据", "疑问")


def id_card(name: str, number: str) -> str:
    return f"居民身份证\n姓名 {name}\n公民身份号码 {number}\n"


@pytest.fixture
def scans(office: Office) -> Path:
    """The old scans of an office: by number, by ID number, by name alone, and pages of nobody."""
    office.run(
        "case", "open", "低保", "--name", "赵样例", "--id", LI_ID, "--set", "申请人.户籍地址=样例路2号"
    )
    folder = office.root.parent / "旧扫描"
    for name, text in {
        f"{WANG} 王秀兰/身份证.txt": id_card("王秀兰", WANG_ID),
        f"石桥村/王秀兰 {WANG_ID}/户口簿/001.txt": "常住人口登记卡\n户主 王秀兰",
        "石桥村/赵样例/身份证.txt": id_card("赵样例", LI_ID),
        "石桥村/赵样例/0002.txt": "一页看不出是什么的纸",
        "散页/0003.txt": "另一页看不出是什么的纸",
        f"{WANG} 王秀兰/诊断证明.txt": f"诊断证明书\n患者 赵样例 {LI_ID}",
        ".缓存/0.txt": "藏起来的",
        "石桥村/Thumbs.db": "小图",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def picture(root: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(p.relative_to(root)): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in sorted(root.rglob("*"))
        if p.is_file()
    }


def held(office: Office) -> tuple[collections.Counter[str], collections.Counter[str]]:
    """Return what the cases hold and what waits, each by the name its file came under."""
    with Workspace.open(office.root) as workspace:
        archive = workspace.archive
        cases = [archive.read(n) for n in archive.case_numbers()]
        filed = [archive.source_name(c.number, r) for c in cases for r in c.records.values()]
        return collections.Counter(filed), collections.Counter(i.name for i in archive.tray.items())


def edit(path: Path, **cells: dict[str, str]) -> None:
    """Change cells of a plan as a clerk does: by what their file's name ends in, a column and what goes there."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book.active
    for row in sheet.iter_rows(min_row=2):
        for ending, changes in cells.items():
            if row[0].value.endswith(f"{ending}.txt"):
                for column, value in changes.items():
                    row[HEAD.index(column)].value = value or None
    book.save(path)


def plan_of(office: Office, scans: Path) -> Path:
    path = scans.parent / "计划.xlsx"
    office.run("import-scans", str(scans), "--plan", str(path), check=1)
    return path


def test_the_plan_says_whose_each_scan_is_why_and_what_is_in_doubt(office: Office, scans: Path) -> None:
    """“planned into a table (file, proposed household by folder/file name and ID, proposed type, reason, doubt)”."""
    path = scans.parent / "计划.xlsx"
    found = office.json("import-scans", str(scans), "--plan", str(path), check=1)
    rows = {row["name"]: row for row in found["rows"]}
    assert len(rows) == 6 and [p["name"] for p in found["passed_over"]] == [".缓存"]
    by_number = rows[f"{WANG} 王秀兰/身份证.txt"]
    assert (by_number["case"], by_number["applicant"], by_number["type"], by_number["doubt"]) == (
        WANG,
        "王秀兰",
        "居民身份证",
        "",
    )
    by_id = rows[f"石桥村/王秀兰 {WANG_ID}/户口簿/001.txt"]
    assert (by_id["case"], by_id["type"], by_id["doubt"]) == (WANG, "居民户口簿", "")
    assert "证件号码" in by_id["because"] and "户口簿" in by_id["because"]
    by_name = rows["石桥村/赵样例/身份证.txt"]
    assert by_name["case"] == "TJHQ-DB-2024-000002" and "只有姓名相符" in by_name["doubt"]
    nobody = rows["散页/0003.txt"]
    assert (nobody["case"], nobody["type"]) == ("", "") and nobody["doubt"]
    sheet: Any = openpyxl.load_workbook(path).active
    assert tuple(c.value for c in sheet[1]) == HEAD and sheet.max_row == 7
    assert "已经在那里" in office.run("import-scans", str(scans), "--plan", str(path), check=2).stderr
    assert WANG in office.run("access", "list", "--case", "王秀兰").stdout


def test_what_is_sure_is_copied_and_what_is_not_waits(office: Office, scans: Path) -> None:
    """“apply COPIES them (never moves/deletes), each file once however often it is run”; a page that speaks for another household is never filed by its folder."""
    path, before = plan_of(office, scans), picture(scans)
    done = office.json("import-scans", str(scans), "--plan", str(path), "--apply", check=1)
    assert picture(scans) == before, "the clerk's own files are as they were"
    filed = {f["name"].rpartition("/")[2] + "→" + f["case"]: f["title"] for f in done["filed"]}
    assert filed == {
        f"身份证.txt→{WANG}": "居民身份证",
        f"001.txt→{WANG}": "居民户口簿",
        "身份证.txt→TJHQ-DB-2024-000002": "居民身份证",
    }, "a name alone, and the number on its page: the page decides"
    waits = {w["name"].rpartition("/")[2]: w["reason"] for w in done["review"]}
    assert waits == {"0002.txt": "no_case", "0003.txt": "no_case", "诊断证明.txt": "conflict"}
    first = held(office)
    again = office.json("import-scans", str(scans), "--plan", str(path), "--apply")
    assert (again["before"], again["filed"], again["review"]) == (6, [], []) and held(office) == first
    rest = office.json("import-scans", str(scans))
    assert rest["before"] == 6 and rest["rows"] == []
    office.run("verify")


def test_a_folder_called_like_the_one_for_devices_is_no_device(office: Office, scans: Path) -> None:
    """“`import-scans` on a folder named 设备/…: not recorded as a device”, neither filed nor waiting, and its names speak as any."""
    odd = scans / "设备" / f"{WANG} 王秀兰"
    odd.mkdir(parents=True)
    (odd / "户口簿.txt").write_text("常住人口登记卡\n户主 王秀兰\n与户主关系 户主", encoding="utf-8")
    (scans / "设备" / "看不出.txt").write_text("又一页看不出是什么的纸", encoding="utf-8")
    path = plan_of(office, scans)
    office.run("import-scans", str(scans), "--plan", str(path), "--apply", check=None)
    filed, waiting = held(office)
    names = [name for name in (*filed, *waiting) if "设备/" in name]
    assert len(names) == 2 and not any(name.startswith("设备/") for name in names), names
    with Workspace.open(office.root) as workspace:
        archive = workspace.archive
        assert not any(item.source.get("device") for item in archive.tray.items())
        for number in archive.case_numbers():
            assert not any(r.source.get("device") for r in archive.read(number).records.values())
    office.run("import-scans", str(scans), "--plan", str(path), "--apply", check=None)
    assert held(office) == (filed, waiting), "none comes twice"


def test_a_person_has_put_the_plan_right(office: Office, scans: Path) -> None:
    """“the clerk may edit the table”: a doubt taken away, a household told, a type told, a row left out."""
    path = plan_of(office, scans)
    edit(
        path,
        **{
            "0002": {"疑问": "", "种类": "收入证明"},
            "0003": {"户号": WANG, "户主": "", "疑问": "", "种类": "收入证明"},
        },
    )
    book = openpyxl.load_workbook(path)
    sheet: Any = book.active
    gone = next(row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value.endswith("诊断证明.txt"))
    sheet.delete_rows(gone)
    book.save(path)
    done = office.json("import-scans", str(scans), "--plan", str(path), "--apply")
    told = {f["name"].rpartition("/")[2]: (f["case"], f["title"]) for f in done["filed"]}
    assert told["0002.txt"][0] == "TJHQ-DB-2024-000002" and told["0003.txt"][0] == WANG
    assert "收入" in told["0002.txt"][1] and len(told) == 4 and done["review"] == []
    assert done["unplanned"] == 1


def test_a_scan_that_was_assigned_from_the_tray_does_not_come_again(office: Office, scans: Path) -> None:
    """“each file once however often it is run”: also where a person has put it into a household since, or the folder was copied elsewhere."""
    path = plan_of(office, scans)
    office.json("import-scans", str(scans), "--plan", str(path), "--apply", check=1)
    item = next(i for i in office.json("review", "list")["items"] if i["name"].endswith("0003.txt"))
    office.run("review", "assign", item["item"], "王秀兰", "--type", "其他材料")
    elsewhere = scans.parent / "另一块盘"
    for name, (content, _) in picture(scans).items():
        (elsewhere / name).parent.mkdir(parents=True, exist_ok=True)
        (elsewhere / name).write_bytes(content)
    edit(path, **{"0002": {"疑问": "", "种类": "收入证明"}})
    again = office.json("import-scans", str(elsewhere), "--plan", str(path), "--apply")
    assert (again["before"], again["filed"], again["review"]) == (6, [], [])


def test_the_same_bytes_in_one_household_are_taken_once(office: Office, scans: Path) -> None:
    """A copy of a scan beside it is no second paper; the same bytes for another household are that household's."""
    own = scans / f"{WANG} 王秀兰"
    (own / "身份证 - 副本.txt").write_bytes((own / "身份证.txt").read_bytes())
    path = plan_of(office, scans)
    rows = office.json("import-scans", str(scans), check=1)["rows"]
    assert [r["name"] for r in rows if "副本.txt 完全相同，只收一件" in r["because"]] == [
        f"{WANG} 王秀兰/身份证.txt"
    ]
    done = office.json("import-scans", str(scans), "--plan", str(path), "--apply", check=1)
    assert len(done["same"]) == 1 and "完全相同" in done["same"][0]["where"]
    assert sum(n.endswith(("身份证.txt", "副本.txt")) and n.startswith(WANG) for n in held(office)[0]) == 1


def test_a_plan_that_does_not_fit_takes_nothing(office: Office, scans: Path) -> None:
    """“bad input: clear Chinese error: what, which file, why”: every cell at once, and not one scan is taken."""
    path = plan_of(office, scans)
    edit(
        path,
        **{
            "0002": {"户号": WANG, "疑问": ""},
            "0003": {"户号": "TJHQ-DB-2024-000099", "种类": "没有这种纸"},
            "诊断证明": {"文件": "没有.txt"},
            "001": {"文件": f"{WANG} 王秀兰/身份证.txt"},
        },
    )
    before = held(office)
    said = office.run("import-scans", str(scans), "--plan", str(path), "--apply", check=2).stderr
    for what in (
        "E001",
        "的户主不是“赵样例”",
        "TJHQ-DB-2024-000099",
        "没有这种纸",
        "没有“没有.txt”",
        "已经有了",
    ):
        assert what in said
    assert held(office) == before
    assert (
        "不是扫描件计划"
        in office.run(
            "import-scans", str(scans), "--plan", str(blank(scans.parent)), "--apply", check=2
        ).stderr
    )
    assert "--plan" in office.run("import-scans", str(scans), "--apply", check=2).stderr
    assert "没有这个文件夹" in office.run("import-scans", "没有", check=2).stderr
    for own in (office.root, office.root / "archive/inbox"):
        assert "工作区自己的" in office.run("import-scans", str(own), check=2).stderr


def blank(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.save(folder / "空.xlsx")
    return folder / "空.xlsx"


def test_a_dry_run_writes_nothing(office: Office, scans: Path) -> None:
    """“--dry-run”: neither to the archive nor beside the scans, with ``--apply`` or without."""
    path = plan_of(office, scans)
    before, beside = picture(office.root), picture(scans.parent)
    office.run("import-scans", str(scans), "--plan", str(scans.parent / "又一份.xlsx"), "--dry-run", check=1)
    found = office.json("import-scans", str(scans), "--plan", str(path), "--apply", "--dry-run", check=1)
    assert len(found["rows"]) == 6 and found["plan"] is None
    after = picture(office.root)
    assert {
        p
        for p in {*before, *after}
        if before.get(p) != after.get(p) and not p.startswith(("archive/access/", "index/"))
    } == set()
    assert {*picture(scans.parent)} == {*beside}


def test_killed_in_the_middle_and_run_again_each_is_there_once(office: Office, scans: Path) -> None:
    """“resumable after kill”: killed twice, then run to its end, every scan is in its household or in the tray once."""
    own = scans / f"{WANG} 王秀兰"
    for n in range(80):
        (own / f"收入证明{n:03}.txt").write_text(
            f"第{n}页，{'看不出' if n % 4 else ''}是什么", encoding="utf-8"
        )
    path, before = plan_of(office, scans), picture(scans)
    words = ("import-scans", str(scans), "--plan", str(path), "--apply")
    # In the first run one is committed and not yet in its place, in the second one is not committed.
    office.killed(*words, at=KillAtOneOf(6, "replace", f"cases/{WANG}/pending/"))
    office.killed(*words, at=KillAtOneOf(30, "rename", f"cases/{WANG}/pending/"))
    taken = sum(map(collections.Counter.total, held(office)))
    assert 5 <= taken < 86, "killed in the middle"
    done = office.json(*words, check=None)
    assert done["before"] == taken, "what was taken before the kill is known"
    if done["left"]:  # a machine that is too busy to read in time: again
        done = office.json(*words, check=None)
    assert done["before"] + len(done["filed"]) + len(done["review"]) == 86, done["left"]
    filed, waiting = held(office)
    both = filed + waiting
    del both[""]
    assert len(both) == 86 and max(both.values()) == 1 and picture(scans) == before
    office.run("verify")
    with Workspace.open(office.root) as workspace:
        assert len(workspace.archive.read(CaseNo.parse(WANG)).records) >= 82
