"""Notes: the small JSON files of the archive that stand in no bag (tray, alarms, moves, runs), each with a digest of itself.

A note is one table; its key ``digest`` is the SHA-256 of the very same file without that key. A bit that turned over, or
a hand, shows: what a damaged note says is not used. Notes of earlier programs have no digest and are read by their
shape alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from archivist.errors import DamagedFile
from archivist.model.plain_json import SMALL, JsonTable, MalformedData, parse_json, require_shape
from archivist.os_reasons import reason_of
from archivist.store import bag

DIGEST: Final = "digest"


def seal(note: Mapping[str, Any]) -> bytes:
    """Return the file of a note."""
    body = {key: value for key, value in note.items() if key != DIGEST}
    return _encoded(body | {DIGEST: bag.sha256(_encoded(body))})


def _encoded(note: Mapping[str, Any]) -> bytes:
    return (json.dumps(note, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def unseal(data: bytes, shape: JsonTable) -> dict[str, Any]:
    """Return what a note says.

    Raises:
        MalformedData: it is none of this shape, or its digest is another.
    """
    note = parse_json(data)
    if isinstance(note, dict) and DIGEST in note:
        if seal(note) != data:
            raise MalformedData("与其中写明的校验码不符")
        del note[DIGEST]
    require_shape(note, shape)
    told: dict[str, Any] = note
    return told


def read(path: Path, shape: JsonTable, remedy: str) -> dict[str, Any]:
    """Read a note.

    Args:
        path: of the file; its last two parts name it in messages.
        shape: what it must hold.
        remedy: what to do when it is damaged.

    Raises:
        DamagedFile: E212.
    """
    try:
        with path.open("rb") as file:
            data = file.read(SMALL + 1)
        return unseal(data, shape)
    except MalformedData as wrong:
        why = str(wrong)
    except OSError as error:
        why = reason_of(error)
    raise DamagedFile(why, file="/".join(path.parts[-2:]), remedy=remedy)
