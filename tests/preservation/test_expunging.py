"""One record taken out of its file: its bytes, text and name are gone, its number stays, the file says so; never what must stay."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bagit
import pytest

from archivist.api import case_file
from archivist.api import expunging as api
from archivist.disposal_errors import ListChanged, NotExpungeable, OnHold, TwoPersonsNeeded
from archivist.doctypes.ids import DocumentId
from archivist.documents.render.render import document_text
from archivist.errors import (
    ArchivistError,
    DuplicateFile,
    InvalidValue,
    RecordNotFound,
    RoleMissing,
    UnknownActor,
    UsageError,
)
from archivist.ingest import refiling
from archivist.ingest.filing import commit_file
from archivist.issuing.case_documents import issue, plan
from archivist.model.by import By
from archivist.model.document_code import DocumentCode
from archivist.model.event import Op
from archivist.model.expunged_records import ExpungeReason
from archivist.model.form_code import FormCode
from archivist.model.ids import RecordNo
from archivist.model.record import Record
from archivist.preservation import backup
from archivist.preservation.expunging import expunge, plan_expunging
from archivist.preservation.restore import restore
from archivist.preservation.signed_papers import ReadPaper
from archivist.preservation.verification import verify
from archivist.procedure.closing import deregister
from archivist.reading.formats.text import TXT
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.store import Original
from archivist.workspace import Workspace
from tests.filing import come_to
from tests.ingest.test_refiling import dropped, file, right, wrong
from tests.kit import BY, NOW, SETTINGS, TODAY, make_workspace, open_another, open_household
from tests.sampling import sweep

FIRST, SECOND, PAPER = RecordNo("0001"), RecordNo("0002"), RecordNo("0003")
WORDS, NAME = "诊断证明书\n漏雨的北墙", "李四方 诊断.txt"
ZHAO, QIAN = By("赵主任", NOW), By("钱管理", NOW)
PEOPLE = """
[[people]]
name = "林经办"
roles = ["archivist"]
post = "经办机构"
[[people]]
name = "赵主任"
roles = ["approver"]
post = "经办机构"
[[people]]
name = "钱管理"
roles = ["archivist"]
post = "经办机构"
[[people]]
name = "孙窗口"
roles = ["intake"]
post = "经办机构"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two households; the first has a paper that is the second's (1), which has it too, and one of its own (2); both scanned alike."""
    with make_workspace(tmp_path / "ws") as made:
        (made.root / "archivist.toml").write_text(SETTINGS + PEOPLE, encoding="utf-8")
        open_household(made)
        open_another(made, "044")
        file(made, wrong(made), NAME, WORDS)
        file(made, right(made), NAME, WORDS)
        file(made, wrong(made), "收条.txt", "收条", "other")
        yield made


def signed(workspace: Workspace) -> RecordNo:
    """File what the two signed."""
    return file(workspace, wrong(workspace), "审批.txt", "同意剔除", "other").no


def out(workspace: Workspace, record: RecordNo = FIRST, **more: object) -> None:
    told: dict[str, object] = {"why": ExpungeReason.OTHER_HOUSEHOLD, "target": right(workspace)} | more
    expunge(
        workspace,
        BY,
        wrong(workspace),
        record,
        people=("赵主任", "钱管理"),
        paper=lambda _asked: signed(workspace),
        **told,  # type: ignore[arg-type]
    )


def heads(workspace: Workspace) -> list[object]:
    return [workspace.archive.head(n) for n in workspace.archive.case_numbers()]


