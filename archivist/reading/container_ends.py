"""Whether a picture or container is as long as it says itself: what its own offsets and lengths point at must lie within the file.

Standard library only. Each function is given the open file and its size, and answers

- ``True``: it is as long as it says;
- ``False``: something it points at is not there (yet);
- ``None``: nothing is missing, but the format lets a writer add to what was whole before (pages of a TIFF), or does not say.

Sources: TIFF 6.0 and its BigTIFF supplement, Windows BITMAPINFOHEADER, GIF89a, RIFF, ISO/IEC 14496-12 §4.2, 7zFormat.txt, [MS-CFB] §2.2.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, Final

MOST_DIRECTORIES: Final = 10_000
"""Pages of a TIFF that are looked at; a file with more is not judged."""
MOST_VALUES: Final = 1_000_000
"""Pieces of one page of a TIFF; more are not judged."""
MOST_BYTES: Final = 1 << 24
"""So much of a TIFF's directories and lists is read, all pages together: thousands of pages can name one long list."""
MOST_BOXES: Final = 10_000
_GIF_STEPS: Final = 100_000

EndOf = Callable[[BinaryIO, int], bool | None]


class _Short(Exception):
    """What was to be read lies behind the end."""


def _read(file: BinaryIO, at: int, count: int) -> bytes:
    try:
        file.seek(at)
    except ValueError as error:  # further than any file goes
        raise _Short from error
    data = file.read(count)
    if len(data) < count:
        raise _Short
    return data


def end_of(head: bytes) -> EndOf | None:
    """Return what judges a file that begins so; ``None`` where nothing here does."""
    for begins, judge in _JUDGES:
        if begins(head):
            return lambda file, size: _judged(judge, file, size)
    return None


def _judged(judge: EndOf, file: BinaryIO, size: int) -> bool | None:
    try:
        return judge(file, size)
    except (_Short, struct.error, OverflowError):
        return False


# ── TIFF ─────────────────────────────────────────────────────────────────────────────────────────────────
_SIZES: Final = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
"""Bytes of a value, by its type."""
_PLACES: Final = {273: 279, 324: 325, 513: 514}
"""Tags that say where strips, tiles and an old JPEG begin, and those that say how long they are."""
_PLACED: Final = frozenset((*_PLACES, *_PLACES.values()))


def _tiff(file: BinaryIO, size: int) -> bool | None:
    order = "<" if _read(file, 0, 2) == b"II" else ">"
    big = struct.unpack(f"{order}H", _read(file, 2, 2))[0] == 43
    offset, count, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
    room = struct.calcsize(order + offset)
    (at,) = struct.unpack(order + offset, _read(file, 8 if big else 4, room))
    if not at:
        return False  # the directory is written last
    seen: set[int] = set()
    left = MOST_BYTES
    while at and at not in seen:
        if len(seen) == MOST_DIRECTORIES:
            return None
        seen.add(at)
        head = struct.calcsize(order + count)
        (entries,) = struct.unpack(order + count, _read(file, at, head))
        if entries * entry > size:
            return False
        if (left := left - entries * entry) < 0:
            return None
        told = _read(file, at + head, entries * entry + room)
        tags: dict[int, Sequence[int]] = {}
        for start in range(0, entries * entry, entry):
            tag, kind, number = struct.unpack_from(f"{order}HH{offset}", told, start)
            field = told[start + entry - room : start + entry]
            bytes_ = _SIZES.get(kind, 0) * number
            (place,) = struct.unpack(order + offset, field)
            if bytes_ > room and place + bytes_ > size:
                return False
            if tag in _PLACED and bytes_ > 0 and number <= MOST_VALUES:
                if (left := left - bytes_) < 0:
                    return None
                values = field if bytes_ <= room else _read(file, place, bytes_)
                code = {1: "B", 2: "H", 4: "I", 8: "Q"}.get(_SIZES[kind], "I")
                tags[tag] = struct.unpack_from(f"{order}{number}{code}", values)
        if any(end > size for end in _ends(tags)):
            return False
        (at,) = struct.unpack(order + offset, told[entries * entry :])
    return None


def _ends(tags: dict[int, Sequence[int]]) -> Iterator[int]:
    for begin, length in _PLACES.items():
        starts = tags.get(begin, ())
        lengths = tags.get(length, ())
        yield from (at + (lengths[n] if n < len(lengths) else 0) for n, at in enumerate(starts))


