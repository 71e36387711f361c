"""The one process that listens, on this machine alone, until it is told to stop."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn

from archivist.errors import UsageError
from archivist.model.by import By
from archivist.os_reasons import reason_of
from archivist.web.application import application
from archivist.web.office import Keyboard, ServedOffice

HOST: Final = "127.0.0.1"
_CODE_DIGITS: Final = 8


def serve(
    root: Path,
    keyboard: Keyboard,
    port: int,
    ready: Callable[[str, str], None],
    watching: Callable[[], By] | None = None,
) -> None:
    """Serve the page until interrupted.

    Args:
        root: of the workspace.
        keyboard: where acts come from.
        port: to listen at; 0 for one that is free.
        ready: called once it listens, with the address and the code a first PIN is set with.
        watching: says in whose name the inbox is watched from the beginning, at the moment it is called; nobody's where there is none.

    Raises:
        NotAWorkspace: E205. WrongWorkspaceKind: E215. SettingsError: E500. UsageError: E001, the port is taken, or nobody is registered.
        AlreadyWatched: E211.
    """
    office = ServedOffice(root, keyboard)
    with office.open() as workspace:
        if not workspace.config.people:
            raise UsageError(
                "网页要登录，archivist.toml 还没有登记人员（[[people]]）",
                remedy="照 archivist init 写的样子登记每个人的姓名和岗位，再启动。",
            )
    listening = _listening(port)
    code = "".join(secrets.choice("0123456789") for _ in range(_CODE_DIGITS))
    address = f"http://{HOST}:{listening.getsockname()[1]}/"
    config = uvicorn.Config(
        application(office, code), log_config=None, access_log=False, server_header=False, date_header=False,
        proxy_headers=False, h11_max_incomplete_event_size=1 << 16, timeout_graceful_shutdown=10,
    )  # fmt: skip
    # Uvicorn hands a signal on once it has ended; by itself SIGTERM would then end the process in the middle of a file.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if watching:
            with office.open() as workspace:
                office.watcher.begin(workspace, watching)
        ready(address, code)
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        office.watcher.end()
        office.drawing.close()


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: another program could take the port over otherwise
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise UsageError(
            f"端口 {port} 用不了：{reason_of(error)}",
            remedy="换一个：archivist serve --port 8724，或写 0 由系统选。",
        ) from error
    return listening