def holding(folder: Path, *secrets: bytes) -> list[str]:
    """Return the files below a folder that hold any of some bytes."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    return [str(p.relative_to(folder)) for p in files if any(s in p.read_bytes() for s in secrets)]


def sound(workspace: Workspace) -> None:
    assert verify(workspace, BY).findings == ()
    for number in workspace.archive.case_numbers():
        assert bagit.Bag(str(workspace.archive.folder(number))).validate()
    assert not workspace.index.drift()


# ── what is gone and what stays ──────────────────────────────────────────────────────────────────────────
def test_bytes_text_and_name_are_gone(workspace: Workspace) -> None:
    """``removed`` = payload + text; the name the clerk's file came under goes with them, and search finds neither."""
    number, folder = wrong(workspace), workspace.archive.folder(wrong(workspace))
    said = ("漏雨".encode(), "李四方".encode())
    assert len(holding(folder, *said)) >= 3, "file, text and name say it"
    assert {h.case for h in workspace.index.search("漏雨的北墙").hits} == {number, right(workspace)}
    out(workspace)
    assert holding(folder, *said) == []
    assert {h.case for h in workspace.index.search("漏雨的北墙").hits} == {right(workspace)}
    assert wrong(workspace) not in {hit.case for hit in workspace.index.search("李四方").hits}
    last = [event for event, _ in workspace.archive.chain(number).events][-1]
    assert (last.op, len(last.removed), dict(last.data)) == (
        Op.RECORD_EXPUNGED,
        3,
        {
            "record": "0001",
            "why": "误归入他户",
            "by": ["赵主任", "钱管理"],
            "paper": "0003",
            "to": {"case": str(right(workspace)), "record": "0001"},
        },
    )
    sound(workspace)


def test_the_number_stays_and_the_file_says_so(workspace: Workspace) -> None:
    """Status 已剔除, number stays, 目录, 备考表 and ``case show`` say so."""
    number = wrong(workspace)
    out(workspace)
    case = workspace.archive.read(number)
    assert list(case.records) == [SECOND, PAPER] and list(case.expunged) == [FIRST]
    assert file(workspace, number, "另一件.txt", "另一件").no == "0004"
    (shown,) = case_file.show_case(workspace, str(number)).expunged
    assert (shown.record, shown.why, shown.to_case) == ("0001", "误归入他户", str(right(workspace)))
    assert shown.standing.startswith("已剔除（2024-03-08，误归入他户，赵主任、钱管理）")
    for document, words in (
        ("case_notes", "第0001件已剔除（2024-03-08，误归入他户，赵主任、钱管理）"),
        ("case_catalog", "已剔除"),
    ):
        todo = plan(workspace, BY, workspace.catalogue.get(document), [number], {number: {}}, on=TODAY)
        (made,) = issue(workspace, BY, todo).issued
        text = workspace.archive.text(number, made.record)
        assert words in text and "漏雨" not in text
    with pytest.raises(RecordNotFound, match="已剔除"):
        out(workspace)
    with pytest.raises(RecordNotFound, match="已剔除"):
        refiling.move(workspace, BY, number, FIRST, right(workspace), None, "归错")
    sound(workspace)


def test_the_same_bytes_do_not_come_back_by_themselves(workspace: Workspace) -> None:
    """What two took out of a file is not filed there again as if it had never been there."""
    out(workspace)
    with pytest.raises(DuplicateFile, match="已剔除"):
        file(workspace, wrong(workspace), NAME, WORDS)


def test_a_closed_file_too(workspace: Workspace) -> None:
    """It may be found out after the file was closed: the signed paper comes late, with its reason."""
    deregister(workspace, BY, wrong(workspace), on=TODAY, reason="自愿退出")
    out(workspace)
    sound(workspace)


def test_deleted_by_law_is_nowhere_else(workspace: Workspace) -> None:
    """依法删除: no other place is asked for, and none may be told."""
    with pytest.raises(InvalidValue, match="不写"):
        out(workspace, SECOND, why=ExpungeReason.BY_LAW)
    out(workspace, SECOND, why=ExpungeReason.BY_LAW, target=None)
    gone = workspace.archive.read(wrong(workspace)).expunged[SECOND]
    assert gone.to is None and "见" not in gone.words
    sound(workspace)


# ── what may not go ──────────────────────────────────────────────────────────────────────────────────────
def refused(workspace: Workspace, kind: type[ArchivistError], words: str, record: RecordNo = FIRST, **more: object) -> None:  # fmt: skip
    before = heads(workspace)
    with pytest.raises(kind) as error:
        out(workspace, record, **more)
    assert words in str(error.value), error.value
    assert error.value.remedy and heads(workspace) == before, "not even the signed paper was filed"


