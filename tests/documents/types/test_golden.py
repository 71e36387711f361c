"""The text of every document for the ordinary household, as it was read and found right; ``GOLDEN=write`` writes it anew.

What must hold for every household is in ``test_every_paper``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from tests.documents.pages import text_of
from tests.documents.types.every import NAMES, paper

GOLDEN: Final = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_as_it_was_read_and_found_right(name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    lines = (line.strip() for line in text_of(paper(name, "ordinary").data).splitlines())
    text = "".join(f"{line}\n" for line in lines if line)
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_no_text_is_kept_of_a_document_that_is_gone() -> None:
    assert {p.stem for p in GOLDEN.glob("*.txt")} == set(NAMES)
