"""RAR archives, taken apart where a program that can read them is installed: bsdtar (libarchive), on Windows its own tar.

The program gives the members as one stream (tar), so that nothing is written but by us and within our limits. It runs below
the reading process, with its limits, and where the kernel allows it without any network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from archivist.errors import PasswordNeeded, UnreadableFile
from archivist.reading.formats.registry import Format, NotRead, Sureness, Unpacker, register
from archivist.reading.formats.unpacking import TAKE_APART, PackedFile, Unpacking, is_ignored, pieces
from archivist.reading.limited_run import limited

_LIMITS: Final = (1024**3, 1024**2, 300)
"""Bytes of address space, bytes of a file it may write (it writes none but its complaints), CPU seconds."""


@cache
def program() -> str | None:
    """Return the path of the unpacker, ``None`` where none is installed."""
    return shutil.which("bsdtar") or (shutil.which("tar") if sys.platform == "win32" else None)


def unpack_rar(path: Path, unpacking: Unpacking) -> Iterator[PackedFile]:
    """Yield the members of a RAR, each as it comes.

    Raises:
        UnreadableFile: E101, no unpacker is installed; damaged; holding links. PasswordNeeded: E106. FileTooLarge: E102.
    """
    found = program()
    if found is None:
        raise UnreadableFile(
            "是 RAR 压缩包，这台机器上没有能打开它的程序（bsdtar）", file=unpacking.name, remedy=TAKE_APART
        )
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [*limited(*_LIMITS), found, "-c", "-f", "-", "--format=pax", f"@{path.absolute()}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )
        assert process.stdout is not None
        try:
            # What the program says of a broken stream counts, not what is seen of it here.
            with (
                contextlib.suppress(tarfile.TarError),
                tarfile.open(fileobj=process.stdout, mode="r|") as package,
            ):
                for entry in package:
                    if entry.isdir() or is_ignored(entry.name):
                        continue
                    data = package.extractfile(entry) if entry.isreg() else None
                    if data is None:
                        raise unpacking.refuse_link()
                    yield unpacking.add(entry.name, pieces(data))
            process.stdout.close()
            failed = process.wait() != 0
        finally:
            process.stdout.close()
            process.kill()
            process.wait()
        complaints.seek(0)
        words = complaints.read(65_536).decode("utf-8", "replace").lower()
    if failed and ("encrypt" in words or "passphrase" in words):
        raise PasswordNeeded("RAR 压缩包加了密码，打不开", file=unpacking.name, remedy=TAKE_APART)
    if failed:
        raise UnreadableFile("RAR 压缩包已损坏，读不出来", file=unpacking.name, remedy=TAKE_APART)


RAR = register(
    Format(
        kind="rar",
        label="RAR 压缩包",
        media_type="application/vnd.rar",
        extensions=(".rar",),
        recognise=lambda sample: Sureness.SURE if sample.head.startswith(b"Rar!\x1a\x07") else Sureness.NO,
        handling=Unpacker(unpack_rar, NotRead("是 RAR 压缩包", TAKE_APART)),
    )
)
