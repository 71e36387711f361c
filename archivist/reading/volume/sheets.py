"""A file as plain sheets: a PDF of its own, each page upright with its lower left corner at the origin, nothing on it but what is seen.

Pages of PDFs stay as they are where ``conformity`` lets them; else, and for everything that is neither PDF nor picture, a picture of the page is
put in. Where even that fails, a sheet says so, so that a count that is in the catalogue comes out.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archivist.errors import UnreadableFile
from archivist.reading.formats.identify import identify
from archivist.reading.formats.pdf import rendered
from archivist.reading.formats.registry import Conversion, NotRead, SourcePage, Unpacker
from archivist.reading.page_extraction import upright_picture
from archivist.reading.volume import stamps
from archivist.reading.volume.conformity import Objection, require_plain
from archivist.reading.volume.outlines import drawn, fitting, width
from archivist.reading.volume.parts import MM, MadeSheets, PlainSheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

A4: Final = (210 * MM, 297 * MM)
A3_SIDES: Final = (300 * MM, 425 * MM)
"""What a scan may measure, short and long side, to keep the size it states; others are fitted to A4."""
LEAST_DPI: Final = 100.0
"""What is stated below that (72, 96) is what cameras and programs write that know nothing."""
RASTER_DPI: Final = 200
HEAD_DPI: Final = 100
"""Resolution at which the head of a sheet is looked at for ink."""
JPEG_QUALITY: Final = 88
_GRAY: Final = 12
"""Channels that differ by no more levels are the grain of a gray page."""
_FRAMES: Final = frozenset({"jpeg", "png", "tiff", "bmp", "gif", "webp"})
"""Kinds of pictures that Pillow opens by itself; their pixels stay what they are."""
_LEFT_OUT: Final = (
    "/Annots", "/B", "/AA", "/Metadata", "/PieceInfo", "/StructParents", "/Thumb", "/Trans", "/Dur", "/Tabs", "/PresSteps",
    "/LastModified", "/ID", "/SeparationInfo", "/TemplateInstantiated", "/VP", "/ArtBox", "/BleedBox", "/TrimBox", "/Group",
)  # fmt: skip
_PDF_A: Final = b"http://www.aiim.org/pdfa/ns/id/"
Progress = Callable[[], None]


def plain_sheets(
    path: Path, target: Path, *, own: bool, blank: Collection[int] = (), progress: Progress = lambda: None
) -> MadeSheets:
    """Write a file as plain sheets.

    Args:
        path: the file; never changed.
        target: the new PDF; must not exist.
        own: the program had it made, so that its text may stay text.
        blank: numbers of pages (1-based) that are left out.
        progress: called after every page.

    Raises:
        UnreadableFile: E101, nothing of it can be shown. Exception: whatever a decoder finds wrong.
    """
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.metadata = None
    pictured: dict[str, None] = {}
    for _ in _pages(writer, path, own, frozenset(blank), pictured):
        progress()
    if not writer.pages:
        raise UnreadableFile("没有一页可以显示", file=path.name)
    return MadeSheets(str(target), _written(writer, target, progress), tuple(pictured))


def notice_sheets(lines: Sequence[str], count: int, target: Path) -> MadeSheets:
    """Write sheets that stand for what cannot be shown; each says the same, and which of how many it is."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.metadata = None
    for n in range(1, count + 1):
        page = writer.add_blank_page(*A4)
        written = []
        for row, line in enumerate((*lines, f"（{n}／{count}）" if count > 1 else "")):
            size = fitting(line, 14.0, A4[0] - 50 * MM)
            x, y = (A4[0] - width(line, size)) / 2, A4[1] * 0.6 - row * 24
            written.append(drawn(line, x, y, size))
        _draw(writer, page, "q 0 g\n" + "\n".join(written) + "\nQ")
    return MadeSheets(str(target), _written(writer, target, lambda: None))


def _written(writer: Any, target: Path, progress: Progress) -> tuple[PlainSheet, ...]:
    """Write the sheets, and look at the head of each."""
    with target.open("xb") as out:
        writer.write(out)
    made = []
    with rendered(target, target.name) as document:
        for number in range(1, document.count + 1):
            wide, high = document.size(number)
            head = document.picture(number, HEAD_DPI / 72, from_top=min(high, 30 * MM))
            places = stamps.places(wide)
            free = tuple(stamps.is_free(head, box, HEAD_DPI / 72) for box in places)
            corner = stamps.is_free(head, stamps.corner(wide), HEAD_DPI / 72)
            made.append(PlainSheet(wide, high, (free[0], free[1], free[2]), corner))
            progress()
    return tuple(made)


