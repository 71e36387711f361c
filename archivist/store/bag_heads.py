"""Where the bags are by their names, and the heads of their chains."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, InvalidValue
from archivist.model.bag_head import BagHead
from archivist.model.ids import GENESIS, CaseNo, Sha256
from archivist.store import bag, chain, durable_files
from archivist.store.batches import IS_BATCH

RECEIVED: Final = "received"
_LEDGER = re.compile(r"ledger-(\d{4})")


def read_head(name: str, folder: Path) -> BagHead:
    """Return the head of a bag from its last two events only.

    Raises:
        IntegrityAlarm: E202, what stands last does not follow what stands before it, or is not listed. OSError: it cannot be read.
    """
    names = chain.event_names(folder)
    if not names or names[-1] != chain.event_name(len(names)):
        raise IntegrityAlarm("事件不全，或有多出的", file=name)
    last = durable_files.read(f"{folder}/{chain.EVENTS}/{names[-1]}")
    before = durable_files.digest_of(folder / chain.EVENTS / names[-2])[0] if len(names) > 1 else GENESIS
    try:
        follows = json.loads(last)["prev"] == before
    except (ValueError, KeyError, TypeError, RecursionError):
        follows = False
    if not follows:
        raise IntegrityAlarm(f"事件 {names[-1]} 与前一事件不相接", file=name)
    head = bag.sha256(last)
    if f"{head}  {chain.EVENTS}/{names[-1]}\n".encode() not in durable_files.read(
        f"{folder}/{bag.TAG_MANIFEST}"
    ):
        raise IntegrityAlarm(f"清单里没有事件 {names[-1]}", file=name)
    return BagHead(name, len(names), head)


def is_listed(folder: Path, name: str) -> bool:
    """Tell whether a bag has a head that follows what stands before it and that its manifest lists."""
    try:
        return bool(read_head(name, folder))
    except (IntegrityAlarm, OSError):
        return False


def last_event(folder: Path, name: str) -> tuple[int, Sha256]:
    """Return number and digest of a bag's last event from that file alone, whatever stands before it.

    Raises:
        IntegrityAlarm: E202, there is none.
    """
    if not (names := chain.event_names(folder)):
        raise IntegrityAlarm("一个事件也没有", file=name)
    last = folder / chain.EVENTS / names[-1]
    return int(names[-1].removesuffix(".json")), durable_files.digest_of(last)[0]


def bag_folder(root: Path, name: str, of: str = "") -> Path:
    """Return where in an archive a bag is, or would be, by its External-Identifier.

    Args:
        root: the archive.
        name: the identifier.
        of: code of the office whose ledger a year is of that was taken over; empty for the archive's own.
    """
    if IS_BATCH.fullmatch(name):
        return root / "batches" / name
    if year := _LEDGER.fullmatch(name):
        return root / (f"ledger-{of}" if of else "ledger") / year[1]
    return (received_from(root, name.partition("-")[0]) if is_bureau(root) else root / "cases") / name


def numbers_of(root: Path) -> list[CaseNo]:
    """Return the numbers of all cases in an archive, in order; of the bureau's, those from every office."""
    places = (p for p in (root / RECEIVED).iterdir() if p.is_dir()) if is_bureau(root) else (root / "cases",)
    return sorted(number for place in places for number in numbers_in(place))


def numbers_in(folder: Path) -> Iterator[CaseNo]:
    """Yield the numbers of the cases in a folder; a folder named otherwise than its number is written is none."""
    with os.scandir(folder) if folder.is_dir() else nullcontext(()) as entries:
        for entry in entries:
            with suppress(InvalidValue, OSError):
                number = CaseNo.parse(entry.name)
                if str(number) == entry.name and entry.is_dir():
                    yield number


def is_bureau(root: Path) -> bool:
    """Tell whether an archive is the bureau's, whose cases are copies of those of its offices."""
    return (root / RECEIVED).is_dir()


def received_from(root: Path, office: str) -> Path:
    """Return where in the bureau's archive the copies from an office are."""
    return root / RECEIVED / office


def event_digest(folder: Path, seq: int) -> Sha256 | None:
    """Return the SHA-256 of a bag's event, ``None`` where there is none."""
    try:
        return durable_files.digest_of(folder / chain.EVENTS / chain.event_name(seq))[0]
    except (FileNotFoundError, NotADirectoryError):
        return None
