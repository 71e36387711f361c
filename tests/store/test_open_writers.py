"""An open writer is seen, and an original is removed only from under nobody's pen."""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from archivist.store import durable_files, open_writers, originals
from archivist.store.open_writers import Lease, WriterSeen, lease, writer_of
from archivist.store.originals import Identity, remove_original
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="leases are Linux's")
DISKS = ("/dev/shm", "/var/tmp")
"""Memory and, mostly, a disk."""


@pytest.fixture
def elsewhere(folder: Path) -> Iterator[Path]:
    """A folder on the other of the two."""
    other = next(d for d in DISKS if not folder.is_relative_to(d))
    if not os.access(other, os.W_OK) or Path(other).stat().st_dev == folder.stat().st_dev:
        pytest.skip("all is on one disk here")
    made = Path(tempfile.mkdtemp(dir=other))
    yield made
    shutil.rmtree(made)


@pytest.fixture(params=DISKS)
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder on memory, and one on a disk."""
    if not os.access(request.param, os.W_OK):
        pytest.skip(f"no {request.param} here")
    made = Path(tempfile.mkdtemp(dir=request.param))
    try:
        probe = made / "probe"
        probe.touch()
        if writer_of(probe) is WriterSeen.CANNOT_TELL:
            pytest.skip(f"no leases on {request.param}")
        probe.unlink()
        (made / "aside").mkdir()
        yield made
    finally:
        shutil.rmtree(made)


def identity(path: Path) -> Identity:
    digest, size = durable_files.digest_of(path)
    info = path.stat()
    return Identity(digest, size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)


@pytest.mark.parametrize("mode", ["r+b", "ab", "wb"])
def test_an_open_writer_is_seen(folder: Path, mode: str) -> None:
    """「fcntl(fd, F_SETLEASE, F_RDLCK) → EAGAIN says somebody has it open for writing」, written to or not."""
    path = folder / "a.pdf"
    path.write_bytes(b"%PDF-1.7")
    assert writer_of(path) is WriterSeen.NO
    with path.open(mode):
        assert writer_of(path) is WriterSeen.YES
    assert writer_of(path) is WriterSeen.NO


def test_who_only_reads_is_no_writer(folder: Path) -> None:
    path = folder / "a.pdf"
    path.write_bytes(b"x")
    with path.open("rb"):
        assert writer_of(path) is WriterSeen.NO


def test_who_writes_through_memory_or_another_name_is_seen(folder: Path) -> None:
    path = folder / "a.pdf"
    path.write_bytes(b"x" * 100)
    with path.open("r+b") as file:
        mapped = mmap.mmap(file.fileno(), 100)
    assert writer_of(path) is WriterSeen.YES
    mapped.close()
    os.link(path, folder / "b.pdf")
    with (folder / "b.pdf").open("ab"):
        assert writer_of(path) is WriterSeen.YES


@pytest.mark.parametrize("code", [errno.EACCES, errno.EINVAL, errno.ENOSYS, errno.ENOLCK])
def test_where_no_lease_is_granted_it_cannot_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """「EACCES/EINVAL elsewhere → say so and fall back」."""

    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.fcntl", refuse)
    path = tmp_path / "a"
    path.touch()
    assert writer_of(path) is WriterSeen.CANNOT_TELL


def test_on_a_share_no_lease_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CIFS client answers EAGAIN where its server granted nothing: not a writer, and a file would wait for ever."""
    path = tmp_path / "a"
    monkeypatch.setattr(open_writers, "filesystem", lambda _: "cifs")
    with path.open("wb"):
        assert writer_of(path) is WriterSeen.CANNOT_TELL


def test_what_is_no_file_of_ours_cannot_be_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link", "missing"):
        assert writer_of(tmp_path / name) is WriterSeen.CANNOT_TELL, name


# ── removing ─────────────────────────────────────────────────────────────────────────────────────────────
def test_an_original_goes_when_it_is_what_was_filed(folder: Path) -> None:
    path = folder / "a.pdf"
    path.write_bytes(b"x")
    assert remove_original(path, identity(path), folder / "aside")
    assert not path.exists()
    assert not list((folder / "aside").iterdir())


