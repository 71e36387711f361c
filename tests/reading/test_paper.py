"""A page of paper as a whole: blank or not, signed or not, nearly the same as another."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from archivist.cli.demo import paper
from archivist.config import SIGNED_INK
from archivist.reading import ocr
from archivist.reading.fingerprint import differing_bits
from archivist.reading.pages import PageText, read_file
from archivist.reading.signatures import SEAL_OVER_DATE, _label
from tests.sampling import sweep

from . import files, pages

Picture = NDArray[np.uint8]
DPI = 200
HEIGHT, WIDTH = 2339, 1654


@cache
def engine() -> ocr.OcrEngine:
    return ocr.OcrEngine()


def no_engine() -> ocr.OcrEngine:
    raise AssertionError("recognition was not needed")


def empty() -> Picture:
    return np.full((HEIGHT, WIDTH, 3), 255, np.uint8)


def read(tmp_path: Path, picture: Picture, *, needs_engine: bool = True) -> PageText:
    path = tmp_path / "scan.png"
    Image.fromarray(picture).save(path)
    return read_file(path, engine if needs_engine else no_engine).pages[0]


# ── scanners ─────────────────────────────────────────────────────────────────────────────────────────────
def gray(sheet: Picture, noise: float = 4.0) -> Picture:
    scan = paper.scan(sheet, 0.8, noise, np.random.default_rng(2))
    return np.asarray(cv2.cvtColor(scan, cv2.COLOR_RGB2GRAY), np.uint8)


def colour(sheet: Picture) -> Picture:
    return paper.scan(sheet, -0.9, 4.0, np.random.default_rng(3))


def fax(sheet: Picture) -> Picture:
    return paper.fax(sheet, 0.8, np.random.default_rng(2))


def photo(sheet: Picture) -> Picture:
    return paper.photograph(sheet, np.random.default_rng(4))


LOOKS: dict[str, Callable[[Picture], Picture]] = {
    "gray": gray,
    "colour": colour,
    "1-bit": fax,
    "photo": photo,
}


# ── blank pages ──────────────────────────────────────────────────────────────────────────────────────────
def letter() -> Picture:
    """A page of print, with the pen line of a signature."""
    sheet = pages.letter(random.Random(7)).image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    drawn = np.array(sheet, np.uint8)
    paper.scribble(drawn, {"x_mm": 120.0, "y_mm": 200.0, "size_mm": 26.0}, DPI, np.random.default_rng(5))
    return drawn


def other_side(strength: float) -> Picture:
    """The print of the other side, showing through."""
    faint = 255 - (255 - letter()[:, ::-1].astype(np.float32)) * strength
    return np.asarray(cv2.GaussianBlur(faint.astype(np.uint8), (0, 0), 1.2), np.uint8)


def holes() -> Picture:
    scan = gray(empty())
    for y in (700, 1580):
        cv2.circle(scan, (70, y), 24, 40, -1)
    return scan


def shadows() -> Picture:
    scan = holes()
    scan[:, :14], scan[:10] = 60, 90
    return np.asarray(cv2.GaussianBlur(scan, (0, 0), 2), np.uint8)


def staple_and_streak() -> Picture:
    scan = gray(empty())
    cv2.line(scan, (60, 80), (140, 60), 70, 3)
    scan[:, 800] = 150
    return scan


def fold() -> Picture:
    scan = gray(empty())
    cv2.line(scan, (0, HEIGHT // 2), (WIDTH, HEIGHT // 2 + 4), 225, 6)
    return scan


def salt() -> Picture:
    scan = fax(empty()).copy()
    scan[np.random.default_rng(3).random(scan.shape) < 0.001] = 0
    return scan


def uneven_light() -> Picture:
    noise = np.random.default_rng(1).normal(0, 4, (HEIGHT, WIDTH))
    return np.clip(np.linspace(250, 195, WIDTH)[None] + noise, 0, 255).astype(np.uint8)


BARE: dict[str, Callable[[], Picture]] = {
    "white": lambda: np.full((HEIGHT, WIDTH), 255, np.uint8),
    "gray": lambda: gray(empty()),
    "much noise": lambda: gray(empty(), 10.0),
    "1-bit": lambda: fax(empty()),
    "1-bit with salt": salt,
    "punch holes": holes,
    "staple and streak": staple_and_streak,
    "fold": fold,
    "uneven light": uneven_light,
}
SHOWS_THROUGH: dict[str, Callable[[], Picture]] = {
    "shadows at the edges": shadows,
    "a little": lambda: gray(other_side(0.05)),
    "more": lambda: gray(other_side(0.12)),
    "thin paper": lambda: gray(other_side(0.25)),
}


@pytest.mark.parametrize("look", BARE)
def test_a_bare_back_is_blank_and_is_not_recognised(tmp_path: Path, look: str) -> None:
    """“a blank page is not OCRed further than necessary”."""
    page = read(tmp_path, BARE[look](), needs_engine=False)
    assert page.on_paper
    assert page.blank
    assert (page.text, page.source, page.score, page.rotation, page.lines) == ("", "none", None, 0, ())


@sweep(1 / 6)
@pytest.mark.parametrize("look", SHOWS_THROUGH)
def test_what_shows_through_is_not_on_the_page(tmp_path: Path, look: str) -> None:
    """“blank backs are recognised”: with the shadows and the other side's print that a scanner sees."""
    page = read(tmp_path, SHOWS_THROUGH[look]())
    assert page.blank
    assert page.text == ""


