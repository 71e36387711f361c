"""Archives of other formats in the whole house: an older one goes on, what a newer program wrote is left alone."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from archivist.cli.main import main
from archivist.errors import NewerFormat
from archivist.ingest import refiling
from archivist.ingest.by_hand import assign, file_by_hand
from archivist.ingest.filing import Filed, LeftInInbox, ReadDrop, file_dropped
from archivist.issuing.case_documents import plan
from archivist.model.by import By
from archivist.model.event import EVENT_FORMAT
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, RecordNo
from archivist.preservation.restore import restore
from archivist.preservation.verification import accept, verify
from archivist.procedure.agenda import agenda
from archivist.procedure.cases import change_facts
from archivist.procedure.closing import deregister
from archivist.procedure.completeness_audit import check
from archivist.procedure.steps import take_step
from archivist.reading.formats.text import TXT
from archivist.reading.pages import PageText, ReadResult
from archivist.reading.reader_process import Reader
from archivist.store import Archive, Original
from archivist.store.archive_format import LINE
from archivist.store.bag_fixity import FixityFault
from archivist.workspace import Workspace
from tests.formats import FORMAT_0, add_newer_event, but_the_lock, older_workspace, picture
from tests.kit import BY, NOW, TODAY, make_workspace, open_another, open_household
from tests.people import WANG, make_id
from tests.sampling import sweep

OLD = CaseNo.parse("TJHQ-DB-2024-000001")


# ── older ────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_archive_of_format_0_is_read_checked_and_continued(tmp_path: Path) -> None:
    """Those that name none are of format 0 and are read for ever."""
    with older_workspace(tmp_path / "ws") as workspace:
        archive = workspace.archive
        case = archive.read(OLD)
        assert (case.applicant_name, case.seq, len(case.records)) == ("王样例", 3, 1)
        assert {e.format for e, _ in archive.chain(OLD).events} == {0}
        assert not (archive.root / "FORMAT").exists()
        assert verify(workspace, BY).findings == ()
        assert (archive.root / "FORMAT").read_text(encoding="utf-8") == LINE
        by = dataclasses.replace(BY, account="lin", host="前台一号机")
        change_facts(workspace, by, OLD, [("applicant.phone", "022-00001111")])
        new, digest = archive.chain(OLD).events[-1]
        assert (new.format, new.prev, new.account) == (EVENT_FORMAT, case.head, "lin") and archive.read(
            OLD
        ).head == digest
        for old in sorted((FORMAT_0 / "cases").rglob("*.json")):
            assert (archive.cases / old.relative_to(FORMAT_0 / "cases")).read_bytes() == old.read_bytes()
        assert verify(workspace, BY).findings == ()
        assert [e.format for e in archive.ledger_events()] == [0, 0, *4 * [EVENT_FORMAT]]


def test_a_paper_of_format_0_moves_and_leaves_its_name_behind(tmp_path: Path) -> None:
    """Chains with plain names stay readable and as they are; where the paper goes its name is sealed."""
    with older_workspace(tmp_path / "ws") as workspace:
        archive = workspace.archive
        (record,) = archive.read(OLD).records.values()
        assert archive.source_name(OLD, record) == "诊断证明.txt"
        target = open_another(workspace, "044").number
        done = refiling.move(workspace, BY, OLD, record.no, target, None, "归错")
        there = archive.read(target).records[done.new]
        assert archive.source_name(target, there) == "诊断证明.txt" and "name" not in there.source
        assert not archive.read(OLD).records and list(archive.read(OLD).moved_out) == [record.no]
        assert verify(workspace, BY).findings == ()


# ── newer ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A household that a newer program wrote to, and 赵六's, which it did not; a backup of before; one paper in the tray."""
    with make_workspace(tmp_path / "ws") as made:
        number = open_household(made).number
        zhao = {**WANG["applicant"], "name": "赵六", "id_number": make_id("19700101", "015")}
        open_household(made, parse_facts({**WANG, "applicant": zhao}))
        path = made.archive.inbox / "旧件.txt"
        path.write_text("不知道是什么", encoding="utf-8")
        file_dropped(made, BY, read(path, "不知道是什么"))
        shutil.copytree(made.archive.root, tmp_path / "backup")
        add_newer_event(made.archive.folder(number))
        yield made


def read(path: Path, text: str) -> ReadDrop:
    page = PageText(1, text, (), "text", 1.0, 0, 1654, 2339)
    return ReadDrop(Original.of(path, path.name), ReadResult(TXT, (page,)), None)


def numbers(workspace: Workspace) -> tuple[CaseNo, CaseNo]:
    newer, other = workspace.archive.case_numbers()
    return newer, other


def assigned(workspace: Workspace, number: CaseNo) -> object:
    (item,) = workspace.archive.tray.items()
    return assign(workspace, BY, item, number, workspace.catalogue.get("other"))


def filed(workspace: Workspace, number: CaseNo) -> object:
    path = workspace.root / "p.txt"
    path.write_text("诊断证明书", encoding="utf-8")
    with Reader() as reader:
        return file_by_hand(workspace, BY, number, path, reader, workspace.catalogue.get("other"))


