"""An independent witness: the kernel's own list of calls, and real processes really killed.

``strace`` sees what the shim might miss (a call past the wrappers, a file opened by C code) and kills with SIGKILL.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

import pytest

from tests.conftest import Counted
from tests.faults.commands import COMMANDS
from tests.faults.office import lay
from tests.faults.power import fsyncs
from tests.faults.shim import DONE, NoFault, fork, strike
from tests.faults.strike import Site
from tests.faults.truth import fingerprint
from tests.sampling import sample

STRACE: Final = shutil.which("strace")


def _may_trace() -> bool:
    return (
        bool(STRACE) and subprocess.run([str(STRACE), "-o", "/dev/null", "true"], check=False).returncode == 0
    )


pytestmark = pytest.mark.skipif(not _may_trace(), reason="needs strace and leave to trace")

CALLS: Final = {
    "openat": "open", "open": "open", "creat": "open", "write": "write", "pwrite64": "write", "writev": "write",
    "sendfile": "write", "copy_file_range": "write", "fsync": "fsync", "fdatasync": "fsync", "rename": "rename",
    "renameat": "rename", "renameat2": "rename", "mkdir": "mkdir", "mkdirat": "mkdir", "unlink": "gone",
    "unlinkat": "gone", "rmdir": "gone", "chmod": "mode", "fchmod": "mode", "fchmodat": "mode", "truncate": "cut",
    "ftruncate": "cut", "fallocate": "cut", "link": "link", "linkat": "link", "symlink": "link", "symlinkat": "link",
    "utimensat": "utime", "mknod": "link", "mknodat": "link", "setxattr": "xattr", "fsetxattr": "xattr",
}  # fmt: skip
EVERYTHING: Final = ("-y", "-xx", "-e", f"trace={','.join(f'?{c}' for c in CALLS)}")
WORDS: Final = {"create": "open", "folder": "mkdir"}
PR_SET_PTRACER: Final = 0x59616D61
"""Lets a sibling trace the process also where only ancestors may."""


def run(root: Path, command: str, *options: str) -> tuple[int, str]:
    """Run a command as a process of its own; strace takes hold of it before it begins.

    Returns:
        How it ended, negative for a signal, and the name of the error it ended with.
    """
    for name in ("told", "error"):
        Path(f"{root}.{name}").unlink(missing_ok=True)
    ours, its = socket.socketpair()
    if (pid := fork()) == 0:
        ours.close()
        _act(root, command, its)
    its.close()
    ours.recv(1)
    tracing = [str(STRACE), "-o", f"{root}.strace", *options, "-p", str(pid)]
    with subprocess.Popen(tracing, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        attached = strace.stderr.readline()
        ours.close()
        _, status = os.waitpid(pid, 0)
    assert "attached" in attached, attached
    error = Path(f"{root}.error")
    return os.waitstatus_to_exitcode(status), error.read_text() if error.exists() else ""


def _act(root: Path, command: str, parent: socket.socket) -> NoReturn:
    """What the process does once it is traced; it tells of each step in a file."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, -1, 0, 0, 0)
        parent.send(b".")
        parent.recv(1)
        with open(f"{root}.told", "w", buffering=1) as told:  # noqa: PTH123
            COMMANDS[command].run(root)(lambda text: print(text, file=told))
    except BaseException as error:
        Path(f"{root}.error").write_text(type(error).__name__)
        os._exit(1)
    os._exit(0)


def told(root: Path) -> int:
    """Return how many steps the process told of before it ended."""
    path = Path(f"{root}.told")
    return len(path.read_text().splitlines()) if path.exists() else 0


def kernel_saw(root: Path) -> Counter[tuple[str, str]]:
    """Return the successful changing calls below ``archive/``: what, and the last name of the path."""
    found: Counter[tuple[str, str]] = Counter()
    for line in Path(f"{root}.strace").read_text(encoding="utf-8", errors="replace").splitlines():
        match = re.match(r"(\w+)\((.*)\) += (\d+)", line)
        if not match or match[1] not in CALLS:
            continue
        what, args = CALLS[match[1]], match[2]
        if what == "open" and not re.search(r"O_CREAT|O_TRUNC", args):
            continue  # it changes nothing; what is written is seen as written
        path = _path(what, args)
        if path.startswith(f"{root}/archive") and not path.endswith("/.lock"):
            found[what, path.rsplit("/", 1)[1]] += 1
    return found


