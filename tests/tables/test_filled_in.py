"""What a clerk hands in as a table is read as it stands, or told cell by cell; nothing is lost without a word."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from archivist.api import given_values, input_tables, selection
from archivist.errors import InvalidValue, UsageError
from archivist.model.facts import parse_facts, rows, single
from archivist.procedure.facts_file import read_facts
from archivist.tables.filled_in import FilledSheet, read_filled, read_one
from archivist.tables.reader import SheetRow
from archivist.workspace import Workspace
from tests.kit import make_workspace
from tests.people import make_id

WHO = make_id("19710312", "001")
Change = Callable[[Any], None]
HOUSEHOLD: dict[str, list[list[Any]]] = {
    "申请人": [["项目", "内容"], ["姓名", "方小满"], ["身份证号", WHO], ["村社区", "样例里社区"]],
    "共同生活家庭成员": [
        ["姓名", "关系", "身份证号", "月收入"],
        ["方大雪", "配偶", make_id("19711207", "032"), 1200],
        ["方立春", "子", make_id("20010204", "051"), 0],
    ],
}


def saved(path: Path, sheets: dict[str, list[list[Any]]], change: Change = lambda _: None) -> Path:
    book: Any = Workbook()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    change(book)
    book.save(path)
    return path


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """Change the parts of a package."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, change(name, data))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_facts(path)
    assert caught.value.code in ("E001", "E002")
    return str(caught.value)


@pytest.mark.parametrize("claimed", [b"A1", b"A1:B2", b"A1:XFD1048576", b"Z9:A1"])
def test_sizes_that_a_sheet_declares_are_ignored(tmp_path: Path, claimed: bytes) -> None:
    """「declared sizes ignored and capped」."""
    path = rewritten(
        saved(tmp_path / "a.xlsx", HOUSEHOLD),
        lambda _, data: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + claimed + b'"', data),
    )
    facts = read_facts(path)
    assert single(facts, "applicant")["name"] == "方小满"
    assert [row["name"] for row in rows(facts, "members")] == ["方大雪", "方立春"]


def test_a_sheet_without_any_declared_size_is_read(tmp_path: Path) -> None:
    path = rewritten(
        saved(tmp_path / "a.xlsx", HOUSEHOLD), lambda _, data: re.sub(rb"<dimension [^>]*/>", b"", data)
    )
    assert len(rows(read_facts(path), "members")) == 2


def test_a_sheet_of_endless_cells_is_refused_not_read(tmp_path: Path) -> None:
    """「declared sizes ignored and capped」: what is there is counted, however far apart."""

    def far(book: Any) -> None:
        for n in range(2, 200):
            book["申请人"].cell(row=n, column=16_384, value="x")

    assert "个单元格" in refusal(saved(tmp_path / "a.xlsx", HOUSEHOLD, far))


IDENTITY = [
    ("申请人", "身份证号", 120106197103120017),
    ("申请人", "身份证号", 1.20106197103e17),
    ("账户", "账号", 6228480012345670),
    ("账户", "账号", 62284800),
    ("救助金额", "起发年月", 2024.1),
    ("救助金额", "起发年月", dt.datetime.fromisoformat("2024-08-01")),
]


@pytest.mark.parametrize(("sheet", "item", "value"), IDENTITY)
def test_identity_fields_and_months_are_taken_from_text_cells_only(
    tmp_path: Path, sheet: str, item: str, value: Any
) -> None:
    """「identity fields and months from text cells only」."""
    told = dict(HOUSEHOLD)
    told[sheet] = [["项目", "内容"], *([["姓名", "方小满"]] if sheet == "申请人" else []), [item, value]]
    said = refusal(saved(tmp_path / "a.xlsx", told))
    assert "文本" in said and item in said and str(value)[:8] not in said


