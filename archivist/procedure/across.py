"""Looking into the other households of the office: who of one household stands in another one, and what follows.

The index says where a number stands, the archive is read only there; cases the index has not followed are read too. Where
the index cannot answer it is said (未检), and nothing is granted: ``archivist reindex`` makes it good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from archivist.errors import ArchiveError, IndexFault
from archivist.model.case import Case
from archivist.model.ids import CaseNo
from archivist.os_reasons import reason_of
from archivist.rules import across, across_findings
from archivist.rules.across import AcrossFinding, AcrossHouseholds, Gravity
from archivist.search import people_on_file
from archivist.workspace import Workspace

BEHIND: Final = 50
"""So many cases that the index has not followed are read one by one; with more it must first be made good."""


def look(workspace: Workspace, case: Case, on: dt.date, *, binding: bool = False) -> AcrossHouseholds:
    """Return what the other households of the office say of one; what cannot be read is said and raises nothing.

    Args:
        workspace: the open workspace.
        case: the household, as it stands or is to stand.
        on: civil day.
        binding: it is granted upon this: the cases the index has not followed are looked at too, for which the end of every
            chain is read.
    """
    unchecked: list[str] = []
    found: set[CaseNo] = set()
    if across_findings.numbers_in(case):
        try:
            found = _sharing(workspace, case)
            found.update(_not_followed(workspace, unchecked) if binding else ())
        except IndexFault as fault:
            unchecked.append(f"索引不能用（{fault.what}），没有与其他户档核对；先运行 archivist reindex")
        except OSError as error:
            unchecked.append(f"磁盘不能读（{reason_of(error)}），没有与其他户档核对")
    others = list(_read(workspace, sorted(found - {case.number}), unchecked))
    staff = [person.name for person in workspace.config.people]
    findings = across_findings.find(case, others, workspace.pack, staff, on)
    return AcrossHouseholds((*findings, *across_findings.without_number(case)), tuple(unchecked))


def _sharing(workspace: Workspace, case: Case) -> set[CaseNo]:
    numbers = across_findings.numbers_in(case)
    return set(workspace.index.ask(lambda catalogue: people_on_file.cases_with_ids(catalogue, numbers)))


def _not_followed(workspace: Workspace, unchecked: list[str]) -> list[CaseNo]:
    """Return the cases of which the index may not know who is in them."""
    behind = [d.number for d in workspace.drift() if d.archive_seq is not None]
    if len(behind) > BEHIND:
        unchecked.append(f"索引落后 {len(behind)} 户，没有与这些户档核对；先运行 archivist reindex")
        return []
    return behind


def _read(workspace: Workspace, numbers: Iterable[CaseNo], unchecked: list[str]) -> Iterable[Case]:
    for number in numbers:
        try:
            yield workspace.archive.read(number)
        except ArchiveError as error:
            unchecked.append(f"{number} 读不出来（{error.title}，{error.code}），没有与它核对")
        except OSError as error:
            unchecked.append(f"{number} 读不出来（{reason_of(error)}），没有与它核对")


# ── the whole office ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class OfficeSurvey:
    """Everything two households of the office have to do with each other.

    Attributes:
        findings: with, for each, what was granted all the same and why; empty where nothing was.
        unchecked: what could not be looked at, and why.
    """

    findings: tuple[tuple[AcrossFinding, str], ...]
    unchecked: tuple[str, ...]


def survey(
    workspace: Workspace, on: dt.date, progress: Callable[[int, int], None] | None = None
) -> OfficeSurvey:
    """Look at every household that shares a number with another one, or a name with the staff.

    Args:
        workspace: the open workspace.
        on: civil day.
        progress: called with the households done and those there are.

    Raises:
        IndexFault: E400, and nothing could be looked for.
    """
    staff = [person.name for person in workspace.config.people]
    groups = workspace.index.ask(people_on_file.cases_sharing_ids)
    named = workspace.index.ask(lambda c: people_on_file.people_named(c, staff))
    unchecked: list[str] = []
    behind = _not_followed(workspace, unchecked)
    wanted = sorted({n for group in groups for n in group} | {n for _, n, _ in named} | set(behind))
    cases = {case.number: case for case in _read(workspace, wanted, unchecked)}
    found: dict[tuple[object, ...], tuple[AcrossFinding, str]] = {}
    for done, case in enumerate(cases.values(), 1):
        if across_findings.is_live(case):
            near = {n for group in groups if case.number in group for n in group} | set(behind)
            if case.number in behind:
                near |= _sharing(workspace, case)
            others = [cases[n] for n in sorted(near - {case.number}) if n in cases]
            for finding in across_findings.find(case, others, workspace.pack, staff, on):
                found.setdefault(finding.pair, (finding, _excepted(case, finding)))
        if progress:
            progress(done, len(cases))
    return OfficeSurvey(tuple(found.values()), tuple(unchecked))


def _excepted(case: Case, finding: AcrossFinding) -> str:
    """Return the reason with which it was granted all the same, empty where it was not."""
    if finding.gravity is not Gravity.EXCEPTION:
        return ""
    for step in reversed(case.steps):
        if finding.mark in step.values.get(across.EXCEPTED, ()):
            return f"{step.on} {step.title}：{step.values.get(across.EXCEPTION, '')}"
    return ""
