"""A disk that is full or failing, and Ctrl-C, at any call: said in words, nothing half-done, nothing lost."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.conftest import Counted
from tests.faults.office import COMMANDS, lay, stubborn
from tests.faults.shim import (
    DONE,
    INTERRUPTED,
    REFUSED,
    TOLERATED,
    Fail,
    FailDone,
    Fault,
    Interrupt,
    in_child,
)
from tests.faults.strike import Site

INDEX_STRIDE = 4


def faults_at(n: int) -> list[Fault]:
    return [
        *(Fail(n, code, sticky) for code in (errno.ENOSPC, errno.EIO) for sticky in (False, True)),
        FailDone(n, errno.EIO),
    ]


def test_a_disk_that_fails_at_any_call(site: Site, counted: Counted) -> None:
    """Not acknowledged: the original is untouched in the inbox; acknowledged: present and intact."""
    total, refused = site.calls(), 0
    for n in range(1, total + 1):
        for fault in faults_at(n):
            ended = site.strike(fault)
            assert ended.how in (REFUSED, TOLERATED), (fault, ended.error)
            refused += ended.how == REFUSED
            site.verify(fault, len(ended.acks))
    assert refused > total, "most failures must surface as errors"
    counted(site.command.name, "ENOSPC and EIO", total * len(faults_at(1)))


@pytest.mark.parametrize("name", ["file one", "put into the tray", "file many"])
def test_a_watcher_that_tries_again_files_once(
    base: Path, scratch: Path, name: str, counted: Counted
) -> None:
    """The disk fails once and the same process tries the paper again: it is filed, and not twice."""
    site = Site.of(base, scratch, COMMANDS[name])
    total = site.calls()
    for n in range(1, total + 1):
        for fault in (Fail(n, errno.EIO), FailDone(n, errno.EIO)):
            lay(site.base, site.work)
            ended = in_child(site.work, stubborn(site.command, site.work), fault)
            assert ended.how == TOLERATED, (fault, ended.error)
            site.verify(("tried again after", fault), len(site.steps) - 1)
    counted(name, "tried again by the same process", 2 * total)


def test_ctrl_c_at_any_call(site: Site, counted: Counted) -> None:
    """Ctrl-C just after a call that took effect must not undo half of it."""
    total = site.calls()
    for n in range(1, total + 1):
        ended = site.strike(Interrupt(n))
        assert ended.how == INTERRUPTED, (n, ended)
        site.verify(Interrupt(n), len(ended.acks))
    counted(site.command.name, "Ctrl-C", total)


def test_a_disk_that_fails_under_the_index(site: Site, counted: Counted) -> None:
    """The archive's commit stands whatever becomes of the index."""
    total, struck = site.calls("index"), 0
    for n in range(1, total + 1, INDEX_STRIDE):
        for fault in (Fail(n, errno.ENOSPC, sticky=True), Fail(n, errno.EIO)):
            ended = site.strike(fault, under="index")
            assert ended.how in (REFUSED, TOLERATED, DONE), (fault, ended.error)
            site.verify(("index", fault), len(ended.acks), skip=False)
            struck += 1
    counted(site.command.name, "failures in the index", struck)
