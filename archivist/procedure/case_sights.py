"""What the agenda needs to know of each case: worked out once for a chain head under one set of rules, and kept as text.

It is kept in the catalogue (``search.agenda_cache``), and by whoever searches in a cluster in the cluster's documents.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from archivist import __version__
from archivist.errors import ArchivistError, IndexFault, InvalidValue
from archivist.model.case import Case, CaseStatus
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.model.step_ids import GRANTING, StepId
from archivist.procedure import check_findings, hold_reviews
from archivist.rules import deadlines
from archivist.rules.deadlines import Obligation
from archivist.rules.pack import Pack
from archivist.rules.rule_days import RuleDays
from archivist.rules.staffing import recipients
from archivist.rules.work_calendar import Deadline
from archivist.search import agenda_cache as kept
from archivist.search.agenda_cache import Standing
from archivist.store.chain import EVENTS, event_name
from archivist.workspace import Workspace

FORMAT: Final = 6
"""Of what is kept."""
BATCH: Final = 500
"""Cases worked out between two commits of the cache; what is done survives an interruption."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A case as the agenda knows it; ``body`` is what ``worked_out`` said."""

    number: str
    applicant: str
    body: dict[str, Any]

    @classmethod
    def all_of(cls, standings: Sequence[Standing]) -> list[Sight]:
        """Return cases of which something is kept, with what is kept; read in one go, which is quick."""
        bodies = json.loads(f"[{','.join(s.body or '' for s in standings)}]")
        return [cls(s.number, s.applicant, body) for s, body in zip(standings, bodies, strict=True)]


@dataclass(frozen=True, slots=True)
class CasesKnown:
    """The open cases of an office, and the closed ones: a hold of theirs may be to be reviewed.

    How many were handed over to another office is said beside: they are among neither.
    """

    open: tuple[Sight, ...]
    closed: tuple[Sight, ...] = ()
    handed_over: int = 0


def worked_out(case: Case, pack: Pack) -> str:
    """Return all the agenda needs of a case, as text: limits with the place of their rule in the pack, and counts."""
    from archivist.rules.completeness.lacking import lacking  # who finds all kept need not load the checks

    place = {id(rule): n for n, rule in enumerate(pack.rules)}
    due = [_plain(o, place[id(o.rule)]) for o in deadlines.running(case, pack)]
    since = case.steps[-1].on if case.steps else case.rules_on
    visit = any(s.id == StepId.VISIT and case.state in s.moves for s in pack.steps_of(case, since))
    months = {
        name: sorted({f"{s.on:%Y-%m}" for s in case.steps if s.id in ids}) for name, ids in _COUNTED.items()
    }
    return json.dumps(
        {"due": due, "review": visit, "served": recipients(case, pack), "state": case.state.value}
        | ({"holds": reviews} if (reviews := hold_reviews.plain(case)) else {})
        | ({"findings": told} if (told := check_findings.plain(case)) else {})
        | ({"lacks": [case.rules_on.isoformat(), places]} if (places := lacking(case, pack)) else {})
        | months,
        separators=(",", ":"),
    )


_COUNTED: Final = {"visits": (StepId.VISIT,), "decided": GRANTING}


def _plain(o: Obligation, place: int) -> list[Any]:
    stays = [[state.value, first.isoformat(), last.isoformat()] for state, first, last in o.excluded]
    return [place, o.started.on.isoformat() if o.started else "", _written(o.due), _written(o.warn), stays]


def _written(end: Deadline | None) -> str:
    """Return a deadline as ``2024-03-08T10:30~``, the time where hours count, ``~`` when provisional; or nothing."""
    if end is None:
        return ""
    return end.day.isoformat() + (f"T{end.at}" if end.at else "") + ("~" if end.provisional else "")


def lacks(body: dict[str, Any], category: Category, pack: Pack, on: dt.date) -> int:
    """Return how many required papers a case lacks on a day, by what is kept of it."""
    accepted, places = body.get("lacks", ("", ()))
    if not places:
        return 0
    days = RuleDays(dt.date.fromisoformat(accepted), on)
    return sum(pack.materials[place].applies(category, days) for place in places)


def deadline(text: str) -> Deadline | None:
    """Return a deadline as it was written; ``None`` of nothing."""
    if not text:
        return None
    day, _, at = text.rstrip("~").partition("T")
    return Deadline(dt.date.fromisoformat(day), text.endswith("~"), at)


def rules_stamp(pack: Pack) -> str:
    """Return what the kept text depends on besides the case: rules, corrected days, announced years, this program."""
    corrections = sorted((day.isoformat(), work) for day, work in pack.calendar.corrections.items())
    parts = json.dumps([FORMAT, pack.stamp, corrections, version("chinesecalendar"), __version__])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def read_sights(
    workspace: Workspace,
    category: Category | None,
    unread: list[str],
    step: Callable[[int, int], None] | None,
    *,
    closed: bool = False,
) -> Iterator[Sight]:
    """Yield every open case, or every closed one; those the catalogue does not know as they stand are read.

    What was handed over to another office is that office's: its limits run there.
    """
    handed = {str(number) for number in workspace.archive.custody.readable()}
    rules = rules_stamp(workspace.pack)
    standings = workspace.index.ask(lambda c: kept.standings(c, rules, category, closed=closed))
    followed = workspace.index.ask(kept.numbers)
    folder = workspace.archive.cases
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    to_read: list[str] = []
    fresh: list[Standing] = []
    for standing in standings:
        name = standing.number
        if name in handed:
            continue
        following = f"{folder}/{name}/{EVENTS}/{event_name(standing.seq + 1)}"
        if name not in there:
            unread.append(f"{name}：档案库里没有这个户档的文件夹")
        elif standing.body is None or os.path.exists(following):  # noqa: PTH110 - once a case, and quick
            to_read.append(name)
        else:
            fresh.append(standing)
    yield from Sight.all_of(fresh)
    unknown = sorted(there - followed - handed)
    yield from _read(workspace, [*to_read, *unknown], category, rules, unread, step, closed=closed)


def _read(
    workspace: Workspace,
    names: Sequence[str],
    category: Category | None,
    rules: str,
    unread: list[str],
    step: Callable[[int, int], None] | None,
    *,
    closed: bool,
) -> Iterator[Sight]:
    """Work out the cases in these folders from their chains, and keep the results."""
    for first in range(0, len(names), BATCH):
        bodies: list[tuple[CaseNo, Sha256, str]] = []
        for done, name in enumerate(names[first : first + BATCH], first + 1):
            try:
                case = workspace.archive.read(CaseNo.parse(name))
            except InvalidValue:
                continue  # a folder of somebody else's; ``verify`` tells of it
            except ArchivistError as error:
                unread.append(str(error))
                continue
            finally:
                if step:
                    step(done, len(names))
            body = worked_out(case, workspace.pack)
            bodies.append((case.number, case.head, body))
            if (case.status is not CaseStatus.OPEN) is closed and category in (None, case.category):
                yield Sight(name, case.applicant_name, json.loads(body))
        # What cannot be kept (another writer, a full disk) is worked out again next time.
        with suppress(IndexFault), workspace.index.together() as catalogue:
            kept.store_standing(catalogue, rules, bodies)
