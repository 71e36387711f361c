"""The archive's own registers: rows from volumes, retention and holds; nothing before its date, nothing invented."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook

from archivist.config import Office
from archivist.errors import IntegrityAlarm, InvalidValue, UsageError
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.office_documents import render_register
from archivist.model.custody import Handover
from archivist.model.group_holds import GroupHold, HeldCases
from archivist.model.holds import Hold, HoldRelease
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.model.tombstone import Tombstone
from archivist.procedure.closing import deregister
from archivist.report import REGISTERS, Compiled, Period, Query, Register, make
from archivist.report.case_history import HouseholdHistory
from archivist.report.compilation import lists_lines, register_values
from archivist.report.registers.archive import TRANSFERS, elapsed
from archivist.report.sheet import workbook
from archivist.rules.disposition.holds import holds, unsettled
from archivist.rules.pack import load
from archivist.workspace import Workspace
from tests.documents.pages import text_of
from tests.documents.samples import CATALOGUE, CONFIG
from tests.filing import file_papers
from tests.kit import BY, make_workspace, open_household
from tests.report.homes import TO_BENEFIT, a_house, with_record

CLOCK = "2027-06-20T10:00:00+08:00"
TIANJIN = load("tianjin-hongqiao")
ON = dt.date(2028, 12, 31)
ARCHIVE = [n for n in REGISTERS if CATALOGUE.get(n).folder == "11 归档"]
OFFICE = Office(name="样例街道办事处", bureau="样例区民政局")
TOLD = {
    "archive_transfer_list": {"transfer.kind": "经办移交档案室", "transfer.to": "街道档案室"},
    "destruction_approval": {
        "destruction.department": "公共服务办公室", "destruction.reason": "保管期满，没有继续保存价值。",
        "destruction.report": "2028年度档案鉴定工作报告",
    },
    "destruction_supervision_record": {"destruction.register": "2028年第1号《档案销毁清册》"},
}  # fmt: skip


def closed(sequence: int = 1, left: str = "2024-09-30", category: str = "DB") -> HouseholdHistory:
    """A household deregistered with one decision of two pages in its file."""
    return with_record(a_house(sequence, category, *TO_BENEFIT, left=left), "confirmation_decision")


def held(house: HouseholdHistory, *, released: dt.date | None = None) -> HouseholdHistory:
    """The household with a hold on its file, released by two on a day where one is told."""
    release = (
        HoldRelease(released, f"{released}T09:00:00+08:00", ("甲", "乙"), "判决生效", "0003")
        if released
        else None
    )
    hold = Hold("H1", "行政诉讼", dt.date(2024, 10, 8), until="收到生效判决书", release=release)
    return replace(house, case=replace(house.case, holds=(hold,)))


def made(name: str, *houses: HouseholdHistory, on: dt.date = ON, **told: str) -> Register:
    named = tuple(str(h.case.number) for h in houses) if name.startswith("destruction") else ()
    found = Compiled(houses, (), named, lambda number: hashlib.sha256(str(number).encode()).hexdigest())
    period = Period.of_day(on)
    return make(
        CATALOGUE.get(name), found, TIANJIN, period,
        today=on, told={**TOLD.get(name, {}), **told}, office=OFFICE,
    )  # fmt: skip


def a_tombstone(number: CaseNo) -> Tombstone:
    """What stays of a case that was destroyed on 4 August 2028."""
    return Tombstone(
        number, "XH-2028-001", Sha256("a" * 64), (Sha256("b" * 64),), Sha256("c" * 64), 30, 247,
        2058553, 61, (2024, 2028), "2024-07-05", "retention.case", "停保后不少于3年", "2027-07-05", {}, ("报送：S-YLJD-2024M07-01",),
        "2028-08-04T10:00:00+08:00",
    )  # fmt: skip


def printed(name: str, register: Register, *, nil: bool = False) -> str:
    doc = CATALOGUE.get(name)
    told = {**register_values(doc, register, nil=nil), **TOLD.get(name, {})}
    return text_of(render_register(doc, CONFIG, told, on=dt.date(2024, 10, 8)))


# ── on paper ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ARCHIVE)
def test_each_is_printed_with_its_volumes(name: str) -> None:
    register = made(name, closed(1), closed(2, "2024-10-01", "TK"))
    nil = name in ("electronic_destruction_log", "hold_register", "handover_register")
    text = printed(name, register, nil=nil)
    assert "{{" not in text and "{%" not in text
    flat = "".join(text.split())
    assert all("".join(phrase.split()) in flat for phrase in CATALOGUE.get(name).phrases)
    assert register.empty is nil and register.doubts == []
    if lists_lines(CATALOGUE.get(name)) and not nil:
        assert "YLJD-DB-2024-000001" in text and "YLJD-TK-2024-000002" in text
    elif not nil:
        assert "2卷，4页；电子文件2个" in flat


@pytest.mark.parametrize("name", [n for n in REGISTERS if lists_lines(CATALOGUE.get(n))])
def test_a_nil_report_says_so_once_and_sums_nought(name: str) -> None:
    """零报告: the line says 本期无, bears no number, and no sum counts it."""
    doc = CATALOGUE.get(name)
    pack = load(doc.packs[0]) if doc.packs else TIANJIN
    period = Period.around(REGISTERS[name].period, dt.date(2024, 9, 30))
    register = make(doc, Compiled(), pack, period, today=ON, told=TOLD.get(name, {}), office=OFFICE)
    told = {**register_values(doc, register, nil=True), **TOLD.get(name, {})}
    if name == "reserve_fund_report":
        told |= {"reserve.opening": "5000", "reserve.closing": "5000"}
    page = text_of(render_register(doc, CONFIG, told, on=dt.date(2024, 10, 8)))
    tables = [f for f in doc.fields if f.kind == "table" and register.values.get(f.path) == []]
    if name == "monthly_statistics":
        assert page.count("本期无") == 0, "figures are printed as nought"
        return
    assert (register.empty or register.tells) and page.count("本期无") >= len(tables) == 1
    assert "—" in page or not any(c.key == "n" for c in tables[0].columns)
    sums = {p: v for p, v in register.values.items() if isinstance(v, int)}
    assert set(sums.values()) <= {0}, sums
    book = load_workbook(io.BytesIO(workbook(doc, register, ("样例街道", "2024年9月"))))
    assert [c.value for c in book.worksheets[0]["A"]].count("本期无") == 1


# ── handing over ─────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_handed_over_depends_on_why() -> None:
    early, late, open_case = closed(1, "2024-09-30"), closed(2, "2028-06-01"), a_house(3, "DB", *TO_BENEFIT)
    all_of_them = Compiled((early, late, open_case), sealed=lambda _: "f" * 64)

    def numbers(kind: str, period: Period) -> list[str]:
        register = make(
            CATALOGUE.get("archive_transfer_list"), all_of_them, TIANJIN, period,
            today=ON, told={"transfer.kind": kind}, office=OFFICE,
        )  # fmt: skip
        return [r["case"][-1] for r in register.rows]

    assert numbers("经办移交档案室", Period.of_year("2024")) == ["1"]
    assert numbers("季度报区", Period.of_quarter("2024Q2")) == ["1", "2", "3"]
    assert numbers("进馆", Period.of_year("2028")) == ["1"], "only what has run out"
    assert numbers("机构变动", Period.of_year("2024")) == ["1", "2", "3"]
    for kind in ("", "送人"):
        with pytest.raises(UsageError, match="移交类型"):
            numbers(kind, Period.of_year("2024"))


def test_the_kinds_are_those_of_the_document() -> None:
    spec = CATALOGUE.get("archive_transfer_list").field("transfer.kind")
    assert spec and tuple(TRANSFERS) == spec.choices


def test_a_row_tells_what_the_volume_holds() -> None:
    house = with_record(closed(1), "case_cover", "11 归档", given={"volume.archive_no": "Z109-D3-0001"})
    register = made("archive_transfer_list", house)
    (row,) = register.rows
    assert (row["title"], row["file_no"]) == ("户主1户最低生活保障档案", "Z109-D3-0001")
    assert (row["item_count"], row["pages"], row["bytes"]) == (1, 2, 2000), "the cover is a file, but no item"
    assert row["sha256"] == hashlib.sha256(b"YLJD-DB-2024-000001").hexdigest()
    assert row["medium"] == "□纸质 ☑电子", "whether there is paper only those who hand it over can see"
    assert row["note"] == "1件待签"
    assert register.values["transfer.from"] == "样例街道办事处" and "transfer.to" not in register.values


def test_pages_that_were_not_counted_are_said() -> None:
    house = closed(1)
    record = replace(next(iter(house.case.records.values())), pages=0)
    bare = replace(house, case=replace(house.case, records={record.no: record}))
    register = made("archive_transfer_list", bare, closed(2))
    assert [r["pages"] for r in register.rows] == [None, 2] and register.values["transfer.pages"] == 2
    assert "页数空白的1卷" in register.notes[0] and register.notes[0] in printed(
        "archive_transfer_list", register
    )


def test_a_volume_that_is_not_whole_is_not_handed_over() -> None:
    def sealed(number: CaseNo) -> str:
        if number.sequence == 1:
            raise IntegrityAlarm("2处与事件链不符，恢复之前不能移交", file=str(number))
        return "f" * 64

    register = make(
        CATALOGUE.get("archive_transfer_list"), Compiled((closed(1), closed(2)), sealed=sealed), TIANJIN,
        Period.of_year("2024"), today=ON, told=TOLD["archive_transfer_list"], office=OFFICE,
    )  # fmt: skip
    assert [r["case"] for r in register.rows] == ["YLJD-DB-2024-000002"]
    assert register.notes == ["未检1卷，没有列入：YLJD-DB-2024-000001。"] and "2处" in register.doubts[0]


def test_more_than_a_gigabyte_can_be_counted() -> None:
    register = made("archive_transfer_list", closed(1))
    register.values["transfer.bytes"] = 12_345_678_901
    assert "12345678901" in printed("archive_transfer_list", register)


# ── what has run out ─────────────────────────────────────────────────────────────────────────────────────
def test_what_has_run_out_and_what_forbids_its_destruction() -> None:
    """档案法实施条例第二十四条「应当定期对本单位保管的保管期限届满的档案进行鉴定」."""
    owing = with_record(closed(3), "recovery_notice", "09 动态管理", doc_no="样救字〔2024〕9号")
    houses = (closed(1), held(closed(2)), owing, closed(4, "2026-01-01"), a_house(5, "DB", *TO_BENEFIT))
    register = made("expiry_list", *houses)
    assert [(r["case"][-1], r["expires"], r["held"], r["advice"]) for r in register.rows] == [
        ("1", dt.date(2027, 9, 30), False, "提交鉴定"),
        ("2", dt.date(2027, 9, 30), True, "暂缓鉴定"),
        ("3", dt.date(2027, 9, 30), False, "先核实未了事项"),
    ]
    assert register.rows[1]["pending"] == "行政诉讼，2024年10月8日起冻结"
    assert register.rows[2]["pending"] == "追缴样救字〔2024〕9号退清待核"
    assert (register.values["expiry.volumes"], register.values["expiry.held"]) == (3, 1)
    assert "3卷，其中冻结1卷" in "".join(printed("expiry_list", register).split())
    assert made("expiry_list", *houses, on=dt.date(2027, 9, 30)).empty, "not on the last day of the period"
    assert not made("expiry_list", *houses, on=dt.date(2027, 10, 1)).empty


def test_what_is_held_is_not_appraised() -> None:
    """冻结的，了结前不进入鉴定."""
    complained = with_record(closed(3), "complaint_register", "09 动态管理")
    register = made("disposal_appraisal_opinion", closed(1), held(closed(2)), complained)
    assert [r["case"][-1] for r in register.rows] == ["1", "3"]
    assert register.rows[1]["dispute"] == "信访举报1件未见答复" and not register.rows[1]["pending"]
    assert "另有1卷保管期满但被冻结" in register.notes[0]
    text = printed("disposal_appraisal_opinion", register)
    assert text.count("□销毁") == 2 and "另有1卷" in text, "the opinion is the appraisers' to write"


def test_a_hold_stands_until_it_is_released() -> None:
    """「登记即生效，起始日在后也挡」; the day it was released it binds no longer."""
    assert [h.cause for h in holds(held(closed(1)).case, dt.date(2024, 10, 7))] == ["行政诉讼"]
    released = held(closed(1), released=dt.date(2025, 3, 1)).case
    assert holds(released, dt.date(2025, 2, 28)) and not holds(released, dt.date(2025, 3, 1))


def test_an_answered_complaint_is_settled() -> None:
    asked = with_record(closed(1), "complaint_register", "09 动态管理")
    assert unsettled(asked.case) == ("信访举报1件未见答复",)
    assert unsettled(with_record(asked, "complaint_reply", "09 动态管理").case) == ()


# ── what is destroyed ────────────────────────────────────────────────────────────────────────────────────
def test_only_what_is_named_run_out_and_free_is_listed_for_destruction() -> None:
    """档案法第二十一条「禁止擅自销毁档案」."""
    houses = (closed(1), held(closed(2)), closed(3, "2026-01-01"), a_house(4, "DB", *TO_BENEFIT))
    register = made("destruction_register", *houses)
    (row,) = register.rows
    assert (row["case"][-1], row["year"], row["due"], row["kept"]) == (
        "1", "2024", "注销（停保）之日起不少于3年", "4年3个月",
    )  # fmt: skip
    told = "\n".join(register.doubts)
    assert "000002：行政诉讼，2024年10月8日起冻结，不得销毁" in told
    assert "000003：保管至2029-01-01，期限未满" in told and "000004：没有注销" in told
    assert register.values["destruction.years"] == "2024年"
    unnamed = make(
        CATALOGUE.get("destruction_register"), Compiled(houses), TIANJIN, Period.of_day(ON), today=ON
    )
    assert unnamed.empty and "--where" in unnamed.hint, "a date never destroys"
    absent = Compiled((), (), ("YLJD-DB-2024-000009",))
    missing = make(CATALOGUE.get("destruction_register"), absent, TIANJIN, Period.of_day(ON), today=ON)
    assert missing.doubts == ["YLJD-DB-2024-000009：没有读到这个户档，没有列入"]


def test_how_long_it_was_kept() -> None:
    days = [(dt.date(2024, 2, 29), dt.date(2027, 2, 28)), (dt.date(2024, 1, 31), dt.date(2024, 2, 1)),
            (dt.date(2024, 1, 1), dt.date(2026, 1, 1)), (dt.date(2024, 1, 1), dt.date(2024, 3, 1))]  # fmt: skip
    assert [elapsed(a, b) for a, b in days] == ["2年11个月", "不足1个月", "2年", "2个月"]


def test_every_hold_is_listed_with_its_release_and_nobody_is_named() -> None:
    """「retention list、登记簿」: those in force first; on a day before it was released a hold is in force."""
    group = GroupHold(
        Hold("G1", "审计", dt.date(2028, 3, 1), authority="审计局", until="审计结束"),
        HeldCases(Category.DB),
        2028,
    )
    houses = (held(closed(1)), held(closed(2), released=dt.date(2028, 5, 2)), closed(3))

    def listed(on: dt.date) -> Register:
        found = Compiled(houses, groups=(group,))
        return make(
            CATALOGUE.get("hold_register"), found, TIANJIN, Period.of_day(on), today=on, office=OFFICE
        )

    register = listed(ON)
    assert [(r["hold"], r["scope"], r["released_on"]) for r in register.rows] == [
        ("H1", "YLJD-DB-2024-000001", None),
        ("G1", "成批：最低生活保障", None),
        ("H1", "YLJD-DB-2024-000002", dt.date(2028, 5, 2)),
    ]
    assert (register.values["register.open"], register.values["register.gone"]) == (2, 1)
    assert listed(dt.date(2028, 5, 1)).values["register.gone"] == 0
    text = printed("hold_register", register)
    assert "户主" not in text and "判决生效（甲、乙）" in text and "现有冻结 2 项，已解除 1 项" in text


def test_what_was_handed_over_is_listed_with_where_it_is() -> None:
    """“a register of files handed over”: to whom, when it was received, whether the copy here is gone; as of the day; nobody is named."""
    numbers = [CaseNo.parse(f"YLJD-DB-2024-{n:06d}") for n in (1, 2, 3)]
    waiting = Handover("S-YLJD-2028-02", "TJHC", "2028-06-01", frozenset(numbers[2:]))
    first = Handover(
        "S-YLJD-2028-01", "TJHX", "2028-03-01", frozenset(numbers[:2]), "样例新设街道", "2028-03-05T09:00:00+08:00"
    )  # fmt: skip
    stone = replace(a_tombstone(numbers[1]), destroyed_at="2028-07-01T09:00:00+08:00")
    found = Compiled(
        handovers={numbers[0]: first, numbers[1]: first, numbers[2]: waiting}, destroyed=(stone,)
    )

    def listed(on: dt.date) -> Register:
        document = CATALOGUE.get("handover_register")
        return make(document, found, TIANJIN, Period.of_day(on), today=on, office=OFFICE)

    register = listed(ON)
    assert [(r["case"][-1], r["to"], r["status"]) for r in register.rows] == [
        ("1", "TJHX", "已接收"), ("2", "TJHX", "已清除留存"), ("3", "TJHC", "等接收回执"),
    ]  # fmt: skip
    assert [register.values[f"register.{key}"] for key in ("count", "open", "listed", "gone")] == [3, 1, 1, 1]
    early = listed(dt.date(2028, 3, 4))
    assert [(r["status"], r["received_on"]) for r in early.rows] == [("等接收回执", None)] * 2
    text = printed("handover_register", register)
    assert "样例新设街道" in text and "户主" not in text and "等接收回执 1 卷" in text


def test_what_is_kept_until_when_is_listed_and_nobody_is_named() -> None:
    """「保管情况」: closed files, the earliest end first, held ones counted apart."""
    register = made(
        "custody_register",
        held(closed(1)),
        closed(2, "2024-10-01"),
        a_house(3, "DB", *TO_BENEFIT),
        closed(4, "2027-01-01"),
    )
    assert [(r["case"][-1], r["expires"], r["status"]) for r in register.rows] == [
        ("1", "2027.9.30", "可鉴定"), ("2", "2027.10.1", "可鉴定"), ("4", "2030.1.1", "在保管"),
    ]  # fmt: skip
    assert [register.values[f"register.{key}"] for key in ("count", "listed", "due", "open")] == [3, 1, 1, 1]
    assert "户主" not in printed("custody_register", register)


def test_what_was_destroyed_is_listed_from_its_tombstones() -> None:
    """「已销毁」, of the period alone; a tombstone names nobody."""
    stone = a_tombstone(CaseNo.parse("YLJD-DB-2024-000001"))
    found = Compiled(destroyed=(stone, replace(stone, destroyed_at="2027-08-04T10:00:00+08:00")))
    document = CATALOGUE.get("electronic_destruction_log")
    register = make(document, found, TIANJIN, Period.of_year("2028"), today=ON, office=OFFICE)
    assert [(r["case"], r["bytes"], r["erased_at"]) for r in register.rows] == [
        ("YLJD-DB-2024-000001", 2058553, "2028年8月4日")
    ]
    text = printed("electronic_destruction_log", register)
    assert "报送：S-YLJD-2024M07-01" in text and "XH-2028-001" in text and "247 个文件" in text


def test_nothing_was_erased_and_the_log_says_so() -> None:
    register = made("electronic_destruction_log", closed(1))
    assert register.empty and "没有销毁记录" in register.hint
    text = "".join(printed("electronic_destruction_log", register, nil=True).split())
    assert "销毁清册：无" in text and "0个文件" in text


def test_case_numbers_are_read_as_such() -> None:
    query = Query.parse("number=yljd-db-2024-000001，YLJD-DB-2024-000002")
    assert query.named == ("YLJD-DB-2024-000001", "YLJD-DB-2024-000002") and query.holds(closed(1).case)
    with pytest.raises(InvalidValue):
        Query.parse("number=1")


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One case deregistered on 8 March 2024, with two papers and a cover that tells its number in the archive."""
    opened = make_workspace(tmp_path)
    number = open_household(opened).number
    file_papers(opened, number, "application_form", "mat_id_card")
    deregister(opened, BY, number, on=dt.date(2024, 3, 8), reason="死亡")
    todo = plan(
        opened,
        BY,
        opened.catalogue.get("case_cover"),
        [number],
        {number: {"volume.archive_no": "D3-1"}},
        on=dt.date(2024, 3, 8),
    )
    assert issue(opened, BY, todo).refused == []
    opened.close()
    return opened


