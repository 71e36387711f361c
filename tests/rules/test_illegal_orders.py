"""Steps and papers out of order: each is refused by the step and by the paper, with the same sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.errors import DocumentNotApplicable
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo, Category
from archivist.procedure.steps import event_data
from archivist.rules import admissibility
from archivist.rules import pack as packs
from archivist.rules.admissibility import Issuance
from archivist.rules.attempt import Attempt
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule
from archivist.rules.step_rows import leading_on
from tests.people import WANG
from tests.sampling import sample

CATALOGUE = Catalogue.load()
TODAY = dt.date(2024, 3, 8)
LEAST = 60
"""「Each of at least 60 illegal orders is refused by step and by paper with the same sentence」."""
Order = tuple[Pack, Case, StepRule, DocumentType]


def along_the_way(pack: Pack, category: Category) -> Iterator[Case]:
    """Yield a case in every state that a category's procedure leads to, each by a shortest way."""
    data = {"category": category.value, "opened_on": TODAY.isoformat(), "facts": WANG}
    empty = Case(CaseNo("YLJD", category, 2024, 1))
    cases = [apply(empty, Event(1, empty.head, "", "林经办", Op.CASE_OPENED, data), empty.head)]
    seen = {cases[0].state}
    for case in cases:
        yield case
        for row in leading_on(pack, case, TODAY):
            to = row.moves[case.state]
            if to in seen or row.id == "deregister":
                continue
            seen.add(to)
            data = event_data(Attempt(case, pack, row, TODAY, by=("林经办",)), to)
            event = Event(case.seq + 1, case.head, "", "林经办", Op.STEP_TAKEN, data)
            cases.append(apply(case, event, case.head))


def illegal_orders() -> list[Order]:
    """Return every step that cannot be taken where a case stands, with every paper it would bring forth."""
    found: list[Order] = []
    for name in packs.available():
        pack = packs.load(name)
        for category in sorted(pack.delegated):
            for case in along_the_way(pack, category):
                for row in pack.steps_of(case, TODAY):
                    if case.state in row.moves or case.step(row.id):
                        continue
                    for document in row.makes:
                        kind = CATALOGUE.get(document)
                        if kind.of_office or not kind.generated or category not in kind.categories:
                            continue
                        if not admissibility.is_its_turn(pack, case, kind, TODAY):
                            found.append((pack, case, row, kind))
    return found


def test_step_and_paper_refuse_with_the_same_sentence() -> None:
    orders = illegal_orders()
    assert len(orders) > 1000
    chosen = sample(orders, 1 / 10, of="illegal orders")
    compared = 0
    for pack, case, row, document in chosen:
        step = admissibility.of_step(Attempt(case, pack, row, TODAY, catalogue=CATALOGUE), CATALOGUE, TODAY)
        issuance = Issuance(case, pack, CATALOGUE, document, TODAY, TODAY)
        where = (pack.id, case.category.value, case.state.value, row.id, document.id)
        assert step.problems, where
        try:
            paper = admissibility.of_document(issuance)
        except DocumentNotApplicable:
            continue  # it also waits for a paper or a fact that its declaration names, and says so
        assert step.problems[0].startswith(f"户档现为“{case.state.label}”"), where
        assert step.problems[0] in paper.problems or any(
            other.title in reason and f"户档现为“{case.state.label}”" in reason
            for other in admissibility.makers(pack, case, document.id, TODAY)
            for reason in paper.problems
        ), (*where, step.problems, paper.problems)  # fmt: skip
        compared += step.problems[0] in paper.problems
    assert compared >= LEAST