def test_an_original_stays_while_somebody_has_it_open(folder: Path) -> None:
    """「if a writer came in, nothing is removed」: after reading, before removal, and before its first byte."""
    path = folder / "a.pdf"
    path.write_bytes(b"x")
    was = identity(path)
    with path.open("ab") as writer:
        assert not remove_original(path, was, folder / "aside")
        writer.write(b"more")
    assert path.read_bytes() == b"xmore"
    assert not remove_original(path, was, folder / "aside"), "it is another version by now"
    assert path.read_bytes() == b"xmore"


@pytest.mark.parametrize("apart", [False, True])
def test_who_opens_in_the_very_moment_of_removal_writes_into_a_file_that_stays(
    folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, *, apart: bool
) -> None:
    """The opener waits for the lease; without it being seen, it would write into a file without a name. On two disks too."""
    aside = elsewhere if apart else folder / "aside"
    path = folder / "a.txt"
    path.write_bytes(b"first\n")
    was = identity(path)
    real = originals._step_aside

    leased: list[Lease] = []

    def noted(fd: int, at: Path) -> AbstractContextManager[Lease]:
        @contextmanager
        def block() -> Iterator[Lease]:
            with lease(fd, at) as taken:
                leased.append(taken)
                yield taken

        return block()

    def opener() -> None:
        with path.open("ab") as file:
            file.write(b"second\n")

    late = threading.Thread(target=opener)

    def step_aside(*words: Path) -> Path:
        late.start()
        until(lambda: leased[0].is_wanted)
        return real(*words)

    monkeypatch.setattr(originals, "_step_aside", step_aside)
    monkeypatch.setattr(open_writers, "lease", noted)
    assert not remove_original(path, was, aside)
    late.join()
    assert path.read_bytes() == b"first\nsecond\n"
    assert not list(aside.iterdir()) and not list(folder.glob(".leaving-*"))


def test_the_same_size_and_time_is_not_the_same_file(folder: Path) -> None:
    """Rewritten in place, then given its old time back: what was filed are other bytes."""
    path = folder / "a.pdf"
    path.write_bytes(b"one")
    was = identity(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(was.mtime_ns, was.mtime_ns))
    assert path.stat().st_ino == was.inode
    assert not remove_original(path, was, folder / "aside")
    assert path.read_bytes() == b"two"


def test_a_file_under_another_name_too_is_the_same_file(folder: Path) -> None:
    """A hard link changes nothing about the bytes; the other name stays."""
    path = folder / "a.pdf"
    path.write_bytes(b"one")
    was = identity(path)
    os.link(path, folder / "b.pdf")
    path.chmod(0o644)
    assert remove_original(path, was, folder / "aside")
    assert (folder / "b.pdf").read_bytes() == b"one"


def test_what_took_its_name_meanwhile_stays(folder: Path) -> None:
    path = folder / "a.pdf"
    path.write_bytes(b"one")
    was = identity(path)
    (folder / "new").write_bytes(b"one")
    (folder / "new").rename(path)
    assert not remove_original(path, was, folder / "aside")
    path.unlink()
    path.symlink_to(folder / "aside")
    assert not remove_original(path, was, folder / "aside")
    path.unlink()
    assert remove_original(path, was, folder / "aside"), "gone is gone"


@pytest.mark.parametrize("name", ["a.pdf", "长" * 83 + ".pdf"])
def test_it_goes_from_another_disk(folder: Path, elsewhere: Path, name: str) -> None:
    """As from a share to an archive on the disk of this machine; one whose name can take no more goes as it is."""
    path = folder / name
    path.write_bytes(b"one")
    assert remove_original(path, identity(path), elsewhere)
    assert [p.name for p in folder.iterdir()] == ["aside"] and not list(elsewhere.iterdir())


def test_it_goes_without_a_folder_for_work(folder: Path) -> None:
    """As from a share to an archive on the disk of this machine, where nothing can be moved aside."""
    path = folder / "a.pdf"
    path.write_bytes(b"one")
    assert remove_original(path, identity(path), folder / "missing")
    assert not path.exists()
