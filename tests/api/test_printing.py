"""「merges what waits for signature in the order of the route (village, household) into one PDF, double-sided」."""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from archivist.api import documents
from archivist.api.printing import print_queue
from archivist.documents.render import pdf as pdf_maker
from archivist.documents.render.tick_list import tick_list
from archivist.errors import AccessNotLogged, PdfUnavailable, UsageError
from archivist.issuing import office_documents
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import RecordNo
from archivist.workspace import Workspace
from tests.documents.types.archive_samples import GIVEN
from tests.filing import come_to, sign
from tests.kit import BY, NOW, make_workspace, open_household
from tests.people import WANG, make_id

LATER = By("周立冬", NOW + dt.timedelta(days=3))
PLACES = ("丙庄村", "甲里社区", "甲里社区")
NOTICE = "acceptance_notice"
needs_office = pytest.mark.skipif(not pdf_maker.available(), reason="no LibreOffice here")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def issued(
    workspace: Workspace, *, by: By = BY, places: tuple[str, ...] = PLACES, first: int = 0
) -> list[Case]:
    """Open a household in each place and issue its notice, which then waits for its seal."""
    cases = []
    for n, place in enumerate(places, first):
        applicant = WANG["applicant"] | {
            "id_number": make_id(f"19700{1 + n}12", f"{15 + 2 * n:03d}"),
            "village": place,
        }
        case = come_to(
            workspace, open_household(workspace, parse_facts({**WANG, "applicant": applicant})), NOTICE
        )
        prepared = documents.prepare(workspace, by, NOTICE, [str(case.number)])
        assert documents.issue(workspace, by, prepared).issued[0].pending
        cases.append(case)
    return cases


def in_the_outbox(workspace: Workspace) -> list[Path]:
    return sorted(p for p in workspace.archive.outbox.rglob("*") if p.is_file())


def test_the_order_is_that_of_the_route(workspace: Workspace) -> None:
    """「in the order of the route (village, household)」; 「--dry-run」 writes nothing."""
    far, near, nearer = (str(case.number) for case in issued(workspace))
    before = in_the_outbox(workspace)
    plan = print_queue(workspace, BY, dry_run=True)
    assert [(p.place, p.case, p.record) for p in plan.papers] == [
        ("丙庄村", far, "0001"),
        ("甲里社区", near, "0001"),
        ("甲里社区", nearer, "0001"),
    ]
    assert (plan.file, plan.pages, plan.failed) == (None, 0, ())
    assert in_the_outbox(workspace) == before


def test_only_what_waits_and_only_today(workspace: Workspace) -> None:
    """「merges what waits for signature」: what came back signed waits no more; 「--today」 what was issued today."""
    old, _, _ = issued(workspace)
    (new,) = issued(workspace, by=LATER, places=("甲里社区",), first=3)
    sign(workspace, old.number, "0001")
    workspace.index.follow(old.number)
    assert str(old.number) not in [p.case for p in print_queue(workspace, LATER, dry_run=True).papers]
    assert [p.case for p in print_queue(workspace, LATER, today=True, dry_run=True).papers] == [
        str(new.number)
    ]
    assert print_queue(workspace, By("周立冬", NOW + dt.timedelta(days=9)), today=True).papers == ()


@needs_office
def test_each_document_begins_on_a_front_page(workspace: Workspace) -> None:
    """「double-sided (each document begins on a front page), with a cover list to tick … no personal data in its file name」.

    「what cannot be converted is named, the rest is made」.
    """
    spoiled, *_ = cases = issued(workspace)
    entry = workspace.archive.read(spoiled.number).records[RecordNo("0001")].files[0]
    path = workspace.archive.folder(spoiled.number) / entry.path
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")
    done = print_queue(workspace, BY)
    (failed,) = done.failed
    assert (failed.case, failed.pages, failed.first_page) == (str(spoiled.number), 0, 0)
    assert "archivist verify" in failed.problem
    assert done.file and done.file.parent == workspace.archive.outbox / "打印"
    assert stat.S_IMODE(done.file.stat().st_mode) == 0o600
    assert not any(
        word in done.file.name for word in (WANG["applicant"]["name"], *(str(c.number) for c in cases))
    )
    pages = [page.extract_text() for page in PdfReader(done.file).pages]
    assert len(pages) == done.pages and done.pages % 2 == 0
    assert "待签文书清单" in pages[0] and all(
        str(case.number) in pages[0].replace("\n", "") for case in cases
    )
    printed = [paper for paper in done.papers if not paper.problem]
    assert len(printed) == 2
    for paper in printed:
        assert paper.first_page % 2 == 1
        assert f"户号：{paper.case}" in pages[paper.first_page - 1]
    with pytest.raises(UsageError, match="不覆盖"):
        print_queue(workspace, BY, out=done.file)


