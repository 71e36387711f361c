"""「Nothing is taken while somebody writes.」 Settling by a clock of our own; then real writers beside a real watcher."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archivist.config import Options, WatchMode
from archivist.errors import AlreadyWatched, StillWritten
from archivist.ingest import watch_folder
from archivist.ingest.batches import Outcome, take_in
from archivist.ingest.filing import AlreadyFiled, Filed, LeftInInbox, NeedsReview, ReadDrop
from archivist.ingest.photo_papers import ReadPhotos
from archivist.ingest.settling import Dropped, NotTaken, PassedOver, Settler, WaitsFor, look
from archivist.ingest.watch_folder import file_once, watch, watcher_lock
from archivist.store.open_writers import WriterSeen, writer_of
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG_ID
from tests.sampling import sweep
from tests.waiting import PATIENCE_S, until

OPTIONS = Options()
PDF = b"%PDF-1.7 whole %%EOF"


class Inbox:
    """An inbox, a clock that stands still until it is moved on, and what the system says about writers."""

    def __init__(self, folder: Path, writer: WriterSeen = WriterSeen.NO, options: Options = OPTIONS) -> None:
        self.folder, self.writer, self.now = folder, writer, 1000.0
        self.files: dict[Path, bytes] = {}
        self.settler = Settler(options, lambda: self.now, self.wall, lambda _: self.writer)
        self.born = 2_000_000_000.0

    def wall(self) -> float:
        return self.born + self.now

    def write(self, name: str, data: bytes, *, more: bool = False) -> None:
        """Write a file, or more of it; its time is the clock's."""
        path = self.folder / name
        with path.open("ab" if more else "wb") as file:
            file.write(data)
        os.utime(path, (self.wall(), self.wall()))

    def after(self, seconds: float, step: float = 0.5) -> str | None:
        """Look every half second for a time; return the last look at the one file: its name when it may be taken."""
        end, found = self.now + seconds, self.look()
        while self.now < end and found != "taken":
            self.now = min(end, self.now + step)
            found = self.look()
        return found

    def look(self) -> str | None:
        seen = self.settler.look(self.folder)
        if seen.ready:
            return "taken"
        return seen.waiting[0][1] if seen.waiting else None


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


# ── how long ─────────────────────────────────────────────────────────────────────────────────────────────
def test_a_whole_file_nobody_writes_is_taken_soon(inbox: Inbox) -> None:
    """Stable: size and mtime unchanged; a change restarts the clock."""
    inbox.write("a.pdf", PDF)
    assert inbox.after(OPTIONS.settle_s - 0.1) is None
    inbox.write("a.pdf", PDF + b" ")
    assert inbox.after(OPTIONS.settle_s - 0.1) is None
    assert inbox.after(0.1) is None, "it was seen growing"
    assert inbox.after(4 * (OPTIONS.settle_s - 0.1)) == "taken"
    (inbox.folder / "a.pdf").unlink()
    inbox.write("b.pdf", PDF)
    assert inbox.after(OPTIONS.settle_s - 0.1) is None
    assert inbox.after(0.1) == "taken"


@pytest.mark.parametrize("pause", [2.5, 6.0, 60.0, 3600.0])
def test_a_file_its_writer_keeps_open_is_never_taken(inbox: Inbox, pause: float) -> None:
    """「A scanner that keeps the file open and pauses longer than ``settle_s``」: not even when it looks whole."""
    inbox.writer = WriterSeen.YES
    for _ in range(5):
        inbox.write("a.pdf", PDF, more=True)
        assert inbox.after(pause, step=pause / 10) in (None, WaitsFor.WRITER)
    inbox.writer = WriterSeen.NO
    assert inbox.look() is None, "another may follow"
    assert inbox.after(4 * pause + OPTIONS.settle_s) == "taken"


@pytest.mark.parametrize("writer", [WriterSeen.NO, WriterSeen.CANNOT_TELL])
@pytest.mark.parametrize("pause", [4.0, 6.0, 9.0])
@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_a_text_appended_now_and_then_is_taken_once(
    inbox: Inbox, writer: WriterSeen, pause: float, name: str
) -> None:
    """「A text appended every 4 s becomes two records and loses lines」: its writer closes in between."""
    inbox.writer = writer
    for n in range(6):
        inbox.write(name, f"line {n}\n".encode(), more=True)
        assert inbox.after(pause - 0.01) is None
    assert inbox.after(max(OPTIONS.settle_long_s, 4 * pause)) == "taken"


