"""“机构变动: bags + ledger to `ledger-<CODE>/`, `custody_received`; A keeps until receipt”: one office answers for a file at any moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from archivist.api import agenda, case_file, case_list, next_acts, searching
from archivist.api.setup import make_workspace as set_up
from archivist.bureau.handover import TookOver, take_over
from archivist.disposal_errors import ForkedChain, ListChanged, OnHold, ReceiptMismatch
from archivist.documents.render.render import document_text
from archivist.errors import (
    ArchiveError,
    ArchivistError,
    CaseClosed,
    CaseExists,
    CaseNotFound,
    IntegrityAlarm,
    InvalidValue,
    StepRefused,
    UsageError,
)
from archivist.model.by import CHINA, By
from archivist.model.case import CaseStatus
from archivist.model.disposals import Disposal, DisposalState, Opinion
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.form_code import FormCode
from archivist.model.group_holds import HeldCases
from archivist.model.ids import Category
from archivist.preservation import custody, disposal_forms, holds, submission, submission_ledger
from archivist.preservation import disposal_batches as batches
from archivist.preservation.custody_withdrawal import plan_withdrawal, take_back, withdrawal_form
from archivist.preservation.disposal_batches import Appraised
from archivist.preservation.holds import HoldOrder
from archivist.preservation.signed_papers import ReadPaper
from archivist.preservation.submission import SubmissionMade
from archivist.preservation.submission_import import take_in
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.reading.formats.pdf import PDF
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.store import Original, durable_files, held_files
from archivist.store.bag_fixity import FixityFault
from archivist.store.receptions import Receptions
from archivist.workspace import Workspace
from tests.bureau.kit import remade
from tests.command_line import Office, opened
from tests.filing import ACCEPTED, file_papers
from tests.filing import take as stepped
from tests.kit import BY, make_workspace, open_household
from tests.people import make_id
from tests.preservation import disposals
from tests.preservation.disposals import KEEPER, READY
from tests.procedure.test_household_merger import hold

LATER = By("周接管", dt.datetime(2024, 4, 2, 9, tzinfo=CHINA))
PHONE = [("applicant.phone", "022-00009999")]


@pytest.fixture
def giving(tmp_path: Path) -> Iterator[Workspace]:
    """An office with an open household that has a paper, and a held one that is closed."""
    with make_workspace(tmp_path / "甲") as made:
        case = open_household(made)
        file_papers(made, case.number, "mat_household_register", dated="2024-01-02")
        other = {"applicant": {"name": "郑样例", "id_number": make_id("19620407", "026")}}
        hold(made, open_household(made, parse_facts(other)))
        yield made


@pytest.fixture
def taking(tmp_path: Path) -> Iterator[Workspace]:
    """The office that takes over."""
    set_up(tmp_path / "乙", pack="tianjin-hongqiao", office="红桥区新设街道", code="TJHX")
    with Workspace.open(tmp_path / "乙") as made:
        yield made


def give(office: Workspace, **more: Any) -> SubmissionMade:
    return custody.hand_over(office, BY, "TJHX", **more)


def packages(made: SubmissionMade) -> list[Path]:
    assert made.folder is not None
    return [made.folder / part.name for part in made.parts]


def take(office: Workspace, made: SubmissionMade, **more: Any) -> TookOver:
    return take_over(office, LATER, packages(made), **more)


def receipt(done: TookOver) -> Path:
    return next(path for path in done.files if path.suffix == ".json")


def test_everything_goes_over_and_the_files_go_on(giving: Workspace, taking: Workspace) -> None:
    numbers = giving.archive.case_numbers()
    heads = {number: giving.archive.head(number) for number in numbers}
    made = give(giving)
    done = take(taking, made)
    assert done.cases == tuple(map(str, numbers)) and taking.archive.case_numbers() == numbers
    assert {number: taking.archive.head(number) for number in numbers} == heads
    assert done.ledger == taking.archive.root / "ledger-TJHQ" and (done.ledger / "2024" / "events").is_dir()
    assert [e.data["office"] for e in taking.archive.ledger_events(Op.CUSTODY_RECEIVED)] == ["TJHQ"]
    after, _ = change_facts(taking, LATER, numbers[0], PHONE, reason="来电")
    assert after.seq == heads[numbers[0]][0] + 1 and taking.find_case("王秀兰") == numbers[0]
    assert open_household(taking, category=Category.DX).number.office == "TJHX"
    assert [h.id for h in held_files.holds(taking.archive, taking.archive.read(numbers[1]), LATER.today)] == [
        "H1"
    ]
    assert verify(taking, LATER).findings == ()
    assert (taking.archive.inbox / f"{numbers[0]} 王秀兰").is_dir()


def test_no_file_is_in_two_custodies_and_none_in_none(giving: Workspace, taking: Workspace) -> None:
    """F30: “no household in two custodies, none in none”: from the package on this office writes nothing, and keeps everything."""
    number = giving.archive.case_numbers()[0]
    made = give(giving)
    with pytest.raises(CaseClosed, match="移交给 TJHX"):
        change_facts(giving, BY, number, PHONE, reason="来电")
    assert "等对方接收的回执" in case_file.show_case(giving, str(number)).handed_over
    take_in(giving, LATER, receipt(take(taking, made)))
    shown = case_file.show_case(giving, str(number)).handed_over
    assert shown.startswith("已移交 TJHX 天津市") and giving.archive.read(number).seq
    with pytest.raises(CaseClosed, match="已移交"):
        change_facts(giving, BY, number, PHONE, reason="来电")
    assert verify(giving, BY).findings == ()
    found = searching.search(giving, "王秀兰")
    (notice,) = found.notices
    assert notice.startswith("已移交 TJHX") and notice.endswith(f"：{number}")
    assert {hit.handed_over for hit in found.hits} == {"TJHX"}


def test_what_was_handed_over_is_no_work_here(giving: Workspace, taking: Workspace) -> None:
    """“`due`, `case list`, `search` at the old office no longer show handed-over files as live work (they stay findable as 已移交 with where to)”."""
    number, other = map(str, giving.archive.case_numbers())
    stepped(
        giving, giving.archive.read(giving.archive.case_numbers()[0]), "submit submitted 2024-03-04", ACCEPTED
    )
    holds.place(giving, BY, giving.archive.case_numbers()[1], HoldOrder("审计"))
    moment = dt.datetime(2025, 3, 8, 9, tzinfo=CHINA)

    def due(office: Workspace, case: str | None = None) -> agenda.AgendaView:
        return agenda.due(office, on=moment, days=None, case=case)

    before = due(giving)
    assert {e.case for e in before.entries} == {number} and {h.case for h in before.holds} == {other}
    made = give(giving)
    now = due(giving)
    assert (now.entries, now.holds, now.cases, now.handed_over) == ((), (), 0, 2)
    assert (due(giving, number).entries, due(giving, number).handed_over) == ((), 1)
    listed = case_list.list_cases(giving, on=moment.date(), order=case_list.ListOrder.STATE)
    assert [(c.case, c.state, c.due) for c in listed.cases] == [(number, None, None), (other, None, None)]
    assert all("移交给 TJHX" in c.handed_over for c in listed.cases) and listed.unread == ()
    assert case_list.list_cases(giving, on=moment.date(), status=CaseStatus.OPEN).cases == ()
    assert next_acts.next_of_office(giving, on=moment.date()).households == ()
    take(taking, made)
    there = due(taking)
    assert {e.case for e in there.entries} == {number} and {h.case for h in there.holds} == {other}
    assert there.handed_over == 0, "the limits run on where the files are"
    assert not any(
        c.handed_over for c in case_list.list_cases(taking, on=moment.date(), status=CaseStatus.OPEN).cases
    )


def test_verify_knows_a_file_that_changed_after_it_was_handed_over(
    giving: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = giving.archive.case_numbers()[0]
    give(giving)
    with monkeypatch.context() as broken:
        broken.setattr("archivist.store.custody.Custody.refuse", lambda *_: None)
        change_facts(giving, BY, number, PHONE, reason="来电")
    (found,) = verify(giving, BY).findings
    assert (found.bag, found.problem) == (str(number), FixityFault.HISTORY) and "TJHX" in found.found


def test_verify_knows_what_became_of_what_was_taken_over(giving: Workspace, taking: Workspace) -> None:
    done = take(taking, give(giving))
    assert done.ledger is not None
    (year,) = done.ledger.glob("2*")
    durable_files.remove_tree(year)
    durable_files.remove_tree(taking.archive.cases / done.cases[0])
    found = {(f.bag, f.problem) for f in verify(taking, LATER).findings}
    assert found == {("ledger-TJHQ/2024", FixityFault.GONE), (done.cases[0], FixityFault.GONE)}


def test_the_same_package_again_changes_nothing(giving: Workspace, taking: Workspace) -> None:
    """F30: “same package taken in twice”."""
    made = give(giving)
    first = take(taking, made)
    seq = taking.archive.ledgers.seq(2024)
    again = take(taking, made)
    assert (first.again, again.again, again.files) == (False, True, first.files)
    assert taking.archive.ledgers.seq(2024) == seq
    with pytest.raises(CaseClosed, match="起移交给 TJHX"):
        give(giving)


def test_what_was_broken_off_is_resumed_to_the_same_bytes(giving: Workspace) -> None:
    made = give(giving)
    (path,) = packages(made)
    before = path.read_bytes()
    path.unlink()
    submission.resume(giving, BY, str(made.submission.id))
    assert path.read_bytes() == before


def test_trial_runs_leave_nothing(giving: Workspace, taking: Workspace) -> None:
    assert give(giving, dry_run=True).folder is None and not giving.archive.custody.handed_over()
    made = give(giving)
    assert take(taking, made, dry_run=True).ledger is None
    assert not taking.archive.case_numbers() and not any(taking.archive.work.iterdir())


@pytest.mark.parametrize("to", ["TJHQ", "x", ""])
def test_it_goes_to_another_office(giving: Workspace, to: str) -> None:
    with pytest.raises(InvalidValue, match="另一机关"):
        custody.hand_over(giving, BY, to)


def test_a_hold_on_many_stays_behind_so_it_is_refused(giving: Workspace) -> None:
    """§2: “custody transfer without it” is blocked with E601."""
    holds.declare(giving, BY, HoldOrder("审计", until="审计结束"), HeldCases(Category.DB))
    with pytest.raises(OnHold) as refused:
        give(giving)
    assert any("审计" in p for p in refused.value.problems)


def test_what_is_not_ours_or_not_whole_is_refused_and_nothing_taken(
    giving: Workspace, taking: Workspace, tmp_path: Path
) -> None:
    made = give(giving)
    (path,) = packages(made)
    number = made.submission.cases[0].case

    def spoiled(files: dict[str, bytes]) -> None:
        name = next(n for n in files if n.startswith(f"data/cases/{number}/data/"))
        files[name] += b"x"

    def another(files: dict[str, bytes]) -> None:
        files["anchor/submission.json"] = files["anchor/submission.json"].replace(b"TJHX", b"TJHE")

    wrong: list[tuple[Any, type[ArchivistError]]] = [(spoiled, IntegrityAlarm), (another, InvalidValue)]
    for n, (change, error) in enumerate(wrong):
        with pytest.raises(error):
            take_over(taking, LATER, [remade(path, tmp_path / f"{n}.zip", change)])
    with pytest.raises(InvalidValue, match="不是 TJHQ"):
        take_over(giving, LATER, [path])
    assert not taking.archive.case_numbers() and not any(taking.archive.work.iterdir())
    (taking.archive.cases / number).mkdir()
    with pytest.raises(CaseExists):
        take(taking, made)


def test_another_package_of_the_same_number_is_a_fork(
    giving: Workspace, taking: Workspace, tmp_path: Path
) -> None:
    made = give(giving)
    take(taking, made)
    (path,) = packages(made)
    with pytest.raises(ForkedChain):
        take_over(
            taking,
            LATER,
            [
                remade(
                    path,
                    tmp_path / "别的.zip",
                    lambda files: files.update({"data/destroyed.tsv": files["data/destroyed.tsv"] + b"x\n"}),
                )
            ],
        )


def test_killed_in_between_it_is_completed(
    giving: Workspace, taking: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F30: “kill between out and in”: the commit is one rename; the next start puts every bag where it belongs."""
    made = give(giving)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Receptions, "_hand_out", dies)
        with pytest.raises(KeyboardInterrupt):
            take(taking, made)
    with Workspace.open(taking.root) as again, again.writing(LATER):
        pass
    assert [str(n) for n in taking.archive.case_numbers()] == [case.case for case in made.submission.cases]
    assert len(list(taking.archive.ledger_events(Op.CUSTODY_RECEIVED))) == 1
    assert take(taking, made).again


