"""What is looked at to tell what a file is: its first bytes, and what those lead to.

Standard library only, and safe on hostile files: at most a few megabytes are read and nothing is unpacked.
"""

from __future__ import annotations

import struct
from functools import cached_property
from typing import BinaryIO, Final

from archivist.model.plain_text import decode_text

HEAD_BYTES: Final = 65_536
"""Bytes from the start of the file that are looked at."""
TAIL_BYTES: Final = 65_557
"""Bytes from the end: a ZIP's end record (22 bytes) with its longest comment."""
DIRECTORY_BYTES: Final = 4_194_304
"""Longest ZIP directory that is searched for known names; a longer one is simply a ZIP."""
OLE_NAMES_BYTES: Final = 8192
"""Bytes of an OLE directory that are looked at: 64 names. Directory sectors usually follow one another."""
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROLS: Final = frozenset(chr(c) for c in range(32)) - set("\t\n\r\f\x1a\x1b")


class Sample:
    """A file to be told apart; what costs more than its first bytes is read when a recogniser asks.

    Args:
        file: open at its start, for as long as it is asked.

    Attributes:
        head: its first ``HEAD_BYTES``.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.head = file.read(HEAD_BYTES)

    @cached_property
    def zip_names(self) -> bytes | None:
        """The directory of a ZIP, which holds the names of its members and is not parsed; ``None`` for anything else."""
        if not self.head.startswith(_ZIP):
            return None
        # Where the end is missing (truncated upload), the first local headers carry names too.
        directory = self._zip_directory()
        return self.head if directory is None else directory

    def _zip_directory(self) -> bytes | None:
        size = self._file.seek(0, 2)
        self._file.seek(max(0, size - TAIL_BYTES))
        tail = self._file.read(TAIL_BYTES)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < 22:
            return None
        length, offset = struct.unpack_from("<II", tail, at + 12)
        if length > DIRECTORY_BYTES or offset + length > size:
            return None
        self._file.seek(offset)
        return self._file.read(length)

    @cached_property
    def ole_names(self) -> bytes | None:
        """The first directory sectors of an OLE file, with its streams' names in UTF-16; ``None`` for anything else."""
        if not self.head.startswith(_OLE):
            return None
        if len(self.head) < 512:
            return b""
        shift, first = struct.unpack_from("<H", self.head, 30)[0], struct.unpack_from("<I", self.head, 48)[0]
        if shift not in (9, 12):
            return b""
        self._file.seek((first + 1) << shift)
        return self._file.read(OLE_NAMES_BYTES)

    def has_stream(self, name: str) -> bool:
        """Tell whether an OLE file has a stream of this name, as far as its first directory sectors tell."""
        wanted = name.encode("utf-16-le") + b"\x00\x00"
        names = self.ole_names or b""
        return any(names.startswith(wanted, at) for at in range(0, len(names), 128))

    def is_open_document(self, kind: str) -> bool:
        """Tell whether it is an OpenDocument of this kind, ``text`` for one: its first member says so (ODF 1.3, 2.2.4)."""
        stated = b"mimetypeapplication/vnd.oasis.opendocument." + kind.encode()
        return self.zip_names is not None and self.head[30:].startswith(stated)

    @cached_property
    def brands(self) -> frozenset[bytes]:
        """The brands of a file of boxes (ISO/IEC 14496-12), such as a telephone's pictures and films; none for others."""
        if self.head[4:8] != b"ftyp":
            return frozenset()
        end = min(int.from_bytes(self.head[:4], "big"), 256)
        return frozenset({self.head[8:12], *(self.head[at : at + 4] for at in range(16, end - 3, 4))})

    @cached_property
    def text(self) -> str | None:
        """The first bytes as plain text, ``None`` when they are none."""
        text = decode_text(self.head, final=len(self.head) < HEAD_BYTES)
        return None if text is None or any(char in _CONTROLS for char in text) else text
