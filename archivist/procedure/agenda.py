"""What is due in the office on a day: every running time limit of every open case, and what the office owes by the month.

The limits follow from the cases and the rules alone (``rules.deadlines``) and are kept in the catalogue; only how they
stand to the day is worked out when asked. A case that cannot be read is named (未检), never left out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from operator import itemgetter
from typing import Any, Final

from archivist import __version__
from archivist.errors import ArchivistError, IndexFault, InvalidValue
from archivist.model.case import Case, CaseStatus
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.model.standing import LimitStatus
from archivist.model.states import State
from archivist.model.step_ids import GRANTING, StepId
from archivist.procedure import check_findings, hold_reviews, office_duties
from archivist.procedure.duties import Duty
from archivist.procedure.hold_reviews import HoldReview
from archivist.rules import deadlines
from archivist.rules.deadlines import Excluded, Obligation
from archivist.rules.pack import Pack, Rule
from archivist.rules.rule import DutyBearer, RuleKind
from archivist.rules.staffing import recipients
from archivist.rules.work_calendar import Deadline
from archivist.search import agenda_cache as kept
from archivist.search.agenda_cache import Standing
from archivist.store import held_files
from archivist.store.chain import EVENTS, event_name
from archivist.workspace import Workspace

FORMAT: Final = 5
"""Of what is kept in the catalogue."""
BATCH: Final = 500
"""Cases worked out between two commits of the cache; what is done survives an interruption."""


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


def agenda(
    workspace: Workspace,
    *,
    on: dt.datetime,
    category: Category | None = None,
    case: CaseNo | None = None,
    overdue: bool = False,
    days: int | None = None,
    step: Callable[[int, int], None] | None = None,
) -> Agenda:
    """Return what is due.

    Args:
        workspace: the open workspace.
        on: civil date and time asked about, Asia/Shanghai.
        category: only cases of it.
        case: only this case; the duties of the whole office are left out.
        overdue: only what is overdue, of the duties of the whole office those that are not fulfilled.
        days: leave out what ends later than so many calendar days from now, unless its warning line is reached.
        step: called with the cases worked out and all those to be, where the cache has to be filled.

    Raises:
        IndexFault: E400. CaseNotFound, IntegrityAlarm: E201, E202, for a single case.
    """
    pack = workspace.pack
    unread: list[str] = []
    handed = workspace.archive.custody.readable()
    if case:
        one = workspace.archive.read(case)
        sight = _Sight(str(case), one.applicant_name, json.loads(_worked_out(one, pack)))
        sights = [] if case in handed else [sight]
        closed = []
    else:
        sights = list(_sights(workspace, category, unread, step))
        closed = list(_sights(workspace, category, unread, step, closed=True))
    groups, unknown = held_files.known_group_holds(workspace.archive) if case is None else ((), "")
    unread += [unknown] if unknown else []
    open_ = {sight.number: sight.body for sight in sights}
    bodies = open_ | {sight.number: sight.body for sight in closed}
    held = {number: body.get("holds", ()) for number, body in bodies.items()}
    told = {number: body.get("findings", ()) for number, body in bodies.items()}
    reviews = hold_reviews.due(held, groups, on.date(), days, overdue=overdue)
    duties = (
        ()
        if case
        else (
            *office_duties.by_calendar(open_, pack, on.date(), category),
            *office_duties.of_office(workspace, open_.values(), on.date(), category),
        )
    )
    found = sorted(_entries(sights, pack, on.replace(tzinfo=None), days), key=itemgetter(0))
    return Agenda(
        on,
        tuple(entry for _, entry in found if entry.status is LimitStatus.OVERDUE or not overdue),
        tuple(d for d in duties if d.short or not overdue),
        tuple(dict.fromkeys(unread)),
        len(sights),
        reviews,
        check_findings.due(told, on.date(), overdue=overdue),
        len(handed) if case is None else int(case in handed),
    )


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """Where an open case stands: its state, and which limit of the office's runs out first.

    Attributes:
        due: the last day in time, ``None`` where nothing of the office's runs; ``limit`` the title of that limit.
    """

    number: str
    applicant: str
    state: State
    due: Deadline | None = None
    limit: str = ""


def standings(
    workspace: Workspace,
    unread: list[str],
    *,
    category: Category | None = None,
    step: Callable[[int, int], None] | None = None,
) -> Iterator[CaseStanding]:
    """Yield where every open case stands; those that cannot be read are added to ``unread``. See ``agenda``."""
    for sight in _sights(workspace, category, unread, step):
        yield _standing(sight, workspace.pack)


def standing_of(case: Case, pack: Pack) -> CaseStanding:
    """Return where one case stands."""
    return _standing(_Sight(str(case.number), case.applicant_name, json.loads(_worked_out(case, pack))), pack)


def _standing(sight: _Sight, pack: Pack) -> CaseStanding:
    ends = [(due, place) for place, _, due, _, _ in sight.body["due"] if due and _is_own(pack.rules[place])]
    due, place = min(ends, default=("", 0))
    title = pack.rules[place].title if due else ""
    return CaseStanding(sight.number, sight.applicant, State(sight.body["state"]), _deadline(due), title)


def _is_own(rule: Rule) -> bool:
    return rule.duty is DutyBearer.OFFICE and rule.kind is RuleKind.LIMIT


# ── what is kept of a case ───────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Sight:
    number: str
    applicant: str
    body: dict[str, Any]


def _worked_out(case: Case, pack: Pack) -> str:
    """Return all the agenda needs of a case, as text: limits with the place of their rule in the pack, and counts."""
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


def _deadline(text: str) -> Deadline | None:
    if not text:
        return None
    day, _, at = text.rstrip("~").partition("T")
    return Deadline(dt.date.fromisoformat(day), text.endswith("~"), at)


def _rules_stamp(pack: Pack) -> str:
    """Return what the kept text depends on besides the case: rules, corrected days, announced years, this program."""
    corrections = sorted((day.isoformat(), work) for day, work in pack.calendar.corrections.items())
    parts = json.dumps([FORMAT, pack.stamp, corrections, version("chinesecalendar"), __version__])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _sights(
    workspace: Workspace,
    category: Category | None,
    unread: list[str],
    step: Callable[[int, int], None] | None,
    *,
    closed: bool = False,
) -> Iterator[_Sight]:
    """Yield every open case, or every closed one; those the catalogue does not know as they stand are read.

    What was handed over to another office is that office's: its limits run there.
    """
    handed = {str(number) for number in workspace.archive.custody.readable()}
    rules = _rules_stamp(workspace.pack)
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
    for standing, body in zip(fresh, json.loads(f"[{','.join(s.body or '' for s in fresh)}]"), strict=True):
        yield _Sight(standing.number, standing.applicant, body)
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
) -> Iterator[_Sight]:
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
            body = _worked_out(case, workspace.pack)
            bodies.append((case.number, case.head, body))
            if (case.status is not CaseStatus.OPEN) is closed and category in (None, case.category):
                yield _Sight(name, case.applicant_name, json.loads(body))
        # What cannot be kept (another writer, a full disk) is worked out again next time.
        with suppress(IndexFault), workspace.index.together() as catalogue:
            kept.store_standing(catalogue, rules, bodies)


# ── how it stands to a day ───────────────────────────────────────────────────────────────────────────────
_Key = tuple[int, str, str, str]
"""What entries are sorted by: status, end, case, rule."""


def _entries(
    sights: Iterable[_Sight], pack: Pack, on: dt.datetime, days: int | None
) -> Iterator[tuple[_Key, RunningLimit]]:
    stands = cache(partial(_stands, pack, on, days))  # many cases share a rule and a day
    for sight in sights:
        number: CaseNo | None = None
        for place, started, due, warn, excluded in sight.body["due"]:
            found = stands(place, due, warn)
            if found is None:
                continue
            number = number or CaseNo.parse(sight.number)
            begun = dt.date.fromisoformat(started) if started else None
            stays = tuple(
                (State(s), dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for s, a, b in excluded
            )
            rule, status, end, line, left, workdays, warned = found
            entry = RunningLimit(
                number, sight.applicant, rule, status, begun, end, line, left, workdays, warned, stays
            )
            yield (_ORDER[status], due, sight.number, rule.id), entry


_Stand = tuple[Rule, LimitStatus, Deadline | None, Deadline | None, int | None, int | None, bool]


def _stands(pack: Pack, on: dt.datetime, days: int | None, place: int, due: str, warn: str) -> _Stand | None:
    """Return how a limit stands to the day: rule, status, end, warning line, days left; ``None`` if not to be shown."""
    rule, today = pack.rules[place], on.date()
    end, line = _deadline(due), _deadline(warn)
    if end is None:
        return rule, LimitStatus.WAITING, None, None, None, None, False
    warned = line is not None and _moment(line) <= on
    left = (end.day - today).days
    status = _status(rule, end, on)
    too_far = days is not None and left > days and not warned
    has_run_out = (
        status is LimitStatus.WINDOW and left < 0 and not rule.ends
    )  # 救济期限: nothing is waited for any more
    if too_far or has_run_out:
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
