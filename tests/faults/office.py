"""A small office to strike at: two households, papers in the inbox, one in the tray; and the whole commands."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from unittest import mock

from archivist.api import review
from archivist.doctypes.catalogue import Catalogue, Numbering
from archivist.errors import ArchivistError, PasswordNeeded
from archivist.ingest import batches, rearranging, refiling, taking_back, turning, unlocking
from archivist.ingest.by_hand import assign
from archivist.ingest.filing import Filed, LeftInInbox, NeedsReview, ReadDrop, file_dropped
from archivist.ingest.matching.evidence import Reason
from archivist.ingest.scan_filing import take_scan
from archivist.ingest.scan_plan import PlannedScan
from archivist.ingest.watch_folder import Now
from archivist.issuing import case_documents, voiding
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.planned import Manner, Outcome, Refused
from archivist.model.by import By
from archivist.model.case import CaseStatus
from archivist.model.document_code import SEPARATOR
from archivist.model.event import Op
from archivist.model.expunged_records import ExpungeReason
from archivist.model.facts import parse_facts, rows
from archivist.model.former_people import PaperReference
from archivist.model.group_holds import HeldCases
from archivist.model.household_changes import new_household
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256
from archivist.model.step_ids import StepId
from archivist.preservation import holds, submission, submission_import, transfers
from archivist.preservation.expunging import expunge
from archivist.preservation.holds import HoldOrder
from archivist.preservation.seal import seal
from archivist.preservation.signed_papers import ReadPaper
from archivist.preservation.submission import SubmissionOrder
from archivist.preservation.submission_replies import (
    Feedback,
    FeedbackFinding,
    Receipt,
    ReceivedCase,
    ReceivedPart,
)
from archivist.preservation.submission_selection import Wanted
from archivist.procedure.cases import change_facts, drop_folder, open_case
from archivist.procedure.closing import deregister, reopen
from archivist.procedure.household_merger import MergerOrder, merge_households
from archivist.procedure.household_split import SplitPlan, carry_out
from archivist.procedure.roster_look import look_over
from archivist.procedure.roster_opening import open_households
from archivist.reading.formats.images import JPEG, TIFF
from archivist.reading.formats.unpacking import PackedFile
from archivist.reading.page_extraction import Assembly
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.reading.reader_process import Reader
from archivist.report.query import Period
from archivist.rules.pack import Pack
from archivist.store import Original, held_files
from archivist.store.destruction import Sentence
from archivist.workspace import Workspace
from tests.faults.shim import Ack
from tests.filing import walk
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import WANG_ID, make_id
from tests.procedure.test_applicant_change import TO_BENEFIT

WANG: Final = CaseNo.parse("TJHQ-DB-2024-000001")
ZHANG: Final = CaseNo.parse("TJHQ-DB-2024-000002")
ZHANG_ID: Final = make_id("19710815", "013")
LIU_ID: Final = make_id("19550601", "024")
OPENED: Final = dt.date(2024, 3, 4)

PAPERS: Final = {
    "扫描0001.jpg": f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}",
    "扫描0003.jpg": "诊断证明书\n患者 无名氏",
    f"{WANG} 王秀兰/扫描0004.jpg": "诊断证明书\n患者 王秀兰",
}
"""What a scanner left in the inbox, with the words on it; the second belongs to nobody known."""
ANSWERS: Final = ("回执.json", "反馈.json")
PACKAGE: Final = "转来.zip"
"""The package of a file that another office sent."""
OLD_PAPER: Final = "旧件.jpg"
"""What waits in the tray."""
BATCH: Final = "批量.tif"
"""What a feeder made of two papers with a separator sheet between; the first is clear."""
STACK: Final = "待拆.tif"
"""What waits in the tray to be parted."""
LOCKED: Final = "加锁.tif"
"""What waits in the tray to be opened with its password; there is one paper in it."""
PARTS: Final = {
    BATCH: (f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}\n二", "不知何物"),
    STACK: ("甲", "乙"),
    LOCKED: ("不知何物",),
}
"""The words of the papers in them."""
FORM: Final = "登记表.jpg"
"""The signed form by which a hold is released, in a clerk's own folder."""
ROSTER: Final = "名册.csv"
OLD_SCANS: Final = {
    f"王秀兰 {WANG_ID}/旧扫描1.jpg": f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}\n旧",
    "散页/旧扫描2.jpg": "旧的，不知何物",
}
"""What an office kept in folders by household, with the words on it; the second belongs to nobody known."""
OLD_FOLDER: Final = "旧扫描"
LAWSUIT: Final = HoldOrder("行政诉讼", until="判决生效")
LOST: Final = "打印后遗失"
"""Why somebody enters a number as vacant."""
HELD_PAPER: Final = "户口簿.jpg"
CARD: Final = f"居民户口簿\n{WANG_ID}"
"""What is filed already."""