def test_a_number_of_a_free_paper_is_text_too() -> None:
    """A passport's number has no form that could be checked; as a number cell it is refused all the same."""
    with pytest.raises(InvalidValue, match="文本"):
        parse_facts({"applicant": {"id_type": "其他证件", "id_number": 123456789}})
    good = parse_facts({"applicant": {"id_type": "其他证件", "id_number": "123456789"}})
    assert single(good, "applicant")["id_number"] == "123456789"


def test_a_formula_that_nobody_reckoned_is_told_with_its_cell(tmp_path: Path) -> None:
    """「formulas without values … told with sheet and cell」."""
    told: dict[str, list[list[Any]]] = {
        **HOUSEHOLD,
        "救助金额": [["项目", "内容"], ["保障标准", 1130], ["月救助金额", "=B2-450"]],
    }
    said = refusal(saved(tmp_path / "a.xlsx", told))
    assert "“救助金额” B3" in said and "公式" in said


@pytest.mark.parametrize(
    ("stored", "amount"), [(b"<v>680</v>", "680.00"), (b"<v>769.4999999999999</v>", "769.50")]
)
def test_a_formula_with_its_result_is_the_result(tmp_path: Path, stored: bytes, amount: str) -> None:
    told: dict[str, list[list[Any]]] = {
        **HOUSEHOLD,
        "救助金额": [["项目", "内容"], ["保障标准", 1130], ["月救助金额", "=B2-450"]],
    }
    path = rewritten(
        saved(tmp_path / "a.xlsx", told),
        lambda _, data: re.sub(rb"(<f>B2-450</f>)<v ?/?>(</v>)?", rb"\1" + stored, data),
    )
    assert single(read_facts(path), "benefit")["amount"] == amount


def test_a_formula_that_came_to_an_empty_text_is_empty(tmp_path: Path) -> None:
    path = rewritten(
        saved(tmp_path / "a.xlsx", {"表": [["户号", "备考"], ["x", '=IF(1,"","")']]}),
        lambda _, data: re.sub(
            rb'<c r="B2"( [^>]*)?><f>([^<]*)</f><v ?/?>(</v>)?', rb'<c r="B2" t="str"><f>\2</f><v></v>', data
        ),
    )
    assert [row.cells for row in input_tables.rows(path)] == [{"户号": "x"}]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_value_is_told(tmp_path: Path, error: str) -> None:
    told: dict[str, list[list[Any]]] = {**HOUSEHOLD, "救助金额": [["项目", "内容"], ["月救助金额", error]]}
    assert f"“救助金额” B2：是错误值 {error}" in refusal(saved(tmp_path / "a.xlsx", told))


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        (["姓名", "月收入", "月收入"], "B1、C1"),
        (["姓名", "月收入", "monthly_income"], "“月收入”和“monthly_income”是同一项"),
        (["姓名", "身份证号", "证件号码"], "“身份证号”和“证件号码”是同一项"),
        (["姓名", "月 收入", "月\n收入"], "B1、C1"),
    ],
)
def test_a_heading_twice_is_refused(tmp_path: Path, heads: list[str], said: str) -> None:
    """「double headings」: also under two names, and however they are broken over lines."""
    told: dict[str, list[list[Any]]] = {**HOUSEHOLD, "共同生活家庭成员": [heads, ["方大雪", None, None]]}
    assert said in refusal(saved(tmp_path / "a.xlsx", told))


def test_an_item_twice_is_refused(tmp_path: Path) -> None:
    told: dict[str, list[list[Any]]] = {
        "申请人": [["项目", "内容"], ["姓名", "方"], ["联系电话", "022-11112222"], ["电话", "022-33334444"]]
    }
    assert "A3、A4：“联系电话”和“电话”是同一项" in refusal(saved(tmp_path / "a.xlsx", told))


@pytest.mark.parametrize(
    "text",
    [
        '{"申请人": {"联系电话": "022-11112222", "电话": "022-33334444"}}',
        '{"申请人": {"联系电话": "022-11112222", "联系电话": "022-33334444"}}',
        '{"申请人": {"联系电话": "022-11112222"}, "applicant": {"姓名": "方小满"}}',
    ],
)
def test_the_same_holds_for_files_of_text(tmp_path: Path, text: str) -> None:
    """「any of its callers behaves the same」."""
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    said = refusal(path)
    assert "不知道以哪" in said


