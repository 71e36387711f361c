"""Mail as mail programs save it (.eml): its own words are read; what is attached is taken apart; a page saved whole (.mht)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value
from pathlib import Path
from typing import Final, TypeAlias

from archivist.errors import FileTooLarge, UnreadableFile
from archivist.model.plain_text import decode_text
from archivist.reading.formats.registry import Format, PageSource, SourcePage, Sureness, Unpacker, register
from archivist.reading.formats.sample import Sample
from archivist.reading.formats.unpacking import PackedFile, Unpacking
from archivist.reading.formats.web import decode_markup, html_text, wider

Mail: TypeAlias = "Message[str, str]"

MAX_BYTES: Final = 128 * 1024**2
"""Largest mail; it is parsed in memory."""
SMALL_INLINE_BYTES: Final = 10 * 1024
"""A picture that stands in the letter and is smaller is an ornament (a logo, a smiley), not a paper."""
WORDS: Final = "邮件正文.txt"
_HEADERS: Final = (("From", "发件人"), ("To", "收件人"), ("Cc", "抄送"), ("Date", "日期"))
_MARKS: Final = frozenset(
    b"from to subject date received return-path delivered-to message-id mime-version content-type reply-to cc sender "
    b"dkim-signature authentication-results x-originating-ip x-mailer x-priority thread-index".split()
)
"""Header fields that begin a mail; two of them are asked for."""
_TRAVELLED: Final = frozenset({b"received", b"to", b"message-id", b"return-path"})
"""Fields that a page saved whole does not have."""


@dataclass(frozen=True, slots=True)
class _Attachment:
    name: str
    data: bytes


# ── decoding ─────────────────────────────────────────────────────────────────────────────────────────────
def parse(data: bytes) -> Mail:
    """Parse a mail; what is wrong in it is passed over."""
    return BytesParser(policy=policy.compat32).parsebytes(data)


def header(message: Mail, name: str) -> str:
    """Return a header field decoded, an empty string where there is none; raw GBK is read too."""
    wanted = name.lower()
    raw = next((value for key, value in message.raw_items() if key.lower() == wanted), "")
    return " ".join(decode_words(str(raw)).split())


def decode_words(raw: str) -> str:
    """Decode a header's value: encoded words (RFC 2047), or bytes that were sent as they are."""
    data = raw.encode("utf-8", "surrogateescape")
    if "=?" not in raw:
        return decode_text(data) or data.decode("utf-8", "replace")
    try:
        found = decode_header(data.decode("ascii", "replace"))
    except (HeaderParseError, ValueError):
        return raw
    return "".join(
        piece if isinstance(piece, str) else _decoded(piece, charset or "") for piece, charset in found
    )


def _decoded(data: bytes, charset: str) -> str:
    try:
        return (
            data.decode(wider(charset)) if charset else decode_text(data) or data.decode("utf-8", "replace")
        )
    except (LookupError, UnicodeDecodeError):
        return decode_text(data) or data.decode("utf-8", "replace")


def _file_name(part: Mail) -> str:
    for key, where in (("filename", "content-disposition"), ("name", "content-type")):
        value = part.get_param(key, None, where)
        if isinstance(value, tuple):
            charset, _, text = value
            raw = text.encode("latin-1", "surrogateescape")
            return _decoded(raw, charset or "") if raw else collapse_rfc2231_value(value)
        if value:
            return decode_words(value)
    return ""


def _payload(part: Mail) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


# ── what is in it ────────────────────────────────────────────────────────────────────────────────────────
def words(message: Mail) -> str:
    """Return a mail's own words: its subject on a line of its own, who wrote to whom and when, and the letter."""
    lines = [header(message, "Subject")]
    lines += [f"{label}：{value}" for name, label in _HEADERS if (value := header(message, name))]
    return "\n".join(filter(None, [*lines, _letter(message)]))


def _letter(message: Mail) -> str:
    plain, marked = [], []
    for part in _leaves(message):
        if _is_attachment(part):
            continue
        charset = part.get_content_charset("")
        if part.get_content_type() == "text/plain":
            plain.append(_decoded(_payload(part), charset))
        elif part.get_content_type() == "text/html":
            marked.append(html_text(decode_markup(_payload(part), charset) or ""))
    letters = [letter for letter in plain if letter.strip()] or marked
    return "\n".join(letters)


def _attached(message: Mail) -> Iterator[_Attachment]:
    """Yield what is attached, in order."""
    for part in _leaves(message):
        if not _is_attachment(part):
            continue
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            mail = inner[0] if isinstance(inner, list) and inner else None
            data = mail.as_bytes() if isinstance(mail, Message) else b""
            name = _file_name(part) or "转发的邮件"
            yield _Attachment(name if name.lower().endswith(".eml") else f"{name}.eml", data)
            continue
        data = _payload(part)
        if (
            part.get("Content-ID")
            and part.get_content_maintype() == "image"
            and len(data) < SMALL_INLINE_BYTES
        ):
            continue
        yield _Attachment(_file_name(part) or f"附件.{part.get_content_subtype()[:8]}", data)