def scan(name: str) -> bytes:
    """Return the bytes of a paper: no real picture, but told to be one and unlike every other."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + name.encode() * 60 + b"\xff\xd9"


def stack(name: str) -> bytes:
    """Return the bytes of a file of several pages: told to be a TIFF."""
    return b"II*\x00" + name.encode() * 60


def part(name: str, number: int) -> bytes:
    """Return the bytes of one of its papers, counted from 0."""
    return stack(f"{name} {number}")


def take_apart(wanted: Sequence[Assembly], folder: Path) -> list[Path]:
    """Make the papers of a stack: no TIFF is decoded here."""
    made = []
    for number, assembly in enumerate(wanted):
        name = BATCH if assembly[0][0].name == BATCH else STACK
        made.append(folder / f"{number}.tif")
        made[-1].write_bytes(part(name, number))
    return made


def pages(*texts: str, between: bool = False) -> ReadResult:
    """Return what reading a stack gives, with separator sheets between its pages or without."""
    sheets: list[tuple[str, tuple[str, ...]]] = []
    for text in texts:
        sheets += [("分隔页", (SEPARATOR,))] * bool(between and sheets)
        sheets.append((text, ()))
    read = (PageText(n, t, c, "ocr", 0.99, 0, 1654, 2339) for n, (t, c) in enumerate(sheets, 1))
    return ReadResult(TIFF, tuple(read))


def words(text: str) -> ReadResult:
    """Return what reading a paper gives, ready made: no recognition runs here."""
    return ReadResult(JPEG, (PageText(1, text, (), "ocr", 0.99, 0, 1654, 2339),))


_warm: list[tuple[Pack, Catalogue]] = []


@contextmanager
def opened(root: Path) -> Iterator[Workspace]:
    """Open a workspace as a fresh process would; only rules and document types are not read again."""
    elsewhere, tempfile.tempdir = tempfile.tempdir, str(root)
    try:
        with Workspace.open(root) as workspace:
            if not _warm:
                _warm.append((workspace.pack, workspace.catalogue))
            workspace.__dict__["pack"], workspace.__dict__["catalogue"] = _warm[0]
            workspace.archive.lock.wait_s = 5.0
            yield workspace
    finally:
        tempfile.tempdir = elsewhere


def build(root: Path) -> None:
    """Make the office."""
    with make_workspace(root) as workspace:
        zhang = {
            "applicant": {
                "name": "张三丰",
                "id_number": ZHANG_ID,
                "address": "样例街道另一里9号楼101",
                "village": "另一里社区",
            }
        }
        assert open_household(workspace).number == WANG
        assert open_household(workspace, parse_facts(zhang)).number == ZHANG
        inbox = workspace.archive.inbox
        for name, text in {HELD_PAPER: CARD, OLD_PAPER: "不知道是什么"}.items():
            (inbox / name).write_bytes(scan(name))
            outcome = file_dropped(
                workspace, BY, ReadDrop(Original.of(inbox / name, name), words(text), None)
            )
            assert isinstance(outcome, Filed if text == CARD else NeedsReview), outcome
        for name, result, error in (
            (STACK, pages(*PARTS[STACK]), None),
            (LOCKED, None, PasswordNeeded("加了密码")),
        ):
            (inbox / name).write_bytes(stack(name))
            waiting = file_dropped(workspace, BY, ReadDrop(Original.of(inbox / name, name), result, error))
            assert isinstance(waiting, NeedsReview), waiting
        for name in PAPERS:
            (inbox / name).write_bytes(scan(name))
        (inbox / BATCH).write_bytes(stack(BATCH))
        assert workspace.archive.read(WANG).next_record() == "0002"


def lay(base: Path, out: Path, *, index: bool = True) -> None:
    """Lay a copy of a workspace: in the archive hard links (the program writes into no file but the access log), else copies.

    Links keep what a file is known by, its inode and time, as a restart after a power cut does.
    """
    clear(str(out))
    top = len(str(base))
    for folder, folders, names in os.walk(base):
        if not index and len(folder) == top:
            folders.remove("index")
        there = f"{out}{folder[top:]}"
        os.mkdir(there, 0o700)  # noqa: PTH102 (thousands of trees: quick)
        linked = f"{folder[top:]}/".startswith("/archive/") and not folder.endswith("/archive/access")
        for name in names:
            if linked and name not in (".lock", ".watching"):
                os.link(f"{folder}/{name}", f"{there}/{name}")
            else:
                shutil.copyfile(f"{folder}/{name}", f"{there}/{name}")


def clear(folder: str) -> None:
    """Remove a folder with all it holds, if it is there."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            clear(entry.path)
        else:
            os.unlink(entry.path)  # noqa: PTH108
    os.rmdir(folder)  # noqa: PTH106


