"""The head of a bag's chain at some time: what an anchor holds, so that a history changed afterwards is found."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from archivist.model.ids import Sha256

_NAME = re.compile(r"[0-9A-Za-z-]+")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BagHead(NamedTuple):
    """Where a bag's chain ended at some time.

    Attributes:
        bag: a case number, ``ledger-2024`` or a batch's id: the bag's ``External-Identifier``.
        seq: number of the last event, from 1.
        head: SHA-256 of its file.
    """

    bag: str
    seq: int
    head: Sha256

    @classmethod
    def from_plain(cls, plain: Any) -> BagHead:
        """Read one back from JSON or from the fields of a line; ``ValueError`` when it is none."""
        try:
            name, seq, head = plain
            found = cls(str(name), int(seq), Sha256(str(head)))
        except TypeError as error:
            raise ValueError("no head") from error
        if not _NAME.fullmatch(found.bag) or found.seq < 1 or not _DIGEST.fullmatch(found.head):
            raise ValueError("no head")
        return found
