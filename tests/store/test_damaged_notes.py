"""「one bad bit in a tray item or an alarm must never end every write of the office」: it is named, set aside, and all else goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api import diagnosis, review
from archivist.errors import ArchivistError, DamagedFile, IntegrityAlarm
from archivist.ingest.by_hand import assign
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.plain_json import JsonList, JsonMap, JsonTable, MalformedData
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.store import RecordMove, Stamp, TrayItem, notes
from archivist.store.bag_fixity import FixityFault, FixityFinding
from archivist.workspace import Workspace
from tests.faults.office import OLD_PAPER, WANG, ZHANG, build, scan
from tests.kit import BY

STAMP = Stamp(BY, "test@1")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    build(tmp_path / "ws")
    with Workspace.open(tmp_path / "ws") as made:
        yield made


def waiting(workspace: Workspace, name: str = OLD_PAPER) -> TrayItem:
    return next(i for i in workspace.archive.tray.items() if i.name == name)


def spoil(path: Path, at: int = 40) -> None:
    """Turn one bit over."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))


def write(workspace: Workspace, number: CaseNo) -> None:
    change_facts(workspace, BY, number, [("applicant.phone", "022-00009999")], reason="来电")


def named(workspace: Workspace) -> set[str]:
    return {f"{f.bag}/{f.file}" for f in verify(workspace, BY, processes=1).findings}


def told_by_doctor(workspace: Workspace, file: str) -> bool:
    return any(file in check.detail for check in diagnosis.diagnose(lambda: workspace, BY).checks)


@pytest.mark.parametrize("at", [3, 40, 200, -3])
def test_a_damaged_item_stands_aside(workspace: Workspace, at: int) -> None:
    """「listed by review list as damaged (path, why, what to do) and named by verify and doctor」; the original is there."""
    item, others = waiting(workspace), len(workspace.archive.tray.items()) - 1
    spoil(item.folder / "why.json", at)
    listed = review.list_waiting(workspace)
    assert len(listed.items) == listed.waiting == others
    (damaged,) = listed.damaged
    assert (damaged.item, damaged.file, damaged.path) == (item.id, f"review/{item.id}/why.json", item.file)
    assert damaged.why and "review return" in damaged.remedy
    for number in (WANG, ZHANG):
        write(workspace, number)
    assert named(workspace) == {damaged.file} and told_by_doctor(workspace, damaged.file)
    with pytest.raises(DamagedFile) as refused:
        review.show_waiting(workspace, item.id)
    assert refused.value.code == "E212" and refused.value.file == damaged.file
    back = review.hand_back(workspace, BY, item.id)
    assert back.path.read_bytes() == scan(OLD_PAPER) and not item.folder.exists()
    assert named(workspace) == set()


def test_an_item_without_its_file_or_its_reasons_is_damaged(workspace: Workspace) -> None:
    """Siblings: the file as it came is gone, ``why.json`` is gone; neither ends the list."""
    first, second = waiting(workspace), workspace.archive.tray.items()[1]
    first.file.unlink()
    (second.folder / "why.json").unlink()
    damaged = {d.item: d for d in review.list_waiting(workspace).damaged}
    assert damaged.keys() == {first.id, second.id} and damaged[first.id].path is None
    assert named(workspace) == {f"review/{first.id}/original", f"review/{second.id}/why.json"}
    with pytest.raises(DamagedFile):
        review.hand_back(workspace, BY, first.id)
    write(workspace, WANG)


def test_what_was_read_of_a_file_is_not_used_when_it_is_damaged(workspace: Workspace) -> None:
    """Derived files have their digests in ``why.json``: a damaged one counts as not read, and is named."""
    item = waiting(workspace)
    assert item.text and item.reading
    for name in ("text.txt", "pages.json"):
        spoil(item.folder / name, 2)
    assert (item.text, item.reading) == ("", b"")
    assert named(workspace) == {f"review/{item.id}/text.txt", f"review/{item.id}/pages.json"}
    assign(workspace, BY, waiting(workspace), ZHANG, workspace.catalogue.get("mat_id_card"))


def test_notes_of_earlier_programs_are_read(workspace: Workspace) -> None:
    """Data of older formats stays readable: a note without a digest is read by its shape."""
    item = waiting(workspace)
    why = json.loads((item.folder / "why.json").read_bytes())
    del why["digest"], why["files"]
    (item.folder / "why.json").write_text(json.dumps(why, ensure_ascii=False), encoding="utf-8")
    assert waiting(workspace).text == item.text
    assert named(workspace) == set()
    workspace.archive.tray.explain(waiting(workspace), reason="x", message="y", details={})
    assert "digest" in json.loads((item.folder / "why.json").read_bytes())


def test_a_damaged_alarm_keeps_its_one_case_closed(workspace: Workspace) -> None:
    """「a damaged alarm file keeps its one case read-only and says so」; a full check says anew what is wrong, or lifts it."""
    archive = workspace.archive
    with archive.writing(BY.actor):
        archive.alarms.set(ZHANG, [FixityFinding(str(ZHANG), "data/x", FixityFault.MISSING)])
    path = archive.alarms.folder / f"{ZHANG}.json"
    spoil(path)
    write(workspace, WANG)
    with pytest.raises(IntegrityAlarm) as refused:
        write(workspace, ZHANG)
    assert refused.value.file == str(ZHANG) and path.name in str(refused.value)
    assert told_by_doctor(workspace, f"alarms/{path.name}")
    assert named(workspace) == {f"alarms/{path.name}"}
    write(workspace, ZHANG)
    assert not path.exists() and named(workspace) == set()


