"""Bags as they stood at one moment, made of their chains: what a package holds of them, wherever the files lie by now.

Manifests are made of the chain and not copied, so that a bag which takes an event meanwhile is packed as it stood. A file
that was moved within its bag since then is found by its digest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from archivist.errors import IntegrityAlarm
from archivist.model.bag_head import BagHead
from archivist.model.ids import CaseNo, Sha256
from archivist.store import bag, chain, stored_zip
from archivist.store.bag_contents import DECLARED_BY
from archivist.store.bag_heads import bag_folder
from archivist.store.chain import Chain
from archivist.store.stored_zip import EntryDiffers, ZipEntry

Opener = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class PackedBag:
    """A bag at one of its heads.

    Attributes:
        entries: its files by the path within it, in order; the two manifests are the ones of that moment.
        tagmanifest: SHA-256 of its ``tagmanifest-sha256.txt``.
        records: papers in it, of a case; ``pages`` those that were counted.
    """

    head: BagHead
    entries: tuple[ZipEntry, ...]
    tagmanifest: Sha256
    records: int
    pages: int

    @property
    def bytes(self) -> int:
        """Length of its files together."""
        return sum(entry.size for entry in self.entries)

    def below(self, prefix: str) -> Iterator[ZipEntry]:
        """Yield its files as they stand in a folder of a package."""
        for entry in self.entries:
            yield ZipEntry(f"{prefix}/{entry.name}", entry.sha256, entry.size, entry.open)


def content(name: str, data: bytes) -> ZipEntry:
    """Return a file of a package that is made here."""
    return ZipEntry(name, bag.sha256(data), len(data), partial(BytesIO, data))


def zipped(entries: Iterable[ZipEntry], state: str, remedy: str) -> Iterator[bytes]:
    """Yield the package of some entries piece by piece.

    Args:
        entries: in order.
        state: what was not done where a file is not what its chain says.
        remedy: what to do then.

    Raises:
        IntegrityAlarm: E202.
    """
    try:
        yield from stored_zip.chunks(entries)
    except EntryDiffers as error:
        raise IntegrityAlarm(f"内容与事件链所记不符，{state}", file=error.name, remedy=remedy) from error


def pack(root: Path, head: BagHead, *, of_case: bool = True, of: str = "") -> PackedBag:
    """Return a bag as it stood at a head.

    Args:
        root: the archive.
        head: its name, and the last event that is packed.
        of_case: it is a household's, not a year of the ledger.
        of: see ``bag_folder``.

    Raises:
        IntegrityAlarm: E202, the chain does not hold or has another head there, or a file is missing or of another length.
        NewerFormat: E210.
    """
    folder = bag_folder(root, head.bag, of)
    held = chain.read(folder, upto=head.seq)
    if (held.seq, held.head) != (head.seq, head.head):
        raise IntegrityAlarm(f"第 {head.seq} 个事件不是报送开始时的那一个", file=head.bag)
    try:
        info = (folder / bag.INFO).read_bytes()
        events = [_event(folder, event.seq, digest) for event, digest in held.events]
    except OSError as error:
        raise IntegrityAlarm(f"{bag.INFO} 或事件读不出来", file=head.bag) from error
    if held.bag_info and bag.sha256(info) != held.bag_info:
        raise IntegrityAlarm(f"{bag.INFO} 已被改动", file=head.bag)
    made = [content(DECLARED_BY, bag.DECLARATION), content(bag.INFO, info)]
    manifests = held.manifests(bag.sha256(info))
    made += map(content, (bag.MANIFEST, bag.TAG_MANIFEST), manifests)
    files = [
        ZipEntry(path, digest, size, partial(_open, folder, path, digest))
        for path, (digest, size) in held.files.items()
    ]
    _require_there(folder, files)
    entries = tuple(sorted((*made, *events, *files), key=lambda entry: entry.name))
    records, pages = _counts(head.bag, held) if of_case else (0, 0)
    return PackedBag(head, entries, bag.sha256(manifests[1]), records, pages)


def _event(folder: Path, seq: int, digest: Sha256) -> ZipEntry:
    name = f"{chain.EVENTS}/{chain.event_name(seq)}"
    path = folder / name
    return ZipEntry(name, digest, path.stat().st_size, partial(_open_path, path))


def _open_path(path: Path) -> BinaryIO:
    return path.open("rb")


def _require_there(folder: Path, files: list[ZipEntry]) -> None:
    """Refuse a bag of which a file is missing or of another length, before anything is written."""
    for entry in files:
        try:
            size = os.stat(folder / entry.name, follow_symlinks=False).st_size  # noqa: PTH116 (thousands: quick)
        except OSError:
            with _open(folder, entry.name, entry.sha256) as handle:
                size = handle.seek(0, os.SEEK_END)
        if size != entry.size:
            raise IntegrityAlarm(f"{entry.name} 的长度与事件链所记不符", file=folder.name)


def _open(folder: Path, path: str, digest: Sha256) -> BinaryIO:
    """Open a file of a bag, under the path it has by now.

    Raises:
        IntegrityAlarm: E202, it is not in the bag any more.
    """
    try:
        return (folder / path).open("rb")
    except OSError:
        now = chain.read(folder).files
    for place in (place for place, (found, _) in now.items() if found == digest):
        try:
            return (folder / place).open("rb")
        except OSError:
            continue
    raise IntegrityAlarm(f"{path} 读不出来，或报送开始后已移走", file=folder.name)


def _counts(name: str, held: Chain) -> tuple[int, int]:
    try:
        case = chain.state(CaseNo.parse(name), held)
    except chain.UNFIT as error:
        raise IntegrityAlarm(f"事件内容前后矛盾（{error}）", file=name) from error
    return len(case.records), sum(record.pages for record in case.records.values())
