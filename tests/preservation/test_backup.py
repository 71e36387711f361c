"""A backup is consistent while the office works, readable without the program, incremental, and proven by restoring it."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import bagit
import pytest

from archivist.api import backups as api
from archivist.errors import AccessNotLogged, ArchiveError, ArchiveLocked, UsageError, WriteFailed
from archivist.ingest import refiling
from archivist.ingest.filing import commit_file
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, RecordNo
from archivist.preservation import backup, backup_check, generations
from archivist.preservation.backup import back_up
from archivist.preservation.moving_files import MovingFiles
from archivist.procedure.cases import change_facts
from archivist.store import Original, bag, chain, immutable_copies, office_keys
from archivist.store.bag_fixity import FixityFault
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, make_id
from tests.sampling import sweep


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two households with papers, one paper in the tray, one in the inbox, a key, own templates."""
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        other = {
            **WANG,
            "applicant": {**WANG["applicant"], "name": "赵六", "id_number": make_id("19700101", "015")},
        }
        open_household(made, parse_facts(other))
        for n in range(3):
            file(made, tmp_path, n)
        (tmp_path / "来信.pdf").write_bytes(b"%PDF waiting")
        with made.archive.writing("x"):
            made.archive.tray.put(
                Original.of(tmp_path / "来信.pdf", "来信.pdf"),
                ".pdf",
                made.stamp(BY),
                reason="no_case",
                message="x",
            )
        (made.archive.inbox / "新来的.pdf").write_bytes(b"%PDF new")
        office_keys.make(made.root)
        (made.root / "doc_templates").mkdir(exist_ok=True)
        (made.root / "doc_templates/x.docx").write_bytes(b"own")
        (tmp_path / "盘").mkdir()
        yield made


def file(workspace: Workspace, tmp_path: Path, n: int, case: int = 0) -> None:
    path = tmp_path / f"{n}.pdf"
    path.write_bytes(b"%PDF paper " + str(n).encode() * 300)
    number = workspace.archive.case_numbers()[case]
    commit_file(
        workspace, BY, number, workspace.catalogue.get("other"), Original.of(path, path.name), None,
        type_score=None, text=f"第 {n} 份",
    )  # fmt: skip


def later(minutes: int) -> Any:
    return replace(BY, time=BY.time + dt.timedelta(minutes=minutes))


def whole(folder: Path) -> None:
    """``sha256sum -c`` passes for everything, BagIt for every bag, and our own check."""
    if shutil.which("sha256sum"):
        done = subprocess.run(
            ["sha256sum", "-c", "--quiet", generations.SUMS], cwd=folder, capture_output=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for place in generations.heads(folder):
        if "/ledger/" not in place:
            assert bagit.Bag(str(folder / place)).validate()
    assert backup_check.check(folder, processes=1).findings == ()


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))


def a_payload(folder: Path) -> Path:
    return sorted((folder / "data").glob("*/*.*"))[0]


def test_a_generation_is_whole_and_readable_without_the_program(workspace: Workspace, tmp_path: Path) -> None:
    """Each readable without the program, complete, and not the index."""
    made = back_up(workspace, BY, tmp_path / "盘", label="甲")
    folder = made.generation.folder
    assert folder.name == "TJHQ-20240308-103000"
    whole(folder)
    assert {p.name for p in folder.iterdir()} == {
        "BACKUP.json", "SHA256SUMS", "anchor", "说明.txt", "archive", "archivist.toml", "keys", "doc_templates",
    }  # fmt: skip
    for number in workspace.archive.case_numbers():
        assert chain.read(folder / f"archive/cases/{number}").head == workspace.archive.head(number)[1]
    assert (folder / "archive/inbox/新来的.pdf").read_bytes() == b"%PDF new"
    (item,) = workspace.archive.tray.items()
    assert (folder / f"archive/review/{item.id}/original.pdf").read_bytes() == b"%PDF waiting"
    assert not (folder / "index").exists() and not (folder / "archive/.work").exists()
    last = list(workspace.archive.ledger_events())[-1]
    assert last.op is Op.BACKUP_MADE
    assert last.data["heads_sha256"] == bag.sha256((folder / generations.HEADS).read_bytes())
    assert (last.data["medium"], last.data["damaged"]) == ("甲", 0)
    assert made.same_disk
    assert [p.name for p in (tmp_path / "盘").iterdir() if not p.name.startswith(".")] == [folder.name]


