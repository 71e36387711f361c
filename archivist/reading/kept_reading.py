"""What was read of a file, as bytes that wait with it: so that nobody has to read it again to file it."""

from __future__ import annotations

import json
from dataclasses import astuple

from archivist.model.plain_json import LARGE, parse_json
from archivist.reading.formats.registry import by_kind
from archivist.reading.pages import PageText, ReadResult


def pack(result: ReadResult) -> bytes:
    """Return a reading as bytes."""
    plain = {"kind": result.format.kind, "pages": [astuple(page) for page in result.pages]}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def unpack(data: bytes) -> ReadResult | None:
    """Return the reading again; ``None`` where there is none, or another version of the program packed it."""
    try:
        plain = parse_json(data, most=LARGE)
        return ReadResult(by_kind(plain["kind"]), tuple(map(PageText.from_message, plain["pages"])))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
