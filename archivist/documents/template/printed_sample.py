"""What a template looks like on paper: a sample of each is filled, made into a PDF and looked at page by page.

The file may pass every other check and print nonsense all the same: what decides is the page (``render/page_check.py``). Without
LibreOffice nothing is looked at, and that is said.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from archivist.doctypes.catalogue import REMEDY_PHRASES, DocumentType
from archivist.documents.render import pdf as pdf_maker
from archivist.documents.render import render as rendering
from archivist.documents.render.page_check import PageFault, check_pages, family
from archivist.documents.render.sample_values import specimen, typical
from archivist.documents.render.template_package import PARSER
from archivist.documents.render.visible_words import wanted_words
from archivist.errors import ArchivistError, PdfUnavailable
from archivist.model.ids import Category
from archivist.reading.printed_layout import printed_pages

CODE: Final = "AV1-TJHQDB2024000001-AAA1-00"
_LOT: Final = 30
"""Samples converted at one start of LibreOffice."""
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SCRIPTS: Final = ("ascii", "hAnsi", "eastAsia", "cs")
_FONT_PARTS: Final = ("word/document.xml", "word/styles.xml")
_OF_THE_SAMPLE: Final = frozenset({PageFault.SHORT_LAST_PAGE})
"""Faults that come of how much a sample says: the pages of a real paper end elsewhere."""


@dataclass
class PrintedSamples:
    """What was found on the pages of samples.

    Attributes:
        looked_at: ids of the types whose sample was looked at.
        faults: id → a line for each fault; none for those without.
        unlooked: id → why its sample was not looked at.
        fonts: font asked for → fonts that stand for it on the pages; it is its own where it is installed.
    """

    looked_at: list[str] = field(default_factory=list)
    faults: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unlooked: dict[str, str] = field(default_factory=dict)
    fonts: dict[str, set[str]] = field(default_factory=dict)


def printed_samples(
    templates: Sequence[tuple[DocumentType, Path]], progress: Callable[[int], None] | None = None
) -> PrintedSamples:
    """Print a sample of each template and look at its pages.

    Args:
        templates: those whose files have no fault.
        progress: told how many were looked at.
    """
    found = PrintedSamples()
    if not pdf_maker.available():
        found.unlooked = {doc.id: "没有找到 LibreOffice" for doc, _ in templates}
        return found
    for start in range(0, len(templates), _LOT):
        with tempfile.TemporaryDirectory(prefix="archivist-sample-", ignore_cleanup_errors=True) as work:
            _look_at(templates[start : start + _LOT], Path(work), found)
        if progress:
            progress(min(start + _LOT, len(templates)))
    return found


def _look_at(lot: Sequence[tuple[DocumentType, Path]], work: Path, found: PrintedSamples) -> None:
    sources: dict[str, Path] = {}
    for doc, template in lot:
        category = (doc.categories or (Category.DB,))[0]
        phrases = [phrase for phrase in doc.phrases if phrase not in REMEDY_PHRASES]  # no sample has a remedy
        try:
            data = rendering.render(
                template, specimen(doc, typical, category, rows=2), qr_payload=CODE, phrases=phrases
            )
        except ArchivistError as error:
            found.unlooked[doc.id] = error.what
            continue
        sources[doc.id] = work / f"{doc.id}.docx"
        sources[doc.id].write_bytes(data)
    made = _converted(sources, work / "pdf", found)
    for doc, template in lot:
        if (pdf := made.get(doc.id)) is None:
            continue
        asked = fonts_of(rendering.members_of(template))
        phrases = [phrase for phrase in doc.phrases if phrase not in REMEDY_PHRASES]
        wanted = wanted_words(sources[doc.id].read_bytes(), phrases)
        findings = check_pages(pdf, visible=wanted, code=CODE, fonts=(*asked, *pdf_maker.FONT_FALLBACKS))
        found.looked_at.append(doc.id)
        if told := tuple(
            dict.fromkeys(f"试印：{one}" for one in findings if one.fault not in _OF_THE_SAMPLE)
        ):
            found.faults[doc.id] = told
        for font, shown in _shown(asked, pdf).items():
            found.fonts.setdefault(font, set()).update(shown)


def _converted(sources: Mapping[str, Path], out: Path, found: PrintedSamples) -> dict[str, Path]:
    """Convert a lot at one start of LibreOffice; should that fail, one by one, so that one bad file stops one."""
    try:
        return dict(zip(sources, pdf_maker.to_pdf(list(sources.values()), out), strict=True))
    except PdfUnavailable:
        pass
    made = {}
    for name, source in sources.items():
        try:
            (made[name],) = pdf_maker.to_pdf([source], out)
        except PdfUnavailable as error:
            found.unlooked[name] = error.what
    return made


# ── fonts ────────────────────────────────────────────────────────────────────────────────────────────────
def fonts_of(members: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the fonts that a document asks for by name, the alphabet's order."""
    return tuple(sorted(set(_fonts_of(members[name] for name in _FONT_PARTS if name in members))))


def _fonts_of(parts: Iterable[bytes]) -> Iterator[str]:
    for part in parts:
        for fonts in etree.fromstring(part, PARSER).iter(f"{_W}rFonts"):
            yield from filter(None, (str(fonts.get(f"{_W}{script}") or "") for script in _SCRIPTS))


def _shown(asked: Sequence[str], pdf: Path) -> dict[str, set[str]]:
    """Return what stands on the pages for each font asked for; nothing where none of what is known may stand for it."""
    used = {
        family(piece.font): piece.font for page in printed_pages(pdf, drawn=False) for piece in page.pieces
    }
    shown: dict[str, set[str]] = {}
    for font in asked:
        names = (font, *pdf_maker.FONT_FALLBACKS.get(font, ()))
        shown[font] = set([name for name in names if family(name) in used][:1])
    return shown