def pencil(level: int, length_mm: float = 26.0) -> Picture:
    """A signature in pencil, as dark as ``level``, on an otherwise empty page."""
    drawn = empty()
    place = {"x_mm": 120.0, "y_mm": 220.0, "size_mm": length_mm}
    paper.scribble(drawn, place, DPI, np.random.default_rng(6))
    sheet = empty()
    sheet[drawn.min(axis=2) < 200] = level
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 0.8), np.uint8)


def stamp() -> Picture:
    sheet = empty()
    for radius in (160, 60):
        cv2.circle(sheet, (1000, 1500), radius, (235, 120, 120), 7)
    return sheet


def words(text: str, level: int) -> Picture:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    ImageDraw.Draw(image).text((200, 300), text, font=pages.font("serif", 34), fill=(level,) * 3)
    return np.array(image, np.uint8)


def tick() -> Picture:
    sheet = empty()
    cv2.polylines(sheet, [np.array([[300, 400], [340, 440], [420, 340]], np.int32)], False, (30, 30, 120), 4)
    return sheet


WRITTEN: dict[str, Callable[[], Picture]] = {
    "faint pencil": lambda: gray(pencil(200)),
    "short pencil": lambda: gray(pencil(180, 12.0)),
    "pen in 1-bit": lambda: fax(pencil(60)),
    "pencil over what shows through": lambda: gray(np.minimum(pencil(150), other_side(0.12))),
    "faint stamp in gray": lambda: gray(stamp()),
    "faint stamp": lambda: colour(stamp()),
    "a tick": lambda: gray(tick()),
    "a page number": lambda: gray(words("2", 20)),
    "faded print": lambda: gray(words("收据 人民币叁佰元整", 225)),
    "a word": lambda: fax(words("同意", 20)),
}


@sweep(1 / 6)
@pytest.mark.parametrize("look", WRITTEN)
def test_whatever_somebody_put_there_is_not_blank(tmp_path: Path, look: str) -> None:
    """“must not call a page with a faint pencil signature or a stamp blank”."""
    page = read(tmp_path, WRITTEN[look]())
    assert page.on_paper
    assert not page.blank


def test_a_code_alone_is_not_blank(tmp_path: Path) -> None:
    sheet = empty()
    code = np.asarray(pages.code_picture("AV1-DB2024000123-SQB-1-3F", 5).convert("RGB"))
    sheet[150 : 150 + code.shape[0], 1200 : 1200 + code.shape[1]] = code
    page = read(tmp_path, gray(sheet))
    assert page.codes
    assert not page.blank


def test_a_dark_photograph_without_print_is_not_blank(tmp_path: Path) -> None:
    page = read(tmp_path, np.full((1200, 900, 3), 90, np.uint8))
    assert not page.blank


