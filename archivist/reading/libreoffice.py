"""Runs LibreOffice, in a profile of its own, with a time limit. Nothing else runs it.

``convert`` takes many files of our own at one start; ``convert_stranger`` one file that somebody sent, which is not trusted:
its profile is made for it and thrown away, macros, links and Java are off, memory, CPU time and the size of what is written
are limited, and there is no network (a proxy that nobody answers, and where the kernel allows it a place without any).
It does not run within the reading process, whose limit on address space LibreOffice alone would use up, but beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from archivist.reading import windows_office
from archivist.reading.job_object import Job, creation_flags, named_exit
from archivist.reading.limited_run import limited

START_S: Final = 60.0
"""Seconds allowed for a start with a fresh profile."""
EACH_S: Final = 20.0
"""Seconds allowed for each file on top."""
STRANGER_WALL_S: Final = 300.0
"""Seconds by the clock for a stranger's file: generous, for the limit that counts is the next."""
STRANGER_CPU_S: Final = 60
"""CPU seconds for the same; an ordinary letter takes two."""
STRANGER_MEMORY_BYTES: Final = 3 * 1024**3
"""Address space for the same."""
STRANGER_FILE_BYTES: Final = 512 * 1024**2
"""Largest file it may write."""
_SWITCHES: Final = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")


_PDF_A_OPTIONS: Final = {
    "SelectPdfVersion": ("long", 2),
    "UseTaggedPDF": ("boolean", True),
    "DisplayPDFDocumentTitle": ("boolean", True),
}
PDF_A: Final = "pdf:writer_pdf_Export:" + json.dumps(
    {name: {"type": kind, "value": str(value).lower()} for name, (kind, value) in _PDF_A_OPTIONS.items()}
)
"""Target of a conversion to PDF/A-2b, tagged; without the first setting veraPDF finds fault with colours and metadata."""


_ON_WINDOWS: Final = ("soffice.com", "soffice.exe")
"""The first stays until the work is done and says how it went; the other returns at once."""


class ConversionFailed(Exception):
    """LibreOffice is missing, took too long or ended with an error; the text says which, in Chinese."""


@cache
def program() -> str | None:
    """Return the path of LibreOffice, ``None`` where it is not installed."""
    return (
        shutil.which("soffice") or shutil.which("libreoffice") or windows_office.find_libreoffice(_ON_WINDOWS)
    )


def can_write_pdf() -> bool:
    """Tell whether there is a program that turns a document of our own into a PDF: LibreOffice, on Windows WPS or Word too."""
    return bool(program() or windows_office.com_program())


@cache
def _profile() -> tempfile.TemporaryDirectory[str]:
    """Return this process's own profile folder: two LibreOffices on one profile refuse to run side by side."""
    return tempfile.TemporaryDirectory(prefix="archivist-office-", ignore_cleanup_errors=True)


def convert(
    files: Sequence[Path], target: str, out: Path, *, fonts: str = "", limit_s: float | None = None
) -> None:
    """Convert files at one start; what was made of each stands in ``out`` under its name with another suffix.

    A file that cannot be converted is left out without a word: the caller looks for what it expects.

    Args:
        files: their names without suffix must differ.
        target: suffix and filter, such as ``pdf:writer_pdf_Export``.
        out: an existing folder.
        fonts: a fontconfig file's content, which replaces the system's; LibreOffice on Windows does not read it.
        limit_s: seconds for the whole run; by default ``START_S`` and ``EACH_S`` a file.

    Raises:
        ConversionFailed: it is missing, took too long, or ended with an error.
    """
    found = program()
    limit_s = START_S + EACH_S * len(files) if limit_s is None else limit_s
    if found is None and target.startswith("pdf") and windows_office.com_program():
        _run(
            windows_office.powershell([str(file) for file in files], str(out)),
            limit_s,
            os.environ,
            "WPS 或 Word",
        )
        return
    if found is None:
        raise ConversionFailed("没有找到 LibreOffice")
    profile = Path(_profile().name)
    command = _command(found, profile, target, out, files)
    _run(command, limit_s, os.environ | _font_settings(profile, fonts))


def convert_stranger(file: Path, target: str, out: Path, *, limit_s: float = STRANGER_WALL_S) -> None:
    """Convert one file that is not trusted; what was made stands in ``out`` under its name with another suffix.

    Args:
        file: with the suffix its content calls for. What it says is not believed: no macro runs, no link is followed.
        target: suffix and filter, such as ``pdf:writer_pdf_Export``.
        out: an existing folder.
        limit_s: seconds by the clock for the whole run.

    Raises:
        ConversionFailed: LibreOffice is missing, used up a limit, ended with an error, or made nothing of the file.
    """
    found = program()
    if found is None:
        raise ConversionFailed("没有找到 LibreOffice")
    with tempfile.TemporaryDirectory(prefix="archivist-stranger-", ignore_cleanup_errors=True) as made:
        profile = Path(made)
        (profile / "user").mkdir()
        (profile / "user/registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
        limits = limited(STRANGER_MEMORY_BYTES, STRANGER_FILE_BYTES, STRANGER_CPU_S)
        command = [*limits, *_command(found, profile, target, out, [file])]
        # TMPDIR: what it leaves when it is ended goes with the profile.
        _run(command, limit_s, os.environ | {"TMPDIR": made, "TEMP": made, "TMP": made})
    if not (out / f"{file.stem}.{target.partition(':')[0]}").is_file():
        raise ConversionFailed("LibreOffice 打不开这个文件")


_HARDENED: Final = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "CheckDocumentEvents", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Office.Java/VirtualMachine", "Enable", "false"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    *(("Inet/Settings", f"ooInet{kind}ProxyName", "127.0.0.1") for kind in ("HTTP", "HTTPS", "FTP")),
    *(("Inet/Settings", f"ooInet{kind}ProxyPort", "9") for kind in ("HTTP", "HTTPS", "FTP")),
    ("Inet/Settings", "ooInetNoProxy", ""),
)
"""Path below ``/org.openoffice.``, property, value: no macro, no update of links and fields, no Java, and a proxy where
nobody answers (the port for discarding, RFC 863)."""


def _settings() -> str:
    """Return a profile's settings, as LibreOffice itself writes them."""
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _HARDENED
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )


def _command(found: str, profile: Path, target: str, out: Path, files: Sequence[Path]) -> list[str]:
    start = [found, f"-env:UserInstallation={profile.as_uri()}", *_SWITCHES]
    return [*start, "--convert-to", target, "--outdir", str(out), *map(str, files)]


def _run(command: Sequence[str], limit_s: float, env: Mapping[str, str], what: str = "LibreOffice") -> None:
    # In a process group of its own: on time-out that group is ended and nothing else.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
        creationflags=creation_flags(),
        env=env,
    )
    job = Job(STRANGER_MEMORY_BYTES)
    job.take(process)
    try:
        process.wait(timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise ConversionFailed(f"{what} 超过 {limit_s:.0f} 秒没有完成") from None
    finally:
        if process.poll() is None:
            _end(process)
        job.close()  # soffice.bin, where the one that was started is gone
    if process.returncode:
        words = named_exit(process.returncode) if sys.platform == "win32" else ""
        raise ConversionFailed(f"{what} 异常结束（{words or process.returncode}）")


def _font_settings(profile: Path, fonts: str) -> dict[str, str]:
    if not fonts or "FONTCONFIG_FILE" in os.environ:
        return {}
    path = profile / "archivist-fonts.conf"
    path.write_text(fonts, encoding="utf-8")
    return {"FONTCONFIG_FILE": str(path)}


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
