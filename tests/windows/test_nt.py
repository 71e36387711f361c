"""Files on Windows: paths and patience anywhere, the kernel itself where there is one (``make wine``)."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import UnreadableFile, WriteFailed
from archivist.store import durable_files, nt
from archivist.store.durable_files import FileStamp
from archivist.store.originals import Identity, open_original, remove_original
from tests.waiting import until

on_windows = pytest.mark.skipif(sys.platform != "win32", reason="asks the kernel of Windows")
OPENED = """
import sys, time
from pathlib import Path
with open(sys.argv[1], sys.argv[2]):
    Path(sys.argv[1] + ".opened").touch()
    time.sleep(float(sys.argv[3]))
"""


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def refused(code: int) -> OSError:
    if sys.platform == "win32":
        return OSError(None, "refused", None, code)
    error = PermissionError(errno.EACCES, "refused")
    error.__dict__["winerror"] = code
    return error


@given(st.sampled_from(sorted(nt.HELD_BY_OTHERS)), st.integers(0, 7))
def test_what_others_let_go_of_in_time_is_done(code: int, tries: int) -> None:
    """“so ``patiently`` tries again for ``PATIENCE_S`` before it says so”: at 20 ms, 40 ms and so on."""
    clock, errors = Clock(), [refused(code) for _ in range(tries)]

    def act() -> str:
        if errors:
            raise errors.pop()
        return "done"

    assert nt.patiently(act, sleep=clock.sleep, clock=lambda: clock.now) == "done"
    assert clock.waits == [nt.FIRST_WAIT_S * 2**n for n in range(tries)]


def test_what_is_held_still_is_refused_after_five_seconds() -> None:
    clock = Clock()

    def act() -> None:
        raise refused(32)

    with pytest.raises(PermissionError):
        nt.patiently(act, sleep=clock.sleep, clock=lambda: clock.now)
    assert clock.now == pytest.approx(nt.PATIENCE_S)


@given(st.sampled_from([2, 3, 17, 112, 183, None]))
def test_another_refusal_is_not_waited_for(code: int | None) -> None:
    clock = Clock()

    def act() -> None:
        raise refused(code) if code else OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError):
        nt.patiently(act, sleep=clock.sleep, clock=lambda: clock.now)
    assert not clock.waits


@pytest.mark.parametrize(
    ("plain", "kernel"),
    [
        (r"C:\救助\archive", r"C:\救助\archive"),
        ("C:/救助/archive/../x", r"C:\救助\x"),
        ("D:\\" + "长" * 250, "\\\\?\\D:\\" + "长" * 250),
        ("\\\\server\\share\\" + "长" * 250, "\\\\?\\UNC\\server\\share\\" + "长" * 250),
        ("\\\\?\\D:\\" + "长" * 250, "\\\\?\\D:\\" + "长" * 250),
    ],
)
def test_a_long_path_is_given_whole(plain: str, kernel: str) -> None:
    assert nt.long_path(plain) == kernel


@pytest.mark.parametrize(
    ("access", "who"),
    [
        ("D:P(A;OICI;FA;;;S-1-5-21-7)(A;OICI;FA;;;SY)", []),
        ("D:(A;OICI;FA;;;SY)(A;OICI;FA;;;S-1-5-21-7)(A;OICI;0x1200a9;;;BU)", ["BU"]),
        ("D:PAI(A;OICIID;FA;;;BA)(A;;FR;;;S-1-5-21-8)(A;;FR;;;WD)", ["S-1-5-21-8", "WD"]),
        ("D:(D;;FA;;;WD)(A;;FA;;;S-1-5-21-7)", []),
    ],
)
def test_an_access_list_tells_who_else_may_open(access: str, who: list[str]) -> None:
    """“accounts beside owner, system and administrators”; who is denied may not."""
    assert nt.strangers(access, "S-1-5-21-7") == who


def test_a_private_folder_is_open_to_nobody_else() -> None:
    assert nt.strangers(nt.private_to("S-1-5-21-7"), "S-1-5-21-7") == []


# ── asked of the kernel ──────────────────────────────────────────────────────────────────────────────────
def identity(path: Path) -> Identity:
    digest, size = durable_files.digest_of(path)
    found = path.stat()
    return Identity(digest, size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def opened(path: Path, mode: str, seconds: float) -> subprocess.Popen[bytes]:
    """Have another process hold a file open."""
    process = subprocess.Popen([sys.executable, "-c", OPENED, str(path), mode, str(seconds)])
    until(path.with_name(f"{path.name}.opened").exists)
    return process


@on_windows
def test_a_folder_is_flushed(tmp_path: Path) -> None:
    (tmp_path / "甲").write_bytes(b"1")
    durable_files.sync_folder(tmp_path, strict=True)
    durable_files.sync_tree(tmp_path)


@on_windows
def test_nothing_is_renamed_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError):
        nt.move(tmp_path / "a", tmp_path / "b")  # type: ignore[attr-defined, unused-ignore]
    assert (tmp_path / "b").read_bytes() == b"b"
    durable_files.replace(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"a"


@on_windows
def test_a_manifest_is_swapped_once_its_reader_lets_go(tmp_path: Path) -> None:
    """“our own readers have a manifest open. They let go of it within moments”."""
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    reader = opened(tmp_path / "old", "rb", 1.0)
    durable_files.replace(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"new"
    assert reader.wait() == 0


@on_windows
def test_who_holds_a_file_for_longer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """E204 「被别的程序占用」, and nothing is changed."""
    monkeypatch.setattr(nt, "PATIENCE_S", 0.5)
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    reader = opened(tmp_path / "old", "rb", 60.0)
    try:
        with (
            pytest.raises(WriteFailed, match="被别的程序占用"),
            durable_files.writing("没有写入任何内容", "old"),
        ):
            durable_files.replace(tmp_path / "new", tmp_path / "old")
    finally:
        reader.kill()
        reader.wait()
    assert (tmp_path / "old").read_bytes() == b"old"


@on_windows
def test_payload_is_read_only_and_can_be_removed(tmp_path: Path) -> None:
    path = tmp_path / "data" / "x.pdf"
    path.parent.mkdir()
    durable_files.write_new(path, b"x", mode=durable_files.PAYLOAD_MODE)
    assert nt.is_read_only(path)  # type: ignore[attr-defined, unused-ignore]
    durable_files.sync_tree(tmp_path)
    durable_files.unlink(path)
    durable_files.write_unsynced(path, [b"x"], mode=durable_files.PAYLOAD_MODE)
    assert nt.is_read_only(path)  # type: ignore[attr-defined, unused-ignore]
    durable_files.remove_tree(path.parent)
    assert not path.parent.exists()


@on_windows
def test_an_original_goes_only_when_nobody_writes_to_it(tmp_path: Path) -> None:
    """“only if it is still the very file that was filed and nobody writes”."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"scan")
    was = identity(path)
    writer = opened(path, "ab", 60.0)
    try:
        assert not remove_original(path, was, tmp_path)
        assert path.read_bytes() == b"scan"
    finally:
        writer.kill()
        writer.wait()
    assert remove_original(path, was, tmp_path)
    assert not path.exists()
    assert remove_original(path, was, tmp_path), "gone is gone"


