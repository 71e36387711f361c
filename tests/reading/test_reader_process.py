"""No file takes the program down: the child dies, is replaced, and the next file is read."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from archivist.errors import ArchivistError, FileTooLarge, PasswordNeeded, ReaderStopped, UnreadableFile
from archivist.reader_errors import ReaderBroken
from archivist.reading import child_process, reader_child
from archivist.reading.child_process import ChildDied, ChildProcess
from archivist.reading.formats.images import JPEG, TIFF
from archivist.reading.formats.pdf import PDF
from archivist.reading.pages import OpenedFile, PageText
from archivist.reading.reader_process import MOST_DEATHS, Reader

from . import files, pages
from .files import PATIENT

posix_only = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no resource limits and no such signals"
)
SENTENCE = "最低生活保障审核确认办法第一条为规范审核确认工作"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(PATIENT) as shared:
        yield shared


@pytest.fixture(scope="module")
def scan() -> Image.Image:
    return pages.DEGRADATIONS["jpeg 200 dpi"](pages.letter(random.Random(4)).image, 1)


def _pid(reader: Reader) -> int:
    assert reader.pid is not None
    return reader.pid


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_reads_one_file_after_another_in_one_process(
    reader: Reader, tmp_path: Path, scan: Image.Image
) -> None:
    seen: list[tuple[int, int]] = []
    path = tmp_path / "batch.tif"
    scan.save(path, save_all=True, append_images=[scan.rotate(180)], compression="tiff_lzw")
    result = reader.read(path, lambda number, count: seen.append((number, count)))
    assert seen == [(1, 2), (2, 2)]
    assert result.format is TIFF
    assert [page.rotation for page in result.pages] == [0, 180]
    assert result.pages[0].text == result.pages[1].text
    assert "居民家庭经济状况核对授权书" in result.text
    first = reader.pid
    again = reader.read(files.text_pdf(tmp_path / "a.pdf", SENTENCE))
    assert again.text == SENTENCE
    assert reader.pid == first


def test_a_renamed_file_is_read_as_what_it_is(reader: Reader, tmp_path: Path, scan: Image.Image) -> None:
    path = tmp_path / "户口簿.pdf"
    scan.save(path, "JPEG", quality=80)
    result = reader.read(path)
    assert (result.format, result.pages[0].source) == (JPEG, "ocr")


def test_a_name_in_gbk_bytes(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode("低保.txt".encode("gb18030"))
    path.write_text("申请书", "utf-8")
    assert reader.read(path).text == "申请书"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (files.encrypted_pdf, PasswordNeeded),
        (files.png_bomb, FileTooLarge),
        (files.word_bomb, FileTooLarge),
        (files.huge_picture_pdf, FileTooLarge),
        (files.nothing, UnreadableFile),
    ],
    ids=["encrypted", "png bomb", "docx bomb", "pdf bomb", "empty"],
)
def test_refusals_cross_the_pipe(
    reader: Reader, tmp_path: Path, make: object, kind: type[ArchivistError]
) -> None:
    assert callable(make)
    path = make(tmp_path / "来件.pdf")
    reader.read(files.text_pdf(tmp_path / "a.pdf", SENTENCE))
    before = reader.pid
    with pytest.raises(kind) as caught:
        reader.read(path)
    assert type(caught.value) is kind
    assert caught.value.file == "来件.pdf"
    assert caught.value.remedy
    assert str(tmp_path) not in str(caught.value)
    assert reader.pid == before


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A PDF whose second page takes hours: whatever happens after the first, the child is still at it."""
    return files.endless_pdf(tmp_path / "来件.pdf", SENTENCE)


@posix_only
def test_one_death_is_forgiven(tmp_path: Path, endless: Path) -> None:
    killed: list[int] = []
    with Reader(PATIENT) as reader:

        def kill_once(*_: int) -> None:
            if not killed:
                killed.append(_pid(reader))
                files.text_pdf(tmp_path / "whole.pdf", SENTENCE, SENTENCE).replace(endless)
                os.kill(killed[0], signal.SIGKILL)

        result = reader.read(endless, kill_once)
        assert [page.number for page in result.pages] == [1, 2]
        last = _pid(reader)
        assert last != killed[0]
    assert _gone(last)


