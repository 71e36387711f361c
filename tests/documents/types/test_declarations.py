"""Every document is described completely, and its shipped template is what its layout makes and what it declares."""

from __future__ import annotations

import pytest

from archivist.doctypes.catalogue import GENERATED, REMEDY_PHRASES
from archivist.documents.render.render import declared_vs_used
from archivist.documents.template.build import build
from tests.documents.samples import CATALOGUE, TEN
from tests.documents.types import deciding_samples, inquiry_samples, intake_samples
from tests.documents.types.every import NAMES
from tests.sampling import sweep

OF_A_STEP = (*intake_samples.NAMES, *inquiry_samples.NAMES, *deciding_samples.NAMES)


def test_every_generated_document_has_a_layout_and_a_template() -> None:
    assert (
        set(NAMES)
        == {d.id for d in CATALOGUE.generated()}
        == {d.id for d in CATALOGUE.generated() if d.layout}
    )


@sweep(1 / 3)
@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_template_is_the_layouts_and_fits_the_declaration(name: str) -> None:
    document = CATALOGUE.get(name)
    assert document.template is not None and document.template.name == f"{name}.docx"
    shipped = document.template.read_bytes()
    assert build(document) == build(document) == shipped, (
        "rebuild with archivist templates build doc_templates"
    )
    assert declared_vs_used(document, document.template) == []


@pytest.mark.parametrize("name", [n for n in NAMES if n != "separator_sheet"])
def test_a_document_is_described_completely(name: str) -> None:
    document = CATALOGUE.get(name)
    assert document.kind in GENERATED
    assert document.basis and all(b.source and b.sentence for b in document.basis)
    assert document.issuer and document.recipient and document.seals and document.copies and document.per_case
    assert [p for p in document.phrases if p not in REMEDY_PHRASES]
    assert {f.mode for f in document.fields} >= {"system", "hand"} and all(f.label for f in document.fields)
    assert (document.level and document.priority) or name in TEN


@pytest.mark.parametrize("name", OF_A_STEP)
def test_a_document_of_a_step_says_which(name: str) -> None:
    document = CATALOGUE.get(name)
    assert document.brought_by
    assert len(document.phrases) >= 3
    assert document.signers or name not in deciding_samples.NAMES
    assert [CATALOGUE.get(alias).id for alias in document.aliases] == [name] * len(document.aliases)