def test_copies_are_cleared_away_after_the_receipt_and_by_a_disposal_alone(
    tmp_path: Path, taking: Workspace
) -> None:
    """“A keeps until receipt, then batch 移交后清除”: appraised, approved and executed as any other; open and held files too."""
    with disposals.office(tmp_path / "甲", 1) as giving:
        hold(giving, open_household(giving))
        numbers = giving.archive.case_numbers()
        made = give(giving)
        with pytest.raises(StepRefused) as early:
            batches.propose(giving, KEEPER, on=KEEPER.today, handed_over=True)
        assert all("之前不清除" in p for p in early.value.problems)
        take_in(giving, LATER, receipt(take(taking, made)))
        with pytest.raises(StepRefused):
            disposals.proposed(giving)  # its period ran out here, but the other office decides
        name = batches.propose(giving, KEEPER, on=KEEPER.today, handed_over=True).batch
        batch = batches.batch_of(giving.archive, name)
        with pytest.raises(UsageError, match="接管的机关"):
            disposals.appraised(giving, batch, {numbers[0]: Appraised(Opinion.KEEP)})
        papers(giving, batch)
        appraised = disposals.appraised(giving, batch)
        papers(giving, appraised)
        done = disposals.destroy(giving, disposals.approved(giving, appraised))
        assert (list(done.now), done.left) == (numbers, ())
        with pytest.raises(CaseNotFound, match=r"已移交 TJHX.*本机关的一份已销毁"):
            giving.archive.folder(numbers[0])
        assert verify(giving, READY).findings == ()
    assert taking.archive.case_numbers() == numbers and verify(taking, LATER).findings == ()


