"""The parts of a submission: which household goes into which, and the files of each. The same submission, the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm
from archivist.model.bag_head import BagHead
from archivist.model.ids import Sha256
from archivist.preservation import submission_format as form
from archivist.preservation.submission_bags import PackedBag, content, pack, zipped
from archivist.preservation.submission_format import Submission, SubmittedCase, WhySubmitted
from archivist.store import bag, stored_zip
from archivist.store.bag_contents import DECLARED_BY
from archivist.store.stored_zip import ZipEntry
from archivist.store.streamed_files import digest_of_chunks, write_streamed

PART_SIZE: Final = 3_900_000_000
"""Bytes of a part at most: a file of FAT32 has less than 4 GiB, and so has one without ZIP64."""
LEAST_PART_SIZE: Final = 1_000_000
ENTRIES: Final = 60_000
"""Files in a part at most; without ZIP64 there are 65,535."""
_OWN_ENTRIES: Final = 16
_ABOUT_CASE: Final = 600
"""Bytes of a household in ``submission.json`` and the lists, at the most."""
_OWN_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True)
class Tables:
    """What a submission says besides of the whole office: ``heads`` and the two lists, as files."""

    heads: bytes
    destroyed: bytes = form.DESTROYED_COLUMNS.encode()
    expunged: bytes = form.EXPUNGED_COLUMNS.encode()


@dataclass(frozen=True, slots=True)
class PartAssignment:
    """Which part each household goes into, from 1; ``parts`` of them. ``too_large`` fit into none."""

    part: Mapping[str, int]
    parts: int
    too_large: tuple[str, ...]


def assign(
    bags: Sequence[PackedBag], ledger: Sequence[PackedBag], tables: Tables, part_size: int
) -> PartAssignment:
    """Fill parts with whole households in the order of their numbers; the ledger is in the first.

    Args:
        bags: the households, in order.
        ledger: the years of the ledger.
        tables: of the whole office.
        part_size: bytes of a part at most.
    """
    own = len(tables.heads) + _ABOUT_CASE * len(bags) + _OWN_BYTES
    first = own + len(tables.destroyed) + len(tables.expunged) + sum(map(_weight, ledger))
    first_entries = _OWN_ENTRIES + sum(len(one.entries) for one in ledger)
    assigned: dict[str, int] = {}
    too_large: list[str] = []
    part, size, entries = 1, first, first_entries
    for one in bags:
        weight = _weight(one)
        if own + weight > part_size or _OWN_ENTRIES + len(one.entries) > ENTRIES:
            too_large.append(one.head.bag)
            continue
        if size + weight > part_size or entries + len(one.entries) > ENTRIES:
            part, size, entries = part + 1, own, _OWN_ENTRIES
        size, entries = size + weight, entries + len(one.entries)
        assigned[one.head.bag] = part
    return PartAssignment(assigned, part, tuple(too_large))


def _weight(packed: PackedBag) -> int:
    """Return how many bytes a bag adds to a part: its files, their headers, their lines in the manifest."""
    around = len(f"{'x' * 32}/{form.CASES}/{packed.head.bag}/")
    return sum(e.size + e.overhead + 3 * around + len(e.name.encode()) + 80 for e in packed.entries)


def submitted(packed: PackedBag, part: int, why: WhySubmitted) -> SubmittedCase:
    """Return what a submission says of a household that is packed."""
    head = packed.head
    return SubmittedCase(
        head.bag,
        head.seq,
        head.head,
        part,
        why,
        packed.records,
        packed.pages,
        len(packed.entries),
        packed.bytes,
        packed.tagmanifest,
    )


@dataclass(frozen=True)
class PartMaker:
    """Makes the parts of one submission.

    Args:
        root: the archive.
        submission: what it is.
        tables: of the whole office.
        packed: bags that are packed already, by their names; the others are packed when their part is made.
    """

    root: Path
    submission: Submission
    tables: Tables
    packed: Mapping[str, PackedBag]

    def entries(self, part: int) -> list[ZipEntry]:
        """Return the files of a part in the order in which they stand in it.

        Raises:
            IntegrityAlarm: E202, a bag is not what it was when the submission was begun.
        """
        told = self.submission
        payload = sorted(self._payload(part), key=lambda entry: entry.name)
        tags = [content(form.HEADS, self.tables.heads), content(form.ABOUT, told.encode())]
        info = content(bag.INFO, self._info(part, payload))
        manifest = content(bag.MANIFEST, bag.manifest({e.name: e.sha256 for e in payload}))
        declaration = content(DECLARED_BY, bag.DECLARATION)
        listed = (declaration, info, manifest, *tags)
        tagmanifest = content(bag.TAG_MANIFEST, bag.manifest({e.name: e.sha256 for e in listed}))
        folder = told.id.part_folder(part)
        return [
            ZipEntry(f"{folder}/{e.name}", e.sha256, e.size, e.open)
            for e in (declaration, info, manifest, tagmanifest, *tags, *payload)
        ]

    def length(self, part: int) -> int:
        """Return how many bytes a part will have; nothing is written."""
        return stored_zip.length(self.entries(part))

    def write(self, part: int, folder: Path) -> tuple[Sha256, int]:
        """Write a part into a folder; see ``write_streamed``.

        Raises:
            IntegrityAlarm: E202, a file is not what its chain says. WriteFailed: E204. OSError: the medium refused.
        """
        return write_streamed(folder / self.submission.id.part_name(part), self.chunks(part))

    def digest(self, part: int) -> tuple[Sha256, int]:
        """Return the SHA-256 and the size in bytes a part will have, by making it without writing it.

        Raises:
            IntegrityAlarm: E202.
        """
        return digest_of_chunks(self.chunks(part))

    def chunks(self, part: int) -> Iterator[bytes]:
        """Yield a part piece by piece.

        Raises:
            IntegrityAlarm: E202, a file is not what its chain says.
        """
        return zipped(
            self.entries(part),
            "报送没有做完",
            "用 archivist verify 查明，从备份恢复这一户（restore），再用 archivist submit --resume 接着做。",
        )

    def _payload(self, part: int) -> Iterator[ZipEntry]:
        cases = self.submission.of_part(part)
        for case in cases:
            head = BagHead(case.case, case.seq, case.head)
            yield from self._bag(head, of_case=True).below(f"{form.CASES}/{case.case}")
        yield content(form.LIST, form.transfer_list(cases))
        if part == 1:
            yield content(form.DESTROYED, self.tables.destroyed)
            yield content(form.EXPUNGED, self.tables.expunged)
            for head in self.submission.ledger:
                year = bag.folder_name(head.bag)
                yield from self._bag(head, of_case=False).below(f"{form.LEDGER}/{year}")

    def _bag(self, head: BagHead, *, of_case: bool) -> PackedBag:
        return self.packed.get(head.bag) or pack(self.root, head, of_case=of_case, of=self.submission.of)

    def _info(self, part: int, payload: Sequence[ZipEntry]) -> bytes:
        told = self.submission
        return bag.bag_info(
            (
                ("Source-Organization", told.office_name or told.id.office),
                ("External-Identifier", str(told.id)),
                ("Bag-Group-Identifier", str(told.id)),
                ("Bag-Count", f"{part} of {told.parts}"),
                ("Bagging-Date", dt.datetime.fromisoformat(told.made_at).date().isoformat()),
                ("Payload-Oxum", f"{sum(entry.size for entry in payload)}.{len(payload)}"),
                ("BagIt-Profile-Identifier", form.PROFILE),
                ("Archivist-Anchor", told.anchor),
                ("Archivist-Transfer-Type", told.kind.value),
            )
        )


def pack_all(
    root: Path, heads: Iterable[BagHead], *, of_case: bool, of: str = ""
) -> tuple[list[PackedBag], list[str]]:
    """Return bags as they stand at their heads, and in words those that cannot be handed over."""
    packed: list[PackedBag] = []
    refused: list[str] = []
    for head in heads:
        try:
            packed.append(pack(root, head, of_case=of_case, of=of))
        except IntegrityAlarm as alarm:
            refused.append(str(alarm))
    return packed, refused
