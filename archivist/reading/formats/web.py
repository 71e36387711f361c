"""Pages of the web: an HTML file, and a page saved whole with its pictures (MHT). Nothing they point to is fetched."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from archivist.errors import FileTooLarge, UnreadableFile
from archivist.model.plain_text import decode_text
from archivist.reading.formats.registry import Format, SourcePage, Sureness, register
from archivist.reading.formats.sample import Sample

MAX_BYTES: Final = 32 * 1024 * 1024
"""Largest page; parsed, it takes about ten times as much memory."""
_MARKUP: Final = ("<!doctype html", "<html", "<?xml", "<head", "<body", "<table", "<meta")
_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)
_UNSEEN: Final = frozenset(
    {"script", "style", "template", "noscript", "title", "object", "svg", "select", "textarea"}
)
_BLOCKS: Final = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
_HIDDEN: Final = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


@contextmanager
def open_html(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Open a page of the web, which is one page however long.

    Raises:
        FileTooLarge: E102. UnreadableFile: E101, it is in no encoding that offices use.
    """
    if path.stat().st_size > MAX_BYTES:
        raise FileTooLarge(f"网页文件超过 {MAX_BYTES // 1024**2} MB 的限制", file=name)
    markup = decode_markup(path.read_bytes())
    if markup is None:
        raise UnreadableFile("网页文件的编码无法识别", file=name)
    yield 1, iter([SourcePage(html_text(markup))])


def decode_markup(data: bytes, charset: str = "") -> str | None:
    """Decode a page: by its mark, by the encoding that is said of it, or as plain text is; ``None`` when nothing fits.

    Args:
        data: the page.
        charset: what its envelope says; else what the page says itself.
    """
    stated = _CHARSET.search(data[:4096])
    charset = charset or (stated[1].decode() if stated else "")
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if charset and not marked:
        try:
            return data.decode(wider(charset))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_text(data)


def wider(charset: str) -> str:
    """Return the encoding to decode with: what is called GB 2312 or GBK is written with characters beyond both."""
    return "gb18030" if charset.lower().replace("_", "").startswith(("gb", "hz", "xgb", "cp936")) else charset


def html_text(markup: str) -> str:
    """Return what a page shows: a line for each block, a row's cells separated by a blank; nothing that is hidden."""
    from lxml import html

    # An encoding stated in a decoded text is refused by lxml.
    markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", markup.replace("\x00", ""))
    if not markup.strip():
        return ""
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    root = html.document_fromstring(markup, parser=parser)
    out: list[str] = []
    _collect(root, out)
    lines = (" ".join(line.split()) for line in "".join(out).split("\n"))
    return "\n".join(line for line in lines if line)


def _collect(root: Any, out: list[str]) -> None:
    """Walk in the order of reading; not recursive, for a hostile page is nested deeper than Python's stack."""
    todo: list[Any] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        if isinstance(node.tag, str) and node.tag not in _UNSEEN and not _is_hidden(node):
            block = node.tag in _BLOCKS
            after = "\n" if block else " " if node.tag in ("td", "th") else ""
            if block:
                out.append("\n")
            todo.append(after)
            for child in reversed(node):
                todo.append(_flat(child.tail))
                todo.append(child)
            todo.append(node.text or "" if node.tag == "pre" else _flat(node.text))


def _flat(text: str | None) -> str:
    """Return running text: the ends of lines in the source mean nothing."""
    return (text or "").replace("\r", " ").replace("\n", " ")


def _is_hidden(node: Any) -> bool:
    return node.get("hidden") is not None or bool(_HIDDEN.search(node.get("style") or ""))


def _is_html(sample: Sample) -> Sureness:
    if sample.text is None:
        return Sureness.NO
    start = sample.text.lstrip("\ufeff \t\r\n")[:1024].lower()
    return Sureness.MARKUP if start.startswith(_MARKUP) or "<html" in start else Sureness.NO


HTML = register(
    Format(
        kind="html",
        label="网页文件",
        media_type="text/html",
        extensions=(".html", ".htm"),
        recognise=_is_html,
        handling=open_html,
    )
)
