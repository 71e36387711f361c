"""A disposal from the proposal to its end: who, in which order, what leaves it, and what is left of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from archivist.disposal_errors import (
    ListChanged,
    ResidueLeft,
    TwoPersonsNeeded,
    WaitingPeriod,
    WrongBatchState,
)
from archivist.errors import ArchivistError, StepRefused, UsageError, WriteFailed
from archivist.model.disposals import Disposal, DisposalState, Opinion
from archivist.model.event import Op
from archivist.model.form_code import FormCode
from archivist.model.group_holds import HeldCases
from archivist.model.ids import CaseNo
from archivist.preservation import disposal_batches as batches
from archivist.preservation import disposal_residue
from archivist.preservation.disposal_batches import Appraised
from archivist.preservation.disposal_execution import execute
from archivist.preservation.disposal_papers import APPROVAL, OPINION, RECORD, SignedForm
from archivist.preservation.holds import HoldOrder, declare, release_group
from archivist.preservation.request_forms import release_code
from archivist.preservation.signed_papers import ReadPaper
from archivist.preservation.verification import verify
from archivist.procedure.closing import reopen
from archivist.rules.disposition.retention import retention
from archivist.store import Draft, bag
from archivist.store.destruction import Destructions
from archivist.workspace import Workspace
from tests.byte_scan import traces
from tests.preservation.disposals import (
    APPRAISERS,
    APPROVED,
    KEEPER,
    PROPOSED,
    READY,
    WITNESSES,
    appraised,
    approved,
    close,
    destroy,
    office,
    paper,
    proposed,
    ready,
)

ONE, TWO, THREE = (CaseNo.parse(f"TJHQ-DB-2024-00000{n}") for n in (1, 2, 3))
HOLD = {
    "hold": "H1", "cause": "行政诉讼", "scope": "case", "start": "2028-03-10",
    "authority": "", "doc_no": "", "until": "判决生效", "review_on": "2029-03-10",
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with office(tmp_path / "ws") as made:
        yield made


def ops(workspace: Workspace) -> list[Op]:
    return [e.op for e in workspace.archive.ledger_events() if "disposal" in e.data]


def left_of(workspace: Workspace, words: Sequence[str]) -> list[str]:
    """Return the files of the workspace in which a word is, however they are packed."""
    return [path for path in traces(workspace.root, words) if path != "archivist.toml"]


def test_a_whole_disposal(workspace: Workspace) -> None:
    """ProposedDisposal → appraised → approved → (≥ 15 d) → executing → executed → closed; after it nothing names the household."""
    names = [workspace.archive.read(n).applicant_name for n in (ONE, TWO)]
    ids = [str(workspace.archive.read(n).fact("applicant.id_number")) for n in (ONE, TWO)]
    assert all(left_of(workspace, [word]) for word in (*names, *ids))
    done = destroy(workspace, ready(workspace, (ONE, TWO)))
    assert (done.now, done.left, done.earlier, done.residue) == ((ONE, TWO), (), (), ())
    assert workspace.archive.case_numbers() == [THREE]
    closed = disposal_residue.close(
        workspace, READY, done.batch.id, paper=paper(workspace, done.batch, RECORD)
    )
    assert closed.state is DisposalState.CLOSED
    per_case = [Op.CASE_DESTROYING, Op.CASE_DESTROYED]
    assert ops(workspace) == [
        Op.DISPOSAL_PROPOSED, Op.DISPOSAL_APPRAISED, Op.DISPOSAL_APPROVED, Op.DISPOSAL_STARTED,
        *per_case, *per_case, Op.DISPOSAL_EXECUTED, Op.DISPOSAL_CLOSED,
    ]  # fmt: skip
    assert left_of(workspace, (*names, *ids)) == []
    assert verify(workspace, READY).findings == ()
    stone = workspace.archive.tombstones()[ONE]
    assert stone.persons["witnesses"] == WITNESSES and stone.persons["approver"] == ("赵主任",)


def test_the_list_is_in_the_ledger_and_names_nobody(workspace: Workspace) -> None:
    """List ``data/处置/<XH>/清册.json`` in the ledger bag; title = 户号, no names."""
    batch = proposed(workspace)
    path = workspace.archive.ledger / "2028" / "data/处置" / batch.id / "清册.json"
    data = path.read_bytes()
    assert bag.sha256(data) == batch.list_sha256
    assert all(row["title"] == row["case"] for row in json.loads(data)["rows"])
    assert "周样例" not in data.decode() and left_of(workspace, ["周样例"])
    assert verify(workspace, KEEPER).findings == ()


def test_the_signed_papers_lie_beside_it(workspace: Workspace) -> None:
    batch = ready(workspace)
    folder = workspace.archive.ledger / "2028" / "data/处置" / batch.id
    assert {p.name for p in folder.iterdir()} == {"清册.json", "鉴定意见表.pdf", "销毁审批表.pdf"}
    with pytest.raises(UsageError, match="--paper"):
        appraised(workspace, proposed_again(workspace), paper=None)


def proposed_again(workspace: Workspace) -> Disposal:
    close(workspace, 7)
    numbers = [n for n in workspace.archive.case_numbers() if n.sequence == 4]
    return proposed(workspace, numbers)


def test_nothing_is_proposed_early_or_held(workspace: Workspace) -> None:
    early = replace(KEEPER, time=KEEPER.time.replace(year=2027, day=8))
    with pytest.raises(StepRefused):
        batches.propose(workspace, early, on=early.today)
    workspace.commit(TWO, lambda _: Draft(Op.HOLD_PLACED, HOLD), KEEPER)
    made = batches.propose(workspace, KEEPER, on=KEEPER.today)
    assert [row.number for row in made.rows] == [ONE, THREE]
    assert made.left_out[0][0] == str(TWO) and "行政诉讼" in made.left_out[0][1]
    with pytest.raises(StepRefused) as refused:
        batches.propose(workspace, KEEPER, on=KEEPER.today)
    assert "另一个批次" in str(refused.value.problems)
    with pytest.raises(UsageError):
        batches.propose(workspace, KEEPER, on=KEEPER.today + dt.timedelta(days=1))


def test_what_the_appraisers_keep_is_kept(workspace: Workspace) -> None:
    """鉴定：销毁 1、延长 1、永久 1."""
    later = dt.date(2033, 1, 1)
    other = {TWO: Appraised(Opinion.EXTEND, later), THREE: Appraised(Opinion.KEEP)}
    batch = approved(workspace, appraised(workspace, proposed(workspace), other))
    assert batch.approved == (ONE,)
    ends = [retention(workspace.archive.read(n), workspace.pack, KEEPER.today).expires for n in (TWO, THREE)]
    assert ends == [later, None]
    assert destroy(workspace, batch).now == (ONE,)


@pytest.mark.parametrize(
    "appraisers", [("甲鉴定",), ("甲鉴定", "甲鉴定"), ("甲鉴定", "路人"), ("甲鉴定", "孙监销")]
)
def test_too_few_appraise(workspace: Workspace, appraisers: tuple[str, ...]) -> None:
    """≥ 2 appraisers, in [[people]]."""
    with pytest.raises(TwoPersonsNeeded):
        appraised(workspace, proposed(workspace), appraisers=appraisers)


def test_a_sheet_of_another_list_is_refused(workspace: Workspace) -> None:
    batch = proposed(workspace)
    with pytest.raises(ListChanged, match="摘要"):
        appraised(workspace, batch, sha256="0" * 64)
    with pytest.raises(ListChanged, match="清册不同"):
        batches.appraise(
            workspace, KEEPER, batch.id, {ONE: Appraised(Opinion.DESTROY)},
            sha256=batch.list_sha256, appraisers=APPRAISERS, paper=paper(workspace, batch, OPINION),
        )  # fmt: skip


@pytest.mark.parametrize("approver", ["钱档案", "甲鉴定", "路人"])
def test_the_approver_decides_and_did_not_propose(workspace: Workspace, approver: str) -> None:
    with pytest.raises(TwoPersonsNeeded):
        approved(workspace, appraised(workspace, proposed(workspace)), approver)


@pytest.mark.parametrize(
    ("executor", "witnesses"),
    [
        ("钱档案", ("孙监销",)),
        ("钱档案", ("孙监销", "孙监销")),
        ("钱档案", ("孙监销", "路人")),
        ("钱档案", ("孙监销", "赵主任")),
        ("钱档案", ("孙监销", "钱档案")),
        ("赵主任", ("孙监销", "李监销")),
        ("孙监销", ("孙监销", "李监销")),
    ],
)
def test_who_may_destroy(workspace: Workspace, executor: str, witnesses: tuple[str, ...]) -> None:
    """Same person as approver and witness; witness not in [[people]]; one witness: E605."""
    batch = ready(workspace)
    with pytest.raises(TwoPersonsNeeded):
        execute(workspace, replace(READY, actor=executor), batch.id, witnesses=witnesses)
    assert len(workspace.archive.case_numbers()) == 3 and not workspace.archive.tombstones()


def test_it_waits_and_lapses(workspace: Workspace) -> None:
    """≥ 15 d; approval lapses after 180 d; the ledger's own times count, the later wins."""
    batch = ready(workspace)
    assert batch.earliest and batch.latest
    for days in (1, 400):  # a clock set back only waits longer
        with pytest.raises(WaitingPeriod, match=str(batch.earliest)):
            destroy(workspace, batch, replace(READY, time=READY.time - dt.timedelta(days=days)))
    with pytest.raises(WrongBatchState, match="已过期"):
        destroy(workspace, batch, replace(READY, time=READY.time + dt.timedelta(days=166)))
    assert not workspace.archive.tombstones()


