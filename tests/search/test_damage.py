"""An index that is damaged, foreign, stale, exposed or on a bad disk is told apart and healed or refused, never an answer."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.errors import ForeignIndex, IndexFault, IndexNotWritten
from archivist.model.ids import CaseNo
from archivist.search import databases, whoosh
from archivist.search.checksum_file import NAME
from archivist.search.checksums import CATALOGUE, TEXT
from archivist.search.current_folder import CURRENT
from archivist.search.index import Index
from tests.sampling import sample
from tests.search.household import MemoryArchive, digest, make_id, make_number
from tests.search.oracle import keys

ONE, TWO, THREE = (make_number(n) for n in (1, 2, 3))
QUERIES = ("王秀兰", "家庭经济", "wxl", "证号:0016", "NOT 公示")
STEP = 97


@pytest.fixture
def archive() -> MemoryArchive:
    archive = MemoryArchive()
    archive.trail.events += [digest("ledger 1"), digest("ledger 2")]
    for number in (ONE, TWO):
        archive.open(number, "王秀兰", id_number=make_id(number.sequence), village="石桥村")
        archive.file(number, f"家庭经济状况核对 王秀兰\f公示期满 {number}")
    return archive


@pytest.fixture
def index(tmp_path: Path, archive: MemoryArchive) -> Iterator[Index]:
    with Index(tmp_path / "index", archive) as index:
        index.rebuild()
        yield index


def folder(index: Index) -> Path:
    return index._folder / (index._folder / CURRENT).read_text().strip()


def answers(index: Index) -> list[object]:
    return [sorted(map(repr, index.search(query, limit=99).hits)) for query in QUERIES] + [index.cases()]


def files(index: Index) -> list[Path]:
    return sorted(
        p for p in folder(index).rglob("*") if p.is_file() and not p.name.endswith(("-wal", "-shm"))
    )


# ── damaged ──────────────────────────────────────────────────────────────────────────────────────────────
def test_every_97th_byte_of_every_file_flipped_gives_the_right_answer_or_a_refusal(
    index: Index, archive: MemoryArchive
) -> None:
    """«a damaged, foreign, stale or full-disk state is told apart and healed or refused, never an answer»."""
    right = answers(index)
    index.close()
    refused = 0
    places = [(path, at) for path in files(index) for at in range(0, path.stat().st_size, STEP)]
    for path, at in sample(places, 1 / 20, "bytes of the index"):
        whole, stat = path.read_bytes(), path.stat()
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with Index(index._folder, archive) as opened:
            try:
                assert answers(opened) == right, (path.name, at)
            except IndexFault as fault:
                refused += 1
                assert fault.code == "E400", (path.name, at)
                assert "reindex" in fault.remedy
        path.write_bytes(whole)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert refused
    with Index(index._folder, archive) as opened:
        assert answers(opened) == right


def test_a_bit_that_rots_without_a_trace_is_found_by_the_full_check(index: Index) -> None:
    """«checksum per file, checked at open (cheap) and by `verify` (full)»."""
    index.follow(ONE)
    assert index.damaged() == []
    index.close()
    for path in files(index):
        if path.name == NAME or not path.suffix:  # of itself it tells at once; locks hold nothing
            continue
        whole, stat = path.read_bytes(), path.stat()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert index.damaged() == [path.relative_to(folder(index)).as_posix()]
        path.write_bytes(whole)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_file_put_back_from_before_is_no_part_of_the_index(index: Index, archive: MemoryArchive) -> None:
    older = (folder(index) / CATALOGUE).read_bytes()
    archive.open(THREE, "李娜")
    index.follow(THREE)
    index.close()
    (folder(index) / CATALOGUE).write_bytes(older)
    with pytest.raises(IndexFault, match="校验和"):
        index.search("李娜")


def test_a_copied_index_answers_and_is_looked_at_whole(
    tmp_path: Path, index: Index, archive: MemoryArchive
) -> None:
    right = answers(index)
    index.close()
    shutil.copytree(tmp_path / "index", tmp_path / "copied", copy_function=shutil.copy)
    archive.open(THREE, "李娜")
    with Index(tmp_path / "copied", archive) as copied:
        assert answers(copied)[:-1] == right[:-1]
        assert copied.behind() == [THREE]
        copied.follow_many(())
        assert copied.behind() == []
        assert keys(copied.search("李娜")) == [(THREE, None)]


# ── foreign and stale ────────────────────────────────────────────────────────────────────────────────────
def test_the_index_of_another_office_answers_nothing(index: Index, archive: MemoryArchive) -> None:
    """«bound to the workspace and its ledger head»."""
    other = MemoryArchive(dict(archive.cases), dict(archive.texts))
    other.chains = archive.chains
    other.trail.events += [digest("another ledger"), digest("ledger 2")]
    with Index(index._folder, other) as foreign:
        with pytest.raises(ForeignIndex, match="另一个档案库"):
            foreign.search("王秀兰")
        with pytest.raises(ForeignIndex):
            foreign.find_cases("王秀兰")
        assert foreign.known_heads()  # what it remembers is still asked for by ``verify``
        foreign.rebuild()
        assert foreign.search("王秀兰").total


def test_an_archive_older_than_its_index_is_not_asked_for(index: Index, archive: MemoryArchive) -> None:
    archive.trail.events.append(digest("ledger 3"))
    index.follow_many(())
    archive.trail.events.pop()
    index.close()
    with pytest.raises(ForeignIndex, match="第 3 个事件"):
        index.search("王秀兰")


def test_what_changed_and_was_not_followed_is_known_until_it_is(index: Index, archive: MemoryArchive) -> None:
    """«a "behind" mark survives kills and is told by every search until healed»."""
    assert index.behind() == []
    archive.file(ONE, "绝无仅有")
    archive.trail.marked.add(ONE)
    assert index.behind() == [ONE]
    archive.open(THREE, "李娜")
    index.follow(THREE)
    assert index.behind() == [], "whoever writes next follows what was missed"
    assert keys(index.search("绝无仅有")) == [(ONE, "0002")]


# ── the disk ─────────────────────────────────────────────────────────────────────────────────────────────
def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_full_in_a_rebuild_is_said_and_leaves_nothing(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """«`.part` is removed on failure»; a full disk is no damage."""
    right = answers(index)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _full)
        with pytest.raises(IndexNotWritten, match="磁盘已满") as caught:
            index.rebuild()
    assert caught.value.code == "E402"
    assert not list(index._folder.glob("*.part"))
    assert answers(index) == right


def test_a_disk_full_when_following_keeps_the_answers_and_what_is_missed(
    index: Index, archive: MemoryArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = answers(index)
    archive.file(ONE, "绝无仅有")
    archive.trail.marked.add(ONE)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _full)
        with pytest.raises(IndexNotWritten, match="磁盘已满"):
            index.follow(ONE)
    index.close()
    assert index.behind() == [ONE]
    assert answers(index)[0] == right[0]
    index.follow_many(())
    assert keys(index.search("绝无仅有")) == [(ONE, "0002")]
    assert index.damaged() == []


@pytest.mark.parametrize("place", ["merging.write", "filelock.try_for"])
def test_a_writer_that_could_not_begin_leaves_no_lock(
    index: Index, archive: MemoryArchive, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """“A commit stands whatever becomes of the index”: a program that goes on, as the watcher does, still holding the error, writes again."""
    archive.file(ONE, "低保 申请")
    monkeypatch.setattr(whoosh, "WRITER_TIMEOUT_S", 0)
    module, name = getattr(whoosh, place.partition(".")[0]), place.partition(".")[2]
    real = getattr(module, name)

    def full(*args: object, **more: object) -> object:
        real(*args, **more)
        raise OSError(errno.ENOSPC, "disk full")

    with monkeypatch.context() as patch:
        patch.setattr(module, name, full)
        with pytest.raises(IndexNotWritten, match="磁盘已满") as caught:
            index.follow(ONE)
    index.follow(ONE)
    assert not index.drift() and caught.value.__cause__ is not None


def test_what_sqlite_is_refused_by_the_disk_is_no_damage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "small.db")) as db:
        db.execute("PRAGMA max_page_count = 4")
        db.execute("CREATE TABLE t (x)")
        with pytest.raises(sqlite3.OperationalError) as full:
            db.execute("INSERT INTO t VALUES (zeroblob(99999))")
    assert isinstance(databases.fault_of(full.value), IndexNotWritten)
    (tmp_path / "none.db").write_bytes(b"no database at all, but long enough to be read as one" * 99)
    with closing(sqlite3.connect(tmp_path / "none.db")) as db, pytest.raises(sqlite3.DatabaseError) as bad:
        db.execute("SELECT * FROM t")
    assert not isinstance(databases.fault_of(bad.value), IndexNotWritten)


def test_an_index_nobody_can_write_answers(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """«opened read-only for questions»: on a disk where not even shared memory can be made beside the file."""
    right = answers(index)
    index.close()
    for beside in folder(index).glob(f"{CATALOGUE}-*"):
        beside.unlink()
    really: Callable[..., sqlite3.Connection] = databases._connect

    def read_only(name: str, *wait: float) -> sqlite3.Connection:
        if "immutable" not in name:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return really(name, *wait)

    before = {p: p.stat().st_mtime_ns for p in files(index)}
    monkeypatch.setattr(databases, "_connect", read_only)
    assert answers(index) == right
    with pytest.raises(IndexNotWritten):
        index.follow_many((ONE,))
    index.close()
    assert {p: p.stat().st_mtime_ns for p in files(index)} == before


def test_a_question_writes_nothing(index: Index) -> None:
    index.close()
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino, p.stat().st_size) for p in files(index)}
    answers(index)
    with pytest.raises(IndexFault):
        index.ask(lambda catalogue: catalogue.select("DELETE FROM docs"))
    index.close()
    assert {p: (p.stat().st_mtime_ns, p.stat().st_ino, p.stat().st_size) for p in files(index)} == before


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_an_index_that_others_may_write_is_not_opened(index: Index) -> None:
    """«owner and modes are checked before anything pickled is opened»."""
    index.close()
    toc = next((folder(index) / TEXT).glob("*.toc"))
    toc.chmod(0o666)
    answers(index)  # nobody else comes to it: index/ is ours alone
    index.close()
    index._folder.chmod(0o755)
    for path, mode in ((toc, 0o662), (toc.parent, 0o777), (index._folder, 0o775)):
        toc.chmod(0o600)
        path.chmod(mode)
        with pytest.raises(IndexFault, match="改写") as caught:
            index.search("家庭经济")
        assert caught.value.file is not None and caught.value.file.startswith("index")
        path.chmod(0o700)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_an_index_of_another_account_is_not_opened(index: Index) -> None:
    index.close()
    os.chown(index._folder, 12345, -1)
    with pytest.raises(IndexFault, match="另一个帐户"):
        index.search("家庭经济")


# ── purged ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("how", ["record", "case"])
def test_what_is_taken_away_is_in_no_byte_of_the_folder(
    index: Index, archive: MemoryArchive, how: str
) -> None:
    """«purged text is gone from every byte (VACUUM), tested by grep over the folder»."""
    secrets = ("赵钱孙", "zebrazebra", "绝无仅有路九号")
    archive.open(THREE, "李娜" if how == "record" else "赵钱孙")
    archive.file(THREE, "zebrazebra 赵钱孙 绝无仅有路九号", title="zebrazebra")
    index.follow(THREE)
    for number in range(10, 30):  # so that pages are shared, split and freed
        archive.open(make_number(number), "王秀兰")
        archive.file(make_number(number), "家庭经济状况核对")
    index.catch_up()
    assert any(b"zebrazebra" in path.read_bytes() for path in files(index))
    if how == "record":
        archive.put(replace(archive.cases[THREE], records={}))
        index.follow(THREE)
    else:
        archive.drop(THREE)
        index.remove(CaseNo.parse(str(THREE)))
    for path in index._folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in secrets:
                assert secret.encode() not in data, (path, secret)
    assert index.damaged() == []
