"""待认领: numbered evidence, pages turned, parted and joined, many filed at once, and two people at one item."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from archivist.api import page_images, tray_marks
from archivist.api.page_images import PlacedText
from archivist.api.review import show_waiting
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.reading.files import encrypted_pdf
from tests.web.browser import PIN, Browser, Page
from tests.web.test_guards import logged
from tests.web.test_screens import CASE, items, records

SHEETS = 3
STATEMENT = "个人情况说明"
"""What a 书面说明 is called."""


@pytest.fixture
def scanned(page: Page) -> Page:
    """The office with a scan of three sheets in its tray that says nothing, beside the letters."""
    frames = [Image.new("L", (400, 600), 40 * n) for n in range(1, SHEETS + 1)]
    frames[0].save(page.root / "archive/inbox/扫描.tif", save_all=True, append_images=frames[1:])
    Office(page.root).typed("watch", "--once", "--pin-stdin", answers=f"{PIN}\n", check=1)
    return page


def stack(page: Page) -> str:
    """Return the id of the scan."""
    listed = Office(page.root).json("review", "list", "--per-page", "0")["items"]
    return str(next(i["item"] for i in listed if i["name"] == "扫描.tif"))


def test_what_speaks_for_a_household_has_its_number_on_the_page(page: Page) -> None:
    """“evidence numbered on the image”: the same words have one number, beside the candidate and on the page."""
    with Workspace.open(page.root) as workspace:
        entry = show_waiting(workspace, items(page)[0])
        paged = page_images.pages_of_item(workspace, entry.item.item)
        line = PlacedText("本人王秀兰，家住样例里", 100, 200, 900, 240)
        seen = tray_marks.seen(workspace, entry.item, _with_lines(paged, {2: (line,)}))
    (household,) = seen.households
    sign = next(s for s in household.signs if s.mark)
    assert "王秀兰" in sign.text
    (mark,) = [m for m in seen.marks if m.number == sign.mark]
    (box,) = mark.boxes
    assert mark.page == 2
    assert (box.text, box.top, box.bottom) == ("王秀兰", 200, 240)
    assert line.left < box.left < box.right < line.right
    assert household.next_record == "0001"


def _with_lines(
    paged: page_images.PagedFile, lines: dict[int, tuple[PlacedText, ...]]
) -> page_images.PagedFile:
    from dataclasses import replace

    return replace(paged, lines=lines)


def test_words_over_the_end_of_a_line_are_boxed_on_both() -> None:
    """“hit boxed”: what a reader sees as one phrase is found as one."""
    lines = (PlacedText("雨天漏雨的", 0, 0, 500, 10), PlacedText("北 墙有裂缝", 0, 20, 500, 30))
    found = page_images.marked(lines, ["漏雨的北墙"])
    assert [(box.text, box.top) for box in found] == [("漏雨的", 0), ("北墙", 20)]
    assert found[0].left == 200
    assert page_images.marked(lines, ["南墙", ""]) == ()


def test_the_screen_has_the_picture_the_sentence_and_the_next_one(scanned: Page) -> None:
    """“The button is the whole sentence”; “next panel and image wait hidden”: the address of the next stands ready."""
    browser, waiting = scanned.browser("林经办"), items(scanned)
    text = browser.get(f"/tray/{waiting[0]}").text
    assert 'data-record="0001"' in text
    assert f'data-next="/tray/{waiting[1]}"' in text
    answer = browser.get(f"/tray/{stack(scanned)}/page/2")
    assert answer.headers["content-type"] == "image/jpeg"
    assert logged(scanned)[-1]["act"] == "review image"


def test_a_page_is_turned_and_the_file_is_not(scanned: Page) -> None:
    """“Rotate: an angle kept as data, bytes untouched”."""
    browser, item = scanned.browser("林经办"), stack(scanned)
    before = browser.get(f"/tray/{item}/original").content
    browser.get(f"/tray/{item}")
    assert browser.post(f"/tray/{item}/turn", page="2").headers["location"] == f"/tray/{item}?page=2"
    sizes = [Image.open(io.BytesIO(browser.get(f"/tray/{item}/page/{n}").content)).size for n in (1, 2)]
    assert sizes == [(400, 600), (600, 400)]
    assert browser.get(f"/tray/{item}/original").content == before
    assert browser.post(f"/tray/{item}/turn", page="9").status_code == 409


def test_a_scan_is_parted_where_a_new_paper_begins_and_put_back(scanned: Page) -> None:
    """“Split: … parts replace the item in one commit”, and it can be undone while the parts wait."""
    browser, item = scanned.browser("林经办"), stack(scanned)
    assert browser.get(f"/tray/{item}/split").text.count('name="cut"') == SHEETS - 1
    refused = browser.post(f"/tray/{item}/split")
    assert refused.status_code == 409, "nothing would change"
    before = items(scanned)
    at = browser.post(f"/tray/{item}/split", cut="3").headers["location"]
    after = items(scanned)
    assert (len(after), item in after) == (len(before) + 1, False)
    browser.get(at)
    assert browser.post(f"{at}/unsplit").status_code == 303
    assert len(items(scanned)) == len(before)


def test_pieces_are_joined_in_the_order_told_and_no_page_is_lost(scanned: Page) -> None:
    """“Merge: 3 件 6 页 → 6 页, refused if unequal”."""
    browser, item = scanned.browser("林经办"), stack(scanned)
    browser.get(f"/tray/{item}/split")
    browser.client.post(
        f"/tray/{item}/split",
        data={"form_word": browser.form_word, "cut": ["2", "3"]},
        headers={"origin": "http://127.0.0.1:8723"},
    )
    parts = [
        i["item"]
        for i in Office(scanned.root).json("review", "list", "--per-page", "0")["items"]
        if i["batch"]
    ]
    assert len(parts) == SHEETS
    browser.get("/tray/join")
    alone = browser.post("/tray/join", item=parts[0])
    assert (alone.status_code, "至少勾两件" in alone.text) == (409, True), "one alone is no merger"
    assert "archivist" not in alone.text.partition('role="alert"')[2].partition("</div>")[0]
    answer = browser.client.post(
        "/tray/join",
        data={
            "form_word": browser.form_word,
            "item": parts,
            **{f"at-{p}": str(9 - n) for n, p in enumerate(parts)},
        },
        headers={"origin": "http://127.0.0.1:8723"},
    )
    joined = answer.headers["location"].rpartition("/")[2]
    shades = [
        Image.open(io.BytesIO(browser.get(f"/tray/{joined}/page/{n}").content))
        .convert("L")
        .getpixel((50, 50))
        for n in range(1, SHEETS + 1)
    ]
    assert shades == pytest.approx([120, 80, 40], abs=4), "the last piece was to come first"


def test_many_are_filed_only_with_their_count(page: Page) -> None:
    """“Bulk: own screen … one confirm with the count”: a wrong count files nothing; what is refused says so in its row."""
    browser, waiting = page.browser("林经办"), items(page)
    text = browser.get("/tray/bulk").text
    assert 'name="item"' in text
    assert " checked" not in text, "nothing is ticked for anybody"
    told = {f"case-{i}": CASE for i in waiting} | {f"type-{i}": "书面说明" for i in waiting}
    told[f"type-{waiting[1]}"] = "没有这种"

    def post(count: str, *ticked: str) -> int:
        data = {"form_word": browser.form_word, "item": [*ticked], "count": count, **told}
        return browser.client.post(
            "/tray/bulk", data=data, headers={"origin": "http://127.0.0.1:8723"}
        ).status_code

    assert post("3", waiting[0], waiting[2]) == 409
    assert records(page) == []
    assert post("2", waiting[0], waiting[2]) == 200
    assert len(records(page)) == 2
    assert items(page) == [waiting[1]]


def test_who_comes_second_is_told_who_did_what(page: Page) -> None:
    """“filing twice gives 409”, “shows 李调查 正在看”."""
    one, two, at = page.browser("林经办"), page.browser("孟档案"), items(page)[0]
    assert "正在看" not in one.get(f"/tray/{at}").text
    text = two.get(f"/tray/{at}").text
    assert "林经办 正在看这一件" in text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', text)
    assert digest
    one.post(f"/tray/{at}/file", case=CASE, other_type="书面说明")
    late = two.post(f"/tray/{at}/file", case=CASE, other_type="书面说明", digest=digest[1])
    assert late.status_code == 409
    assert "林经办 于 2024-03-08 10:30 归入" in late.text
    assert f'href="/case/{CASE}/0001"' in late.text


def test_the_list_is_narrowed_to_a_reason_and_stays_so(page: Page) -> None:
    """“按原因筛选”: also after an act; State is in the URL."""
    browser, waiting = page.browser("林经办"), items(page)
    reason = Office(page.root).json("review", "list")["items"][0]["reason"]
    assert f'value="{reason}" selected' in browser.get(f"/tray?why={reason}").text
    answer = browser.post(f"/tray/{waiting[0]}/file", case=CASE, other_type="书面说明", why=reason)
    assert answer.headers["location"].endswith(f"&why={reason}")
    assert "这种原因的都认完了" in browser.get("/tray?why=duplicate").text


def test_what_cannot_be_opened_says_why_and_can_be_fetched(page: Page) -> None:
    """“Unreadable: reason, 下载原件, 退回”."""
    encrypted_pdf(page.root / "archive/inbox/锁.pdf")
    before = (page.root / "archive/inbox/锁.pdf").read_bytes()
    Office(page.root).typed("watch", "--once", "--pin-stdin", answers=f"{PIN}\n", check=1)
    listed = Office(page.root).json("review", "list", "--per-page", "0")["items"]
    item = next(i["item"] for i in listed if i["name"] == "锁.pdf")
    browser = page.browser("林经办")
    text = browser.get(f"/tray/{item}").text
    assert "<figure>" not in text
    assert "密码" in text
    assert browser.get(f"/tray/{item}/original").content == before
    assert browser.get(f"/tray/{item}/page/1").status_code == 404


def filed(browser: Browser, item: str, kind: str = "书面说明") -> str:
    """File an item in the household of 王秀兰; return the screen that comes then."""
    browser.get(f"/tray/{item}")
    answer = browser.post(f"/tray/{item}/file", case=CASE, other_type=kind)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"]).text


def test_what_was_just_filed_is_taken_back_into_the_tray(page: Page) -> None:
    """“Z undo … back to the tray; both chains say so”: a plain form; the paper waits again, its number is never given anew."""
    browser, waiting = page.browser("林经办"), items(page)
    was = browser.get(f"/tray/{waiting[0]}/original").content
    text = filed(browser, waiting[0])
    assert 'form="taking-back">撤回 <kbd>Z</kbd>' in text
    assert re.search(rf'action="/tray/back".*name="case" value="{CASE}".*name="record" value="0001"', text)
    answer = browser.post("/tray/back", case=CASE, record="0001")
    assert answer.headers["location"] == f"/tray/{waiting[0]}"
    assert (items(page), records(page)) == (waiting, [])
    text = browser.get(f"/tray/{waiting[0]}").text
    assert f"林经办撤回的，原归入 {CASE} 第 0001 件{STATEMENT}" in text
    assert f'value="{CASE}" data-name' in text, "the household it was filed in can be chosen again"
    assert browser.get(f"/tray/{waiting[0]}/original").content == was
    log = Office(page.root).json("case", "log", CASE)["events"]
    assert (log[-1]["title"], log[-1]["actor"]) == ("撤回归入", "林经办")
    assert f"→ 待认领 {waiting[0]}" in log[-1]["text"]
    assert "已归入 第 0002 件" in filed(browser, waiting[0])
    assert records(page) == [STATEMENT]


def test_only_the_last_thing_one_did_oneself_is_taken_back(page: Page) -> None:
    """“undo of the last thing this person filed”: of another's nothing, and nothing under what one did since."""
    mine, theirs, waiting = page.browser("林经办"), page.browser("孟档案"), items(page)
    filed(mine, waiting[0])
    theirs.get("/tray")
    refused = theirs.post("/tray/back", case=CASE, record="0001")
    assert refused.status_code == 409
    assert "孟档案在这一户没有办过什么" in refused.text
    filed(mine, waiting[1])
    refused = mine.post("/tray/back", case=CASE, record="0001")
    assert refused.status_code == 409
    assert "第 0001 件不是您在这一户最后办的，最后办的是归档" in refused.text
    filed(theirs, waiting[2])
    refused = theirs.post("/tray/back", case=CASE, record="0002")
    assert refused.status_code == 409
    assert records(page) == [STATEMENT] * 3
    assert "都认完了" in refused.text, "with nothing left, the refusal stands on the empty screen"


