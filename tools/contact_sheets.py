"""Pictures of every document for three households, to be looked at page by page.

Run ``python -m tools.contact_sheets FOLDER [ID …]`` with a folder outside the repository. LibreOffice makes the pages;
each document and household gives one PNG with its pages side by side, four in a row.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2
from PIL import Image

from archivist.documents.render.pdf import to_pdf
from tests.documents.samples import HOUSEHOLDS
from tests.documents.types.every import NAMES, paper

SCALE = 1.4
"""Of 72 dpi: small type can just be read."""
IN_A_ROW = 4
GAP = 8
BATCH = 20


def main(argv: Sequence[str]) -> int:
    """Write the sheets and say how many pages each has."""
    folder, *wanted = argv
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    pairs = [(name, household) for name in wanted or NAMES for household in HOUSEHOLDS]
    with tempfile.TemporaryDirectory() as work:
        for start in range(0, len(pairs), BATCH):
            sources = []
            for name, household in pairs[start : start + BATCH]:
                source = Path(work, f"{name}-{household}.docx")
                source.write_bytes(paper(name, household).data)
                sources.append(source)
            for pdf in to_pdf(sources, Path(work, "pdf")):
                pages = list(_pages(pdf))
                _sheet(pages).save(out / f"{pdf.stem}.png", optimize=True)
                sys.stdout.write(f"{pdf.stem}: {len(pages)}\n")
    return 0


def _pages(pdf: Path) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            yield page.render(scale=SCALE, grayscale=False).to_pil()
    finally:
        document.close()


def _sheet(pages: Sequence[Image.Image]) -> Image.Image:
    width, height = (max(p.size[i] for p in pages) + GAP for i in (0, 1))
    columns = min(IN_A_ROW, len(pages))
    sheet = Image.new("RGB", (columns * width, -(-len(pages) // columns) * height), "gray")
    for n, page in enumerate(pages):
        sheet.paste(page, (n % columns * width, n // columns * height))
    return sheet


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
