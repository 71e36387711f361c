"""Pictures, frame by frame, the way up they are shown. Only this module decodes images (Pillow)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.errors import FileTooLarge
from archivist.reading.formats.registry import (
    FileTraits,
    Format,
    PageSource,
    SourcePage,
    Sureness,
    register,
)
from archivist.reading.formats.sample import Sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Picture = NDArray[np.uint8]

MAX_PIXELS = 100_000_000
"""Largest picture that is decoded (width × height); A3 at 600 dpi has 70 million. More would not fit the memory limit."""
SHORT_SIDE_PX = 2400
"""A picture twice as wide or more is halved (thirded …) first: beyond 300 dpi reading gets slower, not better."""

HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
"""Brands of files of boxes that are pictures, not films."""


def check_pixels(width: int, height: int, name: str) -> None:
    """Refuse a picture by the size its header claims, before anything is decoded.

    Raises:
        FileTooLarge: E102.
    """
    if width * height > MAX_PIXELS:
        raise FileTooLarge(
            f"图片为 {width}×{height} 像素，超过 {MAX_PIXELS // 1_000_000} 百万像素的限制", file=name
        )


@contextmanager
def open_frames(path: Path | BytesIO, name: str) -> Iterator[tuple[int, Iterator[PageSource]]]:
    """Open an image, a file's or one in memory; yields the number of its frames and an iterator over them, pages to be recognised.

    Each frame is BGR on white, turned as its EXIF orientation says, decoded when it is asked for.

    Raises:
        FileTooLarge: E102, by the header alone.
        Exception: whatever Pillow finds wrong with a damaged file.
    """
    from PIL import Image

    with warnings.catch_warnings():
        # The limit is checked here, by our own measure and with our own message.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            opened = Image.open(path)
        except Image.DecompressionBombError:
            raise FileTooLarge(f"图片超过 {MAX_PIXELS // 1_000_000} 百万像素的限制", file=name) from None
        with opened:
            check_pixels(*opened.size, name)
            # Only TIFF is a stack of pages: of an animation, or a telephone's picture with depth, the first is enough.
            count = int(getattr(opened, "n_frames", 1)) if opened.format == "TIFF" else 1
            yield count, _frames(opened, count, name)


def _frames(opened: Image.Image, count: int, name: str) -> Iterator[PageSource]:
    for number in range(count):
        yield partial(_frame, opened, number, name)


def _frame(opened: Image.Image, number: int, name: str) -> SourcePage:
    if number:
        opened.seek(number)
    check_pixels(*opened.size, name)
    return SourcePage("", to_bgr(opened), scanned=True, on_paper=True)


def to_bgr(opened: Image.Image) -> Picture:
    """Decode one frame to BGR, transparent parts white, not larger than reading needs."""
    import cv2
    import numpy as np
    from PIL import Image, ImageOps

    factor = max(1, min(opened.size) // SHORT_SIDE_PX)
    if factor > 1 and opened.format == "JPEG":
        opened.draft(None, (opened.width // factor, opened.height // factor))
        factor = max(1, min(opened.size) // SHORT_SIDE_PX)
    opened.load()
    frame: Image.Image = opened
    if factor > 1:
        if opened.mode in ("1", "P", "PA"):
            # Reduced as gray or colour: as 1-bit, thin strokes would vanish.
            frame = opened.convert("L" if opened.mode == "1" else "RGBA")
        frame = frame.reduce(factor)
    frame = ImageOps.exif_transpose(frame)
    if frame.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        values = np.asarray(frame, np.float32)
        top = float(values.max()) or 1.0
        frame = Image.fromarray((values * (255.0 / max(top, 255.0))).astype(np.uint8))
    if "A" in frame.getbands() or "transparency" in frame.info:
        layer = frame.convert("RGBA")
        frame = Image.new("RGB", layer.size, "white")
        frame.paste(layer, mask=layer.getchannel("A"))
    # OpenCV turns the channels round ten times as fast as a reversed view is copied.
    if frame.mode in ("1", "L"):
        gray = np.asarray(frame.convert("L"))
        return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8)
    rgb = np.asarray(frame if frame.mode == "RGB" else frame.convert("RGB"))
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)


def taken_at(path: Path) -> str:
    """Return when a photo was taken, as its EXIF has it, ``2026:03:01 10:11:12``; empty where it does not say, or cannot be read.

    Fractions of a second follow where they are told: two pages may be taken within one.
    """
    from PIL import Image

    try:
        open_heic_too()
        with Image.open(path) as opened:
            told = opened.getexif()
            more = told.get_ifd(_EXIF)
    except Exception:  # whoever reads it says what is wrong with it
        return ""
    when = str(more.get(_TAKEN) or told.get(_CHANGED) or "")
    return f"{when}.{more.get(_FRACTION, '')}" if when else ""


_EXIF, _TAKEN, _CHANGED, _FRACTION = 0x8769, 0x9003, 0x0132, 0x9291
"""EXIF: where its own table is; when the picture was taken, when the file was changed, and the fraction of the second."""


def traits_of_picture(path: Path) -> FileTraits:
    """Return how a picture is compressed, each frame of a stack of pages, by Pillow's names; nothing is decoded."""
    from PIL import Image

    with Image.open(path) as opened:
        if opened.format != "TIFF":
            return FileTraits()
        found: dict[str, None] = {}
        for number in range(int(getattr(opened, "n_frames", 1))):
            opened.seek(number)
            found[str(opened.info.get("compression", "raw"))] = None
    return FileTraits(compressions=tuple(found))


