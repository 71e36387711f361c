"""What the checks ask of the archive as a whole; each is found out once, when the first case asks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from archivist.config import Config
from archivist.errors import ArchivistError, IntegrityAlarm, NewerFormat
from archivist.issuing.number_series import NumberSeries, series
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo
from archivist.os_reasons import reason_of
from archivist.preservation import backup_check, comparison, generations, history
from archivist.preservation.anchors import Anchors
from archivist.preservation.comparison import HeadsElsewhere
from archivist.preservation.four_nature.local_tools import ToolRun, run_tool
from archivist.preservation.four_nature.outcome import ItemOutcome, not_checked
from archivist.preservation.seal import FOLDER as SEALS
from archivist.preservation.seal import HEADS
from archivist.preservation.submission_format import Submission, TransferSums
from archivist.preservation.submission_ledger import FOLDER as SUBMISSIONS
from archivist.preservation.submission_ledger import SubmissionEntry, SubmissionStage, entries, load
from archivist.rules.disposition.arrangement import archive_no
from archivist.store.archive_fixity import beside_bags
from archivist.store.bag_fixity import FixityFinding
from archivist.workspace import Workspace

BACKUP_DAYS: Final = 31
"""A backup may be so many days old."""


@dataclass(frozen=True, slots=True)
class OutsideAnchor:
    """A list of heads that somebody else has, a seal or a submission, and whether the ledger knows it by its digest."""

    name: str
    heads: HeadsElsewhere
    on_record: bool


class OfficeEvidence:
    """The archive as a whole, of the office whose settings these are.

    Args:
        workspace: the open workspace.
        on: civil day of the check.
        backup: the folder of the backup's medium; ``None`` where it is not at hand.
    """

    def __init__(self, workspace: Workspace, on: dt.date, backup: Path | None = None) -> None:
        self.workspace = workspace
        self.on = on
        self.medium = backup

    @property
    def foreign_rules(self) -> str:
        """Why nothing that rests on the rules can be told of these files; empty where they are the office's own."""
        return ""

    @property
    def settings_of(self) -> Config | None:
        """The settings of the office whose files these are; ``None`` where they are another's."""
        return self.workspace.config

    @property
    def cases(self) -> list[CaseNo]:
        """The households these files are of, in order."""
        return self.workspace.archive.case_numbers()

    @cached_property
    def anchors(self) -> Anchors:
        """The heads that ledger and index remember."""
        return history.known(self.workspace)

    @cached_property
    def ledger(self) -> tuple[Event, ...] | str:
        """The events of the ledger, or why they cannot be read."""
        try:
            return tuple(self.workspace.archive.ledger_events())
        except (IntegrityAlarm, NewerFormat) as error:
            return f"总账读不出来：{error}"

    @cached_property
    def outside(self) -> tuple[OutsideAnchor, ...] | str:
        """What was sealed or handed over and is still at hand; or why nothing can be said."""
        if isinstance(self.ledger, str):
            return self.ledger
        noted = {str(e.data["seal"]): str(e.data["sha256"]) for e in self.ledger if e.op is Op.SEALED}
        noted |= {name: entry.anchor for name, (entry, _) in self.handed_over.items()}
        found = [
            OutsideAnchor(name, heads, noted.get(name) == heads.sha256)
            for name, heads in self._lists_of_heads()
        ]
        sealed = max((name for name in noted if name not in self.handed_over), default="")
        last = (sealed, next(reversed(self.handed_over), ""))
        for name in filter(None, last):
            if not any(anchor.name == name and anchor.on_record for anchor in found):
                return f"最近一次{'报送' if name in self.handed_over else '封存'} {name} 的链头清单不在，或与总账所记的摘要不符"
        return tuple(found)

    def _lists_of_heads(self) -> Iterator[tuple[str, HeadsElsewhere]]:
        """Yield the lists that can be read: of seals from the outbox, of submissions from the ledger's own bag."""
        seals = self.workspace.archive.outbox / SEALS
        places = sorted(seals.iterdir()) if seals.is_dir() else []
        for year in self.workspace.archive.ledger_folders():
            places += [year / SUBMISSIONS / name for name in self.handed_over]
        for place in places:
            try:
                yield place.name, comparison.read(place / HEADS)
            except (ArchivistError, OSError):
                continue

    @cached_property
    def handed_over(self) -> dict[str, tuple[SubmissionEntry, Submission | None]]:
        """The submissions that were made, by their ids, the newest last, with what was said of each household."""
        found: dict[str, tuple[SubmissionEntry, Submission | None]] = {}
        for name, entry in entries(() if isinstance(self.ledger, str) else self.ledger).items():
            if entry.stage is not SubmissionStage.STARTED:
                try:
                    found[name] = entry, load(self.workspace.archive, entry)[0]
                except (ArchivistError, OSError):
                    found[name] = entry, None
        return found

    @cached_property
    def transfer_lists(self) -> dict[str, Mapping[str, TransferSums] | str]:
        """What the transfer lists say, by submission, the newest last; or why one says nothing."""
        return {
            name: f"{name} 的移交清单读不出来"
            if submission is None
            else {told.case: told.sums for told in submission.cases}
            for name, (_, submission) in self.handed_over.items()
        }

    @cached_property
    def numbers(self) -> NumberSeries | str:
        """The reference numbers of all documents, or why they cannot be told."""
        try:
            return series(self.workspace)
        except ArchivistError as error:
            return f"文号读不出来：{error}"

    @cached_property
    def archive_numbers(self) -> dict[str, list[str]]:
        """The numbers in the archive (档号) there are, with the cases that bear each."""
        found: dict[str, list[str]] = {}
        archive = self.workspace.archive
        for number in self.cases:
            try:
                told = archive_no(archive.read(number))
            except ArchivistError:
                continue  # ``numbers`` has it among what is unread
            if told:
                found.setdefault(told, []).append(str(number))
        return found

    @cached_property
    def strays(self) -> tuple[FixityFinding, ...]:
        """What lies among the bags and is none of them."""
        return tuple(self._strays())

    def _strays(self) -> Iterator[FixityFinding]:
        archive = self.workspace.archive
        yield from beside_bags(archive.cases, set(map(str, archive.case_numbers())))
        yield from beside_bags(archive.ledger, {folder.name for folder in archive.ledger_folders()})
        yield from beside_bags(archive.batches.folder, set(archive.batches.ids()))
        yield from beside_bags(archive.review, {folder.name for folder in archive.tray.folders()})

    @property
    def ledger_here(self) -> tuple[Event, ...] | str:
        """The events of the ledger of whoever keeps the files, or why they cannot be read."""
        return self.ledger

    @cached_property
    def backup(self) -> ItemOutcome:
        """Whether the last backup is young enough, and whole where its medium is at hand."""
        if isinstance(self.ledger_here, str):
            return not_checked(self.ledger_here)
        made = [event for event in self.ledger_here if event.op is Op.BACKUP_MADE]
        if not made:
            return not_checked("没有备份")
        last = made[-1]
        on = dt.datetime.fromisoformat(last.time).date()
        name, medium = str(last.data["generation"]), str(last.data["medium"])
        if (days := (self.on - on).days) > BACKUP_DAYS:
            return ItemOutcome.of([f"最近一次备份在 {on}，已过 {days} 天"])
        said = f"{on} 备份到 {medium}（{name}）"
        if self.medium is None:
            return ItemOutcome.of(unchecked=[f"{said}，备份盘不在手边，没有检查：用 --backup 指明所在文件夹"])
        return self._checked_backup(self.medium / name, said, str(last.data["heads_sha256"]))

    def _checked_backup(self, folder: Path, said: str, heads: str) -> ItemOutcome:
        try:
            checked = backup_check.check(folder)
            same = generations.read(folder).heads_sha256 == heads
        except ArchivistError as error:
            return ItemOutcome.of(unchecked=[f"{said}，没有检查：{error}"])
        except OSError as error:
            return ItemOutcome.of(unchecked=[f"{said}，没有检查：{reason_of(error)}"])
        if not same:
            return ItemOutcome.of([f"{said}，盘上的这一份与总账所记的不符"])
        wrong = [f"备份检查有 {len(checked.findings)} 处不符"] if checked.findings else []
        wrong += [f"备份时已有 {len(checked.known)} 处损坏"] if checked.known else []
        return ItemOutcome.of(wrong, seen=[f"{said}，{checked.files} 个文件检查相符"])

    def virus_scan(self, path: Path) -> ToolRun | str:
        """Run the configured scanner over a folder, or say why there is none; see ``local_tools``."""
        security = self.workspace.config.security
        if not security.virus_scan:
            return "没有配置杀毒：在 archivist.toml 的 [security] 写 virus_scan"
        return run_tool(security.virus_scan, path)

    @cached_property
    def virus_data(self) -> dt.date | None:
        """The day of the scanner's data; ``None`` where it is not known."""
        told = self.workspace.config.security.virus_data
        try:
            moment = Path(told).stat().st_mtime if told else None
        except OSError:
            return None
        return dt.datetime.fromtimestamp(moment, dt.UTC).date() if moment is not None else None

    def signature_check(self, path: Path) -> ToolRun | str:
        """Run the configured program for electronic signatures over a file, or say why there is none."""
        security = self.workspace.config.security
        if not security.signature_check:
            return "没有配置验签工具：在 archivist.toml 的 [security] 写 signature_check"
        return run_tool(security.signature_check, path)
