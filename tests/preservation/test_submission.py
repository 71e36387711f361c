"""A submission to the bureau: who is in it, that it can be made again, what stops it, what the bureau answers."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from archivist.api import agenda, submissions
from archivist.disposal_errors import AlreadyDestroyed, ReceiptMismatch
from archivist.errors import IntegrityAlarm, UsageError, WriteFailed
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.check_feedback import outstanding
from archivist.model.event import Op
from archivist.model.expunged_records import ExpungeReason
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.preservation import (
    comparison,
    submission,
    submission_import,
    submission_ledger,
    submission_parts,
    submission_writing,
)
from archivist.preservation import submission_format as form
from archivist.preservation.comparison import AgainstCopy
from archivist.preservation.expunging import expunge
from archivist.preservation.seal import heads_now
from archivist.preservation.submission import SubmissionMade, SubmissionOrder
from archivist.preservation.submission_format import Submission, SubmissionId, WhySubmitted
from archivist.preservation.submission_ledger import SubmissionEntry, SubmissionStage
from archivist.preservation.submission_parts import PartMaker
from archivist.preservation.submission_replies import Feedback, FeedbackFinding, Receipt, ReceivedCase
from archivist.preservation.submission_selection import Selection, Wanted, cycle
from archivist.preservation.submission_sheet import code as sheet_code
from archivist.report.query import Period
from archivist.store import Draft, NewFile, bag, chain, streamed_files
from archivist.workspace import Workspace
from tests.households import households
from tests.ingest.test_refiling import file
from tests.kit import BY, make_workspace, on
from tests.procedure.test_household_merger import hold
from tests.store.test_destruction import destroy

MARCH = SubmissionOrder(Period.of_month("2024-03"), "2024M03")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two households that were granted in March, one that was not."""
    made = make_workspace(tmp_path / "ws")
    for case in households(made, 3)[:2]:
        grant(made, case)
    return made


def grant(workspace: Workspace, case: Case) -> None:
    told = {
        "step": "confirm",
        "title": "作出确认决定",
        "from": "draft",
        "to": "confirmed",
        "on": "2024-03-07",
    }
    workspace.commit(case.number, lambda _: Draft(Op.STEP_TAKEN, {**told, "by": ["吴主任"]}), BY)


def change(workspace: Workspace, case: str) -> Case:
    """Have a household take a text beside its papers; nothing of its procedure changes."""
    number = CaseNo.parse(case)
    name = f"text/补 {workspace.archive.read(number).seq:04d}.txt"
    return workspace.commit(
        number, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}, "补", (NewFile(name, name.encode()),)), BY
    )[0]


def submit(workspace: Workspace, **order: object) -> SubmissionMade:
    return submission.submit(workspace, BY, dataclasses.replace(MARCH, **order))  # type: ignore[arg-type]


def names(made: SubmissionMade) -> list[tuple[str, WhySubmitted]]:
    return [(case.case[-6:], case.why) for case in made.submission.cases]


def test_newly_granted_households_go(workspace: Workspace, tmp_path: Path) -> None:
    """Newly granted, or changed since the last receipt; whole bags."""
    made = submit(workspace)
    assert names(made) == [("000001", WhySubmitted.NEW), ("000002", WhySubmitted.NEW)]
    assert str(made.submission.id) == "S-TJHQ-2024M03-01"
    assert made.folder is not None
    (part,) = made.parts
    with zipfile.ZipFile(made.folder / part.name) as packed:
        packed.extractall(tmp_path)
        told = Submission.decode(packed.read(f"S-TJHQ-2024M03-01-01/{form.ABOUT}"))
        heads = packed.read(f"S-TJHQ-2024M03-01-01/{form.HEADS}")
    assert told == made.submission
    assert bag.sha256(heads) == told.anchor
    assert heads.decode().count("TJHQ-DB-2024-") == 3, "the heads of all cases"
    (entry,) = submission_ledger.listed(workspace.archive).values()
    assert entry.stage is SubmissionStage.MADE and entry.anchor == told.anchor
    assert [p.sha256 for p in entry.made] == [part.sha256]
    assert {path.suffix for path in made.sheets} == {".docx"}


