"""The QR payload printed on every generated document: which case, which document type, which record, and by whose key.

``AV2-TJHQDB2024000123-SQS7-K5QHJ2V7XA``: format, case number without hyphens, the type's three-letter code and the
record ordinal, and a check that only the holder of the office's key can make: the first 50 bits of the HMAC-SHA-256
(RFC 2104) of all before it, in base 32 (RFC 4648). At most 47 characters of the QR alphanumeric set (version 3,
level Q). No personal data.

``AV1-TJHQDB2024000123-SQS7-3F`` was printed before there were keys. Its checksum finds slips of reading, but anybody
can make one: it counts only for a record whose own event says that it was issued with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from archivist.errors import InvalidValue
from archivist.model.ids import CaseNo, RecordNo, record_no

_PAYLOAD: Final = re.compile(
    r"(?P<body>AV(?P<format>[12])-(?P<case>[A-Z]{4,10}\d{10,})-(?P<type>[A-Z]{3})(?P<record>\d{1,5}))-(?P<check>[0-9A-Z]+)"
)
_TAG: Final = re.compile(r"[A-Z2-7]{10}")
_CHECKSUM: Final = re.compile(r"[0-9A-F]{2}")
TAG_LENGTH: Final = 10
"""Base-32 characters of the keyed check: 50 bits."""
SEPARATOR: Final = "AVSEP-1"
"""What a separator sheet carries: it is of no household and no paper, so there is nothing to check."""
MAX_LENGTH: Final = 47
"""Capacity of QR version 3 at level Q, alphanumeric mode (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class OfficeKey:
    """A key with which an office's codes are made and checked.

    Attributes:
        id: tells it from the office's other keys; says nothing of the secret.
        secret: random bytes; never printed, logged or written anywhere but into its file.
    """

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> OfficeKey:
        """Return the key of a secret; its id is the beginning of the secret's SHA-256."""
        return cls(hashlib.sha256(secret).hexdigest()[:8], secret)

    def tag(self, body: str) -> str:
        """Return the keyed check of a payload's body."""
        digest = hmac.digest(self.secret, body.encode("ascii"), "sha256")
        return base64.b32encode(digest)[:TAG_LENGTH].decode("ascii")


@dataclass(frozen=True, slots=True)
class DocumentCode:
    """What a code says of the sheet it stands on."""

    case: CaseNo
    type_code: str
    record: RecordNo

    def payload(self, key: OfficeKey) -> str:
        """Return the text to print."""
        body = f"AV2-{self.case.compact}-{self.type_code}{int(self.record)}"
        return f"{body}-{key.tag(body)}"

    @classmethod
    def parse(cls, payload: str) -> DocumentCode:
        """Read what a payload says; whether the office made it, ``is_keyed`` and ``is_genuine`` tell.

        Raises:
            InvalidValue: E002, when it is not ours or its checksum is wrong.
        """
        match = _match(payload)
        if match is None:
            raise InvalidValue("不是本系统的二维码，或校验不符")
        return cls(CaseNo.from_compact(match["case"]), match["type"], record_no(int(match["record"])))


def is_ours(payload: str) -> bool:
    """Tell whether a payload claims to be one of ours, right or damaged."""
    return payload.strip().startswith(("AV1-", "AV2-"))


def is_keyed(payload: str) -> bool:
    """Tell whether a payload carries a keyed check, right or wrong."""
    match = _match(payload)
    return match is not None and match["format"] == "2"


def is_genuine(payload: str, key: OfficeKey) -> bool:
    """Tell whether a payload's keyed check was made with this key."""
    match = _match(payload)
    return (
        match is not None
        and match["format"] == "2"
        and hmac.compare_digest(match["check"], key.tag(match["body"]))
    )


def _match(payload: str) -> re.Match[str] | None:
    """Return the parts of a payload of ours; the unkeyed checksum must be right."""
    match = _PAYLOAD.fullmatch(payload.strip())
    if match is None:
        return None
    if match["format"] == "2":
        return match if _TAG.fullmatch(match["check"]) else None
    right = _CHECKSUM.fullmatch(match["check"]) and match["check"] == checksum(match["body"])
    return match if right else None


def is_separator(payload: str) -> bool:
    """Tell whether a payload is that of a separator sheet."""
    return payload.strip() == SEPARATOR


def checksum(body: str) -> str:
    """Return a checksum of two hexadecimal digits that catches single errors and transpositions."""
    total = 0
    for char in body:
        total = (total * 37 + ord(char)) % 251
    return f"{total:02X}"