def test_first_it_is_filed_where_it_belongs(workspace: Workspace) -> None:
    """First file it in the right case: else taking it out would lose it."""
    refused(workspace, NotExpungeable, "还没有这一件", SECOND)
    refused(workspace, InvalidValue, "须用 --to", target=None)
    refused(workspace, InvalidValue, "须用 --to", target=wrong(workspace))
    refused(workspace, InvalidValue, "没有可以对应的第 0009 件", same=RecordNo("0009"))
    other = file(workspace, right(workspace), "另一收条.txt", "收条（另扫）", "other")
    refused(workspace, InvalidValue, "不是可以对应", same=other.no)
    found = plan_expunging(
        workspace, BY, wrong(workspace), SECOND, ExpungeReason.OTHER_HOUSEHOLD, right(workspace), other.no
    )
    assert "两人对照原件" in found.warnings[0], "another scan is for the two to compare"


def test_twice_means_twice_in_this_file(workspace: Workspace) -> None:
    """重复: the file holds the same paper a second time; the one that stays cannot go after it."""
    told = {"why": ExpungeReason.TWICE, "target": None}
    refused(workspace, NotExpungeable, "没有看出", SECOND, **told)
    refused(workspace, InvalidValue, "不写 --to", SECOND, why=ExpungeReason.TWICE)
    again = file(workspace, wrong(workspace), "收条二.txt", "收条 再扫", "other")
    out(workspace, SECOND, **told, same=again.no)
    gone = workspace.archive.read(wrong(workspace)).expunged[SECOND]
    assert gone.to == (wrong(workspace), again.no) and gone.words.endswith(f"见第 {again.no} 件")
    refused(workspace, NotExpungeable, "本件是留下的一件", again.no, why=ExpungeReason.BY_LAW, target=None)
    refused(workspace, NotExpungeable, "的依据", RecordNo("0004"), why=ExpungeReason.BY_LAW, target=None)


def test_issued_signed_and_decided_stays(workspace: Workspace) -> None:
    """F19: of an issued document, of a signed copy: E606; the same of a decision that came in as a paper, a receipt, a hold's form."""
    number, notice = wrong(workspace), workspace.catalogue.get("acceptance_notice")
    law = {"why": ExpungeReason.BY_LAW, "target": None}
    come_to(workspace, workspace.archive.read(number), notice.id)
    (made,) = issue(workspace, BY, plan(workspace, BY, notice, [number], {}, on=TODAY)).issued
    refused(workspace, NotExpungeable, "制发", made.record, **law)
    code = DocumentCode(number, notice.code, made.record)
    copy = file(workspace, number, "签好的.txt", "受理通知书", "acceptance_notice", code)
    refused(workspace, NotExpungeable, "已有签署件", made.record, **law)
    refused(workspace, NotExpungeable, "的签署件", copy.no, **law)
    old = file(workspace, number, "旧决定.txt", "确认决定", DocumentId.CONFIRMATION_DECISION)
    refused(workspace, NotExpungeable, "是决定文书", old.no, **law)
    refused(workspace, RecordNotFound, "没有第 0099 件", RecordNo("0099"), **law)


