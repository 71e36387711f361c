"""What comes next: in one household everything, in the office the first thing of each, the most urgent first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.errors import ArchivistError
from archivist.model.ids import CaseNo, Category
from archivist.model.roles import Role
from archivist.model.standing import ActKind
from archivist.model.states import State

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.case import Case
    from archivist.procedure import next_acts as procedure
    from archivist.procedure.agenda import CaseStanding
    from archivist.workspace import Workspace

_NEVER = "9999"


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class ActView:
    """One thing to be done.

    Attributes:
        id: of the step, of the document type, or the number of the record to be signed.
        command: what to type; ``…`` stands for what only the clerk knows.
        ready: nothing stands in the way today; else ``problems`` says what does, each a sentence.
        tell: what must be told when doing it.
        role: who takes the step; ``None`` for papers. ``people``: those of the office who may.
        aside: it leads off the ordinary way (不予确认, 撤回 …), or leads nowhere (走访).
        due: the last day in time by the limit ``limit``; ``None`` where none runs; ``at`` is ``HH:MM`` where hours count.
    """

    kind: ActKind
    id: str
    title: str
    command: str
    ready: bool
    problems: tuple[str, ...]
    tell: tuple[str, ...]
    role: Role | None
    people: tuple[str, ...]
    aside: bool
    due: dt.date | None
    at: str
    limit: str

    @classmethod
    def of(cls, act: procedure.NextAct) -> ActView:
        """Return an act of the procedure."""
        return cls(
            kind=act.kind,
            id=act.id,
            title=act.title,
            command=act.command,
            ready=act.ready,
            problems=act.problems,
            tell=act.tell,
            role=act.role,
            people=act.people,
            aside=act.aside,
            due=act.due.day if act.due else None,
            at=act.due.at if act.due else "",
            limit=act.limit,
        )

    @property
    def named(self) -> str:
        """What is to be done in a few words: ``办理“受理”``."""
        return f"{self.kind.label}“{self.title}”"


@dataclass(frozen=True, slots=True)
class HouseholdNext:
    """What comes next in one household, in the order in which it is due; what leads aside comes last.

    Attributes:
        due: the last day of the office's limit that runs out first, whatever act ends it; ``limit`` its title.
        acts: all of them where one household was asked about, else the first.
    """

    case: str
    applicant: str
    category: Category
    state: State
    due: dt.date | None
    limit: str
    acts: tuple[ActView, ...]


@dataclass(frozen=True, slots=True)
class ComingStep:
    """A step still to come; ``due`` the last day of the office's limit that it ends, ``None`` where none runs."""

    step: str
    title: str
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class NextActs(Result):
    """What comes next in open households, the most urgent first.

    Attributes:
        on: the civil day asked about.
        cases: how many open households there are among which was chosen.
        unread: those that could not be looked at (未检), and why.
    """

    SCHEMA: ClassVar[str] = "archivist/next/1"

    on: dt.date
    cases: int
    households: tuple[HouseholdNext, ...]
    unread: tuple[str, ...]


# ── what is done ─────────────────────────────────────────────────────────────────────────────────────────
def next_of_case(workspace: Workspace, case: str, *, on: dt.date, actor: str = "") -> NextActs:
    """Return everything that comes next in one household.

    Args:
        workspace: the open workspace.
        case: the household as people name it; see ``Workspace.find_case``.
        on: the civil day asked about, Asia/Shanghai.
        actor: who asks; where they may take a step themselves, its command names nobody.

    Raises:
        CaseNotFound: E201. IntegrityAlarm: E202.
    """
    from archivist.procedure.agenda import standing_of

    found = workspace.archive.read(workspace.find_case(case))
    standing = standing_of(found, workspace.pack)
    return NextActs(on, 1, (_household(workspace, found, standing, on, actor),), ())


def next_of_office(
    workspace: Workspace,
    *,
    on: dt.date,
    actor: str = "",
    category: Category | None = None,
    place: str = "",
    overdue: bool = False,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NextActs:
    """Return the first thing to be done in each open household, the most urgent first.

    Args:
        workspace: the open workspace.
        on: the civil day asked about, Asia/Shanghai.
        actor: who asks; see ``next_of_case``.
        category: only households of it.
        place: only those of a village or community; a part of its name will do.
        overdue: only those in which something of the office's is overdue.
        limit: no more than so many; only these are examined.
        progress: called with the households done and all those to be.

    Raises:
        IndexFault: E400.
    """
    from archivist.procedure.agenda import standings

    unread: list[str] = []
    there = (
        {str(row.number) for row in workspace.index.cases(category=category, place=place)} if place else None
    )
    all_of_them = [
        s
        for s in standings(workspace, unread, category=category, step=progress)
        if (there is None or s.number in there) and (not overdue or (s.due is not None and s.due.day < on))
    ]
    all_of_them.sort(key=lambda s: (s.due.day.isoformat() if s.due else _NEVER, s.number))
    households = []
    for standing in all_of_them[:limit]:
        try:
            case = workspace.archive.read(CaseNo.parse(standing.number))
        except ArchivistError as error:
            unread.append(str(error))
            continue
        households.append(_household(workspace, case, standing, on, actor, most=1))
    return NextActs(on, len(all_of_them), tuple(households), tuple(unread))


def way_ahead(workspace: Workspace, case: str, *, on: dt.date) -> tuple[ComingStep, ...]:
    """Return the steps still to come to a household on the ordinary way, in order.

    Raises:
        CaseNotFound: E201. IntegrityAlarm: E202.
    """
    from archivist.procedure.way_ahead import way_ahead

    found = workspace.archive.read(workspace.find_case(case))
    return tuple(ComingStep(s.id, s.title, s.due) for s in way_ahead(found, workspace.pack, on))


def after(workspace: Workspace, case: Case, *, on: dt.date, actor: str = "") -> ActView | None:
    """Return the first thing to be done in a household as it stands now, ``None`` where nothing is."""
    from archivist.procedure.next_acts import next_acts

    acts = next_acts(workspace, case, today=on, actor=actor)
    return ActView.of(acts[0]) if acts else None


def after_in(workspace: Workspace, case: str, *, by: By) -> ActView | None:
    """Return the first thing to be done in a household by its number; see ``after``."""
    return after(workspace, workspace.archive.read(CaseNo.parse(case)), on=by.today, actor=by.actor)


def _household(
    workspace: Workspace, case: Case, standing: CaseStanding, on: dt.date, actor: str, most: int | None = None
) -> HouseholdNext:
    from archivist.procedure.next_acts import next_acts

    return HouseholdNext(
        str(case.number),
        case.applicant_name,
        case.category,
        case.state,
        standing.due.day if standing.due else None,
        standing.limit,
        tuple(map(ActView.of, next_acts(workspace, case, today=on, actor=actor)[:most])),
    )