@pytest.fixture
def run(command: Any) -> Any:
    return partial(command, "report")


def test_the_digest_handed_over_is_that_of_the_tag_manifest(run: Any, workspace: Workspace) -> None:
    words = (
        "档案移交清单",
        "--year",
        "2024",
        "--set",
        "移交类型=经办移交档案室",
        "--set",
        "接收单位=街道档案室",
        "--json",
    )
    answer = run(*words)
    (row,) = answer["tables"]["transfer.rows"]
    (folder,) = (workspace.root / "archive/cases").iterdir()
    assert row["sha256"] == hashlib.sha256((folder / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    assert (row["file_no"], row["item_count"]) == ("D3-1", 2)
    assert "天津市红桥区样例街道办事处" in "\n".join(
        p.text for p in docx.Document(answer["files"][0]).paragraphs
    )
    manifest = folder / "manifest-sha256.txt"
    manifest.chmod(0o600)
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    refused = run(*words, status=1)
    assert refused["tables"]["transfer.rows"] == [] and "恢复之前不能移交" in refused["doubts"][0]


def test_a_nil_report_is_made_only_when_asked_for(run: Any, workspace: Workspace) -> None:
    told = run("花名册", "--month", "2024-05")
    assert "没有写入文件" in told and "--nil" in told
    assert not list((workspace.root / "archive/outbox").rglob("*.*"))
    answer = run("花名册", "--month", "2024-05", "--nil", "--json")
    assert answer["nil"] and answer["tables"]["register.rows"] == [] and len(answer["files"]) == 2
    assert "本期无" in text_of(Path(answer["files"][0]).read_bytes())
    assert "零报告：本期无" in run("花名册", "--month", "2024-05", "--nil", "--docx")
    full = run("保管期满档案清单", "--nil", "--json")
    assert not full["nil"] and len(full["tables"]["expiry.rows"]) == 1, "not nil when there is something"


def test_what_is_destroyed_is_named(run: Any) -> None:
    assert "--where" in run("档案销毁清册")
    number = "TJHQ-DB-2024-000001"
    answer = run("档案销毁清册", "--where", f"number={number}", "--json")
    assert [r["case"] for r in answer["tables"]["destruction.rows"]] == [number]
    assert not any("只列符合条件" in note for note in answer["notes"]), (
        "all that is to be destroyed is listed"
    )
    early = run("档案销毁清册", "--on", "2027-03-08", "--where", f"number={number}", "--json", status=1)
    assert early["files"] == [] and "期限未满" in early["doubts"][0]
    form = run(
        "档案销毁审批表", "--where", f"number={number}", "--set", "申请部门=公共服务办公室",
        "--set", "销毁理由=保管期满", "--set", "鉴定报告=2027年度鉴定工作报告", "--json",
    )  # fmt: skip
    assert [Path(f).suffix for f in form["files"]] == [".docx"], "a form has no lines for a spreadsheet"
    assert "不是逐行的册表" in run("档案销毁审批表", "--nil", status=2)
    assert "没有销毁记录" in run("电子档案销毁日志")
