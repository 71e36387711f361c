"""Completeness (齐全性): what is missing in the files, and what people looked up themselves (人工核对)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from archivist.api import selection
from archivist.api.authorisation import authorised
from archivist.api.inbox import record_named
from archivist.api.result import Result
from archivist.model.ids import Category
from archivist.model.permissions import Act
from archivist.model.standing import Verdict as Verdict
from archivist.model.states import State
from archivist.rules.completeness.evidence import EvidenceKind as EvidenceKind
from archivist.rules.rule import Stage as Stage

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.ids import CaseNo
    from archivist.procedure import completeness_audit as procedure
    from archivist.rules.completeness import run
    from archivist.rules.completeness.evidence import CheckEvidence
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One thing a check looked at.

    Attributes:
        kind: what it is, and so what ``ref`` means.
        ref: record number, number of the event, or path of the fact.
        said: what it is in words.
        on: the civil day it bears.
    """

    kind: EvidenceKind
    ref: str
    said: str
    on: dt.date | None

    @classmethod
    def of(cls, evidence: CheckEvidence) -> EvidenceView:
        """Return a piece of evidence of the rules."""
        return cls(evidence.kind, evidence.ref, evidence.said, evidence.on)


@dataclass(frozen=True, slots=True)
class CheckFindingView:
    """What one check found in a case.

    Attributes:
        id: of the check, such as ``C10.photos``.
        problems: what is wrong, each a sentence; then what could not be checked, and why.
        reason: why there was nothing to check (不适用).
        todo: what to do about the problems; without any, what is still to come.
        evidence: what it looked at; what is right is right on account of it.
        confirmed: what people looked up, with who and when.
        source: the sentence the check stands on; ``inferred`` where it does not say all of it.
    """

    id: str
    title: str
    verdict: Verdict
    problems: tuple[str, ...]
    reason: str
    todo: str
    evidence: tuple[EvidenceView, ...]
    confirmed: tuple[str, ...]
    source: str
    inferred: bool
    note: str

    @classmethod
    def of(cls, finding: run.CheckFinding) -> CheckFindingView:
        """Return a finding of the rules."""
        row = finding.check
        return cls(
            id=row.id,
            title=row.title,
            verdict=finding.verdict,
            problems=finding.problems,
            reason=finding.reason,
            todo=finding.todo,
            evidence=tuple(map(EvidenceView.of, finding.evidence)),
            confirmed=finding.confirmed,
            source=str(row.source),
            inferred=row.inferred,
            note=row.note,
        )


@dataclass(frozen=True, slots=True)
class CheckedCase:
    """One case: the stage whose checks were run, what they came to, what the applicant can be told of it.

    Attributes:
        verdict: the worst of all findings; right only where something was right.
        findings: all of them, or those that are wrong or open.
        remarks: what the history says of who acted and when that a person should know: clocks set back, other people's
            accounts; looked for where households were named.
    """

    case: str
    applicant: str
    category: Category
    state: State
    stage: Stage
    verdict: Verdict
    notice: str
    findings: tuple[CheckFindingView, ...]
    remarks: tuple[str, ...]

    @classmethod
    def of(
        cls, checked: procedure.CaseAudit, *, missing_only: bool, remarks: tuple[str, ...] = ()
    ) -> CheckedCase:
        """Return a case that was checked."""
        case = checked.case
        shown = (f for f in checked.findings if not (f.verdict.settled and missing_only))
        return cls(
            case=str(case.number),
            applicant=case.applicant_name,
            category=case.category,
            state=case.state,
            stage=checked.stage,
            verdict=checked.verdict,
            notice=checked.notice,
            findings=tuple(map(CheckFindingView.of, shown)),
            remarks=remarks,
        )


