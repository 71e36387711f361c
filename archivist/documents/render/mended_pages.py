"""Documents converted once more on whose pages a line was broken badly, or whose last page holds next to nothing.

Only those that need it, all at one start of LibreOffice; what is no better so stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archivist.documents.render.line_ends import SPARE, badly_set, with_line_ends
from archivist.documents.render.set_lines import few, set_lines, signs_alone
from archivist.documents.render.tightened import CLOSER, tightened
from archivist.reading.printed_layout import PrintedPage, printed_pages

Convert = Callable[[Sequence[Path]], None]
"""Makes the PDF of each ``.docx`` beside it."""
_WORTH_A_PAGE: Final = 6
"""Lines for which a last page is begun without trying to do with one page less."""
_ROUNDS: Final = 3
"""So often the line ends of a document are set."""


def mend(copies: Sequence[Path], *, convert: Convert) -> None:
    """Mend the pages of documents whose PDFs lie beside them; a document without a PDF is left out.

    Args:
        copies: ``.docx``; they may be another afterwards.
        convert: makes PDFs of some of them.
    """
    made = {copy: _pages(copy) for copy in copies if copy.with_suffix(".pdf").is_file()}
    _set_anew(made, convert)
    _draw_in(made, convert)


def _pages(copy: Path) -> list[PrintedPage]:
    return list(printed_pages(copy.with_suffix(".pdf"), drawn=False))


# ── line ends ────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class _Setting:
    """A document whose line ends are being set.

    Attributes:
        data: as it was converted first; ``pages`` what it became then.
        bad: how many of its paragraphs are broken badly in the best that was made; ``best`` that one and its PDF.
        spares: paragraph → how much narrower its lines are made.
        tried: the paragraphs whose ends are set now.
    """

    data: bytes
    pages: Sequence[PrintedPage]
    bad: int
    best: tuple[bytes, bytes]
    spares: dict[int, float] = field(default_factory=dict)
    tried: frozenset[int] = frozenset()

    def write(self, copy: Path) -> bool:
        """Write the document with other line ends; ``False`` where there are none to be set."""
        better = with_line_ends(self.data, self.pages, self.spares)
        if better is None:
            return False
        data, self.tried = better
        copy.write_bytes(data)
        return True

    def look(self, copy: Path, pages: Sequence[PrintedPage]) -> bool:
        """Keep what was made if it is the best so far, and tell whether a paragraph is to be set once more."""
        bad = badly_set(self.data, pages)
        if bad is not None and len(bad) < self.bad:
            self.bad, self.best = len(bad), (copy.read_bytes(), copy.with_suffix(".pdf").read_bytes())
        again = self.tried if bad is None else bad & self.tried
        for number in again:
            self.spares[number] = self.spares.get(number, 0.0) + SPARE
        return bool(again)


def _set_anew(made: dict[Path, list[PrintedPage]], convert: Convert) -> None:
    """Set the line ends of bad paragraphs; the lines of those that are bad again are made narrower the next time."""
    open_: dict[Path, _Setting] = {}
    for copy, pages in made.items():
        data = copy.read_bytes()
        if bad := badly_set(data, pages):
            open_[copy] = _Setting(data, pages, len(bad), (data, copy.with_suffix(".pdf").read_bytes()))
    every = dict(open_)
    for _ in range(_ROUNDS):
        open_ = {copy: one for copy, one in open_.items() if one.write(copy)}
        if not open_:
            break
        convert([*open_])
        for copy in open_:
            made[copy] = _pages(copy)
        open_ = {copy: one for copy, one in open_.items() if one.look(copy, made[copy])}
    for copy, one in every.items():
        if copy.read_bytes() != one.best[0]:
            copy.write_bytes(one.best[0])
            copy.with_suffix(".pdf").write_bytes(one.best[1])
            made[copy] = _pages(copy)


# ── the last page ────────────────────────────────────────────────────────────────────────────────────────
def _draw_in(made: dict[Path, list[PrintedPage]], convert: Convert) -> None:
    """Set lines closer where that saves a last page that holds next to nothing."""
    waste = {
        copy: (copy.read_bytes(), copy.with_suffix(".pdf").read_bytes(), len(pages))
        for copy, pages in made.items()
        if _wasteful(pages)
    }
    for share in CLOSER:
        if not waste:
            return
        for copy, (data, _, _) in waste.items():
            copy.write_bytes(tightened(data, share))
        convert([*waste])
        waste = {copy: was for copy, was in waste.items() if len(_pages(copy)) >= was[2]}
    for copy, (_, pdf, _) in waste.items():
        copy.with_suffix(".pdf").write_bytes(pdf)  # closer lines do not help it


def _wasteful(pages: Sequence[PrintedPage]) -> bool:
    lines = set_lines(pages[-1])
    return len(pages) > 1 and bool(lines) and (few(lines, _WORTH_A_PAGE) or signs_alone(lines))
