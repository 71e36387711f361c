"""What the screens show and do."""

from __future__ import annotations

import re

from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.people import WANG
from tests.web.browser import PIN, Page
from tests.web.conftest import LETTERS

CASE = "TJHQ-DB-2024-000001"
WANG_ID = str(WANG["applicant"]["id_number"])


def test_what_is_open_today_is_on_the_first_screen(page: Page) -> None:
    """“今天: open things only”, with what the office owes."""
    text = page.browser("林经办").get("/").text
    assert "要办的事" in text
    assert "待认领" in text


def test_what_was_just_filed_is_on_the_first_screen(page: Page) -> None:
    """“刚归档 10:42 SCAN0019 → 王秀兰 0010 [看][撤回]”: the latest first, each with the way to put it right; what was only issued is not."""
    browser = page.browser("林经办")
    assert "刚归档" not in browser.get("/").text
    folder = page.root / "archive/inbox" / f"{CASE} 王秀兰"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "诊断证明.txt").write_text("诊断证明\n患者王秀兰\n", encoding="utf-8")
    office = Office(page.root)
    office.come_to("受理通知书")
    office.typed("generate", "受理通知书", "王秀兰", "--pin-stdin", answers=f"{PIN}\n")
    office.typed("watch", "--once", "--pin-stdin", answers=f"{PIN}\n")
    text = browser.get("/").text
    listed = re.findall(rf'href="/case/{CASE}/(\d{{4}})"><span class="num">\1</span> ([^<]+)<', text)
    assert listed[0][1] == "医疗诊断材料", listed
    assert "受理通知书" not in [title for _, title in listed]
    put_right = f"/case/{CASE}/{listed[0][0]}?put=right"
    assert put_right in text
    assert '<details id="put-right" open>' in browser.get(put_right).text


def test_a_household_is_found_as_on_the_command_line(page: Page) -> None:
    """“Names, pinyin, IDs per key”: each way leads to the household's file."""
    browser = page.browser("林经办")
    for question in ("王秀兰", "wxl", "wangxl", CASE, WANG_ID[-4:]):
        answer = browser.get(f"/cases?q={question}").text
        assert f'href="/case/{CASE}"' in answer, question


def test_nothing_found_says_what_else_to_try(page: Page) -> None:
    """“Empty: what was done, what next”."""
    assert "没有找到" in page.browser("林经办").get("/cases?q=赵无此人").text


def test_which_word_missed_is_said(page: Page) -> None:
    """“No hit: which word missed”, in the words of the command line."""
    browser = page.browser("林经办")
    assert "“无此字样”没有找到；其余的词是有的" in browser.get("/cases?q=王秀兰 无此字样").text
    assert "“赵无此人”、“无此字样”都没有找到" in browser.get("/cases?q=赵无此人 无此字样").text


def test_a_question_that_cannot_be_read_is_explained(page: Page) -> None:
    """“clear error”: where it stands, not a page of its own."""
    answer = page.browser("林经办").get("/cases?q=标题:(")
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_the_household_says_what_to_do_now_and_shows_no_whole_number(page: Page) -> None:
    """“现在做什么 first”; “Screen → 120106********2463”."""
    text = page.browser("林经办").get(f"/case/{CASE}").text
    assert "现在做什么" in text
    assert "王秀兰" in text
    assert WANG_ID not in text
    assert f"{WANG_ID[:6]}********{WANG_ID[-4:]}" in text


def test_a_household_that_is_not_there_is_said_so(page: Page) -> None:
    """“Error: code, cause, 怎么办”."""
    answer = page.browser("林经办").get("/case/TJHQ-DB-2024-000099")
    assert answer.status_code == 404
    assert "E201" in answer.text
    assert "怎么办" in answer.text


def test_a_name_with_a_script_in_it_is_a_name(page: Page) -> None:
    """“XSS by OCR text, names → autoescape. T <script> as name”."""
    nasty = '申请人.现居住地址=<script>alert(1)</script><img src=x onerror="x">'
    Office(page.root).typed("case", "set", CASE, nasty, "--pin-stdin", answers=f"{PIN}\n")
    text = page.browser("林经办").get(f"/case/{CASE}").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "<img" not in text


