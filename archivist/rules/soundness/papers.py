"""What documents print of the rules: there for every category and day on which one can be made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.doctypes.field_paths import FieldPath
from archivist.model.ids import Category
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule
from archivist.rules.rule_ids import BASES, RulePrefix
from archivist.rules.soundness import procedure
from archivist.rules.soundness.circumstances import covered


def faults(pack: Pack, catalogue: Catalogue, days: Sequence[dt.date]) -> Iterator[str]:
    """Yield the documents of steps for which the pack does not say what they print.

    Args:
        pack: a pack whose rows could all be read.
        catalogue: the document types.
        days: a day of every span in which its rows stay the same, in order.
    """
    lacking: dict[tuple[str, str], dict[Category, procedure.Passage]] = {}
    for passage in procedure.passages(pack, days):
        for step in passage.rows:
            for name in (*step.makes, *sorted(step.needed)) if passage.states & step.moves.keys() else ():
                if name in catalogue and _made_here(catalogue.get(name), pack, passage.category):
                    for lack in _without_posts(catalogue.get(name), pack, step, passage):
                        lacking.setdefault((step.place, lack), {}).setdefault(passage.category, passage)
    for (place, lack), found in lacking.items():
        yield f"{place}：{lack}：{'、'.join(map(str, found.values()))}"
    for document in catalogue:
        if document.generated and not document.of_office:
            yield from _without_basis(document, pack)


def _made_here(document: DocumentType, pack: Pack, category: Category) -> bool:
    here = not document.packs or pack.id in document.packs
    return document.generated and here and category in document.categories


def _without_posts(
    document: DocumentType, pack: Pack, step: StepRule, passage: procedure.Passage
) -> Iterator[str]:
    """A form that prints who signs it (签批链) needs a row that says who."""
    if document.field(FieldPath.APPROVAL_POSTS) is None:
        return
    chains = pack.under(RulePrefix.APPROVAL, passage.category, passage.days)
    found = [r for r in chains if document.id in r.documents]
    if not found:
        yield f"《{document.title}》要印签批链，没有 documents 含 {document.id} 的规则 {RulePrefix.APPROVAL}…"
    elif not covered(step, found):
        whens = "；".join(r.when for r in found)
        yield f"《{document.title}》要印签批链，各行的 when（{whens}）没有包括所有情形"


def _without_basis(document: DocumentType, pack: Pack) -> Iterator[str]:
    """A decision that prints its basis needs one in some category; where the law is silent for one, the clerk tells it."""
    if document.field(FieldPath.DECISION_BASIS) is None or not any(
        c in pack.delegated for c in document.categories
    ):
        return
    for kind in BASES.get(document.id, (document.id.removesuffix("_decision"),)):
        prefix = f"{RulePrefix.BASIS}{kind}."
        if not any(r.id.startswith(prefix) for r in pack.rules) and _has_place(document, pack):
            yield f"{pack.id}：《{document.title}》要印依据，规则包没有一行 {prefix}…"


def _has_place(document: DocumentType, pack: Pack) -> bool:
    here = not document.packs or pack.id in document.packs
    return here and any(document.id in s.makes or document.id in s.needed for s in pack.steps)
