"""The four natures of cases: every item looked into, what it comes to for each case and for all, what may be concluded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from archivist.errors import ArchivistError, CaseNotFound
from archivist.model.ids import CaseNo
from archivist.model.standing import Verdict
from archivist.preservation.four_nature.evidence import CaseEvidence, gather
from archivist.preservation.four_nature.items import FourNatureItem, Nature, Phase, items_of
from archivist.preservation.four_nature.office_evidence import OfficeEvidence
from archivist.preservation.four_nature.outcome import ItemOutcome, not_checked
from archivist.preservation.four_nature.registry import ItemCheck, all_checks
from archivist.reading.reader_process import Reader
from archivist.workspace import Workspace


class Conclusion(StrEnum):
    """What may be written at the end; 合格 only where every item that it needs is."""

    PASSED = "合格"
    FAILED = "不合格"
    OPEN = "有未检，不写合格"

    @classmethod
    def of(cls, results: Iterable[ItemResult]) -> Conclusion:
        """Return what follows from results: one that is wrong is enough, and so is one 必检 that is open, or none at all."""
        found = list(results)
        if any(result.verdict is Verdict.FAILED for result in found):
            return cls.FAILED
        needed = [result for result in found if result.item.required]
        right = all(result.verdict is Verdict.PASSED for result in needed)
        return cls.PASSED if needed and right else cls.OPEN


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What one item came to, in one case or, the worst of them, in all."""

    item: FourNatureItem
    outcome: ItemOutcome

    @property
    def verdict(self) -> Verdict:
        """合格, 不合格 or 未检."""
        return self.outcome.verdict


@dataclass(frozen=True, slots=True)
class NatureTally:
    """How many items of one nature came to what."""

    nature: Nature
    total: int
    failed: int
    unchecked: int

    @property
    def passed(self) -> int:
        """How many are right."""
        return self.total - self.failed - self.unchecked

    def __str__(self) -> str:
        rest = [f"{n} {word}" for n, word in ((self.failed, "不合格"), (self.unchecked, "未检")) if n]
        return f"{self.nature.value} {self.passed}/{self.total}" + (f"（{'，'.join(rest)}）" if rest else "")


def tally(results: Sequence[ItemResult]) -> tuple[NatureTally, ...]:
    """Return the counts of each nature that has an item among the results."""
    found = []
    for nature in Nature:
        verdicts = [result.verdict for result in results if result.item.nature is nature]
        if verdicts:
            counts = (verdicts.count(Verdict.FAILED), verdicts.count(Verdict.UNCHECKED))
            found.append(NatureTally(nature, len(verdicts), *counts))
    return tuple(found)


def words(results: Sequence[ItemResult]) -> str:
    """Return counts and conclusion in one line."""
    return f"四性：{'，'.join(map(str, tally(results)))}；结论：{Conclusion.of(results).value}"


@dataclass(frozen=True, slots=True)
class CaseFourNature:
    """One case: the head of its chain as it was looked at (0 and empty where it does not hold), and each item."""

    number: CaseNo
    seq: int
    head: str
    results: tuple[ItemResult, ...]

    @property
    def conclusion(self) -> Conclusion:
        """What may be concluded of it."""
        return Conclusion.of(self.results)


@dataclass(frozen=True, slots=True)
class FourNatureReport:
    """Several cases; ``phase`` is the occasion, ``None`` for every item there is."""

    phase: Phase | None
    on: dt.date
    cases: tuple[CaseFourNature, ...]

    @property
    def overall(self) -> tuple[ItemResult, ...]:
        """Each item over all cases: as good as in the worst of them."""
        return tuple(
            ItemResult(item, _together([(case.number, case.results[n].outcome) for case in self.cases]))
            for n, item in enumerate(items_of(self.phase))
        )

    @property
    def conclusion(self) -> Conclusion:
        """What may be concluded of all."""
        return Conclusion.of(self.overall)


_TIMES: Final = 5
"""A case that changes while it is looked at is looked at so often."""
_OF_DIGESTS: Final = "ZS01"
"""Asked for on every occasion."""
_NAMED: Final = 5
"""So many different things are said of an item, where all cases are told together."""


