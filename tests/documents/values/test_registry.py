"""Who works out which value: every function has a field, every field that is worked out has a function."""

from __future__ import annotations

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.registry import computation, computes, registered
from archivist.documents.values.resolve import computed, value_of
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Path
from tests.documents.samples import CONFIG, ON, a_case

CATALOGUE = Catalogue.load()
OF_THE_LEDGER = FieldPath.DOC_NO
"""Given out by the ledger when the document is issued."""


def test_every_path_that_is_worked_out_is_declared() -> None:
    """「a test that every computed path is declared by some document」."""
    declared = {(f.path, d.id) for d in CATALOGUE for f in d.fields}
    anywhere = {path for path, _ in declared}
    strangers = [
        (path, document)
        for path, document in registered()
        if not ((path, document) in declared if document else path in anywhere)
    ]
    assert strangers == []


def test_every_declared_path_that_is_worked_out_has_a_function() -> None:
    """「every declared `computed` path exists」; what the rule pack says likewise."""
    silent = [
        (document.id, spec.path)
        for document in CATALOGUE
        for spec in document.fields
        if spec.origin in ("computed", "rule")
        and spec.path != OF_THE_LEDGER
        and computation(spec.path, document.id) is None
    ]
    assert silent == []


def test_a_path_is_worked_out_in_one_place() -> None:
    """「One truth an idea」: a second function for the same value is refused when its module is read."""
    assert (FieldPath.MADE_ON, "") in registered()
    with pytest.raises(ValueError, match="made_on"):
        computes(FieldPath.MADE_ON)(lambda _: None)


def test_each_field_the_program_asks_for_is_declared() -> None:
    """「field paths that code needs are named constants in one place each, checked against … templates」."""
    assert CATALOGUE.undeclared() == []
    without = Catalogue({d.id: d for d in CATALOGUE if d.field(FieldPath.POWERS_ROWS) is None})
    assert "powers.rows" in without.undeclared()


def test_each_fact_the_program_asks_for_is_declared() -> None:
    for path in FactPath:
        assert str(Path.parse(path)) == path


def test_a_value_is_as_told_else_as_worked_out_and_once() -> None:
    document = CATALOGUE.get("benefit_calculation_sheet")
    context = DocumentContext.read(document, a_case(), CONFIG, on=ON, given={"benefit.persons": 2})
    assert value_of(context, FactPath.BENEFIT_PERSONS) == 3, "the case goes before the clerk"
    assert computed(context, FieldPath.HOUSEHOLD_SIZE) is computed(context, FieldPath.HOUSEHOLD_SIZE)
    assert len(context.results) == 1
