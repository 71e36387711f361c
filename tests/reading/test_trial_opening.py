"""A file that is kept is opened as it will be in years to come: its first and its last page, nothing of it recognised."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from archivist.reading.child_process import Limits
from archivist.reading.reader_process import Reader
from archivist.reading.trial_opening import TrialOpening, TrialOutcome, try_to_open
from tests.reading import files, locked

GRAY = Image.effect_noise((300, 400), 40)


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def picture(path: Path, **options: object) -> Path:
    GRAY.save(path, **options)  # type: ignore[arg-type]
    return path


def tiff(path: Path, compression: str, frames: int = 2) -> Path:
    images = [GRAY.convert("1") if compression.startswith("group") else GRAY] * frames
    images[0].save(path, "TIFF", compression=compression, save_all=True, append_images=images[1:])
    return path


@pytest.mark.parametrize("end", [".jpg", ".png", ".tif", ".pdf", ".docx"])
def test_what_is_whole_opens(tmp_path: Path, end: str) -> None:
    """逐件试开首末页: opened, and how many pages it has."""
    path = tmp_path / f"件{end}"
    match end:
        case ".tif":
            tiff(path, "tiff_lzw", 3)
        case ".pdf":
            files.text_pdf(path, "一", "二", "三")
        case ".docx":
            files.word(path)
        case _:
            picture(path)
    found = try_to_open(path)
    assert (found.outcome, found.why) == (TrialOutcome.OPENED, "")
    assert found.pages == (3 if end in (".tif", ".pdf") else 1)


@pytest.mark.parametrize("end", [".jpg", ".png", ".tif", ".pdf", ".docx"])
def test_what_is_cut_short_is_said_to_be(tmp_path: Path, end: str) -> None:
    """PDF 有结尾；图像能解码到最后一行: cut anywhere behind its head it is cut short, not damaged."""
    path = tmp_path / f"件{end}"
    match end:
        case ".tif":
            GRAY.save(path, "TIFF")
        case ".pdf":
            files.text_pdf(path, "一", "二")
        case ".docx":
            files.word(path)
        case _:
            picture(path)
    share = random.Random(7).uniform(0.5, 0.9)
    found = try_to_open(cut(path, share))
    if end == ".tif":  # its head stands at the end: without it nothing at all can be decoded
        assert found.outcome in (TrialOutcome.CUT_SHORT, TrialOutcome.DAMAGED)
    else:
        assert found.outcome is TrialOutcome.CUT_SHORT, found
    assert found.why


def test_a_stack_whose_last_frame_is_damaged_does_not_end(tmp_path: Path) -> None:
    path = files.tiff_with_damaged_frame(tmp_path / "件.tif", GRAY, 3, 3)
    assert try_to_open(path).outcome is TrialOutcome.CUT_SHORT


def test_only_the_ends_are_opened(tmp_path: Path) -> None:
    """逐件试开首末页: a page in the middle is not decoded, the last one is."""
    for damaged, outcome in ((2, TrialOutcome.OPENED), (3, TrialOutcome.DAMAGED), (1, TrialOutcome.DAMAGED)):
        path = files.pdf_with_damaged_page(tmp_path / f"{damaged}.pdf", "一", "二", "三", damaged=damaged)
        assert try_to_open(path).outcome is outcome, damaged


def test_what_needs_a_key_is_locked(tmp_path: Path) -> None:
    """PDF /Encrypt、zip 加密位: an empty password opens it, and encrypted it is all the same."""
    plain = files.text_pdf(tmp_path / "plain.pdf", "一")
    closed = try_to_open(files.encrypted_pdf(tmp_path / "a.pdf"))
    assert closed.outcome is TrialOutcome.LOCKED and closed.traits.encrypted
    open_to_all = try_to_open(locked.locked_pdf(tmp_path / "b.pdf", plain, ""))
    assert open_to_all.outcome is TrialOutcome.OPENED and open_to_all.traits.encrypted
    office = tmp_path / "c.docx"
    office.write_bytes(files.locked_office())
    assert try_to_open(office).traits.encrypted
    assert try_to_open(locked.locked_zip(tmp_path / "d.zip", b"x", ("a.txt", b"a"))).traits.encrypted
    assert not try_to_open(plain).traits.encrypted


def test_how_pictures_are_compressed(tmp_path: Path) -> None:
    """图像压缩方案: of every frame of a stack."""
    assert try_to_open(tiff(tmp_path / "a.tif", "group4")).traits.compressions == ("group4",)
    assert try_to_open(tiff(tmp_path / "b.tif", "tiff_lzw")).traits.compressions == ("tiff_lzw",)


def test_what_a_pdf_says_of_itself(tmp_path: Path) -> None:
    """PDF/A 由 CI 的 veraPDF 验，办公室只记声明."""
    path = files.text_pdf(tmp_path / "a.pdf", "一")
    assert try_to_open(path).traits.claims == ""
    xmp = b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
    path.write_bytes(path.read_bytes().replace(b"%%EOF", b"%" + xmp + b"\n%%EOF"))
    assert try_to_open(path).outcome is TrialOutcome.OPENED
    assert try_to_open(path).traits.claims == "PDF/A-2B"


def test_signatures_are_counted(tmp_path: Path) -> None:
    """PDF/OFD 有签名域则列出."""
    path = tmp_path / "a.ofd"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("OFD.xml", "<x/>")
        package.writestr("Doc_0/Signs/Sign_0/Signature.xml", "<x/>")
        package.writestr("Doc_0/Signs/Signatures.xml", "<x/>")
    assert try_to_open(path).traits.signatures == 1


def test_what_is_no_paper_is_not_tried(tmp_path: Path) -> None:
    empty, gone = tmp_path / "a.pdf", tmp_path / "gone.pdf"
    empty.touch()
    assert try_to_open(empty).outcome is TrialOutcome.NOT_TRIED
    assert try_to_open(gone).outcome is TrialOutcome.UNREADABLE
    assert try_to_open(tmp_path).outcome is TrialOutcome.UNREADABLE


def test_bombs_are_not_opened(tmp_path: Path) -> None:
    assert try_to_open(files.png_bomb(tmp_path / "a.png")).outcome is not TrialOutcome.OPENED
    assert try_to_open(files.word_bomb(tmp_path / "a.docx")).outcome is TrialOutcome.NOT_TRIED


def test_the_child_says_the_same_and_a_hanging_file_costs_itself(tmp_path: Path) -> None:
    """读取子进程（限内存、限时）: 超时 is 未检, and the next file is opened by another child."""
    whole = files.text_pdf(tmp_path / "a.pdf", "一", "二")
    endless = files.endless_pdf(tmp_path / "b.pdf", after=["尾"])
    with Reader(Limits(page_cpu_s=3)) as reader:
        assert reader.try_to_open(whole) == try_to_open(whole)
        stopped = reader.try_to_open(endless)
        assert stopped.outcome is TrialOutcome.STOPPED and stopped.why
        assert reader.try_to_open(whole) == TrialOpening(TrialOutcome.OPENED, "", "pdf", 2)
