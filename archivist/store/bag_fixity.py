"""Checking a bag against its chain: every event, every file, every manifest, and nothing that nobody recorded.

The chain is the truth: a file is compared with the digest its event names, so a file swapped together with the
manifests is found all the same. What the chain cannot show is a history rewritten from the first changed event to
the last; for that the heads must be held by somebody else.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, InvalidValue, NewerFormat
from archivist.model.case import fold
from archivist.model.event import Data, Op
from archivist.model.ids import CaseNo, Sha256
from archivist.os_reasons import reason_of
from archivist.store import archive_format, bag, chain, durable_files
from archivist.store.chain import Chain
from archivist.store.commit import PARTS, PENDING
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

    @property
    def label(self) -> str:
        """The problem in Chinese."""
        return _LABELS[self.value]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _REMEDIES[self.value]


_LABELS: Final = {
    "missing": "缺失",
    "changed": "被改动",
    "extra": "多出",
    "chain": "事件链断开",
    "state": "内容前后矛盾",
    "unchecked": "未检",
    "newer": "由更新版本的程序写入",
    "foreign": "无关文件",
}
_REMEDIES: Final = {
    "missing": "用 archivist restore 从备份或报送副本恢复",
    "changed": "用 archivist restore 从备份或报送副本恢复",
    "extra": "查明来历；用 archivist restore 移到 outbox/损坏，或核实后记录决定",
    "chain": "用 archivist restore 从备份恢复事件文件",
    "state": "请保留现场，交维护人员",
    "unchecked": "查明读不出来的原因（权限、磁盘）后重新检查",
    "newer": "请升级本程序后再核对；升级以前这里不接受写入",
    "foreign": "别的程序留下的，不影响档案；用 archivist doctor --tidy 移到 outbox/无关文件，不删除",
}
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
    return archive_format.REMEDY if finding.bag == WHOLE_ARCHIVE else finding.problem.remedy


def refuse_newer(found: Iterable[FixityFinding]) -> None:
    """Refuse to decide about, or mend, what a newer program wrote.

    Raises:
        NewerFormat: E210.
    """
    for finding in found:
        if finding.problem is FixityFault.NEWER:
            raise NewerFormat(f"{finding.file} {finding.found}", file=finding.bag)


def check_format(root: Path) -> tuple[FixityFinding, ...]:
    """Check the format an archive says it is of; nothing is found where it says none, as older archives do."""
    try:
        archive_format.require_known(root)
    except NewerFormat as newer:
        return (FixityFinding(WHOLE_ARCHIVE, archive_format.NAME, FixityFault.NEWER, "", newer.what),)
    except IntegrityAlarm as alarm:
        return (
            FixityFinding(
                WHOLE_ARCHIVE,
                archive_format.NAME,
                FixityFault.CHANGED,
                archive_format.LINE.strip(),
                alarm.what,
            ),
        )
    return ()


@dataclass(frozen=True, slots=True)
class BagCheck:
    """One bag after its check. ``read`` is the number of bytes that were hashed; ``foreign`` are no faults."""

    bag: str
    events: int
    files: int
    read: int
    findings: tuple[FixityFinding, ...]
    foreign: tuple[FixityFinding, ...] = ()


def check_bag(folder: Path, *, quick: bool = False) -> BagCheck:
    """Check one bag; nothing is written.

    Args:
        folder: a case, or a year of the ledger.
        quick: chain, manifests and sizes only; the content of files is not read.
    """
    name = folder.name
    try:
        check = _Check(folder, quick)
        check.run()
    except OSError as error:
        return BagCheck(
            name, 0, 0, 0, (FixityFinding(name, "", FixityFault.UNCHECKED, "", reason_of(error)),)
        )
    return BagCheck(
        name, check.events, len(check.expected), check.read, tuple(check.findings), tuple(check.foreign)
    )


class _Check:
    """The check of one bag, step by step."""

    def __init__(self, folder: Path, quick: bool) -> None:
        self.folder = folder
        self.quick = quick
        self.findings: list[FixityFinding] = []
        self.foreign: list[FixityFinding] = []
        self.expected: dict[str, tuple[Sha256, int | None]] = {}
        self.events = 0
        self.read = 0
        self.newer = False

    def run(self) -> None:
        here = _walk(self.folder)
        current, whole = self._chain(here)
        listed = self._manifests(here, current if whole else None)
        if not self.newer:  # else what the newer events moved or took away, only the manifests tell
            self.expected |= {p: (d, s) for p, (d, s) in current.files.items()}
        if not whole:  # what the broken chain no longer tells, the manifests still do
            self.expected |= {p: (d, None) for p, d in listed.items() if p not in self.expected}
        for path, (digest, size) in sorted(self.expected.items()):
            self._file(path, digest, size, here)
        known = {
            *self.expected,
            *_FIXED,
            *(f"{chain.EVENTS}/{chain.event_name(n + 1)}" for n in range(self.events)),
        }
        for path in sorted(set(here) - known):
            length = f"{here[path].st_size} 字节"
            if stat.S_ISREG(here[path].st_mode) and is_foreign(path):
                self.foreign.append(FixityFinding(self.folder.name, path, FixityFault.FOREIGN, "", length))
            else:
                self._say(path, FixityFault.EXTRA, "", length)

    def _say(self, file: str, problem: FixityFault, expected: str = "", found: str = "") -> None:
        self.findings.append(FixityFinding(self.folder.name, file, problem, expected, found))

    def _chain(self, here: Mapping[str, os.stat_result]) -> tuple[Chain, bool]:
        """Read the events as far as they hold together."""
        current = Chain(bag.identifier(self.folder.name))
        numbers = sorted(
            int(p.removeprefix("events/").removesuffix(".json"))
            for p in here
            if p.startswith("events/") and p.endswith(".json") and p[7:-5].isdigit()
        )
        self.events = max(numbers, default=0)
        tags = self._listed(bag.TAG_MANIFEST, here)
        whole = True
        for n in range(1, self.events + 1):
            path = f"{chain.EVENTS}/{chain.event_name(n)}"
            if path not in here:
                self._say(path, FixityFault.MISSING, tags.get(path, ""))
                whole = False
                continue
            data = (self.folder / path).read_bytes()
            self.read += len(data)
            digest = bag.sha256(data)
            if path in tags and tags[path] != digest and self._next_names(n) != digest:
                self._say(path, FixityFault.CHANGED, tags[path], digest)
                whole = False
            else:
                whole = self._follows(path, data, digest, current if whole else None)
        for path in sorted(p for p in tags if p.startswith("events/") and p not in here):
            if int(path[7:-5]) > self.events:
                self._say(path, FixityFault.MISSING, tags[path])
                whole = False
        if not self.events:
            self._say(f"{chain.EVENTS}/{chain.event_name(1)}", FixityFault.MISSING)
            whole = False
        if whole:
            self._state(current)
        return current, whole

    def _follows(self, path: str, data: bytes, digest: Sha256, current: Chain | None) -> bool:
        """Add an event to the chain, as far as that holds together; tells whether it still does."""
        try:
            event = chain.decode(data)
            if current is not None:
                current.append(event, digest)
        except NewerFormat as newer:
            if not self.newer:
                self._say(path, FixityFault.NEWER, "", newer.what)
            self.newer = True
            return False
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if current is not None:
                self._say(path, FixityFault.CHAIN, "", str(error))
            return False
        return current is not None

    def _next_names(self, seq: int) -> str:
        """Return the digest the event after this one names: where it is right, the tag manifest is wrong."""
        try:
            following = (self.folder / chain.EVENTS / chain.event_name(seq + 1)).read_bytes()
            return str(json.loads(following)["prev"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _state(self, current: Chain) -> None:
        if current.events[0][0].op is not Op.CASE_OPENED:
            return  # a year of the ledger has no state to contradict
        try:
            number = CaseNo.parse(self.folder.name)
            fold(number, current.events)
        except (ValueError, KeyError, InvalidValue) as error:
            self._say("", FixityFault.STATE, "", str(error))

    def _listed(self, name: str, here: Mapping[str, os.stat_result]) -> dict[str, Sha256]:
        if name not in here:
            return {}
        try:
            return bag.parse_manifest((self.folder / name).read_bytes())
        except ValueError:
            return {}

    def _manifests(self, here: Mapping[str, os.stat_result], current: Chain | None) -> dict[str, Sha256]:
        """Compare the declaration and the manifests with what the chain makes them; return what they list."""
        for name in _FIXED:
            if name not in here:
                self._say(name, FixityFault.MISSING)
        info = (self.folder / bag.INFO).read_bytes() if bag.INFO in here else b""
        tags = self._listed(bag.TAG_MANIFEST, here)
        told = current.events[0][0].data.get("bag_info_sha256") if current else None
        wanted = {
            "bagit.txt": bag.sha256(bag.DECLARATION),
            bag.INFO: Sha256(told) if told else tags.get(bag.INFO, bag.sha256(info)),
        }
        if self.newer:
            wanted = {name: tags[name] for name in _FIXED if name in tags}
        if current is not None:
            made = current.manifests(wanted[bag.INFO])
            wanted |= dict(zip((bag.MANIFEST, bag.TAG_MANIFEST), map(bag.sha256, made), strict=True))
        for name, digest in wanted.items():
            if name in here and (found := bag.sha256((self.folder / name).read_bytes())) != digest:
                self._say(name, FixityFault.CHANGED, digest, found)
        payload = self._listed(bag.MANIFEST, here)
        if self.newer:
            return payload | {
                p: d for p, d in tags.items() if p not in _FIXED and not p.startswith(f"{chain.EVENTS}/")
            }
        return payload | {p: d for p, d in tags.items() if p.startswith("text/")}

    def _file(self, path: str, digest: Sha256, size: int | None, here: Mapping[str, os.stat_result]) -> None:
        found = here.get(path)
        if found is None:
            self._say(path, FixityFault.MISSING, digest)
        elif not stat.S_ISREG(found.st_mode):
            self._say(path, FixityFault.CHANGED, digest, "不是普通文件")
        elif size is not None and found.st_size != size:
            self._say(path, FixityFault.CHANGED, f"{size} 字节", f"{found.st_size} 字节")
        elif not self.quick:
            actual, length = durable_files.digest_of(self.folder / path)
            self.read += length
            if actual != digest:
                self._say(path, FixityFault.CHANGED, digest, actual)


_FIXED: Final = ("bagit.txt", bag.INFO, bag.MANIFEST, bag.TAG_MANIFEST)


def _walk(folder: Path) -> dict[str, os.stat_result]:
    """Return everything in a bag that is not a folder, by its path with ``/``; links are not followed."""
    found: dict[str, os.stat_result] = {}
    todo = [(str(folder), "")]
    while todo:
        place, prefix = todo.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if path not in (PENDING, PARTS):
                        todo.append((entry.path, path + "/"))
                    elif any(not is_foreign(p.name) for p in Path(entry.path).iterdir()):
                        found[path + "/…"] = entry.stat(follow_symlinks=False)
                else:
                    found[path] = entry.stat(follow_symlinks=False)
    return found


# ── many bags ────────────────────────────────────────────────────────────────────────────────────────────
CHUNK: Final = 8
"""Bags handed to a checking process at once."""


def check_bags(
    folders: Iterable[Path],
    *,
    quick: bool = False,
    processes: int = 1,
    step: Callable[[int, int], None] | None = None,
) -> Iterator[BagCheck]:
    """Check many bags, on several processes when there are enough of them, in the order given.

    Args:
        folders: the bags.
        quick: see ``check_bag``.
        processes: how many at once; a few bags are checked in this process.
        step: called with the bags done and the bags there are.
    """
    todo = list(folders)
    chunks = [todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)]
    done = 0

    def report(checked: list[BagCheck]) -> Iterator[BagCheck]:
        nonlocal done
        done += len(checked)
        if step:
            step(done, len(todo))
        yield from checked

    if processes < 2 or len(chunks) < 4:
        for chunk in chunks:
            yield from report(_check_chunk(chunk, quick))
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(min(processes, len(chunks)), get_context("spawn")) as pool:
        for checked in pool.map(_check_chunk, chunks, [quick] * len(chunks)):
            yield from report(checked)


def _check_chunk(folders: list[Path], quick: bool) -> list[BagCheck]:
    return [check_bag(folder, quick=quick) for folder in folders]