def test_what_another_did_with_the_paper_since_is_left_alone(page: Page) -> None:
    """“refused when since changed”: it says who did what, and writes nothing."""
    mine, theirs, waiting = page.browser("林经办"), page.browser("孟档案"), items(page)
    filed(mine, waiting[0])
    theirs.get(f"/case/{CASE}/0001")
    head = Office(page.root).json("case", "show", CASE)["head"]
    assert (
        theirs.post(f"/case/{CASE}/0001/retype", type="医疗诊断材料", reason="认错", head=head).status_code
        == 303
    )
    refused = mine.post("/tray/back", case=CASE, record="0001")
    assert refused.status_code == 409
    assert "孟档案又办了改种类" in refused.text
    assert len(records(page)) == 1
    assert waiting[0] not in items(page)


def test_on_another_day_it_is_moved_instead(page: Page) -> None:
    """“in this session”: a paper of yesterday is part of its file; what is done with it then is said."""
    browser, waiting = page.browser("林经办"), items(page)
    filed(browser, waiting[0])
    page.clock.forward(hours=20)
    browser = page.browser("林经办")
    browser.get("/tray")
    refused = browser.post("/tray/back", case=CASE, record="0001")
    assert refused.status_code == 409
    assert "2024-03-08 归入的，只能当天撤回" in refused.text
    assert records(page) == [STATEMENT]
