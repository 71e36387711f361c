"""Everything the checks look at in one case, gathered once. What could not be gathered stands there as the reason why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from archivist.errors import ArchivistError
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Sha256
from archivist.model.plain_json import MalformedData, parse_json
from archivist.os_reasons import reason_of
from archivist.preservation import history
from archivist.preservation.four_nature.office_evidence import OfficeEvidence
from archivist.reading.reader_process import Reader
from archivist.reading.trial_opening import TrialOpening
from archivist.store import bag, durable_files
from archivist.store.bag_contents import BagContents, contents
from archivist.store.bag_fixity import BagCheck, check_bag
from archivist.store.event_witnesses import StoredEvent, path_of, read_events


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """One case, looked at from every side.

    Attributes:
        fixity: the bag held against its chain, and the chain against the heads that ledger and index remember.
        contents: what lies in the bag; ``None`` where a folder of it cannot be read.
        events: the events as they are stored, by number; none where they cannot be read.
        plain: the same as JSON, those that are JSON at all.
        case: what the events say; ``None`` where that cannot be told, for ``unread``.
        listed: the files the chain names with digest and size; ``None`` where the chain does not hold.
        info: ``bag-info.txt``; ``None`` where it cannot be read.
        trials: what came of opening each payload file, by its path.
    """

    number: CaseNo
    folder: Path
    office: OfficeEvidence
    fixity: BagCheck
    contents: BagContents | None = None
    events: Mapping[int, StoredEvent] = field(default_factory=lambda: MappingProxyType({}))
    plain: Mapping[int, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    case: Case | None = None
    unread: str = ""
    listed: Mapping[str, tuple[Sha256, int]] | None = None
    info: bytes | None = None
    trials: Mapping[str, TrialOpening] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def payload(self) -> tuple[str, ...]:
        """The papers' files as they lie in the bag, in order of their paths; not the leaflet, no link."""
        return payload_of(self.contents) if self.contents else ()

    @property
    def head(self) -> tuple[int, str]:
        """The number and the digest of the last event; 0 and empty where the chain does not hold."""
        return (self.fixity.events, self.fixity.head) if self.fixity.head else (0, "")


def payload_of(found: BagContents) -> tuple[str, ...]:
    """Return the papers' files of a bag."""
    return tuple(sorted(path for path in found.files if bag.is_payload(path) and path != bag.LEAFLET))


def gather(office: OfficeEvidence, number: CaseNo, reader: Reader) -> CaseEvidence:
    """Look at a case; nothing is written, and what cannot be read is no error but left open.

    Args:
        office: what is asked of the whole archive.
        number: the case; its folder is there.
        reader: opens the files.
    """
    archive = office.workspace.archive
    folder = archive.folder(number)
    fixity = history.judged(office.anchors, check_bag(folder))
    try:
        found = contents(folder)
        events, _ = read_events(folder, found.files)
        plain = _as_json(folder, events)
        info = (folder / bag.INFO).read_bytes() if bag.INFO in found.files else None
    except OSError as error:
        why = reason_of(error)
        return CaseEvidence(number, folder, office, fixity, unread=f"档案袋读不出来：{why}")
    case, unread, listed = None, "", None
    try:
        current = archive.chain(number)
        listed = MappingProxyType(dict(current.files))
        case = archive.read(number)
    except (ArchivistError, OSError) as error:
        unread = str(error)
    trials = {path: reader.try_to_open(folder / path) for path in payload_of(found)}
    return CaseEvidence(
        number, folder, office, fixity, found, events, plain, case, unread, listed, info, MappingProxyType(trials)
    )  # fmt: skip


def _as_json(folder: Path, events: Mapping[int, StoredEvent]) -> Mapping[int, Mapping[str, Any]]:
    found: dict[int, Mapping[str, Any]] = {}
    for seq in sorted(events):
        try:
            plain = parse_json(durable_files.read(f"{folder}/{path_of(seq)}"))
        except MalformedData:
            continue
        if isinstance(plain, dict):
            found[seq] = plain
    return MappingProxyType(found)
