"""A password, asked for until it opens a locked file; it goes nowhere but to the reading process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from archivist.errors import PasswordNeeded, UsageError
from archivist.os_reasons import reason_of

AskPassword = Callable[[str, str], str]
"""Called with a file's name and why the password before was refused, empty at first; returns what a person types."""
NewPassword = Callable[[], str]
"""Called once for a password that something is locked with; a person types it twice."""
ATTEMPTS: Final = 3
"""So many passwords are asked for."""
_LONGEST: Final = 4_096
"""Bytes of a password file that are read."""
_T = TypeVar("_T")


def with_password(name: str, ask: AskPassword, attempt: Callable[[str], _T]) -> _T:
    """Ask for a password until one opens the file, three times at most.

    Raises:
        PasswordNeeded: E106, the last was none either.
    """
    refused = ""
    for left in reversed(range(ATTEMPTS)):
        password = ask(name, refused)
        try:
            if not password:
                raise PasswordNeeded("没有写密码", file=name)
            return attempt(password)
        except PasswordNeeded as error:
            if not left:
                raise
            refused = error.what
    raise AssertionError


def from_file(path: Path) -> str:
    """Return the password that a file holds in its first line.

    Raises:
        UsageError: E001, it cannot be read, is no text, or its first line is empty.
    """
    try:
        with path.open("rb") as handle:
            data = handle.read(_LONGEST)
    except OSError as error:
        raise UsageError(f"密码文件打不开：{reason_of(error)}", file=path.name) from error
    try:
        line = data.decode("utf-8-sig").partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError:
        line = ""
    if not line:
        raise UsageError("密码文件的第一行须是密码（UTF-8 文本）", file=path.name)
    return line
