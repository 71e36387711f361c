"""Turns ``.docx`` into PDF with LibreOffice, many files at one start. Only this module runs LibreOffice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from archivist.errors import PdfUnavailable

START_S = 60.0
"""Seconds allowed for a start of LibreOffice with a fresh profile."""
EACH_S = 20.0
"""Seconds allowed for each file on top."""
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
def _program() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


@cache
def _profile() -> tempfile.TemporaryDirectory[str]:
    """Return this process's own profile folder: two LibreOffices on one profile refuse to run side by side."""
    return tempfile.TemporaryDirectory(prefix="archivist-office-", ignore_cleanup_errors=True)


@cache
def _fonts() -> Path:
    """Return a fontconfig file that says what stands in for the official fonts where they are not installed.

    The fonts of GB/T 9704-2012 are not free; without this, fontconfig takes any font that comes first. Nothing is
    replaced that is installed. LibreOffice on Windows does not read the file.
    """
    aliases = "".join(
        f"<alias binding='same'><family>{name}</family><prefer>"
        + "".join(f"<family>{f}</family>" for f in (name, *others))
        + "</prefer></alias>"
        for name, others in FONT_FALLBACKS.items()
    )
    path = Path(_profile().name, "archivist-fonts.conf")
    path.write_text(
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
        f"<include ignore_missing='yes'>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>",
        encoding="utf-8",
    )
    return path


def available() -> bool:
    """Tell whether LibreOffice is installed."""
    return _program() is not None


def to_pdf(files: Sequence[Path], out: Path, *, limit_s: float | None = None) -> list[Path]:
    """Convert documents and return the PDFs, in the same order, named as the documents with ``.pdf``.

    Nothing is put into ``out`` unless every file was converted.

    Args:
        files: ``.docx``; their names without suffix must differ.
        out: folder for the PDFs; made if missing; files of the same name are replaced.
        limit_s: seconds for the whole run; by default ``START_S`` and ``EACH_S`` a file.

    Raises:
        PdfUnavailable: E306, LibreOffice is missing, took too long, or made no PDF of a file.
    """
    if not files:
        return []
    program = _program()
    if program is None:
        raise PdfUnavailable("没有找到 LibreOffice")
    if len({f.stem for f in files}) < len(files):
        raise ValueError("files to convert must differ in name")
    with tempfile.TemporaryDirectory(prefix="archivist-pdf-", ignore_cleanup_errors=True) as work:
        copies = [Path(work, f"{i:05d}.docx") for i in range(len(files))]
        for file, copy in zip(files, copies, strict=True):
            shutil.copyfile(file, copy)
        _run(program, copies, Path(work), START_S + EACH_S * len(files) if limit_s is None else limit_s)
        made = [copy.with_suffix(".pdf") for copy in copies]
        missing = [f.name for f, pdf in zip(files, made, strict=True) if not pdf.is_file()]
        if missing:
            raise PdfUnavailable("LibreOffice 没有转换出全部文件", problems=missing)
        out.mkdir(parents=True, exist_ok=True)
        return [
            Path(shutil.move(pdf, out / f"{file.stem}.pdf")) for file, pdf in zip(files, made, strict=True)
        ]


def _run(program: str, files: Sequence[Path], work: Path, limit_s: float) -> None:
    """Run LibreOffice in a process group of its own; on time-out end that group and nothing else."""
    command = [
        program,
        f"-env:UserInstallation={Path(_profile().name).as_uri()}",
        *"--headless --norestore --nologo --nodefault --nolockcheck --convert-to pdf:writer_pdf_Export --outdir".split(),
        str(work),
        *map(str, files),
    ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
        env=os.environ | ({"FONTCONFIG_FILE": str(_fonts())} if "FONTCONFIG_FILE" not in os.environ else {}),
    )
    try:
        process.wait(timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise PdfUnavailable(f"LibreOffice 超过 {limit_s:.0f} 秒没有完成") from None
    finally:
        if process.poll() is None:
            _end(process)
    if process.returncode:
        raise PdfUnavailable(f"LibreOffice 异常结束（{process.returncode}）")


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
