"""立户: who it is by the number, what stands in the way, where the person is on file already; one file is opened, through the one gate."""

from __future__ import annotations

import re

import pytest

from archivist.model.ids import CaseNo
from archivist.model.permissions import MAY, Act
from archivist.web.routes import ROUTES
from archivist.workspace import Workspace
from tests.people import WANG_ID, make_id
from tests.web.browser import Browser, Page
from tests.web.test_guards import logged

LI = make_id("19880821", "033")
TOLD = {"category": "DB", "name": "李立春", "id_number": LI, "village": "样例里社区"}


def numbers(page: Page) -> list[CaseNo]:
    """Return the households there are."""
    with Workspace.open(page.root) as workspace:
        return list(workspace.archive.case_numbers())


def found(browser: Browser, **told: str) -> str:
    """Return what is said of whoever was typed so far."""
    answer = browser.post("/cases/new/look", **told)
    assert answer.status_code == 200, answer.text
    return answer.text[answer.text.index('id="found"') :]


def test_the_number_says_who_it_is_before_anything_is_written(page: Page) -> None:
    """“立户: ID gives birth date, sex, checksum, duplicates while typing”."""
    browser = page.browser("林经办")
    browser.get("/cases/new")
    text = found(browser, **TOLD)
    assert "1988-08-21" in text and "（35 周岁）" in text and "<dd>男</dd>" in text and "校验码相符" in text
    assert LI not in text, "head and tail alone"
    assert "没有此人的户档" in text and "还不能立户" not in text
    assert len(numbers(page)) == 1


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"id_number": LI[:17] + ("1" if LI[17] != "1" else "2")}, "校验码不符"),
        ({"id_number": LI[:6] + "19881341" + LI[14:]}, "出生日期不存在"),
        ({"category": ""}, "没有选类别"),
        ({"name": ""}, "姓名"),
        ({"phone": "没有"}, "电话"),
    ],
)
def test_what_stands_in_the_way_is_said_while_typing(page: Page, told: dict[str, str], said: str) -> None:
    """“checksum … while typing”: each reason, and nothing typed is lost."""
    browser = page.browser("林经办")
    browser.get("/cases/new")
    text = found(browser, **{**TOLD, **told})
    assert "还不能立户" in text and said in text


@pytest.mark.parametrize("typed", ["", "1", "12010619880", LI[:14]])
def test_a_number_that_is_being_typed_is_not_called_wrong(page: Page, typed: str) -> None:
    """“while typing”: nobody is told with every key that the number is too short."""
    browser = page.browser("林经办")
    browser.get("/cases/new")
    text = found(browser, **{**TOLD, "id_number": typed})
    assert "位校验码" not in text and "周岁" not in text


def test_whoever_is_on_file_already_is_shown(page: Page) -> None:
    """“duplicates while typing”: by number, as applicant or member; by name; on record whom it names."""
    browser = page.browser("林经办")
    browser.get("/cases/new")
    before = len(logged(page))
    text = found(browser, **{**TOLD, "name": "别名", "id_number": WANG_ID})
    assert "证号相同" in text and "/case/TJHQ-DB-2024-000001" in text and "已有在办的最低生活保障户档" in text
    member = found(browser, **{**TOLD, "name": "", "id_number": make_id("19600110", "011")})
    assert "证号相同" in member and "成员" in member
    alike = found(browser, **{**TOLD, "name": "王秀兰"})
    assert "同名" in alike and "证号相同" not in alike
    assert [e["act"] for e in logged(page)[before:]] == ["case open --dry-run"]


def test_a_file_is_opened_once_however_often_the_form_is_sent(page: Page) -> None:
    """“立户”: to the household's page; the same form sent twice opens one file, also for somebody without papers."""
    browser = page.browser("林经办")
    for told in (TOLD, {"category": "DB", "name": "赵无证", "no_papers": "1"}):
        once = re.search(r'name="once" value="([^"]+)"', browser.get("/cases/new").text)
        assert once
        before = len(numbers(page))
        led = {browser.post("/cases/new", once=once[1], **told).headers["location"] for _ in range(3)}
        (where,) = led
        assert where == f"/case/{numbers(page)[-1]}" and len(numbers(page)) == before + 1
        assert told["name"] in browser.get(where).text
    with Workspace.open(page.root) as workspace:
        made = workspace.archive.read(numbers(page)[1])
    assert (made.applicant_name, made.opened_on.isoformat()) == ("李立春", "2024-03-08")


def test_what_is_refused_is_said_beside_what_was_typed(page: Page) -> None:
    """“Error: code, cause, 怎么办; nothing typed is lost”: a second file of the category wants a reason."""
    browser = page.browser("林经办")
    browser.get("/cases/new")
    told = {**TOLD, "name": "王秀兰", "id_number": WANG_ID}
    answer = browser.post("/cases/new", once="a", **told)
    assert (answer.status_code, "E208" in answer.text, 'value="王秀兰"' in answer.text) == (409, True, True)
    assert browser.post("/cases/new", once="b", **told, again="1").status_code == 409
    for bad in ({"category": "XX"}, {"category": ""}, {"on": "昨天"}, {"id_number": "12"}, {"name": "\x00"}):
        answer = browser.post("/cases/new", once="c", **{**TOLD, **bad})
        assert answer.status_code == 409 and 'role="alert"' in answer.text and "E700" not in answer.text
        assert 'value="样例里社区"' in answer.text
    assert len(numbers(page)) == 1
    assert browser.post("/cases/new", once="d", **told, again="1", reason="前一户误立").status_code == 303


def test_what_should_be_looked_at_is_said_once_on_the_new_household(page: Page) -> None:
    """What other households say of somebody new stands on the page one is led to, and is gone with the next."""
    browser = page.browser("林经办")
    browser.get("/cases/new")
    told = {**TOLD, "category": "DX", "name": "李样例", "id_number": make_id("19600110", "011")}
    where = browser.post("/cases/new", once="a", **told).headers["location"]
    assert re.search(r'<p class="call" role="status">.*000001', browser.get(where).text)
    assert not re.search(r'<p class="call" role="status">', browser.get(where).text)


def test_who_may_not_open_is_shown_nothing_of_anybody(page: Page) -> None:
    """“require(role) per route”: neither the look nor the act."""
    assert {r.roles for r in ROUTES if r.path.startswith("/cases/new") and r.posts} == {MAY[Act.OPEN_CASE]}
    browser = page.browser("何监销")
    browser.get("/cases/new")
    for path in ("/cases/new", "/cases/new/look"):
        answer = browser.post(path, **{**TOLD, "id_number": WANG_ID})
        assert answer.status_code == 403 and "TJHQ-DB-2024-000001" not in answer.text
    assert len(numbers(page)) == 1
