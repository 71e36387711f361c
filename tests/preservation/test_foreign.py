"""Foreign files (``Thumbs.db``, ``.DS_Store``, ``desktop.ini``) are reported, never a reason to lock a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.errors import IntegrityAlarm
from archivist.preservation.foreign import tidy
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.store import Archive
from archivist.store.bag_fixity import FixityFault
from archivist.store.foreign_files import is_foreign
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.sampling import sample

NAMES = (
    "Thumbs.db", "thumbs.db", "ehthumbs.db", ".DS_Store", "desktop.ini", "Desktop.ini", "._0001 诊断.jpg", "~$申请书.docx",
    ".~lock.申请书.docx#", "0001.txt~", ".0001.txt.swp", "#0001.txt#", "0001.bak", "@eaDir/0001.jpg@SynoEAStream",
    "@eaDir/x/SYNOPHOTO_THUMB_M.jpg", "#recycle/x.jpg", ".AppleDouble/x", "$RECYCLE.BIN/desktop.ini", ".@__thumb/s100x.jpg",
)  # fmt: skip
"""What Windows, macOS, Synology, QNAP, Word, LibreOffice, vim and Emacs leave behind."""
STRANGE = ("补充材料.pdf", "Thumbs.db.exe", "desktop.ini.pdf", "x.tmp", "0001.jpg", "events.json", "a~b.txt")
PLACES = ("", "data", "data/说明夹", "events", "text", "pending")
BESIDE = ("", "cases", "ledger", "batches", "review", "alarms", "moves", "runs")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        yield made


def lay(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left behind")
    return path


def works(workspace: Workspace) -> None:
    with Workspace.open(workspace.root) as fresh:
        (number,) = fresh.archive.case_numbers()
        change_facts(fresh, BY, number, [("applicant.phone", "022-00009999")], reason="来电")


def test_what_other_programs_leave_in_a_bag_locks_nothing(workspace: Workspace) -> None:
    (number,) = workspace.archive.case_numbers()
    bag = workspace.archive.folder(number)
    pairs = [(place, name) for place in PLACES for name in NAMES if place != "pending" or "/" not in name]
    laid = {
        f"{place}/{name}".strip("/")
        for place, name in sample(pairs, 1 / 3, "foreign files in a bag", ends=True)
    }
    for path in laid:
        lay(bag, path)
    done = verify(workspace, BY)
    assert done.findings == ()
    assert {f.file for f in done.foreign} == {p for p in laid if not p.startswith("pending/")}
    assert {f.problem for f in done.foreign} == {FixityFault.FOREIGN}
    works(workspace)


def test_beside_the_bags_they_stop_nothing(workspace: Workspace) -> None:
    laid = {f"{place}/{name}".strip("/") for place in BESIDE for name in NAMES}
    for path in laid:
        lay(workspace.archive.root, path)
    (workspace.archive.root / ".lock").write_text(
        "{}"
    )  # whoever wrote last died: everything is looked through
    with Workspace.open(workspace.root) as fresh:
        done = verify(fresh, BY)
    assert done.findings == ()
    assert {f.file for f in done.foreign} == laid
    works(workspace)


@pytest.mark.parametrize("name", STRANGE)
def test_any_other_unknown_file_stays_an_alarm(workspace: Workspace, name: str) -> None:
    assert not is_foreign(name)
    (number,) = workspace.archive.case_numbers()
    lay(workspace.archive.folder(number) / "data", name)
    assert [f.problem for f in verify(workspace, BY).findings] == [FixityFault.EXTRA]
    with pytest.raises(IntegrityAlarm):
        works(workspace)


def test_a_link_of_such_a_name_stays_an_alarm(workspace: Workspace, tmp_path: Path) -> None:
    (number,) = workspace.archive.case_numbers()
    (workspace.archive.folder(number) / "data/Thumbs.db").symlink_to(tmp_path)
    assert [f.problem for f in verify(workspace, BY).findings] == [FixityFault.LINK]


def test_they_are_moved_out_and_not_deleted(workspace: Workspace) -> None:
    (number,) = workspace.archive.case_numbers()
    bag = workspace.archive.folder(number)
    for folder in (bag, bag / "data", workspace.archive.cases):
        for name in ("Thumbs.db", "@eaDir/x", ".DS_Store"):
            lay(folder, name).write_bytes(f"{folder.name}/{name}".encode())
    moved = tidy(workspace, BY)
    assert len(moved) == 9
    out = workspace.archive.outbox / "无关文件" / "20240308"
    kept = {p.read_text() for p in out.iterdir()}
    assert kept == {f"{f.name}/{n}" for f in (bag, bag / "data", workspace.archive.cases) for n in ("Thumbs.db", "@eaDir/x", ".DS_Store")}  # fmt: skip
    done = verify(workspace, BY)
    assert (done.findings, done.foreign) == ((), ())
    assert not (bag / "@eaDir").exists()
    assert tidy(workspace, BY) == ()


def test_of_a_bag_whose_chain_is_broken_nothing_is_moved(workspace: Workspace) -> None:
    (number,) = workspace.archive.case_numbers()
    bag = Archive(workspace.archive.root).folder(number)
    lay(bag, "Thumbs.db")
    (bag / "events/000001.json").write_text("{}")
    assert tidy(workspace, BY) == ()