# ── the commands ─────────────────────────────────────────────────────────────────────────────────────────
Act = Callable[[Workspace, Now, Ack], None]


@dataclass(frozen=True, slots=True)
class Command:
    """One whole command: what it does, telling after each step; and what the next start does with what is left.

    With ``older`` the archive it finds was made before archives said their format; ``before`` was done in it without a fault.
    With ``renumbers`` it takes other numbers for what it lost when it was cut short. ``by`` is who does it, and when.
    ``at_bureau`` it is done in the bureau's workspace.
    """

    name: str
    act: Act
    again: Act | None = None
    older: bool = False
    before: Act | None = None
    renumbers: bool = False
    by: By = BY
    at_bureau: bool = False

    def now(self) -> By:
        """Return who acts, ever at the same moment."""
        return self.by

    def run(self, root: Path, *, again: bool = False) -> Callable[[Ack], None]:
        """Return the command as an action on a workspace, or what a clerk does who was cut short."""

        def action(ack: Ack) -> None:
            with opened(root) as workspace:
                (self.again or self.act if again else self.act)(workspace, self.now, ack)

        return action


def stubborn(command: Command, root: Path) -> Callable[[Ack], None]:
    """Return a command that the same process tries again when it was refused, as the watcher does."""

    def action(_: Ack) -> None:
        with opened(root) as workspace:
            try:
                command.act(workspace, command.now, lambda _: None)
            except ArchivistError:
                (command.again or command.act)(workspace, command.now, lambda _: None)

    return action


def _file(*names: str) -> Act:
    def act(workspace: Workspace, now: Now, ack: Ack) -> None:
        for name in names:
            path = workspace.archive.inbox / name
            if not path.exists():
                continue
            outcome = file_dropped(
                workspace, now(), ReadDrop(Original.of(path, name), words(PAPERS[name]), None)
            )
            if isinstance(outcome, LeftInInbox):
                raise outcome.error
            ack(f"{name}: {type(outcome).__name__}")

    return act


def _open(workspace: Workspace, now: Now, ack: Ack) -> None:
    facts = parse_facts({"applicant": {"name": "刘样例", "id_number": LIU_ID, "address": "样例里3号"}})
    case = open_case(workspace, now(), Category.DB, facts, opened_on=OPENED)
    assert drop_folder(workspace, case).is_dir()
    ack(f"opened {case.number}")


def _listed(workspace: Workspace, _: Now, ack: Ack) -> None:
    """A roster of two households in benefit, in a clerk's own folder."""
    people = ((f"{name}样例", make_id(f"19{n}0601", "026")) for n, name in enumerate("甲乙", 50))
    lines = ["户主姓名,身份证号,起发年月", *(f"{name},{number},2023-05" for name, number in people)]
    (workspace.root / ROSTER).write_text("\n".join(lines), encoding="utf-8")
    ack("listed")


def _import(workspace: Workspace, now: Now, ack: Ack) -> None:
    """All of a roster; the numbers of both households are taken at once."""
    found = look_over(workspace, now(), workspace.root / ROSTER, Category.DB)
    open_households(workspace, now(), Category.DB, found, lambda done, _: ack(f"opened {done}"))


def _kept_scans(workspace: Workspace, _: Now, ack: Ack) -> None:
    """The old scans of the office, in a folder of its own."""
    for name in OLD_SCANS:
        path = workspace.root / OLD_FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(scan(name))
    ack("kept")


