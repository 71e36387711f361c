"""Whose an inbox outside the workspace is: a small file in it names the one workspace that files what lies there.

Two that took from one inbox would each have some of the scans. The file says on which computer and where the workspace is, and by
which event its ledger began: so one that was moved, or brought back from a backup, is known again, and a copy beside it is not taken for it.
"""

from __future__ import annotations

import platform
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from archivist.errors import DroppedFileError
from archivist.model.plain_json import JsonTable, MalformedData
from archivist.settings_file import FILE_NAME
from archivist.store import durable_files, notes
from archivist.store.inbox_place import OWN
from archivist.store.index_trail import LedgerPlace

FILE: Final = ".archivist-inbox"
_SHAPE: Final = JsonTable({"computer": str, "workspace": str, "origin": str})


def other_owner(inbox: Path, root: Path, origin: LedgerPlace | None) -> str:
    """Say whose an inbox is, in Chinese, where it is another workspace's; empty where it is nobody's or this one's.

    Args:
        inbox: where files are dropped.
        root: the workspace that asks.
        origin: the first event of its ledger; none in a new one.
    """
    said = _said(inbox)
    if inbox == root / OWN or said is None:
        return ""
    here = said["computer"] == platform.node()
    if here and said["workspace"] == str(root.resolve()):
        return ""
    is_there = here and (Path(said["workspace"]) / FILE_NAME).is_file()
    if not is_there and (here or said["origin"] == _digest(origin) != ""):
        return ""
    where = "本机" if here else f"电脑“{said['computer']}”"
    return f"它已经是另一个工作区的收件箱（{where}上的 {said['workspace']}）"


def claim(inbox: Path, root: Path, origin: LedgerPlace | None) -> None:
    """Note in an inbox outside that it is this workspace's; for the arguments see ``other_owner``.

    Raises:
        DroppedFileError: E100, it is another's. WriteFailed: E204.
    """
    if inbox == root / OWN:
        return
    if whose := other_owner(inbox, root, origin):
        raise DroppedFileError(
            f"收件箱 {inbox} 不能用：{whose}，两边会各收走一部分",
            remedy=f"一个收件箱只给一个工作区用：在 archivist.toml 的 [options] 中另设 inbox；那个工作区确已不用的，删去收件箱里的 {FILE} 后重试。",
        )
    now = {"computer": platform.node(), "workspace": str(root.resolve()), "origin": _digest(origin)}
    if _said(inbox) == now:
        return
    with durable_files.writing("没有写下收件箱归哪个工作区", inbox.name):
        fresh = inbox / f"{FILE}.part"
        durable_files.unlink(fresh)
        durable_files.write_new(fresh, notes.seal(now))
        durable_files.replace(fresh, inbox / FILE)
        durable_files.sync_folder(inbox)


def _said(inbox: Path) -> dict[str, Any] | None:
    with suppress(OSError, MalformedData):  # a damaged one says nothing, and is written anew
        return notes.unseal((inbox / FILE).read_bytes(), _SHAPE)
    return None


def _digest(origin: LedgerPlace | None) -> str:
    return origin.digest if origin else ""
