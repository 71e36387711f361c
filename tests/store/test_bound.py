"""Every event names the bag it belongs to, and counts in no other one."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from archivist.errors import IntegrityAlarm
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import BOUND_FROM, Event, Op
from archivist.model.ids import CaseNo, Category
from archivist.store import Archive, Draft, bag, chain
from archivist.store.bag_fixity import FixityFault, check_bag
from tests.store.kit import NUMBER, STAMP, add_file, new_archive, open_wang

OTHER = CaseNo("TJHQ", Category.DB, 2024, 77)
CHECKED = {"quick": True, "checked": [], "files": 0, "bytes": 0, "findings": []}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """One household with one paper."""
    made = new_archive(tmp_path)
    made.allocate("TJHQ-DB", 2024, STAMP)
    open_wang(made)
    add_file(made, tmp_path, "a.pdf", b"%PDF a")
    return made


def rewrite(folder: Path, seq: int, **more: Any) -> None:
    """Write an event anew with other values, and all that follows it, with the manifests; ``None`` takes a key out."""
    prev = ""
    tags = bag.parse_manifest((folder / bag.TAG_MANIFEST).read_bytes())
    for n, name in enumerate(chain.event_names(folder), 1):
        path = folder / chain.EVENTS / name
        plain = json.loads(path.read_bytes())
        plain |= more if n == seq else {}
        plain["prev"] = prev or plain["prev"]
        plain = {k: v for k, v in plain.items() if v is not None}
        data = (json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
        path.write_bytes(data)
        prev = bag.sha256(data)
        tags[f"{chain.EVENTS}/{name}"] = prev
    (folder / bag.TAG_MANIFEST).write_bytes(bag.manifest(tags))


def test_every_event_names_its_bag(archive: Archive) -> None:
    """The External-Identifier of the bag: case number, ``ledger-<year>``."""
    archive.note(Op.VERIFIED, CHECKED, STAMP)
    assert {e.case for e, _ in archive.chain(NUMBER).events} == {str(NUMBER)}
    (ledger,) = archive.ledger_folders()
    assert {e.case for e in archive.ledger_events()} == {f"ledger-{ledger.name}"}
    for folder, name in ((archive.folder(NUMBER), str(NUMBER)), (ledger, f"ledger-{ledger.name}")):
        info = (folder / bag.INFO).read_text(encoding="utf-8")
        assert f"External-Identifier: {name}\n" in info
        assert "BagIt-Profile-Identifier: https://" in info and "Archivist-Format: 2\n" in info


def test_an_event_counts_in_no_other_bag(archive: Archive) -> None:
    """An event of format 4 or later whose case is not the bag's is E202, naming the case it is of."""
    shutil.copytree(archive.folder(NUMBER), archive.cases / str(OTHER))
    with pytest.raises(IntegrityAlarm, match=f"000001.json 属于 {NUMBER}"):
        archive.read(OTHER)
    with pytest.raises(IntegrityAlarm, match=str(NUMBER)):
        archive.commit(OTHER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}), STAMP)
    assert archive.read(NUMBER).seq == 2
    with pytest.raises(ValueError, match=f"belongs to {NUMBER}"):
        apply(Case(OTHER), *archive.chain(NUMBER).events[0])


def test_after_a_bound_event_comes_none_that_is_not(archive: Archive) -> None:
    """A chain may not go back from format 4 to an event without ``case``."""
    rewrite(archive.folder(NUMBER), 2, format=BOUND_FROM - 1, case=None)
    with pytest.raises(IntegrityAlarm, match=r"000002\.json"):
        archive.read(NUMBER)
    assert FixityFault.CHAIN in {f.problem for f in check_bag(archive.folder(NUMBER)).findings}


def test_an_event_of_format_4_must_name_a_case(archive: Archive) -> None:
    """``ValueError`` when it is none."""
    plain = archive.chain(NUMBER).events[0][0].to_plain()
    assert Event.from_plain(plain).case == str(NUMBER)
    del plain["case"]
    with pytest.raises(ValueError, match="names no case"):
        Event.from_plain(plain)


def test_older_events_are_bound_from_the_first_newer_one_on(archive: Archive) -> None:
    """Old events first, then format 4: bound from there on; older ones stay readable for ever."""
    rewrite(archive.folder(NUMBER), 1, format=BOUND_FROM - 1, case=None)
    assert [e.case for e, _ in archive.chain(NUMBER).events] == ["", str(NUMBER)]
    archive.commit(NUMBER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}), STAMP)
    assert check_bag(archive.folder(NUMBER)).findings == ()


