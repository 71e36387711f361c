"""A short run takes a share of each sweep, the same for the same seed in every process; a long one takes everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import sampling
from tests.sampling import drawn, examples, left_out, sample, sweep


@pytest.fixture(autouse=True)
def as_it_was(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    sampling.begin(request.config.option.seed, long=request.config.option.long)


def test_the_seed_says_which() -> None:
    sampling.begin(1, long=False)
    first = sample(range(100), 1 / 5, "calls")
    assert len(first) == 20 and first == sorted(first) == sample(range(100), 1 / 5, "calls")
    assert first != sample(range(100), 1 / 5, "other calls"), "sweeps are sampled each for itself"
    number = drawn("calls")
    sampling.begin(2, long=False)
    assert first != sample(range(100), 1 / 5, "calls") and number != drawn("calls")
    sampling.begin(1, long=False)
    assert first == sample(range(100), 1 / 5, "calls") and number == drawn("calls")


def test_every_item_is_taken_by_some_seed() -> None:
    taken: set[int] = set()
    for seed in range(60):
        sampling.begin(seed, long=False)
        taken.update(sample(range(20), 1 / 5, "calls"))
    assert taken == set(range(20))


def test_a_sample_is_never_empty_and_has_its_ends_where_they_are_asked_for() -> None:
    sampling.begin(1, long=False)
    assert len(sample(range(3), 1 / 100, "few")) == 1
    assert sample([], 1 / 2, "none") == []
    ends = sample(range(50), 1 / 10, "calls", ends=True)
    assert (ends[0], ends[-1]) == (0, 49) and len(ends) <= 7


def test_a_long_run_takes_everything() -> None:
    sampling.begin(1, long=True)
    assert sample(range(100), 1 / 5, "calls") == list(range(100))
    assert examples(10, 500) == 500
    assert left_out(made_of("a", 40, sweep(1 / 4))) == []


# ── tests that are one sweep ─────────────────────────────────────────────────────────────────────────────
class Made:
    """Stands for a test made of a function with parameters."""

    def __init__(self, nodeid: str, mark: pytest.MarkDecorator) -> None:
        self.nodeid, self._mark = nodeid, mark

    def iter_markers_with_node(self, name: str) -> Iterator[tuple[Made, pytest.Mark]]:
        assert name == self._mark.name
        yield self, self._mark.mark


def made_of(function: str, count: int, mark: pytest.MarkDecorator) -> list[Any]:
    return [Made(f"tests/x.py::{function}[{n}]", mark) for n in range(count)]


def test_of_each_function_a_share_is_taken_and_of_a_named_sweep_together() -> None:
    sampling.begin(3, long=False)
    two = made_of("a", 40, sweep(1 / 4)) + made_of("b", 4, sweep(1 / 4))
    left = [item.nodeid for item in left_out(two)]
    assert (sum("::a" in n for n in left), sum("::b" in n for n in left)) == (30, 3)
    walk = sweep(1 / 3, of="walks")
    assert len(left_out([*made_of("c", 1, walk), *made_of("d", 1, walk), *made_of("e", 1, walk)])) == 2


def test_whoever_names_a_test_gets_it() -> None:
    sampling.begin(3, long=False)
    everything = made_of("a", 40, sweep(1 / 4))
    one = left_out(everything)[0]
    assert one not in left_out(everything, (one.nodeid,))
    assert left_out(everything, ("tests/x.py::a",)) == []