@on_windows
def test_an_original_changed_and_dated_back_stays(tmp_path: Path) -> None:
    """Its time of making says nothing about a change, so what is in it is compared."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"scan")
    was = identity(path)
    path.write_bytes(b"nacs")
    os.utime(path, ns=(was.mtime_ns, was.mtime_ns))
    assert not remove_original(path, was, tmp_path)
    assert path.read_bytes() == b"nacs"


@on_windows
def test_a_file_changed_and_dated_back_is_another(tmp_path: Path) -> None:
    path = tmp_path / "000001.json"
    path.write_bytes(b"one")
    was = path.stat()
    before = FileStamp.of(was).with_change(str(path))
    time.sleep(0.05)
    path.write_bytes(b"two")
    os.utime(path, ns=(was.st_mtime_ns, was.st_mtime_ns))
    assert next(durable_files.states(str(tmp_path), [path.name])) != before


@on_windows
def test_an_original_is_read_while_a_scanner_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"scan")
    with open_original(path) as (handle, found):
        assert (handle.read(), found.st_size) == (b"scan", 4)
    with pytest.raises(UnreadableFile), open_original(tmp_path):
        pass


@on_windows
def test_a_folder_is_made_private_and_read_back(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    durable_files.make_private_folder(folder)
    access = nt.access_list(folder)  # type: ignore[attr-defined, unused-ignore]
    owner = nt.account()  # type: ignore[attr-defined, unused-ignore]
    assert nt.strangers(access, owner) == []
    assert owner in access
