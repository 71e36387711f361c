"""Any change of a filed byte, by bit rot or by hand, is found, named, and can be mended from a copy."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.errors import IntegrityAlarm, InvalidValue
from archivist.ingest.filing import commit_file
from archivist.model.by import By
from archivist.model.event import Event, Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo
from archivist.preservation.check_rounds import last_checked, next_round
from archivist.preservation.restore import restore
from archivist.preservation.verification import accept, verify
from archivist.procedure.cases import change_facts
from archivist.store import Draft, Original, bag, chain
from archivist.store.archive_fixity import check_bags
from archivist.store.bag_fixity import FixityFault, check_bag
from archivist.workspace import Workspace
from tests.kit import BY, NOW, make_workspace, open_household
from tests.people import WANG, make_id
from tests.sampling import sweep

CHIEF = By("赵主任", NOW)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A household with three papers, and a second one untouched."""
    with make_workspace(tmp_path / "ws") as made:
        case = open_household(made)
        other = {
            **WANG,
            "applicant": {**WANG["applicant"], "name": "赵六", "id_number": make_id("19700101", "015")},
        }
        open_household(made, parse_facts(other))
        for n in range(3):
            path = tmp_path / f"{n}.pdf"
            path.write_bytes(b"%PDF paper " + bytes([n]) * 3000)
            original = Original.of(path, path.name)
            commit_file(
                made,
                BY,
                case.number,
                made.catalogue.get("other"),
                original,
                None,
                type_score=None,
                text=f"第 {n} 份的文字",
            )
        shutil.copytree(made.archive.root, tmp_path / "backup")
        yield made


def number(workspace: Workspace) -> CaseNo:
    return workspace.archive.case_numbers()[0]


def folder(workspace: Workspace) -> Path:
    return workspace.archive.folder(number(workspace))


def flip(path: Path, at: int | None = None) -> None:
    """Turn one bit over, as a dying disk would: no new size, no new time that anybody would notice."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))


def a_payload(bag_folder: Path) -> Path:
    return sorted(p for p in (bag_folder / "data").rglob("*.pdf"))[1]


def swap_with_manifests(bag_folder: Path) -> None:
    """Put another file in a record's place and make both manifests fit it."""
    target = a_payload(bag_folder)
    target.chmod(0o600)
    target.write_bytes(b"%PDF forged " + b"\1" * 2999)
    for name in (bag.MANIFEST, bag.TAG_MANIFEST):
        listed = bag.parse_manifest((bag_folder / name).read_bytes())
        listed = {p: bag.sha256((bag_folder / p).read_bytes()) for p in listed}
        (bag_folder / name).write_bytes(bag.manifest(listed))


