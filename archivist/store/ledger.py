"""The ledger's bags, one a year, never destroyed: read once, followed as they grow. Callers who write hold the lock."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from archivist.errors import ArchiveError, IntegrityAlarm, NewerFormat
from archivist.model.bag_head import BagHead
from archivist.model.by import By, KnownBy
from archivist.model.disposals import DISPOSAL_OPS
from archivist.model.event import Data, Event, Op
from archivist.model.group_holds import GROUP_HOLD_OPS
from archivist.model.ids import CaseNo
from archivist.model.reference_numbers import YearNumbers, allocated
from archivist.store import bag, chain, commit, durable_files
from archivist.store.chain import Chain
from archivist.store.commit import Draft, NewFile, Stamp
from archivist.store.durable_files import FileStamp
from archivist.store.ledger_checkpoints import LedgerCheckpoints, LedgerState

_SUBMISSION_OPS: Final = (
    Op.SUBMISSION_STARTED,
    Op.SUBMISSION_MADE,
    Op.SUBMISSION_ACKNOWLEDGED,
    Op.CUSTODY_TAKEN_BACK,
)
_BUREAU_OPS: Final = (Op.SUBMISSION_RECEIVED, Op.SAMPLE_DRAWN, Op.FEEDBACK_GIVEN)
FOLLOWS_ON: Final[Mapping[Op, tuple[Op, ...]]] = {
    **{
        op: series for series in (DISPOSAL_OPS, GROUP_HOLD_OPS, _SUBMISSION_OPS, _BUREAU_OPS) for op in series
    },
    Op.ALARM_CLEARED: (Op.HEADS_RECORDED, Op.ALARM_CLEARED),
}
"""What an event means only after others, which may stand in a year before: none of these is entered in a year before theirs."""
_YEAR: Final = re.compile(r"[0-9]{4}")
_LEAFLET: Final = """\
总账 {year} 年

这个文件夹是一年的总账，按 BagIt 1.0（RFC 8493）存放，不需要专门的程序就能查看和核对：

data/            只有这一页说明；总账的内容都在 events/
events/          这一年给出的编号、制发的机关文书、各次核对与决定，按顺序一事一文件，每一个都写着前一个的 SHA-256
manifest-sha256.txt      核对：sha256sum -c manifest-sha256.txt
tagmanifest-sha256.txt   核对：sha256sum -c tagmanifest-sha256.txt

