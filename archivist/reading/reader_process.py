"""Reads files in a child process with limits, so that no dropped file can take the program down.

The child loads the models once and reads file after file; it is started again when it dies, after a number of files,
and when it has grown. Parent and child speak JSON, one object a line, over the child's stdin and stdout::

    → {"path": …, "cpu_s": …}
    ← {"say": "ready"}, then for each file {"say": "open", "kind", "count"}, {"say": "loading"} before the models are
      loaded, {"say": "page", "page": [...]} for each page, and one of {"say": "done", "rss"}, {"say": "refused", …}
      or, of a file that only LibreOffice understands, nothing but {"say": "convert", "kind", "rss"}: the parent has it
      converted, beside the child and under limits of its own, and orders the PDF to be read
    → {"unpack": …, "into": …, "password": …, "cpu_s": …}
    ← {"say": "member", "name", "file", "is_message"} for each file in the file, then "done" or "refused" as above
    → {"assemble": …, "into": …, "cpu_s": …}
    ← {"say": "assembled", "file"} for each file made, then "done" or "refused" as above

Limits: address space and size of written files for the child's life, CPU seconds for each page (the soft limit is moved
forward before each page), and wall seconds between two messages, watched by the parent. The child cannot connect to
anything. On Windows ``resource`` is missing: only the wall limit holds there, and a bomb can use all memory.
The child's own side is ``archivist.reading.reader_child``.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, TypeVar

from archivist.errors import ArchivistError, ReaderStopped, UnreadableFile, all_errors
from archivist.os_reasons import reason_of
from archivist.reading import libreoffice
from archivist.reading.formats.identify import UNKNOWN
from archivist.reading.formats.registry import Conversion, Format, by_kind
from archivist.reading.formats.unpacking import CHUNK, MAX_MEMBER_BYTES, PackedFile
from archivist.reading.page_extraction import Assembly
from archivist.reading.pages import PageText, ReadResult, shown_name
from archivist.reading.reader_child import EXIT_MEMORY

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of one message; a page of one million characters needs twelve."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading process may use.

    Attributes:
        memory_bytes: address space, with libraries and models. Measured: 0.75–1.1 GB on ordinary pages, 1.4 GB on a
            picture of 100 million pixels; under 0.8 GB children die on ordinary pages.
        file_bytes: largest file it may write while it reads; it writes none but Python's own caches.
        member_bytes: largest file it may write while it takes one apart.
        page_cpu_s: whole CPU seconds for opening a file and for each page.
        page_wall_s: seconds for the same, by the clock.
        start_wall_s: seconds to start, and once more to load the models, from a cold and slow disk.
        files: files after which the process is started anew.
        rss_bytes: resident memory after which it is started anew; 330–380 MB is usual, big pictures leave 780 MB.
    """

    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 16 * 1024**2
    member_bytes: int = MAX_MEMBER_BYTES + CHUNK
    page_cpu_s: int = 20
    page_wall_s: float = 30.0
    start_wall_s: float = 90.0
    files: int = 200
    rss_bytes: int = 700 * 1024**2


_SAVE_AS = "请用 Word 或 WPS 打开检查，另存为 .docx 或 PDF 后再投入收件箱。"
_INSTALL = f"请维护人员安装 LibreOffice 后重新投入；或者{_SAVE_AS.removeprefix('请')}"
_T = TypeVar("_T")


class _ChildDied(Exception):
    """The child ended, or was ended, before it had finished the file; the text says why, in Chinese."""


