"""Who may put files into the inbox: the office's account alone, or a group in which a scanner has its account.

With a group, the inbox and the drop folders are the group's to write (2770, so that what is made in them is the group's too), and everything
else stays 0700; an archive in which the inbox lies may be passed through (0710) but not listed. Where the disk
has access lists, the inbox hands one down: the office may read and remove whatever the scanner's account makes there.
"""

from __future__ import annotations

import os
import shlex
import stat
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import InvalidValue, SettingsError
from archivist.store import durable_files, originals

PASSED_THROUGH: Final = 0o710
SHARED: Final = 0o2770
_DEFAULT_LIST: Final = "system.posix_acl_default"
_OWNER, _USER, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NOBODY: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class ScannerGroup:
    """A group of the system whose members may put files into the inbox; ``members`` are those the system lists."""

    gid: int
    name: str
    members: tuple[str, ...]


if sys.platform == "win32":  # pragma: no cover

    def group_named(name: str) -> ScannerGroup:
        """Refuse: Windows has no such groups."""
        raise InvalidValue(
            "Windows 上不用 --scanner-group",
            file=name,
            remedy="在收件箱文件夹的“属性—安全”中，给扫描仪的帐号“修改”的权限。",
        )

    def _group(gid: int) -> ScannerGroup:
        return ScannerGroup(gid, str(gid), ())

else:
    import grp

    def group_named(name: str) -> ScannerGroup:
        """Return a group that this account may give its folders to.

        Raises:
            InvalidValue: E002, there is no such group. SettingsError: E500, this account is not in it.
        """
        try:
            found = grp.getgrnam(name)
        except KeyError:
            raise InvalidValue(
                f"没有用户组“{name}”", remedy="请管理员先建立：groupadd 组名，并把扫描仪的帐号加进去。"
            ) from None
        if os.geteuid() != 0 and found.gr_gid not in (*os.getgroups(), os.getegid()):
            raise SettingsError(
                f"本帐号不在用户组“{name}”里，不能把收件箱交给它",
                remedy=f"请管理员运行 usermod -aG {shlex.quote(name)} 本帐号，重新登录后再试。",
            )
        return ScannerGroup(found.gr_gid, found.gr_name, tuple(found.gr_mem))

    def _group(gid: int) -> ScannerGroup:
        try:
            found = grp.getgrgid(gid)
        except KeyError:
            return ScannerGroup(gid, str(gid), ())
        members = {*found.gr_mem, *_whose_own_group(gid)}
        return ScannerGroup(gid, found.gr_name, tuple(sorted(members)))

    def _whose_own_group(gid: int) -> Iterator[str]:
        import pwd

        return (user.pw_name for user in pwd.getpwall() if user.pw_gid == gid)


def open_to_group(root: Path, inbox: Path, group: ScannerGroup) -> None:
    """Let a group put files into the inbox of an archive, and see nothing else of it.

    Args:
        root: the archive folder; it stays closed where the inbox lies outside.
        inbox: exists.
        group: the group.

    Raises:
        WriteFailed: E204, when the disk keeps no such permissions.
    """
    with durable_files.writing("收件箱没有对扫描仪的帐号开放", root.name):
        for folder in _folders(inbox):
            os.chown(folder, -1, group.gid)
            folder.chmod(SHARED)
            _hand_down(folder)
        if not inbox.is_relative_to(root):
            return
        os.chown(root, -1, group.gid)
        root.chmod(PASSED_THROUGH)
        if not root.parent.stat().st_mode & stat.S_IXOTH:
            os.chown(root.parent, -1, group.gid)
            root.parent.chmod(stat.S_IMODE(root.parent.stat().st_mode) | stat.S_IXGRP)


def make_drop_folder(path: Path) -> None:
    """Make a folder in the inbox, if it is not there, open to whom the inbox is open. A share that is away just now stops nobody's work."""
    if not path.parent.is_dir():
        return
    path.mkdir(mode=durable_files.FOLDER_MODE, exist_ok=True)
    if is_shared(path.parent):
        os.chown(path, -1, path.parent.stat().st_gid)
        path.chmod(SHARED)


