"""On what kind of file system a folder lies, and whether that is on another machine."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_SHARES: Final = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|glusterfs|lustre|ncpfs|vboxsf|vmhgfs|virtiofs|davfs|drvfs|beegfs|gpfs|gfs2|ocfs2"
    r"|fuse\.(sshfs|rclone|s3fs|gvfsd-fuse|davfs2?|vmhgfs-fuse|glusterfs|ceph.*|juicefs|cifs.*|smb.*|curlftpfs)"
)


def filesystem(path: Path) -> str:
    """Return the type of the file system under a path (``ext4``, ``cifs`` …); empty where it cannot be told."""
    if os.name == "nt":  # pragma: no cover
        return _on_windows(path)
    try:
        table = Path("/proc/self/mountinfo").read_bytes()
    except OSError:
        return ""
    return mounted(table, os.fsencode(path.resolve()))


def mounted(table: bytes, path: bytes) -> str:
    """Return the type of the file system a path lies on, by a table in the form of ``/proc/self/mountinfo``."""
    best, kind = -1, ""
    for line in table.splitlines():
        before, _, after = line.partition(b" - ")
        if len(fields := before.split(b" ")) < 5 or not after:
            continue
        point = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), fields[4])
        inside = point == b"/" or path == point or path.startswith(point + b"/")
        if inside and len(point) >= best:  # of two mounted on the same place the later one is seen
            best, kind = len(point), after.split(b" ")[0].decode("ascii", "replace")
    return kind


def _on_windows(path: Path) -> str:  # pragma: no cover
    import ctypes

    drive = path.resolve().drive
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 — the stubs know it on Windows only
    return "smb" if drive.startswith("\\\\") or kernel.GetDriveTypeW(f"{drive}\\") == 4 else "ntfs"


def is_share(kind: str) -> bool:
    """Tell whether a type of file system lies on another machine."""
    return _SHARES.fullmatch(kind) is not None
