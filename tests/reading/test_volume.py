"""Files as plain sheets, and sheets as a volume: «numbers and stamp as outlines; Encrypted, CMYK, unembedded font: rasterise»; «stamp covers nothing; same bytes»."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pypdf import PdfReader

from archivist.errors import PasswordNeeded, UnreadableFile
from archivist.reading.formats.pdf import rendered
from archivist.reading.volume import outlines
from archivist.reading.volume.binding import bind
from archivist.reading.volume.parts import MM, BoundPart, MadeSheets, PlainSheet
from archivist.reading.volume.sheets import notice_sheets, plain_sheets
from archivist.reading.volume.stamps import GROWTH, INK, overlay, places
from tests import verapdf
from tests.reading.volume_files import BODY, HOSTILE, TITLE_AT_TOP, no_pages, picture, scan, user_locked
from tests.sampling import examples

SIX = ("Z109", "2024", "0007", "民政", "D3", "12")
DPI = 100


def sheets_of(folder: Path, name: str) -> MadeSheets:
    make, _, _ = HOSTILE[name]
    return plain_sheets(make(folder / name), folder / f"{name}.sheets.pdf", own=False)


def bound(made: Sequence[MadeSheets], target: Path, stamp: tuple[str, ...] = SIX) -> Path:
    parts, first = [], 1
    for n, one in enumerate(made, 1):
        parts.append(BoundPart(one.file, f"{n:04d} 样例", one.sheets, first, len(one.sheets), stamp))
        first += len(one.sheets)
    bind(parts, "Z109-DB·2024-D3-000001 样例", target)
    return target


def look(path: Path, number: int = 1) -> NDArray[np.uint8]:
    with rendered(path, path.name) as document:
        return document.picture(number, DPI / 72)


def test_every_file_is_there_page_for_page(tmp_path: Path) -> None:
    """«page count = catalogue»: whatever a file is, it has the pages that were counted; what may not stay as it is becomes a picture."""
    for name, (_, pages, pictured) in HOSTILE.items():
        if name == "poster.pdf":
            continue  # twenty-five million pixels: on the run with veraPDF
        made = sheets_of(tmp_path, name)
        assert len(made.sheets) == pages, name
        assert bool(made.pictured) is pictured, (name, made.pictured)


def test_what_nobody_can_open_is_said(tmp_path: Path) -> None:
    with pytest.raises(PasswordNeeded):
        plain_sheets(user_locked(tmp_path / "a.pdf"), tmp_path / "s.pdf", own=False)
    with pytest.raises(UnreadableFile):
        plain_sheets(no_pages(tmp_path / "b.pdf"), tmp_path / "t.pdf", own=False)
    made = notice_sheets(("第 0007 件", "其他材料"), 3, tmp_path / "n.pdf")
    assert len(made.sheets) == 3 and len(PdfReader(made.file).pages) == 3


@pytest.mark.parametrize(
    ("name", "upright"),
    [
        ("rotated-90.pdf", "width"),
        ("rotated-180.pdf", "height"),
        ("rotated-270.pdf", "width"),
        ("cropped.pdf", "height"),
    ],
)
def test_a_sheet_looks_as_its_page_did(tmp_path: Path, name: str, upright: str) -> None:
    """However a page is turned and cut: what was seen is seen, in the same place, and nothing else."""
    made = sheets_of(tmp_path, name)
    before, after = look(tmp_path / name), look(Path(made.file))
    assert before.shape == after.shape
    assert (abs(before.astype(int) - after) > 128).mean() < 0.005, "but for the edges"
    sheet = made.sheets[0]
    assert (sheet.width > sheet.height) is (upright == "width")
    assert "/Rotate" not in PdfReader(made.file).pages[0]


def _covered(plain: NDArray[np.uint8], over: NDArray[np.uint8], shift: int, grown: int) -> int:
    """Return how many pixels of ink look otherwise once number and stamp are drawn."""
    below = over[grown : grown + plain.shape[0], shift : shift + plain.shape[1]].astype(int)
    paper = np.median(plain, axis=(0, 1))
    ink = (abs(plain.astype(int) - paper) > INK).any(axis=2)
    return int((ink & (abs(below - plain).max(axis=2) > 60)).sum())


@pytest.mark.parametrize("seed", range(6))
def test_the_stamp_covers_nothing(tmp_path: Path, seed: int) -> None:
    """«title at the very top … stamp covers nothing»: wherever marks stand at the head of a page, not one pixel of them is drawn over."""
    chance = random.Random(seed)
    marks = [(x, y, x + chance.uniform(1, 60), y + chance.uniform(0.4, 8))
             for x, y in ((chance.uniform(2, 150), chance.uniform(1, 28)) for _ in range(seed))]  # fmt: skip
    page = picture(tmp_path / "page.png", scan(*marks, *BODY), dpi=(DPI, DPI))
    made = plain_sheets(page, tmp_path / "s.pdf", own=False)
    volume = bound([made], tmp_path / "v.pdf")
    plain, over = look(Path(made.file)), look(volume)
    grown = over.shape[0] - plain.shape[0]
    assert grown in (0, round(GROWTH * DPI / 72), round(GROWTH * DPI / 72) + 1)
    assert _covered(plain, over, 0, grown) == 0
    red = (over[:, :, 2].astype(int) - over[:, :, 0]) > 80
    assert red.sum() > 300, "the stamp is there"


def test_where_the_stamp_goes(tmp_path: Path) -> None:
    """«top centre 9 mm … Ink there: left, right, else the page grows 20 mm»."""
    centre, left, right = TITLE_AT_TOP, (13.0, 12.0, 50.0, 20.0), (140.0, 12.0, 182.0, 20.0)
    middle = (85.0, 12.0, 125.0, 20.0)
    for marks, expected, grows in (
        ((), 0, False), ((middle,), 1, False), ((middle, left), 2, False), ((centre, left, right), None, True),
    ):  # fmt: skip
        name = f"{len(marks)}{expected}"
        made = plain_sheets(
            picture(tmp_path / f"{name}.png", scan(*marks, *BODY), dpi=(DPI, DPI)),
            tmp_path / f"{name}.pdf",
            own=False,
        )
        sheet = made.sheets[0]
        assert (sheet.places.index(True) if any(sheet.places) else None) == expected, marks
        assert (overlay(sheet, 1, SIX)[1] > 0) is grows
        box = places(sheet.width)[0]
        assert (round(box.top / MM), round(box.width / MM), round(box.height / MM)) == (9, 45, 16)


def test_the_number_stands_twelve_millimetres_from_the_corner(tmp_path: Path) -> None:
    """«page numbers top right 12 mm»."""
    volume = bound([sheets_of(tmp_path, "twenty.tif")], tmp_path / "v.pdf", ())
    page = look(volume, 20)
    dark = np.argwhere(page.max(axis=2) < 100)
    head = dark[dark[:, 0] < 20 / 25.4 * DPI]
    (top, _), (bottom, right) = head.min(axis=0), head.max(axis=0)
    assert abs(bottom + 1 - 12 / 25.4 * DPI) <= 1.5
    assert abs(page.shape[1] - right - 1 - 12 / 25.4 * DPI) <= 2.5
    assert 2.5 <= (bottom - top + 1) / DPI * 25.4 <= 4


def test_the_same_sheets_give_the_same_bytes(tmp_path: Path) -> None:
    """«the same input gives the same bytes», from the files on."""
    made = []
    for n in ("one", "two"):
        folder = tmp_path / n
        folder.mkdir()
        parts = [
            sheets_of(folder, name) for name in ("unembedded.pdf", "turned.jpg", "narrow.pdf", "damaged.pdf")
        ]
        made.append(bound(parts, folder / "v.pdf").read_bytes())
    assert made[0] == made[1]


def test_a_bookmark_for_each_item_and_nothing_that_acts(tmp_path: Path) -> None:
    """«a bookmark per item»; no fonts of our own, one OutputIntent, our own metadata, an identifier."""
    parts = [
        sheets_of(tmp_path, "plain.pdf"),
        sheets_of(tmp_path, "twenty.tif"),
        sheets_of(tmp_path, "form.pdf"),
    ]
    reader = PdfReader(bound(parts, tmp_path / "v.pdf"))
    marks = [
        (str(one["/Title"]), reader.get_destination_page_number(one))
        for one in reader.outline
        if isinstance(one, dict)
    ]
    assert marks == [("0001 样例", 0), ("0002 样例", 1), ("0003 样例", 21)]
    root: Any = reader.root_object
    assert not root.keys() & {"/AcroForm", "/OpenAction", "/AA", "/Names"}
    assert len(root["/OutputIntents"]) == 1
    assert reader.metadata is None and "/ID" in reader.trailer
    assert all("/Font" not in page.get("/Resources", {}) and "/Annots" not in page for page in reader.pages)


def test_three_hundred_items(tmp_path: Path) -> None:
    """«300 items»: every page has its number, and the last one is 300."""
    one = sheets_of(tmp_path, "plain.pdf")
    reader = PdfReader(bound([one] * 300, tmp_path / "v.pdf"))
    assert len(reader.pages) == 300 == len(reader.outline)


@given(
    st.floats(40, 900).map(lambda mm: mm * MM),
    st.tuples(*[st.booleans()] * 3),
    st.booleans(),
    st.integers(1, 999_999),
)
@settings(max_examples=examples(20, 60))
def test_nothing_is_drawn_off_the_sheet(
    width: float, free: tuple[bool, bool, bool], corner: bool, number: int
) -> None:
    """Whatever size a sheet has: stamp and number stand on it, and beside one another."""
    width = max(width, 120 * MM)
    drawing, growth = overlay(PlainSheet(width, 400.0, free, corner), number, SIX)
    points = [float(v) for line in drawing.split("\n") for v in _xs(line)]
    assert min(points) >= 0 and max(points) <= width
    assert growth in (0, GROWTH) and (growth == GROWTH) is (not any(free) or not corner)


def _xs(line: str) -> list[str]:
    words = line.split()
    found: list[str] = []
    held: list[str] = []
    for word in words:
        if word in ("m", "l", "c"):
            found += held[::2]
        held = [] if word.isalpha() else [*held, word]
    return found


def test_a_character_without_outline_leaves_a_sign() -> None:
    """«For any other character stands 〓»."""
    assert outlines.drawn("㐀", 0, 0, 10) == outlines.drawn("〓", 0, 0, 10) != ""
    assert outlines.width("档号：Z109-DB·2024-D3-000001（一），", 10) > 100


def test_vera_pdf_accepts_the_hostile_set(tmp_path: Path) -> None:
    """«veraPDF accepts every volume PDF … of a hostile set (encrypted, CMYK, unembedded fonts, mixed sizes)»; and it can refuse."""
    verapdf.require()
    volume = bound([sheets_of(tmp_path, name) for name in HOSTILE], tmp_path / "volume.pdf")
    made = notice_sheets(("第 0007 件", "PDF 加了密码，打不开"), 2, tmp_path / "n.pdf")
    notice = bound([made], tmp_path / "notice.pdf", ("Z109-DB·2024-D3-000001",))
    refused = tmp_path / "unembedded.pdf"
    assert set(verapdf.objections([volume, notice, refused])) == {refused.name}
