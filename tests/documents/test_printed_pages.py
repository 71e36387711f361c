"""The layout gate: every paper of every pack as it is printed, looked at page by page (``documents/render/page_check.py``).

Many at one start of LibreOffice; a short run takes a seeded fifth, ``make long`` all, and what it found is a table in ``docs/printed-pages.md``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from archivist.documents.render.page_check import PageFault, check_pages
from archivist.documents.render.pdf import to_pdf
from archivist.rules.layers import available
from tests import verapdf
from tests.documents.printed import papers
from tests.documents.types.every import NAMES
from tests.sampling import sweep

pytestmark = pytest.mark.libreoffice
REPORT: Final = "ARCHIVIST_PAGE_REPORT"
NATION: Final = "national"
EACH: Final = 12
"""Types of one lot: with three households some thirty papers at one start of LibreOffice."""
LOTS: Final = [
    pytest.param(
        pack, NAMES[start : start + EACH], id=f"{pack}-{NAMES[start]}",
        # Of a long run the lots of all packs; a short one draws from those of the nation, whose list of faults is whole.
        marks=sweep(1 / 5, "printed pages") if pack == NATION else sweep(0.0, "printed pages of a place"),
    )
    for pack in available()
    for start in range(0, len(NAMES), EACH)
]  # fmt: skip

OUTSTANDING: Final[Mapping[str, frozenset[PageFault]]] = {
    # Columns of lists that are narrower than a case number beside its name.
    "fund_disbursement_detail": frozenset({PageFault.BROKEN_NUMBER}),
    "monthly_roster": frozenset({PageFault.BROKEN_NUMBER, PageFault.STUB_LINE}),
    "quick_relief_register": frozenset({PageFault.BROKEN_NUMBER, PageFault.STUB_LINE}),
    "recovery_register": frozenset({PageFault.BROKEN_NUMBER, PageFault.STUB_LINE}),
    "rectification_report": frozenset({PageFault.BROKEN_NUMBER}),
    "temp_assistance_monthly_summary": frozenset({PageFault.BROKEN_NUMBER}),
    # One character too many for a line; the letters with the longest names alone.
    "retention_schedule": frozenset({PageFault.STUB_LINE}),
    "neighbor_interview": frozenset({PageFault.STUB_LINE}),
    "objection_reply": frozenset({PageFault.STUB_LINE}),
}
"""What is known to be wrong still, by type; a long run asks that it is wrong, so that what is mended leaves the list."""


@pytest.mark.parametrize(("pack", "names"), LOTS)
def test_nothing_is_wrong_on_any_printed_page(pack: str, names: tuple[str, ...], tmp_path: Path) -> None:
    """The layout gate.

    «no last page with fewer than four lines, no line of one or two characters, no number, date, phone or case number broken,
    no signature alone, header and QR never touching, captions whole, the two QR codes readable at 200 dpi 1-bit, each mandatory
    value and phrase visible on the page, fonts as asked or honestly substituted».
    """
    made = {paper.name: paper for paper in papers(pack, names)}
    for paper in made.values():
        (tmp_path / f"{paper.name}.docx").write_bytes(paper.data)
    pdfs = to_pdf([tmp_path / f"{name}.docx" for name in made], tmp_path / "pdf")
    found = {
        pdf.stem: check_pages(pdf, visible=made[pdf.stem].wanted, code=made[pdf.stem].code) for pdf in pdfs
    }
    _report(pack, {name: Counter(finding.fault.value for finding in said) for name, said in found.items()})
    assert [
        f"{name}：{finding}"
        for name, said in found.items()
        for finding in said
        if finding.fault not in OUTSTANDING.get(name.partition("-")[0], ())
    ] == []


@sweep(1 / 4)
@pytest.mark.parametrize("name", OUTSTANDING)
def test_what_is_listed_as_wrong_is_wrong(name: str, tmp_path: Path) -> None:
    """«no 合格 without evidence»: a type that was mended leaves the list."""
    made = {paper.name: paper for pack in (NATION, "tianjin-hongqiao") for paper in papers(pack, (name,))}
    for paper in made.values():
        (tmp_path / f"{paper.name}.docx").write_bytes(paper.data)
    pdfs = to_pdf([tmp_path / f"{paper}.docx" for paper in made], tmp_path / "pdf")
    found = [check_pages(pdf, visible=made[pdf.stem].wanted, code=made[pdf.stem].code) for pdf in pdfs]
    assert {finding.fault for said in found for finding in said} & OUTSTANDING[name]


def _report(pack: str, found: Mapping[str, Counter[str]]) -> None:
    """Add what was found to the folder the long run names."""
    if folder := os.environ.get(REPORT):
        Path(folder).mkdir(parents=True, exist_ok=True)
        told = json.dumps(found, ensure_ascii=False)
        Path(folder, f"{pack}-{next(iter(found), 'none')}.json").write_text(told, encoding="utf-8")


@sweep(1 / 5)
@pytest.mark.parametrize(
    "names", [NAMES[start : start + EACH] for start in range(0, len(NAMES), EACH)], ids=lambda n: n[0]
)
def test_the_pdf_of_every_type_is_pdf_a(names: tuple[str, ...], tmp_path: Path) -> None:
    """«PDF/A-2b, tagged, with title, language and no machine names, validated by veraPDF over all types»."""
    verapdf.require()
    files = []
    for paper in papers("national", names):
        if paper.name.endswith("-ordinary"):
            files.append(tmp_path / f"{paper.name}.docx")
            files[-1].write_bytes(paper.data)
    assert verapdf.objections(to_pdf(files, tmp_path / "pdf")) == {}
