"""Which boxes overflow, said before a document is made: what is told at a glance is what filling finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render import overflow
from archivist.documents.render.overflow import continued_boxes, plainly_fits
from archivist.documents.render.render import filled_sources, render
from archivist.documents.render.sample_values import label, specimen
from tests.sampling import sweep

DOCUMENTS: Final = tuple(Catalogue.load().generated())
TEXTS: Final = ("短", "长句子，" * 12, "很长的一段话。" * 80, "一\n二\n三", "a" * 300)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every text of nested values: what holds it and under which key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(inner, str):
            yield value, key
        else:
            yield from places(inner)


@sweep(1 / 4)
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.id))
def test_what_fits_at_a_glance_fits_when_filled(document: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """“`--dry-run` says exactly what a run would say”: with one value after another made long."""
    rng = random.Random(document.id)
    sources = tuple(filled_sources(document.template).values())
    for text in TEXTS:
        values = specimen(document, label)
        found = list(places(values))
        holder, key = rng.choice(found) if found else ({}, "")
        holder[key] = text
        told = continued_boxes(document.template, values)
        with monkeypatch.context() as patched:
            patched.setattr(overflow, "plainly_fits", lambda *_: False)
            filled = continued_boxes(document.template, values)
        assert told == filled
        if all(plainly_fits(source, values) for source in sources):
            assert filled == ()


def test_a_glance_is_enough_for_most_and_never_for_a_long_text() -> None:
    enough = [
        d
        for d in DOCUMENTS
        if d.template
        and all(plainly_fits(s, specimen(d, label)) for s in filled_sources(d.template).values())
    ]
    assert len(enough) > len(DOCUMENTS) / 2
    source = '{%tr for m in rows %}{{ (m.name)|fit(4.0, 2, "姓名", loop.index) }}{%tr endfor %}'
    assert plainly_fits(source, {"rows": [{"name": "王秀兰"}, {"name": "李样"}]})
    assert not plainly_fits(source, {"rows": [{"name": "王秀兰"}, {"name": "古丽娜尔·买买提"}]})
    assert not plainly_fits(source, {"m": {"name": "短"}, "rows": [{"name": "古丽娜尔·买买提"}]})
    assert not plainly_fits('{{ (a.b ~ a.c)|fit(40.0, 9, "事由") }}', {"a": {"b": "短", "c": "短"}})


def test_the_run_says_the_same(tmp_path: Path) -> None:
    document = next(d for d in DOCUMENTS if d.id == "household_survey")
    values: dict[str, Any] = specimen(document, label)
    for holder, key in places(values):
        holder[key] = "很长的一段话。" * 60
    assert document.template is not None
    continued: list[str] = []
    render(document.template, values, qr_payload="AV1-TEST", continued=continued)
    assert continued and tuple(continued) == continued_boxes(
        document.template, values, tmp_path / "kept.json"
    )
