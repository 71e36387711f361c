"""The submissions the ledger knows of: how far each has come, and what it was made of, so that it can be made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError, IntegrityAlarm
from archivist.model.event import Event, Op
from archivist.model.ids import Sha256
from archivist.model.plain_json import MalformedData
from archivist.preservation.submission_format import Submission, SubmissionId
from archivist.preservation.submission_parts import Tables
from archivist.preservation.submission_replies import ReceivedPart
from archivist.store import Archive, NewFile, bag, chain
from archivist.store.custody import years_of

FOLDER: Final = "data/报送"
"""Where in the ledger's bag a submission has what it is made of."""
_FILES: Final = ("submission.json", "heads.tsv", "destroyed.tsv", "expunged.tsv")
OPS: Final = (Op.SUBMISSION_STARTED, Op.SUBMISSION_MADE, Op.SUBMISSION_ACKNOWLEDGED, Op.CUSTODY_TAKEN_BACK)


class SubmissionStage(StrEnum):
    """How far a submission has come. The words are stable."""

    STARTED = "started"
    MADE = "made"
    ACKNOWLEDGED = "acknowledged"
    TAKEN_BACK = "taken_back"

    @property
    def label(self) -> str:
        """The same in Chinese."""
        return {
            "started": "没有做完",
            "made": "已做完，等回执",
            "acknowledged": "已回执",
            "taken_back": "已收回",
        }[self.value]


@dataclass(frozen=True, slots=True)
class SubmissionEntry:
    """A submission as the ledger tells of it.

    Attributes:
        started_at: ISO 8601 with offset.
        anchor: SHA-256 of its ``heads.tsv``.
        files: digests of what it is made of, by the path in the ledger's bag.
        made: its parts as they were read back; none before.
        bureau: who received it, ``received_at`` when; empty before.
        returned: the households that were returned.
        reply: SHA-256 of the receipt's file.
        encrypted: its parts were begun locked with a password.
        custody: code of the office that takes everything over; empty where it went to the bureau.
        of: code of the office whose files were taken over and are handed on; empty for the own.
    """

    id: SubmissionId
    stage: SubmissionStage
    started_at: str
    anchor: Sha256
    cases: int
    parts: int
    files: Mapping[str, Sha256]
    made: tuple[ReceivedPart, ...] = ()
    bureau: str = ""
    received_at: str = ""
    returned: tuple[str, ...] = ()
    reply: str = ""
    encrypted: bool = False
    custody: str = ""
    of: str = ""


def entries(events: Iterable[Event]) -> dict[str, SubmissionEntry]:
    """Return the submissions that some events of the ledger tell of, by their ids, in the order in which they were begun."""
    found: dict[str, SubmissionEntry] = {}
    for event in events:
        data = event.data
        if event.op is Op.SUBMISSION_STARTED:
            name = SubmissionId.parse(str(data["submission"]))
            found[str(name)] = SubmissionEntry(
                name,
                SubmissionStage.STARTED,
                event.time,
                Sha256(str(data["anchor"])),
                int(data["cases"]),
                int(data["parts"]),
                {entry.path: entry.sha256 for entry in event.files},
                encrypted=bool(data.get("encrypted")),
                custody=str(data.get("custody", {}).get("to", "")),
                of=str(data.get("of", "")),
            )
        elif event.op in OPS and (begun := found.get(str(data["submission"]))):
            found[str(begun.id)] = _further(begun, event)
    return found


def _further(begun: SubmissionEntry, event: Event) -> SubmissionEntry:
    data = event.data
    if event.op is Op.SUBMISSION_MADE:
        made = tuple(ReceivedPart(str(p["name"]), Sha256(str(p["sha256"]))) for p in data["parts"])
        stage = max(begun.stage, SubmissionStage.MADE, key=list(SubmissionStage).index)
        return replace(begun, stage=stage, made=made)
    if event.op is Op.CUSTODY_TAKEN_BACK:
        return replace(begun, stage=SubmissionStage.TAKEN_BACK)
    return replace(
        begun,
        stage=SubmissionStage.ACKNOWLEDGED,
        bureau=str(data["bureau"]),
        received_at=str(data["received_at"]),
        returned=tuple(data["returned"]),
        reply=str(data["reply"]),
    )


def listed(archive: Archive) -> dict[str, SubmissionEntry]:
    """Return the submissions of an archive; see ``entries``.

    Raises:
        IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
    """
    return entries(archive.ledger_events(*OPS))


