"""Pages as pictures: made in the reading process alone, upright, with the places of their print."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from archivist.errors import FileTooLarge, FormatNotRead, UnreadableFile
from archivist.reading.picture_cache import PageSource, PictureCache
from archivist.reading.reader_process import Reader
from tests.people import WANG_ID


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One reading process for all."""
    with Reader() as made:
        yield made


def source(path: Path, page: int = 1, turn: int = 0) -> PageSource:
    """Return a page of a file of one household."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return PageSource("TJHQ-DB-2024-000001", path, digest, page, turn)


def picture(path: Path, size: tuple[int, int] = (2000, 1000)) -> Path:
    """Write a picture whose left half is dark."""
    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, size[0] // 2, size[1]))
    image.save(path)
    return path


def test_a_picture_is_no_wider_than_asked_and_turned_as_asked(tmp_path: Path, reader: Reader) -> None:
    """“Rotate: an angle kept as data, bytes untouched”: the picture is turned, the file is not."""
    scan = picture(tmp_path / "scan.png")
    before, cache = scan.read_bytes(), PictureCache(tmp_path / "index")
    plain, turned = cache.make(source(scan), 1240, reader), cache.make(source(scan, turn=90), 1240, reader)
    assert (plain.width, plain.height) == (1240, 620)
    assert turned.width / turned.height == pytest.approx(0.5, abs=0.01)
    with Image.open(turned.file) as shown:
        assert shown.format == "JPEG"
        top, low = shown.getpixel((500, 10)), shown.getpixel((500, shown.height - 10))
        assert isinstance(top, tuple)
        assert isinstance(low, tuple)
        assert (top[0] < 60, low[0] > 200) == (True, True), "what was left is above now"
    assert scan.read_bytes() == before


def test_what_was_made_once_is_not_made_again(tmp_path: Path, reader: Reader) -> None:
    """“cached outside the archive by digest”: the second time nothing is decoded, and the name tells nothing but the digest."""
    scan, cache = picture(tmp_path / "王秀兰 身份证.png"), PictureCache(tmp_path / "index")
    made = cache.make(source(scan), 180, reader)
    scan.unlink()
    digest = source_digest = made.file.name.split("-")[0]
    again = cache.get(PageSource("TJHQ-DB-2024-000001", scan, source_digest, 1), 180)
    assert again == made
    assert len(digest) == 64
    assert "王秀兰" not in str(made.file.relative_to(tmp_path / "index"))
    if sys.platform != "win32":
        assert (tmp_path / "index/pages").stat().st_mode & 0o777 == 0o700


def test_a_damaged_note_in_the_cache_is_made_again(tmp_path: Path, reader: Reader) -> None:
    """“disposable”: what is spoilt there is made anew, nothing fails."""
    scan, cache = picture(tmp_path / "scan.png"), PictureCache(tmp_path / "index")
    made = cache.make(source(scan), 180, reader)
    for spoilt in ("", "{", '{"width": 1}', '{"width": "x", "height": 1, "pages": 1, "lines": [[1]]}', "[]"):
        made.file.with_suffix(".json").write_text(spoilt, encoding="utf-8")
        assert cache.get(source(scan), 180) is None
        assert cache.make(source(scan), 180, reader) == made


def test_all_of_a_household_goes_at_once(tmp_path: Path, reader: Reader) -> None:
    """“disposal and move purge it”."""
    scan, cache = picture(tmp_path / "scan.png"), PictureCache(tmp_path / "index")
    made = cache.make(source(scan), 180, reader)
    cache.forget("TJHQ-DB-2024-000002")
    assert made.file.exists()
    cache.forget("TJHQ-DB-2024-000001")
    assert [*cache.folder.rglob("*.jp*")] == [*cache.folder.rglob("*.json")] == []


def test_the_least_lately_shown_go_first(tmp_path: Path, reader: Reader) -> None:
    """“2 GB LRU”."""
    cache = PictureCache(tmp_path / "index")
    first, second = (
        cache.make(source(picture(tmp_path / name, (2000, 900 + ord(name[0])))), 180, reader)
        for name in ("a.png", "b.png")
    )
    os.utime(first.file, (1, 1))
    PictureCache(tmp_path / "index", most=second.file.stat().st_size).prune()
    assert (first.file.exists(), second.file.exists()) == (False, True)


def test_the_print_of_a_born_digital_page_has_its_places(tmp_path: Path, reader: Reader) -> None:
    """“highlighted hits boxed on the image”, also where nothing was recognised because the file says its text itself."""
    from pypdf import PdfReader, PdfWriter

    from tests.reading.files import text_pdf

    path = tmp_path / "letter.pdf"
    text_pdf(path, "Notice")
    lines = PictureCache(tmp_path / "index").make(source(path), 1240, reader).lines
    text, left, top, right, bottom = next(line for line in lines if "Notice" in line[0])
    assert 0 <= left < right <= 1000
    assert 0 <= top < bottom <= 1000
    assert text
    turned = PdfWriter(clone_from=PdfReader(path))
    turned.pages[0].rotate(90)
    turned.write(tmp_path / "turned.pdf")
    after = PictureCache(tmp_path / "index").make(source(tmp_path / "turned.pdf"), 1240, reader).lines
    moved = next(line for line in after if "Notice" in line[0])
    assert moved[1:] == pytest.approx((1000 - bottom, left, 1000 - top, right), abs=2)


def test_hostile_and_foreign_files_are_refused_and_the_process_goes_on(
    tmp_path: Path, reader: Reader
) -> None:
    """“hostile pictures only through the reader process … T bomb corpus”."""
    cache = PictureCache(tmp_path / "index")
    bomb = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(bomb)
    cut = tmp_path / "cut.jpg"
    Image.effect_noise((900, 900), 80).save(cut)
    cut.write_bytes(cut.read_bytes()[:2_000])
    text = tmp_path / "说明.txt"
    text.write_text(f"本人 {WANG_ID}", encoding="utf-8")
    for path, error in ((bomb, FileTooLarge), (cut, UnreadableFile), (text, FormatNotRead)):
        with pytest.raises(error):
            cache.make(source(path), 1240, reader)
    with pytest.raises(UnreadableFile, match="没有第 2 页"):
        cache.make(source(picture(tmp_path / "one.png"), page=2), 1240, reader)
    assert cache.make(source(tmp_path / "one.png"), 180, reader).pages == 1
