"""The QR code of a document as a crisp picture: with eight pixels a module, a module is one byte of a 1-bit PNG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Final

from archivist.reading.barcodes import qr_modules

SCALE: Final = 8
"""Pixels a module; one byte of a 1-bit picture."""
_PIXELS: Final = bytes.maketrans(b"\0\1", b"\xff\x00")
_VERSION_3: Final = 29
"""Modules on a side."""


def qr_png(payload: str | None) -> bytes:
    """Return the QR code as a 1-bit PNG, white when there is no payload; the same bytes for the same payload.

    Level Q, the smallest version that holds it; the white border is 4 modules, 3 in version 3, so that a module
    is at least 0.68 mm on a side of ``render.QR_SIDE_MM``.
    """
    if payload is None:
        return _png([bytes(21)] * 21, 4)
    rows = qr_modules(payload)
    return _png(rows, 4 if len(rows) < _VERSION_3 else 3)


def _png(rows: Sequence[bytes], border: int) -> bytes:
    """Draw rows of modules (0 light, 1 dark) with a light border."""
    size = len(rows) + 2 * border
    edge = b"\xff" * border
    light = (b"\0" + b"\xff" * size) * SCALE * border
    lines = b"".join((b"\0" + edge + row.translate(_PIXELS) + edge) * SCALE for row in rows)
    head = struct.pack(">2L5B", size * SCALE, size * SCALE, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(light + lines + light)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
        for kind, data in chunks
    )
