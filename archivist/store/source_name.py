"""The name a clerk's file came under: it often names a person, so the chain keeps a salted digest and the name stands beside it.

``text/NNNN.src`` is JSON: ``name`` and ``salt`` (32 hexadecimal digits). The event's source has ``name_sha256``, the
SHA-256 of salt and name. Once the file is removed, by an event like any other, the digest confirms no guess.
Events of formats 0 and 1 have the plain ``name`` in their source and keep it.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Final

from archivist.model.event import Data
from archivist.model.ids import RecordNo, Sha256
from archivist.model.plain_json import JsonTable, MalformedData, parse_json, require_shape
from archivist.store import bag

NAME: Final = "name"
DIGEST: Final = "name_sha256"
_SALT_BYTES: Final = 16
_KEPT: Final = JsonTable({"name": str, "salt": str}, open=True)


def path_of(record: RecordNo) -> str:
    """Return where in the bag the name of a record's file stands."""
    return f"text/{record}.src"


def seal(name: str) -> tuple[bytes, Sha256]:
    """Return what ``text/NNNN.src`` holds for a name, with a salt of its own, and the digest for the chain."""
    salt = secrets.token_hex(_SALT_BYTES)
    content = json.dumps({"name": name, "salt": salt}, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{content}\n".encode(), _digest(salt, name)


def named(folder: Path, record: RecordNo, source: Data) -> Data:
    """Return the source of a record with its plain ``name``, unless that was taken away or is not the one digested.

    Args:
        folder: of the case.
        record: the record the source belongs to.
        source: as it stands in the event; empty where the record came from no file.
    """
    if DIGEST not in source:
        return source
    name, salt = _kept(folder, record)
    return {**source, NAME: name} if _digest(salt, name) == source[DIGEST] else source


def kept_name(folder: Path, record: RecordNo) -> str:
    """Return the name that stands in the file, whatever a digest says; empty when there is none."""
    return _kept(folder, record)[0]


def _kept(folder: Path, record: RecordNo) -> tuple[str, str]:
    try:
        kept = parse_json((folder / path_of(record)).read_bytes())
        require_shape(kept, _KEPT)
        return kept["name"], kept["salt"]
    except (OSError, MalformedData):
        return "", ""


def _digest(salt: str, name: str) -> Sha256:
    return bag.sha256((salt + name).encode())
