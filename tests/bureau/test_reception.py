"""Receiving: whole or not at all, twice is once, household by household, killed anywhere it is completed or never began."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import bagit
import pytest

from archivist.bureau import custody
from archivist.bureau.reception import receive
from archivist.errors import ArchivistError, UnreadableFile
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.preservation.submission_replies import Receipt
from archivist.store import chain, durable_files
from archivist.store.bag_fixity import FixityFault
from archivist.store.receptions import Receptions
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER, Files, make_bureau, nothing_changes, picture, remade
from tests.preservation.packages import make_package
from tests.preservation.test_anchors import phone
from tests.sampling import sample
from tests.tamper import hands
from tests.tamper.scene import FIRST, OLD, SECOND, make_scene

CASES = (FIRST, SECOND, OLD)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office's workspace, ``ws``, its first submission in three parts, ``one``, and a later one, ``two``."""
    folder = tmp_path_factory.mktemp("made")
    root = make_scene(folder / "scene").root / "ws"
    shutil.copytree(root, folder / "ws")
    for name in ("one", "two"):
        (folder / name).mkdir()
    with Workspace.open(folder / "ws") as office:
        make_package(office, folder / "one", part_size=40_000)
        phone(office, CaseNo.parse(FIRST), 7)
        make_package(office, folder / "two", number=2)
    return folder


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Workspace]:
    with make_bureau(tmp_path / "bureau") as workspace:
        yield workspace


def parts(made: Path, name: str) -> list[Path]:
    return sorted((made / name).iterdir())


def test_what_is_received_is_what_was_handed_over(bureau: Workspace, made: Path) -> None:
    """A bag received is the office's own bag, byte by byte; the receipt says so, the ledger knows, the index finds it."""
    with Workspace.open(made / "ws") as office:
        done = receive(bureau, RECEIVER, parts(made, "two"))
        folder = bureau.archive.root / "received/TJHQ"
        for number in CASES:
            there, here = office.archive.cases / number, folder / number
            assert {k: v for k, v in picture(here).items() if v} == {
                k: v for k, v in picture(there).items() if v
            }
            assert bagit.Bag(str(here)).is_valid()
    assert [c.case for c in done.receipt.accepted] == list(CASES) and not done.receipt.returned
    assert Receipt.decode(done.files[0].read_bytes()) == done.receipt
    assert done.files[1].name.startswith("报送接收回执单") and done.files[1].suffix == ".docx"
    (event,) = bureau.archive.ledger_events(Op.SUBMISSION_RECEIVED)
    assert [head[0] for head in event.data["heads"]] == [*CASES, "ledger-2024"]
    assert bureau.archive.case_numbers() == [CaseNo.parse(number) for number in CASES]
    assert {str(hit.case) for hit in bureau.index.search("王秀兰").hits} == set(CASES)
    assert [one.findings for one in custody.verify(bureau, RECEIVER)] == [()]
    assert not any(bureau.archive.work.iterdir()) and not any((bureau.archive.root / "incoming").iterdir())


def test_parts_come_in_any_order_and_all_of_them(bureau: Workspace, made: Path) -> None:
    """F27: “parts out of order; a part missing: 缺第 n 部分; nothing accepted before all parts of a household are verified”."""
    three = parts(made, "one")
    assert len(three) == 3
    for missing in range(3):
        there = [part for n, part in enumerate(three) if n != missing]
        with nothing_changes(bureau.root), pytest.raises(UnreadableFile, match=f"缺第 {missing + 1} 包"):
            receive(bureau, RECEIVER, there)
    done = receive(bureau, RECEIVER, [three[2], three[0], three[1], three[0]])
    assert len(done.receipt.accepted) == 3 and len(done.receipt.parts) == 3


def test_receiving_twice_is_receiving_once(bureau: Workspace, made: Path) -> None:
    """F27: “receive twice: idempotent”: the same answer, and not a byte more."""
    first = receive(bureau, RECEIVER, parts(made, "one"))
    with nothing_changes(bureau.root):
        again = receive(bureau, RECEIVER, [*reversed(parts(made, "one"))])
    assert again.again and not first.again
    assert (again.receipt, again.files) == (first.receipt, first.files)


