"""Household files: opened, changed, listed, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from archivist.api.result import Result
from archivist.errors import InvalidValue
from archivist.model import facts as model
from archivist.model.case import CaseStatus
from archivist.model.ids import Category, mask_id
from archivist.model.invisible import invisible_notices

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.procedure import cases as procedure
    from archivist.search.catalogue import CaseRow
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
class ListedCase:
    """A household as lists show it; ``place`` is the village or community (村、社区)."""

    case: str
    applicant: str
    category: Category
    status: CaseStatus
    place: str
    opened_on: dt.date

    @classmethod
    def of(cls, row: CaseRow) -> ListedCase:
        """Return a row of the index."""
        return cls(
            case=str(row.number),
            applicant=row.applicant,
            category=row.category,
            status=CaseStatus(row.status),
            place=row.village,
            opened_on=dt.date.fromisoformat(row.opened_on),
        )


@dataclass(frozen=True, slots=True)
class CaseList(Result):
    """Household files by number."""

    SCHEMA: ClassVar[str] = "archivist/case-list/1"

    cases: tuple[ListedCase, ...]


@dataclass(frozen=True, slots=True)
class Deregistered(Result):
    """A closed file; ``keep_until`` is the last day it must be kept, ``rule`` the sentence that says so."""

    SCHEMA: ClassVar[str] = "archivist/case-deregister/1"

    case: str
    deregistered_on: dt.date
    keep_until: dt.date
    rule: str


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
    plain: dict[str, Any] = model.to_plain(_read(source, notices))
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


def _read(source: Path | None, notices: list[str]) -> model.Facts:
    from archivist.procedure.facts_file import read_facts

    return read_facts(source, notices) if source else model.NO_FACTS


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
    laid_over = _read(source, notices)
    _, changes = procedure.change_facts(
        workspace, by, number, settings, laid_over=laid_over, reason=reason, notices=notices
    )
    return FactsChanged(str(number), tuple(map(ChangeView.of, changes)), tuple(notices))


def list_cases(
    workspace: Workspace,
    *,
    category: Category | None = None,
    status: CaseStatus | None = None,
    place: str = "",
) -> CaseList:
    """List household files, narrowed by what is given; ``place`` may be a part of the name.

    Raises:
        IndexFault: E400.
    """
    rows = workspace.index.cases(category=category, status=status.value if status else "", place=place)
    return CaseList(tuple(map(ListedCase.of, rows)))


def deregister(workspace: Workspace, by: By, case: str, *, on: dt.date, reason: str) -> Deregistered:
    """Deregister a household (注销): its retention starts to run, the file itself stays as it is.

    Raises:
        CaseNotFound: E201. CaseClosed: E207. InvalidValue: E002, when the date lies outside the case.
    """
    from archivist.procedure import cases as procedure
    from archivist.rules.disposition.retention import retention

    closed = procedure.deregister(workspace, by, workspace.find_case(case), on=on, reason=reason)
    period = retention(closed, workspace.pack)
    assert closed.deregistered_on is not None and period is not None
    return Deregistered(str(closed.number), closed.deregistered_on, period.expires, str(period.rule.source))
