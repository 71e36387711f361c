"""Evidence that is taken away turns nothing right, and 合格 is never concluded with a 必检 left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archivist.model.ids import CaseNo, Category
from archivist.model.standing import Verdict
from archivist.preservation.four_nature import run
from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.four_nature.items import FourNatureItem, Phase, all_items, items_of
from archivist.preservation.four_nature.office_evidence import OfficeEvidence
from archivist.preservation.four_nature.outcome import ItemOutcome
from archivist.preservation.four_nature.run import Conclusion, ItemResult, judge, tally, words
from archivist.reading.reader_process import Reader
from archivist.reading.trial_opening import TrialOpening, TrialOutcome
from archivist.store.bag_fixity import FixityFault, FixityFinding
from archivist.workspace import Workspace
from tests.preservation.four_nature.faults import backed_up, both, sealed, secured
from tests.preservation.four_nature.office import sound_office
from tests.preservation.four_nature.test_items import gathered
from tests.reading.files import PATIENT
from tests.sampling import examples

CLEAN: Final = "virus_data = DATA\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseEvidence]:
    """A household of which as much is right as can be: sealed, scanned, backed up."""
    folder = tmp_path_factory.mktemp("whole")
    sound_office(folder)
    with Workspace.open(folder / "ws") as workspace:
        both(sealed, secured("virus_scan", 0, CLEAN), backed_up())(workspace, folder)
    with Workspace.open(folder / "ws") as workspace, Reader(PATIENT) as reader:
        yield gathered(workspace, reader, folder / "disk")


def _passed(evidence: CaseEvidence) -> set[str]:
    return {r.item.id for r in judge(evidence).results if r.verdict is Verdict.PASSED}


def _without_a_trial(evidence: CaseEvidence) -> CaseEvidence:
    return replace(evidence, trials=MappingProxyType(dict(list(evidence.trials.items())[1:])))


def _untried(evidence: CaseEvidence) -> CaseEvidence:
    stopped = TrialOpening(TrialOutcome.STOPPED, "超时")
    return replace(evidence, trials=MappingProxyType(dict.fromkeys(evidence.trials, stopped)))


def _unread(evidence: CaseEvidence) -> CaseEvidence:
    whole = FixityFinding(evidence.folder.name, "", FixityFault.UNCHECKED, "", "没有权限")
    return replace(evidence, fixity=replace(evidence.fixity, findings=(whole,), head=""))


def _one_unread(evidence: CaseEvidence) -> CaseEvidence:
    one = FixityFinding(
        evidence.folder.name, evidence.payload[0] if evidence.payload else "data/x", FixityFault.UNCHECKED
    )
    return replace(evidence, fixity=replace(evidence.fixity, findings=(*evidence.fixity.findings, one)))


def _office(**known: object) -> Callable[[CaseEvidence], CaseEvidence]:
    """Return what lets the office know less of something."""

    def taken(evidence: CaseEvidence) -> CaseEvidence:
        before = evidence.office
        made = OfficeEvidence(before.workspace, before.on, before.medium)
        made.__dict__ |= before.__dict__ | known
        return replace(evidence, office=made)

    return taken


TAKEN: Final[dict[str, Callable[[CaseEvidence], CaseEvidence]]] = {
    "the bag's contents": lambda e: replace(e, contents=None),
    "the events": lambda e: replace(e, events=MappingProxyType({}), plain=MappingProxyType({})),
    "one event": lambda e: replace(e, plain=MappingProxyType(dict(list(e.plain.items())[1:]))),
    "what they say": lambda e: replace(e, case=None, unread="读不出来"),
    "the chain's files": lambda e: replace(e, listed=None),
    "bag-info": lambda e: replace(e, info=None),
    "a trial": _without_a_trial,
    "every trial": _untried,
    "the bag's check": _unread,
    "a file's check": _one_unread,
    "the head": lambda e: replace(e, fixity=replace(e.fixity, head="")),
    "the ledger": _office(ledger="总账读不出来", outside="总账读不出来", backup=ItemOutcome.of(unchecked=["没有备份"])),
    "the anchors": _office(outside=()),
    "the numbers": _office(numbers="读不出来"),
    "the day of the virus data": _office(virus_data=None),
}  # fmt: skip


@settings(
    deadline=None, max_examples=examples(20, 60), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(st.sampled_from(sorted(TAKEN)), min_size=1, max_size=5, unique=True))
def test_evidence_taken_away_turns_nothing_right(whole: CaseEvidence, names: Sequence[str]) -> None:
    """Fail closed: removing evidence never turns an item 合格."""
    less = whole
    for name in names:
        less = TAKEN[name](less)
    assert _passed(less) <= _passed(whole)


@pytest.mark.parametrize("name", TAKEN)
def test_each_piece_of_evidence_counts(whole: CaseEvidence, name: str) -> None:
    """What is taken away was looked at: without it something that was right is left open."""
    less = TAKEN[name](whole)
    assert _passed(less) < _passed(whole)


RESULTS = st.sampled_from(
    [ItemOutcome.of(["错"]), ItemOutcome.of(unchecked=["没检"]), ItemOutcome.of(seen=["对"]), ItemOutcome()]
)


@given(outcomes=st.lists(RESULTS, min_size=31, max_size=31), phase=st.sampled_from([None, *Phase]))
def test_no_conclusion_is_right_with_a_required_item_open(
    outcomes: list[ItemOutcome], phase: Phase | None
) -> None:
    """The conclusion is never 合格 with an open 必检 item; one 不合格, 必检 or not, makes it 不合格."""
    results = [
        ItemResult(item, outcome)
        for item, outcome in zip(all_items(), outcomes, strict=True)
        if item in items_of(phase)
    ]
    conclusion = Conclusion.of(results)
    verdicts = {r.verdict for r in results}
    needed = [r for r in results if r.item.required]
    assert (conclusion is Conclusion.FAILED) == (Verdict.FAILED in verdicts)
    if conclusion is Conclusion.PASSED:
        assert all(r.verdict is Verdict.PASSED for r in needed)
    assert sum(t.total for t in tally(results)) == len(results)
    assert conclusion.value in words(results)


def test_nothing_looked_at_is_not_right() -> None:
    assert ItemOutcome().verdict is Verdict.UNCHECKED
    assert ItemOutcome.of().verdict is Verdict.UNCHECKED
    assert ItemOutcome.of(unchecked=["a"], seen=["b"]).verdict is Verdict.UNCHECKED
    assert Conclusion.of([]) is Conclusion.OPEN


def _result(item: FourNatureItem, outcome: ItemOutcome) -> ItemResult:
    return ItemResult(item, outcome)


def test_the_line_is_that_of_the_contract() -> None:
    """«四性：真实 14/14，完整 7/7，可用 4/5（1 未检），安全 4/5（1 未检）；结论：有未检，不写合格»."""
    open_ones = {"KY02", "AQ01"}
    right, left = ItemOutcome.of(seen=["对"]), ItemOutcome.of(unchecked=["没检"])
    results = [_result(item, left if item.id in open_ones else right) for item in all_items()]
    assert words(results) == (
        "四性：真实 14/14，完整 7/7，可用 4/5（1 未检），安全 4/5（1 未检）；结论：有未检，不写合格"
    )
    only = [_result(item, left if item.id == "AQ01" else right) for item in all_items()]
    assert words(only).endswith("安全 4/5（1 未检）；结论：合格")
    wrong = [_result(item, ItemOutcome.of(["错"]) if item.id == "ZS01" else right) for item in all_items()]
    assert words(wrong).startswith("四性：真实 13/14（1 不合格），") and words(wrong).endswith("结论：不合格")


@given(st.lists(RESULTS, max_size=12))
def test_all_together_are_as_good_as_the_worst(outcomes: list[ItemOutcome]) -> None:
    """Results per case and overall: an item is 合格 for all only where it is for each; what many have in common is said once."""
    numbers = [CaseNo("TJHQ", Category.DB, 2024, n) for n, _ in enumerate(outcomes, 1)]
    together = run._together(list(zip(numbers, outcomes, strict=True)))
    verdicts = {outcome.verdict for outcome in outcomes}
    worst = next(
        (v for v in (Verdict.FAILED, Verdict.UNCHECKED, Verdict.PASSED) if v in verdicts), Verdict.UNCHECKED
    )
    assert together.verdict is worst
    assert len(together.wrong) <= 1, "one sentence, whatever the number of those it is said of"
    if (failed := sum(o.verdict is Verdict.FAILED for o in outcomes)) > 1:
        assert together.wrong == (f"{failed} 户：错",)