def _together(outcomes: Sequence[tuple[CaseNo, ItemOutcome]]) -> ItemOutcome:
    def of(verdict: Verdict) -> list[str]:
        alike: dict[str, list[CaseNo]] = {}
        for number, outcome in outcomes:
            if outcome.verdict is verdict:
                alike.setdefault(outcome.words, []).append(number)
        said = [f"{len(n)} 户：{words}" if len(n) > 1 else f"{n[0]} {words}" for words, n in alike.items()]
        rest = sum(map(len, list(alike.values())[_NAMED:]))
        return [*said[:_NAMED], *([f"另有 {rest} 户"] if rest else [])]

    right = sum(o.verdict is Verdict.PASSED for _, o in outcomes)
    if not outcomes:
        return not_checked("没有户档")
    if len(outcomes) == 1:
        return outcomes[0][1]
    seen = [f"{right} 户合格"] if right else []
    return ItemOutcome.of(of(Verdict.FAILED), of(Verdict.UNCHECKED), seen)


def check(
    workspace: Workspace,
    numbers: Sequence[CaseNo],
    *,
    phase: Phase | None = None,
    on: dt.date,
    backup: Path | None = None,
    reader: Reader | None = None,
    step: Callable[[int, int], None] | None = None,
) -> FourNatureReport:
    """Look into every item of an occasion for some cases; nothing is written.

    Args:
        workspace: the open workspace.
        numbers: the cases.
        phase: the occasion; ``None`` for every item there is.
        on: civil day of the check.
        backup: the folder of the backup's medium, where it is at hand.
        reader: opens the files; one of its own where none is given.
        step: called with the cases done and the cases there are.

    Raises:
        CaseNotFound: E201.
    """
    office = OfficeEvidence(workspace, on, backup)
    return check_each([(office, number) for number in numbers], phase=phase, on=on, reader=reader, step=step)


def check_each(
    cases: Sequence[tuple[OfficeEvidence, CaseNo]],
    *,
    gone: Collection[CaseNo] = (),
    phase: Phase | None = None,
    on: dt.date,
    reader: Reader | None = None,
    step: Callable[[int, int], None] | None = None,
) -> FourNatureReport:
    """Look into the cases of several offices, each with what is known of its office; see ``check``.

    Args:
        cases: in order.
        gone: those of them that ought to be there and are not.
        phase: see ``check``.
        on: see ``check``.
        reader: see ``check``.
        step: see ``check``.
    """
    found: list[CaseFourNature] = []
    with nullcontext(reader) if reader else Reader() as opened:
        for done, (office, number) in enumerate(cases, 1):
            if number in gone:
                found.append(judge_absent(number, phase, "案卷不见了，总账中有"))
            else:
                found.append(judge(_gathered_at_rest(office, number, opened), phase))
            if step:
                step(done, len(cases))
    return FourNatureReport(phase, on, tuple(found))


def judge_absent(number: CaseNo, phase: Phase | None, why: str) -> CaseFourNature:
    """Return what each item comes to on a case that ought to be there and is not: its digests are wrong, the rest is left open."""
    results = (
        ItemResult(item, ItemOutcome.of([why]) if item.id == _OF_DIGESTS else not_checked(why))
        for item in items_of(phase)
    )
    return CaseFourNature(number, 0, "", tuple(results))


def _gathered_at_rest(office: OfficeEvidence, number: CaseNo, reader: Reader) -> CaseEvidence:
    """Gather a case of which nobody committed a change meanwhile: half of before and half of after would be called wrong."""
    for _ in range(_TIMES):
        before = _head(office.workspace, number)
        evidence = gather(office, number, reader)
        if _head(office.workspace, number) == before:
            break
    return evidence


def _head(workspace: Workspace, number: CaseNo) -> tuple[int, str] | None:
    try:
        return workspace.archive.head(number)
    except (ArchivistError, OSError):
        return None


def judge(evidence: CaseEvidence, phase: Phase | None = None) -> CaseFourNature:
    """Return what each item of an occasion comes to on what was gathered of a case."""
    checks = all_checks()
    results = tuple(ItemResult(item, _run(checks[item.id], evidence)) for item in items_of(phase))
    return CaseFourNature(evidence.number, *evidence.head, results)


def _run(check_item: ItemCheck, evidence: CaseEvidence) -> ItemOutcome:
    try:
        return check_item(evidence)
    except CaseNotFound:
        raise
    except ArchivistError as error:
        return not_checked(f"没有检成：{error}")
    except Exception as error:
        # Whatever a hostile file brings about: a check that could not run is never 合格.
        return not_checked(f"没有检成（{type(error).__name__}）")