@dataclass(frozen=True, slots=True)
class CheckReport(Result):
    """What a run found.

    Attributes:
        counts: how many of all cases looked at came to which verdict.
        cases: all of them, or those with something wrong or open.
        unread: the cases that could not be read (未检), and why; they are never silently left out.
    """

    SCHEMA: ClassVar[str] = "archivist/check/2"

    counts: Mapping[Verdict, int]
    cases: tuple[CheckedCase, ...]
    unread: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many cases were looked at."""
        return sum(self.counts.values())

    @property
    def clean(self) -> bool:
        """Whether everything was read, checked and found right; where nothing could be looked at, nothing was right."""
        return not self.unread and set(self.counts) <= {Verdict.PASSED}


@dataclass(frozen=True, slots=True)
class CheckConfirmed(Result):
    """What people looked up in a case: which checks, in which event of the case it stands."""

    SCHEMA: ClassVar[str] = "archivist/check-confirm/1"

    case: str
    event: int
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordsConfirmed(Result):
    """That people looked at papers that were in doubt, which count from then on: in which event of the case it stands."""

    SCHEMA: ClassVar[str] = "archivist/case-record-confirm/1"

    case: str
    event: int
    records: tuple[str, ...]


def check(
    workspace: Workspace,
    cases: Sequence[str] = (),
    *,
    stage: Stage | None = None,
    category: Category | None = None,
    on: dt.date,
    missing_only: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> CheckReport:
    """Check the completeness of cases.

    Args:
        workspace: the open workspace.
        cases: the households as people name them; all open ones when none is named.
        stage: whose checks are run; by each case's state when not given.
        category: only cases of this category.
        on: civil day of the check.
        missing_only: leave out what is right and what is not applicable.
        progress: called with the cases done and the cases there are.

    Raises:
        CaseNotFound: E201. RuleFault: E502.
    """
    from archivist.procedure import completeness_audit as procedure

    numbers = selection.households(workspace, cases) or None
    report = procedure.check(workspace, numbers, stage=stage, category=category, on=on, step=progress)
    shown = (c for c in report.cases if not (c.verdict.settled and missing_only))
    return CheckReport(
        MappingProxyType(dict(report.counts)),
        tuple(
            CheckedCase.of(
                c, missing_only=missing_only, remarks=_remarks(workspace, c.case.number) if cases else ()
            )
            for c in shown
        ),
        report.unread,
    )


def _remarks(workspace: Workspace, number: CaseNo) -> tuple[str, ...]:
    """Return what the history of a case says of who acted and when that a person should know."""
    from archivist.store import machine_clock

    events = [event for event, _ in workspace.archive.chain(number).events]
    back = machine_clock.set_back(events)
    others = [event for event in events if event.registered_account]
    return (
        *((f"第 {'、'.join(map(str, back))} 号事件的机器时间早于上一事件",) if back else ()),
        *(
            f"第 {e.seq} 号事件以{e.actor}的名义办理，账户是 {e.account}，不是登记的 {e.registered_account}，没有用口令确认"
            for e in others
        ),
    )


@authorised(Act.CONFIRM_CHECK)
def confirm(
    workspace: Workspace,
    by: By,
    case: str,
    checks: Sequence[str],
    *,
    people: Sequence[str] = (),
    note: str,
    on: dt.date,
    stage: Stage | None = None,
) -> CheckConfirmed:
    """Record that people looked up what checks could not find out (人工核对).

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        checks: ids such as ``C10.photos``.
        people: who looked; the actor when nobody is named.
        note: what they saw; always told.
        on: civil day on which they looked.
        stage: see ``check``.

    Raises:
        InvalidValue: E002, with every reason at once. CaseNotFound: E201.
    """
    from archivist.procedure import completeness_audit as procedure

    number = workspace.find_case(case)
    after = procedure.confirm(workspace, by, number, checks, people=people, note=note, on=on, stage=stage)
    return CheckConfirmed(str(number), after.seq, tuple(checks))


@authorised(Act.CONFIRM_RECORD)
def confirm_records(
    workspace: Workspace,
    by: By,
    case: str,
    records: Sequence[str],
    *,
    people: Sequence[str] = (),
    note: str,
    on: dt.date,
) -> RecordsConfirmed:
    """Record that people looked at papers that were in doubt (人工核对): each is what it was taken for, and signed.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        records: numbers of records.
        people: who looked; the actor when nobody is named.
        note: what they saw; always told.
        on: civil day on which they looked.

    Raises:
        InvalidValue: E002, with every reason at once. CaseNotFound: E201. UsageError: no number.
    """
    from archivist.procedure import completeness_audit as procedure

    number = workspace.find_case(case)
    papers = tuple(dict.fromkeys(map(record_named, records)))
    after = procedure.confirm_papers(workspace, by, number, papers, people=people, note=note, on=on)
    return RecordsConfirmed(str(number), after.seq, papers)
