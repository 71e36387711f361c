"""The picture comes before a layer of text that nobody can see or nobody wrote; true born-digital text stays."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from archivist.reading import ocr
from archivist.reading.pages import PageText, read_file
from archivist.reading.plausible import rubbish_share
from tests.sampling import sweep

from . import files, pages

GOLDEN = Path(__file__).parents[1] / "documents" / "types" / "golden"
DPI = 150
"""Of the scans: A4."""
SENSE = "\n".join(
    [
        "根据《社会救助暂行办法》有关规定，本人及共同生活的家庭成员自愿授权民政部门查询、核对本人及家庭成员的户籍、车辆、",
        "就业、社会保险、住房、工商登记、纳税、存款、有价证券等信息。本授权书自签字之日起生效，至不再享受社会救助待遇之日止。",
        "核对结果仅用于社会救助审核确认，不得用于其他用途。授权人：王秀兰　公民身份号码：120106195506150019",
        "被授权机关：样例街道办事处　地址：样例路1号　电话：022-00000001　日期：2024年3月4日　AV1-DB2024000123-SQB-1-3F",
    ]
    * 2
)
"""A page of print, more than two hundred characters."""


class OnePrint:
    """A recogniser that sees one line in every picture, and counts the pictures."""

    seen = "图上的字"

    def __init__(self) -> None:
        self.pictures = 0

    def read(self, _: object) -> ocr.Recognised:
        """Return the line."""
        self.pictures += 1
        return ocr.Recognised(((ocr.Line(self.seen, 0.99, 400.0, 300.0, 300.0, 60.0, 0.0),),), 0.99, 0, 0.0)


def read(path: Path) -> tuple[PageText, int]:
    """Return the page and how many pictures were recognised."""
    engine: Any = OnePrint()
    page = read_file(path, lambda: engine).pages[0]
    return page, engine.pictures


def scan() -> Image.Image:
    return pages.letter(random.Random(4)).image.resize((1240, 1754)).convert("L")


def latin(rng: random.Random) -> str:
    """Chinese recognised by a scanner that knows English only."""
    marks = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#:&"
    return " ".join("".join(rng.choices(marks, k=rng.randint(2, 5))) for _ in range(14))


def shifted(rng: random.Random) -> str:
    """A font without a map: every letter is another."""
    turn = rng.randint(3, 22)
    words = "this household lives from the allowance of the street and from odd jobs in the market".split()
    rng.shuffle(words)
    return " ".join(words).translate({97 + k: 97 + (k + turn) % 26 for k in range(26)})


def mojibake(rng: random.Random) -> str:
    """Chinese whose bytes were read in a wrong encoding."""
    line = rng.choice(SENSE.split("\n")[:3])
    raw, encoding = rng.choice(
        [("utf-8", "gb18030"), ("gb18030", "latin-1"), ("utf-8", "cp1251"), ("gb18030", "big5")]
    )
    return line.encode(raw).decode(encoding, "replace").replace("\x85", "").replace("\n", "")


def private(rng: random.Random) -> str:
    """A font that has its characters where Unicode has none."""
    return "".join(chr(rng.randint(0xE000, 0xE400)) for _ in range(40))


RUBBISH = {"latin": latin, "shifted": shifted, "mojibake": mojibake, "private": private}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", RUBBISH)
def test_rubbish_is_told_from_sense(kind: str, seed: int) -> None:
    """“garbage layers of several kinds (latin, mojibake, half page)”."""
    rng = random.Random(seed)
    lines = [RUBBISH[kind](rng) for _ in range(8)]
    assert rubbish_share("\n".join(lines)) > 0.5, lines
    assert 0.2 < rubbish_share("\n".join([*lines[:4], SENSE])) < 0.8


@pytest.mark.parametrize(
    "text",
    [
        SENSE,
        "转账汇款 Transfer 账号 6222000000000000017 金额 RMB 1,200.00 备注 DB-2024-03",
        "INDUSTRIAL AND COMMERCIAL BANK OF CHINA\nStatement of account for the month of March 2024\nBalance brought forward",
        "阿卜杜热合曼·买买提　新疆维吾尔自治区　ئابدۇراخمان مەمەت ئاپتونوم رايونلۇق\nབོད་ལྗོངས་མི་དམངས་སྲིད་གཞུང",
        "https://www.example.gov.cn/xxgk/2024/03/t20240304_1234.htm\nxiangliqu@example.cn",
        "昝赟 逯骞 麴翀",
        "Z109-ZY·SHJZ·2021·D5-0001\n9c0a1e7b9c0a1e7b9c0a1e7b9c0a1e7b9c0a1e7b9c0a1e7b9c0a1e7b9c0a1e7b\nAV2-TJHQDB2024000123-SQB-1-ABCDEFGHJK",
        "",
    ],
    ids=["chinese", "bank", "english", "minorities", "addresses", "rare names", "codes", "nothing"],
)
def test_sense_is_not_taken_for_rubbish(text: str) -> None:
    assert rubbish_share(text) <= 0.05


@pytest.mark.parametrize("golden", sorted(GOLDEN.rglob("*.txt")), ids=lambda path: path.stem)
def test_no_document_of_our_own_is_taken_for_rubbish(golden: Path) -> None:
    """“Born-digital pages with correct text stay fast”: each of them, lists of digests and of numbers too."""
    assert rubbish_share(golden.read_text("utf-8")) <= 0.05


@pytest.mark.parametrize("under", [False, True], ids=["invisible", "under the picture"])
def test_the_picture_before_a_layer_nobody_sees(tmp_path: Path, under: bool) -> None:
    """“an invisible text layer outranks the picture”: it may be another household's, however well it reads."""
    path = files.stamped_pdf(tmp_path / "a.pdf", scan(), SENSE, dpi=DPI, unseen=not under, under=under)
    page, pictures = read(path)
    assert (page.text, page.source, page.on_paper, pictures) == (OnePrint.seen, "ocr", True, 1)


