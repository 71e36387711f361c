"""A signed copy needs evidence of a signature: its paper, its pages, its text, its code, its ink; else a person looks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archivist.doctypes.catalogue import Catalogue
from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.matching.evidence import Reason, Recognition
from archivist.ingest.matching.names import looks_like_name
from archivist.ingest.matching.recognise import recognise
from archivist.ingest.matching.signed_copy import unsigned_form
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.voiding import void
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode, OfficeKey
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.form_code import FormCode
from archivist.model.ids import RecordNo
from archivist.model.record import Record
from archivist.procedure.closing import deregister
from archivist.reading.formats.images import JPEG
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.store import Draft, NewFile
from archivist.workspace import Workspace
from tests.codes import unkeyed
from tests.filing import file_papers, sign
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import WANG, WANG_ID, make_id

NAME = "SCAN0001.pdf"
SIGNED = (SignaturePlace("申明人（签名）", 0.08), SignaturePlace("接收人（签名）", 0.05))
ZHANG = WANG | {
    "applicant": WANG["applicant"]
    | {
        "name": "张三丰",
        "id_number": make_id("19710815", "013"),
        "address": "天津市红桥区样例街道另一里9号楼101",
    },
    "members": [],
}


class Office:
    """Two households; a form issued for the first; what a reader makes of scans of it."""

    def __init__(self, folder: Path) -> None:
        self.workspace: Workspace = make_workspace(folder)
        self.case: Case = open_household(self.workspace)
        self.other: Case = open_household(self.workspace, parse_facts(ZHANG))
        self.form = self.issue("kinship_declaration", self.case)

    def issue(self, kind: str, case: Case) -> Record:
        document = self.workspace.catalogue.get(kind)
        (made,) = issue(
            self.workspace, BY, plan(self.workspace, BY, document, [case.number], {}, on=TODAY)
        ).issued
        return self.workspace.archive.read(case.number).records[made.record]

    def text(self, record: Record, case: Case | None = None) -> str:
        return self.workspace.archive.text((case or self.case).number, record.no)

    def code(self, form: Record | None = None, record: RecordNo | None = None) -> DocumentCode:
        form = form or self.form
        kind = self.workspace.catalogue.get(form.type).code
        return DocumentCode(self.case.number, kind, record or form.no)

    def read(self, *pages: PageText, name: str = NAME) -> Recognition:
        numbered = tuple(replace(p, number=n) for n, p in enumerate(pages, 1))
        directory = WorkspaceDirectory(self.workspace)
        return recognise(ReadResult(JPEG, numbered), name, directory, self.workspace.catalogue)

    def scan(
        self,
        text: str | None = None,
        *,
        codes: Sequence[str] | None = None,
        places: Sequence[SignaturePlace] = SIGNED,
        on_paper: bool = True,
    ) -> PageText:
        text = self.text(self.form) if text is None else text
        codes = [str(self.form.data["code"])] * 2 if codes is None else codes
        return PageText(
            1,
            text,
            tuple(codes),
            "ocr",
            0.97,
            0,
            1654,
            2339,
            on_paper=on_paper,
            signature_places=tuple(places),
        )

    def halves(self) -> tuple[PageText, PageText]:
        """Return the form as two sheets; the code on the first, the signature on the second."""
        lines = self.text(self.form).splitlines()
        first, second = ("\n".join(part) for part in (lines[: len(lines) // 2], lines[len(lines) // 2 :]))
        return self.scan(first, places=()), self.scan(second, codes=())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.workspace.close()


BLANK = PageText(1, "", (), "none", None, 0, 1654, 2339, on_paper=True, blank=True)
CARD = PageText(
    1,
    f"居民身份证\n姓名 王秀兰\n性别 女 民族 汉\n公民身份号码 {WANG_ID}",
    (),
    "ocr",
    0.97,
    0,
    1654,
    2339,
    on_paper=True,
)


def test_the_signed_form_is_filed(office: Office) -> None:
    found = office.read(office.scan())
    assert found.certain, found.message
    assert found.code == office.code()
    assert found.signature == {"agreement": 1.0, "signed": [p.label for p in SIGNED], "empty": []}
    assert {e.kind for e in found.evidence} >= {"qr", "signature"}


def test_blank_backs_do_not_count(office: Office) -> None:
    first, second = office.halves()
    assert office.read(first, BLANK, second, BLANK).certain


def test_sheets_in_another_order_are_the_same_form(office: Office) -> None:
    assert office.read(*reversed(office.halves())).certain


# ── paper ────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_never_was_paper_waits(office: Office) -> None:
    """It comes from paper, not our own born-digital PDF or .docx: 没有签字的原件."""
    found = office.read(office.scan(on_paper=False))
    assert found.reason is Reason.NOT_ON_PAPER and "没有签字的原件" in found.message
    first, second = office.halves()
    assert office.read(replace(first, on_paper=False), second).reason is Reason.NOT_ON_PAPER


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("lost", [0, 1])
def test_a_missing_sheet_is_noticed(office: Office, lost: int) -> None:
    """It has at least the issued number of pages: page 1 of 2 waits, and page 2 is nobody's."""
    sheet = office.halves()[1 - lost]
    found = office.read(replace(sheet, codes=office.scan().codes, signature_places=SIGNED))
    assert found.reason in (Reason.TEXT_DIFFERS, Reason.PAGES_MISSING)


