"""Reads files in a child process with limits, so that no dropped file can take the program down.

The child loads the models once and reads file after file; it is started again when it dies, after a number of files,
and when it has grown. Parent and child speak JSON, one object a line, over the child's stdin and stdout::

    → {"path": …, "first": …, "cpu_s": …}
    ← {"say": "ready"}, then for each file {"say": "open", "kind", "count"}, {"say": "loading"} before the models are
      loaded, {"say": "page", "page": [...]} for each page, and one of {"say": "done", "rss"}, {"say": "refused", …}
      or, of a file that only LibreOffice understands, nothing but {"say": "convert", "kind", "rss"}: the parent has it
      converted, beside the child and under limits of its own, and orders the PDF to be read
    → {"unpack": …, "into": …, "password": …, "cpu_s": …}
    ← {"say": "member", "name", "file", "is_message"} for each file in the file, then "done" or "refused" as above
    → {"assemble": …, "into": …, "cpu_s": …}
    ← {"say": "assembled", "file"} for each file made, then "done" or "refused" as above
    → {"trial": …, "cpu_s": …}
    ← {"say": "tried", "trial": [...]}, then "done" as above
    → {"searchable": …, "lines": …, "title": …, "into": …, "cpu_s": …}
    ← {"say": "assembled", "file"}, then "done" or "refused" as above
    → {"draw": …, "page": …, "width": …, "turn": …, "into": …, "cpu_s": …} of one page, see ``page_picture``
    ← {"say": "assembled", "file", …}, then "done" or "refused" as above
    → {"sheets": … or "notice": …, "into": …, "cpu_s": …}, {"bind": …, "title": …, "into": …, "cpu_s": …} of a volume, see ``volume``
    ← {"say": "assembled", "file", …}, then "done" or "refused" as above

A child that dies is started again and reads on with the page it died at; on the second death that page is passed over.
Limits: address space and size of written files for the child's life, CPU seconds for each page (the soft limit is moved
forward before each page), and, watched by the parent, seconds in which the child neither says nor computes anything: that
others keep the machine busy ends no child (``child_process``). The child cannot connect to anything. On Windows ``resource``
is missing: a bomb can use all memory there, and silence alone counts.
The child's own side is ``archivist.reading.reader_child``.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from archivist.errors import ArchivistError, ReaderStopped, UnreadableFile, all_errors
from archivist.reader_errors import ReaderBroken
from archivist.reading import libreoffice
from archivist.reading.child_process import ChildDied, ChildProcess, Limits
from archivist.reading.formats.identify import UNKNOWN
from archivist.reading.formats.registry import Conversion, Format, by_kind
from archivist.reading.formats.unpacking import PackedFile
from archivist.reading.page_extraction import Assembly
from archivist.reading.pages import PageText, ReadResult, failed_page, shown_name
from archivist.reading.trial_opening import TrialOpening, TrialOutcome

MOST_DEATHS = 6
"""After so many deaths over one file the rest of its pages is not tried."""
_SAVE_AS = "请用 Word 或 WPS 打开检查，另存为 .docx 或 PDF 后再投入收件箱。"
_INSTALL = f"请维护人员安装 LibreOffice 后重新投入；或者{_SAVE_AS.removeprefix('请')}"
_T = TypeVar("_T")


@dataclass
class _Progress:
    """How far a file is read."""

    format: Format = UNKNOWN
    count: int = 0
    pages: list[PageText] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where the child is at work."""
        return f"第 {len(self.pages) + 1} 页" if self.count else "打开文件"

    def give_up(self, why: str, *, rest: bool) -> None:
        """Pass over the page at which the child dies, or over all that follow too."""
        last = self.count if rest else min(len(self.pages) + 1, self.count)
        for number in range(len(self.pages) + 1, last + 1):
            self.pages.append(failed_page(number, why))
            why = "前面多页读不出来，没有再读"


