"""What stands in a bag besides the payload: BagIt 1.0 (RFC 8493) declaration, bag-info and manifests.

``sha256sum -c manifest-sha256.txt`` and any BagIt tool can check a case without this program. Payload is what lies
under ``data/``; events and recognised text are tag files, listed in the tag manifest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from archivist.model.ids import CaseNo, Sha256

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"


def sha256(data: bytes) -> Sha256:
    """Return the SHA-256 of some bytes."""
    return Sha256(hashlib.sha256(data).hexdigest())


def bag_info(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return ``bag-info.txt``. It is written once, so it holds only what never changes (no Payload-Oxum)."""
    return "".join(f"{key}: {' '.join(value.split())}\n" for key, value in fields if value).encode()


def case_info(number: CaseNo, organisation: str, day: dt.date) -> bytes:
    """Return the ``bag-info.txt`` of a case that is opened on a day by an office."""
    return bag_info(
        (
            ("Source-Organization", organisation),
            ("External-Identifier", str(number)),
            ("External-Description", f"一户一档 {number.category.label}"),
            ("Bagging-Date", day.isoformat()),
        )
    )


def manifest(files: Mapping[str, Sha256]) -> bytes:
    """Return a manifest in path order. RFC 8493 §2.1.3: CR, LF and ``%`` in a path are percent-encoded."""
    return "".join(f"{files[path]}  {encode_path(path)}\n" for path in sorted(files)).encode()


def encode_path(path: str) -> str:
    """Percent-encode what a manifest line cannot hold."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decode_path(path: str) -> str:
    """Undo ``encode_path``."""
    return path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def parse_manifest(data: bytes) -> dict[str, Sha256]:
    """Read a manifest; ``ValueError`` on a line that is none."""
    files: dict[str, Sha256] = {}
    for line in data.decode().splitlines():
        digest, _, path = line.partition("  ")
        if len(digest) != 64 or not path:
            raise ValueError(f"not a manifest line: {line[:40]!r}")
        files[decode_path(path)] = Sha256(digest)
    return files


def is_payload(path: str) -> bool:
    """Tell whether a path belongs into the payload manifest."""
    return path.startswith("data/")