# ── taken back ───────────────────────────────────────────────────────────────────────────────────────────
SIGNERS = ("证明人（签名）", "核对人（签名）", "批准人（签名）")
WHY = "机关代码写错"


def proof(office: Workspace, made: SubmissionMade, *, reason: str = WHY, **more: Any) -> ReadPaper:
    """Lay the scan of the form on which the other office says that it received nothing, signed by all three."""
    asked = plan_withdrawal(office, str(made.submission.id), reason)
    told: dict[str, Any] = {"codes": (asked.code.payload,), "labels": SIGNERS, "ink": 0.2}
    told |= {"words": "机构变动移交收回审批表", "paper": True} | more
    places = tuple(SignaturePlace(label, told["ink"]) for label in told["labels"])
    page = PageText(
        1, told["words"], told["codes"], "ocr", 0.9, 0, 100, 100, told["paper"], signature_places=places
    )
    path = office.root / "收回 签字.pdf"
    path.write_bytes(b"%PDF-1.4 signed")
    return ReadPaper(Original.of(path, path.name), ReadResult(PDF, (page,)))


def taken_back(
    office: Workspace, made: SubmissionMade, paper: ReadPaper | None = None, reason: str = WHY
) -> None:
    given = paper or proof(office, made)
    take_back(office, LATER, str(made.submission.id), reason=reason, people=("赵主任", "钱管理"), paper=given)


