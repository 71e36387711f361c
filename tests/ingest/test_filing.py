"""From the inbox to the case, once: real files, the real reading process, real kills."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from docx import Document

from archivist.api.case_file import show_case
from archivist.api.inbox import DropOutcomeView
from archivist.cli.inbox import describe
from archivist.doctypes.catalogue import Catalogue
from archivist.errors import CaseClosed
from archivist.ingest.batches import Outcome
from archivist.ingest.by_hand import assign, file_by_hand
from archivist.ingest.filing import (
    AlreadyFiled,
    DropOutcome,
    Filed,
    NeedsReview,
    ReadDrop,
    file_dropped,
    prepare,
)
from archivist.ingest.settling import look
from archivist.ingest.watch_folder import file_once
from archivist.issuing.case_documents import issue, plan
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.procedure.closing import deregister
from archivist.reading.reader_process import Reader
from archivist.rules.disposition.arrangement import OWN
from archivist.rules.disposition.late_filing import ENDING
from archivist.store import Original
from archivist.workspace import Workspace
from tests.filing import file_papers, signed_scan
from tests.kit import BY, NOW, make_workspace, open_household
from tests.people import WANG_ID, make_id
from tests.reading.files import PATIENT
from tests.sampling import sweep
from tests.waiting import PATIENCE_S, until


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(PATIENT) as one:
        yield one


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        yield made


def paper(path: Path, *lines: str) -> Path:
    """Write a Word file, the quickest thing that is really read."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def name_of(workspace: Workspace, record: Record) -> str:
    return workspace.archive.source_name(the_case(workspace).number, record)


def the_case(workspace: Workspace) -> Case:
    return workspace.archive.read(workspace.archive.case_numbers()[0])


def drop(workspace: Workspace, reader: Reader, name: str) -> DropOutcome:
    return file_dropped(workspace, BY, prepare(workspace.archive.inbox / name, name, reader))


def test_a_certain_paper_is_filed_and_findable(workspace: Workspace, reader: Reader) -> None:
    paper(workspace.archive.inbox / "a.docx", "诊断证明书", f"证号 {WANG_ID}", "屋顶漏雨的北墙")
    outcome = drop(workspace, reader, "a.docx")
    assert isinstance(outcome, Filed)
    assert not (workspace.archive.inbox / "a.docx").exists()
    record = the_case(workspace).records[outcome.record]
    assert (record.type, name_of(workspace, record)) == ("mat_medical_evidence", "a.docx")
    hits = workspace.index.search("漏雨的北墙").hits
    assert [(h.case, h.record) for h in hits] == [(outcome.case, outcome.record)]


def test_a_record_says_who_chose_its_type_and_the_day_the_paper_bears(
    workspace: Workspace, reader: Reader
) -> None:
    """“record entry data gets … ``"typed": {"by": "machine", "score": 0.83}`` (person-chosen types: by person)”; “dated”."""
    words = ("诊断证明书", f"证号 {WANG_ID}", "科别 骨科", "诊断 略", "医师：样例医生", "2024年3月4日")
    paper(workspace.archive.inbox / "a.docx", *words)
    drop(workspace, reader, "a.docx")
    bare = paper(workspace.root / "b.docx", "诊断证明书", f"证号 {WANG_ID}")
    number = the_case(workspace).number
    file_by_hand(workspace, BY, number, bare, reader, None)
    own = paper(workspace.root / "c.docx", "一张纸")
    file_by_hand(workspace, BY, number, own, reader, workspace.catalogue.get("诊断证明"))
    whole, heading, told = the_case(workspace).records.values()
    assert whole.data["dated"] == whole.dated == "2024-03-04"
    assert whole.type_score is not None and whole.type_score >= 0.8 and not whole.type_unsure
    assert heading.type_score is not None and heading.type_unsure and heading.dated == ""
    assert told.data["typed"] == {"by": "person"} and not told.type_unsure and "dated" not in told.data


