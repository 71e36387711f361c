"""Our own documents: issued by the program, turned into PDF by one LibreOffice, printed, and signed with a pen."""

from __future__ import annotations

import getpass
import hashlib
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import pypdfium2

from archivist.cli.demo import paper
from archivist.documents.render import pdf as pdf_maker
from archivist.issuing.case_documents import issue, plan
from archivist.model.ids import CaseNo, RecordNo
from archivist.workspace import Workspace
from benchmarks.filing_quality.households import Town
from benchmarks.filing_quality.scans import DPI
from tests.kit import BY, TODAY

if TYPE_CHECKING:
    from archivist.cli.demo.paper import Generator, Picture

CACHE: Final = Path(tempfile.gettempdir()) / f"archivist-filing-quality-{getpass.getuser()}"
"""PDFs by the digest of their document: the same seed needs LibreOffice once."""
_SIGNED: Final = re.compile(r"签名|签字|签章|签收|指印|接收人|代签")
_LEFT_BLANK: Final = re.compile(r"监护|代签|代收|拒")
"""Places that stay blank when the person signs for himself."""
_LINE_MM: Final = 7.0
"""A straight stroke of this length is a line of a table, not of a character."""
_FULL: Final = 0.012
"""A box with a larger share of ink has print in it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One issued document that waits for its signed copy."""

    household: str
    case: CaseNo
    record: RecordNo
    type: str
    payload: str
    docx: Path
    pdf: Path

    @property
    def pages(self) -> int:
        """The number of its sheets."""
        with pypdfium2.PdfDocument(self.pdf) as document:
            return len(document)


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a sheet, px."""

    x: int
    y: int
    width: int
    height: int


def issue_forms(workspace: Workspace, town: Town, wanted: Sequence[tuple[str, str]]) -> list[Form]:
    """Issue one document for each (household, document type), in that order, and make their PDFs.

    Raises:
        ValueError: the program refuses one: it cannot be asked for of this household.
    """
    issued: list[tuple[str, str, Any]] = []
    for key, kind in wanted:
        number = town.numbers[key]
        todo = plan(workspace, BY, workspace.catalogue.get(kind), [number], {}, on=TODAY)
        done = issue(workspace, BY, todo)
        if not done.issued:
            raise ValueError(f"{kind} for {key}: {done.refused[0].error}")
        issued.append((key, kind, done.issued[0]))
    pdfs = _pdfs([made.files[0] for _, _, made in issued])
    return [
        Form(
            key, made.case, made.record, kind,
            str(workspace.archive.read(made.case).records[made.record].data["code"]), made.files[0], pdf,
        )
        for (key, kind, made), pdf in zip(issued, pdfs, strict=True)
    ]  # fmt: skip


def _pdfs(documents: Sequence[Path]) -> list[Path]:
    if not documents:
        return []
    CACHE.mkdir(mode=0o700, exist_ok=True)
    digests = [hashlib.sha256(d.read_bytes()).hexdigest() for d in documents]
    made = [CACHE / f"{digest}.pdf" for digest in digests]
    lacking = {
        d: document for d, document, pdf in zip(digests, documents, made, strict=True) if not pdf.exists()
    }
    with tempfile.TemporaryDirectory() as work:
        copies = []
        for digest, document in lacking.items():
            copies.append(Path(work) / f"{digest}.docx")
            copies[-1].write_bytes(document.read_bytes())
        pdf_maker.to_pdf(copies, CACHE)
    return made


def print_out(form: Form) -> list[Picture]:
    """Return the sheets as they leave the printer: RGB, 200 dpi."""
    with pypdfium2.PdfDocument(form.pdf) as document:
        return [np.array(p.render(scale=DPI / 72).to_numpy()[:, :, 2::-1], np.uint8) for p in document]


def signed_print_out(form: Form, rng: Generator) -> list[Picture]:
    """Return the sheets with a pen line in each box that is signed by whoever signs for himself.

    Raises:
        ValueError: no place for a signature was found on any sheet; the drawing, not the form, is at fault.
    """
    sheets, signed = print_out(form), 0
    with pypdfium2.PdfDocument(form.pdf) as document:
        for sheet, page in zip(sheets, document, strict=True):
            for box in signature_boxes(sheet, page):
                _write(sheet, box, rng)
                signed += 1
    if not signed:
        raise ValueError(f"no place to sign found on {form.type}")
    return sheets


def _write(sheet: Picture, box: Box, rng: Generator) -> None:
    mm = 25.4 / DPI
    length = min(box.width * mm * 0.8, 26.0)
    place = {
        "x_mm": box.x * mm + (box.width * mm - length) * float(rng.uniform(0.2, 0.6)),
        "y_mm": (box.y + box.height * float(rng.uniform(0.55, 0.7))) * mm,
        "size_mm": length,
    }
    paper.scribble(sheet, place, DPI, rng)


def signature_boxes(sheet: Picture, page: Any) -> list[Box]:
    """Return the empty boxes of a page that are signed: beside their label, or all those under it.

    Args:
        sheet: the page as printed.
        page: the same page of the PDF.
    """
    regions, ink = _regions(sheet)
    boxes: list[Box] = []
    for x, y, colon in _labels(page, sheet.shape):
        number = int(regions[y, x])
        if number == _outside(regions):
            if colon:  # a line of its own: 告知人（签名）：
                boxes.append(Box(x + 60, y - 30, 260, 60))
            continue
        label = _box(regions, number)
        if _LEFT_BLANK.search(_text_in(page, sheet.shape, label)):
            continue
        boxes += _beside(regions, ink, label) or _below(regions, ink, label)
    return list(dict.fromkeys(boxes))


def _labels(page: Any, shape: Sequence[int]) -> list[tuple[int, int, bool]]:
    """Return where words beside which people sign end (px), and whether a colon follows."""
    text = page.get_textpage()
    whole = text.get_text_range()
    scale = shape[1] / page.get_width()
    found = []
    for match in _SIGNED.finditer(whole):
        left, bottom, right, top = text.get_charbox(match.end() - 1)
        x, y = (left + right) / 2 * scale, (page.get_height() - (bottom + top) / 2) * scale
        found.append((int(x), int(y), whole[match.end() : match.end() + 2].lstrip("）)").startswith("：")))
    return found


def _text_in(page: Any, shape: Sequence[int], box: Box) -> str:
    scale, height = shape[1] / page.get_width(), page.get_height()
    return str(
        page.get_textpage().get_text_bounded(
            box.x / scale,
            height - (box.y + box.height) / scale,
            (box.x + box.width) / scale,
            height - box.y / scale,
        )
    )


def _regions(sheet: Picture) -> tuple[Any, Any]:
    """Return the number of the table cell each px lies in (what is outside has one number), and where ink is."""
    ink = (cv2.cvtColor(sheet, cv2.COLOR_RGB2GRAY) < 140).astype(np.uint8)
    length = paper.px(_LINE_MM, DPI)
    across, down = (
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(stroke, np.uint8))
        for stroke in ((1, length), (length, 1))
    )
    lines = cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))
    _, regions = cv2.connectedComponents(1 - lines, connectivity=4)
    return regions, ink


def _outside(regions: Any) -> int:
    return int(regions[5, 5])


def _box(regions: Any, number: int) -> Box:
    ys, xs = np.nonzero(regions == number)
    return Box(int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)


def _beside(regions: Any, ink: Any, box: Box) -> list[Box]:
    """Return the box right of a label, or its right part where words stand before the signature; else nothing."""
    found = _next(regions, box.x + box.width + 8, box.y + box.height // 2)
    if found is None:
        return []
    end = Box(found.x + found.width * 2 // 3, found.y, found.width // 3, found.height)
    wide = found.width > paper.px(60, DPI)
    return [place for place in (found, *([end] if wide else [])) if _empty(ink, place)][:1]


def _below(regions: Any, ink: Any, box: Box) -> list[Box]:
    """Return the empty boxes of the same column under a heading."""
    found: list[Box] = []
    last = box
    while (under := _next(regions, last.x + last.width // 2, last.y + last.height + 8)) and abs(
        under.width - box.width
    ) < 12:
        if not _empty(ink, under):
            break
        found.append(under)
        last = under
    return found


def _next(regions: Any, x: int, y: int) -> Box | None:
    if not (0 <= y < regions.shape[0] and 0 <= x < regions.shape[1]):
        return None
    number = int(regions[y, x])
    return None if number in (0, _outside(regions)) else _box(regions, number)


def _empty(ink: Any, box: Box) -> bool:
    inside = ink[box.y + 4 : box.y + box.height - 4, box.x + 4 : box.x + box.width - 4]
    return bool(inside.size and inside.mean() < _FULL)
