"""What the bureau received, as its ledger tells it: which submissions, of which offices, with which heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError, DamagedFile
from archivist.model.bag_head import BagHead
from archivist.model.event import Event, Op
from archivist.model.ids import Sha256
from archivist.model.plain_json import MalformedData
from archivist.preservation.submission_format import TransferSums
from archivist.preservation.submission_replies import Receipt
from archivist.store import Archive, bag, durable_files
from archivist.store.receptions import ANCHORS, Receptions

Heads = Mapping[str, tuple[BagHead, ...]]
"""The heads known of each bag, by its External-Identifier, the last one last."""
_SUFFIX: Final = ".json"


@dataclass(frozen=True, slots=True)
class Reported:
    """A submission that was taken in.

    Attributes:
        received_on: the civil day.
        parts: file name and SHA-256 of each package.
        heads: of the bags that were taken in; the office's ledger among them.
        office_name: what the office that handed it in calls itself; empty where an older program received it.
        returned: households that were sent back.
        sums: what the transfer list says of the households that were taken in; ``None`` where an older program received them.
        files: of the receipt, relative to the outbox, with their digests.
    """

    submission: str
    office: str
    label: str
    received_on: str
    anchor: Sha256
    parts: tuple[tuple[str, Sha256], ...]
    heads: tuple[BagHead, ...]
    returned: tuple[str, ...]
    files: tuple[tuple[str, Sha256], ...]
    sums: Mapping[str, TransferSums] | None = None
    office_name: str = ""

    @property
    def cases(self) -> tuple[str, ...]:
        """The households that were taken in."""
        return tuple(head.bag for head in self.heads if not head.bag.startswith("ledger-"))

    @classmethod
    def of(cls, event: Event) -> Reported:
        """Return what an event of the ledger tells."""
        data = event.data
        heads = tuple(map(BagHead.from_plain, data["heads"]))
        ends = {head.bag: head for head in heads}
        return cls(
            data["submission"],
            data["office"],
            str(data.get("label", "")),
            event.time[:10],
            Sha256(data["anchor"]),
            tuple((part["name"], Sha256(part["sha256"])) for part in data["parts"]),
            heads,
            tuple(one["case"] for one in data["returned"]),
            tuple((file["path"], Sha256(file["sha256"])) for file in data.get("files", ())),
            {
                one["case"]: TransferSums(ends[one["case"]], one["records"], one["files"], one["bytes"])
                for one in data["sums"]
                if one["case"] in ends
            }
            if "sums" in data
            else None,
            str(data.get("office_name", "")),
        )


def submissions(archive: Archive) -> Iterator[Reported]:
    """Yield every submission that was taken in, in the order in which they were.

    Raises:
        IntegrityAlarm: E202, of the bureau's ledger.
    """
    return map(Reported.of, archive.ledger_events(Op.SUBMISSION_RECEIVED))


def find(archive: Archive, submission: str) -> Reported | None:
    """Return a submission by its number; ``None`` when it was not taken in."""
    return next((one for one in submissions(archive) if one.submission == submission), None)


def to_mend(archive: Archive) -> frozenset[str]:
    """Return the households of which something is asked still: by the last feedback on each, nothing of it having come since.

    Raises:
        IntegrityAlarm: E202, of the bureau's ledger.
    """
    asked: set[str] = set()
    for event in archive.ledger_events(Op.SUBMISSION_RECEIVED, Op.FEEDBACK_GIVEN):
        if event.op is Op.FEEDBACK_GIVEN:
            asked = (asked - {*event.data["cases"]}) | {*event.data["to_mend"]}
        else:
            asked -= {*Reported.of(event).cases}
    return frozenset(asked)


def receipt_of(archive: Archive, reported: Reported) -> tuple[Receipt, tuple[Path, ...]]:
    """Return the receipt of a submission as it stands in the outbox, and its files.

    Raises:
        ArchiveError: E200, it is not there any more. DamagedFile: E212, it is not as the ledger says.
    """
    files = tuple(archive.outbox / path for path, _ in reported.files)
    path, digest = next(
        ((archive.outbox / path, digest) for path, digest in reported.files if path.endswith(_SUFFIX)),
        (archive.outbox, Sha256("")),
    )
    if not path.is_file():
        raise ArchiveError(
            f"{reported.received_on} 已经接收过，回执已不在 outbox/回执 里", file=reported.submission,
            remedy="从备份取回 outbox/回执 中的这一份；户档没有变。",
        )  # fmt: skip
    data = path.read_bytes()
    try:
        if bag.sha256(data) != digest:
            raise MalformedData("与总账所记的摘要不符")
        return Receipt.decode(data), tuple(file for file in files if file.exists())
    except MalformedData as wrong:
        raise DamagedFile(
            str(wrong), file=path.name, remedy="从备份取回 outbox/回执 中的这一份；户档没有变。"
        ) from wrong


def held_heads(archive: Archive, office: str) -> Heads:
    """Return the heads of an office's bags that were taken in."""
    return _by_bag(h for one in submissions(archive) if one.office == office for h in one.heads)


def known_heads(archive: Archive, office: str) -> Heads:
    """Return every head known of an office's bags.

    Besides those of the bags that are here they are what the office named of the others (``anchors/``), as far as the ledger
    vouches for those lists.
    """
    receptions = archive.receptions
    reported = [one for one in submissions(archive) if one.office == office]
    return _by_bag(h for one in reported for h in (*one.heads, *_anchored(receptions, one)))


def _by_bag(heads: Iterable[BagHead]) -> Heads:
    known: dict[str, set[BagHead]] = {}
    for head in heads:
        known.setdefault(head.bag, set()).add(head)
    return {name: tuple(sorted(found, key=lambda head: head.seq)) for name, found in known.items()}


def _anchored(receptions: Receptions, reported: Reported) -> Iterator[BagHead]:
    path = receptions.of(reported.office) / ANCHORS / f"{reported.submission}.tsv"
    try:
        data = durable_files.read(str(path))
    except OSError:
        return
    if bag.sha256(data) == reported.anchor:
        for line in data.decode().splitlines()[1:]:
            yield BagHead.from_plain(line.split("\t"))
