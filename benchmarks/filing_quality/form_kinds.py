"""Our own forms coming back: properly signed, unsigned, with sheets missing, with codes that are not what they seem."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import cv2
import numpy as np

from archivist.cli.demo import paper
from archivist.model.document_code import DocumentCode, OfficeKey
from archivist.model.ids import RecordNo, record_no
from archivist.reading.barcodes import qr_modules
from benchmarks.filing_quality import materials, scans, sheets
from benchmarks.filing_quality.forms import Form, print_out, signed_print_out
from benchmarks.filing_quality.kinds import Kind, Setting
from benchmarks.filing_quality.material_kinds import subject
from benchmarks.filing_quality.scans import DPI, Look
from benchmarks.filing_quality.truth import Drop, Must, Part

if TYPE_CHECKING:
    from archivist.cli.demo.paper import Picture

ONE_PAGE = ("kinship_declaration",)
TWO_PAGES = ("application_form",)
_UPPER = {"x_mm": 160.0, "y_mm": 7.0, "size_mm": 24.0}
"""Where our documents carry their code."""
_FORGER = OfficeKey.of(b"whoever forges a code has a key of his own, not the office's")


def stamp_code(sheet: Picture, payload: str) -> None:
    """Print a QR code (level Q) with its quiet zone where our documents carry theirs."""
    modules = np.array([list(row) for row in qr_modules(payload)], np.uint8)
    gray = np.pad((1 - modules) * np.uint8(255), 4, constant_values=255)
    side = paper.px(_UPPER["size_mm"], DPI)
    fine = cv2.resize(gray, None, fx=16, fy=16, interpolation=cv2.INTER_NEAREST)
    code = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA)
    x, y = paper.px(_UPPER["x_mm"], DPI), paper.px(_UPPER["y_mm"], DPI)
    sheet[y : y + side, x : x + side] = code[:, :, None]


def _part(form: Form, must: Must = "file", *, signed: bool = True) -> Part:
    return Part(form.household, (form.type,), must, str(form.record) if signed else None)


def _signed(at: Setting, look: Look, *, suffix: str = ".pdf", own_folder: bool = False) -> Drop:
    form = at.forms[0]
    folder = at.town.folder(form.household) if own_folder else ""
    path = at.scan(signed_print_out(form, at.chance), look=look, suffix=suffix, folder=folder)
    return at.drop(path, _part(form))


def _upside_down(at: Setting) -> Drop:
    form = at.forms[0]
    turned = [sheet[::-1, ::-1].copy() for sheet in signed_print_out(form, at.chance)]
    return at.drop(at.scan(turned, look="gray", suffix=".pdf"), _part(form))


def _reversed(at: Setting) -> Drop:
    """The feeder took the last sheet first."""
    form = at.forms[0]
    path = at.scan(signed_print_out(form, at.chance)[::-1], look="gray", suffix=".pdf")
    return at.drop(path, _part(form, "either"))


def _unsigned(at: Setting) -> Drop:
    """Printed, never signed, scanned."""
    form = at.forms[0]
    path = at.scan(print_out(form), look=("gray", "fax")[at.turn % 2], suffix=".pdf")
    return at.drop(path, _part(form, "wait", signed=False))


def _first_sheet_only(at: Setting) -> Drop:
    """The sheet with the signature was lost in the feeder."""
    form = at.forms[0]
    path = at.scan(signed_print_out(form, at.chance)[:1], look="gray")
    return at.drop(path, _part(form, "wait", signed=False))


def _last_sheet_only(at: Setting) -> Drop:
    """The sheet with the signature alone: it carries neither code nor name."""
    form = at.forms[0]
    path = at.scan(signed_print_out(form, at.chance)[1:], look="gray", suffix=".pdf")
    return at.drop(path, Part(None, (form.type,), "wait"))


def _copied_on_blank(at: Setting) -> Drop:
    """A blank page with the right code, copied from the print."""
    form = at.forms[0]
    sheet = scans.flat(sheets.lines([""]))
    stamp_code(sheet, form.payload)
    return at.drop(at.scan([sheet], look="gray", suffix=".jpg"), _part(form, "wait", signed=False))


def _home_made(at: Setting) -> Drop:
    """The signed form itself, over whose codes home-made ones are glued: anybody can print one, but has no key."""
    form = at.forms[0]
    sheet = signed_print_out(form, at.chance)[0]
    cover_codes(sheet)
    stamp_code(sheet, _forged(form, form.record))
    return at.drop(at.scan([sheet], look="gray", suffix=".jpg"), _part(form, "wait", signed=False))


def _forged(form: Form, record: RecordNo) -> str:
    return DocumentCode(form.case, form.payload.split("-")[2][:3], record).payload(_FORGER)


def _own_form_of_another(at: Setting) -> Drop:
    """A signed form of another household, the same type, over whose codes copies of this household's are glued."""
    form, other = at.forms[0], at.other_forms[0]
    sheet = signed_print_out(other, at.chance)[0]
    cover_codes(sheet)
    _paste_code(sheet, form)
    return at.drop(at.scan([sheet], look="gray", suffix=".jpg"), Part(None, (form.type,), "wait"))


