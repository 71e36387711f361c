"""Takes a dropped file apart, with the containers within it; runs inside the reading process, under its limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from archivist.errors import FileTooLarge, UnreadableFile
from archivist.reading.formats.identify import identify
from archivist.reading.formats.registry import Format, Unpacker
from archivist.reading.formats.unpacking import MAX_DEPTH, PackedFile, Unpacking
from archivist.reading.pages import admitted, damage_as_error, shown_name


def unpack(path: Path, into: Path, password: str | None = None) -> Iterator[PackedFile]:
    """Yield the files that a file holds, each once it is written; none when it holds no others.

    Of a locked file that holds no others it is the copy that needs no password.

    Args:
        path: the file; never changed.
        into: an existing folder, empty.
        password: tried on whatever is locked.

    Raises:
        UnreadableFile: E101, damaged, or holding links. PasswordNeeded: E106. FileTooLarge: E102, over a limit of
            ``formats.unpacking``.
    """
    name = shown_name(path)
    found = admitted(path, name)
    yield from _members(path, name, found, Unpacking(into, name, path.stat().st_size, password), depth=1)


def _members(path: Path, name: str, found: Format, unpacking: Unpacking, depth: int) -> Iterator[PackedFile]:
    if found.unlock:
        with damage_as_error(found, unpacking.name):
            if copy := found.unlock(path, name, unpacking):
                yield _fitly_named(copy, name)
    if not isinstance(found.handling, Unpacker):
        return
    if depth > MAX_DEPTH:
        raise FileTooLarge(
            f"压缩包里套着压缩包，超过 {MAX_DEPTH} 层的限制",
            file=unpacking.name,
            remedy="请解压后把里面的文件逐个投入收件箱。",
        )
    with damage_as_error(found, unpacking.name):
        for member in found.handling.unpack(path, unpacking):
            yield from _inner(member, unpacking, depth) or (member,)


def _fitly_named(copy: PackedFile, name: str) -> PackedFile:
    """Give an unlocked copy the extension of what it turned out to be."""
    label = PurePosixPath(name)
    suffix = identify(copy.path).extension_of(label.name)
    path = copy.path.rename(copy.path.with_suffix(suffix))
    return replace(copy, name=str(label.with_suffix(suffix)), path=path)


def _inner(member: PackedFile, unpacking: Unpacking, depth: int) -> list[PackedFile]:
    """Return the members of a member; none when it holds none, or cannot be opened and is to be kept as it is."""
    found = identify(member.path)
    try:
        inner = list(_members(member.path, member.name, found, unpacking, depth + 1))
    except UnreadableFile:
        return []
    if found.unlock:
        return inner
    return [replace(m, name=f"{member.name}/{m.name}") for m in inner]
