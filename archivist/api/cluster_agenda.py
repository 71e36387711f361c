"""What is due as the cluster tells it: an office's own, and at the bureau that of all its offices.

Each office's cases are read by the rules by which that office worked them out. What an office owes for all its work (people
at its posts, records of its own, submissions, holds on many cases) stands in its own ledger and settings, and is
told by the office alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from archivist.api import clusters
from archivist.api.agenda import DAYS, AgendaView, with_submission
from archivist.api.result import Problem, Result
from archivist.cluster_errors import ClusterDown
from archivist.errors import ArchivistError, IndexFault, UsageError
from archivist.model.ids import Category
from archivist.model.standing import LimitStatus

if TYPE_CHECKING:
    from archivist.procedure.agenda import Agenda, Asked
    from archivist.procedure.case_sights import CasesKnown
    from archivist.search.agenda_cache import Standing
    from archivist.search.cluster_agenda import KeptAgenda
    from archivist.search.opensearch import ClusterRequests
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class OfficeDue:
    """What is due in an office.

    Attributes:
        office: its code; ``name`` as the bureau's settings have it.
        as_of: up to which moment the office has told the cluster everything; ``None`` where something is missing there.
        agenda: what is due; without what the office owes for all its work.
    """

    office: str
    name: str
    as_of: dt.datetime | None
    agenda: AgendaView


@dataclass(frozen=True, slots=True)
class OfficeNotTold:
    """An office of which it cannot be told what is due, and why."""

    office: str
    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class DueOfOffices(Result):
    """What is due on a day in every office of a bureau.

    Attributes:
        on: the moment asked about.
        offices: by code; ``not_told`` those that could not be looked at (未检).
    """

    SCHEMA: ClassVar[str] = "archivist/bureau-due/1"

    on: dt.datetime
    offices: tuple[OfficeDue, ...]
    not_told: tuple[OfficeNotTold, ...]

    @property
    def counts(self) -> Mapping[LimitStatus, int]:
        """How many limits stand how in all offices, the most urgent first; without those there are none of."""
        each = [office.agenda.counts for office in self.offices]
        return {s: n for s in LimitStatus if (n := sum(one.get(s, 0) for one in each))}


def due(
    workspace: Workspace,
    *,
    on: dt.datetime,
    now: dt.datetime,
    category: Category | None = None,
    overdue: bool = False,
    days: int | None = DAYS,
) -> AgendaView:
    """Return what is due in the office, its cases as the cluster knows them.

    Args:
        workspace: the office's.
        on: the moment asked about, aware; Asia/Shanghai.
        now: the moment.
        category: only cases of it.
        overdue: only what is overdue, of the duties of the whole office those that are not fulfilled.
        days: how far ahead; ``None`` for everything.

    Raises:
        ClusterDown: E404. IndexFault: E400. SettingsError: E500. UnknownPack: E501. RuleFault: E502.
    """
    from archivist.procedure.agenda import agenda

    _ = workspace.pack  # rules that cannot be read are told as such
    with clusters.requests_of(workspace) as cluster:
        index = clusters.index_of(workspace, cluster, now)
        lag = clusters.made_current(index)
        handed = {*map(str, workspace.archive.custody.readable())}
        known = _known(index.agenda(category), handed, {*map(str, lag.to_forget)})
    found = agenda(workspace, on=on, category=category, overdue=overdue, days=days, known=known)
    if category is None:
        found = with_submission(workspace, found, overdue=overdue)
    return AgendaView.of(replace(found, unread=(*clusters.lacks(lag), *found.unread)))


def of_offices(
    workspace: Workspace,
    *,
    on: dt.datetime,
    office: str = "",
    category: Category | None = None,
    overdue: bool = False,
    days: int | None = DAYS,
) -> DueOfOffices:
    """Return what is due in the offices of a bureau: those with an index in its cluster, and those its settings name.

    Args:
        workspace: the bureau's.
        on: see ``due``, likewise the others.
        office: only this one, by its code.
        category: only cases of it.
        overdue: only what is overdue.
        days: how far ahead.

    Raises:
        ClusterDown: E404. IndexFault: E400, no office has an index. SettingsError: E500. UsageError: E001, there is no such office.
    """
    from archivist.procedure.agenda import Asked
    from archivist.search.cluster_agenda import offices_of
    from archivist.search.cluster_generations import BUREAU

    asked, wanted = Asked(on, category, overdue, days), office.strip().upper()
    names = {one.code: one.name for one in workspace.config.offices}
    told: list[OfficeDue] = []
    not_told: list[OfficeNotTold] = []
    with clusters.requests_of(workspace) as cluster:
        there = offices_of(cluster, BUREAU)
        codes = [code for code in sorted(names.keys() | there.keys()) if wanted in ("", code)]
        if wanted and not codes:
            raise UsageError(f"没有代码是 {wanted} 的单位")
        for code in codes:
            try:
                at, found = _of_one(cluster, code, there.get(code), asked)
            except ClusterDown:
                raise
            except ArchivistError as error:
                not_told.append(OfficeNotTold(code, names.get(code, ""), Problem.of(error)))
            else:
                as_of = dt.datetime.fromisoformat(at) if at else None
                told.append(OfficeDue(code, names.get(code, ""), as_of, AgendaView.of(found)))
    return DueOfOffices(on, tuple(told), tuple(not_told))


def _of_one(cluster: ClusterRequests, code: str, index: str | None, asked: Asked) -> tuple[str, Agenda]:
    """Return what is due in one office, and up to which moment nothing was missed."""
    from archivist.procedure.agenda import of_cases
    from archivist.rules import pack
    from archivist.search.cluster_agenda import kept_agenda
    from archivist.search.cluster_engine import ClusterEngine
    from archivist.search.cluster_generations import alias_of

    if index is None:
        raise IndexFault("还没有在集群里建索引", remedy="在这个单位运行 archivist reindex --to opensearch。")
    kept = kept_agenda(cluster, ClusterEngine(cluster, alias_of(code)), index, asked.category)
    return kept.at, of_cases(_known(kept, kept.rules.handed_over), pack.of_text(kept.rules.text), asked)


def _known(kept: KeptAgenda, handed_over: Set[str], forgotten: Set[str] = frozenset()) -> CasesKnown:
    """Return the cases in which something may be due here: not those that are another office's, nor those destroyed."""
    from archivist.procedure.case_sights import CasesKnown, Sight

    def sights(standings: Iterable[Standing]) -> tuple[Sight, ...]:
        there = (one for one in standings if one.number not in handed_over and one.number not in forgotten)
        return tuple(Sight.all_of([*there]))

    return CasesKnown(sights(kept.open), sights(kept.closed), len(handed_over))
