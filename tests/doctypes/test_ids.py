"""The document types the program asks for by name."""

from __future__ import annotations

from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.ids import DocumentId


def test_each_is_in_the_shipped_catalogue() -> None:
    """「document ids … are named constants in one place each, checked against … templates」."""
    catalogue = Catalogue.load()
    assert catalogue.lacking() == []
    rest = {d.id: d for d in catalogue if d.id != DocumentId.CASE_COVER}
    assert Catalogue(rest).lacking() == ["case_cover"]
