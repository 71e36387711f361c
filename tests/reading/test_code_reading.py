"""The longer code, with the office's key in it, is read wherever the shorter one was."""

from __future__ import annotations

import pytest

from benchmarks.codes import measure
from tests.reading.pages import DEGRADATIONS
from tests.sampling import sweep


@sweep(2 / 5)
@pytest.mark.parametrize("damage", DEGRADATIONS)
def test_a_code_with_a_key_is_read_under_every_damage(damage: str) -> None:
    """The longer code is read on every damage of ``benchmarks.ocr``: either of a page's two, with a seal on one."""
    found = measure(3, 4, ["with key"], [damage])
    assert found, "nothing was measured"
    assert all(either == seen for seen, either, _ in found.values()), dict(found)
