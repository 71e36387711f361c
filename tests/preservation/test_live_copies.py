"""“Live copies: documented order that is always restorable, and a test that takes 30 copies under load”.

The order (docs/clerk-guide.md): everything but events, manifests and what is pending; then the events; then the first again, without
deleting; then the manifests. An event that was copied was committed before; its files were in their places when the first or the third
round came by, or the event before it is the last that counts.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from archivist.errors import ArchiveError
from archivist.model.by import By
from archivist.model.ids import CaseNo
from archivist.preservation.losses import Decision
from archivist.preservation.restore import restore
from archivist.preservation.verification import verify
from archivist.store import Archive, bag, chain
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.preservation.test_backup import stop, writing
from tests.sampling import sample

COPIES = 30


def live_copy(source: Path, target: Path) -> None:
    """Copy a workspace at work in the documented order, as rsync does: what goes meanwhile is passed over."""
    rounds = (_beside_events, _is_event, _beside_events, _is_manifest)
    for wanted in rounds:
        for folder, folders, names in os.walk(source):
            folders[:] = sorted(f for f in folders if f not in ("pending", ".work", "index"))
            for name in sorted(names):
                path = Path(folder, name)
                inside = path.relative_to(source)
                there = target / inside
                if wanted(inside) and not there.exists():
                    there.parent.mkdir(parents=True, exist_ok=True)
                    try:
                        shutil.copyfile(path, there)
                    except FileNotFoundError:
                        there.unlink(missing_ok=True)


def _is_event(path: Path) -> bool:
    return path.parent.name == "events"


def _is_manifest(path: Path) -> bool:
    return path.name.endswith("manifest-sha256.txt")


def _beside_events(path: Path) -> bool:
    return not _is_event(path) and not _is_manifest(path) and path.name != ".lock"


def test_thirty_live_copies_under_load_can_each_be_restored(tmp_path: Path) -> None:
    """Each copy gives back every case and the ledger, no older than they were when the copy was begun: what was acknowledged then.

    Each is of an office of its own: one that is written to all the while would grow with every copy.
    """
    for n in sample(range(COPIES), 1 / 5, "live copies", ends=True):
        office, copy = tmp_path / f"ws{n}", tmp_path / f"copy{n}"
        with make_workspace(office) as made:
            number = open_household(made).number
        process = writing(office, number)
        try:
            archive = Archive(office / "archive")
            while (
                _listed(archive.folder(number)) < n + 2
            ):  # the writer is at work, and has come farther each time
                assert process.poll() is None
            begun = {number: _listed(archive.folder(number))}
            years = _listed(office / "archive/ledger/2024")
            live_copy(office, copy)
        finally:
            stop(process)
        _restorable(copy, tmp_path / f"new{n}", begun, years)
        for folder in (office, copy, tmp_path / f"new{n}"):
            shutil.rmtree(folder)


def _listed(folder: Path) -> int:
    """Return how many events a bag's manifest lists: what stands behind them was acknowledged to nobody yet."""
    tags = bag.parse_manifest((folder / bag.TAG_MANIFEST).read_bytes())
    return sum(path.startswith(f"{chain.EVENTS}/") for path in tags)


def _restorable(copy: Path, new: Path, begun: dict[CaseNo, int], years: int) -> None:
    with make_workspace(new) as empty:
        _give_up_what_was_torn(empty, 2024, copy)
        for number in begun:
            _give_up_what_was_torn(empty, number, copy)
    with Workspace.open(new) as restored:
        for number, seq in begun.items():
            assert restored.archive.head(number)[0] >= seq
            assert len(restored.archive.read(number).records) >= seq - 1
        assert len(chain.event_names(new / "archive/ledger/2024")) >= years
        strange = [f for f in verify(restored, BY).findings if f.problem.value != "history"]
        assert strange == []


def _give_up_what_was_torn(workspace: Workspace, what: CaseNo | int, copy: Path) -> None:
    try:
        done = restore(workspace, BY, what, copy)
    except ArchiveError:
        done = restore(workspace, BY, what, copy, decision=Decision(By("赵分管", BY.time), "抄到一半"))
    assert done.left == ()
