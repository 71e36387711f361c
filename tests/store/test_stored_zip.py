"""Packages are ZIP files that any program reads, and the same bytes for the same entries."""

from __future__ import annotations

import io
import random
import zipfile
from functools import partial
from pathlib import Path

import pytest

from archivist.errors import WriteFailed
from archivist.store import bag, stored_zip, streamed_files
from archivist.store.stored_zip import EntryDiffers, ZipEntry
from archivist.store.streamed_files import PART, write_streamed
from tests.sampling import drawn


def entry(name: str, data: bytes, said: bytes | None = None) -> ZipEntry:
    """Return an entry; ``said`` is what its digest and length are of, where that is not what is read."""
    told = data if said is None else said
    return ZipEntry(name, bag.sha256(told), len(told), partial(io.BytesIO, data))


@pytest.mark.parametrize("at_once", [16 << 20, 0])
def test_any_program_reads_what_was_packed(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Stored, UTF-8 names, fixed order and dates; of long files too, which are read piece by piece."""
    monkeypatch.setattr(stored_zip, "_AT_ONCE", at_once)
    monkeypatch.setattr(stored_zip, "_CHUNK", 1_000)
    chance = random.Random(drawn("packages"))
    for _ in range(20):
        files = {
            f"甲/{n} {'长' * chance.randrange(60)}.bin": chance.randbytes(
                chance.choice((0, 1, 999, 1_000, 5_001))
            )
            for n in range(chance.randrange(12))
        }
        entries = [entry(name, data) for name, data in files.items()]
        packed = b"".join(stored_zip.chunks(entries))
        assert len(packed) == stored_zip.length(entries)
        assert packed == b"".join(stored_zip.chunks(entries))
        with zipfile.ZipFile(io.BytesIO(packed)) as read:
            assert read.namelist() == list(files) and read.testzip() is None
            assert {name: read.read(name) for name in files} == files
            assert not any(info.compress_type or info.extra for info in read.infolist())


@pytest.mark.parametrize("at_once", [16 << 20, 0])
def test_what_is_not_what_it_ought_to_be_is_not_packed(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """A byte that turned over, one too many, one too few: each kind, of short and of long files."""
    monkeypatch.setattr(stored_zip, "_AT_ONCE", at_once)
    good = b"0123456789"
    for wrong in (good[:-1], good + b"x", b"X" + good[1:], b""):
        with pytest.raises(EntryDiffers, match="一件"):
            b"".join(stored_zip.chunks([entry("前", good), entry("一件", wrong, good)]))


def test_nothing_needs_zip64(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ZIP64: neither for length nor for the number of files."""
    monkeypatch.setattr(stored_zip, "MOST_ENTRIES", 3)
    b"".join(stored_zip.chunks([entry(str(n), b"") for n in range(3)]))
    with pytest.raises(ValueError, match="ZIP64"):
        b"".join(stored_zip.chunks([entry(str(n), b"") for n in range(4)]))
    monkeypatch.setattr(stored_zip, "MOST_BYTES", 300)
    with pytest.raises(ValueError, match="ZIP64"):
        b"".join(stored_zip.chunks([entry(str(n), b"x" * 150) for n in range(3)]))


def test_a_name_is_given_only_to_what_was_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has its name is whole and was read back; nothing is left of the rest."""
    path = tmp_path / "part.zip"
    assert write_streamed(path, iter([b"ab", b"c"])) == (bag.sha256(b"abc"), 3)
    path.unlink()

    def broken() -> bytes:
        raise OSError(5, "pulled out")

    def pulled() -> object:
        yield b"ab"
        yield broken()

    with pytest.raises(OSError, match="pulled"):
        write_streamed(path, pulled())  # type: ignore[arg-type]
    monkeypatch.setattr(streamed_files, "read_back", lambda _: (bag.sha256(b""), 0))
    with pytest.raises(WriteFailed):
        write_streamed(path, [b"abc"])
    assert list(tmp_path.iterdir()) == []
    (tmp_path / f"part.zip{PART}").write_bytes(b"of before")
    monkeypatch.undo()
    write_streamed(path, [b"abc"])
    assert [p.name for p in tmp_path.iterdir()] == ["part.zip"]
