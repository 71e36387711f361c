"""The watch as a service: shown, installed, removed. Nothing in the archive is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.result import Result
from archivist.api.service_units import systemd_unit, windows_task
from archivist.errors import UsageError
from archivist.store import durable_files

if TYPE_CHECKING:
    from archivist.workspace import Workspace

_SYSTEM: Final = Path("/etc/systemd/system")
_WAIT_S: Final = 120.0
LOG: Final = "logs/watch.log"
"""Below the workspace: what the watch says of itself, without names; see ``watch_log``."""


@dataclass(frozen=True, slots=True)
class WatchService(Result):
    """What the system is told, or was.

    Attributes:
        name: of the unit, or of the task.
        place: the unit's file; ``None`` for a task of Windows, which has none.
        text: the unit, or the task.
        commands: what makes it known, as a person would type it; of a removal what makes it forgotten.
        done: whether that was done.
    """

    SCHEMA: ClassVar[str] = "archivist/service/1"
    name: str
    place: Path | None
    text: str
    commands: tuple[str, ...]
    done: bool


def show(workspace: Workspace, actor: str, *, account: str = "") -> WatchService:
    """Return what ``install`` would tell the system.

    Args:
        workspace: the open workspace.
        actor: in whose name the watch files.
        account: for a unit of the whole machine: that it runs as; empty for one of this account.
    """
    from archivist.api.cluster_following import is_set_up

    office, root = workspace.config.office.code, workspace.root.resolve()
    name = f"archivist-watch-{office.lower()}"
    log = str(root / LOG)
    command = (*_program(), "watch", "--workspace", str(root), "--as", actor, "--log", log)
    if sys.platform == "win32":
        task = windows_task(office, name, root, command)
        create = f"schtasks /Create /TN \\archivist\\{name} /XML {name}.xml /F"
        return WatchService(
            name, None, task.decode("utf-16"), (create, f"schtasks /Run /TN \\archivist\\{name}"), done=False
        )
    inbox = workspace.archive.inbox
    apart = None if inbox.is_relative_to(workspace.root) else inbox
    text = systemd_unit(office, root, command, account=account, network=is_set_up(workspace), inbox=apart)
    unit = f"{name}.service"
    calls = (("daemon-reload",), ("enable", "--now", unit))
    shown = tuple(" ".join(_systemctl(account, *call)) for call in calls)
    return WatchService(unit, _folder(account) / unit, text, shown, done=False)


def install(workspace: Workspace, actor: str, *, account: str = "") -> WatchService:
    """Tell the system to run the watch from now on, after every start too.

    Raises:
        UsageError: E001, the system refused, with its words; nothing is left of it. WriteFailed: E204.
    """
    told = show(workspace, actor, account=account)
    if told.place is None:
        with tempfile.TemporaryDirectory(prefix="archivist-") as folder:
            path = Path(folder) / f"{told.name}.xml"
            path.write_bytes(told.text.encode("utf-16"))
            _run("schtasks", "/Create", "/TN", f"\\archivist\\{told.name}", "/XML", str(path), "/F")
        _run("schtasks", "/Run", "/TN", f"\\archivist\\{told.name}")
    else:
        before = told.place.read_bytes() if told.place.is_file() else None
        with durable_files.writing("没有写成", file=told.place.name):
            told.place.parent.mkdir(parents=True, exist_ok=True)
            told.place.write_text(told.text, encoding="utf-8")
        try:
            _run(*_systemctl(account, "daemon-reload"))
            _run(*_systemctl(account, "enable", "--now", told.name))
        except UsageError:
            told.place.unlink() if before is None else told.place.write_bytes(before)
            raise
    return WatchService(told.name, told.place, told.text, told.commands, done=True)


def remove(workspace: Workspace, *, account: str = "") -> WatchService:
    """Let the system forget the watch; one that runs ends between two files.

    Raises:
        UsageError: E001, there is none, or the system refused.
    """
    told = show(workspace, "", account=account)
    if told.place is None:
        words: tuple[Sequence[str], ...] = (
            ("schtasks", "/Delete", "/TN", f"\\archivist\\{told.name}", "/F"),
        )
    else:
        if not told.place.is_file():
            raise UsageError(
                f"没有登记服务 {told.name}", remedy="用 archivist service install 登记；整机的加 --system。"
            )
        words = (_systemctl(account, "disable", "--now", told.name), _systemctl(account, "daemon-reload"))
    text = told.place.read_text(encoding="utf-8") if told.place else told.text
    _run(*words[0])
    if told.place:
        told.place.unlink()
        _run(*words[1])
    return WatchService(told.name, told.place, text, tuple(map(" ".join, words)), done=True)


def _program() -> tuple[str, ...]:
    """Return how the program is started; of an offline bundle by ``current``, which an upgrade switches."""
    if (launcher := os.environ.get("ARCHIVIST_LAUNCHER")) and Path(launcher).exists():
        return (launcher,)
    if sys.platform == "win32":
        quiet = Path(sys.executable).with_name("pythonw.exe")
        return (str(quiet if quiet.exists() else sys.executable), "-m", "archivist")
    return (sys.executable, "-m", "archivist")


def _folder(account: str) -> Path:
    if account:
        return _SYSTEM
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "systemd" / "user"


def _systemctl(account: str, *words: str) -> tuple[str, ...]:
    return ("systemctl", *(() if account else ("--user",)), *words)


def _run(*words: str) -> None:
    if not (program := shutil.which(words[0])):
        raise UsageError(f"这台电脑没有 {words[0]}", remedy=_BY_HAND)
    try:
        ended = subprocess.run(
            [program, *words[1:]], capture_output=True, text=True, timeout=_WAIT_S, check=False, errors="replace"
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"{words[0]} 没有办成：{error}", remedy=_BY_HAND) from error
    if ended.returncode:
        said = " ".join((ended.stderr or ended.stdout).split()) or f"退出码 {ended.returncode}"
        raise UsageError(f"{' '.join(words)} 没有办成：{said}", remedy=_BY_HAND)


_BY_HAND: Final = "没有留下任何改动。用 archivist service show 看要登记的内容，请管理这台电脑的人办理。"
