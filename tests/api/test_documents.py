"""Documents of households and of the office by their use cases: planned, drafted, issued by whoever asks, taken away."""

from __future__ import annotations

import datetime as dt
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from pypdf import PdfReader

from archivist.api import documents, office_documents
from archivist.api.document_types import MadeFor, catalogued, document_type
from archivist.api.parcels import Copies, ParcelItem, into_pdf, into_zip
from archivist.documents.render import pdf as pdf_maker
from archivist.errors import DocumentNotApplicable, MissingFields, UnknownDocument, UsageError, WriteFailed
from archivist.model.by import By
from archivist.store import Archive
from archivist.workspace import Workspace
from tests.documents.render.test_pool import blank_pdf
from tests.households import DECISION, households, sheet
from tests.kit import BY, NOW, TODAY, make_workspace

LATER = By("周立冬", NOW + dt.timedelta(days=3))
NOTICE = "受理通知书"
SCHEDULE = ("保管期限表", {"版本": "2024年第1版"})


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def written(archive: Archive) -> list[Path]:
    """Return all that lies in cases, ledger and outbox."""
    return sorted(p for p in archive.root.rglob("*") if p.is_file() and p.parent != archive.root)


# ── which there are ──────────────────────────────────────────────────────────────────────────────────────
def test_the_catalogue_says_for_whom_a_document_is_made(workspace: Workspace) -> None:
    made_for = {d.id: d.made_for for d in catalogued(workspace).documents}
    assert made_for["acceptance_notice"] is MadeFor.HOUSEHOLD
    assert made_for["retention_schedule"] is MadeFor.OFFICE
    assert made_for["monthly_roster"] is made_for["minutes_original"] is MadeFor.REGISTER
    assert made_for["mat_id_card"] is MadeFor.NOBODY
    assert document_type(workspace, NOTICE).id == "acceptance_notice"
    with pytest.raises(UnknownDocument):
        document_type(workspace, "没有这种文书")


# ── of households ────────────────────────────────────────────────────────────────────────────────────────
def test_a_plan_has_a_row_for_each_and_writes_nothing(workspace: Workspace) -> None:
    cases = households(workspace, 3, lacking=[1], come_for="confirmation_decision")
    numbers = [str(c.number) for c in cases]
    before = written(workspace.archive)
    prepared = documents.prepare(workspace, BY, "确认决定书", numbers, settings=DECISION)
    plan = documents.plan(workspace, prepared)
    assert (prepared.ready, len(prepared.refused)) == (2, 1)
    first = plan.documents[0]
    assert (first.case, first.applicant, first.document) == (numbers[0], "王秀兰", "confirmation_decision")
    assert (first.date, first.numbered, first.doc_no) == (TODAY, True, "")
    (refused,) = plan.refused
    assert (refused.case, refused.code) == (numbers[1], "E301")
    assert any("applicant.village" in p for p in refused.problems)
    assert written(workspace.archive) == before, "a plan takes no numbers"
    assert plan.as_json()["schema"] == "archivist/document-plan/1"


def test_each_document_is_issued_by_whoever_asks(workspace: Workspace) -> None:
    """「Every act says by whom and when; the workspace knows nobody who acts」."""
    days = []
    for by, case in zip((BY, LATER), households(workspace, 2, come_for=NOTICE), strict=True):
        prepared = documents.prepare(workspace, by, NOTICE, [str(case.number)])
        (one,) = documents.issue(workspace, by, prepared).issued
        days.append((one.record, one.date, one.pending))
    assert days == [("0001", TODAY, True), ("0001", LATER.today, True)]
    event = workspace.archive.chain(case.number).events[-1][0]
    assert (event.actor, event.time) == ("周立冬", "2024-03-11T10:30:00+08:00")


def test_the_refusal_of_the_only_household_is_the_error(workspace: Workspace) -> None:
    (case,) = households(workspace, 1, lacking=[0], come_for=NOTICE)
    with pytest.raises(MissingFields):
        documents.prepare(workspace, BY, NOTICE, [str(case.number)])
    with pytest.raises(DocumentNotApplicable):
        documents.prepare(workspace, BY, "居民身份证", [str(case.number)])
    with pytest.raises(UsageError, match="没有写为哪一户"):
        documents.prepare(workspace, BY, NOTICE)


