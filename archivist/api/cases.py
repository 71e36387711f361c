"""Household files: opened, changed, listed, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.result import Result
from archivist.errors import InvalidValue
from archivist.model import facts as model
from archivist.model.ids import Category, mask_id
from archivist.model.invisible import invisible_notices
from archivist.model.permissions import Act
from archivist.model.standing import MatterKind
from archivist.model.stated_days import StatedDay
from archivist.model.states import State

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.procedure import cases as procedure
    from archivist.procedure.closing import Closing
    from archivist.procedure.undoing import FactsBack
    from archivist.rules.open_matters import OpenMatter
    from archivist.workspace import Workspace

Settings = Sequence[tuple[str, object]]
"""Pairs of path (``applicant.phone``, ``成员[2].姓名``) and value, as people write them."""


@dataclass(frozen=True, slots=True)
class CaseOpened(Result):
    """A new household file; ``drop_folder`` is where its scans are to be put, ``notices`` what should be looked at."""

    SCHEMA: ClassVar[str] = "archivist/case-open/1"

    case: str
    category: Category
    applicant: str
    drop_folder: Path
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One fact before and after; empty text where there is nothing."""

    path: str
    label: str
    old: str
    new: str

    @classmethod
    def of(cls, change: procedure.Change) -> ChangeView:
        """Return a change of the procedure."""
        return cls(change.path, change.label, change.old, change.new)

    def shown(self) -> tuple[str, str]:
        """Return what was and what is as a screen shows it: of ID numbers only head and tail."""
        if not self.path.endswith("id_number"):
            return self.old, self.new
        return mask_id(self.old), mask_id(self.new)