# ── no bag without payload ───────────────────────────────────────────────────────────────────────────────
def sha256sum(folder: Path) -> tuple[int, str]:
    """Check a bag without this program, as ``sha256sum -c`` does: a manifest without lines is an error."""
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", bag.MANIFEST, bag.TAG_MANIFEST],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not here")
def test_the_ledger_is_checked_without_the_program(archive: Archive) -> None:
    """The ledger's bag is never empty of payload (``sha256sum -c`` works on it too)."""
    archive.note(Op.VERIFIED, CHECKED, STAMP)
    for folder in (*archive.ledger_folders(), archive.folder(NUMBER)):
        assert sha256sum(folder) == (0, "")
        assert bag.parse_manifest((folder / bag.MANIFEST).read_bytes())


def test_a_ledger_of_before_is_given_its_leaflet_with_its_next_event(archive: Archive) -> None:
    """An ordinary file of an ordinary event."""
    archive.note(Op.VERIFIED, CHECKED, STAMP)
    (folder,) = archive.ledger_folders()
    rewrite(folder, 1, files=None, format=BOUND_FROM - 1, case=None)
    (folder / bag.LEAFLET).unlink()
    (folder / bag.MANIFEST).write_bytes(b"")
    tags = bag.parse_manifest((folder / bag.TAG_MANIFEST).read_bytes())
    tags[bag.MANIFEST] = bag.sha256(b"")
    (folder / bag.TAG_MANIFEST).write_bytes(bag.manifest(tags))
    assert check_bag(folder).findings == ()
    again = Archive(archive.root)
    for _ in range(2):
        again.note(Op.VERIFIED, CHECKED, STAMP)
    assert [[f.path for f in e.files] for e in again.ledger_events()] == [[], [], [], [bag.LEAFLET], []]
    assert "总账 2024 年" in (folder / bag.LEAFLET).read_text(encoding="utf-8")
    assert check_bag(folder).findings == ()


# ── whose bag it is ──────────────────────────────────────────────────────────────────────────────────────
def changed(archive: Archive, number: CaseNo = NUMBER) -> None:
    archive.commit(number, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}), STAMP)


def as_before(folder: Path) -> None:
    """Turn a case into one of before events named their case."""
    for seq in range(1, len(chain.event_names(folder)) + 1):
        rewrite(folder, seq, format=BOUND_FROM - 1, case=None)


def test_the_first_event_of_today_binds_a_case_of_before(archive: Archive) -> None:
    """Old cases are bound by an event at the first commit; until then ``bag-info.txt`` says whose they are."""
    as_before(archive.folder(NUMBER))
    shutil.copytree(archive.folder(NUMBER), archive.cases / str(OTHER))
    assert archive.read(OTHER).seq == 2, "nothing in its events contradicts it"
    with pytest.raises(IntegrityAlarm, match=f"bag-info.txt 写的是 {NUMBER}"):
        changed(archive, OTHER)
    changed(archive)
    assert [e.case for e, _ in archive.chain(NUMBER).events] == ["", "", str(NUMBER)]


def test_nothing_is_written_where_bag_info_was_made_to_fit(archive: Archive) -> None:
    """Its digest stands in the first event."""
    as_before(archive.folder(NUMBER))
    copy = archive.cases / str(OTHER)
    shutil.copytree(archive.folder(NUMBER), copy)
    info = (copy / bag.INFO).read_bytes().replace(str(NUMBER).encode(), str(OTHER).encode())
    (copy / bag.INFO).write_bytes(info)
    tags = bag.parse_manifest((copy / bag.TAG_MANIFEST).read_bytes())
    (copy / bag.TAG_MANIFEST).write_bytes(bag.manifest(tags | {bag.INFO: bag.sha256(info)}))
    with pytest.raises(IntegrityAlarm, match=r"bag-info\.txt 已被改动"):
        changed(archive, OTHER)


@pytest.mark.parametrize("place", ["", "events", "pending", "data", "data/01 申请"])
def test_nothing_is_written_through_a_link(archive: Archive, tmp_path: Path, place: str) -> None:
    """A writer refuses a case that is a link, and any of its folders that is one."""
    linked = archive.folder(NUMBER) / place
    before = sorted(p.name for p in linked.rglob("*"))
    shutil.move(linked, tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IntegrityAlarm, match="是链接"):
        add_file(archive, tmp_path, "b.pdf", b"%PDF b")
    assert sorted(p.name for p in (tmp_path / "elsewhere").rglob("*")) == before
    assert archive.read(NUMBER).seq == 2, "reading goes on"
