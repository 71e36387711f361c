"""A change of two cases: the target takes something first, then the other lets it go; a note holds the two commits together.

The note stands in ``moves/`` from before the target takes it until the other case has let go. What a start finds there it
completes when the target has it, and forgets when it has not. What is moved, and how either case shows it, says the kind of change:
``record_moves`` a paper, ``household_splits`` people who form a household of their own, ``household_mergers`` all people of a household that ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError, WriteFailed
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import Event
from archivist.model.ids import CaseNo
from archivist.model.plain_json import JsonTable
from archivist.store import chain, commit, durable_files, notes
from archivist.store.chain import Chain
from archivist.store.commit import Draft, Stamp
from archivist.store.notes import DamagedNote

ACTING: Final = JsonTable({"actor": str, "time": str}, open=True)
"""Shape of who acts, in a note."""


class TwoCaseChange(ABC):
    """What goes from one case to another; by whom, when and why."""

    case: CaseNo
    target: CaseNo
    reason: str
    stamp: Stamp

    @property
    @abstractmethod
    def note_name(self) -> str:
        """The file name of its note."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What is done, for people, after the number of the case."""

    @property
    @abstractmethod
    def arrival(self) -> str:
        """What is there once the target has it, for people."""

    @abstractmethod
    def plain(self) -> Mapping[str, Any]:
        """Return what the note says besides ``case``, ``target``, ``reason`` and who acts."""

    @abstractmethod
    def has_arrived(self, target: Chain | None) -> bool:
        """Tell whether the target has it; the chain is ``None`` where there is no such case."""

    @abstractmethod
    def has_left(self, case: Case) -> bool:
        """Tell whether the case has let it go."""

    @abstractmethod
    def departure(self, case: Case, target: Chain) -> Draft:
        """Return the change by which the case lets it go, whatever else was changed in it meanwhile."""


@dataclass(frozen=True, slots=True)
class TwoCaseKind:
    """A kind of change: which notes tell of it, what they hold, and how one is read back."""

    pattern: str
    note: JsonTable
    read: Callable[[dict[str, Any]], TwoCaseChange]


class TwoCaseChanges:
    """The notes in the folder ``moves/``, of whatever kind. Callers hold the workspace's lock.

    Args:
        folder: where the notes are.
        work: where they are staged.
        cases: where the cases are.
        changing: marks a case that is about to take an event.
        kinds: every kind there is.
    """

    def __init__(
        self,
        folder: Path,
        work: Path,
        cases: Path,
        changing: Callable[[str, Stamp], None],
        kinds: Sequence[TwoCaseKind],
    ) -> None:
        self.folder = folder
        self.work = work
        self.cases = cases
        self.changing = changing
        self.kinds = kinds

    def begin(self, change: TwoCaseChange) -> None:
        """Note durably what is going to be done."""
        note = {
            "case": str(change.case),
            "target": str(change.target),
            "reason": change.reason,
            "by": change.stamp.by.to_plain(),
            "pack": change.stamp.pack,
            **change.plain(),
        }
        staged = self.work / f"note-{change.note_name}"
        with durable_files.writing(f"没有办理（{change.title}）", file=str(change.case)):
            durable_files.unlink(staged)
            durable_files.write_new(staged, notes.seal(note))
            durable_files.replace(staged, self.folder / change.note_name)
            durable_files.sync_folder(self.folder)

    def end(self, change: TwoCaseChange) -> None:
        """Forget a change that is done, or was not begun in earnest."""
        with durable_files.writing("已经办好，只是记录还没有删去，下次启动时删去", file=str(change.case)):
            durable_files.unlink(self.folder / change.note_name)
            durable_files.sync_folder(self.folder)

    def begun(self) -> Sequence[TwoCaseChange]:
        """Return what was begun and not ended."""
        return self._notes()[0]

    def damaged(self) -> Sequence[DamagedNote]:
        """Return the notes of which nobody can tell any more what they say."""
        return self._notes()[1]

    def _notes(self) -> tuple[list[TwoCaseChange], list[DamagedNote]]:
        begun: list[TwoCaseChange] = []
        damaged: list[DamagedNote] = []
        for kind in self.kinds:
            changes, unreadable = notes.read_all(self.folder.glob(kind.pattern), kind.note, kind.read)
            begun += changes
            damaged += unreadable
        return begun, damaged

    def carry_out(self, change: TwoCaseChange, take: Callable[[], Chain]) -> tuple[Case, Case]:
        """Let the target take it, then the other case let it go.

        Args:
            change: what goes from which case to which.
            take: commits what the target has of it from then on, and returns its chain.

        Returns:
            The target and the case it left.

        Raises:
            IntegrityAlarm: E202, the case it leaves takes no events; nothing was written.
            WriteFailed: E204; its message says whether the target has it by now.

        Survives: a kill at any point; the next start completes the change, or it never began.
        """
        folder = self.cases / str(change.case)
        commit.require_sound(folder, chain.read(folder))
        self.begin(change)
        self.changing(str(change.target), change.stamp)
        target = chain.state(change.target, take())
        return target, self.complete(change)

    def complete(self, change: TwoCaseChange) -> Case:
        """Let go of what has arrived, and forget the change; return the case it left.

        Raises:
            WriteFailed: E204; the next start completes it.
        """
        try:
            left = self._let_go(change)
            self.end(change)
        except WriteFailed as error:
            raise WriteFailed(
                f"{change.arrival}；从 {change.case} {change.title}尚未完成（{error.what}），下次启动时自动补完",
                file=str(change.case),
            ) from error
        return left

    def _let_go(self, change: TwoCaseChange) -> Case:
        folder = self.cases / str(change.case)
        current = chain.read(folder)
        case = chain.state(change.case, current)
        draft = change.departure(case, chain.read(self.cases / str(change.target)))
        require_fitting(case, draft, change.stamp)
        self.changing(folder.name, change.stamp)
        commit.commit(folder, current, draft, change.stamp)
        return chain.state(change.case, current)

    def recover(self) -> tuple[list[str], list[str]]:
        """Complete what has arrived and forget what has not; idempotent, after every bag has recovered.

        Returns:
            What was done, and what could not be done and is tried again at the next start; both in Chinese.
        """
        done: list[str] = []
        kept: list[str] = []
        for change in self.begun():
            target, folder = self.cases / str(change.target), self.cases / str(change.case)
            try:
                arrived = change.has_arrived(chain.read(target) if target.is_dir() else None)
                if arrived and not change.has_left(chain.state(change.case, chain.read(folder))):
                    self._let_go(change)
                    done.append(f"{change.case}：{change.arrival}，补完{change.title}")
                self.end(change)
            except ArchiveError as error:
                kept.append(f"{change.case} {change.title}：{error}")
        return done, kept


def read_stamp(note: Mapping[str, Any]) -> Stamp:
    """Read back what a note says of who acts, when, and under which rules."""
    return Stamp(By.from_plain(note["by"]), note["pack"])


def require_fitting(case: Case, draft: Draft, stamp: Stamp) -> None:
    """Refuse a change that does not fit the case as it stands.

    Raises:
        ArchiveError: E200.
    """
    time, actor = stamp.by.time.isoformat(), stamp.by.actor
    try:
        apply(case, Event(case.seq + 1, case.head, time, actor, draft.op, draft.data), case.head)
    except chain.UNFIT as error:
        raise ArchiveError(f"该变更与户档现状不符（{error}）", file=str(case.number)) from error