def find(archive: Archive, name: str) -> SubmissionEntry:
    """Return one submission.

    Raises:
        InvalidValue: E002, that is no id. ArchiveError: E200, the ledger knows of none such. IntegrityAlarm: E202.
    """
    wanted = SubmissionId.parse(name)
    found = listed(archive).get(str(wanted))
    if found is None:
        raise ArchiveError(
            f"总账中没有报送 {wanted}", remedy="用 archivist submit list 查看有哪些报送。没有写入任何内容。"
        )
    return found


def ledger_files(submission: Submission, tables: Tables) -> tuple[NewFile, ...]:
    """Return what the ledger keeps of a submission."""
    contents = (submission.encode(), tables.heads, tables.destroyed, tables.expunged)
    return tuple(
        NewFile(f"{FOLDER}/{submission.id}/{name}", data) for name, data in zip(_FILES, contents, strict=True)
    )


def load(
    archive: Archive, entry: SubmissionEntry, years: Sequence[Path] | None = None
) -> tuple[Submission, Tables]:
    """Read what a submission is made of from the ledger's bag; ``years`` are those of a ledger that was taken over.

    Raises:
        IntegrityAlarm: E202, it is not as the ledger's event says.
    """
    contents = []
    for name in _FILES:
        path = f"{FOLDER}/{entry.id}/{name}"
        contents.append(
            _read(archive.ledger_folders() if years is None else years, path, entry.files.get(path))
        )
    try:
        return Submission.decode(contents[0]), Tables(*contents[1:])
    except MalformedData as error:
        raise IntegrityAlarm(f"submission.json {error}", file=str(entry.id)) from error


def _read(years: Sequence[Path], path: str, digest: Sha256 | None) -> bytes:
    for folder in years:
        try:
            data = (folder / path).read_bytes()
        except OSError:
            continue
        if bag.sha256(data) == digest:
            return data
    raise IntegrityAlarm(f"{path} 不在了，或已被改动", file="总账")


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What the bureau has, and what it should have had.

    Attributes:
        accepted: household → number and digest of the last event it accepted.
        returned: households whose last submission was returned.
        unanswered: households of a submission that was made and has no receipt, unless a later one was accepted.
        waiting: those submissions; of what a later receipt answers nobody need ask again.
        last: the submission that was acknowledged last; empty for none.
    """

    accepted: Mapping[str, tuple[int, Sha256]]
    returned: frozenset[str]
    unanswered: frozenset[str]
    waiting: tuple[str, ...]
    last: str


def acknowledged(archive: Archive, of: str = "") -> Acknowledged:
    """Return what the bureau has by its receipts.

    Args:
        archive: the archive.
        of: code of an office whose files were taken over: what it has of those, by that office's ledger and by this one's.

    Raises:
        IntegrityAlarm: E202, of the ledger or of what it keeps of a submission.
    """
    accepted: dict[str, tuple[int, Sha256]] = {}
    returned: set[str] = set()
    unanswered: set[str] = set()
    waiting: dict[str, set[str]] = {}
    last = ""
    for name, entry, years in _of_origin(archive, of):
        if entry.stage is SubmissionStage.STARTED or entry.custody:
            continue
        submission, _ = load(archive, entry, years)
        numbers = {case.case for case in submission.cases}
        if entry.stage is SubmissionStage.MADE:
            unanswered |= numbers
            waiting[name] = numbers
            continue
        last = name
        back = set(entry.returned)
        for case in submission.cases:
            if case.case not in back and case.seq >= accepted.get(case.case, (0, ""))[0]:
                accepted[case.case] = (case.seq, case.head)
        returned = (returned - numbers) | back
        unanswered -= numbers
        waiting = {one: left for one, asked in waiting.items() if (left := asked - numbers)}
    return Acknowledged(accepted, frozenset(returned), frozenset(unanswered), tuple(waiting), last)


def _of_origin(archive: Archive, of: str) -> Iterator[tuple[str, SubmissionEntry, Sequence[Path] | None]]:
    """Yield the submissions of an office's files, with the years of the ledger that has them where that was taken over."""
    if of:
        years = years_of(archive.root, of)
        events = (event for year in years for event, _ in chain.read(year).events)
        yield from ((name, entry, years) for name, entry in entries(events).items())
    yield from ((name, entry, None) for name, entry in listed(archive).items() if entry.of == of)
