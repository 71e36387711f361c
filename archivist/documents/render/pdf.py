"""Turns ``.docx`` into PDF, many files at one start of LibreOffice."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from archivist.errors import PdfUnavailable

_SERIF = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC")
FONT_FALLBACKS = {
    "仿宋_GB2312": ("仿宋", "FangSong", "STFangsong", "华文仿宋", *_SERIF),
    "方正小标宋简体": ("方正小标宋_GBK", "华文中宋", "STZhongsong", "宋体", "SimSun", *_SERIF),
    "楷体_GB2312": ("楷体", "KaiTi", "STKaiti", "华文楷体", *_SERIF),
    "宋体": ("SimSun", "STSong", *_SERIF),
    "黑体": ("SimHei", "STHeiti", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC"),
}
"""Official font → what to use in its place, best first."""


@cache
def font_settings() -> str:
    """Return what fontconfig is told to put for the official fonts where they are not installed.

    The fonts of GB/T 9704-2012 are not free; without this, fontconfig takes any font that comes first. Nothing is
    replaced that is installed.
    """
    aliases = "".join(
        f"<alias binding='same'><family>{name}</family><prefer>"
        + "".join(f"<family>{f}</family>" for f in (name, *others))
        + "</prefer></alias>"
        for name, others in FONT_FALLBACKS.items()
    )
    return (
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
        f"<include ignore_missing='yes'>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>"
    )


def _prepared_copy(file: Path) -> bytes:
    from archivist.documents.render.press_copy import (
        press_copy,
    )  # reads Word's format; who asks what there is needs none

    try:
        return press_copy(file.read_bytes())
    except ValueError:
        raise PdfUnavailable("不是 Word 文档（.docx），或已损坏", problems=[file.name]) from None


def _convert(copies: Sequence[Path], *, work: Path, limit_s: float | None) -> None:
    from archivist.reading import libreoffice

    libreoffice.convert(copies, libreoffice.PDF_A, work, fonts=font_settings(), limit_s=limit_s)


def available() -> bool:
    """Tell whether there is a program that makes PDFs."""
    from archivist.reading import libreoffice

    return libreoffice.can_write_pdf()


def to_pdf(files: Sequence[Path], out: Path, *, limit_s: float | None = None) -> list[Path]:
    """Convert documents and return the PDFs, in the same order, named as the documents with ``.pdf``.

    Nothing is put into ``out`` unless every file was converted.

    Args:
        files: ``.docx``; their names without suffix must differ.
        out: folder for the PDFs; made if missing; files of the same name are replaced.
        limit_s: seconds for the whole run; see ``libreoffice.convert``.

    Raises:
        PdfUnavailable: E306, LibreOffice is missing, took too long, or made no PDF of a file.
    """
    from archivist.documents.render.mended_pages import mend
    from archivist.reading import libreoffice

    if not files:
        return []
    if not available():
        raise PdfUnavailable("没有找到 LibreOffice")
    if len({f.stem for f in files}) < len(files):
        raise ValueError("files to convert must differ in name")
    with tempfile.TemporaryDirectory(prefix="archivist-pdf-", ignore_cleanup_errors=True) as work:
        copies = [Path(work, f"{i:05d}.docx") for i in range(len(files))]
        try:
            for file, copy in zip(files, copies, strict=True):
                copy.write_bytes(_prepared_copy(file))
            _convert(copies, work=Path(work), limit_s=limit_s)
            mend(copies, convert=partial(_convert, work=Path(work), limit_s=limit_s))
        except libreoffice.ConversionFailed as error:
            raise PdfUnavailable(str(error)) from None
        made = [copy.with_suffix(".pdf") for copy in copies]
        missing = [f.name for f, pdf in zip(files, made, strict=True) if not pdf.is_file()]
        if missing:
            raise PdfUnavailable("LibreOffice 没有转换出全部文件", problems=missing)
        out.mkdir(parents=True, exist_ok=True)
        return [
            Path(shutil.move(pdf, out / f"{file.stem}.pdf")) for file, pdf in zip(files, made, strict=True)
        ]
