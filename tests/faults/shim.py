"""Stands between the program and the disk: counts its calls, records them, and lets a fault strike at any of them.

Every function of ``os`` that changes a disk (or opens a file) is wrapped, and ``sync``; ``pathlib`` and ``shutil`` call these too.
``test_strace.py`` proves that no call under ``archive/`` goes past the wrappers.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final, Protocol

from archivist.errors import ArchivistError

CALLS: Final = (
    "open", "write", "pwrite", "fsync", "fdatasync", "rename", "replace", "mkdir", "unlink", "remove", "rmdir",
    "chmod", "fchmod", "truncate", "ftruncate", "link", "symlink", "utime",
)  # fmt: skip
CHANGING: Final = frozenset(CALLS) - {"open", "fsync", "fdatasync"}
"""Calls that may change what another process sees; ``open`` does when it creates or truncates."""

DONE, TOLERATED, BROKEN, REFUSED, RAW, INTERRUPTED, KILLED = 0, 3, 70, 75, 76, 77, 137
"""How a child ended: done; done although a fault struck; a defect; refused in words; an ``OSError`` nobody put
into words; interrupted by Ctrl-C; killed."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the disk: the ``n``-th (from 1) below the watched folder; ``path`` is relative to the root."""

    n: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Done:
    """One call that succeeded, as the log keeps it. ``kind`` ``ack`` is no call: the program told somebody."""

    kind: str
    path: str = ""
    to: str = ""
    offset: int = 0
    data: bytes = b""
    mode: int = 0
    by: str = ""


class Fault(Protocol):
    """Something that goes wrong at a call: before it is made, or just after."""

    def before(self, call: Call) -> None: ...
    def after(self, call: Call) -> None: ...


@dataclass(frozen=True, slots=True)
class NoFault:
    """All goes well."""

    def before(self, call: Call) -> None: ...
    def after(self, call: Call) -> None: ...


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL instead of call ``n``: no ``finally``, no flush, nothing after it."""

    n: int

    def before(self, call: Call) -> None:
        if call.n == self.n:
            os._exit(KILLED)

    def after(self, call: Call) -> None: ...


@dataclass(frozen=True, slots=True)
class KillAtOneOf(Kill):
    """SIGKILL instead of the ``n``-th call of this ``name`` whose path has ``part`` in it, wherever that comes among the others."""

    name: str = ""
    part: str = ""
    met: list[Call] = field(default_factory=list)

    def before(self, call: Call) -> None:
        if call.name == self.name and self.part in call.path:
            self.met.append(call)
            if len(self.met) == self.n:
                os._exit(KILLED)


@dataclass(frozen=True, slots=True)
class AtEach:
    """No fault: has a look before every call. What lies on the disk then is what SIGKILL there would leave."""

    look: Callable[[Call], object]

    def before(self, call: Call) -> None:
        self.look(call)

    def after(self, call: Call) -> None: ...


@dataclass(frozen=True, slots=True)
class Fail:
    """Call ``n`` is refused with an errno; with ``sticky`` every later one too."""

    n: int
    code: int
    sticky: bool = False

    def before(self, call: Call) -> None:
        if call.n == self.n or (self.sticky and call.n > self.n):
            raise OSError(self.code, os.strerror(self.code))

    def after(self, call: Call) -> None: ...


@dataclass(frozen=True, slots=True)
class FailDone:
    """Call ``n`` takes effect and then reports an error all the same, as network file systems do."""

    n: int
    code: int

    def before(self, call: Call) -> None: ...

    def after(self, call: Call) -> None:
        if call.n == self.n:
            raise OSError(self.code, os.strerror(self.code))


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Ctrl-C arrives just after call ``n``."""

    n: int

    def before(self, call: Call) -> None: ...

    def after(self, call: Call) -> None:
        if call.n == self.n:
            raise KeyboardInterrupt


