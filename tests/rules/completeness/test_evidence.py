"""「A check says 合格 only about something it looked at, and says at what」: on files of every pack and category."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.model.confirmations import Confirmed
from archivist.model.facts import Path, set_fact
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.model.standing import Verdict
from archivist.rules import pack
from archivist.rules.completeness.checks import TESTS
from archivist.rules.completeness.evidence import CheckEvidence, EvidenceKind
from archivist.rules.completeness.run import CheckFinding, findings
from archivist.rules.pack import Pack
from archivist.rules.rule import CheckRule, Stage
from tests.rules.completeness.random_files import TEXT, RandomFile
from tests.sampling import sweep

PACKS = {name: pack.load(name) for name in pack.available()}
CATALOGUE = Catalogue.load()
WHERE = [(name, category) for name, found in PACKS.items() for category in found.delegated]
TODAY = dt.date(2027, 6, 1)


def words(_: Record) -> str:
    return TEXT


def look(case: Case, pack_: Pack, stage: Stage, row: CheckRule | None = None) -> list[CheckFinding]:
    """Run the checks of a stage, or one row of them."""
    rows = replace(pack_, checks=(row,)) if row else pack_
    return findings(case, rows, CATALOGUE, stage, on=TODAY, words=words)


def without(case: Case, evidence: CheckEvidence) -> Case:
    """Return a case that does not have what a piece of evidence names."""
    match evidence.kind:
        case EvidenceKind.RECORD:
            return replace(case, records=MappingProxyType(dict(_left(case, evidence.ref))))
        case EvidenceKind.STEP:
            return replace(case, steps=tuple(s for s in case.steps if str(s.seq) != evidence.ref))
        case EvidenceKind.FACT:
            return replace(case, facts=set_fact(case.facts, Path.parse(evidence.ref), None))
        case EvidenceKind.CONFIRMED:
            told = tuple(c for c in case.confirmed if str(c.seq) != evidence.ref)
            return replace(case, confirmed=told)


def _left(case: Case, number: str) -> Iterator[tuple[RecordNo, Record]]:
    """Yield the records without one and its signed copy; what lost its signed copy waits for it again."""
    for no, record in case.records.items():
        if number == record.signed_by:
            yield no, replace(record, signed_by=None, status=RecordStatus.PENDING)
        elif number not in (no, record.signs):
            yield no, record


def looked_up(case: Case, pack_: Pack) -> Case:
    """Return a case in which people looked up everything that a person can."""
    for stage in Stage:
        for finding in look(case, pack_, stage):
            if finding.unknown:
                seen = Confirmed(finding.check.id, finding.unknown, ("林经办",), TODAY, "看过", case.seq + 1)
                case = replace(case, confirmed=(*case.confirmed, seen), seq=case.seq + 1)
    return case


def right(case: Case, pack_: Pack) -> Iterator[tuple[Stage, CheckFinding]]:
    for stage in Stage:
        yield from ((stage, f) for f in look(case, pack_, stage) if f.verdict is Verdict.PASSED)


def ends_unproved(case: Case, pack_: Pack, stage: Stage, finding: CheckFinding) -> bool:
    """Take away what a check rests on, then what it rests on instead (an earlier notice); tell whether it ends unproved."""
    for _ in case.steps or (None,):
        for evidence in finding.evidence:
            case = without(case, evidence)
        left = [f for f in look(case, pack_, stage, finding.check) if f.verdict is Verdict.PASSED]
        if not left:
            return True
        (finding,) = left
    return False


@pytest.mark.parametrize(("name", "category"), WHERE)
def test_nothing_is_right_about_an_empty_file(name: str, category: Category) -> None:
    """「On an empty household `check --stage archive` says 合格 for signed, publicity days, photographs …」: now of nothing."""
    empty = Case(CaseNo("TEST", category, 2024, 1), opened_on=dt.date(2024, 3, 4))
    assert list(right(empty, PACKS[name])) == []
    for stage in Stage:
        for finding in look(empty, PACKS[name], stage):
            assert bool(finding.reason) == (finding.verdict is Verdict.NOT_APPLICABLE)
            assert finding.problems or finding.reason, "what is missing, or why there is nothing to check"


@sweep(1 / 6)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("name", "category"), WHERE)
def test_what_is_right_is_right_on_its_evidence(name: str, category: Category, seed: int) -> None:
    """「removing any paper or step that a check names changes that answer」; removing all of them leaves nothing right."""
    rng, rules = random.Random(f"{seed} {name} {category}"), PACKS[name]
    made = RandomFile(rules, CATALOGUE, category, rng).grow(rng.randint(1, 25))
    for case in (made, looked_up(made, rules)):
        for stage, finding in right(case, rules):
            assert finding.evidence and not finding.reason
            for evidence in finding.evidence:
                after = look(without(case, evidence), rules, stage, finding.check)
                assert finding not in after, f"{finding.check.id} does not rest on {evidence.said}"
            assert ends_unproved(case, rules, stage, finding)


def test_every_test_says_right_of_some_file() -> None:
    """What is said of evidence would hold of a test that never says 合格, too."""
    unseen = set(TESTS)
    for seed in range(40):
        for name, category in WHERE if unseen else ():
            rng, rules = random.Random(f"{seed} {name} {category}"), PACKS[name]
            made = RandomFile(rules, CATALOGUE, category, rng).grow(rng.randint(1, 25))
            unseen -= {finding.check.test for _, finding in right(looked_up(made, rules), rules)}
    assert not unseen


@sweep(1 / 6)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("name", "category"), WHERE)
def test_evidence_is_of_the_file(name: str, category: Category, seed: int) -> None:
    """「each with the evidence (which record, which event, which dates)」: all of it can be found in the file."""
    rng, rules = random.Random(f"{seed} {name} {category}"), PACKS[name]
    case = looked_up(RandomFile(rules, CATALOGUE, category, rng).grow(rng.randint(1, 25)), rules)
    for stage in Stage:
        for finding in look(case, rules, stage):
            for evidence in finding.evidence:
                assert without(case, evidence) != case, evidence
                assert evidence.said and len(set(finding.evidence)) == len(finding.evidence)
