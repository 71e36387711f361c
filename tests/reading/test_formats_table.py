"""「The original bytes and **their own extension** are kept」: each format, made here, told apart, read, named as it came."""

from __future__ import annotations

import csv
import io
import struct
import wave
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import cv2
import docx
import numpy as np
import pytest
import xlwt
from PIL import Image

from archivist.errors import FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.reading.formats import images
from archivist.reading.formats.identify import identify
from archivist.reading.formats.registry import formats
from archivist.reading.pages import MAX_FILE_BYTES, open_file
from archivist.reading.reader_process import Reader

from . import files
from .files import PATIENT

WORDS: Final = "王秀兰月收入2400元"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(PATIENT) as shared:
        yield shared


# ── one of each ──────────────────────────────────────────────────────────────────────────────────────────
def picture(path: Path, name: str, **options: object) -> None:
    """A sheet with nothing on it but a stroke: nothing is to be recognised, only decoded."""
    image = Image.new("RGB", (64, 90), "white")
    image.paste((0, 0, 0), (20, 20, 44, 24))
    image.save(path, name, **options)


def heic(path: Path) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    picture(path, "HEIF")


def xls(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("收入")
    for column, value in enumerate((WORDS, 120.0)):
        sheet.write(0, column, value)
    book.add_sheet("空")
    book.save(str(path))


def ods(path: Path) -> None:
    cells = f'<table:table-cell office:value-type="string"><text:p>{WORDS}</text:p></table:table-cell>'
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="收入"><table:table-row>{cells}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", "<manifest/>")


def csv_of(encoding: str, delimiter: str = ",") -> Callable[[Path], object]:
    def make(path: Path) -> None:
        out = io.StringIO()
        rows = [["姓名", "说明"], ["王秀兰", f"“{WORDS}”, 见附"], ["翟堃", ""]]
        csv.writer(out, delimiter=delimiter).writerows(rows)
        path.write_bytes(out.getvalue().encode(encoding))

    return make


def text_of(encoding: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(f"{WORDS}\r\n特此证明。1".encode(encoding))


PAGE: Final = (
    "<!DOCTYPE html><html><head><meta charset=%s><title>x</title><style>p {color: red}</style></head><body><p>"
    f"{WORDS}</p><script>document.write('不是字')</script></body></html>"
)


def html_of(encoding: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes((PAGE % encoding).encode(encoding))


def mht(path: Path) -> None:
    message = EmailMessage()
    message.set_content(PAGE % "gbk", subtype="html", charset="gbk", cte="base64")
    message.make_related()
    message["From"] = "<Saved by Blink>"
    path.write_bytes(message.as_bytes())


def eml(path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.cn", "c@d.cn", "收入"
    message.set_content(WORDS)
    path.write_bytes(message.as_bytes())


def film(path: Path) -> None:
    made = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 5, (64, 48))
    for shade in (10, 90):
        made.write(np.full((48, 64, 3), shade, np.uint8))
    made.release()


def wav(path: Path) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(1600))


def starts(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def boxes(*kinds: bytes) -> bytes:
    return b"".join(struct.pack(">I", 16) + kind + bytes(8) for kind in kinds)


MP3_FRAME: Final = bytes.fromhex("fffb9064") + bytes(413)
TEXTS: Final[dict[str, tuple[str, Callable[[Path], object]]]] = {
    "xls": (".xls", xls),
    "et": (".et", xls),
    "ods": (".ods", ods),
    "csv in UTF-8": (".csv", csv_of("utf-8-sig")),
    "csv in GBK": (".csv", csv_of("gbk")),
    "csv in UTF-16, tabs": (".csv", csv_of("utf-16", "\t")),
    "txt in GBK": (".txt", text_of("gbk")),
    "txt in UTF-16": (".txt", text_of("utf-16")),
    "txt in UTF-16 without its mark": (".txt", text_of("utf-16-le")),
    "txt in UTF-16 the other way, without": (".txt", text_of("utf-16-be")),
    "html in UTF-8": (".html", html_of("utf-8")),
    "html in GBK": (".htm", html_of("gbk")),
    "html in UTF-16": (".html", html_of("utf-16")),
    "mht": (".mht", mht),
    "eml": (".eml", eml),
    "docx": (".docx", lambda path: files.word(path)),
    "xlsx": (".xlsx", lambda path: files.workbook(path)),
    "pdf": (".pdf", lambda path: files.text_pdf(path, WORDS)),
}
PICTURES: Final[dict[str, tuple[str, Callable[[Path], object]]]] = {
    "heic": (".heic", heic),
    "avif": (".avif", lambda path: picture(path, "AVIF")),
    "jp2": (".jp2", lambda path: picture(path, "JPEG2000")),
    "j2k": (".j2k", lambda path: picture(path, "JPEG2000", no_jp2=True)),
    "jpeg": (".jpg", lambda path: picture(path, "JPEG")),
    "png": (".png", lambda path: picture(path, "PNG")),
    "gif": (".gif", lambda path: picture(path, "GIF")),
    "bmp": (".bmp", lambda path: picture(path, "BMP")),
    "webp": (".webp", lambda path: picture(path, "WEBP")),
    "tiff": (".tif", lambda path: picture(path, "TIFF")),
}
RECORDINGS: Final[dict[str, tuple[str, Callable[[Path], object]]]] = {
    "mp4": (".mp4", film),
    "m4a": (".m4a", starts(b"\x00\x00\x00\x14ftypM4A \x00\x00\x00\x00isom" + boxes(b"moov", b"mdat"))),
    "mov": (
        ".mov",
        starts(b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + boxes(b"wide", b"mdat", b"moov")),
    ),
    "3gp": (".3gp", starts(b"\x00\x00\x00\x14ftyp3gp4\x00\x00\x00\x00isom" + boxes(b"moov", b"mdat"))),
    "mp3": (".mp3", starts(b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10) + MP3_FRAME * 3)),
    "mp3 without a tag": (".mp3", starts(MP3_FRAME * 3)),
    "wav": (".wav", wav),
    "amr": (".amr", starts(b"#!AMR\n" + bytes(64))),
    "silk": (".silk", starts(b"\x02#!SILK_V3" + bytes(64))),
    "ogg": (".ogg", starts(b"OggS" + bytes(64))),
    "flac": (".flac", starts(b"fLaC" + bytes(64))),
    "wmv": (".wmv", starts(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(64))),
}
TABLE: Final = TEXTS | PICTURES | RECORDINGS


@pytest.mark.parametrize("name", TABLE)
def test_its_own_extension_is_kept(tmp_path: Path, name: str) -> None:
    """「`.eml` stays `.eml`, `.csv` `.csv`, `.odt` `.odt`, `.mht` `.mht`, .wps .wps, .et .et …」; and under any other it gets a true one."""
    suffix, make = TABLE[name]
    path = tmp_path / f"材料{suffix}"
    make(path)
    found = identify(path)
    assert found.extension_of(path.name) == suffix
    assert found.extension_of(path.name.upper()) == suffix
    assert found.extension_of("材料.exe") in found.extensions


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_read(reader: Reader, tmp_path: Path, name: str) -> None:
    suffix, make = TEXTS[name]
    path = tmp_path / f"材料{suffix}"
    make(path)
    before = path.read_bytes()
    result = reader.read(path)
    assert result.pages[0].source == "text"
    assert WORDS in result.text or suffix in (".docx", ".xlsx")
    assert "不是字" not in result.text
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_decoded(tmp_path: Path, name: str) -> None:
    suffix, make = PICTURES[name]
    path = tmp_path / f"照片{suffix}"
    make(path)
    found = identify(path)
    assert found.is_picture
    assert callable(found.handling)
    with found.handling(path, path.name) as (count, pages):
        page = next(source() if callable(source) else source for source in pages)
    assert (count, page.scanned) == (1, True)
    assert page.picture is not None and page.picture.shape == (90, 64, 3)
    assert int(page.picture[22, 30].max()) < 80 < 200 < int(page.picture[60, 30].min())


@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings_have_no_text(reader: Reader, tmp_path: Path, name: str) -> None:
    """「mp4/mp3/m4a/amr as evidence without text」."""
    suffix, make = RECORDINGS[name]
    path = tmp_path / f"入户走访{suffix}"
    make(path)
    result = reader.read(path)
    assert result.format.is_recording
    assert [(p.source, p.text, p.on_paper) for p in result.pages] == [("none", "", False)]


@pytest.mark.parametrize("name", ["mp4", "m4a", "mov", "3gp", "wav"])
def test_a_recording_cut_short_is_not_taken(reader: Reader, tmp_path: Path, name: str) -> None:
    """「Truncated/incomplete files must not be filed … by themselves」: where the format says how long it is."""
    suffix, make = RECORDINGS[name]
    path = tmp_path / f"a{suffix}"
    make(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UnreadableFile, match="不完整"):
        reader.read(path)


def test_a_long_recording_is_taken(tmp_path: Path) -> None:
    """Half an hour of film is larger than any paper; it is kept as it is. The file is sparse."""
    path = tmp_path / "入户走访.mp4"
    size = MAX_FILE_BYTES + 1024
    with path.open("wb") as file:
        file.write(b"\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom" + boxes(b"moov"))
        file.write(struct.pack(">I", size - file.tell()) + b"mdat")
        file.truncate(size)
    with open_file(path, lambda: pytest.fail("no engine")) as opened:
        assert opened.count == 1
    path.write_bytes(b"%PDF-1.7")
    with path.open("r+b") as file:
        file.truncate(size)
    with pytest.raises(FileTooLarge, match="500 MB"), open_file(path, lambda: pytest.fail("no engine")):
        pass


def test_a_sheet_says_its_name_and_its_numbers(reader: Reader, tmp_path: Path) -> None:
    xls(tmp_path / "a.et")
    result = reader.read(tmp_path / "a.et")
    assert [page.text for page in result.pages] == [f"收入\n{WORDS} 120", "空"]


def test_a_table_in_text_is_a_row_a_line(reader: Reader, tmp_path: Path) -> None:
    csv_of("gb18030")(tmp_path / "a.csv")
    assert reader.read(tmp_path / "a.csv").text == f"姓名 说明\n王秀兰 “{WORDS}”, 见附\n翟堃"


@pytest.mark.parametrize(
    "text",
    [
        "尊敬的领导，\n您好，我家，\n困难，请，救助",
        "a,b",
        "姓名,王秀兰\n住址，5号\n完,了,",
        "<a>,<b>\n<c>,<d>",
    ],
)
def test_running_text_is_no_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    assert identify(path).kind == "txt"


def test_recognisers_do_not_tie(tmp_path: Path) -> None:
    """Which format a file is never hangs on the order in which formats were registered."""
    from archivist.reading.formats.sample import Sample

    for suffix, make in TABLE.values():
        path = tmp_path / f"a{suffix}"
        make(path)
        with path.open("rb") as file:
            sample = Sample(file)
            sure = sorted(known.recognise(sample) for known in formats())
        assert sure[-1] > sure[-2], path


def test_papers_pasted_into_a_letter_are_pages(tmp_path: Path) -> None:
    """No page speaks for anybody else: a photographed paper in a Word file or a saved page says whose it is, too."""
    out = io.BytesIO()
    Image.new("RGB", (900, 1200), "white").save(out, "JPEG")
    small = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(small, "PNG")
    word = docx.Document()
    word.add_paragraph(WORDS)
    for data in (out, small, out):
        data.seek(0)
        word.add_picture(data)
    word.save(str(tmp_path / "a.docx"))
    page = EmailMessage()
    page.set_content(PAGE % "utf-8", subtype="html", charset="utf-8")
    page.add_related(out.getvalue(), "image", "jpeg", cid="<a>")
    page.add_related(small.getvalue(), "image", "png", cid="<b>")
    page["From"] = "<Saved by Blink>"
    (tmp_path / "a.mht").write_bytes(page.as_bytes())
    for name in ("a.docx", "a.mht"):
        found = identify(tmp_path / name)
        assert callable(found.handling)
        with found.handling(tmp_path / name, name) as (count, sources):
            first, second = (source() if callable(source) else source for source in sources)
        assert count == 2
        assert WORDS in first.text and first.embedded
        assert second.scanned and second.on_paper
        assert second.picture is not None and second.picture.shape == (1200, 900, 3)


# ── hostile ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["heic", "avif", "jp2", "j2k"])
def test_giant_pictures_are_refused_by_their_header(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    suffix, make = PICTURES[name]
    path = tmp_path / f"a{suffix}"
    make(path)
    monkeypatch.setattr(images, "MAX_PIXELS", 64 * 90 - 1)

    def decode(_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(images, "to_bgr", decode)
    with pytest.raises(FileTooLarge, match="64×90"), open_file(path, lambda: pytest.fail("no engine")):
        pass


def test_a_picture_that_claims_to_be_giant(reader: Reader, tmp_path: Path) -> None:
    """A JPEG 2000 of a few bytes whose header says 40,000 × 40,000."""
    path = tmp_path / "a.j2k"
    picture(path, "JPEG2000", no_jp2=True)
    data = bytearray(path.read_bytes())
    at = data.index(b"\xff\x51") + 6
    for place in (at, at + 16):
        data[place : place + 8] = struct.pack(">II", 40_000, 40_000)
    path.write_bytes(data)
    with pytest.raises(FileTooLarge, match="百万像素"):
        reader.read(path)


@pytest.mark.parametrize("name", ["heic", "avif", "jp2", "xls", "ods"])
def test_cut_short_is_damage(reader: Reader, tmp_path: Path, name: str) -> None:
    suffix, make = TABLE[name]
    path = tmp_path / f"a{suffix}"
    make(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(UnreadableFile, match="损坏"):
        reader.read(path)


def test_a_page_of_the_web_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """「HTML with external refs (nothing fetched)」: neither from the network nor from the disk."""
    import socket

    def no_network(*_: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    (tmp_path / "secret.txt").write_text("机密", "utf-8")
    secret = (tmp_path / "secret.txt").as_uri()
    path = tmp_path / "a.html"
    path.write_text(
        f'<!DOCTYPE html [<!ENTITY e SYSTEM "{secret}">]><html><head><link rel=stylesheet href="http://127.0.0.1:9/a.css">'
        f'<base href="http://127.0.0.1:9/"></head><body><img src="http://127.0.0.1:9/a.png"><iframe src="{secret}">'
        f'</iframe><object data="{secret}">x</object><p>看得见&e;</p><p hidden>看不见一</p>'
        '<p style="DISPLAY : none">看不见二</p></body></html>',
        "utf-8",
    )
    with open_file(path, lambda: pytest.fail("no engine")) as opened:
        (page,) = opened.pages
    assert "看得见" in page.text
    assert "机密" not in page.text and "看不见" not in page.text


def test_a_page_nested_deeper_than_any_stack(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<html>" + "<div>" * 200_000 + WORDS, "utf-8")
    try:
        assert "\n" not in reader.read(path).text
    except UnreadableFile as error:
        assert "损坏" in error.what


def test_an_office_file_with_a_password_asks_for_it(reader: Reader, tmp_path: Path) -> None:
    """「Encrypted PDFs/Office stay in the tray with a reason that says a password is needed」."""
    path = tmp_path / "a.docx"
    path.write_bytes(files.locked_office())
    with pytest.raises(PasswordNeeded, match="密码") as caught:
        reader.read(path)
    assert "密码" in caught.value.remedy
