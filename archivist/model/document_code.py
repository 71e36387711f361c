"""The QR payload printed on every generated document: which case, which document type, which record.

``AV1-TJHQDB2024000123-SQS7-3F``: format version, case number without hyphens, the type's three-letter code and the
record ordinal, checksum. With an office code of four letters and up to 99 records it has at most 29 characters of
the QR alphanumeric set (version 2, level Q); longer ones still fit version 3. No personal data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archivist.errors import InvalidValue
from archivist.model.ids import CaseNo, RecordNo, record_no

_PAYLOAD = re.compile(r"AV1-([A-Z]{4,10}\d{10,})-([A-Z]{3})(\d{1,5})-([0-9A-F]{2})")
MAX_LENGTH = 47
"""Capacity of QR version 3 at level Q, alphanumeric mode (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class DocumentCode:
    """What a code says of the sheet it stands on."""

    case: CaseNo
    type_code: str
    record: RecordNo

    @property
    def payload(self) -> str:
        """The text to print, with its checksum."""
        body = f"AV1-{self.case.compact}-{self.type_code}{int(self.record)}"
        return f"{body}-{_checksum(body)}"

    @classmethod
    def parse(cls, payload: str) -> DocumentCode:
        """Read a payload back.

        Raises:
            InvalidValue: E002, when it is not ours or its checksum is wrong.
        """
        match = _PAYLOAD.fullmatch(payload.strip())
        if not match or _checksum(payload.strip()[:-3]) != match[4]:
            raise InvalidValue("不是本系统的二维码，或校验不符")
        return cls(CaseNo.from_compact(match[1]), match[2], record_no(int(match[3])))


def is_ours(payload: str) -> bool:
    """Tell whether a payload claims to be one of ours, right or damaged."""
    return payload.strip().startswith("AV1-")


def _checksum(body: str) -> str:
    """Return a checksum of two hexadecimal digits that catches single errors and transpositions."""
    total = 0
    for char in body:
        total = (total * 37 + ord(char)) % 251
    return f"{total:02X}"
