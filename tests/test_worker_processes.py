"""Each process has a pipe of its own: one that dies, at whatever moment, is the end of its pipe and of nothing else."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from functools import partial
from multiprocessing import active_children
from pathlib import Path

import pytest

from archivist.worker_processes import in_order
from tests.sampling import drawn, examples
from tests.waiting import PATIENCE_S, gone, until

LARGE = 3_000_000
"""Bytes; far more than a pipe takes at once."""
posix_only = pytest.mark.skipif(os.name != "posix", reason="kills a process")


def turned(home: int, piece: tuple[str, bytes]) -> tuple[str, object]:
    """Do a piece; elsewhere than at home some meet another fate."""
    fate, content = piece
    if os.getpid() != home:
        if fate == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if fate == "leaves":
            os._exit(0)
        if fate == "fails":
            raise ValueError("only there")
        if fate == "is not to be sent":
            return fate, threading.Lock()
    return fate, content[::-1]


FATES = "done", "dies", "leaves", "fails", "is not to be sent"


@posix_only
@pytest.mark.parametrize("processes", [1, 2, 4])
def test_every_piece_is_done_in_order_whatever_becomes_of_those_that_do_it(processes: int) -> None:
    """«Yields what became of them, in their order»; of a piece that fails or kills there, what it is here."""
    rng = random.Random(drawn("fates of pieces"))
    for fates in (["done"] * 9, [*FATES] * 2, rng.choices(FATES, [9, 1, 1, 1, 1], k=12)):
        pieces = [(fate, rng.randbytes(rng.choice((1, 100, LARGE)))) for fate in fates]
        found = list(in_order(partial(turned, os.getpid()), iter(pieces), processes))
        assert found == [(fate, content[::-1]) for fate, content in pieces]
        assert active_children() == []


@posix_only
def test_no_death_at_any_moment_is_waited_for() -> None:
    """Killed from outside: while it is begun, reads its piece, works, or is in the middle of its answer."""
    for round_ in range(examples(12, 200)):
        rng = random.Random(drawn(f"deaths of workers {round_}"))
        over = threading.Event()

        def kill(rng: random.Random = rng, over: threading.Event = over) -> None:
            while not over.wait(rng.random() / 20):
                for child in active_children():
                    if rng.random() < 0.3 and child.pid:
                        os.kill(child.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            pieces = [("done", rng.randbytes(rng.choice((10, LARGE)))) for _ in range(8)]
            found = list(in_order(partial(turned, os.getpid()), iter(pieces), 3))
        finally:
            over.set()
            killer.join()
        assert found == [(fate, content[::-1]) for fate, content in pieces]


def wrong(piece: int) -> int:
    """Fail for one piece, wherever it is done."""
    if piece == 3:
        raise LookupError(f"the piece {piece}")
    return piece


def test_what_a_piece_raises_is_raised_in_its_place_and_nobody_is_left_behind() -> None:
    """«Raises: what a piece raises. It is done once more in this process before»: with the place where it was raised."""
    done = []
    with pytest.raises(LookupError, match="the piece 3") as caught:
        for number in in_order(wrong, range(9), 2):
            done.append(number)  # noqa: PERF402 - what came before is looked at
    assert done == [0, 1, 2]
    assert caught.traceback[-1].name == "wrong"
    assert active_children() == []


def test_a_piece_is_asked_for_only_when_a_process_is_about_to_be_free() -> None:
    asked = 0

    def pieces() -> Iterator[int]:
        nonlocal asked
        for number in range(100, 200):
            asked += 1
            yield number

    results = in_order(wrong, pieces(), 2)
    assert (next(results), asked) == (100, 3)
    assert (next(results), asked) == (101, 4)
    results.close()  # type: ignore[attr-defined]
    assert active_children() == []


def test_where_none_can_be_begun_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from multiprocessing.context import SpawnProcess

    def refuse(_: object) -> None:
        raise OSError(11, "no more processes")

    monkeypatch.setattr(SpawnProcess, "start", refuse)
    assert list(in_order(partial(turned, 0), [("done", b"ab")] * 5, 2)) == [("done", b"ba")] * 5


ENDS = """
    import os, signal, sys, time
    from archivist.worker_processes import in_order
    from tests.test_worker_processes import says_who
    if __name__ == "__main__":
        for pid in in_order(says_who, range(99), 2):
            print(pid, flush=True)
            time.sleep(600)
"""


def says_who(_: int) -> int:
    """Return the process that does it."""
    return os.getpid()


@posix_only
def test_who_is_killed_leaves_no_process_behind() -> None:
    """«Leave an interruption to the process worked for, and end with it»."""
    code, root = textwrap.dedent(ENDS), str(Path(__file__).parents[1])
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    worker = int(child.stdout.readline())
    child.kill()
    child.communicate(timeout=PATIENCE_S)
    until(lambda: gone(worker))
