"""How much of a long sweep a run takes: a seeded sample, or with ``--long`` all of it.

A sweep is many cases of one kind: each template with hostile values, each call a process may be killed at. ``make test``,
``make faults`` and ``.ci/run`` take a sample, ``make long`` takes everything. Which sample follows from a seed; it is drawn
for each run, printed at its head, and given again with ``--seed N`` or ``ARCHIVIST_TEST_SEED=N``. Hypothesis draws by the
same seed. Three things say how much:

- ``@sweep(1 / 4)`` on a test, a parameter or a module: that share of the tests made of it; with the name of a sweep, of all
  the tests that bear it;
- ``sample(calls, 1 / 4, "kill points")`` in a test that goes through a sweep itself;
- ``examples(20, 200)`` for Hypothesis, where its profile is not enough.

Whoever names a test, by its node id or with ``-k``, gets it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

import pytest
from hypothesis import HealthCheck, settings

SEED_VARIABLE: Final = "ARCHIVIST_TEST_SEED"
Item = TypeVar("Item")


@dataclass
class _Run:
    seed: int = 0
    long: bool = False


_run: Final = _Run()


def begin(seed: int, *, long: bool) -> None:
    """Say which sample this run takes, or that it takes everything."""
    _run.seed, _run.long = seed, long
    # How long an example takes is the machine's affair: no test fails because one took long.
    for name, count in (("sample", 40), ("long", 400)):
        settings.register_profile(
            name,
            max_examples=count,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile("long" if long else "sample")


def sample(items: Iterable[Item], share: float, of: str, *, ends: bool = False) -> list[Item]:
    """Return what this run takes of a sweep, in the order it has; at least one.

    Args:
        items: all of it.
        share: how much of it a short run takes, 0–1.
        of: names the sweep, so that several are sampled independently of each other.
        ends: take the first and the last in any case.
    """
    everything = list(items)
    if _run.long or not everything:
        return everything
    count, last = math.ceil(share * len(everything)), len(everything) - 1
    chosen = random.Random(f"{_run.seed} {of}").sample(range(len(everything)), count)
    return [everything[n] for n in sorted({0, last, *chosen} if ends else chosen)]


def sweep(share: float, of: str = "") -> pytest.MarkDecorator:
    """Mark tests as one sweep, of which a short run takes a share: those of one function, or all with the same name."""
    return pytest.mark.sweep(share, of)


def examples(few: int, many: int) -> int:
    """Return how many examples Hypothesis tries: few in a short run, many in a long one."""
    return many if _run.long else few


def drawn(of: str) -> int:
    """Return a number drawn by the seed, for a test that draws for itself."""
    return random.Random(f"{_run.seed} {of}").randrange(10**9)


def left_out(items: Iterable[pytest.Item], named: tuple[str, ...] = ()) -> list[pytest.Item]:
    """Return the tests of sweeps that this run does not take; those whose node ids begin as named are taken."""
    sweeps: dict[tuple[str, float], list[pytest.Item]] = {}
    for item in items:
        found = next(item.iter_markers_with_node("sweep"), None)
        if found is None:
            continue
        node, mark = found
        share, name = mark.args
        name = name or (item.nodeid.partition("[")[0] if node is item else node.nodeid)
        sweeps.setdefault((name, share), []).append(item)
    taken = {item for (name, share), those in sweeps.items() for item in sample(those, share, name)}
    left = (item for those in sweeps.values() for item in those if item not in taken)
    return [item for item in left if not item.nodeid.startswith(named)]
