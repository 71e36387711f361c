"""A file that has its end is told from one that is still being written, whatever stands behind the end."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archivist.reading.ending import Ending, ending_of


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


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 500, "走访记录".encode(), b"II*\0" + b"x" * 50, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_most_formats_do_not_say(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    assert ending_of(path) is Ending.CANNOT_TELL


@given(data=st.binary(max_size=400))
def test_no_bytes_are_too_strange(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "strange"
    for head in (b"", b"\xff\xd8\xff", b"%PDF-", b"PK\x03\x04"):
        path.write_bytes(head + data)
        assert ending_of(path) in Ending
