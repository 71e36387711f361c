"""Office files of former times, and those with a password: told apart, not read."""

from __future__ import annotations

from typing import Final

from archivist.reading.formats.registry import Format, NotRead, Sureness, register
from archivist.reading.formats.sample import Sample

_SAVE_AS: Final = "请用 Word 或 WPS 打开，另存为 .docx 或 PDF 后再投入收件箱。"


def _has(sample: Sample, stream: str) -> bool:
    return stream.encode("utf-16-le") in (sample.ole_names or b"")


def _is_locked(sample: Sample) -> Sureness:
    return Sureness.SURE if _has(sample, "EncryptedPackage") else Sureness.NO


def _is_xls(sample: Sample) -> Sureness:
    other = _has(sample, "EncryptedPackage") or _has(sample, "WordDocument")
    return Sureness.SURE if _has(sample, "Workbook") and not other else Sureness.NO


DOC = register(
    Format(
        kind="doc",
        label="旧版 Word 文档（.doc 或 .wps）",
        media_type="application/msword",
        extensions=(".doc", ".wps"),
        recognise=lambda sample: Sureness.NO if sample.ole_names is None else Sureness.CONTAINER,
        handling=NotRead("是旧版 Word 文档（.doc 或 .wps），本程序不读", _SAVE_AS),
    )
)
XLS = register(
    Format(
        kind="xls",
        label="旧版 Excel 表格（.xls 或 .et）",
        media_type="application/vnd.ms-excel",
        extensions=(".xls", ".et"),
        recognise=_is_xls,
        handling=NotRead(
            "是旧版 Excel 表格（.xls 或 .et），本程序不读",
            "请用 Excel 或 WPS 另存为 .xlsx 后再投入收件箱。",
        ),
    )
)
LOCKED_OFFICE = register(
    Format(
        kind="locked-office",
        label="加了密码的 Office 文档",
        media_type="application/x-ole-storage",
        extensions=(".doc", ".docx", ".xls", ".xlsx", ".wps", ".et"),
        recognise=_is_locked,
        handling=NotRead("是加了密码的 Office 文档", "请去除密码，另存后再投入收件箱。"),
    )
)
RTF = register(
    Format(
        kind="rtf",
        label="RTF 文档",
        media_type="application/rtf",
        extensions=(".rtf",),
        recognise=lambda sample: Sureness.SURE if sample.head.startswith(b"{\\rtf") else Sureness.NO,
        handling=NotRead("是 RTF 文档，本程序不读", _SAVE_AS),
    )
)