def _path(what: str, args: str) -> str:
    """Find the path a call is about; ``-y`` shows those of open files, ``-xx`` keeps names whole."""
    folder = re.match(r"(?:AT_FDCWD|\d+)<([^>]*)>", args)
    named = re.search(r'"([^"]*)"', args)
    names = what in ("open", "rename", "mkdir", "gone", "link", "utime", "xattr") or not folder
    where = _text(folder[1]) if folder else ""
    if names and named:
        name = _text(named[1])
        return name if name.startswith("/") else f"{where}/{name}"
    return where


def _text(hexed: str) -> str:
    return re.sub(
        rb"(?:\\x[0-9a-f]{2})+", lambda m: bytes.fromhex(m[0].decode().replace("\\x", "")), hexed.encode()
    ).decode("utf-8", "replace")


def test_the_shim_sees_every_call_the_kernel_sees(site: Site, counted: Counted) -> None:
    lay(site.base, site.work)
    ended = strike(site.work, site.command.run(site.work), NoFault(), record=True)
    assert ended.how == DONE, ended.error
    ours = Counter(
        (WORDS.get(d.kind, d.kind), d.path.rsplit("/", 1)[-1])
        for d in ended.log
        if d.kind not in ("ack", "sync") and not d.path.endswith("/.lock")
    )
    lay(site.base, site.work)
    assert run(site.work, site.command.name, *EVERYTHING) == (0, "")
    kernel = kernel_saw(site.work)
    assert sum(kernel.values()) >= 10
    assert kernel == ours
    counted(site.command.name, "calls the kernel saw, and the shim", sum(kernel.values()))


def ordinals(root: Path) -> list[tuple[str, int]]:
    """Return every changing call below ``archive/`` with its number among the calls of its kind in the process."""
    count: Counter[str] = Counter()
    found = []
    for line in Path(f"{root}.strace").read_text(encoding="utf-8", errors="replace").splitlines():
        if match := re.match(r"(\w+)\((.*)", line):
            count[match[1]] += 1
            what = CALLS[match[1]]
            # how many files an import opens differs from run to run, so these have no steady number
            if what != "open" and _path(what, match[2]).startswith(f"{root}/archive"):
                found.append((match[1], count[match[1]]))
    return found


def test_real_processes_really_killed(sites: Callable[[str], Site], counted: Counted) -> None:
    """SIGKILL from outside at every changing call; what is left is healed like what the shim's kills leave."""
    site = sites("file one")
    lay(site.base, site.work)
    assert run(site.work, site.command.name, *EVERYTHING) == (0, "")
    calls = sample(ordinals(site.work), 1 / 3, "real processes killed", ends=True)
    outcomes = set()
    for call, n in calls:
        lay(site.base, site.work)
        done = run(
            site.work, site.command.name, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={n}"
        )
        assert done == (-9, ""), (call, n, done)
        site.verify(f"SIGKILL at {call} {n}", told(site.work))
        outcomes.add(fingerprint(site.work))
    assert len(calls) > 5
    assert len(outcomes) >= 2, "some are before the commit, some after"
    counted(site.command.name, "real processes killed", len(calls))


def test_real_processes_whose_fsync_fails(sites: Callable[[str], Site], counted: Counted) -> None:
    """An fsync error is never taken for success."""
    site = sites("file one")
    lay(site.base, site.work)
    ours = fsyncs(strike(site.work, site.command.run(site.work), NoFault(), record=True).log)
    points = sample(range(1, len(ours) + 1), 1 / 3, "fsyncs of real processes that fail")
    for n in points:
        lay(site.base, site.work)
        done = run(
            site.work, site.command.name, "-e", "trace=fsync", "-e", f"inject=fsync:error=EIO:when={n}"
        )
        assert done == (1, "WriteFailed"), (n, done)
        assert told(site.work) == 0
        site.verify(f"EIO at fsync {n}", 0)
    counted(site.command.name, "fsync errors in real processes", len(points))