def test_three_generations_share_what_has_not_changed(workspace: Workspace, tmp_path: Path) -> None:
    """Incremental: hard links within DEST only, and every generation stays whole when another goes."""
    first = back_up(workspace, BY, tmp_path / "盘")
    file(workspace, tmp_path, 7)
    second = back_up(workspace, later(1), tmp_path / "盘")
    third = back_up(workspace, later(2), tmp_path / "盘")
    folders = [made.generation.folder for made in (first, second, third)]
    assert second.linked > second.copied and third.copied < 12
    one, two = workspace.archive.case_numbers()
    untouched = [a_payload(f / f"archive/cases/{one}") for f in folders]
    assert {p.stat().st_ino for p in untouched} == {untouched[0].stat().st_ino}
    assert untouched[0].stat().st_nlink == 3
    manifests = [f / f"archive/cases/{one}/{bag.TAG_MANIFEST}" for f in folders]
    assert len({p.stat().st_ino for p in manifests}) == 2, "the case changed between the first and the second"
    assert (folders[0] / f"archive/cases/{two}/bagit.txt").stat().st_nlink == 3
    for path in workspace.root.rglob("*"):
        assert path.is_dir() or path.stat().st_nlink == 1, f"{path} of the archive is linked"
    shutil.rmtree(folders[0])
    for folder in folders[1:]:
        whole(folder)


def test_without_hard_links_everything_is_copied(workspace: Workspace, tmp_path: Path) -> None:
    """File systems without hard links (copies then)."""
    back_up(workspace, BY, tmp_path / "盘")
    with mock.patch.object(os, "link", side_effect=OSError(errno.EPERM, "no links here")):
        made = back_up(workspace, later(1), tmp_path / "盘")
    assert made.linked == 0
    whole(made.generation.folder)


def test_where_it_must_not_lie(workspace: Workspace, tmp_path: Path) -> None:
    """DEST inside the workspace refused; what is not there is not made: a disk that is not plugged in."""
    inside = workspace.root / "备份"
    inside.mkdir()
    link = tmp_path / "link"
    link.symlink_to(inside)
    for dest in (inside, workspace.root, link):
        with pytest.raises(UsageError, match="工作区里面"):
            back_up(workspace, BY, dest)
    with pytest.raises(ArchiveError, match="没有这个文件夹"):
        back_up(workspace, BY, tmp_path / "没插盘")
    with generations.held(tmp_path / "盘"), pytest.raises(ArchiveLocked):
        back_up(workspace, BY, tmp_path / "盘")


def test_room_is_asked_for_before(workspace: Workspace, tmp_path: Path) -> None:
    class Usage(NamedTuple):
        free: int

    with (
        mock.patch.object(shutil, "disk_usage", return_value=Usage(backup.MARGIN + 10)),
        pytest.raises(WriteFailed, match="盘上只有"),
    ):
        back_up(workspace, BY, tmp_path / "盘")
    assert [p.name for p in (tmp_path / "盘").iterdir() if not p.name.startswith(".")] == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_medium_that_fails_leaves_nothing(workspace: Workspace, tmp_path: Path, code: int) -> None:
    """ENOSPC: atomic, ``.part`` until whole, removed on failure; the ledger says nothing of it."""
    events = len(list(workspace.archive.ledger_events()))
    real, calls = os.write, 0

    def write(fd: int, data: Any) -> int:
        nonlocal calls
        if "盘" in str(Path(f"/proc/self/fd/{fd}").readlink()):
            calls += 1
            if calls == 9:
                raise OSError(code, os.strerror(code))
        return real(fd, data)

    with mock.patch.object(os, "write", write), pytest.raises(WriteFailed, match="没有备份"):
        back_up(workspace, BY, tmp_path / "盘")
    assert [p.name for p in (tmp_path / "盘").iterdir() if not p.name.startswith(".")] == []
    assert len(list(workspace.archive.ledger_events())) == events
    whole(back_up(workspace, BY, tmp_path / "盘").generation.folder)


