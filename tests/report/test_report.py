"""``archivist report`` on a real workspace: the rows shown, the files written, what could not be read said."""

from __future__ import annotations

import datetime as dt
import io
import re
import stat
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook

from archivist.errors import DocumentNotApplicable, InvalidValue, MissingFields, UsageError
from archivist.issuing.office_documents import render_register
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import Category
from archivist.report import REGISTERS, Compiled, Period, Query, make
from archivist.report.compilation import kind_of
from archivist.report.sheet import workbook
from archivist.store import Draft
from archivist.workspace import Workspace
from tests.documents.pages import text_of
from tests.documents.samples import CATALOGUE, CONFIG
from tests.filing import take
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, make_id
from tests.report.homes import TO_BENEFIT, a_case, a_house
from tests.report.samples import TIANJIN, TODAY, built, houses

CLOCK = "2024-06-20T10:00:00+08:00"
OF_STEPS = [n for n in REGISTERS if CATALOGUE.get(n).brought_by]
"""The registers of the procedure; those of the archive are in ``test_archive_registers``."""


# ── every register on paper ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", OF_STEPS)
def test_each_register_is_printed_with_its_rows_and_its_phrases(name: str) -> None:
    printed = built(name)
    doc, register, text = printed.document, printed.register, text_of(printed.data)
    flat = "".join(text.split())
    assert "{{" not in text and "{%" not in text
    for phrase in doc.phrases:
        assert "".join(phrase.split()) in flat
    assert not register.empty
    for row in register.rows:
        assert str(row.get("number") or row.get("village") or row["category"]) in text
    document = docx.Document(io.BytesIO(printed.data))
    heads = document.element.body.xpath(".//w:tblHeader")
    assert heads, "the header row is repeated on every page"
    rows = document.element.body.xpath(".//w:tbl[.//w:tblHeader]//w:tr")
    assert all(r.xpath("./w:trPr/w:cantSplit") for r in rows), "no row is split"


@pytest.mark.parametrize("name", list(REGISTERS))
def test_a_register_is_described_completely(name: str) -> None:
    doc = CATALOGUE.get(name)
    assert doc.template is not None and doc.kind == "register"
    assert doc.basis and all(b.source and b.sentence for b in doc.basis)
    assert doc.issuer and doc.recipient and doc.level and doc.priority
    assert doc.brought_by or doc.folder == "11 归档"
    own = [f for f in doc.fields if f.path != "doc_no"]
    assert all(f.origin in ("office", "computed", "set") for f in own), "of no household in particular"


def test_what_is_filed_with_others_shows_no_whole_account_or_phone() -> None:
    for name in OF_STEPS:
        assert ("6222020200000000014" in text_of(built(name).data)) is (name == "fund_disbursement_detail"), (
            name
        )
    assert "户主3" not in text_of(built("reserve_fund_report").data), (
        "the finance bureau gets numbers, no names"
    )


def test_what_was_not_read_and_what_was_left_out_is_printed() -> None:
    unread = Compiled((houses()[0],), ("TJHQ-DB-2024-000009：事件 000003.json 与前一事件不相接",))
    printed = text_of(built("monthly_roster", unread).data)
    assert "未检1户，没有计入：TJHQ-DB-2024-000009。" in printed
    doc = CATALOGUE.get("monthly_roster")
    partial = make(
        doc, Compiled((houses()[0],)), TIANJIN, Period.of_month("2024-12"), today=TODAY, words="village=甲村"
    )
    assert partial.notes == [
        "本表只列符合条件的户：village=甲村。", "统计期尚未结束，只计至2024年10月8日已登记的事项。",
    ]  # fmt: skip


def test_a_register_that_lacks_something_says_what() -> None:
    with pytest.raises(MissingFields, match="收件期间"):
        render_register(CATALOGUE.get("acceptance_register"), CONFIG, {}, on=TODAY)


# ── spreadsheets ─────────────────────────────────────────────────────────────────────────────────────────
def sheet_of(name: str, *found: Any) -> Any:
    printed = built(name, Compiled(found) if found else None)
    sheet = workbook(printed.document, printed.register, ("填报单位：样例街道", "2024年9月"))
    return load_workbook(io.BytesIO(sheet))


def test_a_sheet_holds_numbers_days_and_text() -> None:
    house = a_house(1, "DB", *TO_BENEFIT, facts={"applicant": {"id_number": make_id("19700101", "003")}})
    sheet = sheet_of("fund_disbursement_detail", house).worksheets[0]
    heads = [c.value for c in sheet[3]]
    line = dict(zip(heads, sheet[4], strict=True))
    assert (line["应发"].value, line["应发"].number_format, line["应发"].data_type) == (800, "#,##0.00", "n")
    assert (line["证件号"].value, line["证件号"].data_type, line["证件号"].number_format) == (
        make_id("19700101", "003"), "s", "@",
    )  # fmt: skip
    assert (line["账号"].value, line["账号"].data_type) == ("6222020200000000014", "s")
    assert line["扣减"].value is None and line["保障人口"].value == 2
    foot = dict(zip(heads, sheet[5], strict=True))
    assert (foot["序号"].value, foot["实发"].value) == ("合计", 800)
    day = sheet_of("acceptance_register").worksheets[0]["C4"]
    assert day.is_date and day.value.date() == dt.date(2024, 9, 1)


