"""A chain that is in memory is not read again, and says the same as one that is: what changed on the disk is noticed."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.errors import IntegrityAlarm
from archivist.model.event import Event, FileEntry, Op
from archivist.model.ids import Sha256
from archivist.store import Archive, Draft, bag, chain
from archivist.store.chain import Chain
from tests.sampling import examples
from tests.store.kit import NUMBER, STAMP, add_file, new_archive, open_wang, same_salt

INFO = Sha256("e" * 64)
PATHS = st.tuples(
    st.sampled_from(["data/01 申请", "data/02 审核", "text", "events"]),
    st.text(st.sampled_from("0a%\r\n 申~é\U00020000"), min_size=1, max_size=4),
).map("/".join)


def whole(current: Chain) -> tuple[bytes, bytes]:
    """Return both manifests made of all files at once, as docs/formats.md says."""
    digests = {path: digest for path, (digest, _) in current.files.items()}
    payload = bag.manifest({p: d for p, d in digests.items() if bag.is_payload(p)})
    tags = {p: d for p, d in digests.items() if not bag.is_payload(p)}
    tags |= {f"events/{event.seq:06d}.json": digest for event, digest in current.events}
    tags |= {"bagit.txt": bag.sha256(bag.DECLARATION), "bag-info.txt": INFO}
    return payload, bag.manifest(tags | {"manifest-sha256.txt": bag.sha256(payload)})


@settings(max_examples=examples(20, 600), deadline=None)
@given(
    st.lists(st.tuples(st.lists(PATHS, max_size=3, unique=True), st.integers(0, 3), st.integers(0, 3))),
    st.data(),
)
def test_manifests_grow_to_what_all_files_at_once_give(
    changes: list[tuple[list[str], int, int]], data: st.DataObject
) -> None:
    """formats.md: `manifest-sha256.txt`, `tagmanifest-sha256.txt`: every payload file; every other file."""
    current, digests = Chain("x"), (f"{n:064x}" for n in itertools.count())
    for added, moved, removed in changes:
        there = sorted(current.files)
        chosen = data.draw(st.permutations(there)) if there else []
        moves = [(path, f"{path}'{current.seq}") for path in chosen[:moved]]
        gone = chosen[moved : moved + removed]
        new = [p for p in added if p not in current.files]
        event = Event(
            current.seq + 1, current.head, "", "x", Op.RECORD_FILED, {}, case="x",
            files=tuple(FileEntry(p, Sha256(next(digests)), 1) for p in new),
            moves=tuple(moves), removed=tuple(gone),
        )  # fmt: skip
        before = current.manifests(INFO)
        after = current.copy()
        after.append(event, Sha256(next(digests)))
        assert after.manifests(INFO) == whole(after)
        assert current.manifests(INFO) == before == whole(current), "a copy grows by itself"
        current = after


def edited(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)


def edited_and_dated_back(path: Path) -> None:
    was = path.stat()
    edited(path)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def replaced(path: Path) -> None:
    other = path.parent.parent / "other"
    other.write_bytes(path.read_bytes().replace(b"\xe7", b"\xe8", 1))
    other.replace(path)


def linked(path: Path) -> None:
    other = path.parent.parent / "other"
    other.write_bytes(path.read_bytes()[:-2])
    path.unlink()
    path.symlink_to(other)


def removed(path: Path) -> None:
    path.unlink()


def doubled(path: Path) -> None:
    shutil.copyfile(path, path.parent / "000099.json")


TAMPERED = [edited, edited_and_dated_back, replaced, linked, removed, doubled]


def seven_events(folder: Path) -> Archive:
    archive = new_archive(folder)
    open_wang(archive)
    for n in range(6):
        add_file(archive, folder, f"{n}.pdf", b"%PDF 1" + bytes([n]))
    return archive


@pytest.mark.skipif(os.name == "nt", reason="makes links and edits files of another's times")
@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("how", TAMPERED)
@pytest.mark.parametrize("seq", [1, 3, 7])
def test_what_is_done_to_an_event_is_noticed_by_the_next_commit(
    tmp_path: Path, how: Callable[[Path], None], seq: int, at_once: bool
) -> None:
    """“not read again as long as size, times and inode of its files say that nobody wrote to them”: whoever did is seen."""
    archive = seven_events(tmp_path)
    if not at_once:
        time.sleep(0.15)  # old enough that their times alone are asked
    archive.read(NUMBER)
    archive.read(NUMBER)
    if how is removed and seq == 7:
        pytest.skip("a cut chain is a shorter chain, see preservation.anchors")
    how(archive.folder(NUMBER) / chain.EVENTS / chain.event_name(seq))
    manifests = [(archive.folder(NUMBER) / name).read_bytes() for name in (bag.MANIFEST, bag.TAG_MANIFEST)]
    with pytest.raises(IntegrityAlarm):
        archive.commit(NUMBER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}), STAMP)
    assert manifests == [
        (archive.folder(NUMBER) / name).read_bytes() for name in (bag.MANIFEST, bag.TAG_MANIFEST)
    ]


@pytest.mark.parametrize("seq", range(1, 8))
def test_in_a_long_chain_every_event_has_its_turn(
    tmp_path: Path, seq: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“In a chain of more than ``LOOKED_AT`` events these are asked of so many files at a time, in turn.” None is left out."""
    monkeypatch.setattr(chain, "LOOKED_AT", 2)
    archive = seven_events(tmp_path)
    time.sleep(0.15)
    for _ in range(4):
        archive.read(NUMBER)
    edited(archive.folder(NUMBER) / chain.EVENTS / chain.event_name(seq))
    with pytest.raises(IntegrityAlarm):
        for _ in range(4):
            archive.read(NUMBER)