WRITES: dict[str, Callable[[Workspace, CaseNo], object]] = {
    "change": lambda w, n: change_facts(w, BY, n, [("applicant.phone", "022-00001111")]),
    "deregister": lambda w, n: deregister(w, BY, n, on=TODAY, reason="死亡"),
    "step": lambda w, n: take_step(w, BY, n, "submit", on=TODAY),
    "file": filed,
    "assign": assigned,
    "move out": lambda w, n: refiling.move(w, BY, n, RecordNo("0001"), numbers(w)[1], None, "归错"),
    "move in": lambda w, n: refiling.move(w, BY, numbers(w)[1], RecordNo("0001"), n, None, "归错"),
    "retype": lambda w, n: refiling.retype(w, BY, n, RecordNo("0001"), w.catalogue.get("other"), "认错"),
    "accept": lambda w, n: accept(w, BY, str(n), "核实无误", By("赵主任", NOW)),
    "restore": lambda w, n: restore(w, BY, n, w.root.parent / "backup"),
}


@sweep(1 / 3)
@pytest.mark.parametrize("act", WRITES)
def test_every_write_to_a_newer_case_is_refused(workspace: Workspace, act: str) -> None:
    """It is read-only: every write to such a case is refused with this error and nothing is written."""
    newer, _ = numbers(workspace)
    before = but_the_lock(picture(workspace.archive.root))
    with pytest.raises(NewerFormat) as refused:
        WRITES[act](workspace, newer)
    assert (refused.value.code, refused.value.exit_status) == ("E210", 20)
    assert str(newer) in str(refused.value) and "000002.json" in refused.value.what
    assert but_the_lock(picture(workspace.archive.root)) == before


def test_other_cases_go_on(workspace: Workspace) -> None:
    """Other cases go on."""
    newer, other = numbers(workspace)
    change_facts(workspace, BY, other, [("applicant.phone", "022-00001111")])
    workspace.catch_up(BY)
    assert workspace.behind is None
    assert {hit.case for hit in workspace.index.search("王秀兰").hits} == {newer}
    found = check(workspace, on=TODAY)
    assert [c.case.number for c in found.cases] == [other]
    (unread,) = found.unread
    assert str(newer) in unread and "由更新版本的程序写入" in unread
    assert str(newer) in "".join(agenda(workspace, on=NOW).unread)
    todo = plan(workspace, BY, workspace.catalogue.get("application_form"), [newer, other], {}, on=TODAY)
    assert [p.case.number for p in todo.documents] == [other]
    assert [(r.case, r.error.code) for r in todo.refused] == [(newer, "E210")]
    assigned(workspace, other)


def test_a_paper_for_a_newer_case_stays_in_the_inbox(workspace: Workspace) -> None:
    """Every write to such a case is refused with this error; the file stays in the inbox, it is tried again."""
    newer, other = numbers(workspace)
    for number, kind in ((newer, LeftInInbox), (other, Filed)):
        path = workspace.archive.inbox / f"{number}.txt"
        path.write_text(f"诊断证明书\n{number}", encoding="utf-8")
        outcome = file_dropped(workspace, BY, read(path, f"诊断证明书\n户号 {number}"))
        assert isinstance(outcome, kind), outcome
        assert path.exists() == (kind is LeftInInbox)
        if isinstance(outcome, LeftInInbox):
            assert outcome.error.code == "E210"


def test_verify_says_upgrade_and_raises_no_alarm(workspace: Workspace) -> None:
    """The case is listed by verify as written by a newer program: its own finding kind, never the advice to restore."""
    newer, other = numbers(workspace)
    workspace.catch_up(BY)
    done = verify(workspace, BY)
    (finding,) = done.findings
    assert (finding.bag, finding.file, finding.problem) == (
        str(newer),
        "events/000002.json",
        FixityFault.NEWER,
    )
    assert done.drift == () and workspace.archive.alarms.numbers() == []
    assert len(done.checked) == 3
    assert verify(workspace, BY, [other]).findings == ()


def test_damage_in_a_newer_case_is_found_and_waits_for_the_newer_program(workspace: Workspace) -> None:
    """What helps against an alarm, restoring or deciding, is not for these."""
    newer, _ = numbers(workspace)
    paper = workspace.archive.folder(newer) / "data/说明.txt"
    paper.chmod(0o600)
    paper.write_text("x", encoding="utf-8")
    done = verify(workspace, BY)
    assert {f.problem for f in done.findings} == {FixityFault.NEWER, FixityFault.CHANGED}
    assert workspace.archive.alarms.numbers() == []
    with pytest.raises(NewerFormat):
        change_facts(workspace, BY, newer, [("applicant.phone", "022-00001111")])


def test_a_tray_item_begun_by_a_newer_program_stays_as_it_is(workspace: Workspace) -> None:
    """Whether it is in the case, a newer program will find out."""
    newer, _ = numbers(workspace)
    (item,) = workspace.archive.tray.items()
    with workspace.archive.writing("x"):
        workspace.archive.tray.mark(item, str(newer))
    before = but_the_lock(picture(workspace.archive.root))
    fresh = Archive(workspace.archive.root)
    with fresh.writing("启动"):
        assert any(item.id in alarm for alarm in fresh.recovered.alarms)
    assert but_the_lock(picture(workspace.archive.root)) == before


