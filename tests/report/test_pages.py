"""Every register with no line, one line, sixty lines: the page for the printer, and the sheet to be reckoned with."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from functools import cache
from typing import Any, Final

import docx
import pytest
from openpyxl import load_workbook

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.issuing.office_documents import render_register
from archivist.model.household import TEMPORARY
from archivist.model.ids import Category
from archivist.report import REGISTERS, Compiled, Period, Register, make
from archivist.report.case_history import HouseholdHistory
from archivist.report.compilation import lists_lines, register_values
from archivist.report.sheet import workbook
from archivist.rules.pack import load
from tests.documents.samples import CONFIG, LONG_NAME
from tests.report.homes import AT_ONCE, OWN_TRAILS, TO_BENEFIT, a_house, with_record

CATALOGUE = Catalogue.load()
ON = dt.date(2024, 10, 8)
LATER = dt.date(2031, 12, 31)
LISTS: Final = [
    n
    for n in REGISTERS
    if lists_lines(CATALOGUE.get(n))
    and n not in ("electronic_destruction_log", "hold_register", "handover_register")
]
TOLD: Final[dict[str, dict[str, str]]] = {
    "archive_transfer_list": {"transfer.kind": "经办移交档案室", "transfer.to": "街道档案室"},
    "reserve_fund_report": {"reserve.opening": "50000", "reserve.closing": "1000"},
}
TRAIL: Final = (
    *("submit submitted 2024-09-02", "accept accepted 2024-09-03", "confirm confirmed 2024-09-05"),
    *("pay in_benefit 2024-09-10", "start_review reviewing 2024-09-12"),
    "reviewed in_benefit 2024-09-20",
)
ONCE: Final = ("submit submitted 2024-09-02", "confirm confirmed 2024-09-05", "pay paid 2024-09-06")


def crowd(doc: DocumentType, count: int) -> tuple[HouseholdHistory, ...]:
    """So many households that each make one line in any register of their category, which the office was given."""
    at_once = doc.id == "quick_relief_register"
    once = at_once or doc.id in ("temp_assistance_monthly_summary", "reserve_fund_report")
    closed = doc.folder == "11 归档"
    given = load(doc.packs[0] if doc.packs else "tianjin-hongqiao").delegated
    wanted = [c for c in Category if c in doc.categories and c in given and (c in TEMPORARY) is once]
    found = []
    for n in range(1, count + 1):
        facts = {
            "applicant": {"name": LONG_NAME if n % 7 == 0 else f"=户主{n}", "village": f"第{n}社区"},
            "benefit": {"amount": "12345.60", "start": "2024-09"},
        }
        trail = (
            TO_BENEFIT
            if closed
            else AT_ONCE
            if at_once
            else ONCE
            if once
            else (*TRAIL, *OWN_TRAILS.get(doc.id, ()))
        )
        house = a_house(
            n, wanted[n % len(wanted)].value, *trail, facts=facts, left="2024-09-30" if closed else ""
        )
        house = with_record(house, "confirmation_decision", doc_no=f"样救字〔2024〕{n}号")
        notice = {"doc_no": "样救字〔2024〕9号", "date": "2024-09-08", "given": {"recovery.amount": "1600"}}
        found.append(house if closed else with_record(house, "recovery_notice", "09 动态管理", **notice))
    return tuple(found)


@cache
def register_of(name: str, count: int) -> Register:
    doc = CATALOGUE.get(name)
    houses = crowd(doc, count)
    pack = load(doc.packs[0]) if doc.packs else load("tianjin-hongqiao")
    closed = doc.folder == "11 归档"
    day = LATER if closed else dt.date(2025, 9, 30) if name == "review_due_list" else dt.date(2024, 9, 30)
    period = (
        Period.of_year("2024")
        if name == "archive_transfer_list"
        else Period.around(REGISTERS[name].period, day)
    )
    found = Compiled(houses, (), tuple(str(h.case.number) for h in houses), lambda _: "f" * 64)
    return make(doc, found, pack, period, today=LATER, told=TOLD.get(name, {}), office=CONFIG.office)


def page_of(name: str, count: int) -> Any:
    doc, register = CATALOGUE.get(name), register_of(name, count)
    told = {**register_values(doc, register, nil=register.empty), **TOLD.get(name, {})}
    return docx.Document(io.BytesIO(render_register(doc, CONFIG, told, on=ON)))


def book_of(name: str, count: int) -> Any:
    return load_workbook(io.BytesIO(workbook(CATALOGUE.get(name), register_of(name, count), ("样例街道",))))


@pytest.mark.parametrize("count", [0, 1, 60])
@pytest.mark.parametrize("name", LISTS)
def test_a_page_repeats_its_header_and_splits_no_row(name: str, count: int) -> None:
    page = page_of(name, count)
    (main, *_) = [t for t in page.tables if t._tbl.xpath(".//w:tblHeader")]
    assert main.rows[0]._tr.xpath("./w:trPr/w:tblHeader") and all(
        row._tr.xpath("./w:trPr/w:cantSplit") for row in main.rows
    )
    lines = len(register_of(name, count).rows)
    if name not in ("monthly_statistics", "performance_rates"):  # figures; only households that miss one
        assert lines == count
        assert len(main.rows) >= 1 + max(lines, 1)
        # the report itself is an upright letter, its lines are an annex
        section = page.sections[-1]
        assert (section.page_width > section.page_height) is (name != "reserve_fund_report")


@pytest.mark.parametrize("count", [0, 1, 60])
@pytest.mark.parametrize("name", LISTS)
def test_a_sheet_has_its_lines_its_sums_and_no_formula(name: str, count: int) -> None:
    doc, register, book = CATALOGUE.get(name), register_of(name, count), book_of(name, count)
    for sheet in book.worksheets:
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A4", "$1:$3")
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        cells = [c for row in sheet.iter_rows() for c in row]
        assert not [c.coordinate for c in cells if c.data_type == "f"]
        assert all(c.quotePrefix for c in cells if isinstance(c.value, str) and c.value.startswith("="))
        assert "True" not in {c.value for c in cells} and "False" not in {c.value for c in cells}
    tables = [f for f in doc.fields if isinstance(register.values.get(f.path), list)]
    for spec, sheet in zip(tables, book.worksheets, strict=True):
        rows = register.values[spec.path]
        assert ("本期无" in {c.value for c in sheet["A"]}) is (not rows)
        foot = register.feet.get(spec.path)
        if not foot:
            continue
        line = sheet[4 + max(len(rows), 1)]
        heads = [column.key for column in spec.columns]
        for key, path in foot.items():
            if key not in heads or isinstance(register.values[path], str):
                continue
            told = line[heads.index(key)].value
            assert Decimal(str(told)) == Decimal(str(register.values[path])), (spec.path, key)
            shown = [row[key] for row in rows if row[key] is not None]
            assert sum(map(Decimal, map(str, shown)), Decimal(0)) == Decimal(str(told)), (spec.path, key)
