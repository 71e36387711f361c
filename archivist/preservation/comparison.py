"""The archive held against what somebody else has of it: a seal, a backup, a submission, another copy. Nothing is written."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from archivist.errors import ArchiveError, IntegrityAlarm, NewerFormat
from archivist.model.bag_head import BagHead
from archivist.model.ids import Sha256
from archivist.model.plain_json import LARGE, MalformedData, parse_json
from archivist.model.tombstone import Tombstone
from archivist.os_reasons import reason_of
from archivist.preservation.copies import LONGEST_EVENT
from archivist.preservation.seal import ABOUT, CODE, HEADS
from archivist.preservation.submission_format import CASES, LEDGER
from archivist.preservation.submission_replies import Receipt
from archivist.store import Archive, bag, chain
from archivist.store.bag_heads import bag_folder
from archivist.store.custody import offices_taken

_ABOUT_SUBMISSION: Final = "submission.json"
LEAST_ANCHOR: Final = 20
"""Fewer hexadecimal digits of a digest prove nothing."""
MOST_BYTES: Final = 1 << 28
"""A list of heads is not longer."""


class AgainstCopy(StrEnum):
    """How a bag stands to what somebody else has of it. The words are stable."""

    SAME = "same"
    GROWN = "grown"
    DESTROYED = "destroyed"
    REWRITTEN = "rewritten"
    SHORTER = "shorter"
    MISSING = "missing"
    UNREAD = "unread"

    @property
    def label(self) -> str:
        """The same in Chinese."""
        return _LABELS[self.value]

    @property
    def alarming(self) -> bool:
        """Whether it must be looked into."""
        return self not in (AgainstCopy.SAME, AgainstCopy.GROWN, AgainstCopy.DESTROYED)


_LABELS: Final = {
    "same": "一致",
    "grown": "已增长",
    "destroyed": "已销毁（墓碑含锚）",
    "rewritten": "被改写",
    "shorter": "短于锚",
    "missing": "缺失",
    "unread": "读不出来",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One bag.

    Attributes:
        anchored: number of the last event the other side has; ``here`` what this side has, 0 when it is not there.
        since: the first event that differs, 0 where none does; exact only when ``exact``: else it is this one or one before.
        why: why a chain cannot be read.
    """

    bag: str
    standing: AgainstCopy
    anchored: int
    here: int
    since: int = 0
    exact: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class HeadsElsewhere:
    """What somebody else has: heads, and where there are the events the digests of them.

    Attributes:
        kind: ``seal``, ``copy``, ``submission`` or ``receipt``.
        sha256: of the list of heads; empty for a copy, which has none. A receipt says it of the list that came with it.
        unread: bags of a copy whose chains do not hold there, so that they prove nothing.
        of: code of the office whose ledger is meant: here its own, or that of an office whose files were taken over; empty where nothing says.
    """

    kind: str
    heads: tuple[BagHead, ...]
    sha256: str = ""
    events: Mapping[str, Sequence[Sha256]] = field(default_factory=lambda: MappingProxyType({}))
    unread: tuple[str, ...] = ()
    of: str = ""


def compare(archive: Archive, reference: HeadsElsewhere) -> tuple[Compared, ...]:
    """Compare every bag the other side has, in the order of their names."""
    by_name = {str(number): stone for number, stone in archive.destructions.readable().items()}
    found = [_compare(archive, head, reference, by_name.get(head.bag)) for head in reference.heads]
    found += [
        Compared(name, AgainstCopy.UNREAD, 0, 0, why="那一份的事件链不完整，不能作为依据")
        for name in reference.unread
    ]
    return tuple(sorted(found, key=lambda one: one.bag))


def _compare(archive: Archive, head: BagHead, reference: HeadsElsewhere, stone: Tombstone | None) -> Compared:
    taken = reference.of if reference.of in offices_taken(archive.root) else ""
    folder = bag_folder(archive.root, head.bag, taken)
    if stone is not None:
        return _destroyed(head, stone)
    if not folder.is_dir():
        return Compared(head.bag, AgainstCopy.MISSING, head.seq, 0)
    try:
        here = _digests(folder)
    except (IntegrityAlarm, NewerFormat) as error:
        return Compared(head.bag, AgainstCopy.UNREAD, head.seq, 0, why=error.what)
    except OSError as error:
        return Compared(head.bag, AgainstCopy.UNREAD, head.seq, 0, why=reason_of(error))
    there = _other(reference, head)
    if there is not None:
        for seq, (one, other) in enumerate(zip(here, there, strict=False), 1):
            if one != other:
                return Compared(head.bag, AgainstCopy.REWRITTEN, head.seq, len(here), seq, exact=True)
    if len(here) < head.seq:
        return Compared(head.bag, AgainstCopy.SHORTER, head.seq, len(here))
    if here[head.seq - 1] != head.head:
        return Compared(head.bag, AgainstCopy.REWRITTEN, head.seq, len(here), head.seq)
    return Compared(
        head.bag, AgainstCopy.SAME if len(here) == head.seq else AgainstCopy.GROWN, head.seq, len(here)
    )


