"""Mail as Outlook saves it (.msg, MS-OXMSG): its own words are read; what is attached is taken apart."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.errors import FileTooLarge, UnreadableFile
from archivist.model.plain_text import decode_text
from archivist.reading.formats.mail import WORDS
from archivist.reading.formats.registry import Format, SourcePage, Sureness, Unpacker, register
from archivist.reading.formats.sample import Sample
from archivist.reading.formats.unpacking import MAX_DEPTH, TAKE_APART, PackedFile, Unpacking
from archivist.reading.formats.web import decode_markup, html_text

if TYPE_CHECKING:
    from olefile import OleFileIO

MAX_BYTES: Final = 128 * 1024**2
"""Largest mail; what is attached is taken into memory."""
_PROPERTIES: Final = "__properties_version1.0"
_SUBJECT, _BODY, _HTML, _FROM, _FROM_ADDRESS, _FROM_SMTP = 0x0037, 0x1000, 0x1013, 0x0C1A, 0x0C1F, 0x5D01
_TO, _CC, _SENT, _ARRIVED = 0x0E04, 0x0E03, 0x0039, 0x0E06
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3701, 0x3707, 0x3704, 0x3001
_TEXT, _BYTE_TEXT, _BINARY, _STORAGE, _TIME = 0x001F, 0x001E, 0x0102, 0x000D, 0x0040
"""Properties and types of properties (MS-OXPROPS, MS-OXCDATA)."""
_CHINA: Final = dt.timezone(dt.timedelta(hours=8))
_EPOCH: Final = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)


class _Message:
    """One message: the file's own, or one that is attached to it. ``place`` is its storage, as ``olefile`` names them."""

    def __init__(self, package: OleFileIO[str], place: tuple[str, ...] = ()) -> None:
        self._package = package
        self._place = place

    def words(self) -> str:
        """Return its subject on a line of its own, who wrote to whom and when, and the letter."""
        sender = self._text(_FROM), self._text(_FROM_SMTP) or self._text(_FROM_ADDRESS)
        fields = (
            ("发件人", " ".join(dict.fromkeys(filter(None, sender)))),
            ("收件人", self._text(_TO)),
            ("抄送", self._text(_CC)),
            ("日期", self._time()),
        )
        lines = [
            self._text(_SUBJECT),
            *(f"{label}：{value}" for label, value in fields if value),
            self._letter(),
        ]
        return "\n".join(filter(None, lines))

    def attached(self) -> Iterator[tuple[str, bytes | _Message]]:
        """Yield what is attached, in order: its name, and its bytes or the message it is."""
        storages = {path[len(self._place)] for path in self._streams() if len(path) > len(self._place) + 1}
        for storage in sorted(s for s in storages if s.startswith("__attach_version1.0_")):
            part = _Message(self._package, (*self._place, storage))
            names = (part._text(_LONG_NAME), part._text(_SHOWN_NAME), part._text(_SHORT_NAME))
            name = next(filter(None, names), "附件")
            data = part._read(_DATA, _BINARY)
            if data is not None:
                yield name, data
            else:
                yield name, _Message(self._package, (*self._place, storage, _stream(_DATA, _STORAGE)))

    def _streams(self) -> Iterator[list[str]]:
        depth = len(self._place)
        wanted = [part.lower() for part in self._place]
        return (path for path in self._package.listdir() if [p.lower() for p in path[:depth]] == wanted)

    def _read(self, what: int, kind: int) -> bytes | None:
        path = "/".join((*self._place, _stream(what, kind)))
        if not self._package.exists(path):
            return None
        with self._package.openstream(path) as stream:
            return bytes(stream.read())

    def _text(self, what: int) -> str:
        data = self._read(what, _TEXT)
        if data is not None:
            return data.decode("utf-16-le", "replace").strip("\x00 \r\n")
        data = self._read(what, _BYTE_TEXT) or b""
        return (decode_text(data) or data.decode("gb18030", "replace")).strip("\x00 \r\n")

    def _letter(self) -> str:
        if body := self._text(_BODY):
            return body
        markup = self._read(_HTML, _BINARY)
        return html_text(decode_markup(markup) or "") if markup else html_text(self._text(_HTML))

    def _time(self) -> str:
        """Return when it was sent, in China's time: a fixed property, among others of sixteen bytes each."""
        path = "/".join((*self._place, _PROPERTIES))
        if not self._package.exists(path):
            return ""
        with self._package.openstream(path) as stream:
            data = stream.read(65_536)
        found: dict[int, int] = {}
        for at in range(32 if not self._place else 24, len(data) - 15, 16):
            kind, what, _, value = struct.unpack_from("<HHIQ", data, at)
            if kind == _TIME:
                found[what] = value
        ticks = found.get(_SENT, found.get(_ARRIVED, 0))
        if not 0 < ticks < 1 << 58:
            return ""
        when = _EPOCH + dt.timedelta(microseconds=ticks // 10)
        return when.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")


def _stream(what: int, kind: int) -> str:
    return f"__substg1.0_{what:04X}{kind:04X}"


@contextmanager
def _opened(path: Path, name: str) -> Iterator[_Message]:
    import olefile

    if path.stat().st_size > MAX_BYTES:
        raise FileTooLarge(f"邮件超过 {MAX_BYTES // 1024**2} MB 的限制", file=name)
    with olefile.OleFileIO(str(path)) as package:
        yield _Message(package)


@contextmanager
def open_msg(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Open a mail to which nothing is attached, as one page.

    Raises:
        UnreadableFile: E101, something is attached: the mail must be taken apart. FileTooLarge: E102.
    """
    with _opened(path, name) as message:
        if any(True for _ in message.attached()):
            raise UnreadableFile(
                "是带附件的邮件", file=name, remedy="请把附件和正文分别另存出来，逐个投入收件箱。"
            )
        yield 1, iter([SourcePage(message.words())])


def unpack_msg(path: Path, unpacking: Unpacking) -> Iterator[PackedFile]:
    """Yield a mail's own words and what is attached to it; nothing where nothing is attached.

    Raises:
        FileTooLarge: E102.
    """
    with _opened(path, unpacking.name) as message:
        if any(True for _ in message.attached()):
            yield from _parts(message, unpacking, "", 1)


def _parts(message: _Message, unpacking: Unpacking, within: str, depth: int) -> Iterator[PackedFile]:
    if depth > MAX_DEPTH:
        raise FileTooLarge(
            f"邮件里套着邮件，超过 {MAX_DEPTH} 层的限制", file=unpacking.name, remedy=TAKE_APART
        )
    yield unpacking.add(f"{within}{WORDS}", [message.words().encode()], is_message=True)
    for name, part in message.attached():
        if isinstance(part, bytes):
            yield unpacking.add(f"{within}{name}", [part])
        else:
            yield from _parts(part, unpacking, f"{within}{name}/", depth + 1)


def _is_msg(sample: Sample) -> Sureness:
    """A message holds its properties; so do others that Outlook saves, which are read the same."""
    return (
        Sureness.SURE
        if sample.has_stream(_PROPERTIES) or sample.has_stream("__nameid_version1.0")
        else Sureness.NO
    )


MSG = register(
    Format(
        kind="msg",
        label="Outlook 邮件",
        media_type="application/vnd.ms-outlook",
        extensions=(".msg",),
        recognise=_is_msg,
        handling=Unpacker(unpack_msg, open_msg),
    )
)
