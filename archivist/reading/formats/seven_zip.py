"""7z archives, taken apart. Only this module imports py7zr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from archivist.errors import ArchivistError, PasswordNeeded, UnreadableFile
from archivist.reading.formats.registry import Format, NotRead, Sureness, Unpacker, register
from archivist.reading.formats.unpacking import (
    TAKE_APART,
    PackedFile,
    PackedWriter,
    Unpacking,
    is_ignored,
)

if TYPE_CHECKING:
    from py7zr import SevenZipFile
    from py7zr.io import WriterFactory


def unpack_7z(path: Path, unpacking: Unpacking) -> Iterator[PackedFile]:
    """Yield the members of a 7z; they are packed as one, so that all are written before the first is yielded.

    Raises:
        PasswordNeeded: E106. FileTooLarge: E102. UnreadableFile: E101, holding links or names that lead out.
        Exception: whatever py7zr finds wrong with a damaged file.
    """
    from py7zr import SevenZipFile
    from py7zr.exceptions import PasswordRequired

    try:
        # An open file, not a path: so py7zr keeps to one thread and to the order of the archive.
        with path.open("rb") as file, SevenZipFile(file, password=unpacking.password) as package:
            locked = package.needs_password()
            if locked and unpacking.password is None:
                raise PasswordNeeded("压缩包加了密码，打不开", file=unpacking.name)
            yield from _extracted(package, unpacking)
    except PasswordRequired:
        raise PasswordNeeded("压缩包加了密码，打不开", file=unpacking.name) from None
    except ArchivistError:
        raise
    except Exception as error:
        if unpacking.password is None:
            raise
        # A wrong password gives rubbish, which no check can tell from damage.
        raise PasswordNeeded("压缩包的密码不对，或者已损坏", file=unpacking.name) from error


def _extracted(package: SevenZipFile, unpacking: Unpacking) -> Iterator[PackedFile]:
    entries = package.list()
    unpacking.expect(len(entries), sum(int(entry.uncompressed) for entry in entries))
    for entry in entries:
        if not (entry.is_directory or entry.is_file):
            raise unpacking.refuse_link()
        if _leads_out(entry.filename):
            raise UnreadableFile("里面的文件名指向外面，不能自动拆开", file=unpacking.name, remedy=TAKE_APART)
    wanted = [e.filename for e in entries if e.is_file and not is_ignored(e.filename)]
    with ExitStack() as stack:
        writers = _Writers(unpacking, stack)
        if wanted:
            package.extract(targets=wanted, factory=cast("WriterFactory", writers))
        for writer in writers.begun:
            yield writer.finish()


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":"


class _Writers:
    """Gives py7zr what it writes each member to (``py7zr.WriterFactory``)."""

    def __init__(self, unpacking: Unpacking, stack: ExitStack) -> None:
        self._unpacking = unpacking
        self._stack = stack
        self.begun: list[PackedWriter] = []

    def create(self, filename: str) -> Any:
        writer = self._stack.enter_context(self._unpacking.begin(filename))
        self.begun.append(writer)
        return _Product(writer)


class _Product:
    """One member as py7zr writes it (``py7zr.Py7zIO``)."""

    def __init__(self, writer: PackedWriter) -> None:
        self._writer = writer
        self._size = 0

    def write(self, data: bytes | bytearray) -> int:
        self._size += len(data)
        return self._writer.write(data)

    def read(self, size: int | None = None) -> bytes:
        del size
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        del offset, whence
        return 0

    def flush(self) -> None: ...

    def size(self) -> int:
        return self._size

    def close(self) -> None: ...


SEVEN_ZIP = register(
    Format(
        kind="7z",
        label="7z 压缩包",
        media_type="application/x-7z-compressed",
        extensions=(".7z",),
        recognise=lambda sample: (
            Sureness.SURE if sample.head.startswith(b"7z\xbc\xaf\x27\x1c") else Sureness.NO
        ),
        handling=Unpacker(unpack_7z, NotRead("是 7z 压缩包", TAKE_APART), takes_password=True),
    )
)
