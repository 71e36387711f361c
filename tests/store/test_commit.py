"""The commit protocol: what is acknowledged is there, what is not leaves no trace."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import bagit
import pytest

from archivist.errors import (
    ArchiveError,
    ArchiveLocked,
    CaseNotFound,
    IntegrityAlarm,
    UnreadableFile,
    WriteFailed,
)
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.store import Archive, Draft, NewFile, Original, Stamp
from tests.store.kit import NUMBER, STAMP, add_file, new_archive, open_wang


def test_a_case_is_a_bag_that_strangers_can_check(tmp_path: Path) -> None:
    """RFC 8493: a complete bag has every file in its manifests with the right digest."""
    archive = new_archive(tmp_path)
    open_wang(archive)
    for n in range(3):
        add_file(archive, tmp_path, f"第{n}份 100%.pdf", b"payload %d" % n)
    folder = archive.folder(NUMBER)
    assert bagit.Bag(str(folder)).validate()
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "manifest-sha256.txt"], cwd=folder, check=True, capture_output=True
    )
    assert done.stdout.count(b": OK") == 3
    assert (folder / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def test_payload_is_read_only_and_private(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    open_wang(archive)
    add_file(archive, tmp_path, "a.pdf", b"x")
    folder = archive.folder(NUMBER)
    (payload,) = (p for p in (folder / "data").rglob("*") if p.is_file())
    assert stat.S_IMODE(payload.stat().st_mode) == 0o400
    assert stat.S_IMODE(payload.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "events/000001.json").stat().st_mode) == 0o600


def test_state_is_a_fold_over_the_events_alone(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    open_wang(archive)
    add_file(archive, tmp_path, "a.pdf", b"x")
    case = Archive(archive.root).read(NUMBER)
    assert case.applicant_name == "王秀兰"
    assert list(case.records) == ["0001"]
    assert archive.source_name(NUMBER, case.records[RecordNo("0001")]) == "a.pdf"
    assert archive.head(NUMBER) == (case.seq, case.head)


def test_no_personal_name_stands_in_a_path(tmp_path: Path) -> None:
    """Personal data never stands in paths of a case."""
    archive = new_archive(tmp_path)
    open_wang(archive)
    add_file(archive, tmp_path, "王秀兰 身份证.pdf", b"x")
    assert not [p for p in archive.cases.rglob("*") if "王秀兰" in p.name]


def test_numbers_are_never_given_twice(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    assert list(archive.allocate("TJHQ-DB", 2024, STAMP)) == [1]
    assert list(archive.allocate("TJHQ-DB", 2024, STAMP, 3)) == [2, 3, 4]
    assert list(archive.allocate("TJHQ-TK", 2024, STAMP)) == [1]
    assert list(archive.allocate("TJHQ-DB", 2025, STAMP)) == [1]
    assert list(Archive(archive.root).allocate("TJHQ-DB", 2024, STAMP)) == [5]
    assert bagit.Bag(str(archive.ledger / "2024")).validate()


def test_two_archives_in_turn_see_each_others_numbers(tmp_path: Path) -> None:
    one = new_archive(tmp_path)
    two = Archive(one.root)
    taken = [a.allocate("TJHQ-DB", 2024, STAMP)[0] for a in (one, two, one, one, two)]
    assert taken == [1, 2, 3, 4, 5]


def test_a_chain_that_was_edited_is_an_alarm(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    open_wang(archive)
    add_file(archive, tmp_path, "a.pdf", b"x")
    path = archive.folder(NUMBER) / "events/000001.json"
    data = path.read_bytes()
    path.write_bytes(data.replace("王秀兰".encode(), "王秀芝".encode()))
    with pytest.raises(IntegrityAlarm, match="000002"):
        archive.read(NUMBER)


def test_a_bag_whose_manifest_was_changed_takes_no_writes(tmp_path: Path) -> None:
    """Nothing pending and manifests unlike the chain: an alarm, never repaired silently."""
    archive = new_archive(tmp_path)
    open_wang(archive)
    add_file(archive, tmp_path, "a.pdf", b"x")
    manifest = archive.folder(NUMBER) / "manifest-sha256.txt"
    manifest.write_bytes(b"")
    before = sorted(p.name for p in archive.folder(NUMBER).rglob("*"))
    with pytest.raises(IntegrityAlarm, match="manifest"):
        add_file(archive, tmp_path, "b.pdf", b"y")
    assert sorted(p.name for p in archive.folder(NUMBER).rglob("*")) == before


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = new_archive(tmp_path)
    open_wang(archive)
    before = {p: p.read_bytes() for p in archive.folder(NUMBER).rglob("*") if p.is_file()}
    real = os.write

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(WriteFailed, match="没有"):
        add_file(archive, tmp_path, "a.pdf", b"x", lock=False)
    monkeypatch.setattr(os, "write", real)
    assert {p: p.read_bytes() for p in archive.folder(NUMBER).rglob("*") if p.is_file()} == before
    assert (tmp_path / "a.pdf").read_bytes() == b"x"
    add_file(archive, tmp_path, "b.pdf", b"y")
    assert bagit.Bag(str(archive.folder(NUMBER))).validate()


def test_an_original_that_changed_after_reading_is_not_filed(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    open_wang(archive)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"first")
    original = Original.of(path, "a.pdf")
    path.write_bytes(b"second")
    with pytest.raises(UnreadableFile, match="变动"):
        archive.commit(NUMBER, lambda c: _record(c.next_record(), original), STAMP)
    assert not original.remove(archive.work)
    assert path.read_bytes() == b"second"
    assert archive.read(NUMBER).records == {}


def test_a_link_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s")
    (tmp_path / "a.pdf").symlink_to(tmp_path / "secret")
    with pytest.raises(UnreadableFile):
        Original.of(tmp_path / "a.pdf", "a.pdf")


def test_the_lock_names_its_owner(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    other = Archive(archive.root, wait_s=0.1)
    with archive.writing("甲"), pytest.raises(ArchiveLocked, match="甲"):
        other.allocate("TJHQ-DB", 2024, STAMP)
    assert other.allocate("TJHQ-DB", 2024, STAMP) == (1,)


def test_an_unknown_case_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(CaseNotFound, match="TJHQ-DB-2024-000009"):
        new_archive(tmp_path).read(CaseNo.parse("TJHQ-DB-2024-000009"))


def test_a_change_that_does_not_fit_the_state_is_refused_before_writing(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    open_wang(archive)
    with pytest.raises(ArchiveError):
        archive.commit(NUMBER, lambda _: Draft(Op.RECORD_FILED, {"record": {"no": "0009"}}), STAMP)
    assert archive.read(NUMBER).seq == 1


def test_a_copy_of_the_archive_without_empty_folders_still_works(tmp_path: Path) -> None:
    """Zip and git drop empty folders; ``pending`` is one."""
    archive = new_archive(tmp_path)
    open_wang(archive)
    shutil.rmtree(archive.folder(NUMBER) / "pending")
    add_file(Archive(archive.root), tmp_path, "a.pdf", b"x")


def test_the_clock_going_backwards_harms_nothing(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    open_wang(archive)
    past = Stamp(By("经办", STAMP.by.time - dt.timedelta(days=400)))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    archive.commit(NUMBER, lambda c: _record(c.next_record(), Original.of(path, "a.pdf")), past)
    assert Archive(archive.root).read(NUMBER).seq == 2


def test_events_are_plain_json_a_stranger_can_read(tmp_path: Path) -> None:
    archive = new_archive(tmp_path)
    open_wang(archive)
    event = json.loads((archive.folder(NUMBER) / "events/000001.json").read_text(encoding="utf-8"))
    assert event["op"] == "case_opened"
    assert event["time"] == "2024-03-04T09:00:00+08:00"
    assert event["prev"] == "0" * 64
    assert event["data"]["facts"]["applicant"]["name"] == "王秀兰"


def _record(no: RecordNo, original: Original) -> Draft:
    entry = {"no": no, "type": "other", "title": "其他材料", "folder": "01 申请", "status": "filed"}
    return Draft(
        Op.RECORD_FILED, {"record": entry}, files=(NewFile(f"data/01 申请/{no} 其他材料.pdf", original, no),)
    )
