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
INFO: Final = "bag-info.txt"
ORGANISATION: Final = "Source-Organization"
"""Label of the office that opened the case, in ``INFO``."""
LEAFLET: Final = "data/说明.txt"
"""Says to whoever finds the folder what it is and how it is checked; no bag of the program's is without payload."""
FORMAT: Final = "2"
"""``Archivist-Format`` of new bags: every event names its bag. Bags that say none are of the first, which did not."""
EVENTS: Final = "events"
"""Folder of a bag in which its chain stands, an event a file."""
_PROFILE: Final = "https://archivist.invalid/profiles/{}/1.0.json"


def sha256(data: bytes) -> Sha256:
    """Return the SHA-256 of some bytes."""
    return Sha256(hashlib.sha256(data).hexdigest())


def event_name(seq: int) -> str:
    """Return the file name of an event."""
    return f"{seq:06d}.json"


def identifier(name: str) -> str:
    """Return the External-Identifier of the bag whose folder has this name; the ledger's folders are named by the year."""
    return f"ledger-{name}" if name.isdigit() else name


def folder_name(identifier: str) -> str:
    """Return the name of the folder in which the bag with this External-Identifier stands."""
    return identifier.removeprefix("ledger-")


def bag_info(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return ``bag-info.txt``. It is written once, so it holds only what never changes (no Payload-Oxum)."""
    return "".join(f"{key}: {' '.join(value.split())}\n" for key, value in fields if value).encode()


def case_info(number: CaseNo, organisation: str, day: dt.date) -> bytes:
    """Return the ``bag-info.txt`` of a case that is opened on a day by an office."""
    return _of_profile(
        "shehui-jiuzhu-huodang",
        (ORGANISATION, organisation),
        ("External-Identifier", str(number)),
        ("External-Description", f"一户一档 {number.category.label}"),
        ("Bagging-Date", day.isoformat()),
    )


def ledger_info(year: int) -> bytes:
    """Return the ``bag-info.txt`` of a year of the ledger."""
    return _of_profile(
        "zongzhang",
        ("External-Identifier", identifier(str(year))),
        ("External-Description", "总账"),
    )


def batch_info(batch: str, day: dt.date) -> bytes:
    """Return the ``bag-info.txt`` of a batch that is made on a day."""
    return _of_profile(
        "piliang-saomiao",
        ("External-Identifier", batch),
        ("External-Description", "批量扫描"),
        ("Bagging-Date", day.isoformat()),
    )


def _of_profile(profile: str, *fields: tuple[str, str]) -> bytes:
    return bag_info(
        (*fields, ("BagIt-Profile-Identifier", _PROFILE.format(profile)), ("Archivist-Format", FORMAT))
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


def external_identifier(info: bytes) -> str:
    """Return whose bag a ``bag-info.txt`` says it is; empty when it does not say it, or more than once."""
    lines = info.decode("utf-8", "replace").splitlines()
    said = [line.partition(":")[2].strip() for line in lines if line.startswith("External-Identifier:")]
    return said[0] if len(said) == 1 else ""


def readable_lines(data: bytes) -> dict[str, Sha256]:
    """Return the lines of a manifest as far as they can be read, whatever stands there; see ``parse_manifest``."""
    files: dict[str, Sha256] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        digest, _, path = line.partition("  ")
        if len(digest) == 64 and path:
            files[decode_path(path)] = Sha256(digest)
    return files


def contradicted(data: bytes) -> frozenset[str]:
    """Return the paths that a manifest names with different digests: of those it says nothing."""
    named: dict[str, str] = {}
    twice = set()
    for line in data.decode("utf-8", "replace").splitlines():
        digest, _, path = line.partition("  ")
        if len(digest) == 64 and path and named.setdefault(path, digest) != digest:
            twice.add(decode_path(path))
    return frozenset(twice)


def uncontradicted(data: bytes) -> dict[str, Sha256]:
    """Return the readable lines of a manifest but those that contradict one another: these are no witness against a file."""
    no_witness = contradicted(data)
    return {path: digest for path, digest in readable_lines(data).items() if path not in no_witness}


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
