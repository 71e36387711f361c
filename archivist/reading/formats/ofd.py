"""OFD (GB/T 33190), the national format of fixed pages: its text in the order of reading; scanned pages as pictures.

The text and the pictures of a page are placed as the standard says; fonts, paths and signatures are not drawn. Text that a
picture covers, or that is drawn invisible, is the layer a scanner's program laid under its scan: the picture counts then.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.errors import FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.reading.formats.images import check_pixels, to_bgr
from archivist.reading.formats.ofd_drawing import (
    Box,
    OfdDocument,
    OfdPackage,
    child,
    children,
    cover,
    reading_order,
    text_of,
)
from archivist.reading.formats.ooxml import MAX_CODE_PICTURES, check_package, small_pictures
from archivist.reading.formats.registry import (
    FileTraits,
    Format,
    PageSource,
    SourcePage,
    Sureness,
    register,
)
from archivist.reading.formats.sample import Sample
from archivist.reading.formats.unpacking import REMOVE_PASSWORD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Picture = NDArray[np.uint8]

SCAN_CHARACTERS: Final = 20
"""A page with fewer characters is read as a picture, if there is one on it."""
HYBRID_CHARACTERS: Final = 200
HYBRID_COVER: Final = 0.3
"""So is one with fewer than that many characters when pictures cover more than this share of it."""
LOGO_COVER: Final = 0.1
"""Pictures that cover less do not stand for the page, unless there is no text at all."""
GARBLED_SHARE: Final = 0.1
"""A page with a larger share of characters of private use has a font that only its own program can read."""
SCAN_DPI: Final = 200


# ── as a format ──────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def open_ofd(path: Path, name: str) -> Iterator[tuple[int, Iterator[PageSource]]]:
    """Open an OFD; yields the number of its pages and an iterator over them.

    Raises:
        PasswordNeeded: E106. FileTooLarge: E102.
    """
    check_package(path, name)
    with zipfile.ZipFile(path) as opened:
        package = OfdPackage(opened)
        if package.has("Encryptions.xml"):
            raise PasswordNeeded("OFD 加了密，打不开", file=name, remedy=REMOVE_PASSWORD)
        bodies = children(package.xml("OFD.xml"), "DocBody")
        roots = [package.find("OFD.xml", text_of(child(body, "DocRoot"))) for body in bodies]
        documents = [OfdDocument(package, root) for root in roots if root]
        pages = [(document, page) for document in documents for page in document.pages]
        yield (
            len(pages),
            (
                partial(_page, package, document, page, number, name)
                for number, (document, page) in enumerate(pages, 1)
            ),
        )


def _page(package: OfdPackage, document: OfdDocument, path: str | None, number: int, name: str) -> SourcePage:
    drawn, box = document.draw(path)
    text = reading_order(drawn.runs)
    characters = sum(not c.isspace() for c in text)
    share = cover([place for _, place in drawn.pictures], box)
    garbled = sum(unicodedata.category(c) in ("Co", "Cn", "Cs") for c in text) > GARBLED_SHARE * len(text)
    limit = HYBRID_CHARACTERS if share > HYBRID_COVER else SCAN_CHARACTERS if share > LOGO_COVER else 1
    few = characters < limit
    if drawn.pictures and (few or garbled):
        picture = _picture(package, drawn.pictures, box, name)
        if picture is not None:
            return SourcePage("", picture, scanned=True, on_paper=True)
        if share > HYBRID_COVER:
            raise UnreadableFile(f"OFD 第 {number} 页的图片解不开", file=name, remedy=_PRINT)
    if garbled:
        raise UnreadableFile(f"OFD 第 {number} 页用了私有字形，文字读不出来", file=name, remedy=_PRINT)
    blobs = [package.read(file) for file, _ in drawn.pictures[:MAX_CODE_PICTURES]]
    return SourcePage(text, embedded=tuple(small_pictures(blobs)))


_PRINT: Final = "请用 OFD 阅读器打开，打印或另存为 PDF 后再投入收件箱。"


def _picture(package: OfdPackage, pictures: Sequence[tuple[str, Box]], box: Box, name: str) -> Picture | None:
    """Return the page as its pictures show it, on white; None when none of them can be decoded."""
    import numpy as np
    from PIL import Image

    left, top, width, height = box
    scale = SCAN_DPI / 25.4
    size = round(width * scale), round(height * scale)
    check_pixels(*size, name)
    sheet = Image.new("RGB", size, "white")
    seen = False
    for file, (x, y, w, h) in pictures:
        part = _decoded(package.read(file), name)
        if part is not None:
            seen = True
            inner = max(1, round(w * scale)), max(1, round(h * scale))
            check_pixels(*inner, name)
            sheet.paste(
                part.resize(inner, Image.Resampling.BOX),
                (round((x - left) * scale), round((y - top) * scale)),
            )
    return np.ascontiguousarray(np.asarray(sheet)[:, :, ::-1]) if seen else None


def _decoded(data: bytes, name: str) -> Image.Image | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as opened:
            check_pixels(*opened.size, name)
            return Image.fromarray(to_bgr(opened)[:, :, ::-1])
    except Image.DecompressionBombError:
        raise FileTooLarge("里面的一张图片大得不合理", file=name) from None
    except (OSError, ValueError, SyntaxError):
        return None


def traits_of_ofd(path: Path) -> FileTraits:
    """Return whether an OFD is encrypted, and how many signatures it bears (GB/T 33190, 18.1: a Signature.xml for each)."""
    with zipfile.ZipFile(path) as package:
        members = package.infolist()
    names = [member.filename.rpartition("/")[2] for member in members]
    encrypted = "Encryptions.xml" in names or any(member.flag_bits & 1 for member in members)
    return FileTraits(encrypted=encrypted, signatures=names.count("Signature.xml"))


def _recognise(sample: Sample) -> Sureness:
    names = sample.zip_names or b""
    return Sureness.SURE if b"OFD.xml" in names and b"[Content_Types].xml" not in names else Sureness.NO


OFD = register(
    Format(
        kind="ofd",
        label="OFD 版式文件",
        media_type="application/ofd",
        extensions=(".ofd",),
        recognise=_recognise,
        handling=open_ofd,
        traits=traits_of_ofd,
    )
)
