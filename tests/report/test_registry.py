"""Every register is made by one function, and tells only what its document declares."""

from __future__ import annotations

import pytest

from archivist.doctypes.ids import DocumentId
from archivist.report import REGISTERS
from archivist.report.register import Register, RegisterRequest
from archivist.report.registers.registry import register
from tests.documents.samples import CATALOGUE
from tests.report.samples import TODAY, built, houses
from tests.report.test_archive_registers import ARCHIVE, closed, made


def test_a_register_is_made_in_one_place() -> None:
    """「One truth an idea」."""

    def again(_: RegisterRequest) -> Register:
        return Register()

    with pytest.raises(ValueError, match="monthly_roster"):
        register(DocumentId.MONTHLY_ROSTER)(again)


def test_each_is_a_register_of_the_catalogue() -> None:
    assert all(CATALOGUE.get(name).of_office for name in REGISTERS)


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_tells_nothing_its_document_does_not_declare(name: str) -> None:
    """「field paths … checked against templates」: an undeclared sum would be dropped without a word."""
    if name in ARCHIVE:
        found = made(name, closed(1), on=TODAY)
    else:
        found = built(name).register
        assert houses() and not found.empty
    feet = {path for foot in found.feet.values() for path in foot.values()}
    alike = [CATALOGUE.get(n) for n, kind in REGISTERS.items() if kind.make is REGISTERS[name].make]
    declared = {f.path for document in alike for f in document.fields}
    assert {*found.values, *found.nil, *feet} - declared == set()
