"""Pages as files of their own: nothing lost, nothing else with them, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import Fit

from archivist.errors import UnreadableFile
from archivist.reading.page_extraction import assemble
from archivist.reading.reader_process import Reader
from tests.reading.files import PATIENT, form_pdf, scanned_pdf, text_pdf


def noise(seed: int, mode: str = "L") -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (60, 40, 3), np.uint8)).convert(mode)


def stack(path: Path, *modes: str) -> list[Image.Image]:
    frames = [noise(n, mode) for n, mode in enumerate(modes)]
    frames[0].save(path, save_all=True, append_images=frames[1:], dpi=(200, 200))
    return frames


def test_frames_of_a_tiff_lose_nothing(tmp_path: Path) -> None:
    """TIFF frames without re-encoding loss."""
    frames = stack(tmp_path / "a.tif", "1", "L", "RGB", "1")
    (one, two) = assemble(
        [[(tmp_path / "a.tif", [(4, 0), (1, 0)])], [(tmp_path / "a.tif", [(3, 90)])]], tmp_path
    )
    with Image.open(one) as made:
        assert getattr(made, "n_frames", 1) == 2 and made.tobytes() == frames[3].tobytes()
    with Image.open(two) as made:
        assert made.tobytes() == frames[2].rotate(-90, expand=True).tobytes()


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    """Deterministic bytes: same input → same bytes."""
    scanned_pdf(tmp_path / "a.pdf", *(noise(n) for n in range(3)))
    stack(tmp_path / "b.tif", "1", "1", "1")
    for name in ("a.pdf", "b.tif"):
        made = []
        for turn in ("one", "two"):
            folder = tmp_path / f"{name} {turn}"
            folder.mkdir()
            pieces = [[(tmp_path / name, [(1, 0), (3, 180)])]]
            made.append([p.read_bytes() for p in assemble(pieces, folder)])
        assert made[0] == made[1]


def test_pages_of_a_pdf_stay_as_they_are(tmp_path: Path) -> None:
    """PDF pages extracted losslessly."""
    scanned_pdf(tmp_path / "a.pdf", *(noise(n) for n in range(4)))
    (made,) = assemble([[(tmp_path / "a.pdf", [(3, 0), (2, 180)])]], tmp_path)
    before, after = PdfReader(tmp_path / "a.pdf").pages, PdfReader(made).pages
    assert [p.images[0].data for p in after] == [before[2].images[0].data, before[1].images[0].data]
    assert [p.rotation for p in after] == [0, 180]


def test_no_other_page_comes_along(tmp_path: Path) -> None:
    """Splitting must never separate pages such that a stranger's page gets filed: neither seen nor unseen."""
    text_pdf(tmp_path / "a.pdf", "the first", "that of a stranger")
    writer = PdfWriter(clone_from=tmp_path / "a.pdf")
    writer.add_annotation(0, Link(rect=(0, 0, 90, 90), target_page_index=1, fit=Fit.fit()))
    writer.add_outline_item(title="second", page_number=1)
    writer.write(tmp_path / "b.pdf")
    (made,) = assemble([[(tmp_path / "b.pdf", [(1, 0)])]], tmp_path)
    with pypdfium2.PdfDocument(made) as document:
        assert len(document) == 1
    assert made.read_bytes().count(b"/Type /Page\n") == 1
    assert (tmp_path / "b.pdf").read_bytes().count(b"/Type /Page\n") == 2


def test_a_form_to_fill_in_is_not_taken_apart(tmp_path: Path) -> None:
    form_pdf(tmp_path / "a.pdf", "样例")
    with pytest.raises(UnreadableFile, match="表单"):
        list(assemble([[(tmp_path / "a.pdf", [(1, 0)])]], tmp_path))


def test_files_of_any_kind_make_one_pdf(tmp_path: Path) -> None:
    """``review join A B …``: one PDF of several, in that order; a JPEG goes in as it is."""
    stack(tmp_path / "a.tif", "1", "RGB")
    noise(7, "RGB").save(tmp_path / "b.jpg", dpi=(100, 100))
    scanned_pdf(tmp_path / "c.pdf", noise(8))
    wanted = [
        [(tmp_path / "a.tif", [(2, 0)]), (tmp_path / "b.jpg", [(1, 0)]), (tmp_path / "c.pdf", [(1, 0)])]
    ]
    (made,) = assemble(wanted, tmp_path)
    pages = PdfReader(made).pages
    assert made.suffix == ".pdf" and len(pages) == 3
    assert (tmp_path / "b.jpg").read_bytes() in made.read_bytes()
    assert pages[0].images[0].image.tobytes() == noise(1, "RGB").tobytes()  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["a.jpg", "a.txt", "a.pdf"])
def test_what_cannot_be_taken_apart_is_refused_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(
        {"a.jpg": b"\xff\xd8\xff\xe0", "a.txt": b"words", "a.pdf": b"%PDF-1.4\n%%EOF"}[name]
    )
    with Reader(PATIENT) as reader, pytest.raises(UnreadableFile, match="拆不开"):
        reader.assemble([[(tmp_path / name, [(1, 0)])]], tmp_path)


def test_the_reading_process_takes_apart(tmp_path: Path) -> None:
    scanned_pdf(tmp_path / "a.pdf", *(noise(n) for n in range(3)))
    with Reader(PATIENT) as reader:
        made = reader.assemble([[(tmp_path / "a.pdf", [(n, 0)])] for n in (1, 2, 3)], tmp_path)
    assert [len(PdfReader(p).pages) for p in made] == [1, 1, 1]