# ── other pictures ───────────────────────────────────────────────────────────────────────────────────────
def _bmp(file: BinaryIO, size: int) -> bool | None:
    said, pixels, header = struct.unpack("<2xI4xII", _read(file, 0, 18))
    if header < 40:
        return size >= said if said else None
    width, height, bits, packed, image = struct.unpack("<iixxHII", _read(file, 18, 20))
    if packed in (0, 3):  # not compressed: what a writer says of the whole is often wrong, this is not
        image = (abs(width) * bits + 31) // 32 * 4 * abs(height)
    return size >= pixels + image if image else (size >= said if said else None)


def _gif(file: BinaryIO, _: int) -> bool | None:
    flags = _read(file, 10, 1)[0]
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    for _step in range(_GIF_STEPS):
        kind = _read(file, at, 1)[0]
        if kind == 0x3B:
            return True
        if kind == 0x21:
            at += 2
        elif kind == 0x2C:
            flags = _read(file, at + 9, 1)[0]
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        else:
            return None  # damaged: whoever reads it says how
        while length := _read(file, at, 1)[0]:
            at += 1 + length
        at += 1
    return None


def _riff(file: BinaryIO, size: int) -> bool | None:
    return size >= 8 + int(struct.unpack("<I", _read(file, 4, 4))[0])


def _boxes(file: BinaryIO, size: int) -> bool | None:
    """HEIF, AVIF and films: boxes one behind the other up to the end."""
    at = 0
    kinds: set[bytes] = set()
    for _ in range(MOST_BOXES):
        if at >= size:
            return at == size and _has_all(kinds)
        length, kind = struct.unpack(">I4s", _read(file, at, 8))
        kinds.add(kind)
        if length == 1:
            (length,) = struct.unpack(">Q", _read(file, at + 8, 8))
        if length == 0:
            return None  # the last one goes on to the end, wherever that is
        if length < 8:
            return _has_all(kinds) or None  # filled up behind the last box
        at += length
    return None


def _has_all(kinds: set[bytes]) -> bool:
    return b"mdat" in kinds and bool({b"meta", b"moov"} & kinds)


_FREE: Final = 0xFFFFFFFF
_NO_SECTOR: Final = 0xFFFFFFFA


# ── containers ───────────────────────────────────────────────────────────────────────────────────────────
def _seven_zip(file: BinaryIO, size: int) -> bool | None:
    offset, length = struct.unpack("<QQ", _read(file, 12, 16))
    if not length:
        return size >= 32 if offset else None
    return bool(size >= 32 + offset + length)


def _compound(file: BinaryIO, size: int) -> bool | None:
    """Word, Excel and Outlook of before: the last sector that their tables say is used, so far as the header names the tables."""
    header = _read(file, 0, 512)
    (shift,) = struct.unpack_from("<H", header, 30)
    if shift not in (9, 12):
        return None
    tables, directory = struct.unpack_from("<II", header, 44)
    last = directory if directory < _NO_SECTOR else 0
    for number, sector in enumerate(struct.unpack_from("<109I", header, 76)[: min(tables, 109)]):
        if sector < _NO_SECTOR:
            each = 1 << shift - 2
            table = struct.unpack(f"<{each}I", _read(file, (sector + 1) << shift, 1 << shift))
            used = max((n for n, following in enumerate(table) if following != _FREE), default=-1)
            last = max(last, sector, number * each + used)
    return None if size > (last + 1) << shift else False


def _rich_text(file: BinaryIO, size: int) -> bool | None:
    file.seek(max(0, size - 4096))
    return file.read(4096).rstrip(b"\0 \t\r\n\x1a").endswith(b"}")


_JUDGES: Final[Sequence[tuple[Callable[[bytes], bool], EndOf]]] = (
    (lambda head: head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), _tiff),
    (lambda head: head.startswith(b"BM") and head[6:10] == bytes(4), _bmp),
    (lambda head: head[:6] in (b"GIF87a", b"GIF89a"), _gif),
    (lambda head: head.startswith(b"RIFF"), _riff),
    (lambda head: head[4:8] == b"ftyp", _boxes),
    (lambda head: head.startswith(b"7z\xbc\xaf\x27\x1c"), _seven_zip),
    (lambda head: head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), _compound),
    (lambda head: head.startswith(b"{\\rtf"), _rich_text),
)