# ── signatures ───────────────────────────────────────────────────────────────────────────────────────────
def form() -> tuple[Picture, list[dict[str, float]]]:
    """A form with boxes beside, a column under, and a line behind the words that ask for a signature; where each is."""
    sheet = pages.Sheet()
    sheet.centre(330, "近亲属关系申明", size=20)
    sheet.paragraph(
        500, "申请最低生活保障，本人及共同生活的家庭成员与社会救助经办人员没有近亲属关系，现如实申明。"
    )
    rows = [
        ["申请人（签名或按指印）", "", "日期", "年　月　日"],
        ["经办机构接收人", "", "日期", "年　月　日"],
    ]
    lower = sheet.table(800, [560, 760, 260, 560], rows, height=150)
    heads = [["序号", "姓名", "承诺人签名", "日期"], ["1", "", "", ""], ["2", "", "", ""]]
    lower = sheet.table(lower + 120, [200, 500, 700, 500], heads, height=130)
    sheet.write(260, lower + 260, "告知人（签名）：", size=12)
    sheet.write(1500, lower + 260, "告知日期：　　年　月　日", size=12)
    mm = 25.4 / pages.DPI
    places = [
        {"x_mm": 780 * mm, "y_mm": 900 * mm, "size_mm": 26.0},
        {"x_mm": 900 * mm, "y_mm": 1390 * mm, "size_mm": 26.0},
        {"x_mm": 660 * mm, "y_mm": (lower + 250) * mm, "size_mm": 24.0},
    ]
    return np.array(sheet.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX), np.uint8), places


@sweep(1 / 6)
@pytest.mark.parametrize("look", LOOKS)
def test_an_unsigned_form_has_no_ink_where_one_signs(tmp_path: Path, look: str) -> None:
    """“an unsigned print-out gives ~0 on all its places”."""
    page = read(tmp_path, LOOKS[look](form()[0]))
    assert len(page.signature_places) >= 4
    assert max(place.ink for place in page.signature_places) < SIGNED_INK / 2, page.signature_places


@sweep(1 / 6)
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("which", range(3), ids=["box beside", "column under", "line behind"])
def test_a_signature_is_seen_where_it_is(tmp_path: Path, look: str, which: int) -> None:
    """“and a signed one > a threshold on at least one”: whichever place it is."""
    sheet, places = form()
    paper.scribble(sheet, places[which], DPI, np.random.default_rng(8))
    page = read(tmp_path, LOOKS[look](sheet))
    inked = [place for place in page.signature_places if place.ink > SIGNED_INK]
    assert len(inked) == 1, page.signature_places
    assert ("申请人（签名或按指印", "承诺人签名", "告知人（签名")[which] in inked[0].label


def test_a_page_that_lies_sideways_is_looked_at_upright(tmp_path: Path) -> None:
    sheet, places = form()
    paper.scribble(sheet, places[0], DPI, np.random.default_rng(8))
    page = read(tmp_path, np.rot90(gray(sheet)).copy())
    assert page.rotation == 90
    assert [place.ink > SIGNED_INK for place in page.signature_places].count(True) == 1
    title = next(line for line in page.lines if "近亲属" in line.text)
    assert title.top < 0.15
    assert title.left < 0.5 < title.right


@pytest.mark.parametrize("length", [0, 26, 38, 44], ids="{} mm".format)
def test_a_pen_is_seen_though_it_leaves_no_room_in_its_box(tmp_path: Path, length: int) -> None:
    """Recognition takes label and loops for one line, （签字）:6000000, up to the edge of the box: there somebody signed all the same."""
    sheet = pages.Sheet()
    sheet.centre(330, "社会救助申请书", size=20)
    mm = 25.4 / pages.DPI
    lower = sheet.table(800, [1900], [[""]], height=500)
    sheet.write(1160, lower - 300, "本人（签名）：", size=12)
    sheet.write(1160, lower - 130, "日期：2024年11月4日", size=12)
    drawn = np.array(sheet.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX), np.uint8)
    if length:
        place = {"x_mm": 1660 * mm, "y_mm": (lower - 280) * mm, "size_mm": float(length)}
        paper.scribble(drawn, place, DPI, np.random.default_rng(7))
    page = read(tmp_path, colour(drawn))
    assert any(place.ink > SIGNED_INK for place in page.signature_places) == bool(length), page.lines


