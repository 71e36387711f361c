"""“`export` gives everything back (xlsx, CSV, files by household, events)”: 0600, masked unless the role allows."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import openpyxl

from archivist.model.facts import to_plain
from archivist.procedure.facts_file import read_facts
from archivist.workspace import Workspace
from tests.command_line import INIT, Office
from tests.people import WANG, WANG_ID, make_id


def test_everything_comes_back_as_it_is(office: Office) -> None:
    """“export → import → equal facts”, every event, every file with its bytes; nobody else may read one."""
    (office.root / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    office.run("file", "王秀兰", "诊断.txt", "--type", "诊断证明")
    done = office.json("export", "全部", "--full")
    folder = office.root / "全部"
    with Workspace.open(office.root) as workspace:
        (number,) = workspace.archive.case_numbers()
        case = workspace.archive.read(number)
        told = [event.to_plain() for event, _ in workspace.archive.chain(number).events]
        stored = {p.read_bytes() for p in (workspace.archive.folder(number) / "data").glob("*/*")}
    lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(json.dumps(told)) and done["events"] == len(
        told
    )
    given = folder / "户档" / str(number)
    assert to_plain(read_facts(given / "户档信息.json", [])) == to_plain(case.facts)
    assert stored <= {p.read_bytes() for p in given.rglob("*") if p.is_file()}
    sheet = openpyxl.load_workbook(folder / "户档.xlsx")["申请人"]
    heads, row = list(sheet.iter_rows(values_only=True))
    assert dict(zip(heads, row, strict=True))["身份证号"] == WANG_ID
    table = (folder / "表格/申请人.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf") and WANG_ID in table.decode("utf-8-sig")
    modes = {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()}
    assert modes == {0o600} and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert str(number) in office.run("access", "list", "--case", "王秀兰").stdout


def test_without_full_no_number_stands_anywhere(office: Office) -> None:
    """“masked unless the role allows”: in no file a whole number, and no paper, on which none can be covered."""
    office.run("export", "遮挡")
    numbers = (WANG_ID, WANG["members"][0]["id_number"])
    files = [p for p in (office.root / "遮挡").rglob("*") if p.is_file()]
    assert len(files) >= 4 and not (office.root / "遮挡/户档").exists()
    book = openpyxl.load_workbook(office.root / "遮挡/户档.xlsx")
    cells = {str(v) for sheet in book for row in sheet.iter_rows(values_only=True) for v in row}
    for number in numbers:
        assert number not in cells and f"{number[:6]}********{number[-4:]}" in cells
        assert not [p for p in files if number.encode() in p.read_bytes()]


def test_a_damaged_paper_or_household_is_named_and_stops_nothing(office: Office) -> None:
    """“one bad bit stops nothing”, “no damage explained away”: what is not what was filed is not handed out as if it were."""
    office.run("case", "open", "低保", "--name", "赵一", "--id", make_id("19700101", "015"))
    (office.root / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    office.run("file", "王秀兰", "诊断.txt", "--type", "诊断证明")
    cases = office.root / "archive/cases"
    first, second = sorted(cases.iterdir())
    (paper,) = first.glob("data/*/*.txt")
    paper.chmod(0o600)
    paper.write_bytes(paper.read_bytes()[:-1] + b"x")
    event = second / "events/000001.json"
    event.chmod(0o600)
    event.write_bytes(event.read_bytes().replace(b'"seq"', b'"sex"'))
    done = office.json("export", "全部", "--full", check=22)
    told = dict(done["damaged"])
    assert set(told) == {first.name, second.name} and "第 0001 件" in told[first.name]
    assert done["events"] >= 2 and not list((office.root / "全部").rglob("*诊断证明*"))
    assert (office.root / "全部/户档" / first.name / "户档信息.json").exists()
    shown = office.run("case", "export", first.name, "--out", "移交", check=22)
    assert "0 个文件已写到" in shown.stdout and "与归档时不同" in shown.stdout + shown.stderr
    paper.unlink()
    again = office.json("case", "export", first.name, "--out", "再", check=22)
    assert [file["damaged"] for file in again["files"]] == [True]


def test_what_is_there_is_not_overwritten(office: Office) -> None:
    """“Never: a clerk's file … overwritten”."""
    (office.root / "旧的").mkdir()
    assert "E001" in office.run("export", "旧的", check=2).stderr
    assert list((office.root / "旧的").iterdir()) == []


def test_an_archive_without_households_gives_empty_tables(tmp_path: Path) -> None:
    """“never E700”: what is asked of an office on its first day is answered."""
    made = Office(tmp_path)
    made.run(*INIT)
    done = made.json("export", "全部", "--full")
    assert (done["households"], done["tables"], done["damaged"]) == (0, ["申请人"], [])
    assert [s.max_row for s in openpyxl.load_workbook(made.root / "全部/户档.xlsx")] == [1]
    assert (made.root / "全部/events.jsonl").read_bytes() == b""