def test_a_medium_that_gives_back_something_else(workspace: Workspace, tmp_path: Path) -> None:
    """Read back and compared."""
    real = immutable_copies.Copier.settle

    def settle(copier: immutable_copies.Copier) -> None:
        flip(a_payload(next((tmp_path / "盘").glob("*.part/archive/cases/*1"))))
        real(copier)

    with (
        mock.patch.object(immutable_copies.Copier, "settle", settle),
        pytest.raises(WriteFailed, match="读回"),
    ):
        back_up(workspace, BY, tmp_path / "盘")
    assert not list((tmp_path / "盘").glob("TJHQ*"))


def test_what_is_damaged_already_is_said_and_does_not_spread(workspace: Workspace, tmp_path: Path) -> None:
    first = back_up(workspace, BY, tmp_path / "盘").generation.folder
    one, two = workspace.archive.case_numbers()
    flip(a_payload(workspace.archive.folder(one)))
    file(
        workspace, tmp_path, 8
    )  # the case is copied anew, but for what the generation before has by its digest
    second = back_up(workspace, later(1), tmp_path / "盘")
    assert second.generation.damaged == ()
    whole(second.generation.folder)
    shutil.rmtree(first)
    shutil.rmtree(second.generation.folder)
    (workspace.archive.folder(two) / "events/000001.json").write_text("{}")
    third = back_up(workspace, later(2), tmp_path / "盘").generation
    assert {f.path.split("/")[2] for f in third.damaged} == {str(one), str(two)}
    done = backup_check.check(third.folder, processes=1)
    assert done.findings == () and done.known
    assert (third.folder / f"archive/cases/{two}/events/000001.json").read_text() == "{}"


def test_a_paper_that_leaves_while_it_is_copied(workspace: Workspace, tmp_path: Path) -> None:
    """Events first, bounded by seq: what a later event moves or removes before it was copied makes a new round."""
    one, two = workspace.archive.case_numbers()
    real, struck = immutable_copies.Copier.take, list[Path]()

    def take(copier: immutable_copies.Copier, source: Path, target: Path, digest: Any) -> Any:
        if not struck and f"{one}/data" in str(source) and source.parent.name != "data":
            struck.append(source)
            refiling.move(workspace, BY, one, RecordNo("0001"), two, None, "归错了户")
            refiling.retype(
                workspace, BY, one, RecordNo("0002"), workspace.catalogue.get("mat_id_card"), "认错"
            )
        return real(copier, source, target, digest)

    with mock.patch.object(immutable_copies.Copier, "take", take):
        made = back_up(workspace, BY, tmp_path / "盘")
    assert struck and made.generation.damaged == ()
    whole(made.generation.folder)
    for number in (one, two):
        assert (
            generations.heads(made.generation.folder)[f"archive/cases/{number}"].seq
            == (workspace.archive.head(number)[0])
        )


def test_what_goes_from_inbox_to_case_meanwhile_is_there_once(workspace: Workspace, tmp_path: Path) -> None:
    """A paper filed while the backup runs is in the inbox or in the case of the generation, never in neither."""
    paper = workspace.archive.inbox / "新来的.pdf"
    real = MovingFiles.take
    rounds: list[int] = []

    def take(making: Any) -> None:
        real(making)
        if not rounds:
            rounds.append(1)
            original = Original.of(paper, paper.name)
            commit_file(
                workspace, BY, workspace.archive.case_numbers()[0], workspace.catalogue.get("other"), original, None,
                type_score=None, text="",
            )  # fmt: skip
            paper.unlink(missing_ok=True)

    with mock.patch.object(MovingFiles, "take", take):
        folder = back_up(workspace, BY, tmp_path / "盘").generation.folder
    assert not (folder / "archive/inbox/新来的.pdf").exists()
    held = [p for p in folder.rglob("*") if p.is_file() and p.read_bytes() == b"%PDF new"]
    assert len(held) == 1
    whole(folder)


def test_only_whole_generations_of_this_office_are_removed(workspace: Workspace, tmp_path: Path) -> None:
    """``--keep N`` pruning only of whole generations that the program made."""
    dest = tmp_path / "盘"
    others = ("照片", "TJHQ-20200101-000000", "ABCD-20200101-000000")
    for name in others:
        (dest / name).mkdir()
        (dest / name / "x").write_text("x")
    (dest / others[2] / generations.ABOUT).write_text("{}")
    for n in range(4):
        made = back_up(workspace, later(n), dest, keep=2)
    assert len(made.removed) == 1
    assert len(generations.listed(dest, "TJHQ")) == 2
    assert all((dest / name / "x").exists() for name in others)
    for folder in generations.listed(dest, "TJHQ"):
        whole(folder)


