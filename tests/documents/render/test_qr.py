"""The QR picture: readable, the mask a good one, and packages written without zipfile."""

from __future__ import annotations

import io
import random
import zipfile

import segno
import zxingcpp
from PIL import Image
from segno import encoder

from archivist.documents.render import qr
from archivist.documents.render.docx_package import pack
from archivist.documents.render.qr import qr_png


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


def test_the_eight_masks_are_segnos_and_the_best_is_taken() -> None:
    """Penalties by ISO/IEC 18004 as segno counts them; overlapping finder patterns may count 40 more."""
    for payload in payloads(6):
        version, code = qr._code(payload, 0)
        size = 17 + 4 * version
        ours, theirs = [], []
        for mask, (change, rows, columns) in enumerate(qr._changes(version)):
            made = segno.make_qr(payload, error="q", boost_error=False, mask=mask)
            bits = "".join("".join(map(str, row)) for row in made.matrix)
            assert int(bits, 2) == code ^ change
            spaced, turned = qr._spaced(code, size), qr._spaced(qr._turned(code, size), size)
            ours.append(qr._penalty(spaced ^ rows, turned ^ columns, size))
            theirs.append(encoder.evaluate_mask([bytearray(row) for row in made.matrix], size, size))  # type: ignore[no-untyped-call]
        assert all(0 <= a - b <= 80 for a, b in zip(ours, theirs, strict=True))
        assert theirs[ours.index(min(ours))] <= min(theirs) + 40


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
