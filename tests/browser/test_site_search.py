"""The documentation's site opened from a disk: what is typed is found, and nobody else is asked for anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.test_site import ROOT, build
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize(
    ("question", "page"), [("E210", "错误代码"), ("一年要办", "一年要办的事"), ("漏雨", "办事员手册")]
)
def test_a_site_on_a_disk_is_searched(chromium: Browser, tmp_path: Path, question: str, page: str) -> None:
    """«`make site` builds it offline-readable»: by its own shim, for a page of a disk may start no worker."""
    done = build(ROOT, tmp_path)
    assert done.returncode == 0, done.stderr
    opened = chromium.new_page()
    asked: list[str] = []
    said: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto((tmp_path / "index.html").as_uri())
    opened.click("input.md-search__input")
    opened.keyboard.type(question)
    opened.keyboard.press("End")
    first = opened.locator(".md-search-result__item h1").first
    first.wait_for(timeout=PATIENCE_S * 1_000)
    assert first.inner_text().replace("\u200b", "") == page
    assert said == [] and [address for address in asked if not address.startswith("file:")] == []
    opened.close()