def hide_row(book: Any) -> None:
    book["共同生活家庭成员"].row_dimensions[3].hidden = True


def hide_column(book: Any) -> None:
    book["共同生活家庭成员"].column_dimensions["D"].hidden = True


def hide_sheet(book: Any) -> None:
    book["共同生活家庭成员"].sheet_state = "hidden"


def hide_sheet_deep(book: Any) -> None:
    book["共同生活家庭成员"].sheet_state = "veryHidden"


def merge_heads(book: Any) -> None:
    book["共同生活家庭成员"].merge_cells("C1:D1")


def merge_cells(book: Any) -> None:
    book["共同生活家庭成员"].merge_cells("D2:D3")


def no_heading(book: Any) -> None:
    book["共同生活家庭成员"]["F3"] = "在外地"


def beside_the_content(book: Any) -> None:
    book["申请人"]["C2"] = "曾用名方满"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (hide_row, "“共同生活家庭成员” 第 3 行：被隐藏或被筛选掉了"),
        (hide_column, "“共同生活家庭成员” D 列：被隐藏了"),
        (hide_sheet, "“共同生活家庭成员”是隐藏的"),
        (hide_sheet_deep, "“共同生活家庭成员”是隐藏的"),
        (merge_heads, "“共同生活家庭成员” C1:D1：是合并的单元格"),
        (merge_cells, "“共同生活家庭成员” D2:D3：是合并的单元格"),
        (no_heading, "“共同生活家庭成员” F3：这一列第一行没有标题"),
        (beside_the_content, "“申请人” C2：只认“项目”“内容”两列"),
    ],
)
def test_what_is_hidden_or_merged_or_without_a_name_is_told(
    tmp_path: Path, change: Change, said: str
) -> None:
    """「merged headers, hidden rows told with sheet and cell」."""
    assert said in refusal(saved(tmp_path / "a.xlsx", HOUSEHOLD, change))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    def spoil(book: Any) -> None:
        hide_row(book)
        merge_heads(book)
        beside_the_content(book)

    said = refusal(saved(tmp_path / "a.xlsx", HOUSEHOLD, spoil))
    assert "第 3 行" in said and "C1:D1" in said


def test_remarks_beside_the_items_are_for_people(tmp_path: Path) -> None:
    told: dict[str, list[list[Any]]] = {
        "申请人": [
            ["项目", "内容", "填写说明"],
            ["姓名", "方小满", "与身份证一致"],
            ["电话", None, "手机优先"],
        ]
    }
    assert single(read_facts(saved(tmp_path / "a.xlsx", told)), "applicant") == {"name": "方小满"}


def test_an_empty_hidden_sheet_hides_nothing(tmp_path: Path) -> None:
    def add(book: Any) -> None:
        book.create_sheet("Sheet9").sheet_state = "hidden"
        book["申请人"].row_dimensions[90].hidden = True
        book["申请人"].merge_cells("H90:J95")

    assert single(read_facts(saved(tmp_path / "a.xlsx", HOUSEHOLD, add)), "applicant")["name"] == "方小满"


# ── one table: lists and values for many households ──────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def test_rows_on_a_second_sheet_are_not_left_out_silently(workspace: Workspace, tmp_path: Path) -> None:
    path = saved(
        tmp_path / "a.xlsx", {"一村": [["户号"], ["TJHQ-DB-2024-000001"]], "二村": [["户号"], ["x"]]}
    )
    with pytest.raises(UsageError, match="2 张写了内容：一村、二村"):
        read_one(path)
    saved(path, {"一村": [["户号"], ["TJHQ-DB-2024-000001"]], "说明": [["怎么填"]], "Sheet3": []})
    assert len(given_values.for_households(path, workspace)[1]) == 1


