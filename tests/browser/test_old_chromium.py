"""“Floor Chromium 86 (Kylin, 360)”; “screenshots and the tray also on a real Chromium 86”."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.old_chromium import VERSION, OldPage, old_page
from tests.browser.test_page import CASE, SCREENS, titles, waiting
from tests.web.browser import PIN
from tests.web.serving import serving

SHOTS = os.environ.get("ARCHIVIST_PAGE_SHOTS", "")
SIZES = ((1366, 768, 1.0), (1366, 768, 1.5))


@pytest.fixture
def office(office_with_letters: Path, tmp_path: Path) -> Path:
    shutil.copytree(office_with_letters, tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture
def served(office: Path) -> Iterator[str]:
    with serving(office) as (_, address):
        yield address


@pytest.fixture
def page(served: str, tmp_path: Path) -> Iterator[OldPage]:
    """The old browser, in which 林经办 signed in."""
    with old_page(tmp_path / "profile") as made:
        assert made.evaluate("navigator.userAgent").count(VERSION) == 1
        made.size(*SIZES[0])
        made.goto(f"{served}login")
        made.evaluate(
            f"document.getElementById('person').value = '林经办'; document.getElementById('pin').value = '{PIN}'"
        )
        made.evaluate("window.before = true; document.querySelector('button.go').click()")
        made.until("!window.before && document.querySelector('nav.rail') !== null")
        yield made


def test_every_screen_stands_in_the_oldest_browser(page: OldPage, served: str) -> None:
    """No error of a script or of the content policy, nothing wider than the window, a picture with something on it."""
    for width, height, zoom in SIZES:
        page.size(width, height, zoom)
        for path in SCREENS:
            page.goto(f"{served}{path[1:]}")
            found = page.evaluate(
                "[document.documentElement.scrollWidth, window.innerWidth, getComputedStyle(document.body).fontFamily]"
            )
            assert found[0] <= found[1], (path, zoom, found)
            picture = page.picture()
            shown = Image.open(io.BytesIO(picture)).convert("L")
            assert len(shown.getcolors(256) or range(256)) > 16, (path, zoom)
            if SHOTS:
                name = path.strip("/").replace("/", "_").replace("?", "_") or "today"
                Path(SHOTS, f"old-{name}-{round(zoom * 100)}.png").write_bytes(picture)
    assert page.said == []


def test_the_tray_is_worked_with_keys_in_the_oldest_browser(page: OldPage, served: str, office: Path) -> None:
    """“clear the tray: `1` `⏎`”, with the next item shown by itself and the commit bar in sight."""
    page.size(1366, 625)
    page.goto(f"{served}tray")
    before = len(waiting(office))
    for done in range(1, 4):
        page.until("document.getElementById('file') !== null && !document.querySelector('[aria-busy]')")
        here = page.evaluate("location.pathname")
        bar = page.evaluate(
            "(r => [r.top, r.bottom, window.innerHeight])(document.getElementById('go').getBoundingClientRect())"
        )
        assert 0 <= bar[0] < bar[1] <= bar[2], bar
        page.press("1", "1")
        page.until("document.querySelector('input[name=case]:checked') !== null")
        page.press("Enter", "\r")
        page.until(f"location.pathname !== {here!r}")
        assert len(titles(office)) == done
    assert len(waiting(office)) == before - 3
    assert page.said == []


def test_what_is_typed_is_answered_in_the_oldest_browser(page: OldPage, served: str) -> None:
    """“Names, pinyin, IDs per key”: live search runs in ES2020."""
    page.goto(f"{served}cases")
    page.evaluate("document.getElementById('q').focus()")
    for key in "wxl":
        page.press(key, key)
    page.until(f"document.querySelector('#answer a[href=\"/case/{CASE}\"]') !== null")
    assert page.said == []
