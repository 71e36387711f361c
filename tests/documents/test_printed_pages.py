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

from archivist.documents.render.page_check import check_pages
from archivist.documents.render.pdf import to_pdf
from archivist.rules.layers import available
from tests import verapdf
from tests.documents.printed import papers, papers_of
from tests.documents.types.every import NAMES
from tests.sampling import sweep
from tools.page_report import SAME

pytestmark = pytest.mark.libreoffice
REPORT: Final = "ARCHIVIST_PAGE_REPORT"
EACH: Final = 12
"""Types of one lot: with three households some thirty papers at one start of LibreOffice."""
LOTS: Final = [
    pytest.param(
        pack, NAMES[start : start + EACH], id=f"{pack}-{NAMES[start]}",
        marks=sweep(1 / 5, "printed pages"),
    )
    for pack in available()
    for start in range(0, len(NAMES), EACH)
]  # fmt: skip


@pytest.mark.parametrize(("pack", "names"), LOTS)
def test_nothing_is_wrong_on_any_printed_page(pack: str, names: tuple[str, ...], tmp_path: Path) -> None:
    """The layout gate.

    «no last page with fewer than four lines, no line of one or two characters, no number, date, phone or case number broken,
    no signature alone, header and QR never touching, captions whole, the two QR codes readable at 200 dpi 1-bit, each mandatory
    value and phrase visible on the page, fonts as asked or honestly substituted».
    """
    own, same = papers_of(pack, names)
    made = {paper.name: paper for paper in own}
    for paper in made.values():
        (tmp_path / f"{paper.name}.docx").write_bytes(paper.data)
    pdfs = to_pdf([tmp_path / f"{name}.docx" for name in made], tmp_path / "pdf")
    found = {
        pdf.stem: check_pages(pdf, visible=made[pdf.stem].wanted, code=made[pdf.stem].code) for pdf in pdfs
    }
    _report(
        pack,
        names[0],
        {name: Counter(finding.fault.value for finding in said) for name, said in found.items()}
        | {paper.name: Counter({SAME: 1}) for paper in same},
    )
    assert [f"{name}：{finding}" for name, said in found.items() for finding in said] == []


def _report(pack: str, lot: str, found: Mapping[str, Counter[str]]) -> None:
    """Add what was found to the folder the long run names."""
    if folder := os.environ.get(REPORT):
        Path(folder).mkdir(parents=True, exist_ok=True)
        told = json.dumps(found, ensure_ascii=False)
        Path(folder, f"{pack}-{lot}.json").write_text(told, encoding="utf-8")


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