def _take_old_scans(workspace: Workspace, now: Now, ack: Ack) -> None:
    for (name, text), case in zip(OLD_SCANS.items(), (WANG, None), strict=True):
        read = ReadDrop(Original.of(workspace.root / OLD_FOLDER / name, name), words(text), None)
        outcome = take_scan(workspace, now(), PlannedScan(name, case, None), read)
        if isinstance(outcome, LeftInInbox):
            raise outcome.error
        ack(f"{name}: taken")


def _facts(workspace: Workspace, now: Now, ack: Ack) -> None:
    change_facts(workspace, now(), WANG, [("applicant.phone", "022-00009999")], reason="来电")
    ack("changed")


def _generate(workspace: Workspace, now: Now, ack: Ack) -> None:
    document = workspace.catalogue.get("application_form")
    if held := workspace.archive.read(WANG).records_of(document.id):
        ack(f"issued {held[0].no}")
        return
    todo = plan(workspace, now(), document, [WANG], {}, on=TODAY)
    outcome = issue(workspace, now(), todo)
    for refused in outcome.refused:
        raise refused.error
    ack(f"issued {outcome.issued[0].record}")


def _generate_many(workspace: Workspace, now: Now, ack: Ack) -> None:
    """A bulk job of two documents that take a number each; filed one by one, for the steps are looked at one by one."""
    document = replace(workspace.catalogue.get("application_form"), doc_no=Numbering.REQUIRED)
    todo = plan(workspace, now(), document, [WANG, ZHANG], {}, on=TODAY, manner=Manner(job="一批"))

    def told(one: Outcome, _done: int, _total: int) -> None:
        if isinstance(one, Refused):
            raise one.error
        ack(f"issued {one.case}")

    with mock.patch.object(case_documents, "_GROUP", 1):
        issue(workspace, now(), todo, report=told)


def _assign(workspace: Workspace, now: Now, ack: Ack) -> None:
    (item,) = [i for i in workspace.archive.tray.items() if i.name == OLD_PAPER]
    assign(workspace, now(), item, ZHANG, workspace.catalogue.get("mat_id_card"))
    ack("assigned")


def _take_back(workspace: Workspace, now: Now, ack: Ack) -> None:
    """What was assigned goes back; a clerk who was cut short sees where it is."""
    number = RecordNo("0001")
    with workspace.writing(now()):
        pass
    if number in workspace.archive.read(ZHANG).records:
        taking_back.take_back(
            workspace, now(), ZHANG, number, "归错了户", lambda o: ReadDrop(o, words("不知道是什么"), None)
        )
    ack("taken back")


def _taken_back(workspace: Workspace, now: Now, ack: Ack) -> None:
    """The item was in a case already, under the id it has again."""
    _assign(workspace, now, ack)
    _take_back(workspace, now, ack)


def _hand_back(workspace: Workspace, now: Now, ack: Ack) -> None:
    for item in workspace.archive.tray.items():
        if item.name == OLD_PAPER:
            review.hand_back(workspace, now(), item.id)
    ack("handed back")


def _split(workspace: Workspace, now: Now, ack: Ack) -> None:
    path = workspace.archive.inbox / BATCH
    if path.exists():
        drop = ReadDrop(Original.of(path, BATCH), pages(*PARTS[BATCH], between=True), None)
        outcome = batches.take_apart(workspace, now(), drop, take_apart)
        if isinstance(outcome, LeftInInbox):
            raise outcome.error
        ack("taken apart")
    for tried in batches.try_parts(workspace, now()):
        ack(type(tried).__name__)


def _split_by_hand(workspace: Workspace, now: Now, ack: Ack) -> None:
    for item in workspace.archive.tray.items():
        if item.name == STACK:
            rearranging.split_item(workspace, now(), item, [[(1, 0)], [(2, 0)]], take_apart)
            ack("split")
    for tried in batches.try_parts(workspace, now()):
        ack(type(tried).__name__)


def _turn(workspace: Workspace, now: Now, ack: Ack) -> None:
    for item in workspace.archive.tray.items():
        so_far = turning.turned_by_hand(item).get(1, 0)
        for angle in (90, 270) if item.name == OLD_PAPER else ():
            if so_far < angle:
                turning.turn(workspace, now(), item, 1, angle - so_far)
                so_far = angle
                ack(f"turned to {angle}")


