"""The power fails after any call: whatever of the unsynced calls reached the disk, the next start heals it.

Promise: "Killed, out of disk or out of power at any instruction: nothing acknowledged is lost, nothing is filed
twice, the next start heals by itself."
"""

from __future__ import annotations

from tests.conftest import Counted
from tests.faults.blackout import Blackout, ends, interrupted, record
from tests.faults.power import paths
from tests.faults.strike import Site
from tests.faults.truth import Broken
from tests.sampling import sample, sweep


@sweep(1 / 2)
def test_power_loss_after_any_call(site: Site, counted: Counted) -> None:
    blackout = Blackout(site)
    log = record(site)
    try:
        blackout.try_all(log, share=1 / 6, least=25)
    except Broken as broken:
        raise Broken(f"{broken}\n" + "\n".join(paths(log))) from broken
    assert blackout.states > 20
    counted(site.command.name, "power-loss states", blackout.states)
    counted(site.command.name, "of them unlike", len(blackout.right))


@sweep(1 / 3)
def test_power_loss_after_a_kill_and_a_restart(site: Site, counted: Counted) -> None:
    """What a restarted program shows as filed is as safe as what the first one acknowledged."""
    blackout = Blackout(site)
    for run in sample(
        interrupted(site), 1 / 4, f"kills before a power loss in {site.command.name}", ends=True
    ):
        log = run.whole()
        try:
            blackout.try_all(log, ends(log), run.kill, share=1 / 4)
        except Broken as broken:
            raise Broken(f"{broken}\n" + "\n".join(paths(log))) from broken
    assert blackout.states > 5
    counted(site.command.name, "power-loss states after kill and restart", blackout.states)
