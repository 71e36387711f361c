"""A child process with limits that takes orders and answers in JSON, one object a line."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from archivist.os_reasons import reason_of
from archivist.reader_errors import ReaderBroken
from archivist.reading.formats.unpacking import CHUNK, MAX_MEMBER_BYTES
from archivist.reading.job_object import Job, creation_flags, named_exit

EXIT_MEMORY: Final = 71
"""Exit status of a child that ran out of memory and noticed."""
LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes of one message; a page of one million characters needs twelve."""
_LOOK_S: Final = 1.0
"""Seconds between two looks at what a silent child does."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading process may use.

    Attributes:
        memory_bytes: address space, with libraries and models. Measured: 0.75–1.1 GB on ordinary pages, 1.4 GB on a
            picture of 100 million pixels; under 0.8 GB children die on ordinary pages.
        file_bytes: largest file it may write while it reads; it writes none but Python's own caches.
        member_bytes: largest file it may write while it takes one apart.
        page_cpu_s: whole CPU seconds for opening a file and for each page.
        unpack_cpu_s: whole CPU seconds for taking a file apart up to its first member, and for each further one; a 7z is
            unpacked whole before its first member is there.
        stall_s: seconds by the clock in which it may neither say nor compute anything; a disk or a share that hangs is
            waited for so long. However busy the machine is, a process that wants to compute gets some of it meanwhile.
        files: files after which the process is started anew.
        rss_bytes: resident memory after which it is started anew; 330–380 MB is usual, big pictures leave 780 MB.
    """

    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 16 * 1024**2
    member_bytes: int = MAX_MEMBER_BYTES + CHUNK
    page_cpu_s: int = 20
    unpack_cpu_s: int = 120
    stall_s: float = 300.0
    files: int = 200
    rss_bytes: int = 700 * 1024**2


class ChildDied(Exception):
    """The child ended, or was ended, before it had finished its order; the text says why, in Chinese."""


class ChildProcess:
    """The running child, from the parent's side.

    Args:
        limits: what it may use; memory and sizes of files count from its start.

    Raises:
        ReaderBroken: E109, the system starts no process.
    """

    def __init__(self, limits: Limits) -> None:
        env = {
            **os.environ,
            # One thread for each library: they would reserve address space and fight for the two cores.
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
            "PYTHONPATH": os.pathsep.join(
                [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
            "PYTHONIOENCODING": "utf-8",
        }
        most = [str(value) for value in (limits.memory_bytes, limits.file_bytes, limits.member_bytes)]
        # -P: a file dropped into the current folder must never be imported.
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "archivist.reading.reader_process", *most],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=creation_flags(),
                env=env,
            )
        except OSError as error:
            raise ReaderBroken(f"读取进程启动不了：{reason_of(error)}") from error
        self._job = Job(limits.memory_bytes)
        self._job.take(self._process)
        self._cpu_s = 0
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        # A thread, because Windows cannot wait for a pipe with a timeout.
        threading.Thread(
            target=_listen, args=(_pipe(self._process.stdout), self._messages), name="reader", daemon=True
        ).start()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def send(self, order: dict[str, Any]) -> None:
        """Give it an order.

        Raises:
            ChildDied: it has ended.
        """
        pipe = _pipe(self._process.stdin)
        self._cpu_s = order["cpu_s"]
        try:
            pipe.write(json.dumps(order).encode() + b"\n")
            pipe.flush()
        except OSError:
            raise ChildDied("读取进程已经结束") from None

    def hear(self, limits: Limits, place: str) -> dict[str, Any]:
        """Return its next message.

        Raises:
            ChildDied: it has ended, or it stalls: for ``stall_s`` it has neither said nor computed anything.
        """
        used = began = self._used()
        moved_at = time.monotonic()
        while True:
            try:
                message = self._messages.get(timeout=min(_LOOK_S, limits.stall_s))
                break
            except queue.Empty:
                now_used = self._used()
                self._spend(began, now_used, place)
                if now_used is not None and now_used != used:
                    used, moved_at = now_used, time.monotonic()
                elif time.monotonic() - moved_at >= limits.stall_s:
                    raise ChildDied(f"{place}超过 {limits.stall_s:g} 秒没有动静") from None
        if message is None:
            raise ChildDied(f"{place}时{self._how_it_died()}")
        return message

    def _used(self) -> float | None:
        of_job = self._job.cpu_seconds()
        return cpu_seconds(self.pid) if of_job is None else of_job

    def _spend(self, began: float | None, used: float | None, place: str) -> None:
        """Say so when the child has used up its CPU time on Windows, where the system sets no such limit."""
        if sys.platform == "win32" and began is not None and used is not None and used - began > self._cpu_s:
            raise ChildDied(f"{place}时用完了 {self._cpu_s} 秒计算时间")

    def close(self) -> None:
        """Let it end; end it when it does not."""
        with contextlib.suppress(OSError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._job.close()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._job.close()
        self._process.wait()
        with contextlib.suppress(OSError):
            _pipe(self._process.stdin).close()

    def _how_it_died(self) -> str:
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0
        if status == EXIT_MEMORY:
            return "内存不够"
        if sys.platform != "win32" and status == -signal.SIGXCPU:
            return f"用完了 {self._cpu_s} 秒计算时间"
        if status < 0:
            return f"读取进程崩溃（信号 {-status}）"
        if sys.platform == "win32" and (words := named_exit(status)):
            return f"读取进程没有做完：{words}（0x{status & 0xFFFFFFFF:08X}）"
        return f"读取进程退出（{status}）"


def cpu_seconds(pid: int) -> float | None:
    """Return the CPU seconds a process has used, all threads together; None where the system does not tell."""
    try:
        # The second field, the name, may hold anything, but no later field holds a parenthesis (proc(5)).
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _listen(pipe: IO[bytes], messages: queue.Queue[dict[str, Any] | None]) -> None:
    """Pass the child's messages on; None when it has ended or talks nonsense."""
    with pipe:
        while line := pipe.readline(LONGEST_LINE):
            try:
                messages.put(json.loads(line))
            except ValueError:
                break
    messages.put(None)
