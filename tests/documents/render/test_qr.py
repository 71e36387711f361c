"""The QR picture: readable, small, the same each time; and packages written without zipfile."""

from __future__ import annotations

import io
import random
import zipfile

import zxingcpp
from PIL import Image

from archivist.documents.render.docx_package import pack
from archivist.documents.render.qr import qr_png
from archivist.reading.barcodes import qr_modules


def payloads(count: int) -> list[str]:
    rng = random.Random(20261122)
    return [
        f"AV1-{'TJHQ' if n % 2 else 'TJHQDEXYZW'}{rng.choice(('DB', 'TK'))}2024{rng.randrange(10**6):06d}"
        f"-{''.join(rng.choices('ABCQSYZ', k=3))}{rng.randrange(1, 99)}-{rng.randrange(256):02X}"
        for n in range(count)
    ]


def test_every_code_is_read_back() -> None:
    for payload in payloads(20):
        picture = Image.open(io.BytesIO(qr_png(payload)))
        assert picture.mode == "1"
        assert [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))] == [payload]


def test_a_code_is_the_smallest_of_its_level_and_the_same_each_time() -> None:
    """Capital letters and digits at level Q: 29 in version 2, 47 in version 3 (ISO/IEC 18004:2015, table 7)."""
    for length, modules in ((16, 21), (17, 25), (29, 25), (30, 29), (47, 29)):
        payload = ("AV1-TJHQDB2024000123" * 3)[:length]
        assert {len(row) for row in qr_modules(payload)} == {modules} == {len(qr_modules(payload))}
    for payload in payloads(5):
        (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr_png(payload))).convert("L"))
        assert read.ec_level == "Q"
        assert qr_png(payload) == qr_png(payload)


def test_a_draft_has_a_white_picture() -> None:
    assert set(Image.open(io.BytesIO(qr_png(None))).convert("L").tobytes()) == {255}


def test_packages_are_those_zipfile_reads_and_the_same_each_time() -> None:
    members = {
        "word/a.xml": b"<a/>" * 500,
        "[Content_Types].xml": b"x",
        "甲.xml": b"",
        "b": bytes(range(256)),
    }
    for compress in (True, False):
        data = pack(members, compress=compress)
        assert data == pack(members, compress=compress)
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert package.testzip() is None
            assert package.namelist() == ["[Content_Types].xml", "word/a.xml", "甲.xml", "b"]
            assert {n: package.read(n) for n in package.namelist()} == members
