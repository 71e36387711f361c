"""The archive on disk: cases, ledger, tray, and the one lock for whoever writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from archivist.disposal_errors import AlreadyDestroyed, ListChanged
from archivist.errors import ArchiveError, CaseNotFound, IntegrityAlarm
from archivist.model.case import Case
from archivist.model.event import Data, Event, Op
from archivist.model.ids import CaseNo, RecordNo, Sha256
from archivist.model.record import Record
from archivist.model.tombstone import Tombstone
from archivist.store import archive_format, bag, chain, commit, durable_files, outbox, source_name
from archivist.store.access_log import AccessLog
from archivist.store.bag_heads import bag_folder, event_digest, is_listed, last_event, numbers_of
from archivist.store.bag_replacements import BagReplacements
from archivist.store.batches import Batches
from archivist.store.bulk_openings import BulkOpenings
from archivist.store.case_numbers import CaseNumbers, announce, unmade
from archivist.store.chain import Chain
from archivist.store.commit import Draft, NewFile, Stamp
from archivist.store.custody import Custody, own_numbers
from archivist.store.destruction import Destructions, Sentence
from archivist.store.head_log import HeadLog
from archivist.store.household_mergers import MERGERS
from archivist.store.household_splits import SPLITS
from archivist.store.index_trail import IndexTrail
from archivist.store.ledger import LedgerBags
from archivist.store.lock import WriterLock
from archivist.store.notes import DamagedNote
from archivist.store.number_runs import NumberRun, NumberRuns
from archivist.store.owed_entries import LedgerDebts
from archivist.store.quarantine import Alarms
from archivist.store.receptions import Receptions
from archivist.store.record_moves import MOVES
from archivist.store.recovery import Recovery, recover
from archivist.store.review_tray import Tray
from archivist.store.two_case_changes import TwoCaseChange, TwoCaseChanges, require_fitting

KINDS: Final = (MOVES, SPLITS, MERGERS)
FOLDERS: Final = (
    "inbox", "cases", "ledger", "review", "outbox", ".work", "alarms", "moves", "batches", "runs", "changed",
)  # fmt: skip


class Archive:
    """The folder ``archive/``, the truth. Reading needs no lock; every write goes through ``writing``.

    The bureau's has no cases of its own: what it reads are the copies that offices handed over (``receptions``).
    """

    def __init__(self, root: Path, *, wait_s: float = 30.0, checkpoints: Path | None = None) -> None:
        self.root = root
        self.find_inbox: Callable[[], Path] = lambda: root / FOLDERS[0]
        _, self.cases, self.ledger, self.review, self.outbox, self.work, *others = (root / n for n in FOLDERS)
        alarms, moves, batches, runs, _ = others
        self.lock = WriterLock(
            root / ".lock", wait_s=wait_s, admit=partial(archive_format.require_known, root)
        )
        self.access = AccessLog(root)
        self.heads = HeadLog(root, lambda *entry: self.ledgers.enter(*entry), self.access.anchor)
        self.tray = Tray(self.review, self.work)
        self.batches = Batches(batches, self.work, self.tray, self.heads.changing)
        self.alarms = Alarms(alarms, self.work)
        self.two_case_changes = TwoCaseChanges(moves, self.work, self.cases, self.heads.changing, KINDS)
        self.ledgers = LedgerBags(
            self.ledger, self.work, self.heads.changing, checkpoints, partial(own_numbers, root)
        )
        self.replacements = BagReplacements(moves, root, self.outbox)
        self.debts = LedgerDebts(moves, self.work, self.ledgers)
        self.custody = Custody(self.ledgers)
        self.runs = NumberRuns(runs, self.ledgers, self.read, self.debts)
        self.destructions = Destructions(self.cases, self.work, self.ledgers)
        self.openings = BulkOpenings(self.work, self.cases, self.heads.changing_all, self.destructions.refuse)
        self.receptions = Receptions(root, self.ledgers, self.heads.changing_all, self.access.disclose)
        self.trail = IndexTrail(self.ledgers, self.heads.changed.names)
        self.recovered = Recovery()
        self.healed = False
        self._started = False

    @cached_property
    def inbox(self) -> Path:
        """Where files are dropped, in the archive or outside; see ``inbox_place``, which may refuse it (E500)."""
        return self.find_inbox()

    def create(self) -> None:
        """Make the folders that are missing; a new archive says of which format it is.

        Raises:
            NewerFormat: E210, what is there is of a newer format.
        """
        archive_format.require_known(self.root)
        new = not self.cases.is_dir()
        wanted = (self.root, *(self.root / n for n in FOLDERS), *self.receptions.folders())
        missing = [p for p in wanted if not p.is_dir()]
        for path in missing:
            durable_files.make_private_folder(path)
        for path in {p.parent for p in missing}:
            durable_files.sync_folder(path)
        if new and archive_format.read(self.root) is None:
            archive_format.write(self.root, self.work)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────
    def case_numbers(self) -> list[CaseNo]:
        """Return the numbers of all cases, in order; a folder of another name is none, nor a destroyed one put back by hand."""
        return sorted({*numbers_of(self.root)} - self.destroyed())

    def folder(self, number: CaseNo) -> Path:
        """Return a case's folder.

        Raises:
            CaseNotFound: E201.
        """
        path = bag_folder(self.root, str(number))
        if not path.is_dir():
            stone = self.destructions.readable().get(number)
            told = self.custody.before(number) + stone.words if stone else ""
            raise CaseNotFound(f"{number} {told}" if told else f"没有户档 {number}")
        return path

    def tombstones(self) -> Mapping[CaseNo, Tombstone]:
        """Return what stays of the cases that were destroyed, or are being; see ``destruction``."""
        return self.destructions.tombstones()

    def destroyed(self) -> frozenset[CaseNo]:
        """Return the cases of ``tombstones``; none where the ledger cannot be read."""
        return frozenset(self.destructions.readable())

    def chain(self, number: CaseNo) -> Chain:
        """Return a case's checked chain of events."""
        return chain.read(self.folder(number))

    def read(self, number: CaseNo) -> Case:
        """Return a case as its events say.

        Raises:
            CaseNotFound: E201. IntegrityAlarm: E202, when chain or events do not hold together.
            NewerFormat: E210, when a newer program wrote to it.
        """
        return self._fold(number, self.chain(number))

    @staticmethod
    def _fold(number: CaseNo, current: Chain) -> Case:
        try:
            return chain.state(number, current)
        except chain.UNFIT as error:
            raise IntegrityAlarm(f"事件内容前后矛盾（{error}）", file=str(number)) from error

    def head(self, number: CaseNo) -> tuple[int, Sha256]:
        """Return sequence number and digest of a case's last event, reading only that one file."""
        return last_event(self.folder(number), str(number))

    def is_listed(self, number: CaseNo) -> bool:
        """Tell whether the manifest of a case lists its last event; not while that is written, or when somebody put one there."""
        return is_listed(bag_folder(self.root, str(number)), str(number))

    def event_digest(self, name: str, seq: int) -> Sha256 | None:
        """Return the SHA-256 of one event of a bag by its External-Identifier, ``None`` where there is none."""
        return event_digest(bag_folder(self.root, name), seq)

    def text(self, number: CaseNo, record: RecordNo) -> str:
        """Return a record's recognised text, pages split by form feed; empty when there is none."""
        path = self.folder(number) / "text" / f"{record}.txt"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def source(self, number: CaseNo, record: RecordNo, source: Data) -> Data:
        """Return the source of a record, as it stands in its event, with the ``name`` unless that was taken away."""
        return source_name.named(self.folder(number), record, source)

    def source_name(self, number: CaseNo, record: Record) -> str:
        """Return the name of the file a record came from; empty when it came from none or the name was taken away."""
        return str(self.source(number, record.no, record.source).get(source_name.NAME, ""))

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────
    @contextmanager
    def writing(self, actor: str) -> Iterator[None]:
        """Hold the workspace's lock; heal first what an earlier owner's death left behind.

        Raises:
            ArchiveLocked: E203. NewerFormat: E210, the archive is of a newer format; nothing was touched.
            IntegrityAlarm: E202, nobody can tell of which format it is.
        """
        with self.lock.held(actor) as dirty:
            if dirty or not self._started:
                with durable_files.writing("恢复未完成，没有写入新的内容"):
                    self.create()
                    if dirty:  # whoever died may have died between a rename and its fsync
                        own = (self.root, self.work, self.cases, self.ledger, self.review)
                        others = (self.two_case_changes.folder, self.batches.folder, *self.tray.folders())
                        for folder in (*own, *others, *self.heads.changed.folders()):
                            durable_files.sync_folder(folder)
                        durable_files.sync_names(self.outbox)
                    self.recovered = self._recover(killed=dirty)
                    if archive_format.read(self.root) is None:
                        archive_format.write(self.root, self.work)
                self._started = True
                self.healed = self.healed or dirty or bool(self.recovered.done)
                self.ledgers.forget()
            yield

    def open_case(self, number: CaseNo, organisation: str, draft: Draft, stamp: Stamp) -> Case:
        """Make a new case with its first event.

        Raises:
            AlreadyDestroyed: E604, there was one of this number.
        """
        info = bag.case_info(number, organisation, stamp.by.today)
        with self.writing(stamp.by.actor):
            self.destructions.refuse(number)
            announce(self.work, number)
            self.heads.changing(str(number), stamp)
            _, made = commit.create(self.work, self.cases / str(number), info, draft, stamp)
            return self._fold(number, made)

    def commit(self, number: CaseNo, make: Callable[[Case], Draft], stamp: Stamp) -> tuple[Case, Event]:
        """Commit one change of a case.

        Args:
            number: the case.
            make: given the case as it stands under the lock, says what to change; may raise to refuse.
            stamp: who, when, under which rule pack.

        Returns:
            The case after the change, and the event.
        """
        with self.writing(stamp.by.actor):
            self.refuse(number)
            self.custody.refuse(number)
            current = self.chain(number)
            case = self._fold(number, current)
            draft = make(case)
            require_fitting(case, draft, stamp)
            self.heads.changing(str(number), stamp)
            event = commit.commit(self.folder(number), current, draft, stamp)
            return self._fold(number, current), event

    def destroy(
        self, number: CaseNo, head: Sha256, confirm: Callable[[Case], Sentence], stamp: Stamp
    ) -> Tombstone:
        """Destroy one case, under a lock of its own; nothing else of the program deletes one.

        Args:
            number: the case.
            head: of its chain as it was decided upon.
            confirm: given the case as it stands under the lock, says by what it is destroyed; raises to leave it alone.
            stamp: who, when, under which rule pack.

        Raises:
            ListChanged: E603, its head is another. IntegrityAlarm: E202. WriteFailed: E204, see ``Destructions.carry_out``.

        Survives: a kill at any point, see ``destruction``.
        """
        with self.writing(stamp.by.actor):
            self.refuse(number)
            current = self.chain(number)
            commit.require_sound(self.folder(number), current)
            if current.head != head:
                raise ListChanged("内容已变，与清册不符", file=str(number))
            said = confirm(self._fold(number, current))
            return self.destructions.carry_out(said.tombstone(number, self.folder(number), current), stamp)

    def refuse(self, number: CaseNo) -> None:
        """Refuse to write to a case that failed its check, or that is in the midst of what nobody can read any more.

        Raises:
            IntegrityAlarm: E202, with the findings. DamagedFile: E212, a note of what was begun is damaged.
            AlreadyDestroyed: E604, somebody put it back.
        """
        self.alarms.refuse(number)
        if stone := self.destructions.readable().get(number):
            raise AlreadyDestroyed(stone.words, file=str(number))
        for note in self.two_case_changes.damaged():
            if number in note.stops:
                raise note.why

    def damaged_notes(self) -> list[DamagedNote]:
        """Return the notes outside the bags and the tray of which nothing can be used."""
        kinds = (self.alarms, self.two_case_changes, self.debts, self.runs)
        return [note for kind in kinds for note in kind.damaged()]

    def change_two_cases(
        self, change: TwoCaseChange, make: Callable[[Case, Case], Draft]
    ) -> tuple[Case, Case]:
        """Let something go from one case to another that is there: the target takes it first, then the other lets it go.

        Args:
            change: what, from where to where.
            make: given both cases as they stand under the lock, says how the target takes it; may raise to refuse.

        Returns:
            The target and the case it left.

        Raises:
            IntegrityAlarm: E202, when one of the cases takes no events; nothing was written.
            WriteFailed: E204; its message says whether the target has it by now.

        Survives: a kill at any point; the next start completes the change, or it never began.
        """
        with self.writing(change.stamp.by.actor):
            for number in (change.case, change.target):
                self.refuse(number)
                self.custody.refuse(number)
            case, target = self.read(change.case), self.read(change.target)
            draft = make(case, target)
            require_fitting(case, change.departure(case, self.chain(change.target)), change.stamp)
            require_fitting(target, draft, change.stamp)

            def take() -> Chain:
                self.commit(change.target, lambda _: draft, change.stamp)
                return self.chain(change.target)

            return self.two_case_changes.carry_out(change, take)

    # ── the ledger: one bag a year, never destroyed ──────────────────────────────────────────────────────
    @contextmanager
    def taking_numbers(self, stamp: Stamp, job: str = "") -> Iterator[NumberRun]:
        """Be a run that takes reference numbers, for a block; what of them no document bears is vacant (空号) after it.

        Args:
            stamp: who, when, under which rule pack.
            job: the bulk job that is done; empty when none.

        Raises:
            ArchiveLocked: E203, another run that lives does the same bulk job. WriteFailed: E204.
            ClockBehind: E214.

        Survives: a kill at any point; whoever takes numbers next enters as vacant what was taken and not used.
        """
        with self.writing(stamp.by.actor):
            run = self.runs.begin(stamp, job)
        try:
            yield run
        finally:
            try:
                with suppress(ArchiveError), self.writing(stamp.by.actor):
                    self.runs.end(run, stamp)  # what cannot be entered now, the next who takes numbers enters
            finally:
                run.release()

    def allocate(self, sequence: str, year: int, stamp: Stamp, count: int = 1) -> tuple[int, ...]:
        """Take the next numbers of a sequence for good, from 1 upwards. Gaps may arise, a number is never given twice."""
        with self.writing(stamp.by.actor):
            self.runs.prepare(stamp)
            return self.ledgers.allocate(sequence, year, count, {}, stamp)

    def note(self, op: Op, data: Data, stamp: Stamp, reason: str = "", *files: NewFile) -> Event:
        """Write one event into the ledger of the stamp's year, with files that are to be kept in its bag."""
        with self.writing(stamp.by.actor):
            return self.ledgers.enter(stamp.by.today.year, Draft(op, data, reason, files), stamp)

    def hand_out(
        self,
        group: str,
        stem: str,
        contents: Mapping[str, outbox.Content],
        op: Op,
        data: Data,
        stamp: Stamp,
        naming: Iterable[CaseNo | str] = (),
    ) -> tuple[Path, ...]:
        """Write one document into a folder of the outbox, beside what was written before, enter it in the ledger, return its files.

        The ledger keeps the names, digests and sizes, not the contents: it is never destroyed, and they may name people.

        Args:
            group: the folder within the outbox.
            stem: the name of its files without what follows the dot; counted up where it is taken.
            contents: ``.docx`` → bytes, or what yields them; all under one name.
            op: what the ledger calls it.
            data: what the ledger says of it; ``files`` is added.
            stamp: who, when, under which rule pack.
            naming: the households it names, which is on record first.

        Raises:
            WriteFailed: E204, AccessNotLogged: E213; nothing of it was written.

        Survives: killed in between, files lie in the outbox of which the ledger does not know; they were not handed out.
        """
        self.access.disclose(naming)
        with self.writing(stamp.by.actor), durable_files.writing("没有写入", file=stem):
            entry = self.ledgers.place_of_next(stamp.by.today.year, stamp)
            return outbox.hand_out(
                self.outbox / group,
                self.root,
                stem,
                contents,
                lambda files: self.note(op, {**data, "files": files}, stamp),
                entry.exists,
            )

    def ledger_folders(self) -> list[Path]:
        """Return the ledger's bags, one a year, in order."""
        return self.ledgers.folders()

    def ledger_events(self, *ops: Op) -> Iterator[Event]:
        """Yield every event of the ledger, or those that did one of these, year by year.

        Raises:
            IntegrityAlarm: E202, when a year's chain is broken.
        """
        return self.ledgers.events(*ops)

    # ── recovery ─────────────────────────────────────────────────────────────────────────────────────────
    def _recover(self, *, killed: bool) -> Recovery:
        """Heal what a death left; what was begun of a destruction first, for the ledger takes nothing else before."""
        is_unmade = unmade(self.work, self.cases, self.heads.changed.names()) if killed else lambda _: False
        opened = self.openings.recover()
        bags = [*self.cases.iterdir(), *self.ledger.iterdir(), *self.batches.folders()]
        numbers = CaseNumbers(self.ledgers, is_unmade)
        first = (self.replacements, self.destructions, self.debts, numbers)
        begun = (*first, self.two_case_changes, self.batches, self.receptions)
        healed = recover(self.work, bags, begun, self.tray, self.outbox, self.chain)
        return Recovery(
            (*opened, *healed.done), (*healed.alarms, *(str(note.why) for note in self.damaged_notes()))
        )
