"""The year's checkpoint saves reading, and nothing else: the ledger is the same with it, without it, with a bad one."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.errors import IntegrityAlarm
from archivist.model.event import Op
from archivist.model.reference_numbers import ReferenceNumber
from archivist.store import Archive, bag, chain, durable_files, ledger_checkpoints, notes
from archivist.store.bag_fixity import check_bag
from archivist.store.ledger_checkpoints import LedgerState
from tests.sampling import drawn, examples
from tests.store.kit import STAMP, same_salt

SEQUENCE = "文号 样"


def office(folder: Path) -> Archive:
    archive = Archive(folder / "archive", checkpoints=folder / "index/checkpoints")
    archive.create()
    return archive


def checkpoint(archive: Archive) -> Path:
    return archive.root.parent / "index/checkpoints/ledger-2024.json"


def anew(archive: Archive) -> Archive:
    """Return the archive as another process opens it."""
    chain.forget()
    return office(archive.root.parent)


def ledger(archive: Archive) -> dict[str, bytes]:
    return {
        str(p.relative_to(archive.ledger)): p.read_bytes() for p in archive.ledger.rglob("*") if p.is_file()
    }


def was_read_whole(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a list that tells of each year that is read as a whole from now on."""
    real, found = LedgerState.whole, list[Path]()

    def whole(folder: Path) -> LedgerState:
        found.append(folder)
        return real(folder)

    monkeypatch.setattr(LedgerState, "whole", whole)
    return found


def numbers(archive: Archive, count: int = 1) -> tuple[int, ...]:
    return archive.allocate(SEQUENCE, 2024, STAMP, count)


def test_another_process_goes_on_without_reading_the_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“so that not all of it is read again”, and the numbers go on."""
    archive = office(tmp_path)
    assert numbers(archive, 5) == (1, 2, 3, 4, 5)
    read, whole = was_read_whole(monkeypatch), list[str]()
    real = durable_files.read

    def told(path: str) -> bytes:
        whole.append(path)
        return real(path)

    monkeypatch.setattr(durable_files, "read", told)
    for n in range(6, 9):
        assert numbers(anew(archive)) == (n,)
    assert read == []
    assert len({path for path in whole if "/events/" in path}) == 3, "the newest alone"
    assert check_bag(archive.ledger / "2024").findings == ()


# ── what is not believed ─────────────────────────────────────────────────────────────────────────────────
def flipped(path: Path) -> None:
    rng, data = random.Random(drawn("bit")), bytearray(path.read_bytes())
    if data:  # an older one may have been empty
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def forged(**keys: object) -> Callable[[Path], None]:
    def forge(path: Path) -> None:
        path.write_bytes(notes.seal(json.loads(path.read_bytes()) | keys))

    return forge


def without_digest(path: Path) -> None:
    note = json.loads(path.read_bytes())
    del note["digest"]
    path.write_bytes(json.dumps(note).encode())


BAD: list[Callable[[Path], object]] = [
    flipped,
    without_digest,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(b"\xff\x00" * 50),
    lambda path: path.write_bytes(b"[" * 100_000),
    lambda path: path.write_bytes(path.read_bytes()[:-20]),
    lambda path: path.unlink(),
    forged(seq=0),
    forged(seq=2),
    forged(seq=-1),
    forged(seq=10**15),
    forged(head="0" * 64),
    forged(program="0.0.0"),
    forged(format=99),
    forged(bag="ledger-2023"),
    forged(folder=[1, 2, 3, 4, 5]),
    forged(folder=[1]),
    forged(written_ns=0),
    forged(info="0" * 64),
    forged(manifests=["0" * 64, "0" * 64]),
    forged(manifests=[]),
    forged(ends={"last": {}, "by_hand": {"x": ["y"]}}),
]


@pytest.mark.parametrize("harm", range(len(BAD)))
def test_a_bad_checkpoint_is_not_believed(tmp_path: Path, harm: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """“one that is missing, damaged, of another program, or of another moment is not used, and the year is read as a whole”."""
    archive = office(tmp_path)
    numbers(archive, 3)
    numbers(archive, 2)
    BAD[harm](checkpoint(archive))
    read = was_read_whole(monkeypatch)
    assert numbers(anew(archive)) == (6,)
    assert read == [archive.ledger / "2024"]
    assert numbers(anew(archive)) == (7,)
    assert len(read) == 1, "it is made again"


def test_an_older_checkpoint_is_not_believed(tmp_path: Path) -> None:
    """A checkpoint put back from a backup would give numbers twice."""
    archive = office(tmp_path)
    numbers(archive, 3)
    older = checkpoint(archive).read_bytes()
    numbers(archive, 4)
    checkpoint(archive).write_bytes(older)
    assert numbers(anew(archive)) == (8,)


def test_an_older_ledger_is_not_believed_to_be_the_newer(tmp_path: Path) -> None:
    """The ledger put back from a backup: the index is ahead of it, and is not asked."""
    archive = office(tmp_path)
    numbers(archive, 3)
    shutil.copytree(archive.ledger / "2024", tmp_path / "backup")
    numbers(archive, 4)
    shutil.rmtree(archive.ledger / "2024")
    shutil.copytree(tmp_path / "backup", archive.ledger / "2024")
    assert numbers(anew(archive)) == (4,)


# ── what is done to the ledger itself ────────────────────────────────────────────────────────────────────
def edited(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"2024", b"2025", 1))


def edited_and_dated_back(path: Path) -> None:
    was = path.stat()
    edited(path)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def doubled(path: Path) -> None:
    shutil.copyfile(path, path.with_name("000099.json"))


@pytest.mark.parametrize("how", [edited, edited_and_dated_back, doubled, Path.unlink])
@pytest.mark.parametrize("seq", [1, 2, 4])
@pytest.mark.parametrize("restarted", [True, False])
def test_what_is_done_to_the_ledger_is_an_alarm_as_without(
    tmp_path: Path, how: Callable[[Path], None], seq: int, restarted: bool
) -> None:
    """“of the files there none that is asked was written to since”: the alarm is that of a whole reading."""
    archive = office(tmp_path)
    for _ in range(3):
        numbers(archive)
    if how is Path.unlink and seq == 4:
        pytest.skip("a cut chain is a shorter chain, see preservation.anchors")
    time.sleep(0.03)  # past the tick of the clock of files
    how(archive.ledger / "2024/events" / chain.event_name(seq))
    before = ledger(archive)
    with pytest.raises(IntegrityAlarm):
        numbers(anew(archive) if restarted else archive)
    assert ledger(archive) == before


@pytest.mark.parametrize("name", [bag.MANIFEST, bag.TAG_MANIFEST])
def test_a_manifest_that_was_changed_is_an_alarm(tmp_path: Path, name: str) -> None:
    """“both manifests too”."""
    archive = office(tmp_path)
    numbers(archive)
    path = archive.ledger / "2024" / name
    path.write_bytes(path.read_bytes() + b"0" * 64 + b"  data/x\n")
    with pytest.raises(IntegrityAlarm):
        numbers(anew(archive))


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seq", range(1, 10))
def test_in_a_long_year_every_event_has_its_turn(
    tmp_path: Path, seq: int, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“a stretch of the chain, which moves on with each event and comes round”, of what was read and what was written since."""
    monkeypatch.setattr(ledger_checkpoints, "_ASKED", 3)
    archive = office(tmp_path)
    for n in range(8):
        if n == 4 and whole:
            checkpoint(archive).unlink()
            archive = anew(archive)
        numbers(archive)
    time.sleep(0.03)
    edited(archive.ledger / "2024/events" / chain.event_name(seq))
    with pytest.raises(IntegrityAlarm):
        for _ in range(6):
            numbers(anew(archive))
    manifest = (archive.ledger / "2024" / bag.TAG_MANIFEST).read_text("utf-8")
    assert bag.sha256((archive.ledger / "2024/events" / chain.event_name(seq)).read_bytes()) not in manifest


