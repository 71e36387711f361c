"""A question that names one household leads to it; every other shows what was found."""

from __future__ import annotations

import pytest

from tests.web.browser import Page
from tests.web.test_household import AT


@pytest.mark.parametrize("question", ["wxl", "王秀兰", "TJHQ-DB-2024-000001"])
def test_who_was_named_alone_is_opened(page: Page, question: str) -> None:
    """“`/` wxl `⏎` → 现在做什么”: only when it is sent off, not with every key."""
    browser = page.browser("林经办")
    assert browser.get(f"/cases?q={question}&go=1").headers["location"] == AT
    assert browser.get(f"/cases?q={question}").status_code == 200


@pytest.mark.parametrize("question", ["没有这个人", "", "(((", "通知书"])
def test_what_names_nobody_or_words_of_papers_is_shown_as_found(page: Page, question: str) -> None:
    """“No hit: which word missed”; hits on pages are looked at, not jumped over."""
    assert page.browser("林经办").get(f"/cases?q={question}&go=1").status_code == 200
