"""A disk that is full or failing, and Ctrl-C, at any call: said in words, nothing half-done, nothing lost."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from tests.conftest import Counted
from tests.faults.conftest import together
from tests.faults.office import lay, stubborn
from tests.faults.shim import (
    DONE,
    INTERRUPTED,
    REFUSED,
    TOLERATED,
    Fail,
    FailDone,
    Fault,
    Interrupt,
    strike,
)
from tests.faults.strike import Site
from tests.sampling import sample, sweep

INDEX_STRIDE = 4


def faults_at(n: int, command: str) -> list[Fault]:
    """Return every fault for call ``n``; two of them in turn where a command only repeats what others do."""
    faults: list[Fault] = [
        *(Fail(n, code, sticky) for code in (errno.ENOSPC, errno.EIO) for sticky in (False, True)),
        FailDone(n, errno.EIO),
    ]
    return [faults[n % 5], faults[(n + 2) % 5]] if command == "file many" else faults


@sweep(1 / 2)
def test_a_disk_that_fails_at_any_call(site: Site, counted: Counted) -> None:
    """Not acknowledged: the original is untouched in the inbox; acknowledged: present and intact."""
    calls, refused, struck = range(1, site.calls() + 1), 0, 0
    for n in sample(calls, 1 / 8, f"failures of the disk in {site.command.name}", ends=True):
        for fault in faults_at(n, site.command.name):
            ended = site.strike(fault)
            assert ended.how in (REFUSED, TOLERATED), (fault, ended.error)
            struck += 1
            refused += ended.how == REFUSED
            site.verify(fault, len(ended.acks))
    assert refused > struck / 2, "most failures must surface as errors"
    counted(site.command.name, "ENOSPC and EIO", struck)


@pytest.mark.parametrize("name", [*map(together, ("file one", "put into the tray", "file many"))])
def test_a_watcher_that_tries_again_files_once(
    sites: Callable[[str], Site], name: str, counted: Counted
) -> None:
    """The disk fails once and the same process tries the paper again: it is filed, and not twice."""
    site = sites(name)
    calls, tried = range(1, site.calls() + 1), 0
    for n in sample(calls, 1 / 6, f"{name} tried again", ends=True):
        for fault in (Fail(n, errno.EIO), FailDone(n, errno.EIO)):
            if name == "file many" and isinstance(fault, FailDone) != bool(n % 2):
                continue
            lay(site.base, site.work)
            ended = strike(site.work, stubborn(site.command, site.work), fault)
            assert ended.how == TOLERATED, (fault, ended.error)
            tried += 1
            site.verify(("tried again after", fault), len(site.steps) - 1)
    counted(name, "tried again by the same process", tried)


@sweep(1 / 2)
def test_ctrl_c_at_any_call(site: Site, counted: Counted) -> None:
    """Ctrl-C just after a call that took effect must not undo half of it."""
    points = sample(range(1, site.calls() + 1), 1 / 5, f"Ctrl-C in {site.command.name}", ends=True)
    for n in points:
        ended = site.strike(Interrupt(n))
        assert ended.how == INTERRUPTED, (n, ended)
        site.verify(Interrupt(n), len(ended.acks))
    counted(site.command.name, "Ctrl-C", len(points))


@sweep(1 / 3)
def test_a_disk_that_fails_under_the_index(site: Site, counted: Counted) -> None:
    """The archive's commit stands whatever becomes of the index."""
    calls, struck = range(1, site.calls("index") + 1, INDEX_STRIDE), 0
    for n in sample(calls, 1 / 4, f"failures under the index of {site.command.name}"):
        for fault in (Fail(n, errno.ENOSPC, sticky=True), Fail(n, errno.EIO)):
            ended = site.strike(fault, under="index")
            assert ended.how in (REFUSED, TOLERATED, DONE), (fault, ended.error)
            site.verify(("index", fault), len(ended.acks), skip=False)
            struck += 1
    counted(site.command.name, "failures in the index", struck)
