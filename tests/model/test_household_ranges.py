"""Case numbers in few words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archivist.model.household_ranges import compressed, expanded, holds
from archivist.model.ids import CaseNo, Category

NUMBERS = st.builds(
    CaseNo, st.sampled_from(["TJHQ", "TJHX"]), st.sampled_from([Category.DB, Category.TK]), st.sampled_from([2024, 2025]), st.integers(1, 30)
)  # fmt: skip


@given(st.sets(NUMBERS), NUMBERS)
def test_what_was_compressed_is_whole_again(numbers: set[CaseNo], asked: CaseNo) -> None:
    texts = compressed(numbers)
    assert list(expanded(texts)) == sorted(numbers)
    assert holds(texts, asked) == (asked in numbers)


def test_numbers_in_a_row_stand_as_a_range() -> None:
    def number(sequence: int) -> CaseNo:
        return CaseNo("TJHQ", Category.DB, 2024, sequence)

    assert compressed(map(number, (1, 2, 4, 5, 6, 9))) == [
        "TJHQ-DB-2024-000001", "TJHQ-DB-2024-000002", "TJHQ-DB-2024-000004..000006", "TJHQ-DB-2024-000009",
    ]  # fmt: skip
    assert len(compressed(map(number, range(1, 10_001)))) == 1
