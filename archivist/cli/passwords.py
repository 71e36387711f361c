"""Asks for the password of a locked file, or of one to be locked: never an option, never an environment variable, never shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from archivist.api import passwords
from archivist.cli.asking import is_terminal, remark, secret_for
from archivist.errors import UsageError
from archivist.printable import on_one_line


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


password_file = click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="文件",
    help="密码在这个文件的第一行（无人值守时用）；不写则在终端里问。密码不能写在命令里。",
)


def asking(path: Path | None) -> passwords.AskPassword:
    """Return who is asked for the password of a locked file: a file if there is one, else a person."""
    return ask_password if path is None else lambda *_: passwords.from_file(path)


def new_password(what: str, path: Path | None) -> Callable[[], str]:
    """Return who is asked for a password that something is locked with.

    Args:
        what: is locked, for the question.
        path: of the file it stands in; else a person types it twice.

    Returns:
        What asks; ``UsageError``, E001, where there is nobody to ask.
    """

    def ask() -> str:
        if path is not None:
            return passwords.from_file(path)
        if not is_terminal():
            raise UsageError(
                "没有输入密码",
                remedy="请在终端里执行，按提示输入两遍；或者用 --password-file 指明密码文件。没有写入任何内容。",
            )
        return secret_for(f"{what}的密码（至少 12 位，字母、数字都要有）", "再输入一遍")

    return ask