class _Opening(Reader):
    """Opens what is locked, and reads it: nothing is locked here, and no process runs."""

    def unpack(self, path: Path, into: Path, password: str | None = None) -> tuple[PackedFile, ...]:
        copy = into / "0.tif"
        copy.write_bytes(part(LOCKED, 0))
        return (PackedFile(LOCKED, copy),)

    def read(self, path: Path, on_page: Callable[[int, int], None] | None = None) -> ReadResult:
        return pages(*PARTS[LOCKED])


def _unlock(workspace: Workspace, now: Now, ack: Ack) -> None:
    for item in workspace.archive.tray.items():
        if item.name == LOCKED and item.reason == Reason.UNREADABLE:
            unlocking.unlock(workspace, now(), item, "1", _Opening())
            ack("unlocked")
    for tried in batches.try_parts(workspace, now()):
        ack(type(tried).__name__)


def _move(workspace: Workspace, now: Now, ack: Ack) -> None:
    number = RecordNo("0001")
    with workspace.writing(now()):
        pass  # a move that was begun is ended first
    if number in workspace.archive.read(WANG).records:
        refiling.move(workspace, now(), WANG, number, ZHANG, None, "归错了户")
    ack("moved")


def _expunge(workspace: Workspace, now: Now, ack: Ack) -> None:
    """The record of the card is taken out on the paper that was filed after it."""
    record, paper = RecordNo("0001"), RecordNo("0002")
    with workspace.writing(now()):
        pass
    if record in workspace.archive.read(WANG).records:
        who = ("赵主任", "钱管理")
        expunge(workspace, now(), WANG, record, ExpungeReason.BY_LAW, people=who, paper=lambda _asked: paper)
    ack("expunged")


def _retype(workspace: Workspace, now: Now, ack: Ack) -> None:
    number, document = RecordNo("0001"), workspace.catalogue.get("mat_id_card")
    with workspace.writing(now()):
        pass
    if workspace.archive.read(WANG).records[number].type != document.id:
        refiling.retype(workspace, now(), WANG, number, document, "认错了种类")
    ack("retyped")


def _split_household(workspace: Workspace, now: Now, ack: Ack) -> None:
    case = workspace.archive.read(WANG)
    facts, _ = new_household(case.facts, [0])
    (person,) = rows(case.facts, "members")
    gone = {"person": dict(person), "part": "成员", "why": "分户", "on": OPENED.isoformat()}
    step = {"step": StepId.SPLIT_HOUSEHOLD.value, "title": "分户", "on": OPENED.isoformat(), "by": []}
    papers = tuple(
        PaperReference(WANG, r.no, r.type, r.title, tuple(f.sha256 for f in r.files)) for r in case.holding
    )
    with workspace.writing(now()):
        plan = SplitPlan(case, step, (gone,), Category.DB, facts, papers, (), ())
        done = carry_out(workspace, now(), plan, on=OPENED, reason="分开生活")
    ack(f"split off {done.new.number}")


def _married(workspace: Workspace, now: Now, ack: Ack) -> None:
    """One household in a review in which the marriage was reported, the other held."""
    walk(workspace, WANG, *((step, OPENED.isoformat(), ()) for step in (*TO_BENEFIT, "report_change")))
    holds.place(workspace, now(), ZHANG, LAWSUIT)
    ack("married")


