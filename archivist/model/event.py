"""An event: one committed change, as it stands in ``events/NNNNNN.json``.

Times are ISO 8601 with offset; dates of law are civil dates in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import NewerFormat
from archivist.model.event_shapes import require_event
from archivist.model.ids import RecordNo, Sha256

Data = Mapping[str, Any]
"""JSON values as they stand in an event."""

EVENT_FORMAT: Final = 6
"""Format of the events this program writes. Those that name none are of format 0 and are read for ever."""
BOUND_FROM: Final = 4
"""From this format on every event names its bag, so that it counts in no other one."""
SALTED_FROM: Final = 5
"""From this format on every event is written with a salt, so that its digest confirms no guess at what it said."""


class Op(StrEnum):
    """What an event did. The names are part of the format and never change their meaning; a new one makes a new format."""

    CASE_OPENED = "case_opened"
    FACTS_CHANGED = "facts_changed"
    RECORD_FILED = "record_filed"
    DOCUMENT_ISSUED = "document_issued"
    SIGNED_COPY_FILED = "signed_copy_filed"
    STEP_TAKEN = "step_taken"
    STEP_CORRECTED = "step_corrected"
    DEREGISTERED = "deregistered"
    CHECK_CONFIRMED = "check_confirmed"
    RECORD_MOVED_OUT = "record_moved_out"
    RECORD_EXPUNGED = "record_expunged"
    RECORD_TAKEN_BACK = "record_taken_back"
    RECORD_RETYPED = "record_retyped"
    RECORD_VOIDED = "record_voided"
    SERVICE_RECORDED = "service_recorded"
    APPLICANT_CHANGED = "applicant_changed"
    HOUSEHOLD_SPLIT = "household_split"
    HOUSEHOLD_MERGED = "household_merged"
    REOPENED = "reopened"
    RETENTION_EXTENDED = "retention_extended"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    CASE_BOUND = "case_bound"
    CHECK_FEEDBACK = "check_feedback"
    VOLUME_FINISHED = "volume_finished"
    # the ledger's own
    LEDGER_OPENED = "ledger_opened"
    NUMBERS_ALLOCATED = "numbers_allocated"
    NUMBERS_VACANT = "numbers_vacant"
    OFFICE_DOCUMENT_ISSUED = "office_document_issued"
    VERIFIED = "verified"
    ALARM_CLEARED = "alarm_cleared"
    HEADS_RECORDED = "heads_recorded"
    SEALED = "sealed"
    ACCESS_LOG_DESTROYED = "access_log_destroyed"
    BACKUP_MADE = "backup_made"
    FOUR_NATURE_CHECKED = "four_nature_checked"
    CLOCK_ACCEPTED = "clock_accepted"
    RESTORED = "restored"
    TRANSFERRED_OUT = "transferred_out"
    HOLD_DECLARED = "hold_declared"
    GROUP_HOLD_RELEASED = "group_hold_released"
    PIN_CHANGED = "pin_changed"
    SUBMISSION_STARTED = "submission_started"
    SUBMISSION_MADE = "submission_made"
    SUBMISSION_ACKNOWLEDGED = "submission_acknowledged"
    CUSTODY_RECEIVED = "custody_received"
    CUSTODY_TAKEN_BACK = "custody_taken_back"
    DISPOSAL_PROPOSED = "disposal_proposed"
    DISPOSAL_APPRAISED = "disposal_appraised"
    DISPOSAL_APPROVED = "disposal_approved"
    DISPOSAL_ROW_WITHDRAWN = "disposal_row_withdrawn"
    DISPOSAL_CANCELLED = "disposal_cancelled"
    DISPOSAL_STARTED = "disposal_started"
    CASE_DESTROYING = "case_destroying"
    CASE_DESTROYED = "case_destroyed"
    DISPOSAL_EXECUTED = "disposal_executed"
    DISPOSAL_RESIDUE_CLEARED = "disposal_residue_cleared"
    RECORD_RESIDUE_CLEARED = "record_residue_cleared"
    DISPOSAL_CLOSED = "disposal_closed"
    # of the bureau's ledger
    SUBMISSION_RECEIVED = "submission_received"
    SAMPLE_DRAWN = "sample_drawn"
    FEEDBACK_GIVEN = "feedback_given"
    # a batch's own
    BATCH_SPLIT = "batch_split"
    BATCH_JOINED = "batch_joined"
    BATCH_UNLOCKED = "batch_unlocked"
    BATCH_UNDONE = "batch_undone"

    @property
    def is_of_numbers(self) -> bool:
        """Whether it tells of numbers that were given, or that nothing bears."""
        return self in (Op.NUMBERS_ALLOCATED, Op.NUMBERS_VACANT)


BATCH_OPS: Final = frozenset({Op.BATCH_SPLIT, Op.BATCH_JOINED, Op.BATCH_UNLOCKED, Op.BATCH_UNDONE})
"""Those of the chain of a batch, see ``store.batches``; a case and the ledger have none of them."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file an event added to the bag; ``path`` is relative to the bag, with ``/``; ``size`` in bytes."""

    path: str
    sha256: Sha256
    size: int
    record: RecordNo | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One committed change. ``prev`` is the SHA-256 of the previous event's file; ``seq`` counts from 1.

    ``actor``, ``on_behalf_of``, ``account``, ``host``, ``known_by`` and ``registered_account`` are those of ``model.by.By``;
    format 0 knew only the actor, the last two came with format 4.
    ``case`` is the External-Identifier of the bag it belongs to: a case number, ``ledger-<year>``, the id of a batch;
    empty before format 4. ``clock`` is what the machine's clock said where ``time`` was said otherwise. ``salt`` (32 hexadecimal
    digits, drawn for each event) came with format 5: the digests of the events of a file outlive it, what they said does not.
    """

    seq: int
    prev: Sha256
    time: str
    actor: str
    op: Op
    data: Data
    reason: str = ""
    files: tuple[FileEntry, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    source: Data | None = None
    pack: str = ""
    format: int = EVENT_FORMAT
    on_behalf_of: str = ""
    account: str = ""
    host: str = ""
    case: str = ""
    clock: str = ""
    known_by: str = ""
    registered_account: str = ""
    salt: str = ""

    @property
    def real_time(self) -> str:
        """What the clock of the machine said (ISO 8601), whatever moment was told."""
        return self.clock or self.time

    def to_plain(self) -> dict[str, Any]:
        """Return the object written to ``events/NNNNNN.json``; keys that say nothing are left out."""
        plain: dict[str, Any] = {
            "format": self.format or None,
            "case": self.case,
            "seq": self.seq,
            "prev": self.prev,
            "time": self.time,
            "clock": self.clock,
            "actor": self.actor,
            "on_behalf_of": self.on_behalf_of,
            "account": self.account,
            "host": self.host,
            "known_by": self.known_by,
            "registered_account": self.registered_account,
            "op": self.op.value,
            "data": dict(self.data),
            "reason": self.reason,
            "files": [
                {"path": f.path, "sha256": f.sha256, "size": f.size}
                | ({"record": f.record} if f.record else {})
                for f in self.files
            ],
            "moves": [list(m) for m in self.moves],
            "removed": list(self.removed),
            "source": dict(self.source) if self.source is not None else None,
            "pack": self.pack,
            "salt": self.salt,
        }
        return {k: v for k, v in plain.items() if v not in ("", [], None) or k == "prev"}

    @classmethod
    def from_plain(cls, plain: Data) -> Event:
        """Read an event's object back; ``ValueError`` or ``KeyError`` when it is not one. Keys not known are passed over.

        Raises:
            NewerFormat: E210, when a newer program wrote it; nothing more can be said of it.
        """
        written = plain.get("format", 0)
        if type(written) is not int or written < 0:
            raise ValueError(f"{written!r} is no format")
        if written > EVENT_FORMAT:
            raise NewerFormat(f"由更新版本的程序写入（格式 {written}，本程序认得的到 {EVENT_FORMAT}）")
        require_event(plain)
        case = str(plain.get("case", "")) if written >= BOUND_FROM else ""
        if not case and written >= BOUND_FROM:
            raise ValueError("it names no case")
        return cls(
            seq=int(plain["seq"]),
            prev=Sha256(str(plain["prev"])),
            time=str(plain["time"]),
            actor=str(plain["actor"]),
            op=Op(plain["op"]),
            data=MappingProxyType(dict(plain["data"])),
            reason=str(plain.get("reason", "")),
            files=tuple(
                FileEntry(
                    str(f["path"]),
                    Sha256(str(f["sha256"])),
                    int(f["size"]),
                    RecordNo(str(f["record"])) if "record" in f else None,
                )
                for f in plain.get("files", ())
            ),
            moves=tuple((str(a), str(b)) for a, b in plain.get("moves", ())),
            removed=tuple(str(p) for p in plain.get("removed", ())),
            source=MappingProxyType(dict(plain["source"])) if plain.get("source") is not None else None,
            pack=str(plain.get("pack", "")),
            format=written,
            on_behalf_of=str(plain.get("on_behalf_of", "")),
            account=str(plain.get("account", "")),
            host=str(plain.get("host", "")),
            case=case,
            clock=str(plain.get("clock", "")),
            known_by=str(plain.get("known_by", "")),
            registered_account=str(plain.get("registered_account", "")),
            salt=str(plain.get("salt", "")),
        )
