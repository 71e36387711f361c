"""ZIP archives, taken apart; those that are locked with AES as WinRAR does are opened by ``aes_zip``."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from archivist.errors import PasswordNeeded, UnreadableFile
from archivist.model.plain_text import decode_text
from archivist.reading import aes_zip
from archivist.reading.formats.registry import FileTraits, Format, NotRead, Sureness, Unpacker, register
from archivist.reading.formats.sample import Sample
from archivist.reading.formats.unpacking import TAKE_APART, PackedFile, Unpacking, is_ignored, pieces

_LOCKED, _UTF_8 = 0x1, 0x800
"""General purpose bits of a member (APPNOTE 4.4.4)."""


def unpack_zip(path: Path, unpacking: Unpacking) -> Iterator[PackedFile]:
    """Yield the members of a ZIP.

    Raises:
        PasswordNeeded: E106. FileTooLarge: E102. UnreadableFile: E101, holding links.
        Exception: whatever zipfile finds wrong with a damaged file.
    """
    with _opened(path) as package:
        entries = package.infolist()
        unpacking.expect(len(entries), sum(entry.file_size for entry in entries))
        for entry in entries:
            name = _decoded(entry)
            if entry.is_dir() or name.endswith(("/", "\\")) or is_ignored(name):
                continue
            if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
                raise unpacking.refuse_link()
            yield _extracted(package, entry, name, unpacking)


def _opened(path: Path) -> zipfile.ZipFile:
    package = zipfile.ZipFile(path)
    if all(entry.compress_type != aes_zip.METHOD for entry in package.infolist()):
        return package
    package.close()
    return aes_zip.open_locked(path)


def _wrong_password(package: object) -> tuple[type[Exception], ...]:
    """Return what is raised with a wrong password: at once (RuntimeError), or by what comes out, one time in 256."""
    known = (RuntimeError, zipfile.BadZipFile, zlib.error)
    if isinstance(package, zipfile.ZipFile):
        return known
    return (*known, aes_zip.damage())


def _extracted(
    package: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, unpacking: Unpacking
) -> PackedFile:
    locked = bool(entry.flag_bits & _LOCKED)
    if locked and unpacking.password is None:
        raise PasswordNeeded("压缩包加了密码，打不开", file=unpacking.name)
    try:
        password = _fitting(package, entry, unpacking.password) if locked and unpacking.password else None
        with package.open(entry, pwd=password) as data:
            return unpacking.add(name, pieces(data))
    except NotImplementedError:
        raise UnreadableFile(
            "压缩包用了本程序不支持的压缩或加密方法",
            file=unpacking.name,
            remedy=TAKE_APART,
        ) from None
    except _wrong_password(package):
        if not locked:
            raise
        raise PasswordNeeded("压缩包的密码不对", file=unpacking.name) from None


def _fitting(package: zipfile.ZipFile, entry: zipfile.ZipInfo, password: str) -> bytes:
    """Return a password as the program that locked the member wrote it: UTF-8, or what Chinese ones write, GB 18030."""
    for encoded in dict.fromkeys((password.encode(), password.encode("gb18030", "replace"))):
        if password.isascii():
            return encoded
        try:
            with package.open(entry, pwd=encoded) as data:
                for _ in pieces(data):
                    pass  # see _wrong_password: only the end is sure
        except _wrong_password(package):
            continue
        return encoded
    return password.encode()


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Return a member's name: UTF-8 where it says so, else what Chinese programs write, GB 18030."""
    if entry.flag_bits & _UTF_8:
        return entry.orig_filename
    try:
        raw = entry.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.orig_filename
    return decode_text(raw) or entry.orig_filename


def _traits(path: Path) -> FileTraits:
    with zipfile.ZipFile(path) as package:
        return FileTraits(encrypted=any(entry.flag_bits & _LOCKED for entry in package.infolist()))


def _is_zip(sample: Sample) -> Sureness:
    return Sureness.NO if sample.zip_names is None else Sureness.CONTAINER


ZIP = register(
    Format(
        kind="zip",
        label="ZIP 压缩包",
        media_type="application/zip",
        extensions=(".zip",),
        recognise=_is_zip,
        handling=Unpacker(unpack_zip, NotRead("是 ZIP 压缩包", TAKE_APART), takes_password=True),
        traits=_traits,
    )
)