class Shim:
    """Wraps ``os`` while it is in place; calls below ``root/<under>`` count, and below ``also`` elsewhere, all others pass."""

    def __init__(
        self,
        root: Path,
        fault: Fault,
        sink: Callable[[Done], None] | None = None,
        under: str = "archive",
        also: Path | None = None,
    ) -> None:
        self.root, self.fault, self.sink = str(root), fault, sink
        self.watched = (f"{root}/{under}", *([str(also)] if also else ()))
        self.count = 0
        self.busy = False

    @contextmanager
    def in_place(self) -> Iterator[Shim]:
        """Wrap every call for a block."""
        real, sync = {name: getattr(os, name) for name in CALLS}, os.sync
        try:
            for name, function in real.items():
                setattr(os, name, self._wrap(name, function))
            os.sync = self._sync  # of the machine's own disks there is nothing to sync
            yield self
        finally:
            os.sync = sync
            for name, function in real.items():
                setattr(os, name, function)

    def _wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            path = _where(args[0], kwargs.get("src_dir_fd", kwargs.get("dir_fd")))
            if self.busy or not any(f"{path}/".startswith(f"{top}/") for top in self.watched):
                return real(*args, **kwargs)
            self.count += 1
            this = Call(self.count, name, path[len(self.root) + 1 :])
            self.busy = True
            try:
                self.fault.before(this)
            finally:
                self.busy = False
            note = self._note(this, args, kwargs) if self.sink else None
            try:
                result = real(*args, **kwargs)
                if note is not None and self.sink:
                    self.sink(note)
            finally:
                self.fault.after(this)
            return result

        return call

    def _sync(self) -> None:
        self.count += 1
        self.fault.before(Call(self.count, "sync", ""))
        if self.sink:
            self.sink(Done("sync", by=_caller()))
        self.fault.after(Call(self.count, "sync", ""))

    def _note(self, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Done | None:
        """Say what a call is about to do, in the few words of the log; ``None`` when it changes nothing."""
        match call.name:
            case "open":
                flags = args[1] if len(args) > 1 else kwargs.get("flags", 0)
                path = f"{self.root}/{call.path}"
                if flags & os.O_CREAT and not os.path.lexists(path):
                    return Done(
                        "create", call.path, mode=kwargs.get("mode", args[2] if len(args) > 2 else 0o777)
                    )
                return Done("cut", call.path) if flags & os.O_TRUNC else None
            case "write":
                return Done("write", call.path, offset=os.lseek(args[0], 0, os.SEEK_CUR), data=bytes(args[1]))
            case "fsync" | "fdatasync":
                return Done("fsync", call.path, by=_caller())
            case "rename" | "replace":
                to = _where(args[1], kwargs.get("dst_dir_fd"))
                return Done("rename", call.path, to[len(self.root) + 1 :])
            case "link":
                to = _where(args[1], kwargs.get("dst_dir_fd"))
                return Done("link", call.path, to[len(self.root) + 1 :])
            case "unlink" | "remove" | "rmdir":
                return Done("gone", call.path)
            case "mkdir":
                return Done("folder", call.path)
            case "chmod" | "fchmod":
                return Done("mode", call.path, mode=args[1])
            case "truncate" | "ftruncate":
                return Done("cut", call.path, offset=args[1])
            case "utime":  # no promise rests on the time of a file
                return None
            case other:
                raise NotImplementedError(f"the log has no word for {other}")


def _where(what: Any, folder: int | None) -> str:
    """Return the full path a call is about: of an open file, of a name in an open folder, or of a path."""
    if isinstance(what, int):
        return _opened(what)
    name = os.fsdecode(os.fspath(what))
    return os.path.normpath(
        f"{_opened(folder) if folder is not None else Path.cwd()}/{name}" if name[0] != "/" else name
    )


def _opened(fd: int) -> str:
    return str(Path(f"/proc/self/fd/{fd}").readlink())


def _caller() -> str:
    """Name the functions of the store that led here, outermost first: which fsync of the protocol this is."""
    names = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if "/archivist/store/" in file:
            names.append(f"{Path(file).stem}.{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return " > ".join(reversed(names))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, the calls it made, and its log."""

    how: int
    calls: int
    log: tuple[Done, ...]
    error: str

    @property
    def acks(self) -> list[Done]:
        """What the child told somebody before it ended."""
        return [d for d in self.log if d.kind == "ack"]


Ack = Callable[[str], None]
"""Tells somebody that something is done; from here on it must be true whatever happens."""


def strike(
    root: Path,
    action: Callable[[Ack], object],
    fault: Fault,
    *,
    under: str = "archive",
    record: bool = False,
    also: Path | None = None,
) -> Ended:
    """Run an action with a fault: a process of its own is killed; what a process survives can happen in this one."""
    if isinstance(fault, Kill):
        return _in_child(root, action, fault, under, record, also)
    log: list[Done] = []
    shim = Shim(root, fault, log.append if record else None, under, also)
    how, error = _act(shim, action, log.append)
    return Ended(how, shim.count, tuple(log), error)


def _in_child(
    root: Path, action: Callable[[Ack], object], fault: Fault, under: str, record: bool, also: Path | None
) -> Ended:
    """Run an action in a forked process; what it tells comes back through a file, not its exit."""
    path = Path(f"{root}.log")
    path.unlink(missing_ok=True)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    pid = fork()
    if pid == 0:
        _child(root, action, fault, log, under, record, also)
    os.close(log)
    _, status = os.waitpid(pid, 0)
    done, calls, error = _read_log(path)
    return Ended(os.waitstatus_to_exitcode(status), calls, done, error)


def fork() -> int:
    """Fork beside the test runner's own thread; the child only computes and then ends itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _child(
    root: Path,
    action: Callable[[Ack], object],
    fault: Fault,
    log: int,
    under: str,
    record: bool,
    also: Path | None,
) -> None:
    how, error, real_write = BROKEN, "", os.write
    gc.disable()  # it would touch, and so copy, every page of the parent

    def tell(what: object) -> None:
        real_write(log, pickle.dumps(what))

    shim = Shim(root, fault, tell if record else None, under, also)
    try:
        how, error = _act(shim, action, tell)
    finally:
        tell((shim.count, error))
        os._exit(how)


def _act(shim: Shim, action: Callable[[Ack], object], tell: Callable[[Done], None]) -> tuple[int, str]:
    """Act with the shim in place; return how it ended, and the error."""
    try:
        with shim.in_place():
            action(lambda text: tell(Done("ack", text)))
    except ArchivistError as refused:
        return REFUSED, str(refused)
    except OSError as raw:
        return RAW, repr(raw)
    except KeyboardInterrupt:
        return INTERRUPTED, ""
    except Exception as defect:
        return BROKEN, "".join(traceback.format_exception(defect))
    struck = not isinstance(shim.fault, NoFault) and shim.count >= getattr(shim.fault, "n", 0)
    return (TOLERATED if struck else DONE), ""


def _read_log(path: Path) -> tuple[tuple[Done, ...], int, str]:
    done: list[Done] = []
    calls, error = 0, ""
    with path.open("rb") as file:
        while True:
            try:
                what = pickle.load(file)
            except EOFError:
                return tuple(done), calls, error
            if isinstance(what, Done):
                done.append(what)
            else:
                calls, error = what
