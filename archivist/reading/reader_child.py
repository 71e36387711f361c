"""The child's side of reading: sets its limits, reads the files it is told to, says what is in them.

Started by ``archivist.reading.reader_process``, where the conversation is described; never imported for its functions.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from archivist.errors import ArchivistError
from archivist.reading import job_object
from archivist.reading.child_process import EXIT_MEMORY
from archivist.reading.formats.identify import identify
from archivist.reading.formats.images import taken_at
from archivist.reading.page_extraction import Assembly, assemble
from archivist.reading.page_picture import draw_page
from archivist.reading.pages import ConversionNeeded, admitted, damage_as_error, is_out_of_memory, open_file
from archivist.reading.searchable_pdf import searchable_pdf
from archivist.reading.trial_opening import try_to_open
from archivist.reading.unpack import unpack
from archivist.reading.volume.binding import bind
from archivist.reading.volume.parts import BoundPart
from archivist.reading.volume.sheets import notice_sheets, plain_sheets

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from archivist.reading.ocr import OcrEngine

_CLOSED_TO = frozenset(
    {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}
)


def _no_network(event: str, _: tuple[object, ...]) -> None:
    """Audit hook: refuse to talk to anybody. What is read here concerns people in need."""
    if event in _CLOSED_TO:
        raise OSError("the reading process has no network")


def _limit(memory_bytes: int, member_bytes: int) -> None:
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for what, most in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_FSIZE, member_bytes)):
        _, hard = resource.getrlimit(what)
        # macOS has no limit on address space and says so with a ValueError.
        with contextlib.suppress(ValueError):
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _limit_files(most: int) -> None:
    """Set the size of the largest file that may be written from now on."""
    if sys.platform == "win32":
        return
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
    )


def _grant_cpu(seconds: int) -> None:
    """Move the CPU limit forward: so many seconds from now."""
    if sys.platform == "win32":
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time()) + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def _rss_bytes() -> int:
    """Return the resident memory, 0 where it cannot be told."""
    if sys.platform == "win32":
        return job_object.resident_bytes()
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


class Child:
    """The child's side of the conversation.

    Args:
        out: where it says what it has read, one JSON object a line.
        file_bytes: largest file that may be written while reading.
        member_bytes: largest file that may be written while taking a file apart.
    """

    def __init__(self, out: IO[bytes], file_bytes: int, member_bytes: int) -> None:
        self._out = out
        self._file_bytes = file_bytes
        self._member_bytes = member_bytes
        self._engine: OcrEngine | None = None
        self._cpu_s = 0

    def say(self, **message: object) -> None:
        """Send the parent one message."""
        self._out.write(json.dumps(message).encode() + b"\n")
        self._out.flush()

    def engine(self) -> OcrEngine:
        """Return the recogniser, loaded with the first page that needs it."""
        if self._engine is None:
            self.say(say="loading")
            _grant_cpu(self._cpu_s)
            from archivist.reading.ocr import OcrEngine

            try:
                self._engine = OcrEngine(self._cpu_s)
            except (MemoryError, SystemExit):
                raise
            except Exception as error:
                self.say(say="fault", what=f"识别模型载入失败（{type(error).__name__}: {error}）")
                raise SystemExit(1) from error
            _grant_cpu(self._cpu_s)
        return self._engine

    def serve(self, order: dict[str, Any]) -> None:
        """Do with one file what is ordered, and say what is in it."""
        self._cpu_s = int(order["cpu_s"])
        _grant_cpu(self._cpu_s)
        try:
            if "trial" in order:
                self.say(say="tried", trial=astuple(try_to_open(Path(order["trial"]))))
            elif "taken" in order:
                self.say(say="taken", times=[taken_at(Path(path)) for path in order["taken"]])
            elif "unpack" in order:
                self._unpack(Path(order["unpack"]), Path(order["into"]), order["password"])
            elif "assemble" in order:
                wanted = [[(Path(path), pages) for path, pages in assembly] for assembly in order["assemble"]]
                self._assemble(wanted, Path(order["into"]))
            elif "draw" in order:
                self._draw(order)
            elif "searchable" in order:
                self._searchable(order)
            elif "sheets" in order or "notice" in order or "bind" in order:
                self._volume(order)
            else:
                self._read(Path(order["path"]), int(order["first"]))
        except ConversionNeeded as needed:
            self.say(say="convert", kind=needed.format.kind, rss=_rss_bytes())
            return
        except ArchivistError as error:
            words = {
                "what": error.what,
                "file": error.file,
                "problems": error.problems,
                "remedy": error.remedy,
            }
            self.say(say="refused", **{"class": type(error).__name__}, **words, rss=_rss_bytes())
            return
        self.say(say="done", rss=_rss_bytes())

    def _read(self, path: Path, first: int) -> None:
        with open_file(path, self.engine, first) as opened:
            self.say(say="open", kind=opened.format.kind, count=opened.count)
            while True:
                _grant_cpu(self._cpu_s)
                page = next(opened.pages, None)
                if page is None:
                    break
                self.say(say="page", page=astuple(page))

    def _unpack(self, path: Path, into: Path, password: str | None) -> None:
        _limit_files(self._member_bytes)
        try:
            for member in unpack(path, into, password):
                self.say(say="member", name=member.name, file=member.path.name, is_message=member.is_message)
                _grant_cpu(self._cpu_s)
        finally:
            _limit_files(self._file_bytes)

    def _draw(self, order: dict[str, Any]) -> None:
        target = Path(order["into"], "page.jpg")
        made = draw_page(
            Path(order["draw"]), int(order["page"]), int(order["width"]), int(order["turn"]), target
        )
        self.say(say="assembled", file=target.name, **asdict(made))

    def _searchable(self, order: dict[str, Any]) -> None:
        path, target = Path(order["searchable"]), Path(order["into"], "searchable.pdf")
        _limit_files(self._member_bytes)
        try:
            with damage_as_error(admitted(path, path.name), path.name):
                searchable_pdf(path, order["lines"].encode(), order["title"], target)
            self.say(say="assembled", file=target.name)
        finally:
            _limit_files(self._file_bytes)

    def _volume(self, order: dict[str, Any]) -> None:
        """Make plain sheets of one file, or a volume of many."""
        target = Path(order["into"], "sheets.pdf")

        def progress() -> None:
            _grant_cpu(self._cpu_s)

        _limit_files(self._member_bytes)
        try:
            if "bind" in order:
                parts = [BoundPart.from_plain(one) for one in order["bind"]]
                bind(parts, order["title"], target, progress)
                self.say(say="assembled", file=target.name)
            elif "notice" in order:
                self.say(say="assembled", **asdict(notice_sheets(order["notice"], order["count"], target)))
            else:
                path = Path(order["sheets"])
                with damage_as_error(identify(path), path.name):
                    made = plain_sheets(
                        path, target, own=order["own"], blank=order["blank"], progress=progress
                    )
                self.say(say="assembled", **asdict(made))
        finally:
            _limit_files(self._file_bytes)

    def _assemble(self, wanted: Sequence[Assembly], into: Path) -> None:
        _limit_files(self._member_bytes)
        try:
            for made in assemble(wanted, into):
                self.say(say="assembled", file=made.name)
                _grant_cpu(self._cpu_s)
        finally:
            _limit_files(self._file_bytes)


def _listen(orders: int, todo: queue.SimpleQueue[bytes]) -> None:
    """Pass the parent's orders on; when the pipe closes end at once, even in the middle of a file.

    A parent that was killed cannot say so. Without this its child would read on for nobody, a page or a book long.
    """
    rest = b""
    with contextlib.suppress(OSError):
        while chunk := os.read(orders, 65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                todo.put(line)
    os._exit(0)


def main() -> None:
    """Read files as told on stdin until it closes."""
    memory_bytes, file_bytes, member_bytes = (int(value) for value in sys.argv[1:4])
    # Keep the two pipes for ourselves: a library that prints would spoil the conversation.
    orders, out = os.dup(0), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    # Ctrl-C reaches the whole group; the parent decides what becomes of the child.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.addaudithook(_no_network)
    _limit(memory_bytes, member_bytes)
    _limit_files(file_bytes)
    child = Child(out, file_bytes, member_bytes)
    todo: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders, todo), name="orders", daemon=True).start()
    child.say(say="ready")
    while True:
        try:
            child.serve(json.loads(todo.get()))
        except Exception as error:
            if is_out_of_memory(error):
                os._exit(EXIT_MEMORY)
            raise
