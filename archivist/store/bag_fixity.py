"""Checking a bag against its chain: every event, every file, every manifest, and nothing that nobody recorded.

The chain is the truth: a file is compared with the digest its event names, so a file swapped together with the
manifests is found all the same. What the chain cannot show is a history rewritten from the first changed event to
the last; for that the heads must be held by somebody else.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from archivist.errors import NewerFormat
from archivist.model.case_fold import fold
from archivist.model.event import Data, Op
from archivist.model.ids import CaseNo, Sha256
from archivist.os_reasons import reason_of
from archivist.store import archive_format, bag, chain, durable_files, fixity_words, machine_clock, notes
from archivist.store.bag_contents import DECLARED_BY, BagContents, FileDigests, contents, identity
from archivist.store.chain import Chain, ForeignEvent
from archivist.store.event_witnesses import (
    EventFault,
    StoredEvent,
    alike,
    judge,
    path_of,
    read_events,
    seq_of,
)
from archivist.store.foreign_files import is_foreign


class FixityFault(StrEnum):
    """What is wrong with a file. The words are stable."""

    MISSING = "missing"
    CHANGED = "changed"
    EXTRA = "extra"
    CHAIN = "chain"
    STATE = "state"
    UNCHECKED = "unchecked"
    NEWER = "newer"
    FOREIGN = "foreign"
    STRAY = "stray"
    MISPLACED = "misplaced"
    DOUBLE = "double"
    NESTED = "nested"
    LINK = "link"
    HISTORY = "history"
    GONE = "gone"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        """The problem in Chinese."""
        return fixity_words.LABELS[self.value]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return fixity_words.REMEDIES[self.value]


PLACES: Final = ("cases", "ledger", "batches", "review")
"""Stand where findings about what lies beside the bags have the name of a bag."""
WHOLE_ARCHIVE: Final = "archive"
"""Stands where findings about ``archive/FORMAT`` have the name of a bag."""


@dataclass(frozen=True, slots=True)
class FixityFinding:
    """One thing that is not as the chain says. ``file`` is relative to the bag; sizes in bytes."""

    bag: str
    file: str
    problem: FixityFault
    expected: str = ""
    found: str = ""

    def to_plain(self) -> dict[str, str]:
        """Return the finding as it stands in the ledger."""
        return {k: str(v) for k, v in asdict(self).items()}

    @classmethod
    def from_plain(cls, plain: Data) -> FixityFinding:
        """Read a finding back."""
        return cls(
            plain["bag"], plain["file"], FixityFault(plain["problem"]), plain["expected"], plain["found"]
        )


def remedy(finding: FixityFinding, found: Iterable[FixityFinding]) -> str:
    """Return what to do about a finding among others; in a bag that a newer program wrote to, nothing before upgrading."""
    if any(f.bag == finding.bag and f.problem is FixityFault.NEWER for f in found):
        return FixityFault.NEWER.remedy
    if finding.bag == WHOLE_ARCHIVE:
        return archive_format.REMEDY
    if finding.bag in PLACES and finding.problem is FixityFault.EXTRA:
        return f"查明来历，移出 archive/{finding.bag}；这里只放档案"
    return notes.remedy(finding.bag, finding.file) or finding.problem.remedy


def refuse_newer(found: Iterable[FixityFinding]) -> None:
    """Refuse to decide about, or mend, what a newer program wrote.

    Raises:
        NewerFormat: E210.
    """
    for finding in found:
        if finding.problem is FixityFault.NEWER:
            raise NewerFormat(f"{finding.file} {finding.found}", file=finding.bag)


@dataclass(frozen=True, slots=True)
class BagCheck:
    """One bag after its check.

    Attributes:
        read: the number of bytes that were hashed.
        identity: whose bag it is, by its events and its ``bag-info.txt``; what its folder is named, where they say nothing.
        head: digest of the last event; empty where the chain does not hold.
        foreign: what other programs left there; no faults.
        digests: of the events' files in order, as far as the chain holds together.
        set_back: the events that were written while the machine's clock was behind the event before; no faults.
    """

    bag: str
    events: int
    files: int
    read: int
    findings: tuple[FixityFinding, ...]
    identity: str = ""
    head: str = ""
    foreign: tuple[FixityFinding, ...] = ()
    digests: tuple[Sha256, ...] = ()
    set_back: tuple[int, ...] = ()


def check_bag(folder: Path, *, quick: bool = False, known: FileDigests | None = None) -> BagCheck:
    """Check one bag; nothing is written, no link is followed.

    Args:
        folder: a case, a year of the ledger, or a batch.
        quick: chain, manifests and sizes only; the content of files is not read.
        known: what this process wrote there a moment ago, by path: such a file is not read again.
    """
    name = folder.name
    check = _Check(folder, quick, known or {})
    try:
        check.run()
    except OSError as error:
        return BagCheck(
            name, 0, 0, 0, (FixityFinding(name, "", FixityFault.UNCHECKED, "", reason_of(error)),)
        )
    return BagCheck(
        name,
        check.count,
        len(check.expected),
        check.read,
        tuple(check.findings),
        check.identity,
        check.head,
        tuple(check.foreign),
        check.digests,
        tuple(check.set_back),
    )


class _Check:
    """The check of one bag, step by step. Every file is read once."""

    def __init__(self, folder: Path, quick: bool, known: FileDigests) -> None:
        self.folder = folder
        self.quick = quick
        self.known = known
        self.findings: list[FixityFinding] = []
        self.foreign: list[FixityFinding] = []
        self.expected: dict[str, tuple[Sha256, int | None]] = {}
        self.identity = bag.identifier(folder.name)
        self.head = ""
        self.set_back: list[int] = []
        self.digests: tuple[Sha256, ...] = ()
        self.count = 0
        self.read = 0
        self._newer = False
        self._here = BagContents()
        self._fixed: dict[str, bytes] = {}
        self._tags: dict[str, Sha256] = {}
        self._contradicted: frozenset[str] = frozenset()
        self._events: dict[int, StoredEvent] = {}
        self._wrong: list[EventFault] = []

    def run(self) -> None:
        state = self.folder.lstat()
        if durable_files.is_link(state) or not stat.S_ISDIR(state.st_mode):
            link = durable_files.is_link(state)
            self._say("", FixityFault.LINK if link else FixityFault.CHANGED, "文件夹", _NOT_A_FILE[link])
            return
        self._look()
        self._identify()
        current, whole = self._chain()
        if whole:
            current = self._without_surplus(current)
            self._state(current)
            self.head = current.head
            self.set_back = machine_clock.set_back([event for event, _ in current.events])
        self.digests = tuple(digest for _, digest in current.events)
        self._manifests(current if whole else None)
        if not self._newer:  # else what the newer events moved or took away, only the manifests tell
            self.expected |= {p: (d, s) for p, (d, s) in current.files.items()}
        if not whole:  # what the broken chain no longer tells, the manifests still do
            self.expected |= {p: (d, None) for p, d in self._listed().items() if p not in self.expected}
        for path, (digest, size) in sorted(self.expected.items()):
            self._file(path, digest, size)
        self._surplus()

    def _say(self, file: str, problem: FixityFault, expected: str = "", found: str = "") -> None:
        self.findings.append(
            FixityFinding(self.folder.name, durable_files.shown(file), problem, expected, found)
        )

    def _look(self) -> None:
        """See what is there; read the manifests and the events."""
        self._here = contents(self.folder)
        for name in _FIXED:
            if name in self._here.files:
                self._fixed[name] = durable_files.read(f"{self.folder}/{name}")
            elif name not in self._here.links:
                self._say(name, FixityFault.MISSING)
        tags = self._fixed.get(bag.TAG_MANIFEST, b"")
        self._contradicted = bag.contradicted(tags)
        self._tags = bag.uncontradicted(tags)
        self._events, self.read = read_events(self.folder, self._here.files)
        self.count, self._wrong = judge(self._events, tags)

    # ── whose bag it is ──────────────────────────────────────────────────────────────────────────────────
    def _told_info(self) -> str:
        """Return the digest of ``bag-info.txt`` as the first event tells it; empty where it does not, or is wrong."""
        first = self._events.get(1)
        if first is None or first.event is None or any(fault.seq == 1 for fault in self._wrong):
            return ""
        return str(first.event.data.get("bag_info_sha256", ""))

    def _identify(self) -> None:
        """Hold the folder's name, ``bag-info.txt`` and the events against one another, and say which of them disagrees."""
        here = self.identity
        wrong = {fault.seq for fault in self._wrong}
        files = (file for seq, file in sorted(self._events.items()) if seq not in wrong and seq <= self.count)
        named = [file.event.case for file in files if file.event and file.event.case]
        info = self._fixed.get(bag.INFO, b"")
        told = self._told_info()
        said = ""
        if alike(bag.sha256(info), told or self._tags.get(bag.INFO, "")):
            said = bag.external_identifier(info)
        if here not in named and not (told and said == here):
            self.identity = named[0] if named else said or here
        if self.identity != here:
            twin = self.folder.with_name(bag.folder_name(self.identity))
            problem = FixityFault.DOUBLE if identity(twin) == self.identity else FixityFault.MISPLACED
            self._say("", problem, here, self.identity)
        elif said and said != here:
            self._say(bag.INFO, FixityFault.MISPLACED, here, said)

    # ── the chain ────────────────────────────────────────────────────────────────────────────────────────
    def _chain(self) -> tuple[Chain, bool]:
        """Say which events are wrong, and return the chain as far as it holds together, and whether it does so to its end."""
        current = Chain(self.identity)
        for fault in self._wrong:
            path = path_of(fault.seq)
            if not self._here.is_hidden(path):
                problem = FixityFault.MISSING if fault.found is None else FixityFault.CHANGED
                self._say(path, problem, fault.expected, fault.found or "")
        if not self.count and not self._here.is_hidden(path_of(1)):
            self._say(path_of(1), FixityFault.MISSING)
        for seq, file in sorted(self._events.items()):
            if seq > self.count:
                self._say(path_of(seq), FixityFault.STRAY, f"事件链到第 {self.count} 个为止")
            elif file.newer and not self._newer:
                self._newer = True
                self._say(path_of(seq), FixityFault.NEWER, "", file.why)
        wrong = {fault.seq for fault in self._wrong}
        for seq in range(1, self.count + 1):
            if seq in wrong or not self._follows(seq, current):
                return current, False
        return current, self.count > 0

    def _follows(self, seq: int, current: Chain) -> bool:
        """Add an event, which is as it was written, to the chain; tells whether it belongs there."""
        file = self._events[seq]
        try:
            if file.event is None:
                if not file.newer:
                    self._say(path_of(seq), FixityFault.CHAIN, "", file.why)
                return False
            current.append(file.event, file.digest)
        except ForeignEvent as foreign:
            self._say(path_of(seq), FixityFault.MISPLACED, self.identity, foreign.case)
            return False
        except chain.UNFIT as error:
            self._say(path_of(seq), FixityFault.CHAIN, "", str(error))
            return False
        return True

    def _without_surplus(self, current: Chain) -> Chain:
        """Return the chain without events at its end that the manifests, which fit all others, know nothing of."""
        known = sum(seq_of(path) is not None for path in self._tags)
        tags = self._fixed.get(bag.TAG_MANIFEST, b"")
        if not 0 < known < self.count or current.manifests(self._info_digest())[1] == tags:
            return current
        before = Chain(self.identity)
        for event, digest in current.events[:known]:
            before.append(event, digest)
        if before.manifests(self._info_digest())[1] != tags:
            return current
        for seq in range(known + 1, self.count + 1):
            self._say(path_of(seq), FixityFault.STRAY, f"清单所列的事件到第 {known} 个为止")
        self.count = known
        return before

    def _state(self, current: Chain) -> None:
        if current.events[0][0].op is not Op.CASE_OPENED:
            return  # a year of the ledger has no state to contradict
        try:
            fold(CaseNo.parse(self.identity), current.events)
        except chain.UNFIT as error:
            self._say("", FixityFault.STATE, "", str(error))

    # ── the manifests ────────────────────────────────────────────────────────────────────────────────────
    def _info_digest(self) -> Sha256:
        """Return the digest ``bag-info.txt`` ought to have."""
        found = bag.sha256(self._fixed.get(bag.INFO, b""))
        line = self._tags.get(bag.INFO, found)
        return Sha256(self._told_info()) or (found if alike(line, found) else line)

    def _manifests(self, current: Chain | None) -> None:
        """Compare the declaration and the manifests with what the chain makes them."""
        wanted = {"bagit.txt": bag.sha256(bag.DECLARATION), bag.INFO: self._info_digest()}
        if self._newer:
            wanted = {name: self._tags[name] for name in _FIXED if name in self._tags}
        if current is not None:
            made = current.manifests(wanted[bag.INFO])
            wanted |= dict(zip((bag.MANIFEST, bag.TAG_MANIFEST), map(bag.sha256, made), strict=True))
        elif self._contradicted or any(
            fault.expected and not alike(self._tags.get(path_of(fault.seq), fault.expected), fault.expected)
            for fault in self._wrong
        ):  # it was made anew to fit what was changed
            wanted[bag.TAG_MANIFEST] = Sha256("")
        for name, digest in wanted.items():
            if name in self._fixed and (found := bag.sha256(self._fixed[name])) != digest:
                self._say(name, FixityFault.CHANGED, digest, found)

    def _listed(self) -> dict[str, Sha256]:
        """Return the files the manifests name; of tag files those that events bring."""
        payload = bag.readable_lines(self._fixed.get(bag.MANIFEST, b""))
        if self._newer:
            own = {p for p in self._tags if p in _FIXED or p.startswith(f"{chain.EVENTS}/")}
            return payload | {p: d for p, d in self._tags.items() if p not in own}
        return payload | {p: d for p, d in self._tags.items() if p.startswith("text/")}

    # ── the files ────────────────────────────────────────────────────────────────────────────────────────
    def _file(self, path: str, digest: Sha256, size: int | None) -> None:
        found = self._here.files.get(path)
        if self._here.is_hidden(path):
            return
        if found is None:
            self._say(path, FixityFault.MISSING, digest)
        elif not stat.S_ISREG(found.st_mode):
            self._say(path, FixityFault.CHANGED, digest, _NOT_A_FILE[False])
        elif size is not None and found.st_size != size:
            self._say(path, FixityFault.CHANGED, f"{size} 字节", f"{found.st_size} 字节")
        elif not self.quick:
            try:
                actual, length = self.known.get(path) or durable_files.digest_of(self.folder / path)
            except OSError as error:
                self._say(path, FixityFault.UNCHECKED, digest, reason_of(error))
                return
            self.read += length
            if actual != digest:
                self._say(path, FixityFault.CHANGED, digest, actual)

    def _surplus(self) -> None:
        """Say what is there and ought not to be: links, bags in the bag, files that nobody recorded."""
        for path in sorted(self._here.links):
            expected = self.expected.get(path, ("",))[0]
            self._say(path, FixityFault.LINK, expected, _NOT_A_FILE[True])
        for path, whose in sorted(self._here.bags.items()):
            self._say(path, FixityFault.NESTED, "", whose)
        events = {path_of(seq) for seq in self._events}
        for path in sorted(self._here.files.keys() - {*self.expected, *_FIXED, *events}):
            state = self._here.files[path]
            size = f"{state.st_size} 字节"
            if stat.S_ISREG(state.st_mode) and is_foreign(path):
                name = durable_files.shown(path)
                self.foreign.append(FixityFinding(self.folder.name, name, FixityFault.FOREIGN, "", size))
            else:
                problem = FixityFault.STRAY if _LIKE_AN_EVENT.fullmatch(path) else FixityFault.EXTRA
                self._say(path, problem, "", size)


_FIXED: Final = (DECLARED_BY, bag.INFO, bag.MANIFEST, bag.TAG_MANIFEST)
_NOT_A_FILE: Final = {True: "链接", False: "不是普通文件"}
_LIKE_AN_EVENT: Final = re.compile(rf"{chain.EVENTS}/\d+\.json")
