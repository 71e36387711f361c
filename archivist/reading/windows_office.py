"""Which office program Windows has: LibreOffice by the registry or its usual folders, else WPS or Word, driven through PowerShell.

LibreOffice is not on the ``PATH`` there. WPS and Word turn documents of our own into PDF only: a stranger's file is never opened with them, for they
run without limits and under the clerk's own settings.
"""

from __future__ import annotations

import base64
import json
import ntpath
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

_UNO: Final = r"SOFTWARE\LibreOffice\UNO\InstallPath"
_WITHIN: Final = r"LibreOffice\program"
_FOLDERS: Final = ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)", "LOCALAPPDATA")
COM_PROGRAMS: Final = ("KWPS.Application", "Word.Application")
"""WPS first: offices have it, and a Word that was never opened asks for its licence."""


def libreoffice_places(environ: Mapping[str, str], installed: str, files: Sequence[str]) -> list[str]:
    """Return where LibreOffice may be on Windows, the likeliest first.

    Args:
        environ: the environment, which names the folders of programs.
        installed: what the registry says, empty where it says nothing.
        files: names of its program, the best first.
    """
    folders = [installed] if installed else []
    folders += [ntpath.join(root, _WITHIN) for name in _FOLDERS if (root := environ.get(name))]
    return [ntpath.join(folder, file) for folder in dict.fromkeys(folders) for file in files]


def powershell(documents: Sequence[str], out: str, programs: Sequence[str] = COM_PROGRAMS) -> list[str]:
    """Return the command that has WPS or Word write each document as a PDF into a folder.

    Its paths go in as JSON within a script in base 64, so no character of a name is ever read as a command.
    """
    told = json.dumps({"files": list(documents), "out": out, "programs": list(programs)})
    carried = base64.b64encode(told.encode()).decode()
    script = f"""
$ErrorActionPreference = 'Stop'
$told = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{carried}')) | ConvertFrom-Json
$app = $null
foreach ($name in $told.programs) {{ try {{ $app = New-Object -ComObject $name; break }} catch {{ }} }}
if ($app -eq $null) {{ exit 3 }}
try {{
  $app.Visible = $false
  try {{ $app.DisplayAlerts = 0; $app.AutomationSecurity = 3 }} catch {{ }}
  foreach ($file in $told.files) {{
    $document = $app.Documents.Open($file, $false, $true, $false)
    $pdf = Join-Path $told.out ([IO.Path]::GetFileNameWithoutExtension($file) + '.pdf')
    $document.ExportAsFixedFormat($pdf, 17)
    $document.Close(0)
  }}
}} finally {{ $app.Quit() }}
"""
    encoded = base64.b64encode(script.encode("utf-16-le")).decode()
    return [
        "powershell.exe",
        "-NoProfile",
        "-NonInteractive",
        "-ExecutionPolicy",
        "Bypass",
        "-EncodedCommand",
        encoded,
    ]


NO_PROGRAM: Final = 3
"""Exit status of that command where neither WPS nor Word is installed."""


if sys.platform == "win32":
    import os
    import winreg

    @cache
    def find_libreoffice(files: tuple[str, ...]) -> str | None:
        """Return the path of LibreOffice, ``None`` where it is not installed."""
        places = libreoffice_places(os.environ, _registered(), files)
        return next((place for place in places if Path(place).is_file()), None)

    @cache
    def com_program() -> str:
        """Return which of WPS and Word is registered, empty where neither is."""
        for name in COM_PROGRAMS:
            try:
                with winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, rf"{name}\CLSID"):
                    return name
            except OSError:
                continue
        return ""

    def _registered() -> str:
        for hive in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
                try:
                    with winreg.OpenKey(hive, _UNO, 0, winreg.KEY_READ | view) as key:
                        return str(winreg.QueryValueEx(key, "")[0])
                except OSError:
                    continue
        return ""

else:

    def find_libreoffice(_files: tuple[str, ...]) -> str | None:
        """Return ``None``: elsewhere it is on the ``PATH``."""
        return None

    def com_program() -> str:
        """Return nothing: there are no such programs elsewhere."""
        return ""
