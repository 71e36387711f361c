"""Every generated document for three households: one way to all the samples of the other modules.

``ordinary``: a family of three; ``large``: nine people, the longest names, many assets; ``minimal``: what must be known
and nothing else. Registers have many rows, three, and one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render.render import render
from archivist.documents.values.resolve import document_values
from archivist.issuing.office_documents import render_register
from archivist.report import REGISTERS, Found, minutes
from archivist.report.registers import given
from tests.documents import samples
from tests.documents.samples import BIG, CONFIG, FULL, MINIMAL, ON, QR, a_case
from tests.documents.types import (
    archive_samples,
    test_archive,
    test_inquiry,
    test_intake,
    test_steps_6_to_8,
    test_upkeep,
)
from tests.report import test_minutes, test_report

HOUSEHOLDS: Final[Mapping[str, dict[str, Any]]] = {"ordinary": FULL, "large": BIG, "minimal": MINIMAL}
CATALOGUE: Final = Catalogue.load()
NAMES: Final = tuple(d.id for d in CATALOGUE.generated() if d.template is not None)
_INTAKE: Final = {"ordinary": "ordinary", "large": "large", "minimal": "bare"}
_INQUIRY: Final = {"ordinary": "ordinary", "large": "nine", "minimal": "minimal"}
_ARCHIVE: Final = {"ordinary": "full", "large": "big", "minimal": "minimal"}


def made(name: str, household: str) -> bytes:
    """Return a finished document for one of the three households."""
    if name in REGISTERS and name not in test_archive.ALL:
        return _register(name, household)
    if name == minutes.DOCUMENT:
        return _minutes(household)
    doc = CATALOGUE.get(name)
    assert doc.template is not None
    return render(doc.template, values_of(name, household), qr_payload=QR, phrases=doc.phrases)


def values_of(name: str, household: str) -> dict[str, Any]:
    """Return what a document prints for one of the three households."""
    facts = HOUSEHOLDS[household]
    if name in test_intake.IDS:
        return test_intake.printed(name, _INTAKE[household])[1]
    if name in test_inquiry.NAMES:
        return test_inquiry.values(name, _INQUIRY[household])
    if name in test_steps_6_to_8.CATEGORY:
        return test_steps_6_to_8.values_of(name, facts)
    if name in test_upkeep.ALL:
        return test_upkeep.values_of(name, facts, {})
    if name in test_archive.ALL:
        return test_archive.values(name, archive_samples.HOUSEHOLDS[_ARCHIVE[household]])
    doc = CATALOGUE.get(name)
    told, extra = samples.GIVEN.get(name, {}), samples.CHAIN | samples.EXTRA.get(name, {})
    return document_values(doc, a_case(facts), CONFIG, on=ON, given=told, extra=extra)


@cache
def _houses() -> tuple[Any, ...]:
    return test_report.houses()


def _register(name: str, household: str) -> bytes:
    """Return a register over three households, sixty, or one."""
    wanted = CATALOGUE.get(name).categories
    found = [h for h in _houses() if h.case.category in wanted]
    many = {"ordinary": found, "large": found * 20, "minimal": found[:1]}[household]
    data: bytes = test_report.built(name, Found(tuple(many)))[2]
    return data


def _minutes(household: str) -> bytes:
    """Return the minutes of a meeting over two households, thirty, or one."""
    count = {"ordinary": 2, "large": 30, "minimal": 1}[household]
    ((_, asked),) = minutes.meetings(test_minutes.asked(*(test_minutes.house(n + 1) for n in range(count))))
    told = given(CATALOGUE.get(minutes.DOCUMENT), minutes.minutes_original(asked))
    return render_register(CATALOGUE.get(minutes.DOCUMENT), CONFIG, told, on=ON)
