"""ZIP files locked with AES, as WinRAR, 7-Zip and the like make and open them (WinZip's AE-2). Only this module imports pyzipper."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, cast

METHOD: Final = 99
"""Where the packing method stands: locked with AES (APPNOTE 4.4.5; the method itself is in an extra field)."""


def open_locked(path: Path) -> zipfile.ZipFile:
    """Open a ZIP of which members are locked with AES.

    Raises:
        zipfile.BadZipFile, or ``damage()``: it is none. OSError: it cannot be read.
    """
    from pyzipper import AESZipFile

    return cast("zipfile.ZipFile", AESZipFile(path))  # a copy of zipfile that reads AES too


def damage() -> type[Exception]:
    """Return what is raised where such a file is damaged, or was locked with another password."""
    from pyzipper import BadZipFile

    return cast("type[Exception]", BadZipFile)


def lock(name: str, size: int, pieces: Iterable[bytes], password: bytes) -> Iterator[bytes]:
    """Yield a ZIP file of one member, stored and locked with AES-256 under a salt drawn anew, piece by piece.

    The salt is random: the same bytes locked twice are two different files, and no key is used for two contents.

    Args:
        name: of the member, which everybody can read.
        size: bytes of the member.
        pieces: its bytes.
        password: opens it.
    """
    from pyzipper import WZ_AES, ZIP_STORED, AESZipFile
    from pyzipper.zipfile_aes import AESZipInfo

    sink = _Sink()
    with AESZipFile(sink, "w", compression=ZIP_STORED, encryption=WZ_AES) as package:
        package.setpassword(password)
        member = AESZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        member.compress_type, member.file_size = ZIP_STORED, size
        with package.open(member, "w") as handle:
            for piece in pieces:
                handle.write(piece)
                yield sink.taken()
    yield sink.taken()


class _Sink:
    """Takes what is written and gives it away; nobody can go back in it."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        held, self._held = self._held, []
        return b"".join(held)