def test_a_later_submission_takes_the_place_of_the_earlier(bureau: Workspace, made: Path) -> None:
    """The new bag steps in, the old one goes; what was received stays inside the new chain."""
    receive(bureau, RECEIVER, parts(made, "one"))
    before = bureau.archive.head(CaseNo.parse(FIRST))
    receive(bureau, RECEIVER, parts(made, "two"))
    now = chain.read(bureau.archive.folder(CaseNo.parse(FIRST)))
    assert now.seq == before[0] + 1 and now.events[before[0] - 1][1] == before[1]
    assert [one.findings for one in custody.verify(bureau, RECEIVER, "TJHQ")] == [()]


def test_a_damaged_household_is_sent_back_alone(bureau: Workspace, made: Path, tmp_path: Path) -> None:
    """“per household 接收/退回 with why”: a paper was changed on the way, by somebody who mended every manifest."""

    def damage(files: Files) -> None:
        (name,) = [n for n in files if n.startswith(f"data/cases/{SECOND}/data/") and "其他材料" in n]
        files[name] = bytes([files[name][0] ^ 1]) + files[name][1:]

    done = receive(bureau, RECEIVER, [remade(parts(made, "two")[0], tmp_path / "包.zip", damage)])
    assert [c.case for c in done.receipt.accepted] == [FIRST, OLD]
    (back,) = done.receipt.returned
    assert back.case == SECOND and back.why and "其他材料" not in back.why
    assert not (bureau.archive.root / "received/TJHQ" / SECOND).exists()
    again = receive(bureau, RECEIVER, [remade(parts(made, "two")[0], tmp_path / "又.zip", damage)])
    assert again.again and again.receipt == done.receipt


def test_what_was_changed_at_the_bureau_is_found(bureau: Workspace, made: Path) -> None:
    """``bureau verify``: fixity over what was received, and the heads in the ledger: a cut chain, a folder that is gone."""
    receive(bureau, RECEIVER, parts(made, "two"))
    received = bureau.archive.root / "received/TJHQ"
    hands.cut(received / FIRST)
    shutil.rmtree(received / SECOND)
    (paper,) = (received / OLD / "data").rglob("*其他材料*")
    paper.chmod(0o600)
    paper.write_bytes(b"!" + paper.read_bytes()[1:])
    with Workspace.open(bureau.root) as fresh:
        (found,) = custody.verify(fresh, RECEIVER)
    assert {(f.bag, f.problem) for f in found.findings} == {
        (FIRST, FixityFault.HISTORY), (SECOND, FixityFault.GONE), (OLD, FixityFault.CHANGED),
    }  # fmt: skip


# ── killed ───────────────────────────────────────────────────────────────────────────────────────────────
class Killed(BaseException):
    """Stands for the end of the process: nobody catches it."""


WRITES = (
    "rename_new",
    "replace",
    "write_unsynced",
    "write_new",
    "sync_tree",
    "sync_folder",
    "make_folder",
    "unlink",
    "remove_tree",
)


@contextmanager
def killed_at(call: int) -> Iterator[list[str]]:
    """End the process at the n-th call that touches the disk, before it does anything; tells the calls that were made."""
    made: list[str] = []
    with ExitStack() as patches:
        for name in WRITES:
            patches.enter_context(mock.patch.object(durable_files, name, _counting(name, made, call)))
        yield made


def _counting(name: str, made: list[str], call: int) -> object:
    real = getattr(durable_files, name)

    def count(*args: object, **kwargs: object) -> object:
        if len(made) >= call:  # what is dead does nothing any more, clearing up neither
            raise Killed
        made.append(name)
        return real(*args, **kwargs)

    return count


