"""A form that was printed, signed at its places and scanned: what comes back of a paper that people sign."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pypdfium2

from archivist.cli.demo import paper, sheets
from archivist.documents.render.pdf import to_pdf

_LABELS: Final = ("（签名）", "（签名、盖章）")


def signed_everywhere(
    document: Path, out: Path, *, chosen: Callable[[int], bool] = lambda _n: True, seed: int = 7
) -> Path:
    """Print a form, sign it at its places, scan it.

    Args:
        document: the ``.docx``.
        out: the ``.pdf`` to write.
        chosen: which of its places, counted from 0, are signed.
        seed: of pen and scanner.
    """
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as work:
        (printed,) = to_pdf([document], Path(work))
        pages, _, _ = sheets.printed(printed)
        count = 0
        with pypdfium2.PdfDocument(printed) as pdf:
            for drawn, page in zip(pages, pdf, strict=True):
                written = page.get_textpage()
                wide, high = page.get_size()
                mm = sheets.A4_MM[0] / wide  # a sheet is drawn that wide, whichever way it lies
                for label in _LABELS:
                    search = written.search(label)
                    while hit := search.get_next():
                        _, bottom, right, top = written.get_charbox(hit[0] + len(label) - 1)
                        place = {
                            "x_mm": right * mm + 10,
                            "y_mm": (high - (bottom + top) / 2) * mm - 1,
                            "size_mm": 24.0,
                        }
                        if chosen(count):
                            paper.scribble(drawn, place, sheets.DPI, rng)
                        count += 1
    sheets.save([paper.scan(sheet, 0.4, 4.0, rng) for sheet in pages], out)
    return out
