"""Some of a household form one of their own: a new case and a change of the old one, held together by a note of what was begun.

``moves/<new case>.split`` says who leaves which case for which, by whom and why. It is written before the new case is made
and removed when the old one has let go of them. What a start finds there it completes when the new case is there, and
forgets when it is not. No paper is copied: the new case names those it rests on by record and digest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError, WriteFailed
from archivist.model.case import Case, apply
from archivist.model.event import Event, Op
from archivist.model.facts import to_plain
from archivist.model.former_people import Departure
from archivist.model.household_changes import without_members
from archivist.model.ids import CaseNo
from archivist.model.plain_json import JsonList, JsonTable
from archivist.store import bag, chain, commit, durable_files, notes
from archivist.store.chain import Chain
from archivist.store.commit import Draft, Stamp
from archivist.store.notes import DamagedNote
from archivist.store.record_moves import ACTING, plain_stamp, read_stamp

SUFFIX: Final = ".split"
_LEFT: Final = JsonTable({"person": dict, "part": str, "why": str, "on": str}, open=True)
_NOTE: Final = JsonTable(
    {
        **dict.fromkeys(("case", "target", "reason", "pack"), str),
        "step": dict,
        "left": JsonList(_LEFT),
        "by": ACTING,
    }
)


@dataclass(frozen=True, slots=True)
class HouseholdSplit:
    """Some people of a case, and the new case they form; by whom, when and why.

    Attributes:
        step: what the event of a step says: ``step``, ``title``, ``on``, ``by``.
        left: who leaves, each as an event has them: ``person``, ``part``, ``why``, ``on``.
    """

    case: CaseNo
    target: CaseNo
    step: Mapping[str, Any]
    left: Sequence[Mapping[str, Any]]
    reason: str
    stamp: Stamp

    def departure(self, case: Case, opened: Chain) -> Draft:
        """Return the change by which the old household lets go, whatever else was changed in it meanwhile.

        Args:
            case: the old household as it stands.
            opened: the chain of the new one; the digest of its first event is named.
        """
        before = to_plain(case.facts)
        after = to_plain(without_members(case.facts, [gone["person"] for gone in self.left]))
        data = dict(self.step) | {
            "from": case.state.value,
            "to": case.state.value,
            "case": str(self.target),
            "head": opened.events[0][1],
            "left": [dict(gone) for gone in self.left],
            "facts": {g: after.get(g) for g in before if before.get(g) != after.get(g)},
        }
        return Draft(Op.HOUSEHOLD_SPLIT, data, self.reason)

    def let_go(self, case: Case) -> bool:
        """Tell whether a case has let go of those who left."""
        return any(gone.to == self.target and gone.why is Departure.SPLIT for gone in case.former)


class HouseholdSplits:
    """The notes of splits in the folder ``moves/``. Callers hold the workspace's lock."""

    def __init__(self, folder: Path, work: Path, cases: Path, changing: Callable[[str, Stamp], None]) -> None:
        self.folder = folder
        self.work = work
        self._cases = cases
        self._changing = changing

    def carry_out(self, split: HouseholdSplit, organisation: str, opening: Draft) -> tuple[Case, Case]:
        """Make the new case, then let the old one go of its people.

        Args:
            split: who leaves which case.
            organisation: the office, as the new bag names it.
            opening: the first event of the new case.

        Returns:
            The new case and the old one.

        Raises:
            IntegrityAlarm: E202, the old case takes no events; nothing was written.
            WriteFailed: E204; its message says whether the new case is there by now.

        Survives: a kill at any point; the next start completes the split, or it never began and only a number is gone.
        """
        folder = self._cases / str(split.case)
        leaving = chain.read(folder)
        commit.require_sound(folder, leaving)
        self._begin(split)
        info = bag.case_info(split.target, organisation, split.stamp.by.today)
        self._changing(str(split.target), split.stamp)
        _, made = commit.create(self.work, self._cases / str(split.target), info, opening, split.stamp)
        try:
            old = self._let_go(split)
            self._end(split)
        except WriteFailed as error:
            raise WriteFailed(
                f"新户档 {split.target} 已经建立；从 {split.case} 分出尚未完成（{error.what}），下次启动时自动补完",
                file=str(split.case),
            ) from error
        return chain.state(split.target, made), old

    def begun(self) -> Sequence[HouseholdSplit]:
        """Return what was begun and not ended."""
        return self._notes()[0]

    def damaged(self) -> Sequence[DamagedNote]:
        """Return the notes of which nobody can tell any more what they say."""
        return self._notes()[1]

    def _notes(self) -> tuple[list[HouseholdSplit], list[DamagedNote]]:
        return notes.read_all(self.folder.glob(f"*{SUFFIX}"), _NOTE, _read)

    def recover(self) -> tuple[list[str], list[str]]:
        """Complete what has its new case and forget what has not; idempotent, after every bag has recovered.

        Returns:
            What was done, and what could not be done and is tried again at the next start; both in Chinese.
        """
        done: list[str] = []
        kept: list[str] = []
        for split in self.begun():
            try:
                if (self._cases / str(split.target)).is_dir() and not split.let_go(self._case(split.case)):
                    self._let_go(split)
                    done.append(f"{split.case}：新户档 {split.target} 已建立，补完分户")
                self._end(split)
            except ArchiveError as error:
                kept.append(f"{split.case} 分户（{split.target}）：{error}")
        return done, kept

    def _begin(self, split: HouseholdSplit) -> None:
        """Note durably what is going to be done."""
        note = {
            "case": str(split.case),
            "target": str(split.target),
            "step": dict(split.step),
            "left": [dict(gone) for gone in split.left],
            "reason": split.reason,
        } | plain_stamp(split.stamp)
        staged = self.work / f"split-{split.target}"
        with durable_files.writing("没有分户", file=str(split.case)):
            durable_files.unlink(staged)
            durable_files.write_new(staged, notes.seal(note))
            durable_files.replace(staged, self._path(split))
            durable_files.sync_folder(self.folder)

    def _let_go(self, split: HouseholdSplit) -> Case:
        folder = self._cases / str(split.case)
        current = chain.read(folder)
        case = chain.state(split.case, current)
        draft = split.departure(case, chain.read(self._cases / str(split.target)))
        _require_fitting(case, draft)
        self._changing(folder.name, split.stamp)
        commit.commit(folder, current, draft, split.stamp)
        return chain.state(split.case, current)

    def _end(self, split: HouseholdSplit) -> None:
        """Forget a split that is done, or was not begun in earnest."""
        with durable_files.writing("分户已经办好，只是记录还没有删去，下次启动时删去", file=str(split.case)):
            durable_files.unlink(self._path(split))
            durable_files.sync_folder(self.folder)

    def _case(self, number: CaseNo) -> Case:
        return chain.state(number, chain.read(self._cases / str(number)))

    def _path(self, split: HouseholdSplit) -> Path:
        return self.folder / f"{split.target}{SUFFIX}"


def _require_fitting(case: Case, draft: Draft) -> None:
    try:
        apply(case, Event(case.seq + 1, case.head, "", "", draft.op, draft.data), case.head)
    except chain.UNFIT as error:
        raise ArchiveError(f"该变更与户档现状不符（{error}）", file=str(case.number)) from error


def _read(note: dict[str, Any]) -> HouseholdSplit:
    return HouseholdSplit(
        CaseNo.parse(note["case"]),
        CaseNo.parse(note["target"]),
        note["step"],
        note["left"],
        note["reason"],
        read_stamp(note),
    )
