"""Where the lines stand is kept, whatever the text holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archivist.reading.line_boxes import PlacedPage, pack_lines, unpack_lines
from archivist.reading.pages import PageText, TextLine, failed_page

SHARES = st.integers(0, 1000).map(lambda n: n / 1000)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    str.split
)
LINES = st.builds(TextLine, WORDS, st.just(1.0), SHARES, SHARES, SHARES, SHARES)


@st.composite
def read_pages(draw: st.DrawFn) -> tuple[PageText, ...]:
    lines = draw(st.lists(st.lists(LINES, max_size=4), min_size=1, max_size=4))
    return tuple(
        PageText(
            number, "", (), "ocr", 0.9, draw(st.sampled_from((0, 90, 180, 270))), 1, 1, lines=tuple(some)
        )
        for number, some in enumerate(lines, 1)
    )


@given(read_pages())
def test_every_line_comes_back_with_its_box(pages: tuple[PageText, ...]) -> None:
    """“for every OCR page the line boxes are kept beside the text”, page by page, in reading order."""
    data = pack_lines(pages)
    if not any(page.lines for page in pages):
        assert data == b""
    else:
        assert unpack_lines(data) == tuple(PlacedPage(page.rotation, page.lines) for page in pages)


def test_a_page_that_was_not_recognised_keeps_the_count() -> None:
    line = TextLine("申请书", 0.98, 0.1, 0.05, 0.4, 0.08)
    read = PageText(2, "申请书", (), "ocr", 0.98, 90, 100, 200, lines=(line,))
    pages = unpack_lines(pack_lines([failed_page(1, "损坏"), read]))
    assert [len(page.lines) for page in pages] == [0, 1]
    assert pack_lines([failed_page(1, "损坏"), read]) == "lines 1\n0\f90\n100 50 400 80 申请书".encode()


def test_what_another_version_wrote_is_no_error() -> None:
    assert unpack_lines(b"") == unpack_lines(b"lines 2\n0") == unpack_lines(b"lines 1\nx") == ()