def test_a_damaged_note_of_a_move_stops_the_case_it_names(workspace: Workspace) -> None:
    """「a damaged moves/runs note stops only the cases it names (by its file name) with one finding」."""
    archive = workspace.archive
    with archive.writing(BY.actor):
        archive.two_case_changes.begin(RecordMove(WANG, RecordNo("0001"), ZHANG, "放错了", STAMP))
    path = archive.two_case_changes.folder / f"{WANG}-0001.json"
    spoil(path)
    with Workspace.open(workspace.root) as again:
        write(again, ZHANG)
        with pytest.raises(DamagedFile) as refused:
            write(again, WANG)
        assert refused.value.file == f"moves/{path.name}" and path.exists()
        assert named(again) == {f"moves/{path.name}"} and told_by_doctor(again, f"moves/{path.name}")
        path.unlink()
        write(again, WANG)


def test_a_damaged_note_of_a_run_settles_itself(workspace: Workspace) -> None:
    """What a run took stands in the ledger under its id, which is the file's name: whoever takes numbers next forgets it."""
    archive = workspace.archive
    with archive.writing(BY.actor):
        run = archive.runs.begin(STAMP)
        archive.runs.take(run, "红样救字", 2024, 2, {"document": "x"}, STAMP)
        run.release()
    spoil(run.path)
    assert named(workspace) == {f"runs/{run.path.name}"}
    with archive.taking_numbers(STAMP) as another, archive.writing(BY.actor):
        archive.runs.take(another, "红样救字", 2024, 1, {"document": "x"}, STAMP)
    assert not run.path.exists() and named(workspace) == set()


def test_an_assignment_begun_into_a_case_that_cannot_be_read_is_not_forgotten(workspace: Workspace) -> None:
    """Whether the paper is in the case shows once that can be read: forgotten, it might be filed twice."""
    item = waiting(workspace)
    with workspace.archive.writing(BY.actor):
        workspace.archive.tray.mark(item, str(ZHANG))
    event = workspace.archive.folder(ZHANG) / "events" / "000001.json"
    whole = event.read_bytes()
    spoil(event)
    with Workspace.open(workspace.root) as again:
        write(again, WANG)
        assert any(item.id in line for line in again.archive.recovered.alarms)
        assert [case for _, case in again.archive.tray.marks()] == [str(ZHANG)]
    event.write_bytes(whole)
    with Workspace.open(workspace.root) as again:
        write(again, WANG)
        assert again.archive.tray.marks() == []


@pytest.mark.parametrize("text", ["[]", "3", "{}", '{"digest": 1}', '{"digest": "x", "received": "y"}', ""])
def test_whatever_stands_there_is_refused_in_one_way(tmp_path: Path, text: str) -> None:
    """One error with the file's name and what to do."""
    path = tmp_path / "why.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ArchivistError) as refused:
        notes.read(path, "review/x/why.json", JsonTable({"received": str}), "从备份取回。")
    assert (refused.value.code, refused.value.file, refused.value.remedy) == (
        "E212",
        "review/x/why.json",
        "从备份取回。",
    )


def test_a_manifest_may_name_an_event_of_any_number(workspace: Workspace) -> None:
    """No content of any file falls over: the tag manifest lists an event whose number is longer than Python reads."""
    tags = workspace.archive.folder(ZHANG) / "tagmanifest-sha256.txt"
    tags.chmod(0o600)
    tags.write_bytes(tags.read_bytes() + f"{'0' * 64}  events/{'9' * 5000}.json\n".encode())
    assert named(workspace) == {f"{ZHANG}/tagmanifest-sha256.txt"}


def test_a_digest_at_another_place_makes_no_note_of_an_earlier_program() -> None:
    """«notes carry a digest of themselves»: one that stands in a table below, or is part of another key, is damage."""
    shape = JsonTable({"findings": JsonList(JsonMap(str)), "files": JsonMap(str)})
    note = {"findings": [{"bag": "TJHQ-DB-2024-000001", "file": "data/x"}], "files": {"a.pdf": "0" * 64}}
    lines = notes.seal(note).decode().splitlines()
    (own,) = (line for line in lines if '"digest"' in line)
    rest = [line for line in lines if line != own]
    tried = 0
    for at in range(len(rest) + 1):
        moved = [*rest[:at], own if own.endswith(",") else f"{own},", *rest[at:]]
        for text in ("\n".join(moved) + "\n", "\n".join(moved).replace('"digest"', '"founddigest"') + "\n"):
            if text.encode() == notes.seal(note):
                continue
            with pytest.raises(MalformedData):
                notes.unseal(text.encode(), shape)
            tried += 1
    assert tried > 10
    assert notes.unseal(json.dumps(note).encode(), shape) == note, "of an earlier program"
