"""Who sits there, as far as the machine can say: the account, the terminal, and a PIN that is asked for."""

from __future__ import annotations

import os
import sys

from archivist.cli.asking import secret_for
from archivist.errors import NotIdentified, UsageError
from archivist.printable import on_one_line


def os_account() -> str:
    """Return the operating system's account, as the system itself says it; empty where it has no name.

    ``getpass.getuser`` believes the environment (``LOGNAME``, ``USER``), which says whatever somebody set.
    """
    try:
        if os.name == "nt":
            return as_text(os.getlogin())
        import pwd

        return as_text(pwd.getpwuid(os.getuid()).pw_name)
    except (OSError, KeyError):
        return ""


def as_text(name: str) -> str:
    """Return a name of the system's as text that can be written, which it need not be."""
    return name.encode("utf-8", "replace").decode()


def terminal() -> str:
    """Return which terminal, and which login at it, somebody sits at; empty where there is none or it cannot be told."""
    try:
        if not sys.stdin.isatty():
            return ""
        if os.name == "nt":
            return f"console {os.getppid()}"
        return f"{os.ttyname(sys.stdin.fileno())} {os.getsid(0)}"
    except (OSError, ValueError):
        return ""


def asked_pin(name: str, *, from_stdin: bool) -> str:
    """Ask somebody for the PIN, unseen; a program gives it as a line of its standard input, when it said so.

    Raises:
        NotIdentified: E506, there is nobody to ask. UsageError: E001, the line is missing.
    """
    if from_stdin:
        return _line()
    if not sys.stdin.isatty():
        raise NotIdentified(
            f"{name}设有口令，须输入",
            remedy="请在终端里执行，按提示输入；由程序执行的，加 --pin-stdin，从标准输入给出一行。口令不能写在命令里。",
        )
    return secret_for(f"{on_one_line(name)} 的口令")


def new_pin(name: str, *, from_stdin: bool) -> str:
    """Ask somebody for a new PIN, twice at a terminal.

    Raises:
        UsageError: E001, there is nobody to ask, or the line is missing.
    """
    if from_stdin:
        return _line()
    if not sys.stdin.isatty():
        raise UsageError("没有输入口令", remedy="请在终端里执行，按提示输入；由程序执行的，加 --pin-stdin。")
    return secret_for(f"{on_one_line(name)} 的新口令", again="再输入一次")


def _line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise UsageError("标准输入里没有口令", remedy="--pin-stdin 须从标准输入给出口令，每个一行。")
    return line.rstrip("\r\n")