@pytest.mark.parametrize("record", [FIRST, SECOND])
def test_nothing_of_a_held_file_goes(workspace: Workspace, record: RecordNo) -> None:
    """F19: under a hold: E601, with cause and day."""
    file(workspace, wrong(workspace), "冻结.txt", "档案保全登记表", DocumentId.LEGAL_HOLD_RECORD)
    refused(workspace, OnHold, "冻结", record, why=ExpungeReason.BY_LAW, target=None)


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(autouse=True)
def scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers are read as scans: a line of text is what stands on them, each signature a name behind ``核对人签字：``."""

    def read(path: Path) -> ReadPaper:
        words = path.read_text(encoding="utf-8")
        places = tuple(
            SignaturePlace(f"{who}（签名）", 0.2 if name.strip() else 0.0)
            for who, name in re.findall(r"(\S+)签字：(\S*)", words)
        )
        page = PageText(1, words, (), "ocr", 0.9, 0, 100, 100, "屏幕" not in words, signature_places=places)
        return ReadPaper(Original.of(path, path.name), ReadResult(TXT, (page,)))

    monkeypatch.setattr(api, "read_given", read)


def form_words(
    workspace: Workspace, code: str = "", *, signed: str = "核对人签字：钱管理 批准人签字：赵主任"
) -> str:
    """What stands on the signed form of the request that ``asked`` makes."""
    of = api.expunging_form(
        workspace, BY, str(wrong(workspace)), "1", why="误归入他户", to=str(right(workspace))
    )
    return f"档案件剔除审批表 {code or of.code} {signed}"


def asked(workspace: Workspace, *people: By, **more: object) -> api.RecordExpunged:
    paper = workspace.root / "审批.txt"
    paper.write_text(str(more.pop("words", "") or form_words(workspace)), encoding="utf-8")
    told: dict[str, object] = {"why": "误归入他户", "to": str(right(workspace)), "paper": paper} | more
    return api.expunge(workspace, BY, str(wrong(workspace)), "1", people=people, **told)  # type: ignore[arg-type]


@sweep(1 / 2)
@pytest.mark.parametrize(
    ("people", "kind"),
    [
        ((), TwoPersonsNeeded),
        ((ZHAO,), TwoPersonsNeeded),
        ((ZHAO, ZHAO), TwoPersonsNeeded),
        ((ZHAO, replace(ZHAO, actor="赵 主任")), TwoPersonsNeeded),
        ((ZHAO, QIAN, BY), TwoPersonsNeeded),
        ((QIAN, BY), RoleMissing),
        ((ZHAO, By("孙窗口", NOW)), RoleMissing),
        ((ZHAO, By("没有的人", NOW)), UnknownActor),
    ],
)
def test_two_people_one_of_whom_decides(
    workspace: Workspace, people: tuple[By, ...], kind: type[ArchivistError]
) -> None:
    """F19: by one person: refused; two who may, different, one of them 分管领导."""
    before = heads(workspace)
    with pytest.raises(kind):
        asked(workspace, *people)
    assert heads(workspace) == before


def test_the_signed_paper_is_filed_and_named(workspace: Workspace) -> None:
    """``paper``: the signed scan, filed; cut short between the two it is taken as it is, and not filed twice."""
    with pytest.raises(UsageError, match="--paper"):
        asked(workspace, ZHAO, QIAN, paper=None)
    number = wrong(workspace)
    paper = workspace.root / "审批.txt"
    paper.write_text(form_words(workspace), encoding="utf-8")
    drop = dropped(workspace, "x.txt", "")
    planned = plan_expunging(workspace, BY, number, FIRST, ExpungeReason.OTHER_HOUSEHOLD, right(workspace))
    before = api._filed(workspace, BY, planned, paper)
    done = asked(workspace, ZHAO, QIAN)
    assert done.paper == before == "0003" and drop is not None
    record: Record = workspace.archive.read(number).records[PAPER]
    assert record.seq == workspace.archive.read(number).seq - 1
    assert record.type == DocumentId.EXPUNGING_APPROVAL
    assert "档案件剔除审批表" in workspace.archive.text(number, PAPER)
    sound(workspace)


HALF = "核对人签字：钱管理 批准人签字："
UNFIT: dict[str, tuple[str, type[ArchivistError], str]] = {
    "printed, not signed": ("{title} {code}", UsageError, "没有认出“核对人”"),
    "signed by one": (f"{{title}} {{code}} {HALF}", UsageError, "批准人处没有看见签名"),
    "signed by two who only note it": (
        "{title} {code} 经办签字：甲 登记签字：乙",
        UsageError,
        "没有认出“批准人”",
    ),
    "no scan": ("屏幕截图 {title} {code} {signed}", UsageError, "不是纸张的扫描件"),
    "without the code": ("{title} {signed}", UsageError, "没有认出核对码"),
    "a code somebody changed": ("{title} {damaged} {signed}", UsageError, "没有认出核对码"),
    "another form": ("会议签到表 {code} {signed}", UsageError, "看不出是《档案件剔除审批表》"),
    "for another record": ("{title} {of_another_record} {signed}", ListChanged, "第 0002 件"),
    "for another reason": ("{title} {of_another_reason} {signed}", ListChanged, "内容已变"),
    "of a disposal": ("{title} {of_a_disposal} {signed}", ListChanged, "销毁批次 XH-2028-001"),
    "of a group hold": ("{title} {of_a_release} {signed}", ListChanged, "解除成批冻结 G1"),
}


@pytest.mark.parametrize("how", UNFIT)
def test_what_is_no_signed_form_of_this_request_takes_nothing_out(workspace: Workspace, how: str) -> None:
    """“every command that takes a signed scan: is each judged alike, hash code matched, refused unsigned”: E603, E001, and not even the paper is filed."""
    number = wrong(workspace)
    code = api.expunging_form(
        workspace, BY, str(number), "1", why="误归入他户", to=str(right(workspace))
    ).code
    words, error, why = UNFIT[how]
    told = {
        "title": "档案件剔除审批表",
        "signed": "核对人签字：钱管理 批准人签字：赵主任",
        "code": code,
        "damaged": code[:-2] + "ZZ",
        "of_another_record": api.expunging_form(workspace, BY, str(number), "2", why="依法删除").code,
        "of_another_reason": api.expunging_form(workspace, BY, str(number), "1", why="依法删除").code,
        "of_a_disposal": FormCode("XH2028001", "0" * 8).payload,
        "of_a_release": FormCode("JDG1", "0" * 8).payload,
    }
    before = heads(workspace)
    with pytest.raises(error, match=why):
        asked(workspace, ZHAO, QIAN, words=words.format(**told))
    assert heads(workspace) == before


def test_the_form_says_what_is_asked_and_names_nobody(workspace: Workspace) -> None:
    """The form bears the record, its digest, the reason, where the same paper is, and the code of all that; done again it is the same request."""
    number = wrong(workspace)
    (record,) = [r for r in workspace.archive.read(number).records.values() if r.no == FIRST]
    made = api.expunging_form(workspace, BY, str(number), "1", why="误归入他户", to=str(right(workspace)))
    words = "".join(document_text(made.file.read_bytes()))
    assert (
        made.code
        == api.expunging_form(
            workspace, BY, str(number), "1", why="误归入他户", to=str(right(workspace))
        ).code
    )
    for said in (
        str(number),
        "0001",
        record.files[0].sha256[:8],
        "误归入他户",
        f"{right(workspace)} 第 0001 件",
        made.code,
    ):
        assert said in words, said
    assert not [name for name in ("王秀兰", "李四方", NAME) if name in words]
    assert made.file.is_relative_to(workspace.archive.outbox / "剔除")
    with pytest.raises(NotExpungeable):
        api.expunging_form(workspace, BY, str(number), "2", why="重复")


def test_what_changed_after_it_was_signed_is_signed_again(workspace: Workspace) -> None:
    """What is asked under the lock is what was signed: where the same paper has another number by then, nothing goes."""
    number, same = wrong(workspace), file(workspace, right(workspace), "又一份.txt", WORDS, "other").no

    def meanwhile(_asked: object) -> RecordNo:
        refiling.move(workspace, BY, right(workspace), FIRST, number, None, "归错了户")
        return signed(workspace)

    with pytest.raises((ListChanged, DuplicateFile, NotExpungeable)):
        expunge(
            workspace,
            BY,
            number,
            FIRST,
            ExpungeReason.OTHER_HOUSEHOLD,
            right(workspace),
            people=("赵主任", "钱管理"),
            paper=meanwhile,
        )
    assert FIRST in workspace.archive.read(number).records and same


def test_a_trial_writes_nothing(workspace: Workspace) -> None:
    """``--dry-run`` asks for no signature and names what would still hold it."""
    (workspace.archive.outbox / "退回").mkdir(parents=True, exist_ok=True)
    folder = workspace.archive.folder(wrong(workspace))
    (entry,) = workspace.archive.read(wrong(workspace)).records[FIRST].files
    shutil.copy(folder / entry.path, workspace.archive.outbox / "退回/副本.txt")
    before = heads(workspace)
    found = asked(workspace, dry_run=True, paper=None)
    assert heads(workspace) == before and found.dry_run and found.paper is None
    assert ("local", "outbox/退回/副本.txt") in {(c.kind, c.name) for c in found.copies}


# ── copies ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_backup_that_still_holds_it_is_named_and_puts_nothing_back(workspace: Workspace) -> None:
    """F20: not put back; listed as residue of that medium."""
    number, disk = wrong(workspace), workspace.root.parent / "备份盘"
    disk.mkdir()
    made = backup.back_up(workspace, BY, disk, label="备份盘-2").generation
    assert made is not None
    folder = workspace.archive.folder(number)
    out(workspace)
    found = plan_expunging(workspace, BY, number, SECOND, ExpungeReason.BY_LAW).copies
    assert ("backup", "备份盘-2") in {(c.kind.value, c.name) for c in found}
    (folder / "text/0002.src").unlink()
    done = restore(workspace, BY, number, disk)
    assert done.left == () and len(done.restored) == 1 and "0002.src" in done.restored[0]
    assert len(done.residue) == 3 and all(line.startswith("第 0001 件（已剔除）") for line in done.residue)
    assert holding(folder, "漏雨".encode(), "李四方".encode()) == []
    sound(workspace)


def test_an_older_copy_does_not_pass_for_the_file(workspace: Workspace) -> None:
    """A file that is gone altogether is not quietly brought back as it was before: the ledger knows that more was there."""
    number = wrong(workspace)
    shutil.copytree(workspace.archive.root, workspace.root.parent / "旧副本")
    out(workspace)
    shutil.rmtree(workspace.archive.folder(number))
    with pytest.raises(ArchivistError, match="丢掉"):
        restore(workspace, BY, number, workspace.root.parent / "旧副本")
    assert number not in workspace.archive.case_numbers()


def test_the_wrong_household_keeps_no_way_to_the_name(workspace: Workspace) -> None:
    """The chain keeps sha256(salt + name): with the salt gone no guess at the name is confirmed."""
    number = wrong(workspace)
    salt = (workspace.archive.folder(number) / "text/0001.src").read_text(encoding="utf-8")
    assert NAME in salt
    out(workspace)
    events = workspace.archive.chain(number).events
    assert all(
        "salt" not in (event.source or {}) and "name" not in (event.source or {}) for event, _ in events
    )
    assert not holding(workspace.archive.folder(number), salt.encode())


def test_what_is_packed_or_made_of_the_whole_file_is_a_copy_too(workspace: Workspace) -> None:
    """“outbox copies … must be listed”: a package that holds the paper, the volume as one PDF; another household's is none."""
    number = wrong(workspace)
    outbox = workspace.archive.outbox
    outbox.mkdir(parents=True, exist_ok=True)
    (entry,) = workspace.archive.read(number).records[FIRST].files
    data = (workspace.archive.folder(number) / entry.path).read_bytes()
    for name, content in (("报送.zip", data), ("别的.zip", b"x" * len(data))):
        with zipfile.ZipFile(outbox / name, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("文件.txt", content)
    for of in (number, right(workspace)):
        (outbox / f"全卷 {of}.pdf").write_bytes(b"%PDF-1.7")
    (outbox / "断了.zip").write_bytes(b"PK\x03\x04")
    found = plan_expunging(workspace, BY, number, FIRST, ExpungeReason.BY_LAW).copies
    local = {c.name for c in found if c.name.startswith("outbox/")}
    assert local == {"outbox/报送.zip", f"outbox/全卷 {number}.pdf"}


def test_what_the_chain_says_of_how_it_was_recognised_names_nobody(workspace: Workspace) -> None:
    """“the record's evidence words stay in the chain after expunging: they must not contain personal text”: kinds and pages, of this household alone."""
    number = wrong(workspace)
    signs = [
        {"speaks_for": str(number), "kind": "id_number", "where": "第 1 页证件号码"},
        {"speaks_for": str(right(workspace)), "kind": "name", "where": "第 1 页"},
    ]
    path = workspace.archive.inbox / "李四方 李四方的诊断.txt"
    path.write_text("李四方 诊断", encoding="utf-8")
    document = workspace.catalogue.get(DocumentId.OTHER)
    original, page = Original.of(path, path.name), PageText(1, "李四方 诊断", (), "text", None, 0, None, None)
    record = commit_file(
        workspace, BY, number, document, original, ReadResult(TXT, (page,)), None, signs, type_score=None
    )
    assert record.data["evidence"] == signs[:1]
    events = workspace.archive.folder(number) / "events"
    assert not any("李四方" in file.read_text(encoding="utf-8") for file in events.iterdir())
