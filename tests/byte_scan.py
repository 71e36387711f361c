"""Every byte under a folder as somebody with a tool for it would read it: packed, deflated and printed content included."""

from __future__ import annotations

import gzip
import html
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import pypdfium2

_DEFLATED: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
"""How a zlib stream begins (RFC 1950): in a PDF, in a column of a database, in a picture."""
_TAG: Final = re.compile(rb"<[^>]*>")
_ESCAPE: Final = re.compile(rb"\\u([0-9a-fA-F]{4})")
"""As JSON writes a character."""
_LONGEST: Final = 64 << 20
_DEPTH: Final = 4
_ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def traces(root: Path, words: Sequence[str]) -> list[str]:
    """Return the files under a folder of whose names or contents a word is part, by path; what is packed in them is opened."""
    wanted = [word.encode(code) for word in words for code in _ENCODINGS]
    found = []
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if any(word in name for word in words) or (
            path.is_file() and any(word in data for data in contents(path.read_bytes()) for word in wanted)
        ):
            found.append(name)
    return found


def contents(data: bytes, depth: int = _DEPTH) -> Iterator[bytes]:
    """Yield bytes as they stand, then whatever is packed in them, as deep as ``depth``."""
    yield data
    if depth == 0:
        return
    for inner in (*_written_otherwise(data), *_packed(data), *_inflated(data), *_printed(data)):
        yield from contents(inner, depth - 1)


def _written_otherwise(data: bytes) -> Iterator[bytes]:
    """Yield XML without its tags, which may part a word, and characters that are written as numbers."""
    plain = _TAG.sub(b"", data) if data.lstrip()[:5] == b"<?xml" or b"<w:" in data else data
    if b"&#" in plain:
        plain = html.unescape(plain.decode("utf-8", "replace")).encode("utf-8", "replace")
    if plain is not data and plain != data:
        yield plain
    if _ESCAPE.search(data):
        yield _ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode("utf-8", "replace"), data)


def _packed(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(data)
    if data[:6] == b"\xfd7zXZ\0":
        with suppress(lzma.LZMAError):
            yield lzma.decompress(data)
    if data[:2] == b"PK":
        broken = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error)
        with suppress(*broken), zipfile.ZipFile(io.BytesIO(data)) as package:
            for entry in package.infolist():
                yield entry.filename.encode() + b"\0" + entry.comment
                yield package.read(entry)


def _inflated(data: bytes) -> Iterator[bytes]:
    for match in _DEFLATED.finditer(data):
        with suppress(zlib.error):
            out = zlib.decompressobj().decompress(data[match.start() :], _LONGEST)
            if len(out) > 3:  # two bytes that only look like one give little or nothing
                yield out


def _printed(data: bytes) -> Iterator[bytes]:
    """Yield the text of a PDF, whose fonts give characters numbers of their own."""
    if data[:5] == b"%PDF-":
        with suppress(pypdfium2.PdfiumError), pypdfium2.PdfDocument(data) as document:
            for page in document:
                yield page.get_textpage().get_text_range().encode()
