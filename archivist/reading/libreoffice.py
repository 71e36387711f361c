"""Runs LibreOffice: many files at one start, in a profile of its own, with a time limit. Nothing else runs it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

START_S: Final = 60.0
"""Seconds allowed for a start with a fresh profile."""
EACH_S: Final = 20.0
"""Seconds allowed for each file on top."""
_SWITCHES: Final = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")


class ConversionFailed(Exception):
    """LibreOffice is missing, took too long or ended with an error; the text says which, in Chinese."""


@cache
def program() -> str | None:
    """Return the path of LibreOffice, ``None`` where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


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
    if found is None:
        raise ConversionFailed("没有找到 LibreOffice")
    limit_s = START_S + EACH_S * len(files) if limit_s is None else limit_s
    profile = Path(_profile().name)
    command = [found, f"-env:UserInstallation={profile.as_uri()}", *_SWITCHES]
    # In a process group of its own: on time-out that group is ended and nothing else.
    process = subprocess.Popen(
        [*command, "--convert-to", target, "--outdir", str(out), *map(str, files)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
        env=os.environ | _font_settings(profile, fonts),
    )
    try:
        process.wait(timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise ConversionFailed(f"LibreOffice 超过 {limit_s:.0f} 秒没有完成") from None
    finally:
        if process.poll() is None:
            _end(process)
    if process.returncode:
        raise ConversionFailed(f"LibreOffice 异常结束（{process.returncode}）")


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
