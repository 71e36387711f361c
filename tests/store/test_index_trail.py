"""An event that is damaged where it stands is in the ledger still; one that is another, or none, is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archivist.model.event import Op
from archivist.store import Archive, bag
from archivist.store.index_trail import LedgerPlace
from tests.sampling import sample
from tests.store.kit import STAMP, new_archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Its ledger has three events; the last names a file of the clerk's in words."""
    made = new_archive(tmp_path)
    made.allocate("文号 样", 2024, STAMP)
    made.note(
        Op.VERIFIED, {"quick": True, "checked": [], "files": 0, "bytes": 0, "findings": []}, STAMP, "例行核对"
    )
    return made


def last(archive: Archive) -> tuple[Path, LedgerPlace]:
    end = archive.trail.end()
    assert end is not None
    return archive.ledger / "2024" / "events" / f"{end.seq:06d}.json", end


def test_one_bad_bit_in_the_last_event_stops_no_search(archive: Archive) -> None:
    """«one bad bit that stops nothing»: the manifest says which event stood there."""
    path, end = last(archive)
    whole = path.read_bytes()
    for bit in sample(range(8 * len(whole)), 1 / 20, "bits of the ledger's last event", ends=True):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        assert archive.trail.holds(end), bit
    path.write_bytes(whole[:-7])
    assert archive.trail.holds(end), "cut short is damaged too"


def test_an_event_that_never_stood_there_is_not_held(archive: Archive) -> None:
    """«bound to the workspace and its ledger head»: of another archive, ahead of this one, or put back with its manifest."""
    path, end = last(archive)
    assert not archive.trail.holds(end._replace(seq=end.seq + 1))
    assert not archive.trail.holds(end._replace(digest=bag.sha256(b"another")))
    plain = json.loads(path.read_bytes())
    other = json.dumps({**plain, "reason": "另一件事"}, ensure_ascii=False).encode()
    path.write_bytes(other)
    manifest = path.parent.parent / bag.TAG_MANIFEST
    tags = bag.parse_manifest(manifest.read_bytes())
    tags[f"events/{path.name}"] = bag.sha256(other)
    manifest.write_bytes(bag.manifest(tags))
    assert not archive.trail.holds(end)
    path.unlink()
    assert not archive.trail.holds(end)
