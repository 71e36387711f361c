"""How many persons a benefit covers: the same number on every paper and in every register."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.resolve import printed
from archivist.report import Period
from archivist.report.register import RegisterRequest
from archivist.report.registers.roll import household_ledger, monthly_roster
from archivist.rules.pack import load
from tests.documents.samples import CONFIG, SOURCES
from tests.people import make_id
from tests.report.homes import TO_BENEFIT, a_house

CATALOGUE = Catalogue.load()
NATIONAL = load("national")
MONTH = Period.of_month("2024-08")
FLAG = st.sampled_from([None, True, False])
MEMBER: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["李一", "李二"]),
        "relation": st.sampled_from(["配偶", "女儿", "本人"]),
        "id_number": st.sampled_from([None, make_id("20060512", "024"), make_id("20240901", "011")]),
        "living_together": FLAG,
        "covered": FLAG,
    }
)


@given(
    st.sampled_from(["DB", "TK", "DX", "CJ"]),
    st.lists(MEMBER, max_size=4),
    st.none() | st.integers(1, 5),
)
def test_every_paper_and_register_tells_the_same_number(
    category: str, members: list[dict[str, Any]], decided: int | None
) -> None:
    """「One truth an idea」: 定期复核表, 核定表, 长期公示, 花名册 and 台账 never count the same household differently."""
    benefit = {"amount": "800", "start": "2024-05", "persons": decided}
    house = a_house(1, category, *TO_BENEFIT, facts={"members": members, "benefit": benefit})
    told = {str(row["persons"]) for row in monthly_roster(RegisterRequest([house], NATIONAL, MONTH)).rows}
    told |= {str(row["members"]) for row in household_ledger(RegisterRequest([house], NATIONAL, MONTH)).rows}
    for name in ("periodic_review_form", "benefit_calculation_sheet"):
        doc = CATALOGUE.get(name)
        spec = doc.field("benefit.persons")
        assert spec
        told.add(str(printed(spec, DocumentContext(doc, house.case, CONFIG, MONTH.last, SOURCES))))
    doc = CATALOGUE.get("longterm_publicity")
    spec = doc.field("publicity.rows")
    assert spec
    rows = printed(spec, DocumentContext(doc, house.case, CONFIG, MONTH.last, SOURCES))
    assert isinstance(rows, list)
    told.add(rows[0]["persons"])
    assert len(told) == 1
