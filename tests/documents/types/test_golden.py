"""The text of every document for three households, as it was read and found right; ``GOLDEN=write`` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from archivist.documents.render.render import document_text
from tests.documents.types.every import HOUSEHOLDS, NAMES, made

GOLDEN: Final = Path(__file__).with_name("golden")
TITLES: Final = {"ordinary": "普通家庭", "large": "人多、姓名最长、财产多", "minimal": "只有必须知道的"}


def text(name: str) -> str:
    parts = []
    for household in HOUSEHOLDS:
        lines = (line.strip() for line in "".join(document_text(made(name, household))).splitlines())
        parts.append("\n".join([f"===== {TITLES[household]} =====", *filter(None, lines), ""]))
    return "\n".join(parts)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_as_it_was_read_and_found_right(name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    found = text(name)
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_no_text_is_kept_of_a_document_that_is_gone() -> None:
    assert {p.stem for p in GOLDEN.glob("*.txt")} == set(NAMES)
