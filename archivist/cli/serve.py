"""``archivist serve``: the page in the browser."""

from __future__ import annotations

import datetime as dt
import socket
import webbrowser
from dataclasses import replace

import click

from archivist.api import authorisation
from archivist.cli.identity import as_text, os_account
from archivist.cli.session import Session, machine_clock, with_session
from archivist.errors import UsageError
from archivist.model.by import By
from archivist.model.permissions import Act

PORT = 8723


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="端口；0 由系统选。"
)
@click.option("--open", "opens", is_flag=True, help="同时打开浏览器。")
@click.option("--watch", "watches", is_flag=True, help="同时守候收件箱；也可以以后在网页“运行”里开始。")
@with_session
def serve(session: Session, port: int, opens: bool, watches: bool) -> None:
    """网页：在浏览器里办理，只限本机，按 Ctrl-C 停止。

    例：archivist serve --open
    """
    root = session.root()
    try:
        from archivist.web.office import Keyboard
        from archivist.web.server import serve as run
    except ModuleNotFoundError as error:
        raise UsageError(
            f"没有装网页部分（{error.name}）", remedy='安装：pip install "archivist[web]"；其他命令不受影响。'
        ) from error

    def ready(address: str, code: str) -> None:
        session.say(f"网页：{address}（只限本机；按 Ctrl-C 停止）", "green")
        session.say(f"首次登录码：{code}（没有口令的人第一次登录时设口令用，每次启动都换）")
        if opens:
            webbrowser.open(address)

    keyboard = Keyboard(os_account(), as_text(socket.gethostname()), session.clock, machine_clock)
    first = session.by() if watches else None

    def now() -> By:
        assert first is not None
        moment, real = session.clock(), machine_clock()
        told = abs(real - moment) > dt.timedelta(seconds=1)
        return replace(first, time=moment, clock=real if told else None)

    if first:
        authorisation.require(session.workspace, first, Act.TAKE_INBOX)
    run(root, keyboard, port, ready, now if first else None)
