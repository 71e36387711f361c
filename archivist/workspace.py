"""The open house: settings, archive, rules, catalogue and index, built in one place and handed to every use case.

Settings, archive, index, rules and catalogue are imported when they are first asked for: no question needs all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist import settings_file
from archivist.errors import (
    AmbiguousCase,
    ArchiveError,
    CaseNotFound,
    IndexFault,
    InvalidValue,
    NewerFormat,
)
from archivist.model.ids import CaseNo
from archivist.os_reasons import reason_of

if TYPE_CHECKING:
    from archivist.config import Config
    from archivist.doctypes.catalogue import Catalogue
    from archivist.model.bag_head import BagHead
    from archivist.model.by import By
    from archivist.model.case import Case
    from archivist.model.document_code import OfficeKey
    from archivist.model.event import Event
    from archivist.reading.picture_cache import PictureCache
    from archivist.rules.pack import Pack
    from archivist.search.engine import Drift
    from archivist.search.index import Index
    from archivist.store import Archive, Draft, Stamp
    from archivist.store.access_log import AccessLog

_FOLLOWED_AT_ONCE: Final = 200
"""So many cases a question lets the index follow before it is answered."""
_SHORT_NUMBER: Final = 6
"""A number of so many digits at most is the last part of a case number."""


@dataclass
class Workspace:
    """One office's workspace. It knows nobody who acts and no clock: every act says by whom and when it is done."""

    root: Path
    behind: IndexFault | None = None
    clock_notices: list[str] = field(default_factory=list)
    disclosing: Callable[[frozenset[CaseNo], frozenset[str]], None] | None = None
    """See ``AccessLog.face``."""
    _later: list[CaseNo] | None = field(default=None, init=False, repr=False)
    _held: dict[str, BagHead] = field(default_factory=dict, init=False, repr=False)
    _checks: dict[CaseNo, Callable[[], None]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """Open the workspace in a folder; its settings are read when first asked for.

        Raises:
            NotAWorkspace: E205.
        """
        settings_file.file_of(root)
        return cls(root)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index's files."""
        if "index" in self.__dict__:
            self.index.close()

    @cached_property
    def config(self) -> Config:
        """The settings; a question that needs none does not fail on them.

        Raises:
            SettingsError: E500.
        """
        from archivist import config

        return config.load(self.root)

    @cached_property
    def archive(self) -> Archive:
        """The archive on disk."""
        from archivist.store import Archive

        archive = Archive(self.root / "archive", checkpoints=self.root / "index" / "checkpoints")
        archive.find_inbox = self._inbox
        if not archive.cases.is_dir():
            archive.create()
        archive.access.face = self.disclosing
        return archive

    def _inbox(self) -> Path:
        from archivist.store import inbox_place

        return inbox_place.place_of(self.root, self.config.options.inbox)

    @property
    def access(self) -> AccessLog:
        """The access log, of which an answer needs no more of the archive."""
        from archivist.store.access_log import AccessLog

        return self.archive.access if "archive" in self.__dict__ else AccessLog(self.root / "archive")

    @cached_property
    def pack(self) -> Pack:
        """The office's rule pack, with the office's own rows and calendar."""
        from archivist.rules import pack

        config, cache = self.config, self.root / "index" / "rule_pack.json"
        return pack.load(
            config.pack, overrides=config.override, calendar=config.calendar, cache=cache, own=self.packs
        )

    def pack_text(self) -> str:
        """The office's rule pack as text, for whoever reads elsewhere what was worked out by it; see ``rules.pack.of_text``."""
        from archivist.rules import layers, pack

        laid = layers.chain(self.config.pack, self.packs)
        return pack.as_text(laid, self.config.override, self.config.calendar)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The document types: the shipped ones, overlaid by the workspace's own."""
        from archivist.doctypes.catalogue import Catalogue, shipped_templates

        return Catalogue.load(
            self.templates, shipped_templates(), cache=self.root / "index" / "doc_types.json"
        )

    @cached_property
    def index(self) -> Index:
        """The index over the archive; opened when first asked."""
        from archivist.search.index import Index

        return Index(self.root / "index", self.archive)

    @property
    def pictures(self) -> PictureCache:
        """Pictures of pages that were made once."""
        from archivist.reading.picture_cache import PictureCache

        return PictureCache(self.root / "index")

    @property
    def templates(self) -> Path:
        """The workspace's own templates."""
        return self.root / "doc_templates"

    @property
    def packs(self) -> Path:
        """The workspace's own rule packs."""
        return self.root / "packs"

    def keys(self) -> tuple[OfficeKey, ...]:
        """Return the office's keys, with which the codes on its documents are checked.

        Raises:
            ArchiveError: E200, one cannot be read.
        """
        from archivist.store import office_keys

        return office_keys.read(self.root)

    def issuing_key(self, by: By) -> OfficeKey:
        """Return the key new codes are made with; a workspace made before there were keys gets its first.

        Raises:
            ArchiveError: E200, one cannot be read. WriteFailed: E204.
        """
        from archivist.store import office_keys

        with self.archive.writing(by.actor):
            keys = self.keys()
            return keys[-1] if keys else office_keys.make(self.root)

    def stamp(self, by: By) -> Stamp:
        """Return who acts and when, under the office's rules."""
        from archivist.store import Stamp

        return Stamp(by, self.pack.stamp)

    @contextmanager
    def writing(self, by: By) -> Iterator[None]:
        """Hold the archive's lock; where an earlier writer died or failed, the index catches up first.

        Raises:
            SettingsError: E500, no inbox may be where the settings say; no act stops half-way at that.
        """
        _ = self.archive.inbox
        with self.archive.writing(by.actor):
            if self.archive.healed:
                self.archive.healed = False
                self._let_index(self.index.catch_up)
            yield

    def commit(self, number: CaseNo, make: Callable[[Case], Draft], by: By) -> tuple[Case, Event]:
        """Commit one change of a case and let the index follow."""
        from archivist.store import machine_clock

        with self.writing(by):
            self.look_again(number)
            case, event = self.archive.commit(number, make, self.stamp(by))
            self._checks.pop(number, None)  # what follows in the same act stands on its own change
            self.follow(number)
        before = machine_clock.read_event(self.archive.folder(number), event.seq - 1)
        if before and machine_clock.is_behind(by, before):
            self.clock_notices.append(
                f"{number}：机器时间早于上一事件（{before.real_time[:16].replace('T', ' ')}），已照记；请把电脑的日期和时间调对"
            )
        return case, event

    @contextmanager
    def looking_again(self, number: CaseNo, check: Callable[[], None]) -> Iterator[None]:
        """Let ``check`` look at a case once more, under the lock, before the first change of it that the block makes.

        Whoever decided on what a screen showed must not write over what came since. Looking before the lock is taken leaves
        a gap; taking the lock for the whole act would let everybody wait while a paper is laid out.
        """
        self._checks[number] = check
        try:
            yield
        finally:
            self._checks.pop(number, None)

    def look_again(self, number: CaseNo) -> None:
        """Do what ``looking_again`` asks for; whoever calls it holds the lock."""
        if check := self._checks.get(number):
            check()

    @contextmanager
    def together(self, by: By) -> Iterator[None]:
        """Hold the lock over several commits and let the index follow once, after the last.

        Survives: a kill in between leaves the lock behind, and the next writer's index catches up.
        """
        with self.writing(by):
            self._later = []
            try:
                yield
            finally:
                numbers, self._later = self._later, None
                if numbers:
                    self._let_index(lambda: self._follow_now(numbers))

    def follow(self, number: CaseNo) -> None:
        """Let the index follow a case. The commit stands whatever becomes of the index: a fault is kept, not raised."""
        if self._later is not None:
            self._later.append(number)
        else:
            self._let_index(lambda: self._follow_now((number,)))

    def forget(self, *numbers: CaseNo) -> None:
        """Let the index forget destroyed cases, in every file; where it cannot now, catching up does."""
        for number in numbers:
            self.pictures.forget(number)
        self._let_index(lambda: self.index.remove(*numbers))

    def forget_later(self, number: CaseNo) -> None:
        """Let no answer tell of a destroyed case any more. ``forget`` then takes what the index's files hold of all such at once."""
        self.pictures.forget(number)
        self._let_index(lambda: self.index.take_out(number))

    def _follow_now(self, numbers: Iterable[CaseNo]) -> None:
        with self.index.together():
            self.index.follow_many(numbers)
            self.hold_heads()

    def hold_heads(self, heads: Iterable[BagHead] = ()) -> None:
        """Let the index remember the heads of bags that are no cases: of the ledger as it stands, and those given."""
        known = {head.bag: head for head in (*heads, *self.archive.ledgers.heads())}
        new = [head for head in known.values() if self._held.get(head.bag) != head]
        if new:
            self._let_index(lambda: self.index.hold(*new))
            self._held |= known

    def adopt(self, name: str) -> None:
        """Let the index follow a bag anew whose history people decided to keep as it is."""
        self._let_index(lambda: self.index.adopt(name))
        self.hold_heads()

    def _let_index(self, follow: Callable[[], object]) -> None:
        try:
            follow()
        except IndexFault as fault:
            self.behind = fault
        except OSError as error:
            self.behind = IndexFault(f"磁盘拒绝写入索引（{reason_of(error)}），档案不受影响")
        else:
            if self.index.changed:
                self.behind = IndexFault(
                    f"{len(self.index.changed)} 户的事件链缺少索引记得的事件，索引没有跟进",
                    remedy="运行 archivist verify 查明；不要先恢复或覆盖任何文件。",
                )

    def catch_up(self, by: By) -> None:
        """Let the index follow whatever it missed, first thing in a long run."""
        with self.archive.writing(by.actor):
            self.index.catch_up()

    def tidy_index(self) -> None:
        """Let the index put its pieces together, when nothing else is to be done."""
        self._let_index(self.index.tidy)

    def made_current(self, behind: Sequence[CaseNo] | None = None) -> str:
        """Let the index follow what a writer that died or failed left out, unless another one is at work.

        Args:
            behind: what the index lacks, where somebody has just asked.

        Returns:
            What is to be said of an index that still lacks something; empty when it does not.

        Raises:
            IndexFault: E400.
        """
        behind = self.index.behind() if behind is None else behind
        if 0 < len(behind) <= _FOLLOWED_AT_ONCE:
            with suppress(IndexFault), self.index.together(wait_s=0):
                self.index.follow_many(())
            behind = self.index.behind()
        if not behind:
            return ""
        return f"索引还缺 {len(behind)} 户的最新内容，结果可能不全：运行 archivist verify 查明，archivist reindex 补上"

    def drift(self) -> list[Drift]:
        """Return the cases of which the index could know more; of one that a newer program wrote to it cannot.

        Raises:
            IndexFault: E400.
        """
        return [d for d in self.index.drift() if d.archive_seq is None or not self._newer(d.number)]

    def _newer(self, number: CaseNo) -> bool:
        try:
            self.archive.read(number)
        except NewerFormat:
            return True
        except ArchiveError:
            return False
        return False

    def find_case(self, text: str) -> CaseNo:
        """Return the case a person means: by number or its last digits, by ID number, or by an unambiguous name.

        Raises:
            CaseNotFound: E201. AmbiguousCase: E003, with the candidates' numbers.
        """
        try:
            number = CaseNo.parse(text)
        except InvalidValue:
            if len(text.strip()) <= _SHORT_NUMBER and text.strip().isdecimal():
                return self._by_sequence(int(text))
            rows = self.index.find_cases(text)
            if not rows and self.index.behind():
                self.made_current()
                rows = self.index.find_cases(text)
            if not rows:
                raise CaseNotFound(f"没有找到与“{text}”相符的户档") from None
            if len({r.number for r in rows}) > 1:
                listed = [f"{r.number} {r.applicant} {r.status}" for r in rows]
                raise AmbiguousCase(f"“{text}”对应 {len(rows)} 户", problems=listed) from None
            return rows[0].number
        self.archive.folder(number)
        return number

    def _by_sequence(self, sequence: int) -> CaseNo:
        found = [n for n in self.archive.case_numbers() if n.sequence == sequence]
        if not found:
            raise CaseNotFound(f"没有序号为 {sequence} 的户档")
        if len(found) > 1:
            raise AmbiguousCase(f"序号 {sequence} 对应 {len(found)} 户", problems=[str(n) for n in found])
        return found[0]