def test_a_sheet_is_ready_to_be_printed() -> None:
    book = sheet_of("monthly_statistics")
    assert [s.title for s in book.worksheets] == ["在册对象", "申请办理情况", "分人群", "临时救助"]
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A4", "$1:$3")
        assert sheet["A1"].value == "社会救助月报表" and sheet.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "＝1"])
def test_a_text_is_never_taken_for_a_formula(name: str) -> None:
    """A name is a name, whatever it begins with; a tab or line end at its head cannot be stored at all."""
    house = a_house(1, "DB", *TO_BENEFIT, facts={"applicant": {"name": name, "village": "=1+1"}})
    printed = built("monthly_roster", Compiled((house,)))
    printed.register.rows[0]["classes"] = "\t=1"
    book = load_workbook(io.BytesIO(workbook(printed.document, printed.register, ("=1", "+2"))))
    cells = [c for row in book.worksheets[0].iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    written = {c.value: c for c in cells if c.value is not None}
    assert written[name].value == name and written[name].quotePrefix is (name[0] != "＝")
    assert written["=1+1"].quotePrefix and written["\t=1"].quotePrefix
    assert written["=1　+2"].quotePrefix


# ── which cases, which days ──────────────────────────────────────────────────────────────────────────────
def test_periods() -> None:
    assert (Period.of_month("2024年2月").first, Period.of_month("2024-02").last) == (
        dt.date(2024, 2, 1),
        dt.date(2024, 2, 29),
    )
    assert Period.of_quarter("2024Q3") == Period.of_quarter("2024年第三季度")
    assert Period.of_quarter("2024Q4").last == Period.of_year("2024").last == dt.date(2024, 12, 31)
    assert Period.around("quarter", TODAY).slug == "2024Q4"
    assert dt.date(2024, 8, 31) in Period.of_month("2024-08") and dt.date(2024, 9, 1) not in Period.of_month(
        "2024-08"
    )
    for make_period, text in (
        (Period.of_month, "2024-13"),
        (Period.of_quarter, "2024Q5"),
        (Period.of_year, "24"),
    ):
        with pytest.raises(InvalidValue):
            make_period(text)


def test_queries() -> None:
    case = a_case(1, "DB", *TO_BENEFIT)
    for where in (
        "",
        "category=DB,TK village=样例里社区 status=open",
        "类别=低保",
        "状态=在享 year=2024",
        "村=甲村,样例里社区",
    ):
        assert Query.parse(where).holds(case), where
    for where in ("category=TK", "village=甲村", "status=deregistered", "state=已终止", "year=2023"):
        assert not Query.parse(where).holds(case), where
    assert Query.parse("village=样例里社区", "低保").wants(Category.DB)
    for where in (
        "colour=red",
        "village",
        "status=asleep",
        "state=睡",
        "village='甲",
        "category=DB category=TK",
    ):
        with pytest.raises(UsageError):
            Query.parse(where)


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(UsageError, match="有哪些册表：archivist report"):
        kind_of(CATALOGUE.get("application_form"), TIANJIN)
    with pytest.raises(DocumentNotApplicable):
        kind_of(CATALOGUE.get("quarterly_transfer_list"), TIANJIN)
    with pytest.raises(UsageError, match="--month"):
        kind_of(CATALOGUE.get("monthly_statistics"), TIANJIN, Period.of_year("2024"))


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path)
    for n, category in ((1, Category.DB), (3, Category.DB), (5, Category.TK)):
        facts = WANG | {
            "members": [WANG["members"][0] | {"id_number": make_id("19600110", f"{10 * n + 1:03d}")}],
            "applicant": WANG["applicant"]
            | {"name": f"户主{n}", "id_number": make_id("19620305", f"{n:03d}")},
            "benefit": {"amount": "800", "persons": 2, "start": "2024-05", "review_cycle": "每年"},
            "account": {"holder": f"户主{n}", "bank": "示范银行", "number": "6222020200000000014"},
        }
        take(made, open_household(made, parse_facts(facts), category), *TO_BENEFIT)
    made.close()
    return made


@pytest.fixture
def run(command: Any) -> Any:
    return partial(command, "report")