def _destroyed(head: BagHead, stone: Tombstone) -> Compared:
    """Return how the history of a destroyed case stands to a head, by the digests its tombstone has."""
    length = len(stone.events)
    if stone.holds(head):
        return Compared(head.bag, AgainstCopy.DESTROYED, head.seq, length)
    if length < head.seq:
        return Compared(head.bag, AgainstCopy.SHORTER, head.seq, length)
    return Compared(head.bag, AgainstCopy.REWRITTEN, head.seq, length, head.seq)


def _other(reference: HeadsElsewhere, head: BagHead) -> Sequence[Sha256] | None:
    """Return the digests the other side has of a bag's events; ``None`` where it has the head alone."""
    return reference.events.get(head.bag)


def _digests(folder: Path) -> tuple[Sha256, ...]:
    return tuple(digest for _, digest in chain.read(folder).events)


# ── what somebody else has ───────────────────────────────────────────────────────────────────────────────
def read(path: Path, anchor: str = "") -> HeadsElsewhere:
    """Read a seal, its folder, a list of heads, a submission (zip), its receipt, a backup or another copy of the archive.

    Args:
        path: the file or folder.
        anchor: what the printed page says: its hexadecimal digits, at least twenty, or what its QR code says.

    Raises:
        ArchiveError: E200, it is none of these. IntegrityAlarm: E202, it is not as its own digest or the page says.
    """
    try:
        found = _read(path)
    except OSError as error:
        raise ArchiveError(f"读不出来：{reason_of(error)}", file=path.name) from error
    if anchor:
        _hold_against(found, anchor, path.name)
    return found


def _hold_against(found: HeadsElsewhere, anchor: str, name: str) -> None:
    code = CODE.fullmatch(anchor.strip().upper())
    digits = (code[1] if code else "".join(anchor.split())).lower()
    if len(digits) < LEAST_ANCHOR or set(digits) - set("0123456789abcdef"):
        raise ArchiveError("--anchor 须是封存单、移交清单上的二维码内容，或至少 20 位摘要", file=name)
    if not found.sha256:
        raise ArchiveError("这不是封存，没有可以与盖章的单子核对的摘要", file=name)
    if not found.sha256.startswith(digits):
        raise IntegrityAlarm(
            f"与盖章的单子不符：单上是 {digits[:LEAST_ANCHOR]}…，这份是 {found.sha256[:LEAST_ANCHOR]}…，不能作为依据",
            file=name,
            remedy="换用与单子相符的那一份；都不相符的，先查明谁动过它。",
        )


def _read(path: Path) -> HeadsElsewhere:
    if path.is_file() and zipfile.is_zipfile(path):
        return _submission(path)
    if path.is_file() and path.suffix == ".json":
        return _seal(path.parent) if path.name == ABOUT else _receipt(path)
    if path.is_file():
        return _list(path)
    if (path / ABOUT).is_file():
        return _seal(path)
    for root in (path / "archive", path):
        if (root / "cases").is_dir():
            return _copy(root)
    for listed in (path / HEADS, path / "anchor" / HEADS):
        if listed.is_file():
            return _list(listed)
    raise ArchiveError(
        "不是封存、报送包、回执、备份或档案库的副本",
        file=path.name,
        remedy="指明 heads.tsv、seal.json、它们所在的文件夹、报送的 zip、回执，或里面有 cases 的文件夹。",
    )