@pytest.mark.parametrize("name", [bag.MANIFEST, bag.TAG_MANIFEST])
def test_a_manifest_is_compared_before_it_is_replaced(tmp_path: Path, name: str) -> None:
    """“the bag is not as its chain says; nothing was written” holds of a chain in memory too."""
    archive = seven_events(tmp_path)
    edited(archive.folder(NUMBER) / name)
    with pytest.raises(IntegrityAlarm):
        archive.commit(NUMBER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}), STAMP)


CHANGES = st.lists(
    st.tuples(st.sampled_from(["file", "facts", "number", "start"]), st.booleans()), max_size=8
)


@settings(max_examples=examples(8, 60), deadline=None)
@given(CHANGES)
def test_memory_changes_no_byte(changes: list[tuple[str, bool]]) -> None:
    """The same acts leave the same archive, whatever the process remembers of it."""
    with tempfile.TemporaryDirectory() as folder, same_salt():
        left = [after(Path(folder) / name, changes, name == "with") for name in ("with", "without")]
    assert left[0] == left[1]


def after(folder: Path, changes: list[tuple[str, bool]], remembering: bool) -> dict[str, bytes]:
    """Do some acts; return every file of the archive."""
    folder.mkdir()
    archive = new_archive(folder)
    archive.allocate("TJHQ-DB", 2024, STAMP)
    open_wang(archive)
    for n, (what, forgotten) in enumerate(changes):
        if forgotten or not remembering:
            chain.forget()
        match what:
            case "file":
                data = {"record": {"no": archive.read(NUMBER).next_record(), "type": "other", "title": "其他", "folder": "01",
                                   "status": "filed"}}  # fmt: skip
                archive.commit(NUMBER, lambda _, data=data: Draft(Op.RECORD_FILED, data), STAMP)  # type: ignore[misc]
            case "facts":
                village = {"applicant": {"name": "王秀兰", "village": f"第{n}社区"}}
                archive.commit(NUMBER, lambda _, v=village: Draft(Op.FACTS_CHANGED, {"facts": v}), STAMP)  # type: ignore[misc]
            case "number":
                archive.allocate("文号 样", 2024, STAMP)
            case _:
                archive = Archive(archive.root)
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in archive.root.rglob("*") if path.is_file()
    }