def test_what_nobody_received_is_taken_back(giving: Workspace, taking: Workspace) -> None:
    """“a custody package sent to a wrong office code can be taken back (before it was received, with the evidence that it was not; by two)”."""
    number = giving.archive.case_numbers()[0]
    made = give(giving)
    form = withdrawal_form(giving, LATER, plan_withdrawal(giving, str(made.submission.id), WHY))
    words = "".join(document_text(form.read_bytes()))
    assert "没有接收" in words and str(made.submission.id) in words and WHY in words and "TJHX" in words
    taken_back(giving, made)
    assert giving.archive.custody.handed_over() == {}
    (event,) = giving.archive.ledger_events(Op.CUSTODY_TAKEN_BACK)
    assert (event.data["by"], event.reason) == (["赵主任", "钱管理"], WHY)
    assert any((folder / event.data["paper"]).is_file() for folder in giving.archive.ledger_folders())
    change_facts(giving, LATER, number, PHONE, reason="来电")
    assert verify(giving, LATER).findings == (), "a file that is ours again may change"
    assert submission_ledger.find(giving.archive, str(made.submission.id)).stage.label == "已收回"
    with pytest.raises(ReceiptMismatch, match="已经收回"):
        submission.resume(giving, LATER, str(made.submission.id))
    with pytest.raises(ReceiptMismatch, match="已经收回"):
        plan_withdrawal(giving, str(made.submission.id), WHY)
    again = give(giving)
    assert again.submission.id.number == made.submission.id.number + 1
    assert take(taking, again).cases == tuple(map(str, giving.archive.case_numbers()))


