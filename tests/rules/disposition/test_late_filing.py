"""What a closed file still takes, what waits for a signature, and which of the archive's own papers holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.declaration import read_type
from archivist.documents.values.superseded import stale
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.planned import IssuedForCase
from archivist.issuing.sources import office_sources
from archivist.model.case import Case
from archivist.model.record import RecordStatus
from archivist.procedure.cases import change_facts
from archivist.rules.disposition.arrangement import OWN
from archivist.rules.disposition.late_filing import ENDING, ISSUED, REMADE, replaced_by, takes
from archivist.workspace import Workspace
from tests.filing import file_papers, sign
from tests.kit import BY, TODAY, make_workspace, open_household

CATALOGUE = Catalogue.load()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def make(workspace: Workspace, kind: str, case: Case) -> IssuedForCase:
    (made,) = issue(
        workspace, BY, plan(workspace, BY, workspace.catalogue.get(kind), [case.number], {}, on=TODAY)
    ).issued
    return made


# ── what is taken ────────────────────────────────────────────────────────────────────────────────────────
def test_the_lists_name_documents_that_exist() -> None:
    assert all(name in CATALOGUE for name in (*ENDING, *REMADE))
    assert set(REMADE) <= set(OWN) <= set(ISSUED)
    assert all(CATALOGUE.get(name).generated for name in ENDING)


@pytest.mark.parametrize(
    "kind", ["mat_id_card", "application_form", "confirmation_decision", "home_visit_record"]
)
def test_papers_of_the_procedure_came_before_its_end(kind: str) -> None:
    assert not takes(kind)


# ── who signs ────────────────────────────────────────────────────────────────────────────────────────────
def test_only_lists_are_signed_by_nobody() -> None:
    """签章 — (case_catalog, fixity_manifest); everything else filed in a case waits for a hand or a seal."""
    unsigned = {d.id for d in CATALOGUE if d.generated and not d.of_office and not d.needs_signature}
    assert unsigned == {"case_catalog", "fixity_manifest"}


SIGNER = {"path": "x.by", "label": "立卷人", "kind": "sign", "origin": "set"}
NOTE = {"path": "x.note", "label": "说明", "kind": "text", "origin": "set"}
ROWS = {
    "path": "x.rows", "label": "名单", "kind": "table", "origin": "set",
    "columns": [{"key": "name", "label": "姓名", "kind": "name"}, {"key": "signed", "label": "签名", "kind": "sign"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "field", "needed"),
    [
        ({"seals": "—"}, SIGNER, False),
        ({"seals": "—", "signers": ["立卷人"]}, NOTE, True),
        ({"seals": "公章"}, NOTE, True),
        ({}, SIGNER, True),
        ({}, ROWS, True),
        ({}, NOTE, False),
    ],
)  # fmt: skip
def test_the_declaration_says_whether_it_is_signed(
    more: dict[str, object], field: dict[str, object], needed: bool
) -> None:
    raw = {
        "id": "x",
        "title": "样例",
        "code": "XXX",
        "kind": "form",
        "folder": "11 归档",
        "fields": {"hand": [field]},
    }
    assert read_type("x.toml", raw | more).needs_signature is needed


def test_what_nobody_signs_is_filed_at_once(workspace: Workspace) -> None:
    case = file_papers(workspace, open_household(workspace).number, "application_form")
    listed, cover = make(workspace, "case_catalog", case), make(workspace, "case_cover", case)
    records = workspace.archive.read(case.number).records
    assert (listed.pending, records[listed.record].status) == (False, RecordStatus.FILED)
    assert (cover.pending, records[cover.record].status) == (True, RecordStatus.PENDING)


def test_what_nobody_signs_is_still_compared_with_the_facts(workspace: Workspace) -> None:
    case = file_papers(workspace, open_household(workspace).number, "application_form")
    listed = make(workspace, "case_catalog", case)
    case, _ = change_facts(workspace, BY, case.number, [("applicant.name", "王秀岚")])
    found = stale(
        case, workspace.archive.chain(case.number).events, workspace.config, office_sources(workspace)
    )
    assert [(s.record.no, s.differences[0].path) for s in found] == [(listed.record, "volume.title")]


# ── which holds ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_newer_list_holds_and_the_older_stays(workspace: Workspace) -> None:
    """增件即重编并留版本."""
    case = file_papers(workspace, open_household(workspace).number, "application_form")
    first = make(workspace, "case_catalog", case).record
    file_papers(workspace, case.number, "mat_id_card")
    second = make(workspace, "case_catalog", case).record
    case = workspace.archive.read(case.number)
    newer = replaced_by(case, case.records[first])
    assert newer is not None and newer.no == second
    assert replaced_by(case, case.records[second]) is None
    assert case.records[first].files and case.records[first].status is RecordStatus.FILED


def test_a_signed_copy_replaces_nothing_and_decisions_are_never_replaced(workspace: Workspace) -> None:
    case = file_papers(workspace, open_household(workspace).number, "application_form")
    notes = make(workspace, "case_notes", case).record
    case = sign(workspace, case.number, notes)
    assert all(replaced_by(case, r) is None for r in case.records.values())
    case = file_papers(workspace, case.number, "delivery_receipt", "delivery_receipt")
    assert all(replaced_by(case, r) is None for r in case.records_of("delivery_receipt"))
