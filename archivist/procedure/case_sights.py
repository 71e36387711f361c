"""What the agenda needs to know of each case: worked out once for a chain head under one set of rules, and kept as text.

It is kept in the catalogue (``search.agenda_cache``), and by whoever searches in a cluster in the cluster's documents.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, Generic, TypeVar

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
SAVED_TOGETHER: Final = 50
"""So many cases a process that remembers them works out before it puts them into the catalogue: each time costs as much as reading ten chains, and
the catalogue is another then."""
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


T = TypeVar("T")
Worked = tuple[CaseNo, Sha256, str]
"""A case, the head of its chain, and what was worked out of it."""


Seen = dict[str, tuple[str | None, Sight]]
"""Households as they were read: number → head of the chain, and what was made of it."""


class SightMemory:
    """The households a process has read, so that it reads anew only those whose chain has another head.

    What is said of a case follows from its chain and the rules, so a sight is good for its head, and all are forgotten with the rules. Whether
    a household is there, and has no event past its head, is looked at each time. Used by one question at a time.

    Attributes:
        looked: whoever asks has just found (``sights_basis.basis``) that the index knows every household and every event that is there.
    """

    def __init__(self, saved_together: int = 1) -> None:
        self.looked = False
        self._saved_together = saved_together
        self._rules = ""
        self._seen: dict[bool, Seen] = {}
        self._unsaved: dict[str, Worked] = {}

    def known(self, rules: str, *, closed: bool) -> Seen:
        """Return what was read last of the open or the closed households, if that was under these rules."""
        if rules != self._rules:
            self._rules, self._seen, self._unsaved = rules, {}, {}
        return self._seen.get(closed, {})

    def keep(self, seen: Seen, *, closed: bool) -> None:
        """Keep what was read now, and nothing else: what is gone leaves nothing here."""
        self._seen[closed] = seen
        gone = self._unsaved.keys() - set().union(*self._seen.values())
        for name in gone:
            del self._unsaved[name]

    def due_to_be_saved(self, worked: Sequence[Worked]) -> Sequence[Worked]:
        """Return what is to go into the catalogue now: with what was put off before, where it has become much; else nothing."""
        self._unsaved |= {str(one[0]): one for one in worked}
        if len(self._unsaved) < self._saved_together:
            return ()
        saved, self._unsaved = [*self._unsaved.values()], {}
        return saved


class PerHousehold(Generic[T]):
    """What was worked out of each household by itself, worked out anew only of those that are another ``Sight`` than before."""

    def __init__(self) -> None:
        self._under: object = None
        self._kept: dict[str, tuple[Sight, T]] = {}

    def of(self, sights: Iterable[Sight], under: object, work_out: Callable[[Sight], T]) -> list[T]:
        """Return what ``work_out`` says of each.

        Args:
            sights: the households; of others nothing is kept on.
            under: what the answer rests on besides the household; where that is another, nothing is taken over.
            work_out: says it.
        """
        before, self._kept = (self._kept if under == self._under else {}), {}
        self._under = under
        for sight in sights:
            had = before.get(sight.number)
            self._kept[sight.number] = had if had and had[0] is sight else (sight, work_out(sight))
        return [made for _, made in self._kept.values()]


def read_sights(
    workspace: Workspace,
    category: Category | None,
    unread: list[str],
    step: Callable[[int, int], None] | None,
    *,
    closed: bool = False,
    memory: SightMemory | None = None,
) -> list[Sight]:
    """Return every open case, or every closed one; those the catalogue does not know as they stand are read.

    What was handed over to another office is that office's: its limits run there.
    """
    memory = memory or SightMemory()
    handed = {str(number) for number in workspace.archive.custody.readable()}
    rules = rules_stamp(workspace.pack)
    known = memory.known(rules, closed=closed)
    followed = workspace.index.ask(lambda c: kept.followed_cases(c, category, closed=closed))
    cases = [case for case in followed if case.number not in handed]
    to_read: list[str] = []
    if not memory.looked:
        cases, to_read = _looked_at(workspace, cases, handed, unread)
    seen = {c.number: one for c in cases if (one := known.get(c.number)) and one[0] == c.head}
    to_ask = [case for case in cases if case.number not in seen]
    bodies = workspace.index.ask(lambda c: kept.bodies(c, rules, to_ask))
    fresh = [case for case in to_ask if case.number in bodies]
    told = Sight.all_of([Standing(c.number, c.applicant, c.seq, bodies[c.number]) for c in fresh])
    seen |= {case.number: (case.head, sight) for case, sight in zip(fresh, told, strict=True)}
    to_read += [case.number for case in to_ask if case.number not in bodies]
    seen |= _read(workspace, to_read, category, memory, unread, step, closed=closed)
    memory.keep(seen, closed=closed)
    return [sight for _, sight in seen.values()]


def _looked_at(
    workspace: Workspace, cases: Sequence[kept.FollowedCase], handed: AbstractSet[str], unread: list[str]
) -> tuple[list[kept.FollowedCase], list[str]]:
    """Return the cases that are there and have no event after the one they were followed to, and the folders that are to be read."""
    folder = workspace.archive.cases
    there = set(os.listdir(folder)) if folder.is_dir() else set()  # noqa: PTH208 - ten thousand names: quick
    found: list[kept.FollowedCase] = []
    to_read: list[str] = []
    for case in cases:
        following = f"{folder}/{case.number}/{EVENTS}/{event_name(case.seq + 1)}"
        if case.number not in there:
            unread.append(f"{case.number}：档案库里没有这个户档的文件夹")
        elif os.path.exists(following):  # noqa: PTH110 - once a case, and quick
            to_read.append(case.number)
        else:
            found.append(case)
    return found, [*to_read, *sorted(there - workspace.index.ask(kept.numbers) - handed)]


def _read(
    workspace: Workspace,
    names: Sequence[str],
    category: Category | None,
    memory: SightMemory,
    unread: list[str],
    step: Callable[[int, int], None] | None,
    *,
    closed: bool,
) -> Seen:
    """Work out the cases in these folders from their chains, and keep the results; return each with its head."""
    seen: Seen = {}
    rules = rules_stamp(workspace.pack)
    for first in range(0, len(names), BATCH):
        bodies: list[Worked] = []
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
                seen[name] = (case.head, Sight(name, case.applicant_name, json.loads(body)))
        # What cannot be kept (another writer, a full disk) is worked out again next time.
        if saved := memory.due_to_be_saved(bodies):
            with suppress(IndexFault), workspace.index.together() as catalogue:
                kept.store_standing(catalogue, rules, saved)
    return seen