def _merge(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    if workspace.archive.read(ZHANG).status is not CaseStatus.DEREGISTERED:
        merge_households(workspace, now(), MergerOrder(WANG, ZHANG, TODAY, "结婚"), confirmed=True)
    ack("merged")


def _void(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    for record in workspace.archive.read(WANG).records_of("application_form"):
        voiding.void(workspace, now(), WANG, record.no, "印错了")
    ack("voided")


def _replace(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    case, document = workspace.archive.read(WANG), workspace.catalogue.get("application_form")
    (held,) = case.records_of(document.id)
    if "replaces" not in held.data:
        manner = Manner(replaces=held.no, reason="印错了")
        todo = plan(workspace, now(), document, [WANG], {}, on=TODAY, manner=manner)
        for refused in (*todo.refused, *issue(workspace, now(), todo).refused):
            raise refused.error
    ack("replaced")


def _closed_and_packed(workspace: Workspace, now: Now, ack: Ack) -> None:
    """A closed file and its package, as another office might have sent it."""
    _deregister(workspace, now, ack)
    made = transfers.transfer_out(workspace, now(), ZHANG, "TJHX").path
    assert made is not None
    with zipfile.ZipFile(made) as packed, zipfile.ZipFile(workspace.root / PACKAGE, "w") as here:
        for name in packed.namelist():
            data = packed.read(name)
            here.writestr(name, data.replace(b"TJHX", b"TJHQ") if name == transfers.ABOUT else data)


def _transfer_out(workspace: Workspace, now: Now, ack: Ack) -> None:
    """Asked again, it is the package that was written, or the first one."""
    transfers.transfer_out(workspace, now(), ZHANG, "TJHD")
    ack("handed over")


def _transfer_in(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    taken = [n for n in workspace.archive.case_numbers() if workspace.archive.read(n).previous]
    if not taken:
        transfers.transfer_in(workspace, now(), workspace.root / PACKAGE)
    ack("taken in")


def _handed_over(workspace: Workspace, now: Now, _: Ack) -> None:
    """Both households at the bureau, and its two answers: both accepted, then one of them to be put right."""
    answers(workspace, now(), returned=None)


def answers(workspace: Workspace, by: By, *, returned: CaseNo | None) -> None:
    """Hand both households over, and lay down what the bureau answers."""
    (stick := workspace.root / "盘").mkdir(exist_ok=True)
    order = SubmissionOrder(Period.of_month("2024-03"), "2024M03", Wanted.ALL, stick)
    made = submission.submit(workspace, by, order)
    told, parts = made.submission, tuple(ReceivedPart(part.name, part.sha256) for part in made.parts)
    back = str(returned)
    cases = tuple(
        ReceivedCase(c.case, c.seq, c.head, c.case != back, "缺页" if c.case == back else "")
        for c in told.cases
    )
    moment = by.time.isoformat(timespec="seconds")
    receipt = Receipt(told.id, "样例区民政局", moment, "赵接收", told.anchor, parts, cases)
    (workspace.root / ANSWERS[0]).write_bytes(receipt.encode())
    findings = (FeedbackFinding(str(WANG), "", False, "缺入户照片", None),)
    feedback = Feedback(told.id, "样例区民政局", moment, "钱抽查", told.anchor, "2024-03", findings)
    (workspace.root / ANSWERS[1]).write_bytes(feedback.encode())


def _take_in(workspace: Workspace, now: Now, ack: Ack) -> None:
    """The same answer taken in again enters what is missing, and nothing twice."""
    for name in ANSWERS:
        submission_import.take_in(workspace, now(), workspace.root / name)
        ack(f"taken in {name}")


def _reopen(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    case = workspace.archive.read(ZHANG)
    if case.status is CaseStatus.DEREGISTERED:
        case = reopen(workspace, now(), ZHANG, reason="误办")
    assert drop_folder(workspace, case).is_dir()
    ack("reopened")


def _deregister(workspace: Workspace, now: Now, ack: Ack) -> None:
    deregister(workspace, now(), ZHANG, on=TODAY, reason="自愿退出")
    ack("deregistered")


def _number(workspace: Workspace, now: Now, ack: Ack) -> None:
    sequence = "文号 红样救字"
    taken = {e.data["year"] for e in workspace.archive.ledger_events() if e.data.get("sequence") == sequence}
    for year in (2024, 2025):  # the second opens that year's ledger; asked again, only for what was not given
        if year not in taken:
            ack(f"number {workspace.archive.allocate(sequence, year, workspace.stamp(now()))[0]}")


def _heads_of_a_new_day(workspace: Workspace, now: Now, ack: Ack) -> None:
    """The first write of the next day: the heads of all that changed, then the change."""
    later = replace(now(), time=now().time + dt.timedelta(days=1))
    if workspace.archive.read(WANG).fact("applicant.phone") != "022-00009999":
        change_facts(workspace, later, WANG, [("applicant.phone", "022-00009999")], reason="来电")
    ack("changed")


def _seal(workspace: Workspace, now: Now, ack: Ack) -> None:
    if not any(e.op is Op.SEALED for e in workspace.archive.ledger_events()):
        seal(workspace, now())
    ack("sealed")


def _heads(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        workspace.archive.heads.record(workspace.stamp(now()))
    ack("entered")


def _hold(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    if not workspace.archive.read(WANG).holds:
        holds.place(workspace, now(), WANG, LAWSUIT)
    ack("held")


def _held(workspace: Workspace, now: Now, ack: Ack) -> None:
    """A hold, and the form of its release signed on paper, in a clerk's own folder."""
    _hold(workspace, now, ack)
    (workspace.root / FORM).write_bytes(scan(FORM))


def _release(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    (hold,) = workspace.archive.read(WANG).holds
    if hold.release is None:
        places = (SignaturePlace("解除登记人（签名）", 0.2),)
        words = f"档案保全（冻结销毁）登记表\n{WANG}\n二、解除"
        page = PageText(1, words, (), "ocr", 0.9, 0, 100, 100, True, False, (), places)
        paper = ReadPaper(Original.of(workspace.root / FORM, FORM), ReadResult(JPEG, (page,)))
        holds.release(
            workspace, now(), WANG, hold.id, basis="判决生效", people=("钱复审", "赵分管"), paper=paper
        )
    ack("released")


def _hold_many(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    if not held_files.group_holds(workspace.archive):
        holds.declare(workspace, now(), LAWSUIT, HeldCases(Category.DB))
    ack("held many")


SENTENCE: Final = Sentence(
    disposal="XH-2024-001",
    list_sha256=Sha256("ab" * 32),
    records=1,
    pages=1,
    deregistered="2020-12-31",
    rule="retention.case",
    sentence="停保后不少于3年",
    end="2023-12-31",
    persons={"executor": ("钱档案",), "witnesses": ("孙监销", "李监销")},
    copies=(),
)
"""By what a case is destroyed."""


def _destroy(workspace: Workspace, now: Now, ack: Ack) -> None:
    archive = workspace.archive
    with workspace.writing(now()):
        pass  # a destruction that was begun is ended first
    if ZHANG in archive.case_numbers():
        archive.destroy(ZHANG, archive.chain(ZHANG).head, lambda _: SENTENCE, workspace.stamp(now()))
        workspace.forget(ZHANG)
    ack("destroyed")


_first, _strange, *_ = PAPERS
OF_CASES: Final = {
    c.name: c
    for c in (
        Command("open a case", _open),
        Command("import a roster", _import, before=_listed),
        Command("take in old scans", _take_old_scans, before=_kept_scans),
        Command("file one", _file(_first), _file(_first)),
        Command("file many", _file(*PAPERS), _file(*PAPERS)),
        Command("put into the tray", _file(_strange), _file(_strange)),
        Command("change a fact", _facts),
        Command("generate", _generate),
        Command("generate many", _generate_many, _generate_many, renumbers=True),
        Command("assign from the tray", _assign),
        Command("take a filing back", _take_back, _take_back, before=_assign),
        Command("assign what was taken back", _assign, before=_taken_back),
        Command("hand back from the tray", _hand_back, _hand_back),
        Command("split a batch", _split, _split),
        Command("split by hand", _split_by_hand, _split_by_hand),
        Command("turn a page", _turn, _turn),
        Command("unlock", _unlock, _unlock),
        Command("move a record", _move, _move),
        Command("retype a record", _retype, _retype),
        Command("expunge a record", _expunge, _expunge, before=_file(_first)),
        Command("deregister", _deregister),
        Command("void a document", _void, before=_generate),
        Command("replace a document", _replace, before=_generate),
        Command("transfer out", _transfer_out, _transfer_out, before=_deregister),
        Command("transfer in", _transfer_in, before=_closed_and_packed),
        Command("take in answers", _take_in, _take_in, before=_handed_over),
        Command("reopen", _reopen, before=_deregister),
        Command("split a household", _split_household),
        Command("merge two households", _merge, _merge, before=_married),
        Command("place a hold", _hold),
        Command("release a hold", _release, before=_held),
        Command("hold many", _hold_many),
        Command("destroy a case", _destroy, _destroy, before=_assign),
        Command("ledger number", _number),
        Command("enter heads", _heads, _heads),
        Command("seal", _seal, _seal),
        Command("first write of a day", _heads_of_a_new_day, _heads_of_a_new_day),
        Command("write to an older archive", _facts, older=True),
    )
}
