"""Drafts: of every document, wherever the case stands; marked on every page, without number and code; as PDF as well."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from lxml import etree

from archivist.api import documents, office_documents
from archivist.documents.render import pdf as pdf_maker
from archivist.documents.render.render import document_text
from archivist.documents.render.watermark import watermarked
from archivist.documents.values.resolve import TO_BE_FILLED_IN
from archivist.errors import DocumentNotApplicable, MissingFields, PdfUnavailable, UnlawfulDocument
from archivist.issuing.case_documents import plan_one
from archivist.issuing.drafts import MARK, draft_document
from archivist.issuing.planned import Manner
from archivist.model.facts import parse_facts
from archivist.model.ids import Category
from archivist.procedure.closing import deregister
from archivist.workspace import Workspace
from tests.documents.render.test_pool import blank_pdf
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import make_id

DRAFT = Manner(draft=True)
NOBODY = {"applicant": {"name": "张三", "id_number": make_id("19800101", "015")}}
"""What is known when a file is opened: hardly anything."""
KINDS = [Category.DB, Category.TK, Category.DX, Category.JN, Category.ZC]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def headers(data: bytes) -> dict[str, str]:
    """Return the text of the marks in each header of a page, by the part's name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {
            name: "".join(re.findall(r'textpath [^>]*string="([^"]*)"', package.read(name).decode()))
            for name in package.namelist()
            if re.match(r"word/header.*\.xml", name)
        }


@pytest.mark.parametrize("category", KINDS)
def test_every_document_has_a_draft_of_a_file_just_opened(workspace: Workspace, category: Category) -> None:
    """「`--draft` is always allowed」: whatever the procedure says, whatever is not known yet."""
    case = open_household(workspace, parse_facts(NOBODY), category)
    made = 0
    for document in workspace.catalogue.generated():
        if document.of_office or document.template is None or category not in document.categories:
            continue
        if document.packs and workspace.pack.id not in document.packs:
            continue
        page = draft_document(plan_one(workspace, BY, document, case, {}, on=TODAY, manner=DRAFT))
        text = "".join(document_text(page))
        assert set(headers(page).values()) == {MARK}, document.id
        assert not re.search(r"〔\d{4}〕\d+号", text), f"{document.id} has a number"
        made += 1
    assert made > 30


def test_what_is_missing_stands_to_be_filled_in_and_what_was_told_wrongly_is_told(
    workspace: Workspace,
) -> None:
    case = open_household(workspace, parse_facts(NOBODY))
    decision = workspace.catalogue.get("confirmation_decision")
    page = draft_document(plan_one(workspace, BY, decision, case, {}, on=TODAY, manner=DRAFT))
    assert "".join(document_text(page)).count(TO_BE_FILLED_IN) >= 4
    with pytest.raises(MissingFields, match="猫"):
        plan_one(workspace, BY, decision, case, {"猫": "1"}, on=TODAY, manner=DRAFT)
    with pytest.raises(UnlawfulDocument):
        plan_one(workspace, BY, decision, case, {}, on=TODAY)
    with pytest.raises(DocumentNotApplicable, match="只用于"):
        foreign = workspace.catalogue.get("care_agreement")
        plan_one(workspace, BY, foreign, case, {}, on=TODAY, manner=DRAFT)


def test_a_closed_file_and_a_number_given_by_hand(workspace: Workspace) -> None:
    case = deregister(workspace, BY, open_household(workspace).number, on=TODAY, reason="自愿退出")
    decision = workspace.catalogue.get("refusal_decision")
    number = {"doc_no": "红样救字〔2024〕7号"}
    page = draft_document(plan_one(workspace, BY, decision, case, number, on=TODAY, manner=DRAFT))
    assert "7号" not in "".join(document_text(page))


def test_a_draft_as_pdf(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """「`--draft --pdf` silently makes no PDF」: it makes one, or says that it cannot."""
    case = open_household(workspace)
    prepared = documents.prepare(workspace, BY, "受理通知书", [str(case.number)], pdf=True, draft=True)
    monkeypatch.setattr(pdf_maker, "available", lambda: False)
    with pytest.raises(PdfUnavailable):
        documents.draft(workspace, prepared, tmp_path / "看")
    assert not (tmp_path / "看").exists()
    monkeypatch.setattr(pdf_maker, "available", lambda: True)
    monkeypatch.setattr(
        pdf_maker, "to_pdf", lambda files, out: [blank_pdf(out / f"{f.stem}.pdf", 1) for f in files]
    )
    made = documents.draft(workspace, prepared, tmp_path / "看").drafts
    assert [p.suffix for p in made] == [".docx", ".pdf"] and all(p.stat().st_mode & 0o77 == 0 for p in made)


def test_a_document_of_the_office_lacking_everything(workspace: Workspace) -> None:
    prepared = office_documents.prepare(workspace, "委托下放协议", on=TODAY, draft=True)
    (path,) = office_documents.draft(workspace, prepared).drafts
    assert TO_BE_FILLED_IN in "".join(document_text(path.read_bytes()))
    with pytest.raises(MissingFields):
        office_documents.prepare(workspace, "委托下放协议", on=TODAY)


@pytest.mark.parametrize("first_page", [False, True])
@pytest.mark.parametrize("facing", [False, True])
def test_pages_without_a_header_are_marked_too(*, first_page: bool, facing: bool) -> None:
    """An office's own template may have no header, or only one of some pages."""
    page = Document()
    page.add_paragraph("甲")
    page.sections[0].different_first_page_header_footer = first_page
    page.settings.odd_and_even_pages_header_footer = facing
    second = page.add_section()
    second.header.is_linked_to_previous = False
    second.header.paragraphs[0].text = "乙镇"
    raw = io.BytesIO()
    page.save(raw)
    marked = watermarked(raw.getvalue(), MARK)
    assert marked == watermarked(raw.getvalue(), MARK)
    assert set(headers(marked).values()) == {MARK} and len(headers(marked)) == 2
    opened = Document(io.BytesIO(marked))
    for section in opened.sections[:1]:
        wanted = [section.header, *([section.first_page_header] if first_page else [])]
        wanted += [section.even_page_header] if facing else []
        for header in wanted:
            assert not header.is_linked_to_previous
            assert "textpath" in etree.tostring(header._element).decode()
    assert "乙镇" in opened.sections[1].header.paragraphs[0].text
