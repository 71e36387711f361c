"""“facets (category, year, village, type, status, step) … paging by cursor”, on the page."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

import pytest

from archivist.api import inbox
from archivist.model.by import By, KnownBy
from archivist.web.pages import households
from archivist.workspace import Workspace
from tests.kit import NOW
from tests.web.browser import Browser, Page

CASE = "TJHQ-DB-2024-000001"
WORD = "收成不好"


@pytest.fixture
def browser(page: Page) -> Browser:
    """A browser of somebody at work, in an office with letters of three kinds in the file of 王秀兰."""
    with Workspace.open(page.root) as workspace:
        for n, type_ in enumerate(("其他材料", "医疗诊断材料", "收入证明", "其他材料", "其他材料")):
            letter = page.root / f"信{n}.txt"
            letter.write_text(f"今年{WORD}，第 {n} 封\n", encoding="utf-8")
            inbox.file_by_hand(
                workspace, lambda: By("林经办", NOW, known_by=KnownBy.PIN), CASE, [letter], type=type_
            )
    return page.browser("林经办")


def total(text: str) -> int:
    found = re.search(r"：(?:最多 )?(\d+) 处", text)
    assert found, text
    return int(found[1])


def values(text: str) -> list[tuple[str, int]]:
    """Return the address and the count of each value that a screen offers."""
    found = re.findall(r'<a href="(/cases\?q=[^"]+counted=1)">[^<]+</a> <span class="soft num">(\d+)<', text)
    return [(html.unescape(address), int(count)) for address, count in found]


@pytest.mark.parametrize("question", [WORD, f"{WORD} OR 没有这句话", "王秀兰 | 收成不好"])
def test_each_value_leads_to_as_many_as_it_says(browser: Browser, question: str) -> None:
    """A value is a question of its own: whoever follows it finds what was counted, whatever the question was."""
    asked = browser.get(f"/cases?q={question}").text
    assert 'id="count"' in asked and not values(asked), "counting everything is asked for"
    offered = values(browser.get(f"/cases?q={question}&counted=1").text)
    assert offered, "letters of three kinds"
    for address, count in offered:
        assert total(browser.get(address).text) == count, unquote(address)


def test_where_all_are_alike_nothing_is_offered(browser: Browser) -> None:
    text = browser.get('/cases?q="今年收成不好，第 1 封"&counted=1').text
    assert not values(text) and "没有可以再缩小的" in text


def test_the_next_page_goes_on_where_this_one_ends(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """“paging by cursor”: each paper once, in pages of two."""
    monkeypatch.setattr(households, "PAGE", 2)
    address, seen = f"/cases?q={WORD}", list[str]()
    for _ in range(9):
        text = browser.get(address).text
        seen += re.findall(rf'href="/case/{CASE}/(\d{{4}})\?', text)
        onward = re.search(r'<a class="btn" href="(/cases[^"]+after=[^"]+)">下一页', text)
        if not onward:
            break
        address = html.unescape(onward[1])
    assert len(seen) == len({*seen}) == total(text) == 5


def test_a_mark_that_is_none_is_explained(browser: Browser) -> None:
    answer = browser.get(f"/cases?q={WORD}&after=garbage")
    assert answer.status_code == 200 and 'role="alert"' in answer.text


def test_the_list_is_narrowed_to_those_that_lack_a_paper(page: Page) -> None:
    """“facets (类别 状态 村 环节 缺件 年)”: each line says how many, one click leaves only those."""
    browser = page.browser("林经办")
    text = browser.get("/cases").text
    assert re.search(r"缺 [1-9]\d*</span>", text), "王秀兰 has handed nothing in"
    assert 'href="/cases?lacking=1">只看缺件的 <span class="num">1</span> 户' in text
    only = browser.get("/cases?lacking=1").text
    assert f'href="/case/{CASE}"' in only and "1 户缺件，按期限先后" in only
    every = re.search(r'id="all" href="([^"]+)"', only)
    assert every
    ticked = browser.get(html.unescape(every[1])).text
    assert "户缺件，按期限先后" in ticked and f'value="{CASE}" aria-label="勾选 王秀兰" checked>' in ticked