def test_what_changed_since_the_receipt_goes_again(workspace: Workspace) -> None:
    """F24: empty package is still an anchor; asked to resend; that case goes again."""
    first = submit(workspace)
    second = submit(workspace)
    assert names(second) == [("000001", WhySubmitted.UNANSWERED), ("000002", WhySubmitted.UNANSWERED)]
    assert second.known is not None and second.known.waiting == (str(first.submission.id),)
    answer(workspace, second, returned=("TJHQ-DB-2024-000002",))
    third = submit(workspace)
    assert names(third) == [("000002", WhySubmitted.RETURNED)]
    (line,) = agenda.due(workspace, on=BY.time).findings
    assert (line.case[-6:], line.text) == ("000002", "退回：缺页")
    answer(workspace, third)
    assert agenda.due(workspace, on=BY.time).findings == (), "accepted in the end"
    fourth = submit(workspace)
    assert names(fourth) == [] and len(fourth.parts) == 1
    assert fourth.submission.after == str(third.submission.id)
    change(workspace, "TJHQ-DB-2024-000001")
    change(workspace, "TJHQ-DB-2024-000003")
    assert names(submit(workspace, wanted=Wanted.NEW)) == []
    last = submit(workspace)
    assert names(last) == [("000001", WhySubmitted.CHANGED)]
    assert last.known is not None and str(first.submission.id) not in last.known.waiting
    assert len(submit(workspace, wanted=Wanted.ALL).submission.cases) == 3


