"""``archivist serve``: the page in the browser."""

from __future__ import annotations

import socket
import webbrowser

import click

from archivist.cli.identity import as_text, os_account
from archivist.cli.session import Session, machine_clock, with_session
from archivist.errors import UsageError

PORT = 8723


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="端口；0 由系统选。"
)
@click.option("--open", "opens", is_flag=True, help="同时打开浏览器。")
@with_session
def serve(session: Session, port: int, opens: bool) -> None:
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

    run(
        root, Keyboard(os_account(), as_text(socket.gethostname()), session.clock, machine_clock), port, ready
    )
