"""件: a filed paper's pages as pictures, what is boxed on them, the original, and where it goes when it was filed wrongly."""

from __future__ import annotations

import io
import json
import re

import pytest
from PIL import Image

from tests.command_line import Office
from tests.people import make_id
from tests.reading.files import text_pdf
from tests.web.browser import PIN, Page
from tests.web.test_guards import logged

CASE = "TJHQ-DB-2024-000001"
HERE = f"/case/{CASE}/0001"


@pytest.fixture
def filed(page: Page) -> Page:
    """The office with a letter of two pages in the household's file, and a second household."""
    text_pdf(page.root / "letter.pdf", "ROOF LEAKS", "NORTH WALL")
    office = Office(page.root)
    office.typed("file", CASE, "letter.pdf", "--type", "其他材料", "--pin-stdin", answers=f"{PIN}\n")
    zhao = {"applicant": {"name": "赵一", "id_number": make_id("19700101")}}
    (page.root / "zhao.json").write_text(json.dumps(zhao), encoding="utf-8")
    office.typed(
        "case", "open", "低保", "--from", "zhao.json", "--on", "2024-03-05", "--pin-stdin", answers=f"{PIN}\n"
    )
    return page


def test_a_page_is_shown_as_a_picture_and_what_was_looked_for_is_boxed(filed: Page) -> None:
    """“image + hits │ 种类 状态 来源”: the box lies where the words are printed."""
    browser = filed.browser("林经办")
    text = browser.get(f"{HERE}?page=2&q=NORTH").text
    assert f'src="{HERE}/page/2"' in text
    assert "letter.pdf" in text
    box = re.search(r'<rect class="w" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', text)
    assert box
    left, top, wide, high = map(int, box.groups())
    answer = browser.get(f"{HERE}/page/2")
    assert answer.headers["content-type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(answer.content)).convert("L")
    w, h = picture.size
    inside = picture.crop(
        (left * w // 1000, top * h // 1000, (left + wide) * w // 1000, (top + high) * h // 1000)
    )
    assert min(inside.tobytes()) < 100, "print is in the box"
    assert "这一页上没有" in browser.get(f"{HERE}?page=1&q=NORTH").text


def test_what_was_found_leads_to_the_page_it_stands_on(filed: Page) -> None:
    """“→ image, hit boxed”: one click from the words that were found to their box."""
    browser = filed.browser("林经办")
    found = re.search(rf'href="({HERE}\?page=2&amp;q=NORTH)"', browser.get("/cases?q=NORTH").text)
    assert found, re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", browser.get("/cases?q=NORTH").text))[-700:]
    assert '<rect class="w"' in browser.get(found[1].replace("&amp;", "&")).text


def test_a_small_picture_is_for_lists(filed: Page) -> None:
    """“ribbon with thumbnails”."""
    answer = filed.browser("林经办").get(f"{HERE}/page/1?small=1")
    assert Image.open(io.BytesIO(answer.content)).width == 180


def test_the_original_is_saved_and_never_shown(filed: Page) -> None:
    """“originals as attachment + nosniff”, byte for byte."""
    answer = filed.browser("林经办").get(f"{HERE}/original")
    assert answer.content == (filed.root / "letter.pdf").read_bytes()
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_each_look_at_a_page_or_an_original_is_on_record(filed: Page) -> None:
    """“Image view, reveal, print, export … are logged before the answer”."""
    browser = filed.browser("林经办")
    before = len(logged(filed))
    for path in (f"{HERE}/page/1", f"{HERE}/original", f"{HERE}/original"):
        browser.get(path)
    acts = [(e["act"], e["households"]) for e in logged(filed)[before:]]
    assert acts == [("case record image", [CASE]), *2 * [("case record original", [CASE])]]


def test_no_picture_without_its_entry(filed: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """“T no log line → no answer”."""
    from archivist.errors import AccessNotLogged
    from archivist.store.access_log import AccessLog

    browser = filed.browser("林经办")

    def refuse(*_: object, **__: object) -> None:
        raise AccessNotLogged("磁盘满")

    monkeypatch.setattr(AccessLog, "enter", refuse)
    for path in (f"{HERE}/page/1", f"{HERE}/original"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert not answer.headers["content-type"].startswith("image")


@pytest.mark.parametrize(
    "path",
    [
        "0001/page/9",
        "0001/page/0x1",
        "0009/page/1",
        "0001/original?file=7",
        "0009",
        "..%2F..",
        "0001/page/-1",
    ],
)
def test_what_is_not_there_is_said_so(filed: Page, path: str) -> None:
    """“Bad input: clear Chinese error”: never a crash, nothing outside the household's file."""
    answer = filed.browser("林经办").get(f"/case/{CASE}/{path}")
    assert answer.status_code in (200, 400, 404), answer.text
    assert "E700" not in answer.text
    if answer.headers["content-type"].startswith("application"):
        raise AssertionError("a file was given out")


def test_a_paper_filed_wrongly_goes_to_the_right_household(filed: Page) -> None:
    """“[移到别户…]”: as a plain form, with its reason; its pictures leave the old household's cache."""
    browser = filed.browser("林经办")
    browser.get(f"{HERE}/page/1")
    assert [*(filed.root / "index/pages" / CASE).glob("*.jpg")]
    browser.get(HERE)
    refused = browser.post(f"{HERE}/move", target="赵一", reason="")
    assert refused.status_code == 409
    assert 'value="赵一"' in refused.text, "nothing typed is lost"
    done = browser.post(f"{HERE}/move", target="赵一", reason="归错")
    assert done.headers["location"] == "/case/TJHQ-DB-2024-000002/0001"
    assert "letter.pdf" in browser.get(done.headers["location"]).text
    assert browser.get(HERE).status_code == 404
    assert not (filed.root / "index/pages" / CASE).exists()


def test_a_type_that_was_wrong_is_put_right(filed: Page) -> None:
    """“认错了种类”: the number stays."""
    browser = filed.browser("林经办")
    browser.get(HERE)
    assert browser.post(f"{HERE}/retype", type="没有这种", reason="认错").status_code == 409
    assert browser.post(f"{HERE}/retype", type="身份证", reason="认错").headers["location"] == HERE
    assert "0001 居民身份证" in browser.get(HERE).text


def test_text_with_a_script_in_it_is_text(filed: Page) -> None:
    """“T <script> as … page text, file name”."""
    (filed.root / "x<img src=x onerror=alert(1)>.txt").write_text(
        "<script>alert(1)</script>", encoding="utf-8"
    )
    office = Office(filed.root)
    office.typed(
        "file",
        CASE,
        "x<img src=x onerror=alert(1)>.txt",
        "--type",
        "其他材料",
        "--pin-stdin",
        answers=f"{PIN}\n",
    )
    text = filed.browser("林经办").get(f"/case/{CASE}/0002?q=<b>").text
    assert "&lt;script&gt;alert" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "<b>" not in text.split('role="status"')[1].split("</p>")[0]
