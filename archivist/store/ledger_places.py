"""Whether an event stands in the ledger: what tells an index of this archive from another one's. Loads no chain, so that it is quick."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from archivist.model.ids import GENESIS, Sha256
from archivist.store import bag, durable_files


class LedgerPlaces:
    """The events of a ledger, by year and number.

    Args:
        folder: ``ledger/`` of the archive.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def event(self, year: int, seq: int) -> Path:
        """Return where an event of the ledger stands, or would stand."""
        return self._folder / str(year) / bag.EVENTS / bag.event_name(seq)

    def holds(self, place: tuple[int, int, Sha256]) -> bool:
        """Tell whether an event stands in the ledger. One that is damaged where it stands does: ``verify`` tells of it."""
        year, seq, digest = place
        path = self.event(year, seq)
        if not path.exists():
            return False
        with suppress(OSError):
            if durable_files.digest_of(path)[0] == digest or _before(self.event(year, seq + 1)) == digest:
                return True
        with suppress(
            OSError, ValueError
        ):  # nothing comes after the last: its bag's manifest was written with it
            listed = bag.parse_manifest(durable_files.read(str(path.parent.parent / bag.TAG_MANIFEST)))
            if listed.get(f"{bag.EVENTS}/{path.name}") == digest:
                return True
        with suppress(OSError):
            before = durable_files.digest_of(self.event(year, seq - 1))[0] if seq > 1 else GENESIS
            return _before(path) != before
        return True


def _before(path: Path) -> str:
    """Return the digest that an event says its predecessor has; empty where it says none."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        return str(json.loads(durable_files.read(str(path)))["prev"])
    return ""