@posix_only
def test_two_deaths_cost_the_page_not_the_file(tmp_path: Path, endless: Path) -> None:
    """“One failing page costs that page”, also when the reading process dies of it."""
    killed: set[int] = set()
    with Reader(PATIENT) as reader:

        def kill(*_: int) -> None:
            killed.add(_pid(reader))
            os.kill(_pid(reader), signal.SIGKILL)

        with _again_on(reader, kill):
            result = reader.read(endless, kill)
        assert result.pages[0].text == SENTENCE
        assert "第 2 页时读取进程崩溃（信号 9）" in result.pages[1].failure
        assert result.failed == result.pages[1:]
        assert len(killed) == 2
        assert reader.read(files.text_pdf(tmp_path / "a.pdf", SENTENCE)).text == SENTENCE


@contextmanager
def _again_on(reader: Reader, act: Callable[[], None]) -> Iterator[None]:
    """Do something to each further child as soon as it has opened its file: no page follows that would tell of it."""
    hear = reader._hear

    def hearing(child: ChildProcess, place: str) -> dict[str, Any]:
        message = hear(child, place)
        if message["say"] == "open" and place == "第 2 页":
            act()
        return message

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_hear", hearing)
        yield


@posix_only
def test_a_child_that_hangs_is_ended(tmp_path: Path, endless: Path) -> None:
    frozen: set[int] = set()
    with Reader(PATIENT) as reader:

        def freeze(*_: int) -> None:
            reader.limits = replace(PATIENT, stall_s=0.5)
            frozen.add(_pid(reader))
            os.kill(_pid(reader), signal.SIGSTOP)

        with _again_on(reader, freeze):
            result = reader.read(endless, freeze)
        assert "第 2 页超过 0.5 秒没有动静" in result.pages[1].failure
        assert len(frozen) == 2
        assert all(_gone(pid) for pid in frozen)
        reader.limits = PATIENT
        assert reader.read(files.text_pdf(tmp_path / "a.pdf", SENTENCE)).text == SENTENCE