def test_a_clock_set_back_at_the_approval_shortens_nothing(workspace: Workspace) -> None:
    batch = appraised(workspace, proposed(workspace))
    back = replace(KEEPER, time=PROPOSED - dt.timedelta(days=40))
    done = batches.approve(
        workspace, back, batch.id, approver="赵主任", paper=paper(workspace, batch, APPROVAL)
    )
    assert done.approved_on == PROPOSED.date()


def test_a_clock_set_back_by_years_breaks_no_batch(workspace: Workspace) -> None:
    """F07: “clock set back after approval; both events in one year's ledger”: nothing is entered before what it follows on.

    The ledger is read year by year: an event in an earlier year's would be read before the batch was proposed, and no batch could
    be read any more.
    """
    batch = ready(workspace)
    back = replace(READY, time=READY.time - dt.timedelta(days=800))
    batches.cancel(workspace, back, batch.id, reason="有异议", numbers=[TWO])
    assert TWO in batches.batch_of(workspace.archive, batch.id).withdrawn
    batches.cancel(workspace, back, batch.id, reason="重新拟办")
    again = proposed(workspace)  # in time, and gone on with behind it
    back = replace(KEEPER, time=PROPOSED - dt.timedelta(days=800))
    opinions = dict.fromkeys(again.remaining, Appraised(Opinion.DESTROY))
    batches.appraise(
        workspace, back, again.id, opinions,
        sha256=again.list_sha256, appraisers=APPRAISERS, paper=paper(workspace, again, OPINION),
    )  # fmt: skip
    batches.approve(workspace, back, again.id, approver="赵主任", paper=paper(workspace, again, APPROVAL))
    done = destroy(workspace, batches.batch_of(workspace.archive, again.id))
    assert len(done.now) == 3
    events = (Op.CASE_DESTROYING, Op.CASE_DESTROYED)
    years = {e.data["case"]: set[str]() for e in workspace.archive.ledger_events(*events)}
    for folder in workspace.archive.ledger_folders():
        for event in workspace.archive.ledgers.events_of(folder, *events):
            years[event.data["case"]].add(folder.name)
    assert set(map(len, years.values())) == {1}


