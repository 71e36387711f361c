"""Work done by several processes at once, its results in the order of its pieces; no death of one of them is waited for.

Each process has a pipe of its own and nothing is shared: one that dies, at whatever moment, is the end of its pipe and of
nothing else. (The pool of the standard library shares its queues: a process that is being begun while another one dies is
never told, and waited for without end.)
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

A = TypeVar("A")
B = TypeVar("B")


def in_order(work: Callable[[A], B], pieces: Iterable[A], processes: int) -> Iterator[B]:
    """Do piece after piece in other processes; yields what became of them, in their order.

    Args:
        work: can be pickled, as can the pieces and the results; ``functools.partial`` brings what is the same for all.
        pieces: one is asked for only when a process is about to be free.
        processes: how many work at once, at least 1.

    Raises:
        Exception: what a piece raises. It is done once more in this process before, as is the piece of a process that
            died; none is begun in its place, since what killed it (a lack of memory) may well last.
    """
    from concurrent.futures import (
        ThreadPoolExecutor,
    )  # takes its time, as do processes: who asks for none needs none

    flying: deque[tuple[A, Future[B]]] = deque()
    with closing(_Workers(work, processes)) as workers:
        threads = ThreadPoolExecutor(processes)  # each waits for a process
        try:
            for piece in pieces:
                flying.append((piece, threads.submit(workers.do, piece)))
                if len(flying) > processes:
                    yield _landed(work, *flying.popleft())
            while flying:
                yield _landed(work, *flying.popleft())
        finally:
            threads.shutdown(cancel_futures=True)


def _landed(work: Callable[[A], B], piece: A, done: Future[B]) -> B:
    try:
        return done.result()
    except _NotDone:
        return work(piece)


class _NotDone(Exception):
    """A piece that no other process did."""


class _Workers(Generic[A, B]):
    """Processes that do pieces of one work, begun when they are needed; used by as many threads as they are."""

    def __init__(self, work: Callable[[A], B], most: int) -> None:
        self._work, self._to_begin = work, most
        self._idle: list[_Worker[A, B]] = []
        self._all: list[_Worker[A, B]] = []
        self._lock = threading.Lock()

    def do(self, piece: A) -> B:
        """Let a process do a piece.

        Raises:
            _NotDone: it died, failed, or there is none.
        """
        worker = self._taken()
        result = worker.do(piece)
        with self._lock:
            self._idle.append(worker)
        if result is None:
            raise _NotDone
        return result[0]

    def _taken(self) -> _Worker[A, B]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            if not self._to_begin:
                raise _NotDone
            self._to_begin -= 1
        try:
            worker = _Worker(self._work)
        except OSError as error:  # no memory, or no more processes
            raise _NotDone from error
        with self._lock:
            self._all.append(worker)
        return worker

    def close(self) -> None:
        """End the processes; none has a piece any more."""
        for worker in self._all:
            worker.pipe.close()
        for worker in self._all:
            worker.process.join()


class _Worker(Generic[A, B]):
    """A process and the pipe to it, whose other end no other process holds."""

    def __init__(self, work: Callable[[A], B]) -> None:
        from multiprocessing import get_context

        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        try:
            self.process = context.Process(target=_serve, args=(work, theirs), daemon=True)
            self.process.start()
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()

    def do(self, piece: A) -> tuple[B] | None:
        """Return the result, None when the piece failed there.

        Raises:
            _NotDone: the process died.
        """
        try:
            self.pipe.send(piece)
            return self.pipe.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError) as error:
            raise _NotDone from error


def _serve(work: Callable[[A], B], pipe: Connection) -> None:
    _follow_parent()
    while True:
        try:
            piece = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            pipe.send((work(piece),))
        except Exception:
            pipe.send(None)


def _follow_parent() -> None:
    """Leave an interruption to the process worked for, and end with it: killed, it cannot say so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