def _begins(*signatures: bytes) -> Callable[[Sample], Sureness]:
    return lambda sample: Sureness.SURE if sample.head.startswith(signatures) else Sureness.NO


def _is_bmp(sample: Sample) -> Sureness:
    head = sample.head
    marked = head[:2] == b"BM" and len(head) >= 26 and head[6:10] == b"\x00" * 4
    return Sureness.LIKELY if marked else Sureness.NO


def _is_webp(sample: Sample) -> Sureness:
    return Sureness.SURE if sample.head[:4] == b"RIFF" and sample.head[8:12] == b"WEBP" else Sureness.NO


def _is_avif(sample: Sample) -> Sureness:
    return Sureness.SURE if sample.brands & AVIF_BRANDS else Sureness.NO


def _is_heic(sample: Sample) -> Sureness:
    return Sureness.SURE if sample.brands & HEIC_BRANDS and not sample.brands & AVIF_BRANDS else Sureness.NO


def open_heic_too() -> None:
    """Let Pillow open HEIC from now on."""
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


@contextmanager
def open_heic(path: Path, name: str) -> Iterator[tuple[int, Iterator[PageSource]]]:
    """Open a HEIC picture as any other, with the decoder that Pillow does not bring itself.

    Raises: as ``open_frames``.
    """
    open_heic_too()
    with open_frames(path, name) as opened:
        yield opened


def _picture(name: str, extensions: tuple[str, ...], recognise: Callable[[Sample], Sureness]) -> Format:
    return register(
        Format(
            kind=name.lower(),
            label=f"{name} 图片",
            media_type=f"image/{name.lower()}",
            extensions=extensions,
            recognise=recognise,
            handling=open_frames,
            traits=traits_of_picture,
            is_picture=True,
        )
    )


JPEG = _picture("JPEG", (".jpg", ".jpeg"), _begins(b"\xff\xd8\xff"))
PNG = _picture("PNG", (".png",), _begins(b"\x89PNG\r\n\x1a\n"))
TIFF = _picture("TIFF", (".tif", ".tiff"), _begins(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"))
BMP = _picture("BMP", (".bmp",), _is_bmp)
GIF = _picture("GIF", (".gif",), _begins(b"GIF87a", b"GIF89a"))
WEBP = _picture("WebP", (".webp",), _is_webp)
HEIC = register(
    Format(
        kind="heic",
        label="HEIC 图片（苹果手机照片）",
        media_type="image/heic",
        extensions=(".heic", ".heif", ".hif"),
        recognise=_is_heic,
        handling=open_heic,
        is_picture=True,
    )
)
AVIF = _picture("AVIF", (".avif",), _is_avif)
JPEG_2000 = register(
    Format(
        kind="jp2",
        label="JPEG 2000 图片",
        media_type="image/jp2",
        extensions=(".jp2", ".j2k", ".jpf", ".jpx", ".j2c"),
        recognise=_begins(b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
        handling=open_frames,
        is_picture=True,
    )
)
