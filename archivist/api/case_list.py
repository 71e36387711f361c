"""The household files of the office, each with where it stands and what is due first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.model.case import CaseStatus
from archivist.model.ids import CaseNo, Category
from archivist.model.states import State

if TYPE_CHECKING:
    from archivist.procedure.agenda import AgendaMemory, CaseStanding
    from archivist.search.catalogue import CaseRow
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A household as lists show it.

    Attributes:
        place: the village or community (村、社区).
        state: where it stands in the procedure; ``None`` where its file could not be read (未检).
        due: the last day of the office's limit that runs out first, ``None`` where none runs; ``limit`` its title.
        lacks: how many required papers are not there, while it is not decided upon.
        handed_over: to whom, since when and with which package, where another office answers for it since a reorganisation: it is no work
            here, so that ``state`` and ``due`` say nothing of it; else empty.
    """

    case: str
    applicant: str
    category: Category
    status: CaseStatus
    place: str
    opened_on: dt.date
    state: State | None
    due: dt.date | None
    limit: str
    handed_over: str = ""
    lacks: int = 0

    @classmethod
    def of(cls, row: CaseRow, standing: CaseStanding | None, handed_over: str = "") -> ListedCase:
        """Return a row of the index, with where it stands; of a closed one that is known."""
        status = CaseStatus(row.status)
        state = State.DEREGISTERED if status is CaseStatus.DEREGISTERED else None
        return cls(
            case=str(row.number),
            applicant=row.applicant,
            category=row.category,
            status=status,
            place=row.village,
            opened_on=dt.date.fromisoformat(row.opened_on),
            state=standing.state if standing else state,
            due=standing.due.day if standing and standing.due else None,
            limit=standing.limit if standing else "",
            handed_over=handed_over,
            lacks=standing.lacks if standing else 0,
        )


@dataclass(frozen=True, slots=True)
class CaseList(Result):
    """Household files in the order asked for.

    Attributes:
        unread: the open ones that could not be read (未检), and why.
    """

    SCHEMA: ClassVar[str] = "archivist/case-list/1"

    cases: tuple[ListedCase, ...]
    unread: tuple[str, ...]


class ListMemory:
    """What a process that is asked often keeps of all households; used by one question at a time.

    Attributes:
        households: where each stands.
    """

    def __init__(self, households: AgendaMemory) -> None:
        self.households = households
        self._kept: dict[int, tuple[CaseStanding, ListedCase]] = {}

    def all_of(
        self, rows: Iterable[tuple[CaseRow, CaseStanding | None]], handed: Mapping[CaseNo, str]
    ) -> list[ListedCase]:
        """Return rows of the index as lists show them; where it stands being the very same, so is the household."""
        before, self._kept = self._kept, {}
        listed = []
        for row, standing in rows:
            had = before.get(id(standing))
            if standing is None or had is None or had[0] is not standing:
                one = ListedCase.of(row, standing, handed.get(row.number, ""))
            else:
                one = had[1]
            if standing is not None:
                self._kept[id(standing)] = (standing, one)
            listed.append(one)
        return listed


class ListOrder(StrEnum):
    """By what household files are listed."""

    NUMBER = "number"
    DUE = "due"
    STATE = "state"


def list_cases(
    workspace: Workspace,
    *,
    category: Category | None = None,
    status: CaseStatus | None = None,
    place: str = "",
    state: State | None = None,
    lacking: bool = False,
    on: dt.date,
    order: ListOrder = ListOrder.NUMBER,
    progress: Callable[[int, int], None] | None = None,
    memory: ListMemory | None = None,
) -> CaseList:
    """List household files, narrowed by what is given.

    Args:
        workspace: the open workspace.
        category: only those of it.
        status: only those open, or closed; what was handed over is not open here.
        place: only those of a village or community; a part of its name will do.
        state: only those that stand there in the procedure.
        lacking: only those that lack a required paper; see ``ListedCase``.
        on: the day by whose rules papers are required.
        order: by number, by the next deadline, or by the state in the order of the procedure; then by number.
        progress: called with the cases worked out and all those to be, where what is kept of them must be renewed.
        memory: of all households of the office, where many such questions are asked; without ``category`` only.

    Raises:
        IndexFault: E400.
    """
    from archivist.procedure.agenda import AgendaMemory, standings

    memory = memory or ListMemory(AgendaMemory())
    rows = workspace.index.cases(category=category, status=status.value if status else "", place=place)
    unread: list[str] = []
    found = standings(workspace, unread, category=category, on=on, step=progress, memory=memory.households)
    standing = {s.number: s for s in found}
    handed = {number: one.words for number, one in workspace.archive.custody.readable().items()}
    listed = memory.all_of(((row, standing.get(str(row.number))) for row in rows), handed)
    if status is CaseStatus.OPEN:
        listed = [case for case in listed if not case.handed_over]
    listed = [c for c in listed if (state is None or c.state is state) and (c.lacks or not lacking)]
    match order:
        case ListOrder.DUE:
            listed.sort(key=lambda c: (c.due or dt.date.max, c.case))
        case ListOrder.STATE:
            states = list(State)
            listed.sort(
                key=lambda c: (
                    len(states) if c.handed_over else states.index(c.state) if c.state else -1,
                    c.case,
                )
            )
    return CaseList(tuple(listed), tuple(unread))