def _leaves(message: Mail) -> Iterator[Mail]:
    """Yield the parts that hold something; an attached mail is one, whatever it holds."""
    todo: list[Mail] = [message]
    while todo:
        part = todo.pop()
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            todo.extend(p for p in reversed(inner) if isinstance(p, Message))
        else:
            yield part


def _is_attachment(part: Mail) -> bool:
    text = part.get_content_type() in ("text/plain", "text/html")
    return not text or bool(_file_name(part)) or part.get_content_disposition() == "attachment"


def _read(path: Path, name: str) -> Mail:
    if path.stat().st_size > MAX_BYTES:
        raise FileTooLarge(f"邮件超过 {MAX_BYTES // 1024**2} MB 的限制", file=name)
    return parse(path.read_bytes())


# ── as formats ───────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def open_mail(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Open a mail to which nothing is attached, as one page.

    Raises:
        UnreadableFile: E101, something is attached: the mail must be taken apart. FileTooLarge: E102.
    """
    message = _read(path, name)
    if any(True for _ in _attached(message)):
        raise UnreadableFile(
            "是带附件的邮件", file=name, remedy="请把附件和正文分别另存出来，逐个投入收件箱。"
        )
    yield 1, iter([SourcePage(words(message))])


def unpack_mail(path: Path, unpacking: Unpacking) -> Iterator[PackedFile]:
    """Yield a mail's own words and what is attached to it; nothing where nothing is attached.

    Raises:
        FileTooLarge: E102.
    """
    message = _read(path, unpacking.name)
    attached = list(_attached(message))
    if not attached:
        return
    unpacking.expect(len(attached) + 1, sum(len(part.data) for part in attached))
    yield unpacking.add(WORDS, [words(message).encode()], is_message=True)
    for part in attached:
        yield unpacking.add(part.name, [part.data])


@contextmanager
def open_mht(path: Path, name: str) -> Iterator[tuple[int, Iterator[PageSource]]]:
    """Open a page of the web that was saved whole, as one page; pictures large enough are pages of their own.

    Raises:
        UnreadableFile: E101, no page is in it. FileTooLarge: E102.
    """
    from archivist.reading.formats.ooxml import pasted_papers, small_pictures

    message = _read(path, name)
    pages: list[str] = []
    pictures: list[bytes] = []
    for part in _leaves(message):
        if part.get_content_type() == "text/html":
            pages.append(html_text(decode_markup(_payload(part), part.get_content_charset("")) or ""))
        elif part.get_content_maintype() == "image":
            pictures.append(_payload(part))
    if not pages:
        raise UnreadableFile("网页文件里没有网页", file=name)
    small, papers = pasted_papers(pictures, name)
    first = SourcePage("\n".join(pages), embedded=tuple(small_pictures(small)))
    yield 1 + len(papers), iter([first, *papers])


def _fields(sample: Sample) -> dict[bytes, bytes]:
    """Return the header fields at the start of a file, in small letters; none unless it begins as a mail does."""
    head = sample.head[:16384].lstrip(b"\xef\xbb\xbf\r\n")
    head = re.sub(rb"\AFrom [^\n]*\n", b"", head)
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    found = re.findall(rb"^([!-9;-~]{2,60}):[ \t]*(.*(?:\n[ \t].*)*)", block, re.MULTILINE)
    if not re.match(rb"[!-9;-~]{2,60}:", block):
        return {}
    return {key.lower(): value.lower() for key, value in found}


def _is_page(fields: dict[bytes, bytes]) -> bool:
    related = b"multipart/related" in fields.get(b"content-type", b"")
    return related and not _TRAVELLED & fields.keys()


def _is_mail(sample: Sample) -> Sureness:
    fields = _fields(sample)
    return Sureness.LIKELY if len(_MARKS & fields.keys()) >= 2 and not _is_page(fields) else Sureness.NO


EML = register(
    Format(
        kind="eml",
        label="邮件",
        media_type="message/rfc822",
        extensions=(".eml",),
        recognise=_is_mail,
        handling=Unpacker(unpack_mail, open_mail),
    )
)
MHT = register(
    Format(
        kind="mht",
        label="网页文件（MHT）",
        media_type="multipart/related",
        extensions=(".mht", ".mhtml"),
        recognise=lambda sample: Sureness.LIKELY if _is_page(_fields(sample)) else Sureness.NO,
        handling=open_mht,
    )
)
