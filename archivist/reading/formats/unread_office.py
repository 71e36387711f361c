"""Office files that are told apart and not read: those with a password (``office_password`` opens them), and presentations and other packages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from archivist.errors import PasswordNeeded
from archivist.reading.formats.office_password import unlock_office
from archivist.reading.formats.registry import FileTraits, Format, NotRead, SourcePage, Sureness, register
from archivist.reading.formats.sample import Sample

_SAVE_AS: Final = "请用原来的程序打开，另存为 PDF 后再投入收件箱。"


def open_locked(path: Path, name: str) -> AbstractContextManager[tuple[int, Iterator[SourcePage]]]:
    """Refuse: nothing can be seen of it.

    Raises:
        PasswordNeeded: E106, always.
    """
    del path
    raise PasswordNeeded("Office 文档加了密码，打不开", file=name)


def _is_slides(sample: Sample) -> Sureness:
    names = sample.zip_names or b""
    modern = (
        b"[Content_Types].xml" in names and b"ppt/" in names and b"word/" not in names and b"xl/" not in names
    )
    old = sample.has_stream("PowerPoint Document") and not sample.has_stream("EncryptedPackage")
    return Sureness.SURE if modern or old or sample.is_open_document("presentation") else Sureness.NO


def _is_package(sample: Sample) -> Sureness:
    """Any other package of parts: what is in it are no papers."""
    names = sample.zip_names or b""
    marked = b"[Content_Types].xml" in names or sample.head[30:38] == b"mimetype"
    return Sureness.PACKAGE if marked else Sureness.NO


LOCKED_OFFICE = register(
    Format(
        kind="locked-office",
        label="加了密码的 Office 文档",
        media_type="application/x-ole-storage",
        extensions=(".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".wps", ".et", ".dps"),
        recognise=lambda sample: Sureness.SURE if sample.has_stream("EncryptedPackage") else Sureness.NO,
        handling=open_locked,
        unlock=unlock_office,
        traits=lambda _: FileTraits(encrypted=True),
    )
)
SLIDES = register(
    Format(
        kind="slides",
        label="演示文稿",
        media_type="application/vnd.ms-powerpoint",
        extensions=(".ppt", ".pptx", ".dps", ".odp", ".pps", ".ppsx"),
        recognise=_is_slides,
        handling=NotRead("是演示文稿，本程序不读", _SAVE_AS, is_whole=True),
    )
)
PACKAGE = register(
    Format(
        kind="office-package",
        label="其他 Office 文件",
        media_type="application/octet-stream",
        extensions=(),
        recognise=_is_package,
        handling=NotRead("是本程序不读的 Office 文件", _SAVE_AS, is_whole=True),
    )
)