def test_a_half_removed_generation_counts_as_none_and_goes(workspace: Workspace, tmp_path: Path) -> None:
    dest = tmp_path / "盘"
    first = back_up(workspace, BY, dest).generation.folder
    with mock.patch.object(shutil, "rmtree", side_effect=OSError(errno.EIO, "x")), pytest.raises(WriteFailed):
        generations.remove(first)
    assert generations.listed(dest) == []
    back_up(workspace, later(1), dest)
    assert not list(dest.glob("*.gone"))


DAMAGE: dict[str, tuple[Callable[[Path], object], FixityFault]] = {
    "a bit in a record": (lambda f: flip(next(f.glob("archive/cases/*1/data/*/*.txt"))), FixityFault.CHANGED),
    "a bit in an event": (lambda f: flip(next(f.glob("archive/cases/*1/events/000002.json"))), FixityFault.CHANGED),
    "a key that is gone": (lambda f: next(f.glob("keys/*.key")).unlink(), FixityFault.MISSING),
    "a changed setting": (lambda f: (f / "archivist.toml").write_text("x"), FixityFault.CHANGED),
    "a tray item": (lambda f: flip(next(f.glob("archive/review/*/original.pdf"))), FixityFault.CHANGED),
    "a case that is gone": (lambda f: shutil.rmtree(next(f.glob("archive/cases/*1"))), FixityFault.MISSING),
    "a paper put in": (lambda f: (f / "archive/inbox/x.pdf").write_text("x"), FixityFault.EXTRA),
    "a cut chain": (lambda f: cut(next(f.glob("archive/cases/*1"))), FixityFault.CHANGED),
    "another list of heads": (lambda f: (f / generations.HEADS).write_text("archive/cases/X\t1\t0\n"), FixityFault.CHANGED),
}  # fmt: skip


def cut(folder: Path) -> None:
    """Take away the last event and make everything fit."""
    last = sorted((folder / "events").iterdir())[-1]
    for path in chain.decode(last.read_bytes()).files:
        (folder / path.path).unlink()
    last.unlink()
    info = bag.sha256((folder / "bag-info.txt").read_bytes())
    for name, data in zip((bag.MANIFEST, bag.TAG_MANIFEST), chain.read(folder).manifests(info), strict=True):
        (folder / name).write_bytes(data)


@sweep(1 / 3)
@pytest.mark.parametrize("what", DAMAGE)
def test_a_check_finds_what_happened_to_a_generation(workspace: Workspace, tmp_path: Path, what: str) -> None:
    made = back_up(workspace, BY, tmp_path / "盘").generation
    damage, problem = DAMAGE[what]
    damage(made.folder)
    assert problem in {f.problem for f in api_check(tmp_path / "盘")}


def api_check(dest: Path) -> tuple[Any, ...]:
    return backup_check.check(generations.newest(dest), processes=1).findings


def test_a_drill_restores_checks_asks_and_clears_up(workspace: Workspace, tmp_path: Path) -> None:
    """A drill: restored into a temporary folder, verified, a search and a due there; says how long it took."""
    back_up(workspace, BY, tmp_path / "盘")
    (tmp_path / "试").mkdir()
    done = api.drill(workspace, tmp_path / "盘", BY, tmp_path / "试")
    assert done.passed, done
    assert [s.step for s in done.steps] == ["复制", "核对", "建立索引", "检索", "期限"]
    assert list((tmp_path / "试").iterdir()) == []
    flip(next((tmp_path / "盘").glob("*/archive/cases/*1/data/*/*.txt")))
    assert not api.drill(workspace, tmp_path / "盘", BY, tmp_path / "试").passed


def test_a_drill_is_put_on_record_before_anything_is_laid_out(workspace: Workspace, tmp_path: Path) -> None:
    """“`backup drill` has no access entry: give it one”: every household of the generation, or nothing is copied."""
    back_up(workspace, BY, tmp_path / "盘")
    (tmp_path / "试").mkdir()
    told: list[frozenset[CaseNo]] = []
    workspace.archive.access.face = lambda numbers, _items: told.append(numbers)
    assert api.drill(workspace, tmp_path / "盘", BY, tmp_path / "试").passed
    assert told[0] == frozenset(workspace.archive.case_numbers())

    def refuse(_numbers: frozenset[CaseNo], _items: frozenset[str]) -> None:
        assert list((tmp_path / "试").iterdir()) == []
        raise AccessNotLogged("写不进去")

    workspace.archive.access.face = refuse
    with pytest.raises(AccessNotLogged):
        api.drill(workspace, tmp_path / "盘", BY, tmp_path / "试")
    assert list((tmp_path / "试").iterdir()) == []