@dataclass(frozen=True, slots=True)
class FactsChanged(Result):
    """What is known otherwise now, in the order of the schema; nothing where nothing changed. ``notices``: to be looked at."""

    SCHEMA: ClassVar[str] = "archivist/case-set/1"

    case: str
    changes: tuple[ChangeView, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenMatterView:
    """One thing a file leaves open that is closed; ``kind`` is a stable word, ``label`` the same in Chinese."""

    kind: MatterKind
    label: str
    text: str

    @classmethod
    def of(cls, matter: OpenMatter) -> OpenMatterView:
        """Return what is open in a file."""
        return cls(matter.kind, matter.kind.label, matter.text)


@dataclass(frozen=True, slots=True)
class DeregistrationPlan(Result):
    """A file that may be closed.

    Attributes:
        on: the day, as it is stated.
        matters: what it leaves open; where there is anything a person must confirm it.
        warnings: what could not be looked at (未检).
    """

    SCHEMA: ClassVar[str] = "archivist/case-deregister-plan/1"

    case: str
    applicant: str
    on: str
    matters: tuple[OpenMatterView, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, planned: Closing) -> DeregistrationPlan:
        """Return what a closing would leave open."""
        return cls(
            case=str(planned.case.number),
            applicant=planned.case.applicant_name,
            on=planned.on.text,
            matters=tuple(map(OpenMatterView.of, planned.matters)),
            warnings=planned.warnings,
        )


@dataclass(frozen=True, slots=True)
class Deregistered(Result):
    """A closed file.

    Attributes:
        deregistered_on: the last day it can have been; ``None`` where nobody knows.
        keep_until: the last day it must be kept; ``None`` while the day is not known; ``rule`` the sentence that says so.
        matters: what it left open, as a person confirmed.
    """

    SCHEMA: ClassVar[str] = "archivist/case-deregister/1"

    case: str
    deregistered_on: dt.date | None
    keep_until: dt.date | None
    rule: str
    matters: tuple[OpenMatterView, ...] = ()


@dataclass(frozen=True, slots=True)
class Reopened(Result):
    """A file that is open again, where it stands, and where its scans are to be put."""

    SCHEMA: ClassVar[str] = "archivist/case-reopen/1"

    case: str
    state: State
    drop_folder: Path
    warnings: tuple[str, ...]


@authorised(Act.OPEN_CASE)
def open_case(
    workspace: Workspace,
    by: By,
    category: Category,
    settings: Settings,
    *,
    source: Path | None = None,
    opened_on: dt.date,
    again: bool = False,
    reason: str = "",
) -> CaseOpened:
    """Open a household file.

    Args:
        workspace: the open workspace.
        by: who opens it, and when.
        category: what was applied for.
        settings: what is known, laid over what the file says.
        source: a file of facts (``.toml``, ``.json``, ``.xlsx``).
        opened_on: civil date the file was opened.
        again: open another file though the applicant has an open one in this category.
        reason: why, when ``again``.

    Raises:
        UsageError: E001, when the file cannot be read. InvalidValue: E002. CaseExists: E208. NotDelegated: E503.
    """
    from archivist.procedure import cases as procedure

    if again and not reason:
        raise InvalidValue("另立一户须用 --reason 写明理由")
    notices = _invisible(settings)
    facts = _facts(source, settings, notices)
    made = procedure.open_case(
        workspace, by, category, facts, opened_on=opened_on, again=again, reason=reason, notices=notices
    )
    folder = procedure.drop_folder(workspace, made)
    return CaseOpened(str(made.number), made.category, made.applicant_name, folder, tuple(notices))


def _invisible(settings: Settings) -> list[str]:
    """Return what was taken out of what was typed."""
    return [line for key, value in settings for line in invisible_notices({key: value})]


def _facts(source: Path | None, settings: Settings, notices: list[str]) -> model.Facts:
    """Return the facts of a file with the settings laid over; every wrong path is told at once."""
    plain: dict[str, Any] = model.to_plain(read_facts_file(source, notices))
    problems = []
    for key, value in settings:
        try:
            path = model.Path.parse(key)
        except InvalidValue as error:
            problems.append(error.what)
            continue
        if path.field is None:
            problems.append(f"{key}：请写明是哪一项")
        elif path.group.many:
            rows = plain.setdefault(path.group.key, [])
            while len(rows) < (path.row or 1):
                rows.append({})
            rows[(path.row or 1) - 1][path.field.key] = value
        else:
            plain.setdefault(path.group.key, {})[path.field.key] = value
    if problems:
        raise InvalidValue("户档信息有误", problems=problems)
    return model.parse_facts(plain)


def read_facts_file(source: Path | None, notices: list[str]) -> model.Facts:
    """Return the facts a file tells, none where there is no file; ``notices`` gets what was taken out of it.

    Raises:
        UsageError: E001. InvalidValue: E002.
    """
    from archivist.procedure.facts_file import read_facts

    return read_facts(source, notices) if source else model.NO_FACTS


@authorised(Act.CHANGE_FACTS)
def change_facts(
    workspace: Workspace,
    by: By,
    case: str,
    settings: Settings,
    *,
    source: Path | None = None,
    reason: str = "",
) -> FactsChanged:
    """Change what is known of a household, all or nothing.

    Args:
        workspace: the open workspace.
        by: who changes it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        settings: what is changed; an empty value removes the fact.
        source: a file of facts, laid over before the settings.
        reason: why it was changed.

    Raises:
        UsageError: E001, when the file cannot be read. InvalidValue: E002, listing every wrong path and value.
        CaseNotFound: E201. CaseClosed: E207.
    """
    from archivist.procedure import cases as procedure

    if not settings and source is None:
        raise InvalidValue("没有写要改什么")
    number, notices = workspace.find_case(case), _invisible(settings)
    laid_over = read_facts_file(source, notices)
    _, changes = procedure.change_facts(
        workspace, by, number, settings, laid_over=laid_over, reason=reason, notices=notices
    )
    return FactsChanged(str(number), tuple(map(ChangeView.of, changes)), tuple(notices))


@authorised(Act.CHANGE_FACTS)
def put_back_facts(workspace: Workspace, by: By, case: str, back: FactsBack, *, reason: str) -> FactsChanged:
    """Put facts back as they were before an event, as ``change_facts`` changes them.

    Raises:
        InvalidValue: E002. CaseNotFound: E201. CaseClosed: E207.
    """
    from archivist.procedure import cases as procedure

    number, notices = workspace.find_case(case), list[str]()
    _, changes = procedure.change_facts(
        workspace, by, number, back.emptied, laid_over=back.laid_over, reason=reason, notices=notices
    )
    return FactsChanged(str(number), tuple(map(ChangeView.of, changes)), tuple(notices))


def plan_deregistration(
    workspace: Workspace,
    by: By,
    case: str,
    *,
    on: dt.date | StatedDay,
    reason: str,
    people: Sequence[str] = (),
) -> DeregistrationPlan:
    """Say what a file would leave open if it were closed; nothing is written. Refuses what ``deregister`` refuses.

    Raises:
        See ``deregister``; what is open is no refusal here.
    """
    from archivist.procedure import closing

    number = workspace.find_case(case)
    planned = closing.plan_closing(workspace, by, number, on=on, reason=reason, people=people)
    return DeregistrationPlan.of(planned)


@authorised(Act.DEREGISTER)
def deregister(
    workspace: Workspace,
    by: By,
    case: str,
    *,
    on: dt.date | StatedDay,
    reason: str,
    people: Sequence[str] = (),
    confirmed: bool = False,
) -> Deregistered:
    """Deregister a household (注销): its retention starts to run, the file itself stays as it is.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        on: civil day of deregistration; not in the future. Of an old paper file it may be known in part or not at all.
        reason: why.
        people: who did it; the actor when nobody is named.
        confirmed: a person knows what the file leaves open.

    Raises:
        CaseNotFound: E201. CaseClosed: E207. InvalidValue: E002, when the date lies outside the case. StepRefused: E209, the
            decision that ended it was not issued or not served, or something is open and nobody confirmed it.
    """
    from archivist.procedure import closing
    from archivist.rules.disposition.retention import retention

    number = workspace.find_case(case)
    planned = closing.plan_closing(workspace, by, number, on=on, reason=reason, people=people)
    if not confirmed:
        closing.refuse_open(planned)
    closed = closing.deregister(
        workspace, by, number, on=on, reason=reason, people=people, matters=planned.matters
    )
    period = retention(closed, workspace.pack, by.today)
    matters = tuple(map(OpenMatterView.of, planned.matters))
    return Deregistered(
        str(closed.number), closed.deregistered_on, period.expires, str(period.rule.source), matters
    )


@authorised(Act.REOPEN)
def reopen(workspace: Workspace, by: By, case: str, *, reason: str) -> Reopened:
    """Take back a deregistration (撤销注销): the file stands where it stood before, its drop folder is there again.

    Raises:
        CaseNotFound: E201. Else see ``procedure.closing.reopen``.
    """
    from archivist.procedure import assignment, closing
    from archivist.procedure.cases import drop_folder

    opened = closing.reopen(workspace, by, workspace.find_case(case), reason=reason)
    warnings = () if workspace.config.people else (assignment.UNEXAMINED,)
    return Reopened(str(opened.number), opened.state, drop_folder(workspace, opened), warnings)
