"""Pages of files as files of their own: PDF pages as they are, pictures without loss. The same pages give the same bytes.

It runs in the reading process, under its limits; see ``Reader.assemble``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archivist.errors import UnreadableFile, WriteFailed
from archivist.reading.formats.identify import identify
from archivist.reading.formats.images import open_heic_too

if TYPE_CHECKING:
    from PIL import Image

PageTurn = tuple[int, int]
"""A page: its number, 1-based, and by how many degrees clockwise it is turned."""
Assembly = Sequence[tuple[Path, Sequence[PageTurn]]]
"""What one new file is made of: files, and the pages of each, in the order they shall have."""
EXTRACTED: Final = frozenset({"pdf", "tiff"})
"""Kinds of files whose pages can be taken apart."""


def assemble(wanted: Sequence[Assembly], folder: Path) -> Iterator[Path]:
    """Write files made of pages of other files, and yield each once it is written.

    Pages of one TIFF make a TIFF; everything else makes a PDF, into which JPEG pictures go as they are.

    Args:
        wanted: what each file is made of.
        folder: where they go, as ``0001.pdf``, ``0002.pdf`` and so on; empty.

    Raises:
        UnreadableFile: E101, when one is damaged, or has no pages that can be taken apart.
        WriteFailed: E204, the disk refuses.
    """
    for n, assembly in enumerate(wanted, 1):
        kinds = [identify(path).kind for path, _ in assembly]
        target = folder / f"{n:04d}{'.tif' if kinds == ['tiff'] else '.pdf'}"
        try:
            if kinds == ["tiff"]:
                _tiff(*assembly[0], target)
            else:
                write_pdf(assembly, target)
        except (UnreadableFile, MemoryError):
            raise
        except Exception as error:  # the decoders raise dozens of types
            if (
                isinstance(error, OSError) and error.errno
            ):  # Pillow's own errors about pictures have no number
                raise WriteFailed(f"拆出的文件写不下（errno {error.errno}）；原件未动") from error
            raise UnreadableFile(f"拆不开或合不起来（{type(error).__name__}）", file=target.name) from error
        yield target


def write_pdf(sources: Assembly, target: Path) -> None:
    """Make a PDF of pages of other files; ``target`` must not exist.

    Raises:
        UnreadableFile: E101, pages cannot be taken apart. Exception: whatever a decoder finds wrong.
    """
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.metadata = None
    for path, piece in sources:
        pages = PdfReader(path).pages if identify(path).kind == "pdf" else None
        for number, turn in piece:
            if pages is None:
                page = _picture_page(writer, path, number)
            else:
                _cut_ties(pages[number - 1], path)
                page = writer.add_page(pages[number - 1], excluded_keys=("/B",))
            if turn:
                page.rotate(turn)
    with target.open("xb") as out:
        writer.write(out)
    # No other page may have come along by some tie nobody thought of: it may be a stranger's.
    if target.read_bytes().count(b"/Type /Page\n") != sum(len(piece) for _, piece in sources):
        target.unlink()
        raise UnreadableFile("页与页相互牵连，不能按页拆分", file=target.name)


def _cut_ties(page: Any, path: Path) -> None:
    """Take away the links that name other pages: with them those pages would come along. What is seen stays.

    Raises:
        UnreadableFile: E101, when it has boxes to fill in, which belong to a form of the whole file.
    """
    from pypdf.generic import ArrayObject, NameObject

    seen = []
    for entry in page.get("/Annots") or ():
        note = entry.get_object()
        if note.get("/Subtype") == "/Widget":
            raise UnreadableFile("是可填写的 PDF 表单，不能按页拆分；请打印成 PDF 后再投入", file=path.name)
        if note.get("/Subtype") not in ("/Link", "/Popup"):
            for tie in ("/P", "/Parent", "/Popup", "/IRT", "/A", "/Dest"):
                note.pop(tie, None)
            seen.append(entry)
    page.pop("/Annots", None)
    page.pop("/AA", None)
    if seen:
        page[NameObject("/Annots")] = ArrayObject(seen)


def _picture_page(writer: Any, path: Path, number: int) -> Any:
    """Add a page that shows one frame of a picture file: JPEG as it is, others without loss."""
    from PIL import Image
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    if identify(path).kind == "heic":
        open_heic_too()
    with Image.open(path) as opened:
        if number > 1:
            opened.seek(number - 1)
        told = float(opened.info.get("dpi", (0, 0))[0])
        dpi = told if 50 <= told <= 2400 else 200.0
        stream, turn = upright_picture(opened, path)
    across, up = stream["/Width"] * 72 / dpi, stream["/Height"] * 72 / dpi
    page = writer.add_blank_page(across, up)
    shown = DictionaryObject({NameObject("/page"): writer._add_object(stream)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): shown})
    drawing = DecodedStreamObject()
    drawing.set_data(f"q {across:.3f} 0 0 {up:.3f} 0 0 cm /page Do Q".encode())
    page[NameObject("/Contents")] = writer._add_object(drawing)
    return page.rotate(turn) if turn else page


def upright_picture(opened: Image.Image, path: Path) -> tuple[Any, int]:
    """Return a frame as a stream of PDF, and by how many degrees clockwise it is turned to stand upright.

    Args:
        opened: the picture, at the frame that is wanted.
        path: its file; a JPEG goes in as it is.
    """
    from PIL import ImageOps
    from pypdf.generic import DecodedStreamObject, NameObject, NumberObject

    shown = opened.getexif().get(_ORIENTATION, 1)
    turn = {3: 180, 6: 90, 8: 270}.get(shown, 0)
    mirrored = shown in (2, 4, 5, 7)  # a page of PDF can be turned, not mirrored
    as_it_is = opened.format == "JPEG" and opened.mode in ("L", "RGB") and not mirrored
    frame = opened if as_it_is else _plain(ImageOps.exif_transpose(opened) if mirrored else opened)
    image = DecodedStreamObject()
    image.set_data(path.read_bytes() if as_it_is else frame.tobytes())
    gray, bits = frame.mode in ("1", "L"), 1 if frame.mode == "1" else 8
    stream = image if as_it_is else image.flate_encode()
    stream.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(frame.width),
            NameObject("/Height"): NumberObject(frame.height),
            NameObject("/ColorSpace"): NameObject("/DeviceGray" if gray else "/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(bits),
        }
    )
    if as_it_is:
        stream[NameObject("/Filter")] = NameObject("/DCTDecode")
    return stream, turn


_ORIENTATION: Final = 0x0112
"""EXIF: which way up the picture is shown."""


def _plain(frame: Image.Image) -> Image.Image:
    """Return a frame in black and white, gray or colour; transparent parts white."""
    from PIL import Image

    if frame.mode in ("1", "L", "RGB"):
        return frame
    if "A" in frame.getbands() or "transparency" in frame.info:
        layer = frame.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return frame.convert("RGB")


def _tiff(path: Path, piece: Sequence[PageTurn], target: Path) -> None:
    from PIL import Image

    frames = []
    with Image.open(path) as opened:
        resolution = opened.info.get("dpi", (200, 200))
        for number, turn in piece:
            opened.seek(number - 1)
            frame = opened.copy()
            frames.append(frame.rotate(-turn, expand=True) if turn else frame)
    packed = "group4" if all(f.mode == "1" for f in frames) else "tiff_adobe_deflate"
    frames[0].save(
        target, "TIFF", save_all=True, append_images=frames[1:], compression=packed, dpi=resolution
    )