@posix_only
def test_the_pages_behind_one_that_burns_time_are_read(tmp_path: Path) -> None:
    """“(also CPU limit or crash of the child on that page: the retry skips that page and goes on)”."""
    path = files.endless_pdf(tmp_path / "a.pdf", SENTENCE, after=[SENTENCE, SENTENCE])
    seen: list[tuple[int, int]] = []
    with Reader(replace(PATIENT, page_cpu_s=1)) as reader:
        result = reader.read(path, lambda number, count: seen.append((number, count)))
    assert [page.text for page in result.pages] == [SENTENCE, "", SENTENCE, SENTENCE]
    assert result.pages[1].failure == "第 2 页时用完了 1 秒计算时间"
    assert seen == [(1, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("damaged", [1, 2, 3])
def test_a_damaged_page_costs_that_page(reader: Reader, tmp_path: Path, damaged: int) -> None:
    path = files.pdf_with_damaged_page(tmp_path / "a.pdf", *[SENTENCE] * 3, damaged=damaged)
    before = reader.pid
    result = reader.read(path)
    assert [bool(page.failure) for page in result.pages] == [n == damaged for n in (1, 2, 3)]
    assert [page.text for page in result.pages] == ["" if n == damaged else SENTENCE for n in (1, 2, 3)]
    assert reader.pid == before, "nothing died of it"


def test_a_damaged_frame_costs_that_frame(reader: Reader, tmp_path: Path) -> None:
    white = Image.new("L", (600, 800), 250)
    path = files.tiff_with_damaged_frame(tmp_path / "a.tif", white, count=3, damaged=2)
    assert [bool(page.failure) for page in reader.read(path).pages] == [False, True, False]


def test_a_file_without_one_good_page_is_refused(reader: Reader, tmp_path: Path) -> None:
    """“the file as a whole is refused only when no page could be read or the document cannot be opened”."""
    path = files.pdf_with_damaged_page(tmp_path / "a.pdf", SENTENCE, damaged=1)
    with pytest.raises(UnreadableFile, match="第 1 页已损坏"):
        reader.read(path)


@posix_only
def test_a_file_of_deadly_pages_is_given_up_soon(tmp_path: Path) -> None:
    """Five hundred pages of twenty seconds each would keep the reader for hours."""
    path = files.text_pdf(tmp_path / "a.pdf", *[SENTENCE] * 40)
    died = 0
    with Reader(PATIENT) as reader:
        hear = reader._hear

        def dying(child: ChildProcess, place: str) -> dict[str, Any]:
            nonlocal died
            message = hear(child, place)
            if place != "打开文件" and not place.startswith("第 1 页"):
                died += 1
                reader._kill()
                raise ChildDied(f"{place}时读取进程崩溃（信号 11）")
            return message

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reader, "_hear", dying)
            result = reader.read(path)
    assert died == MOST_DEATHS + 1
    assert len(result.pages) == 40
    assert result.pages[0].text == SENTENCE
    assert all(page.failure for page in result.pages[1:])
    assert result.pages[-1].failure == "前面多页读不出来，没有再读"


@posix_only
def test_a_starved_child_is_not_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """“the parent's wall limit must not kill a child that is only starved”: it still computes, however little."""
    path = files.text_pdf(tmp_path / "a.pdf", SENTENCE)
    with Reader(replace(PATIENT, stall_s=0.05)) as reader:
        used = iter(range(10**9))
        monkeypatch.setattr(child_process, "cpu_seconds", lambda _: next(used) / 100)
        assert reader.read(path).text == SENTENCE
        pid = _pid(reader)
        os.kill(pid, signal.SIGSTOP)
        waking = threading.Timer(1.0, os.kill, (pid, signal.SIGCONT))
        waking.start()
        assert reader.read(path).text == SENTENCE
        assert _pid(reader) == pid
        waking.join()


@pytest.mark.skipif(sys.platform != "linux", reason="CPU time is read from /proc")
def test_cpu_time_of_a_process_is_told() -> None:
    before = child_process.cpu_seconds(os.getpid())
    assert before is not None
    sum(k * k for k in range(2_000_000))
    after = child_process.cpu_seconds(os.getpid())
    assert after is not None and after > before
    assert child_process.cpu_seconds(2**30) is None


@posix_only
def test_a_page_that_burns_time_is_stopped(tmp_path: Path) -> None:
    """Left alone it would burn hours."""
    path = files.endless_pdf(tmp_path / "a.pdf")
    assert path.stat().st_size < 10_000
    with Reader(replace(PATIENT, page_cpu_s=1)) as reader:
        with pytest.raises(ReaderStopped, match="1 秒计算时间"):
            reader.read(path)
        reader.limits = PATIENT
        assert reader.read(files.text_pdf(tmp_path / "b.pdf", SENTENCE)).text == SENTENCE


@posix_only
def test_each_page_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many pages may take more CPU seconds than one may: the limit moves forward with each.

    The child's own code, with a clock of CPU time that nine pages of almost the whole allowance turn forward.
    """
    import resource

    granted, used, limit = 3, 0.0, 0

    def move(what: int, limits: tuple[int, int]) -> None:
        nonlocal limit
        assert what == resource.RLIMIT_CPU
        limit = limits[0]

    def burn(number: int) -> PageText:
        nonlocal used
        used += 0.9 * granted
        assert used <= limit, "the kernel would have ended the child"
        return PageText(number, "", (), "none", None, 0, None, None)

    @contextmanager
    def opened(*_: object) -> Iterator[OpenedFile]:
        yield OpenedFile(PDF, 9, map(burn, range(1, 10)))

    monkeypatch.setattr(reader_child, "open_file", opened)
    monkeypatch.setattr(resource, "setrlimit", move)
    monkeypatch.setattr(time, "process_time", lambda: used)
    said = io.BytesIO()
    reader_child.Child(said, 1, 1).serve({"path": "a.pdf", "first": 1, "cpu_s": granted})
    words = [json.loads(line)["say"] for line in said.getvalue().splitlines()]
    assert words == ["open", *["page"] * 9, "done"]
    assert used > 5 * granted


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_memory_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (9000, 9000), "white").save(path, compress_level=1)
    with Reader(replace(PATIENT, memory_bytes=512 * 1024**2)) as reader:
        with pytest.raises(ReaderStopped, match="内存"):
            reader.read(path)
        assert reader.read(files.text_pdf(tmp_path / "b.pdf", SENTENCE)).text == SENTENCE


def test_starts_anew_after_some_files(tmp_path: Path) -> None:
    path = files.text_pdf(tmp_path / "a.pdf", SENTENCE)
    with Reader(replace(PATIENT, files=2)) as reader:
        reader.read(path)
        first = _pid(reader)
        reader.read(path)
        assert _gone(first)
        reader.read(path)
        assert _pid(reader) != first


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
def test_starts_anew_when_grown(tmp_path: Path) -> None:
    with Reader(replace(PATIENT, rss_bytes=1)) as reader:
        reader.read(files.text_pdf(tmp_path / "a.pdf", SENTENCE))
        assert reader.pid is None


def test_an_interrupted_file_leaves_no_words_behind(reader: Reader, tmp_path: Path) -> None:
    path = files.text_pdf(tmp_path / "a.pdf", SENTENCE, SENTENCE)

    for stop in (KeyboardInterrupt(), UnreadableFile("叫停")):

        def interrupt(*_: int, stop: BaseException = stop) -> None:
            raise stop

        with pytest.raises(type(stop)):
            reader.read(path, interrupt)
        other = files.text_pdf(tmp_path / "b.pdf", "另一份文件的文字，长度足够二十个字符以上")
        assert reader.read(other).text.startswith("另一份")


def test_a_child_that_cannot_start_blames_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false") or "/bin/false")
    with Reader(PATIENT) as reader, pytest.raises(ArchivistError) as caught:
        reader.read(files.text_pdf(tmp_path / "a.pdf", SENTENCE))
    assert type(caught.value) is ReaderBroken


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    reader = Reader(PATIENT)
    reader.close()
    reader.read(files.text_pdf(tmp_path / "a.pdf", SENTENCE))
    reader.close()
    reader.close()
    assert reader.pid is None


_IN_A_CUT_OFF_PLACE = """
import socket, sys
from pathlib import Path
from archivist.reading.reader_process import MOST_DEATHS, Reader
from tests.reading.files import PATIENT
assert [name for _, name in socket.if_nameindex()] == ["lo"], "not cut off"
try:
    socket.create_connection(("192.0.2.1", 80), timeout=3)
except OSError:
    pass
else:
    raise SystemExit("there is a network")
with Reader(PATIENT) as reader:
    sys.stdout.buffer.write(reader.read(Path(sys.argv[1])).text.encode())
"""


def test_reads_a_scan_in_a_network_namespace_without_network(tmp_path: Path, scan: Image.Image) -> None:
    """The kernel itself gives the process no network; whatever a library wanted to fetch could not come."""
    unshare = shutil.which("unshare")
    ways = [[unshare, "-n"], [unshare, "-r", "-n"]] if unshare else []
    way = next(
        (w for w in ways if subprocess.run([*w, "true"], capture_output=True, check=False).returncode == 0),
        None,
    )
    if way is None:
        pytest.skip(
            "this system lets nobody make a network namespace; test_reading proves it with a tripwire"
        )
    path = tmp_path / "scan.png"
    scan.save(path)
    done = subprocess.run(
        [*way, sys.executable, "-c", _IN_A_CUT_OFF_PLACE, str(path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "居民家庭经济状况核对授权书" in done.stdout.decode()


def test_the_child_itself_refuses_the_network() -> None:
    code = (
        "import socket, sys\n"
        "from archivist.reading.reader_child import _no_network\n"
        "sys.addaudithook(_no_network)\n"
        "try:\n    socket.create_connection(('127.0.0.1', 9))\n"
        "except OSError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "no network" in done.stdout
