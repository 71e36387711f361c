"""Where files are dropped: ``archive/inbox/``, or a folder outside the workspace that the settings name, perhaps on another disk.

What lies in an inbox is filed and taken away. So it may neither hold an archive nor lie in one, and what the path leads to is settled
once, when it is first asked for: a link that is turned meanwhile leads no watch astray.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from archivist.errors import DroppedFileError, SettingsError
from archivist.model.device_folder import FOLDER
from archivist.os_reasons import reason_of
from archivist.settings_file import FILE_NAME
from archivist.store import durable_files

_COMES_BACK: Final = (
    "文件都还在原处：挂上共享、接好磁盘或改正权限，守候着的自己会继续；换了地方的改 archivist.toml 的 inbox。"
)
OWN: Final = "archive/inbox"
"""Below the workspace."""
_ELSEWHERE: Final = (
    "在 archivist.toml 的 [options] 中把 inbox 改成工作区以外的文件夹，或删去这一行（用 archive/inbox）。"
)


def place_of(root: Path, said: str) -> Path:
    """Return the inbox of a workspace; it need not be there just now.

    Args:
        root: of the workspace.
        said: the setting; empty for the inbox in the archive.

    Raises:
        SettingsError: E500, no inbox may be there.
    """
    own = root / OWN
    if not said:
        return own
    try:
        place, house = Path(said).resolve(), root.resolve()
        if place == own.resolve():
            return own
        why = _unfit(place, house)
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a name no disk takes
        why = reason_of(error) if isinstance(error, OSError) else "路径不对"
    if why:
        raise SettingsError(f"收件箱不能设在 {said}：{why}", file=FILE_NAME, remedy=_ELSEWHERE)
    return place


def _unfit(place: Path, house: Path) -> str:
    """Say why no inbox may be in a place; empty where it may."""
    if house.is_relative_to(place):
        return "工作区就在它里面，档案库的文件会被当作收件收走"
    if place.is_relative_to(house):
        return "它在工作区里面；工作区里的收件箱只有 archive/inbox"
    for folder in (place, *place.parents):
        if (folder / FILE_NAME).is_file():
            return f"它在另一个工作区（{folder.name}）里面"
        if (folder / "bagit.txt").is_file() or ((folder / "cases").is_dir() and (folder / "ledger").is_dir()):
            return f"它在一个档案库（{folder.name}）里面"
    if place.exists() and not place.is_dir():
        return "它不是文件夹"
    with suppress(OSError):
        for folder in place.iterdir():
            if (folder / FILE_NAME).is_file():
                return f"它里面有一个工作区（{folder.name}），其中的文件会被当作收件收走"
    return ""


def trouble(inbox: Path) -> str:
    """Say why files cannot be taken from an inbox just now, in Chinese; empty where they can."""
    try:
        with os.scandir(inbox):
            pass
    except FileNotFoundError:
        return "没有这个文件夹：共享没有挂上、磁盘没有接好，或还没有建立"
    except OSError as error:  # of a file: of several kinds on Windows
        return "不是文件夹" if inbox.is_file() else f"打不开（{reason_of(error)}）"
    if os.name != "nt" and not os.access(inbox, os.W_OK | os.X_OK):
        return "本帐号不能写入：收好的原件移不走"
    return ""


def require(inbox: Path) -> None:
    """Refuse an inbox from which nothing can be taken just now.

    Raises:
        DroppedFileError: E100.
    """
    if why := trouble(inbox):
        raise DroppedFileError(f"收件箱 {inbox} 现在用不了：{why}", remedy=_COMES_BACK)


def make(place: Path) -> None:
    """Make an inbox outside the archive with a folder for devices, the office's alone; one that is there stays as it is.

    Raises:
        WriteFailed: E204.
    """
    with durable_files.writing("没有建成收件箱", place.name):
        if not place.is_dir():
            place.parent.mkdir(parents=True, exist_ok=True)
            durable_files.make_private_folder(place)
        if not (place / FOLDER).is_dir():
            durable_files.make_private_folder(place / FOLDER)
        durable_files.sync_folder(place)
