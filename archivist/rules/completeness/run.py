"""The rules of completeness (齐全性): which checks concern a case at which stage, and what each came to.

Rows of ``checks.toml`` say which test of ``rules.completeness.checks`` runs with which arguments, on which sentence it rests. What
could not be checked is 未检 and says why; it is never called right, unless a person looked and put a name to it. Where there
was nothing to check, that is said too (不适用); 合格 is said only of what was looked at, with what it was.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from archivist.doctypes.catalogue import Catalogue
from archivist.errors import RuleFault
from archivist.model import conditions
from archivist.model.case import Case
from archivist.model.standing import Verdict
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules.completeness import required_papers
from archivist.rules.completeness.checks import TESTS
from archivist.rules.completeness.dossier import Dossier, TestOutcome, Words
from archivist.rules.completeness.evidence import CheckEvidence, EvidenceKind, of_confirmation
from archivist.rules.disposition.arrangement import OWN
from archivist.rules.pack import Pack
from archivist.rules.rule import CheckRule, Stage
from archivist.rules.rule_days import RuleDays


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What one check found in a case; its verdict follows from what it looked at, and cannot be said without.

    Attributes:
        wrong: what is wrong, each a sentence.
        unknown: what could not be checked, and a person can look up.
        running: what only time will tell.
        evidence: what it looked at: papers, steps, facts, and what people looked up, with who and when.
        reason: why there was nothing to check; only where there was nothing.
        todo: what to do about the problems; without any, what is still to come.
    """

    check: CheckRule
    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    evidence: tuple[CheckEvidence, ...] = ()
    reason: str = ""
    todo: str = ""

    @property
    def verdict(self) -> Verdict:
        """What it came to: right only on evidence, and only with nothing wrong or open."""
        if self.wrong:
            return Verdict.FAILED
        if self.unknown or self.running:
            return Verdict.UNCHECKED
        return Verdict.PASSED if self.evidence else Verdict.NOT_APPLICABLE

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong; then what could not be checked, and why."""
        return (*self.wrong, *(f"未检：{matter}" for matter in (*self.unknown, *self.running)))

    @property
    def confirmed(self) -> tuple[str, ...]:
        """What people looked up, with who and when."""
        return tuple(e.said for e in self.evidence if e.kind is EvidenceKind.CONFIRMED)


def stage_of(case: Case) -> Stage:
    """Return the stage whose checks concern a case as it stands: 受理、在享、归档."""
    if case.state in _BENEFIT:
        return Stage.BENEFIT
    return Stage.ARCHIVE if case.state in _DECIDED or case.state.ended else Stage.ACCEPTANCE


_BENEFIT: Final = frozenset(
    {State.IN_BENEFIT, State.REVIEWING, State.CHANGED, State.SUSPENDED, State.TERMINATING, State.TERMINATION_OBJECTION}
)  # fmt: skip
_DECIDED: Final = frozenset(
    {State.CONFIRMED, State.REFUSED, State.DELIVERED, State.ANNOUNCED, State.FILED, State.PAID, State.COUNTY_CHECKED}
)  # fmt: skip


def findings(
    case: Case,
    pack: Pack,
    catalogue: Catalogue,
    stage: Stage | None = None,
    *,
    on: dt.date,
    words: Words = lambda _: None,
) -> list[CheckFinding]:
    """Run the checks that concern a case.

    Args:
        case: as it stands.
        pack: the rules.
        catalogue: the document types known.
        stage: by the case's state when not given. Before the file is closed (归档) the papers of an application that was
            accepted are looked for again.
        on: civil day of the check.
        words: gives the text of a record.

    Raises:
        RuleFault: E502, when a row names a test that does not exist, or arguments it does not take.
    """
    wanted = stage or stage_of(case)
    taken_on = case.accepted_on or case.step(StepId.ADVANCE)
    stages = (Stage.ACCEPTANCE, wanted) if wanted is Stage.ARCHIVE and taken_on else (wanted,)
    dossier = Dossier(case, pack, catalogue, on, words)
    days = RuleDays(case.rules_on, on)
    rows = (
        check
        for check in pack.checks
        if check.stage in stages and check.applies(case.category, days) and conditions.holds(check.when, case)
    )
    once = {(row.id, row.test, repr(row.args)): row for row in rows}  # one that stands at several stages
    return [_finding(row, dossier) for row in once.values()]


def _finding(check: CheckRule, dossier: Dossier) -> CheckFinding:
    test = TESTS.get(check.test)
    if test is None:
        raise RuleFault(f"{check.id} 的检查“{check.test}”不存在；可用：{'、'.join(TESTS)}")
    try:
        inspect.signature(test).bind(dossier, **check.args.told)
    except TypeError as error:
        raise RuleFault(f"{check.id} 的 args 有误：{error}") from None
    return _judged(check, dossier.case, test(dossier, **check.args.told))


def _judged(check: CheckRule, case: Case, found: TestOutcome) -> CheckFinding:
    """Return what the outcome of a test comes to; what people looked up themselves is no longer unknown."""
    looked_up = required_papers.looked_up(case)
    matters = tuple(dict.fromkeys(found.unknown))
    unknown = tuple(m for m in matters if m not in looked_up)
    seen = [of_confirmation(looked_up[m], m) for m in matters if m in looked_up]
    wrong, running = (tuple(dict.fromkeys(said)) for said in (found.wrong, found.running))
    evidence = tuple(dict.fromkeys((*found.evidence, *seen)))
    open_ = bool(wrong or unknown or running)
    todo = found.todo if open_ else found.ahead
    if unknown:
        todo += f"未检的由人核对，无误的登记：archivist check {case.number} --confirm {check.id} --by 姓名 --note 说明"
    reason = "" if open_ or evidence else found.nothing
    return CheckFinding(check, wrong, unknown, running, evidence, reason, todo)


def lacking_in_volume(found: Iterable[CheckFinding], case: Case) -> list[str]:
    """Return what checks find wrong with the papers of a volume: not with the archive's own papers, which are being made."""
    own = [f"第 {record.no} 件" for record in case.records_of(*OWN)]
    wrong = [problem for one in found for problem in one.wrong]
    return [problem for problem in wrong if not any(paper in problem for paper in own)]
