"""「OFD … text in reading order, embedded page pictures are OCRed; private-use glyphs flagged → read from picture where there is one」."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from archivist.errors import ArchivistError, FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.reading.formats.identify import identify
from archivist.reading.formats.ofd import OFD, open_ofd
from archivist.reading.formats.registry import SourcePage

NAMESPACE: Final = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text(words: str, x: float, y: float, *, more: str = "", size: float = 5, deltas: str = "") -> str:
    step = f' DeltaX="{deltas}"' if deltas else ""
    return (
        f'<ofd:TextObject ID="9" Boundary="{x} {y} 170 8" Font="3" Size="{size}" {more}>'
        f'<ofd:TextCode X="0" Y="6"{step}>{escape(words)}</ofd:TextCode></ofd:TextObject>'
    )


def image(resource: str, box: str, *, matrix: str = "", more: str = "") -> str:
    return f'<ofd:ImageObject ID="8" Boundary="{box}" ResourceID="{resource}" {f"CTM={matrix!r}" if matrix else ""} {more}/>'


def sheet(shade: int = 0) -> bytes:
    """A page in miniature: white, its upper left quarter of one shade."""
    made = Image.new("L", (210, 297), 255)
    made.paste(shade, (0, 0, 105, 148))
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


def ofd(
    path: Path,
    *pages: str,
    template: str = "",
    order: str = "Background",
    files: Mapping[str, bytes] | None = None,
    parts: Mapping[str, str] | None = None,
) -> Path:
    """An OFD of pages, each given by its objects; ``files`` are pictures, known by their names as resources."""
    media = "".join(
        f'<ofd:MultiMedia ID="{name}" Type="Image"><ofd:MediaFile>{name}</ofd:MediaFile></ofd:MultiMedia>'
        for name in files or {}
    )
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    under = f'<ofd:Template TemplateID="77" ZOrder="{order}"/>' if template else ""
    made = {
        "OFD.xml": f"<ofd:OFD {NAMESPACE}><ofd:DocBody><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        "</ofd:PhysicalBox></ofd:PageArea><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
        '<ofd:TemplatePage ID="77" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
        f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        "Doc_0/DocumentRes.xml": f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:MultiMedias>{media}</ofd:MultiMedias>'
        '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="5"><ofd:Content>'
        f"{text('组内文字', 0, 0)}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>",
        "Doc_0/Tpls/Tpl_0/Content.xml": _content(template, ""),
    } | {f"Doc_0/Pages/Page_{n}/Content.xml": _content(page, under) for n, page in enumerate(pages)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, xml in (made | dict(parts or {})).items():
            package.writestr(
                name, xml if xml.startswith("<?") else f'<?xml version="1.0" encoding="UTF-8"?>{xml}'
            )
        for name, data in (files or {}).items():
            package.writestr(f"Doc_0/Res/{name}", data)
    return path


def _content(objects: str, under: str) -> str:
    return f'<ofd:Page {NAMESPACE}>{under}<ofd:Content><ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content></ofd:Page>'


def pages_of(path: Path) -> list[SourcePage]:
    assert identify(path) is OFD
    with open_ofd(path, path.name) as (count, pages):
        found = [page() if callable(page) else page for page in pages]
    assert len(found) == count
    return found


LONG: Final = "兹证明王秀兰系我单位职工月收入二千四百元整特此证明"


def test_text_in_the_order_of_reading(tmp_path: Path) -> None:
    """Objects stand in the file in any order; pieces on one height are one line, apart where there is a gap."""
    objects = (
        text("特此证明", 20, 60) + text("王秀兰", 60, 40) + text("收入证明", 80, 20, size=8) + text("姓名：", 20, 40.4)
        + text("证", 20, 50, deltas="") + text("号", 25, 50)
    )  # fmt: skip
    (page,) = pages_of(ofd(tmp_path / "a.ofd", objects))
    assert page.text.splitlines() == ["收入证明", "姓名： 王秀兰", "证号", "特此证明"]
    assert not page.scanned


def test_steps_between_letters(tmp_path: Path) -> None:
    """``g 3 5`` is three steps of five millimetres: what follows directly is not apart."""
    objects = text("最低生活", 20, 20, deltas="g 3 5") + text("保障", 40, 20) + text("金额", 90, 20)
    assert pages_of(ofd(tmp_path / "a.ofd", objects))[0].text == "最低生活保障 金额"


def test_pages_templates_blocks_and_groups(tmp_path: Path) -> None:
    """What is printed on every page stands in a template; objects stand in blocks and in groups that are used by name."""
    first = f"<ofd:PageBlock ID='4'>{text('第一页', 20, 60)}</ofd:PageBlock>"
    second = text("第二页", 20, 60) + "<ofd:CompositeObject ID='6' ResourceID='5' Boundary='20 80 50 10'/>"
    path = ofd(tmp_path / "a.ofd", first, second, template=text("单位抬头", 20, 20))
    assert [p.text.splitlines() for p in pages_of(path)] == [
        ["单位抬头", "第一页"],
        ["单位抬头", "第二页", "组内文字"],
    ]


def test_a_scanned_page_is_a_picture(tmp_path: Path) -> None:
    path = ofd(tmp_path / "a.ofd", image("a.png", "0 0 210 297"), files={"a.png": sheet()})
    (page,) = pages_of(path)
    assert page.scanned and page.on_paper and page.picture is not None
    height, width = page.picture.shape[:2]
    assert abs(height / width - 297 / 210) < 0.01 and width > 1600
    assert int(page.picture[height // 4, width // 4].max()) < 10
    assert int(page.picture[3 * height // 4, width // 4].min()) > 245


def test_a_picture_is_placed_by_its_matrix(tmp_path: Path) -> None:
    """As in forms that were filled in by hand and scanned: half the page, in its lower half."""
    objects = image("a.png", "0 148.5 210 148.5", matrix="210 0 0 148.5 0 0")
    (page,) = pages_of(ofd(tmp_path / "a.ofd", objects, files={"a.png": sheet()}))
    assert page.picture is not None
    height, width = page.picture.shape[:2]
    assert int(page.picture[height // 4, width // 4].min()) > 245
    assert int(page.picture[height * 5 // 8, width // 4].max()) < 10


@pytest.mark.parametrize("hidden", ["under", "invisible", "no alpha"])
def test_a_layer_of_text_under_a_scan_does_not_count(tmp_path: Path, hidden: str) -> None:
    """「the picture before an invisible or rubbish text layer」."""
    more = {"under": "", "invisible": 'Visible="false"', "no alpha": 'Alpha="0"'}[hidden]
    rubbish = "".join(text(LONG, 20, 20 + 8 * n, more=more) for n in range(12))
    picture = image("a.png", "0 0 210 297")
    objects = rubbish + picture if hidden == "under" else picture + rubbish
    (page,) = pages_of(ofd(tmp_path / "a.ofd", objects, files={"a.png": sheet()}))
    assert page.scanned and page.text == ""


def test_text_on_a_background_counts(tmp_path: Path) -> None:
    letter = "".join(text(LONG, 20, 20 + 8 * n) for n in range(12))
    path = ofd(
        tmp_path / "a.ofd", letter, template=image("a.png", "0 0 210 297"), files={"a.png": sheet(240)}
    )
    (page,) = pages_of(path)
    assert not page.scanned and page.text.count(LONG) == 12
    assert len(page.embedded) == 1


def test_private_glyphs_are_read_from_the_picture_where_there_is_one(tmp_path: Path) -> None:
    private = text("\ue001\ue002\ue003" * 30, 20, 20)
    (page,) = pages_of(
        ofd(tmp_path / "a.ofd", image("a.png", "0 0 210 250") + private, files={"a.png": sheet()})
    )
    assert page.scanned
    with pytest.raises(UnreadableFile, match="第 2 页用了私有字形"):
        pages_of(ofd(tmp_path / "b.ofd", text(LONG, 20, 20), private))


def test_a_picture_in_a_format_nobody_knows(tmp_path: Path) -> None:
    path = ofd(tmp_path / "a.ofd", image("a.jb2", "0 0 210 297"), files={"a.jb2": b"\x97JB2 nonsense"})
    with pytest.raises(UnreadableFile, match="第 1 页的图片解不开"):
        pages_of(path)


def test_a_page_that_cannot_be_read_costs_that_page(tmp_path: Path) -> None:
    from archivist.reading.pages import open_file

    path = ofd(tmp_path / "a.ofd", text(LONG, 20, 20), text("\ue001" * 30, 20, 20), text(LONG, 20, 20))
    with open_file(path, lambda: pytest.fail("no engine")) as opened:
        assert ["私有字形" in page.failure for page in opened.pages] == [False, True, False]


# ── hostile ──────────────────────────────────────────────────────────────────────────────────────────────
def test_entities_are_refused(tmp_path: Path) -> None:
    """「XML entity bombs in OFD」, and entities that would fetch a file."""
    (tmp_path / "secret").write_text("机密", "utf-8")
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    for declared in (f'<!ENTITY e0 "x">{steps}', f'<!ENTITY e11 SYSTEM "{(tmp_path / "secret").as_uri()}">'):
        page = f'<?xml version="1.0"?><!DOCTYPE x [{declared}]>' + _content(
            text("x", 20, 20).replace(">x<", ">&e11;<"), ""
        )
        path = ofd(tmp_path / "a.ofd", "", parts={"Doc_0/Pages/Page_0/Content.xml": page})
        with pytest.raises((ValueError, SyntaxError)):
            pages_of(path)


def test_a_picture_that_claims_to_be_giant(tmp_path: Path) -> None:
    from . import files

    bomb = files.png_bomb(tmp_path / "a.png").read_bytes()
    path = ofd(tmp_path / "a.ofd", image("a.png", "0 0 210 297"), files={"a.png": bomb})
    with pytest.raises(FileTooLarge):
        pages_of(path)


def test_a_page_that_claims_to_be_giant(tmp_path: Path) -> None:
    page = _content(image("a.png", "0 0 90000 90000"), "").replace(
        "<ofd:Content>",
        "<ofd:Area><ofd:PhysicalBox>0 0 90000 90000</ofd:PhysicalBox></ofd:Area><ofd:Content>",
    )
    path = ofd(
        tmp_path / "a.ofd", "", files={"a.png": sheet()}, parts={"Doc_0/Pages/Page_0/Content.xml": page}
    )
    with pytest.raises(FileTooLarge):
        pages_of(path)


def test_a_group_that_holds_itself(tmp_path: Path) -> None:
    """Nine times, so that its depth alone would not end it."""
    again = "<ofd:CompositeObject ID='6' ResourceID='5' Boundary='0 0 9 9'/>"
    resources = (
        f'<ofd:Res {NAMESPACE}><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="5"><ofd:Content>'
        f"{text('又', 0, 0) + again * 9}</ofd:Content>"
        "</ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"
    )
    used = "<ofd:CompositeObject ID='6' ResourceID='5' Boundary='20 80 50 10'/>"
    path = ofd(tmp_path / "a.ofd", used, parts={"Doc_0/DocumentRes.xml": resources})
    assert set(pages_of(path)[0].text) <= set("又 \n")


def test_a_locked_one_asks_for_its_password(tmp_path: Path) -> None:
    path = ofd(tmp_path / "a.ofd", text(LONG, 20, 20), parts={"Encryptions.xml": "<x/>"})
    with pytest.raises(PasswordNeeded):
        pages_of(path)


@pytest.mark.parametrize(
    "part", ["Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml", "Doc_0/DocumentRes.xml", "OFD.xml"]
)
@pytest.mark.parametrize("content", ["<broken", "<x/>", ""])
def test_whatever_is_wrong_is_said_in_words(tmp_path: Path, part: str, content: str) -> None:
    from archivist.reading.pages import open_file

    path = ofd(tmp_path / "a.ofd", text(LONG, 20, 20), parts={part: content})
    try:
        with open_file(path, lambda: pytest.fail("no engine")) as opened:
            assert [p.number for p in opened.pages] == [1]
    except ArchivistError as error:
        assert error.code == "E101" and "OFD" in error.what