@given(st.integers(0, 100), st.integers(80, 300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_lines_in_a_row_that_are_missing_are_noticed(office: Office, start: int, size: int) -> None:
    """A missing second page of a two-page form must be noticed even when it is short."""
    text = "\n".join(
        line for line in office.text(office.form).splitlines() if len(line) > 2 and "AV2" not in line
    )
    at = (len(text) - size) * start // 100
    found = office.read(office.scan(text[:at] + text[at + size :]))
    # what is left of two numbers may be a third
    noticed = (Reason.TEXT_DIFFERS, Reason.PAGES_MISSING, Reason.CONFLICT)
    assert found.reason in noticed, (at, size)


def test_fewer_pages_than_were_printed_wait(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = {**office.form.data, "printed_pages": 2}
    monkeypatch.setattr(
        WorkspaceDirectory,
        "case",
        lambda _, number: replace(
            office.workspace.archive.read(number),
            records={office.form.no: replace(office.form, data=issued)},
        ),
    )
    found = office.read(office.scan())
    assert found.reason is Reason.PAGES_MISSING and "2 页" in found.message and "只有 1 页" in found.message
    assert office.read(office.scan(), BLANK).reason is Reason.PAGES_MISSING, "a blank back is no page"
    assert office.read(*office.halves()).certain
    third = office.scan("送达说明一页，办公室内部使用", codes=(), places=())
    assert office.read(*office.halves(), third).reason is Reason.FURTHER_PAGES


def test_no_heading_of_our_own_forms_is_somebody_s_name() -> None:
    """A table of our forms reads 姓名 单位职务 签字: no page of it speaks for a stranger called 单位职务."""
    after = {
        word
        for document in Catalogue.load()
        for row in (document.layout, *(" ".join(c.label for c in f.columns) for f in document.fields))
        for word in re.findall(r"姓名[^\u4e00-\u9fff\n]+([\u4e00-\u9fff]{2,})", row)
    }
    assert "单位职务" in after
    assert not {word for word in after if looks_like_name(word)}


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "text",
    [
        "",
        "随便什么",
        "兹证明王秀兰系本社区居民，家庭生活困难，情况属实。特此证明。\n样例社区居民委员会\n2024年3月5日" * 3,
    ],
    ids=["blank", "words", "committee"],
)
def test_another_sheet_with_the_right_code_waits(office: Office, text: str) -> None:
    """Its title and text agree with the record issued; it is not blank."""
    found = office.read(office.scan(text))
    assert found.reason is Reason.TEXT_DIFFERS
    assert found.cases == (str(office.case.number),), "the code still says whose it claims to be"


def test_another_household_s_form_with_this_code_waits(office: Office) -> None:
    """The same form says nearly the same of everybody: names and numbers must agree too."""
    theirs = office.issue("kinship_declaration", office.other)
    text = office.text(theirs, office.other)
    assert office.read(office.scan(text)).reason is Reason.CONFLICT, (
        "its case number, ID number and name speak"
    )
    for said in (ZHANG["applicant"]["id_number"], str(office.other.number), ZHANG["applicant"]["name"]):
        text = text.replace(said, "")
    found = office.read(office.scan(text))
    assert found.reason is Reason.TEXT_DIFFERS and "姓名" in found.message


def test_slips_of_reading_are_no_difference(office: Office) -> None:
    """Signed forms one-bit, by photograph, upside down must pass: of every 25 characters one is read wrongly."""
    text = office.text(office.form)
    slipped = "".join(
        "口" if n % 25 == 24 and c.isalpha() and not c.isascii() else c for n, c in enumerate(text)
    )
    assert slipped != text
    found = office.read(office.scan(slipped))
    assert found.certain, found.message
    assert found.signature["agreement"] < 1


def test_a_paper_behind_the_form_waits(office: Office) -> None:
    """No further paper in the file: an ID card behind it waits."""
    found = office.read(office.scan(), CARD)
    assert found.reason is Reason.FURTHER_PAGES and "第 2 页" in found.message


def test_the_same_sheet_twice_waits(office: Office) -> None:
    assert office.read(office.scan(), office.scan(codes=())).reason is Reason.FURTHER_PAGES


# ── ink ──────────────────────────────────────────────────────────────────────────────────────────────────
def places(**ink: float) -> tuple[SignaturePlace, ...]:
    return tuple(SignaturePlace(f"{who}（签名）", share) for who, share in ink.items())


def test_a_form_nobody_signed_waits(office: Office) -> None:
    """Ink in the signature boxes is looked for: no ink in any waits with 未见签名."""
    found = office.read(office.scan(places=places(申明人=0.0, 接收人=0.001)))
    assert found.reason is Reason.NO_SIGNATURE and found.message.startswith("未见签名")


def test_only_the_receiver_signed_waits(office: Office) -> None:
    """File when the main signer's place has ink."""
    found = office.read(office.scan(places=places(申明人=0.0, 接收人=0.2)))
    assert found.reason is Reason.NO_SIGNATURE and "申明人" in found.message


def test_an_empty_place_of_a_signed_form_is_told(office: Office) -> None:
    """… and note the others in the record's data and evidence."""
    found = office.read(office.scan(places=places(申明人=0.2, 接收人=0.0)))
    assert found.certain
    assert found.signature["empty"] == ["接收人（签名）"]
    assert "no_signature" in {e.kind for e in found.evidence}


def test_a_guardian_may_sign_for_the_applicant(office: Office) -> None:
    assert office.read(office.scan(places=places(申明人=0.0, 监护人代签=0.2))).certain


def test_a_form_whose_places_were_not_found_waits(office: Office) -> None:
    assert office.read(office.scan(places=())).reason is Reason.NO_SIGNATURE_PLACE


# ── code ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_code_without_the_office_s_key_waits(office: Office) -> None:
    """A code with a wrong keyed check waits: forged or damaged."""
    forged = office.code().payload(OfficeKey.of(b"a forger's"))
    assert office.read(office.scan(codes=[forged])).reason is Reason.CODE_NOT_GENUINE
    both = [str(office.form.data["code"]), forged]
    assert office.read(office.scan(codes=both)).reason is Reason.CODE_NOT_GENUINE


def test_an_unkeyed_code_counts_only_for_what_was_issued_with_it(office: Office) -> None:
    """An unkeyed AV1 code counts only for a record whose own event says it was issued so."""
    found = office.read(office.scan(codes=[unkeyed(office.code())]))
    assert found.reason is Reason.CODE_NOT_GENUINE
    old = _issued_before_keys(office)
    sheet = office.scan(codes=[unkeyed(office.code(old))])
    assert office.read(sheet).certain
    keyed = office.code(old).payload(office.workspace.keys()[-1])
    assert office.read(replace(sheet, codes=(keyed,))).reason is Reason.CODE_NOT_GENUINE


def _issued_before_keys(office: Office) -> Record:
    """Issue the form once more, as versions before format 2 of the code did."""

    def draft(case: Case) -> Draft:
        no, form = case.next_record(), office.form
        code = unkeyed(office.code(record=no))
        entry = {"no": no, "type": form.type, "title": form.title, "folder": form.folder,
                 "status": form.status.value, "data": {"code": code}}  # fmt: skip
        text = office.text(form).replace(str(form.data["code"]), code)
        files = (
            NewFile(f"data/{form.folder}/{no} x.docx", text.encode(), no),
            NewFile(f"text/{no}.txt", text.encode(), no),
        )
        return Draft(Op.DOCUMENT_ISSUED, {"record": entry}, files=files)

    case, _ = office.workspace.commit(office.case.number, draft, BY)
    return list(case.records.values())[-1]


def test_without_the_key_the_paper_waits_and_says_what_to_do(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the key the paper waits in the tray with a reason that says what to do."""
    monkeypatch.setattr(WorkspaceDirectory, "keys", lambda _: (OfficeKey.of(b"made since"),))
    found = office.read(office.scan())
    assert found.reason is Reason.KEY_MISSING and "keys/" in found.message and "备份" in found.message


def test_a_code_made_with_an_earlier_key_still_counts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several keys can coexist after a change: old ones still verify."""
    old = office.workspace.keys()
    monkeypatch.setattr(WorkspaceDirectory, "keys", lambda _: (*old, OfficeKey.of(b"made since")))
    assert office.read(office.scan()).certain


def test_a_damaged_code_waits(office: Office) -> None:
    damaged = str(office.form.data["code"])[:-2] + "11"
    assert office.read(office.scan(codes=[damaged])).reason is Reason.FOREIGN_CODE


def test_a_code_for_a_record_that_does_not_exist_waits(office: Office) -> None:
    other = office.code(record=RecordNo("0099")).payload(office.workspace.keys()[-1])
    assert office.read(office.scan(codes=[other])).reason is Reason.FOREIGN_CODE


def test_the_form_of_a_disposal_says_where_it_belongs(office: Office) -> None:
    """Dropped by mistake, a signed form of a batch waits and says by which command it is taken."""
    code = FormCode("XH2028001", "9f3a77c2").payload
    found = office.read(office.scan(codes=[code]))
    assert (
        found.reason is Reason.FOREIGN_CODE
        and "retention appraise" in found.message
        and "XH-2028-001" in found.message
    )


def test_codes_of_two_documents_wait(office: Office) -> None:
    other = office.code(record=RecordNo("0099")).payload(office.workspace.keys()[-1])
    codes = [str(office.form.data["code"]), other]
    assert office.read(office.scan(codes=codes)).reason is Reason.SEVERAL_DOCUMENTS


def test_a_code_in_the_wrong_drop_folder_is_a_conflict(office: Office) -> None:
    assert office.read(office.scan(), name=f"{office.other.number} x/a.jpg").reason is Reason.CONFLICT


# ── the record ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_closed_file_takes_the_signed_copy_of_what_was_issued_for_it(tmp_path: Path) -> None:
    """卷内备考表 is signed after the volume was put together: a paper that waits for its hand is filed whenever it comes."""
    office = Office(tmp_path)
    deregister(office.workspace, BY, office.case.number, on=dt.date(2024, 3, 8), reason="自愿退出")
    assert office.read(office.scan()).certain
    found = office.read(office.scan(f"送达回证\n{WANG_ID}", codes=()))
    assert found.reason is Reason.CASE_CLOSED, "without a code a person looks"


def test_a_second_signed_copy_waits(tmp_path: Path) -> None:
    office = Office(tmp_path)
    sign(office.workspace, office.case.number, office.form.no)
    assert office.read(office.scan()).reason is Reason.ALREADY_SIGNED


def test_a_copy_of_what_is_void_waits_with_that_reason(tmp_path: Path) -> None:
    """「a scan of a void form that comes back later must not be filed as its signed copy but wait in the tray with that reason」."""
    office = Office(tmp_path)
    void(office.workspace, BY, office.case.number, office.form.no, "印错了")
    found = office.read(office.scan())
    assert found.reason is Reason.VOIDED and "已作废（2024-03-08 林经办：印错了）" in found.message


def test_a_void_form_without_its_code_waits_too(tmp_path: Path) -> None:
    """Its kind: the code is torn off or unreadable. As long as another of its type holds, nothing says that it is the void one."""
    office = Office(tmp_path)
    text = f"近亲属关系申明\n{office.case.applicant_name} {WANG_ID}"
    assert office.read(office.scan(text, codes=())).certain
    void(office.workspace, BY, office.case.number, office.form.no, "印错了")
    assert office.read(office.scan(text, codes=())).reason is Reason.VOIDED
    office.issue("kinship_declaration", office.case)
    assert office.read(office.scan(text, codes=())).certain


def test_a_copy_of_what_nobody_signs_waits(tmp_path: Path) -> None:
    """卷内文件目录: 签章 —. It is filed when it is issued, and a scan of it is nobody's signed copy."""
    office = Office(tmp_path)
    file_papers(office.workspace, office.case.number, "application_form")
    made = office.issue("case_catalog", office.case)
    found = office.read(office.scan(codes=[str(made.data["code"])]))
    assert found.reason is Reason.NOT_AWAITED and "无须签章" in found.message


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (PageText(1, "社会救助申请书", (), "text", None, 0, None, None), "不是纸张的扫描"),
        (PageText(1, "社会救助申请书", (), "ocr", 0.9, 0, 10, 10, on_paper=True), "没有看见签名、盖章"),
        (
            PageText(
                1, "社会救助申请书", (), "ocr", 0.9, 0, 10, 10, on_paper=True,
                signature_places=(SignaturePlace("申请人签名", 0.001),),
            ),
            "没有看见签名、盖章",
        ),
        (
            PageText(
                1, "社会救助申请书", (), "ocr", 0.9, 0, 10, 10, on_paper=True,
                signature_places=(SignaturePlace("申请人签名", 0.2),),
            ),
            "",
        ),
    ],
)  # fmt: skip
def test_a_form_without_its_code_is_not_taken_for_signed_by_another_door(page: PageText, why: str) -> None:
    """「no 合格 without evidence」: its code cut off, or typed into a text file, a form is looked at for a signature too."""
    catalogue = Catalogue.load()
    assert unsigned_form(catalogue.get("application_form"), (page,), 0.012) == why
    assert unsigned_form(catalogue.get("mat_id_card"), (page,), 0.012) == ""
    assert unsigned_form(catalogue.get("case_catalog"), (page,), 0.012) == ""