def test_a_list_changed_by_one_byte_destroys_nothing(workspace: Workspace) -> None:
    """E603, nothing destroyed."""
    batch = ready(workspace)
    (path,) = workspace.archive.ledger.glob(f"*/{batch.list_path}")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"pages": 0', b'"pages": 1', 1))
    with pytest.raises(ListChanged):
        destroy(workspace, batch)
    assert not workspace.archive.tombstones()


def _paper_in_inbox(workspace: Workspace) -> None:
    folder = workspace.archive.inbox / f"{TWO} 周样例乙"
    folder.mkdir(exist_ok=True)
    (folder / "迟到.jpg").write_bytes(b"late")


CHANGES: dict[str, tuple[Callable[[Workspace], object], str]] = {
    "a fact": (lambda w: w.commit(TWO, lambda _: Draft(Op.RETENTION_EXTENDED, {"until": "永久", "appraisers": []}), KEEPER), "内容已变"),
    "a hold": (lambda w: w.commit(TWO, lambda _: Draft(Op.HOLD_PLACED, HOLD), KEEPER), "内容已变"),
    "reopened": (lambda w: reopen(w, replace(KEEPER, actor="赵主任"), TWO, reason="错"), "内容已变"),
    "a paper that waits": (_paper_in_inbox, "投放文件夹"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changed_leaves_the_batch_alone(workspace: Workspace, change: str) -> None:
    """Row leaves the batch (内容已变/冻结); others go on; ledger says why."""
    act, why = CHANGES[change]
    batch = ready(workspace)
    act(workspace)
    done = destroy(workspace, batch)
    assert done.now == (ONE, THREE) and [n for n, _ in done.left] == [TWO]
    assert why in done.left[0][1] and TWO in workspace.archive.case_numbers()
    (event,) = workspace.archive.ledger_events(Op.DISPOSAL_ROW_WITHDRAWN)
    assert event.data["case"] == str(TWO) and why in event.data["why"]


@pytest.mark.parametrize("released", [False, True])
def test_a_group_hold_of_the_ledger_is_asked_again(workspace: Workspace, *, released: bool) -> None:
    """“hold not asked again”; and after a release a file is appraised anew, though no event of its own tells of it."""
    batch = ready(workspace)
    group = declare(
        workspace, replace(KEEPER, time=APPROVED), HoldOrder("审计"), HeldCases(numbers=(str(TWO),))
    )
    if released:
        code = release_code(group.group, "审计结束").payload
        labels = ("复审负责人（签名）", "分管领导（签名）")
        scan = paper(workspace, batch, OPINION, words="成批冻结解除审批单", codes=(code,), labels=labels)
        release_group(
            workspace, READY, group.group.hold.id, basis="审计结束", people=("周复审", "赵主任"), paper=scan
        )
    done = destroy(workspace, batch)
    ((left, why),) = done.left
    assert left == TWO and TWO in workspace.archive.case_numbers() and len(done.now) == 2
    assert ("曾被冻结" if released else "已冻结") in why and "审计" in why


def test_a_hold_declared_while_the_batch_is_carried_out_stops_what_is_left(workspace: Workspace) -> None:
    """“hold not asked again”: by another process, between two files, and no head tells of it."""
    batch = ready(workspace)

    def meanwhile(done: int, _: int) -> None:
        if done == 1:
            with Workspace.open(workspace.root) as second:
                declare(second, READY, HoldOrder("审计"), HeldCases(numbers=(str(TWO),)))

    done = execute(workspace, READY, batch.id, witnesses=WITNESSES, step=meanwhile)
    assert done.now == (ONE, THREE) and workspace.archive.case_numbers() == [TWO]
    assert [(number, "已冻结" in why) for number, why in done.left] == [(TWO, True)]


def test_nothing_of_them_is_answered_while_the_batch_is_carried_out(workspace: Workspace) -> None:
    """After each file no answer tells of it; when the batch is done no file of the index holds anything of it."""
    batch = ready(workspace)
    names = {number: workspace.archive.read(number).applicant_name for number in (ONE, TWO, THREE)}

    def found(done: int, _: int) -> None:
        hits = [number for number, name in names.items() if workspace.index.search(name).hits]
        assert hits == [ONE, TWO, THREE][done:]

    execute(workspace, READY, batch.id, witnesses=WITNESSES, step=found)
    assert not traces(workspace.root / "index", [*names.values()])


def test_it_is_cancelled_before_it_began_and_not_after(workspace: Workspace) -> None:
    batch = ready(workspace)
    gone = batches.cancel(workspace, KEEPER, batch.id, reason="有异议")
    assert gone.state is DisposalState.CANCELLED
    with pytest.raises(WrongBatchState):
        destroy(workspace, gone)
    second = ready(workspace)
    destroy_first(workspace, second.id)
    with pytest.raises(WrongBatchState, match="已开始销毁"):
        batches.cancel(workspace, KEEPER, second.id, reason="有异议")
    batches.cancel(workspace, KEEPER, second.id, reason="有异议", numbers=[TWO])
    assert destroy(workspace, second).now == (THREE,)


def destroy_first(workspace: Workspace, name: str) -> None:
    """Destroy the first file of a batch; the disk fails at the second."""
    real, seen = Destructions.carry_out, []

    def failing(self: Destructions, *args: object) -> object:
        seen.append(args)
        if len(seen) > 1:
            raise WriteFailed("磁盘满")
        return real(self, *args)  # type: ignore[arg-type]

    with mock.patch.object(Destructions, "carry_out", failing), pytest.raises(WriteFailed):
        execute(workspace, READY, name, witnesses=WITNESSES)


def test_it_goes_on_where_it_was_broken_off(workspace: Workspace) -> None:
    """Resume does the rest, none twice; a row already tombstoned is done."""
    batch = ready(workspace)
    destroy_first(workspace, batch.id)
    assert workspace.archive.case_numbers() == [TWO, THREE]
    done = destroy(workspace, batch)
    assert (done.earlier, done.now) == ((ONE,), (TWO, THREE))
    destroyed = [e.data["case"] for e in workspace.archive.ledger_events(Op.CASE_DESTROYED)]
    assert destroyed == [str(ONE), str(TWO), str(THREE)]
    with pytest.raises(WrongBatchState):
        destroy(workspace, batch)


def test_a_file_that_leaves_while_the_batch_is_carried_out_is_not_destroyed(workspace: Workspace) -> None:
    """“a row leaves alone”: what somebody else lets leave is asked under the lock of each file, not when the run begins."""
    batch = ready(workspace)

    def leave(done: int, _: int) -> None:
        if done == 1:
            batches.cancel(workspace, KEEPER, batch.id, reason="有异议", numbers=[TWO])

    done = execute(workspace, READY, batch.id, witnesses=WITNESSES, step=leave)
    assert done.now == (ONE, THREE) and [number for number, _ in done.left] == [TWO]
    assert workspace.archive.case_numbers() == [TWO]
    assert dict(batches.batch_of(workspace.archive, batch.id).withdrawn) == {TWO: "有异议"}


def test_two_who_carry_out_one_batch_destroy_each_file_once(workspace: Workspace) -> None:
    """“nothing destroyed … twice”: and neither run says of a file the other destroyed that it left the batch."""
    batch = ready(workspace)
    others = []

    def meanwhile(done: int, _: int) -> None:
        if done == 1:
            with Workspace.open(workspace.root) as second:
                others.append(execute(second, READY, batch.id, witnesses=WITNESSES))

    done = execute(workspace, READY, batch.id, witnesses=WITNESSES, step=meanwhile)
    assert (done.now, others[0].now) == ((ONE,), (TWO, THREE))
    assert not done.left and not done.batch.withdrawn and done.batch.state is DisposalState.EXECUTED
    assert ops(workspace).count(Op.CASE_DESTROYED) == 3 and ops(workspace).count(Op.DISPOSAL_EXECUTED) == 1


def test_what_is_left_is_listed_and_blocks_the_end(workspace: Workspace) -> None:
    """What is found is listed and blocks 已完成."""
    name = workspace.archive.read(ONE).applicant_name
    made = workspace.archive.outbox / "名单.txt"
    made.write_text(f"第一户 {name}", encoding="utf-8")
    batch = destroy(workspace, ready(workspace)).batch
    (left,) = disposal_residue.residue(workspace, batch)
    assert left.place == "本机：archive/outbox/名单.txt" and left.cases == (str(ONE),)
    with pytest.raises(ResidueLeft):
        disposal_residue.close(workspace, READY, batch.id, paper=paper(workspace, batch, RECORD))
    with pytest.raises(TwoPersonsNeeded):
        disposal_residue.clear(workspace, READY, batch.id, left.place, ("钱档案",), "")
    made.unlink()
    assert disposal_residue.residue(workspace, batch) == ()
    assert disposal_residue.close(
        workspace, READY, batch.id, paper=paper(workspace, batch, RECORD)
    ).state.is_over


def test_what_cannot_be_looked_into_is_left_until_two_have(workspace: Workspace) -> None:
    """“Where the program cannot know, it says so”: a picture that was there before may show the household."""
    printed = workspace.archive.outbox / "打印"
    printed.mkdir(parents=True)
    for name in ("一.png", "二.pdf"):
        (printed / name).write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (printed / "三.txt").write_text("别户", encoding="utf-8")
    batch = ready(workspace)
    done = destroy(workspace, batch)
    (left,) = done.residue
    assert (left.place, left.cases) == ("看不到内容：archive/outbox/打印", ()) and left.what.startswith(
        "2 个"
    )
    (printed / "四.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")  # made when nothing of them was there any more
    (printed / "一.png").unlink()
    (left,) = disposal_residue.residue(workspace, done.batch)
    assert left.what.startswith("1 个")
    with pytest.raises(ResidueLeft):
        disposal_residue.close(workspace, READY, batch.id, paper=paper(workspace, batch, RECORD))
    disposal_residue.clear(workspace, READY, batch.id, left.place, WITNESSES, "看过，是别户的")
    assert disposal_residue.residue(workspace, batches.batch_of(workspace.archive, batch.id)) == ()


def test_a_list_of_copies_that_is_gone_is_itself_left(workspace: Workspace) -> None:
    """“no rule whose absence lets pass”: without the list nobody knows which copies bore a name."""
    batch = destroy(workspace, ready(workspace)).batch
    noted = workspace.archive.outbox / disposal_residue.FOLDER / batch.id / disposal_residue.NOTED
    assert disposal_residue.residue(workspace, batch) == ()
    noted.unlink()
    (left,) = disposal_residue.residue(workspace, batch)
    assert left.place.startswith("残留清单：") and "不在了" in left.what
    with pytest.raises(ResidueLeft):
        disposal_residue.close(workspace, READY, batch.id, paper=paper(workspace, batch, RECORD))
    batch = disposal_residue.clear(workspace, READY, batch.id, left.place, WITNESSES, "各处看过")
    assert disposal_residue.residue(workspace, batch) == ()
    closed = disposal_residue.close(workspace, READY, batch.id, paper=paper(workspace, batch, RECORD))
    assert disposal_residue.residue(workspace, closed) == (), "closed, it needs its list no more"


def test_media_of_backup_are_cleared_by_two(workspace: Workspace, tmp_path: Path) -> None:
    """Media of ``backup_made``: each line cleared by two, or a reason."""
    from archivist.preservation.backup import back_up

    (tmp_path / "盘").mkdir()
    back_up(workspace, KEEPER, tmp_path / "盘", label="备份盘-2")
    done = destroy(workspace, ready(workspace))
    assert [one.place for one in done.residue] == ["备份：备份盘-2"]
    assert workspace.archive.tombstones()[ONE].copies == ("备份：备份盘-2",)
    batch = disposal_residue.clear(
        workspace, READY, done.batch.id, "备份盘-2", ("钱档案", "林经办"), "旧份已删"
    )
    assert disposal_residue.residue(workspace, batch) == ()


def test_what_is_unknown_or_not_its_turn_is_refused(workspace: Workspace) -> None:
    with pytest.raises(WrongBatchState, match="没有销毁批次"):
        batches.batch_of(workspace.archive, "XH-2028-009")
    batch = proposed(workspace)
    for refused in (
        lambda: approved(workspace, batch),
        lambda: destroy(workspace, batch),
        lambda: disposal_residue.close(workspace, READY, batch.id, paper=paper(workspace, batch, RECORD)),
    ):
        with pytest.raises(WrongBatchState):
            refused()


def test_the_code_of_the_list_finds_slips(workspace: Workspace) -> None:
    batch = proposed(workspace)
    told = FormCode.of_disposal(batch.id, batch.list_sha256).payload
    assert told.startswith(f"AV1-XH2028001-{batch.list_sha256[:8].upper()}-")
    assert FormCode.parse(told.lower()) == FormCode.of_disposal(batch.id, batch.list_sha256)
    slips = {
        told[:n] + other + told[n + 1 :] for n in range(4, len(told)) for other in "08" if told[n] != other
    }
    assert [slip for slip in slips if FormCode.parse(slip)] == []


# ── the signed forms ─────────────────────────────────────────────────────────────────────────────────────
OTHER_LIST = FormCode("XH2028001", "0" * 8).payload
OTHER_BATCH = FormCode("XH2027003", "0" * 8).payload
REFUSED: dict[str, tuple[dict[str, Any], type[ArchivistError], str]] = {
    "printed, not signed": ({"ink": 0.0}, UsageError, "没有看见签名|0 处笔迹"),
    "no scan": ({"on_paper": False}, UsageError, "不是纸张的扫描件"),
    "of another list": ({"codes": [OTHER_LIST]}, ListChanged, "内容已变"),
    "of another batch": ({"codes": [OTHER_BATCH]}, ListChanged, "XH-2027-003"),
    "one page of another batch": ({"codes": ["", OTHER_BATCH]}, ListChanged, "XH-2027-003"),
    "without the code": ({"codes": []}, UsageError, "没有认出核对码"),
    "a code somebody changed": ({"codes": [OTHER_LIST[:-2] + "ZZ"]}, UsageError, "没有认出核对码"),
    "another form": ({"words": "会议签到表"}, UsageError, "看不出是"),
    "signed by one who only notes it": ({"labels": ["经办（签名）"]}, UsageError, "没有认出|1 处笔迹"),
    "dates filled in": ({"labels": ["签名日期", "签名日期"]}, UsageError, "没有认出|0 处笔迹"),
}


@pytest.mark.parametrize("form", [OPINION, APPROVAL, RECORD], ids=lambda form: form.stem)
@pytest.mark.parametrize("how", REFUSED)
def test_what_no_form_of_this_list_bears_decides_nothing(
    workspace: Workspace, form: SignedForm, how: str
) -> None:
    """“every command that takes a signed scan: is each judged alike, hash code matched, refused unsigned”: E603, E001, and nothing is written."""
    batch = proposed(workspace)
    if form is not OPINION:
        batch = appraised(workspace, batch)
    if form is RECORD:
        batch = destroy(workspace, approved(workspace, batch)).batch

    def act(scan: ReadPaper) -> None:
        if form is OPINION:
            appraised(workspace, batch, paper=scan)
        elif form is APPROVAL:
            batches.approve(workspace, READY, batch.id, approver="赵主任", paper=scan)
        else:
            disposal_residue.close(workspace, READY, batch.id, paper=scan)

    before = ops(workspace)
    told, error, words = REFUSED[how]
    with pytest.raises(error, match=words):
        act(paper(workspace, batch, form, **told))
    assert ops(workspace) == before
    act(paper(workspace, batch, form))
    assert ops(workspace) != before


def test_a_code_that_no_camera_reads_is_read_in_clear(workspace: Workspace) -> None:
    batch = proposed(workspace)
    code = FormCode.of_disposal(batch.id, batch.list_sha256).payload
    clear = f"保管期满档案鉴定意见表\n{code[:16]} {code[16:].lower()}"
    assert appraised(
        workspace, batch, paper=paper(workspace, batch, OPINION, codes=[], words=clear)
    ).appraisers
