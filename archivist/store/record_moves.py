"""A paper leaves the wrong household for the right one: see ``two_case_changes``. Its note is ``moves/<case>-<record>.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from archivist.errors import CaseNotFound
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.plain_json import JsonTable
from archivist.store.chain import Chain
from archivist.store.commit import Draft, Stamp
from archivist.store.two_case_changes import ACTING, TwoCaseChange, TwoCaseKind, read_stamp

MOVED_FROM: Final = "moved_from"
"""Key in the source of the event that files a moved paper."""


@dataclass(frozen=True, slots=True)
class RecordMove(TwoCaseChange):
    """One record of a case, and the case it goes to; by whom, when and why."""

    case: CaseNo
    record: RecordNo
    target: CaseNo
    reason: str
    stamp: Stamp

    @property
    def note_name(self) -> str:
        """The file name of its note."""
        return f"{self.case}-{self.record}.json"

    @property
    def title(self) -> str:
        """What is done, for people."""
        return f"第 {self.record} 件移出"

    @property
    def arrival(self) -> str:
        """What is there once the target has it, for people."""
        return f"已归入 {self.target}"

    def plain(self) -> Mapping[str, Any]:
        """Return what its note says besides."""
        return {"record": self.record}

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

    def has_arrived(self, target: Chain | None) -> bool:
        """Tell whether the target has filed it.

        Raises:
            CaseNotFound: E201, the target was there when it was begun and is gone.
        """
        if target is None:
            raise CaseNotFound(f"没有户档 {self.target}")
        return self.arrived(target) is not None

    def has_left(self, case: Case) -> bool:
        """Tell whether the wrong household has let it go."""
        return self.record not in case.records

    def departure(self, case: Case, target: Chain) -> Draft:
        """Return the change by which the wrong household lets go: files, text and name leave, the chain stays."""
        record = case.records[self.record]
        return Draft(
            Op.RECORD_MOVED_OUT,
            {
                "record": self.record,
                "to": {"case": str(self.target), "record": self.arrived(target) or self.record},
            },
            self.reason,
            removed=tuple(f.path for f in (*record.files, *record.tag_files)),
        )


def _read(note: dict[str, Any]) -> RecordMove:
    return RecordMove(
        CaseNo.parse(note["case"]),
        RecordNo(note["record"]),
        CaseNo.parse(note["target"]),
        note["reason"],
        read_stamp(note),
    )


MOVES: Final = TwoCaseKind(
    "*.json",
    JsonTable({**dict.fromkeys(("case", "record", "target", "reason", "pack"), str), "by": ACTING}),
    _read,
)
"""The notes of papers on their way."""