def test_killed_anywhere_it_is_taken_in_whole_or_not_at_all(made: Path, tmp_path: Path) -> None:
    """F27: “kill in between”: at each call (a sample), the next start leaves the state before or the state after, and going on comes to the same."""
    with make_bureau(tmp_path / "bureau") as bureau:
        receive(bureau, RECEIVER, parts(made, "one"))
        shutil.copytree(bureau.root, tmp_path / "before")
        with killed_at(10**6) as calls:
            receive(bureau, RECEIVER, parts(made, "two"))
    before, after = heads(tmp_path / "before"), heads(tmp_path / "bureau")
    assert before != after
    commit = max(n for n, name in enumerate(calls) if name == "sync_tree") + 1
    points = {*sample(range(len(calls)), 1 / 12, "kill points of receive"), *range(commit - 1, commit + 4)}
    for point in sorted(points):
        root = tmp_path / "killed"
        shutil.copytree(tmp_path / "before", root)
        with Workspace.open(root) as doomed, killed_at(point), pytest.raises(Killed):
            receive(doomed, RECEIVER, parts(made, "two"))
        _name_dead_owner(root)
        chain.forget()
        with Workspace.open(root) as healed:
            with healed.writing(RECEIVER):
                pass
            assert not healed.archive.recovered.alarms, (point, calls[point], healed.archive.recovered.alarms)
            assert heads(root) == (after if point > commit else before), (point, calls[point])
            done = receive(healed, RECEIVER, parts(made, "two"))
            assert heads(root) == after and len(done.receipt.accepted) == 3
            assert len([*healed.archive.ledger_events(Op.SUBMISSION_RECEIVED)]) == 2
            assert [one.findings for one in custody.verify(healed, RECEIVER)] == [()]
            assert not any((root / "archive/incoming").iterdir()) and not any(healed.archive.work.iterdir())
        shutil.rmtree(root)


def _name_dead_owner(root: Path) -> None:
    """The lock's file names who died; in this process the block's end emptied it."""
    (root / "archive/.lock").write_text('{"pid": 1}', encoding="utf-8")


def heads(root: Path) -> dict[str, int]:
    """Return how many events each bag that was received has."""
    folder = root / "archive/received/TJHQ"
    return {
        str(p.relative_to(folder)): len([*(p / "events").iterdir()])
        for p in sorted([*folder.glob("*-*"), *folder.glob("ledger/*")])
    }


def test_killed_while_it_is_completed_it_is_completed_the_next_time(made: Path, tmp_path: Path) -> None:
    """Recovery may itself be killed anywhere."""
    with make_bureau(tmp_path / "bureau") as bureau:
        receive(bureau, RECEIVER, parts(made, "one"))
        with mock.patch.object(Receptions, "_complete", side_effect=Killed), pytest.raises(Killed):
            receive(bureau, RECEIVER, parts(made, "two"))
    chain.forget()
    for point in (*sample(range(40), 1 / 4, "kill points of its recovery"), 10**6):
        root = tmp_path / "killed"
        shutil.copytree(tmp_path / "bureau", root)
        _name_dead_owner(root)
        try:
            with Workspace.open(root) as doomed, killed_at(point), doomed.writing(RECEIVER):
                pass
        except Killed:
            _name_dead_owner(root)
        chain.forget()
        with Workspace.open(root) as healed:
            with healed.writing(RECEIVER):
                pass
            assert not healed.archive.recovered.alarms, point
            assert receive(healed, RECEIVER, parts(made, "two")).again
            assert [one.findings for one in custody.verify(healed, RECEIVER)] == [()]
        shutil.rmtree(root)


def test_a_full_disk_takes_in_nothing(bureau: Workspace, made: Path) -> None:
    """A write that fails refuses the submission; nothing is left."""
    full = OSError(28, "No space left on device")
    with (
        nothing_changes(bureau.root),
        mock.patch.object(durable_files, "write_unsynced", side_effect=full),
        pytest.raises(ArchivistError) as refused,
    ):
        receive(bureau, RECEIVER, parts(made, "two"))
    assert refused.value.code == "E204"
