"""The formats of files: each module of this package registers what it knows, and says all there is to know of it.

A new format is one file here: its ``Format`` with the recogniser, and its reader, what unpacks it, or the words that
refuse it. What unpacking is, and what may be done with it, stands in ``unpacking``.
Nothing heavy is imported for telling formats apart; a reader imports what it needs when it is called, which is in the
reading process only.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from archivist.reading.formats.sample import Sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from archivist.reading.formats.unpacking import PackedFile, Unpacking

    Picture = NDArray[np.uint8]
    """Height × width × 3 (BGR), 8 bits a channel."""


class Sureness(IntEnum):
    """How sure a recogniser is; the surest format is taken."""

    NO = 0
    TEXT = 1
    """It is text, and nothing speaks against this."""
    TABLE = 2
    """It is text in rows and columns."""
    MARKUP = 3
    """It is text of a form of its own."""
    LIKELY = 4
    """A mark stands in it that such files have."""
    CONTAINER = 5
    """It begins as such files do, but others are made of the same: any ZIP, any OLE file."""
    PACKAGE = 6
    """The same, and it is surely no mere archive."""
    SURE = 7
    """It begins, or is made, as only such files are."""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page as its format gives it, before recognition.

    Attributes:
        text: the born-digital text; empty when ``scanned``.
        picture: the page as it looks, when it must be read or searched for QR codes.
        scanned: whether the text must be recognised from the picture.
        on_paper: whether the picture is one of paper, or any photograph; see ``pages.PageText``.
        embedded: pictures within the page that may be QR codes.
    """

    text: str
    picture: Picture | None = None
    scanned: bool = False
    on_paper: bool = False
    embedded: Sequence[Picture] = ()


PageSource = SourcePage | Callable[[], SourcePage]
"""A page, or what reads it when it is called: that may fail without harm to the pages behind it."""
Opener = Callable[[Path, str], AbstractContextManager[tuple[int, Iterator[PageSource]]]]
"""Opens a file, given its path and the name people know it by: the number of its pages, and the pages, each read when
it is asked for. Raises ``UnreadableFile`` (E101), ``FileTooLarge`` (E102), or anything at all: that is damage."""


@dataclass(frozen=True, slots=True)
class FileTraits:
    """What is to be known of a file that is to be kept for long, besides its pages.

    Attributes:
        encrypted: it, or some of it, needs a key, an empty password included.
        signatures: electronic signatures in it.
        compressions: how its pictures are compressed, by the names of the library that decodes them.
        claims: what it says of itself: ``PDF/A-2B``.
    """

    encrypted: bool = False
    signatures: int = 0
    compressions: tuple[str, ...] = ()
    claims: str = ""


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why files of a format are not read, and what a clerk can do.

    Attributes:
        what: why.
        remedy: what to do.
        is_whole: whether such a file may be evidence as it is, though nothing can be read of it. Not one that is
            empty or unfinished, nor one that holds others.
    """

    what: str
    remedy: str
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Unpacker:
    """How a file that holds other files is taken apart; see ``unpacking``.

    Attributes:
        unpack: given the file and where its members go, yields each member once it is written; none when the file holds
            no others, such as a mail without attachments. Raises what an ``Opener`` raises.
        itself: how the file is read when it holds no others, or why it is not read.
        takes_password: whether a locked one can be taken apart with its password.
    """

    unpack: Callable[[Path, Unpacking], Iterator[PackedFile]]
    itself: Opener | NotRead
    takes_password: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a file is read that only an office program understands: as the PDF that LibreOffice makes of it.

    LibreOffice is run beside the reading process (``reader_process``), which looks at the file first and at the PDF
    afterwards. What is filed is the file itself.

    Attributes:
        suffix: what LibreOffice is to see as the file's extension.
        check: looks at the file, given its path and the name people know it by; raises what an ``Opener`` raises.
    """

    suffix: str
    check: Callable[[Path, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """All there is to know of a format.

    Attributes:
        kind: its name in events and ``--json``; never changed.
        label: what a clerk calls it.
        media_type: IANA name where there is one.
        extensions: with the dot; the first is the proper one. None where the content tells nothing.
        recognise: looks at a file.
        handling: how its pages are read, by what it is read instead, how it is taken apart, or why none of these.
        unlock: given the file, the name people know it by and where the copy goes, writes a copy of a locked one that needs
            no password; ``None`` when the file has none. Raises what an ``Opener`` raises. Formats that can be opened
            with a password, and hold no others, have it.
        traits: given the file, what else is to be known of it; ``None`` where there is nothing. Raises anything at all: damage.
        is_picture: whether a file is one picture, or a stack of them, and has no text of its own.
        is_recording: whether it is a recording of sound or moving pictures, which has no text at all.
    """

    kind: str
    label: str
    media_type: str
    extensions: tuple[str, ...]
    recognise: Callable[[Sample], Sureness]
    handling: Opener | Conversion | Unpacker | NotRead
    unlock: Callable[[Path, str, Unpacking], PackedFile | None] | None = None
    traits: Callable[[Path], FileTraits] | None = None
    is_picture: bool = False
    is_recording: bool = False

    @property
    def takes_password(self) -> bool:
        """Whether a locked file of this format can be opened with its password."""
        packed = isinstance(self.handling, Unpacker) and self.handling.takes_password
        return packed or self.unlock is not None

    def extension_of(self, name: str) -> str:
        """Return the extension of a filed copy: the file's own where it is one of the format's, else the proper one.

        Where the content tells nothing, the file's own, if it is a harmless one.
        """
        own = PurePath(name).suffix.lower()[:10]
        if not self.extensions:
            return own if own.isascii() and own[1:].isalnum() else ""
        return own if own in self.extensions else self.extensions[0]


_REGISTERED: Final[dict[str, Format]] = {}


def register(new: Format) -> Format:
    """Add a format; the module that describes it calls this when it is imported."""
    if new.kind in _REGISTERED:
        raise ValueError(f"the format {new.kind} is registered twice")
    _REGISTERED[new.kind] = new
    return new


@cache
def formats() -> tuple[Format, ...]:
    """Return every format there is, after importing every module of this package."""
    package = import_module(__package__)
    for found in pkgutil.iter_modules(package.__path__):
        import_module(f"{__package__}.{found.name}")
    return tuple(_REGISTERED.values())


def by_kind(kind: str) -> Format:
    """Return a format by its name.

    Raises:
        KeyError: there is none of that name.
    """
    formats()
    return _REGISTERED[kind]
