"""The copy of a document that LibreOffice is given: it says its title and language, and nothing of who made the template, and where."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape
from typing import Final

from lxml import etree

from archivist.documents.render.docx_package import pack

LANGUAGE: Final = "zh-CN"
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_PARAGRAPH, _TEXT = f"{_W}p", f"{_W}t"
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)


def press_copy(data: bytes) -> bytes:
    """Return a ``.docx`` as it is given to LibreOffice; the same input gives the same bytes.

    Raises:
        ValueError: it is not a ``.docx``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = {i.filename: package.read(i) for i in package.infolist() if not i.is_dir()}
        title = _title(members)
        members[_STYLES] = _in_chinese(members[_STYLES])
    except (zipfile.BadZipFile, KeyError, NotImplementedError, etree.XMLSyntaxError) as error:
        raise ValueError(str(error)) from None
    if _CORE in members:
        members[_CORE] = _PROPERTIES.format(language=LANGUAGE, title=escape(title)).encode()
    for name in _EMPTY.keys() & members.keys():
        members[name] = _EMPTY[name]
    return pack(members, compress=False)


# ── who it is ────────────────────────────────────────────────────────────────────────────────────────────
_STYLES: Final = "word/styles.xml"
_CORE: Final = "docProps/core.xml"
_PROPERTIES: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties'
    ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:language>{language}</dc:language><dc:title>{title}</dc:title>'
    "</cp:coreProperties>"
)
_EXTENDED: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_EMPTY: Final = {
    "docProps/app.xml": f'<Properties xmlns="{_EXTENDED}/extended-properties"/>'.encode(),
    "docProps/custom.xml": f'<Properties xmlns="{_EXTENDED}/custom-properties"/>'.encode(),
}
"""What Word and WPS note of the machine: program, company, manager, whatever else."""


def _title(members: Mapping[str, bytes]) -> str:
    """Return what the document calls itself in its properties; else its first words."""
    if _CORE in members:
        said = etree.fromstring(members[_CORE], _PARSER).findtext(f"{{{_DC}}}title")
        if said and said.strip():
            return said.strip()
    body = etree.fromstring(members["word/document.xml"], _PARSER)
    words = ("".join(t.text or "" for t in p.iter(_TEXT)).strip() for p in body.iter(_PARAGRAPH))
    return next((w for w in words if w), "")


def _in_chinese(styles: bytes) -> bytes:
    """Say of everything that it is Chinese: what LibreOffice calls the language of a PDF is that of its Latin letters."""
    root = etree.fromstring(styles, _PARSER)
    at = root
    for name in ("docDefaults", "rPrDefault", "rPr", "lang"):
        if (child := at.find(f"{_W}{name}")) is None:
            child = etree.SubElement(at, f"{_W}{name}")
            if name == "docDefaults":
                root.insert(0, child)
        at = child
    at.set(f"{_W}val", LANGUAGE)
    at.set(f"{_W}eastAsia", LANGUAGE)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