def test_the_rows_come_first(run: Any, workspace: Workspace) -> None:
    shown = run("花名册", "--month", "2024-05", "--dry-run")
    assert "户主1" in shown and "试运行" in shown and "在册户数：3" in shown
    assert make_id("19620305", "001") not in shown, "the screen shows a part of the number only"
    assert not list((workspace.root / "archive/outbox").rglob("*.*"))


def test_files_are_for_the_owner_only_and_name_nobody(run: Any, workspace: Workspace) -> None:
    answer = run("fund_disbursement_detail", "--month", "2024-05", "--json")
    files = [Path(f) for f in answer["files"]]
    assert [f.name for f in files] == [
        "社会救助资金发放明细表 2024-05.docx",
        "社会救助资金发放明细表 2024-05.xlsx",
    ]
    assert files[0].parent == workspace.root / "archive/outbox/报表"
    assert [stat.S_IMODE(f.stat().st_mode) for f in (*files, files[0].parent)] == [0o600, 0o600, 0o700]
    assert "户主3" in text_of(files[0].read_bytes())
    assert (answer["sums"]["register.paid"], answer["unread"]) == ("2400.00", [])
    again = run("fund_disbursement_detail", "--month", "2024-05", "--xlsx", "--json")
    assert [Path(f).name for f in again["files"]] == ["社会救助资金发放明细表 2024-05（2）.xlsx"], (
        "nothing is overwritten"
    )
    own = run("月报表", "--month", "2024-05", "--docx", "--out", str(workspace.root / "给民政局"))
    assert "已编制 社会救助月报表" in own and len(list((workspace.root / "给民政局").iterdir())) == 1


def test_a_query_narrows_and_one_that_matches_nothing_says_so(run: Any, workspace: Workspace) -> None:
    answer = run(
        "花名册", "--month", "2024-05", "--where", "category=TK village=样例里社区", "--dry-run", "--json"
    )
    assert len(answer["tables"]["register.rows"]) == 1
    assert answer["notes"][0] == "本表只列符合条件的户：category=TK village=样例里社区。"
    nothing = run("花名册", "--month", "2024-05", "--where", "village=没有这个村")
    assert "没有可列的户" in nothing
    assert not list((workspace.root / "archive/outbox").rglob("*.*"))


def test_a_case_that_cannot_be_read_is_named(run: Any, workspace: Workspace) -> None:
    event = next((workspace.root / "archive/cases").glob("*DB*1/events/000002.json"))
    event.chmod(0o600)
    event.write_bytes(event.read_bytes().replace(b"submitted", b"accepted!"))
    answer = run("花名册", "--month", "2024-05", "--json", status=1)
    assert len(answer["unread"]) == 1 and "TJHQ-DB-2024-000001" in answer["unread"][0]
    assert len(answer["tables"]["register.rows"]) == 2 and "未检1户" in answer["notes"][-1]
    assert "未检1户" in text_of(Path(answer["files"][0]).read_bytes())


def test_a_change_is_read_from_the_chain(run: Any, workspace: Workspace) -> None:
    """What was paid in May stays what it was, though the amount is another one now."""
    with Workspace.open(workspace.root) as opened:
        number = next(n for n in opened.archive.case_numbers() if n.category is Category.TK)
        case = take(opened, opened.archive.read(number), "start_review reviewing 2024-06-03")
        benefit = {"amount": "650.00", "persons": 2, "start": "2024-06", "review_cycle": "每年"}
        opened.commit(case.number, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {"benefit": benefit}}), BY)
        take(opened, opened.archive.read(number), "change changed 2024-06-05")
    amounts = {
        month: run("fund_disbursement_detail", "--month", month, "--category", "TK", "--dry-run", "--json")["sums"]["register.paid"]
        for month in ("2024-05", "2024-06")
    }  # fmt: skip
    assert amounts == {"2024-05": "800.00", "2024-06": "650.00"}


def test_what_the_clerk_tells_besides(run: Any) -> None:
    refused = run("花名册", "--month", "2024-05", "--set", "register.total=1", status=2)
    assert "不能另填" in refused
    made = run(
        "filing_summary",
        "--from",
        "2024-04-01",
        "--to",
        "2024-04-30",
        "--set",
        "批次号=第7批",
        "--docx",
        "--json",
        status=1,
    )
    assert "第7批" in text_of(Path(made["files"][0]).read_bytes())
    assert len(made["doubts"]) == 3, "no decision with a number is in the files"


def test_the_list_of_registers(run: Any) -> None:
    shown = run()
    assert "monthly_statistics" in shown and "quarterly_transfer_list" not in shown
    assert re.search("期间只能写一种", run("花名册", "--month", "2024-05", "--year", "2024", status=2))


def test_sums_are_exact() -> None:
    register = built("fund_disbursement_detail").register
    assert register.values["register.paid"] == sum((r["paid"] for r in register.rows), Decimal(0))
