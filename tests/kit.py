"""A workspace to work in: the 红桥 pack, somebody at a fixed moment, one ordinary household."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archivist.doctypes.catalogue import DocumentType, Numbering
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.resolve import computed, document_values
from archivist.issuing import numbering
from archivist.issuing.sources import case_sources
from archivist.model.by import CHINA, By
from archivist.model.case import Case
from archivist.model.facts import Facts, parse_facts
from archivist.model.ids import Category
from archivist.procedure.cases import open_case
from archivist.store import Archive
from archivist.workspace import Workspace
from tests.people import WANG, make_id, wang

NOW = dt.datetime(2024, 3, 8, 10, 30, tzinfo=CHINA)
TODAY = NOW.date()
BY = By("林经办", NOW)

SETTINGS = """
pack = "tianjin-hongqiao"
[office]
name = "天津市红桥区样例街道办事处"
code = "TJHQ"
district = "天津市红桥区"
bureau = "天津市红桥区民政局"
review_authority = "天津市红桥区人民政府"
court = "天津市红桥区人民法院"
verification_agency = "天津市红桥区核对机构"
agency_sign = "红样救字"
address = "样例路1号"
phone = "022-00000001"
supervision_phone = "022-00000002"
[standards]
DB = "1130"
[options]
settle_s = 0.2
settle_long_s = 0.4
unfinished_s = 0.4
readers = 1
"""


def on(day: str) -> dt.datetime:
    """Return a moment, by its day or its day and time."""
    return dt.datetime.fromisoformat(day).replace(tzinfo=CHINA)


def make_workspace(folder: Path) -> Workspace:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "archivist.toml").write_text(SETTINGS, encoding="utf-8")
    Archive(folder / "archive").create()
    return Workspace.open(folder)


def open_household(
    workspace: Workspace, facts: Facts | None = None, category: Category = Category.DB
) -> Case:
    return open_case(workspace, BY, category, facts or wang(), opened_on=dt.date(2024, 3, 4))


def ruled(
    workspace: Workspace,
    document: DocumentType,
    case: Case,
    given: Mapping[str, object] = {},
    on: dt.date = TODAY,
) -> dict[str, object]:
    """Return what the office's rules say of a document, by path; what they say nothing of, and running text, left out."""
    context = DocumentContext.read(
        document, case, workspace.config, on=on, given=given, sources=case_sources(workspace, BY, case)
    )
    found = {
        f.path: computed(context, f.path)
        for f in document.fields
        if f.origin == "rule" and not f.path.startswith("law.")
    }
    return {path: value for path, value in found.items() if value is not None}


def values_of(
    workspace: Workspace,
    document: str,
    case: Case,
    given: Mapping[str, object] = {},
    on: dt.date = TODAY,
) -> dict[str, object]:
    """Return all a document would print of a case, wherever the case stands."""
    kind = workspace.catalogue.get(document)
    numbered = kind.doc_no is Numbering.REQUIRED
    return document_values(
        kind,
        case,
        workspace.config,
        on=on,
        given=kind.by_path(given),
        extra=numbering.expected(workspace, on.year) if numbered else {},
        sources=case_sources(workspace, BY, case),
    )


def open_another(
    workspace: Workspace, sequence: str, category: Category = Category.DB, **application: Any
) -> Case:
    """Open the ordinary household once more, with another person's number and more of its application."""
    facts = dict(WANG) | {
        "applicant": WANG["applicant"] | {"id_number": make_id("19620305", sequence)},
        "application": WANG["application"] | application,
    }
    return open_household(workspace, parse_facts(facts), category)
