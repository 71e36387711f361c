"""A bureau to receive in, and packages that somebody has laid hands on."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from archivist.api.setup import make_workspace
from archivist.bureau.reception import receive
from archivist.errors import ArchivistError
from archivist.model.by import CHINA, By
from archivist.store import bag
from archivist.workspace import Workspace

RECEIVER: Final = By("局经办", dt.datetime(2024, 4, 2, 9, tzinfo=CHINA))
Files = dict[str, bytes]
"""The files of a part by their path below its one folder."""


def make_bureau(folder: Path) -> Workspace:
    """Make the bureau's workspace and open it."""
    make_workspace(folder, pack="tianjin-hongqiao", office="红桥区民政局", code="HQMZ", kind="bureau")
    return Workspace.open(folder)


def files_of(part: Path) -> tuple[str, Files]:
    """Return the one folder of a part and its files."""
    with zipfile.ZipFile(part) as packed:
        folder = packed.namelist()[0].partition("/")[0]
        return folder, {n.partition("/")[2]: packed.read(n) for n in packed.namelist()}


def write(path: Path, folder: str, files: Files) -> Path:
    """Write a part of some files, stored."""
    with zipfile.ZipFile(path, "w") as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(f"{folder}/{name}"), files[name])
    return path


def sealed(files: Files) -> Files:
    """Return the files with manifests, length and anchor that fit them: what somebody makes who knows how."""
    own = {"bagit.txt", bag.INFO, bag.MANIFEST, bag.TAG_MANIFEST}
    made = dict(files)
    payload = {name: data for name, data in files.items() if name.startswith("data/")}
    anchor = hashlib.sha256(files["anchor/heads.tsv"]).hexdigest()
    about = json.loads(files["anchor/submission.json"])
    about["anchor"] = anchor
    made["anchor/submission.json"] = (
        json.dumps(about, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    ).encode()
    lines = []
    for line in files[bag.INFO].decode().splitlines():
        if line.startswith("Payload-Oxum"):
            line = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
        if line.startswith("Archivist-Anchor"):
            line = f"Archivist-Anchor: {anchor}"
        lines.append(line)
    made[bag.INFO] = ("\n".join(lines) + "\n").encode()
    made[bag.MANIFEST] = bag.manifest({n: bag.sha256(d) for n, d in payload.items()})
    tags = {n: d for n, d in made.items() if n not in payload and n not in own}
    tags |= {n: made[n] for n in ("bagit.txt", bag.INFO, bag.MANIFEST)}
    made[bag.TAG_MANIFEST] = bag.manifest({n: bag.sha256(d) for n, d in tags.items()})
    return made


def remade(part: Path, target: Path, change: Callable[[Files], None]) -> Path:
    """Return a part with changed files and manifests that fit them."""
    folder, files = files_of(part)
    change(files)
    return write(target, folder, sealed(files))


def picture(root: Path) -> dict[str, bytes]:
    """Return every file below a folder but the lock's and the index's, and the folders that are empty."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in sorted(root.rglob("*"))
        if path.name != ".lock" and "index" not in path.parts and (path.is_file() or not any(path.iterdir()))
    }


@contextmanager
def nothing_changes(root: Path) -> Iterator[None]:
    """See that a block writes nothing into a folder, and leaves nothing in ``.work``."""
    before = picture(root)
    yield
    after = picture(root)
    assert {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)} == set()


def refused(bureau: Workspace, *parts: Path) -> ArchivistError:
    """Return how a submission is refused; see that it leaves nothing anywhere."""
    with nothing_changes(bureau.root.parent), pytest.raises(ArchivistError) as refusal:
        receive(bureau, RECEIVER, parts)
    return refusal.value
