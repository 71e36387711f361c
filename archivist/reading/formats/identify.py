"""What a file really is, by its content; its name is not asked."""

from __future__ import annotations

from pathlib import Path

from archivist.reading.formats.registry import Format, NotRead, Sureness, formats, register
from archivist.reading.formats.sample import Sample

EMPTY = register(
    Format(
        kind="empty",
        label="空文件",
        media_type="application/x-empty",
        extensions=(),
        recognise=lambda sample: Sureness.NO if sample.head else Sureness.SURE,
        handling=NotRead("文件是空的（0 字节）", "请检查扫描仪或传输是否中断，重新扫描后再投入收件箱。"),
    )
)
ZEROS = register(
    Format(
        kind="zeros",
        label="内容全为零的文件",
        media_type="application/x-zeros",
        extensions=(),
        recognise=lambda sample: (
            Sureness.SURE if sample.head and not sample.head.strip(b"\x00") else Sureness.NO
        ),
        handling=NotRead("文件内容全是零，多半没有传完", "请检查原件，重新传送或扫描后再投入收件箱。"),
    )
)
UNKNOWN = register(
    Format(
        kind="unknown",
        label="无法识别的文件",
        media_type="application/octet-stream",
        extensions=(),
        recognise=lambda _: Sureness.NO,
        handling=NotRead(
            "内容无法识别，不是文档也不是图片",
            "请打开原件检查；重新扫描或另存为 PDF 后再投入收件箱。",
            is_whole=True,
        ),
    )
)


def identify(path: Path) -> Format:
    """Tell what a file is.

    A truncated or damaged file is still of its format: whether it can be read is for the reader to find out.

    Args:
        path: a regular file.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        sample = Sample(file)
        sure, best = max(((f.recognise(sample), f) for f in formats()), key=lambda found: found[0])
    return best if sure else UNKNOWN