class Reader:
    """Reads files in a child process of its own.

    A context manager; not to be shared between threads. The child starts with the first file.

    Attributes:
        limits: what it may use. May be changed: wall seconds count at once, CPU seconds from the next
            file, the others from the child's next start.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._files = 0
        self._busy = False

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process number of the running child, or None."""
        return self._child.pid if self._child else None

    def read(self, path: Path, on_page: Callable[[int, int], None] | None = None) -> ReadResult:
        """Read a file: its format, its pages, their text and QR codes.

        Args:
            path: the file; never changed.
            on_page: called after each page with its number (1-based) and the number of pages; starts again at 1 when
                the file is tried a second time.

        Raises:
            UnreadableFile: E101, damaged, encrypted, empty, or of a format that is not read.
            FileTooLarge: E102, over a limit on pages, pixels, bytes or package entries.
            ReaderStopped: E103, the child died twice on this file; the reader itself can go on.
            ArchivistError: E700, the child cannot even start or load its models; no file is at fault.
        """
        return self._twice(path, lambda: self._read_once(path, on_page))

    def unpack(self, path: Path, into: Path, password: str | None = None) -> tuple[PackedFile, ...]:
        """Take a file apart that holds others, as ``formats.unpacking`` explains.

        Args:
            path: the file; never changed.
            into: an existing folder, where the members stand afterwards, and what a failure leaves; the caller removes it.
            password: tried on whatever is locked.

        Returns:
            Its members in order; none when it holds no others and is to be read itself.

        Raises:
            UnreadableFile: E101, damaged, or holding links.
            PasswordNeeded: E106, it is locked and the password is missing or another.
            FileTooLarge: E102, over a limit on members, bytes, ratio or depth.
            ReaderStopped: E103, the child died twice on this file; the reader itself can go on.
            WriteFailed: the disk refuses; no fault of the file.
            ArchivistError: E700, the child cannot even start.
        """
        return self._twice(path, lambda: self._unpack_once(path, into, password))

    def assemble(self, wanted: Sequence[Assembly], into: Path) -> list[Path]:
        """Make files of pages of other files, as ``page_extraction`` explains.

        Args:
            wanted: what each file is made of.
            into: an existing folder, where they stand afterwards; the caller removes it.

        Raises:
            UnreadableFile: E101, damaged, or of a format whose pages cannot be taken apart.
            ReaderStopped: E103. WriteFailed: the disk refuses. ArchivistError: E700. See ``unpack``.
        """
        return self._twice(wanted[0][0][0], lambda: self._assemble_once(wanted, into))

    def _twice(self, path: Path, attempt: Callable[[], _T]) -> _T:
        """Do something with a file, once more when the child died."""
        reasons = []
        for _ in range(2):
            try:
                return attempt()
            except _ChildDied as why:
                reasons.append(str(why))
            except BaseException:
                if self._busy:
                    # The child is in the middle of a file: what it says next would be taken for another's.
                    self._kill()
                raise
        raise ReaderStopped(f"读取时两次中止：{'；'.join(dict.fromkeys(reasons))}", file=shown_name(path))

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(OSError):
            _pipe(child.stdin).close()
        try:
            child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _read_once(self, path: Path, on_page: Callable[[int, int], None] | None) -> ReadResult:
        self._ready()
        self._send({"path": str(path.absolute()), "cpu_s": self.limits.page_cpu_s})
        self._busy = True
        found, count, pages = UNKNOWN, 0, list[PageText]()
        loading = False
        while True:
            place = f"第 {len(pages) + 1} 页" if count else "打开文件"
            message = self._next(self.limits.start_wall_s if loading else self.limits.page_wall_s, place)
            loading = message["say"] == "loading"
            match message["say"]:
                case "open":
                    found, count = by_kind(message["kind"]), message["count"]
                case "page":
                    pages.append(PageText.from_message(message["page"]))
                    if on_page:
                        on_page(pages[-1].number, count)
                case "convert":
                    self._finish(message["rss"])
                    return self._read_converted(path, by_kind(message["kind"]), on_page)
                case "refused":
                    self._finish(message["rss"])
                    raise _as_error(message)
                case "fault":
                    raise ArchivistError(f"读取进程无法工作：{message['what']}")
                case "done":
                    self._finish(message["rss"])
                    return ReadResult(found, tuple(pages))

    def _read_converted(
        self, path: Path, found: Format, on_page: Callable[[int, int], None] | None
    ) -> ReadResult:
        assert isinstance(found.handling, Conversion)
        with tempfile.TemporaryDirectory(prefix="archivist-convert-", ignore_cleanup_errors=True) as work:
            copy = Path(work, f"file{found.handling.suffix}")
            shutil.copyfile(path, copy)
            try:
                libreoffice.convert_stranger(copy, "pdf:writer_pdf_Export", Path(work))
            except libreoffice.ConversionFailed as error:
                missing = libreoffice.program() is None
                raise UnreadableFile(
                    f"是{found.label}，要由 LibreOffice 转换才能读：{error}",
                    file=shown_name(path),
                    remedy=_INSTALL if missing else _SAVE_AS,
                ) from None
            return replace(self._read_once(copy.with_suffix(".pdf"), on_page), format=found)

    def _unpack_once(self, path: Path, into: Path, password: str | None) -> tuple[PackedFile, ...]:
        self._ready()
        # A folder for each attempt: what a dead child has left must not be in the way of the next.
        folder = Path(tempfile.mkdtemp(dir=into))
        order = {"unpack": str(path.absolute()), "into": str(folder.absolute()), "password": password}
        self._send({**order, "cpu_s": self.limits.page_cpu_s})
        self._busy = True
        members: list[PackedFile] = []
        while True:
            message = self._next(self.limits.page_wall_s, f"拆开第 {len(members) + 1} 个文件")
            match message["say"]:
                case "member":
                    # Of the path only the name is believed.
                    place = folder / Path(message["file"]).name
                    members.append(PackedFile(message["name"], place, message["is_message"]))
                case "refused":
                    self._finish(message["rss"])
                    raise _as_error(message)
                case "done":
                    self._finish(message["rss"])
                    return tuple(members)

    def _assemble_once(self, wanted: Sequence[Assembly], into: Path) -> list[Path]:
        self._ready()
        folder = Path(tempfile.mkdtemp(dir=into))
        plain = [[(str(path.absolute()), list(pages)) for path, pages in assembly] for assembly in wanted]
        order = {"assemble": plain, "into": str(folder.absolute())}
        self._send({**order, "cpu_s": self.limits.page_cpu_s})
        self._busy = True
        made: list[Path] = []
        while True:
            message = self._next(self.limits.page_wall_s, f"做成第 {len(made) + 1} 个文件")
            match message["say"]:
                case "assembled":
                    made.append(folder / Path(message["file"]).name)
                case "refused":
                    self._finish(message["rss"])
                    raise _as_error(message)
                case "done":
                    self._finish(message["rss"])
                    return made

    def _ready(self) -> None:
        """Have a child that waits for a file."""
        if self._child and self._child.poll() is None:
            return
        self._kill()
        env = {
            **os.environ,
            # One thread for each library: they would reserve address space and fight for the two cores.
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
            "PYTHONPATH": os.pathsep.join(
                [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
            "PYTHONIOENCODING": "utf-8",
        }
        own = self.limits
        limits = [str(value) for value in (own.memory_bytes, own.file_bytes, own.member_bytes)]
        # -P: a file dropped into the current folder must never be imported.
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "archivist.reading.reader_process", *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=env,
            )
        except OSError as error:
            raise ArchivistError(f"读取进程启动不了：{reason_of(error)}") from error
        self._messages = queue.Queue()
        self._files = 0
        # A thread, because Windows cannot wait for a pipe with a timeout.
        threading.Thread(
            target=_listen, args=(_pipe(self._child.stdout), self._messages), name="reader", daemon=True
        ).start()
        try:
            self._next(self.limits.start_wall_s, "启动")
        except _ChildDied as why:
            raise ArchivistError(f"读取进程无法启动：{why}") from why

    def _send(self, message: dict[str, Any]) -> None:
        assert self._child is not None
        pipe = _pipe(self._child.stdin)
        try:
            pipe.write(json.dumps(message).encode() + b"\n")
            pipe.flush()
        except OSError:
            raise _ChildDied("读取进程已经结束") from None

    def _next(self, wait: float, place: str) -> dict[str, Any]:
        """Return the child's next message; end the child when it stays silent."""
        try:
            message = self._messages.get(timeout=wait)
        except queue.Empty:
            self._kill()
            raise _ChildDied(f"{place}超过 {wait:g} 秒没有结果") from None
        if message is None:
            raise _ChildDied(f"{place}时{self._how_it_died()}")
        return message

    def _how_it_died(self) -> str:
        child = self._child
        assert child is not None
        try:
            status = child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0
        self._kill()
        if status == EXIT_MEMORY:
            return "内存不够"
        if sys.platform != "win32" and status == -signal.SIGXCPU:
            return f"用完了 {self.limits.page_cpu_s} 秒计算时间"
        if status < 0:
            return f"读取进程崩溃（信号 {-status}）"
        return f"读取进程退出（{status}）"

    def _finish(self, rss: int) -> None:
        """Count the file; end the child when it has read enough or grown too big."""
        self._busy = False
        self._files += 1
        if self._files >= self.limits.files or rss > self.limits.rss_bytes:
            self.close()

    def _kill(self) -> None:
        self._busy = False
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        with contextlib.suppress(OSError):
            _pipe(child.stdin).close()


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


def _as_error(message: dict[str, Any]) -> ArchivistError:
    """Make the child's error again, of the same class and with the same words."""
    classes = {cls.__name__: cls for cls in all_errors()}
    cls = classes.get(message["class"], ArchivistError)
    return cls(message["what"], file=message["file"], problems=message["problems"], remedy=message["remedy"])


if __name__ == "__main__":
    from archivist.reading.reader_child import main

    main()
