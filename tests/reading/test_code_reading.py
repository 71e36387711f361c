"""The longer code, with the office's key in it, is read wherever the shorter one was."""

from __future__ import annotations

from benchmarks.codes import measure
from tests.reading.pages import DEGRADATIONS
from tests.sampling import sweep


@sweep(1 / 3)
def test_a_code_with_a_key_is_read_under_every_damage() -> None:
    """The longer code is read on every damage of ``benchmarks.ocr``: either of a page's two, with a seal on one."""
    found = measure(3, 4, ["with key"])
    assert {damage for damage, _ in found} == set(DEGRADATIONS)
    assert all(either == seen for seen, either, _ in found.values()), dict(found)