def lay(folder: Path, name: str, source: Path) -> Path:
    """Lay a file into the inbox or a drop folder under its name, or the next free one; return where it is.

    Args:
        folder: where; a drop folder that is missing is made.
        name: without any way to it.
        source: where its bytes are; stays.

    Raises:
        WriteFailed: E204. UnreadableFile: E101, the source is no plain file.

    Survives: a kill leaves it whole under its name, or as ``.part``, which nobody takes for a file that is ready.
    """
    with durable_files.writing("没有放进收件箱", name):
        make_drop_folder(folder)
        part = folder / f"{name}.{os.getpid()}-{time.monotonic_ns()}.part"
        try:
            with originals.open_original(source) as (handle, _):
                durable_files.write_new(part, handle, mode=stat.S_IMODE(folder.stat().st_mode) & 0o660)
            stem, suffix = Path(name).stem, Path(name).suffix
            free = (folder / n for n in (name, *(f"{stem} ({n}){suffix}" for n in range(2, 1000))))
            target = next(path for path in free if not os.path.lexists(path))
            durable_files.rename_new(part, target)
        finally:
            part.unlink(missing_ok=True)
        durable_files.sync_folder(folder)
    return target


def is_shared(inbox: Path) -> bool:
    """Tell whether a group may write to an inbox."""
    return os.name != "nt" and bool(inbox.stat().st_mode & stat.S_IWGRP)


@dataclass(frozen=True, slots=True)
class InboxAccess:
    """Who may put files into an inbox, and what is wrong about it.

    Attributes:
        group: whose members may; None when nobody but the office.
        faults: in Chinese, each with what to do.
    """

    group: ScannerGroup | None
    faults: tuple[str, ...]


def access_to(inbox: Path) -> InboxAccess:
    """Look who may put files into an inbox that is there."""
    if not is_shared(inbox):
        return InboxAccess(None, tuple(_world(inbox)))
    group = _group(inbox.stat().st_gid)
    return InboxAccess(group, (*_world(inbox), *_way(inbox.parent, group), *_inside(inbox, group)))


def _world(inbox: Path) -> Iterator[str]:
    if inbox.stat().st_mode & stat.S_IRWXO:
        yield f"本机任何用户都能进入收件箱，运行 chmod o-rwx {shlex.quote(str(inbox.resolve()))}"


def _way(above: Path, group: ScannerGroup) -> Iterator[str]:
    for folder in (above.resolve(), *above.resolve().parents):
        info = folder.stat()
        if info.st_mode & stat.S_IXOTH or (info.st_gid == group.gid and info.st_mode & stat.S_IXGRP):
            continue
        quoted = shlex.quote(str(folder))
        yield f"{group.name} 组经不过文件夹 {folder.name}，到不了收件箱，运行 chgrp {group.name} {quoted} && chmod g+x {quoted}"


def _inside(inbox: Path, group: ScannerGroup) -> Iterator[str]:
    closed = unreadable = 0
    for folder in _folders(inbox):
        info = folder.stat()
        closed += info.st_gid != group.gid or info.st_mode & SHARED != SHARED
        with suppress(OSError):
            unreadable += sum(p.is_file() and not os.access(p, os.R_OK) for p in folder.iterdir())
    quoted = shlex.quote(str(inbox.resolve()))
    if closed:
        yield (
            f"收件箱里有 {closed} 个文件夹 {group.name} 组不能写入，运行 "
            f"find {quoted} -type d -exec chgrp {group.name} {{}} + -exec chmod 2770 {{}} +"
        )
    if unreadable:
        yield (
            f"收件箱里有 {unreadable} 个文件本帐号读不了，收不进来：请在扫描仪的帐号下设 umask 007，"
            f"已有的由它或管理员运行 chmod -R g+rwX {quoted}"
        )
    if not group.members:
        yield f"{group.name} 组里没有任何帐号，请管理员运行 usermod -aG {group.name} 扫描仪的帐号"


def _folders(inbox: Path) -> Iterator[Path]:
    for folder, _, _ in os.walk(inbox):
        yield Path(folder)


def _hand_down(folder: Path) -> None:
    """Let whatever is made in a folder be the office's to read and remove, where the disk has access lists."""
    if not hasattr(os, "setxattr"):
        return
    entries = ((_OWNER, 7, _NOBODY), (_USER, 7, folder.stat().st_uid), (_GROUP, 7, _NOBODY),
               (_MASK, 7, _NOBODY), (_OTHER, 0, _NOBODY))  # fmt: skip
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    with suppress(
        OSError
    ):  # a disk without lists: the scanner's umask decides, and doctor looks at what came of it
        os.setxattr(folder, _DEFAULT_LIST, packed)