总账永久保存，不随任何户档销毁。请勿改动、改名或删除其中任何文件。
"""


S = TypeVar("S")


@dataclass(frozen=True, slots=True, eq=False)
class LedgerFold(Generic[S]):
    """What some events of the ledger add up to; ``LedgerBags.folded`` adds to it only what came since it was asked last.

    Attributes:
        ops: what the events did; none of them about numbers.
        start: before the first of them.
        fold: returns a value with what further events say; the value before is left as it is.
    """

    ops: tuple[Op, ...]
    start: S
    fold: Callable[[S, Iterable[Event]], S]


@dataclass(slots=True)
class _Folded:
    """How far a fold has come: up to which event of which years, and what it is; ``stamps``: of folders that show any later event."""

    value: Any
    upto: list[tuple[LedgerState, int]]
    stamps: tuple[FileStamp, ...] | None = None

    def goes_on(self, states: Sequence[LedgerState]) -> bool:
        """Tell whether these are the years that were folded, grown at most in the last of them, and years after it."""
        known = list(zip(self.upto, states, strict=False))
        return len(known) == len(self.upto) and all(
            state is before and (n == len(known) - 1 or state.chain.seq == seq)
            for n, ((before, seq), state) in enumerate(known)
        )


class LedgerBags:
    """The folder ``ledger/``.

    Args:
        folder: where the bags are.
        work: where a new one is built.
        changing: called before a year takes an event, with what its bag is called and who acts.
        checkpoints: where to note how far each year has come; nowhere if not given.
        cases: returns the case numbers there are: what remains of a year whose bag was taken away.
    """

    def __init__(
        self,
        folder: Path,
        work: Path,
        changing: Callable[[str, Stamp], None],
        checkpoints: Path | None,
        cases: Callable[[], Iterable[CaseNo]],
    ) -> None:
        self.folder = folder
        self._work = work
        self._changing = changing
        self._checkpoints = LedgerCheckpoints(checkpoints)
        self._cases = cases
        self._years: dict[int, LedgerState] = {}
        self._folds: dict[LedgerFold[Any], _Folded] = {}

    def forget(self) -> None:
        """Forget what was read: a recovery may have changed it."""
        self._years.clear()
        self._folds.clear()

    def folders(self) -> list[Path]:
        """Return the bags in order."""
        if not self.folder.is_dir():
            return []
        return sorted(p for p in self.folder.iterdir() if _YEAR.fullmatch(p.name) and p.is_dir())

    def events(self, *ops: Op) -> Iterator[Event]:
        """Yield every event, or those that did one of these, year by year.

        Raises:
            IntegrityAlarm: E202, when a year's chain is broken.
        """
        for folder in self.folders():
            yield from self.events_of(folder, *ops)

    def events_of(self, folder: Path, *ops: Op) -> Iterator[Event]:
        """Yield the events of one year; see ``events``."""
        if ops and not any(op.is_of_numbers for op in ops):
            yield from self._selected(folder, self._current(folder, anew=True), ops)
        else:
            yield from (event for event, _ in chain.read(folder).events if not ops or event.op in ops)

    def folded(self, fold: LedgerFold[S], *, quick: bool = False) -> S:
        """Return what a fold comes to by now. Each event is read once, also while others write the ledger.

        A year that is not the one that was folded any more (somebody put another in its place) is folded anew, and so is what
        came to a year before the last. With ``quick`` folders that show no later event are enough: no file in them is asked.

        Raises:
            IntegrityAlarm: E202. NewerFormat: E210. What ``fold`` raises.
        """
        folders = self.folders()
        stamps = tuple(_stamp_of(folder) for folder in folders)
        kept = self._folds.get(fold)
        if quick and kept and kept.stamps == stamps:
            value: S = kept.value
            return value
        years = [(folder, self._current(folder, anew=True)) for folder in folders]
        if kept is None or not kept.goes_on([state for _, state in years]):
            kept = _Folded(fold.start, [])
        known = [seq for _, seq in kept.upto]
        new: list[Event] = []
        upto: list[tuple[LedgerState, int]] = []
        for n, (folder, state) in enumerate(years):
            new += self._selected(folder, state, fold.ops, after=known[n] if n < len(known) else 0)
            upto.append((state, state.chain.seq))
            if self._years[int(folder.name)] is not state:
                # It was read as a whole: what was known of it counts no more.
                self._folds.pop(fold, None)
                return self.folded(fold)
        value = fold.fold(kept.value, new) if new else kept.value
        settled = all(stamp.is_settled(time.time_ns()) for stamp in stamps)
        self._folds[fold] = _Folded(value, upto, stamps if settled else None)
        return value

    def _selected(self, folder: Path, state: LedgerState, ops: Iterable[Op], after: int = 0) -> list[Event]:
        """Return the events of a year after one of them that did one of these."""
        found = state.events(folder, ops, after)
        if (
            found is None
        ):  # what lies there is not what the checkpoint was made beside: reading the whole says what it is
            state = self._years[int(folder.name)] = LedgerState.whole(folder)
            found = state.events(folder, ops, after)
        return found or []

    def numbers(self, year: int, since: int = 0) -> YearNumbers:
        """Return the numbers of a year as they stand; none were given in a year without a bag.

        Args:
            year: of the ledger.
            since: only what events after this one say is told.

        Raises:
            IntegrityAlarm: E202.
        """
        folder = self.folder / str(year)
        if not folder.is_dir():
            return YearNumbers()
        kept = self._whole(folder, since)
        events = kept.chain.events[max(since - kept.chain.start, 0) :]
        return YearNumbers.fold(event for event, _ in events)

    def _whole(self, folder: Path, since: int) -> LedgerState:
        """Return a year with all its events, or with all after ``since`` where these are in memory."""
        kept = self._years.get(int(folder.name))
        if kept is None or kept.chain.start > since or not self._follow(folder, kept):
            kept = self._years[int(folder.name)] = LedgerState.whole(folder)
        return kept

    def seq(self, year: int) -> int:
        """Return the number of a year's last event; 0 where there is no bag."""
        folder = self.folder / str(year)
        return self._current(folder).chain.seq if folder.is_dir() else 0

    def chain(self, year: int) -> Chain:
        """Return the checked chain of a year that has a bag.

        Raises:
            IntegrityAlarm: E202.
        """
        return self._whole(self.folder / str(year), 0).chain

    def years(self) -> list[int]:
        """Return the years that have a bag, in order."""
        return [int(folder.name) for folder in self.folders()]

    def last_events(self) -> Iterator[tuple[int, Event]]:
        """Yield each year's last event, read by itself; one that cannot be read is passed over: reading the whole says why."""
        for folder in self.folders():
            with suppress(OSError, NewerFormat, *chain.UNFIT):
                last = chain.event_names(folder)[-1]
                event = chain.decode(durable_files.read(f"{folder}/{chain.EVENTS}/{last}"))
                yield int(folder.name), event

    def heads(self) -> tuple[BagHead, ...]:
        """Return the heads of the years that were read here, as far as they were followed; no disk is looked at."""
        chains = [state.chain for state in self._years.values()]
        return tuple(BagHead(one.bag, one.seq, one.head) for one in chains)

    def year_of(self, op: Op, year: int) -> int:
        """Return the year that takes an event: the one it is of, or a later one, in which what it follows on was entered.

        The ledger is read year by year; entered behind by a clock that was set back, an event would be read before its cause.
        """
        for folder in reversed(self.folders() if op in FOLLOWS_ON else []):
            if int(folder.name) <= year:
                break
            if next(self.events_of(folder, *FOLLOWS_ON[op]), None):
                return int(folder.name)
        return year

    def enter(self, year: int, draft: Draft, stamp: Stamp) -> Event:
        """Write one event into a year's bag, which is made when it is not there; see ``year_of`` for which year.

        Raises:
            ArchiveError: E200, the destruction of a case is under way, which this does not end.
        """
        if draft.op is not Op.CASE_DESTROYED:  # it stands right after what it ends
            year = self.year_of(draft.op, year)
        if draft.op not in (Op.HEADS_RECORDED, Op.CASE_DESTROYED):  # nothing comes before the latter
            self._changing(bag.identifier(str(year)), stamp)
        current, folder = self._opened(year, stamp), self.folder / str(year)
        if draft.op is not Op.CASE_DESTROYED and current.ends_with(Op.CASE_DESTROYING):
            raise ArchiveError(
                "一户的销毁还没有办完，总账先不登记别的；重新运行，会先补完销毁", file=str(year)
            )
        if not current.chain.has_file(bag.LEAFLET):  # written before the ledger had one
            draft = replace(draft, files=(*draft.files, _leaflet(year)))
        event = commit.commit(folder, current.chain, draft, stamp)
        current.follow(event)
        current.look(folder)
        self._checkpoints.write(folder, current)
        return event

    def place_of_next(self, year: int, stamp: Stamp) -> Path:
        """Return where the next event of a year will stand, once it is entered."""
        self._changing(bag.identifier(str(year)), stamp)
        seq = self._opened(year, stamp).chain.seq
        return self.folder / str(year) / chain.EVENTS / chain.event_name(seq + 1)

    def allocate(self, sequence: str, year: int, count: int, purpose: Data, stamp: Stamp) -> tuple[int, ...]:
        """Take the next numbers of a sequence for good; those given by hand are passed over."""
        self._changing(bag.identifier(str(year)), stamp)  # before its bag is made, if it has none
        taken = self._opened(year, stamp).ends.next(sequence, count)
        for data in allocated(sequence, year, taken, purpose):
            self.enter(year, Draft(Op.NUMBERS_ALLOCATED, data), stamp)
        return taken

    def _opened(self, year: int, stamp: Stamp) -> LedgerState:
        folder = self.folder / str(year)
        if not folder.is_dir():
            self._refuse_anew(year)
            info = bag.ledger_info(year)
            opened = Draft(Op.LEDGER_OPENED, {"year": year}, files=(_leaflet(year),))
            commit.create(self._work, folder, info, opened, stamp)
        return self._current(folder)

    def _refuse_anew(self, year: int) -> None:
        """Make no second ledger of a year that had one: it would give the numbers of the first again."""
        remains = [f"{number} 是这一年立的户档" for number in sorted(self._cases()) if number.year == year]
        if self._checkpoints.has(self.folder / str(year)):
            remains.append("本机记得它")
        if remains:
            raise IntegrityAlarm(
                f"这一年的总账不在了（{remains[0]}），另立一本会把给过的号再给一次，没有写入",
                file=f"ledger/{year}",
                remedy=f"从备份恢复这一年的总账：archivist restore 总账{year} --from 备份；总账从哪里也找不回来的，请维护人员处理。",
            )

    def _current(self, folder: Path, *, anew: bool = False) -> LedgerState:
        year = int(folder.name)
        kept = self._years.get(year)
        if kept is None or not self._follow(folder, kept, anew=anew):
            kept = self._checkpoints.resume(folder) or LedgerState.whole(folder)
            self._years[year] = kept
        return kept

    @staticmethod
    def _follow(folder: Path, state: LedgerState, *, anew: bool = False) -> bool:
        """Let what is in memory go on with what others entered; tell whether it is the year that lies there."""
        if state.is_current(folder, anew=anew):
            return True
        try:
            names = chain.event_names(folder)
            known, look = state.chain.seq, len(names)
            if names != [chain.event_name(seq) for seq in range(1, look + 1)] or look <= known:
                return False
            for name in names[known:]:
                chain.read_next(folder, state.chain, name)
                state.follow(state.chain.events[-1][0])
            state.look(folder)
        except (OSError, ArchiveError):  # reading the whole says what it is
            return False
        return state.is_current(folder)


def _stamp_of(folder: Path) -> FileStamp:
    """Return how the folder of a year's events is."""
    try:
        return FileStamp.of((folder / chain.EVENTS).stat())
    except OSError as error:
        raise IntegrityAlarm("一个事件也没有", file=folder.name) from error


def _leaflet(year: int) -> NewFile:
    return NewFile(bag.LEAFLET, _LEAFLET.format(year=year).encode())


def stamp_of(event: Event) -> Stamp:
    """Return by whom and when an event was done, under which rule pack: for what belongs to it and is done later."""
    by = By(
        actor=event.actor,
        time=dt.datetime.fromisoformat(event.time),
        on_behalf_of=event.on_behalf_of,
        account=event.account,
        host=event.host,
        clock=dt.datetime.fromisoformat(event.clock) if event.clock else None,
        known_by=KnownBy(event.known_by) if event.known_by else None,
        registered_account=event.registered_account,
    )
    return Stamp(by, event.pack)