WRITER = """
import sys
from pathlib import Path
from archivist.store import Archive, Original
from archivist.model.ids import CaseNo
from tests.store.kit import STAMP, file_draft
root, number = Path(sys.argv[1]), CaseNo.parse(sys.argv[2])
archive = Archive(root / "archive", wait_s=600.0)
print("ready", flush=True)
for n in range(10_000):
    path = archive.inbox / f"w{n}.jpg"
    path.write_bytes(f"paper {n}".encode() * 100)
    original = Original.of(path, path.name)
    archive.commit(number, lambda case: file_draft(case, original), STAMP)
    original.remove(archive.work)
    if n % 3 == 0:
        archive.allocate("文号", 2024, STAMP)
"""


def writing(root: Path, number: CaseNo) -> subprocess.Popen[str]:
    """Start a process that files papers without end; it writes when this returns."""
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    started = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), str(number)], env=path, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout and started.stdout.readline() == "ready\n"
    return started


def stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def test_backups_while_another_process_writes(workspace: Workspace, tmp_path: Path) -> None:
    """Consistent: every generation is whole and no older than the archive was when it was begun."""
    number = workspace.archive.case_numbers()[0]
    process = writing(workspace.root, number)
    try:
        for n in range(4):
            begun = workspace.archive.head(number)[0]
            workspace.archive.lock.wait_s = 600.0
            made = back_up(workspace, later(n), tmp_path / "盘").generation
            assert made.damaged == ()
            assert generations.heads(made.folder)[f"archive/cases/{number}"].seq >= begun
    finally:
        stop(process)
    for folder in generations.listed(tmp_path / "盘"):
        whole(folder)
        papers = [p.read_bytes() for p in folder.glob("archive/inbox/w*.jpg")]
        held = {p.read_bytes() for p in (folder / f"archive/cases/{number}/data").rglob("*.jpg")}
        assert len([p for p in papers if p in held]) <= 1, "the one being filed at that moment"


def test_backups_beside_a_thread_that_writes(workspace: Workspace, tmp_path: Path) -> None:
    number = workspace.archive.case_numbers()[1]
    over = threading.Event()

    def write() -> None:
        with Workspace.open(workspace.root) as own:
            own.archive.lock.wait_s = 600.0
            while not over.is_set():
                for phone in ("022-00000008", "022-00000009"):
                    change_facts(own, BY, number, [("applicant.phone", phone)])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        workspace.archive.lock.wait_s = 600.0
        made = [back_up(workspace, later(n), tmp_path / "盘").generation for n in range(3)]
    finally:
        over.set()
        thread.join()
    for generation in made:
        whole(generation.folder)


def test_what_lies_in_an_inbox_outside_is_in_the_backup(workspace: Workspace, tmp_path: Path) -> None:
    """“better that it includes inbox and tray files”: brought back they lie in ``archive/inbox``; a share that is away is told."""
    outside = tmp_path / "扫描"
    (outside / "某户").mkdir(parents=True)
    with (workspace.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\ninbox = '{outside}'\n")
    (outside / "某户" / "未收.pdf").write_bytes(b"%PDF outside")
    (outside / "新来的.pdf").write_bytes(b"%PDF of the same name")
    with Workspace.open(workspace.root) as moved:
        folder = back_up(moved, BY, tmp_path / "盘").generation.folder
        assert (folder / "archive/inbox/某户/未收.pdf").read_bytes() == b"%PDF outside"
        assert (folder / "archive/inbox/新来的.pdf").read_bytes() == b"%PDF new"
        flaws = {flaw.path: flaw.why for flaw in generations.read(folder).left_out}
        assert "同名" in flaws["archive/inbox/新来的.pdf"]
        whole(folder)
        outside.rename(tmp_path / "不在")
        gone = generations.read(back_up(moved, later(1), tmp_path / "盘").generation.folder)
        assert any(flaw.path == "archive/inbox" and "没有挂上" in flaw.why for flaw in gone.left_out)