# ── the same with and without ────────────────────────────────────────────────────────────────────────────
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["take", "many", "hand", "lost", "note", "start"]),
        st.sampled_from(["", "", "", "gone", "flipped", "older", "memory"]),
    ),
    max_size=12,
)


@settings(max_examples=examples(10, 100), deadline=None)
@given(ACTS)
def test_a_checkpoint_changes_no_byte(acts: list[tuple[str, str]]) -> None:
    """The same acts leave the same ledger, whatever becomes of the checkpoint in between."""
    with tempfile.TemporaryDirectory() as folder, same_salt():
        left = [done(Path(folder) / name, acts, name == "with") for name in ("with", "without")]
    assert left[0] == left[1]


def done(folder: Path, acts: list[tuple[str, str]], keeping: bool) -> dict[str, bytes]:
    """Do some acts; return every file of the ledger."""
    folder.mkdir()
    archive, older = office(folder), b""
    for n, (act, harm) in enumerate(acts):
        path = checkpoint(archive)
        if not keeping:
            archive = Archive(archive.root)
            chain.forget()
        elif path.exists():
            match harm:
                case "gone":
                    path.unlink()
                case "flipped":
                    flipped(path)
                case "older":
                    path.write_bytes(older)
                case "memory":
                    archive = anew(archive)
            older = path.read_bytes() if path.exists() else b""
        match act:
            case "take" | "many":
                numbers(archive, 1 if act == "take" else 3)
            case "hand" | "lost":
                with archive.taking_numbers(STAMP) as run, archive.writing("x"):
                    if act == "hand":
                        chosen = ReferenceNumber("样", 2024, 40 + n)
                        archive.runs.take_by_hand(run, chosen, {"document": "other"}, STAMP)
                        run.bear(chosen)
                    else:
                        archive.runs.take(run, SEQUENCE, 2024, 2, {"document": "other"}, STAMP)
            case "note":
                archive.note(Op.VERIFIED, {"checked": [], "quick": True, "findings": []}, STAMP)
            case _:
                archive = anew(archive) if keeping else archive
    selected = [*archive.ledger_events(Op.VERIFIED, Op.LEDGER_OPENED)]
    assert selected == [e for e in archive.ledger_events() if e.op in (Op.VERIFIED, Op.LEDGER_OPENED)]
    return ledger(archive)