# ── the pages of a file ──────────────────────────────────────────────────────────────────────────────────
def _pages(
    writer: Any, path: Path, own: bool, blank: frozenset[int], pictured: dict[str, None]
) -> Iterator[None]:
    """Add the pages of a file, one at a time; why some became pictures is noted in ``pictured``."""
    found = identify(path)
    if found.kind == "pdf":
        yield from _pdf_pages(writer, path, own, blank, pictured)
    elif found.kind in _FRAMES:
        yield from _frames(writer, path, blank)
    else:
        handling = found.handling.itself if isinstance(found.handling, Unpacker) else found.handling
        if isinstance(handling, NotRead | Conversion):
            raise UnreadableFile(f"是{found.label}，不能显示为页", file=path.name)
        with handling(path, path.name) as (_, sources):
            for number, source in enumerate(sources, 1):
                page = source if isinstance(source, SourcePage) else source()
                if number in blank:
                    continue
                if page.picture is None:
                    raise UnreadableFile(f"是{found.label}，不能显示为页", file=path.name)
                _add_picture(writer, page.picture, *_fitted(page.picture.shape[1], page.picture.shape[0]))
                pictured.setdefault(f"{found.label}显示为图像")
                yield


def _pdf_pages(
    writer: Any, path: Path, own: bool, blank: frozenset[int], pictured: dict[str, None]
) -> Iterator[None]:
    pages, says_pdf_a, why = _readable(path)
    with_text = own or says_pdf_a
    with rendered(path, path.name) as document:
        if pages is not None and len(pages) != document.count:
            pages, why = None, "文件结构有损"
        for number in range(1, document.count + 1):
            if number in blank:
                continue
            page = pages[number - 1] if pages is not None else None
            try:
                if page is None:
                    raise Objection(why)
                require_plain(page, with_text=with_text)
                _add_upright(writer, page)
            except Exception as error:  # pypdf raises anything on damaged files; pdfium shows many of them
                pictured.setdefault(str(error) if isinstance(error, Objection) else "文件结构有损")
                wide, high = document.size(number)
                picture = document.picture(number, RASTER_DPI / 72)
                _add_picture(writer, picture, *_sound(wide, high))
            yield