def test_the_same_bytes_again_are_a_duplicate_and_not_filed_twice(
    workspace: Workspace, reader: Reader
) -> None:
    """「A byte-identical file already in the same case is reported as a duplicate of record NNNN」."""
    source = paper(workspace.root / "original.docx", "诊断证明书", f"证号 {WANG_ID}")
    for name in ("a.docx", "b.docx"):
        shutil.copy(source, workspace.archive.inbox / name)
    assert isinstance(drop(workspace, reader, "a.docx"), Filed)
    again = drop(workspace, reader, "b.docx")
    assert isinstance(again, NeedsReview)
    assert again.reason == "duplicate"
    assert "第 0001 件" in again.message
    assert len(the_case(workspace).records) == 1
    assert workspace.archive.tray.get(again.item).file.read_bytes() == source.read_bytes()


def test_an_original_left_by_a_kill_is_only_removed(workspace: Workspace, reader: Reader) -> None:
    path = paper(workspace.archive.inbox / "a.docx", "诊断证明书", f"证号 {WANG_ID}")
    kept = workspace.root / "kept"
    os.link(path, kept)  # the same file, inode and all, as after a kill between commit and removal
    assert isinstance(drop(workspace, reader, "a.docx"), Filed)
    os.link(kept, path)
    assert isinstance(drop(workspace, reader, "a.docx"), AlreadyFiled)
    assert not path.exists()
    assert len(the_case(workspace).records) == 1


