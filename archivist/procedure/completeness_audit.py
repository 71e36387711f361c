"""Looking through the files for what is missing: the checks of the pack on one case, on some, on all that are open."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.errors import ArchivistError, InvalidValue
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Op
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.model.record import Record
from archivist.model.standing import Verdict
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules.completeness import required_papers, run
from archivist.rules.completeness.run import CheckFinding
from archivist.rules.rule import Stage
from archivist.store import Draft
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CaseAudit:
    """One case: the stage whose checks were run, what they found, and what the applicant can be told of it."""

    case: Case
    stage: Stage
    findings: tuple[CheckFinding, ...]
    notice: str = ""

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings; right only where one of them was right."""
        return Verdict.of_all(f.verdict for f in self.findings)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a run found, and the cases that could not be read (未检), which are never silently left out."""

    cases: tuple[CaseAudit, ...]
    unread: tuple[str, ...]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many cases came to which verdict."""
        return Counter(c.verdict for c in self.cases)

    @property
    def clean(self) -> bool:
        """Whether everything was read, checked and found right."""
        return not self.unread and all(c.verdict is Verdict.PASSED for c in self.cases)


def check(
    workspace: Workspace,
    numbers: Sequence[CaseNo] | None = None,
    *,
    stage: Stage | None = None,
    category: Category | None = None,
    on: dt.date,
    step: Callable[[int, int], None] | None = None,
) -> AuditReport:
    """Check the completeness of cases.

    Args:
        workspace: the open workspace.
        numbers: the cases; ``None`` for all open ones.
        stage: by each case's state when not given.
        category: only cases of this category.
        on: civil day of the check.
        step: called with the cases done and the cases there are.
    """
    archive = workspace.archive
    chosen = archive.case_numbers() if numbers is None else numbers
    chosen = [n for n in chosen if category in (None, n.category)]
    checked: list[CaseAudit] = []
    unread: list[str] = []
    for done, number in enumerate(chosen, 1):
        try:
            case = archive.read(number)
        except ArchivistError as error:
            unread.append(str(error))
        else:
            if numbers is not None or case.status is CaseStatus.OPEN:
                checked.append(_checked(workspace, case, stage, on))
        if step:
            step(done, len(chosen))
    return AuditReport(tuple(checked), tuple(unread))


def _checked(workspace: Workspace, case: Case, stage: Stage | None, on: dt.date) -> CaseAudit:
    folder = workspace.archive.folder(case.number)
    found = run.findings(
        case, workspace.pack, workspace.catalogue, stage, on=on, words=lambda record: _words(folder, record)
    )
    stage = stage or run.stage_of(case)
    return CaseAudit(case, stage, tuple(found), _notice(workspace, case, on))


def _words(folder: Path, record: Record) -> str | None:
    if record.text is None:
        return None
    try:
        return (folder / record.text.path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None  # 未检 is said of it; whether the file is as filed is the business of verify


# ── what only a person can tell ──────────────────────────────────────────────────────────────────────────
def confirm(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    checks: Sequence[str],
    *,
    people: Sequence[str] = (),
    note: str,
    on: dt.date,
    stage: Stage | None = None,
) -> Case:
    """Record that people looked up what checks could not find out (人工核对), in the words they were told of it.

    What is wrong stays wrong; and what is unknown later, of a paper filed since, is not covered.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        number: the case; also one that is deregistered.
        checks: ids such as ``C10.photos``.
        people: who looked; the actor when nobody is named.
        note: what they saw; always told.
        on: civil day on which they looked.
        stage: see ``check``.

    Raises:
        InvalidValue: E002, with every reason at once: no such check at this stage, nothing left unknown in it.
    """
    names = _names(by, people)

    def draft(case: Case) -> Draft:
        found = {f.check.id: f for f in _checked(workspace, case, stage, on).findings}
        problems = [p for c in checks if (p := _cannot_confirm(c, found.get(c)))]
        problems += _not_looked_up(workspace, by, names, note, on)
        if problems:
            raise InvalidValue("不能登记人工核对", file=str(number), problems=problems)
        return _confirmation({c: found[c].unknown for c in checks}, names, note, on)

    return workspace.commit(number, draft, by)[0]


def confirm_papers(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    records: Sequence[RecordNo],
    *,
    people: Sequence[str] = (),
    note: str,
    on: dt.date,
) -> Case:
    """Record that people looked at papers that were in doubt: each is what it was taken for, and signed where it must be.

    From then on the paper counts, for every check and for every step. For the arguments see ``confirm``.

    Raises:
        InvalidValue: E002, with every reason at once: no such record, nothing in doubt about it.
    """
    names = _names(by, people)

    def draft(case: Case) -> Draft:
        problems, matters = [], []
        for no in records:
            record = next((r for r in case.holding if r.no == no), None)
            doubt = required_papers.doubt(case, record) if record else ""
            if not record:
                problems.append(f"没有第 {no} 件，或者已经作废")
            elif not doubt:
                problems.append(f"第 {no} 件{record.title}没有存疑的地方，不必登记")
            matters += [doubt] if doubt else []
        problems += _not_looked_up(workspace, by, names, note, on)
        if problems:
            raise InvalidValue("不能登记人工核对", file=str(number), problems=problems)
        looked = _confirmation({PAPERS: matters}, names, note, on)
        return replace(looked, data={**looked.data, "records": list(records)})

    return workspace.commit(number, draft, by)[0]


PAPERS: Final = "件"
"""Stands in the place of a check's id where people looked at papers, whatever check asks about them."""


def _names(by: By, people: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.strip() for n in people if n.strip())) or (by.actor,)