def edit_event(bag_folder: Path) -> None:
    path = bag_folder / "events/000002.json"
    event = json.loads(path.read_bytes())
    event["actor"] = "别人"
    path.write_text(json.dumps(event, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")


def shorten(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def turn_into_link(path: Path) -> None:
    """Put a link to the very same bytes where the record was."""
    elsewhere = path.parents[6] / "elsewhere"
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)


def flip_line(bag_folder: Path, event: str) -> None:
    path = bag_folder / bag.TAG_MANIFEST
    flip(path, path.read_bytes().index(f"  events/{event}".encode()) - 5)


TAMPER: dict[str, tuple[Callable[[Path], object], str, FixityFault]] = {
    "a bit in a record": (lambda f: flip(a_payload(f)), "data/", FixityFault.CHANGED),
    "a bit in a text": (lambda f: flip(f / "text/0002.txt"), "text/0002.txt", FixityFault.CHANGED),
    "a bit in the leaflet": (lambda f: flip(f / "data/说明.txt"), "data/说明.txt", FixityFault.CHANGED),
    "a bit in an event": (lambda f: flip(f / "events/000002.json"), "events/000002.json", FixityFault.CHANGED),
    "a bit in the last event": (lambda f: flip(f / "events/000004.json"), "events/000004.json", FixityFault.CHANGED),
    "a bit in the payload manifest": (lambda f: flip(f / bag.MANIFEST), bag.MANIFEST, FixityFault.CHANGED),
    "a bit in the tag manifest": (lambda f: flip(f / bag.TAG_MANIFEST, 10), bag.TAG_MANIFEST, FixityFault.CHANGED),
    "a bit in bagit.txt": (lambda f: flip(f / "bagit.txt"), "bagit.txt", FixityFault.CHANGED),
    "a bit in bag-info.txt": (lambda f: flip(f / "bag-info.txt"), "bag-info.txt", FixityFault.CHANGED),
    "an edited event": (edit_event, "events/000002.json", FixityFault.CHANGED),
    "a removed event": (lambda f: (f / "events/000003.json").unlink(), "events/000003.json", FixityFault.MISSING),
    "a removed last event": (lambda f: (f / "events/000004.json").unlink(), "events/000004.json", FixityFault.MISSING),
    "a removed record": (lambda f: a_payload(f).unlink(), "data/", FixityFault.MISSING),
    "a removed manifest": (lambda f: (f / bag.MANIFEST).unlink(), bag.MANIFEST, FixityFault.MISSING),
    "a truncated record": (lambda f: shorten(a_payload(f), b"%PDF"), "data/", FixityFault.CHANGED),
    "an emptied record": (lambda f: shorten(a_payload(f), b""), "data/", FixityFault.CHANGED),
    "a file added by hand": (lambda f: (f / "data/多余.txt").write_text("x"), "data/多余.txt", FixityFault.EXTRA),
    "a file swapped, manifests recomputed": (swap_with_manifests, "data/", FixityFault.CHANGED),
    "a record turned into a link": (lambda f: turn_into_link(a_payload(f)), "data/", FixityFault.LINK),
    "a bit in the manifest's line of an event": (lambda f: flip_line(f, "000002"), bag.TAG_MANIFEST, FixityFault.CHANGED),
    "a bit in the manifest's line of the last event": (lambda f: flip_line(f, "000004"), bag.TAG_MANIFEST, FixityFault.CHANGED),
}  # fmt: skip


@sweep(1 / 3)
@pytest.mark.parametrize("what", TAMPER)
def test_every_kind_of_tampering_is_found_named_and_mended(
    workspace: Workspace, tmp_path: Path, what: str
) -> None:
    """Each found and named by ``verify``; the case turns read-only until it is restored."""
    damage, file, problem = TAMPER[what]
    assert verify(workspace, BY).findings == ()
    damage(folder(workspace))
    done = verify(workspace, BY)
    assert any(
        f.bag == str(number(workspace)) and f.file.startswith(file) and f.problem is problem
        for f in done.findings
    ), done.findings
    assert {f.bag for f in done.findings} == {str(number(workspace))}, "the other case is untouched"
    with pytest.raises(IntegrityAlarm):
        change_facts(workspace, BY, number(workspace), [("applicant.phone", "022-00009999")])
    mended = restore(workspace, BY, number(workspace), tmp_path / "backup")
    assert mended.left == ()
    assert verify(workspace, BY).findings == ()
    change_facts(workspace, BY, number(workspace), [("applicant.phone", "022-00009999")])
    assert len(workspace.archive.read(number(workspace)).records) == 3


def test_nothing_damaged_is_deleted_by_a_restoration(workspace: Workspace, tmp_path: Path) -> None:
    flip(a_payload(folder(workspace)))
    damaged = a_payload(folder(workspace)).read_bytes()
    restore(workspace, BY, number(workspace), tmp_path / "backup")
    kept = [p.read_bytes() for p in (workspace.archive.outbox / "损坏").rglob("*") if p.is_file()]
    assert damaged in kept


def test_a_backup_without_the_file_leaves_the_case_read_only(workspace: Workspace, tmp_path: Path) -> None:
    a_payload(folder(workspace)).unlink()
    (tmp_path / "empty").mkdir()
    mended = restore(workspace, BY, number(workspace), tmp_path / "empty")
    assert [f.problem for f in mended.left] == [FixityFault.MISSING]
    with pytest.raises(IntegrityAlarm):
        change_facts(workspace, BY, number(workspace), [("applicant.phone", "022-00009999")])


def test_quick_finds_sizes_and_chains_but_not_bits(workspace: Workspace) -> None:
    flip(a_payload(folder(workspace)))
    assert verify(workspace, BY, quick=True).findings == ()
    a_payload(folder(workspace)).write_bytes(b"%PDF")
    assert [f.problem for f in verify(workspace, BY, quick=True).findings] == [FixityFault.CHANGED]


def test_a_decision_is_recorded_and_remembered(workspace: Workspace) -> None:
    flip(a_payload(folder(workspace)))
    (finding,) = verify(workspace, BY).findings
    with pytest.raises(InvalidValue, match="reason"):
        accept(workspace, BY, str(number(workspace)), " ", CHIEF)
    accept(workspace, BY, str(number(workspace)), "原件纸质清晰，扫描件一处坏点，核对无误", CHIEF)
    change_facts(workspace, BY, number(workspace), [("applicant.phone", "022-00009999")])
    again = verify(workspace, BY)
    assert (again.findings, again.known) == ((), (finding,))
    decisions = [e for e in workspace.archive.ledger_events() if e.op is Op.ALARM_CLEARED]
    assert [d.reason for d in decisions] == ["原件纸质清晰，扫描件一处坏点，核对无误"]
    assert (decisions[0].actor, decisions[0].data["confirmed"]["actor"]) == (BY.actor, CHIEF.actor)
    flip(folder(workspace) / "text/0001.txt")
    assert len(verify(workspace, BY).findings) == 1, "a new fault is a new alarm"


def test_a_broken_chain_cannot_be_accepted(workspace: Workspace) -> None:
    (folder(workspace) / "events/000003.json").unlink()
    verify(workspace, BY)
    with pytest.raises(IntegrityAlarm, match="只能恢复"):
        accept(workspace, BY, str(number(workspace)), "不要紧", CHIEF)


def test_each_run_is_one_ledger_event_after_the_heads_it_found(workspace: Workspace) -> None:
    before = len(list(workspace.archive.ledger_events()))
    verify(workspace, BY)
    verify(workspace, BY, [number(workspace)], quick=True)
    events = list(workspace.archive.ledger_events())[before:]
    assert [(e.op, e.data.get("quick"), len(e.data.get("checked", e.data.get("heads")))) for e in events] == [
        (Op.HEADS_RECORDED, None, 2),
        (Op.VERIFIED, False, 3),
        (Op.VERIFIED, True, 1),
    ]


def test_a_case_that_vanished_and_one_that_came_from_nowhere(workspace: Workspace, tmp_path: Path) -> None:
    verify(workspace, BY)
    first, second = workspace.archive.case_numbers()
    shutil.move(workspace.archive.folder(second), tmp_path / "elsewhere")
    shutil.copytree(workspace.archive.folder(first), workspace.archive.cases / "TJHQ-DB-2024-000777")
    found = {(f.bag, f.problem) for f in verify(workspace, BY).findings}
    assert (str(second), FixityFault.GONE) in found
    assert ("TJHQ-DB-2024-000777", FixityFault.DOUBLE) in found


def test_the_ledger_is_checked_and_mended_too(workspace: Workspace, tmp_path: Path) -> None:
    year = workspace.archive.ledger / "2024"
    flip(year / "events/000002.json")
    fresh = Workspace.open(workspace.root)
    with fresh:
        done = verify(fresh, BY)
        assert ("2024", FixityFault.CHANGED) in {(f.bag, f.problem) for f in done.findings}
        assert restore(fresh, BY, 2024, tmp_path / "backup").left == ()
        assert verify(fresh, BY).findings == ()


def test_the_tray_is_checked_too(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"waiting")
    with workspace.archive.writing("x"):
        item = workspace.archive.tray.put(
            Original.of(tmp_path / "x.pdf", "x.pdf"),
            ".pdf",
            workspace.stamp(BY),
            reason="no_case",
            message="x",
        )
    flip(item.file)
    assert [(f.bag, f.problem) for f in verify(workspace, BY).findings] == [
        (f"review/{item.id}", FixityFault.CHANGED)
    ]


def test_index_drift_is_said_and_is_no_alarm(workspace: Workspace) -> None:
    workspace.archive.commit(number(workspace), lambda _: _facts(), workspace.stamp(BY))
    done = verify(workspace, BY)
    assert (done.findings, done.drift) == ((), (str(number(workspace)),))
    workspace.catch_up(BY)
    assert verify(workspace, BY).drift == ()


def _facts() -> Draft:
    return Draft(Op.FACTS_CHANGED, {"facts": {"housing": {"tenure": "自有"}}})


def test_one_unreadable_case_does_not_stop_the_others(workspace: Workspace) -> None:
    """The watcher lives on: what cannot be read keeps its old place in the index."""
    edit_event(folder(workspace))
    with Workspace.open(workspace.root) as fresh:
        fresh.catch_up(BY)
        with fresh.archive.writing("x"):
            assert fresh.index.rebuild() == 2
        assert [r.applicant for r in fresh.index.cases()] == ["赵六"]
        assert fresh.index.unread == {number(workspace)}


def test_many_bags_on_several_processes_give_the_same(workspace: Workspace, tmp_path: Path) -> None:
    copies = []
    for n in range(40):
        copies.append(tmp_path / f"c{n:02d}")
        shutil.copytree(folder(workspace), copies[-1])
    flip(a_payload(copies[7]))
    steps: list[tuple[int, int]] = []
    many = list(check_bags(copies, processes=2, step=lambda d, t: steps.append((d, t))))
    assert [c.bag for c in many] == [c.name for c in copies]
    assert many == [check_bag(c) for c in copies]
    assert steps[-1] == (40, 40)


def test_the_rolling_schedule_reads_the_oldest_first(workspace: Workspace) -> None:
    """Each case is read within 90 days."""
    first, second = workspace.archive.case_numbers()
    assert next_round(workspace.archive, NOW) == [first], "one at a time in so small an office"
    verify(workspace, BY, [first])
    assert next_round(workspace.archive, NOW) == [second]
    verify(workspace, BY, [second])
    assert next_round(workspace.archive, NOW) == []
    later = NOW + dt.timedelta(days=31)
    assert next_round(workspace.archive, later) == [first]
    assert set(last_checked(workspace.archive)) == {str(first), str(second)}


def test_a_rewritten_history_needs_a_head_held_elsewhere(workspace: Workspace) -> None:
    """A chain rewritten from the first event on holds together; its head is another one."""
    head = workspace.archive.head(number(workspace))
    bag_folder = folder(workspace)
    current = chain.Chain(bag_folder.name)
    for path in sorted((bag_folder / "events").iterdir()):
        event = json.loads(path.read_bytes())
        event["actor"], event["prev"] = "伪造", current.head
        data = chain.encode(Event.from_plain(event))
        path.write_bytes(data)
        current.append(chain.decode(data), bag.sha256(data))
    info = bag.sha256((bag_folder / "bag-info.txt").read_bytes())
    (bag_folder / bag.TAG_MANIFEST).write_bytes(current.manifests(info)[1])
    assert check_bag(bag_folder).findings == ()
    assert workspace.archive.head(number(workspace)) != head