def test_it_is_on_record_before_it_is_written(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """「access-log entry before it is written」."""
    issued(workspace, places=("甲里社区",))
    before = in_the_outbox(workspace)

    def full(_cases: object, _items: object) -> None:
        raise AccessNotLogged("写不进去")

    monkeypatch.setattr(workspace.archive.access, "face", full)
    with pytest.raises(AccessNotLogged):
        print_queue(workspace, BY)
    assert in_the_outbox(workspace) == before


def test_without_libreoffice_each_is_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """「what cannot be converted is named」: nothing at all is an error, with every document of it."""
    cases = issued(workspace)
    monkeypatch.setattr("archivist.reading.libreoffice.program", lambda: None)
    with pytest.raises(PdfUnavailable) as caught:
        print_queue(workspace, BY)
    assert [problem.split(" ")[0] for problem in caught.value.problems] == [
        str(case.number) for case in cases
    ]
    assert not (workspace.archive.outbox / "打印").exists()


def test_the_list_is_the_same_bytes_and_escaped() -> None:
    made = [tick_list("清单", "甲 & 乙", [("√", 8.0), ("名", 30.0)], [("□", "<丙>")]) for _ in range(2)]
    assert made[0] == made[1]


# ── documents of the office ──────────────────────────────────────────────────────────────────────────────
def issue_for_office(workspace: Workspace, by: By = BY) -> str:
    """Issue a document of the office that a person signs and a seal closes; return its title."""
    document = workspace.catalogue.get("deliberation_body_setup")
    planned = office_documents.plan(workspace, document, GIVEN["deliberation_body_setup"], on=by.today)
    return office_documents.issue(workspace, by, planned).title


def test_documents_of_the_office_are_printed_before_those_of_households_for_seven_days(
    workspace: Workspace,
) -> None:
    """«``print`` leaves out office documents (documents without household): include them»."""
    (case,) = issued(workspace, places=("甲里社区",))
    title = issue_for_office(workspace)
    plan = print_queue(workspace, BY, dry_run=True)
    assert (plan.papers[0].case, plan.papers[0].record, plan.papers[0].title) == ("", "", title)
    assert [p.case for p in plan.papers] == ["", str(case.number)]
    assert [p.title for p in print_queue(workspace, BY, today=True, dry_run=True).papers][:1] == [title]
    for days, waits in ((6, True), (7, False)):
        by = By("周立冬", NOW + dt.timedelta(days=days))
        assert (title in [p.title for p in print_queue(workspace, by, dry_run=True).papers]) is waits
        assert print_queue(workspace, by, today=True, dry_run=True).papers == ()


@needs_office
def test_a_document_of_the_office_that_was_taken_away_is_named_and_the_rest_printed(
    workspace: Workspace,
) -> None:
    (case,) = issued(workspace, places=("甲里社区",))
    title = issue_for_office(workspace)
    done = print_queue(workspace, BY)
    assert done.failed == () and [p.first_page % 2 for p in done.papers] == [1, 1]
    text = "".join(page.extract_text() for page in PdfReader(done.file or "").pages).replace("\n", "")
    assert title in text and str(case.number) in text
    (made,) = [p for p in in_the_outbox(workspace) if p.name.endswith(f"{title}.docx")]
    made.write_bytes(made.read_bytes() + b" ")
    (spoiled,) = print_queue(workspace, BY, out=made.parent / "甲.pdf").failed
    assert spoiled.title == title and "不一致" in spoiled.problem
    made.unlink()
    (gone,) = print_queue(workspace, BY, out=made.parent / "乙.pdf").failed
    assert gone.title == title and "不在 outbox" in gone.problem