class Reader:
    """Reads files in a child process of its own.

    A context manager; not to be shared between threads. The child starts with the first file.

    Attributes:
        limits: what it may use. May be changed: seconds of silence count at once, CPU seconds from the next
            file, the others from the child's next start.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: ChildProcess | None = None
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
            on_page: called after each page with its number (1-based) and the number of pages.

        Returns:
            Its pages; those that cannot be read, or on which the child died twice, say so in ``failure``.

        Raises:
            UnreadableFile: E101, damaged, encrypted, empty, or of a format that is not read.
            FileTooLarge: E102, over a limit on pages, pixels, bytes or package entries.
            ReaderStopped: E103, the child died twice on this file and not one page was read; the reader itself can go on.
            ReaderBroken: E109, the child cannot even start or load its models; no file is at fault.
        """
        return self._read_all(path, on_page)

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
            ReaderBroken: E109, the child cannot even start.
        """
        return self._twice(path, lambda: self._unpack_once(path, into, password))

    def assemble(self, wanted: Sequence[Assembly], into: Path) -> list[Path]:
        """Make files of pages of other files, as ``page_extraction`` explains.

        Args:
            wanted: what each file is made of.
            into: an existing folder, where they stand afterwards; the caller removes it.

        Raises:
            UnreadableFile: E101, damaged, or of a format whose pages cannot be taken apart.
            ReaderStopped: E103. WriteFailed: the disk refuses. ReaderBroken: E109. See ``unpack``.
        """
        plain = [[(str(path.absolute()), list(pages)) for path, pages in assembly] for assembly in wanted]
        folder, made = self.commission(
            wanted[0][0][0], "拆合文件", into, assemble=plain, cpu_s=self.limits.page_cpu_s
        )
        return [folder / Path(one["file"]).name for one in made]

    def searchable(self, path: Path, lines: bytes, title: str, into: Path) -> Path:
        """Make a PDF of a scan in which its text can be found, as ``searchable_pdf`` explains.

        Args:
            path: the scan; never changed.
            lines: where its lines stand.
            title: for the metadata.
            into: an existing folder, where it stands afterwards; the caller removes it.

        Raises:
            UnreadableFile: E101, its pages cannot be taken apart. ReaderStopped: E103. ReaderBroken: E109.
        """
        order = {"searchable": str(path.absolute()), "lines": lines.decode(), "title": title}
        folder, made = self.commission(path, "写可检索的 PDF ", into, **order, cpu_s=self.limits.page_cpu_s)
        return folder / Path(made[-1]["file"]).name

    def taken_at(self, photos: Sequence[Path]) -> list[str]:
        """Return when each photo was taken, as ``images.taken_at`` explains; nothing where the child dies of it."""
        order = {"taken": [str(path.absolute()) for path in photos], "cpu_s": self.limits.page_cpu_s}
        try:
            with tempfile.TemporaryDirectory() as nothing:
                _, said = self.commission(photos[0], "看拍摄时间", Path(nothing), **order)
        except ReaderStopped:
            return []
        return [str(time) for time in said[-1]["times"]]

    def try_to_open(self, path: Path) -> TrialOpening:
        """Open a file as whoever is to read it in years to come, its first and its last page, as ``trial_opening`` explains.

        Args:
            path: the file; never changed.

        Returns:
            What came of it; ``STOPPED`` where the child died of it twice.

        Raises:
            ReaderBroken: E109, the child cannot even start; nothing can be said of the file.
        """
        try:
            return self._twice(path, lambda: self._try_once(path))
        except ReaderStopped as stopped:
            return TrialOpening(TrialOutcome.STOPPED, why=stopped.what)

    def _try_once(self, path: Path) -> TrialOpening:
        child = self._order(trial=str(path.absolute()))
        found = TrialOpening(TrialOutcome.STOPPED)
        while True:
            message = self._hear(child, "试开")
            match message["say"]:
                case "tried":
                    found = TrialOpening.from_message(message["trial"])
                case "done":
                    return found

    def _read_all(self, path: Path, on_page: Callable[[int, int], None] | None) -> ReadResult:
        """Read a file, passing over the pages on which the child dies twice."""
        so_far = _Progress()
        deaths: list[str] = []
        died_at = -1
        result: ReadResult | None = None
        while result is None:
            try:
                result = self._untangled(lambda: self._read_on(path, so_far, on_page))
            except ChildDied as why:
                deaths.append(str(why))
                again = len(so_far.pages) == died_at
                died_at = len(so_far.pages)
                if again and not so_far.count:
                    raise _stopped(deaths, path) from None
                if again or len(deaths) > MOST_DEATHS:
                    so_far.give_up(deaths[-1], rest=len(deaths) > MOST_DEATHS)
                if so_far.count and len(so_far.pages) == so_far.count:
                    result = ReadResult(so_far.format, tuple(so_far.pages))
        if deaths and all(page.failure for page in result.pages):
            raise _stopped(deaths, path)
        return result

    def _twice(self, path: Path, attempt: Callable[[], _T]) -> _T:
        """Do something with a file, once more when the child died."""
        reasons = []
        for _ in range(2):
            try:
                return self._untangled(attempt)
            except ChildDied as why:
                reasons.append(str(why))
        raise _stopped(reasons, path)

    def _untangled(self, attempt: Callable[[], _T]) -> _T:
        try:
            return attempt()
        except BaseException:
            if self._busy:
                # The child is in the middle of a file: what it says next would be taken for another's.
                self._kill()
            raise

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _read_on(
        self, path: Path, so_far: _Progress, on_page: Callable[[int, int], None] | None
    ) -> ReadResult:
        """Read the pages of a file that are not read yet."""
        child = self._order(path=str(path.absolute()), first=len(so_far.pages) + 1)
        while True:
            message = self._hear(child, so_far.place)
            match message["say"]:
                case "open":
                    so_far.format, so_far.count = by_kind(message["kind"]), message["count"]
                case "page":
                    so_far.pages.append(PageText.from_message(message["page"]))
                    if on_page:
                        on_page(so_far.pages[-1].number, so_far.count)
                case "convert":
                    return self._read_converted(path, by_kind(message["kind"]), on_page)
                case "done":
                    return ReadResult(so_far.format, tuple(so_far.pages))

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
            return replace(self._read_all(copy.with_suffix(".pdf"), on_page), format=found)

    def _unpack_once(self, path: Path, into: Path, password: str | None) -> tuple[PackedFile, ...]:
        # A folder for each attempt: what a dead child has left must not be in the way of the next.
        folder = Path(tempfile.mkdtemp(dir=into))
        order = {"unpack": str(path.absolute()), "into": str(folder.absolute()), "password": password}
        child = self._order(**order, cpu_s=self.limits.unpack_cpu_s)
        members: list[PackedFile] = []
        while True:
            message = self._hear(child, f"拆开第 {len(members) + 1} 个文件")
            match message["say"]:
                case "member":
                    # Of the path only the name is believed.
                    place = folder / Path(message["file"]).name
                    members.append(PackedFile(message["name"], place, message["is_message"]))
                case "done":
                    return tuple(members)

    def commission(
        self, path: Path, place: str, into: Path, **order: object
    ) -> tuple[Path, list[dict[str, Any]]]:
        """Have the child make files in a new folder; return that, and what it said of each.

        Args:
            path: the file it is about, for what is said of it.
            place: what the child is at, in Chinese.
            into: an existing folder; the caller removes what is made.
            order: what to do, as ``reader_child`` knows it.

        Raises:
            UnreadableFile: E101. ReaderStopped: E103. WriteFailed: the disk refuses. ReaderBroken: E109. See ``unpack``.
        """

        def once() -> tuple[Path, list[dict[str, Any]]]:
            # A folder for each attempt: what a dead child has left must not be in the way of the next.
            folder = Path(tempfile.mkdtemp(dir=into))
            child = self._order(**{"cpu_s": self.limits.unpack_cpu_s} | order, into=str(folder.absolute()))
            said: list[dict[str, Any]] = []
            while (message := self._hear(child, place))["say"] != "done":
                said.append(message)
            return folder, said

        return self._twice(path, once)

    def _ready(self) -> ChildProcess:
        """Have a child that waits for a file."""
        if self._child and self._child.is_running:
            return self._child
        self._kill()
        self._files = 0
        self._child = ChildProcess(self.limits)
        try:
            self._child.hear(self.limits, "启动")
        except ChildDied as why:
            self._kill()
            raise ReaderBroken(f"读取进程无法启动：{why}") from why
        return self._child

    def _order(self, **order: object) -> ChildProcess:
        """Tell a child what to do; it is busy from then on."""
        child = self._ready()
        child.send({"cpu_s": self.limits.page_cpu_s} | order)
        self._busy = True
        return child

    def _hear(self, child: ChildProcess, place: str) -> dict[str, Any]:
        """Return the child's next message about its order; what it refuses is raised."""
        try:
            message = child.hear(self.limits, place)
        except ChildDied:
            self._kill()
            raise
        match message["say"]:
            case "refused":
                self._finish(message["rss"])
                raise _as_error(message)
            case "fault":
                raise ReaderBroken(f"读取进程无法工作：{message['what']}")
            case "done" | "convert":
                self._finish(message["rss"])
        return message

    def _finish(self, rss: int) -> None:
        """Count the file; end the child when it has read enough or grown too big."""
        self._busy = False
        self._files += 1
        if self._files >= self.limits.files or rss > self.limits.rss_bytes:
            self.close()

    def _kill(self) -> None:
        self._busy = False
        child, self._child = self._child, None
        if child is not None:
            child.kill()


def _stopped(reasons: Sequence[str], path: Path) -> ReaderStopped:
    return ReaderStopped(f"读取时两次中止：{'；'.join(dict.fromkeys(reasons))}", file=shown_name(path))


def _as_error(message: dict[str, Any]) -> ArchivistError:
    """Make the child's error again, of the same class and with the same words."""
    classes = {cls.__name__: cls for cls in all_errors()}
    cls = classes.get(message["class"], ArchivistError)
    return cls(message["what"], file=message["file"], problems=message["problems"], remedy=message["remedy"])


if __name__ == "__main__":
    from archivist.reading.reader_child import main

    main()