def _copied_on_other_sheet(at: Setting) -> Drop:
    """Another paper of the same household, on which the code was cut out of a print and glued; and a pen line."""
    form = at.forms[0]
    sheet = scans.flat(materials.committee(subject(at)))
    _paste_code(sheet, form)
    paper.scribble(sheet, {"x_mm": 130.0, "y_mm": 240.0, "size_mm": 26.0}, DPI, at.chance)
    return at.drop(at.scan([sheet], look="gray", suffix=".jpg"), _part(form, "wait", signed=False))


def _paste_code(sheet: Picture, form: Form) -> None:
    """Glue the upper code of a form's print, with its clear text, to the same place of another sheet."""
    side = paper.px(36, DPI)
    sheet[:side, -side * 3 // 2 :] = print_out(form)[0][:side, -side * 3 // 2 :]


def _other_sheet(at: Setting) -> Drop:
    """Another paper of the same household, with the right code printed on and something like a signature."""
    form = at.forms[0]
    sheet = scans.flat(materials.committee(subject(at)))
    stamp_code(sheet, form.payload)
    paper.scribble(sheet, {"x_mm": 130.0, "y_mm": 240.0, "size_mm": 26.0}, DPI, at.chance)
    return at.drop(at.scan([sheet], look="gray", suffix=".jpg"), _part(form, "wait", signed=False))


def _other_household_sheet(at: Setting) -> Drop:
    """A signed form of one household, over whose codes another's are glued."""
    form = at.forms[0]
    sheet = signed_print_out(form, at.chance)[0]
    cover_codes(sheet)
    stamp_code(sheet, at.other_forms[0].payload)
    return at.drop(at.scan([sheet], look="gray", suffix=".jpg"), Part(None, (form.type,), "wait"))


def _no_such_record(at: Setting) -> Drop:
    """The code names a record that there is not."""
    form = at.forms[0]
    sheet = signed_print_out(form, at.chance)[0]
    cover_codes(sheet)
    stamp_code(sheet, _forged(form, _later(form.record)))
    return at.drop(at.scan([sheet], look="gray", suffix=".jpg"), _part(form, "wait", signed=False))


def _later(record: RecordNo) -> RecordNo:
    return record_no(int(record) + 500)


def _damaged_code(at: Setting) -> Drop:
    """Both codes are unreadable; number, name and title are not."""
    form = at.forms[0]
    sheet = signed_print_out(form, at.chance)[0]
    cover_codes(sheet)
    return at.drop(at.scan([sheet], look="gray", suffix=".jpg"), _part(form, "either"))


def cover_codes(sheet: Picture, *, both: bool = True) -> None:
    """Spill something over the code at the upper right corner, and over that at the lower left."""
    side = paper.px(36, DPI)
    sheet[:side, -side * 3 // 2 :] = 235
    if both:
        sheet[-side * 5 // 4 :, : side * 3 // 2] = 235


def _pdf_back(at: Setting) -> Drop:
    """The very PDF that goes to the printer."""
    form = at.forms[0]
    path = at.path(".pdf")
    shutil.copyfile(form.pdf, path)
    return at.drop(path, _part(form, "wait", signed=False))


def _docx_back(at: Setting) -> Drop:
    """The document as the program made it, saved by a clerk."""
    form = at.forms[0]
    path = at.path(".docx")
    shutil.copyfile(form.docx, path)
    return at.drop(path, _part(form, "wait", signed=False))


def _docx_back_in_folder(at: Setting) -> Drop:
    form = at.forms[0]
    path = at.path(".docx", at.town.folder(form.household))
    shutil.copyfile(form.docx, path)
    return at.drop(path, _part(form, "wait", signed=False))


def _with_foreign_card(at: Setting) -> Drop:
    """Behind the signed form lies the ID card of another household."""
    form = at.forms[0]
    pages = [*signed_print_out(form, at.chance), scans.flat(materials.card_sides(subject(at, at.another)))]
    parts = (
        Part(form.household, (form.type,), "wait", str(form.record), pages=form.pages),
        Part(at.another.key, ("居民身份证",), "wait", pages=1),
    )
    return at.drop(at.scan(pages, look="gray", suffix=".pdf"), *parts)


def _with_strangers_card(at: Setting) -> Drop:
    """Behind the signed form lies the ID card of somebody on nobody's file."""
    form = at.forms[0]
    who = at.town.people.one()
    stranger = materials.Subject(at.household, who, at.town.people, at.rng)
    pages = [*signed_print_out(form, at.chance), scans.flat(materials.card_sides(stranger))]
    parts = (
        Part(form.household, (form.type,), "wait", str(form.record), pages=form.pages),
        Part(None, ("居民身份证",), "wait", pages=1),
    )
    return at.drop(at.scan(pages, look="gray", suffix=".pdf"), *parts)


def _with_own_card(at: Setting) -> Drop:
    """Behind the signed form lies the ID card of the same household: two papers, to be split."""
    form = at.forms[0]
    pages = [*signed_print_out(form, at.chance), scans.flat(materials.card_sides(subject(at)))]
    parts = (
        Part(form.household, (form.type,), "either", str(form.record), pages=form.pages),
        Part(form.household, ("居民身份证",), "either", pages=1),
    )
    return at.drop(at.scan(pages, look="gray", suffix=".pdf"), *parts)


KINDS = (
    Kind("signed form: gray", lambda at: _signed(at, "gray"), ONE_PAGE, weight=2),
    Kind("signed form: one bit", lambda at: _signed(at, "fax"), ("change_report_form",), weight=2),
    Kind("signed form: photograph", lambda at: _signed(at, "photo", suffix=".jpg"), ("home_visit_record",)),
    Kind("signed form: in its folder", lambda at: _signed(at, "gray", own_folder=True), ("integrity_commitment",)),
    Kind("signed form: two sheets", lambda at: _signed(at, "gray"), TWO_PAGES, weight=2),
    Kind("signed form: three sheets, one bit", lambda at: _signed(at, "fax"), ("household_survey",)),
    Kind("signed form: upside down", _upside_down, ONE_PAGE),
    Kind("signed form: last sheet first", _reversed, TWO_PAGES),
    Kind("form: unsigned", _unsigned, ONE_PAGE, weight=2),
    Kind("form: unsigned, two sheets", _unsigned, TWO_PAGES),
    Kind("form: sheet with signature missing", _first_sheet_only, TWO_PAGES, weight=2),
    Kind("form: only the sheet with the signature", _last_sheet_only, TWO_PAGES),
    Kind("form: blank page with the right code", _copied_on_blank, ONE_PAGE, weight=2),
    Kind("form: home-made code glued over", _home_made, ONE_PAGE),
    Kind("form: code cut out and glued to another paper", _copied_on_other_sheet, ONE_PAGE),
    Kind("form: code cut out and glued to another household's form", _own_form_of_another, ONE_PAGE, other_forms=ONE_PAGE),
    Kind("form: another paper with the right code", _other_sheet, ONE_PAGE, weight=2),
    Kind("form: another household's code glued over", _other_household_sheet, ONE_PAGE, other_forms=ONE_PAGE),
    Kind("form: code of no record", _no_such_record, ONE_PAGE),
    Kind("form: damaged code", _damaged_code, ONE_PAGE),
    Kind("form: its PDF dropped back", _pdf_back, ONE_PAGE),
    Kind("form: its docx dropped back", _docx_back, ONE_PAGE),
    Kind("form: its docx in its folder", _docx_back_in_folder, ("change_report_form",)),
    Kind("signed form with another household's ID card behind", _with_foreign_card, ONE_PAGE),
    Kind("signed form with a stranger's ID card behind", _with_strangers_card, ONE_PAGE),
    Kind("signed form with its own ID card behind", _with_own_card, ONE_PAGE),
)  # fmt: skip