def test_a_ledger_that_a_newer_program_wrote_to(workspace: Workspace) -> None:
    """A year of the ledger is a bag as well: no number is given out, no check is put on record, all is said."""
    newer, other = numbers(workspace)
    add_newer_event(workspace.archive.ledger / "2024")
    before = but_the_lock(picture(workspace.archive.root))
    with pytest.raises(NewerFormat):
        open_household(workspace, parse_facts({"applicant": {"name": "钱七", "id_type": "无"}}))
    done = verify(workspace, BY)
    assert {f.bag for f in done.findings} == {str(newer), "2024", "ledger"}
    assert {f.problem for f in done.findings} == {FixityFault.NEWER}
    with pytest.raises(NewerFormat):
        restore(workspace, BY, 2024, workspace.root.parent / "backup")
    assert but_the_lock(picture(workspace.archive.root)) == before
    change_facts(workspace, BY, other, [("applicant.phone", "022-00001111")])


# ── the archive as a whole, at the command line ──────────────────────────────────────────────────────────
@pytest.fixture
def run(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, str]]:
    def command(*words: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        status = main(["--workspace", str(workspace.root), "--json", *words])
        told = capsys.readouterr()
        return status, json.loads(told.out), told.err

    return command


QUESTIONS: Final[Sequence[Sequence[str]]] = (
    ("search", "王秀兰"),
    ("case", "list"),
    ("case", "show", "赵六"),
    ("case", "log", "赵六"),
    ("review", "list"),
    ("ledger",),
    ("due",),
    ("check", "赵六"),
    ("next",),
    ("next", "赵六"),
    ("unsigned",),
    ("retention", "list"),
    ("print", "赵六", "--dry-run"),
)
ACTS: Final[Sequence[Sequence[str]]] = (
    ("case", "open", "低保", "--name", "钱七", "--set", "申请人.证件类型=无"),
    ("case", "set", "赵六", "申请人.联系电话=022-1"),
    ("case", "deregister", "赵六", "--reason", "死亡"),
    ("watch", "--once"),
    ("reindex",),
    ("restore", "赵六", "--from", "."),
    ("case", "step", "赵六", "收件"),
    ("generate", "社会救助申请书", "赵六"),
    ("file", "赵六", "{office}/p.txt", "--type", "other"),
    ("import", "{office}/名册.csv", "--apply"),
)
ROSTER: Final = "户主姓名,身份证号码,保障人口数,户月保障金（元）\n钱样例,{},1,600\n"


@pytest.mark.parametrize(
    ("line", "code", "exit_status"), [("archivist archive 2\n", "E210", 20), ("??", "E202", 22)]
)
def test_the_format_of_the_archive_at_the_command_line(
    workspace: Workspace, run: Callable[..., tuple[int, Any, str]], line: str, code: str, exit_status: int
) -> None:
    """Questions still answer, and are on record; every write is refused and nothing written; verify and doctor say it; never E700."""
    (workspace.archive.root / "FORMAT").write_text(line, encoding="utf-8")
    (workspace.root / "p.txt").write_text("诊断证明书", encoding="utf-8")
    (workspace.root / "名册.csv").write_text(ROSTER.format(make_id("19600101", "015")), encoding="utf-8")
    before = picture(workspace.archive.root)
    for words in QUESTIONS:
        status, told, _ = run(*words)
        assert status in (0, 1), (words, told)
    for words in ACTS:
        status, told, _ = run(*(word.format(office=workspace.root) for word in words))
        problem = told["error"] if "error" in told else told["failed"][0]  # a file is told by itself
        assert (status, problem["code"]) == (exit_status, code), (words, told)
        assert code != "E210" or "请升级本程序后再办" in problem["remedy"], words
    status, told, _ = run("verify")
    assert status == exit_status
    assert ("archive", "FORMAT") in {(f["bag"], f["file"]) for f in told["findings"]}
    assert told["checked"] == (3 if code == "E202" else 0)
    _, told, _ = run("doctor")
    assert [row["state"] for row in told["checks"] if row["check"] == "档案库格式"] == ["警报"]
    after = picture(workspace.archive.root)
    assert {path: data for path, data in after.items() if not path.startswith("access")} == before
    assert any(path.startswith("access/") for path in after), "who looked is on record all the same"


def test_verify_at_the_command_line(
    workspace: Workspace, run: Callable[..., tuple[int, Any, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Written by a newer program: upgrade; exit status of its family."""
    newer, _ = numbers(workspace)
    workspace.catch_up(BY)
    status, told, _ = run("verify")
    assert status == NewerFormat.exit_status
    (finding,) = told["findings"]
    assert finding["bag"] == str(newer) and "升级" in finding["remedy"]
    assert main(["--workspace", str(workspace.root), "verify"]) == NewerFormat.exit_status
    told = capsys.readouterr().out
    assert "由更新版本的程序写入" in told and "升级" in told and "restore" not in told and "断开" not in told