def test_a_package_holds_the_state_of_its_anchor(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F22: package holds the state of heads.tsv, manifests from the chain."""
    inner = PartMaker.write

    def meanwhile(maker: PartMaker, part: int, folder: Path) -> tuple[Sha256, int]:
        for case in maker.submission.cases:
            change(workspace, case.case)
        return inner(maker, part, folder)

    monkeypatch.setattr(PartMaker, "write", meanwhile)
    made = submit(workspace)
    assert made.folder
    with zipfile.ZipFile(made.folder / made.parts[0].name) as packed:
        top = f"{made.submission.id.part_folder(1)}/{form.CASES}"
        for case in made.submission.cases:
            inside = [n for n in packed.namelist() if n.startswith(f"{top}/{case.case}/events/")]
            assert len(inside) == case.seq
            assert bag.sha256(packed.read(inside[-1])) == case.head
            manifest = packed.read(f"{top}/{case.case}/{bag.TAG_MANIFEST}")
            assert bag.sha256(manifest) == case.tagmanifest
            listed = bag.parse_manifest(manifest)
            assert all(bag.sha256(packed.read(f"{top}/{case.case}/{p}")) == d for p, d in listed.items())


def test_it_is_made_again_on_another_medium(workspace: Workspace, tmp_path: Path) -> None:
    """F21: finished parts kept by digest, the rest made again byte-identical; resume on another stick."""
    made = submit(workspace, part_size=submission_parts.LEAST_PART_SIZE)
    assert made.folder
    name = str(made.submission.id)
    change(workspace, "TJHQ-DB-2024-000001")
    (part,) = made.parts
    path = made.folder / part.name
    whole = path.read_bytes()
    for wrong in (whole[:-1], b"", whole[:100] + b"\0" + whole[101:]):
        path.write_bytes(wrong)
        (path.with_name(path.name + ".part")).write_bytes(b"left over")
        again = submission.resume(workspace, BY, name)
        assert path.read_bytes() == whole and not again.parts[0].before
        assert [p.name for p in made.folder.iterdir() if p.suffix == ".part"] == []
    (stick := tmp_path / "stick").mkdir()
    other = submission.resume(workspace, BY, name, stick)
    assert (stick / part.name).read_bytes() == whole and not other.parts[0].before
    assert submission.resume(workspace, BY, name, stick).parts[0].before
    assert len(list(workspace.archive.ledger_events(Op.SUBMISSION_MADE))) == 1
    answer(workspace, made)
    with pytest.raises(ReceiptMismatch, match="已有回执"):
        submission.resume(workspace, BY, name)


def test_it_is_made_only_when_every_part_was_read_back(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F21: no part without its end; ledger said submission_made only when all parts were read back."""
    (stick := tmp_path / "stick").mkdir()
    inner = streamed_files.read_back
    monkeypatch.setattr(streamed_files, "read_back", lambda path: (inner(path)[0], 1))
    with pytest.raises(WriteFailed, match="读回"):
        submit(workspace, to=stick)
    monkeypatch.undo()
    assert list(stick.iterdir()) == []
    (entry,) = submission_ledger.listed(workspace.archive).values()
    assert entry.stage is SubmissionStage.STARTED
    with pytest.raises(ReceiptMismatch, match="没有做完"):
        submission_import.take_in(workspace, BY, receipt_file(workspace, tmp_path, entry, ()))
    submission.resume(workspace, BY, str(entry.id), stick)
    (entry,) = submission_ledger.listed(workspace.archive).values()
    assert entry.stage is SubmissionStage.MADE


def test_parts_keep_to_their_size(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """F23: one household > limit; 60,001 entries; that household is refused by name; no household across parts."""
    monkeypatch.setattr(submission_parts, "LEAST_PART_SIZE", 0)
    sizes = {c.case: c.bytes for c in submit(workspace).submission.cases}
    for room in range(20_000, 80_000, 6_000):
        made = submit(workspace, part_size=room)
        assert all(part.size <= room for part in made.parts) or not made.submission.cases
        assert {c.case for c in made.submission.cases} | set(made.too_large) == set(sizes)
    monkeypatch.setattr(submission_parts, "ENTRIES", 20)
    assert len(submit(workspace).too_large) == 2
    monkeypatch.setattr(submission_parts, "ENTRIES", 30)
    split = submit(workspace)
    assert [c.part for c in split.submission.cases] == sorted(c.part for c in split.submission.cases)
    assert len({c.case for c in split.submission.cases}) == len(split.submission.cases)


def test_no_part_is_more_than_every_medium_and_program_takes(workspace: Workspace) -> None:
    """F23: “no file > 3,900,000,000 bytes; no ZIP64”: neither is asked for, and a part has no record of the kind (APPNOTE 4.3.14, 4.5.3)."""
    assert (submission_parts.PART_SIZE, submission_parts.ENTRIES) == (3_900_000_000, 60_000)
    with pytest.raises(UsageError, match="--part-size"):
        submit(workspace, part_size=submission_parts.PART_SIZE + 1)
    made = submit(workspace)
    assert made.folder and made.parts
    for part in made.parts:
        path = made.folder / part.name
        with zipfile.ZipFile(path) as packed:
            assert all(e.extract_version < 45 and e.extra[:2] != b"\x01\x00" for e in packed.infolist())
        assert b"PK\x06\x06" not in path.read_bytes()[-4_096:]


def test_what_is_needed_is_said_before_writing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F23: stick too small: told before writing how much is needed."""
    (stick := tmp_path / "stick").mkdir()
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: SimpleNamespace(free=submission_writing.MARGIN + 1_000)
    )
    with pytest.raises(WriteFailed, match=r"还要 \d[\d,]* MB，盘上只有 \d[\d,]* MB；没有写入任何内容"):
        submit(workspace, to=stick)
    assert list(stick.iterdir()) == [] and submission_ledger.listed(workspace.archive) == {}


def test_households_that_do_not_hold_are_named(workspace: Workspace) -> None:
    """E202 有户未通过核对，逐户列出: damage of every kind, and nothing is begun."""
    first, second, third = (workspace.archive.folder(n) for n in workspace.archive.case_numbers())
    (first / "data/说明.txt").chmod(0o600)
    (first / "data/说明.txt").unlink()
    (second / "events/000002.json").chmod(0o600)
    (second / "events/000002.json").write_text("{}", encoding="utf-8")
    with pytest.raises(IntegrityAlarm) as refused:
        submit(workspace)
    assert second.name in str(refused.value) and refused.value.exit_status == 22
    shutil.rmtree(second)
    with pytest.raises(IntegrityAlarm) as refused:
        submit(workspace, wanted=Wanted.ALL)
    assert first.name in str(refused.value) and third.name not in str(refused.value)
    assert submission_ledger.listed(workspace.archive) == {}


def test_a_byte_that_turned_over_is_found_while_packing(workspace: Workspace) -> None:
    """The length is the same, the content is not: the part is not finished, the household is named."""
    path = workspace.archive.folder(workspace.archive.case_numbers()[0]) / "data/说明.txt"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    with pytest.raises(IntegrityAlarm, match="TJHQ-DB-2024-000001"):
        submit(workspace)
    (entry,) = submission_ledger.listed(workspace.archive).values()
    assert entry.stage is SubmissionStage.STARTED


# ── what the bureau answers ──────────────────────────────────────────────────────────────────────────────
def answer(workspace: Workspace, made: SubmissionMade, returned: tuple[str, ...] = ()) -> None:
    entry = submission_ledger.find(workspace.archive, str(made.submission.id))
    submission_import.take_in(workspace, BY, receipt_file(workspace, workspace.root, entry, returned))


def receipt_of(workspace: Workspace, entry: SubmissionEntry, returned: tuple[str, ...] = ()) -> Receipt:
    told, _ = submission_ledger.load(workspace.archive, entry)
    return Receipt(
        entry.id,
        "样例区民政局",
        "2024-04-02T09:00:00+08:00",
        "赵接收",
        entry.anchor,
        entry.made,
        tuple(
            ReceivedCase(c.case, c.seq, c.head, c.case not in returned, "缺页" if c.case in returned else "")
            for c in told.cases
        ),
    )


def receipt_file(
    workspace: Workspace, folder: Path, entry: SubmissionEntry, returned: tuple[str, ...] = ()
) -> Path:
    path = folder / f"回执-{entry.id}.json"
    path.write_bytes(receipt_of(workspace, entry, returned).encode())
    return path


def test_a_receipt_is_of_this_submission_or_none(workspace: Workspace, tmp_path: Path) -> None:
    """E611 for a foreign, edited or other receipt; nothing is written of it."""
    made = submit(workspace)
    entry = submission_ledger.find(workspace.archive, str(made.submission.id))
    good = receipt_of(workspace, entry, ("TJHQ-DB-2024-000002",))
    wrong: list[bytes] = [
        good.encode().replace("缺页".encode(), "缺章".encode()),
        good.encode()[:-20],
        b"",
        dataclasses.replace(good, anchor=Sha256("0" * 64)).encode(),
        dataclasses.replace(good, parts=()).encode(),
        dataclasses.replace(good, cases=good.cases[:1]).encode(),
        dataclasses.replace(good, cases=(dataclasses.replace(good.cases[0], seq=1), good.cases[1])).encode(),
        dataclasses.replace(good, submission=SubmissionId("XXHQ", "2024M03", 1)).encode(),
        dataclasses.replace(good, submission=SubmissionId("TJHQ", "2024M03", 9)).encode(),
    ]
    before = workspace.archive.ledgers.seq(2024)
    for n, data in enumerate(wrong):
        path = tmp_path / "回执.json"
        path.write_bytes(data)
        with pytest.raises(ReceiptMismatch):
            submission_import.take_in(workspace, BY, path)
        assert workspace.archive.ledgers.seq(2024) == before, n
    path.write_bytes(good.encode())
    done = submission_import.take_in(workspace, BY, path)
    assert (len(done.accepted), [f.case for f in done.open], done.entered) == (1, ["TJHQ-DB-2024-000002"], 1)
    assert submission_import.take_in(workspace, BY, path).entered == 0, "the same file once more"
    path.write_bytes(receipt_of(workspace, entry).encode())
    with pytest.raises(ReceiptMismatch, match="另一份回执"):
        submission_import.take_in(workspace, BY, path)


def test_feedback_stands_in_the_household(workspace: Workspace, tmp_path: Path) -> None:
    """Feedback → case events ``check_feedback``; what was passed later is outstanding no more."""
    made = submit(workspace)
    told = Feedback(
        made.submission.id,
        "样例区民政局",
        "2024-04-05T09:00:00+08:00",
        "钱抽查",
        made.submission.anchor,
        "2024-03",
        (
            FeedbackFinding("TJHQ-DB-2024-000001", "", False, "收入计算表缺页", dt.date(2024, 4, 20)),
            FeedbackFinding("TJHQ-DB-2024-000002", "", True, "", None),
        ),
    )
    path = tmp_path / "反馈.json"
    path.write_bytes(told.encode())
    assert submission_import.take_in(workspace, BY, path).entered == 2
    number = CaseNo.parse("TJHQ-DB-2024-000001")
    (one,) = outstanding(workspace.archive.read(number).feedback)
    assert (one.text, one.until) == ("收入计算表缺页", dt.date(2024, 4, 20))
    (line,) = agenda.due(workspace, on=on("2024-04-22")).findings
    assert (line.case, line.text, line.days) == (str(number), "收入计算表缺页", -2)
    assert agenda.due(workspace, on=on("2024-04-20"), overdue=True).findings == ()
    passed = dataclasses.replace(
        told, findings=(dataclasses.replace(told.findings[0], passed=True, text="", until=None),)
    )
    path.write_bytes(passed.encode())
    submission_import.take_in(workspace, BY, path)
    assert outstanding(workspace.archive.read(number).feedback) == ()
    strange = dataclasses.replace(
        told, findings=(dataclasses.replace(told.findings[0], case="TJHQ-DB-2024-000003"),)
    )
    path.write_bytes(strange.encode())
    with pytest.raises(ReceiptMismatch, match="不在报送"):
        submission_import.take_in(workspace, BY, path)


# ── held against what was handed over ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("what", ["package", "receipt"])
def test_verify_against_what_was_handed_over(workspace: Workspace, tmp_path: Path, what: str) -> None:
    """F25: chain rewritten whole with manifests; last event dropped; household removed: found by name."""
    made = submit(workspace)
    assert made.folder
    entry = submission_ledger.find(workspace.archive, str(made.submission.id))
    receipt = receipt_file(workspace, tmp_path, entry)
    path = made.folder / made.parts[0].name if what == "package" else receipt
    first, second, third = (workspace.archive.folder(n) for n in workspace.archive.case_numbers())
    change(workspace, first.name)

    def standings(anchor: str = "") -> dict[str, AgainstCopy]:
        found = comparison.compare(workspace.archive, comparison.read(path, anchor))
        return {one.bag: one.standing for one in found}

    said = standings(sheet_code(made.submission))
    assert said[first.name] is AgainstCopy.GROWN and said[second.name] is AgainstCopy.SAME
    with pytest.raises(IntegrityAlarm, match="与盖章的单子不符"):
        standings("0" * 20)
    event = json.loads((first / "events/000001.json").read_bytes())
    (first / "events/000001.json").chmod(0o600)
    (first / "events/000001.json").write_bytes(
        chain.encode(chain.decode(json.dumps(event | {"actor": "某人"}).encode()))
    )
    relink(first)
    relink(second, drop=1)
    shutil.rmtree(third)
    chain.forget()
    said = standings()
    assert said[first.name] is AgainstCopy.REWRITTEN and said[second.name] is AgainstCopy.SHORTER
    if what == "package":
        assert said[third.name] is AgainstCopy.MISSING
        (one,) = [
            c for c in comparison.compare(workspace.archive, comparison.read(path)) if c.bag == first.name
        ]
        assert (one.since, one.exact) == (1, True)


def relink(folder: Path, drop: int = 0) -> None:
    """Write a chain anew so that it holds by itself, without its last events."""
    names = chain.event_names(folder)
    before = "0" * 64
    for n, name in enumerate(names):
        path = folder / "events" / name
        path.chmod(0o600)
        if n >= len(names) - drop:
            path.unlink()
            continue
        plain = json.loads(path.read_bytes()) | {"prev": before}
        path.write_bytes(chain.encode(chain.decode(json.dumps(plain).encode())))
        before = bag.sha256(path.read_bytes())


def test_the_ledger_rewritten_is_found_by_the_package(workspace: Workspace) -> None:
    """F25: ledger rewritten: found by name."""
    made = submit(workspace)
    assert made.folder
    year = workspace.archive.ledger / "2024"
    first = year / "events/000001.json"
    plain = json.loads(first.read_bytes()) | {"actor": "某人"}
    first.chmod(0o600)
    first.write_bytes(chain.encode(chain.decode(json.dumps(plain).encode())))
    relink(year)
    chain.forget()
    found = comparison.compare(workspace.archive, comparison.read(made.folder / made.parts[0].name))
    (one,) = [c for c in found if c.bag == "ledger-2024"]
    assert (one.standing, one.since, one.exact) == (AgainstCopy.REWRITTEN, 1, True)


def test_what_was_destroyed_by_the_rules_still_checks(workspace: Workspace) -> None:
    """F25: case destroyed lawfully: 已销毁（墓碑含锚）; the next submission tells the bureau, the earlier is not made again."""
    made = submit(workspace)
    assert made.folder
    path = made.folder / made.parts[0].name
    number = CaseNo.parse("TJHQ-DB-2024-000001")
    stone = destroy(workspace, number)
    found = comparison.compare(workspace.archive, comparison.read(path))
    assert {c.bag: c.standing for c in found}[str(number)] is AgainstCopy.DESTROYED
    with pytest.raises(AlreadyDestroyed, match=str(number)):
        submission.resume(workspace, BY, str(made.submission.id))
    after = submit(workspace)
    _, tables = submission_ledger.load(
        workspace.archive, submission_ledger.find(workspace.archive, str(after.submission.id))
    )
    assert f"{number}\t{stone.disposal}\t{stone.head.seq}\t{stone.head.head}\t" in tables.destroyed.decode()
    assert f"{number}\t{stone.head.seq}\t{stone.head.head}\n" in tables.heads.decode()
    assert str(number) not in {c.case for c in after.submission.cases}


def test_a_ledger_rolled_back_to_before_a_destruction_is_found_by_the_receipt(
    workspace: Workspace, tmp_path: Path
) -> None:
    """F12: “restore of the ledger from it: verify --against the receipt finds the rolled-back ledger”: what the bureau has is neither here nor said to be destroyed."""
    entry = submission_ledger.find(workspace.archive, str(submit(workspace).submission.id))
    receipt = receipt_file(workspace, tmp_path, entry)
    submission_import.take_in(workspace, BY, receipt)
    number = CaseNo.parse("TJHQ-DB-2024-000001")
    shutil.copytree(workspace.archive.ledger, tmp_path / "旧总账")
    destroy(workspace, number)
    assert _standings(workspace.root, receipt) == {number: AgainstCopy.DESTROYED}
    shutil.rmtree(workspace.archive.ledger)
    shutil.copytree(tmp_path / "旧总账", workspace.archive.ledger)
    chain.forget()
    found = _standings(workspace.root, receipt)
    assert found == {number: AgainstCopy.MISSING} and found[number].alarming


def _standings(root: Path, against: Path) -> dict[CaseNo, AgainstCopy]:
    """Return how what is not as the other side has it stands, as somebody finds it who opens the archive anew."""
    with Workspace.open(root) as fresh:
        found = comparison.compare(fresh.archive, comparison.read(against))
    return {CaseNo.parse(c.bag): c.standing for c in found if c.standing is not AgainstCopy.SAME}


def test_a_hold_is_in_what_is_handed_over(workspace: Workspace, tmp_path: Path) -> None:
    """F16: “hold, then submit: hold is there in every copy”: the bag in the package says it, placed and not released."""
    number = CaseNo.parse("TJHQ-DB-2024-000001")
    hold(workspace, workspace.archive.read(number))
    made = submit(workspace)
    assert made.folder
    with zipfile.ZipFile(made.folder / made.parts[0].name) as packed:
        packed.extractall(tmp_path / "拆开")
    (copy,) = (tmp_path / "拆开").rglob(f"data/cases/{number}")
    (held,) = chain.state(number, chain.read(copy)).holds
    assert (held.id, held.release) == ("H1", None)


def test_what_was_expunged_after_it_was_handed_over_is_listed_in_the_next(workspace: Workspace) -> None:
    """F19: “with the file already in a submission: allowed and listed in the next submission”; the package that holds it is named as a copy."""
    number = CaseNo.parse("TJHQ-DB-2024-000001")
    record = file(workspace, number, "误归.txt", "别户的诊断", "other").no
    paper = file(workspace, number, "审批.txt", "同意剔除", "other").no
    made = submit(workspace)
    why, people = ExpungeReason.BY_LAW, ("赵主任", "钱管理")
    done = expunge(workspace, BY, number, record, why, people=people, paper=lambda _asked: paper)
    assert str(made.submission.id) in {copy.name for copy in done.copies}
    entry = submission_ledger.find(workspace.archive, str(submit(workspace).submission.id))
    _, tables = submission_ledger.load(workspace.archive, entry)
    assert f"{number}\t{record}\t依法删除\t{BY.today}\n" in tables.expunged.decode()
    earlier = submission_ledger.find(workspace.archive, str(made.submission.id))
    assert record not in submission_ledger.load(workspace.archive, earlier)[1].expunged.decode()


def test_feedback_on_what_was_destroyed_is_told_and_enters_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    """F29: “edited file, wrong office: E611”, nothing written; “case meanwhile destroyed”: named as gone; a household of no submission is refused; imported twice it is entered once."""
    made = submit(workspace)
    one, two = "TJHQ-DB-2024-000001", "TJHQ-DB-2024-000002"
    findings = tuple(FeedbackFinding(case, "", False, "缺页", dt.date(2024, 4, 20)) for case in (one, two))
    told = Feedback(
        made.submission.id, "样例区民政局", "2024-04-05T09:00:00+08:00", "钱抽查", made.submission.anchor, "2024-03", findings
    )  # fmt: skip
    destroy(workspace, CaseNo.parse(one))
    path = tmp_path / "反馈.json"
    strange = dataclasses.replace(findings[1], case="TJHQ-DB-2024-000003")
    path.write_bytes(dataclasses.replace(told, findings=(strange,)).encode())
    with pytest.raises(ReceiptMismatch, match="不在报送"):
        submission_import.take_in(workspace, BY, path)
    for wrong in (
        told.encode().replace("缺页".encode(), "合格".encode()),
        dataclasses.replace(told, submission=SubmissionId("XXHQ", "2024M03", 1)).encode(),
        dataclasses.replace(told, anchor=Sha256("0" * 64)).encode(),
    ):
        path.write_bytes(wrong)
        before = workspace.archive.ledgers.seq(2024)
        with pytest.raises(ReceiptMismatch):
            submission_import.take_in(workspace, BY, path)
        assert workspace.archive.ledgers.seq(2024) == before
    path.write_bytes(told.encode())
    first = submission_import.take_in(workspace, BY, path)
    assert (first.gone, first.entered) == ((one,), 1)
    again = submission_import.take_in(workspace, BY, path)
    assert (again.gone, again.entered) == ((one,), 0)
    assert len(outstanding(workspace.archive.read(CaseNo.parse(two)).feedback)) == 1


def test_the_pack_says_how_often(tmp_path: Path) -> None:
    """晋城's quarter and 红桥's month by the pack; without a row nobody guesses."""
    by = By("林经办", on("2024-05-20"))
    asked = {"tianjin-hongqiao": "2024M04", "shanxi-jincheng-chengqu": "2024Q1"}
    for pack, period in asked.items():
        workspace = make_workspace(tmp_path / pack)
        settings = workspace.root / "archivist.toml"
        settings.write_text(
            settings.read_text(encoding="utf-8").replace("tianjin-hongqiao", pack), encoding="utf-8"
        )
        found = submissions.submit(workspace, by, dry_run=True)
        assert found.submission == f"S-TJHQ-{period}-01" and found.notices == ()
        other = submissions.submit(workspace, by, quarter="2024Q1", dry_run=True)
        assert bool(other.notices) is (pack == "tianjin-hongqiao")
        told = cycle(workspace, Period.of_month("2024-04"))
        assert (
            told is not None
            and Category.DB in (those := told.categories(workspace.catalogue))
            and Category.JN not in those
        )
    settings.write_text(settings.read_text(encoding="utf-8").replace(pack, "national"), encoding="utf-8")
    with pytest.raises(UsageError, match="没有写是哪个月"):
        submissions.submit(Workspace.open(workspace.root), by, dry_run=True)


def test_due_shows_the_submission_that_is_owed(tmp_path: Path) -> None:
    """By the pack's row: 晋城's quarter until fifteen days after it, 红桥's month until the end of the next; made, it is; answered, nobody asks."""
    for pack, quarter, last in (
        ("tianjin-hongqiao", "2024年4月", dt.date(2024, 5, 31)),
        ("shanxi-jincheng-chengqu", "2024年第1季度", dt.date(2024, 4, 15)),
    ):
        workspace = make_workspace(tmp_path / pack)
        settings = workspace.root / "archivist.toml"
        text = settings.read_text(encoding="utf-8").replace("tianjin-hongqiao", pack)
        settings.write_text(text, encoding="utf-8")
        households(workspace, 1)
        now = on("2024-05-20")

        def owed(
            workspace: Workspace = workspace, now: dt.datetime = now, overdue: bool = False
        ) -> list[agenda.DutyView]:
            found = agenda.due(workspace, on=now, overdue=overdue)
            rules = ("filing.new.monthly", "archive.quarterly")
            return [duty for duty in found.duties if duty.rule in rules]

        (told,) = owed()
        assert (told.due, told.required, told.done) == (last, 1, 0) and told.period.startswith(quarter)
        assert told.short is (last < now.date()) and len(owed(overdue=True)) == told.short
        made = submissions.submit(workspace, By("林经办", now))
        (told,) = owed()
        assert (told.done, told.short) == (1, False) and f"{made.submission} 还没有回执" in told.note
        assert not owed(overdue=True)
        assert [s.stage for s in submissions.list_submissions(workspace).submissions] == ["made"]


def test_the_step_that_records_the_handing_over_changes_nothing(workspace: Workspace) -> None:
    """晋城's 按季度报送档案 is recorded after the receipt; the household does not go again for it."""
    answer(workspace, submit(workspace))
    rule = cycle(workspace, MARCH.period)
    assert rule is not None
    selection = Selection(
        workspace, MARCH.period, Wanted.DUE, submission_ledger.acknowledged(workspace.archive)
    )
    selection.cycle = dataclasses.replace(rule, steps=frozenset({"report_quarterly"}))
    for case in workspace.archive.case_numbers()[:2]:
        step = "report_quarterly" if case.sequence == 1 else "visit"
        told = {"step": step, "title": step, "from": "confirmed", "to": "confirmed", "on": "2024-03-08"}
        workspace.commit(case, lambda _, told=told: Draft(Op.STEP_TAKEN, {**told, "by": ["林经办"]}), BY)  # type: ignore[misc]
    heads, _ = heads_now(workspace.archive)
    cases = [head for head in heads if head.bag.startswith("TJHQ-DB")]
    assert [(one.head.bag[-6:], why) for one, why in selection.select(cases)] == [
        ("000002", WhySubmitted.CHANGED)
    ]
