"""“Watch, `file`/`ingest` by hand”: a folder of photos through the commands, read by the real reader."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from tests.command_line import Office
from tests.people import WANG_ID
from tests.reading.pages import font


def photographed(path: Path, *lines: str, turned: int = 1) -> None:
    """Draw a page as a phone takes it; with ``turned`` 6 the phone was held upright, and says so."""
    page = Image.new("RGB", (1200, 800), "white")
    draw = ImageDraw.Draw(page)
    for n, line in enumerate(lines):
        draw.text((80, 80 + 110 * n), line, font=font("sans", 56), fill="black")
    exif = Image.Exif()
    exif[0x0112] = turned
    if turned == 6:
        page = page.rotate(90, expand=True)
    page.save(path, "JPEG", quality=92, exif=exif)


def test_a_folder_of_photos_is_filed_as_one_paper_and_by_hand_too(office: Office, tmp_path: Path) -> None:
    """“= ONE document”: the watch says one record of two pages; `file` takes the folder and leaves it where it is."""
    place = office.root / "archive/inbox/王秀兰 诊断证明"
    place.mkdir()
    photographed(place / "IMG_0010.jpg", "医嘱：按时服药", "定期复查", turned=6)
    photographed(place / "IMG_0009.jpg", "诊断证明书", "患者姓名 王秀兰", f"身份证号 {WANG_ID}", turned=6)
    done = office.json("watch", "--once")
    assert [f["title"] for f in done["filed"]] == ["医疗诊断材料"], done
    assert not place.exists()
    records = office.json("case", "show", "王秀兰")["records"]
    assert [r["pages"] for r in records] == [2]
    mine = tmp_path / "身份证"
    mine.mkdir()
    photographed(mine / "1.jpg", "中华人民共和国", "居民身份证")
    photographed(mine / "2.jpg", "姓名 王秀兰", f"公民身份号码 {WANG_ID}")
    filed = office.json("file", "王秀兰", str(mine), "--type", "居民身份证")
    assert len(filed["filed"]) == 1 and len(list(mine.iterdir())) == 2
    (mine / "说明.txt").write_text("不是照片", encoding="utf-8")
    assert "不是照片" in office.run("file", "王秀兰", str(mine), check=10).stderr
    office.run("verify")