def test_an_original_left_by_a_kill_is_known_before_the_index_knows_it(
    workspace: Workspace, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between commit and index, then healed by a process that has no index: not a duplicate for the tray."""
    path = paper(workspace.archive.inbox / "a.docx", "诊断证明书", f"证号 {WANG_ID}")
    kept = workspace.root / "kept"
    os.link(path, kept)
    with monkeypatch.context() as patch:
        patch.setattr(workspace, "follow", lambda _: None)
        assert isinstance(drop(workspace, reader, "a.docx"), Filed)
    os.link(kept, path)
    assert workspace.index.drift() != []
    assert isinstance(drop(workspace, reader, "a.docx"), AlreadyFiled)
    assert not path.exists()
    assert workspace.archive.tray.items() == []
    assert len(the_case(workspace).records) == 1


def test_an_original_left_by_a_kill_after_the_tray_took_it_is_only_removed(
    workspace: Workspace, reader: Reader
) -> None:
    """Meanwhile its case was opened: by now it could be filed, but it waits in the tray already."""
    other = make_id("19710815", "013")
    path = paper(workspace.archive.inbox / "a.docx", "诊断证明书", f"证号 {other}")
    kept = workspace.root / "kept"
    os.link(path, kept)
    outcome = drop(workspace, reader, "a.docx")
    assert isinstance(outcome, NeedsReview)
    os.link(kept, path)
    open_household(workspace, parse_facts({"applicant": {"name": "张样例", "id_number": other}}))
    again = drop(workspace, reader, "a.docx")
    assert isinstance(again, NeedsReview)
    assert (again.item, path.exists()) == (outcome.item, False)
    assert [i.id for i in workspace.archive.tray.items()] == [outcome.item]
    assert not any(workspace.archive.read(n).records for n in workspace.archive.case_numbers())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no names in bytes")
def test_a_name_in_gbk_bytes_does_not_stop_the_watcher(workspace: Workspace) -> None:
    inbox = workspace.archive.inbox
    folder = next(p for p in inbox.iterdir() if p.is_dir())
    for place, name, lines in (
        (inbox, "诊断", f"证号 {WANG_ID}"),
        (folder, "走访", "邻里访问记录"),
        (inbox, "空", ""),
    ):
        (place / os.fsdecode(f"{name}.txt".encode("gb18030"))).write_text(lines, "utf-8")
    (inbox / os.fsdecode("坏.据".encode("gb18030"))).write_bytes(b"\0\1")
    seen: list[Outcome] = []
    file_once(workspace, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert {(o.name.rsplit("/")[-1], type(o).__name__) for o in seen} == {
        ("诊断.txt", "NeedsReview"), ("走访.txt", "Filed"), ("空.txt", "NeedsReview"), ("坏.据", "NeedsReview")
    }  # fmt: skip
    assert {name_of(workspace, r) for r in the_case(workspace).records.values()} == {
        f"{folder.name}/走访.txt"
    }
    assert not list(look(inbox))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("空.pdf", b""),
        ("残.pdf", b"%PDF-1.7\n1 0 obj"),
        ("垃圾.jpg", b"\x00\x01nonsense"),
        ("压缩包.zip", b"PK\x03\x04" + b"x" * 40),
    ],
)
def test_whatever_cannot_be_read_waits_with_the_reason(
    workspace: Workspace, reader: Reader, name: str, data: bytes
) -> None:
    (workspace.archive.inbox / name).write_bytes(data)
    outcome = drop(workspace, reader, name)
    assert isinstance(outcome, NeedsReview)
    assert outcome.reason == "unreadable"
    item = workspace.archive.tray.get(outcome.item)
    assert item.file.read_bytes() == data
    assert item.name == name
    assert name.split(".")[0] not in str(item.file), "no name of a clerk's file in a path"


def test_no_chain_has_the_name_of_a_clerks_file(workspace: Workspace, reader: Reader, tmp_path: Path) -> None:
    """No person's name stays in a chain for ever: neither as the source nor as where evidence was seen."""
    number = the_case(workspace).number
    for place, lines in {
        workspace.archive.inbox / "赵钱孙 诊断证明.docx": ("诊断证明书", WANG_ID),
        workspace.archive.inbox / f"{number} 赵钱孙" / f"赵钱孙 {WANG_ID}.docx": ("邻里访问记录",),
        workspace.archive.inbox / "赵钱孙.docx": ("一张没有标题的纸",),
    }.items():
        place.parent.mkdir(exist_ok=True)
        paper(place, *lines)
        drop(workspace, reader, str(place.relative_to(workspace.archive.inbox)))
    other = workspace.catalogue.get("mat_medical_evidence")
    by_hand = paper(tmp_path / "赵钱孙之二.docx", "另一张纸")
    file_by_hand(workspace, BY, number, by_hand, reader, other, reason="本户漏归")
    for item in workspace.archive.tray.items():
        assign(workspace, BY, item, number, other)
    assert len(the_case(workspace).records) == 4
    for event in (workspace.archive.folder(number) / "events").iterdir():
        assert "赵钱孙" not in event.read_text(encoding="utf-8")
    assert all("赵钱孙" in name_of(workspace, r) for r in the_case(workspace).records.values())


def test_a_person_assigns_what_waits(workspace: Workspace, reader: Reader) -> None:
    paper(workspace.archive.inbox / "a.docx", "一张没有标题的纸", "写着很特别的话")
    outcome = drop(workspace, reader, "a.docx")
    assert isinstance(outcome, NeedsReview)
    item = workspace.archive.tray.get(outcome.item)
    number = the_case(workspace).number
    filed = assign(workspace, BY, item, number, workspace.catalogue.get("邻里访问记录"))
    assert workspace.archive.tray.items() == []
    record = the_case(workspace).records[filed.record]
    assert (record.type, name_of(workspace, record)) == ("neighbor_interview", "a.docx")
    assert workspace.index.search("很特别的话").total == 1, "what was read is kept, not read again"


def test_a_kill_between_assigning_and_leaving_the_tray(workspace: Workspace, reader: Reader) -> None:
    paper(workspace.archive.inbox / "a.docx", "一张没有标题的纸")
    outcome = drop(workspace, reader, "a.docx")
    assert isinstance(outcome, NeedsReview)
    number = the_case(workspace).number
    saved = workspace.root / "saved"
    shutil.copytree(workspace.archive.review, saved)
    item = workspace.archive.tray.get(outcome.item)
    with workspace.archive.writing("x"):
        workspace.archive.tray.mark(item, str(number))
    shutil.rmtree(saved)
    shutil.copytree(workspace.archive.review, saved)
    assign(workspace, BY, item, number, workspace.catalogue.get("邻里访问记录"))
    shutil.rmtree(workspace.archive.review)
    shutil.copytree(saved, workspace.archive.review)  # the commit stands, the item had not left
    with Workspace.open(workspace.root) as again:
        with again.archive.writing("x"):
            pass
        assert again.archive.tray.items() == []
        assert len(the_case(again).records) == 1


def test_a_mark_without_a_commit_is_forgotten(workspace: Workspace, reader: Reader) -> None:
    paper(workspace.archive.inbox / "a.docx", "一张没有标题的纸")
    outcome = drop(workspace, reader, "a.docx")
    assert isinstance(outcome, NeedsReview)
    with workspace.archive.writing("x"):
        workspace.archive.tray.mark(workspace.archive.tray.get(outcome.item), str(the_case(workspace).number))
    with Workspace.open(workspace.root) as again:
        with again.archive.writing("x"):
            pass
        assert again.archive.tray.marks() == []
        assert len(again.archive.tray.items()) == 1


def test_what_belongs_to_nobody_is_handed_back(workspace: Workspace, reader: Reader) -> None:
    paper(workspace.archive.inbox / "别处的.docx", "别处的纸")
    outcome = drop(workspace, reader, "别处的.docx")
    assert isinstance(outcome, NeedsReview)
    with workspace.archive.writing("x"):
        item = workspace.archive.tray.get(outcome.item)
        path = workspace.archive.tray.hand_back(item, workspace.archive.outbox / "退回")
    assert path.name == "别处的.docx"
    assert workspace.archive.tray.items() == []


def test_filing_by_hand_leaves_the_clerk_s_own_file(
    workspace: Workspace, reader: Reader, tmp_path: Path
) -> None:
    path = paper(tmp_path / "mine.docx", "诊断证明书")
    filed = file_by_hand(workspace, BY, the_case(workspace).number, path, reader, None)
    assert path.exists()
    assert the_case(workspace).records[filed.record].status is RecordStatus.FILED


def test_a_reader_that_cannot_start_leaves_the_file(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the machine is not the file's: it stays in the inbox."""
    paper(workspace.archive.inbox / "a.docx", "诊断证明书")
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    seen: list[Outcome] = []
    file_once(workspace, lambda: BY, lambda o, _d, _t: seen.append(o))
    assert [type(o).__name__ for o in seen] == ["LeftInInbox"]
    assert (workspace.archive.inbox / "a.docx").exists()


# ── the watcher as a process ─────────────────────────────────────────────────────────────────────────────
def start_watcher(root: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "archivist", "watch", "--workspace", str(root), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def bring(workspace: Workspace, name: str, *lines: str) -> None:
    """Put a whole paper into the inbox at once: a watcher beside us must not find half of it settled."""
    paper(workspace.root / "whole.docx", *lines).rename(workspace.archive.inbox / name)


def test_the_watcher_files_what_is_dropped_and_ends_when_told(workspace: Workspace) -> None:
    watcher = start_watcher(workspace.root)
    try:
        assert watcher.stdout is not None and "守候" in watcher.stdout.readline()
        bring(workspace, "a.docx", "诊断证明书", f"证号 {WANG_ID}")
        until(lambda: len(the_case(workspace).records) == 1)
        folder = next(p for p in workspace.archive.inbox.iterdir() if p.is_dir())
        bring(workspace, f"{folder.name}/b.docx", "邻里访问记录")
        until(lambda: len(the_case(workspace).records) == 2)
    finally:
        watcher.send_signal(signal.SIGTERM)
        out, err = watcher.communicate(timeout=PATIENCE_S)
    assert watcher.returncode == 0, err
    assert "第 0002 件" in out


@sweep(1 / 3)
@pytest.mark.parametrize("committed", range(6))
def test_a_killed_watcher_files_each_paper_once(workspace: Workspace, committed: int) -> None:
    """Kill −9 as soon as some papers are committed, then start again: each is in the case once, or still in the inbox."""
    originals = {}
    for n in range(6):
        path = paper(workspace.archive.inbox / f"{n}.docx", "诊断证明书", f"证号 {WANG_ID}", f"第 {n} 张")
        originals[Original.of(path, path.name).sha256] = path.name
    watcher = start_watcher(workspace.root)
    events = workspace.archive.folder(the_case(workspace).number) / "events"
    try:
        until(lambda: len(list(events.glob("*.json"))) > committed, step_s=0.0)
    finally:
        os.kill(watcher.pid, signal.SIGKILL)
        watcher.communicate(timeout=PATIENCE_S)
    with Workspace.open(workspace.root) as fresh:
        with fresh.archive.writing("x"):
            pass
        filed = [r.source_sha256 for r in the_case(fresh).records.values()]
        waiting = [Original.of(p, p.name).sha256 for p in fresh.archive.inbox.glob("*.docx")]
        assert len(filed) == len(set(filed))
        assert set(filed) | set(waiting) == set(originals)
        again = start_watcher(workspace.root, "--once")
        again.communicate(timeout=PATIENCE_S)
        assert again.returncode == 0
        assert sorted(r.source_sha256 for r in the_case(fresh).records.values()) == sorted(originals)
        assert not list(fresh.archive.inbox.glob("*.docx"))
        assert bagit.Bag(str(fresh.archive.folder(the_case(fresh).number))).validate()
        assert fresh.index.search("诊断证明书").total >= len(originals)


def test_stopping_takes_effect_between_files(workspace: Workspace) -> None:
    for n in range(3):
        paper(workspace.archive.inbox / f"{n}.docx", "诊断证明书", f"证号 {WANG_ID} {n}")
    stop = threading.Event()
    seen: list[Outcome] = []

    def report(outcome: Outcome, _done: int, _total: int) -> None:
        seen.append(outcome)
        stop.set()

    file_once(workspace, lambda: BY, report, stop)
    filed = len(the_case(workspace).records)
    assert filed == len(seen) >= 1
    assert filed + len(list(workspace.archive.inbox.glob("*.docx"))) == 3


def test_record_numbers_never_change(workspace: Workspace, reader: Reader) -> None:
    for n in range(3):
        paper(workspace.archive.inbox / f"{n}.docx", "诊断证明书", f"证号 {WANG_ID} {n}")
        drop(workspace, reader, f"{n}.docx")
    assert list(the_case(workspace).records) == [RecordNo(f"000{n}") for n in (1, 2, 3)]


# ── a closed file ────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def closed(workspace: Workspace) -> Case:
    """A deregistered household with one paper, whose notes were made afterwards and wait for their signatures."""
    number = the_case(workspace).number
    file_papers(workspace, number, "application_form")
    deregister(workspace, BY, number, on=NOW.date(), reason="死亡")
    todo = plan(workspace, BY, workspace.catalogue.get("case_notes"), [number], {}, on=NOW.date())
    assert issue(workspace, BY, todo).issued
    return the_case(workspace)


def test_the_signed_notes_come_after_the_file_was_closed(
    workspace: Workspace, reader: Reader, closed: Case
) -> None:
    """立卷人、检查人 sign when the volume is complete; the code on the sheet files it."""
    (notes,) = closed.records_of("case_notes")
    inbox, folder = workspace.archive.inbox, workspace.archive.folder(closed.number)
    shutil.copyfile(folder / notes.files[0].path, inbox / "a.docx")
    back = drop(workspace, reader, "a.docx")
    assert isinstance(back, NeedsReview) and back.reason == "not_on_paper", "the print itself is not signed"
    (inbox / "a.jpg").write_bytes(b"a scan")
    seen = signed_scan(notes, workspace.archive.text(closed.number, notes.no))
    outcome = file_dropped(workspace, BY, ReadDrop(Original.of(inbox / "a.jpg", "a.jpg"), seen, None))
    assert isinstance(outcome, Filed) and outcome.signs == notes.no
    case = the_case(workspace)
    assert case.records[notes.no].status is RecordStatus.SIGNED
    assert case.records[outcome.record].data["signature"]["signed"] == ["签名"]
    paper(workspace.archive.inbox / "b.docx", "诊断证明书", f"证号 {WANG_ID}")
    late = drop(workspace, reader, "b.docx")
    assert isinstance(late, NeedsReview) and late.reason == "case_closed"


@pytest.mark.parametrize("kind", [kind for kind in (*ENDING, *OWN) if kind in Catalogue.load()])
def test_what_a_closed_file_still_takes_by_hand(
    workspace: Workspace, reader: Reader, closed: Case, kind: str
) -> None:
    """The receipt that comes back by post, the form of deregistration, the archive's own papers."""
    own = paper(workspace.root / "b.docx", "一张纸")
    filed = file_by_hand(workspace, BY, closed.number, own, reader, workspace.catalogue.get(kind))
    assert the_case(workspace).records[filed.record].type == kind


def test_a_closed_file_takes_nothing_else_without_a_reason(
    workspace: Workspace, reader: Reader, closed: Case
) -> None:
    """What belongs to the procedure came before its end; a paper found later is filed with the words why."""
    card = workspace.catalogue.get("mat_id_card")
    own = paper(workspace.root / "b.docx", "居民身份证", f"证号 {WANG_ID}")
    with pytest.raises(CaseClosed) as refused:
        file_by_hand(workspace, BY, closed.number, own, reader, card)
    assert "不再收居民身份证" in refused.value.what and "送达回证" in refused.value.what
    assert "--reason" in refused.value.remedy and own.exists()
    shutil.copy(own, workspace.archive.inbox / "b.docx")
    waiting = drop(workspace, reader, "b.docx")
    assert isinstance(waiting, NeedsReview)
    item = workspace.archive.tray.get(waiting.item)
    with pytest.raises(CaseClosed):
        assign(workspace, BY, item, closed.number, card)
    assert [i.id for i in workspace.archive.tray.items()] == [item.id], "it waits as before"
    filed = assign(workspace, BY, item, closed.number, card, reason="立卷时夹在别户卷内")
    event, _ = workspace.archive.chain(closed.number).events[-1]
    assert (event.data["record"]["no"], event.reason) == (filed.record, "立卷时夹在别户卷内")
    again = file_by_hand(
        workspace, BY, closed.number, own, reader, card, keep_duplicate=True, reason="补扫背面"
    )
    assert again.record > filed.record


def test_a_signed_copy_is_taken_by_its_number_whenever_it_comes(
    workspace: Workspace, reader: Reader, closed: Case
) -> None:
    notes = closed.records_of("case_notes")[0]
    own = paper(workspace.root / "b.docx", "看不清的一张纸")
    filed = file_by_hand(workspace, BY, closed.number, own, reader, None, signs=notes.no)
    assert filed.signs == notes.no
    signature = the_case(workspace).records[filed.record].data["signature"]
    assert signature == {"by": BY.actor}, "a person took it for the signed copy, and the record says so"


def test_the_same_paper_scanned_again_is_filed_and_told(workspace: Workspace, reader: Reader) -> None:
    """A near-equal one of the same type is told, not blocked; what differs in a number is another paper."""
    inbox = workspace.archive.inbox
    lines = [
        "诊断证明书",
        f"姓名 王秀兰 证号 {WANG_ID}",
        "门诊号 6433012",
        "诊断 腰椎间盘突出症；高血压病3级",
        "建议 休息两周",
    ]
    outcomes = []
    for name, text in {
        "a.docx": lines,
        "b.docx": [*lines[:2], "", *lines[2:]],
        "c.docx": [line.replace("6433012", "6433913") for line in lines],
    }.items():
        paper(inbox / name, *text)
        outcomes.append(drop(workspace, reader, name))
    filed = [o for o in outcomes if isinstance(o, Filed)]
    assert [(f.record, f.similar_to) for f in filed] == [("0001", None), ("0002", "0001"), ("0003", None)]
    case = the_case(workspace)
    assert [r.similar_to for r in case.records.values()] == [None, "0001", None]
    assert all(len(str(r.data["text_fingerprint"])) == 16 for r in case.records.values())
    shown = show_case(workspace, str(case.number)).records
    assert [r.similar_to for r in shown] == [None, "0001", None] and "很像" in shown[1].standing
    assert "与第 0001 件很像" in describe(DropOutcomeView.of(outcomes[1]))