def items(page: Page) -> list[str]:
    """Return the ids of what waits, oldest first."""
    return [i["item"] for i in Office(page.root).json("review", "list", "--per-page", "0")["items"]]


def records(page: Page) -> list[str]:
    """Return the titles of the household's records."""
    with Workspace.open(page.root) as workspace:
        return [r.title for r in workspace.archive.read(CaseNo.parse(CASE)).records.values()]


def test_the_tray_is_cleared_one_after_the_other(page: Page) -> None:
    """“clear the tray: 1 ⏎; next on confirm”: each act leads to the next item, and none is filed twice."""
    browser, waiting = page.browser("林经办"), items(page)
    assert len(waiting) == LETTERS
    first = browser.get("/tray")
    assert f'action="/tray/{waiting[0]}/file"' in first.text
    assert "王秀兰 户" in first.text
    at = waiting[0]
    for left in range(LETTERS - 1, -1, -1):
        answer = browser.post(f"/tray/{at}/file", case=CASE, other_type="书面说明")
        if answer.status_code != 303:
            raise AssertionError(answer.text)
        assert len(records(page)) == LETTERS - left
        where, _, done = answer.headers["location"].partition("?")
        assert done == f"done={CASE}.{LETTERS - left:04d}", "the next screen says what was filed"
        at = where.rpartition("/")[2]
    assert where == "/tray"
    assert "都认完了" in browser.get("/tray").text


def test_without_a_household_nothing_is_filed(page: Page) -> None:
    """“else ⏎ is inert: 先选一户”."""
    browser, waiting = page.browser("林经办"), items(page)
    browser.get(f"/tray/{waiting[0]}")
    answer = browser.post(f"/tray/{waiting[0]}/file")
    assert "先选一户" in answer.text
    assert items(page) == waiting
    assert records(page) == []


def test_two_people_at_one_item(page: Page) -> None:
    """“filing twice gives 409”: whoever comes second is told, and nothing is doubled."""
    one, two, at = page.browser("林经办"), page.browser("孟档案"), items(page)[0]
    for browser in (one, two):
        assert browser.get(f"/tray/{at}").status_code == 200
    assert one.post(f"/tray/{at}/file", case=CASE, other_type="书面说明").status_code == 303
    late = two.post(f"/tray/{at}/file", case=CASE, other_type="书面说明")
    assert late.status_code == 409
    assert "已经有人办了" in late.text
    assert two.post(f"/tray/{at}/return").status_code in (404, 409)
    assert len(records(page)) == 1


def test_an_item_that_is_nobodys_goes_back_under_its_own_name(page: Page) -> None:
    """“退回”: into the outbox, nothing lost."""
    browser, waiting = page.browser("林经办"), items(page)
    browser.get("/tray")
    assert browser.post(f"/tray/{waiting[0]}/return").headers["location"] == f"/tray/{waiting[1]}"
    assert [p.name for p in (page.root / "archive" / "outbox" / "退回").iterdir()] == ["来信00.txt"]


def test_a_refused_act_says_why_and_keeps_what_was_chosen(page: Page) -> None:
    """“Error: code, cause, 怎么办 beside the field; nothing typed is lost”."""
    browser, at = page.browser("林经办"), items(page)[0]
    browser.get(f"/tray/{at}")
    answer = browser.post(f"/tray/{at}/file", case=CASE, other_type="没有这种材料")
    assert answer.status_code == 409
    assert 'role="alert" tabindex="-1" id="problem"' in answer.text
    assert "没有这种材料" in answer.text
    assert re.search(f'value="{CASE}"[^>]* checked', answer.text)
    assert 'name="other_type" value="没有这种材料"' in answer.text
    assert items(page)[0] == at


def test_what_another_program_changes_is_seen_at_once(page: Page) -> None:
    """“a watcher writing meanwhile”: the page keeps nothing open that could be old."""
    browser = page.browser("林经办")
    assert "022-00009999" not in browser.get(f"/case/{CASE}").text
    office = Office(page.root)
    office.typed("case", "set", CASE, "申请人.联系电话=022-00009999", "--pin-stdin", answers=f"{PIN}\n")
    assert "022-00009999" in browser.get(f"/case/{CASE}").text
