"""Files of other programs: one LibreOffice for many, and the formats no library here writes, byte by byte."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Final

_OFD: Final = "http://www.ofdspec.org/2016"
_SECONDS: Final = 300


def convert(files: Sequence[Path], ending: str, out: Path) -> list[Path]:
    """Let LibreOffice save documents in another format, all in one start.

    Raises:
        RuntimeError: it ended without having written all of them.
    """
    if not files:
        return []
    program = shutil.which("soffice") or shutil.which("libreoffice")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [str(program), f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore", "--nologo",
             "--convert-to", ending, "--outdir", str(out), *map(str, files)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(timeout=_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    made = [out / f"{f.stem}.{ending}" for f in files]
    if missing := [m.name for m in made if not m.exists()]:
        raise RuntimeError(f"LibreOffice did not write {', '.join(missing)}")
    return made


def ofd(path: Path, rows: Sequence[str]) -> Path:
    """Write an OFD (GB/T 33190-2016) of one page of text, the least the standard asks for."""
    texts = "".join(
        f'<ofd:TextObject ID="{n + 10}" Boundary="20 {20 + n * 10} 170 8" Font="3" Size="5">'
        f'<ofd:TextCode X="0" Y="6">{escape(row)}</ofd:TextCode></ofd:TextObject>'
        for n, row in enumerate(rows)
    )
    parts = {
        "OFD.xml": '<ofd:OFD xmlns:ofd="{0}" DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>'
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": '<ofd:Document xmlns:ofd="{0}"><ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID><ofd:PageArea>'
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
        '</ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/PublicRes.xml": '<ofd:Res xmlns:ofd="{0}" BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts></ofd:Res>',
        "Doc_0/Pages/Page_0/Content.xml": '<ofd:Page xmlns:ofd="{0}"><ofd:Content><ofd:Layer ID="2">{1}</ofd:Layer></ofd:Content></ofd:Page>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, xml in parts.items():
            package.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + xml.format(_OFD, texts))
    return path


def html(rows: Sequence[str], title: str) -> str:
    """Return a page of paragraphs."""
    body = "".join(f"<p>{escape(row)}</p>" for row in rows)
    return f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{escape(title)}</title></head><body><h1>{escape(title)}</h1>{body}</body></html>'


def mht(path: Path, rows: Sequence[str], title: str) -> Path:
    """Write a page as browsers save it whole."""
    inner = html(rows, title).encode().hex()
    quoted = "".join(f"={inner[n : n + 2].upper()}" for n in range(0, len(inner), 2))
    wrapped = "=\r\n".join(quoted[n : n + 72] for n in range(0, len(quoted), 72))
    path.write_bytes(
        "\r\n".join(
            [
                "From: <Saved by Blink>", "Subject: page", "MIME-Version: 1.0",
                'Content-Type: multipart/related; type="text/html"; boundary="----=_Part"', "", "------=_Part",
                "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
                "Content-Location: http://example.invalid/", "", wrapped, "------=_Part--", "",
            ]
        ).encode()
    )  # fmt: skip
    return path


def mail(path: Path, rows: Sequence[str], title: str, attachment: Path | None = None) -> Path:
    """Write a mail as mail programs save it, perhaps with a file attached."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "qunzhong@example.invalid",
        "jiedao@example.invalid",
        title,
    )
    message["Date"] = format_datetime(dt.datetime(2024, 3, 7, 9, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    message.set_content("\n".join(rows), cte="base64")
    if attachment:
        message.add_attachment(
            attachment.read_bytes(),
            maintype="application",
            subtype="octet-stream",
            filename=f"附件{attachment.suffix}",
        )
    path.write_bytes(message.as_bytes())
    return path


def mp3(path: Path, seconds: int = 2) -> Path:
    """Write silence: MPEG-1 layer III frames of 128 kbit/s at 44.1 kHz, nothing in them."""
    frame = bytes.fromhex("fffb9064") + bytes(413)
    path.write_bytes(b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10) + frame * (38 * seconds))
    return path


def mp4(path: Path) -> Path:
    """Write a second of moving picture."""
    import cv2
    import numpy as np

    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 5, (160, 120))
    for n in range(5):
        film.write(np.full((120, 160, 3), 40 * n, np.uint8))
    film.release()
    return path


def xls(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """Write a sheet as Excel did until 2003."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表")
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            sheet.write(y, x, cell)
    book.save(str(path))
    return path


def seven_zip(path: Path, files: Sequence[Path]) -> Path:
    """Pack files into a 7z archive."""
    import py7zr

    with py7zr.SevenZipFile(path, "w") as package:
        for file in files:
            package.write(file, file.name)
    return path
