"""``docs/page-guide.md`` names what is on the page: each button and heading it sets in bold, each key it explains; its pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from archivist.web import rendering

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "page-guide.md").read_text(encoding="utf-8")
WEB = Path(rendering.__file__).parent
SIZE = (1366, 768)
MOST_BYTES = 90_000


def test_every_word_of_the_guide_in_bold_stands_on_a_screen() -> None:
    """“docs/page-guide.md (Chinese, for clerks)”: a button that is called otherwise now is found."""
    screens = "".join(p.read_text(encoding="utf-8") for p in sorted(WEB.glob("templates/*.html")))
    screens = re.sub(r"\s|<[^>]*>", "", screens)
    named = re.findall(r"\*\*([^*]+)\*\*", GUIDE)
    assert len(named) > 30
    assert [word for word in named if re.sub(r"\s", "", word) not in screens] == []


def test_every_key_of_the_guide_is_listened_to() -> None:
    """“j/k move, 1–9 case, 0 type a name, A–C type, ⏎ file, X return, Z undo, Space tick”: what the table explains, the module does."""
    module = (WEB / "static/page.js").read_text(encoding="utf-8")
    table = GUIDE.partition("| 键 |")[2].partition("\n\n")[0]
    keys = {key.lower() for key in re.findall(r"`([A-Z])`", table)} - set("abc")
    assert keys == set("jkrsmtxz")
    assert [key for key in sorted(keys) if f'"{key}"' not in module and f"{key}:" not in module] == []


def test_the_pictures_of_the_guide_are_there_and_small() -> None:
    """“the few that docs/page-guide.md shows, made by the tests” (tests/browser/test_every_screen.py with ``GOLDEN=write``)."""
    pictures = {p.name: p for p in (DOCS / "pictures").iterdir()}
    assert set(re.findall(r"\]\(pictures/([\w.]+)\)", GUIDE)) == set(pictures) != set()
    for name, path in pictures.items():
        assert path.stat().st_size <= MOST_BYTES, name
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("PNG", SIZE), name
