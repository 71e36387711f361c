"""The same paper in every format a clerk receives; archives, mails, recordings; and files that nobody can open."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import docx
import openpyxl
from pypdf import PdfWriter

from benchmarks.filing_quality import materials, office, scans
from benchmarks.filing_quality.households import Household
from benchmarks.filing_quality.kinds import Kind, Setting
from benchmarks.filing_quality.material_kinds import subject
from benchmarks.filing_quality.truth import Drop, Part

INCOME: Final = ("收入证明",)


def _rows(at: Setting, household: Household | None = None) -> list[str]:
    return materials.income(subject(at, household)).text.splitlines()


def _place(at: Setting) -> str:
    """Every other one is dropped in the household's folder."""
    return at.town.folder(at.household.key) if at.turn % 2 else ""


def _whole(at: Setting, path: Path) -> Drop:
    return at.drop(path, Part(at.household.key, INCOME))


# ── by office programs ───────────────────────────────────────────────────────────────────────────────────
def word_file(path: Path, rows: Sequence[str]) -> Path:
    """Write a .docx of paragraphs."""
    document = docx.Document()
    for row in rows:
        document.add_paragraph(row)
    document.save(str(path))
    return path


def sheet_file(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """Write an .xlsx of text cells."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("表")
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def _cells(at: Setting) -> list[list[str]]:
    s = subject(at)
    return [["收入证明", ""], ["姓名", s.person.name], ["身份证号", s.person.id_number], ["月平均工资", s.money], ["单位", "样例物业"]]  # fmt: skip


def office_source(at: Setting, folder: Path) -> Path:
    """Write the document that LibreOffice is to save in another format."""
    return word_file(folder / f"{at.number:04d}.docx", _rows(at))


def _converted(suffix: str) -> Callable[[Setting], Drop]:
    def draw(at: Setting) -> Drop:
        assert at.office_file is not None
        path = at.path(suffix, _place(at))
        shutil.copyfile(at.office_file, path)
        return _whole(at, path)

    return draw


def _docx(at: Setting) -> Drop:
    return _whole(at, word_file(at.path(".docx", _place(at)), _rows(at)))


def _xls(suffix: str) -> Callable[[Setting], Drop]:
    """An old Excel sheet; what WPS calls .et is one too."""

    def draw(at: Setting) -> Drop:
        return _whole(at, office.xls(at.path(suffix, _place(at)), _cells(at)))

    return draw


def _xlsx(at: Setting) -> Drop:
    return _whole(at, sheet_file(at.path(".xlsx", _place(at)), _cells(at)))


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────
def _picture(suffix: str) -> Callable[[Setting], Drop]:
    def draw(at: Setting) -> Drop:
        if suffix == ".heic":
            from pillow_heif import register_heif_opener

            register_heif_opener()
        return _whole(
            at, at.scan([materials.income(subject(at))], look="photo", suffix=suffix, folder=_place(at))
        )

    return draw


def _many_tiff(at: Setting) -> Drop:
    """A TIFF of several sheets, as network scanners make."""
    home = subject(at)
    path = at.scan(materials.register(home), look="fax", suffix=".tif", folder=_place(at))
    return at.drop(path, Part(at.household.key, ("居民户口簿",)))


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────
def _text(encoding: str) -> Callable[[Setting], Drop]:
    def draw(at: Setting) -> Drop:
        path = at.path(".txt", _place(at))
        path.write_bytes("\r\n".join(_rows(at)).encode(encoding))
        return _whole(at, path)

    return draw


def _csv(at: Setting) -> Drop:
    out = io.StringIO()
    csv.writer(out).writerows(_cells(at))
    path = at.path(".csv", _place(at))
    path.write_bytes(out.getvalue().encode("gb18030"))
    return _whole(at, path)


def _html(at: Setting) -> Drop:
    path = at.path(".html", _place(at))
    path.write_text(office.html(_rows(at), "收入证明"), encoding="utf-8")
    return _whole(at, path)


def _mht(at: Setting) -> Drop:
    return _whole(at, office.mht(at.path(".mht", _place(at)), _rows(at), "收入证明"))


def _ofd(at: Setting) -> Drop:
    return _whole(at, office.ofd(at.path(".ofd", _place(at)), _rows(at)))


# ── mails and archives ───────────────────────────────────────────────────────────────────────────────────
def _mail(at: Setting) -> Drop:
    return _whole(at, office.mail(at.path(".eml", _place(at)), _rows(at), "收入证明"))


def _mail_with_paper(at: Setting) -> Drop:
    """The mail says nothing; the paper is attached."""
    with tempfile.TemporaryDirectory() as work:
        paper = scans.born_digital([materials.income(subject(at))], Path(work, "paper.pdf"))
        return _whole(at, office.mail(at.path(".eml", _place(at)), ["见附件，谢谢。"], "材料", paper))


def _packed(at: Setting, home: Household, work: Path) -> list[Path]:
    """Write two papers of a household to be packed."""
    return [
        scans.born_digital([materials.income(subject(at, home))], work / f"{home.key} 收入.pdf"),
        scans.born_digital([materials.diagnosis(subject(at, home), number=home.applicant.id_number)], work / f"{home.key} 诊断.pdf"),
    ]  # fmt: skip


def _pack(path: Path, files: Sequence[Path]) -> Path:
    if path.suffix == ".7z":
        return office.seven_zip(path, files)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for file in files:
            package.write(file, file.name)
    return path


def _archive(suffix: str) -> Callable[[Setting], Drop]:
    """Two papers of one household, packed."""

    def draw(at: Setting) -> Drop:
        with tempfile.TemporaryDirectory() as work:
            path = _pack(at.path(suffix, _place(at)), _packed(at, at.household, Path(work)))
        return at.drop(
            path,
            Part(at.household.key, INCOME, "either"),
            Part(at.household.key, ("诊断证明书",), "either"),
        )

    return draw


def _archive_of_two(at: Setting) -> Drop:
    """Papers of two households, packed."""
    with tempfile.TemporaryDirectory() as work:
        files = [f for home in (at.household, at.another) for f in _packed(at, home, Path(work))]
        path = _pack(at.path(".zip", _place(at)), files)
    parts = [
        Part(home.key, kind, "either")
        for home in (at.household, at.another)
        for kind in (INCOME, ("诊断证明书",))
    ]
    return at.drop(path, *parts)


# ── what has no text, and what cannot be opened ──────────────────────────────────────────────────────────
def _recording(write: Callable[[Path], Path], suffix: str) -> Callable[[Setting], Drop]:
    """A recording in the household's folder: theirs, of no type."""

    def draw(at: Setting) -> Drop:
        path = write(at.path(suffix, at.town.folder(at.household.key), "入户走访"))
        return at.drop(path, Part(at.household.key, (), "either"))

    return draw


def _locked(at: Setting) -> Drop:
    """A PDF that asks for a password."""
    path = at.path(".pdf", _place(at))
    with tempfile.TemporaryDirectory() as work:
        writer = PdfWriter(
            clone_from=scans.born_digital([materials.income(subject(at))], Path(work, "a.pdf"))
        )
        writer.encrypt("not told", algorithm="RC4-128")
        writer.write(path)
    return at.drop(path, Part(None, INCOME, "wait"))


def _cut_short(suffix: str) -> Callable[[Setting], Drop]:
    def draw(at: Setting) -> Drop:
        path = at.scan([materials.income(subject(at))], look="gray", suffix=suffix, folder=_place(at))
        path.write_bytes(path.read_bytes()[:7000])
        return at.drop(path, Part(None, INCOME, "wait"))

    return draw


def _noise(at: Setting) -> Drop:
    path = at.path(".dat", _place(at))
    path.write_bytes(at.rng.randbytes(900))
    return at.drop(path, Part(None, (), "wait"))


def _empty(at: Setting) -> Drop:
    path = at.path(".pdf", _place(at))
    path.touch()
    return at.drop(path, Part(None, (), "wait"))


KINDS = (
    Kind("format: .docx", _docx),
    Kind("format: .xlsx", _xlsx),
    Kind("format: .doc", _converted(".doc"), office="doc"),
    Kind("format: .wps", _converted(".wps"), office="doc"),
    Kind("format: .rtf", _converted(".rtf"), office="rtf"),
    Kind("format: .odt", _converted(".odt"), office="odt"),
    Kind("format: .xls", _xls(".xls"), module="xlwt"),
    Kind("format: .et", _xls(".et"), module="xlwt"),
    Kind("format: .heic", _picture(".heic"), module="pillow_heif"),
    Kind("format: .bmp", _picture(".bmp")),
    Kind("format: .gif", _picture(".gif")),
    Kind("format: .webp", _picture(".webp")),
    Kind("format: .tif of several sheets", _many_tiff),
    Kind("format: .txt in UTF-8", _text("utf-8")),
    Kind("format: .txt in UTF-16", _text("utf-16")),
    Kind("format: .txt in GBK", _text("gbk")),
    Kind("format: .csv", _csv),
    Kind("format: .html", _html),
    Kind("format: .mht", _mht),
    Kind("format: .ofd", _ofd),
    Kind("format: .eml", _mail),
    Kind("format: .eml with the paper attached", _mail_with_paper),
    Kind("format: .zip, one household", _archive(".zip")),
    Kind("format: .zip, two households", _archive_of_two),
    Kind("format: .7z, one household", _archive(".7z"), module="py7zr"),
    Kind("format: .mp3", _recording(office.mp3, ".mp3")),
    Kind("format: .mp4", _recording(office.mp4, ".mp4")),
    Kind("broken: PDF with a password", _locked),
    Kind("broken: PDF cut short", _cut_short(".pdf")),
    Kind("broken: JPEG cut short", _cut_short(".jpg")),
    Kind("broken: noise", _noise),
    Kind("broken: empty", _empty),
)
NEVER_MADE: Final = ".rar: no free library writes it"