UNFIT: dict[str, tuple[dict[str, Any], type[ArchivistError], str]] = {
    "no scan": ({"paper": False}, UsageError, "不是纸张的扫描件"),
    "printed, not signed": ({"ink": 0.0}, UsageError, "没有看见签名"),
    "without the word of the other office": ({"labels": SIGNERS[1:]}, UsageError, "没有认出“证明人”"),
    "another form": ({"words": "会议签到表"}, UsageError, "看不出是"),
    "without the code": ({"codes": ()}, UsageError, "没有认出核对码"),
    "for another reason": ({"reason": "不想移交了"}, ListChanged, "内容已变"),
    "of another package": (
        {"codes": (FormCode("SHTJHQ2024N09", "0" * 8).payload,)},
        ListChanged,
        "S-TJHQ-2024-09",
    ),
}


@pytest.mark.parametrize("how", UNFIT)
def test_what_is_no_evidence_takes_nothing_back(giving: Workspace, how: str) -> None:
    made = give(giving)
    told, error, words = UNFIT[how]
    with pytest.raises(error, match=words):
        taken_back(giving, made, proof(giving, made, **told))
    assert giving.archive.custody.handed_over() and not [*giving.archive.ledger_events(Op.CUSTODY_TAKEN_BACK)]


def test_what_was_received_is_not_taken_back(giving: Workspace, taking: Workspace) -> None:
    """By its receipt; and a receipt that comes after all is said aloud: two offices hold the files for theirs."""
    made = give(giving)
    name = str(made.submission.id)
    with pytest.raises(InvalidValue, match="理由"):
        plan_withdrawal(giving, name, " ")
    paper = proof(giving, made)
    answer = receipt(take(taking, made))
    taken_back(giving, made, paper)
    with pytest.raises(ReceiptMismatch, match="两个机关都以为户档归自己"):
        take_in(giving, LATER, answer)
    other = give(giving)
    with pytest.raises(CaseExists):
        take(taking, other)
    with pytest.raises(ReceiptMismatch):
        take_in(giving, LATER, answer)


def test_what_is_acknowledged_or_no_handing_over_is_refused(giving: Workspace, taking: Workspace) -> None:
    made = give(giving)
    take_in(giving, LATER, receipt(take(taking, made)))
    with pytest.raises(ReceiptMismatch, match="接收，不能收回"):
        plan_withdrawal(giving, str(made.submission.id), WHY)
    with pytest.raises(ArchiveError, match="没有报送"):
        plan_withdrawal(giving, "S-TJHQ-2024-77", WHY)


def papers(office: Workspace, batch: Disposal) -> None:
    """Every paper of a batch of copies says that they were handed over, and that no period ran out."""
    folder = disposal_forms.hand_out_again(office, batch, KEEPER.today)
    sheets = {path.stem: "".join(document_text(path.read_bytes())) for path in folder.glob("*.docx")}
    assert {"档案鉴定意见表"} <= {*sheets} if batch.state is DisposalState.PROPOSED else len(sheets) >= 4
    for name, words in sheets.items():
        assert "移交后清除" in words and "S-TJHQ-2024-01" in words, name
        assert not [said for said in ("期限届满", "期限已满", "保管期满", "期满。") if said in words], name
    (book,) = folder.glob("*.xlsx")
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    said = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)
    assert "移交后清除" in said and "保管期满" not in said


def test_both_sides_by_commands(tmp_path: Path) -> None:
    """“等待接收回执，之前不清除”: out, in and the receipt as clerks type them; each answer is what its schema says."""
    for name in "甲乙":
        (tmp_path / name).mkdir()
    giving, taking = opened(tmp_path / "甲"), Office(tmp_path / "乙")
    set_up(tmp_path / "乙", pack="tianjin-hongqiao", office="红桥区新设街道", code="TJHX")
    tried = giving.json("transfer", "out", "--custody", "--all", "--to", "TJHX", "--dry-run")
    made = giving.json("transfer", "out", "--custody", "--all", "--to", "tjhx", "--yes")
    assert (tried["made"], made["made"], tried["cases"]) == (False, True, made["cases"])
    parts = [str(Path(made["folder"]) / part) for part in made["parts"]]
    looked = taking.json("transfer", "in", *parts, "--dry-run")
    done = taking.json("transfer", "in", *parts)
    assert (looked["receipt"], len(done["cases"]), done["again"]) == ([], made["cases"], False)
    assert taking.json("transfer", "in", *parts)["again"]
    paper = next(path for path in done["receipt"] if path.endswith(".json"))
    assert giving.json("submit", "import", paper)["kind"] == "receipt"
    assert giving.json("case", "show", done["cases"][0])["handed_over"].startswith("已移交 TJHX")
