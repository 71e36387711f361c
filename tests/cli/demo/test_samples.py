"""The demo's own material: households that can be opened, and scans that are what they say."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from archivist import config
from archivist.cli.demo.households import SAMPLES, DemoHousehold, config_toml, households
from archivist.cli.demo.scans import PHRASE, Scan, make_scans, signed_copy
from archivist.cli.demo.sheets import samples
from archivist.config import SIGNED_INK
from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render.qr import qr_png
from archivist.ingest.matching.signed_copy import unsigned_form
from archivist.model.document_code import DocumentCode, OfficeKey
from archivist.model.facts import parse_facts, people, single
from archivist.model.ids import ID_IN_TEXT, CaseNo, is_id, record_no
from archivist.reading.barcodes import read_codes
from archivist.reading.ocr import OcrEngine
from archivist.reading.pages import read_file

CASE_NUMBERS = {h.key: f"TJHQ-{h.category}-{h.opened_on.year}-{n:06}" for n, h in enumerate(households(), 1)}
PAYLOAD = DocumentCode(CaseNo.parse(CASE_NUMBERS["wang"]), "SQS", record_no(1)).payload(
    OfficeKey.of(b"office")
)
MAGIC = {
    ".pdf": b"%PDF-",
    ".jpg": b"\xff\xd8\xff",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".tif": b"II*\x00",
}


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> list[Scan]:
    """One set of dropped files."""
    form = issued_page(tmp_path_factory.mktemp("issued") / "form.pdf")
    return make_scans(CASE_NUMBERS, {"wang": form}, tmp_path_factory.mktemp("scans"))


def issued_page(path: Path) -> Path:
    """Write a page with two codes where our documents carry them."""
    sheet = Image.new("L", (1654, 2339), 255)
    code = Image.open(io.BytesIO(qr_png(PAYLOAD))).convert("L").resize((189, 189))
    for corner in ((1260, 55), (220, 2083)):
        sheet.paste(code, corner)
    sheet.save(path, resolution=200.0)
    return path


def codes_on(path: Path) -> list[tuple[str, float, float]]:
    """Return the codes on a picture: payload, x and y as shares of the page."""
    import numpy as np

    if path.suffix == ".pdf":
        import pypdfium2

        with pypdfium2.PdfDocument(path) as document:
            picture = np.ascontiguousarray(document[0].render(scale=200 / 72).to_numpy()[:, :, 2::-1])
    else:
        with Image.open(path) as image:
            picture = np.array(image.convert("RGB"), np.uint8)
    return [(code.payload, code.x, code.y) for code in read_codes(picture[:, :, ::-1])]


# ── the households ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("household", households(), ids=lambda h: h.key)
def test_every_household_is_accepted_as_it_is(household: DemoHousehold) -> None:
    facts = parse_facts(household.facts)
    groups = {
        "applicant",
        "members",
        "application",
        "incomes",
        "assets",
        "expenses",
        "account",
        "housing",
        "benefit",
    }
    assert groups <= set(facts)
    for _, person in people(facts):
        number = str(person["id_number"])
        assert is_id(number) and number.startswith("120106")
    applicant = single(facts, "applicant")
    assert str(applicant["birth_date"]).replace("-", "") == str(applicant["id_number"])[6:14]
    assert applicant["name"] == household.applicant


def test_the_households_show_what_names_and_categories_can_be() -> None:
    found = households()
    assert [h.category.value for h in found] == ["DB", "DB", "TK", "DX", "ZC", "DB"]
    names = [h.applicant for h in found]
    assert "王秀兰" in names
    assert any("·" in name for name in names)
    assert any(ord(char) > 0xFFFF for name in names for char in name)
    closed = [h for h in found if h.deregistered_on]
    assert [h.key for h in closed] == ["zhou"]
    assert closed[0].deregistered_on and closed[0].opened_on < closed[0].deregistered_on and closed[0].reason


def test_nobody_is_in_two_households() -> None:
    numbers = [{str(p["id_number"]) for _, p in people(parse_facts(h.facts))} for h in households()]
    assert sum(map(len, numbers)) == len(set().union(*numbers))


def test_the_office_is_a_valid_configuration() -> None:
    read = config.parse(config_toml())
    assert read.office.code == "TJHQ"
    assert read.pack == "tianjin-hongqiao"
    assert {"intake", "reviewer", "approver", "archivist", "appraiser", "witness"} <= {
        role for person in read.people for role in person.roles
    }


# ── the shipped pages ────────────────────────────────────────────────────────────────────────────────────
def test_the_samples_are_all_there_and_small() -> None:
    files = [file for file in SAMPLES.iterdir() if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 3_000_000
    keys = {h.key for h in households()} | {""}
    for sample in samples().values():
        with Image.open(SAMPLES / sample.file) as image:
            assert image.size == (1654, 2339)
        assert sample.household in keys
        assert sample.text


def test_each_page_names_one_household_only() -> None:
    by_number = {str(p["id_number"]): h.key for h in households() for _, p in people(parse_facts(h.facts))}
    for name, sample in samples().items():
        found = {by_number.get(n, "") for line in sample.text for n in ID_IN_TEXT.findall(line) if is_id(n)}
        assert found <= {sample.household}, name
        without = {"diagnosis", "register_1", "blank_form"}
        assert bool(found) != (name in without), name


def test_the_savings_book_hides_a_run_shaped_like_an_id_number() -> None:
    number = next(line for line in samples()["bank_card"].text if line.isdigit() and len(line) == 19)
    assert is_id(number[1:])
    assert not ID_IN_TEXT.search(number)


def test_the_phrase_stands_on_one_page_only() -> None:
    assert [name for name, sample in samples().items() if PHRASE in "".join(sample.text)] == ["letter"]


# ── the scans ────────────────────────────────────────────────────────────────────────────────────────────
def test_every_scan_is_a_file_of_its_kind(scans: list[Scan]) -> None:
    assert len({scan.path.name for scan in scans}) == len(scans) == 12
    for scan in scans:
        assert scan.path.read_bytes().startswith(MAGIC[scan.path.suffix]), scan.path.name
        assert scan.path.stat().st_size < 3_000_000
        assert bool(scan.document) == scan.filed
        if scan.path.suffix != ".pdf":
            with Image.open(scan.path) as image:
                image.load()
                assert image.mode == {".tif": "1", ".png": "L"}.get(scan.path.suffix, "RGB")


def test_the_pdfs_have_the_pages_they_should_and_one_cannot_be_opened(scans: list[Scan]) -> None:
    import pypdfium2

    for scan in (s for s in scans if s.path.suffix == ".pdf"):
        if scan.reason == "unreadable":
            with pytest.raises(pypdfium2.PdfiumError):
                pypdfium2.PdfDocument(scan.path)
        else:
            with pypdfium2.PdfDocument(scan.path) as document:
                assert len(document) == scan.pages
    assert max(scan.pages for scan in scans) == 3


def test_without_a_print_a_form_filled_in_by_hand_comes_instead(tmp_path: Path) -> None:
    """Where nothing makes a PDF the demo goes on all the same: the step that wants a signed form finds one."""
    made = make_scans(CASE_NUMBERS, {}, tmp_path)
    assert not any(scan.signed for scan in made)
    (form,) = [scan.path for scan in made if scan.path.name == "SCAN0016.jpg"]
    pages = read_file(form, OcrEngine).pages
    assert unsigned_form(Catalogue.load().get("application_form"), pages, SIGNED_INK) == ""


def test_one_scan_is_signed_and_its_code_reads_back_twice(scans: list[Scan]) -> None:
    (signed,) = [scan for scan in scans if scan.signed]
    found = codes_on(signed.path)
    assert [payload for payload, _, _ in found] == [PAYLOAD, PAYLOAD]
    (_, upper_x, upper_y), (_, lower_x, lower_y) = found
    assert upper_x > 0.8 and upper_y < 0.15
    assert lower_x < 0.2 and lower_y > 0.85


def test_what_is_expected_covers_every_case(scans: list[Scan]) -> None:
    assert {scan.reason for scan in scans} == {"", "no_case", "unreadable"}
    assert {scan.look for scan in scans} == {
        "scanned",
        "noisy",
        "photographed",
        "black_and_white",
        "truncated",
    }
    assert {scan.household for scan in scans} == {"", "wang", "gulnar", "zhao", "sun", "chen"}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    form = issued_page(tmp_path / "form.png")
    first, second = (signed_copy(form, tmp_path / f"{name}.pdf", seed=3) for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".pdf"])
def test_a_form_comes_back_signed(tmp_path: Path, suffix: str) -> None:
    form = issued_page(tmp_path / "form.png")
    scanned = signed_copy(form, tmp_path / f"SCAN0021{suffix}")
    assert scanned.read_bytes().startswith(MAGIC[suffix])
    if suffix != ".pdf":
        assert {payload for payload, _, _ in codes_on(scanned)} == {PAYLOAD}


def test_all_pages_of_a_pdf_come_back_and_one_is_signed(scans: list[Scan], tmp_path: Path) -> None:
    import pypdfium2

    register = next(scan.path for scan in scans if scan.pages == 3)
    scanned = signed_copy(register, tmp_path / "SCAN0022.pdf")
    with pypdfium2.PdfDocument(scanned) as document:
        assert len(document) == 3
