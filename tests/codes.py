"""Codes as earlier versions of the program printed them."""

from __future__ import annotations

from archivist.model.document_code import DocumentCode


def unkeyed(code: DocumentCode) -> str:
    """Return the payload of the first format, ``AV1-…``, with its checksum (base 37, modulo 251)."""
    body = f"AV1-{code.case.compact}-{code.type_code}{int(code.record)}"
    total = 0
    for char in body:
        total = (total * 37 + ord(char)) % 251
    return f"{body}-{total:02X}"
