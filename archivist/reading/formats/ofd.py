"""OFD (GB/T 33190), the national format of fixed pages: recognised, not read."""

from __future__ import annotations

from archivist.reading.formats.registry import Format, NotRead, Sureness, register
from archivist.reading.formats.sample import Sample


def _recognise(sample: Sample) -> Sureness:
    names = sample.zip_names or b""
    return Sureness.SURE if b"OFD.xml" in names and b"[Content_Types].xml" not in names else Sureness.NO


OFD = register(
    Format(
        kind="ofd",
        label="OFD 版式文件",
        media_type="application/ofd",
        extensions=(".ofd",),
        recognise=_recognise,
        handling=NotRead(
            "是 OFD 版式文件，本程序不读", "请用 OFD 阅读器打开，打印或另存为 PDF 后再投入收件箱。"
        ),
    )
)