def test_a_sheet_names_the_households_and_its_row_goes_before_what_is_told_to_all(
    workspace: Workspace, tmp_path: Path
) -> None:
    first, second = households(workspace, 2, come_for=NOTICE)
    path = sheet(
        tmp_path / "x.xlsx",
        ["户号", "经办人"],
        [str(first.number), "周立冬"],
        [str(second.number), None],
    )
    prepared = documents.prepare(workspace, BY, NOTICE, values=path, settings={"handler.name": "林经办"})
    assert [p.given["handler.name"] for p in prepared.checked.documents] == ["周立冬", "林经办"]


def test_a_draft_is_for_its_owner_only_and_enters_nothing(workspace: Workspace, tmp_path: Path) -> None:
    (case,) = households(workspace, 1, come_for=NOTICE)
    before = written(workspace.archive)
    prepared = documents.prepare(workspace, BY, NOTICE, [str(case.number)])
    for _ in range(2):
        (path,) = documents.draft(workspace, prepared, tmp_path / "草稿").drafts
    assert path == tmp_path / "草稿" / f"{case.number} 受理通知书（草稿）.docx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert written(workspace.archive) == before
    (inside,) = documents.draft(workspace, prepared).drafts
    assert inside.parent == workspace.archive.outbox / "草稿"


