"""Makes the files that a clerk drops in the demo, from the sample pages: stamps, signs, skews, photographs them.

Needs neither a font nor anything outside the installed package. The same seed gives the same pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from archivist.cli.demo import paper, sheets

if TYPE_CHECKING:
    from archivist.cli.demo.paper import Generator, Picture

Look = Literal["scanned", "noisy", "photographed", "black_and_white", "truncated"]
Reason = Literal["", "no_case", "unreadable"]

PHRASE: Final = "漏雨的北墙"
"""Stands on exactly one of the pages, the photographed letter."""

LOOKS: Final[Mapping[Look, str]] = {
    "scanned": "扫描",
    "noisy": "歪斜、有噪点",
    "photographed": "手机拍照",
    "black_and_white": "黑白二值扫描",
    "truncated": "传输中断，文件残缺",
}
REASONS: Final[Mapping[Reason, str]] = {
    "": "",
    "no_case": "认不出是哪一户",
    "unreadable": "文件读不出来",
}


@dataclass(frozen=True, slots=True)
class Scan:
    """One dropped file and what should become of it.

    Attributes:
        path: the file.
        household: key of its household, empty when it belongs to nobody known.
        title: what the paper is, in Chinese.
        look: how it was taken.
        document: id of the document type it should be filed as; empty when it should wait in the review tray.
        reason: why it should wait in the review tray; empty when it should be filed.
        evidence: by what it can be recognised, in Chinese.
        pages: number of pages; 0 when nobody can tell.
        signed: whether it is a document issued in this run, with a pen line where it is signed.
    """

    path: Path
    household: str
    title: str
    look: Look
    document: str
    reason: Reason
    evidence: str
    pages: int = 1
    signed: bool = False

    @property
    def filed(self) -> bool:
        """Tell whether the file should end in a case, not in the review tray."""
        return not self.reason

    @property
    def expected(self) -> str:
        """The expected outcome in Chinese, for the demo's table."""
        return "归档" if self.filed else f"待认领：{REASONS[self.reason]}"


@dataclass(frozen=True, slots=True)
class _Recipe:
    name: str
    pages: tuple[str, ...]
    look: Look
    degrees: float
    evidence: str
    reason: Reason = ""
    title: str = ""
    issued: bool = False


_RECIPES: Final = (
    _Recipe("王秀兰 身份证.png", ("id_card",), "scanned", 0.6, "文件名中的姓名，页上的身份证号"),
    _Recipe(
        "20241121_093012.pdf",
        ("register_1", "register_2", "register_3"),
        "scanned",
        -0.8,
        "身份证号",
        title="户口簿",
    ),
    _Recipe("SCAN0012.jpg", ("verification_report",), "noisy", 1.7, "身份证号；落款压有红色印章"),
    _Recipe("SCAN0013.tif", ("wage_statement",), "black_and_white", -0.5, "身份证号"),
    _Recipe("IMG_20241121_101544.jpg", ("letter",), "photographed", 0.0, "身份证号"),
    _Recipe("SCAN0014.jpg", ("diagnosis",), "noisy", -2.3, "姓名加出生日期（页上没有身份证号）"),
    _Recipe("赵𬭊 存折.jpg", ("bank_card",), "scanned", 1.1, "身份证号；19 位账号里形似身份证号的一段不算"),
    _Recipe("SCAN0015.jpg", ("neighbour_visit",), "noisy", 2.4, "户号、身份证号"),
    _Recipe("扫描件(3).pdf", ("income_proof",), "scanned", -1.2, "身份证号"),
    _Recipe("SCAN0016.jpg", ("application_form",), "noisy", -1.4, "身份证号", issued=True),
    _Recipe("SCAN0017.jpg", ("stranger",), "scanned", 0.9, "身份证号不属于任何一户", "no_case"),
    _Recipe("SCAN0018.pdf", ("blank_form",), "truncated", 0.0, "残缺的 PDF", "unreadable", "残缺的 PDF"),
)


def make_scans(
    case_numbers: Mapping[str, str], issued: Mapping[str, Path], out: Path, seed: int = 7
) -> list[Scan]:
    """Write the files a clerk drops.

    Args:
        case_numbers: household key → case number, set on the page that has a blank for it.
        issued: household key → that household's issued application form, as PDF: it comes back printed, signed and
            scanned. Without one a form filled in and signed by hand comes instead, recognised by what stands on it.
        out: existing folder; the files are written side by side.
        seed: of all chance.
    """
    import numpy as np

    scans = []
    for number, recipe in enumerate(_RECIPES):
        rng = np.random.default_rng([seed, number])
        pages = [sheets.samples()[name] for name in recipe.pages]
        first = pages[0]
        form = issued.get(first.household) if recipe.issued else None
        if form is not None:
            path = signed_copy(form, (out / recipe.name).with_suffix(".pdf"), seed)
            count = sheets.page_count(path)
        else:
            path, count = out / recipe.name, len(pages)
            drawn = [
                sheets.sample_sheet(page, case_number=case_numbers.get(page.household, ""), rng=rng)
                for page in pages
            ]
            if recipe.issued:
                for place in first.places["sign"]:
                    paper.scribble(drawn[0], place, sheets.DPI, rng)
            sheets.save([_taken(sheet, recipe, rng) for sheet in drawn], path)
        if recipe.look == "truncated":
            sheets.cut_short(path)
            count = 0
        scans.append(
            Scan(
                path=path,
                household=first.household,
                title=recipe.title or first.title,
                look=recipe.look,
                document="" if recipe.reason else first.document,
                reason=recipe.reason,
                evidence="二维码" if form else recipe.evidence,
                pages=count,
                signed=form is not None,
            )
        )
    return scans


def _taken(sheet: Picture, recipe: _Recipe, rng: Generator) -> Picture:
    """Return what the scanner or the telephone makes of a sheet."""
    match recipe.look:
        case "photographed":
            return paper.photograph(sheet, rng)
        case "black_and_white":
            return paper.fax(sheet, recipe.degrees, rng)
        case "noisy":
            return paper.scan(sheet, recipe.degrees, 7.0, rng)
        case "scanned" | "truncated":
            return paper.scan(sheet, recipe.degrees + float(rng.uniform(-0.2, 0.2)), 2.5, rng)


def signed_copy(page: Path, out: Path, seed: int = 7) -> Path:
    """Write the scan of a document that was printed and signed: a pen line where it is signed, skew, noise.

    Args:
        page: the issued document: its PDF, or a picture of one page.
        out: the file to write; its suffix says the kind. Of several pages all go into a ``.pdf``, else the first only.
        seed: of all chance.
    """
    import numpy as np

    rng = np.random.default_rng([seed, 99])
    drawn, number, place = sheets.printed(page)
    paper.scribble(drawn[number], place, sheets.DPI, rng)
    sheets.save([paper.scan(sheet, float(rng.uniform(-1.5, 1.5)), 4.0, rng) for sheet in drawn], out)
    return out
