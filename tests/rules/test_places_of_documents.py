"""Every document of a case has its place in every procedure: a step that brings it forth or rests on it, or states of its own."""

from __future__ import annotations

import pytest

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.rules import admissibility
from archivist.rules import pack as packs
from archivist.rules.guards import GUARDS
from archivist.rules.pack import Pack

CATALOGUE = Catalogue.load()
OF_CASES = [d for d in CATALOGUE.generated() if d.template is not None and not d.of_office]
PLACES = [(packs.load(name), category) for name in packs.available() if name != "national"
          for category in sorted(packs.load(name).delegated)]  # fmt: skip
"""Every procedure: a rule pack with a category its offices were given."""


def steps_naming(document: DocumentType, pack: Pack, category: Category) -> set[str]:
    """Return the steps of a category's procedure that make a document or need it, whatever their conditions."""
    return {
        step.id
        for step in pack.steps
        if not step.categories or category in step.categories
        if document.id in step.makes or document.id in step.needed
    }


def reachable(pack: Pack, category: Category) -> set[State]:
    """Return the states a category's procedure leads to from the first."""
    found, new = {State.DRAFT}, {State.DRAFT}
    while new:
        moves = [s.moves for s in pack.steps if not s.categories or category in s.categories]
        new = {m[state] for m in moves for state in new if state in m} - found
        found |= new
    return found


def applicable(document: DocumentType, pack: Pack, category: Category) -> bool:
    return category in document.categories and (not document.packs or pack.id in document.packs)


@pytest.mark.parametrize("document", OF_CASES, ids=lambda d: d.id)
def test_no_document_is_left_without_a_place(document: DocumentType) -> None:
    """「Every document type says in its declaration which step it belongs to and in which states it may be issued」."""
    lost = [
        f"{pack.id} {category.value}"
        for pack, category in PLACES
        if applicable(document, pack, category)
        if not document.states and not steps_naming(document, pack, category)
        if pack.id not in document.nowhere
    ]
    assert lost == []
    assert any(applicable(document, pack, category) for pack, category in PLACES)


@pytest.mark.parametrize("document", OF_CASES, ids=lambda d: d.id)
def test_every_state_that_is_declared_is_reached_somewhere(document: DocumentType) -> None:
    found = {
        state.value
        for pack, category in PLACES
        if applicable(document, pack, category)
        for state in reachable(pack, category)
    }
    assert set(document.states) - {admissibility.ANY_STATE} <= found


@pytest.mark.parametrize("document", OF_CASES, ids=lambda d: d.id)
def test_what_a_declaration_names_exists(document: DocumentType) -> None:
    assert set(document.guards) <= set(GUARDS)
    for other in document.excludes:
        assert document.id in CATALOGUE.get(other).excludes, f"{other} does not exclude it in turn"
    for pack, why in document.nowhere.items():
        assert pack in packs.available() and why.strip()
        assert not any(
            steps_naming(document, p, c)
            for p, c in PLACES
            if p.id == pack and applicable(document, p, c)
        ), f"{pack} has a place for it after all"  # fmt: skip


def test_what_is_served_is_addressed_to_the_applicant() -> None:
    """送达: decisions and notices to the applicant; a letter to others, a list on a board, a form are none."""
    served = {d.id for d in OF_CASES if d.served}
    assert {d.kind.value for d in OF_CASES if d.served} <= {"notice", "decision"}
    assert {d.id for d in OF_CASES if d.kind.value == "decision"} <= served
    for document in OF_CASES:
        if document.served:
            assert any(word in document.recipient for word in ("申请", "当事人", "对象", "家庭")), document.id


def test_the_steps_of_every_pack_name_documents_that_exist() -> None:
    for pack in map(packs.load, packs.available()):
        for step in pack.steps:
            for name in (*step.makes, *step.needed):
                assert name in CATALOGUE, (pack.id, step.id, name)