def _not_looked_up(
    workspace: Workspace, by: By, names: Sequence[str], note: str, on: dt.date
) -> Iterator[str]:
    """Yield what is wrong with who looked, with what they say they saw, and with the day."""
    if not note.strip():
        yield "须写明看到了什么（--note）"
    if on > by.today:
        yield f"日期 {on} 在今天（{by.today}）之后"
    if workspace.config.people:
        for name in names:
            if not workspace.config.person(name):
                yield f"{name}没有登记在 archivist.toml 的 [[people]] 中"


def _confirmation(
    matters: Mapping[str, Sequence[str]], names: Sequence[str], note: str, on: dt.date
) -> Draft:
    data = {
        "checks": {check: list(said) for check, said in matters.items()},
        "by": list(names),
        "on": on.isoformat(),
    }
    return Draft(Op.CHECK_CONFIRMED, data, note.strip())


def _cannot_confirm(check: str, finding: CheckFinding | None) -> str:
    if finding is None:
        return f"本户这一阶段没有检查 {check}"
    if finding.unknown:
        return ""
    if finding.verdict is Verdict.FAILED:
        return f"{check} 不合格，不能以人工核对代替：{'；'.join(finding.problems)}"
    return f"{check} 没有待人核对的事项（{finding.verdict.value}）"


_BEFORE_ACCEPTANCE = (State.DRAFT, State.DISCOVERED, State.SUBMITTED, State.CORRECTION_PENDING)


def _notice(workspace: Workspace, case: Case, on: dt.date) -> str:
    """Say whether the applicant can be told now, once and of everything, what is missing; empty when nothing is.

    Source: 《最低生活保障审核确认办法》第十条「材料不齐备的，应当一次性告知补齐所有规定材料」.
    """
    if not required_papers.missing(case, workspace.pack, on) or case.accepted_on:
        return ""
    if earlier := case.records_of(DocumentId.CORRECTION_NOTICE):
        return (
            f"第 {earlier[0].no} 件一次性补正材料告知书已于 {earlier[0].filed_at[:10]} 告知过，不得再次告知"
        )
    if case.state not in _BEFORE_ACCEPTANCE:
        return ""
    if case.category is Category.JN and case.fact(FactPath.APPLICATION_URGENT):
        return ""  # 先行救助: nobody is kept waiting for papers
    steps = [StepId.SUBMIT] if case.state in (State.DRAFT, State.DISCOVERED) else []
    steps += [] if case.state is State.CORRECTION_PENDING else [StepId.ASK_CORRECTION]
    commands = [f"archivist case step {case.number} {step}" for step in steps]
    commands.append(f"archivist generate 一次性补正材料告知书 {case.number}")
    return f"可以一次性告知补正。可由政务服务平台查询的材料先查询、归档，再依次：{'；'.join(commands)}"