CSV_FORMS = [
    ("utf-8-sig", ","),
    ("utf-8", ","),
    ("gb18030", ","),
    ("utf-16", "\t"),
    ("utf-8", ";"),
]


@pytest.mark.parametrize(("encoding", "parting"), CSV_FORMS)
def test_a_csv_behaves_as_a_workbook_does(
    workspace: Workspace, tmp_path: Path, encoding: str, parting: str
) -> None:
    """「One strict reader for every .xlsx/.csv that a clerk hands in」."""
    path = tmp_path / "a.csv"
    lines = [["户号", "姓名", "经办人"], ["TJHQ-DB-2024-000001", '"乐文秀"', "林经办"], ["", "", ""]]
    path.write_bytes("\r\n".join(parting.join(line) for line in lines).encode(encoding))
    _, found = given_values.for_households(path, workspace)
    assert list(found.values()) == [{"经办人": "林经办"}]
    path.write_bytes(parting.join(["户号", "经办人", "经办人"]).encode(encoding))
    with pytest.raises(UsageError, match="都是“经办人”"):
        given_values.for_households(path, workspace)


def test_a_number_that_a_csv_protects_is_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('户号,账号\nx,="6217000011112222333"\ny,\t0012345678\n', encoding="utf-8")
    assert [r.cells["账号"] for r in input_tables.rows(path)] == ["6217000011112222333", "0012345678"]


def test_a_damaged_csv_is_said_plainly(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('户号,备注\nx,"没有收尾\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"不是完好的 \.csv"):
        input_tables.rows(path)
    path.write_bytes(b"\xff\xfe\xff\x00\xd8")
    with pytest.raises(UsageError, match="编码"):
        input_tables.rows(path)


@pytest.mark.parametrize("name", ["x.xlsx", "x.csv"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="没有这个文件"):
        read_filled(tmp_path / name)


def test_an_old_or_locked_workbook_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    with pytest.raises(UsageError) as caught:
        read_filled(path)
    assert "另存为 .xlsx" in caught.value.remedy


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "gb18030"])
def test_lists_of_any_encoding(tmp_path: Path, encoding: str) -> None:
    """「CSV, UTF-16」: a list saved by Notepad or Excel as “Unicode”."""
    text = "姓名,户号\n乐文秀,TJHQ-DB-2024-000001\n"
    data = b"\xff\xfe" + text.encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    path = tmp_path / "名单.txt"
    path.write_bytes(data)
    assert [line[:2] for line in selection._lines(path)] == [(2, "TJHQ-DB-2024-000001")]


# ── whatever stands there, it is there afterwards or it is told ──────────────────────────────────────────
cells = st.one_of(
    st.none(), st.text("甲乙丙 0123456789\n", max_size=6), st.integers(0, 10**15 - 1), st.booleans()
)


@given(st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=6))
def test_no_cell_is_lost_without_a_word(lines: list[list[Any]]) -> None:
    """「Never lose rows silently」: each cell is under its heading, or a line names its address."""
    width = max(map(len, lines))
    whole = [
        SheetRow(
            "表",
            n,
            tuple(
                (v.strip() or None) if isinstance(v, str) else v
                for v in (*line, *[None] * (width - len(line)))
            ),
        )
        for n, line in enumerate(lines, 1)
    ]
    sheet = FilledSheet("表", tuple(row for row in whole if any(v is not None for v in row.values)))
    problems: list[str] = []
    filled = {row.number: row.cells for row in sheet.by_headings(problems)}
    said = "\n".join(problems)
    heads = sheet.headings
    for row in sheet.rows[1:]:
        for column, value in enumerate(row.values):
            if value is None:
                continue
            doubled = heads.count(heads[column]) > 1
            kept = heads[column] != "" and filled[row.number].get(heads[column]) == value
            assert kept or doubled or f"{row.address(column)}：" in said
    assert ("都是" in said) == any(h and heads.count(h) > 1 for h in heads)
