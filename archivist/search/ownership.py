"""Who can have written the index: whoever can decides what this program runs, because Whoosh's table of contents is a pickle."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from archivist.errors import IndexFault

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SYSTEM: Final = 0
"""The account that may do anything anyway."""


def require_own(index: Path, used: Path) -> None:
    """Refuse an index that others may have written. Windows has lists of its own, which the workspace's folder inherits.

    Args:
        index: the workspace's ``index/``.
        used: the folder in it that is about to be opened.

    Raises:
        IndexFault: E400.
    """
    if os.name == "nt":
        return
    found = index.lstat()
    _require(index, index, found)
    if found.st_mode & _OTHERS:  # else nobody else comes to what is in it
        for path in (used, *sorted(used.rglob("*"))):
            _require(index, path, path.lstat())


def _require(index: Path, path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise _exposed("是链接，不是索引自己的文件", index, path)
    if found.st_uid not in (os.geteuid(), _SYSTEM):
        raise _exposed("属于另一个帐户，不打开", index, path)
    if found.st_mode & _OTHERS_WRITE:
        raise _exposed("其他帐户可以改写，不打开", index, path)


def _exposed(what: str, index: Path, path: Path) -> IndexFault:
    name = f"index/{path.relative_to(index)}".removesuffix("/.")
    return IndexFault(
        what, file=name, remedy="收回权限（chmod -R go= index）后运行 archivist reindex 由档案库重建索引。"
    )
