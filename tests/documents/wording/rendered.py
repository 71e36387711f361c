"""Each type of document as each rule pack prints it, for each category the place was given: real template, real rows of the pack.

What a clerk tells stands as the name of its field, so that only words of the program, of its templates and of the pack are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Final

from archivist.config import Config, Office
from archivist.doctypes.catalogue import DocumentType, Origin
from archivist.documents.render.render import document_text, render
from archivist.documents.render.sample_values import specimen, typical
from archivist.documents.values.context import DocumentContext, DocumentSources
from archivist.documents.values.nested import at, put
from archivist.documents.values.resolve import TO_BE_FILLED_IN, printed
from archivist.errors import CaseNotFound
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category
from archivist.rules import pack as packs
from tests.documents.samples import CATALOGUE, FULL, QR, a_case

ON: Final = dt.date(2024, 8, 16)
DISTRICTS: Final = {
    "national": "槐荫县",
    "tianjin-hongqiao": "红桥区",
    "chongqing-yongchuan": "永川区",
    "heilongjiang-jiamusi": "东风区",
    "shanxi-jincheng-chengqu": "城区",
    "shaanxi-ziyang": "紫阳县",
}
"""Pack → the district of an invented office there."""


def office_of(place: str) -> Config:
    """Return the settings of an invented office in a place."""
    district = DISTRICTS[place]
    return Config(
        office=Office(
            name="样例办事处", code="YLBS", district=district, bureau=f"{district}民政局", review_authority=f"{district}人民政府",
            court=f"{district}人民法院", verification_agency="样例核对中心", agency_sign="样办救字", address="样例路1号",
            phone="20000001", supervision_phone="20000002",
        ),
        standards={"DB": "1010", "TK": "1720"},
    )  # fmt: skip


def _no_case(number: CaseNo) -> Case:
    raise CaseNotFound(str(number))


@cache
def sources_of(place: str) -> DocumentSources:
    return DocumentSources(packs.load(place), CATALOGUE, read_case=_no_case, case_numbers=lambda: ())


def offered(place: str) -> Iterator[tuple[DocumentType, Category]]:
    """Yield each type that a place has, with each category it has it for; one of the office with any."""
    given = sources_of(place).pack.delegated
    for document in CATALOGUE.generated():
        if (
            document.template is None
            or (document.packs and place not in document.packs)
            or place in document.nowhere
        ):
            continue
        wanted = [c for c in document.categories if c in given] or (
            [] if document.categories else [next(iter(given))]
        )
        yield from ((document, category) for category in wanted)


def values_of(place: str, document: DocumentType, category: Category) -> dict[str, object]:
    """Return what a type prints in a place: what is worked out by its rules, the name of the field for what is told."""
    values = specimen(document, typical, category, rows=2)
    case = a_case(FULL, category.value)
    context = DocumentContext.read(
        document, case, office_of(place), on=ON, given={}, sources=sources_of(place), draft=True
    )
    for spec in document.fields:
        if spec.origin in (Origin.RULE, Origin.COMPUTED, Origin.OFFICE, Origin.CASE) and spec.kind not in (
            "table",
            "enum",
        ):
            known = printed(spec, context)
            if known not in ("", [], TO_BE_FILLED_IN):
                put(values, spec.path, known)
    return values


def unsure(document: DocumentType, values: dict[str, object]) -> dict[str, object]:
    """Return the same with every day that was not told marked as one that may move (暂算)."""
    for spec in document.fields:
        if spec.kind == "date" and spec.origin is not Origin.FACT:
            day = at(values, spec.path)
            put(values, spec.path, f"{day}（暂算）" if day else "")
    return values


@cache
def text_of(place: str, document: str, category: Category, *, moving: bool = False) -> str:
    """Return the text of a finished document of a place; ``moving``, where no day of it is sure yet."""
    wanted = CATALOGUE.get(document)
    assert wanted.template is not None
    values = values_of(place, wanted, category)
    if moving:
        values = unsure(wanted, values)
    return "".join(document_text(render(wanted.template, values, qr_payload=QR)))
