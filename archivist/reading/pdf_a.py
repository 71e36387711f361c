"""What marks a PDF as PDF/A-2b: the colours it means, its metadata, an identifier. The same input gives the same bytes."""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import escape

_XMP: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "{conforms}"
    "<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>"
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
)
_CONFORMS: Final = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
_MADE: Final = slice(24, 36)
"""Bytes of an ICC profile that tell when it was made (ICC.1:2010, 7.2.8)."""
_MADE_ALWAYS: Final = bytes([7, 0xE8, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
_PROFILE_ID: Final = slice(84, 100)


def mark_pdf_a(writer: Any, title: str, identifier: bytes, *, conforms: bool = True) -> None:
    """Say of what a writer of pypdf holds that it is PDF/A-2b, in what colours, what it is, and that it is Chinese.

    It adds no tags: pages of scans are pictures, of which nobody knows what is a heading and what a table.

    Args:
        writer: whose pages conform already.
        title: stands in the metadata.
        identifier: 16 bytes that follow from the content.
        conforms: whether it is PDF/A-2b; where some of its pages are of a file that never said so, it does not say so either.
    """
    from PIL import ImageCms
    from pypdf.generic import (
        ArrayObject,
        BooleanObject,
        ByteStringObject,
        DictionaryObject,
        NameObject,
        NumberObject,
        StreamObject,
        TextStringObject,
    )

    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    icc[_MADE], icc[_PROFILE_ID] = _MADE_ALWAYS, bytes(16)
    profile = StreamObject()
    profile.set_data(bytes(icc))
    profile[NameObject("/N")] = NumberObject(3)
    intent = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): TextStringObject("sRGB"),
            NameObject("/Info"): TextStringObject("sRGB"),
            NameObject("/DestOutputProfile"): writer._add_object(profile),
        }
    )
    writer.root_object[NameObject("/OutputIntents")] = ArrayObject([writer._add_object(intent)])
    metadata = StreamObject()
    metadata.set_data(_XMP.format(title=escape(title), conforms=_CONFORMS if conforms else "").encode())
    metadata.update(
        {NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")}
    )
    writer.root_object[NameObject("/Metadata")] = writer._add_object(metadata)
    writer.root_object[NameObject("/Lang")] = TextStringObject("zh-CN")
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    )
    writer.metadata = None
    writer.pdf_header = "%PDF-1.7"
    writer._ID = ArrayObject([ByteStringObject(identifier), ByteStringObject(identifier)])
