"""What is due in the office on a day: every running time limit of every open case, and what the office owes by the month.

The limits follow from the cases and the rules alone (``rules.deadlines``) and are kept (``case_sights``); only how they
stand to the day is worked out when asked. A case that cannot be read is named (未检), never left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from operator import itemgetter
from typing import Final

from archivist.model.case import Case
from archivist.model.group_holds import GroupHold
from archivist.model.ids import CaseNo, Category
from archivist.model.standing import LimitStatus
from archivist.model.states import State
from archivist.procedure import check_findings, hold_reviews, office_duties
from archivist.procedure.case_sights import (
    CasesKnown,
    PerHousehold,
    Sight,
    SightMemory,
    deadline,
    lacks,
    read_sights,
    rules_stamp,
    worked_out,
)
from archivist.procedure.duties import Duty
from archivist.procedure.hold_reviews import HoldReview
from archivist.rules.deadlines import Excluded
from archivist.rules.pack import Pack, Rule
from archivist.rules.rule import DutyBearer, RuleKind
from archivist.rules.work_calendar import Deadline
from archivist.store import held_files
from archivist.workspace import Workspace

_ORDER: Final = {status: n for n, status in enumerate(LimitStatus)}


@dataclass(frozen=True, slots=True)
class RunningLimit:
    """One limit of one case on a day.

    Attributes:
        case: whose it is; ``applicant`` the name.
        rule: the row it stands on, with its sentence.
        status: ``window`` where it is somebody else's time, or a waiting period (公示期).
        started: the day it was set going; ``None`` while 未起算.
        due: last day in time; ``provisional`` (暂算) when a year's working days are not yet announced.
        warn: an earlier line.
        days: calendar days left, negative once past; ``workdays`` the same in working days.
        warned: the warning line is reached.
        excluded: stays that were not counted.
    """

    case: CaseNo
    applicant: str
    rule: Rule
    status: LimitStatus
    started: dt.date | None = None
    due: Deadline | None = None
    warn: Deadline | None = None
    days: int | None = None
    workdays: int | None = None
    warned: bool = False
    excluded: tuple[Excluded, ...] = ()


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due on a day, the most urgent first; ``holds`` which holds are to be reviewed; ``unread`` says which cases could not be looked at, and why.

    ``handed_over`` files are another office's since a reorganisation: nothing of them is due here.
    """

    on: dt.datetime
    entries: tuple[RunningLimit, ...]
    duties: tuple[Duty, ...]
    unread: tuple[str, ...]
    cases: int
    holds: tuple[HoldReview, ...] = ()
    findings: tuple[check_findings.OutstandingFinding, ...] = ()
    handed_over: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an agenda.

    Attributes:
        on: civil date and time asked about, Asia/Shanghai.
        category: only cases of it.
        overdue: only what is overdue, of the duties of the whole office those that are not fulfilled.
        days: leave out what ends later than so many calendar days from now, unless its warning line is reached.
    """

    on: dt.datetime
    category: Category | None = None
    overdue: bool = False
    days: int | None = None

    @property
    def day(self) -> dt.date:
        """The civil day."""
        return self.on.date()


class AgendaMemory:
    """What a process has worked out of the households of an office, so that it does so anew only of those that changed.

    Attributes:
        sights: the households as they were read last.
        limits: how the limits of each stand to the day; ``standings`` where each open one stands.
    """

    def __init__(self, saved_together: int = 1) -> None:
        """Begin with nothing; so many cases are worked out before they are put into the catalogue."""
        self.sights = SightMemory(saved_together)
        self.limits = PerHousehold[list[_Keyed] | None]()
        self.standings = PerHousehold[CaseStanding]()


def agenda(
    workspace: Workspace,
    *,
    on: dt.datetime,
    category: Category | None = None,
    case: CaseNo | None = None,
    overdue: bool = False,
    days: int | None = None,
    known: CasesKnown | None = None,
    step: Callable[[int, int], None] | None = None,
    memory: AgendaMemory | None = None,
) -> Agenda:
    """Return what is due.

    Args:
        workspace: the open workspace.
        on: see ``Asked``, likewise ``category``, ``overdue`` and ``days``.
        category: only cases of it.
        case: only this case; the duties of the whole office are left out.
        overdue: only what is overdue.
        days: how far ahead.
        known: the cases, where they are known from elsewhere than the catalogue.
        step: called with the cases worked out and all those to be, where the cache has to be filled.
        memory: of all cases of the office, where many such questions are asked.

    Raises:
        IndexFault: E400. CaseNotFound, IntegrityAlarm: E201, E202, for a single case.
    """
    pack, asked = workspace.pack, Asked(on, category, overdue, days)
    handed = workspace.archive.custody.readable()
    if case:
        one = workspace.archive.read(case)
        sight = Sight(str(case), one.applicant_name, json.loads(worked_out(one, pack)))
        alone = CasesKnown(() if case in handed else (sight,), handed_over=int(case in handed))
        return of_cases(alone, pack, asked, with_duties=False)
    unread: list[str] = []
    sights = partial(read_sights, workspace, category, unread, step, memory=memory.sights if memory else None)
    known = known or CasesKnown(tuple(sights()), tuple(sights(closed=True)), len(handed))
    groups, unknown = held_files.known_group_holds(workspace.archive)
    unread += [unknown] if unknown else []
    bodies = [sight.body for sight in known.open]
    of_office = tuple(office_duties.of_office(workspace, bodies, asked.day, category))
    found = of_cases(known, pack, asked, of_office=of_office, groups=groups, memory=memory)
    return replace(found, unread=tuple(dict.fromkeys(unread)))


def of_cases(
    known: CasesKnown,
    pack: Pack,
    asked: Asked,
    *,
    with_duties: bool = True,
    of_office: tuple[Duty, ...] = (),
    groups: Iterable[GroupHold] = (),
    memory: AgendaMemory | None = None,
) -> Agenda:
    """Return what is due in some cases under the rules by which they were worked out.

    Args:
        known: the cases, all of an office's or of a category of its.
        pack: the rules.
        asked: on which day, and what.
        with_duties: what the office owes by the month for these cases is told too.
        of_office: what it owes for all its work.
        groups: the holds of its ledger.
        memory: see ``agenda``.
    """
    told = (*known.open, *known.closed)
    holds = {sight.number: sight.body.get("holds", ()) for sight in told}
    findings = {sight.number: sight.body.get("findings", ()) for sight in told}
    bodies = {sight.number: sight.body for sight in known.open}
    by_calendar = office_duties.by_calendar(bodies, pack, asked.day, asked.category)
    duties = (*by_calendar, *of_office) if with_duties else ()
    found = sorted(_entries(known.open, pack, asked, memory), key=itemgetter(0))
    return Agenda(
        asked.on,
        tuple(entry for _, entry in found if entry.status is LimitStatus.OVERDUE or not asked.overdue),
        tuple(d for d in duties if d.short or not asked.overdue),
        (),
        len(known.open),
        hold_reviews.due(holds, groups, asked.day, asked.days, overdue=asked.overdue),
        check_findings.due(findings, asked.day, overdue=asked.overdue),
        known.handed_over,
    )


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """Where an open case stands: its state, and which limit of the office's runs out first.

    Attributes:
        due: the last day in time, ``None`` where nothing of the office's runs; ``limit`` the title of that limit.
        lacks: how many required papers are not there, of a case that is not decided upon yet; 0 where no day was asked for.
    """

    number: str
    applicant: str
    state: State
    due: Deadline | None = None
    limit: str = ""
    lacks: int = 0


def standings(
    workspace: Workspace,
    unread: list[str],
    *,
    category: Category | None = None,
    on: dt.date | None = None,
    step: Callable[[int, int], None] | None = None,
    memory: AgendaMemory | None = None,
) -> list[CaseStanding]:
    """Return where every open case stands; those that cannot be read are added to ``unread``. See ``agenda``; ``on`` is the day for ``lacks``."""
    memory = memory or AgendaMemory()
    sights = read_sights(workspace, category, unread, step, memory=memory.sights)
    pack = workspace.pack

    def stand(sight: Sight) -> CaseStanding:
        standing = _standing(sight, pack)
        if on is None or "lacks" not in sight.body:
            return standing
        return replace(standing, lacks=lacks(sight.body, CaseNo.parse(sight.number).category, pack, on))

    return memory.standings.of(sights, (rules_stamp(pack), on), stand)


def standing_of(case: Case, pack: Pack) -> CaseStanding:
    """Return where one case stands."""
    return _standing(Sight(str(case.number), case.applicant_name, json.loads(worked_out(case, pack))), pack)


def _standing(sight: Sight, pack: Pack) -> CaseStanding:
    ends = [(due, place) for place, _, due, _, _ in sight.body["due"] if due and _is_own(pack.rules[place])]
    due, place = min(ends, default=("", 0))
    title = pack.rules[place].title if due else ""
    return CaseStanding(sight.number, sight.applicant, State(sight.body["state"]), deadline(due), title)


def _is_own(rule: Rule) -> bool:
    return rule.duty is DutyBearer.OFFICE and rule.kind is RuleKind.LIMIT


# ── how it stands to a day ───────────────────────────────────────────────────────────────────────────────
_Keyed = tuple[tuple[int, str, str, str], RunningLimit]
"""A limit with what it is sorted by: status, end, case, rule."""


def _entries(
    sights: Iterable[Sight], pack: Pack, asked: Asked, memory: AgendaMemory | None
) -> Iterator[_Keyed]:
    """Yield the limits that are to be shown."""
    on = asked.on.replace(tzinfo=None)
    stands = cache(partial(_stands, pack, on))  # many cases share a rule and a day
    if memory is None:
        for sight in sights:
            yield from _limits(sight, stands, asked.days)
        return
    sights = [*sights]
    kept = memory.limits.of(
        sights,
        (rules_stamp(pack), asked.day),
        lambda sight: None if _is_of_the_minute(sight) else [*_limits(sight, stands, None)],
    )
    for sight, limits in zip(sights, kept, strict=True):
        for keyed in _limits(sight, stands, None) if limits is None else limits:
            if _is_near(keyed[1].days, asked.days, warned=keyed[1].warned):
                yield keyed


def _is_of_the_minute(sight: Sight) -> bool:
    """Tell whether something in it ends, or warns, at an hour: it stands differently within the day."""
    return any("T" in due or "T" in warn for _, _, due, warn, _ in sight.body["due"])


def _limits(
    sight: Sight, stands: Callable[[int, str, str], _Stand | None], days: int | None
) -> Iterator[_Keyed]:
    number: CaseNo | None = None
    for place, started, due, warn, excluded in sight.body["due"]:
        found = stands(place, due, warn)
        if found is None:
            continue
        rule, status, end, line, left, workdays, warned = found
        if not _is_near(left, days, warned=warned):
            continue
        number = number or CaseNo.parse(sight.number)
        begun = dt.date.fromisoformat(started) if started else None
        stays = tuple((State(s), dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for s, a, b in excluded)
        entry = RunningLimit(
            number, sight.applicant, rule, status, begun, end, line, left, workdays, warned, stays
        )
        yield (_ORDER[status], due, sight.number, rule.id), entry


def _is_near(left: int | None, days: int | None, *, warned: bool) -> bool:
    """Tell whether an end is near enough to be shown: so many days from now, or its warning line is reached; 未起算 has none."""
    return days is None or left is None or left <= days or warned


_Stand = tuple[Rule, LimitStatus, Deadline | None, Deadline | None, int | None, int | None, bool]


def _stands(pack: Pack, on: dt.datetime, place: int, due: str, warn: str) -> _Stand | None:
    """Return how a limit stands to the day: rule, status, end, warning line, days left; ``None`` if not to be shown."""
    rule, today = pack.rules[place], on.date()
    end, line = deadline(due), deadline(warn)
    if end is None:
        return rule, LimitStatus.WAITING, None, None, None, None, False
    warned = line is not None and _moment(line) <= on
    left = (end.day - today).days
    status = _status(rule, end, on)
    has_run_out = (
        status is LimitStatus.WINDOW and left < 0 and not rule.ends
    )  # 救济期限: nothing is waited for any more
    if has_run_out:
        return None
    return rule, status, end, line, left, pack.calendar.workdays_between(today, end.day), warned


def _moment(end: Deadline) -> dt.datetime:
    return dt.datetime.combine(end.day, dt.time.fromisoformat(end.at or "00:00"))


def _status(rule: Rule, end: Deadline, on: dt.datetime) -> LimitStatus:
    if rule.duty is not DutyBearer.OFFICE or rule.kind is RuleKind.WAIT:
        return LimitStatus.WINDOW
    if end.day < on.date() or (end.at and _moment(end) < on):
        return LimitStatus.OVERDUE
    return LimitStatus.TODAY if end.day == on.date() else LimitStatus.COMING
