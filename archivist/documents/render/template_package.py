"""Reads the file of a template: within limits, and what is no Word document is called what it is.

Everything is refused here that cannot be filled safely, so that it is refused at the check and at issue alike.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from lxml import etree

from archivist.errors import TemplateFault

__all__ = ["PARSER", "PRINTED_PARTS", "main_part", "read_members"]

MOST_MEMBERS: Final = 1_000
MOST_BYTES: Final = 64 * 1024**2
"""Of all members unpacked; our own templates have a hundredth of it."""
MOST_XML_BYTES: Final = 6 * 1024**2
"""Of one member of XML."""
MOST_TAGS: Final = 5_000
"""Tags of one part; the largest of our own has two hundred."""
_ENCRYPTED: Final = 0x1
"""Of the flags of a member: its content needs a password."""
LONGEST_TAG: Final = 5_000
"""Characters from the opening of a tag to its end."""
PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)
PRINTED_PARTS: Final = re.compile(r"word/(document\d*|header\w*|footer\w*|footnotes\d*|endnotes\d*)\.xml")
"""Members whose text is printed."""

_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
_USUAL: Final = "word/document.xml"
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
_OTHER_KINDS: Final = (
    (b"\xd0\xcf\x11\xe0", "是旧版 Word 文档（.doc），或加了打开密码"),
    (b"{\\rtf", "是 RTF 文档"),
    (b"%PDF", "是 PDF"),
    (b"<?xml", "是 XML 文档"),
    (b"<html", "是网页"),
    (b"<!DOC", "是网页"),
    (b"MIME-", "是网页（单个文件）"),
)
_SAVE_AS: Final = "请在 Word 或 WPS 中另存为“Word 文档（*.docx）”"
_OPENING: Final = re.compile(r"\{\{|\{%|\{#")
_CLOSING: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}


def read_members(data: bytes) -> dict[str, bytes]:
    """Return the members of a template's package by name.

    Raises:
        TemplateFault: E303, it is no Word document, or not one that can be filled; it says what it is.
    """
    if not data:
        raise TemplateFault("文件是空的")
    if kind := next((kind for start, kind in _OTHER_KINDS if data.lstrip(_BLANK).startswith(start)), ""):
        raise TemplateFault(f"不是 Word 文档（.docx），{kind}：{_SAVE_AS}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = [info for info in package.infolist() if not info.is_dir()]
            _refuse_unsafe(infos)
            _refuse_large(infos)
            members = {info.filename: package.read(info) for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error):
        raise TemplateFault("不是 Word 文档（.docx），或已损坏") from None
    _refuse_strangers(members)
    for name in filter(PRINTED_PARTS.fullmatch, members):
        _refuse_tags(name, members[name].decode())
    return members


def _refuse_unsafe(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse what no editor writes: names that lead out of the package, names that some programs take for one, a password."""
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise TemplateFault(f"文件加了密码，打不开：请去掉密码后，{_SAVE_AS[1:]}")
    names = [info.filename for info in infos]
    if len({name.lower() for name in names}) < len(names):  # Word takes no notice of capitals
        raise TemplateFault(f"文件已损坏：里面有重名的内容，{_SAVE_AS}")
    # ``zipfile`` reads a backslash as the separator on one system only, so the name as it was written is looked at
    written = (info.orig_filename.replace("\\", "/") for info in infos)
    if stray := next((n for n in written if n.startswith("/") or ":" in n or ".." in n.split("/")), ""):
        raise TemplateFault(f"里面有指向文件以外的路径（{stray[:60]}），可能是恶意文件：不能使用")


def _refuse_large(infos: list[zipfile.ZipInfo]) -> None:
    large = next((i for i in infos if _is_xml(i.filename) and i.file_size > MOST_XML_BYTES), None)
    if large is not None or len(infos) > MOST_MEMBERS or sum(i.file_size for i in infos) > MOST_BYTES:
        raise TemplateFault("模板太大，或是恶意压缩的文件：请去掉大图片，用自带的模板重新改")


def _refuse_strangers(members: Mapping[str, bytes]) -> None:
    """Refuse packages of other kinds, XML that is not what Word and WPS write, and documents of kinds that cannot be filled."""
    if members.get("mimetype", b"").startswith(b"application/vnd.oasis"):
        raise TemplateFault(f"不是 Word 文档（.docx），是 OpenDocument 文档（.odt）：{_SAVE_AS}")
    for name, content in members.items():
        if not _is_xml(name) and not content.lstrip(_BLANK).startswith(b"<"):
            continue  # a picture
        try:
            text = content.decode()
        except UnicodeDecodeError:
            raise TemplateFault(f"内容不是 UTF-8 编码（{posixpath.basename(name)}）：{_SAVE_AS}") from None
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise TemplateFault(
                f"含有 DTD 或实体声明（{posixpath.basename(name)}），可能是恶意文件：不能使用"
            )
    if (main := main_part(members)) not in members:
        what = "是表格（.xlsx）" if "xl/workbook.xml" in members else "里面没有正文"
        raise TemplateFault(f"不是 Word 文档（.docx），{what}：{_SAVE_AS}")
    try:
        root = etree.fromstring(members[main], PARSER)
    except etree.XMLSyntaxError as error:
        what = (
            "内容套得太深"
            if "depth" in str(error)
            else f"内容损坏（{posixpath.basename(main)} 第 {error.lineno} 行）"
        )
        raise TemplateFault(f"模板的{what}：请用自带的模板重新改") from None
    found = etree.QName(root)
    if (found.namespace or "").startswith(_STRICT):
        raise TemplateFault(f"是“Strict Open XML 文档”（严格格式），不能填写：{_SAVE_AS}，不要选“Strict”")
    if found.namespace != _WORD or root.prefix != "w" or found.localname != "document":
        raise TemplateFault(f"不是 Word 或 WPS 写的文档：{_SAVE_AS}")
    if not PRINTED_PARTS.fullmatch(main):
        raise TemplateFault(f"正文不在 Word 放正文的地方（{main}）：{_SAVE_AS}")


def main_part(members: Mapping[str, bytes]) -> str:
    """Return the member that is the text: as the package says, else the one that is called so everywhere."""
    with_links = members.get("_rels/.rels", b"")
    try:
        links = etree.fromstring(with_links, PARSER) if with_links else ()
    except etree.XMLSyntaxError:
        links = ()
    for link in links:
        if isinstance(link.tag, str) and str(link.get("Type")).endswith("/officeDocument"):
            return posixpath.normpath(posixpath.join("/", str(link.get("Target")))).lstrip("/")
    return _USUAL


def _refuse_tags(name: str, xml: str) -> None:
    """Refuse tags without an end, and so many of them that reading them would take long."""
    text = re.sub(r"<[^>]*>", "", xml)
    at = count = 0
    while opening := _OPENING.search(text, at):
        end = text.find(_CLOSING[opening[0]], opening.end(), opening.end() + LONGEST_TAG)
        another = _OPENING.search(text, opening.end(), max(end, opening.end() + 24))
        if end < 0 or (another and another.start() < end):
            stop = min(opening.start() + 24, another.start() if another else len(text))
            near = " ".join(text[opening.start() : stop].split())
            raise TemplateFault(f"标签没有写完：“{near}…”（{_CLOSING[opening[0]]} 缺失或不是半角）")
        at, count = end + 2, count + 1
        if count > MOST_TAGS:
            raise TemplateFault(f"标签太多（{posixpath.basename(name)} 超过 {MOST_TAGS} 处）")


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))
