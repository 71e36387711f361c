"""Asks for the password of a locked file: never an option, never an environment variable, never shown."""

from __future__ import annotations

import sys

from archivist.cli.asking import remark, secret_for
from archivist.errors import UsageError
from archivist.printable import on_one_line


def is_terminal() -> bool:
    """Tell whether somebody can be asked."""
    return sys.stdin.isatty()


def ask_password(name: str, refused: str) -> str:
    """Ask a person; without a terminal a line of stdin is taken.

    Args:
        name: of the locked file.
        refused: why the one before was refused; empty at first.

    Raises:
        UsageError: E001, there is nobody to ask.
    """
    if refused:
        remark(f"{refused}，请再输入一次")
    if is_terminal():
        return secret_for(f"{on_one_line(name)} 的密码")
    line = sys.stdin.readline()
    if not line:
        raise UsageError(
            "没有输入密码", file=name, remedy="请在终端里执行，按提示输入密码；密码不能写在命令里。"
        )
    return line.rstrip("\r\n")