def test_progress_counts_every_document(workspace: Workspace) -> None:
    cases = households(workspace, 3, come_for=NOTICE)
    prepared = documents.prepare(workspace, BY, NOTICE, [str(c.number) for c in cases])
    seen: list[tuple[int, int]] = []
    documents.issue(workspace, BY, prepared, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


# ── taken away ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for LibreOffice: PDFs of one, two, three … blank pages."""
    count = iter(range(1, 100))

    def convert(files: Sequence[Path], out: Path, **_: object) -> list[Path]:
        return [blank_pdf(out / f"{f.stem}.pdf", next(count)) for f in files]

    monkeypatch.setattr(pdf_maker, "available", lambda: True)
    monkeypatch.setattr(pdf_maker, "to_pdf", convert)
    # Blank pages show nothing of the documents; that a PDF must is tests/documents/render's.
    monkeypatch.setattr("archivist.documents.render.visible_words.missing_words", lambda *_: ())


@pytest.mark.usefixtures("pages")
def test_what_is_issued_is_copied_packed_and_merged(workspace: Workspace, tmp_path: Path) -> None:
    """The merged PDF begins each document on a sheet of its own: a blank page follows an odd number of pages."""
    cases = households(workspace, 3, come_for=NOTICE)
    out = tmp_path / "打印"
    copies = Copies(out, out / "三月.zip", out / "三月.pdf")
    numbers = [str(c.number) for c in cases]
    prepared = documents.prepare(workspace, BY, NOTICE, numbers, copies=copies)
    done = documents.issue(workspace, BY, prepared)
    assert [(p.path, p.pages, p.problem) for p in done.parcels] == [
        (out, 0, None),
        (out / "三月.zip", 0, None),
        (out / "三月.pdf", 2 + 2 + 4, None),
    ]
    names = [f"{one.case} {path.name}" for one in done.issued for path in one.files]
    assert len(names) == 6
    assert sorted(p.name for p in out.iterdir()) == sorted([*names, "三月.zip", "三月.pdf"])
    with zipfile.ZipFile(out / "三月.zip") as package:
        assert package.testzip() is None and package.namelist() == names
    merged = PdfReader(out / "三月.pdf")
    starts = [merged.get_destination_page_number(entry) for entry in merged.outline]  # type: ignore[arg-type]
    assert starts == [0, 2, 4]
    with pytest.raises(UsageError, match="不覆盖"):
        documents.prepare(workspace, BY, NOTICE, numbers, copies=copies)


def test_what_cannot_be_taken_away_is_issued_nevertheless_and_said(
    workspace: Workspace, tmp_path: Path
) -> None:
    """What could not be written takes nothing back of what was issued."""
    (case,) = households(workspace, 1, come_for=NOTICE)
    (tmp_path / "file").write_text("", encoding="utf-8")
    copies = Copies(folder=tmp_path / "file/打印", archive=tmp_path / "file/x.zip")
    prepared = documents.prepare(workspace, BY, NOTICE, [str(case.number)], copies=copies)
    done = documents.issue(workspace, BY, prepared)
    assert [p.problem.code for p in done.parcels if p.problem] == ["E204", "E204"]
    assert "0001" in workspace.archive.read(case.number).records
    assert done.issued[0].record == "0001"


@pytest.mark.parametrize("pack", [into_zip, into_pdf])
def test_a_parcel_is_there_whole_or_not_at_all(
    tmp_path: Path, pack: Callable[[Sequence[ParcelItem], Path], int]
) -> None:
    there = blank_pdf(tmp_path / "在/一.pdf", 1)
    items = [ParcelItem(None, "一", (there,)), ParcelItem(None, "二", (tmp_path / "不在.pdf",))]
    with pytest.raises(WriteFailed):
        pack(items, tmp_path / "包/三月")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [there]
    pack(items[:1], tmp_path / "包/三月")
    (made,) = (tmp_path / "包").iterdir()
    assert made.name == "三月" and stat.S_IMODE(made.stat().st_mode) == 0o600


# ── of the office ────────────────────────────────────────────────────────────────────────────────────────
def test_a_document_of_the_office_is_planned_drafted_and_issued(workspace: Workspace, tmp_path: Path) -> None:
    name, settings = SCHEDULE
    before = written(workspace.archive)
    prepared = office_documents.prepare(
        workspace, name, on=TODAY, settings=settings, folder=tmp_path / "机关"
    )
    (planned,) = office_documents.plan(workspace, prepared).documents
    assert (planned.case, planned.applicant, planned.date) == (None, "", TODAY)
    assert "施行日期" in planned.hand and planned.continued == ()
    (draft,) = office_documents.draft(workspace, prepared).drafts
    assert draft.parent == tmp_path / "机关" and written(workspace.archive) == before
    actors = []
    meant = office_documents.prepare(
        workspace, name, on=TODAY, settings=settings, folder=tmp_path / "机关", again=True, reason="遗失"
    )
    for by, wanted in ((BY, prepared), (LATER, meant)):
        done = office_documents.issue(workspace, by, wanted)
        (one,) = done.issued
        assert (one.case, one.record, one.pending) == (None, None, False)
        assert (tmp_path / "机关" / one.files[0].name).read_bytes() == one.files[0].read_bytes()
        actors.append(list(workspace.archive.ledger_events())[-1].actor)
    assert actors == ["林经办", "周立冬"]
    assert done.issued[0].files[0].stem.endswith("（2）"), "nothing is overwritten"


def test_the_same_document_of_the_office_is_not_issued_twice(workspace: Workspace, tmp_path: Path) -> None:
    """“documents of the office where a repeated run makes a second register”: the second run says where the first is."""
    name, settings = SCHEDULE
    prepared = office_documents.prepare(
        workspace, name, on=TODAY, settings=settings, folder=tmp_path / "机关"
    )
    (one,) = office_documents.issue(workspace, BY, prepared).issued
    entered = list(workspace.archive.ledger_events())
    (planned,) = office_documents.plan(workspace, prepared).done_before
    done = office_documents.issue(workspace, LATER, prepared)
    assert done.issued == () and done.done_before == (planned,)
    assert (planned.case, planned.title, planned.files) == (None, one.title, one.files)
    assert list(workspace.archive.ledger_events()) == entered
    with pytest.raises(UsageError):
        office_documents.prepare(workspace, name, on=TODAY, settings=settings, again=True)
    other = office_documents.prepare(workspace, name, on=TODAY, settings={**settings, "版本": "又一版"})
    assert office_documents.issue(workspace, BY, other).issued


def test_a_register_and_a_document_of_a_household_are_none_of_the_office(workspace: Workspace) -> None:
    with pytest.raises(UsageError) as caught:
        office_documents.prepare(workspace, "花名册", on=TODAY)
    assert "archivist report" in caught.value.remedy
    with pytest.raises(DocumentNotApplicable):
        office_documents.prepare(workspace, NOTICE, on=TODAY)


def test_what_is_doubtful_is_said_with_the_plan_the_draft_and_the_document(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [[n, f"委员{n}", "分管领导", "街道办事处副主任", "022-00000011"] for n in range(1, 5)]
    path = sheet(tmp_path / "x.xlsx", ["序号", "姓名", "类别", "单位职务", "联系电话"], *rows)
    settings = {"任期起始日": "2024-09-01", "任期截止日": "2027-08-31", "body.office": "公共服务办公室"}
    prepared = office_documents.prepare(
        workspace, "议事协商机构成立文件", on=TODAY, values=path, settings=settings
    )
    said = {
        office_documents.plan(workspace, prepared).documents[0].doubts,
        office_documents.draft(workspace, prepared).doubts,
        office_documents.issue(workspace, BY, prepared).issued[0].doubts,
    }
    (doubts,) = said
    assert any("成员 4 人" in doubt for doubt in doubts)
