"""What the forms of a disposal say to a machine: of which batch they are, and the beginning of its list's SHA-256.

``AV1-XH2026001-9F3A77C2-5B``: format, the batch without hyphens, eight hexadecimal digits, a checksum that finds slips of reading. It names no
household.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from archivist.model.document_code import checksum
from archivist.model.ids import Sha256

SHOWN: Final = 8
"""So many hexadecimal digits of the digest stand in the code."""
_PAYLOAD: Final = re.compile(
    r"(?P<body>AV1-XH(?P<year>\d{4})(?P<number>\d{3,})-(?P<digest>[0-9A-F]{8}))-(?P<check>[0-9A-F]{2})"
)


@dataclass(frozen=True, slots=True)
class DisposalCode:
    """A batch, ``XH-2026-001``, and the first ``SHOWN`` digits of its list's SHA-256, lower case."""

    disposal: str
    digest: str

    @classmethod
    def of(cls, disposal: str, digest: Sha256) -> DisposalCode:
        """Return the code of a batch and its list."""
        return cls(disposal, digest[:SHOWN])

    @property
    def payload(self) -> str:
        """The text to print."""
        body = f"AV1-{self.disposal.replace('-', '')}-{self.digest.upper()}"
        return f"{body}-{checksum(body)}"

    @classmethod
    def parse(cls, payload: str) -> DisposalCode | None:
        """Return what a payload says; ``None`` where it is no such code, or its checksum is wrong."""
        match = _PAYLOAD.fullmatch(payload.strip().upper())
        return cls._of(match) if match else None

    @classmethod
    def all_in(cls, text: str) -> Iterator[DisposalCode]:
        """Yield the codes that stand in a text in clear, as below the picture."""
        for match in _PAYLOAD.finditer(text.upper()):
            if code := cls._of(match):
                yield code

    @classmethod
    def _of(cls, match: re.Match[str]) -> DisposalCode | None:
        if match["check"] != checksum(match["body"]):
            return None
        return cls(f"XH-{match['year']}-{match['number']}", match["digest"].lower())
