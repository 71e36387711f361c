"""A file that has its end is told from one that is still being written, whatever stands behind the end."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import BinaryIO

import pillow_heif
import py7zr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archivist.reading import container_ends
from archivist.reading.ending import Ending, ending_of
from tests.reading import ole


def picture(kind: str, **more: object) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((120, 80), 60).convert("RGB").save(made, kind, **more)
    return made.getvalue()


def package() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("word/document.xml", "<x/>" * 500)
        file.comment = b"c" * 65_535
    return made.getvalue()


def with_thumbnail() -> bytes:
    """A JPEG with a whole JPEG in its first segment, as cameras write them."""
    inner = picture("JPEG")
    segment = b"Exif\0\0" + inner
    assert len(segment) < 65_000
    outer = picture("JPEG", quality=95)
    return outer[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + outer[2:]


def tiff(pages: int = 1, **more: object) -> bytes:
    others = [Image.effect_noise((90, 70), 50) for _ in range(pages - 1)]
    return picture("TIFF", save_all=True, append_images=others, **more)


def seven_zip() -> bytes:
    made = io.BytesIO()
    with py7zr.SevenZipFile(made, "w") as file:
        file.writestr(bytes(range(256)) * 20, "a.bin")
    return made.getvalue()


def heic() -> bytes:
    made = io.BytesIO()
    pillow_heif.from_pillow(Image.effect_noise((120, 80), 60).convert("RGB")).save(made)
    return made.getvalue()


def word_of_before() -> bytes:
    """A file of Office of before: the tables of its sectors say how many there are."""
    with tempfile.TemporaryDirectory() as folder:
        return ole.compound(
            Path(folder) / "a.doc", {"WordDocument": b"x" * 90_000, "1Table": b"y" * 300}
        ).read_bytes()


SAYS_ITS_LENGTH = {
    "bmp": picture("BMP"),
    "gif": picture("GIF"),
    "webp": picture("WEBP"),
    "heic": heic(),
    "7z": seven_zip(),
    "rtf": b"{\\rtf1 " + "走访".encode("gbk") + b"x" * 900 + b"}",
}
"""They have their end as soon as they are as long as they say."""
MAY_GROW = {
    "tiff": tiff(),
    "tiff of several pages": tiff(3),
    "tiff packed": tiff(compression="tiff_lzw"),
    "tiff for fax": tiff(compression="jpeg"),
    "big tiff": tiff(2, big_tiff=True),
    "doc": word_of_before(),
}
"""Nothing is missing, but a scanner may append the next page to it, or the format does not say."""
WHOLE = {
    "pdf": b"%PDF-1.7\n" + b"x" * 200_000 + b"\nstartxref\n9\n%%EOF",
    "jpeg": picture("JPEG"),
    "progressive": picture("JPEG", progressive=True),
    "thumbnail": with_thumbnail(),
    "png": picture("PNG"),
    "zip": package(),
}
PADDING = (b"", b"\r\n", b"\0" * 70_000, b"\0" * 300_000 + b"\n", b" \x1a")


@pytest.mark.parametrize("padding", PADDING, ids=lambda p: str(len(p)))
@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_has_its_end(tmp_path: Path, kind: str, padding: bytes) -> None:
    """「%%EOF, trailing NULs/whitespace allowed」."""
    path = tmp_path / "a"
    path.write_bytes(WHOLE[kind] + padding)
    assert ending_of(path) is Ending.THERE


@pytest.mark.parametrize("kind", SAYS_ITS_LENGTH)
def test_a_file_as_long_as_it_says_has_its_end(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(SAYS_ITS_LENGTH[kind])
    assert ending_of(path) is Ending.THERE


@pytest.mark.parametrize("kind", MAY_GROW)
def test_a_scan_whose_pages_are_all_there_may_get_another(tmp_path: Path, kind: str) -> None:
    """「whole (%%EOF, EOI, IFD)」: each strip of each page is there; that no page follows nobody can say."""
    path = tmp_path / "a"
    path.write_bytes(MAY_GROW[kind])
    assert ending_of(path) is Ending.CANNOT_TELL


@pytest.mark.parametrize("kind", [*SAYS_ITS_LENGTH, *MAY_GROW])
@given(share=st.floats(0.0, 1.0))
def test_the_first_part_of_what_says_its_length_is_not_whole(
    tmp_path_factory: pytest.TempPathFactory, kind: str, share: float
) -> None:
    """A half TIFF or BMP is no paper: it waits, as half a PDF does."""
    data = (SAYS_ITS_LENGTH | MAY_GROW)[kind]
    path = tmp_path_factory.getbasetemp() / f"part-{kind}"
    end = 16 if "pages" in kind else 1  # Pillow fills the last page of several up
    path.write_bytes(data[: 16 + int(share * (len(data) - 16 - end))])
    assert ending_of(path) is Ending.MISSING


@pytest.mark.parametrize("kind", WHOLE)
@given(share=st.floats(0.0, 1.0))
def test_the_first_part_of_a_file_has_none(
    tmp_path_factory: pytest.TempPathFactory, kind: str, share: float
) -> None:
    path = tmp_path_factory.getbasetemp() / f"part-{kind}"
    end = 23 if kind == "zip" else 8  # a ZIP's comment comes behind its end mark, and may be cut
    size = len(WHOLE[kind]) - (65_535 if kind == "zip" else 0)
    path.write_bytes(WHOLE[kind][: 20 + int(share * (size - 20 - end))])
    assert ending_of(path) is Ending.MISSING


@pytest.mark.parametrize("data", [b"", b"\0" * 500, "走访记录".encode()])
def test_most_formats_do_not_say(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    assert ending_of(path) is Ending.CANNOT_TELL


@given(data=st.binary(max_size=400))
def test_no_bytes_are_too_strange(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "strange"
    heads = (b"", b"\xff\xd8\xff", b"%PDF-", b"PK\x03\x04", b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"BMxxxx\0\0\0\0", b"GIF89a",
             b"RIFF", b"\0\0\0\x10ftyp", b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")  # fmt: skip
    for head in heads:
        path.write_bytes(head + data)
        assert ending_of(path) in Ending


def test_pages_that_all_name_one_long_list_are_not_read_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """「thousands of pages can name one long list」: what is read of all pages together has a limit, counted in bytes."""
    path, pages, places = tmp_path / "a.tif", 300, 1 << 18
    made = b"II*\0" + struct.pack("<I", 8)
    for n in range(pages):
        after = 8 + 18 * (n + 1) if n + 1 < pages else 0
        made += struct.pack("<HHHIII", 1, 273, 4, places, 8 + 18 * pages, after)
    path.write_bytes(made + b"\0" * 4 * places)
    read: list[int] = []
    real = container_ends._read

    def counted(file: BinaryIO, at: int, count: int) -> bytes:
        read.append(count)
        return real(file, at, count)

    monkeypatch.setattr(container_ends, "_read", counted)
    assert ending_of(path) is Ending.CANNOT_TELL
    assert places * 4 < sum(read) < container_ends.MOST_BYTES + 65_536