@given(pauses=st.lists(st.floats(0.5, 9.5), min_size=1, max_size=6), whole=st.booleans())
def test_on_a_share_the_pauses_of_a_writer_are_learnt(pauses: list[float], whole: bool) -> None:
    """「learn the longest pause seen in a growing file and wait several times that, at least N s」."""
    with tempfile.TemporaryDirectory() as folder:
        inbox = Inbox(Path(folder), WriterSeen.CANNOT_TELL)
        for pause in pauses:
            inbox.write("a.pdf", PDF if whole else b"x", more=True)
            assert inbox.after(pause - 0.01) is None
        inbox.write("a.pdf", PDF, more=True)
        longest = max(pauses)
        assert inbox.after(max(OPTIONS.settle_long_s, 4 * (longest - 1)) - 0.6) is None
        assert inbox.after(4 * longest + 10) == "taken"
        inbox.write("b.pdf", PDF)  # the same scanner's next file
        (inbox.folder / "a.pdf").unlink()
        assert inbox.after(max(OPTIONS.settle_long_s, 4 * (longest - 1)) - 0.6) is None


def test_no_pause_is_waited_for_without_end(inbox: Inbox) -> None:
    inbox.writer = WriterSeen.CANNOT_TELL
    inbox.write("a.txt", b"x")
    inbox.look()
    inbox.now += 86_400
    inbox.write("a.txt", b"y", more=True)
    assert inbox.after(301) == "taken"


def test_a_file_without_its_end_waits_for_minutes(inbox: Inbox) -> None:
    """「a PDF without its end stays in the inbox for minutes before it is called incomplete」, and is said to wait."""
    inbox.write("a.pdf", b"%PDF-1.7 half")
    assert inbox.after(OPTIONS.settle_long_s - 0.1) is None
    assert inbox.after(OPTIONS.unfinished_s - OPTIONS.settle_long_s - 1) is WaitsFor.END
    inbox.write("a.pdf", b" more", more=True)
    assert inbox.after(1.0) is None
    assert inbox.after(4 * OPTIONS.unfinished_s, step=5) == "taken"


def test_a_damaged_file_that_lay_there_for_long_is_taken_at_once(inbox: Inbox) -> None:
    """What stood still for minutes before we came needs not be watched for minutes."""
    inbox.write("a.pdf", b"%PDF-1.7 half")
    inbox.now += OPTIONS.unfinished_s
    assert inbox.after(OPTIONS.settle_long_s) == "taken"


def test_a_copy_with_the_time_of_its_source_is_not_taken_for_old(inbox: Inbox) -> None:
    """«a 60 s copy is filed once, whole»: copied with its old time while we watch, half a file waits like any other."""
    inbox.look()
    inbox.write("a.pdf", b"%PDF-1.7 half")
    os.utime(inbox.folder / "a.pdf", (1.0, 1.0))
    assert inbox.after(OPTIONS.unfinished_s - 1, step=5) is WaitsFor.END
    assert inbox.after(2) == "taken"


