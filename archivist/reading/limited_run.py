"""Sets limits on itself, leaves the network, and becomes another program.

Run by path, with the standard library alone::

    python -I -S limited_run.py MEMORY_BYTES FILE_BYTES CPU_SECONDS PROGRAM ARGUMENT …

``limited`` gives the first words of such a command. Limits that are set between fork and exec by Python code can hang a program that has threads; this cannot. POSIX only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import resource

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def limited(memory_bytes: int, file_bytes: int, cpu_s: int) -> list[str]:
    """Return what to put before a command so that it runs within limits; nothing where there are none (Windows).

    Args:
        memory_bytes: address space.
        file_bytes: largest file it may write.
        cpu_s: whole CPU seconds.
    """
    if sys.platform == "win32":
        return []
    limits = (memory_bytes, file_bytes, cpu_s)
    return [sys.executable, "-I", "-S", str(Path(__file__)), *map(str, limits)]


def leave_network() -> None:
    """Go where there is no network but the machine's own loopback, down; where the kernel allows it to ordinary users."""
    assert sys.platform == "linux"
    uid, gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET):
        return
    for name, words in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with contextlib.suppress(OSError):
            Path("/proc/self", name).write_text(words)


def main() -> None:
    """Do as the first lines say."""
    assert sys.platform != "win32"
    memory_bytes, file_bytes, cpu_s = (int(value) for value in sys.argv[1:4])
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CPU, cpu_s),
    )
    for what, most in limits:
        # macOS has no limit on address space and says so with a ValueError.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            leave_network()
    os.execv(sys.argv[4], sys.argv[4:])


if __name__ == "__main__":
    main()
