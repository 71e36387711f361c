"""A scan and its text in one PDF: the picture untouched, the text where it stands, found by any viewer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

from archivist.errors import UnreadableFile
from archivist.reading.line_boxes import pack_lines
from archivist.reading.pages import PageText, TextLine
from archivist.reading.searchable_pdf import searchable_pdf
from tests import verapdf

from . import files

WIDTH, HEIGHT = 800, 1200
LINES = (
    TextLine("最低生活保障申请书", 0.99, 0.3, 0.1, 0.7, 0.13),
    TextLine("公民身份号码 120106195506150019", 0.99, 0.1, 0.8, 0.6, 0.82),
    TextLine("昝赟", 0.99, 0.65, 0.8, 0.75, 0.82),
)


def scan(turned: int) -> Image.Image:
    """An upright page with a dark box where each line stands, then laid so that it must be turned by ``turned`` clockwise."""
    page = Image.new("L", (WIDTH, HEIGHT), 250)
    for line in LINES:
        box = [line.left * WIDTH, line.top * HEIGHT, line.right * WIDTH, line.bottom * HEIGHT]
        ImageDraw.Draw(page).rectangle(box, fill=20)
    return page.rotate(turned, expand=True)  # Pillow turns counter-clockwise


def read_as(turned: int, number: int = 1) -> PageText:
    text = "\n".join(line.text for line in LINES)
    return PageText(number, text, (), "ocr", 0.99, turned, WIDTH, HEIGHT, on_paper=True, lines=LINES)


def made(path: Path, *pages: PageText) -> Path:
    target = path.with_name("found.pdf")
    searchable_pdf(path, pack_lines(pages), "申请书 <一>", target)
    return target


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".pdf"])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_text_stands_where_the_line_is_dark(tmp_path: Path, suffix: str, turned: int) -> None:
    """“scans as searchable PDF/A-2b (invisible text over the picture, from the kept boxes)”, whichever way up it lay."""
    path = tmp_path / f"a{suffix}"
    scan(turned).save(path)
    with pypdfium2.PdfDocument(made(path, read_as(turned))) as document:
        (page,) = document
        assert page.get_width() < page.get_height(), "shown upright"
        words = page.get_textpage()
        page.set_rotation(0)  # the places of characters are those on the sheet as it was made
        picture = page.render(scale=2, grayscale=True).to_numpy()
        for line in LINES:
            found = words.search(line.text).get_next()
            assert found, line.text
            for character in (found[0], found[0] + found[1] - 1):
                left, bottom, right, top = words.get_charbox(character)
                across, up = (left + right) / 2, (bottom + top) / 2
                assert picture[int(2 * (page.get_height() - up)), int(2 * across)] < 128, line.text


def test_a_jpeg_goes_in_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    scan(0).save(path, quality=60)
    page: Any = PdfReader(made(path, read_as(0))).pages[0]
    (image,) = page["/Resources"]["/XObject"].values()
    assert image.get_object()._data == path.read_bytes()


def test_it_is_marked_as_pdf_a(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    scan(0).save(path)
    target = made(path, read_as(0))
    assert target.read_bytes().startswith(b"%PDF-1.7")
    document = PdfReader(target)
    assert document.metadata is None or not document.metadata
    root: Any = document.root_object
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert "申请书 &lt;一&gt;" in metadata
    assert [intent.get_object()["/S"] for intent in root["/OutputIntents"]] == ["/GTS_PDFA1"]
    assert "/ID" in document.trailer


def test_vera_pdf_accepts_every_kind_of_scan(tmp_path: Path) -> None:
    """«PDF/A-2b, title, language; validated by veraPDF; honest about what cannot be tagged (scans)»."""
    verapdf.require()
    copies = []
    for n, (suffix, mode) in enumerate(
        [(".jpg", "RGB"), (".png", "RGB"), (".png", "L"), (".tif", "1"), (".pdf", "RGB")]
    ):
        path = tmp_path / f"{n}{suffix}"
        scan(0).convert(mode).save(path)
        copies.append(made(path, read_as(0)).rename(tmp_path / f"copy{n}.pdf"))
        root: Any = PdfReader(copies[-1]).root_object
        assert root["/Lang"] == "zh-CN" and root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert "/StructTreeRoot" not in root and "/MarkInfo" not in root, (
            "nobody knows what is a heading of a scan"
        )
    assert verapdf.objections(copies) == {}


def test_each_page_has_its_own_text(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    scan(0).save(path, save_all=True, append_images=[scan(180), scan(0)])
    blank = PageText(3, "", (), "none", None, 0, WIDTH, HEIGHT, on_paper=True, blank=True)
    with pypdfium2.PdfDocument(made(path, read_as(0), read_as(180, 2), blank)) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    assert [LINES[0].text in text for text in texts] == [True, True, False]


def test_without_known_lines_it_is_refused(tmp_path: Path) -> None:
    path = files.text_pdf(tmp_path / "a.pdf", "最低生活保障")
    with pytest.raises(UnreadableFile, match="文字位置"):
        searchable_pdf(path, b"lines 9\n", "", tmp_path / "b.pdf")
