"""A paper leaves the wrong household for the right one: two commits, held together by a note of what was begun.

``moves/<case>-<record>.json`` says which record goes where, by whom and why. It is written before the right household takes
the paper and removed when the wrong one has let go of it. What a start finds there it completes when the paper has
arrived (the event that filed it names where it came from), and forgets when it has not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError, WriteFailed
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.plain_json import JsonTable
from archivist.store import chain, commit, durable_files, notes
from archivist.store.chain import Chain
from archivist.store.commit import Draft, Stamp
from archivist.store.notes import DamagedNote

MOVED_FROM: Final = "moved_from"
"""Key in the source of the event that files a moved paper."""
ACTING: Final = JsonTable({"actor": str, "time": str}, open=True)
"""Shape of who acts, in a note."""
_NOTE: Final = JsonTable({**dict.fromkeys(("case", "record", "target", "reason", "pack"), str), "by": ACTING})


@dataclass(frozen=True, slots=True)
class RecordMove:
    """One record of a case, and the case it goes to; by whom, when and why."""

    case: CaseNo
    record: RecordNo
    target: CaseNo
    reason: str
    stamp: Stamp

    @property
    def origin(self) -> dict[str, str]:
        """Where the paper comes from, as the event that files it says."""
        return {"case": str(self.case), "record": self.record}

    def arrived(self, target: Chain) -> RecordNo | None:
        """Return the record the paper became, when the chain of the target has it."""
        for event, _ in target.events:
            if event.source is not None and event.source.get(MOVED_FROM) == self.origin:
                return RecordNo(event.data["record"]["no"])
        return None

    def departure(self, case: Case, new: RecordNo) -> Draft:
        """Return the change by which the wrong household lets go: files, text and name leave, the chain stays."""
        record = case.records[self.record]
        return Draft(
            Op.RECORD_MOVED_OUT,
            {"record": self.record, "to": {"case": str(self.target), "record": new}},
            self.reason,
            removed=tuple(f.path for f in (*record.files, *record.tag_files)),
        )


class RecordMoves:
    """The folder ``moves/``. Callers hold the workspace's lock."""

    def __init__(self, folder: Path, work: Path, cases: Path, changing: Callable[[str, Stamp], None]) -> None:
        self.folder = folder
        self.work = work
        self._cases = cases
        self._changing = changing

    def begin(self, move: RecordMove) -> None:
        """Note durably what is going to be done."""
        note = {
            "case": str(move.case),
            "record": move.record,
            "target": str(move.target),
            "reason": move.reason,
        } | plain_stamp(move.stamp)
        staged = self.work / f"move-{move.case}-{move.record}"
        with durable_files.writing("没有移动任何一件", file=str(move.case)):
            durable_files.unlink(staged)
            durable_files.write_new(staged, notes.seal(note))
            durable_files.replace(staged, self._path(move))
            durable_files.sync_folder(self.folder)

    def end(self, move: RecordMove) -> None:
        """Forget a move that is done, or was not begun in earnest."""
        with durable_files.writing("该件已移好，只是记录还没有删去，下次启动时删去", file=str(move.case)):
            durable_files.unlink(self._path(move))
            durable_files.sync_folder(self.folder)

    def begun(self) -> Sequence[RecordMove]:
        """Return what was begun and not ended."""
        return self._notes()[0]

    def damaged(self) -> Sequence[DamagedNote]:
        """Return the notes of which nobody can tell any more what they say."""
        return self._notes()[1]

    def _notes(self) -> tuple[list[RecordMove], list[DamagedNote]]:
        return notes.read_all(self.folder.glob("*.json"), _NOTE, _read)

    def let_go(self, move: RecordMove, new: RecordNo) -> Case:
        """Commit the departure of a record that has arrived as ``new``; return the case it left."""
        folder = self._cases / str(move.case)
        current = chain.read(folder)
        departure = move.departure(chain.state(move.case, current), new)
        self._changing(folder.name, move.stamp)
        commit.commit(folder, current, departure, move.stamp)
        return chain.state(move.case, current)

    def complete(self, move: RecordMove, new: RecordNo) -> Case:
        """Let go of a record that has arrived as ``new``, and forget the move; return the case it left.

        Raises:
            WriteFailed: E204; the next start completes it.
        """
        try:
            left = self.let_go(move, new)
            self.end(move)
        except WriteFailed as error:
            raise WriteFailed(
                f"已归入 {move.target} 第 {new} 件；从 {move.case} 移出尚未完成（{error.what}），下次启动时自动补完",
                file=str(move.case),
            ) from error
        return left

    def recover(self) -> tuple[list[str], list[str]]:
        """Complete what has arrived and forget what has not; idempotent, after every bag has recovered.

        Returns:
            What was done, and what could not be done and is tried again at the next start; both in Chinese.
        """
        done: list[str] = []
        kept: list[str] = []
        for move in self.begun():
            try:
                new = move.arrived(chain.read(self._cases / str(move.target)))
                if new and move.record in self._case(move.case).records:
                    self.let_go(move, new)
                    done.append(f"{move.case}：第 {move.record} 件已归入 {move.target}，补完移出")
                self.end(move)
            except ArchiveError as error:
                kept.append(f"{move.case} 第 {move.record} 件移出：{error}")
        return done, kept

    def _case(self, number: CaseNo) -> Case:
        return chain.state(number, chain.read(self._cases / str(number)))

    def _path(self, move: RecordMove) -> Path:
        return self.folder / f"{move.case}-{move.record}.json"


def plain_stamp(stamp: Stamp) -> dict[str, Any]:
    """Return what a note says of who acts, when, and under which rules."""
    return {"by": stamp.by.to_plain(), "pack": stamp.pack}


def read_stamp(note: Mapping[str, Any]) -> Stamp:
    """Read back what a note says of who acts."""
    return Stamp(By.from_plain(note["by"]), note["pack"])


def _read(note: dict[str, Any]) -> RecordMove:
    return RecordMove(
        CaseNo.parse(note["case"]),
        RecordNo(note["record"]),
        CaseNo.parse(note["target"]),
        note["reason"],
        read_stamp(note),
    )