def _seal(folder: Path) -> HeadsElsewhere:
    found = _list(folder / HEADS)
    try:
        told = json.loads((folder / ABOUT).read_bytes()[:MOST_BYTES])["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise IntegrityAlarm(f"{ABOUT} 不完整或已被改动", file=folder.name) from None
    if told != found.sha256:
        raise IntegrityAlarm(f"{HEADS} 与 {ABOUT} 所写的摘要不符，不能作为依据", file=folder.name)
    return found


def _list(path: Path) -> HeadsElsewhere:
    if path.stat().st_size > MOST_BYTES:
        raise IntegrityAlarm("太大，不是链头清单", file=path.name)
    found = _parse(path.read_bytes(), path.name)
    about = path.with_name(_ABOUT_SUBMISSION)  # a submission's list stands beside what it is of
    return replace(found, of=_origin(about.read_bytes())) if about.is_file() else found


def _origin(about: bytes) -> str:
    """Return the office whose numbers and ledger a submission has, as it says; empty where it says none."""
    try:
        plain = parse_json(about, most=LARGE)
    except MalformedData:
        return ""
    told = (plain.get("of") or plain.get("office")) if isinstance(plain, dict) else ""
    return told if isinstance(told, str) else ""


def _parse(data: bytes, name: str) -> HeadsElsewhere:
    """Read a list of heads; bags may stand in it by their place (``cases/…``, ``ledger/2024``)."""
    heads = []
    try:
        for line in data.decode().splitlines():
            place, seq, head, *_ = line.split("\t")
            if seq.isdecimal():
                heads.append(BagHead.from_plain((bag.identifier(PurePosixPath(place).name), seq, head)))
    except ValueError:
        raise IntegrityAlarm("链头清单不完整或已被改动", file=name) from None
    if not heads:
        raise ArchiveError("里面没有链头", file=name)
    return HeadsElsewhere("seal", tuple(heads), bag.sha256(data))


def _submission(path: Path) -> HeadsElsewhere:
    """Return the anchor of a package; of the bags that are in it the digests of all events besides."""
    try:
        with zipfile.ZipFile(path) as packed:
            name = next((n for n in packed.namelist() if n.endswith(f"anchor/{HEADS}")), "")
            if not name or packed.getinfo(name).file_size > MOST_BYTES:
                raise ArchiveError(f"里面没有 anchor/{HEADS}", file=path.name)
            found = _parse(packed.read(name), path.name)
            top = name.removesuffix(f"anchor/{HEADS}")
            events = _packed_events(packed, top, found.heads)
            about = f"{top}anchor/{_ABOUT_SUBMISSION}"
            told = about in packed.namelist() and packed.getinfo(about).file_size <= LARGE
            of = _origin(packed.read(about)) if told else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise ArchiveError("压缩包损坏或加了密", file=path.name) from error
    return HeadsElsewhere("submission", found.heads, found.sha256, events, of=of)


def _packed_events(
    packed: zipfile.ZipFile, top: str, heads: Iterable[BagHead]
) -> Mapping[str, Sequence[Sha256]]:
    """Return the digests of the events of each bag in a package whose chain leads to the head its anchor says."""
    names = set(packed.namelist())
    found: dict[str, Sequence[Sha256]] = {}
    for head in heads:
        year = bag.folder_name(head.bag)
        place = f"{top}{LEDGER}/{year}" if year != head.bag else f"{top}{CASES}/{head.bag}"
        paths = [f"{place}/{chain.EVENTS}/{chain.event_name(seq)}" for seq in range(1, head.seq + 1)]
        if names.issuperset(paths) and all(packed.getinfo(p).file_size <= LONGEST_EVENT for p in paths):
            digests = [bag.sha256(packed.read(path)) for path in paths]
            if digests[-1] == head.head:
                found[head.bag] = digests
    return MappingProxyType(found)


def _receipt(path: Path) -> HeadsElsewhere:
    """Return what the bureau says it has: the heads of the households it accepted."""
    if path.stat().st_size > MOST_BYTES:
        raise IntegrityAlarm("太大，不是回执", file=path.name)
    try:
        receipt = Receipt.decode(path.read_bytes())
    except MalformedData as error:
        raise IntegrityAlarm(f"不是可以依据的回执：{error}", file=path.name) from error
    heads = tuple(BagHead(one.case, one.seq, one.head) for one in receipt.accepted)
    return HeadsElsewhere("receipt", heads, receipt.anchor)


def _copy(root: Path) -> HeadsElsewhere:
    """Return what another copy of the archive has; a bag whose chain does not hold there proves nothing."""
    other = Archive(root)
    names = [*map(str, other.case_numbers()), *(bag.identifier(f.name) for f in other.ledger_folders())]
    names += other.batches.ids()
    heads: list[BagHead] = []
    events: dict[str, Sequence[Sha256]] = {}
    unread: list[str] = []
    for name in names:
        try:
            digests = _digests(bag_folder(root, name))
        except (IntegrityAlarm, NewerFormat, OSError):
            unread.append(name)
            continue
        heads.append(BagHead(name, len(digests), digests[-1]))
        events[name] = digests
    if not heads:
        raise ArchiveError("里面没有一个完好的档案", file=root.name)
    return HeadsElsewhere("copy", tuple(heads), "", events, tuple(unread))