def _readable(path: Path) -> tuple[list[Any] | None, bool, str]:
    """Return the pages as pypdf reads them, and whether the file says it is PDF/A; no pages, and why, where it does not."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            return None, False, "加了密"
        root: Any = reader.trailer["/Root"]
        metadata = root.get("/Metadata")
        said = metadata is not None and _PDF_A in metadata.get_object().get_data()
        return list(reader.pages), said, ""
    except Exception:  # pypdf raises anything on damaged files
        return None, False, "文件结构有损"


def _sound(wide: float, high: float) -> tuple[float, float]:
    """Return a size that a page may have: its own, or that of A4 where it is absurd."""
    if all(50 <= side <= 14_000 for side in (wide, high)):
        return wide, high
    return _fitted(wide, high)


def _add_upright(writer: Any, page: Any) -> None:
    """Add a page as it is: turned upright, cut to what is seen, its corner at the origin."""
    from pypdf.generic import ArrayObject, DecodedStreamObject, IndirectObject, NameObject, RectangleObject

    media, crop = page.mediabox, page.cropbox
    left, bottom = (
        max(float(a), float(b)) for a, b in ((media.left, crop.left), (media.bottom, crop.bottom))
    )
    right, top = (min(float(a), float(b)) for a, b in ((media.right, crop.right), (media.top, crop.top)))
    if right - left < 3 or top - bottom < 3:
        raise Objection("页面没有可见的部分")
    turn = int(page.get("/Rotate", 0)) % 360
    a, b, c, d, e, f = {
        0: (1, 0, 0, 1, -left, -bottom),
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }[turn]
    sides = (top - bottom, right - left) if turn in (90, 270) else (right - left, top - bottom)
    added = writer.add_page(page, excluded_keys=_LEFT_OUT)
    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(
        f"q {a} {b} {c} {d} {e:.3f} {f:.3f} cm {left:.3f} {bottom:.3f} {right - left:.3f} {top - bottom:.3f} re W n\n".encode()
    )
    after.set_data(b"\nQ\n")
    old = added.get("/Contents")
    streams: list[Any] = []
    if old is not None:
        resolved = old.get_object()
        streams = list(resolved) if isinstance(resolved, ArrayObject) else [added.raw_get("/Contents")]
    streams = [one if isinstance(one, IndirectObject) else writer._add_object(one) for one in streams]
    added[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *streams, writer._add_object(after)]
    )
    added.pop("/Rotate", None)
    added.pop("/CropBox", None)
    added[NameObject("/MediaBox")] = RectangleObject((0, 0, *sides))


def _frames(writer: Any, path: Path, blank: frozenset[int]) -> Iterator[None]:
    """Add the frames of a picture: JPEG as it is, others without loss."""
    from PIL import Image

    from archivist.reading.formats.images import check_pixels

    with Image.open(path) as opened:
        check_pixels(*opened.size, path.name)
        count = int(getattr(opened, "n_frames", 1)) if opened.format == "TIFF" else 1
        for number in range(1, count + 1):
            if number in blank:
                continue
            opened.seek(number - 1)
            opened.load()  # one that is cut short is not shown as if it were whole
            stream, turned = upright_picture(opened, path)
            across, up = int(stream["/Width"]), int(stream["/Height"])
            if turned in (90, 270):
                across, up = up, across
            told = [float(v) for v in opened.info.get("dpi", (0, 0))]
            wide, high = _stated(across, up, told[0]) or _fitted(across, up)
            _add_image(writer, stream, wide, high, turned)
            yield


def _stated(across: int, up: int, dpi: float) -> tuple[float, float] | None:
    """Return the size a scan states where a sheet of paper can have it."""
    if dpi < LEAST_DPI:
        return None
    wide, high = across * 72 / dpi, up * 72 / dpi
    short, long = sorted((wide, high))
    sound = 50 * MM <= short <= A3_SIDES[0] and 70 * MM <= long <= A3_SIDES[1]
    return (wide, high) if sound else None


def _fitted(across: float, up: float) -> tuple[float, float]:
    """Return the size of a picture that fills an A4 sheet as far as it can."""
    sheet = A4 if up >= across else A4[::-1]
    scale = min(sheet[0] / across, sheet[1] / up)
    return across * scale, up * scale


def _add_picture(writer: Any, picture: Picture, wide: float, high: float) -> None:
    """Add a page that shows a picture (BGR), as JPEG."""
    from PIL import Image
    from pypdf.generic import DecodedStreamObject, NameObject, NumberObject

    rgb = picture[:, :, ::-1]
    gray = int((picture.max(axis=2) - picture.min(axis=2)).max()) <= _GRAY
    frame = Image.fromarray(rgb.copy())
    packed = io.BytesIO()
    (frame.convert("L") if gray else frame).save(packed, "JPEG", quality=JPEG_QUALITY)
    stream = DecodedStreamObject()
    stream.set_data(packed.getvalue())
    stream.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(frame.width),
            NameObject("/Height"): NumberObject(frame.height),
            NameObject("/ColorSpace"): NameObject("/DeviceGray" if gray else "/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    _add_image(writer, stream, wide, high, 0)


def _add_image(writer: Any, stream: Any, wide: float, high: float, turn: int) -> None:
    from pypdf.generic import DictionaryObject, NameObject

    page = writer.add_blank_page(wide, high)
    shown = DictionaryObject({NameObject("/page"): writer._add_object(stream)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): shown})
    a, b, c, d, e, f = {
        0: (wide, 0, 0, high, 0, 0),
        90: (0, -high, wide, 0, 0, high),
        180: (-wide, 0, 0, -high, wide, high),
        270: (0, high, -wide, 0, wide, 0),
    }[turn]
    _draw(writer, page, f"q {a:.3f} {b:.3f} {c:.3f} {d:.3f} {e:.3f} {f:.3f} cm /page Do Q")


def _draw(writer: Any, page: Any, operators: str) -> None:
    from pypdf.generic import DecodedStreamObject, NameObject

    stream = DecodedStreamObject()
    stream.set_data(operators.encode())
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