def test_a_pen_that_begins_beside_its_label_is_seen(tmp_path: Path) -> None:
    """Recognition takes label and loops for one line, （签名）000: the pen runs on into the box all the same."""
    sheet = pages.Sheet()
    sheet.centre(330, "卷宗封面", size=20)
    sheet.table(800, [420, 760, 260, 560], [["立卷人（签名）", "", "立卷日期", ""]], height=150)
    drawn = np.array(sheet.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX), np.uint8)
    paper.scribble(drawn, {"x_mm": 52.0, "y_mm": 74.5, "size_mm": 34.0}, DPI, np.random.default_rng(4))
    (place,) = read(tmp_path, colour(drawn)).signature_places
    assert (place.ink > SIGNED_INK and place.label.endswith("签名）")) or place.label.endswith("签名)")


@pytest.mark.parametrize("rest", ["", "000", "）", "林经办", "6 8", "ww"])
def test_what_a_pen_leaves_in_a_label_s_line_hides_no_place(rest: str) -> None:
    assert _label(f"立卷人（签名）{rest}")


@pytest.mark.parametrize(
    "text", ["申请人签名确认内容", "签名日期2024", "逐人签字；不会写字的按指印，由经办人员见证并且"]
)
def test_print_behind_the_word_is_no_label(text: str) -> None:
    assert not _label(text)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_letter_is_sealed_over_its_date(tmp_path: Path, sealed: bool) -> None:
    """公章 stands over 成文日期 (GB/T 9704-2012, 7.3.5): no label asks for it, and the red head of the letter is none."""
    sheet = pages.letter(random.Random(4))
    sheet.write(1500, 3000, "2024年3月8日", size=16)
    if sealed:
        sheet.seal(1700, 2980, "某某街道办事处")
    page = read(
        tmp_path, colour(np.array(sheet.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX), np.uint8))
    )
    (place,) = (p for p in page.signature_places if p.label == SEAL_OVER_DATE)
    assert (place.ink > SIGNED_INK) == sealed, place


def test_prose_about_signing_is_no_place(tmp_path: Path) -> None:
    sheet = pages.Sheet()
    sheet.centre(330, "须知", size=20)
    sheet.paragraph(
        560, "承诺人逐人签名；无民事行为能力人由其监护人代签并注明关系，不会写字的按指印，由经办人员见证。"
    )
    page = read(tmp_path, np.array(sheet.image.convert("L"), np.uint8))
    assert page.signature_places == ()


def test_a_born_digital_page_has_no_places_and_is_not_paper(tmp_path: Path) -> None:
    """“false for born-digital PDF/docx”."""
    page = read_file(
        files.text_pdf(tmp_path / "a.pdf", "申请人（签名）：最低生活保障申请书"), no_engine
    ).pages[0]
    assert not page.on_paper
    assert not page.blank
    assert page.signature_places == ()
    assert page.fingerprint == ""


# ── likeness ─────────────────────────────────────────────────────────────────────────────────────────────
def test_two_scans_of_a_sheet_look_alike_and_two_sheets_do_not(tmp_path: Path) -> None:
    """“a 64-bit perceptual hash, near equal for another scan of the same page”."""
    drawn = {kind: pages.KINDS[kind](random.Random(3)).image for kind in ("application", "letter", "notice")}
    sheets = {
        k: np.array(i.resize((WIDTH, HEIGHT), Image.Resampling.BOX), np.uint8) for k, i in drawn.items()
    }
    prints = {
        (k, look): read(tmp_path, LOOKS[look](s)).fingerprint
        for k, s in sheets.items()
        for look in ("gray", "1-bit")
    }
    assert all(len(value) == 16 for value in prints.values())
    for kind in ("application", "letter"):
        assert differing_bits(prints[kind, "gray"], prints[kind, "1-bit"]) <= 14
    for one, other in (("application", "letter"), ("letter", "notice"), ("application", "notice")):
        assert differing_bits(prints[one, "gray"], prints[other, "gray"]) > 14
