"""Killed at any call, and again at any call of the recovery: acknowledged means there, else nothing happened.

Promise: "Killed, out of disk or out of power at any instruction: nothing acknowledged is lost, nothing is filed
twice, the next start heals by itself."
"""

from __future__ import annotations

from tests.conftest import Counted
from tests.faults.office import lay
from tests.faults.shim import DONE, KILLED, Kill
from tests.faults.strike import Site
from tests.faults.truth import fingerprint
from tests.sampling import sample, sweep

INDEX_STRIDE = 3
"""Of the calls below ``index/`` every third is enough: the index is disposable."""


@sweep(1 / 2)
def test_killed_at_every_call_and_at_every_call_of_the_recovery(site: Site, counted: Counted) -> None:
    total, seen, nested = site.calls(), set[tuple[str, int]](), 0
    kept = site.work.with_name("kept")
    points = sample(range(1, total + 2), 1 / 6, f"kill points of {site.command.name}", ends=True)
    for n in points:
        fault = Kill(n)
        ended = site.strike(fault)
        told = len(ended.acks)
        if (state := (fingerprint(site.work), told)) not in seen:
            seen.add(state)
            lay(site.work, kept)
            nested += site.kill_recovery(fault, told)
            lay(kept, site.work)
        site.verify(fault, told)
        assert ended.how == (KILLED if n <= total else DONE), fault
    assert total > 20
    assert len(seen) > min(5, len(points) // 3), "kills before and after the commit leave different archives"
    assert nested > len(points)
    counted(site.command.name, "kill points", len(points) - 1)
    counted(site.command.name, "kills in recovery", nested)


@sweep(1 / 3)
def test_killed_while_the_index_is_written(site: Site, counted: Counted) -> None:
    """The index is disposable: whatever a kill leaves of it, the next start makes it what a rebuild would."""
    calls = range(1, site.calls("index") + 1, INDEX_STRIDE)
    kills = 0
    for n in sample(calls, 1 / 4, f"kills in the index of {site.command.name}"):
        ended = site.strike(Kill(n), under="index")
        assert ended.how == KILLED
        site.verify(("index", Kill(n)), len(ended.acks), skip=False)
        kills += 1
    counted(site.command.name, "kills in the index", kills)
