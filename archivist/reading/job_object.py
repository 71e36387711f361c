"""A job of Windows: what a child process, and whatever it starts, may use; all of them end with it.

Linux sets limits on a process that its children inherit, and ends a group of processes at once; Windows has this in their place. A child is made
asleep, put into its job and woken, so that nothing it starts is outside. Elsewhere than on Windows a job holds nothing and does nothing.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

MEMORY_OF_A_PROCESS: Final = 0x100
DIE_ON_UNHANDLED_EXCEPTION: Final = 0x400
KILL_ON_JOB_CLOSE: Final = 0x2000
ASLEEP: Final = 0x4
"""``CREATE_SUSPENDED``."""
NO_WINDOW: Final = 0x08000000
"""``CREATE_NO_WINDOW``: no black window flashes up on the clerk's screen."""

EXITS: Final = {
    0xC0000005: "读取了不该读的内存",
    0xC000001D: "处理器不认识它的指令，电脑可能太旧",
    0xC0000017: "内存不够",
    0xC000012D: "内存不够",
    0xC00000FD: "嵌套太深",
    0xC0000135: "缺少运行库，请安装微软 VC++ 运行库（vc_redist.x64.exe）",
    0xC0000139: "运行库版本不对，请重新安装微软 VC++ 运行库（vc_redist.x64.exe）",
    0xC0000142: "运行库没有启动起来，请重新启动电脑",
    0xC000013A: "被中断",
    0xC0000374: "内存被写坏",
    0xC0000409: "内存被写坏",
    0x40010004: "被结束",
}
"""Exit statuses of Windows that say more than their number."""


def named_exit(status: int) -> str:
    """Return in words how a process of Windows ended; empty where its status says nothing."""
    return EXITS.get(status & 0xFFFFFFFF, "崩溃" if status & 0xC0000000 == 0xC0000000 and status > 0 else "")


def creation_flags() -> int:
    """Return what a process that goes into a job is created with."""
    return ASLEEP | NO_WINDOW if sys.platform == "win32" else 0


class Job:
    """The limits of a child and all it starts.

    Args:
        memory_bytes: what each process of the job may have of memory.
    """

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        self._handle = 0

    if sys.platform == "win32":

        def take(self, process: subprocess.Popen[bytes]) -> None:
            """Put a child that was created with ``creation_flags`` into the job, and wake it.

            A job that Windows refuses (an old one within another job) is done without: the child runs, with no limits.
            """
            self._handle = _make(self.memory_bytes)
            if self._handle and not _kernel.AssignProcessToJobObject(self._handle, _handle_of(process)):
                self.close()
            _ntdll.NtResumeProcess(_handle_of(process))

        def cpu_seconds(self) -> float | None:
            """Return the CPU seconds that all processes of the job have used; None where Windows does not tell."""
            told = _Accounting()
            if not self._handle or not _kernel.QueryInformationJobObject(
                self._handle, _BASIC_ACCOUNTING, ctypes.byref(told), ctypes.sizeof(told), None
            ):
                return None
            return float((told.user + told.kernel) / 10_000_000)

        def close(self) -> None:
            """End whatever still runs in the job."""
            if self._handle:
                _kernel.CloseHandle(self._handle)
                self._handle = 0

    else:

        def take(self, process: subprocess.Popen[bytes]) -> None:
            """Do nothing: limits are set by the child itself (``limited_run``)."""

        def cpu_seconds(self) -> float | None:
            """Tell nothing."""
            return None

        def close(self) -> None:
            """Do nothing."""


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _BASIC_ACCOUNTING, _EXTENDED_LIMIT = 1, 9

    class _Accounting(ctypes.Structure):
        _fields_ = (
            ("user", ctypes.c_int64),
            ("kernel", ctypes.c_int64),
            ("period_user", ctypes.c_int64),
            ("period_kernel", ctypes.c_int64),
            ("faults", wintypes.DWORD),
            ("total", wintypes.DWORD),
            ("active", wintypes.DWORD),
            ("ended", wintypes.DWORD),
        )

    class _Basic(ctypes.Structure):
        _fields_ = (
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("least_set", ctypes.c_size_t),
            ("most_set", ctypes.c_size_t),
            ("active", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD),
            ("scheduling", wintypes.DWORD),
        )

    class _Extended(ctypes.Structure):
        _fields_ = (
            ("basic", _Basic),
            ("io", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peak_process", ctypes.c_size_t),
            ("peak_job", ctypes.c_size_t),
        )

    class _Memory(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            ("peak", ctypes.c_size_t),
            ("resident", ctypes.c_size_t),
            ("rest", ctypes.c_size_t * 6),
        )

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _ntdll = ctypes.WinDLL("ntdll")
    _kernel.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel.SetInformationJobObject.argtypes = [
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
    ]
    _kernel.QueryInformationJobObject.argtypes = [
        *(wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p)
    ]
    _kernel.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
    _kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.K32GetProcessMemoryInfo.argtypes = [wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD]
    _ntdll.NtResumeProcess.argtypes = [wintypes.HANDLE]

    def _handle_of(process: subprocess.Popen[bytes]) -> int:
        return int(process._handle)  # type: ignore[attr-defined]

    def _make(memory_bytes: int) -> int:
        handle = _kernel.CreateJobObjectW(None, None)
        limits = _Extended()
        limits.basic.flags = MEMORY_OF_A_PROCESS | DIE_ON_UNHANDLED_EXCEPTION | KILL_ON_JOB_CLOSE
        limits.process_memory = memory_bytes
        if handle and not _kernel.SetInformationJobObject(
            handle, _EXTENDED_LIMIT, ctypes.byref(limits), ctypes.sizeof(limits)
        ):
            _kernel.CloseHandle(handle)
            return 0
        return int(handle or 0)

    def resident_bytes() -> int:
        """Return the resident memory of this process, 0 where it cannot be told."""
        told = _Memory(size=ctypes.sizeof(_Memory))
        if not _kernel.K32GetProcessMemoryInfo(_kernel.GetCurrentProcess(), ctypes.byref(told), told.size):
            return 0
        return int(told.resident)