@sweep(1 / 2)
@pytest.mark.parametrize("unseen", [False, True])
@pytest.mark.parametrize("kind", RUBBISH)
def test_the_picture_before_a_layer_nobody_wrote(tmp_path: Path, kind: str, unseen: bool) -> None:
    """“a scanner's garbage layer makes a page unsearchable”, seen or not."""
    rng = random.Random(3)
    text = "\n".join(RUBBISH[kind](rng) for _ in range(12))
    page, _ = read(files.stamped_pdf(tmp_path / "a.pdf", scan(), text, dpi=DPI, unseen=unseen))
    assert page.text == OnePrint.seen


def test_half_a_page_of_rubbish_is_enough(tmp_path: Path) -> None:
    rng = random.Random(5)
    text = SENSE + "\n" + "\n".join(latin(rng) for _ in range(8))
    page, _ = read(files.stamped_pdf(tmp_path / "a.pdf", scan(), text, dpi=DPI))
    assert page.text == OnePrint.seen


def test_print_over_a_picture_of_the_whole_page_stays(tmp_path: Path) -> None:
    """A certificate with a background: its text is visible, much, and sense; but the page is one of paper."""
    page, pictures = read(files.stamped_pdf(tmp_path / "a.pdf", scan(), SENSE, dpi=DPI))
    assert page.text.startswith("根据《社会救助暂行办法》")
    assert (page.source, page.on_paper, pictures) == ("text", True, 0)


def test_born_digital_text_is_never_recognised(tmp_path: Path) -> None:
    """“Born-digital pages with correct text stay fast”."""
    page, pictures = read(files.text_pdf(tmp_path / "a.pdf", SENSE, ruled=True))
    assert (page.source, page.on_paper, pictures) == ("text", False, 0)


def test_a_born_digital_page_of_rubbish_is_recognised_but_is_no_paper(tmp_path: Path) -> None:
    rng = random.Random(5)
    text = "\n".join(shifted(rng) for _ in range(8))
    page, _ = read(files.text_pdf(tmp_path / "a.pdf", text, ruled=True))
    assert (page.text, page.source, page.on_paper) == (OnePrint.seen, "ocr", False)


@pytest.mark.parametrize(
    "padding", [b"\0" * 511, b"\0" * 300_000, b"\r\n \0\x1a" * 40_000], ids=["block", "much", "mixed"]
)
def test_a_pdf_filled_up_behind_its_end_is_read(tmp_path: Path, padding: bytes) -> None:
    """“PDF followed by padding (NULs up to a block, case 44) is read”, whatever its length."""
    path = files.text_pdf(tmp_path / "a.pdf", SENSE)
    path.write_bytes(path.read_bytes() + padding)
    page, _ = read(path)
    assert page.text.startswith("根据《社会救助暂行办法》")