def test_a_copy_that_was_begun_just_before_we_came_is_not_taken_for_old(tmp_path: Path) -> None:
    """The same for one that lies there at the first look: when it came here its other time says."""
    inbox = Inbox(tmp_path)
    inbox.born = time.time() - inbox.now
    inbox.write("a.pdf", b"%PDF-1.7 half")
    os.utime(inbox.folder / "a.pdf", (1.0, 1.0))
    assert inbox.after(OPTIONS.unfinished_s / 2, step=5) is WaitsFor.END


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "GIF", "WEBP"])
def test_half_a_scan_is_no_paper(inbox: Inbox, kind: str) -> None:
    """«Settled = … whole (%%EOF, EOI, IFD), else wait 10 min»: a stalled half TIFF is not filed after ten seconds."""
    made = io.BytesIO()
    Image.effect_noise((200, 100), 60).convert("RGB").save(made, kind)
    data = made.getvalue()
    inbox.write("a", data[: len(data) // 2])
    assert inbox.after(OPTIONS.unfinished_s - 1, step=5) is WaitsFor.END
    inbox.write("a", data[len(data) // 2 :], more=True)
    assert inbox.after(60) is None, "it was seen to pause for minutes"
    assert inbox.after(300, step=5) == "taken"


def test_truncated_and_written_anew_it_is_waited_for_again(inbox: Inbox) -> None:
    inbox.write("a.pdf", PDF)
    assert inbox.after(1.9) is None
    inbox.write("a.pdf", b"")
    assert inbox.after(1.9) is None
    inbox.write("a.pdf", PDF[:9])
    assert inbox.after(OPTIONS.settle_long_s) in (None, WaitsFor.END)
    inbox.write("a.pdf", PDF)
    assert inbox.after(60) == "taken"


def test_renamed_into_place_it_is_another_file(inbox: Inbox) -> None:
    """A download grows under another name for an hour; in place it is whole, and its pauses are not its own."""
    inbox.write("a.txt", b"old")
    inbox.look()
    inbox.now += 100
    inbox.write("a.txt.part", PDF)
    (inbox.folder / "a.txt.part").rename(inbox.folder / "a.txt")
    assert inbox.after(OPTIONS.settle_s) == "taken"


@pytest.mark.skipif(sys.platform != "linux", reason="leases are Linux's")
def test_two_writers_are_waited_for_to_the_last(tmp_path: Path) -> None:
    if writer_of(Path(__file__)) is WriterSeen.CANNOT_TELL:
        pytest.skip("no leases here")
    inbox = Inbox(tmp_path)
    inbox.settler = Settler(OPTIONS, lambda: inbox.now, inbox.wall)
    path = tmp_path / "a.pdf"
    with path.open("wb") as one:
        with path.open("r+b") as two:
            one.write(PDF)
            one.flush()
            two.seek(0, 2)
        assert inbox.after(60) is WaitsFor.WRITER
    assert inbox.after(60) == "taken"


def test_with_no_time_to_settle_nothing_hangs(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, options=Options(settle_s=0, settle_long_s=0, unfinished_s=0))
    for data in (PDF, b"", b"x", PDF[:9]):
        inbox.write("a.pdf", data)
        assert inbox.look() == "taken"


# ── what is never taken ──────────────────────────────────────────────────────────────────────────────────
def test_what_is_no_paper_is_passed_over_and_named(tmp_path: Path) -> None:
    """「``.隐藏.jpg``, ``*.tmp``, dot folders are passed over without a word」: named, but not the noise of programs."""
    for name in ("~$a.docx", ".~lock.a.odt#", "._a.pdf", ".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("a.tmp", "a.PART", "a.crdownload", "a.pdf~", ".隐藏.jpg"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("@eaDir", ".旧", "户"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "b.jpg").write_bytes(b"x")
    (tmp_path / "link.pdf").symlink_to(tmp_path / "a.tmp")
    passed: list[PassedOver] = []
    assert [d.name for d in look(tmp_path, passed)] == ["户/b.jpg"]
    assert {(p.name, p.why) for p in passed} == {
        ("a.tmp", NotTaken.HALF_MADE), ("a.PART", NotTaken.HALF_MADE), ("a.crdownload", NotTaken.HALF_MADE),
        ("a.pdf~", NotTaken.HALF_MADE), (".隐藏.jpg", NotTaken.HIDDEN), (".旧", NotTaken.HIDDEN),
        ("link.pdf", NotTaken.SPECIAL),
    }  # fmt: skip


# ── real writers beside the loop ─────────────────────────────────────────────────────────────────────────
PLACES = ("/dev/shm", "/var/tmp")
QUICK = replace(OPTIONS, settle_s=0.05, settle_long_s=0.1, unfinished_s=900.0, rescan_s=0.1, readers=1)
WRITER = """
import sys
with open(sys.argv[1], "wb", buffering=0) as file:
    for line in sys.stdin:
        file.write(bytes.fromhex(line))
        print("written", flush=True)
print("closed", flush=True)
"""


class Writer:
    """A process that has a file open, writes when it is told, and lets go of it when it is told."""

    def __init__(self, path: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def write(self, data: bytes) -> None:
        assert self._child.stdin and self._child.stdout
        self._child.stdin.write(data.hex() + "\n")
        self._child.stdin.flush()
        assert self._child.stdout.readline() == "written\n"

    def close(self) -> None:
        self._child.communicate(timeout=PATIENCE_S)


@pytest.fixture(params=PLACES)
def office(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """A workspace on memory, and one on a disk."""
    if not os.access(request.param, os.W_OK) or sys.platform != "linux":
        pytest.skip(f"no {request.param} here")
    folder = Path(tempfile.mkdtemp(dir=request.param))
    try:
        with make_workspace(folder / "ws") as made:
            if writer_of(folder / "ws" / "archivist.toml") is WriterSeen.CANNOT_TELL:
                pytest.skip(f"no leases on {request.param}")
            open_household(made)
            set_options(made, QUICK)
            yield made
    finally:
        shutil.rmtree(folder)


def set_options(workspace: Workspace, options: Options) -> None:
    workspace.__dict__["config"] = replace(workspace.config, options=options)


def paper() -> bytes:
    document = Document()
    for line in ("诊断证明书", f"证号 {WANG_ID}"):
        document.add_paragraph(line)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def chunks(data: bytes, count: int) -> Sequence[bytes]:
    size = -(-len(data) // count)
    return [data[n : n + size] for n in range(0, len(data), size)]


def payloads(workspace: Workspace) -> list[bytes]:
    """Return the bytes of every record and of everything in the tray."""
    filed = [p.read_bytes() for p in workspace.archive.cases.glob("*/data/*/*") if p.is_file()]
    return filed + [i.file.read_bytes() for i in workspace.archive.tray.items()]


class Watching:
    """A watch in a thread of its own; it can be asked to have looked so many times more."""

    def __init__(self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outcomes: list[Outcome] = []
        self.looks = 0
        self._stop = threading.Event()
        real = Settler.look

        def counted(settler: Settler, inbox: Path) -> object:
            seen = real(settler, inbox)
            self.looks += 1
            return seen

        monkeypatch.setattr(Settler, "look", counted)
        self._thread = threading.Thread(
            target=lambda: watch(workspace, lambda: BY, lambda o, _d, _t: self.outcomes.append(o), self._stop)
        )

    def __enter__(self) -> Watching:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def until_looked(self, times: int) -> None:
        goal = self.looks + times
        until(lambda: self.looks >= goal)

    def until_told(self, kind: Callable[[Outcome], bool]) -> None:
        until(lambda: any(map(kind, self.outcomes)))


def waits(outcome: Outcome) -> bool:
    return isinstance(outcome, LeftInInbox) and isinstance(outcome.error, StillWritten)


@pytest.mark.parametrize("kind", ["TIFF", "BMP"])
def test_a_picture_copied_in_pieces_is_filed_once_and_whole(
    office: Workspace, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """«a 60 s copy is filed once, whole»: a program opens the file, adds a piece and closes it, each time with an old time."""
    made = io.BytesIO()
    Image.new("L", (400, 300), 255).save(made, kind)
    data, path = made.getvalue(), office.archive.inbox / "扫描件"
    with Watching(office, monkeypatch) as watching:
        watching.until_looked(1)
        for n, part in enumerate(chunks(data, 3), 1):
            with path.open("ab") as file:
                file.write(part)
            os.utime(path, (1.0, 1e9 + n))
            if n < 3:
                watching.until_looked(8)
                assert payloads(office) == []
        until(lambda: payloads(office))
        until(lambda: not path.exists())
    assert payloads(office) == [data]


@sweep(1 / 4)
@pytest.mark.parametrize("mode", WatchMode)
def test_a_scanner_that_pauses_loses_nothing(
    office: Workspace, monkeypatch: pytest.MonkeyPatch, mode: WatchMode
) -> None:
    """「the open-writer test with pauses …, on ext4 and tmpfs; the same with inotify off (polling)」.

    The pauses are counted in looks of the watcher, each longer than it takes to settle, not in seconds.
    """
    set_options(office, replace(QUICK, watch=mode))
    monkeypatch.setattr(watch_folder, "POLL_S", 0.06)
    data = paper()
    scanner = Writer(office.archive.inbox / "扫描.docx")
    with Watching(office, monkeypatch) as watching:
        for part in chunks(data, 3):
            scanner.write(part)
            watching.until_looked(8)
            assert payloads(office) == []
        watching.until_told(waits)
        scanner.close()
        watching.until_told(lambda o: isinstance(o, Filed))
    assert payloads(office).count(data) == 1
    assert not list(office.archive.inbox.glob("*.docx"))
    assert sum(map(waits, watching.outcomes)) <= 3, "said once for each pause at the most, not at each look"


def test_once_leaves_what_is_being_written_and_says_so(office: Workspace) -> None:
    """「``watch --once`` must not spin for ever: a writer-held file is reported as waiting and left in the inbox」."""
    data, path = paper(), office.archive.inbox / "扫描.docx"
    scanner = Writer(path)
    scanner.write(data)
    (office.archive.inbox / "半.pdf").write_bytes(b"%PDF-1.7 half")
    seen: list[Outcome] = []
    file_once(office, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert sorted(o.name for o in seen if waits(o)) == ["半.pdf", "扫描.docx"]
    assert (len(seen), payloads(office), path.read_bytes()) == (2, [], data)
    scanner.close()
    seen.clear()
    file_once(office, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert [type(o).__name__ for o in seen] == ["Filed", "LeftInInbox"]
    assert payloads(office) == [data]


def test_a_writer_who_comes_between_reading_and_removal_loses_nothing(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """「if a writer came in, nothing is removed and the new bytes are handled as a new version (never lost)」."""
    first, path = f"走访记录 {WANG_ID}\n".encode(), office.archive.inbox / "a.txt"
    path.write_bytes(first)
    writers: list[Writer] = []
    real = take_in

    def late(*words: object) -> Outcome:
        if not writers:
            writers.append(Writer(path))
            writers[0].write(b"")
            path_now = path.stat()
            assert path_now.st_size == 0, "truncated when it was opened"
        return real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr("archivist.ingest.watch_folder.take_in", late)
    seen: list[Outcome] = []
    file_once(office, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert path.exists()
    second = f"第二版 {WANG_ID}\n".encode()
    writers[0].write(second)
    writers[0].close()
    file_once(office, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert second in payloads(office)
    assert not path.exists()


def test_a_file_that_nobody_dropped_is_not_taken_through_a_link(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of the inbox becomes a link after the look: what it leads to is neither filed nor removed."""
    secret = office.root / "index" / "a.docx"
    secret.write_bytes(paper())
    folder = office.archive.inbox / "批次"
    folder.mkdir()
    (folder / "a.docx").write_bytes(paper())
    real = watch_folder.Readers.submit

    def swap(readers: watch_folder.Readers, dropped: Dropped) -> Future[ReadDrop | ReadPhotos]:
        if not folder.is_symlink():
            folder.rename(office.root / "gone")
            folder.symlink_to(secret.parent)
        return real(readers, dropped)

    monkeypatch.setattr(watch_folder.Readers, "submit", swap)
    seen: list[Outcome] = []
    file_once(office, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert [type(o) for o in seen] == [LeftInInbox]
    assert (payloads(office), secret.exists()) == ([], True)


def test_filed_while_its_writer_idles_it_goes_when_the_writer_does(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer who opens after the commit and writes nothing: the file is filed once, the original goes later."""
    data, path = paper(), office.archive.inbox / "a.docx"
    path.write_bytes(data)
    held: list[io.BufferedWriter] = []
    real = office.archive.commit

    def commit(*words: object) -> object:
        made = real(*words)  # type: ignore[arg-type]
        held.append(path.open("ab"))
        return made

    monkeypatch.setattr(office.archive, "commit", commit)
    seen: list[Outcome] = []
    file_once(office, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert isinstance(seen[0], Filed)
    assert path.exists()
    held[0].close()
    seen.clear()
    file_once(office, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert [type(o) for o in seen] == [AlreadyFiled]
    assert (payloads(office), path.exists()) == ([data], False)


def test_an_original_that_cannot_be_removed_is_filed_once_and_told_once(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """「read-only originals are counted as filed again at every rescan」."""
    data, path = paper(), office.archive.inbox / "a.docx"
    path.write_bytes(data)
    (office.archive.inbox / "b.txt").write_text("不知道是谁的", encoding="utf-8")
    real = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.parent == office.archive.inbox:
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with Watching(office, patch) as watching:
            until(lambda: len(watching.outcomes) == 2)
            watching.until_looked(12)
    outcomes = {o.name: o for o in watching.outcomes}
    assert len(watching.outcomes) == 2
    one, other = outcomes["a.docx"], outcomes["b.txt"]
    assert isinstance(one, Filed) and "原件还没有移走" in one.remark
    assert isinstance(other, NeedsReview) and "原件还没有移走" in other.remark
    seen: list[Outcome] = []
    file_once(office, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert {type(o) for o in seen} == {AlreadyFiled, NeedsReview}
    assert (payloads(office).count(data), path.exists()) == (1, False)


def test_without_notice_from_the_system_the_watch_goes_on(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more inotify watches to be had (ENOSPC) ends nothing: the inbox is looked at every few seconds."""

    def none_left(*_: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watch_folder, "_observe", none_left)
    with Watching(office, monkeypatch) as watching:
        watching.until_looked(2)
        (office.archive.inbox / "a.docx").write_bytes(data := paper())
        watching.until_told(lambda o: isinstance(o, Filed))
    assert payloads(office) == [data]


def test_what_is_passed_over_is_told_once(office: Workspace) -> None:
    """「told once」: not at every rescan, and not a name that is only on its way to another."""
    inbox, told = office.archive.inbox, list[PassedOver]()
    (inbox / ".隐藏.jpg").write_bytes(b"x")
    stop = threading.Event()
    thread = threading.Thread(
        target=lambda: watch(office, lambda: BY, lambda *_: None, stop, notice=told.append)
    )
    thread.start()
    try:
        until(lambda: told)
        (inbox / "b.tmp").write_bytes(b"x")
        until(lambda: len(told) == 2)
    finally:
        stop.set()
        thread.join()
    assert [p.name for p in told] == [".隐藏.jpg", "b.tmp"]
    told.clear()
    file_once(office, lambda: BY, lambda *_: None, notice=told.append)
    assert {p.name for p in told} == {".隐藏.jpg", "b.tmp"}


# ── one watcher at a time ────────────────────────────────────────────────────────────────────────────────
def test_a_second_watcher_says_who_watches(office: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """「a second watcher starts unannounced」: it says who watches where and since when, and ends."""
    lock = watcher_lock(office)
    with Watching(office, monkeypatch) as watching:
        watching.until_looked(1)
        assert f"进程 {os.getpid()}（林经办，自 " in lock.watcher()
        with pytest.raises(
            AlreadyWatched, match=rf"上的进程 {os.getpid()}（林经办，自 20\d\d-.*）正在守候收件箱"
        ):
            watch(office, lambda: BY, lambda *_: None, threading.Event())
        (office.archive.inbox / "a.docx").write_bytes(data := paper())
        file_once(office, lambda: BY, lambda *_: None)
        until(lambda: payloads(office))
    assert payloads(office) == [data]
    assert lock.watcher() == ""
    with Watching(office, monkeypatch) as watching:
        watching.until_looked(1)


@pytest.mark.parametrize("left", ["", "{", "[]", '{"host": "别的电脑"}'])
def test_a_watcher_that_was_killed_stands_in_nobodys_way(office: Workspace, left: str) -> None:
    lock = watcher_lock(office)
    lock.path.write_text(left, encoding="utf-8")
    assert lock.watcher() == ""
    with lock.held("乙"):
        assert "乙" in lock.watcher()


def test_a_second_watch_as_a_command(office: Workspace) -> None:
    """「second ``watch`` says who watches since, exit code」; 「``--once`` beside a running watch: says so too」."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "archivist", "watch", "--workspace", str(office.root), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    with watcher_lock(office).held("林经办"):
        second, once = run(), run("--once")
    assert (second.returncode, "守候 " in second.stdout) == (23, False)
    assert "E211" in second.stderr and "林经办" in second.stderr
    assert once.returncode == 0 and "林经办" in once.stderr
